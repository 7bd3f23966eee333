"""The override panel in a real JupyterLab: type, see, save, and read the new regime in the next notebook."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe

from browser import jupyterlab
from fiveengines import overrides
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.model.regimes import NAMES
from fiveengines.views.theme import DARK, LIGHT
from fiveengines.week import Week

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser
WIDTHS = (1280, 1000, 800)
THEMES = ("JupyterLab Light", "JupyterLab Dark")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[jupyterlab.JupyterLab]:
    server = jupyterlab.start(tmp_path_factory.mktemp("lab"))
    yield server
    server.stop()


def panel_page(browser: Browser, lab: jupyterlab.JupyterLab) -> Page:
    """Notebook 1, run from top to bottom, with its panel in sight."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    lab.open(page, "1_engine_check.ipynb")
    jupyterlab.run_all(page)
    assert jupyterlab.errors(page) == []
    page.locator(".fe-panel .fe-preview").wait_for()
    return page


def choose_state(page: Page, engine: str, state: str) -> None:
    """Set a whole engine by hand on its tab, with a reason."""
    page.locator(".fe-panel .lm-TabBar-tab", has_text=engine).click()
    row = page.locator(".fe-row:visible", has_text="State of the whole engine")
    row.locator("select").select_option(label=state)
    row.get_by_label("Why").fill("seen on the desk")
    row.get_by_label("Why").press("Tab")


def near_a_change() -> tuple[str, str, str]:
    """A week of the demo that one engine's state would turn: its date, the engine, and the state that does it."""
    week = Week.load(source="demo")
    for day in reversed(week.readings.dates[-150:]):
        that = week.at(day)
        flip = that.regime.flip
        if flip is None:
            continue
        state = "supportive" if flip.change > 0 else "adverse"
        now, date = dt.datetime.now(dt.UTC), day.date()
        entry = overrides.Entry("x", f"state:{flip.engine}", state, "", "", "", now, date, date)
        if that.with_entries((entry,)).regime.number != that.regime.number:
            return str(date), ENGINE_NAMES[flip.engine], state
    raise AssertionError("no week of the demo is near a change")


def test_enter_preview_save_and_the_next_notebook_follows(
    browser: Browser, lab: jupyterlab.JupyterLab
) -> None:
    day, engine, state = near_a_change()
    lab.read(day)
    page = panel_page(browser, lab)
    call = page.locator(".fe-call b")
    old = call.inner_text()
    regimes = {f"{number} {name}" for number, name in NAMES.items()}
    assert old in regimes
    choose_state(page, engine, state)
    page.locator(".fe-flips li", has_text="Regime:").wait_for()
    new = call.inner_text()
    assert new in regimes - {old}
    assert f"{old[2:]} → {new[2:]}" in page.locator(".fe-flips").inner_text()
    assert page.locator(".fe-engines tr", has_text=engine).locator(".fe-forced").count() == 1
    assert not list(lab.overrides.glob("*.yaml")), "nothing is written before Save"
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".fe-good", has_text="Saved to").wait_for()
    trail = overrides.load(lab.overrides)
    assert {each.who for each in trail.records} == {"Ada Tester"}
    assert {each.why for each in trail.records} == {"seen on the desk"}
    assert {path.name for path in lab.overrides.glob("*.yaml")} == {f"{day}.yaml"}
    lab.open(page, "2_dominant_regime.ipynb")
    jupyterlab.run_all(page)
    assert jupyterlab.errors(page) == []
    shown = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea").all_inner_texts()
    assert any(new[2:] in text for text in shown)
    page.context.close()


def test_the_slider_follows_keys_and_moves_the_picture(browser: Browser, lab: jupyterlab.JupyterLab) -> None:
    page = panel_page(browser, lab)
    page.locator(".fe-panel .lm-TabBar-tab", has_text="Positioning").click()
    row = page.locator(".fe-row:visible", has_text="Trend followers")
    row.locator(".noUi-handle").focus()
    page.keyboard.press("ArrowRight")
    page.locator(".fe-count", has_text="not saved yet").wait_for()
    typed = row.get_by_role("textbox").first
    assert float(typed.input_value()) != 0
    typed.fill("450")
    row.locator(".fe-wrong", has_text="-100 to 100").wait_for()
    typed.fill("")
    page.locator(".fe-count", has_text="not saved yet").wait_for(state="detached")
    page.context.close()


