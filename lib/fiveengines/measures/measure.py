"""What a measure is: an indicator's name, unit and inputs, and how a panel yields it.

The wiring stands in the sibling modules, the formulas in `indicators`; no breakpoint may enter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.panel import Panel

Compute = Callable[[Panel], pd.Series]


@dataclass(frozen=True)
class Measure:
    """One indicator as the workbook computes it.

    `inputs` are catalog ids in order of preference where they are alternatives; the first ones with data date the
    reading. `compute` returns the values on the panel's sessions, NaN where they cannot be known.
    """

    id: str
    title: str
    unit: str
    inputs: tuple[str, ...]
    compute: Compute | None
    alternatives: bool = False
    members: bool = False

    def dating_inputs(self, panel: Panel) -> Sequence[str]:
        """The inputs whose observation dates stand for this measure's."""
        present = [each for each in self.inputs if each in panel]
        return present[:1] if self.alternatives else present


def absent(panel: Panel) -> pd.Series:
    """A measure without any input: NaN on every session."""
    return pd.Series(np.nan, index=panel.sessions)


def on_value(values: pd.Series, formula: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """Apply a rolling formula to the sessions that have a value, so that a missing day does not blank a window."""
    present = values.dropna()
    if present.empty:
        return pd.Series(np.nan, index=values.index)
    return formula(present).reindex(values.index)
