"""Transforms against hand-worked examples."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.indicators import transforms
from indicators.causality import Causal

# What test_causality.py holds on random input: no look-ahead, the bounds, no hidden unit.
CAUSAL = {
    "skip_missing": Causal(lambda w: transforms.skip_missing(w.price, lambda each: each.rolling(3).mean())),
    "change": Causal(lambda w: transforms.change(w.price, 5)),
    "change_bp": Causal(lambda w: transforms.change_bp(w.rate, 5)),
    "pct_change": Causal(lambda w: transforms.pct_change(w.price, 5), unitless=True),
    "log_change": Causal(lambda w: transforms.log_change(w.price, 5), unitless=True),
    "log_gap": Causal(lambda w: transforms.log_gap(w.price, 10), unitless=True),
    "natural_log": Causal(lambda w: transforms.natural_log(w.rate)),
    "expanding_percentile": Causal(
        lambda w: transforms.expanding_percentile(w.price, 5), (0, 100), unitless=True
    ),
    "rolling_percentile": Causal(
        lambda w: transforms.rolling_percentile(w.price, 20, 5), (0, 100), unitless=True
    ),
    "distance_from_high": Causal(
        lambda w: transforms.distance_from_high(w.price, 10), (-100, 0), unitless=True
    ),
    "days_since": Causal(lambda w: transforms.days_since(w.rate > 0.5)),
    "as_flag": Causal(lambda w: transforms.as_flag(w.rate > 0, w.price.notna())),
}


nan = np.nan


def series(*values: float) -> pd.Series:
    return pd.Series(values, index=pd.bdate_range("2019-01-02", periods=len(values)), dtype="float64")


def test_changes_of_a_hand_worked_series() -> None:
    prices = series(100.0, 110.0, 99.0, nan, 121.0)
    np.testing.assert_allclose(transforms.change(prices, 1), [nan, 10, -11, nan, nan])
    np.testing.assert_allclose(transforms.pct_change(prices, 1), [nan, 10, -10, nan, nan])
    np.testing.assert_allclose(transforms.pct_change(prices, 3), [nan, nan, nan, nan, 10])
    np.testing.assert_allclose(transforms.change_bp(series(4.25, 4.5), 1), [nan, 25])


def test_pct_change_has_no_value_on_a_base_of_zero() -> None:
    assert transforms.pct_change(series(0.0, 5.0), 1).isna().all()


def test_log_change_undoes_itself() -> None:
    there_and_back = transforms.log_change(series(80.0, 100.0, 80.0), 1)
    assert there_and_back.iloc[1] == pytest.approx(100 * np.log(1.25))
    assert there_and_back.iloc[1:].sum() == pytest.approx(0)
    assert transforms.log_change(series(-1.0, 2.0, 4.0), 1).isna().tolist() == [True, True, False]


def test_log_gap_to_its_own_average() -> None:
    gap = transforms.log_gap(series(4.0, 4.0, 10.0), 3)
    np.testing.assert_allclose(gap, [nan, nan, 100 * np.log(10 / 6)])


def test_percentile_counts_the_values_at_or_below_today() -> None:
    found = transforms.rolling_percentile(series(1, 2, 2, 5, 0), 4)
    np.testing.assert_allclose(found, [nan, nan, nan, 100, 25])
    # A tie counts: 1, 2, 2 are all at or below 2.
    np.testing.assert_allclose(transforms.rolling_percentile(series(1, 2, 2), 3), [nan, nan, 100])
    np.testing.assert_allclose(transforms.rolling_percentile(series(1, nan, 0), 3, 2), [nan, nan, 50])


def test_distance_from_high() -> None:
    prices = series(100, 80, 200, 150, 100)
    np.testing.assert_allclose(transforms.distance_from_high(prices, 2), [nan, -20, 0, -25, -100 / 3])


def test_days_since() -> None:
    condition = series(0, 1, 0, 0, 1, nan) > 0
    np.testing.assert_allclose(transforms.days_since(condition), [nan, 0, 1, 2, 0, 1])
    np.testing.assert_allclose(transforms.days_since(series(nan, 1, 0, nan)), [nan, 0, 1, 2])
    assert transforms.days_since(series() > 0).empty


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=40), st.integers(2, 12))
def test_percentile_agrees_with_counting(values: list[float], window: int) -> None:
    found = transforms.rolling_percentile(series(*values), window, 1)
    for row, value in enumerate(values):
        seen = values[max(0, row - window + 1) : row + 1]
        assert found.iloc[row] == pytest.approx(100 * sum(each <= value for each in seen) / len(seen))
