"""How sure a mean over overlapping weeks is: the stationary block bootstrap of Politis and Romano (1994).

Plain arrays in and out; it knows nothing about readings. The tests hold it to the library `arch`, whose
import alone would take longer than every table here.
"""

from __future__ import annotations

import numpy as np

# Half a year: twice the longest horizon, so that a block carries the overlap of its windows and a regime's
# whole spell.
MEAN_BLOCK_WEEKS = 26
DRAWS = 1000
LEVEL = 0.90
_SEED = 1994


def stationary_indices(count: int, mean_block: float, draws: int, seed: int = _SEED) -> np.ndarray:
    """Resampled positions, (draws, count) of 0 … count-1.

    Blocks start anywhere, have geometric lengths with mean `mean_block`, and run on from the end to the
    beginning.
    """
    random = np.random.default_rng(seed)
    anywhere = random.integers(0, count, (draws, count))
    begins = random.random((draws, count)) < 1 / mean_block
    begins[:, 0] = True
    place = np.arange(count)
    last = np.maximum.accumulate(np.where(begins, place, 0), axis=1)
    result: np.ndarray = (np.take_along_axis(anywhere, last, axis=1) + place - last) % count
    return result


def mean_intervals(
    values: np.ndarray,
    groups: np.ndarray,
    *,
    mean_block: float = MEAN_BLOCK_WEEKS,
    draws: int = DRAWS,
    level: float = LEVEL,
    seed: int = _SEED,
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
    drawn = stationary_indices(count, mean_block, draws, seed)
    flat = (drawn + np.arange(draws)[:, None] * count).ravel()
    times = np.bincount(flat, minlength=draws * count).reshape(draws, count).astype("float64")
    known = np.isfinite(values)
    filled = np.where(known, values, 0.0)
    low, high = (np.full((groups.shape[1], values.shape[1]), np.nan) for _ in range(2))
    tails = [50 * (1 - level), 50 * (1 + level)]
    for at in range(groups.shape[1]):
        member = groups[:, at, None]
        total, number = times @ (filled * member), times @ (known & member)
        for column in np.flatnonzero((known & member).any(axis=0)):
            drew = number[:, column] > 0
            means = total[drew, column] / number[drew, column]
            low[at, column], high[at, column] = np.percentile(means, tails)
    return low, high
