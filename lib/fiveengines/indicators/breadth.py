"""Breadth: how many members take part, from their closes or from counts of advances and declines.

Pure and causal functions; only numpy and pandas may enter. Members and sectors are frames, dates × tickers.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiveengines.indicators.transforms import as_flag, relative_strength

Floats = npt.NDArray[np.float64]

# A close within this fraction of its average or old extreme equals it: running sums carry float dust.
SAME = 1e-10


def pct_above_sma(members: pd.DataFrame, window: int, coverage: float = 0.95) -> pd.Series:
    """Share of members above their own simple average of `window` closes, %, 0 to 100.

    members: (n, m) closes, NaN where a member has none; eleven sectors do as well. A member counts on a day
    when it has a close and at least `coverage` of the window's closes; its average is over those there are,
    today's included. Returns (n,), NaN where no member counts. With today's members in the past, survivors
    flatter it by a few points.
    """
    closes = members.to_numpy(dtype="float64")
    present = np.isfinite(closes)
    counts = _window_sum(present.astype("float64"), window)
    sums = _window_sum(np.where(present, closes, 0.0), window)
    counted = present & (counts >= np.ceil(coverage * window - 1e-9))
    above = counted & (closes * counts > sums * (1.0 + SAME))
    return pd.Series(_share(above.sum(axis=1), counted.sum(axis=1)), index=members.index)


def new_highs_lows(members: pd.DataFrame, window: int = 252, coverage: float = 0.95) -> pd.DataFrame:
    """Members at a 52-week high or low: beyond every other close of the last `window` sessions.

    members: (n, m) closes, NaN where a member has none. A member counts on a day when it has a close and at
    least `coverage` of the window's closes; a close equal to the old extreme is not a new one. Returns (n,
    5): counts `highs`, `lows` and `counted`, and `pct_highs`, `pct_lows` as % of those counted; NaN where no
    member counts. Exchanges count intraday extremes: their figures are a little higher.
    """
    closes = members.to_numpy(dtype="float64")
    present = np.isfinite(closes)
    counted = present & (_window_sum(present.astype("float64"), window) >= np.ceil(coverage * window - 1e-9))
    # The extreme of the window's other sessions: one row late and one row short.
    top = _shifted(_window_max(np.where(present, closes, -np.inf), window - 1), -np.inf)
    bottom = -_shifted(_window_max(np.where(present, -closes, -np.inf), window - 1), -np.inf)
    total = counted.sum(axis=1).astype("float64")
    found = {
        "highs": (counted & (closes > top * (1.0 + SAME))).sum(axis=1),
        "lows": (counted & (closes < bottom * (1.0 - SAME))).sum(axis=1),
        "counted": total,
    }
    frame = pd.DataFrame(found, index=members.index, dtype="float64")
    frame.loc[total == 0] = np.nan
    frame["pct_highs"] = _share(found["highs"], total)
    frame["pct_lows"] = _share(found["lows"], total)
    return frame


def advances_declines(members: pd.DataFrame) -> pd.DataFrame:
    """Count members that closed up, down and unchanged from the session before.

    members: (n, m) closes. A member without a close on either day is not counted. Returns (n, 3) float64 with
    columns `advances`, `declines` and `unchanged`; NaN on the first row and where no member counts.
    """
    closes = members.to_numpy(dtype="float64")
    moves = np.full(closes.shape, np.nan)
    moves[1:] = closes[1:] - closes[:-1]
    known = np.isfinite(moves).any(axis=1)
    counts = {"advances": moves > 0, "declines": moves < 0, "unchanged": moves == 0}
    frame = pd.DataFrame({name: each.sum(axis=1) for name, each in counts.items()}, index=members.index)
    frame = frame.astype("float64")
    frame.loc[~known] = np.nan
    return frame


def advance_ratio(advances: pd.Series, declines: pd.Series) -> pd.Series:
    """Share of the moving issues that advanced, 0 to 1: A / (A + D).

    advances, declines: (n,) counts. Returns (n,), NaN where either is NaN or nothing moved.
    """
    moved = advances + declines
    return advances / moved.where(moved > 0)


def advance_decline_line(advances: pd.Series, declines: pd.Series) -> pd.Series:
    """Running total of advances minus declines, issues; only its changes mean something.

    advances, declines: (n,) counts. Returns (n,), NaN where either is NaN; such a day adds nothing to the
    total.
    """
    return (advances - declines).cumsum()


def mcclellan_oscillator(
    advances: pd.Series, declines: pd.Series, fast: int = 19, slow: int = 39
) -> pd.Series:
    """Ratio-adjusted McClellan oscillator: 19-day minus 39-day exponential mean of 1000 · (A − D) / (A + D).

    The means use smoothing constants 2 / (days + 1), that is 0.10 and 0.05, and start at the first value.
    advances, declines: (n,) counts. Returns (n,) in thousandths of the moving issues, NaN for the first
    `slow` − 1 days with counts and on days without. Source: S. and M. McClellan, Patterns for Profit (1970);
    ratio adjustment by T. McClellan.
    """
    quick, steady = _mcclellan_means(advances, declines, fast, slow)
    return quick - steady


def mcclellan_summation(
    advances: pd.Series, declines: pd.Series, fast: int = 19, slow: int = 39
) -> pd.Series:
    """McClellan summation index, neutral at 0: the oscillator's running total, whatever day the data begin.

    Adding up the oscillator equals, but for a constant, (1/b − 1) · slow mean − (1/a − 1) · fast mean with
    smoothing constants a and b: 19 · slow − 9 · fast. So its daily change is the oscillator, and its level
    does not depend on where the data begin. (Miekka's form adds 1000; neutral here is 0.)
    advances, declines: (n,) counts. Returns (n,), NaN for the first `slow` − 1 days with counts and on days
    without. Source: J. Miekka's formula, as given by McClellan Financial Publications.
    """
    quick, steady = _mcclellan_means(advances, declines, fast, slow)
    return (slow - 1) / 2.0 * steady - (fast - 1) / 2.0 * quick


def zweig_thrust(
    advances: pd.Series, declines: pd.Series, low: float = 0.40, high: float = 0.615, within: int = 10
) -> pd.Series:
    """Flag of Zweig's thrust: the 10-day mean of A / (A + D) goes from below 0.40 to above 0.615 in ten days.

    The mean is exponential (constant 2 / 11). The flag is 1 on the session that crosses `high` when the mean
    was below `low` at most `within` sessions before, else 0; crossing again within as many is no second one.
    advances, declines: (n,) counts. Returns (n,) float64, NaN until `within` days have counts and on days
    without. Source: M. Zweig, Winning on Wall Street (1986).
    """
    ratio = advance_ratio(advances, declines).dropna()
    mean = ratio.ewm(span=within, adjust=False, min_periods=within).mean()
    crossed = (mean > high) & ~(mean.shift(1) > high)
    was_low = mean.rolling(within + 1, min_periods=1).min() < low
    thrust = as_flag(crossed & was_low, mean.notna())
    again = thrust.shift(1).rolling(within, min_periods=1).max() > 0
    return thrust.mask(again, 0.0).reindex(advances.index)


def whaley_thrust(
    advances: pd.Series, declines: pd.Series, threshold: float = 0.7366, days: int = 5
) -> pd.Series:
    """Flag of Whaley's advance-decline thrust: more than 73.66 % of five days' moving issues advanced.

    ΣA / (ΣA + ΣD) over `days` sessions; the flag is 1 on the session that crosses `threshold`, else 0.
    advances, declines: (n,) counts. Returns (n,) float64, NaN until `days` days have counts and on days
    without. Source: W. Whaley, Planes, Trains and Automobiles (Dow Award paper, 2010).
    """
    counts = pd.DataFrame({"up": advances, "down": declines}).dropna()
    totals = counts.rolling(days).sum()
    share = advance_ratio(totals["up"], totals["down"])
    crossed = (share > threshold) & ~(share.shift(1) > threshold)
    return as_flag(crossed, share.notna()).reindex(advances.index)


def equal_weight_vs_cap(equal_weight: pd.Series, cap_weight: pd.Series, window: int) -> pd.Series:
    """Equal weight against cap weight, %: change over `window` rows of RSP / SPY. Below zero, it narrows.

    equal_weight, cap_weight: (n,) prices. Returns (n,), NaN for the first `window` rows and where a price is
    NaN at either end.
    """
    return relative_strength(equal_weight, cap_weight, window)


def concentration_of_returns(members: pd.DataFrame, window: int, top: float = 0.1) -> pd.Series:
    """Share of the gains of the last `window` sessions that the best members earned, %, 0 to 100.

    Gains are members' positive price returns, equally weighted; the best are the top share `top` of the
    members with a close at both ends, rounded up. When all gain alike the figure is 100 · top.
    members: (n, m) closes. Returns (n,), NaN for the first `window` rows and where nobody gained.
    """
    closes = members.to_numpy(dtype="float64")
    count, width = closes.shape
    gains = np.full(closes.shape, np.nan)
    gains[window:] = closes[window:] / closes[: max(count - window, 0)] - 1.0
    known = np.isfinite(gains).sum(axis=1)
    ordered = -np.sort(-np.where(gains > 0, gains, 0.0), axis=1)
    best = np.ceil(top * known - 1e-9).astype(int).clip(1, max(width, 1))
    total = ordered.sum(axis=1)
    earned = np.cumsum(ordered, axis=1)[np.arange(count), best - 1] if width else total
    return pd.Series(_share(earned, total), index=members.index)


def index_breadth_divergence(
    index: pd.Series, pct_above_200: pd.Series, near_high_pct: float, threshold_pct: float, window: int = 252
) -> pd.Series:
    """Flag: the index is near its 52-week high while too few members are above their 200-day averages.

    1 where the close is within `near_high_pct` % of the highest of the last `window` closes and
    `pct_above_200` is below `threshold_pct`, else 0. index: (n,) closes; pct_above_200: (n,) %. Returns (n,)
    float64, NaN where either is NaN or the index has fewer than `window` closes; days without a close are
    left out of the window.
    """
    present = index.dropna()
    top = present.rolling(window).max()
    near = (present >= top * (1.0 - near_high_pct / 100.0)).reindex(index.index, fill_value=False)
    known = top.reindex(index.index).notna() & pct_above_200.notna()
    return as_flag(near & (pct_above_200 < threshold_pct), known)


def _mcclellan_means(
    advances: pd.Series, declines: pd.Series, fast: int, slow: int
) -> tuple[pd.Series, pd.Series]:
    ratio = 1000.0 * (2.0 * advance_ratio(advances, declines).dropna() - 1.0)
    quick, steady = (ratio.ewm(span=span, adjust=False, min_periods=slow).mean() for span in (fast, slow))
    return quick.reindex(advances.index), steady.reindex(advances.index)


def _share(part: npt.ArrayLike, whole: npt.ArrayLike) -> Floats:
    whole_ = np.asarray(whole, dtype="float64")
    return 100.0 * np.asarray(part, dtype="float64") / np.where(whole_ > 0, whole_, np.nan)


def _window_sum(values: Floats, window: int) -> Floats:
    """Sum of each column's last `window` rows (of fewer, at the start)."""
    total = np.cumsum(values, axis=0)
    total[window:] = total[window:] - total[:-window]
    return total


def _window_max(values: Floats, window: int) -> Floats:
    """Maximum of each column's last `window` rows: doubling reaches any width in log2(window) passes."""
    result, width = values.copy(), 1
    while width < window:
        step = min(width, window - width)
        later = result.copy()
        np.maximum(result[step:], result[:-step], out=later[step:])
        result, width = later, width + step
    return result


def _shifted(values: Floats, fill: float) -> Floats:
    result = np.full_like(values, fill)
    result[1:] = values[:-1]
    return result
