"""Figures as a reader sees them: true minus, unit, dash for what is missing, dates without leading zeros."""

from __future__ import annotations

import datetime as dt

import pytest

from fiveengines.base import formats

DAY = dt.date(2018, 12, 5)
MISSING = [None, float("nan")]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (formats.number(-1234.56, 1), "−1,234.6"),
        (formats.number(3, sign=True), "+3"),
        (formats.number(-4.25, 1, " %"), "−4.2 %"),
        (formats.number(-0.3, 0, " %"), "0 %"),
        (formats.number(-0.04, 1, sign=True), "+0.0"),
        (formats.number(19.51 - 24.16, 1), "−4.7"),
        (formats.number(-4.65, 1), "−4.7"),
        (formats.percent(0.534), "53 %"),
        (formats.percent(0.125, 1), "12.5 %"),
        (formats.signed(0.324), "+0.32"),
        (formats.signed(-0.18), "−0.18"),
        (formats.dollars(1234.4), "$1,234"),
        (formats.dollars(-171.3, 0, " bn"), "−$171 bn"),
        (formats.ordinal(1), "1st"),
        (formats.ordinal(12), "12th"),
        (formats.ordinal(22), "22nd"),
        (formats.ordinal(113), "113th"),
        (formats.counted(1, "week"), "1 week"),
        (formats.counted(1200, "week"), "1,200 weeks"),
        (formats.date(DAY), "5 Dec 2018"),
        (formats.long_date(DAY), "Wednesday, 5 December 2018"),
        (formats.age(0), "same day"),
        (formats.age(1), "1 day old"),
        (formats.age(364), "364 days old"),
        (formats.age(366), "1 year old"),
        (formats.age(1100), "3 years old"),
        (formats.joined(["breadth"]), "breadth"),
        (formats.joined(["liquidity", "breadth", "volatility"]), "liquidity, breadth and volatility"),
        (formats.joined([]), ""),
        (formats.first_capital("breadth is wide"), "Breadth is wide"),
        (formats.minus("from -3 to -$5, not-3, 2019-12-27"), "from −3 to −$5, not-3, 2019-12-27"),
    ],
)
def test_what_is_written(text: str, wanted: str) -> None:
    assert text == wanted


@pytest.mark.parametrize("write", [formats.number, formats.percent, formats.signed, formats.dollars])
def test_what_is_missing_is_a_dash(write: object) -> None:
    assert {write(each) for each in MISSING} == {"–"}  # type: ignore[operator]
