"""What the panel shows of a week: scores, states, memberships, the call and the target exposure, read off the week.

Plain values and words; nothing is computed and nothing is drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from fiveengines.base.parameters import ENGINES
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.commentary.no_call import NAME as NO_CALL
from fiveengines.model.regimes import NAMES

if TYPE_CHECKING:
    from fiveengines.week import Week


@dataclass(frozen=True)
class EngineShown:
    """One engine: score (None where unknown), state, and whether a person set it."""

    score: float | None
    state: str
    forced: bool


@dataclass(frozen=True)
class Snapshot:
    """One week as the preview needs it; memberships by regime number add to one.

    In a week without a call regime, raw, exposure and style are None and memberships nought.
    """

    engines: Mapping[str, EngineShown]
    memberships: dict[int, float]
    regime: int | None
    raw: int | None
    exposure: float | None
    style: str | None

    @property
    def call(self) -> str:
        """The regime's name, or "No call"."""
        return call_name(self.regime)


def call_name(number: int | None) -> str:
    """A regime's name, or "No call"."""
    return NO_CALL if number is None else NAMES[number]


def snapshot(week: Week) -> Snapshot:
    """The week's values on its own date.

    Reads the frames and not the five step results: those also look for evidence and for what would flip the
    call, which a preview on every key press cannot wait for.
    """
    day, found = week.as_of, week.readings
    engines: dict[str, EngineShown] = {
        name: EngineShown(
            score=_number(found.engines.score, day, name),
            state=str(found.engines.state.at[day, name]),
            forced=bool(found.engines.forced.at[day, name]),
        )
        for name in ENGINES
    }
    shares, called = found.regimes.memberships, bool(found.regimes.known.loc[day])
    return Snapshot(
        engines=engines,
        memberships={number: _number(shares, day, number) or 0.0 for number in NAMES},
        regime=int(found.regimes.confirmed.loc[day]) if called else None,
        raw=int(found.regimes.raw.loc[day]) if called else None,
        exposure=float(found.target_exposure.exposure.loc[day]) if called else None,
        style=str(found.style.loc[day]) if called else None,
    )


def _number(frame: pd.DataFrame, day: pd.Timestamp, column: str | int) -> float | None:
    value = float(frame.at[day, column])  # type: ignore[arg-type]
    return value if math.isfinite(value) else None


def flips(before: Snapshot, after: Snapshot) -> list[str]:
    """What flipped from `before` to `after`, in words, weightiest first; empty when nothing did."""
    lines = []
    if before.regime != after.regime:
        lines.append(f"Regime: {before.call} → {after.call}")
    if before.raw != after.raw and None not in (before.raw, after.raw):
        lines.append(f"This week points to: {call_name(before.raw)} → {call_name(after.raw)}")
    for name in ENGINES:
        old, new = before.engines[name].state, after.engines[name].state
        if old != new:
            lines.append(f"{ENGINE_NAMES[name]}: {old} → {new}")
    if before.style != after.style and before.style is not None and after.style is not None:
        lines.append(f"Style: {before.style.replace('_', ' ')} → {after.style.replace('_', ' ')}")
    return lines
