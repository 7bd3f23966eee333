"""Faults as they happen to downloads: what is done to which files, and which series it concerns.

A fault changes tables as a person or a provider would; how it is found is no business of this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

Table = pd.DataFrame
Change = Callable[[Table], Table]
MONTHS = pd.Timestamp("2019-10-01")
LATER = pd.Timestamp("2019-12-01")


@dataclass(frozen=True)
class Fault:
    """`changes` by file, `series` of which at least one must be named, `since` when the fault begins (None: always).

    `reads` names the file whose content is taken instead of the file's own before the change.
    """

    name: str
    series: tuple[str, ...]
    changes: Mapping[str, Change]
    since: pd.Timestamp | None = None
    reads: Mapping[str, str] | None = None
    tellable: bool = True


def read(path: Path) -> Table:
    """A table of downloads with its dates as its index, columns as they stand."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path)
    table = pd.read_csv(path)
    first = table.columns[0]
    return table.assign(**{first: pd.to_datetime(table[first])}).set_index(first)


def write(table: Table, path: Path) -> None:
    """The table as it was: Parquet, or CSV with dates as YYYY-MM-DD (as Cboe writes them in its folder)."""
    if path.suffix == ".parquet":
        table.to_parquet(path)
    else:
        form = "%m/%d/%Y" if path.parent.name == "cboe" else "%Y-%m-%d"
        table.to_csv(path, date_format=form)


def times(factor: float, since: pd.Timestamp | None = None, columns: tuple[str, ...] = ()) -> Change:
    """Every value, or those from `since` on, multiplied; named columns alone when there are any."""

    def change(table: Table) -> Table:
        table = table.astype("float64")
        rows = slice(None) if since is None else table.index >= since
        chosen = list(columns) or list(table.columns)
        table.loc[rows, chosen] *= factor
        return table

    return change


def last_times(factor: float) -> Change:
    """The last row with a value multiplied."""

    def change(table: Table) -> Table:
        table = table.astype("float64")
        table.loc[table.dropna(how="all").index[-1]] *= factor
        return table

    return change


def inverted(table: Table) -> Table:
    """One over each value."""
    return 1 / table.astype("float64")


def mirrored(table: Table) -> Table:
    """What is missing to a hundred."""
    return 100 - table.astype("float64")


def frozen(table: Table) -> Table:
    """The value before October 2019 from then on."""
    stuck = table.loc[: MONTHS - pd.Timedelta(days=1)].iloc[-1]
    table = table.copy()
    table.loc[MONTHS:] = stuck.to_numpy()
    return table


def later(days: int, since: pd.Timestamp | None = None) -> Change:
    """Dates moved by so many days, those from `since` on."""

    def change(table: Table) -> Table:
        table = table.copy()
        moved = table.index + pd.Timedelta(days=days)
        table.index = moved if since is None else table.index.where(table.index < since, moved)
        return table[table.index <= pd.Timestamp("2019-12-31")]

    return change


def interchanged(*pairs: tuple[str, str]) -> Change:
    """Columns under each other's names."""
    names = dict(pairs) | {b: a for a, b in pairs}
    return lambda table: table.rename(columns=names)[list(table.columns)]


def own(table: Table) -> Table:
    """The table as it is (its content comes from another file)."""
    return table


def split(count: int) -> Change:
    """The first `count` members with a price at half of it from December 2019 on."""

    def change(table: Table) -> Table:
        table = table.copy()
        there = table.columns[table.loc[LATER:].iloc[0].notna()][:count]
        table.loc[LATER:, there] /= 2
        return table

    return change


def fred(name: str) -> str:
    """Where a series of FRED lies."""
    return f"fred/{name}.csv"


def _one(name: str, series: str, file: str, change: Change, since: pd.Timestamp | None = None) -> Fault:
    return Fault(name, (series,), {file: change}, since)


