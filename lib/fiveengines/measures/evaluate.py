"""Every measure's value on every reading date, with the observation it stands for and when that became public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.errors import ParameterError
from fiveengines.measures import breadth, liquidity, positioning, rates, volatility
from fiveengines.measures.measure import Measure, absent
from fiveengines.panel import Panel
from fiveengines.yaml_files import suggestion

REGISTRY: dict[str, Measure] = {
    each.id: each for room in (liquidity, volatility, breadth, positioning, rates) for each in room.MEASURES
}


@dataclass(frozen=True)
class Measurements:
    """Values on reading dates.

    values: reading date × measure id, float64, NaN where nothing valid was known. observed, known_at: the same
    shape, datetime64 (known_at naive UTC), NaT where the value is NaN. breadth_basis: reading date → where breadth
    came from ("members", "published", "sectors" or "").
    """

    values: pd.DataFrame
    observed: pd.DataFrame
    known_at: pd.DataFrame
    breadth_basis: pd.Series

    def until(self, day: pd.Timestamp) -> Measurements:
        """Only the reading dates up to and including `day`."""
        return Measurements(
            self.values.loc[:day],
            self.observed.loc[:day],
            self.known_at.loc[:day],
            self.breadth_basis.loc[:day],
        )


def measure(name: str) -> Measure:
    """The measure of that id; an unknown one raises ParameterError."""
    if name not in REGISTRY:
        raise ParameterError(f"unknown indicator {name!r}.{suggestion(name, REGISTRY)}")
    return REGISTRY[name]


def evaluate(panel: Panel, dates: pd.DatetimeIndex, names: Iterable[str]) -> Measurements:
    """Compute the named measures on the panel and read them off on `dates` (sessions of the panel)."""
    at = panel.sessions.get_indexer(dates)
    values: dict[str, np.ndarray] = {}
    observed: dict[str, np.ndarray] = {}
    known_at: dict[str, np.ndarray] = {}
    for name in names:
        each = measure(name)
        column = (each.compute(panel) if each.compute else absent(panel)).to_numpy(dtype="float64")[at]
        values[name] = np.where(np.isfinite(column), column, np.nan)
        days, moments = _dates(each, panel)
        missing = ~np.isfinite(column)
        observed[name] = np.where(missing, np.datetime64("NaT", "s"), days[at])
        known_at[name] = np.where(missing, np.datetime64("NaT", "s"), moments[at])
    basis = breadth.internals(panel).basis.iloc[at]
    return Measurements(
        values=pd.DataFrame(values, index=dates),
        observed=pd.DataFrame(observed, index=dates),
        known_at=pd.DataFrame(known_at, index=dates),
        breadth_basis=basis.set_axis(dates),
    )


def _dates(each: Measure, panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """The oldest observation among a measure's inputs, and the moment the last of them became public."""
    if each.members and (panel.members is not None or not each.inputs):
        return panel.sessions.to_numpy().astype("datetime64[s]"), panel.evenings
    pairs = [panel.dates(name) for name in each.dating_inputs(panel)]
    if not pairs:
        nothing = np.full(len(panel.sessions), np.datetime64("NaT", "s"))
        return nothing, nothing
    days, moments = pairs[0]
    for other_days, other_moments in pairs[1:]:
        days = np.fmin(days, other_days)
        moments = np.fmax(moments, other_moments)
    return days, moments
