"""The table of known layouts: how a file is recognised, which columns it has, which series they are.

A layout is recognised by its columns wherever the file lies, a single series by the file's name. No file is
opened here; what cannot be told is left out with a reason and the step that mends it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Literal

from fiveengines.base.errors import DataError
from fiveengines.data.catalog import catalog
from fiveengines.data.dataset import LeftOut
from fiveengines.data.folder import names
from fiveengines.data.folder.csv import column_name
from fiveengines.data.folder.header import FIELDS, Header

Check = Literal["none", "long_is_short", "tff", "aaii", "ohlc"]
CFTC_CODE = "cftc_contract_market_code"
# CFTC contract market codes: Traders in Financial Futures of the E-mini contracts; the legacy report
TFF_CODES = {"SP500": "13874A", "NASDAQ": "209742"}
COT_CODES = {
    "SP500": "13874+",
    "NASDAQ": "209742",
    "RUSSELL": "239742",
    "TNOTE2": "042601",
    "TNOTE10": "043602",
}
TFF_FIELDS = {"OPEN_INTEREST": "open_interest_all"} | {
    f"{who}_{side}": f"{who.lower()}_positions_{side.lower()}_all"
    for who in ("DEALER", "ASSET_MGR", "LEV_MONEY")
    for side in ("LONG", "SHORT")
}
_COT_WORDS = {"SPEC": "noncommercial", "COMM": "commercial", "NONREPT": "nonreportable"}
_COT_FIELDS = tuple(f"{who}_{side}" for who in _COT_WORDS for side in ("LONG", "SHORT"))
_FOLDERS = frozenset(
    {"fred", "cboe", "cftc", "volatility", "breadth", "sentiment", "prices", "valuation", "options"}
)
# Names of a close, best first; the series' own name comes after "close".
_ADJUSTED = ("adj_close", "adjusted_close", "close")
_LAST = ("close_last", "price", "latest", "last", "last_price")
_PRICED = frozenset({"prices", "cboe", "volatility"})
# Files of a folder that lie elsewhere are read after those in their place.
_ELSEWHERE = 2


@dataclass(frozen=True)
class Recipe:
    """How to read one file: series id → names its column may have, best first.

    keep: (column, text) of the rows that count. merge: several files may hold parts of a series' history.
    second_hand: ids that another file holds at first hand. required: ids without which the file is broken.
    renames: a column's other spelling → the one that checks know. rank: the lower is used first.
    """

    columns: Mapping[str, tuple[str, ...]]
    check: Check = "none"
    keep: tuple[str, str] | None = None
    merge: bool = False
    second_hand: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)
    rank: int = 0


@dataclass(frozen=True)
class Layout:
    """A provider's own table: any of `marks` among the columns gives it away.

    series: what it can hold. recipes: how to read it, or why it is left out, by its header and file name.
    """

    vendor: str
    marks: tuple[frozenset[str], ...]
    series: tuple[str, ...]
    recipes: Callable[[Header, str], tuple[Recipe, ...] | LeftOut]

    def fits(self, header: Header) -> bool:
        """Whether the header shows this layout."""
        return any(mark <= header.known for mark in self.marks)


@dataclass(frozen=True)
class PriceLayout:
    """A vendor's table of prices: the columns that give it away, the column that is the close."""

    vendor: str
    marks: frozenset[str]
    close: str


PRICE_LAYOUTS = (
    PriceLayout("Yahoo Finance", frozenset({"date", "adj_close"}), "adj_close"),
    PriceLayout("Alpha Vantage", frozenset({"timestamp", "close"}), "close"),
    PriceLayout("Nasdaq.com", frozenset({"date", "close_last"}), "close_last"),
    PriceLayout("Investing.com", frozenset({"date", "price", "change"}), "price"),
    PriceLayout("Barchart", frozenset({"time", "latest"}), "latest"),
    PriceLayout("Barchart", frozenset({"date_time", "latest"}), "latest"),
    PriceLayout("Barchart", frozenset({"date", "last", "change"}), "last"),
    PriceLayout("Stooq", frozenset({"ticker", "per", "close"}), "close"),
    PriceLayout("TradingView", frozenset({"time", "close"}), "close"),
)


