"""The trail: every record of every week, and what it amounts to on a reading date.

Reads YAML and folds records; nothing is written here.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path

from pydantic import TypeAdapter

from fiveengines.base import cache, yaml_files
from fiveengines.base.errors import OverrideError
from fiveengines.base.yaml_files import Strict
from fiveengines.overrides.entries import Entry, Record

_WEEK_FILE = re.compile(r"^\d{4}-\d{2}-\d{2}\.yaml$")
_CACHE = "trail"
# So many weeks of YAML take longer to read than their copy in the cache.
_WORTH_A_CACHE = 20
# The sources of data that describe a real market.
_REAL = frozenset({"files", "live"})
Stamp = tuple[tuple[str, int, int, str], ...]


class WeekFile(Strict):
    """One file of the trail: the records made for one reading."""

    records: tuple[Record, ...]


_READ = TypeAdapter(dict[str, tuple[Record, ...]])


@dataclass(frozen=True)
class _Piece:
    """One value of an entry over time; `cut` tells that a withdrawal or a change ended it, not its own
    date."""

    entry: Entry
    cut: bool = False


@dataclass(frozen=True)
class Trail:
    """All records. A record takes effect from the reading it was made for, so an earlier reading never
    changes.

    Records are taken in the order of reading, moment and id, whatever their order in the files: of two
    about the same entry and reading the later moment wins, and of two at the same moment the one with the
    higher id.
    """

    records: tuple[Record, ...] = ()

    @cached_property
    def _pieces(self) -> tuple[_Piece, ...]:
        found: dict[str, list[_Piece]] = {}
        for record in sorted(self.records, key=lambda each: each.order):
            if record.action == "held":
                continue
            pieces = _ended(found.get(record.entry, []), record.reading)
            if record.action != "withdraw":
                pieces.append(_Piece(_entry(record)))
            found[record.entry] = pieces
        return tuple(sorted(itertools.chain(*found.values()), key=lambda piece: piece.entry.order))

    def adding(self, records: Iterable[Record]) -> Trail:
        """This trail with further records."""
        return Trail((*self.records, *records))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Every entry that holds for at least one reading date, oldest first; a withdrawn one until it
        was."""
        return tuple(piece.entry for piece in self._pieces)

    def active(self, day: dt.date) -> tuple[Entry, ...]:
        """The entries in force for the reading of `day`, one a field, in the order of their fields."""
        return active(self.entries, day)

    def expired(self, day: dt.date) -> tuple[Entry, ...]:
        """Per field without an entry in force on `day`: the newest one whose time ran out, latest first."""
        today = _date(day)
        taken = {each.field for each in self.active(today)}
        latest: dict[str, _Piece] = {}
        for piece in self._pieces:
            if piece.entry.as_of <= today and piece.entry.field not in taken:
                latest[piece.entry.field] = piece
        over = [piece.entry for piece in latest.values() if not piece.cut]
        return tuple(sorted(over, key=lambda each: (each.until, each.order), reverse=True))

    def newest_record(self, field: str, day: dt.date) -> Record | None:
        """The last record about `field` made for the reading of `day` or an earlier one; held ones do not
        count."""
        about = [
            r for r in self.records if r.field == field and r.reading <= _date(day) and r.action != "held"
        ]
        return max(about, key=lambda each: each.order, default=None)


def _date(day: dt.date) -> dt.date:
    """A plain date, also of a timestamp."""
    return day.date() if isinstance(day, dt.datetime) else day


def active(entries: Iterable[Entry], day: dt.date) -> tuple[Entry, ...]:
    """Of `entries` those that hold on `day`; the newest of a field wins; in the order of their fields."""
    today = _date(day)
    newest: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda each: each.order):
        if entry.holds(today):
            newest[entry.field] = entry
    return tuple(newest[field] for field in sorted(newest))


def _ended(pieces: list[_Piece], reading: dt.date) -> list[_Piece]:
    """The same pieces, over before `reading`; what would hold for no reading is left out."""
    last = reading - dt.timedelta(days=1)
    ended = []
    for piece in pieces:
        if piece.entry.until < reading:
            ended.append(piece)
        elif piece.entry.as_of < reading:
            ended.append(_Piece(replace(piece.entry, until=last), cut=True))
    return ended


def _entry(record: Record) -> Entry:
    assert record.after is not None and record.until is not None  # Record's own check
    return Entry(
        id=record.entry,
        field=record.field,
        value=record.after,
        why=record.why,
        origin=record.origin,
        who=record.who,
        entered_at=record.at,
        as_of=record.reading,
        until=record.until,
        before=record.data,
        record=record.id,
    )


def week_file(directory: Path | str, reading: dt.date) -> Path:
    """The file that holds the records made for `reading`."""
    return Path(directory) / f"{reading.isoformat()}.yaml"


def stamp(directory: Path | str) -> Stamp:
    """What changes when any week's file does: path, size, time and digest of each; empty without one."""
    found = []
    for folder in _folders(Path(directory)):
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            if _WEEK_FILE.match(path.name) and path.is_file():
                facts = path.stat()
                # a file beyond the limit is refused when its records are read
                content = b"" if facts.st_size > yaml_files.MAX_BYTES else path.read_bytes()
                digest = hashlib.sha256(content).hexdigest()[:16]
                found.append((str(path), facts.st_size, facts.st_mtime_ns, digest))
    return tuple(found)


def _folders(folder: Path) -> tuple[Path, ...]:
    """Where the records of one source's folder stand, oldest first.

    What lies in the folder above was entered before a source was named: it counts for real data of either kind, and
    never for the simulated market.
    """
    return (folder.parent, folder) if folder.name in _REAL else (folder,)


def load(directory: Path | str) -> Trail:
    """The trail of one source's directory; empty when there is none. ParameterError names the file and line of a
    mistake."""
    folder = Path(directory)
    return _trail(folder, stamp(folder))


@lru_cache(maxsize=8)
def _trail(folder: Path, known: Stamp) -> Trail:
    weeks = _weeks(folder, known)
    records = list(itertools.chain.from_iterable(weeks[digest] for *_, digest in known))
    seen: set[str] = set()
    for record in records:
        if record.id in seen:
            raise OverrideError(
                f"{folder}: record {record.id!r} stands there twice.", remedy="Give one of them another id."
            )
        seen.add(record.id)
    return Trail(tuple(records))


def _weeks(folder: Path, known: Stamp) -> dict[str, tuple[Record, ...]]:
    """The records of each week by the digest of its file; YAML is read only where the cache does not have it."""
    key = cache.key_of((str(folder.resolve()), cache.code_key("overrides/entries.py"))) + ".json"
    remembered = len(known) >= _WORTH_A_CACHE
    held = cache.recalled(_CACHE, key, _READ.validate_json) if remembered else None
    weeks = held or {}
    fresh = {digest: read_week(Path(path)) for path, *_, digest in known if digest not in weeks}
    weeks |= fresh
    if remembered and len(fresh) >= _WORTH_A_CACHE:
        wanted = {digest: weeks[digest] for *_, digest in known}
        cache.remember(_CACHE, key, _READ.dump_json(wanted))
    return weeks


def read_week(path: Path) -> tuple[Record, ...]:
    """The records of one week's file as they stand there; a file without records gives none."""
    if not path.exists():
        return ()
    return yaml_files.load_model(path, WeekFile).records
