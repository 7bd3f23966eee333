"""Regimes: where the edges are, who waits and who does not, what a crisis needs, and that memberships agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.base import parameters
from fiveengines.base.errors import NoCallError
from fiveengines.base.parameters import ENGINES
from fiveengines.model import regimes
from fiveengines.model.regimes import RegimeHistory

PARAMS = parameters.load().regimes
RULE = PARAMS.severity
CALM = {
    "vix": 14.0,
    "pct_above_200d": 75.0,
    "pct_above_50d": 70.0,
    "equal_vs_cap_13w": 2.0,
    "hy_spread": 4.0,
    "hy_spread_change_8w": 0.0,
    "baa_spread": 2.0,
}
NARROW = CALM | {"pct_above_200d": 50.0, "equal_vs_cap_13w": -2.0}
ACUTE = CALM | {"vix": 55.0, "pct_above_200d": 8.0, "hy_spread": 11.0}


def classify(
    levels: list[float], values: list[dict[str, float]], known: list[bool] | None = None
) -> RegimeHistory:
    """All engines at one level a week, so that the severity is that level."""
    index = pd.date_range("2015-01-02", periods=len(levels), freq="W-FRI")
    extended = pd.DataFrame(dict.fromkeys(ENGINES, levels), index=index, dtype="float64")
    callable_weeks = pd.Series(known or [True] * len(levels), index=index)
    return regimes.classify(extended, pd.DataFrame(values, index=index), callable_weeks, PARAMS)


def calls(levels: list[float], values: list[dict[str, float]]) -> list[int]:
    return [int(each) for each in classify(levels, values).confirmed]


def test_severity_is_the_weighted_mean_of_the_engines_that_are_known() -> None:
    row = {"volatility": 1.0, "breadth": 0.2, "liquidity": -0.4, "positioning": 9.0, "rate_path": 9.0}
    week = pd.DataFrame([row, row | {"volatility": np.nan}])
    assert regimes.severity(week, PARAMS).tolist() == pytest.approx(
        [0.5 * 1.0 + 0.25 * 0.2 - 0.25 * 0.4, -0.1]
    )


@pytest.mark.parametrize(("level", "number"), [(0.41, 1), (0.39, 3), (-0.39, 3), (-0.41, 4), (-2.0, 4)])
def test_the_first_call_is_divided_at_the_edges(level: float, number: int) -> None:
    assert calls([level], [CALM]) == [number]


@pytest.mark.parametrize(("values", "number"), [(CALM, 1), (NARROW, 2)])
def test_a_bull_market_is_broad_or_narrow(values: dict[str, float], number: int) -> None:
    assert calls([0.8] * 10, [values] * 10)[-1] == number


def test_participation_runs_between_its_lines_and_is_averaged_over_four_weeks() -> None:
    middle = CALM | {"pct_above_200d": 62.5, "equal_vs_cap_13w": 0.0}
    found = classify([0.8] * 5, [CALM, middle, NARROW, middle, CALM]).participation
    assert found.tolist() == pytest.approx([1.0, 0.5, 0.0, 0.0, 0.0])


def test_a_call_ends_only_beyond_its_edge() -> None:
    inside, outside = RULE.bull - RULE.hysteresis + 0.01, RULE.bull - RULE.hysteresis - 0.01
    assert calls([0.8] * 5 + [inside], [CALM] * 6)[-1] == 1
    assert calls([0.8] * 5 + [outside], [CALM] * 6)[-1] == 3
    assert calls([0.0] * 5 + [RULE.bull + RULE.hysteresis - 0.01], [CALM] * 6)[-1] == 3
    assert calls([0.0] * 5 + [RULE.bull + RULE.hysteresis + 0.01], [CALM] * 6)[-1] == 1
    assert calls([0.0] * 5 + [RULE.risk_off - RULE.hysteresis + 0.01], [CALM] * 6)[-1] == 3
    assert calls([-0.9] * 5 + [RULE.risk_off + RULE.hysteresis - 0.01], [CALM] * 6)[-1] == 4


def test_a_worse_call_does_not_wait_and_a_milder_one_does() -> None:
    assert calls([0.8, 0.8, 0.0, -0.9, 0.9, 0.9, 0.9], [CALM] * 7) == [1, 1, 3, 4, 4, 4, 1]


def test_one_kind_of_bull_market_does_not_give_way_to_the_other_before_it_has_settled() -> None:
    values = [NARROW] * 4 + [CALM] * 20
    found = calls([-0.1, -0.1, -0.1, *[0.9] * 21], values)
    assert found[3] == 2
    assert found[3:6] == [2, 2, 2]
    assert found[-1] == 1


def test_a_crisis_needs_a_shock_stress_and_a_stressed_axis() -> None:
    assert calls([-1.5] * 3, [ACUTE] * 3) == [5, 5, 5]
    assert calls([-1.5], [ACUTE | {"vix": 34.9}]) == [4]
    assert calls([-1.5], [CALM | {"vix": 55.0}]) == [4]
    assert calls([-0.85], [ACUTE]) == [4]
    assert calls([-1.5], [dict.fromkeys(CALM, float("nan"))]) == [4]


@pytest.mark.parametrize(
    "evidence",
    [
        {"hy_spread": 8.1},
        {"hy_spread_change_8w": 25.1},
        {"pct_above_200d": 24.9},
        {"pct_above_50d": 9.9},
        {"hy_spread": float("nan"), "baa_spread": 4.6},
    ],
)
def test_each_kind_of_stress_is_enough(evidence: dict[str, float]) -> None:
    assert calls([-1.5], [CALM | {"vix": 40.0} | evidence]) == [5]


def test_a_crisis_lasts_while_vix_is_above_its_lower_line() -> None:
    after = ACUTE | {"vix": 28.0}
    assert calls([-1.5] * 5 + [-0.85], [ACUTE] * 5 + [after])[-1] == 5
    assert calls([-1.5] * 5 + [-0.85], [ACUTE] * 5 + [ACUTE | {"vix": 27.9}])[-1] == 4
    assert calls([-1.5] * 5 + [-0.79], [ACUTE] * 5 + [after])[-1] == 4


def test_a_week_without_a_call_has_none_and_leaves_the_memory() -> None:
    found = classify([0.8, 0.8, -0.9, 0.35], [CALM] * 4, [True, True, False, True])
    assert found.confirmed.isna().tolist() == [False, False, True, False]
    assert found.memberships.iloc[2].isna().all()
    # 0.35 is below the edge of a first call, but inside the edge of the bull market that was called before.
    assert int(found.confirmed.iloc[3]) == 1
    day = found.confirmed.index[2]
    with pytest.raises(NoCallError):
        regimes.reading(
            found, pd.DataFrame(0.0, index=found.confirmed.index, columns=list(ENGINES)), PARAMS, day
        )
    assert regimes.last_call(found, day) == (found.confirmed.index[1], 1)


def flip(level: float, values: dict[str, float] = CALM) -> regimes.Flip | None:
    """What would flip the last of six weeks at one level."""
    found = classify([level] * 6, [values] * 6)
    extended = pd.DataFrame(level, index=found.confirmed.index, columns=list(ENGINES))
    return regimes.reading(found, extended, PARAMS, extended.index[-1]).flip


@pytest.mark.parametrize(
    ("level", "change", "to_regime"), [(0.6, -0.7, 3), (-0.2, -0.7, 4), (0.2, 0.7, 1), (-0.7, 0.9, 3)]
)
def test_the_flip_takes_the_severity_over_the_edge(level: float, change: float, to_regime: int) -> None:
    """The edge lies 0.15 beyond the call's own; volatility is half of the axis, so it moves twice the distance."""
    found = flip(level)
    assert found is not None
    assert (found.engine, found.to_regime) == ("volatility", to_regime)
    assert found.change == pytest.approx(change)
    moved = pd.DataFrame({engine: [level] * 7 for engine in ENGINES}, dtype="float64")
    moved.index = pd.date_range("2015-01-02", periods=7, freq="W-FRI")
    known = pd.Series(True, index=moved.index)
    values = pd.DataFrame([CALM] * 7, index=moved.index)
    for step, number in ((0.02, to_regime), (-0.02, int(classify([level], [CALM]).raw.iloc[0]))):
        moved.loc[moved.index[-1], "volatility"] = (
            level + found.change + np.copysign(step, found.change * step)
        )
        assert regimes.classify(moved, values, known, PARAMS).confirmed.iloc[-1] == number


