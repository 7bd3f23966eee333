"""Downloads dropped into the data folder, in the forms that AAII, NAAIM and FINRA give them out."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest

from fiveengines.data.fetch import fetch
from fiveengines.data.providers.base import FetchError, Request, Response
from fiveengines.data.providers.manual_downloads import ManualDownloads
from fiveengines.data.providers.transport.http import Http
from fiveengines.data.providers.transport.settings import Settings
from fiveengines.data.store import Store

ALL = Request(dt.date(1980, 1, 1))


def workbook(path: Path, rows: list[list[str | float]]) -> None:
    """A workbook of one sheet with shared strings, as Excel writes it."""
    words: list[str] = []
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = []
        for at, cell in enumerate(row):
            name = f"{chr(65 + at)}{number}"
            if isinstance(cell, str):
                words.append(cell)
                cells.append(f'<c r="{name}" t="s"><v>{len(words) - 1}</v></c>')
            else:
                cells.append(f'<c r="{name}"><v>{cell}</v></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    with zipfile.ZipFile(path, "w") as book:
        shared = "".join(f"<si><t>{escape(word)}</t></si>" for word in words)
        book.writestr("xl/sharedStrings.xml", f"<sst {space}>{shared}</sst>")
        book.writestr(
            "xl/worksheets/sheet1.xml",
            f"<worksheet {space}><sheetData>{''.join(lines)}</sheetData></worksheet>",
        )


def read(folder: Path) -> dict[str, dict[str, float]]:
    provider = ManualDownloads(Http(Settings()), folder=folder)
    found = {}
    for item in provider.fetch(dict.fromkeys(provider.series, ALL)):
        assert isinstance(item, Response), item
        found[item.series] = {
            f"{d:%Y-%m-%d}": v for d, v in zip(item.frame["observed"], item.frame["value"], strict=True)
        }
    return found


@pytest.fixture
def dropped(tmp_path: Path) -> Path:
    (tmp_path / "manual_downloads").mkdir()
    return tmp_path / "manual_downloads"


def test_finra_margin_statistics(dropped: Path) -> None:
    # day numbers of Excel: 45931 is 2025-10-01
    head: list[str | float] = [
        "Year-Month",
        "Debit Balances in Customers' Securities Margin Accounts",
        "Free Credit",
    ]
    workbook(
        dropped / "margin-statistics.xlsx", [head, ["2025-10", 1183654.0, 1.0], ["2025-09", 1126324.0, 2.0]]
    )
    assert read(dropped.parent) == {"MARGIN_DEBT": {"2025-09-01": 1126324.0, "2025-10-01": 1183654.0}}
    workbook(dropped / "margin-statistics.xlsx", [head, [45931.0, 1183654.0, 1.0]])
    assert read(dropped.parent) == {"MARGIN_DEBT": {"2025-10-01": 1183654.0}}


def test_naaim_workbook(dropped: Path) -> None:
    rows: list[list[str | float]] = [
        ["Date", "Mean/Average", "Bearish"],
        [45945.0, 83.1, -50.0],
        [45938.0, 84.6, 0.0],
    ]
    workbook(dropped / "USE_Data-since-Inception.xlsx", rows)
    assert read(dropped.parent) == {"NAAIM": {"2025-10-08": 84.6, "2025-10-15": 83.1}}


@pytest.mark.parametrize("form", ["percent", "share"])
def test_aaii_survey_in_percent_or_shares(dropped: Path, form: str) -> None:
    text = "45.9%,28.0%,26.1%" if form == "percent" else "0.459,0.28,0.261"
    other = "33.7%,20.0%,46.3%" if form == "percent" else "0.337,0.2,0.463"
    (dropped / "aaii_sentiment.csv").write_text(
        f"Date,Bullish,Neutral,Bearish\n2025-10-02,{text}\n2025-10-16,{other}\n"
    )
    found = read(dropped.parent)
    assert found["AAII_BULLISH"] == pytest.approx({"2025-10-02": 45.9, "2025-10-16": 33.7})
    assert found["AAII_BEARISH"] == pytest.approx({"2025-10-02": 26.1, "2025-10-16": 46.3})


def test_a_files_directory_may_be_dropped_as_well(dropped: Path) -> None:
    (dropped / "breadth").mkdir()
    (dropped / "breadth" / "new_lows_52w.csv").write_text("date,new_lows_52w\n2025-10-15,12\n2025-10-16,40\n")
    store = Store(dropped.parent)
    settings = Settings(bases=dict.fromkeys(Settings().bases, "http://127.0.0.1:9"))
    report = fetch(store, settings, only=["manual_downloads"])
    assert report.outcomes[0].added == {"NEW_LOWS_52W": 2}
    assert fetch(store, settings, only=["manual_downloads"]).outcomes[0].added == {"NEW_LOWS_52W": 0}
    assert list(store.dataset().series["NEW_LOWS_52W"].frame["value"]) == [12.0, 40.0]


def test_a_broken_file_is_named(dropped: Path) -> None:
    (dropped / "naaim.xlsx").write_bytes(b"PK\x03\x04 not a workbook")
    (dropped / "finra.csv").write_text("a,b\n1,2\n")
    provider = ManualDownloads(Http(Settings()), folder=dropped.parent)
    texts = [str(item.error) for item in provider.fetch({}) if isinstance(item, FetchError)]
    assert any("naaim.xlsx" in text and "damaged" in text for text in texts)
    assert any("finra.csv" in text and "debit" in text for text in texts)


def test_no_folder_is_no_trouble(tmp_path: Path) -> None:
    provider = ManualDownloads(Http(Settings()), folder=tmp_path)
    assert provider.series == () and not list(provider.fetch({}))
