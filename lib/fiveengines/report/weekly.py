"""One week from parameters to a folder: bind the notebooks, run them once, render, write.

The week is read in the notebook's kernel; this process needs neither data nor pandas.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fiveengines.base import parameters, paths
from fiveengines.base.errors import FiveEnginesError, NotebookError, exit_codes, sentence
from fiveengines.base.parameters import RunParameters
from fiveengines.report import kernel_result
from fiveengines.report.notebook.bind import bind, tags
from fiveengines.report.notebook.execute import execute
from fiveengines.report.notebook.kernel import Kernel
from fiveengines.report.notebook.outcome import ExecutionResult, Progress, StepFailure
from fiveengines.report.page.cover_context import CoverContext, Failure
from fiveengines.report.reading_json import files_line
from fiveengines.report.saving import FAILED, NOTEBOOK, PAGE, READING, newest_day, save_week
from fiveengines.report.store import ReportStore, report_store

import nbformat  # isort: skip

Show = Callable[[int, int, str], None]
# Exit code of a week whose page is whole but has no call.
NO_CALL = 3
_RESULT_ID = "reading-of-the-week"


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


@dataclass(frozen=True)
class SavedReport:
    """What a run left behind: its folder inside OUT, and `failures`, empty when every step ran to its end.

    `address` is the page's own on the web when the archive is published; `files` counts a files directory's files.
    """

    inside: str
    folder: str
    page: str
    cover: CoverContext | None
    failures: tuple[StepFailure, ...]
    address: str = ""
    files: str = ""

    def published_at(self, base_url: str) -> SavedReport:
        """The same with the page's address in an archive published at `base_url`, if any."""
        return replace(self, address=f"{base_url}/{self.inside}/{PAGE}") if base_url else self

    def report_to_terminal(self) -> int:
        """Say what happened and what to open; returns the exit code."""
        for each in self.failures:
            print(f"fiveengines: {sentence(each.summary)} {each.remedy}", file=sys.stderr)
        call = self.cover.regime if self.cover is not None and not self.failures else None
        if self.cover is not None and call is not None and call.number is None:
            said = f"{call.name}. {call.narrative} {call.last_call}"
            print(f"fiveengines: {self.cover.week}: {said}", file=sys.stderr)
        elif self.cover is not None and call is not None:
            print(f"{self.cover.week}: {call.name}. {call.narrative}")
        if self.files:
            print(self.files)
        print(f"Open {self.page}")
        return 1 if self.failures else NO_CALL if call is not None and call.number is None else 0


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
    *,
    kernel: Kernel | None = None,
    keep_kernel: bool = False,
    on_progress: Show | None = None,
) -> tuple[ExecutionResult, CoverContext | None, dict[str, Any] | None]:
    """Execute the bound notebook with `run`; returns the result, the cover and reading.json (None when set-up failed).

    Where the report will be saved is not part of a reading, and an address may hold a password: the notebook does not
    get it.
    A person's mistake in the parameters or the data is raised as the one-line error it is.
    """
    kernel = kernel or Kernel(cwd=paths.notebooks_dir() / "weekly")
    try:
        result = _executed(run, kernel, keep_kernel, on_progress)
    except KeyboardInterrupt:
        kernel.stop()
        raise
    cover, reading = _taken_out(result.notebook)
    if cover is None:
        _raise_if_plain(result)
    return result, cover, reading


def _executed(
    run: RunParameters, kernel: Kernel, keep_kernel: bool, on_progress: Show | None
) -> ExecutionResult:
    """The bound notebook, executed in `kernel`, which starts meanwhile."""
    from fiveengines.report.page.render import preload

    # Importing and warming up the renderer costs a second that the kernel's own start-up hides.
    threading.Thread(target=preload, daemon=True).start()
    bound = _with_kernel_result(bind(step_notebooks()))
    plain = run.model_copy(update={"out_dir": None}).model_dump(mode="json")
    values = {name: value if value is not None else "" for name, value in plain.items()}

    def show(progress: Progress) -> None:
        if on_progress is not None:
            text = f"{progress.step} · {progress.title}" if progress.step else "Reading the week"
            on_progress(progress.index - 1, progress.total, text)

    return execute(bound, values, kernel=kernel, keep_kernel=keep_kernel, on_progress=show)


def _with_kernel_result(bound: Any) -> Any:
    """Add the cell that hands the reading back, right after the week is loaded."""
    last = max(index for index, cell in enumerate(bound.cells) if "setup" in tags(cell))
    cell = nbformat.v4.new_code_cell(kernel_result.SOURCE, id=_RESULT_ID)
    cell.metadata.update(bound.cells[last].metadata)
    cell.metadata["tags"] = ["kernel-result"]
    bound.cells.insert(last + 1, cell)
    return bound


