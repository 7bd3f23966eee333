"""Breadth against hand-worked examples and plain loops."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.indicators import advances_declines, breadth, breadth_inputs
from indicators.causality import Causal

# What test_causality.py holds on random input: no look-ahead, the bounds, no hidden unit.
CAUSAL = {
    "pct_above_sma": Causal(
        lambda w: breadth_inputs.pct_above_sma(w.members, 10, 0.8), (0, 100), unitless=True
    ),
    "new_highs_lows": Causal(
        lambda w: breadth_inputs.new_highs_lows(w.members, 10, 0.8), (0, 100), unitless=True
    ),
    "advances_declines": Causal(lambda w: breadth_inputs.advances_declines(w.members), (0, 6), unitless=True),
    "advance_ratio": Causal(lambda w: advances_declines.advance_ratio(w.up, w.down), (0, 1)),
    "advance_decline_line": Causal(lambda w: advances_declines.advance_decline_line(w.up, w.down)),
    "mcclellan_oscillator": Causal(
        lambda w: advances_declines.mcclellan_oscillator(w.up, w.down), (-1000, 1000)
    ),
    "mcclellan_summation": Causal(lambda w: advances_declines.mcclellan_summation(w.up, w.down)),
    "zweig_thrust": Causal(lambda w: advances_declines.zweig_thrust(w.up, w.down), (0, 1)),
    "whaley_thrust": Causal(lambda w: advances_declines.whaley_thrust(w.up, w.down), (0, 1)),
    "concentration_of_returns": Causal(
        lambda w: breadth_inputs.concentration_of_returns(w.members, 10, 0.3), (0, 100), unitless=True
    ),
    "index_breadth_divergence": Causal(
        lambda w: breadth.index_breadth_divergence(w.price, 50 + w.rate, 2, 50, 10), (0, 1), unitless=True
    ),
}


nan = np.nan


def days(count: int) -> pd.DatetimeIndex:
    return pd.bdate_range("2019-01-02", periods=count)


def series(*values: float) -> pd.Series:
    return pd.Series(values, index=days(len(values)), dtype="float64")


def frame(**columns: list[float]) -> pd.DataFrame:
    return pd.DataFrame(columns, index=days(len(next(iter(columns.values())))), dtype="float64")


def random_members(seed: int, rows: int = 40, columns: int = 7) -> pd.DataFrame:
    """Closes with late starts, early ends and single gaps; rounded, so that ties occur."""
    rng = np.random.default_rng(seed)
    closes = np.round(20 * np.exp(rng.normal(0, 0.02, (rows, columns)).cumsum(axis=0)), 1)
    closes[rng.random((rows, columns)) < 0.03] = nan
    closes[: rng.integers(0, rows), 0] = nan
    closes[rng.integers(0, rows) :, 1] = nan
    return pd.DataFrame(closes, index=days(rows))


def test_share_above_average_by_hand() -> None:
    members = frame(up=[1, 2, 3, 4], down=[4, 3, 2, 1], flat=[2.1] * 4, new=[nan, nan, 1, 2])
    found = breadth_inputs.pct_above_sma(members, 3)
    # Only `up` is above: a close at its average is not; `new` does not count with two closes of three.
    np.testing.assert_allclose(found, [nan, nan, 100 / 3, 100 / 3])


def test_coverage_says_how_many_closes_are_enough() -> None:
    members = frame(gap=[1, nan, 3, 4])
    assert breadth_inputs.pct_above_sma(members, 4).isna().all()
    np.testing.assert_allclose(breadth_inputs.pct_above_sma(members, 4, coverage=0.75), [nan, nan, nan, 100])
    assert breadth_inputs.pct_above_sma(frame(gone=[1, 2, nan]), 2).isna().tolist() == [True, False, True]


@given(st.integers(0, 2**32 - 1), st.integers(2, 15))
def test_share_above_average_agrees_with_rolling_means(seed: int, window: int) -> None:
    members = random_members(seed)
    mean = members.rolling(window).mean()
    known = mean.notna()
    above = (members > mean * (1 + 1e-9)) & known
    expected = 100 * above.sum(axis=1) / known.sum(axis=1).replace(0, nan)
    np.testing.assert_allclose(breadth_inputs.pct_above_sma(members, window, coverage=1.0), expected)


def test_highs_and_lows_by_hand() -> None:
    members = frame(up=[1, 2, 3, 4], tie=[5, 5, 5, 5], down=[4, 3, 2, 1], back=[1, 9, 5, 8])
    found = breadth_inputs.new_highs_lows(members, 3)
    assert found.iloc[:2].isna().all().all()
    assert found["highs"].iloc[2:].tolist() == [1, 1]
    assert found["lows"].iloc[2:].tolist() == [1, 1]
    assert found[["pct_highs", "pct_lows", "counted"]].iloc[-1].tolist() == [25, 25, 4]


@given(st.integers(0, 2**32 - 1), st.integers(2, 15))
def test_highs_and_lows_agree_with_rolling_extremes(seed: int, window: int) -> None:
    members = random_members(seed)
    before = members.shift(1).rolling(window - 1, min_periods=1)
    counted = members.notna() & (members.rolling(window, min_periods=1).count() >= 0.9 * window)
    found = breadth_inputs.new_highs_lows(members, window, coverage=0.9)
    known = counted.any(axis=1)
    np.testing.assert_array_equal(
        found["highs"], (counted & (members > before.max())).sum(axis=1).where(known)
    )
    np.testing.assert_array_equal(
        found["lows"], (counted & (members < before.min())).sum(axis=1).where(known)
    )


def test_advances_and_declines_by_hand() -> None:
    members = frame(a=[1, 2, 2], b=[3, 2, 1], c=[1, 1, nan], d=[nan, 1, 2])
    found = breadth_inputs.advances_declines(members)
    assert found.iloc[0].isna().all()
    assert found.iloc[1].tolist() == [1, 1, 1]
    assert found.iloc[2].tolist() == [1, 1, 1]
    assert breadth_inputs.advances_declines(frame(a=[1, nan, 2])).isna().all().all()


def test_line_and_ratio() -> None:
    advances, declines = series(300, 100, nan, 250), series(100, 300, 5, 250)
    np.testing.assert_allclose(advances_declines.advance_decline_line(advances, declines), [200, 0, nan, 0])
    np.testing.assert_allclose(advances_declines.advance_ratio(advances, declines), [0.75, 0.25, nan, 0.5])
    assert advances_declines.advance_ratio(series(0), series(0)).isna().all()


def test_mcclellan_by_hand() -> None:
    # Net of the moving issues in thousandths: 0 for forty days, then +500 twice.
    quick, steady = [0.0, 50.0, 95.0], [0.0, 25.0, 48.75]
    many = pd.concat([pd.Series([400.0] * 40), pd.Series([300.0, 300.0])], ignore_index=True)
    few = pd.concat([pd.Series([400.0] * 40), pd.Series([100.0, 100.0])], ignore_index=True)
    found = advances_declines.mcclellan_oscillator(many, few)
    np.testing.assert_allclose(found.iloc[39:], np.subtract(quick, steady))
    assert found.isna().sum() == 38


@given(st.integers(0, 2**32 - 1))
def test_summation_adds_up_the_oscillator(seed: int) -> None:
    rng = np.random.default_rng(seed)
    advances, declines = (pd.Series(rng.integers(1, 3000, 90).astype("float64")) for _ in range(2))
    advances[rng.random(90) < 0.1] = nan
    oscillator = advances_declines.mcclellan_oscillator(advances, declines).dropna()
    summation = advances_declines.mcclellan_summation(advances, declines).dropna()
    np.testing.assert_allclose(summation.diff().iloc[1:], oscillator.iloc[1:], atol=1e-8)


def test_summation_is_neutral_at_zero_and_forgets_where_it_began() -> None:
    rng = np.random.default_rng(7)
    advances, declines = (pd.Series(rng.integers(1, 3000, 600).astype("float64")) for _ in range(2))
    whole = advances_declines.mcclellan_summation(advances, declines)
    late = advances_declines.mcclellan_summation(advances.iloc[150:], declines.iloc[150:])
    assert late.iloc[-1] == pytest.approx(whole.iloc[-1], abs=1e-3)
    even = pd.Series([1000.0] * 60)
    assert advances_declines.mcclellan_summation(even, even).iloc[-1] == 0


def steps(*ratios: tuple[float, int]) -> tuple[pd.Series, pd.Series]:
    """Advances and declines of 1,000 issues, the ratio held for so many sessions."""
    advances = pd.Series([1000 * ratio for ratio, count in ratios for _ in range(count)])
    return advances, 1000 - advances


def test_zweig_thrust_fires_once_on_the_session_that_crosses() -> None:
    # From a mean of 0.35, sessions of 0.75 give 0.75 − 0.40 · (9/11)^n: 0.603 at n = 5, 0.630 at n = 6.
    assert 0.75 - 0.40 * (9 / 11) ** 5 < 0.615 < 0.75 - 0.40 * (9 / 11) ** 6
    fired = advances_declines.zweig_thrust(*steps((0.35, 60), (0.75, 20)))
    assert fired[fired == 1].index.tolist() == [65]
    assert fired.isna().sum() == 9


def test_zweig_thrust_needs_the_low_and_the_haste() -> None:
    assert advances_declines.zweig_thrust(*steps((0.42, 60), (0.80, 20))).sum() == 0
    assert advances_declines.zweig_thrust(*steps((0.35, 60), (0.65, 30))).sum() == 0


@pytest.mark.parametrize(("sessions", "fires"), [(10, 1.0), (11, 0.0)])
def test_zweig_thrust_takes_ten_sessions_and_no_more(sessions: int, fires: float) -> None:
    """The mean is led from 0.39 to 0.62 in equal steps; each day's share of advances follows from its step."""
    climb = np.linspace(0.39, 0.62, sessions + 1)
    mean = np.concatenate([np.full(15, 0.50), [0.45], climb])
    share = np.append(0.50, mean[:-1] + np.diff(mean) * 11 / 2)
    days = pd.bdate_range("2020-01-01", periods=len(share))
    advances = pd.Series(1000 * share, index=days)
    fired = advances_declines.zweig_thrust(advances, 1000 - advances)
    assert fired.iloc[-1] == fires
    assert fired.iloc[:-1].sum() == 0