def _swapped(name: str, series: tuple[str, str], a: str, b: str) -> Fault:
    return Fault(name, series, {a: own, b: own}, None, {a: b, b: a})


_SPX, _VIX, _VIX3M = "prices/SPX.csv", "cboe/VIX_History.csv", "cboe/VIX3M_History.csv"
_SP500, _NASDAQ, _MANAGERS = "cftc/cot_sp500.csv", "cftc/cot_nasdaq.csv", "cftc/tff_sp500_asset_mgr.csv"
_MEMBERS, _AAII, _FUTURES = (
    "prices/sp500_constituents.parquet",
    "sentiment/aaii.csv",
    "volatility/vix_futures.csv",
)
_NDX, _RUT, _ABOVE = "prices/NDX.csv", "prices/RUT.csv", "breadth/pct_above_200dma_sp500.csv"
_HIGH_YIELD, _GRADE = "BAMLH0A0HYM2", "BAMLC0A0CM"
_GAMMA, _PUT_CALL = "options/dix_gex.csv", "sentiment/putcall.csv"
_YIELDS = ("DGS2", "DGS5", "DGS10", "DGS30", "DGS3MO", "DFII10", "T10Y2Y", "T10Y3M", "T10YIE")
_COHORTS = tuple((f"{who}_long", f"{who}_short") for who in ("spec", "comm", "nonrept"))
_ISSUES = "breadth/nyse_advancing.csv", "breadth/nyse_declining.csv"
_EXTREMES = "breadth/new_highs_52w.csv", "breadth/new_lows_52w.csv"
_SIDES = "Asset_Mgr_Positions_Long_All", "Asset_Mgr_Positions_Short_All"
_NOTES = "cftc/cot_tnote10.csv"

