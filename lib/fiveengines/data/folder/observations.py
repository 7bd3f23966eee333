"""From dates and numbers to a series of the catalog: release times, usable range, impossible values.

Shared by every provider; how a table was read and where it came from stay outside.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiveengines.base.errors import DataError
from fiveengines.data.calendars import published_at
from fiveengines.data.catalog import Frequency, Release, Series
from fiveengines.data.dataset import Notice, SeriesData, series_data
from fiveengines.data.folder.csv import tolerance
from fiveengines.data.folder.csv.dates import Days
from fiveengines.data.folder.csv.numbers import Floats

# Fewer values may truly be small (breadth in a crash).
_ENOUGH_TO_TELL = 20
STEP: dict[Frequency, float] = {"daily": 1, "weekly": 7, "monthly": 30, "quarterly": 91}


class Publication:
    """Release times by the catalog's rules, remembered for dates that several series share."""

    def __init__(self) -> None:
        self._known: dict[tuple[Release, Frequency, bytes], np.ndarray] = {}

    def known_at(self, series: Series, dates: Days) -> np.ndarray:
        """When each of `dates` (n,) became public: (n,) datetime64[s], naive UTC."""
        key = (series.release, series.frequency, dates.tobytes())
        if key not in self._known:
            moments = published_at(series, pd.DatetimeIndex(dates.astype("datetime64[s]")))
            self._known[key] = moments.to_numpy().astype("datetime64[s]")
        return self._known[key]


def usable_rows(
    series: Series, dates: Days, values: Floats, where: str
) -> tuple[npt.NDArray[np.bool_], list[tuple[int, str]]]:
    """Which rows (n,) have a value, lie in the usable past and within the catalog's bounds; which were outside.

    dates, values: (n,), NaN for missing. A few isolated values outside are slips, each put into words; DataError
    when they are more: they mean another unit or another series.
    """
    usable = np.isfinite(values)
    if series.usable_from is not None:
        usable &= dates >= np.datetime64(series.usable_from, "D")
    low, high = series.bounds or (-np.inf, np.inf)
    outside = np.flatnonzero(usable & ((values < low) | (values > high)))
    found = [f"{values[at]:g} on {dates[at].astype('datetime64[D]')}" for at in outside]
    limits = f"outside {low:g} to {high:g} {series.unit}"
    if len(outside) > tolerance(int(usable.sum())):
        raise DataError(
            f"{len(outside)} of {usable.sum()} values lie {limits} ({found[0]} first); none was taken.",
            where=where,
            series=series.id,
            field="value",
            remedy=f"The unit must be {series.unit}; check that this is the right series.",
        )
    usable[outside] = False
    said = (f"{each} lies {limits} and was left out." for each in found)
    return usable, list(zip(map(int, outside), said, strict=True))


def observations(
    series: Series, dates: Days, values: Floats, *, origin: str, publication: Publication
) -> tuple[SeriesData, list[Notice]]:
    """Dates and values (n,) as a SeriesData of the `usable_rows`, with a warning for each value left out.

    A history in shares of one becomes percent where the catalog can tell them apart (`shares_below`).
    DataError when there is no value at all, or too many that are impossible.
    """
    if not np.isfinite(values).any():
        raise DataError(
            "the column has no value.", where=origin, series=series.id, remedy="Download the file again."
        )
    known = publication.known_at(series, dates)
    values, notices = _in_percent(series, values, known, origin)
    usable, left_out = usable_rows(series, dates, values, origin)
    for at, said in left_out:
        moment = pd.Timestamp(known[at])
        notices.append(Notice("warning", series.id, f"{origin} · {series.id}: {said}", moment, moment))
    if not usable.all():
        dates, values, known = dates[usable], values[usable], known[usable]
    return _sorted_series(series, dates, values, known, origin), notices


def _in_percent(
    series: Series, values: Floats, known: np.ndarray, origin: str
) -> tuple[Floats, list[Notice]]:
    """Shares of one as percent when the whole history is written so; DataError when too short to tell."""
    most, found = series.shares_below, values[np.isfinite(values)]
    if most is None or not found.any() or np.abs(found).max() > most:
        return values, []
    if len(found) < _ENOUGH_TO_TELL:
        raise DataError(
            f"none of its {len(found)} values exceeds {most:g}: it looks like shares of one, not {series.unit}.",
            where=origin,
            series=series.id,
            field="value",
            remedy=f"Give it in {series.unit}, or a longer history.",
        )
    text = f"{origin} · {series.id}: no value exceeds {most:g}, so it holds shares; they were turned into percent."
    span = pd.Timestamp(known.min()), pd.Timestamp(known.max())
    return values * 100, [Notice("warning", series.id, text, *span)]


def _sorted_series(series: Series, dates: Days, values: Floats, known: np.ndarray, origin: str) -> SeriesData:
    if (known[1:] < known[:-1]).any():
        return series_data(series.id, dates, values, known, provider=series.provider, origin=origin)
    # rising dates with rising release times are the contract's order already
    frame = pd.DataFrame(
        {"observed": dates.astype("datetime64[s]"), "value": np.array(values), "known_at": known.copy()},
        copy=False,
    )
    return SeriesData(series.id, frame, series.provider, origin)
