"""The override panel in the kernel: what is typed, what is shown, what is saved, and what a report makes of it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fiveengines import overrides
from fiveengines.base import paths
from fiveengines.base.errors import OverrideError
from fiveengines.base.fast_imports import BATCH
from fiveengines.views.widgets import OverridePanel, override_panel
from fiveengines.week import Week

AS_OF = "2024-06-28"
# Every engine by hand at its worst: whatever the demo market does, this is no bull market.
BEAR = {f"state:{engine}": "adverse" for engine in ("liquidity", "volatility", "breadth")}
BULL = {f"state:{engine}": "supportive" for engine in ("liquidity", "volatility", "breadth", "rate_path")}


@pytest.fixture
def params(tmp_path: Path) -> Path:
    """A copy of params without any manual reading."""
    copied = tmp_path / "params"
    shutil.copytree(
        paths.project_root() / "params", copied, ignore=shutil.ignore_patterns("*-*-*.yaml", ".lock")
    )
    return copied / "weekly.yaml"


@pytest.fixture
def panel(params: Path) -> OverridePanel:
    return OverridePanel(Week.load(as_of=AS_OF, source="demo", params_file=params))


def load(params: Path) -> Week:
    return Week.load(as_of=AS_OF, source="demo", params_file=params)


def picture(panel: OverridePanel) -> str:
    """The preview as a reader sees it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", panel._picture.value))


def far_from(week: Week) -> dict[str, str]:
    """States that lead to another regime than the week's own."""
    return BEAR if week.regime.number <= 3 else BULL


def enter(panel: OverridePanel, field: str, value: object, why: str = "a test's reason") -> None:
    row = panel.row(field)
    row.control.value = value
    row._why.value = why


def test_every_scored_indicator_and_every_engine_has_a_field(panel: OverridePanel) -> None:
    lines = panel.week.params.engines.engines
    for engine, indicators in lines.items():
        for name, each in indicators.items():
            if each.weight > 0:
                spec = panel.row(name).spec
                assert spec.url.startswith("https://")
                assert spec.question.endswith("?")
        assert panel.row(f"state:{engine}").spec.question.endswith("?")
    with pytest.raises(OverrideError, match="has no field"):
        panel.row("nothing")


def test_a_key_press_changes_the_picture_and_saves_nothing(panel: OverridePanel, params: Path) -> None:
    before = picture(panel)
    panel.row("cta_exposure").control.value = "90"
    assert panel.preview_week.engines["positioning"].score < panel.week.engines["positioning"].score
    assert picture(panel) != before
    assert "1 change not saved yet" in picture(panel)
    assert not list((params.parent / "overrides").glob("*.yaml"))
    panel.row("cta_exposure").control.value = ""
    assert picture(panel) == before


def test_the_picture_says_what_flips(panel: OverridePanel) -> None:
    for field, state in far_from(panel.week).items():
        panel.row(field).control.value = state
    seen = picture(panel)
    assert panel.preview_week.engines["breadth"].state in {"supportive", "adverse"}
    assert panel.preview_week.regime.raw != panel.week.regime.raw
    assert "This week points to:" in seen or "Regime:" in seen
    assert "set by hand" in seen


def test_an_impossible_figure_is_refused_with_its_range(panel: OverridePanel) -> None:
    before = picture(panel)
    row = panel.row("vix")
    row.control.value = "700"
    assert "5 to 200" in row._facts.value
    assert picture(panel) == before
    panel.save()
    assert "Nothing is saved yet" in panel._said.value


def test_a_choice_shows_what_the_data_say_until_one_is_made(panel: OverridePanel) -> None:
    row = panel.row("state:volatility")
    said = panel.week.engines["volatility"].state
    assert row.control.label == f"data ({said})"
    row.control.value = "adverse"
    panel.reload()
    assert row.control.label == f"data ({said})"
    assert panel.changes() == []


def test_a_field_shows_the_figure_as_one_would_type_it(panel: OverridePanel) -> None:
    for name in ("vix", "cta_exposure", "cot_speculators", "hy_spread"):
        row = panel.row(name)
        typed = overrides.check(name, row.control.placeholder)
        assert typed == pytest.approx(row.spec.data, abs=row.spec.bounds.step)


def test_a_complaint_goes_when_its_cause_does(panel: OverridePanel) -> None:
    enter(panel, "vix", "30", "")
    panel._tabs.selected_index = 0
    panel.save()
    row = panel.row("vix")
    assert "Say why" in row._facts.value
    assert panel._tabs.get_title(panel._tabs.selected_index) == "Volatility", "led to what is missing"
    row._why.value = "a desk note"
    assert "Say why" not in row._facts.value


def test_saving_needs_a_reason(panel: OverridePanel, params: Path) -> None:
    panel.row("vix").control.value = "30"
    panel.save()
    assert "Nothing is saved yet" in panel._said.value
    assert not list((params.parent / "overrides").glob("*.yaml"))


