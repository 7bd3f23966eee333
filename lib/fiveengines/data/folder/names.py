"""Which series a file's or column's name means: the catalog's own ids, and what vendors and browsers call them.

Names only; no file is opened and no column is chosen here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from urllib.parse import unquote

from fiveengines.data.catalog import catalog

# Series → other names, as `symbol` spells them: Yahoo, Stooq, TradingView, Investing.com, FRED, Cboe before 2019.
_OTHER_NAMES: Mapping[str, tuple[str, ...]] = {
    "SPX": ("GSPC", "SP500", "S_P_500", "S_P_500_INDEX", "INX", "US_SPX_500"),
    "NDX": ("NASDAQ_100", "NASDAQ100", "NASDAQ_100_INDEX"),
    "RUT": ("RUSSELL_2000", "RUSSELL2000", "US_SMALL_CAP_2000", "SMALL_CAP_2000"),
    "RUA": ("RUSSELL_3000", "RUSSELL3000"),
    "VIX": ("CBOE_VOLATILITY_INDEX", "CBOE_VOLATILITY", "S_P_500_VIX", "VIXCURRENT", "VIXARCHIVE"),
    "VIX9D": ("VXST", "VXSTCURRENT", "VIX9DDAILYPRICES"),
    "VIX3M": ("VXV", "VIX3MDAILYPRICES", "VXVDAILYPRICES"),
    "VVIX": ("VVIXTIMESERIES", "VVIXDAILYPRICES", "CBOE_VIX_VOLATILITY"),
    "SKEW": ("SKEWDAILYPRICES", "SKEW_INDEX", "CBOE_SKEW_INDEX"),
    "MOVE": ("ICE_BOFAML_MOVE", "ICE_BOFA_MOVE", "MOVE_INDEX"),
    "ES_F": ("ES1", "S_P_500_FUTURES", "US_500_FUTURES"),
    "NQ_F": ("NQ1", "NASDAQ_100_FUTURES", "US_TECH_100_FUTURES"),
    "RTY_F": ("RTY1", "RUSSELL_2000_FUTURES", "US_SMALL_CAP_2000_FUTURES"),
    "ZN_F": ("ZN1", "US_10_YEAR_T_NOTE_FUTURES"),
    "ZT_F": ("ZT1", "US_2_YEAR_T_NOTE_FUTURES"),
    "ZB_F": ("ZB1", "US_30_YEAR_T_BOND_FUTURES"),
    "6E_F": ("6E1", "EURO_FX_FUTURES"),
    "6J_F": ("6J1", "JAPANESE_YEN_FUTURES"),
    "GC_F": ("GC1", "GOLD_FUTURES"),
    "SI_F": ("SI1", "SILVER_FUTURES"),
    "HG_F": ("HG1", "COPPER_FUTURES"),
    "CL_F": ("CL1", "CRUDE_OIL_WTI_FUTURES"),
    "DX_F": ("DX1", "DXY", "DX_Y_NYB", "US_DOLLAR_INDEX", "US_DOLLAR_INDEX_FUTURES"),
    "BTC_USD": ("BTCUSD", "BTC_V", "BITCOIN", "BTC_USD_BITFINEX", "BTC_USD_COINBASE_PRO"),
    "PUT_CALL_EQUITY": ("PUTCALL", "EQUITYPC", "EQUITYPCARCHIVE", "CPCE"),
    "NAAIM": ("USE_DATA", "USE_DATA_SINCE_INCEPTION", "NAAIM_EXPOSURE_INDEX"),
    "MARGIN_DEBT": ("MARGIN_STATISTICS", "FINRA", "FINRA_MARGIN_STATISTICS"),
    "AAII_BULLISH": ("AAII", "AAII_SENTIMENT", "SENTIMENT"),
    "DIX": ("DIX_GEX",),
    "SP500_FORWARD_PE": ("FORWARD_PE",),
}
# What is around a symbol in a vendor's file name: the group is the symbol.
_FORMS = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        r"(.+?)[ _]*\(\d+\)",  # a browser's further download
        r"(.+?) - copy",
        r"copy of (.+)",
        r"(.+)_history",  # Cboe
        r"(.+?)[ _](?:etf |index )?(?:stock price history|historical[ _]data|historical prices?)",  # Investing.com
        r"\$?(.+?)_(?:price-history|daily[-_]historical-data(?:-download)?)(?:-.*)?",  # Barchart
        r"daily_(?:adjusted_)?(.+)",  # Alpha Vantage
        r"(.+)[_.]us(?:_d)?",  # Stooq
        r"(.+)_d",
        r"(?:[a-z]+(?:_mini|_dly?)?_)(.+?!?), ?1d(?:[ _,].*)?",  # TradingView: exchange, symbol, interval
        r"(.+?!?), ?1d(?:[ _,].*)?",
        r"(.+?)[-_ ](?:19|20)\d\d[-_]?\d\d[-_]?\d\d",
        r"(.+?)[-_ ](?:max|\d+y|daily|prices?|yahoo|yfinance|stooq)",
    )
)
_COPY = re.compile(r"(.+?)[ _]*\((\d+)\)")
# FRED's units other than levels, as it writes them behind the id
_CHANGE = re.compile(r"(.+)_(CHG|CH1|PCH|PC1|PCA|CCH|CCA|LOG|NBD\d*)")
_LONGER_BARS = re.compile(r".+, ?(?:\d*[wmy]|\d+)(?:[ _,].*)?|.+_(?:weekly|monthly)[-_].*", re.IGNORECASE)
_VINTAGE = re.compile(r"(.+)_((?:19|20)\d{6})")
# Cboe's files of other products, under the names of its download area.
OTHER_PRODUCTS = {
    "TOTALPC": "total",
    "TOTALPCARCHIVE": "total",
    "PCRATIOARCHIVE": "total",
    "INDEXPC": "index",
    "INDEXPCARCHIVE": "index",
    "SPXPC": "SPX",
    "ETPPC": "exchange-traded products",
    "ETPC": "exchange-traded products",
    "VIXPC": "VIX",
}


def symbol(name: str) -> str:
    """A file or column name in the spelling of catalog ids: ES=F → ES_F, ^gspc → GSPC, S&P 500 → S_P_500."""
    return re.sub(r"\W+", "_", name.strip().lstrip("^$")).strip("_").upper()


@cache
def _meanings() -> dict[str, str]:
    known = {other: series for series, others in _OTHER_NAMES.items() for other in others}
    return known | {series: series for series in catalog()}


def series_of(name: str) -> str | None:
    """The series that a vendor's symbol means, None for an unknown one."""
    found = symbol(name)
    return _meanings().get(found) or _meanings().get(found.removesuffix("_US"))


