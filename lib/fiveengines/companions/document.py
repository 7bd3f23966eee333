"""The envelope of every companion's JSON: what session it is of, and what it says in one line.

Shapes only; what a companion found is in its own model, which inherits from `CompanionDocument`.
"""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated, Any

from pydantic import Field

from fiveengines import __version__
from fiveengines.base.documents import Document, Moment, Record, TwoDigits
from fiveengines.companions.session import Session


class ManualEntry(Record):
    """A manual reading that the companion used."""

    field: str
    value: float | str
    why: str
    who: str


class Followed(Record):
    """What followed `n` cases over `horizon` sessions, with the interval of the mean."""

    horizon: int
    n: int
    separate: int
    mean: TwoDigits | None
    low: TwoDigits | None
    high: TwoDigits | None


class CompanionDocument(Document):
    """What every companion's JSON carries beside its own findings.

    `generated_at` and `parameters_fingerprint` are null in an answer and set when it is written.
    """

    generated_at: Moment | None = None
    parameters_fingerprint: str | None = None
    headline: Annotated[str, Field(max_length=160)]
    bottom_line: str
    not_available: list[str]
    overrides: list[ManualEntry]
    start: dt.date | None = Field(alias="from")


def finite(value: float) -> float | None:
    """A figure as a document has it: None where it is NaN or without bounds."""
    return float(value) if math.isfinite(value) else None


def envelope(session: Session, name: str) -> dict[str, Any]:
    """The fields of `Document` for a result of the companion `name`, the window's start as asked for, and the entries
    in force."""
    return {
        "schema": f"fiveengines.{name}.v1",
        "as_of": session.as_of.date(),
        "source": session.source,
        "library_version": __version__,
        "data_fingerprint": session.dataset.fingerprint(),
        "from": None if session.start is None else session.start.date(),
        "overrides": session.entries,
    }
