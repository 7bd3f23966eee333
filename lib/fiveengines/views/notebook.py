"""Comfort inside a notebook: an error is one readable box with its remedy, and a long step says that it works.

Knows IPython and our errors; reads no week and draws no chart.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import Any

from fiveengines.base.errors import FiveEnginesError
from fiveengines.base.fast_imports import BATCH

_BOX = (
    '<div role="alert" style="border-left:4px solid #bd4a17;padding:.6rem 1rem;margin:.4rem 0;'
    'background:rgba(189,74,23,.09);color:inherit;font-family:system-ui,sans-serif">'
    "<strong>This cell stopped.</strong> {message}{remedy}</div>"
)


def ready() -> None:
    """Show our own errors, and a name that no cell has made yet, as one box from now on; does nothing outside IPython.

    Other errors keep their traceback.
    """
    shell = _shell()
    if shell is not None:
        shell.set_custom_exc((FiveEnginesError, NameError), _show)


def box(error: FiveEnginesError) -> str:
    """The error as HTML; whatever was typed into it is shown as text."""
    remedy = f"<br>{escape(error.remedy)}" if error.remedy else ""
    return _BOX.format(message=escape(error.message), remedy=remedy)


@contextmanager
def working(text: str) -> Iterator[None]:
    """Say that a long step is at work, and how long it took; silent where nobody watches."""
    shell = _shell()
    if shell is None or os.environ.get(BATCH):
        yield
        return
    from IPython.display import HTML, display

    started = time.monotonic()
    line = display(HTML(f"<em>{escape(text)} …</em>"), display_id=True)
    yield
    if line is not None:
        line.update(HTML(f"<em>{escape(text)}: {time.monotonic() - started:.0f} s.</em>"))


def _show(
    shell: Any, kind: type[BaseException], error: BaseException, trace: Any, tb_offset: Any = None
) -> list[str]:
    """IPython's hook: the cell still counts as failed, only what is shown differs."""
    if _left_out(error, trace):
        error = FiveEnginesError(
            f"{getattr(error, 'name', '')!r} is not known yet.",
            remedy="Run the cells above first (Run > Run All Above Selected Cell), or check the spelling.",
        )
    if isinstance(error, FiveEnginesError):
        from IPython.display import display

        display({"text/html": box(error), "text/plain": str(error)}, raw=True)
        return [str(error)]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    return []


def _left_out(error: BaseException, trace: Any) -> bool:
    """Whether a cell itself asked for a name that is missing; one missing inside a library is a fault of its own."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = trace.tb_frame.f_globals.get("__name__") if trace is not None else None
    return type(error) is NameError and place == "__main__"


def _shell() -> Any:
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return None
    return get_ipython()
