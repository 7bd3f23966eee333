"""Quantile regression against statsmodels, and against what a quantile is."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.regression.quantile_regression import QuantReg

from fiveengines.research.quantile_regression import quantile_coefficients


@pytest.mark.parametrize("level", [0.1, 0.5, 0.9])
@pytest.mark.parametrize(("count", "columns"), [(150, 2), (900, 4)])
def test_coefficients_are_those_of_statsmodels(level: float, count: int, columns: int) -> None:
    rng = np.random.default_rng(count)
    design = np.column_stack([np.ones(count), *rng.normal(size=(columns - 1, count))])
    target = design @ np.arange(1.0, columns + 1) + rng.standard_t(3, size=count)
    ours = quantile_coefficients(design, target, level)
    theirs = QuantReg(target, design).fit(q=level, max_iter=5000, p_tol=1e-9).params
    np.testing.assert_allclose(ours, theirs, atol=2e-3)

    def loss(coefficients: np.ndarray) -> float:
        missed = target - design @ coefficients
        return float(np.maximum(level * missed, (level - 1) * missed).mean())

    assert loss(ours) <= loss(theirs) + 1e-7


def test_with_a_constant_alone_it_is_the_quantile_of_the_sample() -> None:
    sample = np.array([5.0, 1.0, 9.0, 3.0, 7.0])
    assert quantile_coefficients(np.ones((5, 1)), sample, 0.5) == pytest.approx([5.0], abs=1e-5)


def test_a_column_that_never_moves_adds_nothing() -> None:
    rng = np.random.default_rng(2)
    target = rng.normal(size=301)
    alone = quantile_coefficients(np.ones((301, 1)), target, 0.9)
    twice = quantile_coefficients(np.ones((301, 2)), target, 0.9)
    assert twice.sum() == pytest.approx(alone[0], abs=1e-5)
