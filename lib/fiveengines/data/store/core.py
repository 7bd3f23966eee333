"""The store itself: reading a Dataset as of an evening, and the one writer that adds rows.

One Parquet file a source (`series/fred.parquet`) holds all its series. A reader opens seven files instead of
two hundred, so the whole store is read in well under a tenth of a second; a writer rewrites one file of a few
MB, about as fast, which is why it gathers answers for a moment before it writes. Every file is replaced in
one step: a reader sees the state before or after, and a killed writer loses at most what it had gathered.
"""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fiveengines.base import formats, paths
from fiveengines.base.errors import StoreError
from fiveengines.data import calendars
from fiveengines.data.catalog import catalog, lookup
from fiveengines.data.dataset import PRICES, TABLES, Dataset, Members, Notice, SeriesData, Tables
from fiveengines.data.folder import files
from fiveengines.data.providers.frames import Basis
from fiveengines.data.store import disk, tables
from fiveengines.data.store.revisions import ROW, additions, first_choice, newest_row, no_rows, view

IMPORTED = "files"
# Files that a person brings: that they came late here says nothing about when they were published.
_BY_HAND = frozenset({"manual_downloads", IMPORTED})
# Where two sources have the same observation: the catalog's own provider, then live ones, then imported
# files.
_LAST = ("nyfed", "manual_downloads", IMPORTED)
_WAIT = 30 * 60.0


@dataclass(frozen=True)
class _Cached:
    stamp: tuple[int, int, int]
    content: Any


@dataclass(frozen=True)
class Age:
    """The newest observation of a series, and which source has it."""

    series: str
    source: str
    newest: dt.date


@dataclass(frozen=True)
class _Seen:
    """What a reader sees of one series from one source, and where its rows are."""

    source: str
    frame: pd.DataFrame
    rows: disk.Rows
    series: str

    def held(self) -> pd.DataFrame:
        """Every row of it: a frame of ROW, with when each was fetched."""
        return self.rows[self.series]


