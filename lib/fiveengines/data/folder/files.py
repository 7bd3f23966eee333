"""A files directory: the downloads of an analyst, each part optional, read into one Dataset.

Files are read here and never changed; a broken one becomes a notice, and the week goes on with the others.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from fiveengines.base import paths
from fiveengines.base.errors import DataError
from fiveengines.data.catalog import catalog
from fiveengines.data.consistency_checks import EXTRA, check_consistency
from fiveengines.data.dataset import Dataset, Members, Notice, SeriesData
from fiveengines.data.folder import file_map, price_tables
from fiveengines.data.folder.csv import read_csv, read_texts
from fiveengines.data.folder.csv.dates import Days
from fiveengines.data.folder.csv.numbers import Floats
from fiveengines.data.folder.membership import MEMBERSHIP_FILE, RENAMES_FILE, read_membership
from fiveengines.data.folder.observations import STEP, Publication, observations

_READABLE = frozenset({".csv", ".txt", ".parquet"})
_MANY = 100
_LAYOUT = "Give a folder laid out as in the README (fred/, cboe/, prices/ …)."
MEMBERS_NOTE = (
    "Closes of today's index members and some that have left. Companies that dropped out earlier are missing,"
    " the more the further back, so past breadth looks better than it was (survivorship bias)."
)


@dataclass
class _Piece:
    """Values of one series from one file, before files are weighed against each other."""

    rank: int
    origin: str
    dates: Days
    values: Floats
    merge: bool = False


@dataclass
class _Loading:
    """What has been read so far."""

    root: Path
    ids: frozenset[str] | None
    today: dt.date | None
    pieces: dict[str, list[_Piece]] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    wide: dict[str, int] = field(default_factory=dict)

    def wants(self, name: str) -> bool:
        return self.ids is None or name in self.ids

    def note(self, level: str, series: str | None, text: str) -> None:
        notice = Notice("info" if level == "info" else "warning", series, text)
        if notice not in self.notices:  # one file may be read for several markets
            self.notices.append(notice)

    def repaired(self, where: str, series: str | None, repairs: Collection[str]) -> None:
        if repairs:
            self.note("warning", series, f"{where}: repaired while reading: {'; '.join(repairs)}.")


def load(
    directory: Path,
    *,
    ids: Collection[str] | None = None,
    members: bool = True,
    strict: bool = False,
    today: dt.date | None = None,
) -> Dataset:
    """Everything the catalog knows in `directory`, or only the series `ids`.

    Release times follow the catalog's rules. A repaired file gives a warning notice; a file with no safe
    reading gives an error notice and is left out (`strict`: its DataError is raised). Files the catalog does
    not know give an info notice. `members` off skips the members' closes. `today` is the last date that is
    not the future (default: now). The AAII survey is given in percent: its file may hold shares or percent,
    told apart by whether the three answers add up to 1 or to 100.
    DataError when the directory is absent or holds nothing that the catalog knows.
    """
    root = Path(directory)
    found = _found(root)
    state = _Loading(root, None if ids is None else frozenset(ids), today)
    state.notices.extend(_closed(root))
    for path in found:
        try:
            _read(path, state)
        except DataError as error:
            if strict:
                raise
            state.notices.append(Notice("error", error.series, str(error)))
    if not state.pieces and not state.wide and all(notice.level == "info" for notice in state.notices):
        raise DataError(
            "the files directory holds nothing the catalog knows.", where=str(root), remedy=_LAYOUT
        )
    series = _settle(state, strict)
    return Dataset("files", series, _members(state, strict) if members else None, tuple(state.notices))


def stamp(directory: Path) -> tuple[object, ...]:
    """What changes when a file that `load` reads is written, added or removed; empty for no directory."""
    return paths.file_stamps(directory / path for path in _readable(directory))


def _readable(root: Path) -> list[PurePosixPath]:
    found = (
        PurePosixPath(path.relative_to(root).as_posix())
        for path in (*root.glob("*"), *root.glob("*/*"))
        if path.suffix.lower() in _READABLE and path.is_file()
    )
    return sorted(path for path in found if not any(part.startswith(".") for part in path.parts))


def _found(root: Path) -> list[PurePosixPath]:
    """Readable files below `root` in a fixed order, relative to it."""
    if not root.is_dir():
        raise DataError("the files directory does not exist.", where=str(root), remedy=_LAYOUT)
    visible = _readable(root)
    if not visible:
        raise DataError(
            "the files directory holds no CSV, text or Parquet file.", where=str(root), remedy=_LAYOUT
        )
    return visible


def _closed(root: Path) -> list[Notice]:
    """A notice for each folder in `root` that may not be looked into: its files would be missed silently."""
    return [
        Notice("error", None, f"{folder.name}/: the folder cannot be opened. Check its permissions.")
        for folder in sorted(root.iterdir())
        if folder.is_dir() and not folder.name.startswith(".") and not os.access(folder, os.R_OK | os.X_OK)
    ]


def _read(path: PurePosixPath, state: _Loading) -> None:
    where = path.as_posix()
    if where.lower() in {file_map.MEMBERS_FILE, MEMBERSHIP_FILE, RENAMES_FILE}:
        return
    if path.suffix.lower() == ".parquet" and path.parent.as_posix().lower() == "prices":
        _read_wide(where, state)
        return
    recipes = file_map.recipes(path)
    if not recipes:
        state.note("info", None, f"{where}: not in the catalog: left out.")
        return
    if not any(state.wants(name) for recipe in recipes for name in recipe.columns):
        return
    raw = _bytes(state.root / path, where)
    for recipe in recipes:
        _read_recipe(raw, where, recipe, state)


def _bytes(path: Path, where: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(
            f"the file cannot be opened ({error.strerror}).", where=where, remedy="Check its permissions."
        ) from error


def _read_recipe(raw: bytes, where: str, recipe: file_map.Recipe, state: _Loading) -> None:
    only = next(iter(recipe.columns)) if len(recipe.columns) == 1 else None
    names = dict.fromkeys(name for choices in recipe.columns.values() for name in choices)
    table = read_csv(
        raw,
        where=where,
        wanted=tuple(names | dict.fromkeys(EXTRA[recipe.check])),
        series=only,
        keep=recipe.keep,
        step=STEP[catalog()[next(iter(recipe.columns))].frequency],
        today=state.today,
    )
    table = check_consistency(table, recipe.check, where)
    state.repaired(where, only, table.repairs)
    if not len(table.dates):  # a yearly file without this market
        return
    for name in recipe.required:
        column = next((choice for choice in recipe.columns[name] if choice in table.columns), None)
        if column is None or not np.isfinite(table.columns[column]).any():
            what = (
                f"column {recipe.columns[name][0]} is absent"
                if column is None
                else f"column {column} is empty"
            )
            remedy = "Check that this is the right download."
            raise DataError(f"the {what}.", where=where, series=name, remedy=remedy)
    for name, choices in recipe.columns.items():
        column = next((choice for choice in choices if choice in table.columns), None)
        if column is None or not state.wants(name):
            continue
        rank = 1 if name in recipe.second_hand else 0
        piece = _Piece(rank, where, table.dates, table.columns[column], recipe.merge)
        state.pieces.setdefault(name, []).append(piece)


def _read_wide(where: str, state: _Loading) -> None:
    """A date × ticker file: index members when it is wide, else prices of single symbols."""
    path = state.root / where
    columns = price_tables.width(path, where)
    if columns > _MANY:
        state.wide[where] = columns
        return
    closes = price_tables.read_closes(path, where, today=state.today)
    state.repaired(where, None, closes.repairs)
    unknown = []
    for at, ticker in enumerate(closes.tickers):
        name = file_map.symbol(ticker)
        if name not in catalog():
            unknown.append(ticker)
        elif state.wants(name):
            state.pieces.setdefault(name, []).append(_Piece(1, where, closes.dates, closes.values[:, at]))
    if unknown:
        state.note("info", None, f"{where}: not in the catalog: {', '.join(unknown)} left out.")


def _settle(state: _Loading, strict: bool) -> dict[str, SeriesData]:
    """One SeriesData for each id: the file at first hand wins, parts of one history are joined."""
    publication = Publication()
    series = {}
    for name in (name for name in catalog() if name in state.pieces):
        for piece in _ranked(name, state):
            if not np.isfinite(piece.values).any():
                state.note("info", name, f"{piece.origin} · {name}: the column holds no value: left out.")
                continue
            try:
                data, notices = observations(
                    catalog()[name], piece.dates, piece.values, origin=piece.origin, publication=publication
                )
            except DataError as error:
                if strict:
                    raise
                state.notices.append(Notice("error", name, str(error)))
                continue
            series[name] = data
            state.notices.extend(notices)
            break
    return series


def _ranked(name: str, state: _Loading) -> list[_Piece]:
    pieces = sorted(state.pieces[name], key=lambda piece: piece.rank)
    parts = [piece for piece in pieces if piece.merge]
    if len(parts) > 1:
        return [_joined(name, parts, state), *(piece for piece in pieces if not piece.merge)]
    best = [piece for piece in pieces if piece.rank == pieces[0].rank]
    for other in best[1:]:
        state.note("warning", name, f"{other.origin} · {name}: also in {best[0].origin}, which was used.")
    return pieces


def _joined(name: str, parts: list[_Piece], state: _Loading) -> _Piece:
    """Parts of one history as one; where two disagree, the CFTC's own file (.txt) wins."""
    parts = sorted(parts, key=lambda piece: (piece.origin.lower().endswith(".txt"), piece.origin))
    dates, values = (
        np.concatenate([getattr(piece, what) for piece in parts]) for what in ("dates", "values")
    )
    order = np.argsort(dates, kind="stable")
    dates, values = dates[order], values[order]
    same = dates[1:] == dates[:-1]
    differ = same & (values[1:] != values[:-1]) & np.isfinite(values[1:]) & np.isfinite(values[:-1])
    if differ.any():
        first = dates[1:][differ][0]
        text = f"{name}: {differ.sum()} dates differ between files ({first} first); the later file was used."
        state.note("warning", name, text)
    last = np.append(~same, True)
    names = [piece.origin for piece in parts]
    origin = ", ".join(names) if len(names) <= 3 else f"{names[0]} … {names[-1]}"
    return _Piece(0, origin, dates[last], values[last])


