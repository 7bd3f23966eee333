"""What the page needs to lay any two weeks side by side: columns by week, small enough to embed once.

Turns rows into columns; the page only subtracts. Nothing is read from a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fiveengines.archive.collect import EngineRow, InputRow, WeekRow
from fiveengines.base.parameters import ENGINES

_LETTERS = {"supportive": "s", "neutral": "n", "adverse": "a", "unknown": "u"}
_WAYS = {"improving": "i", "stable": "s", "deteriorating": "d", "unknown": "u"}
_SIGNIFICANT = 5


def columns(weeks: Sequence[WeekRow]) -> dict[str, Any]:
    """Plain JSON, one place per week in every list, oldest first; hundredths as integers, null where unknown."""
    words = _Words()
    return {
        "days": [week.day for week in weeks],
        "regime": [week.regime for week in weeks],
        "confirmed": [int(week.confirmed) for week in weeks],
        "members": [[_hundredths(share) for share in week.memberships] for week in weeks],
        "risk": [_hundredths(week.aggressiveness) for week in weeks],
        "exposure": [_hundredths(week.exposure) for week in weeks],
        "style": [words.place(week.style) for week in weeks],
        "turns": [",".join(week.turns) for week in weeks],
        "said": [week.narrative for week in weeks],
        "made": [
            [words.place(each) for each in (week.source, week.version, week.parameters, week.data)]
            for week in weeks
        ],
        "manual": {str(place): week.manual for place, week in enumerate(weeks) if week.manual},
        "notices": {
            str(place): [words.place(each) for each in week.notices]
            for place, week in enumerate(weeks)
            if week.notices
        },
        "engines": {engine: _engine([week.engines[engine] for week in weeks]) for engine in ENGINES},
        "inputs": [
            each for engine in ENGINES for each in inputs([week.engines[engine] for week in weeks], engine)
        ],
        "words": words.texts,
    }


def inputs(history: Sequence[EngineRow], engine: str) -> list[dict[str, Any]]:
    """Every figure that ever carried weight in an engine, with its value and its points in each week's score.

    Points are the share of the engine's score that a figure brought: weight × score ÷ all weights that counted; in
    thousandths. They add up to the score, but for a cap under credit stress or a state set by hand.
    """
    found: dict[str, dict[str, Any]] = {}
    for place, row in enumerate(history):
        total = sum(each.weight for each in row.inputs if each.score is not None)
        for each in row.inputs:
            if each.weight <= 0 and each.indicator not in found:
                continue
            line = found.setdefault(
                each.indicator,
                {
                    "engine": engine,
                    "value": [None] * len(history),
                    "points": [None] * len(history),
                    "manual": [],
                },
            )
            line |= {"title": each.title, "unit": each.unit}
            line["value"][place] = _short(each.value)
            line["points"][place] = _points(each, total)
            if each.manual:
                line["manual"].append(place)
    return list(found.values())


def _points(each: InputRow, total: float) -> int | None:
    if each.score is None or total <= 0:
        return None
    return round(1000 * each.weight * each.score / total)


def _engine(history: Sequence[EngineRow]) -> dict[str, Any]:
    return {
        "score": [_hundredths(row.score) for row in history],
        "state": "".join(_LETTERS[row.state] for row in history),
        "way": "".join("u" if row.score is None else _WAYS[row.direction] for row in history),
        "cover": [_hundredths(row.coverage) for row in history],
    }


def _hundredths(value: float | None) -> int | None:
    return None if value is None else round(100 * value)


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_SIGNIFICANT}g}")


class _Words:
    """Texts that repeat from week to week, each stored once."""

    def __init__(self) -> None:
        self._places: dict[str, int] = {}

    def place(self, text: str) -> int:
        return self._places.setdefault(text, len(self._places))

    @property
    def texts(self) -> list[str]:
        return list(self._places)
