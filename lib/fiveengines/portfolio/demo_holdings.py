"""The demo's portfolio until someone keeps one there: funds bought at simulated prices, by a plain rule.

It shows the process at work and is no advice.
"""

from __future__ import annotations

import pandas as pd

from fiveengines.portfolio.holdings import Holdings, Lot, Position

# Dollars put into each fund on the first session of the year before; stop and target as shares of today's price.
DOLLARS = {"SPY": 40_000, "QQQ": 15_000, "IWM": 10_000, "XLK": 12_000, "XLF": 8_000, "IEF": 20_000}
_CASH, _STOP, _TARGET = 15_000.0, 0.88, 1.20


def simulated_holdings(closes: pd.DataFrame) -> Holdings | None:
    """Funds of `closes` (sessions × ticker, NaN where none) as held on the last session; None before there is one."""
    begun = closes.index[closes.index >= pd.Timestamp(closes.index[-1].year - 1, 1, 1)]
    lots = {}
    for ticker, amount in DOLLARS.items():
        price = closes[ticker].loc[begun[0] :].dropna() if ticker in closes else closes.iloc[:0, 0]
        if len(price):
            paid = round(float(price.iloc[0]), 2)
            lot = Lot(ticker, float(max(1, round(amount / paid))), paid, begun[0].date())
            now = float(price.iloc[-1])
            lots[ticker] = Position(ticker, (lot,), round(now * _TARGET, 2), round(now * _STOP, 2))
    return Holdings(lots, _CASH) if lots else None
