"""One week from parameters to a folder: bind the notebooks, run them once, render, write.

The week is read in the notebook's kernel; this process needs neither data nor pandas.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fiveengines.base import paths
from fiveengines.base.errors import FiveEnginesError, NotebookError, sentence
from fiveengines.base.parameters import RunParameters
from fiveengines.commentary.brief_records import Brief, CompanionHeadline
from fiveengines.companions.registry import Companion
from fiveengines.data.file_summary import line_of
from fiveengines.report import kernel_result
from fiveengines.report.afterwards import told_only
from fiveengines.report.closes import Closes
from fiveengines.report.companion import (
    RenderedCompanion,
    assemble_companion,
    run_companions,
    save_companion,
)
from fiveengines.report.companion_json import json_text
from fiveengines.report.notebook.bind import bind
from fiveengines.report.notebook.outcome import Progress, StepFailure
from fiveengines.report.page.cover_context import CoverContext, RecordSummary
from fiveengines.report.run import KernelSeat, Ran, Show, as_failures, asked, run_bound
from fiveengines.report.saving import (
    FAILED,
    MARKDOWN,
    NOTEBOOK,
    PAGE,
    READING,
    SIMULATED,
    WEEKLY,
    newest_day,
    remove_failure,
    save_documents,
    trust,
)
from fiveengines.report.store import ReportStore, store_of

import nbformat  # isort: skip

# Exit code of a week whose page is whole but has no call.
NO_CALL = 3


@dataclass(frozen=True)
class WeekRun:
    """A week's executed notebooks, and what became of each companion that ran after them."""

    week: Ran
    companions: tuple[tuple[Companion, Ran | FiveEnginesError], ...] = ()


@dataclass(frozen=True)
class RenderedReport:
    """A week that was rendered and is not saved yet: its day, its files by name, and what the files were made from.

    `reading` is None when the week could not be read at all; `failures` is empty when every step ran to its end.
    """

    day: str
    files: dict[str, str | bytes]
    reading: dict[str, Any] | None
    cover: CoverContext
    failures: tuple[StepFailure, ...]
    companions: tuple[RenderedCompanion, ...] = ()
    closes: Closes | None = None


# What became of the calls told before a day, by the closes that its reading knew.
PastCalls = Callable[[dt.date, Closes], RecordSummary | None]


@dataclass(frozen=True)
class SavedReport:
    """What a run left behind: its folder inside OUT, and the page to open.

    `address` is the page's own on the web when the archive is published.
    """

    made: RenderedReport
    inside: str
    page: str
    address: str = ""

    def published_at(self, base_url: str) -> SavedReport:
        """The same with the page's address in an archive published at `base_url`, if any."""
        return replace(self, address=f"{base_url}/{self.inside}/{PAGE}") if base_url else self

    def report_to_terminal(self) -> int:
        """Say what happened and what to open; returns the exit code."""
        made, cover = self.made, self.made.cover
        for each in made.failures:
            print(f"fiveengines: {sentence(each.summary)} {each.remedy}", file=sys.stderr)
        mark = f"{SIMULATED}. " if cover.simulated else ""
        call = None if made.failures else cover.regime
        if call is not None and call.number is None:
            said = f"{mark}{call.name}. {call.narrative} {call.last_call}"
            print(f"fiveengines: {cover.week}: {said}", file=sys.stderr)
        elif call is not None:
            print(f"{cover.week}: {mark}{call.name}. {call.narrative}")
        if made.reading is not None and (files := line_of(made.reading["files"])):
            print(files)
        for companion in made.companions:
            companion.report_to_terminal()
        print(f"Open {self.page}")
        if made.failures or any(each.problem for each in made.companions):
            return 1
        return NO_CALL if call is not None and call.number is None else 0


def step_notebooks() -> list[Path]:
    """The weekly notebooks in their order."""
    found = sorted((paths.notebooks_dir() / "weekly").glob("[1-9]_*.ipynb"))
    if not found:
        raise NotebookError(
            f"{paths.notebooks_dir() / 'weekly'}: there are no notebooks.",
            remedy="Restore them from the project.",
        )
    return found


def run_week(
    run: RunParameters,
    seat: KernelSeat,
    *,
    companions: Sequence[Companion] = (),
    keep_kernel: bool = False,
    on_progress: Show | None = None,
) -> WeekRun:
    """Execute the bound notebook with `run`, and after it, in the same kernel, those of `companions`.

    Where the report will be saved is not part of a reading, and an address may hold a password: the notebook does not
    get it.
    A person's mistake in the parameters or the data is raised as the one-line error it is.
    """
    notebooks = step_notebooks()
    kernel = seat.kernel(notebooks[0].parent)

    def show(progress: Progress) -> None:
        if on_progress is not None:
            text = f"{progress.step} · {progress.title}" if progress.step else "Reading the week"
            on_progress(progress.index - 1, progress.total, text)

    ran = run_bound(
        bind(notebooks),
        run.model_copy(update={"out_dir": None}).model_dump(mode="json"),
        kernel_result.OF_A_WEEK,
        kernel=kernel,
        keep_kernel=keep_kernel or bool(companions),
        on_progress=show,
    )
    if ran.document is None or not companions:
        return WeekRun(ran)
    of_the_week = run.model_copy(update={"as_of": dt.date.fromisoformat(ran.document["as_of"])})
    others = run_companions(companions, of_the_week, seat, keep_kernel=keep_kernel, on_progress=on_progress)
    return WeekRun(ran, others)


