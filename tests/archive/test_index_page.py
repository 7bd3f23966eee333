"""The archive's page in Chromium without a network: found, sorted, compared, and never a word that acts."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from archive import synthetic
from archive.test_collect import HOSTILE, hostile
from fiveengines import archive
from fiveengines.report.store import report_store

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
WEEKS = 400


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of several years with one manual reading in it."""
    out = synthetic.fill(tmp_path_factory.mktemp("archive"), WEEKS - 1)
    entry = {"field": "vix", "value": 19.5, "who": "Ada", "why": "the close was misprinted"}
    synthetic.put(out, synthetic.reading(synthetic.friday(WEEKS - 1), overrides=[entry]))
    archive.rebuild(report_store(out))
    return out / "index.html"


@pytest.fixture
def opened(page: Page, page_log: Any, index: Path) -> Any:
    page.context.set_offline(True)
    page.goto(index.as_uri())
    yield page
    assert page_log.errors == []
    assert page_log.requests == [index.as_uri()]


def days(page: Page) -> list[str]:
    return page.eval_on_selector_all("#rows tr[data-week]", "rows => rows.map(row => row.dataset.week)")


def search(page: Page, text: str) -> list[str]:
    page.fill("#search", text)
    # The page searches when typing has paused; a longer pause set after it ends after it, however slow the machine.
    page.evaluate("() => new Promise(done => setTimeout(done, 150))")
    return days(page)


def day(week: int) -> str:
    return synthetic.friday(week).isoformat()


def test_newest_first_and_more_on_request(opened: Page) -> None:
    assert days(opened)[:2] == [day(WEEKS - 1), day(WEEKS - 2)]
    few = len(days(opened))
    assert few < WEEKS
    for _ in range(9):
        if opened.is_visible("#more"):
            opened.click("#more")
    assert len(days(opened)) == WEEKS
    assert opened.inner_text("#count") == f"{WEEKS} weeks"


def test_search_finds_dates_words_phrases_and_manual_readings(opened: Page) -> None:
    assert search(opened, "2007-03") == sorted(
        (day(week) for week in range(WEEKS) if day(week).startswith("2007-03")), reverse=True
    )
    assert search(opened, "march 2007")
    assert search(opened, "manual ADA misprinted") == [day(WEEKS - 1)]
    adverse = search(opened, '"breadth adverse"')
    all_adverse = [
        day(week)
        for week in range(WEEKS)
        if synthetic.reading(synthetic.friday(week))["engines"]["breadth"]["state"] == "adverse"
    ]
    assert opened.inner_text("#count") == f"{len(all_adverse)} of {WEEKS} weeks"
    assert set(adverse) <= set(all_adverse)
    assert search(opened, "zebra") == []
    assert "No week says that" in opened.inner_text("#rows")
    assert len(search(opened, "")) > 50


def test_headings_sort_both_ways_and_say_so(opened: Page) -> None:
    heading = opened.locator("th[data-key=breadth]")
    for direction, choose in (("descending", max), ("ascending", min)):
        heading.locator("button").click()
        assert heading.get_attribute("aria-sort") == direction
        best = choose(range(WEEKS), key=score)
        assert round(score(day_to_week(days(opened)[0])), 2) == round(score(best), 2)
    assert opened.locator("th[aria-sort]").count() == 1


def score(week: int) -> float:
    value: float = synthetic.reading(synthetic.friday(week))["engines"]["breadth"]["score"]
    return value


def day_to_week(text: str) -> int:
    return (dt.date.fromisoformat(text) - synthetic.friday(0)).days // 7


def test_the_filter_of_regimes_leaves_one(opened: Page) -> None:
    opened.select_option("#only", "4")
    assert opened.locator("#rows .number").count() > 0
    assert set(opened.locator("#rows .number").all_inner_texts()) == {"4"}


