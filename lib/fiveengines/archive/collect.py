"""Read what every report left behind, forgiving towards folders that are broken or are not ours.

Takes reading.json apart into plain rows; draws nothing and recomputes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fiveengines.archive.figures import Figures
from fiveengines.archive.rows import WeekRow, week_row
from fiveengines.base import cache as computed
from fiveengines.base import formats
from fiveengines.report.saving import FAILED, LATEST, READING, is_day
from fiveengines.report.store import DEMO, ReportStore

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_BATCH = 64
_CACHE = "archive"
# The newest weeks are read anew each time: they may be rendered again, and earlier ones seldom are.
_NEWEST = 8
# So many weeks more than the cache has are worth writing it again.
_WORTH_A_CACHE = 60
Stamp = tuple[str, int, int, int]
# Why a readable week is not shown: real and simulated ones are kept apart.
MISPLACED = {
    True: "it is simulated and lies among real weeks",
    False: "it is real and lies among simulated weeks",
}


@dataclass(frozen=True)
class Unreadable:
    """A folder that is not a week, and why in a few words."""

    name: str
    reason: str


@dataclass(frozen=True)
class Collected:
    """Everything found at a store: weeks oldest first, folders that could not be read, days whose last run failed.

    `figures` has what stands behind the weeks' scores; the rows themselves no longer do.
    """

    weeks: tuple[WeekRow, ...]
    unreadable: tuple[Unreadable, ...] = ()
    failed: tuple[str, ...] = ()
    figures: Figures = field(default_factory=Figures)

    @property
    def names(self) -> list[str]:
        """Folders that were looked into."""
        return [week.day for week in self.weeks] + [each.name for each in self.unreadable]


@dataclass
class _Read:
    """Weeks read so far, oldest first; `stamps` tell whether their files are still those that were read."""

    stamps: list[Stamp] = field(default_factory=list)
    weeks: list[WeekRow] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    figures: Figures = field(default_factory=Figures)

    def read(self, store: ReportStore, days: Sequence[str], stamps: Sequence[Stamp]) -> None:
        """Further weeks, each later than those before."""
        self.stamps += stamps
        for start in range(0, len(days), _BATCH):
            batch = days[start : start + _BATCH]
            found = store.read([f"{day}/{READING}" for day in batch])
            for day in batch:
                try:
                    week = week_row(day, found[f"{day}/{READING}"])
                    if week.simulated != store.simulated:
                        raise ValueError(MISPLACED[week.simulated])
                except ValueError as problem:
                    self.unreadable.append(Unreadable(day, str(problem)))
                    continue
                self.figures.add(week.engines)
                bare = {name: replace(engine, inputs=()) for name, engine in week.engines.items()}
                self.weeks.append(replace(week, engines=bare))


def engine_name(engine: str) -> str:
    """An engine's name as a reader knows it."""
    return formats.first_capital(engine.replace("_", " "))


def folders(store: ReportStore) -> list[str]:
    """Names of the folders that should hold a week each."""
    return [name for name in store.folders() if name not in (FAILED, LATEST, DEMO)]


def collect(store: ReportStore) -> Collected:
    """Every week at `store`. A folder that is foreign, half copied or damaged is listed in `unreadable`.

    On a disk, weeks whose files have not changed since the last time come from the cache.
    """
    names = folders(store)
    foreign = [Unreadable(name, "it is not named as a week is") for name in names if not is_day(name)]
    found = _weeks(store, [name for name in names if is_day(name)])
    failed = tuple(day for day in store.folders(FAILED) if is_day(day))
    return Collected(tuple(found.weeks), (*foreign, *found.unreadable), failed, found.figures)


def _weeks(store: ReportStore, days: list[str]) -> _Read:
    old = len(days) - _NEWEST
    if store.local is None or old < _WORTH_A_CACHE:
        found = _Read()
        found.read(store, days, [])
        return found
    stamps = [_stamp(store.local, day) for day in days]
    key = computed.key_of((str(store.local.resolve()), computed.code_key("archive"))) + ".json"
    held = computed.recalled(_CACHE, key, lambda place: _shape().validate_json(place.read_bytes()))
    found = held if held is not None and held.stamps == stamps[: len(held.stamps)] else _Read()
    known = len(found.stamps)
    if old - known >= _WORTH_A_CACHE:
        found.read(store, days[known:old], stamps[known:old])
        known = old
        computed.remember(_CACHE, key, lambda to: to.write_bytes(_shape().dump_json(found)))
    found.read(store, days[known:], stamps[known:])
    return found


@cache
def _shape() -> TypeAdapter[_Read]:
    from pydantic import TypeAdapter

    return TypeAdapter(_Read)


def _stamp(folder: Path, day: str) -> Stamp:
    """What changes when a week's reading does."""
    try:
        facts = (folder / day / READING).stat()
    except OSError:
        return day, 0, 0, 0
    return day, facts.st_mtime_ns, facts.st_size, facts.st_ino
