"""What a portfolio holds, lot by lot, as people write it down: holdings.csv, or a broker's export of positions.

Reads and checks; prices, weights and orders are made elsewhere.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fiveengines.base.errors import DataError
from fiveengines.base.formats import csv_text, percent
from fiveengines.base.yaml_files import suggestion
from fiveengines.portfolio.files import csv_lines

FILE = "holdings.csv"
CASH = "CASH"
COLUMNS = ("ticker", "shares", "cost", "opened", "target", "stop", "weight", "sector")
# Beyond these a figure is a slip of the keyboard.
_MOST_SHARES, _MOST_DOLLARS, _LEAST_LEVEL = 1e12, 1e9, 1e-6
_LONGEST_SECTOR = 60
_THOUSANDS = re.compile(r"\d{1,3}(,\d{3})+(\.\d*)?")
_TICKER = re.compile(r"[A-Z0-9][A-Z0-9.\-=^_]{0,14}")


@dataclass(frozen=True)
class Lot:
    """Shares bought at once: how many, what one cost in dollars (None: not known), and when (None: not known)."""

    ticker: str
    shares: float
    cost: float | None = None
    opened: dt.date | None = None


@dataclass(frozen=True)
class Position:
    """All lots of one ticker, and what its owner wants of it; no lot for one that is to be bought first.

    target, stop: prices at which to take the gain or the loss; weight: wanted share of the portfolio (0…1), None when
    today's is wanted.
    """

    ticker: str
    lots: tuple[Lot, ...]
    target: float | None = None
    stop: float | None = None
    weight: float | None = None
    sector: str = ""

    @property
    def shares(self) -> float:
        """Shares of all lots."""
        return math.fsum(lot.shares for lot in self.lots)

    @property
    def cost(self) -> float | None:
        """Mean cost of a share in dollars; None while the cost of any lot is not known, or without shares."""
        if not self.shares or any(lot.cost is None for lot in self.lots):
            return None
        return math.fsum(lot.shares * (lot.cost or 0.0) for lot in self.lots) / self.shares


@dataclass(frozen=True)
class Holdings:
    """Positions by ticker in the order of the file, and cash in dollars; `notes` says what differs from the file."""

    positions: Mapping[str, Position]
    cash: float
    notes: tuple[str, ...] = ()


def read_holdings(path: Path) -> Holdings:
    """Holdings from a CSV with the columns of `COLUMNS`, one row a lot; only ticker and shares are needed.

    Cash is the row CASH, its shares dollars; a ticker that is not held yet has 0 shares and a wanted weight. A row may
    leave empty what it does not know; target, stop, weight and sector may stand on any one of a ticker's rows.
    DataError with file, line, column and remedy for anything else.
    """
    return _holdings(path.name, _rows(path, {}))


def import_positions(path: Path, columns: Mapping[str, str]) -> Holdings:
    """Holdings from a broker's export. columns: its heading for each of ours, as in params/rebalance.yaml.

    Headings that the map does not name are passed over; a row without a quantity (a heading or a total of the broker's)
    is too. DataError as for `read_holdings`.
    """
    return _holdings(path.name, _rows(path, columns))


def holdings_csv(holdings: Holdings) -> str:
    """The same holdings as the text of a holdings.csv."""
    rows: list[Sequence[object]] = [COLUMNS]
    for each in holdings.positions.values():
        wanted: list[object] = [each.target, each.stop, each.weight, each.sector]
        for lot in each.lots or (Lot(each.ticker, 0.0),):
            rows.append([lot.ticker, lot.shares, lot.cost, lot.opened, *wanted])
            wanted = [None, None, None, None]
    return csv_text([*rows, [CASH, holdings.cash, *[None] * (len(COLUMNS) - 2)]])


def _rows(path: Path, columns: Mapping[str, str]) -> Iterable[tuple[int, dict[str, str]]]:
    """Line number and cells by our names, empty rows left out."""
    lines = csv_lines(path)
    if not any(cell.strip() for _, row in lines for cell in row):
        raise DataError(
            "is empty.", where=path.name, remedy=f"The first line names the columns: {','.join(COLUMNS)}."
        )
    ours = {theirs.strip().lower(): name for name, theirs in columns.items()} or {n: n for n in COLUMNS}
    wanted = {theirs for theirs, name in ours.items() if name in {"ticker", "shares"}}
    start = next(
        (at for at, (_, row) in enumerate(lines) if wanted <= {cell.strip().lower() for cell in row}), None
    )
    if start is None:
        _commas_only(path.name, (row for _, row in lines), wanted)
        heads = [cell.strip().lower() for cell in lines[0][1]]
        missing = next((each for each in sorted(wanted) if each not in heads), "ticker")
        raise DataError(
            f"has no column {missing!r}.",
            where=path.name,
            remedy=f"The first line names the columns: {', '.join(ours)}.",
        )
    head = [cell.strip().lower() for cell in lines[start][1]]
    if not columns and (strange := [name for name in head if name and name not in ours]):
        raise DataError(
            f"there is no column {strange[0]!r}.{suggestion(strange[0], COLUMNS)}", where=path.name
        )
    if twice := next((name for at, name in enumerate(head) if name in ours and name in head[:at]), None):
        raise DataError(f"has two columns {twice!r}.", where=path.name, remedy="Remove one of them.")
    for number, row in lines[start + 1 :]:
        if not columns and any(cell.strip() for cell in row[len(head) :]):
            raise DataError(
                f"has {len(row)} cells for {len(head)} columns.",
                where=f"{path.name}, line {number}",
                remedy='Write thousands without a comma, or in quotes: "1,234".',
            )
        cells = {ours[name]: cell.strip() for name, cell in zip(head, row, strict=False) if name in ours}
        if any(cells.values()) and (not columns or cells.get("shares", "").strip("0.")):
            yield number, cells


def _commas_only(name: str, lines: Iterable[list[str]], wanted: Iterable[str]) -> None:
    """DataError when the columns are there and another sign than a comma stands between them."""
    for row in lines:
        for sign, word in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            cells = {cell.strip().strip('"').lower() for cell in ",".join(row).split(sign)}
            if set(wanted) <= cells:
                raise DataError(
                    f"has {word} between its columns.",
                    where=name,
                    remedy="Save it with commas and decimal points.",
                )


def _holdings(name: str, rows: Iterable[tuple[int, dict[str, str]]]) -> Holdings:
    lots: dict[str, list[Lot]] = {}
    said: dict[str, dict[str, object]] = {}
    cash, seen = 0.0, False
    for line, cells in rows:
        ticker = cells.get("ticker", "").upper()
        where = f"{name}, line {line}"
        shares = _number(cells.get("shares", ""), where, "shares", most=_MOST_SHARES)
        if shares is None:
            raise DataError("is empty.", where=where, field="shares", remedy="Write how many are held.")
        seen = True
        if ticker == CASH:
            cash += shares
            continue
        if not _TICKER.fullmatch(ticker):
            raise DataError(f"{ticker[:40]!r} is not a ticker.", where=where, field="ticker")
        wanted = bool(_number(cells.get("weight", ""), where, "weight", least=0.0, most=1.0))
        if shares < 0 or (shares == 0 and not wanted):
            raise DataError(
                f"{shares:g} is not possible.",
                where=where,
                field="shares",
                remedy="Write a number above zero, or 0 with a wanted weight; short positions are not planned here.",
            )
        cost = _number(cells.get("cost", ""), where, "cost", least=0.0, most=_MOST_DOLLARS)
        own = lots.setdefault(ticker, [])
        if shares:
            own.append(Lot(ticker, shares, cost, _day(cells.get("opened", ""), where)))
        _say(said.setdefault(ticker, {}), cells, where)
    if not seen:
        raise DataError("holds no positions.", where=name, remedy="One row a lot: ticker,shares,cost,opened.")
    if cash < 0:
        raise DataError(
            f"cash is {cash:,.2f}.", where=name, field="shares", remedy="Cash cannot be below zero."
        )
    positions = {each: Position(each, tuple(lots[each]), **said[each]) for each in lots}  # type: ignore[arg-type]
    total = math.fsum(each.weight or 0.0 for each in positions.values())
    if total > 1 + 1e-9:
        raise DataError(
            f"wanted weights add to {percent(total, 1)}.",
            where=name,
            field="weight",
            remedy="They may add to 1.",
        )
    return Holdings(positions, cash)


def _say(said: dict[str, object], cells: Mapping[str, str], where: str) -> None:
    """Add what one row wants of its ticker; two rows that want different things are refused."""
    wanted: dict[str, object] = {
        "target": _number(cells.get("target", ""), where, "target", least=_LEAST_LEVEL, most=_MOST_DOLLARS),
        "stop": _number(cells.get("stop", ""), where, "stop", least=_LEAST_LEVEL, most=_MOST_DOLLARS),
        "weight": _number(cells.get("weight", ""), where, "weight", least=0.0, most=1.0),
        "sector": cells.get("sector", "")[:_LONGEST_SECTOR] or None,
    }
    for field, value in wanted.items():
        if value is None:
            continue
        if said.setdefault(field, value) != value:
            raise DataError(
                f"{value!r} differs from {said[field]!r} on an earlier row of the same ticker.",
                where=where,
                field=field,
                remedy="Write it once.",
            )
    target, stop = said.get("target"), said.get("stop")
    if isinstance(target, float) and isinstance(stop, float) and stop >= target:
        raise DataError(
            f"{stop:g} is not below the target, {target:g}.",
            where=where,
            field="stop",
            remedy="A stop lies below, a target above; only long positions are planned here.",
        )


def _number(
    text: str, where: str, field: str, least: float = -math.inf, most: float = math.inf
) -> float | None:
    if not text:
        return None
    try:
        plain = text.removeprefix("$")
        value = float(plain.replace(",", "") if _THOUSANDS.fullmatch(plain) else plain)
    except ValueError:
        value = math.nan
    if not (math.isfinite(value) and least <= value <= most):
        remedy = (
            "Write a share of one, for example 0.05."
            if field == "weight"
            else "Write a plain number, dollars where it is money: 1234.5."
        )
        raise DataError(f"{text[:40]!r} is not possible.", where=where, field=field, remedy=remedy)
    return value


def _day(text: str, where: str) -> dt.date | None:
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError:
        raise DataError(
            f"{text[:40]!r} is not a date.", where=where, field="opened", remedy="Write it as YYYY-MM-DD."
        ) from None
    if day > dt.date.today():
        raise DataError(f"{day} is in the future.", where=where, field="opened", remedy="Correct the year?")
    return day