def vendor_of(header: Header) -> str:
    """The vendor whose price table this is, empty when it is none we know."""
    return next((each.vendor for each in PRICE_LAYOUTS if each.marks <= header.known), "")


def _both(field: str) -> tuple[str, str]:
    """The CFTC's two spellings of a field: its open-data service leaves `_all` out of some."""
    return f"{field}_all", field


def _tff(market: str, keep: tuple[str, str] | None) -> Recipe:
    columns = {
        f"TFF_{market}_{name}": _both(column.removesuffix("_all")) for name, column in TFF_FIELDS.items()
    }
    columns[f"TFF_{market}_OPEN_INTEREST"] = ("open_interest_all", "open_interest")
    return Recipe(columns, "tff", keep, merge=True)


def _cot_names(name: str) -> tuple[str, ...]:
    """Names of SPEC_LONG and its like: our own, then the yearly files', then the open-data service's."""
    who, side = name.rsplit("_", 1)
    word, short = _COT_WORDS[who], {"SPEC": "noncomm", "COMM": "comm", "NONREPT": "nonrept"}[who]
    found = (*_both(f"{word}_positions_{side.lower()}"), *_both(f"{short}_positions_{side.lower()}"))
    return (name.lower(), *found)


def _cot(market: str, keep: tuple[str, str] | None) -> Recipe:
    columns = {f"COT_{market}_{name}": _cot_names(name) for name in _COT_FIELDS}
    renames = {other: name.lower() for name in _COT_FIELDS for other in _cot_names(name)[1:]}
    required = tuple(columns) if keep is None else ()
    return Recipe(columns, "long_is_short", keep, merge=keep is not None, required=required, renames=renames)


def _combined(header: Header, stem: str) -> LeftOut | None:
    both = "futonly_or_combined" in header.known and "Combined" in header.sample
    if both or stem.lower().startswith(("annualof", "fincom", "deahistfo")):
        return LeftOut(
            "another edition",
            "the CFTC's report of futures and options together; the catalog holds futures only",
            "Download the futures-only file.",
        )
    return None


def _tff_report(header: Header, stem: str) -> tuple[Recipe, ...] | LeftOut:
    return _combined(header, stem) or tuple(_tff(m, (CFTC_CODE, code)) for m, code in TFF_CODES.items())


def _legacy_report(header: Header, stem: str) -> tuple[Recipe, ...] | LeftOut:
    return _combined(header, stem) or tuple(_cot(m, (CFTC_CODE, code)) for m, code in COT_CODES.items())


def _another_report(what: str) -> Callable[[Header, str], LeftOut]:
    remedy = "Take Traders in Financial Futures (fut_fin_txt_YYYY.zip) or the legacy report (deacotYYYY.zip)."
    return lambda header, stem: LeftOut("another edition", what, remedy)


def _aaii(header: Header, stem: str) -> tuple[Recipe, ...]:
    words = ("bullish", "neutral", "bearish")
    return (Recipe({f"AAII_{w.upper()}": (w, f"aaii_{w}") for w in words}, "aaii"),)


def _margin(header: Header, stem: str) -> tuple[Recipe, ...]:
    debit = tuple(name for name in header.names if name.startswith(("debit_balances", "margin_debt")))
    return (Recipe({"MARGIN_DEBT": debit or ("debit_balances",)}, required=("MARGIN_DEBT",)),)


_PUT_CALL = ("equity_pc_ratio", "put_call_equity", "equity_p_c_ratio", "p_c_ratio", "ratio")


def _put_call(header: Header, stem: str) -> tuple[Recipe, ...]:
    """Refused when the file's name or its words above the header say another product than equities."""
    product = names.other_product(stem) or header.product()
    if product and product.lower() not in {"equity", "equities"}:
        raise DataError(
            f"this is the put/call ratio of {product.lower()} options, not of equities.",
            where=header.where,
            series="PUT_CALL_EQUITY",
            remedy="Download the equity ratio (Cboe's equitypc.csv).",
        )
    part = names.symbol(stem).startswith("EQUITYPC")  # the archive and the newer file are one history
    return (Recipe({"PUT_CALL_EQUITY": _PUT_CALL}, merge=part, required=("PUT_CALL_EQUITY",)),)


