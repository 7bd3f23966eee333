"""Numbers as spreadsheets write them: thousands separators, decimal commas, percent signs, words for missing.

Cells of text in, float64 out; a cell with two possible meanings is refused, never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Convention = Literal["point", "comma"]
MISSING = frozenset({
    "", ".", "-", "--", "nan", "na", "n/a", "#n/a", "#na", "n.a.", "nd", "null", "none", "#n/a n/a", "missing",
})  # fmt: skip

_POINT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_POINT_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
_COMMA = re.compile(r"[+-]?\d+,\d+([eE][+-]?\d+)?")
_COMMA_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(\.\d{3})+(,\d+)?")
_SPACED = re.compile(r"[+-]?[1-9]\d{0,2}([ \u00a0\u202f']\d{3})+([.,]\d+)?")
_ONE_GROUP = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")
_ENOUGH = 8


class AmbiguousNumbersError(ValueError):
    """The numbers can be read in two ways, or are written in two ways."""


@dataclass(frozen=True)
class Numbers:
    """Values with NaN for missing, the rows whose text is no number, and the repairs made."""

    values: Floats
    bad: tuple[int, ...]
    repairs: tuple[str, ...]


def _bare(cell: str) -> str:
    text = cell.strip().removesuffix("%").rstrip()
    if "$" in text[:2]:
        text = text.replace("$", "", 1).lstrip()
    return re.sub(r"[ \u00a0\u202f']", "", text) if _SPACED.fullmatch(text) else text


def convention(cells: Sequence[str], delimiter: str, tolerated: int) -> Convention:
    """Whether point or comma separates the decimals of `cells`, by what cannot be read otherwise.

    `13.78` or `4,165,591` speak for the point, `13,78` or `4.165.591` for the comma; `4,165` may be either.
    Raises AmbiguousNumbersError when both speak (more than `tolerated` cells for the weaker) or neither can.
    """
    texts = [text for cell in cells if (text := _bare(cell))]
    if delimiter != ";" and not any("," in text for text in texts):
        return "point"
    single = [text for text in texts if _ONE_GROUP.fullmatch(text)]
    others = [text for text in texts if not _ONE_GROUP.fullmatch(text)]
    point = sum(_speaks(text, ".", _POINT, _POINT_GROUPED) for text in others)
    comma = sum(_speaks(text, ",", _COMMA, _COMMA_GROUPED) for text in others)
    if min(point, comma) > tolerated:
        raise AmbiguousNumbersError("some numbers have a decimal point and others a decimal comma")
    if point != comma:
        return "point" if point > comma else "comma"
    return _from_single_groups(single, others, delimiter)


def _speaks(text: str, mark: str, plain: re.Pattern[str], grouped: re.Pattern[str]) -> bool:
    other = "," if mark == "." else "."
    return bool((mark in text and plain.fullmatch(text)) or (other in text and grouped.fullmatch(text)))


def _from_single_groups(single: list[str], others: list[str], delimiter: str) -> Convention:
    commas = [text for text in single if "," in text]
    if not single:
        return "point"
    if len(commas) not in (0, len(single)):
        raise AmbiguousNumbersError(f"{single[0]!r} and others mix point and comma")
    # whole numbers of four digits without a separator: the separator elsewhere is a decimal one
    if any(len(text.lstrip("+-")) > 3 for text in others if text.lstrip("+-").isdigit()):
        return "comma" if commas else "point"
    if commas and delimiter == "," and len(commas) >= _ENOUGH:
        return "point"
    raise AmbiguousNumbersError(f"{single[0]!r} can mean thousands or decimals")


def read_numbers(cells: Sequence[str], style: Convention) -> Numbers:
    """`cells` as float64 under one convention; words for missing give NaN, other text is listed as bad."""
    values = np.full(len(cells), np.nan)
    bad: list[int] = []
    grouped = 0
    percent: list[int] = []
    numeric = 0
    for row, cell in enumerate(cells):
        text = cell.strip()
        if text.lower() in MISSING:
            continue
        number = _number(_bare(text), style)
        if number is None or not np.isfinite(number):
            bad.append(row)
            continue
        numeric += 1
        values[row] = number
        plain = text.removesuffix("%").rstrip().replace("$", "", 1).lstrip()
        grouped += _POINT.fullmatch(plain) is None or (style == "comma" and "." in plain)
        if text.endswith("%"):
            percent.append(row)
    repairs = []
    if percent and len(percent) < numeric:
        # a share and a percentage side by side differ by a factor of 100
        minority = (
            percent
            if len(percent) * 2 <= numeric
            else sorted(set(np.flatnonzero(np.isfinite(values))) - set(percent))
        )
        bad.extend(int(row) for row in minority)
        values[minority] = np.nan
    elif percent:
        repairs.append("percent signs were removed")
    if grouped:
        what = (
            "thousands separators were removed"
            if style == "point"
            else "decimal commas were read as decimals"
        )
        repairs.append(what)
    return Numbers(values, tuple(sorted(bad)), tuple(repairs))


def _number(text: str, style: Convention) -> float | None:
    if style == "point":
        if _POINT.fullmatch(text):
            return float(text)
        return float(text.replace(",", "")) if _POINT_GROUPED.fullmatch(text) else None
    if _COMMA_GROUPED.fullmatch(text):
        return float(text.replace(".", "").replace(",", "."))
    if _COMMA.fullmatch(text):
        return float(text.replace(",", "."))
    return float(text) if text.lstrip("+-").isdigit() else None
