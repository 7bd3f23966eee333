"""How figures, shares, scores, money and dates are written for a reader, everywhere: with a true minus, None as a dash.

Plain text only; what a figure means, and markup, may not enter.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import re
from collections.abc import Callable, Iterable, Sequence

NOTHING = "–"
_HYPHEN = re.compile(r"(?<![\w-])-(?=[$\d])")
_DAYS_A_YEAR = 365.25
# What begins a formula, in the wide forms of East Asian writing too.
_FORMULA = frozenset("=+-@\uff1d\uff0b\uff0d\uff20")


def minus(text: str) -> str:
    """The same text with true minus signs before figures."""
    return _HYPHEN.sub("−", text)


def number(value: float | None, digits: int = 0, unit: str = "", *, sign: bool = False) -> str:
    """'1,234.5', '−3 %': a figure with its unit; `sign` writes a plus too; a dash for None and NaN."""
    if value is None or math.isnan(value):
        return NOTHING
    return minus(f"{as_written(value, digits):{'+' if sign else ''},.{digits}f}{unit}")


def interval(low: float | None, high: float | None, digits: int = 1) -> str:
    """'−1.2 to +3.4': the ends of an interval with their signs."""
    return f"{number(low, digits, sign=True)} to {number(high, digits, sign=True)}"


def shares(count: float, digits: int = 2) -> str:
    """'45', '40.50': a number of shares, in whole ones where it is."""
    return number(count, 0 if float(count).is_integer() else digits)


def as_written(value: float, digits: int) -> float:
    """A figure in the digits in which it is written, without the dust of arithmetic; a nought has no sign.

    19.51 − 24.16 is −4.65 to a reader and −4.6499999999999986 to a computer: in one digit both are −4.7.
    """
    return round(round(value, 9), digits) + 0.0


def percent(share: float | None, digits: int = 0) -> str:
    """0.534 as '53 %'; a dash for None and NaN."""
    return number(None if share is None else 100 * share, digits, " %")


def signed(score: float | None) -> str:
    """A score with its sign, '+0.32'; a dash for None and NaN."""
    return number(score, 2, sign=True)


def dollars(amount: float | None, digits: int = 0, unit: str = "") -> str:
    """'$1,234', '−$5 bn'; a dash for None and NaN."""
    if amount is None or math.isnan(amount):
        return NOTHING
    return f"{'−' if amount < 0 else ''}${abs(amount):,.{digits}f}{unit}"


def figure(value: float | None, unit: str) -> str:
    """A value of an indicator with its unit, in as many digits as a reader needs; 'no value' for None."""
    if value is None:
        return "no value"
    if unit.startswith("% of"):
        return number(value, 1, f" {unit}")
    write = _FIGURES.get(unit)
    return write(value) if write else number(value, 2, f" {unit}")


_FIGURES: dict[str, Callable[[float], str]] = {
    "flag": lambda value: "yes" if value > 0 else "no",
    "%": lambda value: number(value, 1, " %"),
    "percentile": lambda value: f"{ordinal(round(value))} percentile",
    "$bn": lambda value: dollars(value, 0, " bn"),
    "$bn per 1 % move": lambda value: dollars(value, 1, " bn per 1 % move"),
    "ratio": lambda value: number(value, 2),
    "ratio-adjusted": number,
    "index": lambda value: number(value, 2 if abs(value) < 10 else 1),
    "points": lambda value: number(value, 2 if abs(value) < 10 else 1, " points", sign=True),
    "sessions": lambda value: number(value, 0, " sessions"),
    "issues": lambda value: number(value, 0, " issues"),
    "bp": lambda value: number(value, 0, " bp"),
    "bp a year": lambda value: number(value, 0, " bp a year"),
}


def ordinal(value: int) -> str:
    """1st, 2nd, 3rd, 4th …"""
    ending = "th" if 10 <= value % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def counted(count: int, noun: str) -> str:
    """'1 week', '3 weeks', '1,200 weeks'."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def date(day: dt.date) -> str:
    """'5 Dec 2018'."""
    return f"{day.day} {day:%b %Y}"


def long_date(day: dt.date) -> str:
    """'Wednesday, 5 December 2018'."""
    return f"{day:%A}, {day.day} {day:%B %Y}"


def age(days: int) -> str:
    """How old a figure or a reading of `days` days is: 'same day', '3 days old', '2 years old'."""
    if days <= 0:
        return "same day"
    years = int(days / _DAYS_A_YEAR)
    return f"{counted(years, 'year') if years else counted(days, 'day')} old"


def weeks_ago(weeks: int) -> str:
    """'this week', 'last week', '3 weeks ago'."""
    return {0: "this week", 1: "last week"}.get(weeks, f"{weeks} weeks ago")


def joined(words: Sequence[str]) -> str:
    """'breadth', 'breadth and volatility', 'liquidity, breadth and volatility'; empty without a word."""
    return " and ".join(filter(None, (", ".join(words[:-1]), *words[-1:])))


def first_capital(text: str) -> str:
    """The same text beginning with a capital."""
    return text[:1].upper() + text[1:]


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """The rows as CSV, a line each; None is an empty cell."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def inert(text: str) -> str:
    """A text for a spreadsheet's cell: on one line, and never taken for a formula.

    A spreadsheet passes over blanks, line breaks and marks that do not show before a sign that begins a formula; an
    apostrophe in front makes it a text.
    """
    line = " ".join(text.split())
    shown = line.lstrip("".join(each for each in set(line) if not each.isprintable()) + " '\"")
    return f"'{line}" if shown[:1] in _FORMULA else line
