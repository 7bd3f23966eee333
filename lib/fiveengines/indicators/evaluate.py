"""Every indicator's value on every reading date, with the observation behind it and when that became public."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd

from fiveengines.base.parameters import ENGINES, EngineParameters
from fiveengines.data.catalog import lookup
from fiveengines.data.dataset import FED_FUNDS, MEMBERS
from fiveengines.data.panel import Panel
from fiveengines.indicators.breadth_inputs import SECTOR_FUNDS, SECTORS
from fiveengines.indicators.indicator import Indicator, Inputs
from fiveengines.indicators.registry import indicator

_NAT = np.datetime64("NaT", "s")


@dataclass(frozen=True)
class Applied:
    """Values after manual readings.

    values, overridden: reading date × indicator (float64 with NaN where there is neither data nor entry;
    bool). forced: reading date × engine, the score that a state set by hand stands for, NaN where none was.
    """

    values: pd.DataFrame
    overridden: pd.DataFrame
    forced: pd.DataFrame

    @classmethod
    def as_measured(cls, values: pd.DataFrame) -> Applied:
        """Reading date × indicator as measured, with no manual reading."""
        untouched = pd.DataFrame(False, index=values.index, columns=values.columns)
        return cls(values, untouched, pd.DataFrame(np.nan, index=values.index, columns=list(ENGINES)))


@dataclass(frozen=True)
class IndicatorValues:
    """Values on reading dates.

    values: reading date × indicator id, float64, NaN where nothing valid was known. observed, known_at: the same
    shape, datetime64 (known_at naive UTC), NaT where the value is NaN. input_set: the same shape, which of the
    indicator's input sets the value comes from, -1 where it is NaN. breadth_basis: reading date → where breadth came
    from ("members", "published", "sectors" or ""). titles: indicator id → its title with the windows that it was
    computed with. inputs: what they were computed from.
    """

    values: pd.DataFrame
    observed: pd.DataFrame
    known_at: pd.DataFrame
    input_set: pd.DataFrame
    breadth_basis: pd.Series
    titles: dict[str, str]
    inputs: Inputs = field(repr=False)

    def series(self, name: str, day: pd.Timestamp) -> tuple[str, ...]:
        """The series behind a value of that day; where there is no value, those that would be asked first."""
        sets = indicator(name).input_sets
        used = sets[max(int(self.input_set[name].loc[day]), 0)] if sets else ()
        return tuple(each for part in used for each in (SECTOR_FUNDS if part == SECTORS else (part,)))

    def title(self, name: str, day: pd.Timestamp) -> str:
        """The indicator's title, with what that day's value is a figure of where the title alone does not say it."""
        title, each = self.titles[name], indicator(name)
        latest = "latest vintage" if self.vintage(name, day) == "latest" else ""
        said = ", ".join(filter(None, (each.basis(int(self.input_set[name].loc[day])), latest)))
        return f"{title} ({said})" if said else title

    def vintage(self, name: str, day: pd.Timestamp) -> Literal["latest", "as published"] | None:
        """Whether that day's value is what was published then, or a later revision; None for what is never revised.

        `latest` is said of a series that the catalog calls revised when its first releases are not among the data.
        """
        if pd.isna(observed := self.observed[name].loc[day]):
            return None
        held = self.inputs.panel.dataset.series
        revised = [held[each] for each in self.series(name, day) if each in held and lookup(each).revised]
        known = [each.releases_known_from() for each in revised]
        if not known:
            return None
        return "as published" if all(each is not None and observed >= each for each in known) else "latest"

    def basis(self, name: str) -> pd.Series:
        """What each week's value of that indicator is a figure of: text by reading date, "" where nothing is to say."""
        return self.input_set[name].map(indicator(name).basis)

    def until(self, day: pd.Timestamp) -> IndicatorValues:
        """Only the reading dates up to and including `day`; `inputs` stays as it is."""
        dated = ("values", "observed", "known_at", "input_set", "breadth_basis")
        return replace(self, **{name: getattr(self, name).loc[:day] for name in dated})


