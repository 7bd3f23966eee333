"""The tape: whether prices have trended or chopped. Pure functions; only numpy and pandas may enter."""

from __future__ import annotations

import numpy as np
import pandas as pd


def efficiency_ratio(close: pd.Series, window: int) -> pd.Series:
    """Net move over the path walked, 0 (chop) to 1 (straight line).

    close: (n,) prices. Returns (n,), NaN for the first `window` rows. Source: Kaufman, Smarter Trading (1995).
    """
    net = (close - close.shift(window)).abs()
    path = close.diff().abs().rolling(window).sum()
    return (net / path.where(path > 0)).clip(0.0, 1.0)


def variance_ratio(close: pd.Series, days: int, window: int) -> pd.Series:
    """Variance of `days`-day log returns over `days` times the one-day variance: above 1 trends, below 1 reverts.

    close: (n,) prices. Returns (n,), NaN until `window` + `days` rows. Source: Lo and MacKinlay (1988), overlapping
    returns, without the small-sample correction.
    """
    log = np.log(close)
    one = log.diff().rolling(window).var(ddof=0)
    many = (log - log.shift(days)).rolling(window).var(ddof=0)
    return many / (days * one.where(one > 0))


def breakout_success(close: pd.Series, window: int, hold: int, over: int) -> pd.Series:
    """Share of breakouts of the last `over` sessions that stood `hold` sessions later.

    A breakout is a close above the highest or below the lowest of the `window` closes before it; it stands when the
    close `hold` sessions on is still beyond the old limit. Each is counted when it is decided, so nothing is known
    early. close: (n,). Returns (n,) in 0…1, NaN where no breakout was decided in the window.
    """
    top = close.shift(1).rolling(window).max()
    bottom = close.shift(1).rolling(window).min()
    up, down = (close > top).shift(hold), (close < bottom).shift(hold)
    stood = ((close > top.shift(hold)) & (up == True)) | ((close < bottom.shift(hold)) & (down == True))  # noqa: E712
    broke = ((up == True) | (down == True)).astype("float64")  # noqa: E712
    count = broke.rolling(over, min_periods=1).sum()
    return stood.astype("float64").rolling(over, min_periods=1).sum() / count.where(count > 0)
