"""Weights: the nearest ones to a wish that add up and stay within limits, and changes that respect a turnover.

Pure functions on arrays; nothing about engines or markets.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
_HALVINGS = 80  # beyond the precision of a float
_ROUNDING = 1e-9


def nearest_weights(wish: Array, least: Array, most: Array, total: float) -> Array:
    """The weights closest to `wish` (least squares) with least ≤ w ≤ most that add to `total`; all (n,).

    One common shift brings the clipped wishes to the total; it is found by halving. ValueError when the limits cannot
    hold the total.
    """
    if not least.sum() - _ROUNDING <= total <= most.sum() + _ROUNDING:
        raise ValueError(f"no weights between the limits add to {total:g}")
    low, high = float((least - wish).min()), float((most - wish).max())
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if np.clip(wish + middle, least, most).sum() < total:
            low = middle
        else:
            high = middle
    return np.clip(wish + high, least, most)


def turnover(change: Array) -> float:
    """Half the sum of absolute changes. change: (n,), adding to zero."""
    return float(np.abs(change).sum() / 2)


def affordable_changes(
    change: Array, cash: int, held_cash: float, least_cash: float, smallest: float, most: float
) -> Array:
    """Changes a week may bring: turnover up to `most`, none below `smallest`, and no cash spent that is not there.

    change: (n,) wished changes adding to zero; `cash` is the position of cash, which takes up what is left;
    `least_cash` of it stays if it is there to begin with. All are shares of the portfolio. Returns (n,) adding to zero.
    """
    size = turnover(change)
    scaled = change * min(1.0, most / size) if size > 0 else change.copy()
    trades = np.where(np.abs(scaled) < smallest, 0.0, scaled)
    trades[cash] = 0.0
    buys = trades.clip(min=0.0).sum()
    available = held_cash - min(least_cash, held_cash) - trades.clip(max=0.0).sum()
    if buys > available:
        trades = np.where(trades > 0, trades * (available / buys), trades)
    trades[cash] = -trades.sum()
    return trades
