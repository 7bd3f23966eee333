"""What may be entered by hand and which values can be true, from fields.yaml and the catalog.

Facts about fields only; no entry is made or read here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Literal

from pydantic import Field

from fiveengines.base import yaml_files
from fiveengines.base.errors import OverrideError
from fiveengines.base.parameters import ENGINES
from fiveengines.base.yaml_files import Strict, suggestion
from fiveengines.data.catalog import lookup
from fiveengines.measures import REGISTRY
from fiveengines.overrides.entries import STATE_PREFIX, STATES, State, Value, forced_engine

Kind = Literal["percent", "percentile", "signed", "$bn", "contracts", "number", "choice", "state"]
_PER_BILLION = {"$ million": 1e-3, "$ billion": 1.0}


class Range(Strict):
    """Bounds as they stand in fields.yaml."""

    low: float
    high: float
    step: float = Field(gt=0)
    kind: Kind


class Fields(Strict):
    """fields.yaml."""

    states: dict[State, float]
    weeks_without_release: int = Field(gt=0)
    most_weeks: int = Field(gt=0)
    units: dict[str, Range]
    same_as: dict[str, str]
    fields: dict[str, Range]
    no_release: tuple[str, ...]


@dataclass(frozen=True)
class Bounds:
    """The values that can be true of one field; `kind` names the control that suits, `choices` the states
    of one."""

    low: float
    high: float
    step: float
    kind: Kind
    unit: str
    choices: tuple[str, ...] = ()

    @property
    def span(self) -> str:
        """Lowest to highest, without the unit."""
        return f"{self.low:,g} to {self.high:,g}"

    def __str__(self) -> str:
        if self.choices:
            return ", ".join(self.choices)
        if self.kind == "choice":
            return f"{self.low:g} (no) or {self.high:g} (yes)"
        unit = "" if self.unit in {"index", "ratio"} else f" {self.unit}"
        return f"{self.span}{unit}"


@lru_cache(maxsize=1)
def facts() -> Fields:
    """fields.yaml, checked."""
    return yaml_files.load_model(
        Path(str(resources.files("fiveengines.overrides").joinpath("fields.yaml"))), Fields
    )


def forced_score(state: str) -> float:
    """The score that `state`, set by hand for a whole engine, stands for."""
    return facts().states[state]  # type: ignore[index]


def overridable() -> tuple[str, ...]:
    """Every field that may be entered: all indicators, then each engine's state."""
    return (*REGISTRY, *(STATE_PREFIX + engine for engine in ENGINES))


def known_field(field: str) -> str:
    """`field` itself; an unknown one raises OverrideError with the nearest known ones."""
    if field in REGISTRY or forced_engine(field) is not None:
        return field
    hint = suggestion(field, overridable()) if isinstance(field, str) else ""
    near = (
        hint
        if "Did you mean" in hint
        else " Fields are the indicators of params/engines.yaml and state:<engine>."
    )
    raise OverrideError(f"there is no field {field!r}.{near}")


def bounds(field: str) -> Bounds:
    """The range of `field` in its own unit; an unknown field raises OverrideError."""
    known_field(field)
    if forced_engine(field) is not None:
        return Bounds(-1, 1, 1, "state", "state", choices=STATES)
    known, unit = facts(), REGISTRY[field].unit
    if field in known.fields:
        given = known.fields[field]
        return Bounds(given.low, given.high, given.step, given.kind, unit)
    general = known.units[unit]
    if field in known.same_as:
        series = lookup(known.same_as[field])
        scale = _PER_BILLION.get(series.unit, 1.0)
        low, high = series.bounds or (general.low, general.high)
        step = 0.01 if high * scale <= 40 else general.step
        return Bounds(low * scale, high * scale, step, general.kind, unit)
    return Bounds(general.low, general.high, general.step, general.kind, unit)


def check(field: str, value: object) -> Value:
    """`value` as it will be kept (a float, or a state's name); an impossible one raises OverrideError."""
    allowed = bounds(field)
    if allowed.choices:
        word = str(value).strip().lower()
        if word not in allowed.choices:
            raise OverrideError(f"{field}: {_shown(value)} is no state.", remedy=f"Choose {allowed}.")
        return word
    number = _number(value)
    if number is None:
        hint = " Write 1234.5 without other marks." if _has_digit(value) else ""
        raise OverrideError(f"{field}: {_shown(value)} is not a number.", remedy=f"Enter {allowed}.{hint}")
    inside = allowed.low <= number <= allowed.high
    if not inside or (allowed.kind == "choice" and number not in {allowed.low, allowed.high}):
        raise OverrideError(f"{field}: {number:,g} is not possible.", remedy=f"Enter {allowed}.")
    return number


def _number(value: object) -> float | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        # a true minus sign, a hard space and the unit of a percentage do no harm
        value = value.replace("−", "-").replace("\u00a0", " ").strip().removesuffix("%")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _has_digit(value: object) -> bool:
    return isinstance(value, str) and any(each.isdigit() for each in value)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else text[:37] + "…"
