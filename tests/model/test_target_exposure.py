"""Target exposure: hand-worked levels, the unit of risk, limits on change, caps, the way back in, causality."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.base import parameters
from fiveengines.base.errors import NoCallError
from fiveengines.base.parameters import ENGINES
from fiveengines.model import target_exposure
from fiveengines.model.target_exposure import TargetExposureHistory, TargetExposureReading

PORTFOLIO = parameters.load().portfolio
RULES = PORTFOLIO.target_exposure


class Market:
    """All engines at one level, low volatility and a rising index, unless a test says otherwise."""

    def __init__(self, levels: list[float]) -> None:
        index = pd.date_range("2015-01-02", periods=len(levels), freq="W-FRI")
        self.score = pd.DataFrame(dict.fromkeys(ENGINES, levels), index=index, dtype="float64")
        self.regime = pd.Series(1, index=index, dtype="Int64")
        self.expected = pd.Series(12.0, index=index)
        self.improving = pd.Series(False, index=index)
        self.index = pd.Series(np.linspace(100.0, 120.0, len(levels)), index=index)

    def history(self) -> TargetExposureHistory:
        return target_exposure.target_exposure(
            self.score, self.regime, self.expected, self.improving, self.index, RULES
        )

    def reading(self, portfolio: parameters.PortfolioParameters = PORTFOLIO) -> TargetExposureReading:
        day = self.score.index[-1]
        return target_exposure.reading(self.history(), self.score, self.regime, portfolio, day)


@pytest.mark.parametrize(
    ("lean", "exposure"), [(0.0, 0.5), (0.4, 1.0), (-0.4, 0.0), (0.16, 0.7), (-0.9, 0.0)]
)
def test_exposure_follows_the_lean(lean: float, exposure: float) -> None:
    assert Market([lean] * 5).history().exposure.iloc[-1] == pytest.approx(exposure)


def test_liquidity_and_rate_path_lean_alike_and_the_others_do_not() -> None:
    market = Market([0.0] * 5)
    market.score["liquidity"], market.score["rate_path"] = 0.3, -0.1
    market.score["volatility"], market.score["breadth"], market.score["positioning"] = -1.0, 1.0, 0.8
    assert market.history().lean.iloc[-1] == pytest.approx(0.1)


@pytest.mark.parametrize(("expected", "unit"), [(9.0, 1.0), (20.0, 1.0), (40.0, 0.5), (np.nan, 0.5)])
def test_the_unit_of_risk_is_normal_over_expected_volatility(expected: float, unit: float) -> None:
    market = Market([0.9] * 5)
    market.expected[:] = expected
    assert market.history().exposure.iloc[-1] == pytest.approx(unit)


def test_adding_takes_steps_and_cutting_is_faster() -> None:
    steps = Market([-0.9] * 20 + [0.9] * 40 + [-0.9] * 40).history().exposure.diff().dropna()
    assert 0.1 <= steps.max() <= RULES.most_up_per_week
    assert -RULES.most_down_per_week <= steps.min() <= -0.1


def test_a_sudden_wish_is_granted_in_steps_of_the_limit() -> None:
    market = Market([0.5] * 10)
    market.expected.iloc[:5] = 90.0
    found = market.history().exposure.tolist()
    assert found[4:9] == pytest.approx([2 / 9 + step for step in (0, 0.25, 0.5, 0.75, 0.75)])
    market.expected.iloc[:] = [12.0] * 5 + [90.0] * 5
    assert market.history().exposure.tolist()[4:8] == pytest.approx([1.0, 0.6, 2 / 9, 2 / 9])


def test_a_small_wish_is_left_alone() -> None:
    market = Market([0.0] * 20 + [0.064] * 40)
    history = market.history()
    assert history.target.iloc[-1] == pytest.approx(0.58, abs=0.01)
    assert history.exposure.iloc[-1] == pytest.approx(0.5)
    assert market.reading().nothing_to_do


def test_a_regime_caps_the_exposure_at_once() -> None:
    market = Market([0.9] * 20)
    market.regime.iloc[-1] = 5
    assert market.history().exposure.iloc[-1] == RULES.caps_by_regime[5]


def test_after_an_improving_inflection_a_little_over_half_of_the_exposure_before_the_fall_comes_back() -> (
    None
):
    market = Market([0.5] * 10 + [-0.5] * 60)
    market.score.iloc[10:] = -0.9
    market.index[:] = np.concatenate(
        [np.linspace(100, 120, 10), np.linspace(90, 80, 20), np.linspace(81, 100, 40)]
    )
    without = market.history().exposure
    market.improving.iloc[32] = True
    history = market.history()
    assert without.iloc[-1] < RULES.step_threshold
    assert history.path.iloc[31] == 0.0
    assert history.path.iloc[32] == pytest.approx(0.60 / 8)
    assert history.path.iloc[39:59].tolist() == pytest.approx([0.60] * 20)
    assert history.path.iloc[59] == 0.0
    assert history.exposure.iloc[45] == pytest.approx(0.60, abs=RULES.step_threshold)
    assert history.exposure.iloc[45] >= 0.5 * history.exposure.iloc[:10].max()


def test_the_way_back_ends_when_the_low_is_undercut() -> None:
    market = Market([0.5] * 10 + [-0.9] * 30)
    market.improving.iloc[20] = True
    market.index[:] = [100.0] * 10 + [80.0] * 10 + [85.0] * 12 + [79.9] + [85.0] * 7
    path = market.history().path
    assert path.iloc[31] == pytest.approx(0.60)
    assert path.iloc[32:].max() == 0.0


def test_the_way_back_is_half_of_what_was_whatever_volatility_allows() -> None:
    market = Market([0.5] * 10 + [-0.9] * 30)
    market.improving.iloc[20] = True
    market.index[:] = [100.0] * 10 + [80.0] * 10 + [85.0] * 20
    market.expected[:] = 2 * RULES.normal_volatility
    before = float(market.history().exposure.iloc[:10].max())
    assert before == pytest.approx(0.5)
    assert market.history().path.iloc[31] == pytest.approx(0.60 * before)
    assert market.history().exposure.iloc[31] >= 0.5 * before


def test_the_regimes_cap_holds_over_the_way_back() -> None:
    market = Market([0.5] * 10 + [-0.9] * 30)
    market.improving.iloc[20] = True
    market.index[:] = [100.0] * 10 + [80.0] * 10 + [85.0] * 20
    market.regime.iloc[10:36] = 5
    history = market.history()
    assert history.path.iloc[30] == pytest.approx(0.60) and RULES.caps_by_regime[5] == 0.25
    assert history.target.iloc[30] == pytest.approx(0.25) == history.exposure.iloc[30]
    assert history.exposure.iloc[-1] == pytest.approx(0.60, abs=RULES.step_threshold)


def test_an_unknown_engine_leaves_the_others_to_speak() -> None:
    market = Market([0.5] * 5)
    market.score["rate_path"] = np.nan
    assert market.history().exposure.iloc[-1] == pytest.approx(1.0)


def test_drivers_add_up_to_the_lean() -> None:
    market = Market([0.2] * 10)
    market.score["liquidity"] = -0.4
    reading = market.reading()
    assert sum(each.contribution for each in reading.drivers) == pytest.approx(RULES.gain * reading.alignment)
    assert [each.engine for each in reading.drivers] == ["liquidity", "rate_path"]
    assert reading.drivers[0].contribution == pytest.approx(1.25 * -0.4 / 2)


def test_the_exposure_is_placed_in_the_persons_band() -> None:
    own = PORTFOLIO.model_copy(update={"actual_exposure": 0.5})
    reading = Market([0.9] * 5).reading(own)
    assert reading.portfolio_exposure == pytest.approx(own.bands[own.risk_profile][1])
    assert reading.distance == pytest.approx(reading.portfolio_exposure - 0.5)
    assert not reading.nothing_to_do


def test_holdings_give_todays_exposure_unless_it_is_entered() -> None:
    assert PORTFOLIO.portfolio is not None and PORTFOLIO.exposure_today is None
    mine = PORTFOLIO.portfolio.model_copy(
        update={"holdings": {"SPY": 0.3, "IWM": 0.1, "IEF": 0.2, "BIL": 0.4}}
    )
    own = PORTFOLIO.model_copy(update={"portfolio": mine})
    reading = Market([0.9] * 5).reading(own)
    assert reading.actual_exposure == pytest.approx(0.4)
    assert reading.distance == pytest.approx(reading.portfolio_exposure - 0.4)
    assert own.model_copy(update={"actual_exposure": 0.7}).exposure_today == 0.7


def test_a_week_without_a_call_has_no_exposure_and_leaves_the_one_before() -> None:
    market = Market([0.5, 0.5, -0.9, 0.45])
    market.regime.iloc[2] = pd.NA
    found = market.history().exposure
    assert np.isnan(found.iloc[2])
    assert found.iloc[3] <= 1.0 and found.iloc[1] == pytest.approx(1.0)
    market.regime.iloc[3] = pd.NA
    with pytest.raises(NoCallError):
        market.reading()


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=60), st.integers(1, 59), st.integers(0, 59))
def test_within_bounds_and_never_ahead_of_time(levels: list[float], cut: int, improves: int) -> None:
    market = Market(levels)
    market.improving.iloc[min(improves, len(levels) - 1)] = True
    whole = market.history().exposure
    assert whole.between(0, 1).all()
    cut = min(cut, len(levels))
    for name in ("score", "regime", "expected", "improving", "index"):
        setattr(market, name, getattr(market, name).iloc[:cut])
    assert np.allclose(whole.iloc[:cut], market.history().exposure)
