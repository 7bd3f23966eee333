"""Write tests/golden/slice.tar.xz: a stretch of the demo as a files directory of raw downloads.

Run from the project folder: `.venv/bin/python tests/golden/export_slice.py`. Stretches are left out on purpose, so
that stand-ins, stale figures, short histories and all three bases of breadth occur on the ten dates.
"""

from __future__ import annotations

import datetime as dt
import io
import sys
import tarfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from fiveengines.data import demo
from fiveengines.data.dataset import Dataset

SEED, FIRST, LAST = 7, "2010-01-04", "2019-03-08"
SLICE = Path(__file__).with_name("slice.tar.xz")

FRED = ("WALCL", "WTREGEN", "TGA_DAILY", "WRESBAL", "RRPONTSYD", "ECBASSETSW", "DEXUSEU", "DTWEXBGS", "NFCI")
FRED += ("BAMLH0A0HYM2", "BAMLC0A0CM", "BAA10Y", "SOFR", "VIXCLS", "VXVCLS", "DFF", "EFFR", "DGS3MO", "DGS2")
FRED += ("DGS10", "DFII10", "T10YIE", "DFEDTARU", "DFEDTARL")
FRED += ("JPNASSETS", "DEXJPUS")
SECTORS = ("XLB", "XLC", "XLE", "XLF", "XLI", "XLK", "XLP", "XLRE", "XLU", "XLV", "XLY")
BREADTH = ("PCT_ABOVE_200DMA_SP500", "PCT_ABOVE_50DMA_SP500", "PCT_ABOVE_20DMA_SP500")
BREADTH += ("NEW_HIGHS_52W", "NEW_LOWS_52W", "NYSE_ADVANCING", "NYSE_DECLINING")
COHORTS = {"DEALER": "Dealer", "ASSET_MGR": "Asset_Mgr", "LEV_MONEY": "Lev_Money"}
# Observations from the first to the last of these dates are left out.
GAPS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "BAMLH0A0HYM2": (("2014-06-02", "2015-06-30"),),
    "MOVE": (("2014-12-01", "2015-12-31"),),
    "VIX": (("2015-03-23", "2015-04-17"), ("2012-05-07", "2012-05-09")),
    "VIX3M": (("2016-05-16", "2016-06-30"),),
    "VVIX": (("2013-09-16", "2013-09-27"),),
    "SKEW": (("2017-03-06", "2017-03-06"),),
    "UX1": (("2015-12-29", "2016-01-20"),),
    "WTREGEN": (("2016-02-01", "2016-12-31"),),
    "RRPONTSYD": (("2018-12-12", "2019-01-02"),),
    "EFFR": ((FIRST, "2016-02-29"),),
    "DFEDTARU": ((FIRST, "2012-06-29"),),
    "SOFR": ((FIRST, "2018-04-02"),),
    "FED_FUNDS": ((FIRST, "2013-06-28"), ("2018-12-19", "2019-01-04")),
    "IWM": ((FIRST, "2012-01-31"),),
    "XLC": ((FIRST, "2018-06-18"),),
    "XLRE": ((FIRST, "2015-10-07"),),
    "SPX": (("2011-08-09", "2011-08-10"), ("2018-10-16", "2018-10-16")),
    "DTWEXBGS": (("2013-05-20", "2013-07-05"),),
    "DFII10": (("2016-01-11", "2016-01-15"),),
    "DGS3MO": (("2014-03-03", "2014-03-03"),),
    "ECBASSETSW": (("2011-11-04", "2012-01-13"),),
    "JPNASSETS": (("2013-05-01", "2013-12-01"),),
    "NAAIM": (("2016-05-18", "2016-06-08"),),
    "AAII": (("2011-12-01", "2011-12-22"),),
    "PUT_CALL_EQUITY": (("2013-02-11", "2013-02-15"), ("2018-12-10", "2019-01-11")),
    "GEX": ((FIRST, "2011-05-01"),),
    "TFF_SP500": ((FIRST, "2013-01-01"),),
    "COT_SP500": (("2017-04-04", "2017-05-09"),),
    "BREADTH": (("2012-08-01", "2012-12-14"),),
}
# Before the facility's first day, 23 September 2013, there were only tests of it: these, in $bn.
FACILITY, OPERATIONS = (
    "2013-09-23",
    {"2013-08-06": 4.7, "2013-08-20": 2.5, "2013-09-06": 3.1},
)
MEMBERS, MEMBERS_BEFORE, JOINED = 120, 80, "2013-01-02"


def cut(values: pd.Series, name: str) -> pd.Series:
    """`values` by observation date within the slice, without the gaps of `name`."""
    values = values.loc[FIRST:LAST]
    for first, last in GAPS.get(name, ()):
        values = values[(values.index < first) | (values.index > last)]
    if name == "RRPONTSYD":
        tests = pd.Series(OPERATIONS)
        values = pd.concat([tests.set_axis(pd.DatetimeIndex(tests.index)), values.loc[FACILITY:]])
    return values


def csv(columns: Mapping[str, pd.Series], date: str = "date", pattern: str = "%Y-%m-%d") -> bytes:
    """Columns side by side by date, as text; a date without any value has no row."""
    table = pd.DataFrame(columns).dropna(how="all")
    table.index = pd.Index(pd.DatetimeIndex(table.index).strftime(pattern), name=date)
    table = table.apply(
        lambda each: each.map(lambda x: "" if np.isnan(x) else f"{x:.6f}".rstrip("0").rstrip("."))
    )
    return str(table.to_csv(lineterminator="\n")).encode()


