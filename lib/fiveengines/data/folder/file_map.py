"""Which series a file holds: by the columns of a known layout, then by its name, then by columns with catalog ids.

No file is opened here; what cannot be told is left out with a reason and the step that mends it.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from pathlib import PurePosixPath

from fiveengines.base.errors import DataError
from fiveengines.data.catalog import catalog
from fiveengines.data.dataset import LeftOut
from fiveengines.data.folder import names
from fiveengines.data.folder.csv import column_name
from fiveengines.data.folder.header import FIELDS, Header
from fiveengines.data.folder.layouts import (
    COT_CODES,
    LAYOUTS,
    PUT_CALL,
    TFF_CODES,
    Check,
    Recipe,
    cot,
    tff,
    vendor_of,
)

_FOLDERS = frozenset({
    "fred", "cboe", "cftc", "volatility", "breadth", "sentiment", "prices", "valuation", "options",
    "reference",
})  # fmt: skip


# Names of a close, best first; the series' own name comes after "close".
_ADJUSTED = ("adj_close", "adjusted_close", "close")


_LAST = ("close_last", "price", "latest", "last", "last_price")


_PRICED = frozenset({"prices", "cboe", "volatility"})


# Files of a folder that lie elsewhere are read after those in their place.
_ELSEWHERE = 2


def placed(path: PurePosixPath) -> bool:
    """Whether the file lies in one of the folders that the README lays out."""
    return len(path.parts) == 2 and path.parts[0].lower() in _FOLDERS


def recipes(path: PurePosixPath, header: Header) -> tuple[Recipe, ...] | LeftOut:
    """How to read the file at `path` (relative to the directory) with this header, or why it is left out.

    DataError when the name and the content contradict each other.
    """
    found = _recognised(path, header)
    if isinstance(found, LeftOut) or placed(path):
        return found
    return tuple(replace(each, rank=each.rank + _ELSEWHERE) for each in found)


def _recognised(path: PurePosixPath, header: Header) -> tuple[Recipe, ...] | LeftOut:
    """By the columns of a known layout, then by the file's name, then by columns that bear catalog ids."""
    stem = path.stem
    layout = next((each for each in LAYOUTS if each.fits(header)), None)
    if layout is not None:
        found = layout.recipes(header, stem)
        if isinstance(found, LeftOut):
            return found
        # A file may hold two surveys side by side.
        for other in LAYOUTS:
            if other.series and not set(other.series) & set(layout.series) and other.fits(header):
                more = other.recipes(header, stem)
                found += () if isinstance(more, LeftOut) else tuple(replace(r, rank=r.rank + 1) for r in more)
        return (*found, *_further(header, {name for each in found for name in each.columns}))
    kind, market = _positions(stem)
    if kind:
        return ((tff if kind == "tff" else cot)(market, None),)
    if header.tickers:
        return _by_ticker(stem, header)
    series = named(stem)
    if series is not None:
        return _single(series, stem, header)
    return _further(header, set()) or _unknown(stem, header)


# a file's name → the series it promises, where it is not the series' own name
_PROMISES = (
    (re.compile(r"vix_futures"), "UX1"),
    (re.compile(r".*(margin[-_]statistics|finra).*"), "MARGIN_DEBT"),
    (re.compile(r".*aaii.*"), "AAII_BULLISH"),
    (re.compile(r".*naaim.*|use_data.*"), "NAAIM"),
)


@cache
def named(stem: str) -> str | None:
    """The series that a file's name promises."""
    if names.other_product(stem):
        return "PUT_CALL_EQUITY"
    kind, market = _positions(stem)
    if kind:
        return f"TFF_{market}_OPEN_INTEREST" if kind == "tff" else f"COT_{market}_SPEC_LONG"
    promised = next((series for form, series in _PROMISES if form.fullmatch(stem.lower())), None)
    return promised or names.series_of_file(stem)


