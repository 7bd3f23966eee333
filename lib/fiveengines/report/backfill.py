"""Many weeks: which are wanted, which are up to date already, and what became of the rest.

Weeks are made by workers and written here, one at a time; no week is read in this room.
"""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, wait
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from fiveengines import overrides
from fiveengines.base import parameters
from fiveengines.base.bounded_files import json_object
from fiveengines.base.errors import FiveEnginesError, ParameterError, sentence
from fiveengines.base.parameters import RunParameters
from fiveengines.companions.registry import Companion
from fiveengines.data import calendars
from fiveengines.data.dataset import Dataset
from fiveengines.data.load_dataset import load_dataset
from fiveengines.report.closes import Closes
from fiveengines.report.fingerprint import companion_fingerprint, parameters_fingerprint, portfolio_known_on
from fiveengines.report.run import Show
from fiveengines.report.saving import SIMULATED, WEEKLY, document_name, is_day, newest_day
from fiveengines.report.store import ReportStore, store_of
from fiveengines.report.weekly import RenderedReport, save
from fiveengines.report.workers import LOCAL, BrokenProcessPool, Workers, workers

_TRIES = 2
# Asked of a worker in advance, so that none waits for a report to be written.
_AHEAD = 2
_FEW = 3


Status = Literal["written", "unchanged", "failed"]


@dataclass(frozen=True)
class Outcome:
    """What became of one week. `text` says why it failed; `closes` is what a real week knew of the index."""

    day: str
    status: Status
    text: str = ""
    closes: Closes | None = None


@dataclass
class Summary:
    """What became of all of them, in the order in which they ended; `closes`: those of the newest real week written."""

    outcomes: list[Outcome] = field(default_factory=list)
    simulated: bool = False
    closes: Closes | None = None

    def add(self, outcome: Outcome) -> None:
        """One more; only the newest closes are held."""
        found = outcome.closes
        if found is not None and (self.closes is None or found.days[-1:] > self.closes.days[-1:]):
            self.closes = found
        self.outcomes.append(replace(outcome, closes=None))

    def count(self, status: Status) -> int:
        """Weeks that ended so."""
        return sum(each.status == status for each in self.outcomes)

    @property
    def exit_code(self) -> int:
        """1 when a week failed."""
        return 1 if self.count("failed") else 0

    def lines(self) -> list[str]:
        """For a terminal: a line for each way in which weeks failed, then the count."""
        reasons: dict[str, list[str]] = {}
        for each in sorted(self.outcomes, key=lambda each: each.day):
            if each.status == "failed":
                reasons.setdefault(each.text, []).append(each.day)
        failed = [f"{_named(days)}: failed: {text}" for text, days in reasons.items()]
        parts = [f"{self.count('written')} written", f"{self.count('unchanged')} already there"]
        parts += [f"{self.count('failed')} failed"] if failed else []
        return [*failed, f"{SIMULATED}. " * self.simulated + ", ".join(parts)]


def _named(days: list[str]) -> str:
    return ", ".join(days) if len(days) <= _FEW else f"{len(days)} weeks from {days[0]} to {days[-1]}"


def backfill(
    run: RunParameters,
    start: dt.date,
    end: dt.date,
    *,
    companions: tuple[Companion, ...] = (),
    count: int = 1,
    executor: str = LOCAL,
    force: bool = False,
    on_progress: Show | None = None,
) -> Summary:
    """Write the report of every reading date from `start` to `end`; the caller rebuilds the archive's index after it.

    A week whose report was read from the same data with the same parameters is not written again, so a second call
    goes on where a stopped one ended; `force` writes them all. A week that fails is noted and the rest go on. Reports
    are those that `write_week` makes alone. ParameterError when there is no reading date in the span or the history
    starts later; what prevents every week from being read, such as a folder without data, is raised before the first.
    """
    params = parameters.load(run.params_file)
    days = reading_days(start, end, params.weekly.history_start)
    store = store_of(run)
    summary = Summary(simulated=store.simulated)
    show = on_progress or (lambda done, total, text: None)
    show(0, len(days), "Looking for reports that are up to date")
    source, folder = params.source_of(run)
    dataset = load_dataset(source, data_dir=folder, seed=params.weekly.demo_seed, rules=params.consistency)
    unchanged = set() if force else _up_to_date(run, dataset, params, days, store, companions)
    del dataset
    summary.outcomes += [Outcome(day.isoformat(), "unchanged") for day in days if day in unchanged]
    wanted = deque(day for day in days if day not in unchanged)
    show(len(unchanged), len(days), f"{len(wanted)} to write")
    if wanted:
        with workers(executor, min(count, len(wanted))) as (crew, size):
            for outcome in _made(run, companions, wanted, store, crew, size):
                summary.add(outcome)
                show(len(summary.outcomes), len(days), f"{outcome.day} {outcome.status}")
    return summary


