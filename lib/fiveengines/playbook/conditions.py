"""Conditions over the weeks behind each reading: how many held, how long, and how long ago.

Conditions are pandas' nullable booleans, so that `&`, `|` and `~` carry "unknown" by three-valued logic. Nothing about
markets may enter. Every array is (weeks,), oldest first.
"""

from __future__ import annotations

import functools
import operator
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.typing import Rolling
from pandas.arrays import BooleanArray, FloatingArray

# pandas' nullable floats and booleans, (weeks,). The stubs of pandas do not know their operators.
Quantity: TypeAlias = Any
Condition: TypeAlias = Any


def quantity(values: npt.ArrayLike) -> Quantity:
    """`values` as pandas' nullable floats; NaN becomes NA."""
    found = np.asarray(values, dtype="float64")
    return FloatingArray(found, np.isnan(found))


def numbers(values: Quantity | Condition) -> npt.NDArray[np.float64]:
    """`values` as plain floats; NA becomes NaN, true 1 and false 0."""
    found: npt.NDArray[np.float64] = values.to_numpy(dtype="float64", na_value=np.nan)
    return found


def rolling(values: Quantity | Condition, weeks: float, least: int = 1) -> Rolling[pd.Series]:
    """Windows of the last `weeks` rows, this one included; unknown rows are passed over, NaN below `least` rows."""
    return pd.Series(numbers(values)).rolling(round(weeks), min_periods=least)


def certain(condition: Condition) -> npt.NDArray[np.bool_]:
    """Where the condition holds for certain: unknown counts as false."""
    found: npt.NDArray[np.bool_] = condition.to_numpy(dtype="bool", na_value=False)
    return found


def where(condition: Condition, values: Quantity) -> Quantity:
    """`values` where the condition holds, NA elsewhere."""
    return quantity(np.where(certain(condition), numbers(values), np.nan))


def count_held(*conditions: Condition) -> Quantity:
    """How many of the conditions hold; NA where none of them is known."""
    known = ~np.all([condition.isna() for condition in conditions], axis=0)
    return quantity(np.where(known, _count(conditions), np.nan))


def enough_of(number: float, *conditions: Condition) -> Condition:
    """True where at least `number` hold, false where even the unknown ones could not make it so many, else NA."""
    held = _count(conditions)
    possible = held + np.sum([condition.isna() for condition in conditions], axis=0)
    return BooleanArray(held >= number, (held < number) & (possible >= number))


def _count(conditions: tuple[Condition, ...]) -> npt.NDArray[np.int_]:
    held: npt.NDArray[np.int_] = np.sum([certain(each) for each in conditions], axis=0, dtype=np.int_)
    return held


def held_throughout(condition: Condition, weeks: float) -> Condition:
    """Whether the condition held in each of the last `weeks` rows; one false decides, else one NA leaves it open."""
    return functools.reduce(operator.and_, (condition.shift(back) for back in range(round(weeks))))


def held_within(condition: Condition, weeks: float) -> Condition:
    """Whether the condition held in any of the last `weeks` rows; NA where none of them is known."""
    return weeks_held(condition, weeks) > 0


def weeks_held(condition: Condition, weeks: float) -> Quantity:
    """In how many of the last `weeks` rows the condition held; NA where none of them is known."""
    return quantity(rolling(condition, weeks).sum())


def weeks_since(condition: Condition) -> npt.NDArray[np.float64]:
    """Rows since the condition last held, 0 on such a row, infinite before the first; unknown counts as false."""
    row = np.arange(len(condition), dtype="float64")
    return row - np.maximum.accumulate(np.where(certain(condition), row, -np.inf))


def weeks_in_a_row(condition: Condition) -> Quantity:
    """For how many rows in a row the condition has held, 0 where it does not, NA where it is unknown."""
    row = np.arange(1, len(condition) + 1, dtype="float64")
    last_break = np.maximum.accumulate(np.where(certain(condition), 0.0, row))
    return FloatingArray(row - last_break, condition.isna())
