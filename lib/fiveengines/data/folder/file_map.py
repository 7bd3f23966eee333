"""Which file of a files directory holds which series: names and columns only.

No file is opened here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from fiveengines.data.catalog import catalog
from fiveengines.data.folder.csv import column_name

Check = Literal["none", "long_is_short", "tff", "aaii", "ohlc"]
CFTC_CODE = "cftc_contract_market_code"
# CFTC contract market codes of the E-mini contracts (Traders in Financial Futures, futures only)
TFF_CODES = {"SP500": "13874A", "NASDAQ": "209742"}
TFF_FIELDS = {"OPEN_INTEREST": "open_interest_all"} | {
    f"{who}_{side}": f"{who.lower()}_positions_{side.lower()}_all"
    for who in ("DEALER", "ASSET_MGR", "LEV_MONEY")
    for side in ("LONG", "SHORT")
}
_COT_FIELDS = tuple(f"{who}_{side}" for who in ("SPEC", "COMM", "NONREPT") for side in ("LONG", "SHORT"))
# file in a folder → columns that do not bear the series' own name
_COLUMNS: dict[str, Mapping[str, tuple[str, ...]]] = {
    "sentiment/aaii": {f"AAII_{w.upper()}": (w, f"aaii_{w}") for w in ("bullish", "neutral", "bearish")},
    "sentiment/putcall": {"PUT_CALL_EQUITY": ("equity_pc_ratio", "put_call_equity", "p_c_ratio")},
    "sentiment/naaim": {"NAAIM": ("naaim", "naaim_number", "mean_average")},
    "options/dix_gex": {"DIX": ("dix",), "GEX": ("gex",)},
    "valuation/sp500_forward_pe": {"SP500_FORWARD_PE": ("forward_pe", "sp500_forward_pe")},
    "volatility/vix_futures": {f"UX{n}": (f"ux{n}",) for n in range(1, 8)} | {"VIX": ("vix_spot",)},
}
# a daily copy of the index inside another file steps back behind the index's own file
_SECOND_HAND = {"volatility/vix_futures": ("VIX",)}
_FOLDERS = frozenset(
    {"fred", "cboe", "cftc", "volatility", "breadth", "sentiment", "prices", "valuation", "options"}
)
# read with the members' closes
MEMBERS_FILE = "reference/sp500_members.csv"


@dataclass(frozen=True)
class Recipe:
    """How to read one file: series id → names its column may have, best first.

    keep: (column, text) of the rows that count. merge: several files may hold parts of a series' history.
    second_hand: ids that another file holds at first hand. required: ids without which the file is broken.
    """

    columns: Mapping[str, tuple[str, ...]]
    check: Check = "none"
    keep: tuple[str, str] | None = None
    merge: bool = False
    second_hand: tuple[str, ...] = ()
    required: tuple[str, ...] = ()


def symbol(name: str) -> str:
    """A file or column name as a catalog id: ES=F → ES_F, btc-usd → BTC_USD."""
    return re.sub(r"\W+", "_", name.strip().lstrip("^")).upper()


def recipes(path: PurePosixPath) -> tuple[Recipe, ...]:
    """How to read the file at `path` (relative to the directory); empty for one the catalog does not know."""
    folder, stem, suffix = path.parent.as_posix().lower(), path.stem, path.suffix.lower()
    if folder == "cftc" and suffix == ".txt":
        return tuple(_tff(market, keep=(CFTC_CODE, code)) for market, code in TFF_CODES.items())
    if folder not in _FOLDERS or suffix != ".csv":
        return ()
    if folder == "cftc":
        return _positions(stem.lower())
    key = f"{folder}/{stem.lower()}"
    if key in _COLUMNS:
        check: Check = "aaii" if key == "sentiment/aaii" else "none"
        return (Recipe(_COLUMNS[key], check, second_hand=_SECOND_HAND.get(key, ())),)
    name = symbol(re.sub(r"_History$", "", stem, flags=re.IGNORECASE) if folder == "cboe" else stem)
    if name not in catalog():
        return ()
    own = column_name(name)
    close = {"prices": ("adj_close", "close", own), "cboe": ("close", own)}.get(folder, (own,))
    columns = {name: close}
    if folder in {"prices", "cboe"}:
        columns |= {
            f"{name}_{p.upper()}": (p,) for p in ("open", "high", "low") if f"{name}_{p.upper()}" in catalog()
        }
    # a price file may hold an adjusted close beside highs and lows that are not
    return (Recipe(columns, "ohlc" if folder == "cboe" else "none", required=(name,)),)


def _positions(stem: str) -> tuple[Recipe, ...]:
    kind, _, rest = stem.partition("_")
    market = rest.partition("_")[0].upper()
    if kind == "tff" and market in TFF_CODES:
        return (_tff(market, keep=None),)
    ids = {f"COT_{market}_{name}": (name.lower(),) for name in _COT_FIELDS}
    if kind == "cot" and all(name in catalog() for name in ids):
        return (Recipe(ids, "long_is_short", required=tuple(ids)),)
    return ()


def _tff(market: str, keep: tuple[str, str] | None) -> Recipe:
    columns = {f"TFF_{market}_{name}": (column,) for name, column in TFF_FIELDS.items()}
    return Recipe(columns, "tff", keep, merge=True)
