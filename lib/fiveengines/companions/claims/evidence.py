"""What a test of a claim found, and the one rule that turns it into a verdict.

The rule is the same for every claim: true when every window shows it, false when none does, depends when some do,
untestable when there is nothing to show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["true", "false", "depends", "untestable"]


class UntestableError(Exception):
    """A claim that the data at hand cannot decide; the text says what it waits for."""


@dataclass(frozen=True)
class Window:
    """One window, horizon or definition: its figure, how many cases are behind it, its interval where it has one, and
    whether it shows the claim."""

    window: str
    figure: float
    shows: bool
    n: int = 1
    low: float | None = None
    high: float | None = None


def verdict(windows: Sequence[Window]) -> Verdict:
    """The verdict that the windows earn."""
    if not windows:
        return "untestable"
    shown = sum(each.shows for each in windows)
    return "true" if shown == len(windows) else "depends" if shown else "false"
