"""What the page needs to lay any two weeks side by side: columns by week, small enough to embed once.

Turns rows into columns; the page only subtracts. Nothing is read from a file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fiveengines.archive.companions import CompanionRow
from fiveengines.archive.figures import Figures
from fiveengines.archive.rows import EngineRow, WeekRow
from fiveengines.base.parameters import ENGINES

_LETTERS = {"supportive": "s", "neutral": "n", "adverse": "a", "unknown": "u"}
_WAYS = {"improving": "i", "stable": "s", "deteriorating": "d", "unknown": "u"}


def columns(weeks: Sequence[WeekRow], figures: Figures) -> dict[str, Any]:
    """Plain JSON, one place per week in every list, oldest first; hundredths as integers, null where unknown."""
    # texts that repeat from week to week, each stored once
    words: dict[str, int] = {}

    def place(text: str) -> int:
        return words.setdefault(text, len(words))

    return {
        "days": [week.day for week in weeks],
        "regime": [week.regime for week in weeks],
        "confirmed": [int(week.confirmed) for week in weeks],
        "members": [[_hundredths(share) for share in week.memberships] for week in weeks],
        "risk": [_hundredths(week.aggressiveness) for week in weeks],
        "exposure": [_hundredths(week.exposure) for week in weeks],
        "style": [place(week.style) for week in weeks],
        "inflections": [",".join(week.inflections) for week in weeks],
        "said": [week.narrative for week in weeks],
        "made": [
            [place(each) for each in (week.source, week.version, week.parameters, week.data)]
            for week in weeks
        ],
        "manual": {str(at): week.manual for at, week in enumerate(weeks) if week.manual},
        "notices": {
            str(at): [place(each) for each in week.notices] for at, week in enumerate(weeks) if week.notices
        },
        "engines": {engine: _engine([week.engines[engine] for week in weeks]) for engine in ENGINES},
        "inputs": figures.columns(),
        "words": list(words),
    }


def answers(companions: Sequence[CompanionRow]) -> dict[str, Any]:
    """Companions' answers, oldest first: questions by name, and for each answer its day, name, headline, file and
    ticket, if any.
    """
    return {
        "titles": {each.name: each.title for each in companions},
        "rows": [
            [each.day, each.name, each.headline, each.page.partition("/")[2]]
            + ([each.ticket.partition("/")[2]] if each.ticket else [])
            for each in companions
        ],
    }


def _engine(history: Sequence[EngineRow]) -> dict[str, Any]:
    return {
        "score": [_hundredths(row.score) for row in history],
        "state": "".join(_LETTERS[row.state] for row in history),
        "way": "".join("u" if row.score is None else _WAYS[row.direction] for row in history),
        "cover": [_hundredths(row.coverage) for row in history],
    }


def _hundredths(value: float | None) -> int | None:
    return None if value is None else round(100 * value)
