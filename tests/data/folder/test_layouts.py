"""Vendors' layouts and file names by example, what is no table, and what a directory may hold besides files."""

from __future__ import annotations

import gzip
import os
import socket
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.data.catalog import catalog
from fiveengines.data.dataset import Dataset
from fiveengines.data.folder import files, names

DAYS = pd.bdate_range("2024-01-02", periods=30)
ISO = [f"{day:%Y-%m-%d}" for day in DAYS]
US = [f"{day:%m/%d/%Y}" for day in DAYS]
EPOCH = [int(day.timestamp()) for day in DAYS]


def rows(days: list[object], form: str, *, falling: bool = False) -> str:
    """Lines with the day as {d} and prices {o} {h} {l} {c} {a}; the last close is 130.25, adjusted 129.5."""
    lines = [
        form.format(d=d, o=100 + at, h=103 + at, l=99 + at, c=101.25 + at, a=100.5 + at)
        for at, d in enumerate(days)
    ]
    return "\n".join(reversed(lines) if falling else lines) + "\n"


def read(tmp_path: Path, name: str, body: str | bytes) -> Dataset:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body.encode() if isinstance(body, str) else body)
    return files.read(tmp_path)


def words(data: Dataset) -> dict[str, str]:
    return {each.path: f"{each.left_out.why} {each.left_out.remedy}" for each in data.files if each.left_out}


OHLC = "{d},{o},{h},{l},{c}"
BARS = "time,open,high,low,close\n"
VIX_HEAD = "Date,VIX Open,VIX High,VIX Low,VIX Close\n"
ALPHA = "timestamp,open,high,low,close,adjusted_close,volume\n"
YAHOO = "Date,Open,High,Low,Close,Adj Close,Volume\n"
NASDAQ = "Date,Close/Last,Volume,Open,High,Low\n"
PUTS = ", PRODUCT: EQUITY,,EXCHANGE: Cboe,\nDATE,CALL,PUT,TOTAL,P/C Ratio\n"
YFINANCE = "Price,Close,High,Low,Open,Volume\nTicker,XLE,XLE,XLE,XLE,XLE\nDate,,,,,\n"
INDEX = '"{d}","13.5","14","15","13","","1%"'
INVESTED = '"{d}","{c}","{o}","{h}","{l}","1M","1%"'
CANDLES = "Date,Open,High,Low,Close\n"
INVESTING = '"Date","Price","Open","High","Low","Vol.","Change %"\n'
BARCHART_END = '"Downloaded from Barchart.com as of 01-04-2024 08:51pm CST"\n'


