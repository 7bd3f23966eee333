"""Counting what followed: a hand-worked history, and nothing counted before it was complete."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.base import parameters
from fiveengines.research import Horizon, forward_returns
from fiveengines.research.forward_returns import after_signal, first_rows

RULES = parameters.load().research


def weekly(weeks: int):
    """The rules with another horizon."""
    horizons = RULES.horizons.model_copy(update={"quarter_weeks": weeks})
    return RULES.model_copy(update={"horizons": horizons})


def test_hand_worked_cases() -> None:
    """Closes 100, 110, 99, 108.9, 98.01 … : up 10 %, then down 10 %, in turn."""
    close = np.array([100.0, 110.0, 99.0, 108.9, 98.01, 107.811])
    found = after_signal(np.array([0, 1, 2, 4]), close, 5, weekly(1))
    assert (found.cases, found.complete) == (4, 4)
    assert found.share_up == pytest.approx(0.75)
    assert found.mean == pytest.approx((10 - 10 + 10 + 10) / 4)
    assert found.median == pytest.approx(10)
    assert found.usual == pytest.approx((10 - 10 + 10 - 10 + 10) / 5)
    assert found.usual_up == pytest.approx(3 / 5)
    assert found.small and "small sample" in found.sentence and "3 of 4" in found.sentence


def test_incomplete_cases_are_not_counted() -> None:
    close = np.linspace(100, 120, 20)
    found = after_signal(np.array([2, 10, 15]), close, 16, RULES)
    assert (found.cases, found.complete) == (3, 1)
    assert after_signal(np.array([10]), close, 12, RULES).sentence.endswith("no case is 13 weeks old yet.")
    nothing = after_signal(np.array([], dtype=int), close, 12, RULES)
    assert nothing.sentence == "It has not fired before in this history."


def test_a_sample_is_small_below_ten_cases_that_do_not_overlap() -> None:
    """Ten cases a quarter apart are enough; twenty within five quarters are not."""
    close = np.linspace(100, 300, 200)
    assert not after_signal(np.arange(10) * 13, close, 199, RULES).small
    assert after_signal(np.arange(9) * 13, close, 199, RULES).small
    assert after_signal(np.arange(20) * 3, close, 199, RULES).small


def test_a_signal_that_flickers_is_one_case() -> None:
    holds = np.zeros(30, dtype=bool)
    holds[[0, 3, 4, 6, 11, 16, 20]] = True
    # From week 6 to 11 there are four weeks without it, and from 16 to 20 only three.
    assert first_rows(holds, 4).tolist() == [0, 11, 16]


@given(st.integers(0, 10_000), st.integers(20, 80))
def test_later_closes_change_nothing(seed: int, row: int) -> None:
    random = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.02, 100)))
    starts = first_rows(random.random(100) < 0.1, 4)
    assert after_signal(starts, close, row, RULES) == after_signal(starts, close[: row + 1], row, RULES)


@given(seed=st.integers(0, 1000), length=st.integers(2, 30))
def test_outcomes_are_those_of_each_path_by_itself(seed, length):
    """Every row against pandas on its own slice of sessions."""
    days = pd.bdate_range("2010-01-04", periods=120)
    closes = pd.Series(100 * np.exp(np.random.default_rng(seed).normal(0, 0.02, 120).cumsum()), days)
    found = forward_returns(closes, days[::5], Horizon(length, "sessions")).dropna()
    for day, row in found.iterrows():
        path = closes.loc[day:].iloc[: length + 1]
        assert row["return"] == pytest.approx(100 * (path.iloc[-1] / path.iloc[0] - 1))
        assert row["fall"] == pytest.approx(100 * (path.min() / path.iloc[0] - 1))
        assert row["volatility"] == pytest.approx(100 * np.log(path).diff().std() * np.sqrt(252))


def test_a_week_by_hand(made):
    # Friday's close 100; then 90, 99, 108.9, 98.01, 107.811 over the next week.
    past = made([100] * 5 + [90, 99, 108.9, 98.01, 107.811])
    first = forward_returns(past.closes, past.dates, Horizon(1, "weeks")).iloc[0]
    assert first["return"] == pytest.approx(7.811)
    assert first["fall"] == pytest.approx(-10.0)
    # Logs of 0.9, 1.1, 1.1, 0.9, 1.1: two of -0.105361 and three of 0.095310.
    spread = np.std([-0.10536052, 0.09531018, 0.09531018, -0.10536052, 0.09531018], ddof=1)
    assert first["volatility"] == pytest.approx(100 * spread * np.sqrt(252))


def test_never_below_is_no_fall(made):
    past = made(np.arange(100, 115))
    assert (forward_returns(past.closes, past.dates, Horizon(1, "weeks"))["fall"].dropna() == 0).all()


def test_only_complete_horizons_count(made):
    past = made(np.linspace(100, 200, 50))
    by_weeks = forward_returns(past.closes, past.dates, Horizon(4, "weeks"))
    by_sessions = forward_returns(past.closes, past.dates, Horizon(20, "sessions"))
    # Ten Fridays: the last four have no four weeks after them.
    assert by_weeks["return"].notna().tolist() == [True] * 6 + [False] * 4
    pd.testing.assert_frame_equal(by_weeks, by_sessions)


def test_a_missing_close_leaves_a_gap(made):
    closes = np.linspace(100, 200, 20)
    closes[7] = np.nan
    past = made(closes)
    found = forward_returns(past.closes, past.dates, Horizon(1, "weeks"))["return"]
    assert found.notna().tolist() == [False, True, True, False]


@given(seed=st.integers(0, 10_000), cut=st.integers(10, 90))
def test_no_look_ahead(seed, cut):
    """What is known by an evening is the same whatever comes later, and what is not known yet stays open."""
    days = pd.bdate_range("2010-01-04", periods=100)
    closes = pd.Series(100 * np.exp(np.random.default_rng(seed).normal(0, 0.02, 100).cumsum()), days)
    fridays = days[days.day_of_week == 4]
    horizon = Horizon(2, "weeks")
    then = forward_returns(closes.iloc[:cut], fridays[fridays <= days[cut - 1]], horizon)
    later = forward_returns(closes, fridays, horizon)
    known = then.dropna()
    pd.testing.assert_frame_equal(known, later.loc[known.index])
    assert len(known) == max(len(then) - 2, 0)
