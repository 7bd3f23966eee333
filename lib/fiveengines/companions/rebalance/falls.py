"""Falls of an index from its highs: each episode, its levels on the way back, and what became of them.

Closes in, episodes and counts out; every event is dated by the session on which it was first known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Fall:
    """One fall: positions of the high, of the first session at `depth` below it, of the low, and of the close back at
    the high (None while it has not come)."""

    peak: int
    crossed: int
    low: int
    recovered: int | None


def falls(closes: np.ndarray, depth: float) -> tuple[Fall, ...]:
    """Every fall of at least `depth` (0…1) from a running high, oldest first. closes: (n,), no NaN."""
    found: list[Fall] = []
    peak, crossed, low = 0, -1, 0
    for at in range(1, len(closes)):
        if closes[at] >= closes[peak]:
            if crossed >= 0:
                found.append(Fall(peak, crossed, low, at))
            peak, crossed, low = at, -1, at
            continue
        if closes[at] < closes[low]:
            low = at
        if crossed < 0 and closes[at] <= closes[peak] * (1 - depth):
            crossed = at
    if crossed >= 0:
        found.append(Fall(peak, crossed, low, None))
    return tuple(found)


@dataclass(frozen=True)
class Record:
    """Of `n` falls that came back to a level, how many then reached the old high before a new low; `open` have not yet
    done either."""

    n: int
    resolved: int
    open: int

    @property
    def share(self) -> float | None:
        """Resolved among those decided, None without any."""
        return self.resolved / self.n if self.n else None


def retracement_record(closes: np.ndarray, depth: float, share: float) -> Record:
    """Falls that won back `share` of the way from their low so far to their high: did a new low come before the high?

    closes: (n,), no NaN. The event is the first close at or above the level of that session's own low so far, so it is
    known on that evening.
    """
    price = np.asarray(closes, dtype="float64")

    def event(fall: Fall, end: int) -> int | None:
        own = price[fall.crossed : end]
        low = np.minimum.accumulate(own)
        return _first(fall, own >= low + share * (price[fall.peak] - low))

    return _record(price, falls(price, depth), event)


def level_record(closes: np.ndarray, depth: float, level: Callable[[Fall], np.ndarray | float]) -> Record:
    """Falls that closed above a level again after a close below it: as `retracement_record`.

    closes: (n,), no NaN. level: for a fall, one level or one for each session of `closes` (n,), NaN where none.
    """
    price = np.asarray(closes, dtype="float64")

    def event(fall: Fall, end: int) -> int | None:
        own = np.broadcast_to(level(fall), price.shape)[fall.crossed : end]
        path = price[fall.crossed : end]
        return _first(fall, (path > own) & np.maximum.accumulate(path < own))

    return _record(price, falls(price, depth), event)


def average_record(closes: pd.Series, depth: float, days: int) -> Record:
    """Falls that closed above their `days`-session average again: as `level_record`. closes: (n,), no NaN."""
    average = closes.rolling(days).mean().to_numpy()
    return level_record(closes.to_numpy(dtype="float64"), depth, lambda fall: average)


def prior_low_record(closes: np.ndarray, depth: float, sessions: int) -> Record:
    """Falls that closed above the lowest close of the `sessions` before their high again: as `level_record`."""
    price = np.asarray(closes, dtype="float64")
    return level_record(
        price, depth, lambda fall: price[max(0, fall.peak - sessions) : fall.peak].min(initial=np.inf)
    )


def rise_record(closes: np.ndarray, depth: float, rise: float) -> Record:
    """Falls that had risen by `rise` (0…1) from their low so far: as `retracement_record`. closes: (n,), no NaN."""
    price = np.asarray(closes, dtype="float64")
    return _record(price, falls(price, depth), lambda fall, end: risen(price, fall, end, rise))


def risen(price: np.ndarray, fall: Fall, end: int, rise: float) -> int | None:
    """Position, before `end`, of a fall's first close that is `rise` (0…1) above its low so far; None without one.

    price: (n,), no NaN.
    """
    own = price[fall.crossed : end]
    return _first(fall, own >= np.minimum.accumulate(own) * (1 + rise))


def _first(fall: Fall, met: np.ndarray) -> int | None:
    """Position of the first session that met a condition; met: bool, (n,), from the one at which the fall counts on."""
    return fall.crossed + int(met.argmax()) if met.any() else None


def _record(price: np.ndarray, found: tuple[Fall, ...], event: Callable[[Fall, int], int | None]) -> Record:
    """What came of each fall after its event: the old high first, or a close below the low that was known then."""
    resolved = failed = waiting = 0
    for fall in found:
        end = len(price) if fall.recovered is None else fall.recovered
        at = event(fall, end)
        if at is None:
            continue
        if (price[at:end] < price[fall.peak : at + 1].min()).any():
            failed += 1
        elif fall.recovered is None:
            waiting += 1
        else:
            resolved += 1
    return Record(resolved + failed, resolved, waiting)


def from_here(closes: np.ndarray, drawdown: float, sessions: int, running: int | None = None) -> np.ndarray:
    """Paths of past falls from the session on which each first was `drawdown` (0…1) below its high, in per cent.

    closes: (n,), no NaN. running: position of the high of the fall that is still under way, which is no past one.
    Returns (falls, sessions + 1) of per cent from that session's close, 0 at first, NaN where the history ends. Falls
    overlap with none of the same list: each has its own high.
    """
    rows = []
    for fall in falls(closes, drawdown):
        if fall.peak == running:
            continue
        path = closes[fall.crossed : fall.crossed + sessions + 1]
        row = np.full(sessions + 1, np.nan)
        row[: len(path)] = 100 * (path / closes[fall.crossed] - 1)
        rows.append(row)
    return np.array(rows).reshape(-1, sessions + 1)


def shares_reached(paths: np.ndarray, up: float, down: float) -> tuple[int, int, int]:
    """Of whole paths (per cent from the start), how many met `up` first, `down` first, and how many there are.

    up > 0 > down, per cent; a path that meets neither counts in the third number alone.
    """
    whole = paths[np.isfinite(paths).all(axis=1)] if len(paths) else paths
    higher = lower = 0
    for path in whole:
        rise = np.flatnonzero(path >= up)
        fall = np.flatnonzero(path <= down)
        first_rise = rise[0] if len(rise) else len(path)
        first_fall = fall[0] if len(fall) else len(path)
        higher += first_rise < first_fall
        lower += first_fall < first_rise
    return higher, lower, len(whole)