def _members(state: _Loading, strict: bool) -> Members | None:
    """Closes of index members from the widest file, with sectors when the list of members is there."""
    chosen = sorted(state.wide, key=lambda where: (-state.wide[where], where))
    for where in chosen:
        try:
            closes = price_tables.read_closes(state.root / where, where, today=state.today)
        except DataError as error:
            if strict:
                raise
            state.notices.append(Notice("error", None, str(error)))
            continue
        state.repaired(where, None, closes.repairs)
        for other in chosen:
            if other != where:
                state.note("info", None, f"{other}: also looks like index members; {where} was used.")
        table = pd.DataFrame(
            closes.values,
            index=pd.DatetimeIndex(closes.dates.astype("datetime64[s]"), name="date"),
            columns=pd.Index(closes.tickers, dtype="object"),
        )
        spells = _spells(state, closes.tickers, strict)
        note = MEMBERS_NOTE if spells is None else ""
        return Members(table, _sectors(state, strict), note, where, spells)
    return None


def _spells(state: _Loading, tickers: Iterable[str], strict: bool) -> pd.DataFrame | None:
    """Who was in the index when; None without the file, and with an error notice when it is not readable."""
    try:
        return read_membership(state.root, tickers)
    except DataError as error:
        if strict:
            raise
        state.notices.append(Notice("error", None, str(error)))
        return None


def _sectors(state: _Loading, strict: bool) -> Mapping[str, str]:
    path = state.root / file_map.MEMBERS_FILE
    if not path.is_file():
        return {}
    try:
        texts = read_texts(
            _bytes(path, file_map.MEMBERS_FILE), where=file_map.MEMBERS_FILE, wanted=("ticker", "sector")
        )
    except DataError as error:
        if strict:
            raise
        state.notices.append(Notice("error", None, str(error)))
        return {}
    return {
        ticker: sector
        for ticker, sector in zip(texts["ticker"], texts["sector"], strict=True)
        if ticker and sector
    }
