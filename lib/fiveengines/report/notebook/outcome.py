"""What running a bound notebook reports: progress while it runs, what stopped a step, and the executed notebook.

Plain records; no kernel, no papermill.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fiveengines.base.errors import exit_codes

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

    `notebook` is the file the cell comes from, as folder/stem.
    """

    step: int
    title: str
    kind: str
    error_name: str
    message: str
    traceback: str
    notebook: str = ""

    @property
    def error(self) -> str:
        """The error with its message."""
        return f"{self.error_name}: {self.message}" if self.message else self.error_name

    @property
    def summary(self) -> str:
        """One line for a person."""
        where = f"step {self.step}, {self.title}" if self.step else "the shared set-up"
        return f"{where}: {self.error}"

    @property
    def remedy(self) -> str:
        """What to do about it; an error of our own contains it already."""
        if self.kind == "error" and self.error_name == "MemoryError":
            return _REMEDIES["memory"]
        if self.kind == "error" and self.error_name in exit_codes():
            return _REMEDIES["plain"]
        if self.kind == "error":
            where = f"notebooks/{self.notebook}.ipynb" if self.notebook else "the step's notebook"
            return f"Open {where} with `fiveengines lab`, run all its cells, and correct the one that stops."
        return _REMEDIES[self.kind]


@dataclass(frozen=True)
class ExecutionResult:
    """The executed notebook and what failed in it, in order."""

    notebook: Any
    failures: tuple[StepFailure, ...] = field(default=())