class Store:
    """What was known when, under one folder (default: FIVEENGINES_DATA or ./data). Opening reads nothing."""

    def __init__(self, folder: Path | str | None = None) -> None:
        self.folder = Path(folder) if folder is not None else paths.store_dir()
        self._cache: dict[Path, _Cached] = {}

    # reading

    def exists(self) -> bool:
        """Whether anything was ever stored."""
        return any((self.folder / "series").glob("*.parquet"))

    def stamp(self) -> tuple[object, ...]:
        """What changes when a fetch or an import has written something that `dataset` reads."""
        others = (self.folder / "members.parquet", self.folder / "status.json", *tables.files_of(self.folder))
        return paths.file_stamps([*(self._file(source) for source in self.sources()), *others])

    def sources(self) -> tuple[str, ...]:
        """Names of the sources that have rows."""
        found = (
            path.stem for path in (self.folder / "series").glob("*.parquet") if not path.name.startswith(".")
        )
        return tuple(sorted(found))

    def rows(self, source: str) -> disk.Rows:
        """Every row of `source` ever stored: series → frame of ROW (observed, value, known_at, fetched_at, basis).

        Empty for an unknown source; StoreError for a damaged file.
        """
        found: disk.Rows = self._read(self._file(source), disk.read_rows, disk.EMPTY)
        return found

    def status(self) -> dict[str, Any]:
        """source → {tried, succeeded, error, series: {id: when last fetched with success}}, times in ISO
        format."""
        return dict(self._read(self.folder / "status.json", disk.read_json, {}))

    def dataset(
        self,
        as_of: dt.date | str | None = None,
        *,
        ids: Sequence[str] | None = None,
        seen_by: pd.Timestamp | None = None,
        members: bool = True,
    ) -> Dataset:
        """Everything stored as a Dataset, or with `as_of` only what was public on that evening.

        seen_by (naive UTC): leave out rows fetched later, to repeat a report with what this store then held.
        StoreError when the store is empty.
        """
        if not self.exists():
            raise StoreError(
                "nothing is stored yet.",
                where=str(self.folder),
                remedy="Run `fiveengines fetch` (a free FRED key helps), or choose --source demo or files.",
            )
        found: dict[str, list[_Seen]] = {}
        known = catalog()
        for source in self.sources():
            if ids is not None and disk.series_in(self._file(source)).isdisjoint(ids):
                continue
            rows = self.rows(source)
            for series_id in rows:
                if series_id in known and (ids is None or series_id in ids):
                    seen = _view(rows, series_id, seen_by)
                    if len(seen):
                        found.setdefault(series_id, []).append(_Seen(source, seen, rows, series_id))
        series = {key: _merged(key, found[key]) for key in known if key in found}
        held = self.members() if members else None
        prices = self._read(tables.file_of(self.folder, PRICES), tables.read, None) if ids is None else None
        others = self.tables() if ids is None else Tables({})
        whole = Dataset("live", series, held, self._notices(), tables=others, other_prices=prices)
        if as_of is None:
            return whole
        session = calendars.reading_date(as_of)
        return whole.until(calendars.evening_of(session), session)

    def ages(self) -> tuple[Age, ...]:
        """The newest observation of every series that is stored, in the catalog's order, from whichever source."""
        newest: dict[str, Age] = {}
        for source in self.sources():
            for series_id, rows in self.rows(source).items():
                last = pd.Timestamp(rows["observed"].max()).date()
                if series_id not in newest or newest[series_id].newest < last:
                    newest[series_id] = Age(series_id, source, last)
        return tuple(newest[key] for key in catalog() if key in newest)

    def age_line(self, today: dt.date | None = None) -> str:
        """How old what is stored is, in a sentence or two for a person."""
        found = self.ages()
        if not found:
            return "The store is empty."
        day = today or dt.date.today()
        newest = max(found, key=lambda each: each.newest)
        text = f"The store's newest figure is of {newest.newest} ({formats.age((day - newest.newest).days)})"
        old = [each.newest for each in found if each.source == IMPORTED]
        if len(old) == len(found):
            return f"{text}, all of it from imported files."
        if old:
            end = max(old)
            text += (
                f"; {len(old)} of its {len(found)} series come from imported files, which end on {end}"
                f" ({formats.age((day - end).days)})"
            )
        return f"{text}."

    def known(self, day: dt.date | str, ids: Sequence[str] | None = None) -> pd.DataFrame:
        """The newest figure of each series on the evening of `day`'s reading date, in its newest vintage
        then.

        Returns one row a series (index: catalog id): observed, value, known_at; series without a figure are
        left out.
        """
        found = {
            key: newest_row(data.frame)
            for key, data in self.dataset(day, ids=ids, members=False).series.items()
        }
        return pd.DataFrame.from_dict(found, orient="index", columns=["observed", "value", "known_at"])

    def members(self) -> Members | None:
        """Closes of index members, None when there are none."""
        path = self.folder / "members.parquet"
        found: Members | None = self._read(path, _read_members, None)
        return found

    def tables(self) -> Tables:
        """The tables that were imported or downloaded, each read when it is asked for."""
        return Tables({name: partial(self._table, name) for name in TABLES})

    def _table(self, name: str) -> pd.DataFrame:
        found: pd.DataFrame = self._read(tables.file_of(self.folder, name), tables.read, pd.DataFrame())
        return found

    # writing

    @contextmanager
    def writing(
        self, waiting: Callable[[str], None] | None = None, timeout: float = _WAIT
    ) -> Iterator[Writer]:
        """The one Writer; a second process waits here and reports it through `waiting`."""
        with disk.only_writer(self.folder, waiting, timeout):
            yield Writer(self)

    def import_directory(
        self,
        directory: Path,
        waiting: Callable[[str], None] | None = None,
        on_read: Callable[[Dataset], None] | None = None,
    ) -> dict[str, int]:
        """Add what a files directory knows, dated by rule; series → rows added. Live rows keep their
        precedence. `on_read` sees what was read, with its notices and the word on every file."""
        read = files.load(Path(directory))
        if on_read is not None:
            on_read(read)
        with self.writing(waiting) as writer:
            return writer.import_dataset(read)

    # inside

    def _file(self, source: str) -> Path:
        return self.folder / "series" / f"{source}.parquet"

    def _read(self, path: Path, reader: Callable[[Path], Any], absent: Any) -> Any:
        """What `reader` makes of `path`, read again only when the file was replaced."""
        try:
            stat = path.stat()
        except (FileNotFoundError, NotADirectoryError):
            return absent
        except OSError as error:
            raise StoreError(
                f"the store cannot be read ({error.strerror}).",
                where=str(path),
                remedy="Check its permissions.",
            ) from error
        stamp = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        cached = self._cache.get(path)
        if cached is None or cached.stamp != stamp:
            cached = self._cache[path] = _Cached(stamp, reader(path))
        return cached.content

    def _notices(self) -> tuple[Notice, ...]:
        notices = []
        for source, state in sorted(self.status().items()):
            if state.get("error"):
                complete = state.get("succeeded")
                when = f"last complete fetch on {complete[:10]}" if complete else "never fetched completely"
                # what was public before a complete fetch is all here
                since = pd.Timestamp(complete) if complete else None
                notices.append(Notice("warning", None, f"{source}: {when}. {state['error']}", since))
        return tuple(notices)