def spellings(stem: str) -> Iterator[str]:
    """`stem` and what is left of it without a vendor's or a browser's additions, each once.

    What a browser wrote as in an address (%5EGSPC) is read as it was.
    """
    stem = unquote(stem)
    waiting, seen = [stem], {stem}
    while waiting:
        text = waiting.pop(0)
        yield text
        for form in _FORMS:
            match = form.fullmatch(text.strip())
            if match and match[1] not in seen:
                seen.add(match[1])
                waiting.append(match[1])


def series_of_file(stem: str) -> str | None:
    """The series that a file's name without suffix means, None for an unknown one."""
    return next((found for text in spellings(stem) if (found := series_of(text))), None)


def other_product(stem: str) -> str | None:
    """Which other product's put/call ratio Cboe publishes under this name."""
    return next((OTHER_PRODUCTS[symbol(t)] for t in spellings(stem) if symbol(t) in OTHER_PRODUCTS), None)


def copy_number(stem: str) -> tuple[str, int]:
    """A browser's further download as the name of the first and its number; 0 for the first."""
    match = _COPY.fullmatch(stem)
    return (match[1], int(match[2])) if match else (stem, 0)


def vintage(column: str) -> tuple[str, str] | None:
    """ALFRED's column GDPC1_20240125 as series and vintage."""
    match = _VINTAGE.fullmatch(column.strip().upper())
    return (match[1], match[2]) if match and match[1] in catalog() else None


def change_of(column: str) -> str | None:
    """The series whose change FRED's column UNRATE_PCH holds."""
    match = _CHANGE.fullmatch(column.strip().upper())
    return match[1] if match and match[1] in catalog() else None


def is_not_daily(stem: str) -> bool:
    """Whether a vendor's file name says that its bars are of weeks, months or minutes (SP_SPX, 1W)."""
    return _LONGER_BARS.fullmatch(stem) is not None


@cache
def fund_tickers() -> frozenset[str]:
    """Funds that the catalog lacks and people keep: their closes are no index members."""
    text = resources.files("fiveengines.data.folder").joinpath("fund_tickers.txt").read_text(encoding="utf-8")
    return frozenset(text.split())
