"""Decisions by hand and chosen orders: what is in force on a day, and planned against done, worked by hand."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from fiveengines.base.atomic_io import only_writer
from fiveengines.base.errors import DataError, OverrideError, ParameterError
from fiveengines.portfolio import decisions
from fiveengines.portfolio.decisions import Decisions, decide, in_force
from fiveengines.portfolio.holdings import Holdings, Lot, Position
from fiveengines.portfolio.known_on import known_on
from fiveengines.portfolio.orders import Order

MONDAY, FRIDAY = dt.date(2018, 12, 17), dt.date(2018, 12, 21)


def held(**shares: float) -> Holdings:
    return Holdings(
        {name: Position(name, (Lot(name, each),), stop=5.0) for name, each in shares.items()}, 0.0
    )


def test_the_newest_decision_counts_from_its_day_until_it_is_taken_back(tmp_path: Path) -> None:
    decide(tmp_path, ["SPY"], [("SPY", "stop", 240.0), ("SPY", "hold", 1.0)], MONDAY, why="calm", who="Ann")
    decide(tmp_path, ["SPY"], [("SPY", "stop", 250.0), ("SPY", "hold", None)], FRIDAY, why="trail", who="Ann")
    trail = decisions.decisions(tmp_path)
    assert [(each.kind, each.value, each.before) for each in trail] == [
        ("stop", 240.0, None), ("hold", 1.0, None), ("stop", 250.0, 240.0), ("hold", None, 1.0),
    ]  # fmt: skip
    assert in_force(trail, MONDAY - dt.timedelta(1)) == ()
    assert Decisions.of(in_force(trail, MONDAY)) == Decisions(hold=frozenset({"SPY"}), stop={"SPY": 240.0})
    now = Decisions.of(in_force(trail, FRIDAY))
    assert now == Decisions(stop={"SPY": 250.0})
    assert now.applied(held(SPY=1, IEF=1)).positions["SPY"].stop == 250.0
    assert now.applied(held(SPY=1, IEF=1)).positions["IEF"].stop == 5.0
    decide(tmp_path, ["SPY"], [("SPY", "cap", 0.1)], FRIDAY, until=FRIDAY, why="for a week")
    assert len(in_force(decisions.decisions(tmp_path), FRIDAY + dt.timedelta(1))) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("SPX", "stop", 1.0), "SPX is not held. Did you mean 'SPY'"),
        (("SPY", "cap", 5.0), "cap: 5 is not possible. Write a share"),
        (("SPY", "stop", -1.0), "stop: -1 is not possible"),
        (("SPY", "target", None), "nothing changes"),
        (("SPY", "exclude", 1.0), "cannot be held and excluded at once"),
    ],
)
def test_what_is_impossible_is_refused_and_leaves_the_trail_alone(
    tmp_path: Path, change: tuple[str, decisions.Kind, float | None], said: str
) -> None:
    decide(tmp_path, ["SPY"], [("SPY", "hold", 1.0)], MONDAY, why="calm")
    before = (tmp_path / decisions.DECISIONS).read_bytes()
    with pytest.raises(ParameterError, match=said):
        decide(tmp_path, ["SPY"], [change], FRIDAY, why="x")
    with pytest.raises(ParameterError, match="why: is empty"):
        decide(tmp_path, ["SPY"], [("SPY", "stop", 1.0)], FRIDAY, why=" ")
    assert (tmp_path / decisions.DECISIONS).read_bytes() == before


def test_a_spoilt_trail_is_one_line(tmp_path: Path) -> None:
    (tmp_path / decisions.DECISIONS).write_text("{}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"decisions.jsonl, line 1.*not one of the trail"):
        decisions.decisions(tmp_path)
    (tmp_path / decisions.DECISIONS).write_bytes(b"\xff\xfe\n")
    with pytest.raises(DataError, match=r"decisions.jsonl: cannot be read \(it is no text in UTF-8\)"):
        decisions.decisions(tmp_path)


def test_a_file_that_cannot_be_read_counts_by_what_is_wrong_with_it(tmp_path: Path) -> None:
    """Every page of an archive asks what its portfolio's files say; a spoilt one must not stop it."""
    for name in ("splits.csv", decisions.DECISIONS, decisions.CHOSEN, "holdings.csv", "trades.csv"):
        (tmp_path / name).write_bytes(b"ticker,date,ratio\n\xff,1,1\n")
        reads = "trades" if name == "trades.csv" else "plan"
        assert f"{name}: cannot be read" in known_on(tmp_path, reads)(FRIDAY)


def test_a_folder_has_one_writer_and_says_why_there_can_be_none(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "portfolio"
    with only_writer(folder):
        for kind in (DataError, OverrideError):
            with (
                pytest.raises(kind, match="someone else has been writing"),
                only_writer(folder, kind, wait=0),
            ):
                raise AssertionError("two writers at once")
    decide(folder, ["SPY"], [("SPY", "hold", 1.0)], MONDAY, why="calm")
    (tmp_path / "file").touch()
    with pytest.raises(DataError, match=r"file: cannot be written \(.*Check its permissions"):
        decide(tmp_path / "file", ["SPY"], [("SPY", "hold", 1.0)], MONDAY, why="calm")


def order(ticker: str, shares: float, condition: str = "") -> Order:
    return Order(ticker, "trim", shares, 10.0, 10 * shares, 0.1, 0.1, condition=condition)


@pytest.mark.parametrize(
    ("planned", "waiting", "now", "state"),
    [
        (-40, 0, 60, "done"),
        (-40, 0, 80, "partly done"),
        (-40, 0, 100, "not done"),
        (-40, 0, 110, "the other way"),
        (-40, 0, 30, "more than planned"),
        (-40, -30, 30, "done"),
        (-40, -30, 20, "more than planned"),
        (0, -30, 100, "waits"),
        (0, -30, 70, "done"),
        (0, 0, 90, "not planned"),
        (0, 0, 100, None),
    ],
)
def test_planned_against_done_by_hand(
    tmp_path: Path, planned: int, waiting: int, now: int, state: str | None
) -> None:
    """A hundred shares were held when the orders were chosen."""
    orders = [order("A", planned)] * bool(planned) + [order("A", waiting, "later")] * bool(waiting)
    decisions.choose(tmp_path, held(A=100), orders, MONDAY, who="Ann")
    trail = decisions.chosen_orders(tmp_path)
    assert decisions.chosen_before(trail, MONDAY) is None
    chosen = decisions.chosen_before(trail, FRIDAY)
    assert chosen is not None
    found = decisions.followed(chosen, held(A=now))
    assert [each.state for each in found] == ([] if state is None else [state])
    assert all((each.planned, each.waiting, each.done) == (planned, waiting, now - 100) for each in found)


def test_the_last_choice_of_an_evening_counts(tmp_path: Path) -> None:
    for shares in (1.0, 2.0):
        decisions.choose(tmp_path, held(A=100), [order("A", shares)], MONDAY)
    chosen = decisions.chosen_on(decisions.chosen_orders(tmp_path), MONDAY)
    assert chosen is not None
    assert chosen.orders[0].shares == 2.0