def test_what_is_saved_is_what_a_later_notebook_reads(panel: OverridePanel, params: Path) -> None:
    for field, state in far_from(panel.week).items():
        enter(panel, field, state)
    shown = panel.preview_week
    panel.save()
    assert "Saved to" in panel._said.value
    later = load(params)
    assert later.regime == shown.regime
    assert later.target_exposure == shown.target_exposure
    assert {e.field: e.value for e in later.overrides} == far_from(later.without_overrides())
    assert panel.changes() == []
    for field in far_from(later.without_overrides()):
        panel.row(field).control.value = ""
    panel.save()
    assert load(params).regime == later.without_overrides().regime
    assert len(overrides.load(panel.directory).records) == 2 * len(far_from(later.without_overrides()))


def test_two_panels_at_once(panel: OverridePanel, params: Path) -> None:
    other = OverridePanel(load(params))
    enter(panel, "cta_exposure", "65", "mine")
    panel.save()
    enter(other, "cta_exposure", "-20", "yours")
    other.save()
    assert "changed since you opened it" in other._said.value
    assert [e.value for e in load(params).overrides] == [65.0]
    other.reload()
    assert other.row("cta_exposure").control.value == "65"
    enter(other, "cta_exposure", "-20", "yours, knowingly")
    other.save()
    assert [e.value for e in load(params).overrides] == [-20.0]


def test_what_met_another_persons_entry_stays_typed_and_replaces_it_when_saved_once_more(
    panel: OverridePanel, params: Path
) -> None:
    other = OverridePanel(load(params))
    enter(panel, "cta_exposure", "65", "mine")
    panel.save()
    enter(other, "cta_exposure", "-20", "yours")
    enter(other, "vix", "30", "yours too")
    other.save()
    row = other.row("cta_exposure")
    assert (row.control.value, row._why.value) == ("-20", "yours")
    assert "saved by hand: 65" in row._facts.value
    assert [each.field for each in other.changes()] == ["cta_exposure"], "the other field is saved"
    other.save()
    assert {e.field: e.value for e in load(params).overrides} == {"cta_exposure": -20.0, "vix": 30.0}
    actions = [each.action for each in overrides.load(panel.directory).records]
    assert actions == ["set", "held", "set", "change"]


def test_every_slider_moved_by_a_step_enters_its_figure(panel: OverridePanel) -> None:
    panel.row("vix")  # every tab is built on the way to a field of the last one
    panel.row("state:rate_path")
    rows = [row for row in panel._rows.values() if row.slider is not None]
    assert len(rows) > 5
    for row in rows:
        slider = row.slider
        slider.value += slider.step if slider.value < slider.max else -slider.step
        assert float(row.raw) == pytest.approx(slider.value), row.spec.field
        assert row.change() is not None, row.spec.field


def test_a_slider_that_a_browser_rounds_enters_nothing(panel: OverridePanel) -> None:
    row = panel.row("naaim")
    step = row.spec.bounds.step
    row.slider.value += step / 3
    assert not row.manual
    row.slider.value += 5 * step
    assert row.manual
    assert float(row.control.value) == pytest.approx(row.slider.value, abs=step / 2 + 1e-9)


def test_typed_text_never_becomes_markup(panel: OverridePanel, params: Path) -> None:
    script = "<img src=x onerror=alert(1)>"
    panel._who.value = script
    enter(panel, "vix", "30", script)
    panel.save()
    again = OverridePanel(load(params))
    drawn = again.row("vix")._facts.value + again._head.value + again._picture.value + again._said.value
    assert "<img" not in drawn
    assert "&lt;img" in drawn


def test_a_batch_run_shows_the_table(panel: OverridePanel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BATCH, "1")
    shown = override_panel(panel.week)
    assert not isinstance(shown, OverridePanel)
    assert "No figure was entered by hand" in shown._repr_html_()


def test_the_report_shows_the_same_call_as_the_panel(
    panel: OverridePanel, params: Path, tmp_path: Path
) -> None:
    for field, state in far_from(panel.week).items():
        enter(panel, field, state)
    enter(panel, "cta_exposure", "65", "<b>a bank's note</b>")
    shown = panel.preview_week
    panel.save()
    command = [
        str(Path(sys.executable).with_name("fiveengines")),
        "weekly",
        "--with",
        "none",
        "--as-of",
        AS_OF,
        "--source",
        "demo",
    ]
    command += ["--params", str(params), "--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    reading = json.loads((tmp_path / "out" / "demo" / AS_OF / "reading.json").read_text(encoding="utf-8"))
    assert reading["regime"]["number"] == shown.regime.number
    assert reading["aggressiveness"]["value"] == pytest.approx(shown.target_exposure.value, abs=1e-4)
    assert len(reading["overrides"]) == len(far_from(panel.week.without_overrides())) + 1
    evidence = reading["engines"]["positioning"]["evidence"]
    assert [each["indicator"] for each in evidence if each["overridden"]] == ["cta_exposure"]
    page = (tmp_path / "out" / "demo" / AS_OF / "weekly.html").read_text(encoding="utf-8")
    assert "a bank" in page
    assert "<b>a bank" not in page
