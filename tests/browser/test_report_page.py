"""The report as a person opens it: offline, wide and narrow, light and dark."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

    from conftest import PageLog

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo week by the command itself: a process of its own, since Playwright keeps this one's event loop."""
    out = tmp_path_factory.mktemp("page")
    code = "from fiveengines.cli import console; console()"
    command = [
        sys.executable,
        "-c",
        code,
        "weekly",
        "--with",
        "none",
        "--as-of",
        "2025-06-27",
        "--source",
        "demo",
        "--out",
        str(out),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=180, check=False)
    assert done.returncode == 0, done.stderr
    assert "Open " in done.stdout
    return out / "demo" / "2025-06-27" / "weekly.html"


def open_page(page: Page, report: Path) -> None:
    page.context.set_offline(True)
    page.goto(report.as_uri())
    page.wait_for_selector("html[data-charts=drawn]", timeout=20_000)


def test_every_chart_is_drawn_and_nothing_leaves_the_page(
    page: Page, page_log: PageLog, report: Path
) -> None:
    open_page(page, report)
    figures = page.locator("figure").count()
    assert figures >= 15
    assert page.locator("figure svg.marks").count() >= figures
    assert page_log.outside == []
    assert page_log.errors == []


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_sideways_scroll_and_no_white_box(browser: Browser, report: Path, width: int, scheme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, offline=True)  # type: ignore[arg-type]
    try:
        page = context.new_page()
        open_page(page, report)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        background = page.evaluate("getComputedStyle(document.body).backgroundColor")
        channels = [int(each) for each in background[4:-1].split(",")[:3]]
        assert (sum(channels) < 200) is (scheme == "dark")
        white = page.evaluate(
            "[...document.querySelectorAll('figure, figure svg, table, td, th')]"
            ".filter(e => getComputedStyle(e).backgroundColor === 'rgb(255, 255, 255)').length"
        )
        assert white == 0 or scheme == "light"
    finally:
        context.close()


def test_code_is_folded_and_links_lead_to_their_step(page: Page, report: Path) -> None:
    open_page(page, report)
    assert page.locator("details[open] pre").count() == 0
    page.goto("about:blank")
    page.goto(report.as_uri() + "#step-3")
    page.wait_for_selector("html[data-charts=drawn]", timeout=20_000)
    top = page.evaluate("document.getElementById('step-3').getBoundingClientRect().top")
    assert abs(top) < 200
    assert page.locator("nav [aria-current]").count() >= 1


@pytest.mark.parametrize("fragment", ["%", "%zz", "%E0%A4%A", "#", "%00", "[object]", "step-1%", '"><b>'])
def test_a_broken_fragment_is_no_error_of_the_page(
    page: Page, page_log: PageLog, report: Path, fragment: str
) -> None:
    page.goto(f"{report.as_uri()}#{fragment}")
    page.wait_for_function("document.documentElement.dataset.charts === 'drawn'")
    page.evaluate("location.hash = '#%zz%'")
    page.wait_for_timeout(50)
    assert page_log.errors == []


def test_the_cover_tells_the_week_first(page: Page, report: Path) -> None:
    open_page(page, report)
    cover = page.locator("#cover").inner_text()
    for words in ("27 June 2025", "Liquidity", "Volatility", "Breadth", "Positioning", "Rate path"):
        assert words in cover
    assert page.locator("#cover").bounding_box()["y"] < 200  # type: ignore[index]


def test_the_page_keeps_to_its_limits_before_anything_is_opened(page: Page, report: Path) -> None:
    """The brief on one screen with at most 220 words, 1,500 words and 9,000 px in all, and less than a megabyte."""
    page.set_viewport_size({"width": 1400, "height": 900})
    open_page(page, report)
    count = "innerText.match(/[A-Za-z][A-Za-z’'&-]*/g).length"
    assert page.evaluate("document.querySelector('#cover .data').getBoundingClientRect().bottom") <= 900
    assert page.evaluate(f"document.querySelector('#cover .brief').{count}") <= 220
    assert page.evaluate(f"document.body.{count}") <= 1500
    assert page.evaluate("document.documentElement.scrollHeight") <= 9000
    assert report.stat().st_size < 1_000_000
    assert page.locator("details.fold[open]").count() == 0


def test_what_is_folded_opens_by_click_by_address_and_all_at_once(page: Page, report: Path) -> None:
    open_page(page, report)
    fold = page.locator("details.fold").first
    fold.locator("summary").first.click()
    assert fold.get_attribute("open") is not None
    page.evaluate("location.hash = '#input-vix'")
    page.wait_for_function("document.getElementById('input-vix').closest('details').open")
    page.click("#expand")
    folds = page.locator("details.fold").count()
    assert folds >= 15
    assert page.locator("details.fold[open]").count() == folds
    page.click("#expand")
    assert page.locator("details.fold[open]").count() == 0


def test_every_link_of_the_brief_leads_to_something(page: Page, report: Path) -> None:
    open_page(page, report)
    lost = page.evaluate(
        "[...document.querySelectorAll('#cover a')].map(a => a.hash.slice(1))"
        ".filter(id => id && !document.getElementById(id))"
    )
    assert lost == []


def test_the_brief_prints_on_one_page(page: Page, report: Path) -> None:
    open_page(page, report)
    page.evaluate("document.documentElement.dataset.print = 'brief'")
    printed = page.pdf(format="A4", prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1


def test_it_prints_once_it_has_loaded(page: Page, report: Path) -> None:
    """Loaded means drawn: Chromium prints a PDF at that moment and waits no longer."""
    page.goto(report.as_uri(), wait_until="load")
    assert page.evaluate("document.documentElement.dataset.charts") == "drawn"
    # a line without gaps is no dash: a printer would draw each of its thousand pieces
    assert page.locator('figure svg [stroke-dasharray="1,0"]').count() == 0
    assert page.locator("iframe").count() == 0
    page.emulate_media(media="print")
    assert page.locator("nav").first.is_hidden()
    assert len(page.pdf(format="A4")) > 50_000


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_violation(browser: Browser, report: Path, width: int, scheme: str) -> None:
    import axe_playwright_python

    axe = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text(encoding="utf-8")
    # The page's own policy would refuse the checker's script.
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,  # type: ignore[arg-type]
        offline=True,
        bypass_csp=True,
    )
    try:
        page = context.new_page()
        open_page(page, report)
        page.add_script_tag(content=axe)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
        grave = [
            (each["id"], each["nodes"][0]["target"])
            for each in found
            if each["impact"] in ("serious", "critical")
        ]
        assert grave == []
    finally:
        context.close()


_FIXED = """[...document.querySelectorAll('*')].filter(
    e => ['fixed', 'sticky'].includes(getComputedStyle(e).position) && e.getClientRects().length
).map(e => e.className)"""
_PAGE_RULES = """[...document.styleSheets].flatMap(s => [...s.cssRules])
    .filter(r => r instanceof CSSPageRule).map(r => r.cssText)"""


@pytest.mark.parametrize("name", ["weekly.html", "../index.html"])
def test_nothing_is_printed_over_the_text_of_a_page(page: Page, report: Path, name: str) -> None:
    """What is fixed to a printed page takes no room from its text; a margin box has its own on every page."""
    page.context.set_offline(True)
    page.goto((report.parent / name).resolve().as_uri())
    page.emulate_media(media="print")
    assert page.evaluate(_FIXED) == []
    assert page.evaluate("getComputedStyle(document.body).page") == "simulated"
    (rule,) = [each for each in page.evaluate(_PAGE_RULES) if "simulated" in each.split("{")[0]]
    assert "@bottom-center" in rule and "none is real" in rule
