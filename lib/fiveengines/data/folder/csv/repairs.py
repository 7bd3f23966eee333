"""What was changed while a table was read: in words, and with the day that it concerns.

Words and days only; nothing is repaired here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from fiveengines.data.folder.csv.dates import Days


class Repair(str):
    """A change in words. day: the one whose row it concerns, None when the whole file is meant; line: the row's line,
    where its day is not yet known."""

    __slots__ = ("day", "line")
    day: np.datetime64 | None
    line: int | None

    def __new__(cls, text: str, day: np.datetime64 | None = None, line: int | None = None) -> Repair:
        """The words, with the day or the line that they are about."""
        made = super().__new__(cls, text)
        made.day, made.line = day, line
        return made


def dated(repairs: Iterable[str], lines: Sequence[int], days: Days) -> list[Repair]:
    """The repairs with days in the place of lines: that of the line itself, else of the nearest row that has one.

    lines, days: (n,) the rows' lines and days, NaT where a row has none.
    """
    sound = ~np.isnat(days)
    found = []
    for each in repairs:
        one = each if isinstance(each, Repair) else Repair(each)
        if one.line is not None and sound.any():
            away = np.abs(np.asarray(lines)[sound] - one.line)
            one = Repair(one, days[sound][int(np.argmin(away))])
        found.append(one)
    return found
