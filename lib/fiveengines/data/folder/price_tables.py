"""Closes by date and ticker from Parquet: index members, and funds by their symbol.

Columns of prices only; what the catalog calls them is decided by the files source.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from fiveengines.base.errors import DataError
from fiveengines.data.folder.csv.dates import Days
from fiveengines.data.folder.csv.numbers import Floats

_DATE_NAMES = ("date", "Date", "DATE", "__index_level_0__", "index")
_FIRST_DAY = np.datetime64("1900-01-01", "D")


@dataclass(frozen=True)
class Closes:
    """`dates` (n,) rising days, `tickers` (m,), `values` (n, m) float64 with NaN for no price."""

    dates: Days
    tickers: tuple[str, ...]
    values: Floats
    repairs: tuple[str, ...]


def width(path: Path, where: str) -> int:
    """How many columns of prices the file has, without reading them; DataError when it is no Parquet file."""
    try:
        names = pq.read_schema(path).names
    except (pa.ArrowException, OSError) as error:
        raise _damaged(where, error) from error
    if levels := next((name for name in names if name.startswith("('")), None):
        raise DataError(
            f"the columns have two levels, such as {levels}.",
            where=where,
            remedy="Save the closes alone: one column a ticker.",
        )
    return sum(name not in _DATE_NAMES for name in names)


def read_closes(path: Path, where: str, *, today: dt.date | None = None) -> Closes:
    """The table of closes at `path`; prices of zero or below count as missing and are mentioned."""
    try:
        table = pq.ParquetFile(path).read(use_threads=True)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(where, error) from error
    date = next((name for name in _DATE_NAMES if name in table.column_names), None)
    if date is None:
        raise DataError(
            "there is no column or index named date.",
            where=where,
            field="date",
            remedy="Save the dates with the prices.",
        )
    repairs: list[str] = []
    dates = _dates(table[date], where)
    names = [name for name in table.column_names if name != date]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise DataError(
            "the column appears twice.", where=where, field=twice, remedy="Remove the one that is wrong."
        )
    numeric = [
        name
        for name in names
        if pa.types.is_floating(table[name].type) or pa.types.is_integer(table[name].type)
    ]
    if left := [name for name in names if name not in numeric]:
        repairs.append(f"columns without numbers were left out ({', '.join(left[:5])})")
    if not numeric or not len(dates):
        raise DataError("there is no price in it.", where=where, remedy="Download the file again.")
    values = np.empty((len(dates), len(numeric)), order="F")
    for at, name in enumerate(numeric):
        values[:, at] = table[name].to_numpy()
    return _clean(dates, tuple(numeric), values, where, repairs, today)


def _damaged(where: str, error: Exception) -> DataError:
    if isinstance(error, PermissionError):
        return DataError(
            f"the file cannot be opened ({error.strerror}).", where=where, remedy="Check its permissions."
        )
    return DataError(
        "this is no readable Parquet file (cut off, or another format).",
        where=where,
        remedy="Download it again.",
    )


def _dates(column: pa.ChunkedArray, where: str) -> Days:
    kind = column.type
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        try:
            column = column.cast(pa.date32())
        except (pa.ArrowException, NotImplementedError) as error:
            raise DataError(
                f"the dates are stored as {kind}.", where=where, field="date", remedy="Save them as dates."
            ) from error
    days: Days = column.to_numpy().astype("datetime64[D]")
    if np.isnat(days).any():
        raise DataError(
            "some rows have no date.", where=where, field="date", remedy="Download the file again."
        )
    return days


def _clean(
    dates: Days,
    tickers: tuple[str, ...],
    values: Floats,
    where: str,
    repairs: list[str],
    today: dt.date | None,
) -> Closes:
    last = np.datetime64((today or dt.datetime.now(tz=dt.UTC).date()) + dt.timedelta(days=1), "D")
    wrong: npt.NDArray[np.bool_] = (dates < _FIRST_DAY) | (dates > last)
    if wrong.any():
        raise DataError(
            f"{wrong.sum()} dates are impossible or in the future ({dates[wrong][0]} first).",
            where=where,
            field="date",
            remedy="Check how the dates were saved.",
        )
    if (dates[1:] < dates[:-1]).any():
        order = np.argsort(dates, kind="stable")
        dates, values = dates[order], values[order]
        repairs.append("rows were not in order of date and were sorted")
    same = dates[1:] == dates[:-1]
    if same.any():
        keep = np.append(~same, True)
        repairs.append(
            f"{same.sum()} dates appear twice ({dates[1:][same][0]} first); the later row was used"
        )
        dates, values = dates[keep], values[keep]
    impossible = (values <= 0) | np.isinf(values)
    if impossible.any():
        row, column = (int(i[0]) for i in np.nonzero(impossible))
        repairs.append(
            f"{impossible.sum()} prices of zero, below or infinite count as missing"
            f" ({tickers[column]} on {dates[row]} first)"
        )
        values = np.where(impossible, np.nan, values)
    return Closes(dates, tickers, values, tuple(repairs))
