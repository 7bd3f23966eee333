"""The schemas of the JSON files as they ship, applied by a validator that is not ours."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

import jsonschema


def shipped(stem: str = "reading") -> dict[str, Any]:
    """The schema file of STEM.json inside the package."""
    text = resources.files("fiveengines.report").joinpath(f"{stem}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def fits_schema(document: dict[str, Any], stem: str = "reading") -> None:
    """jsonschema.ValidationError names the field that does not fit."""
    jsonschema.Draft202012Validator(shipped(stem)).validate(document)
