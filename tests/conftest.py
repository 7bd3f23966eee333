"""What tests share: the real-data directory, a Chromium, and a world without a network or a home folder.

Fixtures only; a test's own facts stay beside the test.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import HealthCheck, settings

from fiveengines.base.jupyter_home import jupyter_folders

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

IN_CI = os.environ.get("CI", "").lower() == "true"
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
UNWANTED = ("FIVEENGINES_PROJECT", "FRED_API_KEY", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")
SCRATCH = pytest.StashKey[tempfile.TemporaryDirectory[str]]()

# The usual run tries the same examples for everybody; the long one tries new ones every time.
settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "long", max_examples=1000, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("same")


def pytest_configure(config: pytest.Config) -> None:
    """Give this process its own folders: a run never reads or changes a person's reports, data or keys."""
    # A shell ignores Ctrl-C in what it starts in the background, and so would the commands that tests stop.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    config.stash[SCRATCH] = scratch = tempfile.TemporaryDirectory(
        prefix="fiveengines-", ignore_cleanup_errors=True
    )
    home = Path(scratch.name)
    (home / "jupyter").mkdir()
    os.environ.update(jupyter_folders(home / "jupyter"))
    os.environ.update(FIVEENGINES_OUTPUTS=str(home / "outputs"), FIVEENGINES_DATA=str(home / "data"))
    os.environ.update(FIVEENGINES_CHOICE=str(home / "choice.yaml"))
    os.environ.update(FIVEENGINES_PORTFOLIO=str(home / "portfolio"))
    os.environ.update(XDG_CONFIG_HOME=str(home / "config"), XDG_CACHE_HOME=str(home / "cache"))
    for name in UNWANTED:
        os.environ.pop(name, None)
        os.environ.pop(name.lower(), None)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove this process's folders."""
    config.stash[SCRATCH].cleanup()


@pytest.fixture(scope="session", autouse=True)
def no_network() -> Iterator[None]:
    """Refuse connections beyond this machine: a test never leans on a provider being up."""

    def is_local(host: Any) -> bool:
        return host in (None, "", "localhost", "::1", socket.gethostname()) or str(host).startswith("127.")

    def refuse(host: Any) -> NoReturn:
        raise OSError(f"tests have no network: {host}")

    def connect(sock: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not is_local(address[0]):
            refuse(address[0])
        real_connect(sock, address)

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        return real_getaddrinfo(host, *args, **kwargs) if is_local(host) else refuse(host)

    real_connect, real_getaddrinfo = socket.socket.connect, socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect)
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The directory of real history that FIVEENGINES_REAL_DATA names; tests skip, visibly, without it."""
    named = os.environ.get("FIVEENGINES_REAL_DATA")
    if not named:
        pytest.skip("no real history: FIVEENGINES_REAL_DATA is not set")
    folder = Path(named)
    if not folder.is_dir():
        pytest.skip(f"no real history: FIVEENGINES_REAL_DATA names {folder}, which is not a folder")
    return folder


@pytest.fixture(scope="session")
def chromium() -> Path:
    """Chromium or Chrome: the one CHROMIUM names, or on the PATH. Without one, CI fails and others skip."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if found and Path(found).is_file():
        return Path(found)
    reason = (
        f"CHROMIUM names {named}, which is not a file"
        if named
        else "no Chromium on the PATH; set CHROMIUM to one"
    )
    if IN_CI:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="module")
def browser(chromium: Path) -> Iterator[Browser]:
    """A headless browser for one test file.

    Not for the whole session: Playwright keeps an event loop running while it is open, and a later test in
    the same process that starts a loop of its own (a kernel, a downloader) would fail.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, headless=True, args=CHROMIUM_ARGS)
        yield opened
        opened.close()


@dataclass
class PageLog:
    """What a page complained about and what it asked for, in order."""

    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    @property
    def outside(self) -> list[str]:
        """Requests that leave the page: everything but the file itself and what it carries."""
        return [url for url in self.requests if not url.startswith(("file:", "data:", "blob:", "about:"))]

    def on_console(self, message: ConsoleMessage) -> None:
        """Keep a console error."""
        if message.type == "error":
            self.errors.append(message.text)

    def watch(self, page: Page) -> None:
        """Listen to a page from now on."""
        page.on("console", self.on_console)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))


@pytest.fixture
def page_log() -> PageLog:
    """The log of this test's `page`."""
    return PageLog()


@pytest.fixture
def page(browser: Browser, page_log: PageLog) -> Iterator[Page]:
    """A fresh page, logged in `page_log`; `page.context.set_offline(True)` cuts its network."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    opened = context.new_page()
    page_log.watch(opened)
    yield opened
    context.close()
