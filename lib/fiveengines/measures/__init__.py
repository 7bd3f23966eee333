"""Measures: the wiring between catalog series and indicators, and their values on reading dates.

No score, state or breakpoint may enter; `engines` gives values a meaning.
"""

from fiveengines.measures.evaluate import REGISTRY, Measurements, evaluate, formula, measure
from fiveengines.measures.labels import words
from fiveengines.measures.measure import Measure

__all__ = ["REGISTRY", "Measure", "Measurements", "evaluate", "formula", "measure", "words"]
