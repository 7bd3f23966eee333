"""The years at a glance: a lane for each regime, a strip for each engine, the target exposure.

Rows become shapes on a grid of a thousand; they hold numbers and our own class names, never a text from a report.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fiveengines.archive.collect import engine_name
from fiveengines.archive.rows import WeekRow
from fiveengines.base.parameters import ENGINES, REGIME_NAMES

WIDTH = 1000
LANE, STRIP, RISK = 10, 24, 30
_WEEK = dt.timedelta(days=7)
_GAP = dt.timedelta(days=10)
_LEAST_SPAN = dt.timedelta(weeks=26)
_MOST_TICKS = 10
_Key = TypeVar("_Key", bound=Hashable)


@dataclass(frozen=True)
class Strip:
    """One row: a label and the inside of an SVG of WIDTH × `height`."""

    label: str
    kind: str
    height: int
    shapes: str


@dataclass(frozen=True)
class Timeline:
    """Rows from top to bottom, ticks as (per cent of the width, label), and the days at both ends.

    `gaps`: whether an engine had no reading in some week.
    """

    strips: tuple[Strip, ...]
    ticks: tuple[tuple[float, str], ...]
    start: str
    end: str
    gaps: bool


def timeline(weeks: Sequence[WeekRow]) -> Timeline | None:
    """The picture of all weeks, oldest first; None when there is none. A missing week leaves a gap."""
    if not weeks:
        return None
    days = [week.date for week in weeks]
    end = days[-1] + _WEEK
    scale = _Scale(min(days[0], end - _LEAST_SPAN), end)
    strips = [_regimes(weeks, days, scale)]
    strips += [_engine(engine, weeks, days, scale) for engine in ENGINES]
    strips.append(_risk(weeks, days, scale))
    gaps = any(engine.score is None for week in weeks for engine in week.engines.values())
    return Timeline(tuple(strips), tuple(_ticks(scale)), scale.start.isoformat(), end.isoformat(), gaps)


@dataclass(frozen=True)
class _Scale:
    start: dt.date
    end: dt.date

    def x(self, day: dt.date) -> float:
        return WIDTH * ((day - self.start) / (self.end - self.start))


def _regimes(weeks: Sequence[WeekRow], days: Sequence[dt.date], scale: _Scale) -> Strip:
    shapes = [
        f'<rect class="lane" y="{(n - 1) * LANE + 1}" width="{WIDTH}" height="{LANE - 2}"/>'
        for n in REGIME_NAMES
    ]
    for first, last, number in _runs(days, [week.regime for week in weeks]):
        if number is None:
            continue
        left, right = scale.x(days[first]), scale.x(days[last] + _WEEK)
        y = (number - 1) * LANE + 1
        shapes.append(
            f'<rect class="r{number}" x="{left:.1f}" y="{y}" width="{right - left:.1f}" height="{LANE - 2}"/>'
        )
    return Strip("Regime", "regimes", LANE * len(REGIME_NAMES), "".join(shapes))


def _engine(engine: str, weeks: Sequence[WeekRow], days: Sequence[dt.date], scale: _Scale) -> Strip:
    """Scores as area from a middle line: up is supportive, down is adverse, so colour is not the only sign.

    A week without a reading is a grey field, which a score of nought is not.
    """
    middle = STRIP / 2
    scores = [week.engines[engine].score for week in weeks]

    def height(limit: Callable[[float], float]) -> list[float | None]:
        return [None if score is None else middle - (middle - 1) * limit(score) for score in scores]

    up = _area(days, height(lambda score: max(score, 0.0)), middle, scale)
    down = _area(days, height(lambda score: min(score, 0.0)), middle, scale)
    line = f'<path class="middle" d="M0 {middle:g}H{WIDTH}"/>'
    for first, last, known in _runs(days, [score is not None for score in scores]):
        if not known:
            left, right = scale.x(days[first]), scale.x(days[last] + _WEEK)
            line += f'<rect class="lane" x="{left:.1f}" width="{right - left:.1f}" height="{STRIP}"/>'
    return Strip(
        engine_name(engine),
        "strip",
        STRIP,
        f'{line}<path class="up" d="{up}"/><path class="down" d="{down}"/>',
    )


def _risk(weeks: Sequence[WeekRow], days: Sequence[dt.date], scale: _Scale) -> Strip:
    used = [week.aggressiveness for week in weeks]
    path = _area(days, [None if each is None else RISK * (1 - each) for each in used], RISK, scale)
    lines = "".join(f'<path class="middle" d="M0 {y:g}H{WIDTH}"/>' for y in (0.5, RISK / 2, RISK - 0.5))
    return Strip("Target exposure", "risk", RISK, f'{lines}<path class="used" d="{path}"/>')


def _area(days: Sequence[dt.date], heights: Sequence[float | None], base: float, scale: _Scale) -> str:
    """A stepped area above or below `base`, closed at every gap."""
    parts = []
    keys = [height is not None for height in heights]
    for first, last, known in _runs(days, keys):
        if not known:
            continue
        steps = [f"M{scale.x(days[first]):.1f} {base:g}"]
        previous: float | None = None
        for place in range(first, last + 1):
            height = heights[place]
            if height != previous:
                steps.append(f"H{scale.x(days[place]):.1f}V{height:.1f}")
                previous = height
        steps.append(f"H{scale.x(days[last] + _WEEK):.1f}V{base:g}Z")
        parts.append("".join(steps))
    return "".join(parts)


def _runs(days: Sequence[dt.date], keys: Sequence[_Key]) -> Iterator[tuple[int, int, _Key]]:
    """First and last place of every stretch of weeks with the same key and no missing week in it."""
    first = 0
    for place in range(1, len(keys) + 1):
        if place == len(keys) or keys[place] != keys[first] or days[place] - days[place - 1] > _GAP:
            yield first, place - 1, keys[first]
            first = place


def _ticks(scale: _Scale) -> Iterator[tuple[float, str]]:
    """Starts of years, or of quarters or months when the span is short."""
    months = (scale.end.year - scale.start.year) * 12 + scale.end.month - scale.start.month
    step = next(each for each in (1, 3, 12, 24, 60, 120, 240) if months / each <= _MOST_TICKS)
    count = scale.start.year * 12 + scale.start.month - 1
    for month in range(-(-count // step) * step, scale.end.year * 12 + scale.end.month, step):
        day = dt.date(month // 12, month % 12 + 1, 1)
        share = scale.x(day) / WIDTH * 100
        if 0 <= share <= 97:
            yield round(share, 2), f"{day:%Y}" if step >= 12 or day.month == 1 else f"{day:%b}"
