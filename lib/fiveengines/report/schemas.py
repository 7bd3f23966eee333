"""The JSON schemas that ship, one for each document that other programs read, made from the documents' own models.

`python -m fiveengines.report.schemas` renews them.
"""

from __future__ import annotations

import json
from pathlib import Path

from pydantic import BaseModel

from fiveengines.companions.registry import REGISTRY
from fiveengines.report.reading_json import Reading

FOLDER = Path(__file__).parent


def models() -> dict[str, type[BaseModel]]:
    """Every document's model by the stem of its file: `reading`, and each companion's."""
    return {"reading": Reading, **{each.stem: each.result for each in REGISTRY.values()}}


def schema_file(stem: str) -> Path:
    """Where the schema of STEM.json ships."""
    return FOLDER / f"{stem}.schema.json"


def schema(model: type[BaseModel]) -> str:
    """The JSON schema of a document as text."""
    found = model.model_json_schema(mode="serialization", by_alias=True)
    found["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(found, indent=1) + "\n"


if __name__ == "__main__":
    for stem, model in models().items():
        schema_file(stem).write_text(schema(model), encoding="utf-8")
