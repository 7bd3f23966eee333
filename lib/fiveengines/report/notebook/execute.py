"""Run a bound notebook once through papermill and say exactly what happened to every cell.

Takes validated plain parameters; validates nothing, draws nothing and computes no reading.
"""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fiveengines.base import fast_imports  # noqa: F401  (before papermill and nbformat: see there)
from fiveengines.base.errors import ParameterError
from fiveengines.report.notebook.bind import tags
from fiveengines.report.notebook.kernel import Kernel
from fiveengines.report.notebook.outcome import ExecutionResult, Progress, StepFailure

CELL_TIMEOUT = 300.0


def execute(
    notebook: Any,
    parameters: Mapping[str, Any],
    *,
    kernel: Kernel | None = None,
    cwd: Path | None = None,
    cell_timeout: float = CELL_TIMEOUT,
    on_progress: Callable[[Progress], None] | None = None,
    on_cell: Callable[[Any], None] | None = None,
    keep_kernel: bool = False,
    afterwards: str = "",
) -> ExecutionResult:
    """Run `notebook` (from `bind`) in one kernel and return it with its outputs; the argument is left as it was.

    `parameters` are plain JSON values that the caller has already validated; anything else raises ParameterError before
    a cell runs. `kernel` may have been started earlier to save waiting; it is stopped here, unless `keep_kernel` and it
    still answers: then its names are cleared and it runs the next notebook as a fresh one would. A failing cell ends
    its own step and the next step still runs, in a new kernel when the old one died or hung; a failing shared cell
    ends everything. `on_cell` is called with each executed cell. When every cell came to
    its end, `afterwards` runs unseen. Every cell says in metadata.papermill.status: completed, failed or skipped.
    """
    values = _plain(parameters)
    kernel = kernel or Kernel(cwd=cwd)
    stays = False
    try:
        from papermill.engines import papermill_engines
        from papermill.parameterize import parameterize_notebook

        from fiveengines.report.notebook.step_engine import ENGINE, StepEngine

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
            on_cell=on_cell,
            failures=failures,
        )
        if afterwards and not failures:
            kernel.run(afterwards, cell_timeout)
        stays = keep_kernel and all(each.kind == "error" for each in failures) and kernel.reset()
    except KeyboardInterrupt:
        kernel.forget()
        raise
    finally:
        if not stays:
            kernel.stop()
    done.metadata.pop("widgets", None)
    return ExecutionResult(notebook=done, failures=tuple(failures))


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
