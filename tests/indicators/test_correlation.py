"""Correlation, dispersion and absorption: against numpy on whole matrices, and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fiveengines.indicators import correlation
from indicators.causality import Causal, World


def returns(world: World) -> pd.DataFrame:
    return world.members.pct_change(fill_method=None)


CAUSAL = {
    "mean_pairwise_correlation": Causal(
        lambda w: correlation.mean_pairwise_correlation(returns(w), 10), (-1, 1), unitless=True
    ),
    "return_dispersion": Causal(lambda w: correlation.return_dispersion(returns(w), 5), unitless=True),
    "absorption_ratio": Causal(
        lambda w: correlation.absorption_ratio(returns(w), 20, 10, 0.2), (0, 1), unitless=True
    ),
    "absorption_shift": Causal(lambda w: correlation.absorption_shift(w.price, 5, 20)),
    "parkinson_volatility": Causal(
        lambda w: correlation.parkinson_volatility(w.bars[1], w.bars[2], 5), (0, np.inf), unitless=True
    ),
    "close_range": Causal(lambda w: correlation.close_range(w.price, 5), (0, 1000), unitless=True),
}
RANDOM = np.random.default_rng(5)
COMMON = RANDOM.normal(0, 1, (60, 1))
MOVES = pd.DataFrame(0.01 * (COMMON + RANDOM.normal(0, 1, (60, 8))))


def test_mean_correlation_is_the_mean_of_the_matrix_without_its_diagonal() -> None:
    matrix = np.corrcoef(MOVES.tail(30).to_numpy().T)
    expected = matrix[np.triu_indices(8, 1)].mean()
    found = correlation.mean_pairwise_correlation(MOVES, 30)
    assert found.iloc[-1] == pytest.approx(expected)
    assert correlation.mean_pairwise_correlation(MOVES, 30, rows=1).notna().sum() == 1


def test_stocks_that_move_as_one_correlate_fully_and_do_not_disperse() -> None:
    same = pd.DataFrame(dict.fromkeys("abc", COMMON[:, 0]))
    assert correlation.mean_pairwise_correlation(same, 20).iloc[-1] == pytest.approx(1.0)
    assert correlation.return_dispersion(same, 20).iloc[-1] == pytest.approx(0.0)
    assert correlation.absorption_ratio(same, 30, 15, 0.2).iloc[-1] == pytest.approx(1.0)


def test_absorption_is_the_share_of_the_first_fifth_of_eigenvalues() -> None:
    parts = np.linalg.eigvalsh(np.cov(MOVES.tail(40).to_numpy().T, ddof=0))
    found = correlation.absorption_ratio(MOVES, 40, 1e9, 0.25).iloc[-1]
    assert found == pytest.approx(parts[-2:].sum() / parts.sum())


def test_its_shift_counts_in_deviations_of_the_year() -> None:
    ratio = pd.Series([0.5] * 9 + [0.7])
    year = ratio.std()
    assert correlation.absorption_shift(ratio, 2, 10).iloc[-1] == pytest.approx((0.6 - 0.52) / year)


def test_parkinson_by_hand() -> None:
    high, low = pd.Series([101.0, 102.0]), pd.Series([100.0, 100.0])
    mean = (np.log(1.01) ** 2 + np.log(1.02) ** 2) / 2
    found = correlation.parkinson_volatility(high, low, 2).iloc[-1]
    assert found == pytest.approx(100 * np.sqrt(252 * mean / (4 * np.log(2))))


def test_range_of_closes_by_hand() -> None:
    assert correlation.close_range(pd.Series([100.0, 95.0, 105.0]), 3).iloc[-1] == pytest.approx(10.0)
