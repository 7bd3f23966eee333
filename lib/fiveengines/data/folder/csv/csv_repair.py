"""The patient way through a table: find header and delimiter, repair what has one meaning, refuse the rest.

Every change is put into words; a value that could be read in two ways never gets out.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence, Sized
from dataclasses import dataclass

import numpy as np

from fiveengines.base.errors import DataError
from fiveengines.base.formats import counted
from fiveengines.data.folder.csv.dates import (
    NOT_A_DAY,
    AmbiguousDatesError,
    Days,
    disorder,
    full_year,
    is_date,
    read_dates,
    sessions_of,
)
from fiveengines.data.folder.csv.decode import decode, refuse
from fiveengines.data.folder.csv.numbers import (
    MISSING,
    AmbiguousNumbersError,
    Floats,
    convention,
    read_numbers,
)
from fiveengines.data.folder.csv.repairs import Repair, dated

DATE_NAMES = (
    "date", "observation_date", "report_date", "report_date_as_yyyy_mm_dd", "trade_date", "record_date",
    "decision_date", "quarter_end", "time_period", "reported_date", "week_ending", "year_month",
    "report_date_as_mm_dd_yyyy", "as_of_date_in_form_yyyy_mm_dd",
)  # fmt: skip
# the date where no column above is: moments (TradingView, Alpha Vantage), the CFTC's short form
TIME_NAMES = ("time", "timestamp", "datetime", "date_time")
SHORT_FORM = "as_of_date_in_form_yymmdd"
# pandas leaves the name of an index empty
_UNNAMED = ("", "unnamed_0", "index")
FIRST_DAY = np.datetime64("1900-01-01", "D")
_NO_DAY = np.empty(0, "datetime64[D]")
_HEADER_LINES = 30
_FOOTER_LINES = 30
# Longer text is read only when it needs no repair: the patient way takes a second for each few MB.
_LONGEST = 8 * 2**20
_DELIMITERS = (",", ";", "\t")
_PLAIN_CSV = "Download it again, or save it as plain CSV with decimal points and dates as YYYY-MM-DD."


@dataclass(frozen=True)
class Table:
    """Dated numbers: `dates` (n,) rising without a repeat, `columns` name → (n,) with NaN for missing.

    `repairs` says in words what was changed while reading and which day it concerns, `left_out` which days' rows were
    not taken and why; both are empty for a clean file.
    """

    dates: Days
    columns: Mapping[str, Floats]
    repairs: tuple[Repair, ...] = ()
    left_out: tuple[tuple[np.datetime64, str], ...] = ()


@dataclass(frozen=True)
class TableRequest:
    """What a caller wants of a table; see `read_csv`."""

    where: str
    wanted: tuple[str, ...]
    series: str | None = None
    keep: tuple[str, str] | None = None
    step: float | None = None
    last: np.datetime64 = NOT_A_DAY

    def fault(self, message: str, field: str | None = None, remedy: str = _PLAIN_CSV) -> DataError:
        """The one clear error for this table."""
        return DataError(message, where=self.where, series=self.series, field=field, remedy=remedy)


# A row's line in the file, and its cells.
_Row = tuple[int, list[str]]


@dataclass(frozen=True)
class _Grid:
    names: list[str]
    rows: list[_Row]
    delimiter: str
    complete: bool


def last_day(today: dt.date | None) -> np.datetime64:
    """The last date that is not the future: one day more than `today` (default: now), for time zones."""
    return np.datetime64((today or dt.datetime.now(tz=dt.UTC).date()) + dt.timedelta(days=1), "D")


def tolerance(rows: int) -> int:
    """How many wrong rows of `rows` are isolated slips: 0.5 %, at most 5, at least 1 from twenty rows on."""
    return min(5, max(1, rows // 200)) if rows >= 20 else 0


def column_name(text: str) -> str:
    """A header cell in the reader's spelling: lower case, words joined by underscores."""
    return re.sub(r"[\W_]+", "_", text.strip().strip('"').lower()).strip("_")


def date_column(names: Sequence[str]) -> int | None:
    """Which of the header's `names` is the date: a date before a moment before a short form; None without one."""
    for known in (DATE_NAMES, TIME_NAMES, (SHORT_FORM,)):
        found = next((at for at, name in enumerate(names) if name in known), None)
        if found is not None:
            return found
    return None


