"""Tables damaged on purpose: whatever the damage, no number comes out that the clean file does not hold."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.base.errors import DataError
from fiveengines.data.folder.csv import Table, read_csv

TODAY = dt.date(2020, 1, 3)


def read(raw: bytes | str, wanted: tuple[str, ...] = ("walcl",), step: float = 7) -> Table:
    body = raw.encode() if isinstance(raw, str) else raw
    return read_csv(body, where="damaged.csv", wanted=wanted, step=step, today=TODAY)


def days(table: Table) -> list[str]:
    return [str(day) for day in table.dates]


def text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


@st.composite
def tables(draw: st.DrawFn) -> list[tuple[np.datetime64, str]]:
    """A clean weekly file's rows, with two decimals or whole numbers."""
    decimals = draw(st.sampled_from([0, 1, 2, 3, 6]))
    numbers = draw(st.lists(st.integers(-(10**8), 10**8), min_size=3, max_size=60))
    start = np.datetime64("2017-01-04") + draw(st.integers(0, 300))
    return [(start + 7 * at, f"{n / 10**decimals:.{decimals}f}") for at, n in enumerate(numbers)]


def lines_of(rows: list[tuple[np.datetime64, str]]) -> list[str]:
    return ["date,walcl"] + [f"{day},{number}" for day, number in rows]


def _cut(body: str, draw: st.DrawFn) -> bytes:
    return body[: draw(st.integers(0, len(body)))].encode()


def _swap(body: str, draw: st.DrawFn) -> bytes:
    lines = body.splitlines()
    return text([lines[0], *draw(st.permutations(lines[1:]))]).encode()


def _double(body: str, draw: st.DrawFn) -> bytes:
    lines = body.splitlines()
    at = draw(st.integers(0, len(lines) - 1))
    return text([*lines[: at + 1], lines[at], *lines[at + 1 :]]).encode()


def _european(body: str, draw: st.DrawFn) -> bytes:
    order = draw(st.sampled_from(["{2}.{1}.{0}", "{2}/{1}/{0}", "{1}/{2}/{0}", "{0}-{2}-{1}"]))
    lines = body.splitlines()
    cells = [line.split(",") for line in lines[1:]]
    rows = [f"{order.format(*day.split('-'))};{number.replace('.', ',')}" for day, number in cells]
    return text([lines[0].replace(",", ";"), *rows]).encode()


def _group(number: str, group: str, point: str) -> str:
    whole, _, decimals = number.partition(".")
    whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", group, whole)
    return f"{whole}{point}{decimals}" if decimals else whole


def _grouped(body: str, draw: st.DrawFn) -> bytes:
    lines = body.splitlines()
    cells = [line.split(",") for line in lines[1:]]
    quote = draw(st.sampled_from(['"', ""]))
    rows = [f"{day},{quote}{_group(number, ',', '.')}{quote}" for day, number in cells]
    return text([lines[0], *rows]).encode()


def _dotted(body: str, draw: st.DrawFn) -> bytes:
    lines = body.splitlines()
    cells = [line.split(",") for line in lines[1:]]
    rows = [f"{day};{_group(number, '.', ',')}" for day, number in cells]
    return text([lines[0].replace(",", ";"), *rows]).encode()


def _marked(body: str, draw: st.DrawFn) -> bytes:
    encoding = draw(st.sampled_from(["utf-8-sig", "utf-16"]))
    raw = body.encode(encoding)
    return raw[: draw(st.integers(0, len(raw)))] if draw(st.booleans()) else raw


def _blank(body: str, draw: st.DrawFn) -> bytes:
    lines = body.splitlines()
    lines.insert(
        draw(st.integers(0, len(lines))), draw(st.sampled_from(["", "  ", ",", lines[0], "Source: a bank"]))
    )
    return text(lines).encode()


