"""Small against large caps: the ratio, what the yield curve did, and what followed such moves before.

Counts against all sessions; whether anything follows is for the interval to say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.parameters.rotation import SampleRules
from fiveengines.companions.rotation.implied_realized import percentile_of
from fiveengines.indicators.transforms import pct_change
from fiveengines.research import cases
from fiveengines.research.cases import Cases


@dataclass(frozen=True)
class Ratio:
    """The ratio on the session, its change in per cent, the curve's move, the surprises' state, and past cases.

    by_curve: cases of the same curve move; by_both: of the same move with surprises in the same state. every_move: all
    named moves. explained: share of the small index's variance that the large one explains over the last quarter.
    """

    small: str
    large: str
    level: float
    change_pct: float
    percentile: float | None
    curve_move: str | None
    surprise_state: str | None
    by_curve: tuple[Cases, ...]
    by_both: tuple[Cases, ...]
    every_move: dict[str, tuple[Cases, ...]]
    explained: float | None
    ratio_volatility: float | None
    large_volatility: float | None


def measure(
    small: pd.Series,
    large: pd.Series,
    curve: pd.Series,
    surprises: pd.Series,
    change_sessions: int,
    variance_sessions: int,
    samples: SampleRules,
) -> Ratio | None:
    """The ratio on the last session; None where it has no value now or over the change's window.

    small, large: (n,) closes, each named; curve: (n,) names of the curve's move, NaN where unknown; surprises: (n,)
    states of the surprise index, NaN where unknown; all on the same sessions.
    """
    ratio = (small / large).dropna()
    change = pct_change(ratio, change_sessions)
    if ratio.empty or ratio.index[-1] != small.index[-1] or not np.isfinite(change.iloc[-1]):
        return None
    moves, states = curve.reindex(ratio.index), surprises.reindex(ratio.index)
    outcomes = cases.forward(ratio, samples.horizons)
    move, state = _text(moves.iloc[-1]), _text(states.iloc[-1])
    named = sorted({str(each) for each in moves.dropna().unique()})
    conditions = {name: (moves == name).to_numpy(dtype=bool) for name in named}
    both = conditions[move] & (states == state).to_numpy(dtype=bool) if move and state else None
    asked = conditions if both is None else {**conditions, "both": both}
    followed = cases.after(asked, outcomes, samples)
    explained, beside, alone = _variance(small, large, variance_sessions)
    return Ratio(
        small=str(small.name),
        large=str(large.name),
        level=float(ratio.iloc[-1]),
        change_pct=float(change.iloc[-1]),
        percentile=percentile_of(change, samples.fewest_sessions),
        curve_move=move,
        surprise_state=state,
        by_curve=followed[move] if move else (),
        by_both=followed["both"] if both is not None else (),
        every_move={name: followed[name] for name in named},
        explained=explained,
        ratio_volatility=beside,
        large_volatility=alone,
    )


def outcome_by(
    states: Mapping[str, np.ndarray], closes: pd.Series, samples: SampleRules
) -> dict[str, tuple[Cases, ...]]:
    """What `closes` did after each state; states: name → (n,) bool on the index of closes."""
    return cases.after(states, cases.forward(closes, samples.horizons), samples)


def _variance(
    small: pd.Series, large: pd.Series, window: int
) -> tuple[float | None, float | None, float | None]:
    """R² of small on large, volatility of their ratio, and of large alone (annualised %), over the last `window`
    returns.
    """
    both = pd.concat([small, large], axis=1, sort=False).dropna().tail(window + 1).to_numpy(dtype="float64")
    logs = np.diff(np.log(both), axis=0)
    if len(logs) < window or not np.isfinite(logs).all():
        return None, None, None
    a, b = logs[:, 0], logs[:, 1]
    yearly = 100 * np.sqrt(252)
    spread = a.std() * b.std()
    explained = float(np.corrcoef(a, b)[0, 1] ** 2) if spread > 0 else None
    return explained, float(yearly * (a - b).std(ddof=1)), float(yearly * b.std(ddof=1))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
