"""Progress on a terminal: one line that moves, and silence where nobody watches."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

Show = Callable[[int, int, str], None]


@contextmanager
def steps(title: str, *, remaining: bool = False) -> Iterator[Show]:
    """Yield `show(done, total, text)`; drawn on stderr, so that stdout stays for results."""
    columns = [TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()]
    if remaining:
        columns.append(TimeRemainingColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task(title, total=None)
        before = 0

        def show(done: int, total: int, text: str) -> None:
            nonlocal before
            if done > before + 1:
                # What was there already took no time and must not enter the estimate.
                progress.reset(task, completed=done, total=total, description=text)
            else:
                progress.update(task, completed=done, total=total, description=text)
            before = done

        yield show
