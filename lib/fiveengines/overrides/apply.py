"""Manual readings laid over measured values: one input at a time, for as long as each holds.

The data handed in are never changed; scoring happens elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from fiveengines.base.parameters import ENGINES
from fiveengines.indicators import Applied
from fiveengines.overrides.entries import Entry
from fiveengines.overrides.trail import Trail


def apply(values: pd.DataFrame, trail: Trail | Iterable[Entry], forced_score: float) -> Applied:
    """Replace what was entered by hand, reading date by reading date.

    values: reading date × indicator, as measured. An entry replaces exactly its own indicator: what is
    derived from the same series stays as computed (an entered vix leaves vix_percentile alone). An entry
    for an indicator that is not among the columns changes nothing. Without entries `values` comes back as
    it is. forced_score: what a state set by hand scores, above zero when supportive and below when adverse.
    """
    sides = {"supportive": forced_score, "neutral": 0.0, "adverse": -forced_score}
    entries = trail.entries if isinstance(trail, Trail) else tuple(trail)
    index = pd.DatetimeIndex(values.index)
    numbers = values.to_numpy(dtype="float64", copy=True) if entries else values.to_numpy()
    touched = np.zeros(values.shape, dtype=bool)
    forced = np.full((len(index), len(ENGINES)), np.nan)
    columns = {str(name): at for at, name in enumerate(values.columns)}
    # oldest first, so that of two in force the newest is what remains
    for entry in sorted(entries, key=lambda each: each.order):
        rows = slice(*index.slice_locs(pd.Timestamp(entry.as_of), pd.Timestamp(entry.until)))
        if entry.engine is not None:
            forced[rows, ENGINES.index(entry.engine)] = sides[str(entry.value)]
        elif entry.field in columns:
            numbers[rows, columns[entry.field]] = float(entry.value)
            touched[rows, columns[entry.field]] = True
    used = pd.DataFrame(numbers, index=values.index, columns=values.columns) if entries else values
    return Applied(
        values=used,
        overridden=pd.DataFrame(touched, index=values.index, columns=values.columns),
        forced=pd.DataFrame(forced, index=values.index, columns=list(ENGINES)),
    )
