"""Every indicator by id: what the modules of this room declare in INDICATORS, engine by engine."""

from __future__ import annotations

from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters import Parameters
from fiveengines.base.yaml_files import suggestion
from fiveengines.indicators import (
    advances_declines,
    breadth,
    cot,
    liquidity,
    positioning,
    rate_path,
    volatility,
)
from fiveengines.indicators.indicator import Indicator, Lookup, Range

_MODULES = (liquidity, volatility, breadth, advances_declines, cot, positioning, rate_path)
REGISTRY: dict[str, Indicator] = {each.id: each for module in _MODULES for each in module.INDICATORS}


_SHIPPED = frozenset(REGISTRY)


def declare(params: Parameters) -> None:
    """Take the figures of one's own in params/engines.yaml into the registry, in the place of those known before.

    Such a line has `manual`; nothing computes it, and only an entry by hand gives it a value. ParameterError for one
    that has the id of an indicator or of an engine's state, or takes settings.
    """
    own = {}
    for engine, lines in params.engines.engines.items():
        for name, line in lines.items():
            if (field := line.manual) is None:
                continue
            if name in _SHIPPED:
                raise ParameterError(
                    f"{params.line_of(engine, name)}: {name} is an indicator already.",
                    remedy="Give the figure of your own another id.",
                )
            asked = field.question or f"What is the latest figure for {field.title}, and of which date?"
            own[name] = Indicator(
                engine,
                name,
                field.title,
                field.unit,
                "entered by hand",
                bounds=Range(field.low, field.high, field.step, "signed" if field.low < 0 else "number"),
                lookup=Lookup(field.where, field.url, asked),
                scheduled=False,
            )
    for name in [each for each in REGISTRY if each not in _SHIPPED]:
        del REGISTRY[name]
    REGISTRY.update(own)


def indicator(name: str) -> Indicator:
    """The indicator of that id; an unknown one raises ParameterError with the nearest known."""
    if name not in REGISTRY:
        raise ParameterError(f"unknown indicator {name!r}.{suggestion(name, REGISTRY)}")
    return REGISTRY[name]
