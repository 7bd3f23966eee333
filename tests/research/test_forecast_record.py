"""Scores of forecasts: hand-worked losses, and records of made-up markets in which the better forecast is known."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters
from fiveengines.base.parameters import ENGINES
from fiveengines.model import forecast, regimes
from fiveengines.model.readings import Readings
from fiveengines.research import forecast_record

PARAMS = parameters.load()
CREDIT = ("hy_spread", "hy_spread_change_8w", "baa_spread")
READ = ("vix", "pct_above_200d", "pct_above_50d", "equal_vs_cap_13w", *CREDIT)


def test_the_quantile_score_by_hand() -> None:
    # Outcome 20 against 10, 15 and 30: 0.1 · 10, 0.5 · 5 and 0.1 · 10, a third of each.
    found = forecast_record.quantile_score(np.array([20.0]), np.array([[10.0, 15.0, 30.0]]))
    assert found.tolist() == pytest.approx([(0.1 * 10 + 0.5 * 5 + 0.1 * 10) / 3])


def made(levels: list[float], market: pd.DataFrame | None = None) -> Readings:
    index = pd.date_range("2000-01-07", periods=len(levels), freq="W-FRI")
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
    history = regimes.classify(extended, values, pd.Series(True, index=index), PARAMS.regimes)
    blank = dict.fromkeys(field.name for field in dataclasses.fields(Readings))
    return Readings(**(blank | {"regimes": history, "market": market}))  # type: ignore[arg-type]


def test_a_regime_that_alternates_is_better_expected_than_persistence_says() -> None:
    found = made([level for _ in range(40) for level in [0.9] * 8 + [-0.9] * 8])
    table = forecast_record.regime_record(found, PARAMS, "2003-01-01", "2011-12-31")
    # Persistence is wrong in half of the weeks, and a wrong certainty costs 2.
    assert table.loc["Persistence", "score"] == pytest.approx(1.0, abs=0.02)
    assert table.loc["This workbook", "score"] == pytest.approx(0.5, abs=0.03)
    assert table.loc["Persistence", "high"] < 0
    assert table.loc["This workbook", ["difference", "low", "high"]].tolist() == [0.0, 0.0, 0.0]


def test_stated_chances_come_as_often_as_they_say() -> None:
    found = made([level for _ in range(40) for level in [0.9] * 8 + [-0.9] * 8])
    table = forecast_record.calibration(found, PARAMS, "2003-01-01", "2011-12-31")
    middle = table[(table["stated"] > 0.4) & (table["stated"] < 0.6)]
    assert middle["came"].iloc[0] == pytest.approx(middle["stated"].iloc[0], abs=0.05)


def test_volatility_that_the_vix_overstates_is_better_expected_than_by_the_past() -> None:
    sessions = pd.bdate_range("1999-01-04", periods=252 * 9)
    rng = np.random.default_rng(3)
    level = 15.0 * np.exp(0.5 * np.sin(np.arange(len(sessions)) / 60))
    closes = pd.Series(1000 * np.exp(np.cumsum(rng.normal(0, level / 100 / np.sqrt(252)))), index=sessions)
    vix = pd.Series(1.5 * level, index=sessions)
    fridays = pd.date_range("2000-01-07", periods=380, freq="W-FRI")
    market = forecast.expected_volatility(
        closes, vix, sessions[sessions.day_of_week == 4], PARAMS.regimes.forecast
    )
    found = made([0.8] * 380, market.reindex(fridays))
    table = forecast_record.volatility_record(found, closes, vix, PARAMS, "2003-01-01", "2006-12-31")
    assert table.loc["Climatology", "high"] < 0
    assert 0.6 < table.loc["This workbook", "coverage"] < 0.98
    assert table.loc["This workbook", "score"] < table.loc["Climatology", "score"]


def test_the_outlook_counts_what_was_complete_by_the_evening() -> None:
    levels = [level for _ in range(20) for level in [0.9] * 8 + [-0.9] * 8]
    fridays = pd.date_range("2000-01-07", periods=len(levels), freq="W-FRI")
    band = pd.DataFrame({"low": 5.0, "median": 10.0, "high": 20.0}, index=fridays)
    sessions = pd.bdate_range("1999-12-31", fridays[-1])
    # Moves of ±1 % alternate: the volatility ahead is 16.3 % a year, inside a band of 5 to 20 and outside one to 15.
    closes = pd.Series(1000 * np.exp(0.01 * (np.arange(len(sessions)) % 2)), index=sessions)
    vix = pd.Series(15.0, index=sessions)
    found = forecast_record.outlook(made(levels, band), closes, vix, PARAMS, fridays[-1])
    assert found.volatility == (5.0, 10.0, 20.0)
    assert found.band == 1.0
    assert found.band_weeks == len(levels) - 4
    assert found.regime_count == len(levels) - 4 - (104 + 4) + 1
    assert found.regimes is not None and sum(found.regimes.values()) == pytest.approx(1.0)
    assert found.brier is not None and found.persistence is not None and found.brier < found.persistence
    narrow = forecast_record.outlook(made(levels, band.assign(high=15.0)), closes, vix, PARAMS, fridays[-1])
    assert narrow.band == 0.0
    early = forecast_record.outlook(made(levels, band), closes, vix, PARAMS, fridays[50])
    assert early.regimes is None and early.brier is None and early.band_weeks == 47
    # Nobody could compare it yet, and what cannot be compared has shown no skill.
    assert early.quantile_scores == {} and not early.volatility_skill and not early.regime_skill
    # Outcomes are all alike, so every rival forecasts 16.3 % exactly, and a band of 5 to 20 pays for its width.
    assert found.scored_weeks > 100
    assert found.quantile_scores["Climatology"] == pytest.approx(0.0, abs=0.1)
    assert found.quantile_scores["This workbook"] == pytest.approx(
        (0.1 * 11.3 + 0.5 * 6.3 + 0.1 * 3.7) / 3, abs=0.1
    )
    # Better than "it stays" and no better than the shares of the past is no skill either.
    assert found.climatology is not None and found.climatology < found.brier
    assert not found.volatility_skill and not found.regime_skill
