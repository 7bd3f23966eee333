"""Real history to 2019: the portfolio process on known sessions, and nothing known too early."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.companions import rebalance
from fiveengines.companions.rebalance import background
from fiveengines.companions.session import Session
from fiveengines.data import calendars
from fiveengines.data.panel import Panel

pytestmark = pytest.mark.real_data
HELD = (
    "ticker,shares,cost,target,stop,sector\nSPY,300,90,400,60,\nXOM,200,40,,30,Energy\nXLF,500,10,30,,\n"
    "IEF,300,80,,,\nNOPRICE,10,100,,,\nCASH,20000\n"
)


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIVEENGINES_PORTFOLIO", str(tmp_path))
    (tmp_path / "holdings.csv").write_text(HELD, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "seed", [*range(3), *(pytest.param(each, marks=pytest.mark.long) for each in range(3, 30))]
)
def test_scrambling_what_came_later_changes_nothing(seed: int, real_data: Path, mine: Path) -> None:
    rng = np.random.default_rng(seed)
    later = Session.load("2019-12-27", source="files", data_dir=real_data)
    day = pd.Timestamp(rng.choice(later.panel.sessions[(later.panel.sessions > "2005-01-01")][:-5]))
    before = rebalance.analyse(Session.load(day.date(), source="files", data_dir=real_data))
    cutoff, data = calendars.evening_of(day), later.dataset
    series = {}
    for key, each in data.series.items():
        frame = each.frame.copy()
        after = (frame["known_at"] > cutoff).to_numpy()
        frame.loc[after, "value"] = frame["value"].to_numpy()[after] * rng.uniform(0.3, 3, int(after.sum()))
        series[key] = replace(each, frame=frame)
    assert data.members is not None
    closes = data.members.closes.copy()
    closes.loc[closes.index > day] = closes.loc[closes.index > day] * 2.0
    changed = replace(data, series=series, members=replace(data.members, closes=closes))
    background._KEPT.clear()
    again = rebalance.analyse(replace(later, as_of=day, panel=Panel(changed, day)))
    left = {"data_fingerprint"}
    assert again.model_dump_json(exclude=left) == before.model_dump_json(exclude=left)
    assert before.portfolio is not None
    assert before.portfolio.at_cost == ["NOPRICE"]
    assert any("NOPRICE counted at cost" in each for each in before.not_available)


def test_there_are_no_orders_without_a_call(real_data: Path, mine: Path) -> None:
    """Readings begin in January 1997."""
    found = rebalance.analyse(Session.load("1996-11-15", source="files", data_dir=real_data))
    assert found.portfolio is not None and found.equity_target is None
    assert (found.orders, found.cost, found.turnover) == ([], 0, 0)
    assert "no call, so no orders" in found.headline and "nothing is planned" in found.bottom_line


def test_a_cut_below_the_average_is_spread_over_now_and_two_levels(real_data: Path, mine: Path) -> None:
    """21 December 2018: the index closed at 2,416.62 (S&P), below its 200-day average and half of the fall."""
    found = rebalance.analyse(Session.load("2018-12-21", source="files", data_dir=real_data))
    assert found.market is not None and found.market.close == pytest.approx(2416.62, abs=0.05)
    levels = {each.id: each for each in found.market.pivots}
    assert levels["retrace_50"].level == pytest.approx((2930.75 + 2416.62) / 2, abs=0.05)
    assert levels["sma_200"].level > levels["retrace_50"].level > 2417
    waits = {each.condition for each in found.orders if each.condition}
    assert waits == {
        f"once the S&P 500 closes at or above {levels[key].level:,.0f} ({levels[key].name})"
        for key in ("retrace_50", "sma_200")
    }
    spy = [each.shares for each in found.orders if each.ticker == "SPY"]
    assert len(spy) == 3 and max(spy) < 0
    assert max(spy) - min(spy) <= 2, "a third each, in whole shares"


@pytest.mark.parametrize(
    ("day", "said"),
    [("2011-08-12", True), ("2018-12-21", True), ("2019-07-26", False), ("2004-03-12", False)],
)
def test_extreme_fear_stands_in_the_bottom_line_only_while_it_is_there(
    day: str, said: bool, real_data: Path, mine: Path
) -> None:
    found = rebalance.analyse(Session.load(day, source="files", data_dir=real_data))
    assert found.portfolio is not None and found.market is not None
    assert ("The fear clock says extreme fear; this spell has lasted" in found.bottom_line) is said
    assert (found.market.sentiment.zone == "extreme fear") is said


def test_each_level_has_its_record(real_data: Path, mine: Path) -> None:
    """By 12 August 2011 four falls of a tenth and more had ended or begun anew since 1990: 2008 is a past one."""
    found = rebalance.analyse(Session.load("2011-08-12", source="files", data_dir=real_data)).market
    assert found is not None
    assert {each.id for each in found.pivots if each.record is not None} == {
        "sma_200", "retrace_50", "channel_lower", "fall_low", "prior_low",
    }  # fmt: skip
    assert found.scenarios[0].n == len(found.paths) == 4
    for each in found.pivots:
        record = each.record
        assert record is not None and record.low <= record.share <= record.high  # type: ignore[operator]
        assert [other.fall_pct for other in record.others] == [5.0, 15.0]
    stats = found.sentiment.exit_statistics
    assert stats is not None and stats.low <= stats.mean_sessions <= stats.high
    assert stats.shortest_to_low <= stats.median_to_low <= stats.longest_to_low
    assert found.sentiment.vendor == 6.0, "sentiment/fear_greed.csv on that day"