def _positions(stem: str) -> tuple[str, str]:
    """Report and market of a file of our own naming, such as tff_sp500_mini; two empty words for another."""
    kind, _, rest = stem.lower().partition("_")
    market = rest.partition("_")[0].upper()
    known = {"tff": TFF_CODES, "cot": COT_CODES}.get(kind, {})
    return (kind, market) if market in known else ("", "")


_A_TICKER = re.compile(r"[A-Z][A-Z0-9]{0,5}(?:-[A-Z]{1,2})?")


def further_ticker(path: PurePosixPath, word: LeftOut) -> str | None:
    """The ticker that a file of daily prices in the folder prices/ is named after, BRK.B as BRK-B; None for another."""
    if path.parts[0].lower() != "prices" or word.reason not in {
        "not in the catalog",
        "prices of no known symbol",
    }:
        return None
    for text in names.spellings(path.stem):
        ticker = re.sub(r"[._ ]", "-", text.strip().removesuffix(".us").upper())
        if _A_TICKER.fullmatch(ticker):
            return ticker
    return None


def choices(series: str) -> tuple[str, ...]:
    """Names that the series' column may have, for a message about a file without a header."""
    if catalog()[series].provider in _PRICED:
        return _closes(series)
    own = {"NAAIM": ("naaim_number", "mean_average"), "PUT_CALL_EQUITY": PUT_CALL}
    if series.startswith("AAII_"):
        return ("bullish", "neutral", "bearish")
    if series == "MARGIN_DEBT":
        return ("debit_balances",)
    return own.get(series, (column_name(series), "value"))


def closes_of(header: Header) -> tuple[str, ...]:
    """The columns of a price table that are closes, best first; none when it is no price table."""
    return tuple(name for name in (*_ADJUSTED, *_LAST) if name in header.known)


def _closes(series: str) -> tuple[str, ...]:
    own = column_name(series)
    return (*_ADJUSTED, own, f"{own}_close", *_LAST)


def _single(series: str, stem: str, header: Header) -> tuple[Recipe, ...] | LeftOut:
    """One series by the file's name, with what else of the catalog is in its columns."""
    layout = next((each for each in LAYOUTS if series in each.series), None)
    if layout is not None and series not in {"GEX", "DIX"}:
        return layout.recipes(header, stem)
    own = column_name(series)
    entry = catalog()[series]
    priced = entry.provider in _PRICED
    choices = _closes(series) if priced else (own,)
    vintages = sorted(
        (found[1], column_name(cell))
        for cell in header.cells
        if (found := names.vintage(cell)) and found[0] == series
    )
    choices += tuple(name for _, name in reversed(vintages))
    if len(header.names) == 2:
        choices += ("value",)
    columns = {series: choices}
    if priced:
        columns |= {
            f"{series}_{p.upper()}": (p, f"{own}_{p}")
            for p in ("open", "high", "low")
            if f"{series}_{p.upper()}" in catalog()
        }
    _same_ticker(series, header)
    # a price file may hold an adjusted close beside highs and lows that are not
    check: Check = "ohlc" if entry.provider == "cboe" else "none"
    part = names.symbol(stem).startswith(("VIXCURRENT", "VIXARCHIVE"))
    main = Recipe(columns, check, merge=part, required=(series,), rank=1 if part else 0)
    return (main, *_further(header, set(columns), anew=not set(choices) & header.known))


def _same_ticker(series: str, header: Header) -> None:
    """DataError when a column of symbols names another series than the file."""
    told = {names.series_of(each) or each for each in header.symbols}
    if told and series not in told:
        raise DataError(
            f"the file is named {series}, but its rows are of {', '.join(sorted(header.symbols)[:3])}.",
            where=header.where,
            series=series,
            remedy="Rename the file after the symbol in it, or download the right one.",
        )


