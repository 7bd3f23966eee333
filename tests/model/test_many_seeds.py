"""What holds of every simulated market, whatever its seed: one after another, for an evening's trial."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters
from fiveengines.data import calendars, demo
from fiveengines.model.readings import Readings, history_frame, measure_all, read

PARAMS = parameters.load()
END = dt.date(2024, 6, 28)

pytestmark = pytest.mark.long


def readings(seed: int, end: dt.date) -> Readings:
    """Every week to `end` of the market that ends there: it knows nothing of what comes after."""
    return read(measure_all(demo.load(seed, end), pd.Timestamp(end), PARAMS), PARAMS)


@pytest.mark.parametrize("seed", range(1, 21))
def test_a_market_that_ends_earlier_reads_the_same_to_its_end(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rules = PARAMS.regimes.forecast
    whole = history_frame(readings(seed, END), rules)
    friday = rng.choice(calendars.reading_dates("2008-01-01", END).to_numpy())
    cut = history_frame(readings(seed, pd.Timestamp(friday).date()), rules)
    pd.testing.assert_frame_equal(cut, whole.loc[: pd.Timestamp(friday)])


@pytest.mark.parametrize("seed", range(1, 21))
def test_scores_memberships_and_exposure_stay_in_their_ranges(seed: int) -> None:
    found = readings(seed, END)
    score, calls = found.engines.score, found.regimes.confirmed.dropna()
    assert ((score.abs() <= 1.0) | score.isna()).all(axis=None)
    assert np.allclose(found.regimes.memberships.loc[calls.index].sum(axis=1), 1.0)
    exposure = found.target_exposure.exposure
    assert exposure.notna().equals(found.regimes.confirmed.notna())
    assert exposure.dropna().between(0.0, 1.0).all()
    cap = calls.map(PARAMS.portfolio.target_exposure.caps_by_regime).astype("float64")
    assert (exposure.loc[calls.index] <= cap + 1e-9).all()
    assert calls.loc["2007":].nunique() >= 4
    assert set(found.engines.state.loc["2007":].to_numpy().ravel()) <= {"supportive", "neutral", "adverse"}
