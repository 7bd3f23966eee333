"""What may be entered by hand and which values can be true, from the indicators' own records.

Facts about fields only; no entry is made or read here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from fiveengines.base.errors import OverrideError
from fiveengines.base.parameters import ENGINES
from fiveengines.base.yaml_files import suggestion
from fiveengines.indicators import REGISTRY, Lookup
from fiveengines.indicators.indicator import Kind
from fiveengines.overrides.companion_fields import FIELDS
from fiveengines.overrides.entries import STATE_PREFIX, STATES, Value, forced_engine


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


def overridable() -> tuple[str, ...]:
    """Every field that may be entered: all indicators, what companions ask for, then each engine's state."""
    return (*REGISTRY, *FIELDS, *(STATE_PREFIX + engine for engine in ENGINES))


def known_field(field: str) -> str:
    """`field` itself; an unknown one raises OverrideError with the nearest known ones."""
    if field in REGISTRY or field in FIELDS or forced_engine(field) is not None:
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
    each = REGISTRY.get(field) or FIELDS[field]
    return Bounds(each.range.low, each.range.high, each.range.step, each.range.kind, each.unit)


def lookup(field: str) -> Lookup | None:
    """Where a person finds the figure of `field`; None where nobody wrote it down."""
    known = REGISTRY.get(field) or FIELDS.get(field)
    return known.lookup if known else None


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
