"""The formulas of the portfolio process against hand-worked numbers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters, yaml_files
from fiveengines.base.parameters.rebalance import RebalanceParameters
from fiveengines.companions.rebalance import bounce, channel, falls, seasonality, sentiment, stocks

RULES = yaml_files.load_model(parameters.load().beside("rebalance.yaml"), RebalanceParameters)


def days(count: int, first: str = "2015-01-02") -> pd.DatetimeIndex:
    return pd.bdate_range(first, periods=count)


def test_falls_by_hand() -> None:
    """100 → 88 → 101 is one fall of 12 %; 101 → 80 is another, not yet over."""
    found = falls.falls(np.array([90, 100, 95, 88, 94, 101, 92, 90, 80, 85.0]), 0.10)
    assert found == (falls.Fall(1, 3, 3, 5), falls.Fall(5, 7, 8, None))


def test_half_won_back_and_what_came_of_it() -> None:
    """Two falls from 100 to 80: the first is back at 90 and goes on to 101, the second at 91 of 101 and then at 78."""
    path = [100, 80, 90, 101, 80, 91, 78, 101.0]
    record = falls.retracement_record(np.array(path), 0.10, 0.5)
    assert (record.n, record.resolved, record.open, record.share) == (2, 1, 0, 0.5)


def test_a_fall_that_is_still_undecided_is_not_counted() -> None:
    record = falls.retracement_record(np.array([100, 80, 91.0]), 0.10, 0.5)
    assert (record.n, record.open, record.share) == (0, 1, None)


def test_the_average_won_back() -> None:
    """A three-day average: below it at 85 and 80, above it at 95, then the old high."""
    closes = pd.Series([100, 100, 100, 85, 80, 95, 101.0])
    record = falls.average_record(closes, 0.10, 3)
    assert (record.n, record.resolved) == (1, 1)


def test_paths_from_a_fall_of_that_size() -> None:
    paths = falls.from_here(np.array([100, 89, 95, 80, 102.0]), 0.10, 2)
    assert paths[0].tolist() == pytest.approx([0, 100 * (95 / 89 - 1), 100 * (80 / 89 - 1)])
    assert falls.shares_reached(paths, 6.0, -5.0) == (1, 0, 1)
    assert falls.shares_reached(paths, 8.0, -5.0) == (0, 1, 1)


def test_a_channel_by_hand() -> None:
    """Logs 0, 1, 0, 1: slope 0.2, start 0.2; residuals −0.2, 0.6, −0.6, 0.2; √(0.8 ÷ 2) = 0.632."""
    closes = pd.Series(np.exp([0.0, 1.0, 0.0, 1.0]))
    found = channel.regression_channel(closes, 4, 1.0)
    assert found is not None
    assert np.log([found.upper, found.middle, found.lower]).tolist() == pytest.approx(
        [0.8 + np.sqrt(0.4), 0.8, 0.8 - np.sqrt(0.4)]
    )
    assert channel.regression_channel(closes, 5, 1.0) is None


def test_a_year_that_always_falls_to_its_hundredth_session() -> None:
    """Three years of V-shapes: down to session 100 and up again. The low's date is sure."""
    index, values = [], []
    level = 100.0
    for year in range(2010, 2014):
        own = pd.bdate_range(f"{year}-01-01", periods=252)
        path = level * np.exp(np.where(np.arange(252) <= 99, -np.arange(252), np.arange(252) - 198) / 1000)
        index += list(own)
        values += list(path)
        level = float(path[-1])
    found = seasonality.season(pd.Series(values, index=pd.DatetimeIndex(index)), 200, 0.90, 1)
    assert found is not None
    assert (found.years, found.low, found.early, found.late) == (3, 99, 99, 99)
    assert seasonality.day_of(99) == "26 May"


def test_a_season_needs_two_years() -> None:
    assert seasonality.season(pd.Series(1.0, index=days(300)), 100, 0.9, 1) is None


