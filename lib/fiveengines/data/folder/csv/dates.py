"""Dates as providers and spreadsheets write them, and the order of day and month when both are possible.

Text in, days out; a file whose dates can be read in two ways is refused, never guessed.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.datetime64]
MONTHS = {name.lower(): at for at, name in enumerate(calendar.month_abbr) if name}
_TIME = re.compile(r"[T ]\d{1,2}:\d\d(:\d\d(\.\d+)?)?\s*([AaPp][Mm])?(Z|[+-]\d\d:?\d\d)?$")
_YEAR_FIRST = re.compile(r"(?P<year>\d{4})(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})")
# Shape of a date, and how it is written; where day and month may be interchanged, as month before day.
_FORMS = (
    ("first", _YEAR_FIRST),
    ("last", re.compile(r"(?P<month>\d{1,2})(?P<mark>[-/.])(?P<day>\d{1,2})(?P=mark)(?P<year>\d{4}|\d\d)")),
    ("compact", re.compile(r"(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)")),
    ("month", re.compile(r"(?P<year>(?:19|20)\d\d)-(?P<month>\d\d)")),
    ("month", re.compile(r"(?P<month>[A-Za-z]{3})[a-z]*[- '](?P<year>\d{4}|\d\d)")),
    ("named", re.compile(r"(?P<day>\d{1,2})[- ](?P<month>[A-Za-z]{3})[a-z]*\.?[- ](?P<year>\d{4})")),
    ("named", re.compile(r"(?P<month>[A-Za-z]{3})[a-z]*\.? (?P<day>\d{1,2}),? (?P<year>\d{4})")),
)
_EPOCH = re.compile(r"-?\d{8,10}(\.0+)?|-?\d{12,13}(\.0+)?")
_HOUR = re.compile(r"^(.+?)[T ](\d\d):\d\d")
NOT_A_DAY = np.datetime64("NaT", "D")

# order of the three parts → how a person would say it
_ORDERS = {
    "ymd": "year-month-day",
    "ydm": "year-day-month",
    "mdy": "month/day/year",
    "dmy": "day/month/year",
    "named": "a month by name",
    "month": "year-month",
}


class AmbiguousDatesError(ValueError):
    """The dates can be read in two ways, or hardly at all."""


@dataclass(frozen=True)
class Dates:
    """Days with NaT where the text is no date, and the repairs made."""

    days: Days
    repairs: tuple[str, ...]


def calendar_days(
    year: npt.NDArray[np.int64], month: npt.NDArray[np.int64], day: npt.NDArray[np.int64]
) -> Days:
    """Days of the calendar (n,) from three parts (n,); NaT where no such day exists (30 February)."""
    possible = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31) & (year >= 1)
    months = ((year - 1970) * 12 + np.where(possible, month, 1) - 1).astype("datetime64[M]")
    days = months.astype("datetime64[D]") + (np.where(possible, day, 1) - 1)
    found: Days = np.where(possible & (days.astype("datetime64[M]") == months), days, NOT_A_DAY)
    return found


def _full(year: str) -> int:
    """A year of two digits as spreadsheets read it: 69 and later belong to the last century."""
    return int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 69 else 2000)


def _parts(text: str) -> tuple[str, int, int, int] | None:
    """Shape, year, month and day of a date as it is written; None for another text."""
    bare = _TIME.sub("", text.strip())
    for shape, form in _FORMS:
        if match := form.fullmatch(bare):
            found = match.groupdict()
            month = found["month"]
            number = int(month) if month.isdigit() else MONTHS.get(month.lower(), 0)
            return shape, _full(found["year"]), number, int(found.get("day", 1))
    return None


def is_date(text: str) -> bool:
    """Whether `text` is written like a date or a moment."""
    return _parts(text.strip().strip('"')) is not None


def full_year(cell: str) -> str:
    """YYMMDD as YYYYMMDD; other text as it is. A spreadsheet drops the zero in front."""
    text = cell.strip()
    if not text.isdigit() or len(text) not in (5, 6):
        return cell
    text = text.zfill(6)
    return f"{_full(text[:2])}{text[2:]}"


def sessions_of(cells: Sequence[str]) -> list[str]:
    """Moments of daily bars as the days of their sessions.

    Seconds or milliseconds since 1970 and text with a time of day become YYYY-MM-DD. A session may open on
    the evening before: futures at 17:00 in Chicago or 18:00 in New York, which is 22:00 or 23:00 UTC.
    """
    found = []
    for cell in cells:
        text = cell.strip()
        if _EPOCH.fullmatch(text):
            number = int(float(text))
            seconds = number // 1000 if abs(number) > 10**11 else number
            days = (seconds + 2 * 3600) // 86400
            found.append(str(np.datetime64(days, "D")) if abs(days) < 10**6 else cell)
        elif (hour := _HOUR.match(text)) and int(hour[2]) >= 17 and (date := _YEAR_FIRST.fullmatch(hour[1])):
            one = calendar_days(*(np.array([int(date[name])]) for name in ("year", "month", "day")))[0]
            found.append(cell if np.isnat(one) else str(one + 1))
        else:
            found.append(cell)
    return found


def read_dates(cells: Sequence[str], *, step: float | None, tolerated: int) -> Dates:
    """`cells` as days, all in the one form that fits them.

    step: the usual distance of two rows in days; it decides when day/month and month/day both fit. Cells in
    another form than the others' become NaT. Raises AmbiguousDatesError when more than `tolerated` cells are
    no date or two readings remain.
    """
    parts = [_parts(cell) for cell in cells]
    shapes = [found[0] if found else "" for found in parts]
    shape = max(sorted(set(shapes)), key=shapes.count, default="")
    wrong = [row for row, name in enumerate(shapes) if name != shape]
    if not shape or len(wrong) > tolerated:
        at = wrong[0] if shape else 0
        raise AmbiguousDatesError(
            f"{cells[at]!r} is no date"
            if not shapes[at]
            else f"{cells[at]!r} is written unlike the other dates"
        )
    a, b, c = (
        np.array([found[i] if found and found[0] == shape else 0 for found in parts], dtype="int64")
        for i in (1, 2, 3)
    )
    readings = {
        "first": (("ymd", b, c), ("ydm", c, b)),
        "last": (("mdy", b, c), ("dmy", c, b)),
    }.get(shape, ((shape if shape in {"named", "month"} else "ymd", b, c),))
    fitting = {}
    for order, month, day in readings:
        days = calendar_days(a, month, day)
        if np.isnat(days).sum() <= tolerated:
            fitting[order] = days
    if not fitting:
        days = calendar_days(a, readings[0][1], readings[0][2])
        at = int(np.flatnonzero(np.isnat(days))[0])
        raise AmbiguousDatesError(
            f"{cells[at]!r} is no possible date in a file of {_ORDERS[readings[0][0]]} dates"
        )
    order = _choose(fitting, step)
    repairs = (f"dates were read as {_ORDERS[order]}",) if order in {"ydm", "dmy"} else ()
    return Dates(fitting[order], repairs)


def _choose(fitting: dict[str, Days], step: float | None) -> str:
    usual, other = next(iter(fitting)), list(fitting)[-1]
    if np.array_equal(fitting[usual], fitting[other], equal_nan=True):
        return usual
    gaps = (np.isnat(fitting[usual]).sum(), np.isnat(fitting[other]).sum())
    if gaps[0] != gaps[1]:
        return usual if gaps[0] < gaps[1] else other
    turns = {order: disorder(days) for order, days in fitting.items()}
    if (turns[usual] == 0) != (turns[other] == 0):
        return usual if turns[usual] == 0 else other
    if turns[usual] > 0:
        if min(turns.values()) * 3 <= max(turns.values()):
            return min(turns, key=turns.__getitem__)
        raise AmbiguousDatesError("the rows are in no order under day/month or month/day dates")
    if usual == "ymd":
        return usual
    if step is not None and all(len(days) > 1 for days in fitting.values()):
        off = {
            o: abs(float(np.log(np.median(np.abs(np.diff(d).astype("int64"))) / step)))
            for o, d in fitting.items()
        }
        if abs(off[usual] - off[other]) > np.log(2) and min(off.values()) < np.log(4):
            return min(off, key=off.__getitem__)
    raise AmbiguousDatesError("the dates can be read as day/month and as month/day")


def disorder(days: Days) -> int:
    """How many of `days` (n,) step against their own direction (rising or falling); equal ones and NaT do not count."""
    steps = np.diff(days[~np.isnat(days)]).astype("int64")
    return int(min((steps < 0).sum(), (steps > 0).sum()))
