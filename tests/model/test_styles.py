"""Styles and the tape: lines trend, saw-teeth chop, regimes choose."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters
from fiveengines.indicators import tape
from fiveengines.model import styles
from fiveengines.playbook import content
from fiveengines.week import Week

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
    steady = pd.DataFrame("stable", index=weeks, columns=["liquidity", "volatility", "breadth"])
    chosen = styles.choose(regime, turns, steady, RULES)
    assert chosen.iloc[:3].tolist() == ["trend_following", "mean_reversion", "capital_preservation"]
    assert (chosen.iloc[3:11] == "selective_re_entry").all()
    assert chosen.iloc[11] == "capital_preservation"
    for engine in steady:
        failing = steady.copy()
        failing.loc[weeks[5], engine] = "deteriorating"
        assert styles.choose(regime, turns, failing, RULES).iloc[5] == "capital_preservation"


def test_without_an_index_the_style_is_not_tested() -> None:
    weeks = pd.date_range("2015-01-02", periods=3, freq="W-FRI")
    history = styles.tape_history(pd.Series(np.nan, index=DAYS), weeks, RULES)
    regime = pd.Series(1, index=weeks)
    reading = styles.reading(
        styles.choose(
            regime,
            pd.Series(False, index=weeks),
            pd.DataFrame("stable", index=weeks, columns=["liquidity", "volatility", "breadth"]),
            RULES,
        ),
        regime,
        history,
        RULES,
        weeks[-1],
    )
    assert reading.agreement == "not tested"
    needs = content.styles()["trend_following"].tape
    blind = styles.checked(pd.Series(np.nan, index=DAYS), needs, RULES)
    assert [(each.value, each.agrees) for each in blind] == [(None, None)] * len(needs)
    assert reading.efficiency_ratio is None


def agreement(style: str, close: pd.Series) -> str:
    day = pd.DatetimeIndex([close.index[-1]])
    checks = styles.checked(close, content.styles()[style].tape, RULES)  # type: ignore[index]
    history = styles.tape_history(close, day, RULES)
    chosen, regime = pd.Series(style, index=day), pd.Series(1, index=day)
    return styles.reading(chosen, regime, history, RULES, day[0], checks).agreement


def test_agreement_knows_up_from_down() -> None:
    """A straight fall is no market for trend-following from the long side, and just the one for keeping capital."""
    rng = np.random.default_rng(3)
    persistent = pd.Series(rng.normal(0, 0.004, 400)).rolling(5, min_periods=1).mean().to_numpy()
    up = pd.Series(100 * np.exp((0.003 + persistent).cumsum()), index=DAYS)
    down = pd.Series(100 * np.exp((-0.003 - persistent).cumsum()), index=DAYS)
    assert agreement("trend_following", up) == "agrees"
    assert agreement("trend_following", down) != "agrees"
    assert agreement("capital_preservation", down) == "agrees"
    assert agreement("capital_preservation", up) == "disagrees"


def test_a_check_keeps_to_its_own_window_and_direction() -> None:
    """A month straight up after a fall: re-entry looks at the month, not at the quarter."""
    close = pd.Series(np.concatenate([np.linspace(200, 100, 378), np.linspace(101, 125, 22)]), index=DAYS)
    month, breakouts = styles.checked(close, content.styles()["selective_re_entry"].tape, RULES)
    assert (month.window, month.direction) == (21, "up")
    assert month.value == pytest.approx(1.0) and month.agrees
    assert tape.net_efficiency(close, 63).iloc[-1] == pytest.approx(
        (close.iloc[-1] - close.iloc[-64]) / close.diff().abs().iloc[-63:].sum()
    )
    down = styles.checked(close.iloc[:378], content.styles()["capital_preservation"].tape, RULES)
    assert down[0].value == pytest.approx(-1.0) and down[0].agrees
    assert breakouts.direction == "up"


def test_downward_breakouts_do_not_count_for_upward_ones() -> None:
    fall = pd.Series(np.linspace(200, 100, 120))
    assert tape.breakout_success(fall, 20, 5, 63).iloc[-1] == 1.0
    assert np.isnan(tape.breakout_success(fall, 20, 5, 63, downward=False).iloc[-1])


def test_the_week_shows_what_it_checked() -> None:
    week = Week.load(as_of="2014-03-28", source="demo")
    needs = content.styles()[week.style.name].tape  # type: ignore[index]
    assert [each.needs for each in week.style.checks] == [each.sentence for each in needs]
    earlier = Week.load(as_of="2016-03-25", source="demo").at(week.as_of)
    assert earlier.style == week.style
