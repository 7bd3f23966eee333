"""The holdings panel, driven as a person drives it: what the preview shows, what is written, and what the page says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fiveengines.base.fast_imports import BATCH
from fiveengines.companions.rebalance import analyse, background
from fiveengines.companions.session import Session
from fiveengines.portfolio import decisions
from fiveengines.views.tables import rebalance
from fiveengines.views.widgets import HoldingsPanel, holdings_panel

HELD = "ticker,shares,cost,opened,stop\nSPY,300,,,60\nIEF,100,,,\nCASH,9000\n"


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIVEENGINES_PORTFOLIO", str(tmp_path / "portfolio"))
    monkeypatch.setenv("FIVEENGINES_OUTPUTS", str(tmp_path / "outputs"))
    monkeypatch.delenv(BATCH, raising=False)
    folder = tmp_path / "portfolio" / "demo"
    folder.mkdir(parents=True)
    (folder / "holdings.csv").write_text(HELD, encoding="utf-8")
    return folder


def panel_of(day: str) -> HoldingsPanel:
    found = holdings_panel(Session.load(day, source="demo"))
    assert found is not None
    return found


def test_from_a_typed_stop_to_planned_against_done(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    panel = panel_of("2009-03-06")
    panel.position.value = "SPY"
    assert (panel.stop.value, panel.hold.value) == ("60", False)
    first = panel.plan.value
    assert "SPY" in first
    read: list[object] = []
    market = background.market
    monkeypatch.setattr(background, "market", lambda *given: read.append(given) or market(*given))
    panel.hold.value = True
    assert "SPY" not in panel.plan.value, "what is held is not traded"
    panel.hold.value, panel.exclude.value = False, True
    assert "<td>trim</td><td>SPY</td>" in panel.plan.value
    assert "Held back by: turnover" in panel.plan.value, (
        "a fifth of the portfolio at once is more than the limit"
    )
    panel.exclude.value = False
    assert panel.plan.value == first
    panel.stop.value = "65"
    assert panel.plan.value != first, "dollars at the stop follow"
    assert not read, "a preview reads the market no second time"
    assert not (mine / decisions.DECISIONS).exists()

    panel.decide_button.click()
    assert "why: is empty" in panel.said.value
    panel.why.value = "below the <b>low</b>"
    panel.decide_button.click()
    assert "1 decided about SPY" in panel.said.value
    assert "below the &lt;b&gt;low" in panel.trail.value
    assert (mine / "holdings.csv").read_text(encoding="utf-8") == HELD

    page = Path(panel.session.run.out_dir or mine.parents[1] / "outputs") / "demo" / "2009-03-06"
    page.mkdir(parents=True)
    (page / "rebalance.json").touch()
    panel.choose_button.click()
    assert "orders noted" in panel.said.value or "order noted" in panel.said.value
    (line,) = (mine / decisions.CHOSEN).read_text(encoding="utf-8").splitlines()
    (planned,) = [each["shares"] for each in json.loads(line)["orders"] if each["ticker"] == "SPY"]
    assert f",SPY,{abs(planned):g}," in (page / "chosen_rebalance.csv").read_text(encoding="utf-8")

    same = analyse(panel.session)
    assert [(each.ticker, each.kind, each.value) for each in same.decisions] == [("SPY", "stop", 65.0)]
    assert same.chosen is not None and same.last_time is None
    assert [each.to_stop_pct for each in same.portfolio.positions if each.ticker == "SPY"] == [
        pytest.approx(100 * (65 / panel.book.prices["SPY"] - 1), abs=0.01)
    ]
    assert "stop at 65.00" in rebalance.decisions(same)._repr_html_()

    half = HELD.replace("SPY,300", f"SPY,{300 + planned / 2:g}")
    (mine / "holdings.csv").write_text(half, encoding="utf-8")
    later = analyse(Session.load("2009-03-13", source="demo"))
    assert later.last_time is not None
    assert [(each.ticker, each.planned, each.done, each.state) for each in later.last_time.orders] == [
        ("SPY", planned, planned / 2, "partly done")
    ]
    assert "0 of 1 as planned" in rebalance.last_time(later)._repr_html_()


def test_what_cannot_be_is_said_in_the_panel(mine: Path) -> None:
    panel = panel_of("2009-03-06")
    panel.stop.value = "ten"
    assert "stop: &#x27;ten&#x27; is not a number" in panel.plan.value
    panel.undo_button.click()
    assert "nothing is decided about" in panel.said.value


def test_a_batch_run_has_no_panel(mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BATCH, "1")
    assert holdings_panel(Session.load("2009-03-06", source="demo")) is None