class Writer:
    """Adds rows while it holds the store's lock."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(
        self, source: str, answers: Mapping[str, pd.DataFrame], fetched_at: pd.Timestamp
    ) -> dict[str, int]:
        """Add what each answer (columns observed, value, known_at, basis) says anew; series → rows added.

        Nothing new leaves the file alone; StoreError when the disk refuses.
        """
        held = dict(self._store.rows(source))
        checks = {} if source in _BY_HAND else self._store.status().get(source, {}).get("series", {})
        added: dict[str, int] = {}
        for series_id, answer in answers.items():
            before = held.get(series_id)
            rows = no_rows() if before is None else before
            checked = pd.Timestamp(checks[series_id]) if series_id in checks else None
            new = additions(rows, answer, lookup(series_id), fetched_at, checked)
            added[series_id] = len(new)
            if len(new):
                held[series_id] = pd.concat([rows, new], ignore_index=True) if len(rows) else new
        if any(added.values()):
            disk.write_rows(self._store._file(source), held)
        return added

    def mark_checked(
        self, source: str, series: Sequence[str], at: pd.Timestamp, error: str | None, complete: bool
    ) -> None:
        """Note that `series` were fetched with success at `at`, and how the source as a whole fared."""
        status = self._store.status()
        state = dict(status.get(source, {}))
        moment = at.isoformat(timespec="seconds")
        state["tried"], state["error"] = moment, error
        if complete:
            state["succeeded"] = moment
        state["series"] = dict(state.get("series", {})) | dict.fromkeys(series, moment)
        disk.write_json(self._store.folder / "status.json", status | {source: state})

    def import_dataset(self, data: Dataset) -> dict[str, int]:
        """Add the series and members of a files Dataset."""
        now = pd.Timestamp.now(tz="UTC").tz_localize(None).floor("s")
        answers = {key: found.frame.assign(basis=np.int8(Basis.RULE)) for key, found in data.series.items()}
        added = self.add(IMPORTED, answers, now)
        if data.members is not None and self._store.members() is None:
            self.put_members(data.members)
        self.put_tables(data.tables, data.other_prices)
        self.mark_checked(IMPORTED, list(answers), now, None, True)
        return added

    def put_tables(self, found: Mapping[str, pd.DataFrame], prices: pd.DataFrame | None) -> None:
        """Add rows of tables, and prices of further tickers."""
        for name, frame in found.items():
            tables.put(self._store.folder, name, frame)
        if prices is not None:
            tables.put(self._store.folder, PRICES, prices)

    def put_members(self, members: Members) -> None:
        """Replace the members' closes."""
        closes = members.closes
        notes = {"sectors": dict(members.sectors), "note": members.note, "origin": members.origin}
        if members.spells is not None:
            notes["spells"] = members.spells.to_csv(index=False, date_format="%Y-%m-%d")
        table = pa.table(
            {"date": closes.index.to_numpy().astype("datetime64[s]")}
            | {str(name): closes.iloc[:, at].to_numpy() for at, name in enumerate(closes.columns)}
        ).replace_schema_metadata({"fiveengines": json.dumps(notes)})
        path = self._store.folder / "members.parquet"
        disk.write_whole(path, lambda to: pq.write_table(table, to, compression="lz4", use_dictionary=False))

    def log(self, entries: Sequence[Mapping[str, Any]]) -> None:
        """Append lines to the fetch log."""
        if not entries:
            return
        path = self._store.folder / "fetch_log.jsonl"
        try:
            with path.open("a", encoding="utf-8") as lines:
                lines.writelines(json.dumps(entry, sort_keys=True, default=str) + "\n" for entry in entries)
        except OSError as error:
            raise disk.not_written(path, error) from None


def _view(rows: disk.Rows, series_id: str, seen_by: pd.Timestamp | None) -> pd.DataFrame:
    if seen_by is None:
        return rows.view(series_id)
    held = rows[series_id]
    return view(held.loc[held["fetched_at"].to_numpy() <= seen_by.to_datetime64()])


def _merged(series_id: str, found: list[_Seen]) -> SeriesData:
    entry = lookup(series_id)

    def rank(source: str) -> tuple[int, str]:
        if source == entry.provider:
            return 0, source
        return (2 + _LAST.index(source) if source in _LAST else 1), source

    ordered = sorted(found, key=lambda each: rank(each.source))
    frame = first_choice([each.frame for each in ordered], [each.held for each in ordered[1:]])
    origin = ", ".join(f"store:{each.source}" for each in ordered)
    return SeriesData(series_id, frame, entry.provider, origin)


def _read_members(path: Path) -> Members:
    try:
        with path.open("rb") as handle:
            table = pq.ParquetFile(handle).read()
        notes = json.loads((table.schema.metadata or {})[b"fiveengines"])
        index = pd.DatetimeIndex(table["date"].to_numpy().astype("datetime64[s]"), name="date")
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise StoreError(
            "the members' closes are damaged.", where=str(path), remedy="Move the file away and fetch again."
        ) from error
    names = [name for name in table.column_names if name != "date"]
    values = (
        np.column_stack([table[name].to_numpy() for name in names]) if names else np.empty((len(index), 0))
    )
    closes = pd.DataFrame(values, index=index, columns=pd.Index(names, dtype="object"))
    spells = None
    if "spells" in notes:
        spells = pd.read_csv(
            io.StringIO(notes["spells"]), parse_dates=["start", "end"], keep_default_na=False
        )
        spells = spells.astype({"start": "datetime64[s]", "end": "datetime64[s]"})
    return Members(closes, notes["sectors"], notes["note"], notes["origin"], spells)


__all__ = ["IMPORTED", "ROW", "Store", "Writer"]
