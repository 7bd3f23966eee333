"""The demo's ledger until someone trades there: simulated trades at simulated prices, by a plain rule.

Every trade follows from prices up to its own day, so that an earlier session sees fewer trades and no other ones.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from fiveengines.portfolio.trades import Trade

# A hundred thousand dollars in the strongest fund of the last quarter, on the first session of each quarter; a stop at
# 6 %, a target at 9 %, or two quarters. It shows the ledger at work and is no advice.
_DOLLARS, _LOOK_BACK, _LONGEST, _STOP, _TARGET = 100_000, 63, 126, 0.94, 1.09
# Two years of trades fill a table.
_QUARTERS = 8


def simulated_trades(prices: pd.DataFrame) -> tuple[Trade, ...]:
    """Trades on the sessions of `prices` (sessions × funds, NaN where none), oldest first; those still on are open."""
    quarters = pd.DatetimeIndex(prices.index).to_period("Q")
    begins = np.flatnonzero(quarters[1:] != quarters[:-1]) + 1
    found = []
    for at in begins[begins >= _LOOK_BACK][-_QUARTERS:]:
        gain = (prices.iloc[at] / prices.iloc[at - _LOOK_BACK] - 1).dropna()
        if not gain.empty:
            found.append(_trade(str(gain.idxmax()), int(at), prices, str(quarters[at])))
    return tuple(found)


def _trade(ticker: str, at: int, prices: pd.DataFrame, quarter: str) -> Trade:
    path = prices[ticker].iloc[at : at + _LONGEST + 1].ffill()
    entry = round(float(path.iloc[0]), 2)
    stop, target = round(entry * _STOP, 2), round(entry * _TARGET, 2)
    ends = np.flatnonzero((path <= stop) | (path >= target))
    last = int(ends[0]) if len(ends) else _LONGEST
    over = last < len(path) and last > 0
    closed: dt.date | None = path.index[last].date() if over else None
    return Trade(
        id=f"D{quarter}",
        instrument=ticker,
        side="long",
        size=max(round(_DOLLARS / entry), 1),
        entry=entry,
        opened=path.index[0].date(),
        stop=stop,
        initial_stop=stop,
        target=target,
        thesis=f"Strongest fund of the {_LOOK_BACK} sessions before {quarter} (simulated)",
        closed=closed,
        exit=round(float(path.iloc[last]), 2) if over else None,
    )
