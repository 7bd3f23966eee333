"""How sure a mean over overlapping weeks is: the stationary block bootstrap of Politis and Romano (1994), by `arch`.

Plain arrays in and out; it knows nothing about readings. Importing `arch` brings matplotlib and takes longer than any
table that needs it, so what it drew is cached.
"""

from __future__ import annotations

from functools import lru_cache
from importlib.metadata import version

import numpy as np

from fiveengines.base import cache
from fiveengines.base.parameters.research import Bootstrap


@lru_cache(maxsize=8)
def _times_drawn(count: int, mean_block: int, draws: int, seed: int) -> np.ndarray:
    """How often each resample holds each position, (draws, count); drawn once for the tables of one history."""

    def draw() -> dict[str, np.ndarray]:
        from arch.bootstrap import StationaryBootstrap

        resamples = StationaryBootstrap(mean_block, np.arange(count), seed=seed).bootstrap(draws)
        times = [np.bincount(places, minlength=count).astype("uint16") for (places,), _ in resamples]
        return {"times": np.array(times)}

    made_by = version("arch"), np.__version__, cache.code_key("research/bootstrap.py")
    key = cache.key_of((count, mean_block, draws, seed, *made_by))
    return cache.arrays("resamples", key, draw)["times"]


def independent_interval(values: np.ndarray, rules: Bootstrap) -> tuple[float, float]:
    """Percentile interval of the mean of cases that do not overlap, (n,) without NaN, by redrawing them one by one."""
    singly = rules.model_copy(update={"mean_block_weeks": 1})
    low, high = mean_intervals(values[:, None], np.ones((len(values), 1), dtype=bool), singly)
    return float(low[0, 0]), float(high[0, 0])


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