def read(raw: bytes, request: TableRequest) -> Table:
    """Rising dates, wanted columns and repairs of an unusual table; DataError when it has no safe reading."""
    if len(raw) > _LONGEST:
        raise request.fault(
            f"{len(raw) / 2**20:.0f} MB that need repair (rows out of order, repeated or oddly written)"
            f" are more than the {_LONGEST // 2**20} MB that are repaired.",
            remedy="Download it again, or keep one row for each date, in order.",
        )
    text, repairs = decode(raw, request.where, request.series)
    grid = _grid(text, request, repairs)
    names = grid.names
    present = [name for name in request.wanted if name in names]
    if not present:
        raise request.fault(
            f"none of the columns {', '.join(request.wanted)} is there; the header has {', '.join(names)}.",
            remedy="Check that this is the right download.",
        )
    date_at = date_column(names) or 0
    if request.keep and request.keep[0] not in names:
        raise request.fault(
            f"the column {request.keep[0]} is absent.", remedy="Check that this is the right download."
        )
    _drop_footer(grid, date_at, repairs)
    sound = _sound_rows(grid, present, request, repairs)
    if request.keep:
        keep_at = names.index(request.keep[0])
        sound = [(line, row) for line, row in sound if row[keep_at].strip() == request.keep[1]]
        if not sound:
            return Table(_NO_DAY, dict.fromkeys(present, np.empty(0)), tuple(dated(repairs, [], _NO_DAY)))
    if not sound:
        raise request.fault("there is a header but no row of data.", remedy="Download the file again.")
    lines, rows = [line for line, _ in sound], [row for _, row in sound]
    days = _days([row[date_at] for row in rows], lines, names[date_at], request, repairs)
    columns = _columns(grid, rows, lines, present, request, repairs)
    return _ordered(days, columns, request, dated(repairs, lines, days))


def read_texts(raw: bytes, *, where: str, wanted: Collection[str]) -> dict[str, list[str]]:
    """The `wanted` columns of any small table as text, equally long; DataError when one is absent."""
    refuse(raw, where)
    text, _ = decode(raw, where)
    grid = _grid(text, TableRequest(where, tuple(wanted)), [], dated=False)
    absent = [name for name in wanted if name not in grid.names]
    if absent:
        raise DataError(
            f"the column {absent[0]} is absent.", where=where, remedy="Check that this is the right download."
        )
    width = len(grid.names)
    rows = [row for _, row in grid.rows if len(row) == width]
    return {name: [row[grid.names.index(name)].strip() for row in rows] for name in wanted}


def find_header(lines: Sequence[str], wanted: Collection[str] = ()) -> tuple[int, str, list[str]] | None:
    """Row, delimiter and names of the header among the first `lines`; None when there is none.

    A header names a date, or one of `wanted` when that is given. A first column without a name is the date
    when a date is under it (that is how pandas saves an index).
    """
    for at, line in enumerate(lines[:_HEADER_LINES]):
        for delimiter in _DELIMITERS:
            names = [column_name(cell) for cell in _cells(line.rstrip(" ,;\t"), delimiter)]
            if len(names) < 2:
                continue
            if wanted:
                known = any(name in wanted for name in names)
            else:
                known = date_column(names) is not None
                if not known and names[0] in _UNNAMED and at + 1 < len(lines):
                    known = is_date(_cells(lines[at + 1], delimiter)[0])
                    names[0] = "date" if known else names[0]
            if known:
                return at, delimiter, names
    return None


def _cells(line: str, delimiter: str) -> list[str]:
    if '"' not in line:
        return line.split(delimiter)
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [""])


