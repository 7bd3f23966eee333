"""Growth and inflation: which of them gains, by the figures' own acceleration, and what followed each quadrant.

Most of these figures are revised; what is computed from latest vintages is marked by whoever shows it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.parameters.rotation import QuadrantRules
from fiveengines.data.catalog import lookup
from fiveengines.data.panel import Panel
from fiveengines.indicators.transforms import natural_log

# What a year has of each rhythm.
_PER_YEAR = {"weekly": 52, "monthly": 12, "quarterly": 4}
NAMES = {
    (1, -1): "goldilocks",
    (1, 1): "reflation",
    (-1, 1): "stagflation",
    (-1, -1): "slowdown",
}
WORDS = {
    "goldilocks": "growth gains while inflation slows",
    "reflation": "growth and inflation both gain",
    "stagflation": "growth slows while inflation gains",
    "slowdown": "growth and inflation both slow",
    "between": "neither of the four quadrants is clear",
}


@dataclass(frozen=True)
class Quadrant:
    """Where growth and inflation stand on the session: momentum in standard deviations, and by session the quadrant.

    parts: series → its own momentum now. revised: series among them that are only known in their latest vintage.
    """

    name: str
    growth: float
    inflation: float
    parts: dict[str, float]
    revised: tuple[str, ...]
    history: pd.Series

    @property
    def words(self) -> str:
        """The quadrant in words."""
        return WORDS[self.name]


def acceleration(
    level: pd.Series, per_year: int, short_months: int, long_months: int, fewest: int
) -> pd.Series:
    """Growth over the short span minus growth over the long one, both at an annual rate, in its own deviations so
    far.

    level: (n,) positive, one a period; per_year: periods a year; fewest: months before a deviation counts. Returns
    (n,), NaN before both spans and `fewest` months are there.
    """
    logs = natural_log(level)
    if per_year > 12:
        logs = logs.rolling(round(per_year / 12)).mean()  # weeks are noisy: a month's mean
    short, long = (max(round(per_year * months / 12), 1) for months in (short_months, long_months))
    gain = (logs - logs.shift(short)) * per_year / short - (logs - logs.shift(long)) * per_year / long
    spread = gain.expanding(round(fewest * per_year / 12)).std()
    found: pd.Series = gain / spread.where(spread > 0)
    return found


def name_of(growth: float, inflation: float, flat: float) -> str:
    """The quadrant of two momenta; 'between' when either is smaller than `flat`."""
    if not (abs(growth) >= flat and abs(inflation) >= flat):
        return "between"
    return NAMES[1 if growth > 0 else -1, 1 if inflation > 0 else -1]


def measure(panel: Panel, rules: QuadrantRules) -> Quadrant | None:
    """The quadrant on the panel's last session and on every one before; None without growth or inflation."""
    parts: dict[str, float] = {}
    momentum = {}
    for group, members in (("growth", rules.growth), ("inflation", rules.inflation)):
        daily = _daily(panel, members, rules)
        parts |= {
            name: float(values.iloc[-1]) for name, values in daily.items() if np.isfinite(values.iloc[-1])
        }
        momentum[group] = pd.DataFrame(daily, index=panel.sessions).mean(axis=1)
    growth, inflation = momentum["growth"], momentum["inflation"]
    if not (np.isfinite(growth.iloc[-1]) and np.isfinite(inflation.iloc[-1])):
        return None
    history = pd.Series(
        [
            name_of(g, i, rules.flat) if np.isfinite(g) and np.isfinite(i) else None
            for g, i in zip(growth, inflation, strict=True)
        ],
        index=panel.sessions,
        dtype=object,
    )
    revised = tuple(
        each
        for each in parts
        if lookup(each).revised and panel.dataset.series[each].releases_known_from() is None
    )
    return Quadrant(
        name=str(history.iloc[-1]),
        growth=float(growth.iloc[-1]),
        inflation=float(inflation.iloc[-1]),
        parts=parts,
        revised=revised,
        history=history,
    )


def _daily(panel: Panel, members: Mapping[str, int], rules: QuadrantRules) -> dict[str, pd.Series]:
    """Each series' momentum by session, with its sign, from the evening its figure was known."""
    found = {}
    for name, sign in members.items():
        data = panel.dataset.series.get(name)
        if data is None:
            continue
        per_year = _PER_YEAR.get(lookup(name).frequency, 252)
        values = acceleration(
            data.latest(), per_year, rules.short_months, rules.long_months, rules.fewest_months
        )
        found[name] = sign * panel.from_reports(values, name)
    return found