def test_a_percentile_and_a_zone_by_hand() -> None:
    rules = RULES.sentiment.model_copy(update={"window": 4, "least_components": 2})
    parts = {
        "a": pd.Series([1, 2, 3, 4.0]),
        "b": pd.Series([4, 3, 2, 1.0]),
        "c": pd.Series([np.nan, np.nan, np.nan, np.nan]),
    }
    table = sentiment.composite(parts, rules)
    assert table["value"].iloc[-1] == pytest.approx((100 + 25) / 2)
    assert sentiment.composite({"a": parts["a"]}, rules)["value"].isna().all()
    assert [sentiment.zone(each, rules) for each in (19.9, 20, 59.9, 80, np.nan)] == [
        "extreme fear", "fear", "neutral", "extreme greed", "unknown",
    ]  # fmt: skip


def test_spells_begin_below_twenty_and_end_above_forty() -> None:
    value = pd.Series([50, 19, 30, 39, 41, 50, 10, 12.0])
    closes = pd.Series([100, 95, 90, 92, 93, 96, 90, 89.0])
    rules = RULES.sentiment.model_copy(update={"after": 2})
    found = sentiment.spells(value, closes, rules)
    assert [(each.begin, each.end, each.sessions, each.to_low, each.closed) for each in found] == [
        (1, 3, 3, 1, True),
        (6, 7, 2, 1, False),
    ]
    assert sentiment.lows_without(found, [2, 5, 40], rules) == 1


def test_an_oversold_sector_by_hand() -> None:
    """One session's relative returns 1, −1, 1, −1, −4 %: the last is (−4 + 0.8) ÷ 2.05 standard deviations away."""
    index = pd.Series(100.0, index=days(6))
    fund = pd.DataFrame({"XLE": 100 * np.cumprod([1, 1.01, 0.99, 1.01, 0.99, 0.96])}, index=index.index)
    score = bounce.oversold(fund, index, 1, 5)
    assert score["XLE"].iloc[-1] == pytest.approx((-4 + 0.8) / np.std([1, -1, 1, -1, -4], ddof=1))


def test_rebounds_are_dated_when_they_are_known() -> None:
    assert bounce.rebounds(np.array([100, 85, 80, 83, 84.1, 120, 90, 95.0]), 0.10, 0.05) == [4, 7]


def test_what_followed_a_rebound() -> None:
    sessions = days(4)
    index = pd.Series([100, 100, 110, 110.0], index=sessions)
    funds = pd.DataFrame({"A": [1, 1, 1.2, 1.2], "B": 1.0, "C": 1.0}, index=sessions)
    scores = pd.DataFrame({"A": -2.0, "B": 0.0, "C": 1.0}, index=sessions)
    found = bounce.after_rebounds(scores, funds, index, [1, 3], 1)
    assert found.to_dict() == {sessions[1]: pytest.approx(20 - 10)}


def test_the_ranking_prefers_strong_calm_stocks_near_their_highs() -> None:
    chance = np.random.default_rng(0)
    steady = 100 * np.exp(0.001 * np.arange(300) + chance.normal(0, 0.001, 300))
    wild = 100 * np.exp(-0.001 * np.arange(300) + chance.normal(0, 0.03, 300))
    gone = np.where(np.arange(300) < 280, steady, np.nan)
    closes = pd.DataFrame({"STEADY": steady, "WILD": wild, "GONE": gone, "OUT": steady * 2}, index=days(300))
    ranked = stocks.scores(closes, np.array([True, True, True, False]), (252, 21), 126, 252)
    assert list(ranked.index) == ["STEADY", "WILD"]


def test_month_ends_leave_the_running_month_out() -> None:
    sessions = pd.DatetimeIndex(["2019-01-30", "2019-01-31", "2019-02-01", "2019-02-28", "2019-03-01"])
    assert stocks.month_ends(sessions) == [1, 3]
