"""A companion's answer as NAME.json: stamped, checked against its model, and the schemas that ship.

Computes nothing. `python -m fiveengines.report.companion_json` renews the schemas.
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

from fiveengines import overrides
from fiveengines.companions.document import CompanionDocument
from fiveengines.companions.registry import REGISTRY, Companion
from fiveengines.companions.session import Session
from fiveengines.report.fingerprint import companion_fingerprint

FOLDER = Path(__file__).parent


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
    params = session.params
    trail = overrides.load(params.beside(params.weekly.overrides))
    return companion_fingerprint(params, trail, session.as_of.date(), stem)


def json_text(document: dict[str, Any]) -> str:
    """The document as it is written."""
    return json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


def schema_file(companion: Companion) -> Path:
    """Where the schema of its JSON ships."""
    return FOLDER / f"{companion.stem}.schema.json"


def schema(companion: Companion) -> str:
    """The JSON schema of NAME.json as text."""
    found = companion.result.model_json_schema(mode="serialization", by_alias=True)
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(found, indent=1) + "\n"


if __name__ == "__main__":
    for each in REGISTRY.values():
        schema_file(each).write_text(schema(each), encoding="utf-8")
