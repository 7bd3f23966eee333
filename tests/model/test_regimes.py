"""Regimes: prototypes are themselves, memberships add to one, crises need acute evidence, flips flip."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.base import parameters
from fiveengines.base.parameters import ENGINES
from fiveengines.model import regimes

PARAMS = parameters.load().regimes
CALM = {
    "vix": 14.0,
    "pct_above_200d": 70.0,
    "pct_above_50d": 70.0,
    "hy_spread": 4.0,
    "hy_spread_change_8w": 0.0,
    "baa_spread": 2.0,
}
ACUTE = CALM | {"vix": 55.0, "pct_above_200d": 8.0, "hy_spread": 11.0}


def weeks(
    points: list[dict[str, float]], values: list[dict[str, float]]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    index = pd.date_range("2015-01-02", periods=len(points), freq="W-FRI")
    return pd.DataFrame(points, index=index)[list(ENGINES)], pd.DataFrame(values, index=index)


@pytest.mark.parametrize("number", regimes.NUMBERS)
def test_every_prototype_is_its_own_regime(number: int) -> None:
    score, values = weeks([PARAMS.prototypes[number]] * 10, [ACUTE if number == 5 else CALM] * 10)
    found = regimes.classify(score, values, PARAMS)
    assert (found.confirmed == number).all()


def test_without_acute_evidence_there_is_no_crisis() -> None:
    score, values = weeks([PARAMS.prototypes[5]] * 10, [CALM | {"vix": 34.0, "hy_spread": 12.0}] * 10)
    found = regimes.classify(score, values, PARAMS)
    assert (found.confirmed == 4).all()
    assert found.memberships[5].max() < 1e-6


def test_missing_figures_are_no_evidence_of_a_crisis() -> None:
    score, values = weeks([PARAMS.prototypes[5]] * 5, [dict.fromkeys(CALM, float("nan"))] * 5)
    assert (regimes.classify(score, values, PARAMS).confirmed == 4).all()


def test_a_crisis_is_entered_at_once() -> None:
    score, values = weeks([PARAMS.prototypes[1]] * 20 + [PARAMS.prototypes[5]], [CALM] * 20 + [ACUTE])
    assert regimes.classify(score, values, PARAMS).confirmed.iloc[-1] == 5


def test_a_volatility_shock_is_not_made_to_wait() -> None:
    shock = CALM | {"vix": 29.0}
    score, values = weeks([PARAMS.prototypes[1]] * 20 + [PARAMS.prototypes[4]], [CALM] * 20 + [shock])
    found = regimes.classify(score, values, PARAMS)
    assert found.confirmed.iloc[-1] == 4
    assert bool(found.shock.iloc[-1])


def test_a_quiet_change_waits_for_confirmation() -> None:
    score, values = weeks([PARAMS.prototypes[1]] * 20 + [PARAMS.prototypes[3]] * 4, [CALM] * 24)
    found = regimes.classify(score, values, PARAMS)
    assert found.raw.iloc[20] == 3
    assert found.confirmed.iloc[20] == 1
    assert found.confirmed.iloc[-1] == 3


@pytest.mark.parametrize("seed", [1, 2, 4, 8, 9])
def test_the_flip_flips_and_one_step_less_does_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = [
        {e: float(v) for e, v in zip(ENGINES, rng.uniform(-0.3, 0.5, 5), strict=True)} for _ in range(30)
    ]
    score, values = weeks(points, [CALM] * 30)
    found = regimes.classify(score, values, PARAMS)
    reading = regimes.reading(found, score, PARAMS, score.index[-1])
    assert reading.flip is not None
    one_less = round(reading.flip.change - float(np.copysign(0.02, reading.flip.change)), 2)
    for change, expected in ((reading.flip.change, reading.flip.to_regime), (one_less, reading.raw)):
        moved = score.copy()
        moved.loc[moved.index[-1], reading.flip.engine] += change
        assert regimes.classify(moved, values, PARAMS).raw.iloc[-1] == expected


scores = st.floats(-1, 1) | st.just(float("nan"))


@given(st.lists(st.tuples(scores, scores, scores, scores, scores), min_size=1, max_size=30))
def test_memberships_add_to_one_whatever_is_missing(rows: list[tuple[float, ...]]) -> None:
    points = [dict(zip(ENGINES, row, strict=True)) for row in rows]
    score, values = weeks(points, [CALM] * len(rows))
    found = regimes.classify(score, values, PARAMS)
    assert np.allclose(found.memberships.sum(axis=1), 1.0)
    assert found.confirmed.between(1, 5).all()


@given(st.integers(1, 59))
def test_a_week_never_knows_the_next_one(cut: int) -> None:
    rng = np.random.default_rng(11)
    points = [{e: float(v) for e, v in zip(ENGINES, rng.uniform(-1, 1, 5), strict=True)} for _ in range(60)]
    score, values = weeks(points, [CALM | {"vix": float(v)} for v in rng.uniform(10, 60, 60)])
    whole = regimes.classify(score, values, PARAMS)
    part = regimes.classify(score.iloc[:cut], values.iloc[:cut], PARAMS)
    pd.testing.assert_series_equal(whole.confirmed.iloc[:cut], part.confirmed)
    pd.testing.assert_frame_equal(whole.memberships.iloc[:cut], part.memberships)


def test_without_any_engine_the_call_is_carried_on_and_marked() -> None:
    nothing = dict.fromkeys(ENGINES, float("nan"))
    score, values = weeks([nothing] * 2 + [PARAMS.prototypes[1]] * 3 + [nothing], [CALM] * 6)
    found = regimes.classify(score, values, PARAMS)
    assert found.confirmed.tolist() == [3, 3, 1, 1, 1, 1]
    assert found.known.tolist() == [False, False, True, True, True, False]
    reading = regimes.reading(found, score, PARAMS, score.index[-1])
    assert not reading.known
    assert not reading.confirmed
