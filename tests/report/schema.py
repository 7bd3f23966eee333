"""The schema of reading.json as it ships, applied by a validator that is not ours."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema


def shipped() -> dict[str, Any]:
    """The schema file inside the package."""
    text = resources.files("fiveengines.report").joinpath("reading.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def fits_schema(document: dict[str, Any]) -> None:
    """jsonschema.ValidationError names the field that does not fit."""
    jsonschema.Draft202012Validator(shipped()).validate(document)
