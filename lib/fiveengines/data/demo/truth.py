"""What is true of the simulated market and no series says: the regimes, and what drove each of its falls.

For tests alone; a reading never sees it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fiveengines.data.demo.latent_regime import LatentRegime
from fiveengines.data.demo.market import Market, trend_of
from fiveengines.data.demo.random_paths import Floats

# A spell of risk-off begins with a hawkish repricing of as many sessions (demo/rates.py).
_HAWKISH = 30
DRIVERS = ("growth", "rates", "risk_off", "chance")


def falls(latent: LatentRegime, market: Market, least: float, window: int) -> pd.DataFrame:
    """Falls of the index of at least `least` per cent from the highest close of `window` sessions to their low.

    One row a fall: peak, low (sessions), fall_pct (negative, simple), and its log points by what the simulation did:
    growth (the drift of a crisis, in which spreads jump and the policy rate is cut), rates (the drift of risk-off
    while policy is repriced upwards), risk_off (its later drift), chance (moves around the trend, and every other
    drift). They add up to the log fall. driver is the largest of them.
    """
    close = market.states["SPX"]
    sessions = latent.sessions
    trend = trend_of(latent)
    hawkish = (latent.regime == 4) & (latent.age < _HAWKISH)
    parts: dict[str, Floats] = {
        "growth": np.where(latent.regime == 5, trend, 0.0),
        "rates": np.where(hawkish, trend, 0.0),
        "risk_off": np.where((latent.regime == 4) & ~hawkish, trend, 0.0),
    }
    parts["chance"] = market.returns - sum(parts.values())
    found, at, before = [], 0, 0
    while at < len(close):
        start = max(at - window + 1, before)
        top = start + int(np.argmax(close[start : at + 1]))
        if close[at] / close[top] - 1 > -least / 100:
            at += 1
            continue
        low = _low_of(close, top, at, window)
        points = {name: float(values[top + 1 : low + 1].sum() * 100) for name, values in parts.items()}
        row = {"peak": sessions[top], "low": sessions[low], "fall_pct": (close[low] / close[top] - 1) * 100}
        found.append(row | points | {"driver": min(points, key=lambda name: points[name])})
        at = before = low + 1
    return pd.DataFrame(found, columns=["peak", "low", "fall_pct", *DRIVERS, "driver"])


def _low_of(close: Floats, top: int, at: int, window: int) -> int:
    """Where the fall from `top` that has come to `at` ends: back at its peak, or without a new low for `window`."""
    low = at
    for day in range(at, len(close)):
        if close[day] >= close[top] or day - low > window:
            break
        low = day if close[day] < close[low] else low
    return low
