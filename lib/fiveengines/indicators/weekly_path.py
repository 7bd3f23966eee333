"""What a daily series did within each week: its highest and lowest close, its first one, and the days of these.

A pure, causal formula; judgement and words may not enter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

_FIRST_WEEK = 5  # sessions, where no earlier reading date says how long the first week was


@dataclass(frozen=True)
class WeekPath:
    """One week of a daily series, in its unit: its first value, the highest, the lowest, and their days.

    A day is None where the data do not say which it was. last: the value on the reading date, None without one.
    """

    first: float
    first_day: pd.Timestamp | None
    high: float
    high_day: pd.Timestamp | None
    low: float
    low_day: pd.Timestamp | None
    last: float | None


def path_on(paths: pd.DataFrame, day: pd.Timestamp) -> WeekPath | None:
    """The path of the week that ends on `day`; None where it has no value at all.

    paths: (m,) rows as `weekly_path` gives them. Raises KeyError when `day` is not a reading date.
    """
    row = paths.loc[day]
    if pd.isna(row["high"]):
        return None
    names = WeekPath.__dataclass_fields__
    return WeekPath(**{name: None if pd.isna(row[name]) else row[name] for name in names})


def weekly_path(daily: pd.Series, dates: pd.DatetimeIndex) -> pd.DataFrame:
    """The path of each week: the sessions after one reading date up to the next.

    daily: (n,), indexed by session, NaN where nothing was known. dates: (m,) reading dates, each a session. Returns
    (m,) rows on `dates`: last (the value on the reading date), first, high, low and high_before, low_before (the same
    without the reading date itself) in the unit of `daily`, NaN where the week has no value; first_day, high_day and
    low_day (datetime64, NaT then), the earliest of equal days. A row uses only sessions up to its date.
    """
    at = np.asarray(daily.index.get_indexer(dates))
    width = np.diff(at, prepend=at[0] - min(_FIRST_WEEK, at[0] + 1))
    rows = at[:, None] - np.arange(int(width.max()) - 1, -1, -1)[None, :]
    inside = rows > (at - width)[:, None]
    values = np.where(inside, daily.to_numpy(dtype="float64")[rows.clip(0)], np.nan)
    known = np.isfinite(values)
    days = daily.index.to_numpy()[rows.clip(0)]

    def picked(column: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        chosen = (np.arange(len(at)), column)
        return np.where(known[chosen], values[chosen], np.nan), np.where(
            known[chosen], days[chosen], np.datetime64("NaT")
        )

    first, first_day = picked(known.argmax(axis=1))
    high, high_day = picked(np.where(known, values, -np.inf).argmax(axis=1))
    low, low_day = picked(np.where(known, values, np.inf).argmin(axis=1))
    return pd.DataFrame(
        {
            "last": values[:, -1],
            "first": first,
            "high": high,
            "low": low,
            "high_before": np.fmax.reduce(values[:, :-1], axis=1, initial=np.nan),
            "low_before": np.fmin.reduce(values[:, :-1], axis=1, initial=np.nan),
            "first_day": first_day,
            "high_day": high_day,
            "low_day": low_day,
        },
        index=dates,
    )


def with_last(path: pd.DataFrame, last: pd.Series) -> pd.DataFrame:
    """The same paths with other values on the reading dates, such as those entered by hand.

    path: (m,) rows as `weekly_path` gives them; last: (m,) on the same dates, NaN where not known. Returns the shape of
    `path`. Rows in which `last` is what was there are unchanged; elsewhere high_day or low_day is NaT where the data do
    not say on which earlier day the week's other closes were highest or lowest.
    """
    other = ~((path["last"] == last) | (path["last"].isna() & last.isna()))
    if not other.any():
        return path
    found = path.copy()
    found["last"] = last
    for end, beyond in (("high", last > path["high_before"]), ("low", last < path["low_before"])):
        own = beyond | path[f"{end}_before"].isna()
        day = path[f"{end}_day"].where(path[f"{end}_day"] != path.index)
        found.loc[other, end] = path[f"{end}_before"].where(~own, last)[other]
        found.loc[other, f"{end}_day"] = day.where(~own, path.index.to_series())[other]
    return found
