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


@dataclass(frozen=True)
class LatentRegime:
    """The truth on each session, all (n,): regime 1-5, sessions since its spell began and until it ends.

    `since_crisis` counts sessions since the last crisis, very many before the first.
    """

    sessions: pd.DatetimeIndex
    regime: NDArray[np.int64]
    age: NDArray[np.int64]
    left: NDArray[np.int64]
    since_crisis: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.regime)

    def level(self, *by_regime: float) -> Floats:
        """The value of `by_regime` (five numbers) that belongs to each session, (n,)."""
        return np.asarray(by_regime, dtype=float)[self.regime - 1]

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
    return LatentRegime(sessions, regime, age, left, at - last_crisis)
