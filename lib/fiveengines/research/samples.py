"""How many cases a figure really rests on, and the label of its sample.

Counts only; no figure is computed here.
"""

from __future__ import annotations

import numpy as np

from fiveengines.base.formats import counted


def effective_sample_size(positions: np.ndarray, horizon: int) -> int:
    """How many windows of `horizon` weeks from the ascending week numbers `positions`, (n,) int, do not overlap."""
    count, last = 0, -horizon
    for position in positions:
        if position - last >= horizon:
            count, last = count + 1, int(position)
    return count


def sample(cases: int, text: str, small_sample: int) -> dict[str, object]:
    """The columns `small` and `sample` of a table: whether `cases` are too few, and `text` that says so."""
    small = cases < small_sample
    return {"small": small, "sample": f"small sample: {text}" if small else text}


def overlapping_sample(
    positions: np.ndarray, horizon: int, noun: str, small_sample: int
) -> dict[str, object]:
    """`sample` for windows of `horizon` weeks that begin at `positions`, with their `effective_sample_size`."""
    cases = effective_sample_size(positions, horizon)
    if len(positions) == 0:
        return {"effective_sample_size": 0, "small": True, "sample": "never happened here"}
    text = f"{counted(len(positions), noun)}, {cases} not overlapping"
    return {"effective_sample_size": cases} | sample(cases, text, small_sample)
