"""The trading channel: a straight line through log closes and the band around it. A formula over closes alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Channel:
    """Edges and middle at the last session, in points, and the line's slope in per cent a year."""

    upper: float
    middle: float
    lower: float
    slope: float


def regression_channel(closes: pd.Series, sessions: int, width: float) -> Channel | None:
    """Least squares of the log of the last `sessions` closes on time; the edges are `width` standard deviations away.

    closes: (n,), oldest first; NaN is dropped. None with fewer than `sessions`. The standard deviation is that of the
    residuals with n − 2 degrees of freedom.
    """
    present = closes.dropna().to_numpy()[-sessions:]
    if len(present) < sessions:
        return None
    time, height = np.arange(sessions, dtype="float64"), np.log(present)
    slope, start = np.polyfit(time, height, 1)
    left = height - (start + slope * time)
    spread = float(np.sqrt((left**2).sum() / (sessions - 2)))
    middle = start + slope * (sessions - 1)
    upper, centre, lower = np.exp([middle + width * spread, middle, middle - width * spread]).tolist()
    return Channel(upper, centre, lower, float(np.expm1(slope * 252) * 100))


def lower_edges(closes: np.ndarray, sessions: int, width: float) -> np.ndarray:
    """The channel's lower edge on every session, (n,), from the closes up to it: as `regression_channel`.

    closes: (n,) positive, no NaN. NaN before `sessions` closes.
    """
    found = np.full(len(closes), np.nan)
    if len(closes) < sessions:
        return found
    windows = np.lib.stride_tricks.sliding_window_view(np.log(closes), sessions)
    time = np.arange(sessions) - (sessions - 1) / 2
    middle, slope = windows.mean(axis=1), windows @ time / (time @ time)
    squares = (windows**2).sum(axis=1) - sessions * middle**2 - slope**2 * (time @ time)
    spread = np.sqrt(np.maximum(squares, 0.0) / (sessions - 2))
    found[sessions - 1 :] = np.exp(middle + slope * time[-1] - width * spread)
    return found
