"""Volatility against independent formulas, closed forms and hand-worked examples."""

from __future__ import annotations

import math
import statistics

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.indicators import volatility
from indicators.causality import Causal

# What test_causality.py holds on random input: no look-ahead, the bounds, no hidden unit.
CAUSAL = {
    "annualized_volatility": Causal(lambda w: volatility.annualized_volatility(w.price.pct_change(), 10)),
    "realized_volatility": Causal(
        lambda w: volatility.realized_volatility(w.price, 10), (0, np.inf), unitless=True
    ),
    "yang_zhang_volatility": Causal(
        lambda w: volatility.yang_zhang_volatility(*w.bars, 10), (0, np.inf), unitless=True
    ),
    "implied_minus_realized": Causal(lambda w: volatility.implied_minus_realized(w.rate, w.rate2)),
    "vix_term_ratio": Causal(lambda w: volatility.vix_term_ratio(w.price, w.other)),
    "term_structure_state": Causal(
        lambda w: volatility.term_structure_state(w.third, w.price, w.other, 0.02), unitless=True
    ),
    "vvix_divergence": Causal(
        lambda w: volatility.vvix_divergence(w.price, w.other, 20), (-100, 100), unitless=True
    ),
    "volatility_of_slope": Causal(lambda w: volatility.volatility_of_slope(w.price / w.other, 10)),
    "volatility_regime_label": Causal(lambda w: volatility.volatility_regime_label(w.rate, -1, 0, 1)),
}


nan = np.nan


def series(*values: float) -> pd.Series:
    return pd.Series(values, index=pd.bdate_range("2019-01-02", periods=len(values)), dtype="float64")


def test_one_per_cent_up_and_down() -> None:
    # Returns +1 %, −1 %, +1 %, −1 % in logs: sample deviation 1 % · √(4/3).
    found = volatility.realized_volatility(np.exp(series(0, 0.01, 0, 0.01, 0)), 4)
    assert found.isna().tolist() == [True] * 4 + [False]
    assert found.iloc[-1] == pytest.approx(math.sqrt(252 * 4 / 3))


def test_realized_volatility_waits_for_its_window_again_after_a_gap() -> None:
    found = volatility.realized_volatility(series(100, 101, nan, 103, 102, 104), 2)
    assert found.isna().tolist() == [True, True, True, True, True, False]


def yang_zhang_by_loop(bars: list[tuple[float, float, float, float]]) -> float:
    """The paper's formula on one window, written out: the first bar gives only its close."""
    n = len(bars) - 1
    overnight = [math.log(bars[i][0] / bars[i - 1][3]) for i in range(1, n + 1)]
    day = [math.log(c / o) for o, _, _, c in bars[1:]]
    rogers_satchell = [
        math.log(h / c) * math.log(h / o) + math.log(low / c) * math.log(low / o) for o, h, low, c in bars[1:]
    ]
    k = 0.34 / (1.34 + (n + 1) / (n - 1))
    variance = statistics.variance(overnight) + k * statistics.variance(day)
    variance += (1 - k) * statistics.mean(rogers_satchell)
    return 100 * math.sqrt(252 * variance)


@given(st.integers(0, 2**32 - 1), st.integers(2, 10))
def test_yang_zhang_agrees_with_the_paper(seed: int, window: int) -> None:
    rng = np.random.default_rng(seed)
    walk = np.exp(rng.normal(0, 0.01, (window + 1, 4)).cumsum().reshape(-1, 4)) * 100
    bars = [(row[0], max(row), min(row), row[3]) for row in walk.tolist()]
    columns = [series(*column) for column in zip(*bars, strict=True)]
    found = volatility.yang_zhang_volatility(*columns, window=window)
    assert found.iloc[:-1].isna().all()
    assert found.iloc[-1] == pytest.approx(yang_zhang_by_loop(bars), rel=1e-6)


def test_yang_zhang_sees_the_night_that_closes_miss() -> None:
    # Up 2 % every night and down 2 % every day: closes never move.
    close = series(*[100.0] * 12)
    opened = close * 1.02
    opened.iloc[::2] = close.iloc[::2] * 0.98
    high, low = np.maximum(opened, close), np.minimum(opened, close)
    assert volatility.realized_volatility(close, 10).iloc[-1] == 0
    assert volatility.yang_zhang_volatility(opened, high, low, close, 10).iloc[-1] > 30


def test_term_ratio_and_premium() -> None:
    np.testing.assert_allclose(
        volatility.vix_term_ratio(series(15, 40, 10), series(20, 32, 0)), [0.75, 1.25, nan]
    )
    np.testing.assert_allclose(volatility.implied_minus_realized(series(20, nan), series(16, 16)), [4, nan])


def test_names_of_the_curve() -> None:
    vix9d = series(12, 45, 22, nan, 15, 30)
    vix = series(14, 38, 16, 14, 15, 20)
    vix3m = series(17, 30, 18, 17, 15.1, nan)
    found = volatility.term_structure_state(vix9d, vix, vix3m, 0.02)
    # The third bends: nine days stand far above one month while three months stand above it too.
    assert found.iloc[:5].tolist() == ["contango", "backwardation", "flat", "contango", "flat"]
    assert found.isna().tolist() == [False] * 5 + [True]


def test_vvix_wakes_while_vix_sleeps() -> None:
    vvix, vix = series(80, 82, 84, 86, 120), series(16, 15, 14, 13, 12)
    # VVIX is the highest of four (100), VIX the lowest (25).
    assert volatility.vvix_divergence(vvix, vix, 4).iloc[-1] == pytest.approx(75)
    assert volatility.vvix_divergence(vvix, vix, 4).isna().tolist() == [True] + [False] * 4


def test_volatility_of_the_slope_is_of_its_changes() -> None:
    steady = volatility.volatility_of_slope(series(0.80, 0.82, 0.84, 0.86), 3).iloc[-1]
    assert steady == pytest.approx(0, abs=1e-9)
    # Changes +0.1, −0.1: sample deviation 0.1 · √2.
    assert volatility.volatility_of_slope(series(0.8, 0.9, 0.8), 2).iloc[-1] == pytest.approx(
        0.1 * math.sqrt(2)
    )


def test_labels_change_at_their_breakpoints() -> None:
    found = volatility.volatility_regime_label(series(11, 14, 19.9, 20, 29.9, 30, 80, nan), 14, 20, 30)
    assert found.iloc[:7].tolist() == ["calm", "normal", "normal", "elevated", "elevated", "shock", "shock"]
    assert pd.isna(found.iloc[7])