def failed_cover(run: RunParameters, failures: tuple[StepFailure, ...]) -> CoverContext:
    """The cover of a week that could not be read at all, under the reading date it was asked for."""
    from fiveengines.data import calendars

    day, named = asked(run)
    week = calendars.reading_date(min(day, calendars.last_completed_friday())).date()
    return CoverContext(week=week, regime=None, failures=as_failures(failures), **named)


def assemble(
    run: RunParameters,
    ran: WeekRun,
    *,
    last_good: Callable[[], str | None],
    past_calls: PastCalls | None = None,
) -> RenderedReport:
    """The files of a week that has run; its kernel may work on another one meanwhile."""
    from fiveengines.report.page.render import render
    from fiveengines.report.page.week_text import weekly_markdown

    failures, reading = ran.week.failures, ran.week.document
    cover: CoverContext | None = ran.week.cover
    if cover is None or reading is None:
        cover, reading = failed_cover(run, failures), None
    if failures:
        note = _last_good(reading, last_good())
        cover = replace(cover, failures=as_failures(failures, last_good=note))
    beside = "" if failures else PAGE
    others = tuple(assemble_companion(each, run, result, beside=beside) for each, result in ran.companions)
    lines = tuple(each.line(week_failed=bool(failures)) for each in others)
    cover = replace(cover, companions=lines)
    if cover.brief is not None:
        cover = replace(cover, brief=with_companions(cover.brief, others))
    if past_calls is not None and ran.week.closes is not None and not failures:
        cover = replace(cover, record=past_calls(cover.week, ran.week.closes))
    files: dict[str, str | bytes] = {
        NOTEBOOK: nbformat.writes(ran.week.notebook) + "\n",
        PAGE: render(ran.week.notebook, cover),
    }
    if reading is not None:
        reading["companions"] = [
            {"name": each.name, "headline": each.headline} for each in lines if each.headline
        ]
        reading["brief"]["companions"] = [
            {"name": each.name, "title": each.title, "headline": each.headline}
            for each in lines
            if each.headline
        ]
        if cover.brief is not None:
            reading["brief"]["action"] = cover.brief.action.model_dump(mode="json")
        if not failures:
            files[MARKDOWN] = weekly_markdown(reading, cover)
        files[READING] = json_text(reading)
    day = reading["as_of"] if reading is not None else cover.week.isoformat()
    return RenderedReport(day, files, reading, cover, failures, others, ran.week.closes)


def with_companions(brief: Brief, others: Sequence[RenderedCompanion]) -> Brief:
    """The brief with what the companions of the week answered, and the orders of those that propose any."""
    from fiveengines.report.page.week_text import with_portfolios

    lines = [each.line() for each in others]
    told = [
        CompanionHeadline(name=each.name, title=each.title, headline=each.headline)
        for each in lines
        if each.headline
    ]
    held = {
        each.companion.portfolio: each.document
        for each in others
        if each.document and each.document.get("equity_target") is not None
    }
    action = with_portfolios(brief.action, held) if held else brief.action
    return brief.model_copy(update={"companions": told, "action": action})


def _last_good(reading: dict[str, Any] | None, report: str | None) -> str:
    """Which data can still be trusted after a failure, and which report is the newest whole one."""
    whole = f"the newest whole report is of {report}." if report else "there is no whole report yet."
    if reading is None:
        return f"those of {report}; {whole}" if report else whole
    evidence = (each for engine in reading["engines"].values() for each in engine["evidence"])
    newest = max((each["observed"] for each in evidence if each["observed"]), default=None)
    seen = f", observed until {newest}" if newest else ""
    return f"this week's own, read whole{seen}; {whole}"


def save(made: RenderedReport, store: ReportStore) -> SavedReport:
    """Put a made week into its folder; when a step failed into failed/, and the week's own report is not touched.

    Its companions go with it, and one that failed goes to failed/. What is whole takes the page of its own earlier
    failure away.
    """
    whole = [each for each in made.companions if each.files and not each.problem]
    beside = {} if made.failures else {name: text for each in whole for name, text in each.files.items()}
    folder = save_documents(store, made.day, made.files | beside, failed=bool(made.failures))
    if not made.failures:
        with told_only("the page of an earlier failure is still there"):
            remove_failure(store, made.day, WEEKLY)
    for each in made.companions:
        if each.files and each.files.keys() - beside:
            save_companion(each, store)
        elif each.files:
            remove_failure(store, made.day, each.companion.page)
            trust(each.files[f"{each.companion.page}.ipynb"])
    trust(made.files[NOTEBOOK])
    inside = f"{FAILED}/{made.day}" if made.failures else made.day
    return SavedReport(made, inside, f"{folder}/{PAGE}")


def write_week(
    run: RunParameters,
    *,
    companions: Sequence[Companion] = (),
    on_progress: Show | None = None,
    exports: Callable[[RenderedReport], None] | None = None,
    past_calls: PastCalls | None = None,
) -> SavedReport:
    """Make one week's report and put it into its folder; the caller rebuilds the archive's index after it.

    A run in which a step failed goes to OUT/failed/<date> with a page that says what happened; the report in
    the week's own folder is not touched. `exports` may add files to a rendered week before it is saved;
    `past_calls` says what became of the calls told before a real week.
    """
    store, seat = store_of(run), KernelSeat()
    try:
        ran = run_week(run, seat, companions=companions, on_progress=on_progress)
    finally:
        seat.stop()
    made = assemble(run, ran, last_good=lambda: newest_day(store), past_calls=past_calls)
    if exports is not None:
        exports(made)
    return save(made, store)
