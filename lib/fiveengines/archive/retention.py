"""Which weeks and which earlier renderings may go; nothing goes that is not ours.

Plans first and removes after, so that a dry run shows exactly what a real one does.
"""

from __future__ import annotations

from dataclasses import dataclass

from fiveengines.archive.companions import documents
from fiveengines.base.errors import ParameterError
from fiveengines.report.saving import FAILED, READING, REVISIONS, is_day
from fiveengines.report.store import ReportStore


@dataclass(frozen=True)
class Removal:
    """One folder or file to remove, what it is, and the bytes it frees."""

    name: str
    what: str
    size: int

    def line(self) -> str:
        """For a terminal."""
        return f"{self.name}: {self.what}, {self.size / 1e6:.1f} MB"


def plan(
    store: ReportStore, *, keep_weeks: int | None = None, keep_revisions: int | None = None
) -> list[Removal]:
    """What goes when the newest `keep_weeks` weeks and the newest `keep_revisions` earlier renderings of each stay.

    None removes none. Of the rendering that told a real week first, reading.json always stays: the record counts it.
    Only folders that are named as a week and hold a reading are weeks; anything else is left alone. Failed runs, and
    companions' answers of days without a week, go with the weeks when they are older than the oldest that stays.
    """
    for name, value, least in (("--keep-weeks", keep_weeks, 1), ("--keep-revisions", keep_revisions, 0)):
        if value is not None and value < least:
            raise ParameterError(f"{name} {value}: at least {least}.")
    held = {day: store.files(day) for day in store.folders() if is_day(day)}
    weeks = sorted(day for day, files in held.items() if READING in files)
    going = weeks[:-keep_weeks] if keep_weeks is not None else []
    found = [Removal(day, "week", sum(held[day].values())) for day in going]
    staying = weeks[len(going) :]
    sessions = sorted({day for day, _ in documents(held)} - set(weeks))
    if going:
        found += [Removal(day, "answers", sum(held[day].values())) for day in sessions if day < staying[0]]
        sessions = [day for day in sessions if day >= staying[0]]
        old = [day for day in store.folders(FAILED) if is_day(day) and day < staying[0]]
        found += [
            Removal(f"{FAILED}/{day}", "failed run", sum(store.files(f"{FAILED}/{day}").values()))
            for day in old
        ]
    if keep_revisions is not None:
        for day in sorted([*staying, *sessions]):
            stamps = sorted({name.split("/")[1] for name in held[day] if name.startswith(f"{REVISIONS}/")})
            told = [stamp for stamp in stamps if f"{REVISIONS}/{stamp}/{READING}" in held[day]]
            first = told[0] if told and not store.simulated else None
            for stamp in stamps[: max(0, len(stamps) - keep_revisions)]:
                folder = f"{REVISIONS}/{stamp}"
                files = {name: size for name, size in held[day].items() if name.startswith(f"{folder}/")}
                if stamp == first:
                    what = "of the first rendering"
                    found += [
                        Removal(f"{day}/{name}", what, size)
                        for name, size in files.items()
                        if name != f"{folder}/{READING}"
                    ]
                else:
                    found.append(Removal(f"{day}/{folder}", "earlier rendering", sum(files.values())))
    return found


def remove(store: ReportStore, removals: list[Removal]) -> None:
    """Carry a plan out."""
    for each in removals:
        store.remove(each.name)
