"""Yes, no and unknown: conditions over weeks as arrays of 1, 0 and NaN, combined as three-valued logic has it.

Pure numpy; a missing figure makes a condition unknown unless the other conditions decide it. Nothing about markets.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

Array = npt.NDArray[np.float64]


def at_least(values: Array, limit: float) -> Array:
    """1 where value ≥ limit, 0 where below, NaN where the value is missing; (n,) as given."""
    return _flag(values >= limit, values)


def at_most(values: Array, limit: float) -> Array:
    """1 where value ≤ limit, 0 where above, NaN where the value is missing."""
    return _flag(values <= limit, values)


def above(values: Array, limit: float) -> Array:
    """1 where value > limit, 0 where not, NaN where the value is missing."""
    return _flag(values > limit, values)


def below(values: Array, limit: float) -> Array:
    """1 where value < limit, 0 where not, NaN where the value is missing."""
    return _flag(values < limit, values)


def _flag(holds: npt.NDArray[np.bool_], values: Array) -> Array:
    return np.where(np.isnan(values), np.nan, holds.astype("float64"))


def all_of(*conditions: Array) -> Array:
    """Kleene's and: one 0 decides, else one NaN leaves it open."""
    stacked = np.stack(conditions)
    return np.where((stacked == 0).any(axis=0), 0.0, np.where(np.isnan(stacked).any(axis=0), np.nan, 1.0))


def any_of(*conditions: Array) -> Array:
    """Kleene's or: one 1 decides, else one NaN leaves it open."""
    stacked = np.stack(conditions)
    return np.where((stacked == 1).any(axis=0), 1.0, np.where(np.isnan(stacked).any(axis=0), np.nan, 0.0))


def opposite_of(condition: Array) -> Array:
    """Not: 1 and 0 change places, NaN stays."""
    flipped: Array = 1.0 - condition
    return flipped


def not_shown(condition: Array) -> Array:
    """1 where the condition does not hold or cannot be known; never NaN."""
    return np.where(condition != 1, 1.0, 0.0)


def enough_of(number: float, *conditions: Array) -> Array:
    """1 where at least `number` hold, 0 where even the unknown ones could not make it so many, else NaN."""
    stacked = np.stack(conditions)
    held = (stacked == 1).sum(axis=0)
    possible = held + np.isnan(stacked).sum(axis=0)
    return np.where(held >= number, 1.0, np.where(possible < number, 0.0, np.nan))


def held(*conditions: Array) -> Array:
    """How many of the conditions hold; NaN where none can be known."""
    stacked = np.stack(conditions)
    return np.where(np.isnan(stacked).all(axis=0), np.nan, (stacked == 1).sum(axis=0).astype("float64"))


def windows(values: Array, weeks: float) -> Array:
    """The last `weeks` rows up to each row, (n, weeks); NaN before the first row."""
    size = max(1, round(weeks))
    return sliding_window_view(np.concatenate([np.full(size - 1, np.nan), values]), size)


def lasted(condition: Array, weeks: float) -> Array:
    """1 where the condition held in each of the last `weeks` rows, with the logic of `all_of`."""
    rows = windows(condition, weeks)
    return np.where((rows == 0).any(axis=1), 0.0, np.where(np.isnan(rows).any(axis=1), np.nan, 1.0))


def within(condition: Array, weeks: float) -> Array:
    """1 where the condition held in any of the last `weeks` rows; NaN where none of them is known."""
    rows = windows(condition, weeks)
    unknown = np.isnan(rows).all(axis=1)
    return np.where((rows == 1).any(axis=1), 1.0, np.where(unknown, np.nan, 0.0))


def held_in(condition: Array, weeks: float) -> Array:
    """In how many of the last `weeks` rows the condition held; NaN where none of them is known."""
    rows = windows(condition, weeks)
    return np.where(np.isnan(rows).all(axis=1), np.nan, (rows == 1).sum(axis=1).astype("float64"))


def rows_since(condition: Array) -> Array:
    """Rows since the condition last held, 0 on such a row, NaN before the first."""
    row = np.arange(len(condition), dtype="float64")
    last = np.maximum.accumulate(np.where(condition == 1, row, -np.inf))
    return np.where(np.isfinite(last), row - last, np.nan)


def run_length(condition: Array) -> Array:
    """Rows in a row that the condition has held up to each row, 0 where it does not hold, NaN where unknown."""
    row = np.arange(1, len(condition) + 1, dtype="float64")
    last_break = np.maximum.accumulate(np.where(condition == 1, 0.0, row))
    return np.where(np.isnan(condition), np.nan, row - last_break)
