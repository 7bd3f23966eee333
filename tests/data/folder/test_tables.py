"""Tables as people keep them: every harmless form, every repair and every refusal by example."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from fiveengines.base.errors import DataError
from fiveengines.data.folder.csv import Table, read_csv, read_texts, tolerance

TODAY = dt.date(2020, 1, 3)


def read(raw: bytes | str, wanted: tuple[str, ...] = ("walcl",), step: float = 7, **more: object) -> Table:
    body = raw.encode() if isinstance(raw, str) else raw
    return read_csv(
        body, where="fred/WALCL.csv", wanted=wanted, series="WALCL", step=step, today=TODAY, **more
    )


def refused(raw: bytes | str, **more: object) -> str:
    with pytest.raises(DataError) as caught:
        read(raw, **more)
    text = str(caught.value)
    assert text.startswith("fred/WALCL.csv · WALCL")
    assert "\n" not in text
    assert caught.value.remedy
    return text


def days(table: Table) -> list[str]:
    return [str(day) for day in table.dates]


CLEAN = "observation_date,WALCL\n2019-12-11,4095138\n2019-12-18,4137052\n2019-12-25,4165591\n"
CLEAN_VALUES = [4095138.0, 4137052.0, 4165591.0]
CLEAN_DAYS = ["2019-12-11", "2019-12-18", "2019-12-25"]


def many(rows: int = 40) -> list[str]:
    """A weekly file as lines; value 10.01, 10.02 … so that every row is its own."""
    first = np.datetime64("2018-06-01")
    return ["date,walcl", *(f"{first + 7 * at},{10 + (at + 1) / 100:.2f}" for at in range(rows))]


def text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


class TestHarmlessForms:
    """The same three observations in another dress: the numbers are the same."""

    @pytest.mark.parametrize(
        "dress",
        [
            CLEAN,
            CLEAN.replace("\n", "\r\n"),
            CLEAN.replace("\n", "\r"),
            CLEAN.replace("\n", "\n\n"),
            CLEAN + "\n\n",
            CLEAN.replace("observation_date,WALCL", " Observation Date , walcl "),
            CLEAN.replace(",4", ", 4"),
            CLEAN.replace("\n", ",\n"),
            CLEAN.replace("-", "/"),
            CLEAN.replace("-", ""),
            CLEAN.replace("\n2019-12-18", "\n2019-12-16,.\n2019-12-18").replace(
                "2019-12-16,.", "2019-12-16,"
            ),
            text([CLEAN.splitlines()[0], *reversed(CLEAN.splitlines()[1:])]),
        ],
    )
    def test_reads_the_same(self, dress: str) -> None:
        table = read(dress)
        kept = np.isfinite(table.columns["walcl"])
        assert [str(day) for day in table.dates[kept]] == CLEAN_DAYS
        assert table.columns["walcl"][kept].tolist() == CLEAN_VALUES
        assert table.repairs == ()

    @pytest.mark.parametrize("word", ["", ".", "NaN", "n/a", "#N/A", "-", "ND", "null"])
    def test_words_for_missing(self, word: str) -> None:
        table = read(CLEAN.replace("4137052", word))
        assert np.isnan(table.columns["walcl"]).tolist() == [False, True, False]


class TestRepairs:
    """One possible meaning: the right numbers and a repair in words."""

    @pytest.mark.parametrize(
        ("dress", "said"),
        [
            (b"\xef\xbb\xbf" + CLEAN.encode(), "byte-order mark"),
            (b"\xff\xfe" + CLEAN.encode("utf-16-le"), "UTF-16"),
            (b"\xfe\xff" + CLEAN.encode("utf-16-be"), "UTF-16"),
            (
                'date,walcl\n2019-12-11,"4,095,138"\n2019-12-18,"4,137,052"\n2019-12-25,"4,165,591"\n',
                "thousands separators",
            ),
            (
                "date;walcl\n2019-12-11;4.095.138\n2019-12-18;4.137.052\n2019-12-25;4.165.591\n",
                "decimal commas",
            ),
            (
                "date;walcl\n2019-12-11;4095138,0\n2019-12-18;4137052,0\n2019-12-25;4165591,0\n",
                "decimal commas",
            ),
            (
                "date;walcl\n11.12.2019;4 095 138\n18.12.2019;4 137 052\n25.12.2019;4 165 591\n",
                "thousands separators",
            ),
            ("Federal Reserve\nTotal assets\n" + CLEAN, "2 lines above the header"),
            (CLEAN.replace("2019-12-18", "observation_date,WALCL\n2019-12-18"), "repeated header"),
            (CLEAN.replace("2019-12-18,4137052\n", "2019-12-18,4137052\n" * 2), "1 repeated row"),
            (CLEAN.replace("\n2019-12-11,4095138", "") + "2019-12-11,4095138\n", "sorted"),
            ("date,walcl\n11/12/2019,4095138\n18/12/2019,4137052\n25/12/2019,4165591\n", "day/month/year"),
            ("date,walcl\n2019-11-12,4095138\n2019-18-12,4137052\n2019-25-12,4165591\n", "year-day-month"),
            (CLEAN.replace("591\n", "591%\n").replace("138", "138%").replace("052", "052%"), "percent signs"),
            (CLEAN + "2020-0", "cut off"),
        ],
    )
    def test_right_and_said(self, dress: bytes | str, said: str) -> None:
        table = read(dress)
        assert days(table) == CLEAN_DAYS
        assert table.columns["walcl"].tolist() == CLEAN_VALUES
        assert said in "; ".join(table.repairs)

    def test_a_cut_number_is_left_out(self) -> None:
        table = read(CLEAN.rstrip()[:-3])
        assert days(table) == CLEAN_DAYS[:2]
        assert "cut off" in table.repairs[0]

    def test_a_whole_number_without_final_line_break_is_kept_when_decimals_prove_it(self) -> None:
        lines = many()
        assert read("\n".join(lines)).columns["walcl"][-1] == 10.40
        shorter = read("\n".join(lines)[:-1])
        assert shorter.columns["walcl"][-1] == 10.39

    def test_the_later_of_two_conflicting_rows_is_kept(self) -> None:
        lines = many()
        day = lines[20].split(",")[0]
        table = read(text([*lines[:21], f"{day},99.5", *lines[21:]]))
        assert table.columns["walcl"][19] == 99.5
        assert day in table.repairs[0]
        assert "later row" in table.repairs[0]

    def test_month_and_day_of_a_cboe_download(self) -> None:
        table = read("DATE,VIX\n12/30/2019,14.82\n12/31/2019,13.78\n", wanted=("vix",), step=1)
        assert days(table) == ["2019-12-30", "2019-12-31"]
        assert table.repairs == ()

    def test_the_distance_of_rows_tells_day_and_month_apart(self) -> None:
        lines = ["date,walcl", "02/01/2019,1.5", "03/01/2019,1.6", "04/01/2019,1.7"]
        assert days(read(text(lines), step=1)) == ["2019-01-02", "2019-01-03", "2019-01-04"]
        assert days(read(text(lines), step=30)) == ["2019-02-01", "2019-03-01", "2019-04-01"]

    @pytest.mark.parametrize("bad", ["12.x", "four", "1e999", "1.2.3", "10,5", "(3.1)"])
    def test_one_cell_that_is_no_number_is_left_out(self, bad: str) -> None:
        lines = many()
        lines[7] = lines[7].split(",")[0] + f',"{bad}"'
        table = read(text(lines))
        assert np.flatnonzero(np.isnan(table.columns["walcl"])).tolist() == [6]
        assert "line 8" in "; ".join(table.repairs)

    @pytest.mark.parametrize("date", ["2109-03-01", "2019-02-30", "1019-03-01", "31 Foo 2019", "soon", ""])
    def test_one_wrong_date_is_left_out(self, date: str) -> None:
        lines = many()
        lines[7] = f"{date},77.7"
        table = read(text(lines))
        assert len(table.dates) == 39
        assert 77.7 not in table.columns["walcl"]
        assert table.repairs

    def test_only_rows_of_the_key_count(self) -> None:
        body = "date,code,walcl\n2019-12-24,13874A ,5\n2019-12-24,209742 ,7\n2019-12-17,13874A ,3\n"
        for odd in (body, body + "\n"):
            table = read(odd, keep=("code", "13874A"))
            assert days(table) == ["2019-12-17", "2019-12-24"]
            assert table.columns["walcl"].tolist() == [3.0, 5.0]
            assert not len(read(odd, keep=("code", "999999")).dates)


class TestRefusals:
    """Two meanings or none: one clear line."""

    @pytest.mark.parametrize(
        ("raw", "said"),
        [
            (b"", "empty"),
            (b" \r\n\n", "empty"),
            (b"\xef\xbb\xbf", "empty"),
            (b"<!DOCTYPE html><html><body>Sign in</body></html>", "web page"),
            (b"\xef\xbb\xbf\n <html>\n", "web page"),
            (b'{"error_message": "Bad Request"}', "JSON"),
            (b"PK\x03\x04" + bytes(50), "spreadsheet"),
            (b"\x1f\x8b" + bytes(50), "gzip"),
            (b"observation_date,WALCL\n2019-12-25,41\x0065591\n", "binary"),
            ("observation_date,WALCL\n", "no row of data"),
            ("observation_date,DGS10\n2019-12-24,1.9\n", "none of the columns walcl"),
            ("2019-12-11,4095138\n2019-12-18,4137052\n", "header"),
            ("a,b\n1,2\n", "header"),
            ("date,walcl,walcl\n2019-12-11,1,2\n", "twice"),
            ("date,walcl\n2019-12-11,4,095,138\n2019-12-18,4,137,052\n", "fields of the header"),
            ("date;walcl\n2019-12-11;4.095\n2019-12-18;4.137\n", "thousands or decimals"),
            ('date,walcl\n2019-12-11,"4,095"\n2019-12-18,"4,137"\n', "thousands or decimals"),
            ('date,walcl\n2019-12-11,"4,09"\n2019-12-18,4.13\n', "decimal point"),
            ("date,walcl\n02/01/2019,1.5\n09/02/2019,1.6\n", "no order|day/month"),
            ("date,walcl\n43810,1.5\n43817,1.6\n", "no date"),
            ("date,walcl\n2029-12-11,1.5\n2029-12-18,1.6\n", "future"),
            ("date,walcl\n2019-12-11,abc\n2019-12-18,def\n", "no number"),
            ("date,walcl\n2019-13-14,1\n2019-12-18,2\n", "no possible date"),
        ],
    )
    def test_one_clear_line(self, raw: bytes | str, said: str) -> None:
        line = refused(raw)
        assert any(part in line for part in said.split("|")), line

    def test_many_conflicts_are_not_guessed(self) -> None:
        lines = many()
        again = [line.split(",")[0] + ",50.5" for line in lines[1:]]
        assert "twice with different values" in refused(text(lines + again))

    def test_shares_and_percent_side_by_side(self) -> None:
        lines = many()
        mixed = [line + "%" * (at % 2) for at, line in enumerate(lines)]
        mixed[0] = lines[0]
        assert "no number like the others" in refused(text(mixed))


def test_tolerance_is_half_a_percent_and_five_at_most() -> None:
    assert [tolerance(rows) for rows in (0, 19, 20, 399, 400, 1000, 50_000)] == [0, 0, 1, 1, 2, 5, 5]


def test_columns_of_text() -> None:
    raw = b'ticker,sector,date_added\nMMM,Industrials,1957-03-04\nXYZ,"Stone, Clay and Glass",\n'
    assert read_texts(raw, where="m.csv", wanted=("ticker", "sector")) == {
        "ticker": ["MMM", "XYZ"],
        "sector": ["Industrials", "Stone, Clay and Glass"],
    }
    with pytest.raises(DataError, match=r"m\.csv: the column sector is absent"):
        read_texts(b"ticker,name\nMMM,3M\n", where="m.csv", wanted=("ticker", "sector"))
