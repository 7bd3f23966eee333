"""The HTML part of a message in Chromium, as a mail program would show it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archive.test_index_page import FAINT
from fiveengines.report.page.cover_context import Failure
from fiveengines.report.page.mail import message
from report.test_exports import BRIEF, COVER, WHEN, parts

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [700, 390])
def test_a_mail_can_be_read_in_light_and_dark_and_fits_a_phone(
    browser: Browser, scheme: Any, width: int, tmp_path: Path
) -> None:
    failure = Failure(3, "Aggressiveness", "ValueError: no.", "Open it.", last_good="this week's own.")
    states = ("supportive", "neutral", "adverse", "unknown")
    brief = BRIEF | {"engines": [BRIEF["engines"][0] | {"state": each} for each in states]}
    cover = replace(COVER, simulated=True, failures=(failure,))
    file = tmp_path / "mail.html"
    file.write_text(
        parts(message(cover, "https://example.org/r", WHEN, brief=brief))[2],
        encoding="utf-8",
    )
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(file.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(FAINT) == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 200) == (scheme == "dark")
    context.close()