def _torn(body: str, draw: st.DrawFn) -> bytes:
    """A line break or a comma lost somewhere, or a quotation mark too many."""
    at = draw(st.integers(0, len(body)))
    kind = draw(st.sampled_from(["break", "comma", "quote"]))
    if kind == "quote":
        return (body[:at] + '"' + body[at:]).encode()
    mark = "\n" if kind == "break" else ","
    found = body.find(mark, at)
    return (body if found < 0 else body[:found] + body[found + 1 :]).encode()


FAULTS = (_cut, _swap, _double, _european, _grouped, _dotted, _marked, _blank, _torn)


@st.composite
def corrupted(draw: st.DrawFn) -> tuple[list[tuple[np.datetime64, str]], bytes]:
    rows = draw(tables())
    fault = draw(st.sampled_from(FAULTS))
    return rows, fault(text(lines_of(rows)), draw)


@given(corrupted())
def test_a_corrupted_file_never_gives_another_number(
    case: tuple[list[tuple[np.datetime64, str]], bytes],
) -> None:
    rows, raw = case
    clean = {day: float(number) for day, number in rows}
    try:
        table = read(raw)
    except DataError as error:
        assert "\n" not in str(error)
        return
    pairs = zip(table.dates.tolist(), table.columns["walcl"].tolist(), strict=True)
    found = {day: value for day, value in pairs if not np.isnan(value)}
    expected = {day.item(): value for day, value in clean.items()}
    assert found.items() <= expected.items()
    if not table.repairs:
        # a file cut exactly between two lines is a shorter history
        assert list(found) == list(expected)[: len(found)]


@st.composite
def cboe_files(draw: st.DrawFn) -> tuple[dict[dt.date, tuple[float, ...]], bytes]:
    """Sessions with open, high, low and close in Cboe's form, then damaged."""
    count = draw(st.integers(2, 40))
    start = np.datetime64("2019-01-02") + draw(st.integers(0, 250))
    days = np.busday_offset(start, np.arange(count), roll="forward")
    prices = draw(st.lists(st.tuples(*[st.integers(9000, 90000)] * 4), min_size=count, max_size=count))
    clean = {
        day.item(): tuple(number / 1000 for number in row) for day, row in zip(days, prices, strict=True)
    }
    rows = [f"{day:%m/%d/%Y}," + ",".join(f"{value:.6f}" for value in row) for day, row in clean.items()]
    fault = draw(st.sampled_from([_cut, _swap, _double, _marked, _blank, _torn]))
    return clean, fault(text(["DATE,OPEN,HIGH,LOW,CLOSE", *rows]), draw)


@given(cboe_files())
def test_a_damaged_cboe_download_never_gives_another_number(
    case: tuple[dict[dt.date, tuple[float, ...]], bytes],
) -> None:
    clean, raw = case
    names = ("close", "open", "high", "low")
    try:
        table = read(raw, wanted=names, step=1)
    except DataError as error:
        assert "\n" not in str(error)
        return
    for at, day in enumerate(table.dates.tolist()):
        expected = dict(zip(("open", "high", "low", "close"), clean[day], strict=True))
        for name, values in table.columns.items():
            assert np.isnan(values[at]) or values[at] == expected[name]


@given(tables(), st.sampled_from(["\n", "\r\n"]))
def test_the_quick_and_the_patient_way_agree(rows: list[tuple[np.datetime64, str]], ending: str) -> None:
    body = text(lines_of(rows)).replace("\n", ending)
    quick, patient = read(body), read(body + ending)
    assert quick.repairs == patient.repairs == ()
    assert days(quick) == days(patient) == [str(day) for day, _ in rows]
    assert quick.columns["walcl"].tolist() == patient.columns["walcl"].tolist() == [float(n) for _, n in rows]


@given(tables())
def test_repairs_of_european_files_give_the_clean_numbers(rows: list[tuple[np.datetime64, str]]) -> None:
    body = text([line.replace(",", ";").replace(".", ",") for line in lines_of(rows)])
    try:
        table = read(body)
    except DataError as error:
        assert "thousands or decimals" in str(error) or "decimal point" in str(error)
        return
    assert table.columns["walcl"].tolist() == [float(number) for _, number in rows]
