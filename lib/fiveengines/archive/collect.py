"""Read what every report left behind, forgiving towards folders that are broken or are not ours.

Takes reading.json apart into plain rows; draws nothing and recomputes nothing.
"""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from fiveengines.archive.companions import MISPLACED, CompanionRow, collect_companions, is_page
from fiveengines.archive.figures import Figures
from fiveengines.archive.rows import NO_READING, Call, WeekRow, week_row
from fiveengines.base import cache as computed
from fiveengines.base import formats
from fiveengines.report.saving import FAILED, LATEST, PAGE, READING, REVISIONS, is_day
from fiveengines.report.store import DEMO, ReportStore

if TYPE_CHECKING:
    from pydantic import TypeAdapter

_BATCH = 64
_CACHE = "archive"
# The newest weeks are read anew each time: they may be rendered again, and earlier ones seldom are.
_NEWEST = 8
# So many weeks more than the cache has are worth writing it again.
_WORTH_A_CACHE = 60
Stamp = tuple[str, int, int, int, int, int]


@dataclass(frozen=True)
class Unreadable:
    """A folder that is not a week, and why in a few words."""

    name: str
    reason: str


@dataclass(frozen=True)
class Collected:
    """Everything found at a store: weeks and companions' answers oldest first, and what could not be read.

    `failed`: days whose last run failed; `failed_pages`: companions' pages of runs that failed, inside the store.
    `figures` has what stands behind the weeks' scores; the rows themselves no longer do. `sessions`: folders of days
    without a week that hold answers.
    """

    weeks: tuple[WeekRow, ...]
    unreadable: tuple[Unreadable, ...] = ()
    failed: tuple[str, ...] = ()
    figures: Figures = field(default_factory=Figures)
    companions: tuple[CompanionRow, ...] = ()
    failed_pages: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()

    @property
    def names(self) -> list[str]:
        """Folders that were looked into."""
        folders = [each.name for each in self.unreadable if "/" not in each.name]
        return [*(week.day for week in self.weeks), *self.sessions, *folders]


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
        earlier = _revisions(store, days)
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
                told = _first_told(store, day, earlier.get(day, []), week)
                self.weeks.append(replace(week, engines=bare, told=told))


def _revisions(store: ReportStore, days: Sequence[str]) -> dict[str, list[str]]:
    """Folders of each day's earlier renderings, the earliest first; days without any are left out."""
    if store.local is not None:
        held = [day for day in days if (store.local / day / REVISIONS).is_dir()]
        return {day: store.folders(f"{day}/{REVISIONS}") for day in held}
    found: dict[str, set[str]] = {}
    for parts in (path.split("/") for path in store.files()):
        if len(parts) > 3 and parts[1] == REVISIONS:
            found.setdefault(parts[0], set()).add(parts[2])
    return {day: sorted(found[day]) for day in days if day in found}


def _first_told(store: ReportStore, day: str, revisions: Sequence[str], week: WeekRow) -> Call:
    """What the earliest rendering of a week said: that of the revision made first, where one can be read."""
    found = [week]
    for content in store.read(f"{day}/{REVISIONS}/{each}/{READING}" for each in revisions).values():
        with contextlib.suppress(ValueError):
            found.append(week_row(day, content))
    return min(
        (each for each in found if each.simulated == week.simulated), key=lambda each: each.made_at
    ).told


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
    days = [name for name in names if is_day(name)]
    found, answered = _weeks(store, days), collect_companions(store, days)
    no_week = {each.name for each in found.unreadable if each.reason == NO_READING}
    sessions = sorted(no_week & {each.day for each in answered.rows})
    odd = [each for each in found.unreadable if each.name not in sessions]
    odd += [Unreadable(name, why) for name, why in answered.unreadable]
    stopped = store.contents([day for day in store.folders(FAILED) if is_day(day)], FAILED)
    pages = {day: sorted(each for each in files if is_page(each)) for day, files in stopped.items()}
    return Collected(
        weeks=tuple(found.weeks),
        unreadable=(*foreign, *odd),
        failed=tuple(day for day, files in stopped.items() if PAGE in files or not pages[day]),
        figures=found.figures,
        companions=tuple(answered.rows),
        failed_pages=tuple(f"{FAILED}/{day}/{page}" for day in pages for page in pages[day]),
        sessions=tuple(sessions),
    )


def _weeks(store: ReportStore, days: list[str]) -> _Read:
    old = len(days) - _NEWEST
    if store.local is None or old < _WORTH_A_CACHE:
        found = _Read()
        found.read(store, days, [])
        return found
    stamps = [_stamp(store.local, day) for day in days]
    key = computed.key_of((str(store.local.resolve()), computed.code_key("archive"))) + ".json"
    held = computed.recalled(_CACHE, key, _shape().validate_json)
    found = held if held is not None and held.stamps == stamps[: len(held.stamps)] else _Read()
    known = len(found.stamps)
    if old - known >= _WORTH_A_CACHE:
        found.read(store, days[known:old], stamps[known:old])
        known = old
        computed.remember(_CACHE, key, _shape().dump_json(found))
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
        return day, 0, 0, 0, 0, 0
    try:
        revised = (folder / day / REVISIONS).stat().st_mtime_ns
    except OSError:
        revised = 0
    return day, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_size, facts.st_ino, revised
