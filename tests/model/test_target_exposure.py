"""The gauge: hand-worked levels, limits on change, caps, causality."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.base import parameters
from fiveengines.base.parameters import ENGINES
from fiveengines.model import target_exposure

PORTFOLIO = parameters.load().portfolio
RULES = PORTFOLIO.target_exposure


def engines_at(levels: list[float]) -> tuple[pd.DataFrame, pd.Series]:
    index = pd.date_range("2015-01-02", periods=len(levels), freq="W-FRI")
    return pd.DataFrame(dict.fromkeys(ENGINES, levels), index=index), pd.Series(1, index=index)


@pytest.mark.parametrize(
    ("alignment", "exposure"), [(0.05, 0.5), (0.30, 1.0), (-0.20, 0.0), (0.15, 0.7), (-0.9, 0.0)]
)
def test_exposure_follows_alignment(alignment: float, exposure: float) -> None:
    score, regime = engines_at([alignment] * 5)
    assert target_exposure.target_exposure(score, regime, RULES).exposure.iloc[-1] == pytest.approx(exposure)


def test_adding_takes_steps_and_cutting_is_faster() -> None:
    score, regime = engines_at([-0.9] * 20 + [0.9] * 30 + [-0.9] * 30)
    steps = target_exposure.target_exposure(score, regime, RULES).exposure.diff().dropna()
    assert steps.max() == pytest.approx(RULES.most_up_per_week)
    assert steps.min() == pytest.approx(-RULES.most_down_per_week)


def test_a_small_wish_is_left_alone() -> None:
    score, regime = engines_at([0.05] * 20 + [0.08] * 20)
    history = target_exposure.target_exposure(score, regime, RULES)
    assert history.target.iloc[-1] == pytest.approx(0.56, abs=0.01)
    assert history.exposure.iloc[-1] == pytest.approx(0.5)
    reading = target_exposure.reading(history, score, regime, PORTFOLIO, score.index[-1])
    assert reading.nothing_to_do


def test_a_regime_caps_the_gauge_at_once() -> None:
    score, regime = engines_at([0.9] * 20)
    regime.iloc[-1] = 5
    assert target_exposure.target_exposure(score, regime, RULES).exposure.iloc[-1] == RULES.caps_by_regime[5]


def test_an_unknown_engine_leaves_the_others_to_speak() -> None:
    score, regime = engines_at([0.30] * 5)
    score["rate_path"] = np.nan
    assert target_exposure.target_exposure(score, regime, RULES).exposure.iloc[-1] == pytest.approx(1.0)


def test_drivers_add_up_to_the_alignment() -> None:
    score, regime = engines_at([0.2] * 10)
    score["breadth"] = -0.4
    history = target_exposure.target_exposure(score, regime, RULES)
    reading = target_exposure.reading(history, score, regime, PORTFOLIO, score.index[-1])
    assert sum(each.contribution for each in reading.drivers) == pytest.approx(RULES.gain * reading.alignment)
    assert reading.drivers[0].engine == "breadth"


def test_the_gauge_is_placed_in_the_persons_band() -> None:
    score, regime = engines_at([0.9] * 5)
    own = PORTFOLIO.model_copy(update={"actual_exposure": 0.5})
    reading = target_exposure.reading(
        target_exposure.target_exposure(score, regime, RULES), score, regime, own, score.index[-1]
    )
    assert reading.portfolio_exposure == pytest.approx(own.bands[own.risk_profile][1])
    assert reading.distance == pytest.approx(reading.portfolio_exposure - 0.5)
    assert not reading.nothing_to_do


def test_holdings_tell_todays_exposure_unless_it_is_entered() -> None:
    score, regime = engines_at([0.9] * 5)
    history = target_exposure.target_exposure(score, regime, RULES)
    assert PORTFOLIO.portfolio is not None and PORTFOLIO.exposure_today is None
    mine = PORTFOLIO.portfolio.model_copy(
        update={"holdings": {"SPY": 0.3, "IWM": 0.1, "IEF": 0.2, "BIL": 0.4}}
    )
    own = PORTFOLIO.model_copy(update={"portfolio": mine})
    reading = target_exposure.reading(history, score, regime, own, score.index[-1])
    assert reading.actual_exposure == pytest.approx(0.4)
    assert reading.distance == pytest.approx(reading.portfolio_exposure - 0.4)
    entered = own.model_copy(update={"actual_exposure": 0.7})
    assert entered.exposure_today == 0.7


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=60), st.integers(1, 59))
def test_within_bounds_and_never_ahead_of_time(levels: list[float], cut: int) -> None:
    score, regime = engines_at(levels)
    whole = target_exposure.target_exposure(score, regime, RULES).exposure
    assert whole.between(0, 1).all()
    cut = min(cut, len(levels))
    part = target_exposure.target_exposure(score.iloc[:cut], regime.iloc[:cut], RULES).exposure
    assert np.allclose(whole.iloc[:cut], part)


def test_without_any_engine_half_of_the_budget_stands_in_and_the_first_reading_counts_at_once() -> None:
    score, regime = engines_at([np.nan, np.nan, 0.9, np.nan])
    history = target_exposure.target_exposure(score, regime, RULES)
    assert history.exposure.tolist() == pytest.approx([0.5, 0.5, 1.0, 1.0])
    assert np.isfinite(history.alignment).all() and np.isfinite(history.target).all()