def test_zweig_thrust_does_not_repeat_after_the_same_low() -> None:
    fired = advances_declines.zweig_thrust(*steps((0.35, 60), (0.95, 3), (0.30, 1), (0.95, 3)))
    assert fired.sum() == 1


def test_whaley_thrust_totals_five_sessions() -> None:
    advances, declines = steps((0.5, 10), (0.8, 5))
    # Three sessions of 0.8 after two of 0.5 make 0.68, four 0.74: above 0.7366.
    fired = advances_declines.whaley_thrust(advances, declines)
    assert fired[fired == 1].index.tolist() == [13]
    # Totals, not a mean of ratios: a quiet session of few issues weighs little.
    advances.iloc[13], declines.iloc[13] = 8, 2
    assert advances_declines.whaley_thrust(advances, declines).iloc[13] == 0


def test_concentration_by_hand() -> None:
    # Gains of 30, 10, 10 and 0 %: one of ten members is the top tenth.
    ends = [130, 110, 110] + [90] * 7
    members = pd.DataFrame([[100.0] * 10, ends], index=days(2))
    assert breadth_inputs.concentration_of_returns(members, 1).iloc[1] == pytest.approx(60)
    assert breadth_inputs.concentration_of_returns(members, 1, top=0.2).iloc[1] == pytest.approx(80)
    assert breadth_inputs.concentration_of_returns(members, 1).isna().tolist() == [True, False]
    assert breadth_inputs.concentration_of_returns(members.iloc[::-1] * 0 + 1, 1).isna().all()