def test_two_ticked_weeks_are_compared_older_first(opened: Page) -> None:
    older, newer = day(WEEKS - 9), day(WEEKS - 3)
    opened.check(f"[data-week='{newer}'] input")
    opened.check(f"[data-week='{older}'] input")
    heads = opened.locator("#comparison .calls thead a").all_inner_texts()
    assert heads == [older, newer]
    a, b = (synthetic.reading(dt.date.fromisoformat(each)) for each in (older, newer))
    row = opened.locator("#comparison .calls tr", has_text="Rate path").inner_text()
    for reading in (a, b):
        assert f"{reading['engines']['rate_path']['score']:+.2f}".replace("-", "−") in row
    text = opened.inner_text("#comparison .headline")
    assert text.startswith("6 weeks later: ")
    flipped = [name for name in a["engines"] if a["engines"][name]["state"] != b["engines"][name]["state"]]
    assert opened.locator("#comparison .turned").count() == len(flipped)
    assert opened.url.endswith(f"#compare={older},{newer}")


def test_figures_are_ordered_by_their_effect(opened: Page) -> None:
    effects = opened.locator("#comparison .figures tbody .effect .figure").all_inner_texts()
    sizes = [abs(float(each.replace("−", "-").replace("–", "0"))) for each in effects]
    assert len(sizes) >= 12
    assert sizes == sorted(sizes, reverse=True)


def test_a_third_tick_lets_the_first_go(opened: Page) -> None:
    for week in (2, 5, 8):
        opened.check(f"[data-week='{day(WEEKS - week)}'] input")
    ticked = opened.eval_on_selector_all(
        "#rows input:checked", "all => all.map(b => b.closest('tr').dataset.week)"
    )
    assert ticked == [day(WEEKS - 5), day(WEEKS - 8)]


def test_one_ticked_week_says_what_to_do_next(opened: Page) -> None:
    opened.check(f"[data-week='{day(WEEKS - 4)}'] input")
    assert opened.inner_text("#picked").startswith(f"{day(WEEKS - 4)} is picked.")
    opened.uncheck(f"[data-week='{day(WEEKS - 4)}'] input")
    assert opened.inner_text("#picked") == ""
    for week in (4, 6):
        opened.check(f"[data-week='{day(WEEKS - week)}'] input")
    assert opened.inner_text("#picked") == ""
    assert opened.evaluate("document.activeElement.id") == "compare"


def test_the_lists_hold_every_week_once_they_are_turned_to(opened: Page) -> None:
    opened.focus("#first")
    assert opened.locator("#first option").count() == WEEKS
    assert opened.locator("#first option:checked").get_attribute("value") == str(WEEKS - 2)
    opened.select_option("#first", str(7))
    assert opened.locator("#comparison .calls thead a").all_inner_texts() == [day(7), day(WEEKS - 1)]
    opened.click("#swap")
    assert opened.locator("#comparison .calls thead a").all_inner_texts() == [day(WEEKS - 1), day(7)]
    assert "weeks earlier" in opened.inner_text("#comparison .headline")


def test_a_comparison_has_an_address(page: Page, page_log: Any, index: Path) -> None:
    page.goto(f"{index.as_uri()}#compare={day(3)},{day(30)}")
    assert page.locator("#comparison .calls thead a").all_inner_texts() == [day(3), day(30)]
    page.goto(f"{index.as_uri()}#compare=2001-01-01,drop table")
    page.reload()
    assert page.locator("#comparison .calls thead a").all_inner_texts() == [day(WEEKS - 2), day(WEEKS - 1)]
    assert page_log.errors == []


@pytest.mark.parametrize("fragment", ["%", "compare=%zz,%", "compare=2001-13-99,--", "compare=,", "%E0%A4%A"])
def test_a_broken_address_is_no_error_of_the_page(
    page: Page, page_log: Any, index: Path, fragment: str
) -> None:
    page.goto(f"{index.as_uri()}#{fragment}")
    page.reload()
    page.evaluate("location.hash = '#compare=%zz,%'")
    assert page.locator("#comparison .calls thead a").all_inner_texts() == [day(WEEKS - 2), day(WEEKS - 1)]
    assert page_log.errors == []


