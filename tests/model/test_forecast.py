"""Forecasts: hand-worked outcomes, a known law recovered, and no outcome used before it is complete."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters
from fiveengines.base.parameters import ENGINES
from fiveengines.model import forecast, regimes

PARAMS = parameters.load().regimes
RULES = PARAMS.forecast


def market(years: int = 8, seed: int = 3) -> tuple[pd.Series, pd.Series, pd.DatetimeIndex]:
    """Closes whose volatility follows a slow wave, and a VIX that is one and a half times that volatility."""
    sessions = pd.bdate_range("2005-01-03", periods=252 * years)
    rng = np.random.default_rng(seed)
    level = 15.0 * np.exp(0.5 * np.sin(np.arange(len(sessions)) / 60))
    closes = pd.Series(1000 * np.exp(np.cumsum(rng.normal(0, level / 100 / np.sqrt(252)))), index=sessions)
    return closes, pd.Series(1.5 * level, index=sessions), sessions[sessions.day_of_week == 4]


def test_the_outcome_is_the_standard_deviation_of_the_coming_returns() -> None:
    closes = pd.Series([100.0, 100.0, 101.0, 100.0, 102.0], index=pd.bdate_range("2020-01-06", periods=5))
    found = forecast.realized_ahead(closes, 3)
    returns = np.log([101 / 100, 100 / 101, 102 / 100])
    assert found.iloc[1] == pytest.approx(np.std(returns, ddof=1) * np.sqrt(252) * 100)
    assert found.iloc[2:].isna().all()


def test_a_vix_that_is_half_too_high_is_brought_down() -> None:
    closes, vix, fridays = market()
    found = forecast.expected_volatility(closes, vix, fridays, RULES).dropna()
    error = np.log(found["median"] / (vix.reindex(found.index) / 1.5))
    assert error.iloc[-150:].mean() == pytest.approx(0.0, abs=0.08)
    assert (found["low"] < found["median"]).all() and (found["median"] < found["high"]).all()
    outcome = forecast.realized_ahead(closes, RULES.sessions).reindex(found.index)
    inside = ((outcome >= found["low"]) & (outcome <= found["high"]))[outcome.notna()]
    assert 0.70 < inside.mean() < 0.95


def test_there_is_no_forecast_before_two_years_of_outcomes() -> None:
    closes, vix, fridays = market(years=4)
    found = forecast.expected_volatility(closes, vix, fridays, RULES)
    # 63 sessions of returns are not needed: the longest average is 21, and 104 outcomes must be complete.
    assert 104 <= int(found["median"].isna().sum()) <= 104 + 4 + 6


@pytest.mark.parametrize("cut", [150, 200, 251])
def test_what_comes_later_changes_nothing(cut: int) -> None:
    closes, vix, fridays = market(years=6)
    day = fridays[cut]
    whole = forecast.expected_volatility(closes, vix, fridays, RULES).loc[:day]
    scrambled = closes.where(closes.index <= day, closes.iloc[::-1].to_numpy())
    part = forecast.expected_volatility(scrambled, vix.where(vix.index <= day, 99.0), fridays, RULES).loc[
        :day
    ]
    pd.testing.assert_frame_equal(whole, part)


def history(levels: list[float]) -> regimes.RegimeHistory:
    index = pd.date_range("2010-01-01", periods=len(levels), freq="W-FRI")
    extended = pd.DataFrame(dict.fromkeys(ENGINES, levels), index=index, dtype="float64")
    names = (
        "vix",
        "pct_above_200d",
        "pct_above_50d",
        "equal_vs_cap_13w",
        "hy_spread",
        "hy_spread_change_8w",
        "baa_spread",
    )
    values = pd.DataFrame(dict.fromkeys(names, np.nan), index=index)
    return regimes.classify(extended, values, pd.Series(True, index=index), PARAMS)


def test_a_regime_that_never_changes_is_expected_to_stay() -> None:
    found = forecast.regime_ahead(history([0.8] * 200), RULES)
    assert found[1].iloc[-1] > 0.97
    assert found.iloc[: RULES.least_weeks + RULES.regime_weeks - 1].isna().all(axis=None)
    assert found.iloc[RULES.least_weeks + RULES.regime_weeks :].notna().all(axis=None)


def test_a_regime_that_changes_every_eight_weeks_is_expected_to_change_half_of_the_time() -> None:
    calls = history([level for _ in range(40) for level in [0.9] * 8 + [-0.9] * 8])
    found = forecast.regime_ahead(calls, RULES)
    late = found.iloc[300:]
    now = calls.confirmed.iloc[300:]
    assert late.loc[now == 1, 4].mean() == pytest.approx(0.5, abs=0.02)
    assert np.allclose(late.sum(axis=1), 1.0)


def test_the_regime_forecast_uses_no_outcome_that_is_not_complete() -> None:
    levels = [float(each) for each in np.random.default_rng(5).uniform(-1, 1, 240)]
    whole = forecast.regime_ahead(history(levels), RULES)
    part = forecast.regime_ahead(history(levels[:180]), RULES)
    pd.testing.assert_frame_equal(whole.iloc[:180], part)
