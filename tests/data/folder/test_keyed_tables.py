"""Tables that are no series, further tickers' prices and a portfolio's files: by example, as known on an evening."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.data import calendars
from fiveengines.data.dataset import Dataset
from fiveengines.data.folder import files
from fiveengines.data.folder.keyed_tables import contract_month
from fiveengines.data.panel import Panel
from fiveengines.indicators.positioning import dealer_gamma_from_chain

# As published on two days: contract month and settlement, in percent 100 minus the rate.
CURVE = "contract,settle\n2023-03,95.3375\n2023-04,95.1\n2023-05,94.855\n"
FUNDAMENTALS = """ticker,period_end,filed,revenue,operating_cash_flow,capital_expenditure,total_debt,ebitda
AAPL,2019-06-29,2019-07-31,53809000000,11636000000,2000000000,108047000000,14682000000
AAPL,2019-09-28,2019-10-31,64040000000,19910000000,2777000000,108047000000,18804000000
BRK.B,2019-09-30,2019-11-04,64972000000,,,,
MSFT,2019-09-30,23 October,33055000000,13818000000,3385000000,78366000000,15457000000
"""
CHAIN = """
Standard & Poors 500 Index,Last: 4,000.50,Change:  37.6601
"Date: September 14, 2023 at 4:31 PM EDT",Bid: 4483.25,Ask: 4526.27,Size: 1*1,Volume: 0
Expiration Date,Calls,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest,Strike,Puts,Last Sale,Net,Bid,Ask,Volume,IV,Delta,Gamma,Open Interest
Fri Sep 15 2023,SPXW230915C04000000,0,0,1,2,7,0.2,0.5,0.001,100,4000.00,SPXW230915P04000000,0,0,0,0.05,9,0.21,-0.5,0.002,300
Fri Dec 19 2025,SPX251219C04100000,0.69,0,0,0.5,0,0.2326,0.003,0.0005,1,4100.00,SPX251219P04100000,6379,0,1,2,0,0.2062,-1,0,2
"""  # noqa: E501


def folder(root: Path, **contents: str) -> Path:
    for name, text in contents.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return root


def words(data: Dataset) -> dict[str, list[str]]:
    return {
        each.path: [span.series for span in each.read] or [each.use or each.left_out.reason]  # type: ignore[union-attr]
        for each in data.files
    }


def on(data: Dataset, day: str) -> Dataset:
    return data.until(calendars.evening_of(pd.Timestamp(day)), pd.Timestamp(day))


@pytest.mark.parametrize(
    ("name", "month"),
    [
        ("2020-01", "2020-01"),
        ("202012", "2020-12"),
        ("ZQF20", "2020-01"),
        ("ZQZ1998", "1998-12"),
        ("2020", None),
    ],
)
def test_contract_months_by_name(name: str, month: str | None) -> None:
    assert contract_month(name) == month


def test_fed_funds_futures_in_every_form_become_one_table(tmp_path: Path) -> None:
    (tmp_path / "futures").mkdir()
    days = pd.DatetimeIndex(["2023-03-08", "2023-03-09"], name="date")
    wide = pd.DataFrame({"2023-03": [95.40, 95.39], "2023-04": [95.12, np.nan]}, index=days)
    wide.to_parquet(tmp_path / "futures" / "fed_funds.parquet")
    folder(
        tmp_path,
        **{"futures__fed_funds_2023-03-10_dot_csv": CURVE},
        futures__fed_funds_long_dot_csv="date,contract,settlement\n2023-03-13,ZQJ23,95.245\n",
        futures__ZQK23_dot_csv="Date,Open,High,Low,Close\n2023-03-13,95.0,95.4,94.9,95.3\n",
    )
    data = files.read(tmp_path)
    table = data.tables["fed_funds_futures"]
    assert list(table.columns) == ["2023-03", "2023-04", "2023-05"]
    assert table.loc["2023-03-10"].tolist() == [95.3375, 95.1, 94.855]
    assert table.loc["2023-03-13", ["2023-04", "2023-05"]].tolist() == [95.245, 95.3]
    assert {name for found in words(data).values() for name in found} == {"fed_funds_futures"}
    early = on(data, "2023-03-09").tables["fed_funds_futures"]
    assert list(early.columns) == ["2023-03", "2023-04"], "the contract of May was not quoted yet"
    assert early.index[-1] == pd.Timestamp("2023-03-09") and np.isnan(early.iloc[-1, 1])


def test_rates_in_the_place_of_settlements_are_refused(tmp_path: Path) -> None:
    folder(
        tmp_path,
        futures__fed_funds_dot_csv="date,2020-01,2020-02\n2019-12-30,1.55,1.54\n2019-12-31,1.55,1.5\n",
    )
    data = files.read(tmp_path)
    assert not data.tables
    (error,) = (each.text for each in data.notices if each.level == "error")
    assert error.startswith("futures/fed_funds.csv: 4 settlements lie outside 75 to 102 (1.55 for 2020-01")


def test_fundamentals_are_known_from_their_filing_and_a_bad_row_has_its_line(tmp_path: Path) -> None:
    data = files.read(folder(tmp_path, fundamentals__all_dot_csv=FUNDAMENTALS))
    table = data.tables["fundamentals"]
    assert table["ticker"].tolist() == ["AAPL", "AAPL", "BRK-B"]
    assert table["research_and_development"].isna().all()
    assert [each.text for each in data.notices] == [
        "fundamentals/all.csv: row 4 (MSFT 2019-09-30): filed '23 October' is not a date (YYYY-MM-DD);"
        " the row was left out."
    ]
    assert "fundamentals" not in on(data, "2019-07-30").tables
    known = on(data, "2019-10-31").tables["fundamentals"]
    assert known["revenue"].tolist() == [53809000000, 64040000000]


def test_an_option_chain_has_a_row_an_option(tmp_path: Path) -> None:
    data = files.read(folder(tmp_path, options__quotedata_dot_csv=CHAIN))
    chain = data.tables["option_chain"]
    assert chain["type"].tolist() == ["C", "C", "P", "P"]
    assert chain["strike"].tolist() == [4000, 4100, 4000, 4100]
    assert chain["expiry"].dt.date.astype(str).tolist() == ["2023-09-15", "2025-12-19"] * 2
    assert chain["spot"].unique().tolist() == [4000.5] and chain["iv"].tolist() == [0.2, 0.2326, 0.21, 0.2062]
    # by hand: (0.001·100 + 0.0005·1 − 0.002·300) · 100 · 4000.5² · 0.01 / 10⁹
    assert dealer_gamma_from_chain(chain, 4000.5) == pytest.approx(-0.4995 * 4000.5**2 / 1e9)
    assert "option_chain" not in on(data, "2023-09-13").tables
    other = CHAIN.replace("SPXW", "SPY").replace("SPX2", "SPY2").replace("September 14", "September 15")
    both = files.read(folder(tmp_path, options__spy_dot_csv=other))
    assert words(both)["options/spy.csv"] == ["another underlying"]
    newer = CHAIN.replace("September 14", "September 18").replace("4,000.50", "4,010.00")
    later = files.read(folder(tmp_path, options__newer_dot_csv=newer))
    assert on(later, "2023-09-15").tables["option_chain"]["spot"].unique().tolist() == [4000.5]
    assert on(later, "2023-09-18").tables["option_chain"]["spot"].unique().tolist() == [4010.0]


def test_estimates_are_known_from_their_workbook(tmp_path: Path) -> None:
    rows = "2019-01-31,2019-06-30,40.1,38.0\n2019-04-30,2019-06-30,39.5,37.2\n"
    text = f"published,quarter_end,operating_eps,reported_eps\n{rows}"
    data = files.read(folder(tmp_path, valuation__sp500_eps_estimates_dot_csv=text))
    assert on(data, "2019-04-29").tables["sp500_eps_estimates"]["operating_eps"].tolist() == [40.1]
    assert on(data, "2019-04-30").tables["sp500_eps_estimates"]["operating_eps"].tolist() == [40.1, 39.5]


def test_prices_of_any_ticker_come_from_series_members_or_other_tables(tmp_path: Path) -> None:
    (tmp_path / "prices").mkdir()
    index = pd.DatetimeIndex(["2019-12-26", "2019-12-27", "2019-12-30"], name="date")
    members = pd.DataFrame(50.0, index=index, columns=[f"M{at}" for at in range(30)])
    members.to_parquet(tmp_path / "prices" / "sp500_constituents.parquet")
    folder(
        tmp_path,
        prices__SPY_dot_csv="date,close\n2019-12-26,322.94\n2019-12-27,322.86\n2019-12-30,321.08\n",
        prices__BRK_dot_B_dot_csv="Date,Open,High,Low,Close\n2019-12-26,1,2,1,226.5\n2019-12-30,1,2,1,225.25\n",
    )
    data = files.read(tmp_path)
    assert words(data)["prices/BRK.B.csv"] == ["prices of 1 further ticker"]
    found = Panel(data, "2019-12-27").prices(["BRK-B", "M7", "SPY", "NONE", "SPY"])
    assert list(found.columns) == ["BRK-B", "M7", "SPY", "NONE"] and found.index[-1] == pd.Timestamp(
        "2019-12-27"
    )
    assert found.iloc[-2:]["SPY"].tolist() == [322.94, 322.86]
    assert found.iloc[-1, 1] == 50.0 and found["NONE"].isna().all()
    assert found["BRK-B"].iloc[-2] == 226.5 and np.isnan(found["BRK-B"].iloc[-1]), "no close is no price"
    assert Panel(data, "2019-12-24").dataset.other_prices is None


def test_a_portfolio_is_no_market_data(tmp_path: Path) -> None:
    folder(
        tmp_path,
        portfolio__holdings_dot_csv="ticker,shares,cost,opened,sector\nSPY,10,300,2019-01-02,Fund\n",
        portfolio__income__trades_dot_csv="date,ticker\n2019-01-02,SPY\n",
        portfolio__notes_dot_csv="a,b\n1,2\n",
        fred__DGS2_dot_csv="observation_date,DGS2\n2019-12-31,1.58\n",
    )
    assert words(files.read(tmp_path)) == {
        "fred/DGS2.csv": ["DGS2"],
        "portfolio/holdings.csv": ["the holdings of a portfolio"],
        "portfolio/income/trades.csv": ["the trade ledger of a portfolio"],
        "portfolio/notes.csv": ["no market data"],
    }


def test_what_comes_later_changes_no_fingerprint(tmp_path: Path) -> None:
    folder(
        tmp_path,
        fundamentals__all_dot_csv=FUNDAMENTALS,
        options__quotedata_dot_csv=CHAIN,
        futures__fed_funds_dot_csv="date,2019-09,2019-10,2019-11\n2019-09-30,97.96,98.2,\n2019-10-31,,98.17,98.44\n",
        prices__TSLA_dot_csv="date,close\n2019-09-30,48.17\n2019-10-31,62.98\n",
    )
    whole = files.read(tmp_path)
    before = on(whole, "2019-10-01").fingerprints()
    folder(
        tmp_path,
        fundamentals__all_dot_csv="\n".join(FUNDAMENTALS.splitlines()[:2]) + "\n",
        futures__fed_funds_dot_csv="date,2019-09,2019-10\n2019-09-30,97.96,98.2\n2019-10-31,,95\n",
        prices__TSLA_dot_csv="date,close\n2019-09-30,48.17\n2019-10-31,1\n",
    )
    after = on(files.read(tmp_path), "2019-10-01").fingerprints()
    assert before == after and set(before) == {"PRICES", "fed_funds_futures", "fundamentals"}
    assert on(whole, "2019-11-04").fingerprints() != before


@pytest.mark.real_data
def test_the_published_chain_and_curve(real_data: Path) -> None:
    """The plot saved by the calculator's author: −11.00 $bn per 1 % move on 7 January 2024; settlements as quoted."""
    data = files.load(real_data)
    chain = on(data, "2024-01-08").tables["option_chain"]
    assert dealer_gamma_from_chain(chain, float(chain["spot"].iloc[0])) == pytest.approx(-11.00, abs=0.005)
    curve = on(data, "2019-12-31").tables["fed_funds_futures"].loc["2019-12-31"]
    assert curve["2020-01"] == 98.4475 and curve["2022-12"] == 98.59
    assert "2022-12" not in on(data, "2019-12-30").tables["fed_funds_futures"]
