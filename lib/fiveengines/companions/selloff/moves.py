"""How far a series moved over a window, against its own past windows of that length and against falls of that size.

Pure functions of frames; which series speak for which driver stands in params/selloff.yaml.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Window:
    """A stretch of sessions: `begin` is the session of the high, `end` the session of the reading; rows of one
    calendar.
    """

    sessions: pd.DatetimeIndex
    begin: int
    end: int

    @property
    def length(self) -> int:
        """Sessions after the high."""
        return self.end - self.begin


@dataclass(frozen=True)
class Level:
    """One measure on the sessions, (n,), so that differences add up: basis points, or 100 · log of a price.

    `observed` is the date of its last figure.
    """

    values: pd.Series
    observed: dt.date


@dataclass(frozen=True)
class Move:
    """A measure's change over the window in its own unit, and how unusual it is.

    expected: what a fall of this size usually brought; z: standard deviations from zero; excess: from `expected`;
    percentile: of its changes over as many sessions, 0 to 100; windows: how many of them were counted. All of it from
    history before the window; None where that is too short.
    """

    change: float
    expected: float | None
    z: float | None
    excess: float | None
    percentile: float | None
    windows: int


def find_window(close: pd.Series, look_back: int, start: pd.Timestamp | None) -> tuple[Window, int] | None:
    """The window from the highest close of the last `look_back` sessions, or from `start`, and the row of its lowest
    close.

    close: (n,) on sessions, NaN where there is none; it must have a close on the last. Of equal highs the last
    counts. With `start`, the last session with a close on or before it is the beginning, or the first close of all.
    None without a close at the end or with fewer than two.
    """
    held = close.to_numpy(dtype="float64")
    known = np.flatnonzero(np.isfinite(held))
    if len(known) < 2 or known[-1] != len(held) - 1:
        return None
    end = int(known[-1])
    if start is None:
        rows = known[known > end - look_back]
        begin = int(rows[::-1][np.argmax(held[rows][::-1])])
    else:
        before = known[known < int(close.index.searchsorted(start, side="right"))]
        begin = int(before[-1] if len(before) else known[0])
    inside = known[(known >= begin) & (known <= end)]
    return Window(pd.DatetimeIndex(close.index), begin, end), int(inside[np.argmin(held[inside])])


def measure(levels: pd.Series, index: pd.Series, window: Window, fewest: int, lengths: float) -> Move | None:
    """The move of `levels` over `window`, against windows of that length that ended before it.

    levels: (n,), adding up, NaN where unknown; index: (n,) 100 · log of the index. Both on the window's sessions.
    The usual move in a fall is a regression through the mean of past moves on the index's returns over as many
    sessions. At least `fewest` such windows are needed, and `lengths` times the window's length. None without a
    value at an end.
    """
    values, stocks = levels.to_numpy(dtype="float64"), index.to_numpy(dtype="float64")
    change = float(values[window.end] - values[window.begin])
    if not np.isfinite(change):
        return None
    span = max(window.length, 1)
    past = values[span : window.begin + 1] - values[: max(window.begin + 1 - span, 0)]
    returns = stocks[span : window.begin + 1] - stocks[: max(window.begin + 1 - span, 0)]
    known = np.isfinite(past)
    count = int(known.sum())
    if count < max(fewest, lengths * span):
        return Move(change, None, None, None, None, count)
    deviation = float(past[known].std(ddof=1))
    if not deviation > 0:
        return Move(change, None, None, None, None, count)
    rank = float((past[known] < change).mean() + 0.5 * (past[known] == change).mean())
    expected, excess = _against_fall(past, returns, change, float(stocks[window.end] - stocks[window.begin]))
    return Move(change, expected, change / deviation, excess, 100.0 * rank, count)


def _against_fall(
    past: Floats, returns: Floats, change: float, fall: float
) -> tuple[float | None, float | None]:
    both = np.isfinite(past) & np.isfinite(returns)
    spread = float(returns[both].var()) if both.sum() > 2 else 0.0
    if not (spread > 0 and np.isfinite(fall)):
        return None, None
    slope = float(np.cov(past[both], returns[both], ddof=0)[0, 1] / spread)
    level = float(past[both].mean() - slope * returns[both].mean())
    left = float((past[both] - level - slope * returns[both]).std(ddof=2))
    expected = level + slope * fall
    return expected, ((change - expected) / left if left > 0 else None)
