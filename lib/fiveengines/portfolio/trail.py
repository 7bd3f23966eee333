"""Trails of what a person did, a JSON object a line: lines are only ever added, by one writer at a time."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from fiveengines.base import atomic_io
from fiveengines.base.errors import DataError
from fiveengines.base.yaml_files import Strict
from fiveengines.portfolio.files import read_text

_Line = TypeVar("_Line", bound=Strict)


def read_trail(path: Path, model: type[_Line]) -> tuple[_Line, ...]:
    """The lines of a trail, oldest first, none without the file; DataError names a line that is not one of it."""
    if not path.exists():
        return ()
    found = []
    text = read_text(path, "Restore the file, or move it away.")
    for number, line in enumerate(text.splitlines(), start=1):
        try:
            found += [model.model_validate_json(line)] if line.strip() else []
        except ValidationError:
            raise DataError(
                "this line is not one of the trail",
                where=f"{path}, line {number}",
                remedy="Restore the line, or remove it.",
            ) from None
    return tuple(found)


def write_trail(path: Path, lines: Iterable[Strict]) -> None:
    """The whole trail, what was there and what is added, in one step."""
    atomic_io.write_text(path, "\n".join(each.model_dump_json() for each in lines) + "\n")
