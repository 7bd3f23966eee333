"""evidence.json: what followed the regime and the closest weeks, and how the target exposure would have done.

Shapes only.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from fiveengines.base.documents import Record, Share, ThreeDigits, TwoDigits
from fiveengines.companions.document import CompanionDocument


class Outcome(Record):
    """What the index did afterwards, per cent: the mean with its 90 % interval, and the share of weeks with a gain."""

    weeks: Annotated[int, Field(ge=0)]
    effective_sample_size: Annotated[int, Field(ge=0)]
    mean: TwoDigits | None
    low: TwoDigits | None
    high: TwoDigits | None
    positive: Share | None


class AfterRegime(Record):
    """What followed the week's regime over `horizon_weeks`, beside all weeks.

    `differs`: the interval of the regime's mean leaves that of all weeks out.
    """

    regime: Annotated[int, Field(ge=1, le=5)]
    name: str
    horizon_weeks: Annotated[int, Field(ge=1)]
    cases: Outcome
    all_weeks: Outcome
    differs: bool


class Analog(Record):
    """One of the closest past weeks, how far its scores are, and the quarter after it in per cent."""

    as_of: dt.date
    distance: ThreeDigits
    regime: Annotated[int, Field(ge=1, le=5)] | None
    return_after: TwoDigits | None
    fall_after: TwoDigits | None


class Strategy(Record):
    """The record of one strategy after costs; growth, volatility and deepest fall in per cent."""

    name: str
    sharpe: TwoDigits | None
    cagr: TwoDigits | None
    volatility: TwoDigits | None
    max_drawdown: TwoDigits | None
    turnover: TwoDigits | None
    mean_exposure: TwoDigits | None


class Result(CompanionDocument):
    """The week's evidence; every part is empty while the history is too short."""

    document: Literal["fiveengines.evidence.v1"] = Field("fiveengines.evidence.v1", alias="schema")
    week: dt.date
    after_regime: AfterRegime | None
    analogs: list[Analog]
    strategies: list[Strategy]
