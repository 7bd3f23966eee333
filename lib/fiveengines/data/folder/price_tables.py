"""Closes by date and ticker from Parquet or CSV: index members, and funds by their symbol.

Columns of prices only; what the catalog calls them is decided by the files source.
"""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from fiveengines.base.errors import DataError
from fiveengines.data.folder.csv.csv_repair import FIRST_DAY, last_day
from fiveengines.data.folder.csv.dates import AmbiguousDatesError, Days, read_dates
from fiveengines.data.folder.csv.numbers import Floats
from fiveengines.data.folder.csv.repairs import Repair

_DATE_NAMES = (
    "date",
    "Date",
    "DATE",
    "Datetime",
    "__index_level_0__",
    "index",
    "('Date', '')",
    "('date', '')",
)
_FIELDS = frozenset({"open", "high", "low", "close", "adj close", "volume", "dividends", "stock splits"})


@dataclass(frozen=True)
class Closes:
    """`dates` (n,) rising days, `tickers` (m,), `values` (n, m) float64 with NaN for no price."""

    dates: Days
    tickers: tuple[str, ...]
    values: Floats
    repairs: tuple[Repair, ...]


def frame_of(dates: Days, values: Floats, columns: list[str]) -> pd.DataFrame:
    """`values` (n, m) by date and column."""
    index = pd.DatetimeIndex(dates.astype("datetime64[s]"), name="date")
    return pd.DataFrame(values, index=index, columns=pd.Index(columns, dtype="object"))


def columns(path: Path, where: str) -> tuple[str, ...]:
    """Names of all columns of a Parquet file, without reading them; DataError when it is none."""
    try:
        return tuple(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(where, error) from error


def tickers(names: Sequence[str]) -> dict[str, str]:
    """Ticker → column of the closes among `names`; of two levels, such as ('Close', 'SPY'), the close."""
    found: dict[str, str] = {}
    for field in ("", "close", "adj close"):
        for name in names:
            level, ticker = _levels(name)
            if level == field and name not in _DATE_NAMES:
                found[ticker] = name
    return found


def _levels(name: str) -> tuple[str, str]:
    """Field and ticker of a column; pandas saves a column of two levels under the text of its tuple."""
    if not name.startswith("('"):
        return "", name
    try:
        pair = tuple(map(str, ast.literal_eval(name)))
    except (ValueError, SyntaxError):
        return "", name
    if len(pair) != 2:
        return "", name
    first, second = pair
    return (second.lower(), first) if second.lower() in _FIELDS else (first.lower(), second)


def as_csv(path: Path, where: str) -> bytes:
    """A Parquet table of one symbol or one provider as CSV text."""
    table = _whole(path, where)
    for at, column in enumerate(table.schema):
        if pa.types.is_timestamp(column.type):
            table = table.set_column(at, column.name, table[column.name].cast(pa.date32(), safe=False))
    index = [name if name != "__index_level_0__" else "date" for name in table.column_names]
    text = pa.BufferOutputStream()
    pa_csv.write_csv(table.rename_columns(index), text)
    return bytes(text.getvalue())


def _whole(path: Path, where: str) -> pa.Table:
    try:
        return pq.ParquetFile(path).read(use_threads=True)
    except (pa.ArrowException, OSError) as error:
        raise _damaged(where, error) from error


def _from_csv(raw: bytes, where: str) -> pa.Table:
    try:
        table = pa_csv.read_csv(
            pa.BufferReader(raw),
            convert_options=pa_csv.ConvertOptions(null_values=["", ".", "NaN", "nan", "null"]),
        )
    except pa.ArrowException:
        raise DataError(
            "its rows have not all the same fields.", where=where, remedy="Save it again as plain CSV."
        ) from None
    return table.rename_columns([name or "date" for name in table.column_names])


def read_closes(source: Path | bytes, where: str, *, today: dt.date | None = None) -> Closes:
    """The table of closes in a Parquet file or in CSV text; prices of zero or below are missing and mentioned."""
    table = _whole(source, where) if isinstance(source, Path) else _from_csv(source, where)
    date = next((name for name in _DATE_NAMES if name in table.column_names), None)
    if date is None:
        raise DataError(
            "there is no column or index named date.",
            where=where,
            field="date",
            remedy="Save the dates with the prices.",
        )
    repairs: list[Repair] = []
    dates = _dates(table[date], where)
    every = [name for name in table.column_names if name != date]
    if twice := next((name for name in every if every.count(name) > 1), None):
        raise DataError(
            "the column appears twice.", where=where, field=twice, remedy="Remove the one that is wrong."
        )
    names = tickers(every)
    if len(names) < len(every):
        repairs.append(Repair(f"of {len(every)} columns the {len(names)} closes were read"))
    numeric = [
        ticker
        for ticker, name in names.items()
        if pa.types.is_floating(table[name].type) or pa.types.is_integer(table[name].type)
    ]
    if left := [name for name in names if name not in numeric]:
        repairs.append(Repair(f"columns without numbers were left out ({', '.join(left[:5])})"))
    if not numeric or not len(dates):
        raise DataError("there is no price in it.", where=where, remedy="Download the file again.")
    values = np.empty((len(dates), len(numeric)), order="F")
    for at, ticker in enumerate(numeric):
        values[:, at] = table[names[ticker]].to_numpy()
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
    if pa.types.is_string(kind):
        return _text_dates(column.to_pylist(), where)
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


def _text_dates(cells: list[str | None], where: str) -> Days:
    try:
        days = read_dates([cell or "" for cell in cells], step=1, tolerated=0).days
    except AmbiguousDatesError as error:
        raise DataError(
            f"{error}.", where=where, field="date", remedy="Save the dates as YYYY-MM-DD."
        ) from error
    return days


def _clean(
    dates: Days,
    tickers: tuple[str, ...],
    values: Floats,
    where: str,
    repairs: list[Repair],
    today: dt.date | None,
) -> Closes:
    wrong: npt.NDArray[np.bool_] = (dates < FIRST_DAY) | (dates > last_day(today))
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
        repairs.append(Repair("rows were not in order of date and were sorted"))
    same = dates[1:] == dates[:-1]
    if same.any():
        keep = np.append(~same, True)
        twice = dates[1:][same]
        repairs.append(
            Repair(f"{len(twice)} dates appear twice ({twice[0]} first); the later row was used", twice[-1])
        )
        dates, values = dates[keep], values[keep]
    impossible = (values <= 0) | np.isinf(values)
    if impossible.any():
        rows, tickers_at = np.nonzero(impossible)
        text = f"{len(rows)} prices of zero, below or infinite count as missing"
        text += f" ({tickers[tickers_at[0]]} on {dates[rows[0]]} first)"
        repairs.append(Repair(text, dates[rows[-1]]))
        values = np.where(impossible, np.nan, values)
    return Closes(dates, tickers, values, tuple(repairs))
