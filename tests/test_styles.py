"""Styles and the tape: lines trend, saw-teeth chop, regimes choose."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fiveengines import parameters, styles
from fiveengines.indicators import tape

RULES = parameters.load().regimes.styles
DAYS = pd.bdate_range("2015-01-01", periods=400)


def test_a_straight_line_has_efficiency_one_and_a_saw_none() -> None:
    line = pd.Series(np.linspace(100, 200, 400), index=DAYS)
    saw = pd.Series(100 + (np.arange(400) % 2), index=DAYS)
    assert tape.efficiency_ratio(line, 63).iloc[-1] == pytest.approx(1.0)
    assert tape.efficiency_ratio(saw, 62).iloc[-1] == pytest.approx(0.0)


def test_kaufmans_ratio_by_hand() -> None:
    close = pd.Series([10.0, 11.0, 10.0, 12.0, 13.0])
    assert tape.efficiency_ratio(close, 4).iloc[-1] == pytest.approx(3.0 / 5.0)


def test_variance_ratio_is_one_for_a_random_walk_and_low_for_a_saw() -> None:
    rng = np.random.default_rng(4)
    walk = pd.Series(100 * np.exp(np.cumsum(rng.normal(0, 0.01, 20_000))))
    saw = pd.Series(100 * np.exp(0.01 * (np.arange(400) % 2)))
    assert tape.variance_ratio(walk, 5, 19_000).iloc[-1] == pytest.approx(1.0, abs=0.05)
    assert tape.variance_ratio(saw, 5, 300).iloc[-1] < 0.2


def test_breakouts_of_a_line_stand_and_are_counted_when_decided() -> None:
    line = pd.Series(np.linspace(100, 200, 120))
    share = tape.breakout_success(line, 20, 5, 63)
    assert share.iloc[-1] == 1.0
    assert share.first_valid_index() == 25


def test_breakout_that_fails_counts_as_failed() -> None:
    close = pd.Series([100.0] * 25 + [101.0] + [100.0] * 6)
    assert tape.breakout_success(close, 20, 5, 63).iloc[-1] == pytest.approx(0.0)


def test_the_regime_chooses_and_an_improving_turn_opens_re_entry() -> None:
    weeks = pd.date_range("2015-01-02", periods=12, freq="W-FRI")
    regime = pd.Series([1, 3, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4], index=weeks)
    turns = pd.Series([3 <= week < 11 for week in range(12)], index=weeks)
    steady = pd.DataFrame("stable", index=weeks, columns=["volatility", "breadth"])
    chosen = styles.choose(regime, turns, steady, RULES)
    assert chosen.iloc[:3].tolist() == ["trend_following", "mean_reversion", "capital_preservation"]
    assert (chosen.iloc[3:11] == "selective_re_entry").all()
    assert chosen.iloc[11] == "capital_preservation"
    failing = steady.copy()
    failing.loc[weeks[5], "breadth"] = "deteriorating"
    assert styles.choose(regime, turns, failing, RULES).iloc[5] == "capital_preservation"


def test_without_an_index_the_style_is_not_tested() -> None:
    weeks = pd.date_range("2015-01-02", periods=3, freq="W-FRI")
    history = styles.tape_history(pd.Series(np.nan, index=DAYS), weeks, RULES)
    regime = pd.Series(1, index=weeks)
    reading = styles.reading(
        styles.choose(
            regime,
            pd.Series(False, index=weeks),
            pd.DataFrame("stable", index=weeks, columns=["volatility", "breadth"]),
            RULES,
        ),
        regime,
        history,
        RULES,
        weeks[-1],
    )
    assert reading.agreement == "not tested"
    assert reading.efficiency_ratio is None
