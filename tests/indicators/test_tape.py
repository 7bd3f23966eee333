"""The tape against hand-worked examples and the random walk."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fiveengines.indicators import tape
from indicators.causality import Causal

# What test_causality.py holds on random input: no look-ahead, the bounds, no hidden unit.
CAUSAL = {
    "net_efficiency": Causal(lambda w: tape.net_efficiency(w.price, 10)),
    "efficiency_ratio": Causal(lambda w: tape.efficiency_ratio(w.price, 10)),
    "variance_ratio": Causal(lambda w: tape.variance_ratio(w.price, 3, 20)),
    "breakout_success": Causal(lambda w: tape.breakout_success(w.price, 10, 3, 30)),
}


nan = np.nan


def series(*values: float) -> pd.Series:
    return pd.Series(values, index=pd.bdate_range("2019-01-02", periods=len(values)), dtype="float64")


def test_a_straight_line_is_efficient_and_a_round_trip_is_not() -> None:
    np.testing.assert_allclose(tape.efficiency_ratio(series(1, 2, 3, 4, 3), 3), [nan, nan, nan, 1, 1 / 3])
    assert tape.efficiency_ratio(series(1, 2, 1), 2).iloc[-1] == 0
    assert tape.efficiency_ratio(series(2, 2, 2), 2).isna().all()


def test_variance_ratio_tells_a_walk_from_a_trend_and_from_a_rebound() -> None:
    shocks = np.random.default_rng(11).normal(0, 0.01, 4000)
    walk, bounce = np.cumsum(shocks), shocks
    trend = np.cumsum(shocks + 0.5 * np.r_[0, shocks[:-1]])
    found = [tape.variance_ratio(np.exp(series(*path)), 2, 3500).iloc[-1] for path in (walk, bounce, trend)]
    # The two-day ratio is 1 plus the first autocorrelation of returns: 0, −1/2 and 0.4.
    np.testing.assert_allclose(found, [1.0, 0.5, 1.4], atol=0.05)


def test_breakouts_count_when_they_are_decided() -> None:
    close = series(2, 3, 4, 4, 4, 3, 1, 2, 3, 3)
    found = tape.breakout_success(close, 2, 2, 10)
    assert found.iloc[:4].isna().all()
    # Day 2 broke above 3 and still stood on day 4; day 5 broke below 4 and still stood on day 7.
    assert found.iloc[4:8].tolist() == [1, 1, 1, 1]
    # Day 6 broke below 3 and was back at 3 on day 8.
    assert found.iloc[8] == pytest.approx(2 / 3)
