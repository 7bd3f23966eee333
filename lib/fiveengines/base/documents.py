"""What every JSON document of the workbook is made of: the envelope, records, and numbers rounded as they are written.

Only shapes; what a document says is for the room that writes it.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def rounded(digits: int) -> BeforeValidator:
    """Round a number before its bounds are checked; adding nought turns -0.0 into 0.0."""
    return BeforeValidator(
        lambda value: round(float(value), digits) + 0.0 if isinstance(value, int | float) else value
    )


def as_utc(moment: dt.datetime) -> dt.datetime:
    """The same moment in UTC; one without a zone is UTC already."""
    return moment.replace(tzinfo=dt.UTC) if moment.tzinfo is None else moment.astimezone(dt.UTC)


def _written(moment: object) -> object:
    return as_utc(moment).isoformat() if isinstance(moment, dt.datetime) else moment


Figure = Annotated[float, rounded(4)]
Share = Annotated[float, Field(ge=0, le=1), rounded(4)]
TwoDigits = Annotated[float, rounded(2)]
ThreeDigits = Annotated[float, rounded(3)]
SixDigits = Annotated[float, rounded(6)]
Moment = Annotated[str, BeforeValidator(_written), Field(json_schema_extra={"format": "date-time"})]


class Record(BaseModel):
    """Base of every part of a document: unknown names are refused, and the schema asks for every field."""

    model_config = ConfigDict(
        extra="forbid", from_attributes=True, json_schema_serialization_defaults_required=True
    )


class Document(Record):
    """What every JSON document of the workbook carries."""

    document: str = Field(alias="schema")
    as_of: dt.date
    source: Literal["demo", "files", "live"]
    library_version: str
    data_fingerprint: str
