"""Trails of what a person did, a JSON object a line: lines are only ever added, by one writer at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from filelock import FileLock, Timeout
from pydantic import ValidationError

from fiveengines.base import atomic_io
from fiveengines.base.errors import DataError, FiveEnginesError
from fiveengines.base.yaml_files import Strict

_WAIT_SECONDS = 10.0
_Line = TypeVar("_Line", bound=Strict)


def read_trail(path: Path, model: type[_Line]) -> tuple[_Line, ...]:
    """The lines of a trail, oldest first, none without the file; DataError names a line that is not one of it."""
    if not path.exists():
        return ()
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
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


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Make the folder, and keep every other writer out of it meanwhile; DataError when it cannot be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=_WAIT_SECONDS):
            yield
    except Timeout:
        raise DataError(
            f"someone else has been writing for {_WAIT_SECONDS:.0f} seconds",
            where=str(folder),
            remedy="Try again in a moment.",
        ) from None
    except FiveEnginesError:
        raise
    except OSError as error:
        raise DataError(
            f"cannot be written ({error.strerror or error})",
            where=str(folder),
            remedy="Check its permissions.",
        ) from None