def test_a_narrow_market_flips_into_a_fragile_melt_up() -> None:
    found = flip(0.2, NARROW)
    assert found is not None and found.to_regime == 2


def test_a_milder_call_that_would_still_have_to_wait_is_no_flip() -> None:
    for weeks, to_regime in ((1, None), (2, None), (3, 3)):
        found = classify([0.0] * 4 + [-0.7] * weeks, [CALM] * (4 + weeks))
        extended = pd.DataFrame(-0.7, index=found.confirmed.index, columns=list(ENGINES))
        change = regimes.reading(found, extended, PARAMS, extended.index[-1]).flip
        assert (change and change.to_regime) == to_regime


def test_nothing_flips_in_a_crisis_or_out_of_reach() -> None:
    assert flip(-1.5, ACUTE) is None
    assert flip(0.0) is None


levels_or_nothing = st.floats(-2, 2) | st.just(float("nan"))


@given(
    st.lists(levels_or_nothing, min_size=1, max_size=40), st.lists(st.booleans(), min_size=40, max_size=40)
)
def test_memberships_add_to_one_and_the_call_has_the_largest_once_it_has_settled(
    levels: list[float], narrow: list[bool]
) -> None:
    found = classify(levels, [NARROW if each else CALM for each in narrow[: len(levels)]])
    shares = found.memberships.dropna()
    assert np.allclose(shares.sum(axis=1), 1.0)
    assert (shares >= 0).all(axis=None)
    assert found.confirmed.dropna().between(1, 5).all()
    assert found.confirmed.isna().tolist() == [not np.isfinite(each) for each in levels]


@given(st.integers(1, 59))
def test_a_week_never_knows_the_next_one(cut: int) -> None:
    rng = np.random.default_rng(11)
    levels = [float(each) for each in rng.uniform(-1.5, 1, 60)]
    values = [CALM | {"vix": float(v), "pct_above_200d": float(v)} for v in rng.uniform(10, 60, 60)]
    whole, part = classify(levels, values), classify(levels[:cut], values[:cut])
    pd.testing.assert_series_equal(whole.confirmed.iloc[:cut], part.confirmed)
    pd.testing.assert_frame_equal(whole.memberships.iloc[:cut], part.memberships)


def test_a_flip_that_one_engine_cannot_reach_is_not_named() -> None:
    found = classify([-1.5] * 6, [CALM] * 6)
    extended = pd.DataFrame(-1.5, index=found.confirmed.index, columns=list(ENGINES))
    assert regimes.reading(found, extended, PARAMS, extended.index[-1]).flip is None