def test_keys_lead_from_a_figure_to_its_reason_and_back_to_what_is_missing(
    browser: Browser, lab: jupyterlab.JupyterLab
) -> None:
    page = panel_page(browser, lab)
    tabs = page.locator(".fe-panel .lm-TabBar-tab")
    tabs.filter(has_text="Rate path").click()
    chosen = page.locator(".fe-row:visible", has_text="State of the whole engine").locator("select")
    assert re.match(r"data\s\(", chosen.evaluate("box => box.selectedOptions[0].text"))
    assert chosen.bounding_box()["height"] >= 24, "what is chosen can be read"
    tabs.filter(has_text="Volatility").click()
    page.get_by_label("VIX", exact=True).press_sequentially("33")
    page.get_by_label("VIX", exact=True).press("Enter")
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    tabs.filter(has_text="Liquidity").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.locator(".fe-box", has_text="Nothing is saved yet").wait_for()
    page.wait_for_function("document.activeElement.tagName === 'TEXTAREA'")
    page.keyboard.type("a desk note")
    page.locator(".fe-row:visible .fe-wrong").wait_for(state="detached")
    assert not [path for path in lab.overrides.glob("*.yaml") if "a desk note" in path.read_text("utf-8")]
    page.context.close()


@pytest.mark.parametrize("theme", THEMES)
def test_nothing_is_cut_off_and_everything_can_be_read(
    browser: Browser, lab: jupyterlab.JupyterLab, theme: str, tmp_path: Path
) -> None:
    lab.theme(theme)
    page = panel_page(browser, lab)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.locator(".fe-head").evaluate("head => head.scrollIntoView()")
        page.wait_for_timeout(300)
        page.screenshot(path=tmp_path / f"{width}.png")
        wide = page.locator(".fe-panel").evaluate(
            "panel => [...panel.querySelectorAll('.fe-row, .fe-preview, .fe-foot')]"
            ".filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.innerText)"
        )
        assert wide == [], f"{width} px: wider than its place"
        cut = page.locator(".fe-panel .lm-TabBar-tabLabel").evaluate_all(
            "all => all.filter(each => each.scrollWidth > each.clientWidth + 1).map(each => each.innerText)"
        )
        assert cut == [], f"{width} px: a tab's name is cut off"
    contrasts = page.locator(".fe-panel").evaluate(CONTRAST)
    assert min(contrasts.values()) >= 4.5, contrasts
    page.set_viewport_size({"width": WIDTHS[0], "height": 900})
    for engine in ("Volatility", "Positioning"):
        page.locator(".fe-panel .lm-TabBar-tab", has_text=engine).click()
        page.locator(".fe-row:visible .noUi-handle").first.wait_for()
        found = Axe().run(page, context=".fe-panel").response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []
    colours = DARK if "Dark" in theme else LIGHT
    chart = page.locator(".vega-embed svg.marks").first
    assert chart.evaluate("svg => getComputedStyle(svg).backgroundColor") == rgb(colours["panel"])
    shown = chart.locator("text").evaluate_all("all => all.map(each => getComputedStyle(each).fill)")
    assert rgb(colours["ink"]) in shown
    assert shown.count(rgb((LIGHT if "Dark" in theme else DARK)["ink"])) == 0
    page.context.close()


def rgb(colour: str) -> str:
    """A colour as a browser gives it back."""
    return "rgb({}, {}, {})".format(*(int(colour[at : at + 2], 16) for at in (1, 3, 5)))


# Contrast of text against what is painted behind it, by WCAG 2.2, for each kind of text in the panel.
CONTRAST = """panel => {
    const rgb = text => (text.match(/[\\d.]+/g) || [0, 0, 0, 0]).map(Number);
    const behind = node => {
        for (; node; node = node.parentElement) {
            const c = rgb(getComputedStyle(node).backgroundColor);
            if (c.length < 4 || c[3] === 1) return c;
        }
        return [255, 255, 255];
    };
    const light = c => {
        const linear = v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
        const [r, g, b] = c.slice(0, 3).map(v => linear(v / 255));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const found = {};
    for (const name of ['.fe-head', '.fe-data', '.fe-call b', '.fe-count', '.fe-engines td', '.fe-engines thead th',
                        '.fe-engines td span', '.fe-row label', '.fe-row input', '.fe-foot label']) {
        const node = panel.querySelector(name);
        const [a, b] = [light(rgb(getComputedStyle(node).color)), light(behind(node))];
        found[name] = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    }
    return found;
}"""
