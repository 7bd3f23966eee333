"""How an Altair chart leaves Python: one MIME type that JupyterLab, papermill and the offline page all draw.

Knows Vega-Lite specifications and pandas frames; computes no reading and knows no chart of ours.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterator
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from fiveengines.base.errors import DataError
from fiveengines.views import theme

MIME = "application/vnd.vegalite.v5+json"
NAME = "fiveengines"
MAX_ROWS = 50_000
_SCHEMA = "https://vega.github.io/schema/vega-lite/v5.json"
_DATE_ONLY = re.compile(r"\d{4}-\d{2}-\d{2}\Z")
_MIDNIGHT = "T00:00:00"


def enable() -> None:
    """Register and switch on the renderer, the data transformer and the theme, each under the name "fiveengines"."""
    alt.renderers.register(NAME, mime_bundle)
    alt.renderers.enable(NAME)
    alt.data_transformers.register(NAME, transform_data)
    alt.data_transformers.enable(NAME)
    alt.theme.register(NAME, enable=True)(altair_theme)


def altair_theme() -> alt.theme.ThemeConfig:
    """The light theme, on white. JupyterLab and the page swap its colours themselves on a dark screen."""
    return {"config": theme.chart_config() | {"background": theme.LIGHT["panel"]}}  # type: ignore[typeddict-item]


def mime_bundle(spec: dict[str, Any], **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """MIME bundle of one chart, with its metadata: the tidied specification, and a line for readers without graphics.

    Drawn as SVG, whose colours a style sheet can swap on a dark screen (`theme.dark_notebook`).
    """
    tidy = tidy_spec(spec)
    bundle = {MIME: tidy, "text/plain": f"[chart] {chart_title(tidy) or 'untitled'}"}
    return bundle, {MIME: {"embed_options": {"renderer": "svg"}}}


def tidy_spec(spec: dict[str, Any]) -> dict[str, Any]:
    """The same chart with unused columns dropped, floats at seven digits, dates as local midnights and alt text.

    JupyterLab's native viewer is Vega-Lite 5; the address of the schema names it so that no version warning is printed.
    Vega reads "2018-12-21" as midnight in Greenwich, which is the day before in New York; with a time it is local.
    """
    tidy = {key: value for key, value in spec.items() if key != "datasets"}
    used = "\n".join(_strings(tidy)).replace("\\", "")  # a dotted column is written "a\\.b" in a field
    dates = frozenset(_temporal_fields(tidy))
    datasets = {
        name: [_tidy_row(row, used, dates) for row in rows] if isinstance(rows, list) else rows
        for name, rows in (spec.get("datasets") or {}).items()
    }
    if datasets:
        tidy["datasets"] = datasets
    tidy["$schema"] = _SCHEMA
    title = chart_title(tidy)
    if title and "description" not in tidy:
        tidy["description"] = title
    return tidy


def chart_title(spec: dict[str, Any]) -> str:
    """Title and subtitle of a specification as one line, or an empty string."""
    title = spec.get("title")
    parts = [title.get("text"), title.get("subtitle")] if isinstance(title, dict) else [title]
    lines = [" ".join(part) if isinstance(part, list) else part for part in parts]
    return " — ".join(str(line) for line in lines if line)


def transform_data(data: Any, max_rows: int = MAX_ROWS) -> Any:
    """Altair data transformer: make a frame safe for Vega, then embed its rows.

    A named index becomes columns (altair drops it silently), periods become their first day, timedeltas become days,
    `datetime.date` becomes datetime64. A frame of more than `max_rows` rows raises DataError.
    """
    if isinstance(data, pd.DataFrame):
        data = safe_frame(data)
        if len(data) > max_rows:
            raise DataError(
                f"a chart was given {len(data):,} rows, more than {max_rows:,}",
                remedy="Plot weekly values or a shorter window.",
            )
        return {"values": _rows(data)}
    return alt.to_values(data)


def _rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain values, missing ones None: what altair's own way gives, in a third of its time."""
    columns = [_plain_column(frame[name]) for name in frame.columns]
    return [dict(zip(frame.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def _plain_column(column: pd.Series[Any]) -> list[Any]:
    values = column.to_numpy()
    if values.dtype.kind == "M":
        missing = np.isnat(values)
        texts = np.datetime_as_string(values.astype("datetime64[s]"))
        return [None if gone else str(text) for gone, text in zip(missing, texts, strict=True)]
    if values.dtype.kind == "f":
        return [value if math.isfinite(value) else None for value in values.tolist()]
    return [None if pd.isna(value) else value for value in values.tolist()]


def safe_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """Copy of `frame`, of its shape, in types that Vega reads as meant; names become strings, NaN stays missing."""
    safe = frame.reset_index() if any(name is not None for name in frame.index.names) else frame.copy()
    safe.columns = [str(column) for column in safe.columns]
    for name in safe.columns:
        column = safe[name]
        if isinstance(column.dtype, pd.PeriodDtype):
            safe[name] = column.dt.to_timestamp()
        elif pd.api.types.is_timedelta64_dtype(column.dtype):
            safe[name] = column.dt.total_seconds() / 86_400
        elif isinstance(column.dtype, pd.DatetimeTZDtype):
            safe[name] = column.dt.tz_localize(None)
        elif column.dtype == object and _holds_dates(column):
            safe[name] = pd.to_datetime(column)
    return safe


def _holds_dates(column: pd.Series[Any]) -> bool:
    first = next((value for value in column if value is not None), None)
    return isinstance(first, dt.date)


def _strings(node: Any) -> Iterator[str]:
    """Every string in a specification; a column counts as used when its name is in one of them."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield str(key)
            yield from _strings(value)
    elif isinstance(node, list):
        for value in node:
            yield from _strings(value)


def _temporal_fields(node: Any) -> Iterator[str]:
    """Names of fields that some encoding reads as time."""
    if isinstance(node, dict):
        if node.get("type") == "temporal" and isinstance(node.get("field"), str):
            yield node["field"]
        for value in node.values():
            yield from _temporal_fields(value)
    elif isinstance(node, list):
        for value in node:
            yield from _temporal_fields(value)


def _tidy_row(row: Any, used: str, dates: frozenset[str]) -> Any:
    if not isinstance(row, dict):
        return row
    return {key: _tidy_value(value, key in dates) for key, value in row.items() if key in used}


def _tidy_value(value: Any, temporal: bool) -> Any:
    if isinstance(value, float):
        return float(f"{value:.7g}")
    if temporal and isinstance(value, str) and _DATE_ONLY.match(value):
        return value + _MIDNIGHT
    return value
