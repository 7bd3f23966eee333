"""A files directory: what each file gives, and what a broken one leaves to the others."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.base.errors import DataError
from fiveengines.data import calendars
from fiveengines.data.dataset import Dataset
from fiveengines.data.folder import files

TODAY = dt.date(2020, 1, 3)
WALCL = "observation_date,WALCL\n2019-12-11,4095138\n2019-12-18,4137052\n2019-12-25,4165591\n"
VIX = "DATE,OPEN,HIGH,LOW,CLOSE\n12/30/2019,13.74,15.14,13.44,14.82\n12/31/2019,14.84,15.39,13.75,13.78\n"
# a row in the form of the CFTC's yearly Traders in Financial Futures files; the classes add up to 1000
TFF_HEADER = (
    '"Market_and_Exchange_Names","Report_Date_as_YYYY-MM-DD","CFTC_Contract_Market_Code","Open_Interest_All",'
    + ",".join(
        f'"{who}_Positions_{side}_All"'
        for who in ("Dealer", "Asset_Mgr", "Lev_Money", "Other_Rept")
        for side in ("Long", "Short", "Spread")
    )
    + ',"Tot_Rept_Positions_Long_All","Tot_Rept_Positions_Short_All","NonRept_Positions_Long_All"'
    + ',"NonRept_Positions_Short_All","FutOnly_or_Combined"'
)


def tff_row(day: str, code: str = "13874A", dealer: int = 100, interest: int = 1000) -> str:
    classes = (dealer, 300, 10, 400, 100, 20, 150, 250, 30, 50, 90, 40)
    total = sum(classes[0::3]) + sum(classes[2::3]), sum(classes[1::3]) + sum(classes[2::3])
    small = 1000 - total[0], 1000 - total[1]
    numbers = ",".join(f"{n:8d}" for n in (interest, *classes, *total, *small))
    return f'"E-MINI S&P 500 - CHICAGO MERCANTILE EXCHANGE",{day},{code} ,{numbers},"FutOnly"'


def folder(root: Path, **parts: str | bytes) -> Path:
    """Files by name, `__` for the slash and `_dot_` for the dot: fred__WALCL_dot_csv="…"."""
    for name, body in parts.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body.encode() if isinstance(body, str) else body)
    return root


def load(root: Path) -> Dataset:
    return files.load(root, today=TODAY)


def texts(data: Dataset, level: str) -> list[str]:
    return [notice.text for notice in data.notices if notice.level == level]


def latest(data: Dataset, name: str) -> dict[str, float]:
    return {str(day.date()): value for day, value in data.series[name].latest().items()}


def daily(column: str, values: list[float], start: str = "2019-01-01") -> str:
    days = np.datetime64(start) + np.arange(len(values))
    return f"date,{column}\n" + "".join(f"{day},{value}\n" for day, value in zip(days, values, strict=True))


class TestParts:
    def test_fred_with_its_release_time(self, tmp_path: Path) -> None:
        data = load(folder(tmp_path, fred__WALCL_dot_csv=WALCL))
        series = data.series["WALCL"]
        assert latest(data, "WALCL")["2019-12-25"] == 4165591
        assert (series.provider, series.origin, data.source) == ("fred", "fred/WALCL.csv", "files")
        # H.4.1 for Wednesday 25 December 2019 came on Thursday 26, 16:30 New York = 21:30 UTC
        assert series.frame["known_at"].iloc[-1] == pd.Timestamp("2019-12-26 21:30")
        assert data.notices == ()

    def test_vix_with_open_high_and_low(self, tmp_path: Path) -> None:
        data = load(folder(tmp_path, cboe__VIX_History_dot_csv=VIX))
        values = {name: latest(data, name)["2019-12-31"] for name in data.series}
        assert values == {"VIX": 13.78, "VIX_OPEN": 14.84, "VIX_HIGH": 15.39, "VIX_LOW": 13.75}

    def test_spot_of_the_futures_file_stands_in_only_without_the_index_file(self, tmp_path: Path) -> None:
        futures = "date,VIX_Spot,UX1,UX2,UX8\n2019-12-30,99.0,15.5,17.35,\n2019-12-31,98.0,14.55,16.6,\n"
        root = folder(tmp_path, volatility__vix_futures_dot_csv=futures)
        alone = load(root)
        assert latest(alone, "VIX")["2019-12-31"] == 98.0
        assert latest(alone, "UX2") == {"2019-12-30": 17.35, "2019-12-31": 16.6}
        both = load(folder(root, cboe__VIX_History_dot_csv=VIX))
        assert latest(both, "VIX")["2019-12-31"] == 13.78
        assert texts(both, "warning") == []

    def test_yearly_cftc_files(self, tmp_path: Path) -> None:
        first = [
            TFF_HEADER,
            tff_row("2018-12-31"),
            tff_row("2018-12-24", dealer=110),
            tff_row("2018-12-24", "090741"),
        ]
        second = [TFF_HEADER, tff_row("2019-12-31", dealer=120), tff_row("2019-12-31", "209742", dealer=77)]
        root = folder(
            tmp_path,
            cftc__FinFut18_dot_txt="\r\n".join([*first, ""]),
            cftc__FinFut19_dot_txt="\r\n".join([*second, ""]),
        )
        data = load(root)
        assert latest(data, "TFF_SP500_DEALER_LONG") == {
            "2018-12-24": 110,
            "2018-12-31": 100,
            "2019-12-31": 120,
        }
        assert latest(data, "TFF_NASDAQ_DEALER_LONG") == {"2019-12-31": 77}
        assert latest(data, "TFF_SP500_OPEN_INTEREST")["2018-12-31"] == 1000
        assert data.series["TFF_SP500_DEALER_LONG"].origin == "cftc/FinFut18.txt, cftc/FinFut19.txt"
        assert data.notices == ()
        # the 2018-12-24 report was held back by the shutdown until 1 February 2019
        assert data.series["TFF_SP500_DEALER_LONG"].frame["known_at"].iloc[0] == pd.Timestamp(
            "2019-02-01 20:30"
        )

    def test_cftc_own_file_wins_over_an_extract(self, tmp_path: Path) -> None:
        extract = "report_date,Dealer_Positions_Long_All\n2018-12-24,5\n2018-12-31,6\n"
        root = folder(
            tmp_path,
            cftc__tff_sp500_mini_dot_csv=extract,
            cftc__FinFut18_dot_txt="\n".join([TFF_HEADER, tff_row("2018-12-31"), ""]),
        )
        data = load(root)
        assert latest(data, "TFF_SP500_DEALER_LONG") == {"2018-12-24": 5, "2018-12-31": 100}
        assert "1 dates differ between files (2018-12-31 first)" in texts(data, "warning")[0]

    @pytest.mark.parametrize("scale", [1, 100])
    def test_aaii_in_shares_or_percent(self, tmp_path: Path, scale: int) -> None:
        rows = [(0.418879, 0.365782, 0.215339), (0.36, 0.5, 0.14)]
        body = "date,bullish,neutral,bearish\n" + "".join(
            f"2019-12-{day}," + ",".join(f"{share * scale:.6f}" for share in row) + "\n"
            for day, row in zip((19, 26), rows, strict=True)
        )
        data = load(folder(tmp_path, sentiment__aaii_dot_csv=body))
        assert latest(data, "AAII_BULLISH") == pytest.approx({"2019-12-19": 41.8879, "2019-12-26": 36.0})
        assert latest(data, "AAII_BEARISH")["2019-12-26"] == pytest.approx(14.0)

    @pytest.mark.parametrize(
        ("path", "column", "name", "value"),
        [
            ("sentiment/putcall.csv", "equity_pc_ratio", "PUT_CALL_EQUITY", 0.59),
            ("sentiment/naaim.csv", "naaim", "NAAIM", 97.44),
            ("valuation/sp500_forward_pe.csv", "forward_pe", "SP500_FORWARD_PE", 18.2),
            ("breadth/new_highs_52w.csv", "new_highs_52w", "NEW_HIGHS_52W", 48.0),
            ("volatility/MOVE.csv", "MOVE", "MOVE", 58.28),
            ("prices/BTC-USD.csv", "close", "BTC_USD", 7193.6),
            ("prices/ES=F.csv", "Close", "ES_F", 3231.0),
            ("prices/SPX.csv", "close", "SPX", 3230.8),
        ],
    )
    def test_file_names_and_columns(
        self, tmp_path: Path, path: str, column: str, name: str, value: float
    ) -> None:
        target = tmp_path / path
        target.parent.mkdir(parents=True)
        target.write_text(f"date,{column}\n2019-12-30,{value}\n2019-12-31,{value}\n")
        data = load(tmp_path)
        assert latest(data, name) == {"2019-12-30": value, "2019-12-31": value}
        assert list(data.series) == [name]

    def test_index_with_open_high_low(self, tmp_path: Path) -> None:
        body = "Date,Open,High,Low,Close,Adj Close,Volume\n2019-12-31,1,4,0.5,3,2.5,100\n"
        data = load(folder(tmp_path, prices__SPX_dot_csv=body))
        assert {name: latest(data, name)["2019-12-31"] for name in data.series} == {
            "SPX": 2.5,
            "SPX_OPEN": 1.0,
            "SPX_HIGH": 4.0,
            "SPX_LOW": 0.5,
        }

    def test_unusable_early_history_is_dropped(self, tmp_path: Path) -> None:
        body = "DATE,VVIX\n03/15/2006,15.71\n01/03/2007,90.5\n01/24/2007,91.5\n"
        data = load(folder(tmp_path, cboe__VVIX_History_dot_csv=body))
        assert latest(data, "VVIX") == {"2007-01-03": 90.5, "2007-01-24": 91.5}
        assert data.notices == ()


class TestParquet:
    @staticmethod
    def save(
        root: Path, name: str, tickers: list[str], *, days: int = 3, value: float = 10.0
    ) -> pd.DataFrame:
        index = pd.date_range("2019-12-27", periods=days, name="date")
        frame = pd.DataFrame(value, index=index, columns=tickers, dtype="float32")
        (root / "prices").mkdir(exist_ok=True)
        frame.to_parquet(root / "prices" / name)
        return frame

    def test_a_symbols_own_file_wins(self, tmp_path: Path) -> None:
        self.save(tmp_path, "etf_closes.parquet", ["SPY", "XLK", "ZZZZ"])
        folder(tmp_path, prices__XLK_dot_csv="date,close\n2019-12-31,91.67\n")
        data = load(tmp_path)
        assert latest(data, "XLK") == {"2019-12-31": 91.67}
        assert latest(data, "SPY")["2019-12-27"] == 10.0
        assert data.other_prices is not None and data.other_prices["ZZZZ"].tolist() == [10.0, 10.0, 10.0]
        spans = next(each for each in data.files if each.path == "prices/etf_closes.parquet").read
        assert [each.series for each in spans] == ["SPY", "prices of 1 further ticker"]

    def test_members_with_sectors_and_their_bias(self, tmp_path: Path) -> None:
        frame = self.save(tmp_path, "constituents.parquet", [f"T{at}" for at in range(120)])
        folder(tmp_path, reference__sp500_members_dot_csv="ticker,sector,date_added\nT1,Energy,2001-01-01\n")
        data = load(tmp_path)
        assert data.members is not None
        assert data.members.closes.shape == frame.shape
        assert data.members.closes.dtypes.unique().tolist() == [np.float64]
        assert data.members.sectors == {"T1": "Energy"}
        assert "survivorship" in data.members.note

    def test_prices_of_zero_and_disorder_are_said(self, tmp_path: Path) -> None:
        frame = self.save(tmp_path, "constituents.parquet", [f"T{at}" for at in range(120)])
        frame.iloc[1, 5] = 0.0
        frame.iloc[[2, 0, 1, 1]].to_parquet(tmp_path / "prices" / "constituents.parquet")
        data = load(tmp_path)
        assert data.members is not None
        assert data.members.closes.index.is_monotonic_increasing
        assert np.isnan(data.members.closes.iloc[1, 5])
        said = " ".join(texts(data, "warning"))
        assert "T5 on 2019-12-28" in said
        assert "sorted" in said
        assert "appear twice" in said

    def test_of_a_table_of_two_levels_the_closes_are_read(self, tmp_path: Path) -> None:
        frame = self.save(tmp_path, "constituents.parquet", [f"T{at}" for at in range(60)])
        both = pd.concat({"Close": frame, "Open": frame}, axis=1)
        both.to_parquet(tmp_path / "prices" / "constituents.parquet")
        data = load(tmp_path)
        assert data.members is not None
        pd.testing.assert_frame_equal(
            data.members.closes,
            frame.astype("float64"),
            check_column_type=False,
            check_index_type=False,
            check_freq=False,
        )
        assert texts(data, "warning") == [
            "prices/constituents.parquet: repaired while reading: of 120 columns the 60 closes were read."
        ]

    @pytest.mark.parametrize("cut", [0, 10, 400, -1])
    def test_a_damaged_one_is_one_error(self, tmp_path: Path, cut: int) -> None:
        self.save(tmp_path, "constituents.parquet", [f"T{at}" for at in range(120)])
        path = tmp_path / "prices" / "constituents.parquet"
        path.write_bytes(path.read_bytes()[:cut])
        data = load(folder(tmp_path, fred__WALCL_dot_csv=WALCL))
        assert data.members is None
        assert latest(data, "WALCL")["2019-12-25"] == 4165591
        assert texts(data, "error") == [
            "prices/constituents.parquet: this is no readable Parquet file (cut off, or another format)."
            " Download it again."
        ]


class TestBroken:
    def test_one_broken_file_leaves_the_others(self, tmp_path: Path) -> None:
        root = folder(tmp_path, fred__WALCL_dot_csv=WALCL, fred__DGS10_dot_csv="<html>Sign in</html>")
        data = load(root)
        assert list(data.series) == ["WALCL"]
        assert [(n.level, n.series) for n in data.notices] == [("error", "DGS10")]
        assert data.notices[0].text.startswith("fred/DGS10.csv · DGS10: this is a web page")

    def test_a_repair_is_visible(self, tmp_path: Path) -> None:
        quoted = 'observation_date,WALCL\n2019-12-18,"4,137,052"\n2019-12-25,"4,165,591"\n'
        data = load(folder(tmp_path, fred__WALCL_dot_csv=quoted))
        assert latest(data, "WALCL")["2019-12-25"] == 4165591
        assert texts(data, "warning") == [
            "fred/WALCL.csv: repaired while reading: thousands separators were removed."
        ]

    def test_a_bad_day_is_told_once_however_many_columns_it_is_in(self, tmp_path: Path) -> None:
        days = pd.bdate_range("2019-11-01", "2019-12-20")
        rows = [f"{day:%m/%d/%Y},14.0,15.0,13.0,14.5" for day in days]
        rows[10] = f"{days[10]:%m/%d/%Y},1400,1500,1300,1450"
        body = "DATE,OPEN,HIGH,LOW,CLOSE\n" + "\n".join(rows) + "\n"
        data = load(folder(tmp_path, cboe__VIX_History_dot_csv=body))
        (told,) = (each for each in data.notices if each.level == "warning")
        assert told.text == (
            "cboe/VIX_History.csv · VIX: 1450 on 2019-11-15 lies outside 5 to 200 index and was left out."
            " The same goes for VIX_OPEN, VIX_HIGH and VIX_LOW."
        )
        assert all(len(data.series[name].frame) == len(days) - 1 for name in ("VIX", "VIX_OPEN", "VIX_HIGH"))

    def test_a_repaired_row_is_news_for_a_quarter_and_then_only_told(self, tmp_path: Path) -> None:
        days = pd.bdate_range("2018-01-02", "2019-12-20")
        rows = [f"{day:%Y-%m-%d},{2 + at / 1000:.3f}" for at, day in enumerate(days)]
        rows.insert(40, rows[39].replace("2.", "3."))  # 26 February 2018 twice
        rows[200] += ",9"  # a field too many in October
        data = load(folder(tmp_path, fred__DGS10_dot_csv="observation_date,DGS10\n" + "\n".join(rows) + "\n"))
        told = {
            day: sorted(each.level for each in data.notices_at(calendars.evening_of(pd.Timestamp(day))))
            for day in ("2018-02-23", "2018-03-02", "2018-10-12", "2019-12-20")
        }
        assert told == {
            "2018-02-23": [],
            "2018-03-02": ["warning"],
            "2018-10-12": ["info", "warning"],
            "2019-12-20": ["info", "info"],
        }

    def test_a_repair_of_the_whole_file_lasts_as_long_as_the_file(self, tmp_path: Path) -> None:
        days = pd.bdate_range("2018-01-02", "2018-06-29")
        body = "observation_date,DGS10\n" + "".join(f'{day:%Y-%m-%d},"2,85 %"\n' for day in days)
        data = load(folder(tmp_path, fred__DGS10_dot_csv=body))
        assert latest(data, "DGS10")["2018-06-29"] == 2.85
        levels = {
            day: sorted(each.level for each in data.notices_at(calendars.evening_of(pd.Timestamp(day))))
            for day in ("2017-12-29", "2018-03-02", "2018-07-06", "2019-12-20")
        }
        assert levels == {
            "2017-12-29": [],
            "2018-03-02": ["warning"],
            "2018-07-06": ["warning"],
            "2019-12-20": ["info"],
        }

    def test_another_series_under_the_name(self, tmp_path: Path) -> None:
        data = load(folder(tmp_path, fred__DGS10_dot_csv=WALCL))
        assert data.series == {}
        assert "the header has observation_date, walcl" in texts(data, "error")[0]

    def test_another_unit_is_refused(self, tmp_path: Path) -> None:
        billions = (
            WALCL.replace("4095138", "4095.1").replace("4137052", "4137.1").replace("4165591", "4165.6")
        )
        data = load(folder(tmp_path, fred__WALCL_dot_csv=billions))
        assert data.series == {}
        assert "fred/WALCL.csv · WALCL · value: 3 of 3 values lie outside" in texts(data, "error")[0]
        assert "$ million" in texts(data, "error")[0]

    def test_an_isolated_impossible_value_is_dropped_and_named(self, tmp_path: Path) -> None:
        values = [2.0] * 300
        values[17] = 190.0
        data = load(folder(tmp_path, fred__DGS10_dot_csv=daily("DGS10", values)))
        assert len(data.series["DGS10"].frame) == 299
        assert texts(data, "warning") == [
            "fred/DGS10.csv · DGS10: 190 on 2019-01-18 lies outside -2 to 25 percent and was left out."
        ]

    def test_longs_must_equal_shorts(self, tmp_path: Path) -> None:
        header = "date,spec_long,spec_short,comm_long,comm_short,nonrept_long,nonrept_short\n"
        rows = [f"2019-{1 + at // 4:02d}-{1 + 7 * (at % 4):02d},10,20,30,25,15,10\n" for at in range(40)]
        slip = list(rows)
        slip[3] = slip[3].replace(",10,20", ",1000,20")
        data = load(folder(tmp_path, cftc__cot_sp500_dot_csv=header + "".join(slip)))
        assert len(data.series["COT_SP500_SPEC_LONG"].frame) == 39
        assert "2019-01-22" in texts(data, "warning")[0]
        mixed = header.replace("spec_long,spec_short", "spec_short,spec_long")
        swapped = load(folder(tmp_path, cftc__cot_sp500_dot_csv=mixed + "".join(rows)))
        assert swapped.series == {}
        assert "do not add up" in texts(swapped, "error")[0]

    def test_cftc_classes_must_add_up_to_open_interest(self, tmp_path: Path) -> None:
        rows = [TFF_HEADER, tff_row("2018-12-24", interest=900), tff_row("2018-12-31", interest=900), ""]
        data = load(folder(tmp_path, cftc__FinFut18_dot_txt="\n".join(rows)))
        assert data.series == {}
        assert "add up to open interest" in texts(data, "error")[0]

    def test_aaii_answers_must_make_a_whole(self, tmp_path: Path) -> None:
        body = "date,bullish,neutral,bearish\n2019-12-19,0.4,0.3,0.3\n2019-12-26,40,30,30\n"
        data = load(folder(tmp_path, sentiment__aaii_dot_csv=body))
        assert data.series == {}
        assert "do not add up" in texts(data, "error")[0]

    def test_a_missing_column_is_named(self, tmp_path: Path) -> None:
        data = load(folder(tmp_path, cboe__VIX_History_dot_csv=VIX.replace("CLOSE", "MEAN")))
        assert data.series == {}
        assert texts(data, "error") == [
            "cboe/VIX_History.csv · VIX: the column adj_close is absent; it needs one of adj_close, adjusted_close,"
            " close, vix, vix_close, close_last, price, latest, last, last_price; the header has date, open, high,"
            " low, mean. Check that this is the right download."
        ]

    def test_a_close_lies_between_low_and_high(self, tmp_path: Path) -> None:
        mixed = load(
            folder(tmp_path, cboe__VIX_History_dot_csv=VIX.replace("HIGH,LOW,CLOSE", "HIGH,CLOSE,LOW"))
        )
        assert mixed.series == {}
        assert "the close lies outside low and high" in texts(mixed, "error")[0]

    def test_a_folder_that_may_not_be_opened_is_said(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        root = folder(tmp_path, fred__WALCL_dot_csv=WALCL, cboe__VIX_History_dot_csv=VIX)
        monkeypatch.setattr(os, "access", lambda path, mode: Path(path).name != "cboe")
        said = texts(load(root), "error")
        assert said == ["cboe/: the folder cannot be opened. Check its permissions."]

    def test_an_empty_column_is_left_out(self, tmp_path: Path) -> None:
        body = "date,VIX_Spot,UX1,UX2\n2019-12-30,14.82,15.5,\n2019-12-31,13.78,14.55,\n"
        data = load(folder(tmp_path, volatility__vix_futures_dot_csv=body))
        assert "UX2" not in data.series
        assert texts(data, "info") == [
            "volatility/vix_futures.csv · UX2: the column holds no value: left out."
        ]

    def test_unknown_files_are_mentioned(self, tmp_path: Path) -> None:
        root = folder(
            tmp_path, fred__WALCL_dot_csv=WALCL, fred__XYZ_dot_csv="date,XYZ\n", notes_dot_txt="hello"
        )
        data = load(root)
        assert data.notices == ()
        assert {each.path: each.left_out.reason for each in data.files if each.left_out} == {
            "fred/XYZ.csv": "not in the catalog",
            "notes.txt": "no table of dates",
        }

    @pytest.mark.parametrize("kind", ["absent", "empty", "foreign"])
    def test_no_such_directory_is_one_error(self, tmp_path: Path, kind: str) -> None:
        root = tmp_path / "data"
        if kind != "absent":
            root.mkdir()
        if kind == "foreign":
            folder(root, shopping_dot_csv="item,price\n")
        with pytest.raises(DataError, match="laid out as in the README"):
            load(root)
