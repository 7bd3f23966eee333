"""Small folders as people brought them: what each file must give, or which word it must get (`cases/`)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from fiveengines.cli import main
from fiveengines.data import calendars
from fiveengines.data.dataset import Dataset
from fiveengines.data.folder import files

CASES = Path(__file__).parent / "cases"


def case(tmp_path: Path, name: str, part: str = "dir") -> Dataset:
    shutil.copytree(CASES / name / part, tmp_path / "dir")
    return files.read(tmp_path / "dir")


def last(data: Dataset, *names: str) -> list[float]:
    return [float(data.series[name].latest().iloc[-1]) for name in names]


def texts(data: Dataset, level: str) -> list[str]:
    return [each.text for each in data.notices if each.level == level]


def word(data: Dataset, path: str) -> str:
    left_out = next(each.left_out for each in data.files if each.path == path)
    assert left_out is not None, path
    return f"{left_out.why} {left_out.remedy}"


def test_breadth_in_shares_becomes_percent_and_is_said(tmp_path: Path) -> None:
    data = case(tmp_path, "breadth-as-share")
    assert data.series["PCT_ABOVE_200DMA_SP500"].latest()["2018-01-02"] == pytest.approx(62.0)
    assert last(data, "PCT_ABOVE_200DMA_SP500") == pytest.approx([67.12])
    assert texts(data, "warning") == [
        "breadth/pct_above_200dma_sp500.csv · PCT_ABOVE_200DMA_SP500: no value exceeds 1, so it holds shares;"
        " they were turned into percent."
    ]


def test_a_browsers_second_download_is_the_newer_copy(tmp_path: Path) -> None:
    data = case(tmp_path, "browser-copy")
    assert data.series["DGS2"].origin == "fred/DGS2 (1).csv"
    assert str(data.series["DGS2"].latest().index[-1].date()) == "2024-01-09"
    assert last(data, "DGS2", "VIX", "VIX_OPEN") == [4.37, 14.04, 13.38]
    assert texts(data, "warning") == [
        "fred/DGS2 (1).csv · DGS2: the newer copy of fred/DGS2.csv; it was used."
    ]
    assert "DGS2 was read from fred/DGS2 (1).csv" in word(data, "fred/DGS2.csv")


def test_either_column_of_dix_alone_is_read(tmp_path: Path) -> None:
    (tmp_path / "options").mkdir()
    file = tmp_path / "options" / "dix_gex.csv"
    for name, value in (("GEX", 1010000000.75), ("DIX", 0.437)):
        file.write_text(f"date,{name.lower()}\n2019-12-20,{value}\n")
        assert last(files.read(tmp_path), name) == [value]


def test_both_columns_of_dix(tmp_path: Path) -> None:
    assert last(case(tmp_path, "dix-own-name"), "DIX", "GEX") == [0.437, 1010000000.75]


def test_fred_under_its_own_names(tmp_path: Path) -> None:
    data = case(tmp_path, "fred-several-series")
    assert last(data, "WALCL", "WTREGEN", "DGS10", "GDPC1") == [7686001, 730001, 3.99, 22672.2]
    assert data.notices == ()


def test_import_says_what_was_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(CASES / "import-says-nothing" / "dir", tmp_path / "dir")
    assert main(["import", str(tmp_path / "dir"), "--data-dir", str(tmp_path / "store")]) == 1
    out, err = capsys.readouterr()
    assert err.startswith("error: fred/WALCL.csv · WALCL: this is a web page")
    assert "3 files read as 3 series; 1 left out (1 refused)." in out
    assert "4 new rows in 2 series" in out


def test_the_legacy_yearly_file(tmp_path: Path) -> None:
    data = case(tmp_path, "legacy-yearly-file")
    sides = [f"COT_SP500_{who}_{side}" for who in ("SPEC", "COMM", "NONREPT") for side in ("LONG", "SHORT")]
    assert last(data, *sides) == [400, 500, 1500, 1350, 200, 250]
    assert data.notices == ()


@pytest.mark.parametrize(
    "name", ["annualof.txt", "deacom2019.txt", "dea_com_xls_2019.csv", "deahistfo_2019.txt"]
)
def test_futures_and_options_together_are_told_by_the_files_name(tmp_path: Path, name: str) -> None:
    """The legacy report has no column that says which edition it is."""
    (futures,) = (CASES / "legacy-yearly-file" / "dir").rglob("*.txt")
    (tmp_path / "dir").mkdir()
    shutil.copy(futures, tmp_path / "dir" / name)
    data = files.read(tmp_path / "dir")
    assert not data.series
    assert "futures and options together" in word(data, name)
    assert "Download the futures-only file." in word(data, name)


def test_a_list_of_members_as_published(tmp_path: Path) -> None:
    data = case(tmp_path, "members-list-as-published")
    assert data.members is not None
    assert data.members.closes.shape == (30, 120)
    assert data.members.sectors == {"AAA": "Industrials", "BBB": "Energy"}


def test_no_suffix_and_no_depth_is_silent(tmp_path: Path) -> None:
    data = case(tmp_path, "silent-suffix")
    assert last(data, "DGS2", "XLK", "NAAIM") == [4.42, 187.2, 68.4]
    assert word(data, "fred/WALCL.json").startswith("this is a JSON answer. Download it as CSV")
    assert word(data, "fred/fred.zip").startswith("the archive is empty")
    assert word(data, "sentiment/aaii.xls").startswith("the workbook is damaged or locked")
    assert len(data.files) == 6


def test_the_older_date_header_of_the_cftc(tmp_path: Path) -> None:
    data = case(tmp_path, "tff-older-date-header")
    assert last(data, "TFF_SP500_OPEN_INTEREST", "TFF_SP500_ASSET_MGR_LONG") == [2500000, 900031]
    assert str(data.series["TFF_SP500_DEALER_LONG"].latest().index[0].date()) == "2012-01-03"


def test_the_columns_of_the_cftcs_service(tmp_path: Path) -> None:
    data = case(tmp_path, "tff-service-columns")
    names = ("ASSET_MGR_LONG", "ASSET_MGR_SHORT", "LEV_MONEY_LONG", "LEV_MONEY_SHORT")
    assert last(data, *(f"TFF_SP500_{name}" for name in names)) == [1100028, 220028, 210028, 540028]


def test_the_total_ratio_is_not_the_equity_ratio(tmp_path: Path) -> None:
    data = case(tmp_path, "total-putcall-as-equity")
    assert data.series == {}
    assert texts(data, "error") == [
        "sentiment/putcall.csv · PUT_CALL_EQUITY: this is the put/call ratio of total options, not of equities."
        " Download the equity ratio (Cboe's equitypc.csv)."
    ]


def test_prices_as_vendors_give_them(tmp_path: Path) -> None:
    data = case(tmp_path, "vendor-price-layouts")
    found = last(data, "SPY", "QQQ", "IWM", "TLT", "GLD", "XLB", "SPX")
    assert found == [467.3, 395.4, 195.4, 96.5, 189.31, 83.11, 4688.1]
    days = {name: str(data.series[name].latest().index[-1].date()) for name in ("SPY", "IWM", "XLB", "SPX")}
    assert days == {"SPY": "2024-01-04", "IWM": "2024-01-03", "XLB": "2024-01-04", "SPX": "2024-01-04"}
    assert texts(data, "error") == []


@pytest.mark.parametrize(("part", "names"), [("dir", ["SPX", "SPX_OPEN"]), ("dir2", ["SPX", "RUT"])])
def test_yahoos_name_of_the_index(tmp_path: Path, part: str, names: list[str]) -> None:
    data = case(tmp_path, "yahoo-index-name", part)
    assert last(data, *names) == {"dir": [4710, 4705], "dir2": [4710, 1995]}[part]


def test_doctor_names_every_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(CASES / "silent-suffix" / "dir", tmp_path / "dir")
    assert main(["doctor", "--source", "files", "--data-dir", str(tmp_path / "dir")]) == 1
    out = capsys.readouterr().out
    said = out.splitlines()
    assert said[0] == "fred/DGS2.csv: read as DGS2 2024-01-03 to 2024-01-05, 3 rows"
    assert {line.partition(":")[0] for line in said[:6]} == {
        path.relative_to(tmp_path / "dir").as_posix()
        for path in (tmp_path / "dir").rglob("*")
        if path.is_file()
    }
    assert said[6] == "3 files read as 3 series; 3 left out (3 refused)."


@pytest.mark.parametrize(
    ("friday", "newest"),
    [
        ("2025-01-03", "2024-12-24"),
        ("2025-01-10", "2024-12-31"),
        ("2025-01-17", "2025-01-07"),
        ("2024-12-27", "2024-12-17"),
    ],
)
def test_positions_wait_for_offices_that_an_order_closed(tmp_path: Path, friday: str, newest: str) -> None:
    """The report of 7 January 2025 came on Monday the 13th (SIFMA's market matrix), that of Christmas Eve on the 30th
    and that of New Year's Eve on 6 January (the CFTC's schedule)."""
    day = pd.Timestamp(friday)
    known = case(tmp_path, "cot-january-2025").until(calendars.evening_of(day), day)
    assert str(known.series["COT_SP500_SPEC_LONG"].latest().index[-1].date()) == newest


DAYS = pd.bdate_range("2019-10-01", "2019-12-20")


def written(root: Path, path: str, head: str, row: str, days: pd.DatetimeIndex = DAYS) -> None:
    """A table of the same figures on every day; `row` may format the day."""
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(head + "\n" + "".join(f"{row.format(day=day)}\n" for day in days))


def test_a_newer_copy_out_of_its_place_is_named(tmp_path: Path) -> None:
    written(tmp_path, "fred/DGS2.csv", "observation_date,DGS2", "{day:%Y-%m-%d},1.6", DAYS[:20])
    written(tmp_path, "DGS2 (2).csv", "observation_date,DGS2", "{day:%Y-%m-%d},1.6")
    data = files.read(tmp_path)
    assert texts(data, "warning") == [
        "DGS2 (2).csv · DGS2: goes on to 2019-12-20, while fred/DGS2.csv, which was used, ends on 2019-10-28:"
        " put the newer one in its place."
    ]


def test_a_copy_of_four_columns_is_told_once(tmp_path: Path) -> None:
    for name, days in (("VIX_History - Copy", DAYS), ("VIX_History", DAYS[:9])):
        written(
            tmp_path, f"cboe/{name}.csv", "DATE,OPEN,HIGH,LOW,CLOSE", "{day:%m/%d/%Y},14,15,13,14.5", days
        )
    data = files.read(tmp_path)
    assert len(data.series["VIX_LOW"].frame) == len(DAYS)
    (told,) = texts(data, "warning")
    assert told.startswith("cboe/VIX_History.csv · VIX: also in cboe/VIX_History - Copy.csv, which was used.")
    assert "VIX_OPEN, VIX_HIGH and VIX_LOW" in told


def test_two_surveys_in_one_file_are_both_read(tmp_path: Path) -> None:
    written(
        tmp_path,
        "sentiment/aaii.csv",
        "date,bullish,neutral,bearish,NAAIM",
        "{day:%Y-%m-%d},44,35,21,85",
        DAYS[::5],
    )
    assert last(files.read(tmp_path), "AAII_BULLISH", "AAII_BEARISH", "NAAIM") == [44, 21, 85]


@pytest.mark.parametrize(
    ("path", "series"),
    [
        ("prices/%5EGSPC.csv", "SPX"),
        ("prices/CBOE_DLY_VIX, 1D.csv", "VIX"),
        ("prices/NASDAQ_DLY_NDX, 1D (1).csv", "NDX"),
    ],
)
def test_more_names_that_vendors_give(tmp_path: Path, path: str, series: str) -> None:
    written(tmp_path, path, "Date,Open,High,Low,Close", "{day:%Y-%m-%d},14,15,13,14.5")
    assert last(files.read(tmp_path), series) == [14.5]


def test_a_funds_holdings_are_a_list_of_members_below_their_preamble(tmp_path: Path) -> None:
    lines = [
        "A fund of the S&P 500",
        'Fund Holdings as of,"Dec 20, 2019"',
        "",
        "Ticker,Name,Sector,Weight (%)",
    ]
    lines += ["AAPL,APPLE INC,Information Technology,4.5", "JNJ,JOHNSON & JOHNSON,Health Care,1.4"]
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "IVV_holdings.csv").write_text("\n".join(lines) + "\n")
    (record,) = files.read(tmp_path).files
    assert record.use == "the list of members, 2 tickers with their sectors"