def _taken_out(notebook: Any) -> tuple[CoverContext | None, dict[str, Any] | None]:
    """Remove that cell from the executed notebook and return what it displayed."""
    cover, reading = None, None
    for cell in [each for each in notebook.cells if each.id == _RESULT_ID]:
        for output in cell.get("outputs", []):
            body = output.get("data", {}).get(kernel_result.MIME)
            if body is not None:
                cover, reading = kernel_result.unpack(body)
        if cover is not None:
            notebook.cells.remove(cell)
    return cover, reading


def _raise_if_plain(result: ExecutionResult) -> None:
    """A FiveEnginesError while the week was loaded is for the person to correct: raised as it is, with no report."""
    for failure in result.failures:
        if failure.step == 0 and failure.error_name in exit_codes():
            error = FiveEnginesError(failure.message)
            error.exit_code = exit_codes()[failure.error_name]
            raise error


def failed_cover(run: RunParameters, failures: tuple[StepFailure, ...]) -> CoverContext:
    """The cover of a week that could not be read at all, under the reading date it was asked for."""
    from fiveengines.data import calendars
    from fiveengines.report.page.cover import SOURCES

    params = parameters.load(run.params_file)
    asked = min(run.as_of or params.weekly.as_of or dt.date.today(), calendars.last_completed_friday())
    source, _ = params.source_of(run)
    return CoverContext(
        week=calendars.reading_date(asked).date(),
        source_label=SOURCES[source],
        simulated=source == "demo",
        regime=None,
        failures=as_failures(failures),
    )


def as_failures(failures: tuple[StepFailure, ...], last_good: str = "") -> tuple[Failure, ...]:
    """Failures as the cover shows them."""
    return tuple(
        Failure(
            step=f.step,
            title=f.title,
            message=sentence(f"{f.error_name}: {f.message}" if f.message else f.error_name),
            remedy=f.remedy,
            last_good=last_good,
            traceback=f.traceback,
        )
        for f in failures
    )


def assemble(
    run: RunParameters,
    result: ExecutionResult,
    cover: CoverContext | None,
    reading: dict[str, Any] | None,
    *,
    last_good: Callable[[], str | None],
) -> RenderedReport:
    """The files of a week that has run; its kernel may work on another one meanwhile."""
    from fiveengines.report.page.render import render

    if cover is None or reading is None:
        cover, reading = failed_cover(run, result.failures), None
    if result.failures:
        note = _last_good(reading, last_good())
        cover = replace(cover, failures=as_failures(result.failures, last_good=note))
    files: dict[str, str | bytes] = {
        NOTEBOOK: nbformat.writes(result.notebook) + "\n",
        PAGE: render(result.notebook, cover),
    }
    if reading is not None:
        files[READING] = json.dumps(reading, ensure_ascii=False, indent=1) + "\n"
    day = reading["as_of"] if reading is not None else cover.week.isoformat()
    return RenderedReport(day, files, reading, cover, result.failures)


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

    A whole week takes the page of its own earlier failure away.
    """
    folder = save_week(store, made.day, made.files, failed=bool(made.failures))
    if not made.failures:
        store.remove(f"{FAILED}/{made.day}")
    trust(made.files[NOTEBOOK])
    inside = f"{FAILED}/{made.day}" if made.failures else made.day
    files = files_line(made.reading) if made.reading else ""
    return SavedReport(inside, folder, f"{folder}/{PAGE}", made.cover, made.failures, files=files)


def write_week(
    run: RunParameters,
    *,
    kernel: Kernel | None = None,
    on_progress: Show | None = None,
    exports: Callable[[RenderedReport], None] | None = None,
) -> SavedReport:
    """Make one week's report and put it into its folder; the caller rebuilds the archive's index after it.

    A run in which a step failed goes to OUT/failed/<date> with a page that says what happened; the report in
    the week's own folder is not touched. `exports` may add files to a rendered week before it is saved.
    """
    store = report_store(run.out_dir)
    ran = run_week(run, kernel=kernel, on_progress=on_progress)
    made = assemble(run, *ran, last_good=lambda: newest_day(store))
    if exports is not None:
        exports(made)
    return save(made, store)


def trust(notebook: str | bytes) -> None:
    """Sign an executed notebook, so that JupyterLab shows its tables and charts when it is opened."""
    from nbformat.sign import NotebookNotary

    text = notebook if isinstance(notebook, str) else notebook.decode("utf-8")
    NotebookNotary().sign(nbformat.reads(text, as_version=4))
