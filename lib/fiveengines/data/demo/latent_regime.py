"""The hidden sequence of the five regimes: spells drawn one by one, and where in its spell a session is.

No series is built here; the other rooms of the demo read a `LatentRegime` and nothing else sets the market's state.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fiveengines.data.demo.random_paths import Floats, stream

# Usual spell in weeks, its spread (of the logarithm), shortest and longest: regimes 1 to 5.
_WEEKS = ((40, 0.40, 12, 90), (20, 0.35, 9, 40), (16, 0.40, 6, 36), (12, 0.35, 6, 26), (7, 0.20, 5, 10))
# Probability of the next regime, given this one: a crisis comes out of risk-off, now and then from nowhere.
_NEXT = (
    (0.00, 0.50, 0.27, 0.18, 0.05),
    (0.08, 0.00, 0.30, 0.50, 0.12),
    (0.43, 0.10, 0.00, 0.45, 0.02),
    (0.25, 0.00, 0.30, 0.00, 0.45),
    (0.60, 0.00, 0.30, 0.10, 0.00),
)
_NEVER = 100_000
_WARNING = 20
# What sets off a spell of risk-off, in turn, so that a few years have every kind; and for how many sessions it acts.
CAUSES = ("rates", "credit", "rates", "positioning")
_ACTS = 30


@dataclass(frozen=True)
class LatentRegime:
    """The truth on each session, all (n,): regime 1-5, sessions since its spell began and until it ends.

    `since_crisis` counts sessions since the last crisis, very many before the first. `cause` is what sets off the
    spell if it is one of risk-off, one of CAUSES.
    """

    sessions: pd.DatetimeIndex
    regime: NDArray[np.int64]
    age: NDArray[np.int64]
    left: NDArray[np.int64]
    since_crisis: NDArray[np.int64]
    cause: NDArray[np.str_]

    def __len__(self) -> int:
        return len(self.regime)

    def level(self, *by_regime: float) -> Floats:
        """The value of `by_regime` (five numbers) that belongs to each session, (n,)."""
        return np.asarray(by_regime, dtype=float)[self.regime - 1]

    def set_off_by(self, cause: str) -> NDArray[np.bool_]:
        """Whether a session is in a spell of risk-off that `cause`, one of CAUSES, set off, (n,)."""
        return np.asarray((self.regime == 4) & (self.cause == cause))

    def acting(self, cause: str) -> NDArray[np.bool_]:
        """Whether `cause` acts on a session: the first six weeks of a spell that it set off, (n,)."""
        return np.asarray(self.set_off_by(cause) & (self.age < _ACTS))

    @property
    def warning(self) -> Floats:
        """0 to 1 over the last four weeks of a fragile melt-up, else 0, (n,)."""
        late = (self.regime == 2) & (self.left <= _WARNING)
        return np.where(late, 1.0 - self.left / (_WARNING + 1), 0.0)

    @property
    def rebound(self) -> Floats:
        """1 on the session after a crisis, fading over about three months, (n,)."""
        return np.where(self.regime == 5, 0.0, np.exp(-self.since_crisis / 40.0))


def simulate(seed: int, sessions: pd.DatetimeIndex) -> LatentRegime:
    """Draw spells until `sessions` (n,) are covered; a longer index only appends."""
    draw = stream(seed, "regimes")
    regimes: list[int] = []
    lengths: list[int] = []
    current, covered = 1, 0
    while covered < len(sessions):
        weeks, spread, shortest, longest = _WEEKS[current - 1]
        length = int(np.clip(weeks * np.exp(spread * draw.standard_normal()), shortest, longest) * 5)
        regimes.append(current)
        lengths.append(length)
        covered += length
        # spacing of the cumulative probabilities keeps one uniform draw a spell
        current = (
            int(np.searchsorted(np.cumsum(_NEXT[current - 1]), draw.random() * 0.999999, side="right")) + 1
        )
    counts = np.asarray(lengths)
    starts = np.repeat(np.cumsum(counts) - counts, counts)
    n = len(sessions)
    at = np.arange(n)
    regime = np.repeat(np.asarray(regimes), counts)[:n]
    age = at - starts[:n]
    left = np.repeat(counts, counts)[:n] - age
    last_crisis = np.maximum.accumulate(np.where(regime == 5, at, -_NEVER))
    turns = np.cumsum(np.asarray(regimes) == 4) - 1
    causes = np.asarray(CAUSES)[turns % len(CAUSES)]
    return LatentRegime(sessions, regime, age, left, at - last_crisis, np.repeat(causes, counts)[:n])
