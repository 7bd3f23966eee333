"""What an indicator is: one record with its inputs, its formula, its bounds and where a person finds the figure.

Shapes and the few ways in which most indicators reach their series; no breakpoint may enter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_type_hints

import numpy as np
import pandas as pd

from fiveengines.base.parameters import Engine
from fiveengines.base.parameters.engines import InputSettings, Setting
from fiveengines.base.yaml_files import suggestion
from fiveengines.data.catalog import lookup as series_of
from fiveengines.data.dataset import MEMBERS
from fiveengines.data.panel import Panel
from fiveengines.indicators.breadth_inputs import SECTORS, BreadthInputs, breadth_inputs
from fiveengines.indicators.transforms import log_change, skip_missing

# Which control suits a field: `choice` is a yes or no.
Kind = Literal["percent", "percentile", "signed", "$bn", "contracts", "number", "choice", "state"]
_PER_BILLION = {"$ million": 1e-3, "$ billion": 1.0}


@dataclass(frozen=True)
class Range:
    """Values that can be true of an indicator, in its own unit; outside it is a slip of the keyboard."""

    low: float
    high: float
    step: float
    kind: Kind


# Bounds of every indicator with that unit that names none of its own.
UNITS: dict[str, Range] = {
    "percentile": Range(0, 100, 1, "percentile"),
    "flag": Range(0, 1, 1, "choice"),
    "ratio": Range(0, 10, 0.01, "number"),
    "index": Range(-10, 1000, 0.1, "number"),
    "points": Range(-100, 100, 0.1, "signed"),
    "%": Range(-100, 100, 0.1, "percent"),
    "% a year": Range(-100, 100, 0.01, "percent"),
    "% of Fed assets": Range(-100, 100, 0.1, "percent"),
    "% of maximum": Range(-100, 100, 1, "signed"),
    "% of members": Range(-100, 100, 0.1, "signed"),
    "$bn": Range(-10_000, 10_000, 1, "$bn"),
    "$bn per 1 % move": Range(-1000, 1000, 0.1, "$bn"),
    "bp": Range(-1000, 1000, 1, "signed"),
    "bp a year": Range(0, 1000, 1, "number"),
    "sessions": Range(0, 5000, 1, "number"),
    "issues": Range(-200_000, 200_000, 100, "number"),
    "ratio-adjusted": Range(-20_000, 20_000, 10, "number"),
    "contracts": Range(-100_000_000, 100_000_000, 1000, "contracts"),
}


@dataclass(frozen=True)
class Lookup:
    """Where a person finds the figure, and a sentence that asks somebody for it."""

    where: str
    url: str
    question: str


def fred(series: str, question: str) -> Lookup:
    """FRED's page of a series."""
    return Lookup(f"FRED, {series}", f"https://fred.stlouisfed.org/series/{series}", question)


class Inputs:
    """What indicators are computed from: the panel, and what several of them are made from, each made once."""

    def __init__(self, panel: Panel, settings: InputSettings) -> None:
        self.panel, self.settings = panel, settings

    @cached_property
    def breadth(self) -> BreadthInputs:
        """Breadth from the best basis each session has."""
        return breadth_inputs(self.panel, self.settings.breadth)


# Called with the inputs and the indicator's settings by name; returns values on the panel's sessions.
Compute = Callable[..., pd.Series]
# The same, a column for each input set: the first that has a value counts, and none sees another's figures.
ComputeBySet = Callable[..., pd.DataFrame]


