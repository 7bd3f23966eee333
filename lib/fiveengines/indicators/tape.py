"""The tape: whether prices have trended or chopped.

Pure and causal functions; only numpy and pandas may enter.
"""

from __future__ import annotations

import pandas as pd

from fiveengines.indicators.transforms import natural_log


def net_efficiency(close: pd.Series, window: int) -> pd.Series:
    """Net move over the path walked, -1 (straight down) over 0 (chop) to 1 (straight up).

    close: (n,) prices. Returns (n,), NaN for the first `window` rows, while the window holds a NaN, and for a
    price that stood still. Source: P. Kaufman, Smarter Trading (1995), with the sign of the move.
    """
    net = close - close.shift(window)
    path = close.diff().abs().rolling(window).sum()
    return (net / path.where(path > 0)).clip(-1.0, 1.0)


def efficiency_ratio(close: pd.Series, window: int) -> pd.Series:
    """Size of `net_efficiency`, 0 (chop) to 1 (straight line) whichever way; (n,) as there."""
    return net_efficiency(close, window).abs()


def variance_ratio(close: pd.Series, days: int, window: int) -> pd.Series:
    """Variance of `days`-day log returns over `days` times the one-day one: above 1 trends, below reverts.

    close: (n,) positive prices. Returns (n,), NaN until `window` + `days` rows are there, while a window
    holds a NaN, and where the daily returns are all the same. Source: A. Lo and C. MacKinlay, Stock Market
    Prices Do Not Follow Random Walks (1988), overlapping returns, without the small-sample correction.
    """
    log = natural_log(close)
    daily = log.diff().rolling(window)
    one = daily.var(ddof=0).where(daily.max() > daily.min())
    many: pd.Series = (log - log.shift(days)).rolling(window).var(ddof=0)
    return many / (days * one.where(one > 0))


def breakout_success(
    close: pd.Series, window: int, hold: int, over: int, *, upward: bool = True, downward: bool = True
) -> pd.Series:
    """Share of the breakouts decided in the last `over` sessions that still stood `hold` sessions later.

    A breakout is a close above the highest or below the lowest of the `window` closes before it; it stands
    when the close `hold` sessions on is still beyond the old limit. Each is counted when it is decided, so
    nothing is known early; `upward` and `downward` say which count. close: (n,). Returns (n,) in 0 to 1, NaN where
    no breakout was decided.
    """
    top = close.shift(1).rolling(window).max()
    bottom = close.shift(1).rolling(window).min()
    up = (close > top).shift(hold, fill_value=False) & upward
    down = (close < bottom).shift(hold, fill_value=False) & downward
    held = (up & (close > top.shift(hold))) | (down & (close < bottom.shift(hold)))
    decided = (up | down).astype("float64").rolling(over, min_periods=1).sum()
    return held.astype("float64").rolling(over, min_periods=1).sum() / decided.where(decided > 0)
