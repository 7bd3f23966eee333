"""A plain ranking of index members: momentum, low volatility, nearness to the high. A model to look at, not advice.

Formulas over closes and membership; every list is of what was known at its month's end.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def scores(
    closes: pd.DataFrame, member: np.ndarray, momentum: tuple[int, int], volatility: int, high: int
) -> pd.Series:
    """Mean percentile of three ranks on the last session, 0…1 (1: best), by ticker; NaN is left out.

    closes: sessions × ticker; member: (tickers,) bool, in the index on the last session. momentum: (from, to) sessions
    back, for example (252, 21) for twelve months but the last; volatility and high: sessions looked back.
    """
    last, start = closes.iloc[-1 - momentum[1]], closes.iloc[-1 - momentum[0]]
    gained = last / start - 1
    spread = closes.iloc[-volatility - 1 :].pct_change(fill_method=None).std()
    near = closes.iloc[-1] / closes.iloc[-high:].max()
    table = pd.DataFrame({"momentum": gained, "volatility": -spread, "high": near})
    table = table[member & closes.iloc[-1].notna().to_numpy()].dropna()
    return table.rank(pct=True).mean(axis=1).sort_values(ascending=False, kind="stable")


def month_ends(sessions: pd.DatetimeIndex) -> list[int]:
    """Positions of each month's last session; that of the month still running is left out."""
    months = sessions.to_period("M")
    return [at for at in range(len(sessions) - 1) if months[at] != months[at + 1]]
