"""The shape of params/consistency.yaml: which series must agree, and how far a series may leave its own past.

Only schemas; no number of judgement, and nothing is computed.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from fiveengines.base.yaml_files import Strict

Change = Literal["level", "log", "points"]
Blame = Literal["worse", "both", "left"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri"]


class _Relation(Strict):
    """Two sides, each a series or a sum and difference of series ("DGS10 - DGS2"), compared on the dates they share.

    blame: a failed relation quarantines the worse side, both, or the left one because the right is only its witness.
    clears: while it holds, neither side is blamed for another relation that fails. hold: rows that it must hold again
    before it counts as mended.
    """

    left: str
    right: str
    blame: Blame = "worse"
    clears: bool = False
    hold: int = Field(default=0, ge=0, le=500)


class Equal(_Relation):
    """left = right, within so many units or such a share of right."""

    kind: Literal["equal"]
    within: float = Field(gt=0)
    relative: bool = False


class Ratio(_Relation):
    """The median of left / right over the last rows lies from low to high."""

    kind: Literal["ratio"]
    low: float
    high: float
    rows: int = Field(ge=1, le=500)

    @model_validator(mode="after")
    def _ordered(self) -> Ratio:
        if self.low >= self.high:
            raise ValueError("low must be below high.")
        return self


class Together(_Relation):
    """The correlation of changes over the last rows is at least `least`, or at most `most`."""

    kind: Literal["together"]
    left_change: Change = "log"
    right_change: Change = "log"
    step: int = Field(default=1, ge=1, le=60)
    rows: int = Field(ge=10, le=1000)
    least: float | None = Field(default=None, gt=-1, lt=1)
    most: float | None = Field(default=None, gt=-1, lt=1)

    @model_validator(mode="after")
    def _one_bound(self) -> Together:
        if (self.least is None) == (self.most is None):
            raise ValueError("give least or most.")
        return self


class Livelier(_Relation):
    """The mean absolute log change of left is at least so many times that of right: a nearer maturity moves more."""

    kind: Literal["livelier"]
    rows: int = Field(ge=10, le=1000)
    least: float = Field(gt=0)


Relation = Annotated[Equal | Ratio | Together | Livelier, Field(discriminator="kind")]


class Typical(Strict):
    """The median size of a series, or of a sum of series, over the last rows: from low to high, in catalog units."""

    series: str
    rows: int = Field(ge=1, le=1000)
    low: float
    high: float


class Jump(Strict):
    """A step that no earlier one of the series comes near; what follows it at the new level counts as the same slip."""

    after: int = Field(ge=10)
    log: float = Field(gt=0)
    beyond_log: float = Field(ge=1)
    beyond_points: float = Field(ge=1)
    points: float = Field(gt=0)
    points_units: tuple[str, ...]
    back: float = Field(gt=0, lt=1)
    forget: int = Field(ge=10)
    slip: int = Field(ge=1)
    never: tuple[str, ...]


class Frozen(Strict):
    """So many equal values in a row, and so many times the longest run before."""

    daily: int = Field(ge=3)
    weekly: int = Field(ge=2)
    longest: float = Field(ge=1)
    after: int = Field(ge=10)
    never: tuple[str, ...]


class WeeklyDay(Strict):
    """The weekday of weekly series, named by the beginning of their ids; earlier rows had another."""

    day: Weekday
    series: tuple[str, ...]
    since: dt.date = dt.date(1900, 1, 1)


class Days(Strict):
    """On which days a series has rows: never at weekends, weekly ones on their weekday."""

    rows: int = Field(ge=2, le=60)
    strays: int = Field(ge=1)
    weekly: tuple[WeeklyDay, ...]
    never: tuple[str, ...]


class MemberBreaks(Strict):
    """When a member's close belongs to another scale than the one before."""

    move: float = Field(gt=0)
    usual_rows: int = Field(ge=10)
    times_usual: float = Field(gt=1)
    together: int = Field(ge=2)


class ConsistencyParameters(Strict):
    """params/consistency.yaml."""

    stale_days: int = Field(ge=1)
    realized_rows: int = Field(ge=5)
    average_rows: int = Field(ge=5)
    average_coverage: float = Field(gt=0, le=1)
    relations: tuple[Relation, ...]
    typical: tuple[Typical, ...]
    jump: Jump
    frozen: Frozen
    days: Days
    members: MemberBreaks

    @field_validator("relations")
    @classmethod
    def _apart(cls, value: tuple[Relation, ...]) -> tuple[Relation, ...]:
        named = [(each.kind, each.left, each.right) for each in value]
        if twice := next((each for each in named if named.count(each) > 1), None):
            raise ValueError(f"the relation {' '.join(twice)} stands twice.")
        return value