@pytest.mark.parametrize(
    ("name", "head", "days", "form", "series", "value"),
    [
        (
            "^RUT.csv",
            YAHOO,
            ISO,
            "{d},{o},{h},{l},{c},{a},9",
            "RUT",
            129.5,
        ),
        ("spx_d.csv", CANDLES, ISO, OHLC, "SPX", 130.25),
        ("^ndx_d.csv", CANDLES, ISO, OHLC, "NDX", 130.25),
        ("spy_us_d.csv", CANDLES, ISO, OHLC, "SPY", 130.25),
        (
            "iwm.us.txt",
            "<TICKER>,<PER>,<DATE>,<TIME>,<OPEN>,<HIGH>,<LOW>,<CLOSE>,<VOL>,<OPENINT>\n",
            [day.replace("-", "") for day in ISO],
            "IWM.US,D,{d},000000,{o},{h},{l},{c},100,0",
            "IWM",
            130.25,
        ),
        (
            "XLK ETF Stock Price History.csv",
            INVESTING,
            US,
            INVESTED,
            "XLK",
            130.25,
        ),
        ("S&P 500 Historical Data.csv", INVESTING, US, '"{d}","4,{o}.5","1","1","1","","1%"', "SPX", 4129.5),
        (
            "CBOE Volatility Index Historical Data (1).csv",
            INVESTING,
            US,
            INDEX,
            "VIX",
            13.5,
        ),
        (
            "AMEX_GLD, 1D (1).csv",
            BARS,
            [f"{d}T09:30:00-05:00" for d in ISO],
            OHLC,
            "GLD",
            130.25,
        ),
        (
            "SP_SPX, 1D_abc12.csv",
            BARS,
            [e + 52200 for e in EPOCH],
            OHLC,
            "SPX",
            130.25,
        ),
        (
            "TVC_DXY, 1D.csv",
            BARS,
            [e * 1000 for e in EPOCH],
            OHLC,
            "DX_F",
            130.25,
        ),
        (
            "CME_MINI_ES1!, 1D.csv",
            BARS,
            [e - 3600 for e in EPOCH],
            OHLC,
            "ES_F",
            130.25,
        ),
        (
            "HYG.csv",
            NASDAQ,
            US,
            "{d},${c},100,${o},${h},${l}",
            "HYG",
            130.25,
        ),
        (
            "daily_adjusted_QQQ.csv",
            ALPHA,
            ISO,
            "{d},{o},{h},{l},{c},{a},1",
            "QQQ",
            129.5,
        ),
        (
            "vixcurrent.csv",
            '"VIX data",,,,\n' + VIX_HEAD,
            US,
            "{d},13.5,14.5,12.5,13.25",
            "VIX",
            13.25,
        ),
        (
            "vix3mdailyprices.csv",
            "VIX3M data,,,,\nDate,OPEN,HIGH,LOW,CLOSE\n",
            US,
            "{d},13.5,14.5,12.5,13.25",
            "VIX3M",
            13.25,
        ),
        ("skewdailyprices.csv", "SKEW Index,,,\nDate,SKEW,,\n", US, "{d},{c},,", "SKEW", 130.25),
        (
            "equitypc.csv",
            PUTS,
            US,
            "{d},1,1,2,0.66",
            "PUT_CALL_EQUITY",
            0.66,
        ),
        ("list/fredgraph (3).csv", "observation_date,DGS10,NOPE\n", ISO, "{d},4.1,1", "DGS10", 4.1),
        (
            "data.csv",
            YFINANCE,
            ISO,
            "{d},{c},{h},{l},{o},5",
            "XLE",
            130.25,
        ),
        ("two.csv", ",Close,Close\n,XLU,XLV\n", ISO, "{d},{c},{h}", "XLU", 130.25),
        ("group.csv", "Ticker,XLI,XLI\nPrice,Open,Close\nDate,,\n", ISO, "{d},{o},{c}", "XLI", 130.25),
        ("closes.csv", ",XLP,AAPL\n", [f"{d} 00:00:00-05:00" for d in ISO], "{d},{c},{h}", "XLP", 130.25),
    ],
)
def test_a_vendors_file_under_its_own_name(
    tmp_path: Path, name: str, head: str, days: list[object], form: str, series: str, value: float
) -> None:
    for falling in (False, True):
        data = read(tmp_path, name, head + rows(days, form, falling=falling))
        found = data.series[series].latest()
        assert found.iloc[-1] == value
        assert [f"{day:%Y-%m-%d}" for day in found.index] == ISO
        assert not [each for each in data.notices if each.level == "error"]


def test_several_tickers_under_two_header_rows(tmp_path: Path) -> None:
    head = "Price,Close,Close,Open,Open\nTicker,XLB,^GSPC,XLB,^GSPC\nDate,,,,\n"
    data = read(tmp_path, "prices/download.csv", head + rows(ISO, "{d},{c},{h},{l},{o}"))
    assert {name: data.series[name].latest().iloc[-1] for name in data.series} == {
        "SPX": 132, "SPX_OPEN": 129, "XLB": 130.25,
    }  # fmt: skip


