"""Run a bound notebook once through papermill and say exactly what happened to every cell.

Takes validated plain parameters; validates nothing, draws nothing and computes no reading.
"""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fiveengines.base import fast_imports  # noqa: F401  (before papermill and nbformat: see there)
from fiveengines.base.errors import NotebookError, ParameterError, exit_codes
from fiveengines.report.bind import step_of, step_titles, tags
from fiveengines.report.kernel import Kernel

CELL_TIMEOUT = 300.0
_REMEDIES = {
    "timeout": "Raise the time limit, or run the step alone in JupyterLab to see what takes so long.",
    "dead": "The kernel ended, often for want of memory; close other programs and run the week again.",
    "memory": "There was too little memory; close other programs and run the week again.",
    "plain": "Then run the week again.",
}


@dataclass(frozen=True)
class Progress:
    """One cell is about to run: `index` of `total` code cells (from 1), in `step` (0: shared set-up) titled `title`."""

    index: int
    total: int
    step: int
    title: str


@dataclass(frozen=True)
class StepFailure:
    """What stopped one step. `kind` is error, timeout or dead; `step` 0 is the shared set-up.

    `notebook` is the stem of the file the cell comes from.
    """

    step: int
    title: str
    cell_id: str
    kind: str
    error_name: str
    message: str
    traceback: str
    notebook: str = ""

    @property
    def summary(self) -> str:
        """One line for a person."""
        where = f"step {self.step}, {self.title}" if self.step else "the shared set-up"
        return (
            f"{where}: {self.error_name}: {self.message}" if self.message else f"{where}: {self.error_name}"
        )

    @property
    def remedy(self) -> str:
        """What to do about it; an error of our own says that itself."""
        if self.kind == "error" and self.error_name == "MemoryError":
            return _REMEDIES["memory"]
        if self.kind == "error" and self.error_name in exit_codes():
            return _REMEDIES["plain"]
        if self.kind == "error":
            where = f"notebooks/weekly/{self.notebook}.ipynb" if self.notebook else "the step's notebook"
            return f"Open {where} with `fiveengines lab`, run all its cells, and mend the one that stops."
        return _REMEDIES[self.kind]


@dataclass(frozen=True)
class ExecutionResult:
    """The executed notebook and what failed in it, in order; `ok` when nothing did."""

    notebook: Any
    failures: tuple[StepFailure, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """Whether every cell ran to its end."""
        return not self.failures

    @property
    def failed_step(self) -> int | None:
        """The first step that failed, or None."""
        return self.failures[0].step if self.failures else None

    @property
    def error(self) -> str | None:
        """One line on the first failure, or None."""
        return self.failures[0].summary if self.failures else None

    @property
    def failed_steps(self) -> tuple[int, ...]:
        """Steps that did not run to their end; a failed set-up takes every step with it."""
        if any(failure.step == 0 for failure in self.failures):
            return tuple(step_titles(self.notebook))
        return tuple(dict.fromkeys(failure.step for failure in self.failures))


def execute(
    notebook: Any,
    parameters: Mapping[str, Any],
    *,
    kernel: Kernel | None = None,
    cwd: Path | None = None,
    cell_timeout: float = CELL_TIMEOUT,
    on_progress: Callable[[Progress], None] | None = None,
    keep_kernel: bool = False,
) -> ExecutionResult:
    """Run `notebook` (from `bind`) in one kernel and return it with its outputs; the argument is left as it was.

    `parameters` are plain JSON values that the caller has already validated; anything else raises ParameterError before
    a cell runs. `kernel` may have been started earlier to save waiting; it is stopped here, unless `keep_kernel` and it
    still answers: then its names are cleared and it runs the next notebook as a fresh one would. A failing cell ends
    its own step and the next step still runs, in a new kernel when the old one died or hung; a failing shared cell
    ends everything. Every cell says in metadata.papermill.status: completed, failed or skipped.
    """
    values = _plain(parameters)
    kernel = kernel or Kernel(cwd=cwd)
    kept = False
    try:
        from papermill.engines import papermill_engines
        from papermill.parameterize import parameterize_notebook

        from fiveengines.report.step_engine import ENGINE, StepEngine

        logging.getLogger("papermill").setLevel(logging.ERROR)
        logging.getLogger("traitlets").setLevel(logging.CRITICAL)
        template = copy.deepcopy(notebook)
        template.metadata[
            "papermill"
        ] = {}  # papermill's own loader makes it; a bound notebook never meets that
        prepared = parameterize_notebook(
            template, values, comment="This week", kernel_name="python3", language="python"
        )
        _name_injected_cell(prepared)
        papermill_engines.register(ENGINE, StepEngine)
        failures: list[StepFailure] = []
        done = papermill_engines.execute_notebook_with_engine(
            ENGINE,
            prepared,
            kernel_name="python3",
            progress_bar=False,
            kernel=kernel,
            execution_timeout=cell_timeout,
            on_progress=on_progress,
            failures=failures,
        )
        kept = keep_kernel and all(each.kind == "error" for each in failures) and kernel.reset()
    except KeyboardInterrupt:
        kernel.forget()
        raise
    finally:
        if not kept:
            kernel.stop()
    done.metadata.pop("widgets", None)
    return ExecutionResult(notebook=done, failures=tuple(failures))


def require_ok(result: ExecutionResult) -> None:
    """NotebookError with the first failure and its remedy, unless everything ran."""
    if result.failures:
        first = result.failures[0]
        raise NotebookError(first.summary, remedy=first.remedy)


def _plain(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Papermill turns what it does not know into text without a word; so only what JSON carries unchanged passes."""
    for name, value in parameters.items():
        try:
            same = json.loads(json.dumps(value, allow_nan=False)) == value
        except (TypeError, ValueError):
            same = False
        if not same or type(value) not in {str, int, float, bool, list, dict, type(None)}:
            raise ParameterError(
                f"parameter {name}: {value!r} ({type(value).__name__}) is not a plain text, number, switch or list"
            )
    return dict(parameters)


def _name_injected_cell(notebook: Any) -> None:
    """Give papermill's own cell a stable id in place of a random one."""
    for cell in notebook.cells:
        if "injected-parameters" in tags(cell):
            cell.id = "injected-parameters"


__all__ = ["CELL_TIMEOUT", "ExecutionResult", "Progress", "StepFailure", "execute", "require_ok", "step_of"]