FAULTS: tuple[Fault, ...] = (
    _one("Index divided by ten", "SPX", _SPX, times(0.1)),
    _one("Index divided by ten from October on", "SPX", _SPX, times(0.1, MONTHS), MONTHS),
    _one("Last close of the index tenfold", "SPX", _SPX, last_times(10), LATER),
    Fault("Nasdaq 100 under the S&P 500's name", ("SPX",), {_SPX: own}, None, {_SPX: _NDX}),
    Fault("Russell 2000 under the S&P 500's name", ("SPX",), {_SPX: own}, None, {_SPX: _RUT}),
    Fault("Russell 2000 under the Nasdaq 100's name", ("NDX",), {_NDX: own}, None, {_NDX: _RUT}),
    _one("Index dated a day late", "SPX", _SPX, later(1)),
    _one("Index dated a day early", "SPX", _SPX, later(-1)),
    _one("Index dated a week late", "SPX", _SPX, later(7)),
    _one("Index frozen for three months", "SPX", _SPX, frozen, MONTHS),
    _one("S&P 500 future divided by ten", "ES_F", "prices/ES_F.csv", times(0.1)),
    _swapped("VIX and VIX3M interchanged", ("VIX", "VIX3M"), _VIX, _VIX3M),
    _swapped("VIX and VIX9D interchanged", ("VIX", "VIX9D"), _VIX, "cboe/VIX9D_History.csv"),
    _one("Last VIX tenfold", "VIX", _VIX, last_times(10), LATER),
    _one("VIX dated a day late", "VIX", _VIX, later(1)),
    _one("VIX dated a week late", "VIX", _VIX, later(7)),
    _one("VIX frozen for three months", "VIX", _VIX, frozen, MONTHS),
    _one("VIX as a share", "VIX", _VIX, times(0.01)),
    _one("VIX3M frozen for three months", "VIX3M", _VIX3M, frozen, MONTHS),
    _one("First and second VIX future interchanged", "UX1", _FUTURES, interchanged(("UX1", "UX2"))),
    _one("MOVE tenfold", "MOVE", "volatility/MOVE.csv", times(10)),
    _one("VVIX divided by ten from October on", "VVIX", "cboe/VVIX_History.csv", times(0.1, MONTHS), MONTHS),
    _swapped("Two- and ten-year yield interchanged", ("DGS2", "DGS10"), fred("DGS2"), fred("DGS10")),
    _one("Ten-year yield as a decimal", "DGS10", fred("DGS10"), times(0.01)),
    _one("Ten-year yield as a decimal from October on", "DGS10", fred("DGS10"), times(0.01, MONTHS), MONTHS),
    _one("Two-year yield as a decimal", "DGS2", fred("DGS2"), times(0.01)),
    _one("Three-month yield as a decimal", "DGS3MO", fred("DGS3MO"), times(0.01)),
    _one("Real yield as a decimal", "DFII10", fred("DFII10"), times(0.01)),
    Fault("All yields as decimals", ("DGS10",), {fred(name): times(0.01) for name in _YIELDS}),
    _one("Ten-year yield frozen for three months", "DGS10", fred("DGS10"), frozen, MONTHS),
    _one("Ten-year yield dated a week late", "DGS10", fred("DGS10"), later(7)),
    _one("High-yield spread as a decimal", _HIGH_YIELD, fred(_HIGH_YIELD), times(0.01)),
    _one("High-yield spread as a decimal from October on", _HIGH_YIELD, fred(_HIGH_YIELD), times(0.01, MONTHS), MONTHS),
    _one("High-yield spread in basis points", _HIGH_YIELD, fred(_HIGH_YIELD), times(100)),
    _swapped("High yield and investment grade interchanged", (_HIGH_YIELD, _GRADE), fred(_HIGH_YIELD), fred(_GRADE)),
    _one("Baa spread frozen for three months", "BAA10Y", fred("BAA10Y"), frozen, MONTHS),
    _one("Fed's assets in $ billion", "WALCL", fred("WALCL"), times(0.001)),
    _one("Fed's assets, last week tenfold", "WALCL", fred("WALCL"), last_times(10), LATER),
    _one("Fed's assets dated a day late", "WALCL", fred("WALCL"), later(1)),
    _one("Treasury account in $ billion", "WTREGEN", fred("WTREGEN"), times(0.001)),
    _one("Treasury account in $ billion from October on", "WTREGEN", fred("WTREGEN"), times(0.001, MONTHS), MONTHS),
    _one("Treasury account in $", "WTREGEN", fred("WTREGEN"), times(1e6)),
    _one("Reserves in $ billion", "WRESBAL", fred("WRESBAL"), times(0.001)),
    _one("Fed's Treasuries in $ billion", "TREAST", fred("TREAST"), times(0.001)),
    _one("Reverse repo in $ million", "RRPONTSYD", fred("RRPONTSYD"), times(1000)),
    _one("Eurosystem's assets in EUR billion", "ECBASSETSW", fred("ECBASSETSW"), times(0.001)),
    _one("Chicago conditions with the other sign", "NFCI", fred("NFCI"), times(-1)),
    _one("Adjusted Chicago conditions with the other sign", "ANFCI", fred("ANFCI"), times(-1)),
    _one("St. Louis stress with the other sign", "STLFSI4", fred("STLFSI4"), times(-1)),
    _one("Chicago conditions frozen for three months", "NFCI", fred("NFCI"), frozen, MONTHS),
    _one("Dollar index inverted", "DTWEXBGS", fred("DTWEXBGS"), lambda table: 1e4 / table.astype("float64")),
    _one("Gamma in $ billion", "GEX", _GAMMA, times(1e-9, columns=("gex",))),
    _one("Gamma in $ million from October on", "GEX", _GAMMA, times(1e-6, MONTHS, ("gex",)), MONTHS),
    _one("Gamma with the other sign", "GEX", _GAMMA, times(-1, columns=("gex",))),
    _one("Dark-pool share in per cent", "DIX", _GAMMA, times(100, columns=("dix",))),
    _one("Put/call inverted", "PUT_CALL_EQUITY", _PUT_CALL, inverted),
    _one("Put/call in per cent", "PUT_CALL_EQUITY", _PUT_CALL, times(100)),
    Fault("Nasdaq's positions under the S&P 500's name", ("COT_SP500",), {_SP500: own}, None, {_SP500: _NASDAQ}),
    Fault("Notes' positions under the Nasdaq's name", ("COT_NASDAQ",), {_NASDAQ: own}, None, {_NASDAQ: _NOTES}),
    _one("Speculators' long and short interchanged", "COT_SP500", _SP500, interchanged(_COHORTS[0])),
    _one("Everybody's long and short interchanged, Nasdaq", "COT_NASDAQ", _NASDAQ, interchanged(*_COHORTS)),
    _one("Positions frozen for three months", "COT_SP500", _SP500, frozen, MONTHS),
    _one("Positions dated a day late", "COT_SP500", _SP500, later(1)),
    _one("Asset managers' long and short interchanged", "TFF_SP500_ASSET_MGR", _MANAGERS, interchanged(_SIDES)),
    _one("Asset managers' last report tenfold", "TFF_SP500_ASSET_MGR", _MANAGERS, last_times(10), LATER),
    _one("Bulls and bears interchanged", "AAII", _AAII, interchanged(("bullish", "bearish"))),
    _one("Bulls of the last survey tenfold", "AAII", _AAII, last_times(10), LATER),
    _one("Survey dated a day late", "AAII", _AAII, later(1)),
    _one("Survey frozen for three months", "AAII", _AAII, frozen, MONTHS),
    _one("Managers' exposure as a share from October on", "NAAIM", "sentiment/naaim.csv", times(0.01, MONTHS), MONTHS),
    _one("250 members with an unadjusted split", "embers", _MEMBERS, split(250), LATER),
    _one("Members' closes dated a day late", "MEMBERS", _MEMBERS, later(1)),
    _one("Published breadth as a share from October on", "PCT_ABOVE_200DMA_SP500", _ABOVE, times(0.01, MONTHS), MONTHS),
    _one("Published breadth of members below", "PCT_ABOVE_200DMA_SP500", _ABOVE, mirrored),
    _swapped("Advancing and declining interchanged", ("NYSE_ADVANCING",), *_ISSUES),
    _swapped("New highs and lows interchanged", ("NEW_HIGHS_52W",), *_EXTREMES),
    # nothing else that is published tells these
    Fault("Fed's assets dated a week late", ("WALCL",), {fred("WALCL"): later(7)}, tellable=False),
    Fault("Everybody's sides interchanged, S&P 500", ("COT_SP500",), {_SP500: interchanged(*_COHORTS)}, tellable=False),
    Fault("Positions dated a week late", ("COT_SP500",), {_SP500: later(7)}, tellable=False),
    Fault("Put/call dated a week late", ("PUT_CALL",), {_PUT_CALL: later(7)}, tellable=False),
    Fault("Treasury account a tenth too high", ("WTREGEN",), {fred("WTREGEN"): times(1.1)}, tellable=False),
    Fault("Three-month yield a fiftieth too high", ("DGS3MO",), {fred("DGS3MO"): times(1.02)}, tellable=False),
)  # fmt: skip


def laid(fault: Fault, real: Path, folder: Path) -> Path:
    """A directory like `real` in `folder`, with links to its files and the faulty ones in the place of theirs."""
    for path in sorted(real.rglob("*")):
        target = folder / path.relative_to(real)
        if path.is_dir():
            target.mkdir(parents=True, exist_ok=True)
        elif path.relative_to(real).as_posix() not in fault.changes:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.symlink_to(path)
    for name, change in fault.changes.items():
        content = read(real / (fault.reads or {}).get(name, name))
        table = change(content)
        header = read(real / name).columns
        if len(header) == len(table.columns) and set(header) != set(table.columns):
            table.columns = header
        write(table, folder / name)
    return folder
