"""What has been read of a files directory so far, and the word on every file.

It holds and notes; how files are read and weighed against each other is decided elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from fiveengines.base.errors import DataError
from fiveengines.data import calendars
from fiveengines.data.catalog import catalog
from fiveengines.data.dataset import FileRecord, LeftOut, Notice, Span
from fiveengines.data.folder import names
from fiveengines.data.folder.csv import Repair
from fiveengines.data.folder.csv.dates import Days
from fiveengines.data.folder.csv.numbers import Floats

# until something of the file is used
NO_ROW = LeftOut("no row of use", "none of its rows is of a series in the catalog")


@dataclass
class Piece:
    """Values of one series from one file, before files are weighed against each other."""

    rank: int
    origin: str
    dates: Days
    values: Floats
    merge: bool = False
    parts: tuple[Piece, ...] = ()

    @property
    def copied(self) -> tuple[str, str, int]:
        """Folder and name without a browser's number, and that number."""
        path = PurePosixPath(self.origin)
        stem, number = names.copy_number(path.stem)
        return path.parent.as_posix(), stem.lower(), number


@dataclass
class Table:
    """Closes by date and ticker, opened once it is known whether they are funds or members."""

    where: str
    path: PurePosixPath
    tickers: tuple[str, ...]
    source: Path | bytes


@dataclass
class Loading:
    """What has been read so far, and the word on every file."""

    root: Path
    today: dt.date | None
    pieces: dict[str, list[Piece]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    members: list[Table] = field(default_factory=list)
    singles: dict[str, Piece] = field(default_factory=dict)
    others: list[tuple[str, pd.DataFrame]] = field(default_factory=list)
    keyed: dict[str, list[pd.DataFrame]] = field(default_factory=dict)
    sectors: dict[str, str] = field(default_factory=dict)
    read: dict[str, list[Span]] = field(default_factory=dict)
    left_out: dict[str, LeftOut] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)

    def tell(self, notice: Notice) -> None:
        """Keep a notice, once: one file may be read for several markets."""
        if notice not in self.notices:
            self.notices.append(notice)

    def repaired(self, where: str, series: str | None, repairs: Collection[Repair], dates: Days) -> None:
        """A warning about what was changed while reading, with the evenings that it bears on.

        dates: (n,) the table's days, rising. What concerns one day's row is of that evening, what concerns the whole
        file of all that it holds.
        """
        spans: dict[tuple[np.datetime64 | None, np.datetime64 | None], list[str]] = {}
        for each in repairs:
            first, last = (dates[0], dates[-1]) if each.day is None and len(dates) else (each.day, each.day)
            spans.setdefault((first, last), []).append(each)
        for (first, last), words in spans.items():
            since, until = (
                None if day is None else calendars.evening_of(pd.Timestamp(day)) for day in (first, last)
            )
            text = f"{where}: repaired while reading: {'; '.join(words)}."
            self.tell(Notice("warning", series, text, since, until))

    def left_row(self, where: str, series: str, row: np.datetime64, why: str) -> None:
        """A warning about one day's row that was not taken, from the evening it would have been known."""
        known = pd.Timestamp(
            calendars.published_at(catalog()[series], pd.DatetimeIndex([row.astype("datetime64[s]")]))[0]
        )
        text = f"{where}: the row of {row} was left out: {why}."
        self.tell(Notice("warning", series, text, known, known))

    def refused(self, where: str, error: DataError) -> None:
        """An error that leaves `where` out."""
        self.tell(Notice("error", error.series, str(error)))
        self.left_out[where] = refusal(error)

    def took(self, where: str, series: str, dates: Days, values: Floats) -> None:
        """Note what `where` gave to `series`."""
        days = dates[np.isfinite(values)] if values.ndim == 1 else dates
        if len(days):
            span = Span(series, days[0].item(), days[-1].item(), len(days))
            self.read.setdefault(where, []).append(span)

    def records(self) -> tuple[FileRecord, ...]:
        """The word on every file, in order of path."""
        found = {where: FileRecord(where, (), why) for where, why in self.left_out.items()}
        found |= {where: FileRecord(where, use=use) for where, use in self.used.items()}
        found |= {where: FileRecord(where, tuple(spans)) for where, spans in self.read.items()}
        return tuple(found[where] for where in sorted(found))


def refusal(error: DataError) -> LeftOut:
    """An error as the word on its file, which is named beside it."""
    _, said, why = error.message.partition(": ")
    where = said and error.where and error.message.startswith(error.where)
    return LeftOut("refused", why if where else error.message, error.remedy or "")


def attempt(where: str, reading: Callable[[], None], state: Loading) -> None:
    """Read one file; its error leaves the others alone."""
    try:
        reading()
    except DataError as error:
        state.refused(where, error)
