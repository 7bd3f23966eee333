"""Holdings as people write them and as brokers export them; what is wrong in a file is one clear line."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from fiveengines.base.errors import DataError
from fiveengines.portfolio.holdings import Lot, holdings_csv, import_positions, read_holdings
from fiveengines.portfolio.splits import held_on

GOOD = """ticker,shares,cost,opened,target,stop,weight,sector
SPY,10,250.5,2018-01-03,300,240,0.4,
SPY,5.5,,,,,,
aapl,20,150,2018-06-01,,,,Technology
CASH,12000.25,,,,,,
"""


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "holdings.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_lots_of_one_ticker_are_one_position(tmp_path: Path) -> None:
    found = read_holdings(written(tmp_path, GOOD))
    assert found.cash == 12000.25
    spy = found.positions["SPY"]
    assert spy.lots == (Lot("SPY", 10, 250.5, dt.date(2018, 1, 3)), Lot("SPY", 5.5))
    assert (spy.shares, spy.cost, spy.target, spy.stop, spy.weight) == (15.5, None, 300, 240, 0.4)
    assert (found.positions["AAPL"].cost, found.positions["AAPL"].sector) == (150, "Technology")


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    found = read_holdings(written(tmp_path, GOOD))
    assert read_holdings(written(tmp_path, holdings_csv(found))) == found


def test_a_ticker_that_is_not_held_yet_has_no_lot_and_a_wanted_weight(tmp_path: Path) -> None:
    text = "ticker,shares,weight,stop\nSPY,0,0.4,240\nQQQ,3,,\nCASH,100,,\n"
    found = read_holdings(written(tmp_path, text))
    spy = found.positions["SPY"]
    assert (spy.lots, spy.shares, spy.cost, spy.weight, spy.stop) == ((), 0, None, 0.4, 240)
    assert read_holdings(written(tmp_path, holdings_csv(found))) == found
    assert list(held_on(found, dt.date(2018, 1, 3)).positions) == ["SPY", "QQQ"]


def test_a_brokers_export(tmp_path: Path) -> None:
    """Interactive Brokers' activity statement: a banner, its own headings, thousands with commas, a total row."""
    text = (
        "Open Positions\n"
        "Symbol,Quantity,Cost Price,Currency,Close Price\n"
        'SPY,"1,200",250.50,USD,241.17\n'
        "QQQ,40,160,USD,143.5\n"
        "SOLD,0,0,USD,12\n"
        "Total,,,,\n"
    )
    columns = {"ticker": "Symbol", "shares": "Quantity", "cost": "Cost Price"}
    found = import_positions(written(tmp_path, text), columns)
    assert {each: position.shares for each, position in found.positions.items()} == {"SPY": 1200, "QQQ": 40}
    assert found.positions["SPY"].cost == 250.5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ticker,share\nSPY,1\n", "holdings.csv: has no column 'shares'"),
        ("ticker,shares,prize\nSPY,1,2\n", "there is no column 'prize'"),
        ("ticker,shares\nSPY,ten\n", "holdings.csv, line 2 · shares: 'ten' is not possible"),
        ("ticker,shares\nSPY,-3\n", "line 2 · shares: -3 is not possible"),
        ("ticker,shares\nSPY,\n", "line 2 · shares: is empty"),
        ("ticker,shares\n=1+1,3\n", "line 2 · ticker: '=1.1' is not a ticker"),
        ("ticker,shares,opened\nSPY,3,03/01/2018\n", "opened: '03/01/2018' is not a date"),
        ("ticker,shares,weight\nSPY,3,40\n", "weight: '40' is not possible. Write a share of one"),
        ("ticker,shares,weight\nSPY,3,0.7\nQQQ,3,0.6\n", "wanted weights add to 130.0 %"),
        ("ticker,shares,stop\nSPY,3,1\nSPY,3,2\n", "line 3 · stop: 2.0 differs from 1.0"),
        ("ticker,shares\nCASH,-5\n", "cash is -5.00"),
        ("ticker,shares\n", "holds no positions"),
        ("", "holdings.csv: is empty"),
        ("\n \n", "holdings.csv: is empty"),
        ("SPY,100,200\n", "has no column 'shares'"),
        ("ticker;shares;cost\nSPY;1;2,5\n", "has semicolons between its columns. Save it with commas"),
        ("ticker\tshares\nSPY\t1\n", "has tabs between its columns"),
        ("ticker,shares,shares\nSPY,1,2\n", "has two columns 'shares'"),
        ("ticker,shares\nSPY,1,234\n", "line 2: has 3 cells for 2 columns. Write thousands without a comma"),
        ('ticker,shares\nSPY,"1.234,5"\n', "line 2 · shares: '1.234,5' is not possible"),
        ("ticker,shares\nSPY,1 234\n", "shares: '1 234' is not possible"),
        ("ticker,shares\nSPY,0\n", "shares: 0 is not possible"),
        ("ticker,shares\nSPY,1e300\n", "shares: '1e300' is not possible"),
        ("ticker,shares\nSPY,=1+1\n", "shares: '=1.1' is not possible"),
        ("ticker,shares\nSPY,1\x00\n", "is not possible"),
        ("ticker,shares\n,5\n", "ticker: '' is not a ticker"),
        ("ticker,shares,cost\nSPY,1,€12\n", "cost: '€12' is not possible. Write a plain number, dollars"),
        ("ticker,shares,cost\nSPY,1,12 GBP\n", "cost: '12 GBP' is not possible"),
        ("ticker,shares,cost\nSPY,1,1e300\n", "cost: '1e300' is not possible"),
        ("ticker,shares,weight\nSPY,1,40%\n", "weight: '40%' is not possible. Write a share of one"),
        ("ticker,shares,weight\nSPY,1,-0.1\n", "weight: '-0.1' is not possible"),
        ("ticker,shares,opened\nSPY,1,2999-01-01\n", "opened: 2999-01-01 is in the future"),
        ("ticker,shares,opened\nSPY,1,2018-02-30\n", "opened: '2018-02-30' is not a date"),
        ("ticker,shares,target,stop\nSPY,1,10,20\n", "stop: 20 is not below the target, 10"),
        ("ticker,shares,stop\nSPY,1,0\n", "stop: '0' is not possible"),
        ("ticker,shares\nSPY," + 200_000 * "1" + "\n", "cannot be read"),
        ("ticker,shares\nSPY,nan\n", "'nan' is not possible"),
        ("ticker,shares\n" + 5000 * "X" + ",1\n", "ticker: '" + 40 * "X" + "' is not a ticker"),
        ("ticker,shares\nSPY," + 5000 * "x" + "\n", "shares: '" + 40 * "x" + "' is not possible"),
        ("ticker,shares,opened\nSPY,1," + 5000 * "x" + "\n", "opened: '" + 40 * "x" + "' is not a date"),
    ],
)
def test_a_wrong_file_is_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(DataError, match=said) as raised:
        read_holdings(written(tmp_path, text))
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 400


def test_a_missing_or_binary_file_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read"):
        read_holdings(tmp_path / "holdings.csv")
    path = tmp_path / "holdings.csv"
    for content in (b"\xff\xfe\x00\x00\x81", GOOD.encode("utf-16"), "é".encode("latin-1")):
        path.write_bytes(content)
        with pytest.raises(
            DataError, match=r"cannot be read \(it is no text in UTF-8\)\. Save it as CSV in UTF-8"
        ):
            read_holdings(path)
    path.write_bytes(b"\xef\xbb\xbf" + GOOD.encode())
    assert len(read_holdings(path).positions) == 2


def test_figures_as_people_type_them(tmp_path: Path) -> None:
    found = read_holdings(written(tmp_path, 'Ticker, Shares,cost\nSPY,"1,234.5",$250.10\n'))
    assert found.positions["SPY"].lots == (Lot("SPY", 1234.5, 250.10),)
