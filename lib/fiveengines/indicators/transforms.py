"""Transforms: change, rank, distance, age; what every engine's indicators are made of.

Pure and causal functions of one or two series; only numpy and pandas may enter.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd


def skip_missing(values: pd.Series, formula: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Apply a rolling formula to the rows that have a value, so that a missing day does not blank a window.

    values: (n,). Returns (n,) on the same index, NaN where `values` is NaN and where the formula is.
    """
    present = values.dropna()
    if present.empty:
        return pd.Series(np.nan, index=values.index)
    return formula(present).reindex(values.index)


def change(series: pd.Series, periods: int) -> pd.Series:
    """Difference from `periods` rows ago, in the series' own unit: x(t) − x(t−periods).

    series: (n,) float64. Returns (n,), NaN for the first `periods` rows and where either end is NaN.
    """
    return series - series.shift(periods)


def change_bp(series: pd.Series, periods: int) -> pd.Series:
    """Change of a rate or spread quoted in per cent, in basis points: 100 · (x(t) − x(t−periods)).

    series: (n,) per cent. Returns (n,), NaN for the first `periods` rows and where either end is NaN.
    """
    return 100.0 * change(series, periods)


def pct_change(series: pd.Series, periods: int) -> pd.Series:
    """Change over `periods` rows in per cent: 100 · (x(t) / x(t−periods) − 1).

    series: (n,) of one sign, such as prices. Returns (n,), NaN for the first `periods` rows, where either end
    is NaN and where the base is zero. A missing row is not filled.
    """
    base = series.shift(periods)
    return 100.0 * (series / base.where(base != 0) - 1.0)


def log_change(series: pd.Series, periods: int) -> pd.Series:
    """Change over `periods` rows in log per cent: 100 · ln(x(t) / x(t−periods)); up and down weigh the same.

    series: (n,) positive. Returns (n,), NaN for the first `periods` rows and where either end is NaN or not
    positive.
    """
    logs = natural_log(series)
    return 100.0 * (logs - logs.shift(periods))


def log_gap(series: pd.Series, window: int) -> pd.Series:
    """Distance from the series' own average, log per cent: 100 · ln(x(t) / mean of the last `window` rows).

    series: (n,) positive; the window includes today. Returns (n,), NaN until `window` rows are there, and
    while the window holds a NaN.
    """
    return 100.0 * (natural_log(series) - natural_log(series.rolling(window).mean()))


def expanding_percentile(series: pd.Series, min_periods: int) -> pd.Series:
    """Percentile rank of today among all rows up to it: share of them at or below today, 0 to 100.

    series: (n,) float64. Returns (n,), NaN before `min_periods` values and where the series is NaN.
    """
    return 100.0 * series.expanding(min_periods).rank(method="max", pct=True)


def rolling_percentile(series: pd.Series, window: int, min_periods: int | None = None) -> pd.Series:
    """Percentile rank of today among the last `window` rows: share of them at or below today, 0 to 100.

    series: (n,); today is one of the window, so the highest value reads 100 and the lowest 100 / count.
    Returns (n,), NaN where today is NaN or fewer than `min_periods` rows (the window, unless given) have a
    value.
    """
    rank = series.rolling(window, min_periods=window if min_periods is None else min_periods)
    return 100.0 * rank.rank(method="max", pct=True)


def distance_from_high(series: pd.Series, window: int) -> pd.Series:
    """Distance from the highest of the last `window` rows, %: 100 · (x(t) / max − 1), at most 0.

    series: (n,) prices; 252 rows are the 52-week high by closes. Returns (n,), NaN until `window` rows are
    there, and while the window holds a NaN.
    """
    return 100.0 * (series / series.rolling(window).max() - 1.0)


def days_since(condition: pd.Series) -> pd.Series:
    """Rows since the condition last held: 0 on a row where it holds, NaN before it ever has.

    condition: (n,) bool, or float flags where anything but 0 and NaN counts as true. Returns (n,) float64.
    """
    holds = (condition.fillna(0.0) if condition.dtype.kind == "f" else condition).to_numpy(dtype=bool)
    row = np.arange(len(holds), dtype="float64")
    last = np.maximum.accumulate(np.where(holds, row, -np.inf)) if len(row) else row
    return pd.Series(np.where(np.isfinite(last), row - last, np.nan), index=condition.index)


def as_flag(holds: pd.Series, known: pd.Series) -> pd.Series:
    """A yes or no that can also be unknown: 1 where `holds`, 0 where not, NaN where it is not `known`.

    holds, known: (n,) bool on one index. Returns (n,) float64.
    """
    return holds.astype("float64").where(known)


def natural_log(series: pd.Series) -> pd.Series:
    """Natural logarithm, NaN where the value is NaN or not positive.

    series: (n,). Returns (n,).
    """
    return pd.Series(np.log(series.where(series > 0).to_numpy(dtype="float64")), index=series.index)
