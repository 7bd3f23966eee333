"""What a measure is: an indicator's name, unit and inputs, and how a panel yields it.

The wiring stands in the sibling modules, the formulas in `indicators`; no breakpoint may enter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.data.dataset import MEMBERS
from fiveengines.data.panel import Panel

Compute = Callable[[Panel], pd.Series]


# Stands among a route's series for the sector funds that there are, as MEMBERS does for the closes of index members.
SECTORS = "SECTORS"


@dataclass(frozen=True)
class Measure:
    """One indicator as the workbook computes it.

    `routes` are sets of catalog ids (MEMBERS and SECTORS among them) in order of preference: a value stands on the
    first whose figures were all there that evening. `compute` returns the values on the panel's sessions, NaN where
    they cannot be known.
    """

    id: str
    title: str
    unit: str
    routes: tuple[tuple[str, ...], ...]
    compute: Compute | None

    @property
    def first_route(self) -> tuple[str, ...]:
        """The preferred catalog series; empty for what has none."""
        return next((route for route in self.routes if not {MEMBERS, SECTORS} & set(route)), ())


def absent(panel: Panel) -> pd.Series:
    """A measure without any input: NaN on every session."""
    return pd.Series(np.nan, index=panel.sessions)


def on_value(values: pd.Series, formula: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Apply a rolling formula to the sessions that have a value, so that a missing day does not blank a window."""
    present = values.dropna()
    if present.empty:
        return pd.Series(np.nan, index=values.index)
    return formula(present).reindex(values.index)
