"""Indicators: formulas, one record an indicator, and their values on reading dates.

No score, state or breakpoint may enter; `model` gives values a meaning. Of ours only data and base may be imported.
"""

from fiveengines.indicators.beginnings import first_possible
from fiveengines.indicators.evaluate import Applied, IndicatorValues, evaluate
from fiveengines.indicators.indicator import Indicator, Inputs, Lookup, Range
from fiveengines.indicators.labels import labels
from fiveengines.indicators.registry import REGISTRY, declare, indicator

__all__ = [
    "REGISTRY",
    "Applied",
    "Indicator",
    "IndicatorValues",
    "Inputs",
    "Lookup",
    "Range",
    "declare",
    "evaluate",
    "first_possible",
    "indicator",
    "labels",
]
