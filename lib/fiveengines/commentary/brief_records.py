"""The brief as plain data: the record that a page, a mail, `weekly.md` and reading.json are written from.

Nothing is read or worded here; a process that only writes pages needs no data to import it.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from fiveengines.base.documents import Figure, Record, Share, TwoDigits
from fiveengines.base.formats import number
from fiveengines.base.parameters import Engine

State = Literal["supportive", "neutral", "adverse", "unknown"]
TARGET_EXPOSURE = (
    "Target exposure: the share of your risk budget that the week's engines justify. 0 % is the low end of your own "
    "band of equity, 100 % its high end."
)


class MarketRecord(Record):
    """One market of the strip: what was known on the evening of the reading, and how it moved.

    level: in `unit`; week, quarter: change since the reading before and over 63 sessions, in `moves`; null where
    either end is not known. observed: the day of the level. recent: the level of the last half year by week, oldest
    first. by_hand: the level was entered by a person. old: the level is not of this week, and its moves are no news.
    """

    id: str
    title: str
    unit: Literal["index", "%"]
    moves: Literal["%", "bp", "points"]
    level: Figure
    week: Figure | None
    quarter: Figure | None
    observed: dt.date | None
    old: bool
    by_hand: bool
    recent: list[Figure | None]

    @property
    def level_text(self) -> str:
        """The level as it is written: '2,534', '3.35 %', '23.4'."""
        if self.unit == "%":
            return number(self.level, 2, " %")
        return number(self.level, 0 if self.level >= 1000 else 1)

    @property
    def week_text(self) -> str:
        """The week's change with its sign and unit, a dash where none is known."""
        return self._change(self.week)

    @property
    def quarter_text(self) -> str:
        """The quarter's change likewise."""
        return self._change(self.quarter)

    def _change(self, change: float | None) -> str:
        unit = "" if self.moves == "points" else f" {self.moves}"
        return number(change, 0 if self.moves == "bp" else 1, unit, sign=True)


class CallRecord(Record):
    """The regime in words; `number` null in a week without a call, which `sentence` then explains.

    age: weeks in this regime. standing: age, confidence and what the week itself reads where that differs, in one line.
    """

    number: Annotated[int, Field(ge=1, le=5)] | None
    name: str
    confidence: Share | None
    confidence_word: Literal["high", "medium", "low"] | None
    age: Annotated[int, Field(ge=1)] | None
    standing: str
    sentence: str


class EngineLine(Record):
    """One engine: score for the bar, state, direction over a month, and the market fact that earns it.

    `input`: the indicator of the fact; empty where the fact names none.
    """

    engine: Engine
    name: str
    score: Annotated[float, Field(ge=-1, le=1)] | None
    state: State
    state_words: str
    previous_state: State | None
    direction: Literal["improving", "stable", "deteriorating", "unknown"]
    fact: str
    by_hand: bool


class ChangeLine(Record):
    """Something that changed in the week, and the inputs (ids) that moved it."""

    text: str
    inputs: list[str]


class FlipLine(Record):
    """A level of one input at which the regime, or an engine's state, would be another."""

    input: str
    kind: Literal["regime", "state"]
    becomes: str
    now: Figure
    level: Figure
    usual_weeks: TwoDigits
    text: str


class ActionRecord(Record):
    """What to do. All shares are of the risk budget; `held` is what the portfolio holds, null where that is not known.

    step: what the target exposure asks for. orders: those of the portfolio companion, in words, when it ran.
    """

    held: Figure | None
    previous: Share | None
    target_exposure: Share | None
    step: Literal["nothing", "add", "reduce", "start", "no call"]
    text: str
    orders: list[str]


class CompanionHeadline(Record):
    """A companion that ran with the week, and its answer in one line."""

    name: str
    title: str
    headline: str


class DataRecord(Record):
    """The data behind the week: health in one word, how old they are, and what a person entered.

    age_days: calendar days between the reading and the index's last close. inputs, present: scored inputs, and how
    many of them had a value. missing: titles of the others.
    """

    health: Literal["good", "watch", "problem"]
    index_close: dt.date | None
    age_days: Annotated[int, Field(ge=0)] | None
    oldest_input: str
    oldest_date: dt.date | None
    inputs: Annotated[int, Field(ge=0)]
    present: Annotated[int, Field(ge=0)]
    missing: list[str]
    manual_entries: Annotated[int, Field(ge=0)]
    text: str


class Brief(Record):
    """A week on one screen. Texts are plain text with a true minus; an empty list hides its block."""

    as_of: dt.date
    simulated: bool
    markets: list[MarketRecord]
    call: CallRecord
    engines: list[EngineLine]
    changes: list[ChangeLine]
    flips: list[FlipLine]
    flips_note: str
    action: ActionRecord
    companions: list[CompanionHeadline]
    data: DataRecord