@dataclass(frozen=True)
class Indicator:
    """One indicator: the only place that says what it is.

    `input_sets` are sets of catalog ids (MEMBERS, SECTORS and FED_FUNDS among them) in order of preference: a value
    comes from the first whose figures were all there that evening. `bases` says, set by set, what a value from it is a
    figure of, where the title does not: its market and denominator, or what stands in. Sets of one basis hold the same
    figures from another publisher; sets of different bases do not mix within one value, so a change or a mean over
    time is computed for each of them (`ComputeBySet`). `compute` takes `Inputs` and, by name, the settings of its line
    in params/engines.yaml; it returns the values on the panel's sessions, NaN where they cannot be known, and is None
    for what only a person can enter. `heading` is the title, in which a window is quoted with its usual length,
    "{sessions:13 weeks}"; `formula` says in words what is computed. Both may quote settings in braces. `bounds` are
    its own, those of the catalog series it is, or its unit's. `scheduled` is False for a figure that no calendar
    announces. Its reason, weight and breakpoints are in its line of params/engines.yaml.
    """

    engine: Engine
    id: str
    heading: str
    unit: str
    formula: str
    input_sets: tuple[tuple[str, ...], ...] = ()
    compute: Compute | ComputeBySet | None = None
    bounds: Range | str | None = None
    lookup: Lookup | None = None
    scheduled: bool = True
    bases: tuple[str, ...] = ()

    def basis(self, input_set: int) -> str:
        """What a value from that input set is a figure of, "" where the title says it all or there is no value (-1)."""
        return self.bases[input_set] if self.bases and input_set >= 0 else ""

    @cached_property
    def title(self) -> str:
        """The title with the usual windows, where no params are at hand."""
        return _QUOTED_WINDOW.sub(r"\1", self.heading)

    def titled(self, quoted: Mapping[str, Setting]) -> str:
        """The title with the windows that it is computed with (`EngineParameters.quoted`)."""
        return self.heading.format_map({name: _Quoted(name, value) for name, value in quoted.items()})

    @property
    def first_set(self) -> tuple[str, ...]:
        """The preferred catalog series; empty for what has none."""
        return next((each for each in self.input_sets if not {MEMBERS, SECTORS} & set(each)), ())

    @cached_property
    def range(self) -> Range:
        """The values that can be true of it."""
        if isinstance(self.bounds, Range):
            return self.bounds
        general = UNITS[self.unit]
        if self.bounds is None:
            return general
        series = series_of(self.bounds)
        scale = _PER_BILLION.get(series.unit, 1.0)
        low, high = series.bounds or (general.low, general.high)
        step = 0.01 if high * scale <= 40 else general.step
        return Range(low * scale, high * scale, step, general.kind)

    @cached_property
    def setting_types(self) -> dict[str, Any]:
        """The settings that `compute` takes: name → int, float or tuple[int, ...], as it declares them."""
        declared = get_type_hints(self.compute) if self.compute else {}
        return {name: kind for name, kind in declared.items() if name not in {"inputs", "return"}}

    def values(self, inputs: Inputs, settings: Mapping[str, Setting]) -> pd.Series | pd.DataFrame:
        """Values on the panel's sessions, float64, NaN where they cannot be known: (sessions,), or (sessions, sets)."""
        return self.compute(inputs, **settings) if self.compute else missing(inputs.panel)

    def describe(self, quoted: Mapping[str, Setting]) -> str:
        """How it is computed, in words and signs for a reader, with these settings (`EngineParameters.quoted`)."""
        return self.formula.format_map({name: _Quoted(name, value) for name, value in quoted.items()})

    def problem(self, settings: Mapping[str, Setting]) -> str | None:
        """What is wrong with settings given for it, and the remedy; None when all is well."""
        for name in settings:
            if name not in self.setting_types:
                return f"unknown setting {name!r}.{suggestion(name, self.setting_types) or ' It takes none.'}"
        for name, kind in self.setting_types.items():
            if name not in settings:
                return f"`settings` lacks {name!r}. Add it."
            value = settings[name]
            parts = value if isinstance(value, tuple) else (value,)
            if kind is not float and not all(isinstance(each, int) for each in parts):
                return f"{name}: whole numbers are needed (found {_shown(value)})."
            if (kind in {int, float}) == isinstance(value, tuple) or not parts or min(parts) <= 0:
                needed = "one number above zero" if kind in {int, float} else "a list of numbers above zero"
                return f"{name}: {needed} is needed (found {_shown(value)})."
        return None


_QUOTED_WINDOW = re.compile(r"{\w+:([^}]+)}")
_SPAN = re.compile(r"\d+((?:[- ](week|month|year))?.*)")
_SESSIONS_IN = {"week": 5, "month": 21, "year": 252}


@dataclass(frozen=True)
class _Quoted:
    """A setting as words quote it: {name} as it is, {name:95 %} a share, {name:13 weeks} a count."""

    name: str
    value: Setting

    def __format__(self, spec: str) -> str:
        if not spec or isinstance(self.value, tuple):
            return _shown(self.value)
        if spec.endswith("%"):
            return f"{100 * self.value:g} %"
        span = _SPAN.fullmatch(spec)
        if span is None:
            raise ValueError(f"{self.name}: {spec!r} quotes no window")
        # Reports are weekly; every other window is in sessions.
        unit = 1 if span[2] is None or self.name == "reports" else _SESSIONS_IN[span[2]]
        return f"{self.value / unit:.0f}{span[1]}"


def _shown(value: Setting) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else f"{value:g}"


def missing(panel: Panel) -> pd.Series:
    """NaN on every session of the panel, (sessions,)."""
    return pd.Series(np.nan, index=panel.sessions)


def value_of(*series: str) -> Compute:
    """The first of the named series that has a value: (sessions,), in the catalog's unit, NaN where none has one."""
    return lambda inputs: inputs.panel.first_of(*series)


def billions_of(series: str) -> Compute:
    """The named series in billions of its currency: (sessions,), NaN where it has no value."""
    return lambda inputs: inputs.panel.billions(series)


def published(*series: str) -> dict[str, Any]:
    """What says of an indicator that it is the first of the named series that has a value, within the bounds of its."""
    return {
        "input_sets": tuple((each,) for each in series),
        "compute": value_of(*series),
        "bounds": series[0],
    }


def log_change_of(series: str, over: str = "") -> Compute:
    """The change of a series, or of its ratio to another, over `sessions` sessions, in log per cent: (sessions,)."""

    def compute(inputs: Inputs, sessions: int) -> pd.Series:
        values = inputs.panel.daily(series)
        ratio = values / inputs.panel.daily(over) if over else values
        return skip_missing(ratio, lambda present: log_change(present, sessions))

    return compute
