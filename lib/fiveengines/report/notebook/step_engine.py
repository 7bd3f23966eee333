"""Papermill's engine for bound notebooks: a failing cell ends its step, not the week; every cell has its true status.

Only papermill's and nbclient's machinery; imported late because both take a while to load.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from papermill.clientwrap import PapermillNotebookClient
from papermill.engines import Engine
from papermill.exceptions import strip_color

from fiveengines.base.errors import NotebookError
from fiveengines.report.notebook.bind import step_of, step_titles, tags
from fiveengines.report.notebook.kernel import Kernel
from fiveengines.report.notebook.outcome import Progress, StepFailure

ENGINE = "fiveengines"
SKIPPED = "skipped"
_PATIENCE = 300.0


class StepClient(PapermillNotebookClient):  # type: ignore[misc]
    """Runs cells step by step and records failures instead of raising them."""

    def __init__(
        self,
        manager: Any,
        *,
        kernel: Kernel,
        failures: list[StepFailure],
        on_progress: Callable[[Progress], None] | None,
        on_cell: Callable[[Any], None] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(manager, km=kernel.manager, **options)
        self.kernel = kernel
        self.failures = failures
        self.on_progress = on_progress
        self.on_cell = on_cell
        self.stopped: set[int] = set()
        self.over = False

    def papermill_execute_cells(self) -> None:
        """Execute every cell whose step has not failed; the rest are marked skipped."""
        code = [index for index, cell in enumerate(self.nb.cells) if cell.cell_type == "code"]
        places = {index: place for place, index in enumerate(code, start=1)}
        titles = step_titles(self.nb)
        for index, cell in enumerate(self.nb.cells):
            step = step_of(cell)
            if self.over or step in self.stopped:
                cell.metadata.papermill["status"] = SKIPPED
                continue
            if self.on_progress and index in places:
                title = titles.get(step, "Set-up")
                self.on_progress(Progress(index=places[index], total=len(code), step=step, title=title))
            self._run(cell, index, step)
            if self.on_cell:
                self.on_cell(self.nb.cells[index])

    def _run(self, cell: Any, index: int, step: int) -> None:
        self.nb_man.cell_start(cell, index)
        try:
            self.execute_cell(cell, index)
        except CellTimeoutError:
            self._fail(cell, index, step, "timeout", "TimeoutError", f"no end after {self.timeout:g} seconds")
            if not self.kernel.interrupt():
                self._go_on_in_another_kernel(index)
        except DeadKernelError:
            self._fail(
                cell, index, step, "dead", "DeadKernelError", "the Python kernel ended while this cell ran"
            )
            self._go_on_in_another_kernel(index)
        except CellExecutionError as problem:
            self._fail(cell, index, step, "error", problem.ename, problem.evalue)
        finally:
            self.nb_man.cell_complete(self.nb.cells[index], cell_index=index)

    def _go_on_in_another_kernel(self, index: int) -> None:
        """Run the shared cells in a new kernel, so that later steps can run; without that it is over."""
        later = (step_of(cell) for cell in self.nb.cells[index + 1 :])
        if self.over or not any(step not in self.stopped for step in later):
            self.over = True
            return
        shared = [
            cell.source
            for cell in self.nb.cells[:index]
            if cell.cell_type == "code" and step_of(cell) == 0 and "kernel-result" not in tags(cell)
        ]
        try:
            self.kernel.restart()
            self.kc = self.kernel.connect()
        except NotebookError:
            self.over = True
            return
        self.over = not all(self.kernel.run(source, self.timeout or _PATIENCE) for source in shared)

    def _fail(self, cell: Any, index: int, step: int, kind: str, name: str, message: str) -> None:
        self.nb_man.cell_exception(cell, cell_index=index)
        errors = [output for output in cell.outputs if output.output_type == "error"]
        if errors and kind == "error":
            # When showing an object fails, the output names the error and the kernel's reply does not.
            name, message = errors[0].ename, errors[0].evalue
        message = strip_color(str(message)).strip()
        if not errors:
            cell.outputs.append(nbformat.v4.new_output("error", ename=name, evalue=message, traceback=[]))
        self.stopped.add(step)
        self.over = self.over or step == 0
        self.failures.append(
            StepFailure(
                step=step,
                title=step_titles(self.nb).get(step, "Set-up"),
                notebook=cell.metadata.get("fiveengines", {}).get("notebook", ""),
                kind=kind,
                error_name=name,
                message=message.splitlines()[0] if message else "",
                traceback=strip_color("\n".join(line for error in errors for line in error.traceback)),
            )
        )


class StepEngine(Engine):  # type: ignore[misc]
    """Papermill engine that hands a running kernel to StepClient."""

    @classmethod
    def execute_managed_notebook(
        cls,
        nb_man: Any,
        kernel_name: str,
        *,
        kernel: Kernel,
        failures: list[StepFailure],
        on_progress: Callable[[Progress], None] | None = None,
        on_cell: Callable[[Any], None] | None = None,
        execution_timeout: float | None = None,
        **_: Any,
    ) -> Any:
        """Connect to the kernel and run the notebook; failures are appended to `failures`."""
        client = StepClient(
            nb_man,
            kernel=kernel,
            failures=failures,
            on_progress=on_progress,
            on_cell=on_cell,
            timeout=None if execution_timeout is None else max(1, round(execution_timeout)),
            kernel_name=kernel_name,
            store_widget_state=False,
        )
        client.reset_execution_trackers()
        client.kc = kernel.connect()
        client.papermill_execute_cells()
        return client.nb
