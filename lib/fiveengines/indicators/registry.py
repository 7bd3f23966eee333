"""Every indicator by id: what the modules of this room declare in INDICATORS, engine by engine."""

from __future__ import annotations

from fiveengines.base.errors import ParameterError
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
from fiveengines.indicators.indicator import Indicator

_MODULES = (liquidity, volatility, breadth, advances_declines, cot, positioning, rate_path)
REGISTRY: dict[str, Indicator] = {each.id: each for module in _MODULES for each in module.INDICATORS}


def indicator(name: str) -> Indicator:
    """The indicator of that id; an unknown one raises ParameterError with the nearest known."""
    if name not in REGISTRY:
        raise ParameterError(f"unknown indicator {name!r}.{suggestion(name, REGISTRY)}")
    return REGISTRY[name]