def _further(header: Header, claimed: set[str], *, anew: bool = False) -> tuple[Recipe, ...]:
    """Columns that bear catalog ids in a file that is not named after them; none when the file names another
    series that is absent (`anew`)."""
    if anew:
        return ()
    found: dict[str, list[tuple[str, str]]] = {}
    for cell in header.cells:
        text = cell.strip()
        past = names.vintage(text)
        if past is not None:
            found.setdefault(past[0], []).append((past[1], column_name(text)))
        elif text in catalog():
            found.setdefault(text, []).append(("9", column_name(text)))
        elif _vendors(text) and (series := names.series_of(text)):
            found.setdefault(series, []).append(("0", column_name(text)))
    # of one series' vintages the newest
    columns = {s: tuple(name for _, name in sorted(all_, reverse=True)) for s, all_ in found.items()}
    wanted = {series: names_ for series, names_ in columns.items() if series not in claimed}
    by_step: dict[str, dict[str, tuple[str, ...]]] = {}
    for series, names_ in wanted.items():
        by_step.setdefault(catalog()[series].frequency, {})[series] = names_
    return tuple(Recipe(each, rank=1) for each in by_step.values())


def _vendors(text: str) -> bool:
    """Whether a column's name is written as only Yahoo (^GSPC, ES=F) and FRED write it."""
    return text.startswith("^") or text.endswith("=F") or text in {"SP500", "NASDAQ100"}


def _by_ticker(stem: str, header: Header) -> tuple[Recipe, ...] | LeftOut:
    """yfinance's table of one or several tickers, whose header rows were joined."""
    known = {ticker: series for ticker in header.tickers if (series := names.series_of(ticker))}
    if len(header.tickers) == 1:
        promised = named(stem)
        if promised is not None:
            _same_ticker(promised, replace(header, symbols=header.tickers))
            return _single(promised, stem, header)
        if known:
            return _single(next(iter(known.values())), stem, header)
    found = []
    for ticker, series in known.items():
        end = column_name(ticker)
        columns = {series: tuple(f"{name}_{end}" for name in _ADJUSTED)} | {
            f"{series}_{part.upper()}": (f"{part}_{end}",)
            for part in ("open", "high", "low")
            if f"{series}_{part.upper()}" in catalog()
        }
        found.append(Recipe(columns, rank=1))
    return tuple(found) or LeftOut(
        "not in the catalog", f"prices of {', '.join(header.tickers[:5])}, none of them in the catalog"
    )


def _unknown(stem: str, header: Header) -> LeftOut:
    changes = [cell.strip() for cell in header.cells if names.change_of(cell)]
    if changes:
        why = f"{changes[0]} is a change of {names.change_of(changes[0])}, not its level"
        return LeftOut("not the level", why, "Download it with the units Levels (FRED: Edit Graph).")
    vendor = vendor_of(header)
    if vendor and names.is_not_daily(stem):
        return LeftOut("not daily", f"{vendor} prices of weeks, months or minutes", "Export daily bars.")
    if vendor or {"close", "high", "low"} <= header.known:
        whose = f"{vendor} prices" if vendor else "prices"
        return LeftOut(
            "prices of no known symbol",
            f"{whose} under a name that is no symbol of the catalog",
            "If it is one, rename the file after its symbol (SPY.csv, SPX.csv).",
        )
    return LeftOut("not in the catalog", "neither its name nor a column is a series of the catalog")


def is_price_table(header: Header) -> bool:
    """Whether most columns are tickers: closes by date and ticker."""
    if any(layout.fits(header) for layout in LAYOUTS) or any(_no_price(cell) for cell in header.cells):
        return False
    others = [cell for cell in header.cells if column_name(cell) not in FIELDS and not _dated(cell)]
    return len(others) > 9 and sum(map(_ticker, others)) > 0.8 * len(others)


def _no_price(cell: str) -> bool:
    """Whether a column is of another provider's series: a table of several FRED series is no table of closes."""
    entry = catalog().get(cell.strip())
    return entry is not None and entry.provider not in _PRICED


def _dated(cell: str) -> bool:
    return column_name(cell) in {"", "date", "index", "unnamed_0"}


def _ticker(cell: str) -> bool:
    text = cell.strip()
    return 0 < len(text) <= 9 and text == text.upper() and text[0].isalpha() and "_" not in text
