"""One companion from parameters to its files: its notebook bound, run, rendered and written beside the week's.

Its data are read in a kernel, or, for the document alone, here; no figure is computed in this room.
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
from fiveengines.companions.order_list import TICKET
from fiveengines.companions.registry import Companion
from fiveengines.report import kernel_result
from fiveengines.report.companion_json import companion_document, json_text
from fiveengines.report.notebook.bind import bind, tags
from fiveengines.report.notebook.outcome import Progress
from fiveengines.report.page.cover_context import CompanionCover, CompanionLine
from fiveengines.report.run import KernelSeat, Ran, Show, as_failures, asked, run_bound
from fiveengines.report.saving import FAILED, SIMULATED, document_name, remove_failure, save_documents, trust
from fiveengines.report.store import ReportStore, store_of

import nbformat  # isort: skip

# Cells that the weekly report leaves out, because they take longer than the week itself.
LONG = "long"


@dataclass(frozen=True)
class RenderedCompanion:
    """A companion's answer that was rendered and is not saved yet; `files` by name, empty when there is no page.

    `problem` says in one line what stopped it; empty when every cell ran to its end.
    """

    companion: Companion
    day: str
    files: dict[str, str | bytes]
    cover: CompanionCover | None = None
    document: dict[str, Any] | None = None
    problem: str = ""
    remedy: str = ""

    def line(self, *, week_failed: bool = False) -> CompanionLine:
        """What the week's cover says of it, with a link from the week's page to this one."""
        page = f"{self.companion.page}.html"
        beside = bool(self.problem) == week_failed
        folder = f"{FAILED}/{self.day}" if self.problem else self.day
        up = "../../" if week_failed else "../"
        there = "" if beside else f"{up}{folder}/"
        href = f"{there}{page}" if page in self.files else ""
        sheet = f"{self.companion.page}.{TICKET}"
        headline = "" if self.problem or self.cover is None else self.cover.headline
        return CompanionLine(
            name=self.companion.label,
            title=self.companion.question,
            headline=headline,
            href=href,
            problem=self.problem,
            ticket=f"{there}{sheet}" if sheet in self.files else "",
        )

    def report_to_terminal(self) -> None:
        """Say its bottom line, or what stopped it."""
        if self.problem:
            said = f"{self.companion.label}: {sentence(self.problem)} {self.remedy}".strip()
            print(f"fiveengines: {said}", file=sys.stderr)
        elif self.document is not None:
            mark = f"{SIMULATED}. " * (self.document["source"] == "demo")
            print(f"{self.companion.label}, {self.document['as_of']}: {mark}{self.document['bottom_line']}")


@dataclass(frozen=True)
class SavedCompanion:
    """What a run left behind: its folder inside OUT, and what to open; both empty when there was nothing to write."""

    made: RenderedCompanion
    inside: str
    page: str

    def report_to_terminal(self) -> int:
        """Say the bottom line and what to open, or what stopped it; returns the exit code."""
        self.made.report_to_terminal()
        if self.page:
            print(f"Open {self.page}")
        return 1 if self.made.problem else 0


def notebook_of(companion: Companion) -> Path:
    """Its notebook; NotebookError when it is not there."""
    found = paths.notebooks_dir() / "companions" / f"{companion.stem}.ipynb"
    if not found.is_file():
        raise NotebookError(f"{found}: there is no such notebook.", remedy="Restore it from the project.")
    return found


def run_companion(
    companion: Companion,
    run: RunParameters,
    start: dt.date | None,
    seat: KernelSeat,
    *,
    with_week: bool = False,
    keep_kernel: bool = False,
    on_progress: Show | None = None,
) -> Ran:
    """Execute its notebook; `with_week` leaves out the cells tagged `long`.

    A person's mistake in parameters or data is raised as the one-line error it is.
    """
    notebook = notebook_of(companion)
    kernel = seat.kernel(notebook.parent)
    bound = bind([notebook], title=companion.question, without=LONG if with_week else None)
    values = run.model_copy(update={"out_dir": None}).model_dump(mode="json")
    if companion.window or start is not None:
        values["start"] = None if start is None else start.isoformat()
    if companion.portfolios:
        values["portfolio"] = companion.portfolio

    def show(progress: Progress) -> None:
        if on_progress is not None:
            on_progress(progress.index - 1, progress.total, companion.question)

    source = kernel_result.of_a_companion(companion.name)
    return run_bound(bound, values, source, kernel=kernel, keep_kernel=keep_kernel, on_progress=show)


def run_companions(
    companions: Sequence[Companion],
    run: RunParameters,
    seat: KernelSeat,
    *,
    keep_kernel: bool = False,
    on_progress: Show | None = None,
) -> tuple[tuple[Companion, Ran | FiveEnginesError], ...]:
    """Several after a week, in its kernel, where the data are measured already; one that cannot run stops no other."""
    found: list[tuple[Companion, Ran | FiveEnginesError]] = []
    for place, each in enumerate(companions, start=1):
        keep = keep_kernel or place < len(companions)
        try:
            ran: Ran | FiveEnginesError = run_companion(
                each, run, None, seat, with_week=True, keep_kernel=keep, on_progress=on_progress
            )
        except FiveEnginesError as error:
            ran = error
        found.append((each, ran))
    return tuple(found)


def assemble_companion(
    companion: Companion, run: RunParameters, ran: Ran | FiveEnginesError, *, beside: str = ""
) -> RenderedCompanion:
    """Its files from a notebook that has run. `beside` links the page to the week's when both are made together."""
    from fiveengines.report.page.render import render
    from fiveengines.report.page.ticket import ticket_files

    if isinstance(ran, FiveEnginesError):
        return RenderedCompanion(companion, "", {}, problem=str(ran))
    cover: CompanionCover = ran.cover or _failed_cover(companion, run)
    left_out = _left_out(companion, cover) if beside and _has_long(companion) else ""
    cover = replace(cover, beside=beside, left_out=left_out)
    problem = remedy = ""
    if ran.failures:
        cover = replace(cover, failures=as_failures(ran.failures))
        problem, remedy = ran.failures[0].error, ran.failures[0].remedy
    files: dict[str, str | bytes] = {
        f"{companion.page}.ipynb": nbformat.writes(ran.notebook) + "\n",
        f"{companion.page}.html": render(ran.notebook, cover),
    }
    if ran.document is not None:
        files[document_name(companion.page)] = json_text(ran.document)
        if companion.portfolios and not ran.failures:
            files |= ticket_files(companion.page, ran.document)
    day = cover.session.isoformat()
    return RenderedCompanion(companion, day, files, cover, ran.document, problem, remedy)


