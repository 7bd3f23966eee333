"""One bound notebook, run once in a kernel: what it shows, and the cover and document that it hands back.

Nothing is rendered and nothing is written; the data are read in the kernel.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fiveengines.base import parameters
from fiveengines.base.errors import FiveEnginesError, exit_codes, sentence
from fiveengines.base.parameters import RunParameters
from fiveengines.report import kernel_result
from fiveengines.report.closes import Closes
from fiveengines.report.notebook.bind import tags
from fiveengines.report.notebook.execute import execute
from fiveengines.report.notebook.kernel import Kernel
from fiveengines.report.notebook.outcome import ExecutionResult, Progress, StepFailure
from fiveengines.report.page.cover_context import SOURCES, Failure

import nbformat  # isort: skip

Show = Callable[[int, int, str], None]
_RESULT_ID = "kernel-result"


@dataclass(frozen=True)
class Ran:
    """An executed notebook, what stopped in it, and the cover and the document it handed back.

    Both are None when its set-up failed. `closes`: those of the index, which come with a real week.
    """

    notebook: Any
    failures: tuple[StepFailure, ...]
    cover: Any
    document: dict[str, Any] | None
    closes: Closes | None = None


class KernelSeat:
    """One kernel for several notebooks: started when it is asked for, and again when it has ended."""

    def __init__(self) -> None:
        self._kernel: Kernel | None = None

    def kernel(self, cwd: Path) -> Kernel:
        """A kernel that runs; a new one works in `cwd`."""
        if self._kernel is None or not self._kernel.alive():
            self._kernel = Kernel(cwd=cwd)
        return self._kernel

    def stop(self) -> None:
        """End the kernel, if there is one."""
        kernel, self._kernel = self._kernel, None
        if kernel is not None:
            kernel.stop()


def run_bound(
    bound: Any,
    values: Mapping[str, Any],
    source: str,
    *,
    kernel: Kernel,
    keep_kernel: bool = False,
    on_progress: Callable[[Progress], None] | None = None,
) -> Ran:
    """Execute `bound` with `values` (None means what the notebook's parameters cell says: "").

    `source` is the cell that hands cover and document back (`kernel_result`). A person's mistake in the parameters or
    the data is raised as the one-line error it is.
    """
    plain = {name: value if value is not None else "" for name, value in values.items()}
    try:
        result = execute(
            _with_kernel_result(bound, source),
            plain,
            kernel=kernel,
            keep_kernel=keep_kernel,
            on_progress=on_progress,
            on_cell=_preload_renderer,
            afterwards=kernel_result.KEEP,
        )
    except KeyboardInterrupt:
        kernel.stop()
        raise
    cover, document, closes = _taken_out(result.notebook)
    if cover is None:
        _raise_if_plain(result)
    return Ran(result.notebook, result.failures, cover, document, closes)


def _preload_renderer(cell: Any) -> None:
    """Import and warm up the renderer while the kernel draws, once it is known that something is new to render."""
    from fiveengines.report.page.render import preload

    if cell.id == _RESULT_ID and not any(map(kernel_result.is_repeated, _bodies(cell))):
        threading.Thread(target=preload, daemon=True).start()


def _bodies(cell: Any) -> list[dict[str, Any]]:
    """What the cell that hands a document back displayed."""
    found = (output.get("data", {}).get(kernel_result.MIME) for output in cell.get("outputs", []))
    return [body for body in found if body is not None]


def _with_kernel_result(bound: Any, source: str) -> Any:
    """Add the cell that hands the document back, right after the set-up."""
    last = max(index for index, cell in enumerate(bound.cells) if "setup" in tags(cell))
    cell = nbformat.v4.new_code_cell(source, id=_RESULT_ID)
    cell.metadata.update(bound.cells[last].metadata)
    cell.metadata["tags"] = ["kernel-result"]
    bound.cells.insert(last + 1, cell)
    return bound


def _taken_out(notebook: Any) -> tuple[Any, dict[str, Any] | None, Closes | None]:
    """Remove that cell from the executed notebook and return what it displayed."""
    cover, document, closes = None, None, None
    for cell in [each for each in notebook.cells if each.id == _RESULT_ID]:
        for body in _bodies(cell):
            cover, document, closes = kernel_result.unpack(body)
        if cover is not None:
            notebook.cells.remove(cell)
    return cover, document, closes


def _raise_if_plain(result: ExecutionResult) -> None:
    """A FiveEnginesError in the set-up is for the person to correct: raised as it is, with no report."""
    for failure in result.failures:
        if failure.step == 0 and failure.error_name in exit_codes():
            error = FiveEnginesError(failure.message)
            error.exit_code = exit_codes()[failure.error_name]
            raise error


def asked(run: RunParameters) -> tuple[dt.date, dict[str, Any]]:
    """The date that was asked for, and how a cover names the source."""
    params = parameters.load(run.params_file)
    source, _ = params.source_of(run)
    named = {"source_label": SOURCES[source], "simulated": source == "demo"}
    return run.as_of or params.weekly.as_of or dt.date.today(), named


def as_failures(failures: tuple[StepFailure, ...], last_good: str = "") -> tuple[Failure, ...]:
    """Failures as the cover shows them."""
    return tuple(
        Failure(
            step=f.step,
            title=f.title,
            message=sentence(f.error),
            remedy=f.remedy,
            last_good=last_good,
            traceback=f.traceback,
        )
        for f in failures
    )
