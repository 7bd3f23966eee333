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
from typing import Any, TypeVar

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fiveengines.base import formats, paths
from fiveengines.base.errors import StoreError
from fiveengines.data import calendars
from fiveengines.data.catalog import catalog, lookup
from fiveengines.data.dataset import PRICES, TABLES, Dataset, Members, Notice, SeriesData, Tables
from fiveengines.data.providers.frames import Basis
from fiveengines.data.store import disk, tables
from fiveengines.data.store.revisions import additions, first_choice, no_rows

IMPORTED = "files"
# Files that a person brings: that they came late here says nothing about when they were published.
_BY_HAND = frozenset({"manual_downloads", IMPORTED})
# Where two sources have the same observation: the catalog's own provider, then live ones, then imported
# files.
_LAST = ("nyfed", "manual_downloads", IMPORTED)
_WAIT = 30 * 60.0
_T = TypeVar("_T")


@dataclass(frozen=True)
class Age:
    """The newest observation of a series, and which source has it."""

    series: str
    source: str
    newest: dt.date


class Store:
    """What was known when, under one folder (default: FIVEENGINES_DATA or ./data). Opening reads nothing."""

    def __init__(self, folder: Path | str | None = None) -> None:
        self.folder = Path(folder) if folder is not None else paths.store_dir()
        self._cache: dict[Path, tuple[tuple[int, int, int], Any]] = {}

    # reading

    def exists(self) -> bool:
        """Whether anything was ever stored."""
        return any((self.folder / "series").glob("*.parquet"))

    def stamp(self) -> tuple[object, ...]:
        """What changes when a fetch or an import has written something that `dataset` reads."""
        others = (tables.file_of(self.folder, name) for name in (*TABLES, PRICES))
        whole = (self.folder / "members.parquet", self.folder / "status.json", *others)
        return paths.file_stamps([*map(self._file, self.sources()), *whole])

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
        return self._read(self._file(source), disk.read_rows, disk.EMPTY)

    def status(self) -> dict[str, Any]:
        """source → {tried, succeeded, error, series: {id: when last fetched with success}}, times in ISO
        format."""
        nothing: dict[str, Any] = {}
        return dict(self._read(self.folder / "status.json", disk.read_json, nothing))

    def dataset(self) -> Dataset:
        """Everything stored as a Dataset; StoreError when the store is empty."""
        if not self.exists():
            raise StoreError(
                "nothing is stored yet.",
                where=str(self.folder),
                remedy="Run `fiveengines fetch` (a free FRED key helps), or choose --source demo or files.",
            )
        every = {source: self.rows(source) for source in self.sources()}
        found = {key: {source: rows for source, rows in every.items() if key in rows} for key in catalog()}
        series = {key: _merged(key, sources) for key, sources in found.items() if sources}
        prices = self._read(tables.file_of(self.folder, PRICES), tables.read, None)
        notices = self._notices()
        return Dataset("live", series, self.members(), notices, tables=self.tables(), other_prices=prices)

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

    def members(self) -> Members | None:
        """Closes of index members, None when there are none."""
        return self._read(self.folder / "members.parquet", _read_members, None)

    def tables(self) -> Tables:
        """The tables that were imported or downloaded, each read when it is asked for."""
        return Tables({name: partial(self._table, name) for name in TABLES})

    def _table(self, name: str) -> pd.DataFrame:
        return self._read(tables.file_of(self.folder, name), tables.read, pd.DataFrame())

    # writing

    @contextmanager
    def writing(
        self, waiting: Callable[[str], None] | None = None, timeout: float = _WAIT
    ) -> Iterator[Writer]:
        """The one Writer; a second process waits here and reports it through `waiting`."""
        with disk.only_writer(self.folder, waiting, timeout):
            yield Writer(self)

    def import_dataset(self, data: Dataset) -> dict[str, int]:
        """Add what a files directory knows, dated by rule; series → rows added. Live rows keep their precedence."""
        with self.writing() as writer:
            return writer.import_dataset(data)

    # inside

    def _file(self, source: str) -> Path:
        return self.folder / "series" / f"{source}.parquet"

    def _read(self, path: Path, reader: Callable[[Path], _T], absent: _T) -> _T:
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
        if path not in self._cache or self._cache[path][0] != stamp:
            self._cache[path] = stamp, reader(path)
        content: _T = self._cache[path][1]
        return content

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
        now = calendars.utc_now().floor("s")
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


def _merged(series_id: str, found: Mapping[str, disk.Rows]) -> SeriesData:
    """One series out of the sources that have rows of it."""
    entry = lookup(series_id)

    def rank(source: str) -> tuple[int, str]:
        if source == entry.provider:
            return 0, source
        return (2 + _LAST.index(source) if source in _LAST else 1), source

    ordered = sorted(found, key=rank)
    views = [found[source].view(series_id) for source in ordered]
    held = [partial(found[source].__getitem__, series_id) for source in ordered[1:]]
    frame = first_choice(views, held)
    origin = ", ".join(f"store:{source}" for source in ordered)
    return SeriesData(series_id, frame, entry.provider, origin)


def _read_members(path: Path) -> Members:
    with disk.read_whole(path, "the members' closes are damaged.", "Move the file away and fetch again."):
        with path.open("rb") as handle:
            table = pq.ParquetFile(handle).read()
        notes = json.loads((table.schema.metadata or {})[b"fiveengines"])
        index = pd.DatetimeIndex(table["date"].to_numpy().astype("datetime64[s]"), name="date")
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
