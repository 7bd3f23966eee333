"""Every measure's value on every reading date, with the observation it stands for and when that became public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from fiveengines.base import yaml_files
from fiveengines.base.errors import ParameterError
from fiveengines.base.yaml_files import suggestion
from fiveengines.data.dataset import MEMBERS
from fiveengines.data.panel import Panel
from fiveengines.measures import breadth, liquidity, positioning, rates, volatility
from fiveengines.measures.measure import SECTORS, Measure, absent

REGISTRY: dict[str, Measure] = {
    each.id: each for room in (liquidity, volatility, breadth, positioning, rates) for each in room.MEASURES
}

_NAT = np.datetime64("NaT", "s")


@dataclass(frozen=True)
class Measurements:
    """Values on reading dates.

    values: reading date × measure id, float64, NaN where nothing valid was known. observed, known_at: the same
    shape, datetime64 (known_at naive UTC), NaT where the value is NaN. route: the same shape, which of the measure's
    routes the value stands on, -1 where it is NaN. breadth_basis: reading date → where breadth came from ("members",
    "published", "sectors" or "").
    """

    values: pd.DataFrame
    observed: pd.DataFrame
    known_at: pd.DataFrame
    route: pd.DataFrame
    breadth_basis: pd.Series

    def series(self, name: str, day: pd.Timestamp) -> tuple[str, ...]:
        """The series behind a value of that day; where there is no value, those that would be asked first."""
        routes = measure(name).routes
        route = routes[max(int(self.route[name].loc[day]), 0)] if routes else ()
        return tuple(
            each for part in route for each in (breadth.SECTOR_FUNDS if part == SECTORS else (part,))
        )

    def until(self, day: pd.Timestamp) -> Measurements:
        """Only the reading dates up to and including `day`."""
        return Measurements(
            self.values.loc[:day],
            self.observed.loc[:day],
            self.known_at.loc[:day],
            self.route.loc[:day],
            self.breadth_basis.loc[:day],
        )


def measure(name: str) -> Measure:
    """The measure of that id; an unknown one raises ParameterError."""
    if name not in REGISTRY:
        raise ParameterError(f"unknown indicator {name!r}.{suggestion(name, REGISTRY)}")
    return REGISTRY[name]


@cache
def _formulas() -> dict[str, str]:
    found: dict[str, str] = yaml_files.load(Path(__file__).with_name("formulas.yaml"))
    return found


def formula(name: str) -> str:
    """How the measure of that id is computed, in words and signs for a reader."""
    return _formulas()[measure(name).id]


def evaluate(panel: Panel, dates: pd.DatetimeIndex, names: Iterable[str]) -> Measurements:
    """Compute the named measures on the panel and read them off on `dates` (sessions of the panel)."""
    at = panel.sessions.get_indexer(dates)
    values: dict[str, np.ndarray] = {}
    observed: dict[str, np.ndarray] = {}
    known_at: dict[str, np.ndarray] = {}
    routes: dict[str, np.ndarray] = {}
    for name in names:
        each = measure(name)
        column = (each.compute(panel) if each.compute else absent(panel)).to_numpy(dtype="float64")[at]
        values[name] = np.where(np.isfinite(column), column, np.nan)
        days, moments, route = _dates(each, panel)
        missing = ~np.isfinite(column)
        observed[name] = np.where(missing, _NAT, days[at])
        known_at[name] = np.where(missing, _NAT, moments[at])
        routes[name] = np.where(missing, -1, route[at]).astype("int8")
    basis = breadth.internals(panel).basis.iloc[at]
    return Measurements(
        values=pd.DataFrame(values, index=dates),
        observed=pd.DataFrame(observed, index=dates),
        known_at=pd.DataFrame(known_at, index=dates),
        route=pd.DataFrame(routes, index=dates),
        breadth_basis=basis.set_axis(dates),
    )


def _dates(each: Measure, panel: Panel) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Session by session: the oldest observation of the route in use, when the last of it became public, and which
    route that is (-1: none)."""
    count = len(panel.sessions)
    days, moments = np.full(count, _NAT), np.full(count, _NAT)
    chosen = np.full(count, -1)
    for number, route in enumerate(each.routes):
        parts = [dates for name in route if (dates := _part(name, panel)) is not None]
        if not parts:
            continue
        # Where there is no other route, what a formula can do without does not blank the dates of the rest.
        gather = np.logical_and if len(each.routes) > 1 else np.logical_or
        there = gather.reduce([~np.isnat(observed) for observed, _ in parts])
        if len(each.routes) > 1 and len(parts) < len(route):
            continue
        use = there & (chosen < 0)
        days = np.where(use, np.fmin.reduce([observed for observed, _ in parts]), days)
        moments = np.where(use, np.fmax.reduce([known for _, known in parts]), moments)
        chosen = np.where(use, number, chosen)
    return days, moments, chosen


def _part(name: str, panel: Panel) -> tuple[np.ndarray, np.ndarray] | None:
    """Observation dates and publication moments of one input, session by session; None when the source lacks it."""
    if name == SECTORS:
        funds = [panel.dates(each) for each in breadth.SECTOR_FUNDS if each in panel]
        observed, known = ([pair[side] for pair in funds] for side in (0, 1))
        return (np.fmin.reduce(observed), np.fmax.reduce(known)) if funds else None
    if name != MEMBERS:
        return panel.dates(name) if name in panel else None
    if panel.members is None:
        return None
    counted = (breadth.internals(panel).basis == "members").to_numpy()
    sessions = panel.sessions.to_numpy().astype("datetime64[s]")
    return np.where(counted, sessions, _NAT), np.where(counted, panel.evenings, _NAT)