def test_the_timeline_answers_to_keys_and_to_the_pointer(opened: Page) -> None:
    opened.focus("#at")
    opened.keyboard.press("Home")
    assert opened.locator("#readout a").get_attribute("href") == f"{day(0)}/weekly.html"
    opened.keyboard.press("ArrowRight")
    assert opened.locator("#readout a").get_attribute("href") == f"{day(1)}/weekly.html"
    assert "2005" in (opened.get_attribute("#at", "aria-valuetext") or "")
    box = opened.locator(".over").bounding_box()
    assert box is not None
    opened.mouse.move(box["x"] + box["width"] - 2, box["y"] + 20)
    assert opened.locator("#readout a").get_attribute("href") == f"{day(WEEKS - 1)}/weekly.html"


def test_a_held_week_stays_under_a_moving_pointer_and_is_compared(opened: Page) -> None:
    box = opened.locator(".over").bounding_box()
    assert box is not None
    middle, right = box["x"] + box["width"] / 2, box["x"] + box["width"] - 2
    opened.mouse.click(middle, box["y"] + 20)
    held = opened.locator("#readout a").get_attribute("href")
    opened.mouse.move(right, box["y"] + 20)
    assert opened.locator("#readout a").get_attribute("href") == held
    opened.keyboard.press("Escape")
    opened.mouse.move(right, box["y"] + 30)
    assert opened.locator("#readout a").get_attribute("href") == f"{day(WEEKS - 1)}/weekly.html"
    opened.mouse.click(middle, box["y"] + 20)
    opened.get_by_role("button", name="Compare with the newest").click()
    heads = opened.locator("#comparison .calls thead a").all_inner_texts()
    assert [f"{heads[0]}/weekly.html", heads[1]] == [held, day(WEEKS - 1)]


def test_headings_that_cannot_be_seen_are_not_stopped_at(page: Page, index: Path) -> None:
    page.goto(index.as_uri())
    for width, hidden in ((1400, 0), (390, 10)):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(50)
        assert page.locator("thead button:disabled").count() == hidden
    page.select_option("#sort", "week:up")
    assert days(page)[0] == day(0)


def test_everything_can_be_reached_by_keyboard(opened: Page) -> None:
    reached = set()
    for _ in range(40):
        opened.keyboard.press("Tab")
        reached.add(
            opened.evaluate(
                "document.activeElement.id || document.activeElement.className || document.activeElement.tagName"
            )
        )
    assert {"skip", "open", "at", "search", "only"} <= reached
    opened.focus("th[data-key=risk] button")
    opened.keyboard.press("Enter")
    assert opened.get_attribute("th[data-key=risk]", "aria-sort") == "descending"