def test_barchart_with_its_last_line(tmp_path: Path) -> None:
    head = "Time,Open,High,Low,Latest,Change,%Change,Volume\n"
    body = head + rows(ISO, '"{d}",{o},{h},{l},{c},0.1,+0.10%,1', falling=True) + BARCHART_END
    data = read(tmp_path, "tlt_price-history-01-04-2024.csv", body)
    assert data.series["TLT"].latest().iloc[-1] == 130.25


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        (
            "HistoricalData_1704412345678.csv",
            "Date,Close/Last\n01/03/2024,$1.0\n",
            "Nasdaq.com prices under a name",
        ),
        ("SP_SPX, 1W.csv", "time,close\n2024-01-02,1\n", "TradingView prices of weeks, months or minutes"),
        (
            "UNRATE_PCH.csv",
            "observation_date,UNRATE_PCH\n2024-01-01,0.1\n",
            "UNRATE_PCH is a change of UNRATE",
        ),
        (
            "cftc/f_year.txt",
            "Report_Date_as_YYYY-MM-DD,CFTC_Contract_Market_Code,Prod_Merc_Positions_Long_All\n2024-01-02,1,2\n",
            "the CFTC's disaggregated report",
        ),
        ("notes.txt", "hello\n", "no header with a date"),
        ("letter.pdf", b"%PDF-1.7", "a PDF"),
        ("shopping.json", "{}", "a JSON answer"),
        (".DS_Store", b"\x00", "its name begins with a dot"),
    ],
)
def test_what_is_not_read_has_its_word(tmp_path: Path, name: str, body: str | bytes, said: str) -> None:
    data = read(tmp_path, name, body)
    assert data.series == {} and data.notices == ()
    assert words(data)[name].startswith(said)


@pytest.mark.parametrize(
    ("name", "body", "said"),
    [
        ("n/SPY.csv", "Symbol,Date,Close\n" + rows(ISO, "QQQ,{d},{c}"), "its rows are of QQQ"),
        ("SPY.csv", "Price,Close\nTicker,QQQ\nDate,\n" + rows(ISO, "{d},{c}"), "its rows are of QQQ"),
        ("totalpc.csv", "DATE,P/C Ratio\n" + rows(US, "{d},0.9"), "put/call ratio of total options"),
        (
            "sentiment/putcall.csv",
            "PRODUCT: INDEX,\nDATE,P/C Ratio\n" + rows(US, "{d},0.9"),
            "of index options",
        ),
        (
            "DGS2.csv.gz",
            gzip.compress(b"observation_date,DGS2\n2024-01-03,4.1\n", mtime=0)[:-9],
            "damaged or cut off",
        ),
        ("fred/DGS2.csv", "observation_date,DGS2\n" + "2024-01-03,4.31\n" * 600_000, "that need repair"),
        ("fred/DGS2.html", "<html>", "this is a web page"),
        (
            "breadth/pct_above_200dma_sp500.csv",
            "date,pct_above_200dma_sp500\n2024-01-03,0.6\n",
            "looks like shares",
        ),
    ],
)
def test_a_known_series_refused_is_an_error(tmp_path: Path, name: str, body: str | bytes, said: str) -> None:
    data = read(tmp_path, name, body)
    assert data.series == {}
    assert [each.level for each in data.notices] == ["error"]
    assert said in data.notices[0].text
    assert said in words(data)[name]


def test_gzip_zip_and_bom(tmp_path: Path) -> None:
    table = "observation_date,DGS30\n" + rows(ISO, "{d},4.2")
    with zipfile.ZipFile(tmp_path / "list.zip", "w") as packed:
        packed.writestr("README.txt", "FRED list")
        packed.writestr("daily.csv", table)
    data = read(tmp_path, "DGS2.csv.gz", gzip.compress(table.replace("DGS30", "DGS2").encode(), mtime=0))
    assert data.series["DGS30"].origin == "list.zip/daily.csv"
    assert data.series["DGS2"].latest().iloc[-1] == 4.2
    assert list(words(data)) == ["list.zip/README.txt"]


