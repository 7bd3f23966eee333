"""Splits of holdings, worked by hand: by a table, by the price history, and lots that were not held yet."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from fiveengines.base.errors import DataError
from fiveengines.portfolio.holdings import Holdings, Lot, Position
from fiveengines.portfolio.splits import Table, after_splits, held_on, read_splits

BOUGHT, NOW = dt.date(2014, 5, 1), dt.date(2014, 7, 1)
# Seven for one on 9 June 2014: the history shows 90 for the day on which a share cost 630.
CLOSES = pd.DataFrame(
    {"A": [88.0, 90.0, 93.0]}, index=pd.DatetimeIndex(["2014-04-30", "2014-05-01", "2014-07-01"])
)


def adjusted(
    position: Position, table: Table | None = None, day: dt.date = NOW
) -> tuple[Position, tuple[str, ...]]:
    found = after_splits(
        Holdings({"A": position}, 5.0), CLOSES, table or {}, day, (2, 3, 7, 10), tolerance=0.03, usual=0.12
    )
    assert found.cash == 5.0
    return found.positions["A"], found.notes


def test_a_cost_of_seven_times_the_history_is_a_split_of_seven() -> None:
    found, notes = adjusted(
        Position("A", (Lot("A", 10, 634.0, BOUGHT), Lot("A", 5, 92.0, BOUGHT)), 700.0, 560.0)
    )
    assert [(lot.shares, lot.cost) for lot in found.lots] == [
        (70, pytest.approx(90.571, abs=1e-3)),
        (5, 92.0),
    ]
    assert (found.target, found.stop) == (100.0, 80.0)
    assert notes == ("A: 10 shares of 2014-05-01 count as 70, split 7 for 1 since, by the price history.",)


def test_levels_that_are_of_today_stay() -> None:
    found, _ = adjusted(Position("A", (Lot("A", 10, 630.0, BOUGHT),), 100.0, 85.0))
    assert (found.target, found.stop) == (100.0, 85.0)


def test_a_share_of_many_for_one() -> None:
    found, notes = adjusted(Position("A", (Lot("A", 100, 9.0, BOUGHT),)))
    assert [(lot.shares, lot.cost) for lot in found.lots] == [(10, 90.0)]
    assert "100 shares of 2014-05-01 count as 10, split 1 for 10 since" in notes[0]


@pytest.mark.parametrize("cost", [90.0, 100.0, 80.0, 500.0, None])
def test_a_cost_that_no_split_explains_is_left_alone(cost: float | None) -> None:
    position = Position("A", (Lot("A", 10, cost, BOUGHT),))
    assert adjusted(position) == (position, ())
    assert adjusted(Position("A", (Lot("A", 10, 630.0),)))[1] == ()


def test_a_table_of_ones_own_comes_first_and_counts_up_to_the_day() -> None:
    table = {"A": [(dt.date(2014, 4, 1), 5.0), (dt.date(2014, 6, 9), 7.0), (dt.date(2014, 7, 2), 2.0)]}
    found, notes = adjusted(Position("A", (Lot("A", 10, 90.0, BOUGHT),)), table)
    assert [(lot.shares, lot.cost) for lot in found.lots] == [(70, pytest.approx(90 / 7))]
    assert "by splits.csv" in notes[0]
    assert adjusted(Position("A", (Lot("A", 10, 630.0, BOUGHT),)), table, dt.date(2014, 6, 8))[1] == ()


def test_a_lot_bought_later_was_not_held() -> None:
    lots = (Lot("A", 1, 9.0, BOUGHT), Lot("A", 2, 9.0, NOW), Lot("A", 4))
    found = held_on(
        Holdings({"A": Position("A", lots), "B": Position("B", lots[1:2])}, 1.0), dt.date(2014, 6, 1)
    )
    assert {name: each.shares for name, each in found.positions.items()} == {"A": 5}
    assert found.notes == (
        "A: 1 lot bought after 2014-06-01 left out.",
        "B: 1 lot bought after 2014-06-01 left out.",
    )


def test_a_table_is_read_or_refused_in_one_line(tmp_path: Path) -> None:
    path = tmp_path / "splits.csv"
    assert read_splits(path) == {}
    path.write_text("ticker,date,ratio\naapl,2014-06-09,7\n", encoding="utf-8")
    assert read_splits(path) == {"AAPL": [(dt.date(2014, 6, 9), 7.0)]}
    for text, said in (
        ("ticker,day,ratio\n", "has no column 'date'"),
        ("ticker,date,ratio\nA,2014-06-09,-7\n", "line 2.*is no split"),
        ("ticker,date,ratio\n\nA,9.6.2014,7\n", "line 3.*is no split"),
        ("ticker,date,ratio\nA,2014-06-09\n", "line 2.*is no split"),
        ("ticker,date,ratio\nA,2014-06-09," + 200_000 * "1", "splits.csv: cannot be read"),
    ):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(DataError, match=said):
            read_splits(path)