def _grid(text: str, request: TableRequest, repairs: list[str], *, dated: bool = True) -> _Grid:
    """Header and rows of the text; lines above the header and repeated headers are skipped and mentioned."""
    wanted = request.wanted
    complete = text.endswith(("\n", "\r"))
    numbered = [
        (at, line) for at, line in enumerate(re.split(r"\r\n|\n|\r", text), start=1) if line.strip(" \t,;")
    ]
    found = find_header([line for _, line in numbered[: _HEADER_LINES + 1]], () if dated else wanted)
    if found is None:
        seen = numbered[0][1].strip()[:60] if numbered else ""
        raise request.fault(
            f"no header in the first lines (the first is {seen!r}); it needs"
            + (f" a date and one of {', '.join(wanted)}." if dated else f" {', '.join(wanted)}."),
            remedy="Add the line with the names of the columns, or download the file again.",
        )
    at, delimiter, names = found
    if at:
        repairs.append(f"{counted(at, 'line')} above the header skipped")
    used = [name for name in names if name in wanted or name in DATE_NAMES]
    dates = sum(name in DATE_NAMES for name in names) or sum(name in TIME_NAMES for name in names)
    if len(set(used)) != len(used) or (dated and dates > 1):
        raise request.fault(
            f"a column appears twice in the header ({', '.join(names)}).",
            remedy="Remove the one that is wrong.",
        )
    rows, repeated = [], 0
    for number, line in numbered[at + 1 :]:
        cells = _cells(line, delimiter)
        if [column_name(cell) for cell in cells if cell.strip()] == names:
            repeated += 1
            continue
        rows.append((number, cells))
    if repeated:
        repairs.append(f"{counted(repeated, 'repeated header line')} skipped")
    return _Grid(names, rows, delimiter, complete)


def _drop_footer(grid: _Grid, date_at: int, repairs: list[str]) -> None:
    """Words below the table go: last rows without a digit where the date should be, or of a single cell."""

    def words(row: list[str]) -> bool:
        alone = len(grid.names) > 1 and not any(cell.strip() for cell in row[1:]) and not is_date(row[0])
        dated = len(row) > date_at and any(sign.isdigit() for sign in row[date_at])
        return (alone and any(sign.isalpha() for sign in row[0])) or (not dated and len(row) > 1)

    last = len(grid.rows)
    while last and words(grid.rows[last - 1][1]):
        last -= 1
    if not 0 < last < len(grid.rows) or len(grid.rows) - last > _FOOTER_LINES:
        return
    repairs.append(f"{counted(len(grid.rows) - last, 'line')} below the table skipped")
    del grid.rows[last:]


def _sound_rows(grid: _Grid, present: list[str], request: TableRequest, repairs: list[str]) -> list[_Row]:
    """Rows with as many cells as the header; a last row that may be cut off goes, a few broken ones too."""
    width = len(grid.names)
    rows, broken = [], []
    for number, row in grid.rows:
        if len(row) < width or any(cell.strip() for cell in row[width:]):
            broken.append(number)
        else:
            rows.append((number, row[:width]))
    if grid.rows and not grid.complete:
        last = grid.rows[-1][0]
        if last in broken:
            broken.remove(last)
            repairs.append(Repair(f"the last line ({last}) is cut off and was left out", line=last))
        elif not _surely_whole(grid, rows, present):
            rows = rows[:-1]
            text = f"the file ends inside line {last}, which may be cut off and was left out"
            repairs.append(Repair(f"{text} (if it is whole, add a line break at the end)", line=last))
    if len(broken) > tolerance(len(grid.rows)):
        more = f" and {len(broken) - 1} more have" if len(broken) > 1 else " has"
        raise request.fault(
            f"line {broken[0]}{more} not the {width} fields of the header"
            " (thousands separators or decimal commas without quotation marks look like this)."
        )
    if broken:
        text = f"line {', '.join(map(str, broken))} had too few or too many fields and was left out"
        repairs.append(Repair(text, line=broken[-1]))
    return rows


def _surely_whole(grid: _Grid, rows: list[_Row], present: list[str]) -> bool:
    """Whether the last cell of a file without a final line break cannot have lost digits."""
    if grid.names[-1] not in present and grid.names[-1] not in DATE_NAMES:
        return True
    ends = [row[-1].strip() for _, row in rows[-21:]]
    decimals = {len(cell.partition(".")[2]) for cell in ends}
    return len(ends) > 5 and len(decimals) == 1 and decimals != {0}


def _more(wrong: Sized, how: str) -> str:
    return f", and {len(wrong) - 1} more {how}" if len(wrong) > 1 else ""


