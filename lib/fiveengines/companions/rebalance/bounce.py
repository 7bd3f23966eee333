"""Sectors for a bounce: which fell furthest behind the index, and what such sectors did after earlier lows.

Formulas over closes; events are dated by the session on which a rebound was first known.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fiveengines.companions.rebalance.falls import falls, risen


def oversold(sectors: pd.DataFrame, index: pd.Series, sessions: int, history: int) -> pd.DataFrame:
    """How far each sector's return over `sessions` is from the index's, in standard deviations of its own past.

    sectors: sessions × ticker, closes, NaN before a fund began; index: closes on the same sessions. Returns the same
    shape: (relative return − its mean) ÷ its standard deviation over the last `history` sessions, NaN until those are
    half full. Below zero is oversold.
    """
    relative = sectors.pct_change(sessions, fill_method=None).sub(
        index.pct_change(sessions, fill_method=None), axis=0
    )
    window = relative.rolling(history, min_periods=history // 2)
    return (relative - window.mean()) / window.std()


def rebounds(closes: np.ndarray, depth: float, rise: float) -> list[int]:
    """Positions at which a fall of `depth` (0…1) had first risen by `rise` (0…1) from its low so far, one a fall."""
    ends = (
        (each, len(closes) if each.recovered is None else each.recovered + 1) for each in falls(closes, depth)
    )
    found = (risen(closes, fall, end, rise) for fall, end in ends)
    return [at for at in found if at is not None]


def after_rebounds(
    scores: pd.DataFrame, sectors: pd.DataFrame, index: pd.Series, events: list[int], sessions: int
) -> pd.Series:
    """Return of the most oversold third less the index's over the `sessions` after each event, in per cent.

    scores: as from `oversold`. Events (positions) without three known scores or without the whole window are left out.
    Returns event's session → points.
    """
    found = {}
    for at in events:
        score = scores.iloc[at].dropna()
        if len(score) < 3 or at + sessions >= len(index):
            continue
        worst = score.nsmallest(max(1, round(len(score) / 3))).index
        gained = sectors[worst].iloc[at + sessions] / sectors[worst].iloc[at] - 1
        usual = index.iloc[at + sessions] / index.iloc[at] - 1
        if np.isfinite(usual) and gained.notna().any():
            found[index.index[at]] = float(100 * (gained.mean() - usual))
    return pd.Series(found, dtype="float64")
