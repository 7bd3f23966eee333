"""A portfolio's files as text and as rows of a CSV; what cannot be read as one is said in one line.

Reading only; what a row means is for the module that asks.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from fiveengines.base import bounded_files
from fiveengines.base.errors import DataError, ParameterError


def read_text(path: Path, remedy: str) -> str:
    """The file's text in UTF-8, a byte-order mark dropped; DataError with `remedy` for one that cannot be read."""
    try:
        return bounded_files.read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError:
        said = "it is no text in UTF-8"
    except OSError as problem:
        said = problem.strerror or str(problem)
    except ParameterError as problem:
        said, remedy = problem.message.removeprefix(f"{path}: ").rstrip("."), problem.remedy or remedy
    raise DataError(f"cannot be read ({said}).", where=path.name, remedy=remedy)


def csv_lines(path: Path) -> list[tuple[int, list[str]]]:
    """Line number and cells of every line of a CSV, empty ones left out; DataError for a file that is none."""
    remedy = "Save it as CSV in UTF-8."
    reader = csv.reader(io.StringIO(read_text(path, remedy)))
    try:
        return [(reader.line_num, cells) for cells in reader if cells]
    except csv.Error as problem:
        raise DataError(f"cannot be read ({problem}).", where=path.name, remedy=remedy) from None


def csv_rows(path: Path, columns: Sequence[str], needed: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Line number and cells by heading, in small letters, of every row below the first line; none without a line.

    DataError for a file that is no CSV, and for one without a `needed` column; `columns` are those that it may have.
    """
    lines = csv_lines(path)
    head = [each.strip().lower() for each in lines[0][1]] if lines else []
    if lines and (lacking := [each for each in needed if each not in head]):
        raise DataError(
            f"has no column {lacking[0]!r}.",
            where=str(path),
            remedy=f"The first line names columns: {', '.join(columns)}.",
        )
    return [(at, dict(zip(head, map(str.strip, cells), strict=False))) for at, cells in lines[1:]]
