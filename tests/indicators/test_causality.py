"""What holds for every indicator on random input: no look-ahead, its index and bounds, no hidden units."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiveengines.indicators import (
    advances_declines,
    breadth,
    breadth_inputs,
    cot,
    liquidity,
    positioning,
    rate_path,
    tape,
    transforms,
    volatility,
)

ROWS = 90
MODULES = (
    transforms,
    liquidity,
    volatility,
    breadth_inputs,
    breadth,
    advances_declines,
    cot,
    positioning,
    rate_path,
    tape,
)
WITHOUT_TIME = {"dealer_gamma_from_chain"}


@dataclass(frozen=True)
class World:
    """Random inputs on one index."""

    price: pd.Series
    other: pd.Series
    third: pd.Series
    rate: pd.Series
    rate2: pd.Series
    target: pd.Series
    up: pd.Series
    down: pd.Series
    members: pd.DataFrame

    def cut(self, rows: int) -> World:
        """The first rows only: what a reader had then."""
        return World(**{name: value.iloc[:rows] for name, value in vars(self).items()})

    def scaled(self, factor: float) -> World:
        """The same world with every price in another unit."""
        prices = {name: getattr(self, name) * factor for name in ("price", "other", "third", "members")}
        return World(**{**vars(self), **prices})


def world(seed: int) -> World:
    """Walks with gaps, a late start and a stretch that stands still; counts that swing wide."""
    rng = np.random.default_rng(seed)
    index = pd.bdate_range("2018-01-02", periods=ROWS)

    def walk(columns: int) -> np.ndarray:
        steps = rng.normal(0, 0.02, (ROWS, columns))
        still = rng.integers(0, ROWS)
        steps[still : still + 25] *= rng.random() < 0.5
        values = np.exp(steps.cumsum(axis=0))
        values[rng.random((ROWS, columns)) < rng.choice([0.0, 0.03])] = np.nan
        values[: rng.choice([0, 5])] = np.nan
        return values

    def one(values: np.ndarray) -> pd.Series:
        return pd.Series(values, index=index)

    price, other, third = 100 * walk(3).T
    rate, rate2 = np.round(np.log(walk(2)).T * 5, 2)
    target = 2 + 0.25 * rng.choice([-1, 0, 1], ROWS, p=[0.04, 0.92, 0.04]).cumsum()
    share = np.clip(0.5 + 0.35 * np.sin(np.arange(ROWS) / 5) + rng.normal(0, 0.1, ROWS), 0, 1)
    up = np.where(rng.random(ROWS) < 0.03, np.nan, np.round(3000 * share))
    return World(
        *(one(each) for each in (price, other, third, rate, rate2, target, up, 3000 - up)),
        members=pd.DataFrame(50 * walk(6), index=index),
    )


Case = Callable[[World], "pd.Series | pd.DataFrame"]

CASES: dict[str, Case] = {
    "skip_missing": lambda w: transforms.skip_missing(w.price, lambda each: each.rolling(3).mean()),
    "change": lambda w: transforms.change(w.price, 5),
    "change_bp": lambda w: transforms.change_bp(w.rate, 5),
    "pct_change": lambda w: transforms.pct_change(w.price, 5),
    "log_change": lambda w: transforms.log_change(w.price, 5),
    "log_gap": lambda w: transforms.log_gap(w.price, 10),
    "natural_log": lambda w: transforms.natural_log(w.rate),
    "expanding_percentile": lambda w: transforms.expanding_percentile(w.price, 5),
    "rolling_percentile": lambda w: transforms.rolling_percentile(w.price, 20, 5),
    "zscore": lambda w: transforms.zscore(w.price, 20, 5),
    "ewma": lambda w: transforms.ewma(w.price, 5),
    "drawdown": lambda w: transforms.drawdown(w.price),
    "distance_from_high": lambda w: transforms.distance_from_high(w.price, 10),
    "above_average": lambda w: transforms.above_average(w.price, 10),
    "days_since": lambda w: transforms.days_since(w.rate > 0.5),
    "as_flag": lambda w: transforms.as_flag(w.rate > 0, w.price.notna()),
    "net_liquidity": lambda w: liquidity.net_liquidity(w.price, w.other, w.third),
    "liquidity_impulse": lambda w: liquidity.liquidity_impulse(w.price - w.other, w.third, 5),
    "central_bank_assets": lambda w: liquidity.central_bank_assets(w.price, w.other, w.third),
    "funding_spread": lambda w: liquidity.funding_spread(w.rate, w.rate2),
    "annualized_volatility": lambda w: volatility.annualized_volatility(w.price.pct_change(), 10),
    "realized_volatility": lambda w: volatility.realized_volatility(w.price, 10),
    "yang_zhang_volatility": lambda w: volatility.yang_zhang_volatility(*_bars(w), 10),
    "implied_minus_realized": lambda w: volatility.implied_minus_realized(w.rate, w.rate2),
    "vix_term_ratio": lambda w: volatility.vix_term_ratio(w.price, w.other),
    "term_structure_state": lambda w: volatility.term_structure_state(w.third, w.price, w.other, 0.02),
    "vvix_divergence": lambda w: volatility.vvix_divergence(w.price, w.other, 20),
    "volatility_of_slope": lambda w: volatility.volatility_of_slope(w.price / w.other, 10),
    "volatility_regime_label": lambda w: volatility.volatility_regime_label(w.rate, -1, 0, 1),
    "pct_above_sma": lambda w: breadth_inputs.pct_above_sma(w.members, 10, 0.8),
    "new_highs_lows": lambda w: breadth_inputs.new_highs_lows(w.members, 10, 0.8),
    "advances_declines": lambda w: breadth_inputs.advances_declines(w.members),
    "advance_ratio": lambda w: advances_declines.advance_ratio(w.up, w.down),
    "advance_decline_line": lambda w: advances_declines.advance_decline_line(w.up, w.down),
    "mcclellan_oscillator": lambda w: advances_declines.mcclellan_oscillator(w.up, w.down),
    "mcclellan_summation": lambda w: advances_declines.mcclellan_summation(w.up, w.down),
    "zweig_thrust": lambda w: advances_declines.zweig_thrust(w.up, w.down),
    "whaley_thrust": lambda w: advances_declines.whaley_thrust(w.up, w.down),
    "concentration_of_returns": lambda w: breadth_inputs.concentration_of_returns(w.members, 10, 0.3),
    "index_breadth_divergence": lambda w: breadth.index_breadth_divergence(w.price, 50 + w.rate, 2, 50, 10),
    "cot_net_share": lambda w: cot.cot_net_share(w.up, w.down, w.up + w.down),
    "cot_percentile": lambda w: cot.cot_percentile(w.rate, 20),
    "cot_index": lambda w: cot.cot_index(w.rate, 20, 5),
    "trend_strength": lambda w: positioning.trend_strength(w.price, 10),
    "trend_follower_exposure": lambda w: positioning.trend_follower_exposure(w.price, (5, 15), 10, 12.0, 1.5),
    "vol_target_exposure": lambda w: positioning.vol_target_exposure(w.price.pct_change(), 12.0, 10, 1.5),
    "aaii_extreme": lambda w: positioning.aaii_extreme(w.rate, 0.2, 3),
    "put_call_ratio_average": lambda w: positioning.put_call_ratio_average(w.price, 10),
    "dealer_gamma_normalised": lambda w: positioning.dealer_gamma_normalised(w.rate, w.price),
    "curve_slope": lambda w: rate_path.curve_slope(w.rate, w.rate2),
    "inversion_age": lambda w: rate_path.inversion_age(w.rate),
    "curve_move": lambda w: rate_path.curve_move(w.rate, w.rate2, 5, threshold_bp=5),
    "settled_level": lambda w: rate_path.settled_level(w.target, 5, 8),
    "yield_volatility": lambda w: rate_path.yield_volatility(w.rate, 10),
    "cycle_phase": lambda w: rate_path.cycle_phase(w.target, 10, 2),
    "net_efficiency": lambda w: tape.net_efficiency(w.price, 10),
    "efficiency_ratio": lambda w: tape.efficiency_ratio(w.price, 10),
    "variance_ratio": lambda w: tape.variance_ratio(w.price, 3, 20),
    "breakout_success": lambda w: tape.breakout_success(w.price, 10, 3, 30),
}

BOUNDS = {
    "expanding_percentile": (0, 100),
    "rolling_percentile": (0, 100),
    "drawdown": (-100, 0),
    "distance_from_high": (-100, 0),
    "above_average": (0, 1),
    "realized_volatility": (0, np.inf),
    "yang_zhang_volatility": (0, np.inf),
    "vvix_divergence": (-100, 100),
    "pct_above_sma": (0, 100),
    "new_highs_lows": (0, 100),
    "advances_declines": (0, 6),
    "advance_ratio": (0, 1),
    "mcclellan_oscillator": (-1000, 1000),
    "zweig_thrust": (0, 1),
    "whaley_thrust": (0, 1),
    "concentration_of_returns": (0, 100),
    "index_breadth_divergence": (0, 1),
    "cot_net_share": (-100, 100),
    "cot_percentile": (0, 100),
    "cot_index": (0, 100),
    "trend_strength": (-1, 1),
    "trend_follower_exposure": (-100, 100),
    "vol_target_exposure": (0, 150),
    "aaii_extreme": (0, 1),
    "inversion_age": (0, ROWS),
}

# Prices in cents tell the same story as prices in dollars.
UNITLESS = (
    "pct_change",
    "log_change",
    "log_gap",
    "expanding_percentile",
    "rolling_percentile",
    "zscore",
    "drawdown",
    "distance_from_high",
    "above_average",
    "liquidity_impulse",
    "realized_volatility",
    "yang_zhang_volatility",
    "term_structure_state",
    "vvix_divergence",
    "pct_above_sma",
    "new_highs_lows",
    "advances_declines",
    "concentration_of_returns",
    "index_breadth_divergence",
    "trend_strength",
    "trend_follower_exposure",
    "vol_target_exposure",
)

seeds = st.integers(0, 2**32 - 1)


def _bars(w: World) -> tuple[pd.Series, pd.Series, pd.Series, pd.Series]:
    top = np.maximum(np.maximum(w.price, w.other), w.third)
    bottom = np.minimum(np.minimum(w.price, w.other), w.third)
    return w.other, top, bottom, w.price


def assert_same(left: pd.Series | pd.DataFrame, right: pd.Series | pd.DataFrame, atol: float = 0.0) -> None:
    """Equal values, equal gaps, one index."""
    compare = pd.testing.assert_series_equal if isinstance(left, pd.Series) else pd.testing.assert_frame_equal
    compare(left, right, check_names=False, check_freq=False, rtol=1e-9, atol=atol)  # type: ignore[operator]


def test_every_public_function_has_a_case() -> None:
    public = {
        name
        for module in MODULES
        for name, value in vars(module).items()
        if inspect.isfunction(value)
        and value.__module__ == module.__name__
        and not name.startswith("_")
        and not {"inputs", "panel"} & set(inspect.signature(value).parameters)
    }
    assert public - WITHOUT_TIME == set(CASES)


@pytest.mark.parametrize("name", CASES)
@settings(max_examples=15)
@given(seed=seeds, rows=st.integers(1, ROWS))
def test_cutting_the_future_changes_nothing(name: str, seed: int, rows: int) -> None:
    whole = world(seed)
    found = CASES[name](whole)
    assert found.index.equals(whole.price.index)
    assert_same(CASES[name](whole.cut(rows)), found.iloc[:rows])


@pytest.mark.parametrize("name", CASES)
def test_every_case_has_something_to_say(name: str) -> None:
    assert any(CASES[name](world(seed)).notna().any(axis=None) for seed in range(8))


@pytest.mark.parametrize("name", BOUNDS)
@settings(max_examples=15)
@given(seed=seeds)
def test_values_stay_within_their_bounds(name: str, seed: int) -> None:
    values = CASES[name](world(seed)).to_numpy(dtype="float64")
    low, high = BOUNDS[name]
    assert not (values < low - 1e-9).any()
    assert not (values > high + 1e-9).any()


@pytest.mark.parametrize("name", UNITLESS)
@settings(max_examples=10)
@given(seed=seeds, factor=st.sampled_from([0.01, 0.5, 1024.0]))
def test_another_currency_tells_the_same_story(name: str, seed: int, factor: float) -> None:
    whole = world(seed)
    # Running variances leave dust where a price stands still: 1e-4 of a per cent is far above it.
    assert_same(CASES[name](whole.scaled(factor)), CASES[name](whole), atol=1e-4)
