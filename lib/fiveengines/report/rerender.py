"""Render a week again with its original parameters, and list what came out differently.

Its parameters are in its own folder: as_of and source in reading.json, the rest in weekly.ipynb.
"""

from __future__ import annotations

from typing import Any

from fiveengines.base.bounded_files import json_object
from fiveengines.base.errors import DataError
from fiveengines.base.parameters import RunParameters, run_parameters
from fiveengines.report.saving import NOTEBOOK, READING
from fiveengines.report.store import ReportStore

_ASKED = ("data_dir", "params_file")
# What of a reading is no reading, or is compared by itself.
_NO_PARTS = {
    "schema", "generated_at", "library_version", "parameters_fingerprint", "series_fingerprints", "data_fingerprint",
}  # fmt: skip


def original_parameters(
    store: ReportStore, day: str, out_dir: str | None = None
) -> tuple[RunParameters, dict[str, Any]]:
    """The parameters of the week in OUT/day, and its reading. DataError when either cannot be read."""
    names = (f"{day}/{READING}", f"{day}/{NOTEBOOK}")
    found = store.read(names)
    reading, notebook = (_document(found[name], f"{store.label}/{name}") for name in names)
    try:
        given = notebook.get("metadata", {}).get("papermill", {}).get("parameters", {})
        values = {name: given.get(name) for name in _ASKED}
        if any("\0" in str(value) for value in values.values()):
            raise ValueError("no path")
    except (AttributeError, ValueError):
        raise _unusable(f"{store.label}/{names[1]}") from None
    values |= {"as_of": reading.get("as_of"), "source": reading.get("source"), "out_dir": out_dir}
    return run_parameters(values), reading


def original_companions(reading: dict[str, Any]) -> list[str]:
    """Names of the companions that ran with the week; none where the reading does not say."""
    held = reading.get("companions")
    found = [each.get("name") for each in held if isinstance(each, dict)] if isinstance(held, list) else []
    return [each for each in found if isinstance(each, str)]


def differences(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """What differs between two readings of one week, a line each; empty when only the moment does."""
    lines = []
    if before.get("library_version") != after.get("library_version"):
        lines.append(f"library: {before.get('library_version')} → {after.get('library_version')}")
    if before.get("parameters_fingerprint") != after.get("parameters_fingerprint"):
        lines.append("parameters: a threshold, a weight or a manual reading has changed")
    was, now = before.get("series_fingerprints", {}), after.get("series_fingerprints", {})
    changed = sorted(key for key in was.keys() | now.keys() if was.get(key) != now.get(key))
    if changed:
        shown = ", ".join(changed[:8]) + (f" and {len(changed) - 8} more" if len(changed) > 8 else "")
        lines.append(f"data: {shown}")
    parts = (before.keys() | after.keys()) - _NO_PARTS
    read = sorted(key for key in parts if before.get(key) != after.get(key))
    if read:
        lines.append(f"reading: {', '.join(read)}")
    return lines


def _document(content: bytes | None, where: str) -> dict[str, Any]:
    try:
        return json_object(content)
    except ValueError:
        raise _unusable(where) from None


def _unusable(where: str) -> DataError:
    return DataError(
        "cannot be read", where=where, remedy="Render the week with `fiveengines weekly --as-of` instead."
    )
