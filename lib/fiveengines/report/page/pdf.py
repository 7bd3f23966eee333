"""A page printed to PDF by the Chromium on this machine; nothing is installed and nothing is asked of a network.

Takes finished HTML and gives bytes; knows nothing of weeks.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from fiveengines.base.errors import FiveEnginesError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
_USUAL = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
_PATIENCE = 60


class PrintError(FiveEnginesError):
    """A page could not be printed."""


def find_chromium() -> Path:
    """Chromium, Chrome or Edge: the one CHROMIUM names, on the PATH, or in its usual place. PrintError without."""
    named = os.environ.get("CHROMIUM")
    if named:
        if Path(named).is_file():
            return Path(named)
        raise PrintError(
            f"CHROMIUM names {named}, which is not a file.", remedy="Correct it or leave it out."
        )
    found = next(filter(None, map(shutil.which, NAMES)), None) or next(filter(_is_file, _USUAL), None)
    if found is None:
        raise PrintError(
            "--pdf needs Chromium, Chrome or Edge, and none was found.",
            remedy="Install one, or name it in the environment variable CHROMIUM.",
        )
    return Path(found)


def print_page(html: str, chromium: Path | None = None) -> bytes:
    """The page as PDF, on light paper. PrintError says why it could not be.

    Chromium prints when the page has loaded, which a page of ours says once its charts are drawn.
    """
    program = chromium or find_chromium()
    with tempfile.TemporaryDirectory(prefix="fiveengines-pdf-", ignore_cleanup_errors=True) as folder:
        source, target = Path(folder) / "page.html", Path(folder) / "page.pdf"
        source.write_text(html, encoding="utf-8")
        command = [
            str(program),
            "--headless",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-dev-shm-usage",
            "--no-pdf-header-footer",
            f"--user-data-dir={folder}/profile",
            f"--print-to-pdf={target}",
            source.as_uri(),
        ]
        if sys.platform == "linux" and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses its sandbox to root, as in most containers
        try:
            done = subprocess.run(command, capture_output=True, timeout=_PATIENCE, check=False)  # noqa: S603
        except subprocess.TimeoutExpired:
            raise PrintError(
                f"{program.name} did not print within {_PATIENCE} s.", remedy="Try again."
            ) from None
        except OSError as error:
            raise PrintError(f"{program} does not start ({error.strerror or error}).") from None
        if not target.is_file():
            lines = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise PrintError(f"{program.name} printed nothing: {lines[-1] if lines else 'no message'}.")
        return target.read_bytes()


def _is_file(path: str) -> bool:
    return Path(path).is_file()
