"""Who was in the index when: hand-made spells, renamed tickers, what is not known yet, damaged files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.base.errors import DataError
from fiveengines.data.dataset import Members
from fiveengines.data.folder.membership import read_membership
from fiveengines.data.store.core import Store

SESSIONS = pd.bdate_range("2019-01-07", periods=5)
SPELLS = """ticker,start,end
AAA,1996-01-02,2019-01-09
BBB,2019-01-08,
AAA,2019-01-11,
FB,2013-12-23,
GONE,1996-01-02,2001-05-01
"""


def folder(tmp_path: Path, spells: str = SPELLS) -> Path:
    (tmp_path / "reference").mkdir()
    (tmp_path / "reference" / "sp500_membership.csv").write_text(spells, encoding="utf-8")
    (tmp_path / "reference" / "sp500_renames.csv").write_text("ticker,prices\nFB,META\n", encoding="utf-8")
    return tmp_path


def members(tmp_path: Path) -> Members:
    closes = pd.DataFrame(10.0, index=SESSIONS, columns=["AAA", "BBB", "META", "NEVER"])
    closes.iloc[4, 1] = np.nan
    return Members(closes, spells=read_membership(folder(tmp_path), closes.columns))


def test_a_member_counts_from_its_first_day_to_the_day_before_it_leaves(tmp_path: Path) -> None:
    found = members(tmp_path).in_index(SESSIONS)
    assert found[:, 0].tolist() == [True, True, False, False, True]
    assert found[:, 1].tolist() == [False, True, True, True, True]


def test_prices_under_a_later_ticker_are_the_same_companys(tmp_path: Path) -> None:
    assert members(tmp_path).in_index(SESSIONS)[:, 2].all()


def test_a_ticker_that_was_never_in_does_not_count(tmp_path: Path) -> None:
    assert not members(tmp_path).in_index(SESSIONS)[:, 3].any()


def test_members_with_prices_and_members_in_all(tmp_path: Path) -> None:
    found = members(tmp_path)
    assert found.priced_of(SESSIONS[0]) == (2, 2)
    assert found.priced_of(SESSIONS[4]) == (2, 3)
    assert Members(found.closes).priced_of(SESSIONS[0]) == (4, 0)


def test_a_departure_is_not_known_before_it_happens(tmp_path: Path) -> None:
    cut = members(tmp_path).until(SESSIONS[1])
    assert cut.spells is not None
    assert cut.spells["end"].max() <= SESSIONS[1]
    assert cut.spells.loc[cut.spells["ticker"] == "AAA", "end"].isna().tolist() == [True]
    assert cut.fingerprint() != members_fingerprint_without_spells(cut)


def members_fingerprint_without_spells(found: Members) -> str:
    return Members(found.closes).fingerprint()


def test_without_the_file_every_ticker_counts(tmp_path: Path) -> None:
    assert read_membership(tmp_path, ["AAA"]) is None
    assert Members(pd.DataFrame(1.0, index=SESSIONS, columns=["A"])).in_index(SESSIONS).all()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("symbol,start,end\nA,2019-01-02,\n", "lacks the column 'ticker'"),
        ("ticker,start,end\nA,02/01/2019,\n", "A: '02/01/2019' is not a date"),
        ("ticker,start,end\nA,,\n", "A: '' is not a date"),
        ("ticker,start,end\nA,2019-01-02,soon\n", "A: 'soon' is not a date"),
    ],
)
def test_a_damaged_file_is_one_line_with_the_file_and_the_remedy(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(DataError) as caught:
        read_membership(folder(tmp_path, text), ["A"])
    assert message in str(caught.value)
    assert "reference/sp500_membership.csv" in str(caught.value)
    assert caught.value.remedy


def test_the_store_keeps_who_was_in_when(tmp_path: Path) -> None:
    found = members(tmp_path)
    store = Store(tmp_path / "store")
    with store.writing() as writer:
        writer.put_members(found)
    read = store.members()
    assert read is not None and read.spells is not None and found.spells is not None
    pd.testing.assert_frame_equal(read.spells, found.spells, check_dtype=False)
    assert (read.in_index(SESSIONS) == found.in_index(SESSIONS)).all()
