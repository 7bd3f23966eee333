"""Every reading as one CSV: the history table's columns, taken from the reports themselves, and the regime's name.

Formats rows; reads no file and computes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence

from fiveengines.archive.rows import WeekRow
from fiveengines.base.formats import csv_text, inert
from fiveengines.base.parameters import ENGINES

_OF_AN_ENGINE = ("score", "state", "direction", "coverage")
COLUMNS = (
    "as_of",
    *(f"{engine}_{name}" for engine in ENGINES for name in _OF_AN_ENGINE),
    "regime",
    "regime_raw",
    "aggressiveness",
    "inflection",
    "regime_name",
    "source",
)


def readings_csv(weeks: Sequence[WeekRow]) -> str:
    """CSV text, oldest week first; an unknown score, and what a week without a call lacks, is an empty field."""
    return csv_text([COLUMNS, *(_fields(week) for week in weeks)])


def _fields(week: WeekRow) -> list[object]:
    engines = [getattr(week.engines[engine], name) for engine in ENGINES for name in _OF_AN_ENGINE]
    rest = [week.regime, week.raw, week.aggressiveness, ",".join(week.inflections), inert(week.regime_name)]
    return [week.day, *engines, *rest, inert(week.source)]