@given(st.integers(0, 2**32 - 1), st.integers(1, 10), st.sampled_from([0.1, 0.25, 0.5, 1.0]))
def test_concentration_agrees_with_sorting_each_day(seed: int, window: int, top: float) -> None:
    members = random_members(seed)
    found = breadth_inputs.concentration_of_returns(members, window, top)
    for row in range(window, len(members)):
        returns = (members.iloc[row] / members.iloc[row - window] - 1).dropna()
        gains = sorted(returns.clip(lower=0), reverse=True)
        expected = 100 * sum(gains[: math.ceil(top * len(gains))]) / sum(gains) if sum(gains) else nan
        assert found.iloc[row] == pytest.approx(expected, nan_ok=True)


def test_divergence_needs_a_high_index_and_few_members() -> None:
    index = series(100, 99, 97, 99, 99, nan)
    above = series(50, 50, 50, 70, nan, 50)
    found = breadth.index_breadth_divergence(index, above, 2, 60, window=1)
    np.testing.assert_allclose(found, [1, 1, 1, 0, nan, nan])
    found = breadth.index_breadth_divergence(index, above, 2, 60, window=2)
    # 97 is 2.02 % below 99.
    np.testing.assert_allclose(found, [nan, 1, 0, 0, nan, nan])


def test_who_is_not_in_the_index_does_not_count() -> None:
    members = frame(up=[1, 2, 3, 4], down=[4, 3, 2, 1], other=[1, 2, 3, 4])
    inside = np.array([[True, True, True], [True, True, True], [True, True, False], [False, True, True]])
    # `up` and `other` are above their average; on the third day `other` is out, on the fourth `up`.
    np.testing.assert_allclose(
        breadth_inputs.pct_above_sma(members, 2, in_index=inside), [nan, 200 / 3, 50.0, 50.0]
    )
    counts = breadth_inputs.advances_declines(members, inside)
    assert counts["advances"].iloc[1:].tolist() == [2, 1, 1]
    assert counts["declines"].iloc[1:].tolist() == [1, 1, 1]
    extremes = breadth_inputs.new_highs_lows(members, 2, 1.0, inside)
    assert extremes["counted"].tolist()[1:] == [3, 2, 2]
    assert extremes["highs"].tolist()[1:] == [2, 1, 1]
    gains = breadth_inputs.concentration_of_returns(members, 1, 0.5, inside)
    # On the fourth day the one member in the index that gained earned everything.
    assert gains.iloc[3] == pytest.approx(100.0)
