"""What companions answered, session by session: the opening of each NAME.json, however long the rest is.

Reads documents that reports left behind; computes nothing and draws nothing.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fiveengines.archive.rows import moment
from fiveengines.base import cache
from fiveengines.base.bounded_files import json_object
from fiveengines.companions.order_list import TICKET
from fiveengines.companions.registry import REGISTRY, Companion, paged
from fiveengines.report.saving import document_name
from fiveengines.report.store import ReportStore

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_BATCH = 256
# The envelope stands first and is shorter than this; a longer one is read whole.
_OPENING = 4096
# Characters of a headline that the page shows.
_LONGEST = 160
_CACHE = "answers"
# So many days are worth a cache, and so many new ones to write it again.
_WORTH_A_CACHE = 60
# Why a readable page is not shown: real and simulated ones are kept apart.
MISPLACED = {
    True: "it is simulated and lies among real weeks",
    False: "it is real and lies among simulated weeks",
}
_NEEDED = ("schema", "as_of", "source", "generated_at", "headline")


@dataclass(frozen=True)
class CompanionRow:
    """One answer: its session, which question, what it says in one line, and the file to open inside the store.

    `ticket`: its orders on a sheet to print, empty without one.
    """

    day: str
    name: str
    title: str
    headline: str
    source: str
    page: str
    made_at: dt.datetime
    ticket: str = ""


def is_page(name: str) -> bool:
    """Whether a file is the page of a companion."""
    page, _, ending = name.partition(".")
    return ending == "html" and paged(page) is not None


def documents(held: Mapping[str, Iterable[str]]) -> list[tuple[str, Companion]]:
    """Day and companion of every document among the files that each day's folder holds, oldest first."""
    order = list(REGISTRY)
    found = []
    for day in sorted(held):
        pages = (paged(name.removesuffix(".json")) for name in held[day] if name.endswith(".json"))
        known = [each for each in pages if each is not None]
        found += [
            (day, each) for each in sorted(known, key=lambda each: (order.index(each.name), each.portfolio))
        ]
    return found


@dataclass
class Answers:
    """Answers read so far, oldest first, and the documents that cannot be read, each with the reason in a few words.

    `stamps`: what each day's folder looked like when it was read.
    """

    stamps: dict[str, str] = field(default_factory=dict)
    rows: list[CompanionRow] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)

    def read(self, store: ReportStore, days: Sequence[str]) -> None:
        """The answers of further days."""
        held = store.contents(days)
        found = documents(held)
        for start in range(0, len(found), _BATCH):
            batch = {
                f"{day}/{document_name(each.page)}": (day, each)
                for day, each in found[start : start + _BATCH]
            }
            contents = store.read(batch, first=_OPENING)
            for name, (day, each) in batch.items():
                try:
                    row = _row(day, each, _opening(store, name, contents[name]), held[day])
                    if (row.source == "demo") != store.simulated:
                        raise ValueError(MISPLACED[not store.simulated])
                    self.rows.append(row)
                except ValueError as problem:
                    self.unreadable.append((name, str(problem)))

    def of(self, days: Mapping[str, str]) -> Answers:
        """What was read of `days`."""
        rows = [each for each in self.rows if each.day in days]
        odd = [(name, why) for name, why in self.unreadable if name.partition("/")[0] in days]
        return Answers(dict(days), rows, odd)


def collect_companions(store: ReportStore, days: Sequence[str]) -> Answers:
    """Every answer at `store`; on a disk, those of folders that have not changed since come from the cache."""
    if store.local is None or len(days) < _WORTH_A_CACHE:
        found = Answers()
        found.read(store, days)
        return found
    now = {day: _stamp(store.local / day) for day in days}
    names = (str(store.local.resolve()), *REGISTRY, cache.code_key("archive"))
    key = cache.key_of(names) + ".json"
    held = cache.recalled(_CACHE, key, _shape().validate_json) or Answers()
    found = held.of({day: stamp for day, stamp in now.items() if held.stamps.get(day) == stamp})
    new = [day for day in days if day not in found.stamps]
    found.read(store, new)
    found.rows.sort(key=lambda each: each.day)
    if len(new) >= _WORTH_A_CACHE:
        found.stamps = now
        cache.remember(_CACHE, key, _shape().dump_json(found))
    return found


@functools.cache
def _shape() -> TypeAdapter[Answers]:
    from pydantic import TypeAdapter

    return TypeAdapter(Answers)


def _stamp(folder: Path) -> str:
    """What changes when a file is put into a folder or taken away, and when a document there is written, also in its
    place, as a copy over it is."""
    try:
        with os.scandir(folder) as files:
            return cache.key_of(sorted((each.name, *_written(each)) for each in files))
    except OSError:
        return ""


def _written(file: os.DirEntry[str]) -> tuple[int, ...]:
    if not file.name.endswith(".json"):
        return ()
    facts = file.stat()
    return facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size, facts.st_ino


def _row(day: str, each: Companion, document: dict[str, Any], files: frozenset[str]) -> CompanionRow:
    if missing := [name for name in _NEEDED if not isinstance(document.get(name), str)]:
        raise ValueError(f"it lacks {missing[0]}")
    if document["as_of"] != day:
        raise ValueError("it is of another session")
    try:
        made_at = moment(document["generated_at"])
    except ValueError:
        raise ValueError("it names no moment at which it was made") from None
    page = f"{each.page}.html"
    name = page if page in files else document_name(each.page)
    return CompanionRow(
        day=day,
        name=each.label,
        title=each.question,
        headline=document["headline"][:_LONGEST],
        source=document["source"],
        page=f"{day}/{name}",
        made_at=made_at,
        ticket=f"{day}/{sheet}" if (sheet := f"{each.page}.{TICKET}") in files else "",
    )


def _opening(store: ReportStore, name: str, content: bytes | None) -> dict[str, Any]:
    """The first fields of a document; the whole of it where they do not fit into what was read."""
    try:
        return _first_fields((content or b"").decode("utf-8", errors="ignore"))
    except (ValueError, RecursionError):
        pass
    try:
        return json_object(store.read([name])[name])
    except ValueError:
        raise ValueError("it is damaged") from None


def _first_fields(text: str) -> dict[str, Any]:
    """Fields of a JSON object up to the headline; ValueError when `text` ends before that or cannot be written."""
    decoder, found = json.JSONDecoder(), dict[str, Any]()
    place = text.index("{") + 1
    while "headline" not in found:
        place = text.index('"', place)
        name, place = decoder.raw_decode(text, place)
        place = text.index(":", place) + 1
        place += len(text[place:]) - len(text[place:].lstrip())
        found[name], place = decoder.raw_decode(text, place)
    json.dumps(found, ensure_ascii=False).encode()  # an escape may name half of a character
    return found
