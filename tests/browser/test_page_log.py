"""The browser fixtures themselves: what a report's tests lean on must notice a request and an error."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


def write(folder: Path, body: str) -> str:
    file = folder / "page.html"
    file.write_text(f"<!doctype html><title>t</title><body>{body}", encoding="utf-8")
    return file.as_uri()


def test_quiet_page_leaves_an_empty_log(page: Page, page_log: Any, tmp_path: Path) -> None:
    page.context.set_offline(True)
    page.goto(write(tmp_path, "<p id=p></p><script>p.textContent = 6 * 7</script><img src='data:,'>"))
    assert page.text_content("#p") == "42"
    assert page_log.errors == []
    assert page_log.outside == []


def test_requests_and_errors_are_noticed(page: Page, page_log: Any, tmp_path: Path) -> None:
    page.context.set_offline(True)
    page.goto(
        write(tmp_path, "<script src='https://example.invalid/a.js'></script><script>absent()</script>")
    )
    assert page_log.outside == ["https://example.invalid/a.js"]
    assert any("ERR_INTERNET_DISCONNECTED" in text for text in page_log.errors)
    assert any("absent is not defined" in text for text in page_log.errors)