def evaluate(
    panel: Panel, dates: pd.DatetimeIndex, params: EngineParameters, names: Iterable[str] | None = None
) -> IndicatorValues:
    """Compute indicators with the settings of params and read them off on reading dates.

    dates: (n,), each a session of the panel. names: which indicators; all that params names, unless given. The result's
    frames are (n, indicators); what cannot be known is NaN and NaT. Raises ParameterError for an unknown indicator and
    KeyError for one without a line in params.
    """
    inputs, settings = Inputs(panel, params.inputs), params.settings
    at = panel.sessions.get_indexer(dates)
    values: dict[str, np.ndarray] = {}
    observed: dict[str, np.ndarray] = {}
    known_at: dict[str, np.ndarray] = {}
    sets: dict[str, np.ndarray] = {}
    for name in settings if names is None else names:
        each = indicator(name)
        found = each.values(inputs, settings[name]).to_numpy(dtype="float64")
        possible = np.isfinite(found)
        column = (found if found.ndim == 1 else _first(found))[at]
        missing = ~np.isfinite(column)
        values[name] = np.where(missing, np.nan, column)
        days, moments, chosen = _dates(each, inputs, possible)
        observed[name] = np.where(missing, _NAT, days[at])
        known_at[name] = np.where(missing, _NAT, moments[at])
        sets[name] = np.where(missing, -1, chosen[at]).astype("int8")
    return IndicatorValues(
        values=pd.DataFrame(values, index=dates),
        observed=pd.DataFrame(observed, index=dates),
        known_at=pd.DataFrame(known_at, index=dates),
        input_set=pd.DataFrame(sets, index=dates),
        breadth_basis=inputs.breadth.basis.iloc[at].set_axis(dates),
        titles=titles(values, params),
        inputs=inputs,
    )


def titles(names: Iterable[str], params: EngineParameters) -> dict[str, str]:
    """Indicator id → its title with the windows of params."""
    return {name: indicator(name).titled(params.quoted(name)) for name in names}


def _first(columns: np.ndarray) -> np.ndarray:
    """The leftmost finite value of each row, NaN where there is none."""
    found: np.ndarray = columns[np.arange(len(columns)), np.isfinite(columns).argmax(axis=1)]
    return found


def _dates(
    each: Indicator, inputs: Inputs, possible: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Session by session: the oldest observation of the input set in use, when the last of it became public, and which
    set that is (-1: none). possible: where there is a value, (sessions,) or (sessions, sets)."""
    count = len(inputs.panel.sessions)
    days, moments = np.full(count, _NAT), np.full(count, _NAT)
    chosen = np.full(count, -1)
    for number, names in enumerate(each.input_sets):
        parts = [dates for name in names if (dates := _part(name, inputs)) is not None]
        # Where there is no other set, what a formula can do without does not blank the dates of the rest.
        alone = len(each.input_sets) == 1
        if not parts or (not alone and len(parts) < len(names)):
            continue
        gather = np.logical_or if alone else np.logical_and
        use = gather.reduce([~np.isnat(observed) for observed, _ in parts]) & (chosen < 0)
        use &= possible if possible.ndim == 1 else possible[:, number]
        days = np.where(use, np.fmin.reduce([observed for observed, _ in parts]), days)
        moments = np.where(use, np.fmax.reduce([known for _, known in parts]), moments)
        chosen = np.where(use, number, chosen)
    return days, moments, chosen


def _part(name: str, inputs: Inputs) -> tuple[np.ndarray, np.ndarray] | None:
    """Observation dates and publication moments of one input, session by session; None when the source lacks it."""
    panel = inputs.panel
    if name == SECTORS:
        funds = [panel.dates(each) for each in SECTOR_FUNDS if each in panel]
        observed, known = ([pair[side] for pair in funds] for side in (0, 1))
        return (np.fmin.reduce(observed), np.fmax.reduce(known)) if funds else None
    if name != MEMBERS:
        return panel.dates(name) if name in panel or name == FED_FUNDS else None
    if panel.members is None:
        return None
    # Closes are of their own session; where members give no figure, no date is asked for.
    return panel.sessions.to_numpy().astype("datetime64[s]"), panel.evenings
