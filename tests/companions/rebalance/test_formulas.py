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


def test_a_level_won_back_and_what_came_of_it() -> None:
    """100 → 80 → 90 → 101: below 85 and above it again, then the old high. 101 → 80 → 90 → 78: a new low first."""
    path = np.array([100, 80, 90, 101, 80, 90, 78, 101.0])
    found = falls.level_record(path, 0.10, lambda fall: 85.0)
    assert (found.n, found.resolved) == (2, 1)
    assert falls.level_record(path, 0.10, lambda fall: 70.0).n == 0, "never below it"
    rises = np.array([0, 0, 95, 0, 0, np.nan, 0, 0])
    assert falls.level_record(path, 0.10, lambda fall: rises).n == 0, (
        "no close above a level that is not known"
    )


def test_the_low_before_the_high_won_back() -> None:
    """The lowest close of the two sessions before the high of 100 is 92: 85 is below it, 93 above, then 101."""
    found = falls.prior_low_record(np.array([90, 95, 92, 100, 85, 93, 101.0]), 0.10, 2)
    assert (found.n, found.resolved) == (1, 1)
    assert falls.prior_low_record(np.array([100, 85, 93, 101.0]), 0.10, 2).n == 0, "nothing before the high"


def test_a_rise_from_the_low_and_what_came_of_it() -> None:
    """80 → 84 is 5 %, then 79: a new low. 79 → 83 is another 5 % but the fall counts once."""
    found = falls.rise_record(np.array([100, 80, 84, 79, 83, 101.0]), 0.10, 0.05)
    assert (found.n, found.resolved) == (1, 0)


def test_the_fall_under_way_is_no_past_one() -> None:
    path = np.array([100, 89, 101, 90.0])
    assert [len(falls.from_here(path, 0.10, 1, running)) for running in (None, 2, 0)] == [2, 1, 1]


def test_the_channel_s_lower_edge_is_that_of_each_session() -> None:
    closes = pd.Series(np.exp(np.random.default_rng(3).normal(0, 0.1, 60).cumsum()))
    edges = channel.lower_edges(closes.to_numpy(), 20, 2.0)
    for at in (19, 40, 59):
        found = channel.regression_channel(closes.iloc[: at + 1], 20, 2.0)
        assert found is not None and edges[at] == pytest.approx(found.lower)
    assert np.isnan(edges[:19]).all() and np.isnan(channel.lower_edges(closes.to_numpy(), 61, 2.0)).all()


def test_the_season_s_halves_are_those_of_older_and_newer_years() -> None:
    """Two years fall to session 100, then two to session 200."""
    index, values, level = [], [], 100.0
    for year in range(2010, 2015):
        low = 100 if year < 2013 else 200
        path = np.where(np.arange(252) <= low, -np.arange(252), np.arange(252) - 2 * low) / 1000
        index += list(pd.bdate_range(f"{year}-01-01", periods=252))
        values += list(level * np.exp(path))
        level = float(values[-1])
    found = seasonality.season(pd.Series(values, index=pd.DatetimeIndex(index)), 100, 0.90, 1)
    assert found is not None and (found.years, found.halves) == (4, (100, 200))
