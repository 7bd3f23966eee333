"""What past windows and supposed shocks would do to today's weights. Formulas over closes, weights and slopes."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from fiveengines.research.regression import newey_west


def window_return(
    closes: pd.DataFrame, weights: Mapping[str, float], start: pd.Timestamp, end: pd.Timestamp
) -> tuple[float | None, float]:
    """Return in per cent of today's weights bought at the last close up to `start` and left alone until `end`.

    closes: sessions × ticker, NaN where unknown. weights: ticker → share; what is missing from one is cash. Tickers
    without both prices count as cash. Also returned: the share of the weights that had prices. None before the data
    begin or while `end` has not come.
    """
    if closes.empty or closes.index[0] > start or closes.index[-1] < end:
        return None, 0.0
    before, after = closes.loc[:start].ffill(limit=5).iloc[-1], closes.loc[:end].ffill(limit=5).iloc[-1]
    gained = (after / before - 1).to_dict()
    known = {name: each for name, each in weights.items() if np.isfinite(gained.get(name, math.nan))}
    if not known:
        return None, 0.0
    whole = math.fsum(abs(each) for each in weights.values())
    priced = math.fsum(abs(each) for each in known.values())
    return 100 * math.fsum(
        each * gained[name] for name, each in known.items()
    ), priced / whole if whole else 0.0


def slope_of(returns: pd.Series, moves: pd.Series, sessions: int, lags: int) -> tuple[float, float] | None:
    """Slope of returns (per cent) on one daily move, and its Newey-West standard error, over the last `sessions`.

    Both (n,), NaN where unknown. None with fewer than half of the sessions.
    """
    together = (
        pd.concat([returns.rename("y"), moves.rename("x")], axis=1, join="inner").dropna().iloc[-sessions:]
    )
    if len(together) < sessions / 2:
        return None
    fitted = newey_west(together["y"], together[["x"]], lags)
    return float(fitted.params["x"]), float(fitted.bse["x"])