def reading_days(start: dt.date, end: dt.date, first: dt.date) -> list[dt.date]:
    """Reading dates from `start` to `end` whose evening has passed; ParameterError when there is none.

    `first` is where the history starts; a `start` before it is refused.
    """
    if start < first:
        raise ParameterError(
            f"--start {start} is before {first}, where the history starts.",
            remedy=f"Choose --start {first}, or an earlier history_start in params/weekly.yaml.",
        )
    last = min(end, calendars.last_completed_friday())
    days = (
        [pd.Timestamp(each).date() for each in calendars.reading_dates(start, last)] if start <= last else []
    )
    if not days:
        raise ParameterError(
            f"there is no reading date from {start} to {end}.",
            remedy="Choose an earlier --start or a later --end.",
        )
    return days


def _made(
    run: RunParameters,
    companions: tuple[Companion, ...],
    wanted: deque[dt.date],
    store: ReportStore,
    crew: Workers,
    size: int,
) -> Iterator[Outcome]:
    """Ask the workers for weeks, several ahead, and write each week as it comes."""
    good = newest_day(store)
    tries: dict[dt.date, int] = {}
    asked: dict[Future[RenderedReport], dt.date] = {}
    while wanted or asked:
        while wanted and len(asked) < size * _AHEAD:
            day = wanted.popleft()
            tries[day] = tries.get(day, 0) + 1
            of_the_week = run.model_copy(update={"as_of": day})
            asked[crew.submit(of_the_week, good, companions)] = day
        done, _ = wait(asked, return_when=FIRST_COMPLETED)
        lost = []
        for future in done:
            day = asked.pop(future)
            try:
                outcome = _saved(future.result(), store)
            except (BrokenProcessPool, CancelledError):
                lost.append(day)
                continue
            except Exception as problem:
                outcome = Outcome(day.isoformat(), "failed", _line(problem))
            if outcome.status == "written":
                good = max(good or "", outcome.day)
            yield outcome
        if lost:
            # A worker that dies takes its pool along; weeks that were under way are asked for once more.
            lost += asked.values()
            asked.clear()
            crew.restart()
            for day in sorted(lost, reverse=True):
                if tries[day] < _TRIES:
                    wanted.appendleft(day)
                else:
                    yield Outcome(
                        day.isoformat(), "failed", "its worker ended twice, often for want of memory."
                    )


def _saved(made: RenderedReport, store: ReportStore) -> Outcome:
    save(made, store)
    if made.failures:
        first = made.failures[0]
        return Outcome(made.day, "failed", f"{sentence(first.summary)} {first.remedy}")
    stopped = [
        f"{each.companion.label}: {sentence(each.problem)}" for each in made.companions if each.problem
    ]
    if stopped:
        return Outcome(made.day, "failed", f"the week is written, {'; '.join(stopped)}")
    return Outcome(made.day, "written", closes=made.closes)


def _line(problem: Exception) -> str:
    text = str(problem) if isinstance(problem, FiveEnginesError) else f"{type(problem).__name__}: {problem}"
    return " ".join(text.split())


def _up_to_date(
    run: RunParameters,
    dataset: Dataset,
    params: parameters.Parameters,
    days: list[dt.date],
    store: ReportStore,
    companions: tuple[Companion, ...],
) -> set[dt.date]:
    """Days whose report, and that of every companion asked for, is whole and of the data, parameters and portfolio of
    today.
    """
    source, _ = params.source_of(run)
    names = {day.isoformat(): day for day in days}
    there = [name for name in store.folders() if is_day(name) and name in names]
    if not there:
        return set()
    trail = overrides.load(params.overrides_of(source))
    rooms = {each.page: (each.stem, portfolio_known_on(each, params, run)) for each in companions}
    stems = [WEEKLY, *rooms]
    found = store.read(f"{name}/{document_name(stem)}" for name in there for stem in stems)

    def used(stem: str, day: dt.date) -> str:
        if stem == WEEKLY:
            return parameters_fingerprint(params, trail, day)
        room, known_on = rooms[stem]
        return companion_fingerprint(params, trail, day, room, known_on(day))

    def fits(name: str) -> bool:
        day, files = names[name], store.files(name)
        documents = {stem: _reading(found[f"{name}/{document_name(stem)}"]) for stem in stems}
        for stem, each in documents.items():
            if each.get("source") != source or f"{stem}.html" not in files:
                return False
            if each.get("parameters_fingerprint") != used(stem, day):
                return False
        moment = pd.Timestamp(day)
        data = dataset.until(calendars.evening_of(moment), moment).fingerprint()
        return all(each.get("data_fingerprint") == data for each in documents.values())

    return {names[name] for name in there if fits(name)}


def _reading(content: bytes | None) -> dict[str, Any]:
    try:
        return json_object(content)
    except ValueError:
        return {}
