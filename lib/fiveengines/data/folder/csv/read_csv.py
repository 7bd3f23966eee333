"""One reader for every table of dated numbers: clean files take the quick way, odd ones the patient way.

The quick way accepts only what it can prove clean; it never repairs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from fiveengines.base.errors import DataError
from fiveengines.data.folder.csv import csv_repair
from fiveengines.data.folder.csv.csv_repair import Table, TableRequest, column_name, last_day
from fiveengines.data.folder.csv.dates import Days
from fiveengines.data.folder.csv.decode import refuse

_NULLS = ["", ".", "NaN", "nan", "NA", "N/A", "#N/A"]
_MUCH = 2**20
# A century of days in fifty columns is 10 MB.
_MOST = 32 * 2**20
_ODD = (b"\x00", b"%", b";", b"\t")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def read_csv(
    raw: bytes,
    *,
    where: str,
    wanted: Collection[str],
    series: str | None = None,
    keep: tuple[str, str] | None = None,
    step: float | None = None,
    today: dt.date | None = None,
) -> Table:
    """Read the `wanted` columns (names as `column_name` gives them) of a table with one date column.

    where: the file's or answer's name for messages. keep: (column, text), only rows with that text count.
    step: usual days between two rows. Dates after `today` (default: now; one day more for time zones) are
    wrong. Of the wanted columns those present are returned, without a row when `keep` fits none. DataError
    when no wanted column is there, or when the text has no safe reading.
    """
    refuse(raw, where, series)
    if not keep and len(raw) > _MOST:
        raise DataError(
            f"its {len(raw) / 2**20:.0f} MB are more than the {_MOST // 2**20} MB that a table of dates can need.",
            where=where,
            series=series,
            remedy="Keep one row for each date.",
        )
    if keep and len(raw) > _MUCH:
        raw = _lines_with(raw, keep[1])
    request = TableRequest(where, tuple(wanted), series, keep, step, last_day(today))
    return _quick(raw, request) or csv_repair.read(raw, request)


def _lines_with(raw: bytes, text: str) -> bytes:
    """The first line of `raw` and those that hold `text`: a market's rows out of a file of all markets."""
    head, _, body = raw.partition(b"\n")
    wanted = text.encode()
    return b"".join([head, b"\n", *(line for line in body.splitlines(keepends=True) if wanted in line)])


def _quick(raw: bytes, request: TableRequest) -> Table | None:
    """The table of a provably clean file, or None when anything at all is unusual."""
    header = _clean_header(raw, request)
    if header is None:
        return None
    names, date, present = header
    table = _arrow(raw, names, date, present, request)
    if table is None or table.num_rows != raw.count(b"\n") - 1:
        return None
    if request.keep:
        table = table.filter(pc.equal(pc.utf8_trim_whitespace(table[request.keep[0]]), request.keep[1]))
        if not table.num_rows:
            return Table(np.empty(0, "datetime64[D]"), {name: np.empty(0) for name in present})
    days = _fixed_days(table[date])
    if days is None or not len(days):
        return None
    columns = {name: table[name].to_numpy() for name in present}
    if days[0] > days[-1]:
        days, columns = days[::-1], {name: values[::-1] for name, values in columns.items()}
    rising = bool((days[1:] > days[:-1]).all())
    finite = not any(np.isinf(values).any() for values in columns.values())
    in_range = days[0] >= csv_repair.FIRST_DAY and days[-1] <= request.last
    return Table(days, columns) if rising and finite and in_range else None


def _clean_header(raw: bytes, request: TableRequest) -> tuple[list[str], str, list[str]] | None:
    """All column names, the date's and the wanted ones' of a text without odd marks; None when in doubt."""
    if not raw.endswith(b"\n") or raw.startswith(_MARKS) or any(mark in raw for mark in _ODD):
        return None
    if b"\r" in raw and raw.count(b"\r") != raw.count(b"\r\n"):
        return None
    names = [column_name(name) for name in raw[:8192].partition(b"\n")[0].decode("latin-1").split(",")]
    dates = [name for name in names if name in csv_repair.DATE_NAMES]
    if not dates:
        dates = [name for name in names if name in csv_repair.TIME_NAMES]
    present = [name for name in request.wanted if name in names]
    alone = all(names.count(name) == 1 for name in present)
    keyed = request.keep is None or request.keep[0] in names
    return (names, dates[0], present) if len(dates) == 1 and present and alone and keyed else None


def _arrow(
    raw: bytes, names: list[str], date: str, present: list[str], request: TableRequest
) -> pa.Table | None:
    types = {name: pa.float64() for name in present} | {date: pa.string()}
    if request.keep:
        types[request.keep[0]] = pa.string()
    try:
        return pa_csv.read_csv(
            pa.BufferReader(raw),
            read_options=pa_csv.ReadOptions(
                use_threads=False, column_names=names, skip_rows=1, block_size=1 << 26
            ),
            parse_options=pa_csv.ParseOptions(ignore_empty_lines=False),
            convert_options=pa_csv.ConvertOptions(
                column_types=types, include_columns=list(types), null_values=_NULLS, strings_can_be_null=False
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowKeyError, UnicodeDecodeError):
        return None


_ISO, _SLASHED = r"^\d{4}-\d{2}-\d{2}$", r"^\d{2}/\d{2}/\d{4}$"


def _fixed_days(column: pa.ChunkedArray) -> Days | None:
    """Days of dates as YYYY-MM-DD, or as MM/DD/YYYY with a day past the twelfth; None for anything else."""
    slashed = pc.all(pc.match_substring_regex(column, _SLASHED)).as_py()
    if slashed:
        month, day, year = (
            pc.utf8_slice_codeunits(column, start, stop) for start, stop in ((0, 2), (3, 5), (6, 10))
        )
        if not pc.any(pc.greater(day, "12")).as_py():
            return None
        column = pc.binary_join_element_wise(year, month, day, "-")
    elif not pc.all(pc.match_substring_regex(column, _ISO)).as_py():
        return None
    try:
        return np.asarray(column.cast(pa.date32()).to_numpy(), dtype="datetime64[D]")
    except pa.ArrowInvalid:  # no day of the calendar
        return None
