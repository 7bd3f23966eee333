"""`fiveengines lab` as a person meets it: the Start page, and no question that has nothing to do with markets."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Address with its token, as the command prints it; the server ends with the test."""
    config = tmp_path / "config"
    config.mkdir()
    (config / "jupyter_server_config.py").write_text("c.ServerApp.allow_root = True\n", encoding="utf-8")
    log = tmp_path / "lab.log"
    code = "from fiveengines.cli import console; console()"
    # the address is what this prints last, the server what it leaves running
    with log.open("wb") as out:
        process = subprocess.Popen(
            [sys.executable, "-c", code, "lab", "--no-browser"],
            stdout=out,
            stderr=out,
            env={**os.environ, "JUPYTER_CONFIG_DIR": str(config)},
            start_new_session=True,
        )
    try:
        yield _printed(log, process)
    finally:
        os.killpg(process.pid, 15)
        process.wait(timeout=20)


def _printed(log: Path, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+/lab\S*token=\w+", log.read_text(errors="replace"))
        if found:
            return found.group()
        time.sleep(0.2)
    raise AssertionError(log.read_text(errors="replace")[-2000:])


def test_it_opens_on_the_start_page_and_asks_nothing(browser: Browser, address: str) -> None:
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(address)
    page.locator(".jp-NotebookPanel h1", has_text="Five Engines").wait_for(timeout=40_000)
    page.wait_for_timeout(2000)  # the question about news comes last
    assert page.get_by_text("Jupyter news").count() == 0
    page.get_by_role("link", name="1 Engine check").click()
    page.locator(".jp-NotebookPanel h1", has_text="1 · Engine check").wait_for(timeout=20_000)
    page.context.close()