def _has_long(companion: Companion) -> bool:
    cells = nbformat.read(notebook_of(companion), as_version=4).cells
    return any(LONG in tags(cell) for cell in cells)


def _left_out(companion: Companion, cover: CompanionCover) -> str:
    command = cover.reproduce or f"fiveengines companion {companion.name} --as-of {cover.session}"
    return f"Parts that take longer than the week itself are left out here; this shows them: {command}"


def _failed_cover(companion: Companion, run: RunParameters) -> CompanionCover:
    """The opening of a page whose session could not be read, under the session it was asked for."""
    from fiveengines.data import calendars

    day, named = asked(run)
    session = calendars.last_completed_session(day).date()
    return CompanionCover(name=companion.label, question=companion.question, session=session, **named)


def save_companion(made: RenderedCompanion, store: ReportStore) -> SavedCompanion:
    """Put its files into its session's folder, or into failed/ when a cell stopped.

    The files that were there under its name move to revisions/; a whole page takes its own earlier failure away.
    """
    failed, stem = bool(made.problem), made.companion.page
    folder = save_documents(store, made.day, made.files, failed=failed)
    if not failed:
        remove_failure(store, made.day, stem)
    if (notebook := made.files.get(f"{stem}.ipynb")) is not None:
        trust(notebook)
    name = f"{stem}.html" if f"{stem}.html" in made.files else document_name(stem)
    inside = f"{FAILED}/{made.day}" if failed else made.day
    return SavedCompanion(made, inside, f"{folder}/{name}")


def write_companions(
    companions: Sequence[Companion],
    run: RunParameters,
    start: dt.date | None = None,
    *,
    data_only: bool = False,
    on_progress: Show | None = None,
    exports: Callable[[RenderedCompanion], None] | None = None,
) -> list[SavedCompanion]:
    """Make page, notebook and document of each, in one kernel; with `data_only` the documents alone, without a kernel.

    `exports` may add files to each before it is saved.
    A person's mistake is raised when there is one companion; of several the others go on, and it is told at its place.
    """
    store, seat, found = store_of(run), KernelSeat(), list[SavedCompanion]()
    try:
        for place, each in enumerate(companions, start=1):
            try:
                if data_only:
                    made = _document_alone(each, run, start)
                else:
                    more = place < len(companions)
                    ran = run_companion(each, run, start, seat, keep_kernel=more, on_progress=on_progress)
                    made = assemble_companion(each, run, ran)
                    if exports is not None:
                        exports(made)
            except FiveEnginesError as error:
                if len(companions) == 1:
                    raise
                found.append(SavedCompanion(RenderedCompanion(each, "", {}, problem=str(error)), "", ""))
            else:
                found.append(save_companion(made, store))
    finally:
        seat.stop()
    return found


def _document_alone(companion: Companion, run: RunParameters, start: dt.date | None) -> RenderedCompanion:
    from fiveengines.companions import answers
    from fiveengines.companions.session import Session

    session = Session.load(**run.model_dump(mode="json"), start=start, portfolio=companion.portfolio)
    document = companion_document(session, answers.answer(companion, session))
    files: dict[str, str | bytes] = {document_name(companion.page): json_text(document)}
    return RenderedCompanion(companion, session.as_of.date().isoformat(), files, document=document)
