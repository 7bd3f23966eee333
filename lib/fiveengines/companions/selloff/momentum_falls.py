"""Falls of the momentum factor, each from the day it was first known, and what followed.

Pure functions of frames; counts and intervals stand beside each mean.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiveengines.base.parameters.research import Bootstrap
from fiveengines.companions.selloff.result import Outcome
from fiveengines.research.bootstrap import independent_interval
from fiveengines.research.forward_returns import first_rows

Rows = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Fall:
    """One fall: row on which it first reached the threshold, and its worst, in %."""

    crossed: int
    worst: float


def falls(drawdown: pd.Series, threshold: float, quiet: int) -> list[Fall]:
    """Falls beyond `threshold` per cent; a crossing within `quiet` rows after one belongs to the same fall.

    drawdown: (n,) % (0 or negative), NaN where unknown. The day of crossing is the first that anyone could know of it.
    """
    values = drawdown.to_numpy(dtype="float64")
    below = np.isfinite(values) & (values <= -threshold)
    firsts = first_rows(below, quiet)
    return [
        Fall(int(first), float(np.nanmin(values[first:following])))
        for first, following in zip(firsts, [*firsts, len(values)][1:], strict=True)
    ]


def after(level: npt.NDArray[np.float64], row: int, sessions: int) -> float | None:
    """Simple return in per cent over the `sessions` after `row`; None where it is not complete. level: (n,)
    positive.
    """
    if row + sessions >= len(level):
        return None
    change = level[row + sessions] / level[row] - 1.0
    return float(100.0 * change) if np.isfinite(change) else None


def outcome(level: pd.Series, rows: Sequence[int] | Rows, sessions: int, rules: Bootstrap) -> Outcome:
    """What followed `rows` over `sessions`, against all rows; complete cases only.

    level: (n,) positive, NaN where unknown. The interval resamples the cases; it is None with fewer than three.
    """
    values = level.to_numpy(dtype="float64")
    known = [each for row in rows if (each := after(values, int(row), sessions)) is not None]
    every = 100.0 * (values[sessions:] / values[: max(len(values) - sessions, 0)] - 1.0)
    every = every[np.isfinite(every)]
    low = high = None
    if len(known) >= 3:
        low, high = independent_interval(np.array(known), rules)
    return Outcome(
        sessions=sessions,
        cases=len(known),
        mean=float(np.mean(known)) if known else None,
        low=low,
        high=high,
        share_up=float(np.mean([each > 0 for each in known])) if known else None,
        usual=float(every.mean()) if len(every) else None,
        usual_up=float((every > 0).mean()) if len(every) else None,
    )