def test_what_is_no_file_has_its_word_and_the_week_goes_on(tmp_path: Path) -> None:
    root = tmp_path / "d"
    (root / "fred").mkdir(parents=True)
    os.mkfifo(root / "fred" / "WALCL.csv")
    (root / "gone.csv").symlink_to("/nowhere/at/all.csv")
    (root / "round").symlink_to(root)
    with socket.socket(socket.AF_UNIX) as here:
        here.bind(str(root / "s"))
        data = read(root, "fred/DGS2.csv", "observation_date,DGS2\n2024-01-03,4.31\n")
    assert list(data.series) == ["DGS2"]
    assert {path: word.partition(" ")[0] + word[-12:] for path, word in words(data).items()}.keys() == {
        "fred/WALCL.csv", "gone.csv", "round", "s",
    }  # fmt: skip
    assert words(data)["fred/WALCL.csv"].startswith("a pipe")
    assert words(data)["s"].startswith("a socket")


def closes(tickers: list[str]) -> pd.DataFrame:
    return pd.DataFrame(100.0, index=DAYS.rename("Date"), columns=tickers)


def test_a_wide_table_of_funds_is_not_the_index(tmp_path: Path) -> None:
    (tmp_path / "prices").mkdir()
    funds = sorted(names.fund_tickers() - catalog().keys())[:110]
    closes([*funds, "SPY", "TLT"]).to_parquet(tmp_path / "prices" / "closes.parquet")
    data = files.read(tmp_path)
    assert data.members is None
    assert set(data.series) == {"SPY", "TLT"}


def test_members_are_told_by_their_list_or_the_largest_companies(tmp_path: Path) -> None:
    (tmp_path / "prices").mkdir()
    tickers = ["AAPL", "MSFT", "XOM", "JNJ", "PG", "KO", "PEP", "WMT", "SPY"]
    closes(tickers).to_parquet(tmp_path / "prices" / "closes.parquet")
    data = files.read(tmp_path)
    assert data.members is not None and list(data.members.closes.columns) == tickers[:-1]
    assert list(data.series) == ["SPY"]
    unknown = [f"Z{at}" for at in range(120)]
    closes(unknown).to_parquet(tmp_path / "prices" / "closes.parquet")
    guessed = files.read(tmp_path)
    assert guessed.other_prices is not None and guessed.other_prices.shape == (30, 120)
    assert any("name the file sp500_constituents" in each.text for each in guessed.notices)
    (tmp_path / "list.csv").write_text(
        "Symbol,GICS Sector\n" + "".join(f"{each},Energy\n" for each in unknown)
    )
    listed = files.read(tmp_path)
    assert listed.members is not None and listed.members.closes.shape == (30, 120)
    assert listed.members.sectors["Z7"] == "Energy"


def test_one_file_a_member(tmp_path: Path) -> None:
    members = [f"M{chr(65 + at)}" for at in range(25)]
    (tmp_path / "sp500_members.csv").write_text("Symbol,Sector\n" + "".join(f"{m},Energy\n" for m in members))
    for ticker in members:
        read(tmp_path, f"stocks/{ticker}.csv", CANDLES + rows(ISO, OHLC))
    data = files.read(tmp_path)
    assert data.members is not None and list(data.members.closes.columns) == members
    assert data.members.closes["MC"].iloc[-1] == 130.25
    assert sum(any(span.series == "MEMBERS" for span in each.read) for each in data.files) == 25


def test_a_parquet_file_of_one_symbol(tmp_path: Path) -> None:
    (tmp_path / "prices").mkdir()
    frame = pd.DataFrame({"Open": 1.0, "Close": np.arange(30) + 100.0}, index=DAYS.rename("Date"))
    frame.to_parquet(tmp_path / "prices" / "XLRE.parquet")
    assert files.read(tmp_path).series["XLRE"].latest().iloc[-1] == 129.0


def test_cboes_archive_and_its_newer_file_are_one_history(tmp_path: Path) -> None:
    head = "Date,VIX Open,VIX High,VIX Low,VIX Close\n"
    read(tmp_path, "vixarchive.csv", head + "12/30/2003,18,19,17,17.5\n12/31/2003,18,19,17,18.31\n")
    data = read(
        tmp_path, "vixcurrent.csv", head + "1/2/2004,17.96,18.68,17.54,18.22\n1/15/2004,17,18,15,15.56\n"
    )
    assert list(data.series["VIX"].latest()) == [17.5, 18.31, 18.22, 15.56]