def _days(cells: list[str], lines: list[int], name: str, request: TableRequest, repairs: list[str]) -> Days:
    if name == SHORT_FORM:
        cells = [full_year(cell) for cell in cells]
    elif name in TIME_NAMES:
        cells = sessions_of(cells)
    allowed = tolerance(len(cells))
    try:
        dates = read_dates(cells, step=request.step, tolerated=allowed)
    except AmbiguousDatesError as error:
        raise request.fault(f"{error}.", field="date") from error
    repairs.extend(dates.repairs)
    days = dates.days.copy()
    outside = ~np.isnat(days) & ((days < FIRST_DAY) | (days > request.last))
    wrong = np.flatnonzero(np.isnat(days) | outside)
    if len(wrong) > allowed:
        what = "lies in the future" if days[wrong[0]] > request.last else "is no possible date"
        raise request.fault(
            f"{cells[wrong[0]]!r} in line {lines[wrong[0]]} {what}{_more(wrong, 'like it')}.", field="date"
        )
    for row in wrong:
        what = "in the future" if days[row] > request.last else "impossible"
        text = f"line {lines[row]} left out: its date {cells[row].strip()!r} is {what}"
        repairs.append(Repair(text, line=lines[row]))
    days[wrong] = NOT_A_DAY
    return days


def _said(cell: str) -> str:
    return repr(cell.strip()[:30])


def _columns(
    grid: _Grid,
    rows: list[list[str]],
    lines: list[int],
    present: list[str],
    request: TableRequest,
    repairs: list[str],
) -> dict[str, Floats]:
    allowed = tolerance(len(rows))
    cells = {name: [row[grid.names.index(name)] for row in rows] for name in present}
    filled = [cell for column in cells.values() for cell in column if cell.strip().lower() not in MISSING]
    try:
        style = convention(filled, grid.delimiter, allowed)
    except AmbiguousNumbersError as error:
        raise request.fault(f"{error}.", field=", ".join(present[:3])) from error
    columns = {}
    said: list[str] = []
    for name, column in cells.items():
        numbers = read_numbers(column, style)
        if len(numbers.bad) > allowed:
            at = numbers.bad[0]
            raise request.fault(
                f"{column[at].strip()!r} in line {lines[at]} is no number like the others"
                f"{_more(numbers.bad, 'neither')}.",
                field=name,
            )
        repairs.extend(
            Repair(
                f"line {lines[at]}, {name}: {_said(column[at])} is no number like the others: left out",
                line=lines[at],
            )
            for at in numbers.bad
        )
        said.extend(repair for repair in numbers.repairs if repair not in said)
        columns[name] = numbers.values
    repairs.extend(said)
    return columns


def _ordered(days: Days, columns: dict[str, Floats], request: TableRequest, repairs: list[Repair]) -> Table:
    """Rows by rising date, one for each date: the later of two in the file's own direction of time."""
    sound = ~np.isnat(days)
    days, columns = days[sound], {name: values[sound] for name, values in columns.items()}
    if not len(days):
        raise request.fault("no row has a date.", field="date")
    turns = disorder(days)
    if turns:
        back = int(np.flatnonzero(np.diff(days).astype("int64") < 0)[0]) + 1
        repairs.append(Repair(f"rows were not in order of date (first at {days[back]}) and were sorted"))
    order = np.argsort(days, kind="stable")
    days, columns = days[order], {name: values[order] for name, values in columns.items()}
    same = days[1:] == days[:-1]
    if same.any():
        differ = np.zeros_like(same)
        for values in columns.values():
            equal = (values[1:] == values[:-1]) | (np.isnan(values[1:]) & np.isnan(values[:-1]))
            differ |= same & ~equal
        conflicts = days[1:][differ]
        if len(conflicts) > tolerance(len(days)):
            raise request.fault(
                f"{len(conflicts)} dates appear twice with different values, {conflicts[0]} first.",
                remedy="Keep one row for each date.",
            )
        repairs.extend(
            Repair(f"{day} appears twice with different values; the later row was used", day)
            for day in conflicts
        )
        alike = int(same.sum() - differ.sum())
        if alike:
            repairs.append(Repair(f"{counted(alike, 'repeated row')} counted once", days[1:][same][-1]))
        last = np.append(~same, True)
        days, columns = days[last], {name: values[last] for name, values in columns.items()}
    return Table(days, columns, tuple(repairs))
