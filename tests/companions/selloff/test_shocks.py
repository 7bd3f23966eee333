"""The four shocks: restrictions held, identities exact, and what was published found on real yields."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiveengines.companions.selloff import drivers, shocks
from fiveengines.companions.session import Session

# One impact matrix that meets every restriction: rows 2-, 5-, 10-year, stocks; columns growth, monetary, premia.
TRUE = np.array(
    [
        [2.0, 3.0, -0.5, 0.3],
        [2.2, 2.4, -1.5, 1.2],
        [1.4, 1.2, -2.8, 2.5],
        [0.4, -0.3, -0.7, -0.6],
    ]
)


def simulated(days: int = 1500, seed: int = 3, impact: np.ndarray = TRUE) -> pd.DataFrame:
    moves = np.random.default_rng(seed).standard_normal((days, 4)) @ impact.T
    return pd.DataFrame(
        moves, index=pd.bdate_range("2004-01-05", periods=days), columns=list(shocks.VARIABLES)
    )


@pytest.fixture(scope="module")
def model() -> shocks.Identified:
    found = shocks.identify(simulated(), 200, 7)
    assert found is not None
    return found


def test_the_true_matrix_is_accepted_and_a_wrong_sign_or_shape_is_not() -> None:
    stocks_up = TRUE.copy()
    stocks_up[3, 1] *= -1
    flat = TRUE.copy()
    flat[0, 1] = 1.0
    assert shocks.accepted(np.stack([TRUE, stocks_up, flat])).tolist() == [True, False, False]


def test_every_rotation_keeps_the_covariance_and_the_restrictions(model: shocks.Identified) -> None:
    assert len(model.impacts) == 200
    assert shocks.accepted(model.impacts).all()
    _, _, covariance = shocks.fit(simulated())
    for impact in model.impacts[:10]:
        np.testing.assert_allclose(impact @ impact.T, covariance, rtol=1e-9)


def test_the_same_seed_gives_the_same_rotations_and_another_others(model: shocks.Identified) -> None:
    again, other = shocks.identify(simulated(), 200, 7), shocks.identify(simulated(), 200, 8)
    assert again is not None
    assert other is not None
    np.testing.assert_array_equal(model.impacts, again.impacts)
    assert not np.array_equal(model.impacts, other.impacts)


def test_the_fit_is_least_squares_by_hand() -> None:
    """x(t) = 1 + 0.5 · x(t−1) in every variable, without noise."""
    path = [0.0]
    for _ in range(30):
        path.append(1.0 + 0.5 * path[-1])
    scale = np.array([1.0, 2.0, -1.0, 0.5])
    wobble = np.random.default_rng(1).normal(0, 1e-3, (31, 4))
    constant, persistence, _ = shocks.fit(pd.DataFrame(np.outer(path, scale) + wobble))
    # The four are nearly one, so only their joint forecast is known: from the long run it stays there.
    np.testing.assert_allclose(constant + persistence @ (2.0 * scale), 2.0 * scale, atol=0.01)


@settings(max_examples=25)
@given(begin=st.integers(10, 1400), length=st.integers(1, 90))
def test_shocks_and_rest_add_up_to_the_return_in_every_rotation(begin: int, length: int) -> None:
    changes = simulated()
    model = shocks.Identified(
        np.zeros(4), np.full((4, 4), 0.03), np.stack([TRUE, TRUE[:, [0, 1, 2, 3]]]), 1500
    )
    window = changes.iloc[: begin + length]
    split = shocks.split(window, model, window.index[begin - 1])
    whole = window["SPX"].iloc[begin:].sum()
    np.testing.assert_allclose(split.by_rotation.sum(axis=1) + split.rest, whole, atol=1e-8)
    assert split.points.sum() + split.rest == pytest.approx(whole)


def test_a_day_of_one_shock_is_told_as_that_shock() -> None:
    changes = simulated()
    day = pd.DataFrame(
        [-3.0 * TRUE[:, 0]], index=[changes.index[-1] + pd.offsets.BDay()], columns=changes.columns
    )
    model = shocks.Identified(np.zeros(4), np.zeros((4, 4)), TRUE[None], 1500)
    split = shocks.split(pd.concat([changes, day]), model, changes.index[-1])
    np.testing.assert_allclose(split.points, [-1.2, 0, 0, 0], atol=1e-9)
    assert split.agreement == 1.0


def test_a_window_after_the_last_yield_explains_nothing() -> None:
    changes = simulated()
    model = shocks.Identified(np.zeros(4), np.zeros((4, 4)), TRUE[None], 1500)
    split = shocks.split(changes, model, changes.index[-1])
    assert split.points.tolist() == [0, 0, 0, 0]
    assert split.rest == 0.0


def test_the_simple_split_counts_days_by_hand() -> None:
    days = pd.bdate_range("2020-01-06", periods=4)
    changes = pd.DataFrame(
        {"DGS2": 0.0, "DGS5": 0.0, "DGS10": [1.0, -2.0, 3.0, 0.0], "SPX": [9.0, -1.0, -2.0, 0.5]}, index=days
    )
    found = shocks.co_movement(changes, days[0])
    assert found == {"together": -1.0, "apart": -1.5, "days_together": 1, "days_apart": 2}


def test_what_was_lost_is_shared_among_those_that_took_it() -> None:
    split = shocks.Split(np.array([[-3.0, 1.0, -1.0, 0.0], [1.0, 0.0, 2.0, 0.0]]), 0.0)
    assert drivers.shock_shares(split).tolist() == [[0.75, 0.0, 0.25, 0.0], [0.0, 0.0, 0.0, 0.0]]


@pytest.mark.real_data
def test_variance_shares_are_those_published(real_data: Path) -> None:
    """Cieslak and Pang (2021): the 2-year's variance mostly growth and monetary, the 10-year's mostly premia.

    Neither is asked for by a restriction.
    """
    held = Session.load("2018-01-02", source="files", data_dir=str(real_data)).dataset.series
    yields = pd.DataFrame({each: held[each].latest() for each in shocks.VARIABLES[:3]})
    changes = shocks.daily_changes(yields, held["SPX"].latest())
    found = shocks.identify(changes, 400, 2021)
    assert found is not None
    assert len(found.impacts) == 400
    shares = found.variance_shares
    assert shares[0, :2].sum() == pytest.approx(0.75, abs=0.05)
    assert shares[2, 2:].sum() == pytest.approx(0.74, abs=0.05)
    np.testing.assert_allclose(shares.sum(axis=1), 1.0)