def _vix_futures(header: Header, stem: str) -> tuple[Recipe, ...]:
    columns = {f"UX{n}": (f"ux{n}",) for n in range(1, 8)} | {"VIX": ("vix_spot",)}
    # a daily copy of the index inside another file steps back behind the index's own file
    return (Recipe(columns, second_hand=("VIX",)),)


def _columns(**columns: tuple[str, ...]) -> Callable[[Header, str], tuple[Recipe, ...]]:
    return lambda header, stem: (Recipe(columns),)


def _marks(*alternatives: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(each.split()) for each in alternatives)


LAYOUTS = (
    Layout(
        "CFTC, Traders in Financial Futures",
        _marks(*(f"{name} {CFTC_CODE}" for name in _both("dealer_positions_long"))),
        tuple(f"TFF_{market}_{name}" for market in TFF_CODES for name in TFF_FIELDS),
        _tff_report,
    ),
    Layout(
        "CFTC, legacy report",
        _marks(*(f"{name} {CFTC_CODE}" for name in _cot_names("SPEC_LONG")[1:])),
        tuple(f"COT_{market}_{name}" for market in COT_CODES for name in _COT_FIELDS),
        _legacy_report,
    ),
    Layout(
        "CFTC, disaggregated report",
        _marks(*_both("prod_merc_positions_long")),
        (),
        _another_report("the CFTC's disaggregated report, which covers physical commodities"),
    ),
    Layout(
        "CFTC, supplemental report",
        _marks("ncomm_postions_long_all_nocit", "ncomm_positions_long_all_nocit", "cit_positions_long_all"),
        (),
        _another_report("the CFTC's supplemental report on index traders, which covers farm commodities"),
    ),
    Layout(
        "NAAIM",
        _marks("naaim_number", "mean_average", "date naaim"),
        ("NAAIM",),
        _columns(NAAIM=("naaim", "naaim_number", "mean_average")),
    ),
    Layout(
        "AAII",
        _marks("bullish neutral bearish", "aaii_bullish aaii_neutral aaii_bearish"),
        tuple(f"AAII_{word}" for word in ("BULLISH", "NEUTRAL", "BEARISH")),
        _aaii,
    ),
    Layout("SqueezeMetrics", _marks("dix gex"), ("DIX", "GEX"), _columns(DIX=("dix",), GEX=("gex",))),
    Layout(
        "Cboe put/call",
        _marks("p_c_ratio", "equity_pc_ratio", "put_call_equity"),
        ("PUT_CALL_EQUITY",),
        _put_call,
    ),
    Layout("VIX futures", _marks("ux1 ux2"), tuple(f"UX{n}" for n in range(1, 8)), _vix_futures),
    Layout("FINRA", _marks("debit_balances"), ("MARGIN_DEBT",), _margin),
    Layout(
        "forward P/E",
        _marks("sp500_forward_pe"),
        ("SP500_FORWARD_PE",),
        _columns(SP500_FORWARD_PE=("forward_pe", "sp500_forward_pe")),
    ),
)


# columns that say which layout a Parquet table has
OWN_COLUMNS = frozenset(name for layout in LAYOUTS for mark in layout.marks for name in mark) - {"date"}


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
        return (*found, *_further(header, {name for each in found for name in each.columns}))
    kind, market = _positions(stem)
    if kind:
        return ((_tff if kind == "tff" else _cot)(market, None),)
    if header.tickers:
        return _by_ticker(stem, header)
    series = named(stem)
    if series is not None:
        return _single(series, stem, header)
    return _further(header, set()) or _unknown(header)


# a file's name → the series it promises, where it is not the series' own name
_PROMISES = (
    (re.compile(r"vix_futures"), "UX1"),
    (re.compile(r".*(margin[-_]statistics|finra).*"), "MARGIN_DEBT"),
    (re.compile(r".*aaii.*"), "AAII_BULLISH"),
    (re.compile(r".*naaim.*|use_data.*"), "NAAIM"),
)


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


def choices(series: str) -> tuple[str, ...]:
    """Names that the series' column may have, for a message about a file without a header."""
    if catalog()[series].provider in _PRICED:
        return _closes(series)
    own = {"NAAIM": ("naaim_number", "mean_average"), "PUT_CALL_EQUITY": _PUT_CALL}
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


def _unknown(header: Header) -> LeftOut:
    vendor = vendor_of(header)
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
