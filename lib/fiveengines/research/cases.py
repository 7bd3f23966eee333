"""What followed past cases of a condition, against all sessions: counts, means, intervals, hits.

Plain arrays in and out; no condition is defined here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiveengines.base.parameters.research import Bootstrap
from fiveengines.base.parameters.rotation import SampleRules
from fiveengines.research.bootstrap import mean_intervals
from fiveengines.research.samples import effective_sample_size

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Cases:
    """What followed `n` sessions on which a condition held, of which `separate` windows do not overlap.

    mean, usual: in the outcome's unit, after the condition and after any session; low, high: interval of the mean;
    hit, usual_hit: shares above zero. All None without a complete case; low and high also with too few separate ones.
    """

    horizon: int
    n: int
    separate: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    hit: float | None = None
    usual: float | None = None
    usual_hit: float | None = None

    @property
    def differs(self) -> bool:
        """Whether the interval of the mean leaves out what is usual; False where there is no interval."""
        if self.low is None or self.high is None or self.usual is None:
            return False
        return self.low > self.usual or self.high < self.usual

    @property
    def excess(self) -> tuple[float, float, float] | None:
        """Mean and interval (low, high) less what is usual; None where there is no interval."""
        if self.mean is None or self.low is None or self.high is None or self.usual is None:
            return None
        return self.mean - self.usual, self.low - self.usual, self.high - self.usual

    @property
    def leans(self) -> bool:
        """Whether the interval leaves out zero; False where there is no interval."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def one_sign(every: Sequence[Cases]) -> bool:
    """Whether the means of all horizons that have one lie on one side of what is usual."""
    return len({each.mean > (each.usual or 0.0) for each in every if each.mean is not None}) == 1


def forward(closes: pd.Series, horizons: Sequence[int]) -> Array:
    """Simple return over each horizon from each row, per cent.

    closes: (n,) positive, NaN where none. Returns (n, k); NaN where the horizon is not complete or an end has no close.
    """
    values = closes.to_numpy(dtype="float64")
    found = np.full((len(values), len(horizons)), np.nan)
    for at, horizon in enumerate(horizons):
        if horizon < len(values):
            found[:-horizon, at] = 100 * (values[horizon:] / values[:-horizon] - 1)
    return found


def after(
    conditions: Mapping[str, npt.NDArray[np.bool_]], outcomes: Array, rules: SampleRules
) -> dict[str, tuple[Cases, ...]]:
    """What followed each condition, one `Cases` a horizon of `rules`.

    conditions: name → (n,) bool; outcomes: (n, k) per cent, as from `forward`. Sessions are drawn in blocks together
    with their conditions, so that a resample has more or fewer cases, as another history would.
    """
    names = list(conditions)
    known = np.isfinite(outcomes)
    first = int(known.any(axis=1).argmax()) if known.any() else len(outcomes)
    values, known = outcomes[first:], known[first:]
    groups = (
        np.column_stack([conditions[each][first:] for each in names])
        if names
        else np.empty((len(values), 0), dtype=bool)
    )
    low, high = mean_intervals(values, groups, bootstrap_rules(rules))
    found: dict[str, tuple[Cases, ...]] = {}
    for at, name in enumerate(names):
        found[name] = tuple(
            _cases(values[:, k], groups[:, at], horizon, (low[at, k], high[at, k]), rules)
            for k, horizon in enumerate(rules.horizons)
        )
    return found


def main(cases: Sequence[Cases], rules: SampleRules) -> Cases:
    """The one of the horizon that sentences quote."""
    return cases[rules.horizons.index(rules.main_horizon)]


def bootstrap_rules(rules: SampleRules) -> Bootstrap:
    """How means of sessions are resampled."""
    return Bootstrap(
        mean_block_weeks=rules.mean_block_sessions, draws=rules.draws, level=rules.level, seed=rules.seed
    )


def _cases(
    outcome: Array,
    holds: npt.NDArray[np.bool_],
    horizon: int,
    interval: tuple[float, float],
    rules: SampleRules,
) -> Cases:
    known = np.isfinite(outcome)
    rows = np.flatnonzero(holds & known)
    separate = effective_sample_size(rows, horizon)
    if len(rows) == 0:
        return Cases(horizon, 0, 0)
    enough = separate >= rules.fewest_cases and bool(np.isfinite(interval).all())
    return Cases(
        horizon=horizon,
        n=len(rows),
        separate=separate,
        mean=float(outcome[rows].mean()),
        low=float(interval[0]) if enough else None,
        high=float(interval[1]) if enough else None,
        hit=float((outcome[rows] > 0).mean()),
        usual=float(outcome[known].mean()),
        usual_hit=float((outcome[known] > 0).mean()),
    )
