"""Every figure behind the engines' scores, a column each over all weeks: what it was, and what it brought to a score.

Numbers from rows, in the order of the weeks; no file is read and no page is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fiveengines.archive.rows import EngineRow, InputRow
from fiveengines.base.parameters import ENGINES

_SIGNIFICANT = 5


@dataclass
class Line:
    """One figure of one engine: values to five digits, points in thousandths, and the weeks it was set by hand."""

    engine: str
    title: str = ""
    unit: str = ""
    value: list[float | None] = field(default_factory=list)
    points: list[int | None] = field(default_factory=list)
    manual: list[int] = field(default_factory=list)


@dataclass
class Figures:
    """Every figure that ever carried weight in an engine, by engine and indicator, over `weeks` weeks.

    Points are the share of the engine's score that a figure brought: weight × score ÷ all weights that counted; in
    thousandths. They add up to the score, but for a cap under credit stress or a state set by hand.
    """

    weeks: int = 0
    lines: dict[str, dict[str, Line]] = field(default_factory=lambda: {engine: {} for engine in ENGINES})

    def add(self, engines: Mapping[str, EngineRow]) -> None:
        """One more week, later than those before."""
        place = self.weeks
        self.weeks += 1
        for engine, lines in self.lines.items():
            row = engines[engine]
            total = sum(each.weight for each in row.inputs if each.score is not None)
            for each in row.inputs:
                line = lines.get(each.indicator)
                if line is None:
                    if each.weight <= 0:
                        continue
                    line = lines[each.indicator] = Line(engine)
                line.title, line.unit = each.title, each.unit
                _fill(line, place)
                # a figure that a week names twice counts as it was named last
                line.value[place:], line.points[place:] = [_short(each.value)], [_points(each, total)]
                if each.manual:
                    line.manual.append(place)

    def columns(self) -> list[dict[str, Any]]:
        """Plain JSON, one place a week in every list; engines in their order, figures as they first appeared."""
        found = []
        for lines in self.lines.values():
            for line in lines.values():
                _fill(line, self.weeks)
                found.append(vars(line))
        return found


def _fill(line: Line, weeks: int) -> None:
    """Nothing was known in the weeks in which the figure does not appear."""
    missing = weeks - len(line.value)
    if missing > 0:
        line.value += [None] * missing
        line.points += [None] * missing


def _points(each: InputRow, total: float) -> int | None:
    if each.score is None or total <= 0:
        return None
    return round(1000 * each.weight * each.score / total)


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.{_SIGNIFICANT}g}")