@pytest.mark.parametrize("width", [1400, 1024, 768, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_runs_over_the_edge_and_words_can_be_read(
    browser: Browser, index: Path, width: int, scheme: Any
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(index.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(FAINT) == []
    context.close()


# Text whose contrast with the ground behind it is below 4.5:1 (WCAG AA).
FAINT = """() => {
  const numbers = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = (c) => c.slice(0, 3).map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const c = numbers(getComputedStyle(node).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim()) continue;
    if (["SCRIPT", "STYLE", "NOSCRIPT", "OPTION"].includes(node.tagName)) continue;
    if (!node.checkVisibility() || node.closest(".visually-hidden")) continue;
    const [a, b] = [light(numbers(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
    if ((a + 0.05) / (b + 0.05) < 4.5) faint.push(`${node.className}: ${walker.currentNode.textContent}`);
  }
  return [...new Set(faint)];
}"""


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, index: Path, width: int, scheme: Any) -> None:
    import axe_playwright_python

    axe = next(Path(axe_playwright_python.__file__).parent.rglob("axe.min.js")).read_text(encoding="utf-8")
    context = browser.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    page.goto(f"{index.as_uri()}#compare={day(3)},{day(60)}")
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    context.close()


def test_names_for_every_control_and_one_heading_order(opened: Page) -> None:
    unnamed = opened.evaluate(
        """() => [...document.querySelectorAll("button,input,select,a[href]")]
          .filter((node) => node.checkVisibility())
          .filter((node) => !(node.textContent.trim() || node.getAttribute("aria-label") || node.labels?.length))
          .map((node) => node.outerHTML)"""
    )
    assert unnamed == []
    levels = opened.evaluate(
        "[...document.querySelectorAll('h1,h2,h3')].map((node) => Number(node.tagName[1]))"
    )
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    ids = opened.evaluate("[...document.querySelectorAll('[id]')].map((node) => node.id)")
    assert len(ids) == len(set(ids))


def test_hostile_texts_show_as_texts(page: Page, page_log: Any, tmp_path: Path) -> None:
    synthetic.put(tmp_path, synthetic.reading(dt.date(2019, 12, 27)))
    synthetic.put(tmp_path, hostile())
    archive.rebuild(report_store(tmp_path))
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    page.goto((tmp_path / "index.html").as_uri())
    page.click("#comparison button")
    search(page, "alert(1)")
    shown = page.inner_text("#comparison")
    assert shown.count("<script>alert(1)</script>") > 10
    assert HOSTILE.split("\u2028", maxsplit=1)[0] in page.inner_text(".newest")
    assert page.locator("main img, #comparison script").count() == 0
    assert dialogs == []
    assert page_log.errors == []
    assert page_log.outside == []


def test_a_print_has_the_weeks_and_no_controls(browser: Browser, index: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(index.as_uri())
    page.emulate_media(media="print")
    assert not page.is_visible("#search")
    assert page.is_visible(f"[data-week='{day(WEEKS - 1)}']")
    assert page.is_visible("#comparison .calls")
    context.close()


def test_a_printed_table_has_its_headings_on_every_page(browser: Browser, index: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(index.as_uri())
    page.emulate_media(media="print")
    # Chromium leaves the inside of a button out when it repeats a table's head on the next page.
    shown = page.eval_on_selector_all("thead button", "all => all.map(b => getComputedStyle(b).display)")
    assert set(shown) == {"contents"}
    context.close()


def test_a_notice_of_both_weeks_is_said_once_and_a_gap_is_shown(page: Page, tmp_path: Path) -> None:
    notice = {"level": "warning", "series": "VIX", "text": "VIX: one close was left out."}
    for number, own in enumerate(("first", "second")):
        others = {"level": "warning", "series": None, "text": f"only in the {own}"}
        reading = synthetic.reading(synthetic.friday(number), notices=[notice, others])
        if number:
            reading["engines"]["breadth"] |= {"score": None, "state": "unknown"}
        synthetic.put(tmp_path, reading)
    archive.rebuild(report_store(tmp_path))
    page.goto((tmp_path / "index.html").as_uri())
    said = page.locator("#comparison .plain li").all_inner_texts()
    assert said == [
        "Both weeks, data: VIX: one close was left out.",
        f"{day(0)}, data: only in the first",
        f"{day(1)}, data: only in the second",
    ]
    assert page.locator("svg.strip .lane").count() == 1
    assert "no reading" in page.inner_text(".legend")


def test_a_few_weeks_too_many_are_shown_at_once(page: Page, tmp_path: Path) -> None:
    archive.rebuild(report_store(synthetic.fill(tmp_path, 75)))
    page.goto((tmp_path / "index.html").as_uri())
    assert len(days(page)) == 75
    assert not page.is_visible("#more")


def test_simulated_weeks_have_a_page_of_their_own(page: Page, tmp_path: Path) -> None:
    synthetic.put(tmp_path, synthetic.reading(dt.date(2019, 12, 27)))
    synthetic.put(tmp_path / "demo", synthetic.reading(dt.date(2020, 1, 3), source="demo", simulated=True))
    for store in reversed(archive.archives(str(tmp_path))):
        archive.rebuild(store)
    page.goto((tmp_path / "index.html").as_uri())
    assert days(page) == ["2019-12-27"]
    assert page.locator(".banner").count() == 0
    page.click("text=Simulated weeks")
    assert days(page) == ["2020-01-03"]
    assert "none is real" in page.inner_text(".banner")
    assert search(page, "simulated") == ["2020-01-03"]
