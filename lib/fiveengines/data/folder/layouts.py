"""The table of known layouts: how each provider's table is recognised, which columns it has, which series they are.

A layout is recognised by its columns wherever the file lies. No file is opened here; what cannot be used is left
out with a reason and the step that mends it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from fiveengines.base.errors import DataError
from fiveengines.data.dataset import LeftOut
from fiveengines.data.folder import names
from fiveengines.data.folder.header import Header

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
    "GOLD": "088691",
    "SILVER": "084691",
    "COPPER": "085692",
    "CRUDE": "067651",
    "YEN": "097741",
    "BITCOIN": "133741",
}


TFF_FIELDS = {"OPEN_INTEREST": "open_interest_all"} | {
    f"{who}_{side}": f"{who.lower()}_positions_{side.lower()}_all"
    for who in ("DEALER", "ASSET_MGR", "LEV_MONEY")
    for side in ("LONG", "SHORT")
}


_COT_WORDS = {"SPEC": "noncommercial", "COMM": "commercial", "NONREPT": "nonreportable"}


_COT_FIELDS = tuple(f"{who}_{side}" for who in _COT_WORDS for side in ("LONG", "SHORT"))


@dataclass(frozen=True)
class Recipe:
    """How to read one file: series id → names its column may have, best first.

    keep: (column, text) of the rows that count. merge: several files may hold parts of a series' history.
    second_hand: ids that another file holds at first hand. required: ids without which the file is broken.
    renames: a column's other spelling → the one that checks know. rank: the lower is used first.
    monthly: its dates are days of the month that the figure is about.
    """

    columns: Mapping[str, tuple[str, ...]]
    check: Check = "none"
    keep: tuple[str, str] | None = None
    merge: bool = False
    second_hand: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    renames: Mapping[str, str] = field(default_factory=dict)
    rank: int = 0
    monthly: bool = False


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


# Vendors of prices, and the columns that give their tables away.
_VENDORS = (
    ("Yahoo Finance", {"date", "adj_close"}),
    ("Alpha Vantage", {"timestamp", "close"}),
    ("Nasdaq.com", {"date", "close_last"}),
    ("Investing.com", {"date", "price", "change"}),
    ("Barchart", {"time", "latest"}),
    ("Barchart", {"date_time", "latest"}),
    ("Barchart", {"date", "last", "change"}),
    ("Stooq", {"ticker", "per", "close"}),
    ("TradingView", {"time", "close"}),
)


def vendor_of(header: Header) -> str:
    """The vendor whose price table this is, empty when it is none we know."""
    return next((vendor for vendor, marks in _VENDORS if marks <= header.known), "")


def _both(field: str) -> tuple[str, str]:
    """The CFTC's two spellings of a field: its open-data service leaves `_all` out of some."""
    return f"{field}_all", field


def tff(market: str, keep: tuple[str, str] | None) -> Recipe:
    """Traders in Financial Futures of one market, out of a file of all markets with `keep`."""
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


def cot(market: str, keep: tuple[str, str] | None) -> Recipe:
    """The legacy report of one market, out of a file of all markets with `keep`."""
    columns = {f"COT_{market}_{name}": _cot_names(name) for name in _COT_FIELDS}
    renames = {other: name.lower() for name in _COT_FIELDS for other in _cot_names(name)[1:]}
    required = tuple(columns) if keep is None else ()
    return Recipe(columns, "long_is_short", keep, merge=keep is not None, required=required, renames=renames)


# Files of futures and options together under the CFTC's own names; their columns are those of futures only.
_COMBINED_NAMES = ("annualof", "fincom", "com_fin", "deahistfo", "deacom", "dea_com")


def _combined(header: Header, stem: str) -> LeftOut | None:
    both = "futonly_or_combined" in header.known and "Combined" in header.sample
    if both or stem.lower().startswith(_COMBINED_NAMES):
        return LeftOut(
            "another edition",
            "the CFTC's report of futures and options together; the catalog holds futures only",
            "Download the futures-only file.",
        )
    return None


def _tff_report(header: Header, stem: str) -> tuple[Recipe, ...] | LeftOut:
    return _combined(header, stem) or tuple(tff(m, (CFTC_CODE, code)) for m, code in TFF_CODES.items())


def _legacy_report(header: Header, stem: str) -> tuple[Recipe, ...] | LeftOut:
    return _combined(header, stem) or tuple(cot(m, (CFTC_CODE, code)) for m, code in COT_CODES.items())


def _another_report(what: str) -> Callable[[Header, str], LeftOut]:
    remedy = "Take Traders in Financial Futures (fut_fin_txt_YYYY.zip) or the legacy report (deacotYYYY.zip)."
    return lambda header, stem: LeftOut("another edition", what, remedy)


def _aaii(header: Header, stem: str) -> tuple[Recipe, ...]:
    words = ("bullish", "neutral", "bearish")
    return (Recipe({f"AAII_{w.upper()}": (w, f"aaii_{w}") for w in words}, "aaii"),)


def _margin(header: Header, stem: str) -> tuple[Recipe, ...]:
    debit = tuple(name for name in header.names if name.startswith(("debit_balances", "margin_debt")))
    return (Recipe({"MARGIN_DEBT": debit or ("debit_balances",)}, required=("MARGIN_DEBT",), monthly=True),)


PUT_CALL = ("equity_pc_ratio", "put_call_equity", "equity_p_c_ratio", "p_c_ratio", "ratio")


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
    return (Recipe({"PUT_CALL_EQUITY": PUT_CALL}, merge=part, required=("PUT_CALL_EQUITY",)),)


_UX = tuple(f"UX{n}" for n in range(1, 10))


def _vix_futures(header: Header, stem: str) -> tuple[Recipe, ...]:
    columns = {name: (name.lower(),) for name in _UX} | {"VIX": ("vix_spot",)}
    # a daily copy of the index inside another file steps back behind the index's own file
    return (Recipe(columns, second_hand=("VIX",)),)


def _earnings(header: Header, stem: str) -> tuple[Recipe, ...] | LeftOut:
    if "published" in header.known:
        return LeftOut("no series", "estimates of several dates for the same quarter")
    columns = {"SP500_EPS": ("operating_eps",), "SP500_EPS_REPORTED": ("reported_eps",)}
    return (Recipe(columns),)


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
    Layout("SqueezeMetrics", _marks("dix", "gex"), ("DIX", "GEX"), _columns(DIX=("dix",), GEX=("gex",))),
    Layout(
        "Cboe put/call",
        _marks("p_c_ratio", "equity_pc_ratio", "put_call_equity"),
        ("PUT_CALL_EQUITY",),
        _put_call,
    ),
    Layout("VIX futures", _marks("ux1 ux2"), _UX, _vix_futures),
    Layout(
        "FOMC decisions",
        _marks("decision_date target_upper_after"),
        ("FOMC_TARGET",),
        _columns(FOMC_TARGET=("target_upper_after",)),
    ),
    Layout(
        "S&P, earnings of the index",
        _marks("quarter_end operating_eps", "quarter_end reported_eps"),
        ("SP500_EPS", "SP500_EPS_REPORTED"),
        _earnings,
    ),
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
