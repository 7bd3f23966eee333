"""A real JupyterLab for browser tests: its process on a copy of the notebooks, and what a person does in a page.

Starts, opens, clicks and waits; facts about the workbook stay in the tests.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from playwright.sync_api import Error

from fiveengines.base import paths

if TYPE_CHECKING:
    from playwright.sync_api import Page

_EXTENSION = "@jupyterlab/apputils-extension"
_NOTEBOOKS = "@jupyterlab/notebook-extension"


@dataclass(frozen=True)
class JupyterLab:
    """A running server on `folder`, which holds copies of the weekly notebooks and of params."""

    url: str
    folder: Path
    settings: Path
    process: subprocess.Popen[bytes]

    @property
    def overrides(self) -> Path:
        """Where the panel writes."""
        return self.folder / "params" / "overrides" / "demo"

    def theme(self, name: str) -> None:
        """Choose the theme of pages opened from now on: "JupyterLab Light" or "JupyterLab Dark"."""
        _write(self.settings / _EXTENSION / "themes.jupyterlab-settings", {"theme": name})

    def read(self, day: str) -> None:
        """Let every notebook opened from now on read the week of `day`."""
        for path in self.folder.glob("*.ipynb"):
            text = path.read_text(encoding="utf-8")
            path.write_text(
                re.sub(r'as_of = \\"[-0-9]*\\"', f'as_of = \\\\"{day}\\\\"', text), encoding="utf-8"
            )

    def open(self, page: Page, notebook: str) -> None:
        """Open a notebook with a fresh workspace and wait for its kernel."""
        page.goto(f"{self.url}/lab/tree/{notebook}?reset")
        page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=40_000)
        self._wait_for_kernel(notebook)
        page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(
            timeout=40_000, state="attached"
        )

    def _wait_for_kernel(self, notebook: str, seconds: float = 60) -> None:
        """Wait until the page talks to the notebook's kernel: asked earlier, JupyterLab asks back which is meant."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with urllib.request.urlopen(f"{self.url}/api/sessions", timeout=5) as answer:
                sessions = json.load(answer)
            if any(each["path"] == notebook and each["kernel"]["connections"] for each in sessions):
                return
            time.sleep(0.2)
        raise AssertionError(f"{notebook}: no kernel within {seconds:.0f} s")

    def stop(self) -> None:
        """End the server and, with it, its kernels."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()


def start(folder: Path) -> JupyterLab:
    """Start a server on copies of notebooks and params in `folder`, without news, tokens or anything from home."""
    work, settings = folder / "work", folder / "settings"
    shutil.copytree(paths.notebooks_dir() / "weekly", work)
    shutil.copytree(paths.project_root() / "params", work / "params", ignore=shutil.ignore_patterns(".lock"))
    for left in (work / "params" / "overrides").rglob("*.yaml"):
        left.unlink()
    _write(
        settings / _EXTENSION / "notification.jupyterlab-settings",
        {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    )
    # every cell is drawn at once, so that a test sees those below the fold too
    _write(settings / _NOTEBOOKS / "tracker.jupyterlab-settings", {"windowingMode": "none"})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", f"--ServerApp.port={port}"]
    command += ["--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=", f"--ServerApp.root_dir={work}"]
    command += [f"--LabApp.user_settings_dir={settings}", f"--LabApp.workspaces_dir={folder / 'workspaces'}"]
    command += ["--ServerApp.port_retries=0", "--ServerApp.allow_root=True", "--LabApp.news_url="]
    log = (folder / "jupyterlab.log").open("wb")
    process = subprocess.Popen(command, cwd=work, stdout=log, stderr=log, env=_environment(folder))
    url = f"http://127.0.0.1:{port}"
    _wait(url, process, folder / "jupyterlab.log")
    return JupyterLab(url, work, settings, process)


def _environment(folder: Path) -> dict[str, str]:
    """A server and kernels that see the person called in tests, not the one who runs them."""
    config = folder / "gitconfig"
    config.write_text("[user]\n\tname = Ada Tester\n", encoding="utf-8")
    return {**os.environ, "GIT_CONFIG_GLOBAL": str(config), "GIT_CONFIG_NOSYSTEM": "1"}


def _wait(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/api/status", timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    process.kill()
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text(errors='replace')[-3000:]}")


def _write(path: Path, content: dict[str, object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


_PROMPTS = """[...document.querySelectorAll('.jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell')]
    .filter(cell => cell.querySelector('.cm-content')?.innerText.trim())
    .map(cell => cell.querySelector('.jp-InputPrompt')?.innerText ?? '')"""


def run_all(page: Page, timeout: float = 60) -> None:
    """Run > Run All Cells, and wait until every code cell has run or one has failed."""
    for attempt in range(4):
        page.get_by_role("menuitem", name="Run", exact=True).click()
        page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
        try:
            page.wait_for_function(f"() => {_PROMPTS}.some(text => /[*\\d]/.test(text))", timeout=5_000)
            break
        except Error:
            # a kernel that is still connecting drops what it is asked
            if attempt == 3:
                raise
    failed = "document.querySelector(\"[data-mime-type='application/vnd.jupyter.error']\")"
    done = f"() => {failed} || {_PROMPTS}.every(text => /\\[\\d+\\]/.test(text))"
    page.wait_for_function(done, timeout=timeout * 1000)


def errors(page: Page) -> list[str]:
    """Texts of error outputs in the open notebook."""
    return page.locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error']").all_inner_texts()
