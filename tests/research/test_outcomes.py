"""Outcomes against arithmetic on paper."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.research import Horizon, outcomes


def test_a_week_by_hand(made):
    # Friday's close 100; then 90, 99, 108.9, 98.01, 107.811 over the next week.
    past = made([100] * 5 + [90, 99, 108.9, 98.01, 107.811])
    first = outcomes(past.closes, past.dates, Horizon(1, "weeks")).iloc[0]
    assert first["return"] == pytest.approx(7.811)
    assert first["fall"] == pytest.approx(-10.0)
    # Logs of 0.9, 1.1, 1.1, 0.9, 1.1: two of -0.105361 and three of 0.095310.
    spread = np.std([-0.10536052, 0.09531018, 0.09531018, -0.10536052, 0.09531018], ddof=1)
    assert first["volatility"] == pytest.approx(100 * spread * np.sqrt(252))


def test_never_below_is_no_fall(made):
    past = made(np.arange(100, 115))
    assert (outcomes(past.closes, past.dates, Horizon(1, "weeks"))["fall"].dropna() == 0).all()


def test_only_complete_horizons_count(made):
    past = made(np.linspace(100, 200, 50))
    by_weeks = outcomes(past.closes, past.dates, Horizon(4, "weeks"))
    by_sessions = outcomes(past.closes, past.dates, Horizon(20, "sessions"))
    # Ten Fridays: the last four have no four weeks after them.
    assert by_weeks["return"].notna().tolist() == [True] * 6 + [False] * 4
    pd.testing.assert_frame_equal(by_weeks, by_sessions)


def test_a_missing_close_leaves_a_gap(made):
    closes = np.linspace(100, 200, 20)
    closes[7] = np.nan
    past = made(closes)
    found = outcomes(past.closes, past.dates, Horizon(1, "weeks"))["return"]
    assert found.notna().tolist() == [False, True, True, False]


@given(seed=st.integers(0, 10_000), cut=st.integers(10, 90))
def test_no_look_ahead(seed, cut):
    """What is known by an evening is the same whatever comes later, and what is not known yet stays open."""
    days = pd.bdate_range("2010-01-04", periods=100)
    closes = pd.Series(100 * np.exp(np.random.default_rng(seed).normal(0, 0.02, 100).cumsum()), days)
    fridays = days[days.day_of_week == 4]
    horizon = Horizon(2, "weeks")
    then = outcomes(closes.iloc[:cut], fridays[fridays <= days[cut - 1]], horizon)
    later = outcomes(closes, fridays, horizon)
    known = then.dropna()
    pd.testing.assert_frame_equal(known, later.loc[known.index])
    assert len(known) == max(len(then) - 2, 0)
