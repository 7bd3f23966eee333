"""How sure a mean over overlapping weeks is: the stationary block bootstrap of Politis and Romano (1994).

Plain arrays in and out; it knows nothing about readings. The weekly report shows these intervals, and importing `arch`
brings statsmodels and matplotlib and takes ten times as long as their table; so the tests compare it with `arch`.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from fiveengines.base.parameters.research import Bootstrap


def stationary_indices(count: int, mean_block: float, draws: int, seed: int) -> np.ndarray:
    """Resampled positions, (draws, count) of 0 … count-1.

    Blocks start anywhere, have geometric lengths with mean `mean_block`, and run on from the end to the
    beginning.
    """
    anywhere, begins = _blocks(count, mean_block, draws, seed)
    place = np.arange(count)
    last = np.maximum.accumulate(np.where(begins, place, 0), axis=1)
    result: np.ndarray = (np.take_along_axis(anywhere, last, axis=1) + place - last) % count
    return result


def _blocks(count: int, mean_block: float, draws: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Where a block of each resample would start from, and whether one begins there; both (draws, count)."""
    random = np.random.default_rng(seed)
    anywhere = random.integers(0, count, (draws, count))
    begins = random.random((draws, count)) < 1 / mean_block
    begins[:, 0] = True
    return anywhere, begins


@lru_cache(maxsize=8)
def _times_drawn(count: int, mean_block: float, draws: int, seed: int) -> np.ndarray:
    """How often each resample holds each position, (draws, count); drawn once for the tables of one history."""
    anywhere, begins = _blocks(count, mean_block, draws, seed)
    at = np.flatnonzero(begins)
    row, start = at // count, anywhere.ravel()[at]
    end = start + np.diff(at, append=draws * count)
    # A block adds one from its start on and takes it away at its end; beyond the last place it goes on at the first.
    steps = np.zeros((draws, count + 1), dtype="int32")
    np.add.at(steps, (row, start), 1)
    np.subtract.at(steps, (row, np.where(end > count, end - count, end)), 1)
    steps[:, 0] += np.bincount(row[end > count], minlength=draws).astype("int32")
    found: np.ndarray = steps.cumsum(axis=1, dtype="int32")[:, :count].astype("uint16")
    return found


def mean_intervals(
    values: np.ndarray,
    groups: np.ndarray,
    rules: Bootstrap,
) -> tuple[np.ndarray, np.ndarray]:
    """Percentile intervals of each column's mean in each group.

    values: (weeks, k), NaN where unknown. groups: (weeks, g) bool. Weeks are drawn in blocks with their
    group, so a resample has more or fewer weeks of a group, as another history would. Returns low and high,
    each (g, k); NaN where a group has no value.
    """
    count = len(values)
    if count == 0:
        empty = np.full((groups.shape[1], values.shape[1]), np.nan)
        return empty, empty
    times = _times_drawn(count, rules.mean_block_weeks, rules.draws, rules.seed)
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    low, high = (np.full((groups.shape[1], values.shape[1]), np.nan) for _ in range(2))
    tails = [50 * (1 - rules.level), 50 * (1 + rules.level)]
    for at in range(groups.shape[1]):
        member = np.flatnonzero(groups[:, at])
        drawn = times[:, member].astype("float64")
        total, number = drawn @ filled[member], drawn @ known[member].astype("float64")
        for column in np.flatnonzero(known[member].any(axis=0)):
            drew = number[:, column] > 0
            means = total[drew, column] / number[drew, column]
            low[at, column], high[at, column] = np.percentile(means, tails)
    return low, high
