"""Positioning against a published CFTC row, the literature's signs, and hand-worked examples."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.indicators import cot, positioning
from indicators.causality import Causal

# What test_causality.py holds on random input: no look-ahead, the bounds, no hidden unit.
CAUSAL = {
    "trend_strength": Causal(lambda w: positioning.trend_strength(w.price, 10), (-1, 1), unitless=True),
    "trend_follower_exposure": Causal(
        lambda w: positioning.trend_follower_exposure(w.price, (5, 15), 10, 12.0, 1.5),
        (-100, 100),
        unitless=True,
    ),
    "vol_target_exposure": Causal(
        lambda w: positioning.vol_target_exposure(w.price.pct_change(), 12.0, 10, 1.5),
        (0, 150),
        unitless=True,
    ),
    "put_call_ratio_average": Causal(lambda w: positioning.put_call_ratio_average(w.price, 10)),
}


nan = np.nan

# CFTC, Traders in Financial Futures, E-mini S&P 500, 4 August 2026: (long, short) by cohort.
OPEN_INTEREST = 2_116_079
COHORTS = {
    "dealers": (236_175, 953_001),
    "asset managers": (1_162_320, 225_287),
    "leveraged funds": (206_039, 536_038),
    "other": (52_902, 54_744),
    "non-reportable": (265_488, 153_854),
}


def series(*values: float) -> pd.Series:
    return pd.Series(values, index=pd.bdate_range("2019-01-02", periods=len(values)), dtype="float64")


def test_a_published_report() -> None:
    net = {
        name: cot.cot_net_share(series(long), series(short), series(OPEN_INTEREST)).iloc[0]
        for name, (long, short) in COHORTS.items()
    }
    assert net["asset managers"] == pytest.approx(44.28, abs=0.005)
    assert net["leveraged funds"] == pytest.approx(-15.59, abs=0.005)
    # For every long there is a short: all cohorts together hold nothing.
    assert sum(net.values()) == pytest.approx(0, abs=1e-9)


def test_no_share_without_open_interest() -> None:
    assert cot.cot_net_share(series(1, 1), series(0, nan), series(0, 10)).isna().all()


def test_percentile_of_a_net_position() -> None:
    net = series(-50, 8, 9, 10, 9.5)
    # Four of five reports are at or below 9.5.
    assert cot.cot_percentile(net, 5).iloc[-1] == pytest.approx(80)
    assert cot.cot_percentile(net, 5).isna().tolist() == [True] * 4 + [False]


def test_trend_strength_is_a_clipped_t_statistic() -> None:
    # Log returns 3 %, −1 %, 1 %: mean 1 %, deviation 2 %, t = 1 / (2 / √3) = 0.866.
    price = np.exp(series(0, 0.03, 0.02, 0.03))
    np.testing.assert_allclose(positioning.trend_strength(price, 3), [nan, nan, nan, math.sqrt(3) / 2])
    steady = np.exp(series(*np.arange(6) * 0.01))
    assert positioning.trend_strength(steady, 3).iloc[-1] == 1
    assert positioning.trend_strength(steady * 0 + 4, 3).iloc[-1] == 0


def test_trend_follower_is_long_in_a_rise_and_short_in_a_fall() -> None:
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 0.004, 300)
    rise, fall = (np.exp(pd.Series(np.cumsum(drift + noise))) for drift in (0.004, -0.004))
    rules = {"lookbacks": (21, 63), "vol_window": 20, "vol_target": 12.0, "cap": 1.5}
    assert positioning.trend_follower_exposure(rise, **rules).iloc[-1] == 100
    assert positioning.trend_follower_exposure(fall, **rules).iloc[-1] == -100
    assert positioning.trend_follower_exposure(rise, **rules).isna().sum() == 63


def test_trend_follower_disagrees_with_itself_at_a_turn() -> None:
    # A long rise, then a short fall: the short look-back has turned, the long one has not.
    wiggle = np.tile([0.001, -0.001], 150)
    price = np.exp(pd.Series(np.cumsum(np.r_[np.full(280, 0.004), np.full(20, -0.004)] + wiggle)))
    rules = {"vol_window": 20, "vol_target": 6.0, "cap": 1.0}
    short = positioning.trend_follower_exposure(price, (20,), **rules).iloc[-1]
    long = positioning.trend_follower_exposure(price, (200,), **rules).iloc[-1]
    both = positioning.trend_follower_exposure(price, (20, 200), **rules).iloc[-1]
    assert short == -100
    assert long == 100
    assert both == pytest.approx(0)


@given(st.integers(0, 2**32 - 1))
def test_mirrored_prices_mirror_the_trend_follower(seed: int) -> None:
    steps = np.random.default_rng(seed).normal(0, 0.01, 120).cumsum()
    rules = {"lookbacks": (10, 40), "vol_window": 20, "vol_target": 12.0, "cap": 1.5}
    up = positioning.trend_follower_exposure(np.exp(pd.Series(steps)), **rules)
    down = positioning.trend_follower_exposure(np.exp(pd.Series(-steps)), **rules)
    np.testing.assert_allclose(up, -down, atol=1e-6)


def test_vol_target_halves_when_volatility_doubles() -> None:
    returns = series(0.01, -0.01, 0.01, -0.01)
    volatility = 100 * math.sqrt(252 * 4 / 3) * 0.01
    once = positioning.vol_target_exposure(returns, volatility / 2, 4, 1.5).iloc[-1]
    twice = positioning.vol_target_exposure(returns * 2, volatility / 2, 4, 1.5).iloc[-1]
    assert once == pytest.approx(50)
    assert twice == pytest.approx(25)
    assert positioning.vol_target_exposure(returns, volatility * 9, 4, 1.5).iloc[-1] == 150
    assert positioning.vol_target_exposure(returns * 0, 12, 4, 1.5).iloc[-1] == 150
    assert positioning.vol_target_exposure(returns, 12, 4, 1.5).isna().tolist() == [True] * 3 + [False]


def test_put_call_mean() -> None:
    np.testing.assert_allclose(positioning.put_call_ratio_average(series(0.5, 0.7, 0.9), 2), [nan, 0.6, 0.8])


def test_gamma_of_a_chain_by_hand() -> None:
    chain = pd.DataFrame(
        {
            "type": ["C", "P", "C"],
            "strike": [3000.0, 2900.0, 3100.0],
            "open_interest": [10_000.0, 5_000.0, nan],
            "gamma": [0.002, 0.001, 0.001],
        }
    )
    # (0.002 · 10,000 − 0.001 · 5,000) · 100 · 3000² · 0.01 = 135 million dollars per 1 %.
    assert positioning.dealer_gamma_from_chain(chain, 3000.0) == pytest.approx(0.135)
    puts = chain[chain["type"] == "P"]
    assert positioning.dealer_gamma_from_chain(puts, 3000.0) < 0
    assert math.isnan(positioning.dealer_gamma_from_chain(chain.iloc[2:], 3000.0))
    assert math.isnan(positioning.dealer_gamma_from_chain(chain, nan))


def test_a_chain_with_another_type_is_refused() -> None:
    chain = pd.DataFrame({"type": ["X"], "open_interest": [1.0], "gamma": [1.0]})
    with pytest.raises(ValueError, match="type 'X' is neither 'C' nor 'P'"):
        positioning.dealer_gamma_from_chain(chain, 100.0)


def test_a_fall_makes_the_modelled_funds_sell_and_a_calm_rise_lets_the_trend_follower_buy() -> None:
    """A market that creeps up a hundredth of a per cent a day, with swings of 0.5 %: 5 % in a week is a shock to it."""
    steps = 0.0001 + 0.005 * np.where(np.arange(400) % 2, 1.0, -1.0)
    close = pd.Series(100 * np.exp(np.cumsum(steps)))
    volatility_target = positioning.volatility_target(60, 12.0, 1.5)
    by_hand = np.concatenate([close.to_numpy(), close.iloc[-1] * 0.95 ** (np.arange(1, 6) / 5)])
    fall = np.diff(np.log(by_hand))[-60:]
    expected = 100 * min(12.0 / (100 * 252**0.5 * np.std(fall, ddof=1)), 1.5) / 1.5
    assert positioning.after_move(close, volatility_target, -5.0, 5) == pytest.approx(expected)
    assert float(volatility_target(close).iloc[-1]) > 99 and expected < 95
    trend_follower = positioning.trend_follower((21, 63), 60, 12.0, 1.5)
    now = float(trend_follower(close).iloc[-1])
    assert positioning.after_move(close, trend_follower, -5.0, 5) < now
    assert positioning.after_move(close, trend_follower, 5.0, 5) > now


def test_a_model_without_enough_closes_does_not_know_what_it_would_hold() -> None:
    close = pd.Series(np.linspace(100.0, 101.0, 40))
    assert np.isnan(positioning.after_move(close, positioning.volatility_target(60, 12.0, 1.5), 5.0, 5))
