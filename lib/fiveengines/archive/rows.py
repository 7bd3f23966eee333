"""One reading.json as a row of the archive: its shape, checked, and nothing computed.

A document that is none is a ValueError with the reason in a few words; files and folders stay outside.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fiveengines.base.bounded_files import json_object
from fiveengines.base.documents import as_utc
from fiveengines.base.parameters import ENGINES
from fiveengines.report.saving import READING
from fiveengines.views.theme import DIRECTIONS, STATES

# The history table names inflections in this order (see model.inflections.announced).
_TURNS = ("breadth", "volatility", "liquidity", "positioning", "rate_path")
NO_READING = f"there is no {READING}"
_TOLD = ("warning", "error")
# Characters of a name that a reason repeats.
_SHOWN = 60
# No market of these engines is older, and no calendar here goes further: the picture of all weeks spans them.
_YEARS = range(1950, 2150)


@dataclass(frozen=True)
class InputRow:
    """One figure behind an engine. `score` -1…+1 and `weight`; None where it could not be scored."""

    indicator: str
    title: str
    unit: str
    value: float | None
    score: float | None
    weight: float
    manual: bool


@dataclass(frozen=True)
class EngineRow:
    """One engine of one week; `score` None when it could not be read."""

    score: float | None
    state: str
    direction: str
    coverage: float | None
    inputs: tuple[InputRow, ...]


@dataclass(frozen=True)
class Call:
    """What one rendering of a week said that can be marked later; None where it said nothing.

    volatility: low, median and high of the coming `sessions` sessions, % a year. chances: of each regime in
    `regime_weeks` weeks. entries: figures by hand, and what the data alone would have given.
    """

    made_at: dt.datetime
    regime: int | None
    exposure: float | None
    volatility: tuple[float, float, float] | None
    sessions: int | None
    chances: tuple[float, ...] | None
    regime_weeks: int | None
    entries: int
    plain_exposure: float | None


@dataclass(frozen=True)
class WeekRow:
    """One week as in its reading.json. Shares lie in 0-1; `inflections` are engine:direction words of that week.

    A week without a call has None in regime, raw, confidence, memberships, aggressiveness and exposure, and no style.
    `told` is what its first rendering said, however often it was rendered again.
    """

    day: str
    made_at: dt.datetime
    source: str
    version: str
    data: str
    parameters: str
    regime: int | None
    regime_name: str
    raw: int | None
    confirmed: bool
    confidence: float | None
    memberships: tuple[float | None, ...]
    narrative: str
    engines: Mapping[str, EngineRow]
    aggressiveness: float | None
    exposure: float | None
    style: str
    inflections: tuple[str, ...]
    manual: tuple[tuple[str, str, str, str], ...]
    notices: tuple[str, ...]
    told: Call

    @property
    def simulated(self) -> bool:
        """Whether it is a week of the demo."""
        return self.source == "demo"

    @property
    def date(self) -> dt.date:
        """The reading date."""
        return dt.date.fromisoformat(self.day)


def week_row(day: str, content: bytes | None) -> WeekRow:
    """One reading.json as a row; ValueError with the reason in a few words."""
    if content is None:
        raise ValueError(NO_READING)
    try:
        document = json_object(content)
    except ValueError:
        raise ValueError(f"{READING} is damaged") from None
    try:
        row = _row(document)
    except Exception as problem:  # whatever a foreign file makes of it, it is no reading
        what = "does not have the shape of a reading"
        if isinstance(problem, KeyError):
            what = f"lacks {str(problem)[:_SHOWN]}"
        raise ValueError(f"{READING} {what}") from None
    if row.day != day:
        raise ValueError(f"{READING} is of another week")
    return row


def _row(document: dict[str, Any]) -> WeekRow:
    regime, risk = document["regime"], document["aggressiveness"]
    number = _regime(regime["number"])
    memberships = tuple(_maybe(regime["memberships"][str(each)]) for each in range(1, 6))
    known = (*memberships, risk["value"], document["style"]["name"])
    if (number is None and document["no_call"] is None) or (number is not None and None in known):
        raise ValueError("neither a call nor none")
    return WeekRow(
        day=_day(document["as_of"]),
        made_at=moment(document["generated_at"]),
        source=str(document["source"]),
        version=str(document["library_version"]),
        data=str(document["data_fingerprint"]),
        parameters=str(document.get("parameters_fingerprint", "")),
        regime=number,
        regime_name=str(regime["name"]),
        raw=_regime(regime.get("raw", regime["number"])),
        confirmed=bool(regime["confirmed"]),
        confidence=_maybe(regime.get("confidence", number and memberships[number - 1])),
        memberships=memberships,
        narrative=str(regime["narrative"]),
        engines={name: _engine(document["engines"][name]) for name in ENGINES},
        aggressiveness=_maybe(risk["value"]),
        exposure=_maybe(risk.get("portfolio_exposure", risk["value"])),
        style=str(document["style"]["name"] or ""),
        inflections=_inflections(document["inflections"]),
        manual=tuple(_manual(each) for each in document["overrides"]),
        notices=tuple(str(each["text"]) for each in document["notices"] if each["level"] in _TOLD),
        told=_call(document, number),
    )


def _call(document: dict[str, Any], number: int | None) -> Call:
    """Parts that an earlier version did not write yet are None."""
    ahead, plain = document.get("forecast") or {}, document.get("without_overrides") or {}
    band, chances = ahead.get("volatility"), ahead.get("regimes")
    quantiles = None if band is None else [_number(band[name]) for name in ("low", "median", "high")]
    return Call(
        made_at=moment(document["generated_at"]),
        regime=number,
        exposure=_maybe(document["aggressiveness"]["value"]),
        volatility=None if quantiles is None else (quantiles[0], quantiles[1], quantiles[2]),
        sessions=_whole(ahead.get("sessions")),
        chances=None if chances is None else tuple(_number(chances[str(each)]) for each in range(1, 6)),
        regime_weeks=_whole(ahead.get("regime_weeks")),
        entries=len(document["overrides"]),
        plain_exposure=_maybe(plain.get("aggressiveness")),
    )


def _whole(value: object) -> int | None:
    """A count of sessions or weeks; ValueError for one that no forecast reaches."""
    if value is None:
        return None
    if (number := int(_number(value))) not in range(1, 1000):
        raise ValueError(value)
    return number


def _engine(engine: dict[str, Any]) -> EngineRow:
    return EngineRow(
        score=_score(engine["score"]),
        state=_one_of(engine["state"], STATES),
        direction=_one_of(engine["direction"], DIRECTIONS),
        coverage=_maybe(engine["coverage"]),
        inputs=tuple(
            InputRow(
                indicator=str(each["indicator"]),
                title=str(each.get("title", each["indicator"])),
                unit=str(each["unit"]),
                value=_maybe(each["value"]),
                score=_score(each["score"]),
                weight=_number(each["weight"]),
                manual=bool(each["overridden"]),
            )
            for each in engine["evidence"]
        ),
    )


def _inflections(inflections: list[dict[str, Any]]) -> tuple[str, ...]:
    """Announced inflections of the week itself, in the order in which the history table names them."""
    words = {
        (_one_of(each["engine"], ENGINES), _one_of(each["direction"], ("improving", "deteriorating")))
        for each in inflections
        if each["weeks_ago"] == 0 and each.get("announced", True)
    }
    order = sorted(words, key=lambda each: (_TURNS.index(each[0]), each[1] != "improving"))
    return tuple(f"{engine}:{direction}" for engine, direction in order)


def _manual(entry: dict[str, Any]) -> tuple[str, str, str, str]:
    return str(entry["field"]), str(entry["value"]), str(entry.get("who", "")), str(entry.get("why", ""))


def _day(text: str) -> str:
    day = dt.date.fromisoformat(text)
    if day.year not in _YEARS:
        raise ValueError(text)
    return day.isoformat()


def moment(text: str) -> dt.datetime:
    """A moment of a document in UTC; ValueError when it is none, or of no year that a document can be of."""
    found = dt.datetime.fromisoformat(text)
    if found.year not in _YEARS:
        raise ValueError(text)
    return as_utc(found)


def _regime(value: object) -> int | None:
    if value is None:
        return None
    number = int(_number(value))
    if number not in range(1, 6):
        raise ValueError(value)
    return number


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError(value)
    return float(value)


def _maybe(value: object) -> float | None:
    return None if value is None else _number(value)


def _score(value: object) -> float | None:
    score = _maybe(value)
    if score is not None and not -1 <= score <= 1:
        raise ValueError(value)
    return score


def _one_of(value: object, known: tuple[str, ...]) -> str:
    if value not in known:
        raise ValueError(value)
    return str(value)
