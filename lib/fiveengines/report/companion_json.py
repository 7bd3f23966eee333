"""A companion's answer as NAME.json: stamped, and checked against its own model, which its schema is made from.

Computes nothing.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fiveengines.companions.registry import paged
from fiveengines.report.fingerprint import companion_fingerprint, portfolio_known_on

if TYPE_CHECKING:
    from fiveengines.companions.document import CompanionDocument
    from fiveengines.companions.session import Session


def companion_document(
    session: Session, answer: CompanionDocument, generated_at: dt.datetime | None = None
) -> dict[str, Any]:
    """The answer as plain data. The same session gives the same document but for `generated_at`.

    ValidationError of pydantic when a value does not fit the answer's own model, which its schema is made from, and
    ValueError for a number that JSON cannot hold.
    """
    moment = (generated_at or dt.datetime.now(dt.UTC)).replace(microsecond=0)
    stem = answer.document.split(".")[1].replace("-", "_")
    stamps = {"generated_at": moment.isoformat(), "parameters_fingerprint": fingerprint(session, stem)}
    found = answer.model_dump(mode="json", by_alias=True) | stamps
    json.dumps(found, allow_nan=False)
    return type(answer).model_validate(found).model_dump(mode="json", by_alias=True)


def fingerprint(session: Session, stem: str) -> str:
    """What the answer was read with: see `companion_fingerprint`."""
    from fiveengines import overrides

    params, day = session.params, session.as_of.date()
    trail = overrides.load(params.overrides_of(session.source))
    found = paged(stem)
    known = ""
    if found is not None:
        known = portfolio_known_on(replace(found, portfolio=session.portfolio), params, session.run)(day)
    return companion_fingerprint(params, trail, day, stem, known)


def json_text(document: dict[str, Any]) -> str:
    """The document as it is written."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"
