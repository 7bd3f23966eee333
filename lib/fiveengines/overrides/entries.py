"""The shape of a manual reading and of a record of the trail, checked when made.

Shapes only; no file is opened here.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AliasChoices, BeforeValidator, Field, field_validator, model_validator

from fiveengines.base.documents import as_utc
from fiveengines.base.parameters import ENGINES
from fiveengines.base.yaml_files import Strict
from fiveengines.indicators import REGISTRY
from fiveengines.overrides.companion_fields import FIELDS

State = Literal["supportive", "neutral", "adverse"]
Action = Literal["set", "change", "withdraw", "held"]
STATES: tuple[State, ...] = ("supportive", "neutral", "adverse")
STATE_PREFIX = "state:"
Value = float | str


def _number_or_word(value: Any) -> Any:
    """Numbers become float; a truth value or a number that is none is refused."""
    if isinstance(value, bool):
        raise ValueError("a number or a state is needed, not yes or no.")
    if isinstance(value, int | float):
        if not math.isfinite(value):
            raise ValueError("a finite number is needed.")
        return float(value)
    return value


def _utc(value: Any) -> Any:
    """A moment in UTC; one without a zone is taken as UTC."""
    moment = dt.datetime.fromisoformat(value) if isinstance(value, str) else value
    return as_utc(moment) if isinstance(moment, dt.datetime) else moment


Given = Annotated[Value, BeforeValidator(_number_or_word)]
Moment = Annotated[dt.datetime, BeforeValidator(_utc)]


def forced_engine(field: str) -> str | None:
    """The engine whose whole state `field` sets, None for an indicator."""
    name = field.removeprefix(STATE_PREFIX)
    return name if name != field and name in ENGINES else None


def field_title(field: str) -> str:
    """A field in words: an indicator's title, or which engine's state it sets."""
    engine = forced_engine(field)
    if engine is not None:
        return f"{engine.replace('_', ' ').capitalize()}: state of the whole engine"
    known = REGISTRY.get(field) or FIELDS.get(field)
    return known.title if known else field


@dataclass(frozen=True)
class Entry:
    """One manual reading.

    field: an indicator id, or "state:<engine>". value: in the indicator's unit, or a state. as_of, until: first and
    last reading date it holds for. origin: where the figure comes from. before: what the data said when it was
    entered, None where they said nothing. record: id of the trail's record that this value came from, for telling
    whether someone changed it since.
    """

    id: str
    field: str
    value: Value
    why: str
    origin: str
    who: str
    entered_at: dt.datetime
    as_of: dt.date
    until: dt.date
    before: Value | None = None
    record: str = ""

    @property
    def order(self) -> tuple[dt.date, dt.datetime, str, str]:
        """Later wins: by the reading it is for, then by the moment, then by ids so that a tie has one
        answer."""
        return self.as_of, self.entered_at, self.id, self.record

    def holds(self, day: dt.date) -> bool:
        """Whether it is in force for the reading of `day`."""
        return self.as_of <= day <= self.until

    @property
    def title(self) -> str:
        """The field in words."""
        return field_title(self.field)

    @property
    def engine(self) -> str | None:
        """The engine whose whole state is set by hand, None for an indicator."""
        return forced_engine(self.field)


class Record(Strict):
    """One line of the trail; it is only ever added, never edited.

    action: set (a new entry), change (of an entry's value, reason or validity), withdraw (it no longer
    counts from this reading on), held (an entry that met another person's and was kept without effect).
    reading: the reading date it was made for and takes effect from. entry: id of the entry it is about.
    before, after: value before and after; data: what the data said then. origin: where the figure comes from; older
    records call it `source`.
    """

    id: Annotated[str, Field(pattern=r"^[0-9a-zA-Z_-]{1,40}$")]
    action: Action
    entry: Annotated[str, Field(pattern=r"^[0-9a-zA-Z_-]{1,40}$")]
    field: str
    reading: dt.date
    before: Given | None = None
    after: Given | None = None
    data: Given | None = None
    until: dt.date | None = None
    why: str
    origin: Annotated[str, Field(validation_alias=AliasChoices("origin", "source"))] = ""
    who: str
    at: Moment

    @field_validator("field")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in REGISTRY and value not in FIELDS and forced_engine(value) is None:
            raise ValueError(
                f"{value!r} is neither an indicator, nor a field of params/engines.yaml, nor state:<engine>."
            )
        return value

    @model_validator(mode="after")
    def _complete(self) -> Record:
        if self.action == "withdraw":
            return self
        if self.after is None or self.until is None:
            raise ValueError(f"a {self.action} needs `after` and `until`.")
        if self.until < self.reading:
            raise ValueError("`until` lies before `reading`.")
        wrong = self.after not in STATES if forced_engine(self.field) else not isinstance(self.after, float)
        if wrong:
            needed = "a state" if forced_engine(self.field) else "a number"
            raise ValueError(f"`after` is {self.after!r}; {self.field} needs {needed}.")
        return self

    @property
    def order(self) -> tuple[dt.date, dt.datetime, str]:
        """The trail's order: by reading, then moment, then id."""
        return self.reading, self.at, self.id
