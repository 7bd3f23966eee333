"""Adding records to a week's file: whole or not at all, one writer at a time, what stands there untouched.

Files only; what a record means is decided elsewhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from fiveengines.base import atomic_io, paths, yaml_files
from fiveengines.base.errors import OverrideError
from fiveengines.overrides.entries import Record
from fiveengines.overrides.trail import WeekFile, read_week

_HEADER = """\
# Manual readings made for the reading of {reading}. Records are only ever added: to change or end one,
# add another, with the workbook's panel or `fiveengines override`. docs/OVERRIDES.md explains the fields.
records:
"""


@contextmanager
def only_writer(directory: Path | str) -> Iterator[None]:
    """Hold the directory's lock, made when absent; OverrideError when it stays taken or cannot be written."""
    folder = Path(directory)
    if paths.is_shipped(folder):
        raise OverrideError(
            "there is no project folder here to keep manual readings in.",
            remedy="Make one with `fiveengines init DIR` and work in it, or name a parameter file with --params.",
        )
    with atomic_io.only_writer(folder, OverrideError):
        yield


def append(path: Path, reading: dt.date, records: Sequence[Record]) -> None:
    """Add records to the week's file; what stands there already, comments included, keeps its bytes."""
    old = read_week(path)
    text = path.read_text(encoding="utf-8-sig") if path.exists() else ""
    if not old:
        text = _HEADER.format(reading=reading)
    elif not text.endswith("\n"):
        text += "\n"
    written = text + _yaml([_plain_record(each) for each in records])
    expected = (*old, *records)
    if _parsed(written) != expected:
        # a file indented by hand in another style: write it anew, records in the same order
        written = _HEADER.format(reading=reading) + _yaml([_plain_record(each) for each in expected])
    if len(written.encode()) > yaml_files.MAX_BYTES:
        raise OverrideError(
            f"{path}: would grow beyond {yaml_files.MAX_BYTES:,} bytes, which nothing reads.",
            remedy="Enter it for another reading.",
        )
    atomic_io.write_text(path, written)


def _parsed(text: str) -> tuple[Record, ...] | None:
    try:
        return WeekFile.model_validate(yaml_files.parse(text)).records
    except (yaml.YAMLError, ValueError):
        return None


def _plain_record(record: Record) -> dict[str, Any]:
    """The record as YAML writes it: dates as dates, the moment as text with its zone, nothing that is
    absent."""
    values = record.model_dump(exclude_none=True)
    return {
        name: value.isoformat(timespec="microseconds") if isinstance(value, dt.datetime) else value
        for name, value in values.items()
    }


def _yaml(rows: list[dict[str, Any]]) -> str:
    text: str = yaml.safe_dump(
        rows, allow_unicode=True, sort_keys=False, default_flow_style=False, width=4096
    )
    return text