def files(data: Dataset) -> Iterator[tuple[str, bytes]]:
    """Every file of the directory: its path and content."""

    def series(name: str, gaps: str | None = None) -> pd.Series:
        return cut(data.series[name].latest(), gaps or name)

    for name in FRED:
        yield f"fred/{name}.csv", csv({name: series(name)}, "observation_date")
    for name in ("VIX", "VIX9D", "VIX3M", "VVIX", "SKEW"):
        yield f"cboe/{name}_History.csv", csv({name: series(name)}, "DATE", "%m/%d/%Y")
    yield "volatility/vix_futures.csv", csv({name: series(name) for name in ("UX1", "UX2")})
    yield "volatility/move.csv", csv({"move": series("MOVE")})
    for name in BREADTH:
        yield f"breadth/{name.lower()}.csv", csv({name.lower(): series(name, "BREADTH")})
    decided = series("FOMC_TARGET")
    decided = decided[(decided.diff() != 0) | (decided.index.month != np.roll(decided.index.month, 1))]
    yield "reference/fomc_decisions.csv", csv({"target_upper_after": decided}, "decision_date")
    answers = ("bullish", "neutral", "bearish")
    yield "sentiment/aaii.csv", csv({each: series(f"AAII_{each.upper()}", "AAII") for each in answers})
    yield "sentiment/naaim.csv", csv({"naaim": series("NAAIM")})
    yield "sentiment/putcall.csv", csv({"equity_pc_ratio": series("PUT_CALL_EQUITY")})
    squeeze = {"price": series("SPX"), "dix": series("DIX", "GEX"), "gex": series("GEX")}
    yield "options/dix_gex.csv", csv(squeeze)
    sides = [f"{who}_{side}" for who in ("SPEC", "COMM", "NONREPT") for side in ("LONG", "SHORT")]
    legacy = {each.lower(): series(f"COT_SP500_{each}", "COT_SP500") for each in sides}
    yield "cftc/cot_sp500.csv", csv(legacy)
    for market in ("SP500", "NASDAQ"):
        table = {"Open_Interest_All": series(f"TFF_{market}_OPEN_INTEREST", f"TFF_{market}")}
        for cohort, column in COHORTS.items():
            for side in ("Long", "Short"):
                found = series(f"TFF_{market}_{cohort}_{side.upper()}", f"TFF_{market}")
                table[f"{column}_Positions_{side}_All"] = found
        yield f"cftc/tff_{market.lower()}.csv", csv(table, "report_date")
    prices = {each: series(f"SPX_{each.upper()}", "SPX") for each in ("open", "high", "low")}
    yield "prices/SPX.csv", csv(prices | {"close": series("SPX")})
    yield "prices/RUT.csv", csv({"close": series("RUT")})
    for name in ("SPY", "RSP", "IWM", "KBE", "KRE", *SECTORS):
        yield f"prices/{name}.csv", csv({"close": series(name)})
    yield "futures/fed_funds.csv", fed_funds(data)
    yield "prices/sp500_constituents.parquet", members(data)


def fed_funds(data: Dataset) -> bytes:
    """Futures of the running month and of the eleventh to thirteenth ahead, on Wednesdays and Fridays."""
    table = data.tables["fed_funds_futures"].loc[FIRST:LAST]
    days = pd.DatetimeIndex(table.index)
    table = table[days.day_of_week.isin([2, 4])]
    running = pd.DatetimeIndex(table.index).to_period("M")
    quoted = {
        month: table[month].where([(pd.Period(month, "M") - each).n in (0, 11, 12, 13) for each in running])
        for month in table.columns
    }
    return csv({month: cut(values, "FED_FUNDS") for month, values in quoted.items() if values.notna().any()})


def members(data: Dataset) -> bytes:
    """Closes of every fourth member: a third of them join late, and some have days without a price."""
    assert data.members is not None
    closes = data.members.closes.loc[FIRST:LAST].iloc[:, ::4].iloc[:, :MEMBERS].copy()
    closes.index.name = "date"
    closes.loc[: pd.Timestamp(JOINED) - pd.Timedelta(days=1), closes.columns[MEMBERS_BEFORE:]] = np.nan
    rows = np.arange(len(closes))
    for at, ticker in enumerate(closes.columns):
        if at % 10 == 3:  # a day missing every few weeks: still enough of a window
            closes.loc[closes.index[rows % (29 + at) == 0], ticker] = np.nan
        if at % 10 == 7:  # a month missing every two years: not enough of one for a while
            closes.loc[closes.index[(rows + 5 * at) % 504 < 21], ticker] = np.nan
    raw = io.BytesIO()
    closes.to_parquet(raw, compression="none")
    return raw.getvalue()


def main() -> int:
    """Write the archive; the same code always writes the same files."""
    data = demo.load(SEED, dt.date.fromisoformat(LAST))
    with tarfile.open(SLICE, "w:xz", preset=9) as archive:
        for name, content in sorted(files(data)):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    print(f"{SLICE.name}: {SLICE.stat().st_size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
