"""Words that every answer of the local server uses: kinds, pages, and how to cut a history."""

from __future__ import annotations

import json
from collections.abc import Mapping

import pandas as pd

Reply = tuple[int, str, bytes]
Query = Mapping[str, str]
JSON, XML, CSV, HTML, ZIP = (
    "application/json",
    "text/xml; charset=UTF-8",
    "text/csv",
    "text/html; charset=utf-8",
    "application/zip",
)
PAGE = b"<!DOCTYPE html><html><head><title>Sorry</title></head><body>Something went wrong.</body></html>\n"


def as_json(content: object) -> Reply:
    return 200, JSON, json.dumps(content).encode()


def between(values: pd.Series, start: str | None, end: str | None = None) -> pd.Series:
    kept = values if start is None else values[values.index >= pd.Timestamp(start)]
    return kept if end is None else kept[kept.index <= pd.Timestamp(end)]
