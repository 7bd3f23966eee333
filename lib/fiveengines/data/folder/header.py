"""The top of a table: its header row, the words above it, the first rows. Enough to tell what a file is.

Bytes in, names out; which series they are is decided by the table of layouts.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from fiveengines.data.folder.csv import column_name
from fiveengines.data.folder.csv.csv_repair import find_header
from fiveengines.data.folder.csv.dates import is_date
from fiveengines.data.folder.csv.decode import unmarked

FIELDS = frozenset(
    {"open", "high", "low", "close", "adj_close", "volume", "dividends", "stock_splits", "price"}
)
_TOP = 8192
# A list may have so many lines above its header.
_HEADER_ROWS = 15
_LINES = 60
_PRODUCT = re.compile(r"PRODUCT:\s*([A-Za-z ]+)", re.IGNORECASE)
_FIRST_CELLS = frozenset({"", "price", "ticker", "attributes", "symbols", "date", "unnamed_0"})
# what the Cboe's words above a table say of its product
_PRODUCT_WORDS = re.compile(r"\b(total|index|etp|etf|vix)\b[^,\n]{0,40}\bput.?call", re.IGNORECASE)


@dataclass(frozen=True)
class Header:
    """`cells` as they are written, `names` in the reader's spelling; `tickers` of joined header rows.

    symbols: what a column named symbol or ticker says in the first rows. above: lines before the header.
    """

    where: str
    cells: tuple[str, ...]
    names: tuple[str, ...]
    above: str = ""
    sample: str = ""
    tickers: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()

    @cached_property
    def known(self) -> frozenset[str]:
        """The names, and `debit_balances` for FINRA's long one."""
        found = set(self.names)
        if any(name.startswith("debit_balances") for name in found):
            found.add("debit_balances")
        return frozenset(found)

    def product(self) -> str:
        """The product that the lines above the header name, empty when they name none."""
        match = _PRODUCT.search(self.above) or _PRODUCT_WORDS.search(self.above)
        return match[1].strip() if match else ""


def header_of(raw: bytes, where: str) -> Header | None:
    """The header of a table as text; None when its first lines hold none."""
    text = _text(raw[:_TOP])
    every = text.splitlines()
    if len(raw) > _TOP and len(every) > 1:
        every.pop()  # it may be cut
    lines = [line for line in every[:_LINES] if line.strip(" \t,;")]
    found = find_header(lines)
    if found is None:
        return None
    at, delimiter, names = found
    cells = _row(lines[at], delimiter)[: len(names)]
    return Header(
        where,
        tuple(cells),
        tuple(names),
        "\n".join(lines[:at]),
        "\n".join(lines[at + 1 : at + 3]),
        symbols=_symbols(names, lines[at + 1 :], delimiter),
    )


def columns_of(raw: bytes) -> frozenset[str]:
    """The header of a table without dates: the first line with ticker and sector, else the first of several cells."""
    lines = [line for line in re.split(r"\r\n|\n|\r", _text(raw[:_TOP])) if "," in line]
    rows = [frozenset(column_name(cell) for cell in _row(line, ",")) for line in lines[:_HEADER_ROWS]]
    listed = (row for row in rows if row & {"ticker", "symbol"} and row & {"sector", "gics_sector"})
    return next(listed, rows[0] if rows else frozenset())


def joined(raw: bytes) -> tuple[bytes, tuple[str, ...]]:
    """A table with one header row, and its tickers, out of pandas' two or three (yfinance); else as it is."""
    if raw.count(b",", 0, _TOP) == 0 or raw[:1].isdigit():
        return raw, ()
    top = _text(b"\n".join(raw[:_TOP].split(b"\n", 3)[:3])).splitlines()[:3]
    if len(top) < 3 or not all("," in line for line in top[:2]):
        return raw, ()
    first, second, third = (_row(line, ",") for line in top)
    if len(first) != len(second) or not {column_name(first[0]), column_name(second[0])} <= _FIRST_CELLS:
        return raw, ()
    fields, tickers = first[1:], second[1:]
    if not _all_fields(fields):
        fields, tickers = tickers, fields
    if not _all_fields(fields) or is_date(second[0]) or not all(cell.strip() for cell in tickers):
        return raw, ()
    own = tuple(dict.fromkeys(cell.strip() for cell in tickers))
    head = ",".join(
        name.strip() if len(own) == 1 else f"{name.strip()} {ticker.strip()}"
        for name, ticker in zip(fields, tickers, strict=True)
    )
    rows = raw.decode("utf-8", "replace").splitlines(keepends=True)
    below = 2 if is_date(third[0]) else 3
    return f"Date,{head}\n{''.join(rows[below:])}".encode(), own


def _all_fields(cells: Sequence[str]) -> bool:
    return bool(cells) and all(column_name(cell) in FIELDS | {"capital_gains"} for cell in cells)


def _symbols(names: Sequence[str], lines: Sequence[str], delimiter: str) -> tuple[str, ...]:
    at = next((names.index(name) for name in ("symbol", "ticker") if name in names), None)
    if at is None:
        return ()
    rows = [_row(line, delimiter) for line in lines]
    return tuple(dict.fromkeys(row[at].strip() for row in rows if len(row) > at and row[at].strip()))


def _row(line: str, delimiter: str) -> list[str]:
    return next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])


def _text(raw: bytes) -> str:
    body, encoding, _ = unmarked(raw)
    return body.decode(encoding, "replace")
