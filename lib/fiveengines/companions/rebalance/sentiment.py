"""The fear clock: how frightened the market is from percentiles of what can be measured, and for how long already.

Our own composite; a vendor's index has its own name. Formulas over daily series alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.parameters.rebalance import SentimentRules
from fiveengines.companions.rebalance.falls import falls

ZONES = ("extreme fear", "fear", "neutral", "greed", "extreme greed")


def composite(components: Mapping[str, pd.Series], rules: SentimentRules) -> pd.DataFrame:
    """Each component's percentile, 0 (fear) to 100 (greed), and their mean.

    components: name → daily series (n,) on the same sessions, all turned so that higher is greedier, NaN where unknown.
    Returns (n,) sessions × component, and `value`: the mean of those known, NaN with fewer than `least_components`.
    A percentile is among the last `window` sessions, NaN with fewer than half of them.
    """
    ranks = pd.DataFrame(
        {
            name: 100 * each.rolling(rules.window, min_periods=rules.window // 2).rank(pct=True)
            for name, each in components.items()
        }
    )
    enough = ranks.notna().sum(axis=1) >= rules.least_components
    return ranks.assign(value=ranks.mean(axis=1).where(enough))


def zone(value: float | None, rules: SentimentRules) -> str:
    """In which zone a value is; `unknown` without one."""
    if value is None or not np.isfinite(value):
        return "unknown"
    return ZONES[int(np.searchsorted(np.array(rules.zones), value, side="right"))]


@dataclass(frozen=True)
class Spell:
    """One spell of extreme fear: positions of its first and last session; `to_low` sessions until the lowest close of
    the spell and the quarter after it; `closed` when the composite has left it."""

    begin: int
    end: int
    to_low: int
    closed: bool

    @property
    def sessions(self) -> int:
        """Sessions from the first to the last."""
        return self.end - self.begin + 1


def spells(value: pd.Series, closes: pd.Series, rules: SentimentRules) -> tuple[Spell, ...]:
    """Spells of extreme fear, oldest first.

    value, closes: (n,) on the same sessions; NaN in `value` is passed over. A spell begins on the first session below
    the lowest zone's edge and ends before the first one above `exit`.
    """
    known = value.to_numpy()
    price = closes.ffill().to_numpy()
    found, begin = [], -1
    for at, each in enumerate(known):
        if not np.isfinite(each):
            continue
        if begin < 0 and each < rules.zones[0]:
            begin = at
        elif begin >= 0 and each > rules.exit:
            found.append(_spell(begin, at - 1, price, rules, closed=True))
            begin = -1
    if begin >= 0:
        found.append(_spell(begin, len(known) - 1, price, rules, closed=False))
    return tuple(found)


def _spell(begin: int, end: int, price: np.ndarray, rules: SentimentRules, *, closed: bool) -> Spell:
    window = price[begin : end + 1 + rules.after]
    to_low = int(np.nanargmin(window)) if np.isfinite(window).any() else 0
    return Spell(begin, end, to_low, closed)


def great_lows(value: pd.Series, closes: pd.Series, depth: float) -> list[int]:
    """Positions of the lows of falls of `depth` (0…1) that were recovered, after the composite's first value.

    value, closes: (n,) on the same sessions; NaN in `value` where unknown, none in `closes`.
    """
    first = int(np.argmax(value.notna())) if value.notna().any() else len(closes)
    found = falls(closes.to_numpy(), depth)
    return [each.low for each in found if each.recovered and each.low > first]


def lows_without(found: tuple[Spell, ...], lows: list[int], rules: SentimentRules) -> int:
    """How many of the lows (positions) came with no spell's session in the `before_low` sessions up to them."""
    return sum(
        not any(each.begin <= low and each.end >= low - rules.before_low for each in found) for low in lows
    )
