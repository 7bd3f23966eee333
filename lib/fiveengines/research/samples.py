"""How many cases a figure really rests on, and the words for it when they are few.

Counts only; no figure is computed here.
"""

from __future__ import annotations

import numpy as np

# Below ten cases that do not overlap, one of them moves a mean by more than a tenth of itself.
SMALL = 10


def effective_sample_size(positions: np.ndarray, gap: int) -> int:
    """How many of the ascending week numbers can be kept with at least `gap` from each to the next."""
    kept, last = 0, -(10**9)
    for position in positions:
        if position - last >= gap:
            kept, last = kept + 1, int(position)
    return kept


def is_small(cases: int) -> bool:
    """True when a figure rests on fewer than ten separate cases."""
    return cases < SMALL


def words(weeks: int, cases: int) -> str:
    """For the table's last column: how much weight a figure can bear."""
    if weeks == 0:
        return "never happened here"
    counted = f"{weeks} {'week' if weeks == 1 else 'weeks'}, {cases} not overlapping"
    return f"small sample: {counted}" if is_small(cases) else counted
