"""Shares split since they were bought: by a table of one's own (splits.csv), else by what the price history shows.

Lots and numbers; which history counts is decided by whoever hands the closes in.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from fiveengines.base.errors import DataError
from fiveengines.base.formats import counted, number
from fiveengines.portfolio.files import csv_rows
from fiveengines.portfolio.holdings import Holdings, Lot, Position
from fiveengines.portfolio.trades import split_ratio

FILE = "splits.csv"
COLUMNS = ("ticker", "date", "ratio")
Table = Mapping[str, Sequence[tuple[dt.date, float]]]


def read_splits(path: Path) -> dict[str, list[tuple[dt.date, float]]]:
    """Splits by ticker from `ticker,date,ratio` (2 when two shares came for one); empty without a file.

    DataError with file, line and remedy for anything else.
    """
    if not path.is_file():
        return {}
    found: dict[str, list[tuple[dt.date, float]]] = {}
    for line, row in csv_rows(path, COLUMNS, COLUMNS):
        ticker, when, text = (row.get(each, "") for each in COLUMNS)
        try:
            day, ratio = dt.date.fromisoformat(when), float(text)
            if not 0 < ratio < math.inf:
                raise ValueError
        except ValueError:
            raise DataError(
                f"{when!r}, {text!r} is no split.",
                where=f"{path.name}, line {line}",
                remedy="Write the day as YYYY-MM-DD and 2 for two for one.",
            ) from None
        found.setdefault(ticker.upper(), []).append((day, ratio))
    return found


def after_splits(
    holdings: Holdings,
    closes: pd.DataFrame,
    table: Table,
    day: dt.date,
    ratios: Sequence[float],
    *,
    tolerance: float,
    usual: float,
) -> Holdings:
    """The holdings in the shares of the price history on `day`; `notes` says which lots changed and by what.

    closes: sessions × ticker, NaN where none. A ticker in `table` follows it alone. Else a lot whose cost lies further
    than `usual` (a share) from the close of its day, and within `tolerance` of it after one of `ratios`, was split by
    that. Target and stop follow where that brings them nearer to the last close. A lot without cost or day is as it is.
    """
    positions, notes = {}, list(holdings.notes)
    for name, position in holdings.positions.items():
        history = closes[name].dropna() if name in closes else pd.Series(dtype="float64")
        known = name in table
        split = [
            _by_table(lot, table[name], day) if known else _by_history(lot, history, ratios, tolerance, usual)
            for lot in position.lots
        ]
        positions[name] = _split(position, split, None if history.empty else float(history.iloc[-1]))
        changed = [(lot, ratio) for lot, ratio in zip(position.lots, split, strict=True) if ratio != 1.0]
        by = f"by {FILE}" if known else "by the price history"
        notes += [
            f"{name}: {number(lot.shares)} shares of {lot.opened} count as {number(lot.shares * ratio)}, split "
            f"{_words(ratio)} since, {by}."
            for lot, ratio in changed
        ]
    return Holdings(positions, holdings.cash, tuple(notes))


def held_on(holdings: Holdings, day: dt.date) -> Holdings:
    """The holdings without the lots that were bought after `day`; `notes` names them."""
    positions, notes = {}, list(holdings.notes)
    for name, position in holdings.positions.items():
        lots = tuple(lot for lot in position.lots if lot.opened is None or lot.opened <= day)
        later = len(position.lots) - len(lots)
        if later:
            notes.append(f"{name}: {counted(later, 'lot')} bought after {day} left out.")
        if lots or not position.lots:
            positions[name] = replace(position, lots=lots)
    return Holdings(positions, holdings.cash, tuple(notes))


def _by_table(lot: Lot, splits: Sequence[tuple[dt.date, float]], day: dt.date) -> float:
    """Every split after the lot was bought, up to `day`; a lot of unknown day is taken as it is."""
    opened = lot.opened
    return 1.0 if opened is None else math.prod(ratio for when, ratio in splits if opened < when <= day)


def _by_history(
    lot: Lot, history: pd.Series, ratios: Sequence[float], tolerance: float, usual: float
) -> float:
    if not lot.cost or lot.opened is None:
        return 1.0
    before = history.loc[: pd.Timestamp(lot.opened)]
    if before.empty or abs(lot.cost / float(before.iloc[-1]) - 1) <= usual:
        return 1.0
    return split_ratio(lot.cost, float(before.iloc[-1]), ratios, tolerance)


def _split(position: Position, ratios: Sequence[float], price: float | None) -> Position:
    lots = tuple(
        replace(lot, shares=lot.shares * ratio, cost=None if lot.cost is None else lot.cost / ratio)
        for lot, ratio in zip(position.lots, ratios, strict=True)
    )
    most = max(ratios, key=lambda each: abs(math.log(each)), default=1.0)

    def followed(level: float | None) -> float | None:
        if not level or not price or most == 1.0:
            return level
        return min((level, level / most), key=lambda each: abs(math.log(each / price)))

    return replace(position, lots=lots, target=followed(position.target), stop=followed(position.stop))


def _words(ratio: float) -> str:
    return f"{ratio:g} for 1" if ratio > 1 else f"1 for {1 / ratio:g}"
