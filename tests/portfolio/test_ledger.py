"""The trade ledger: figures by hand, invariants, the trail, and a file that a kill never leaves half written."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiveengines.base import atomic_io, parameters, yaml_files
from fiveengines.base.errors import DataError, ParameterError
from fiveengines.base.parameters.rotation import RotationParameters
from fiveengines.portfolio import ledger, trade_results
from fiveengines.portfolio.trades import Trade, split_ratio

RULES = yaml_files.load_model(parameters.load().beside("rotation.yaml"), RotationParameters).ledger
DAYS = pd.bdate_range("2019-01-01", "2019-12-31")
WHO = {"who": "a tester"}


def _trade(**changes: Any) -> Trade:
    values: dict[str, Any] = {
        "id": "T1",
        "instrument": "SPY",
        "side": "long",
        "size": 10,
        "entry": 100.0,
        "opened": dt.date(2019, 3, 1),
    }
    return Trade.model_validate(values | changes)


def _open(folder: Path, **changes: Any) -> Trade:
    values = {"instrument": "SPY", "side": "long", "size": 10, "entry": 100, "opened": "2019-03-01"}
    return ledger.open_trade(folder, values | changes, **WHO)


def _prices(**closes: float) -> pd.DataFrame:
    return pd.DataFrame({name: float(value) for name, value in closes.items()}, index=DAYS)


def test_results_of_a_long_and_a_short_by_hand() -> None:
    long = _trade(stop=95, initial_stop=95, target=115)
    assert (long.dollars(110), long.percent(110), long.risk) == (100.0, pytest.approx(10.0), 50.0)
    assert long.r_multiple(110) == 2.0 and long.r_multiple(95) == -1.0
    assert long.at_stop(110) == 150.0
    short = _trade(side="short", stop=104, initial_stop=104, target=90, size=5, point_value=50)
    assert (short.dollars(98), short.percent(98), short.risk) == (500.0, pytest.approx(2.0), 1000.0)
    assert short.r_multiple(106) == -1.5
    assert short.at_stop(98) == 1500.0
    assert _trade().r_multiple(120) is None and _trade().at_stop(120) is None
    # a stop that was trailed above the entry still measures R by the first one, and risks nothing below it
    trailed = _trade(stop=108, initial_stop=95)
    assert trailed.r_multiple(110) == 2.0 and trailed.at_stop(107) == 0.0


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"stop": 101}, "the stop of a long lies below its entry"),
        ({"side": "short", "stop": 99}, "the stop of a short lies above its entry"),
        ({"target": 99}, "the target of a long lies above its entry"),
        ({"side": "short", "target": 101}, "the target of a short lies below"),
        ({"size": 0}, "size: input should be greater than 0"),
        ({"size": -5}, "size: input should be greater than 0"),
        ({"size": "many"}, "size: input should be a valid number"),
        ({"entry": float("nan")}, "entry: input should be"),
        ({"side": "buy"}, "side: input should be 'long' or 'short'"),
        ({"instrument": "=cmd|' /C calc'!A0"}, "is no ticker"),
        ({"opened": "1 March"}, "opened: input should be a valid date"),
        ({"thesis": "x" * 2001}, "are too many"),
    ],
)
def test_what_is_impossible_is_refused_in_words_and_nothing_is_written(
    tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(ParameterError, match=said):
        _open(tmp_path, **changes)
    assert not (tmp_path / ledger.TRADES).exists()


def test_a_trade_from_its_opening_to_its_end_in_file_and_trail(tmp_path: Path) -> None:
    trade = _open(tmp_path, stop=95, target=120, thesis="=breakout, held above 99")
    assert trade.id == "T1" and trade.initial_stop == 95
    text = (tmp_path / "trades.csv").read_text()
    assert text.splitlines()[0].startswith(
        "id,instrument,side,size,entry,opened,stop,target,thesis,closed,exit"
    )
    assert "'=breakout" in text  # no spreadsheet runs it
    assert ledger.load(tmp_path)["T1"].thesis == "=breakout, held above 99"

    ledger.amend_trade(tmp_path, "T1", {"stop": 104.0}, dt.date(2019, 4, 1), why="trail", **WHO)
    done = ledger.close_trade(tmp_path, "T1", 112.5, dt.date(2019, 5, 2), **WHO)
    assert done.r_multiple(112.5) == 2.5 and not done.open

    found = ledger.load(tmp_path)
    assert [(each.action, each.on.isoformat()) for each in found.trail] == [
        ("open", "2019-03-01"), ("amend", "2019-04-01"), ("close", "2019-05-02"),
    ]  # fmt: skip
    assert found.trail[1].before == {"stop": 95.0} and found.trail[1].after == {"stop": 104.0}
    assert found.trail[1].why == "trail" and found.trail[1].who == "a tester"
    with pytest.raises(ParameterError, match="T1 was closed on 2019-05-02"):
        ledger.close_trade(tmp_path, "T1", 113, dt.date(2019, 5, 3))
    with pytest.raises(ParameterError, match="no trade 'T9'"):
        ledger.close_trade(tmp_path, "T9", 113, dt.date(2019, 5, 3))


@pytest.mark.parametrize("thesis", ["\u200b=1+1", "＝1+1", "'=1+1", "''-2", '"@x', "a = b", "'tis so"])
def test_a_thesis_is_a_text_for_a_spreadsheet_and_comes_back_as_it_was(tmp_path: Path, thesis: str) -> None:
    _open(tmp_path, thesis=thesis)
    assert ledger.load(tmp_path)["T1"].thesis == thesis
    cell = ledger.to_csv(ledger.load(tmp_path).trades).splitlines()[1]
    formula = thesis.lstrip("\u200b'\"")[0] in "=@-＝"
    assert (f"'{thesis}".replace('"', '""') in cell) == formula


def test_an_earlier_day_sees_the_ledger_as_it_stood(tmp_path: Path) -> None:
    _open(tmp_path, stop=95)
    ledger.amend_trade(tmp_path, "T1", {"stop": 104.0}, dt.date(2019, 4, 1), **WHO)
    ledger.close_trade(tmp_path, "T1", 112, dt.date(2019, 5, 2), size=4, **WHO)
    ledger.close_trade(tmp_path, "T1", 115, dt.date(2019, 6, 3), **WHO)
    _open(tmp_path, instrument="QQQ", opened="2019-07-01")
    found = ledger.load(tmp_path)

    def at(day: str) -> list[tuple[str, float, float | None, bool]]:
        return [(e.id, e.size, e.stop, e.open) for e in found.at(dt.date.fromisoformat(day))]

    assert at("2019-02-28") == []
    assert at("2019-03-29") == [("T1", 10, 95, True)]
    assert at("2019-04-01") == [("T1", 10, 104, True)]
    assert at("2019-05-02") == [("T1", 6, 104, True), ("T1.1", 4, 104, False)]
    assert at("2019-06-03") == [("T1", 6, 104, False), ("T1.1", 4, 104, False)]
    assert [each[0] for each in at("2019-12-31")] == ["T1", "T1.1", "T2"]


def test_marks_come_from_data_from_a_hand_or_stay_at_cost_and_say_so() -> None:
    prices = _prices(SPY=108)
    trades = (
        _trade(id="A"),
        _trade(id="B", instrument="PRIVATE", mark=103, marked_on=dt.date(2019, 5, 1)),
        _trade(id="C", instrument="NOWHERE"),
    )
    found = trade_results.measure(trades, prices, RULES)
    assert [(e.basis, e.dollars) for e in found.positions] == [
        ("market", 80.0), ("by hand", 30.0), ("at cost", 0.0),
    ]  # fmt: skip
    assert "no price in the data" in found.positions[2].note
    assert found.without_stop == ("A", "B", "C")
    assert found.equity.iloc[-1] == 110.0


def test_equity_and_drawdown_by_hand() -> None:
    prices = _prices(SPY=100)
    prices.loc["2019-03-04":, "SPY"] = 110.0
    prices.loc["2019-03-05":, "SPY"] = 104.0
    found = trade_results.measure((_trade(),), prices.loc[:"2019-03-06"], RULES)
    assert found.equity.to_list() == [0.0, 100.0, 40.0, 40.0]
    assert (found.drawdown, found.max_drawdown) == (-60.0, -60.0)
    closed = _trade(closed=dt.date(2019, 3, 5), exit=103.0)
    assert trade_results.measure((closed,), prices, RULES).equity.iloc[-1] == 30.0


def test_closed_trades_counted_by_hand() -> None:
    def done(exit_: float, stop: float | None) -> Trade:
        return _trade(exit=exit_, closed=dt.date(2019, 3, 11), stop=stop, initial_stop=stop)

    trades = (done(110, 95), done(95, 95), done(105, None))
    found = trade_results.measure(trades, _prices(SPY=1), RULES).statistics
    assert (found.n, found.gains, found.hit) == (3, 2, pytest.approx(2 / 3))
    assert (found.mean_r, found.median_r, found.n_r) == (0.5, 0.5, 2)
    assert found.payoff == 1.5  # gains of 75 on average, one loss of 50
    assert found.mean_days == 10 and found.small


@pytest.mark.parametrize(
    ("entry", "close", "ratio"),
    [(200, 100, 2.0), (206, 100, 1.0), (203, 100, 2.0), (10, 100, 0.1), (150, 100, 1.5), (130, 100, 1.0)],
)
def test_which_split_a_price_history_shows(entry: float, close: float, ratio: float) -> None:
    assert split_ratio(entry, close, RULES.splits, RULES.split_tolerance) == pytest.approx(ratio)


def test_a_split_since_the_entry_is_seen_in_the_data_and_changes_no_result() -> None:
    trade = _trade(entry=200.0, stop=190.0, initial_stop=190.0, size=10)
    found = trade_results.measure((trade,), _prices(SPY=100), RULES).positions[0]
    assert (found.dollars, found.percent) == (0.0, 0.0)
    assert (found.trade.size, found.trade.stop, found.at_stop) == (20, 95.0, 100.0)
    assert "split 2 for 1" in found.note
    odd = trade_results.measure((_trade(entry=130.0),), _prices(SPY=100), RULES).positions[0]
    assert odd.trade.size == 10 and "entry is +30 % off" in odd.note


_PRICE = st.floats(1, 1000)


@given(
    _PRICE, st.floats(0.5, 0.99), _PRICE, st.sampled_from(["long", "short"]), st.sampled_from([2.0, 0.1, 1.5])
)
def test_a_split_leaves_every_result_as_it_was(
    entry: float, share: float, price: float, side: str, ratio: float
) -> None:
    stop = entry * share if side == "long" else entry / share
    trade = _trade(entry=entry, side=side, stop=stop, initial_stop=stop)
    after = trade.split(ratio)
    assert after.dollars(price / ratio) == pytest.approx(trade.dollars(price), abs=1e-6)
    assert after.percent(price / ratio) == pytest.approx(trade.percent(price), abs=1e-6)
    assert after.r_multiple(price / ratio) == pytest.approx(trade.r_multiple(price), abs=1e-6)
    assert after.at_stop(price / ratio) == pytest.approx(trade.at_stop(price), abs=1e-6)


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["open", "close", "part", "stop", "split"]),
        st.floats(50, 200),
        st.integers(1, 100),
        st.booleans(),
    ),
    min_size=1,
    max_size=8,
)


@settings(max_examples=25)
@given(_STEPS)
def test_open_and_closed_are_all_that_was_opened_and_results_add_up(
    steps: list[tuple[str, float, int, bool]],
) -> None:
    """Whatever is done, sizes stay positive, shares opened = shares open + closed, and equity is the sum of results."""
    opened, splits = 0.0, False
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for at, (what, price, size, long) in enumerate(steps):
            day = dt.date(2019, 3, 1) + dt.timedelta(days=at)
            on = [each for each in ledger.load(folder).trades if each.open]
            if what == "open" or not on:
                _open(folder, side="long" if long else "short", entry=price, size=size, opened=str(day))
                opened += size
            elif what == "close":
                ledger.close_trade(folder, on[0].id, price, day, **WHO)
            elif what == "part" and on[0].size > 1:
                ledger.close_trade(folder, on[0].id, price, day, size=on[0].size / 2, **WHO)
            elif what == "stop":
                stop = on[0].entry * (0.9 if on[0].side == "long" else 1.1)
                ledger.amend_trade(folder, on[0].id, {"stop": stop}, day, **WHO)
            elif what == "split":
                ledger.amend_trade(folder, on[0].id, {"split": 2.0}, day, **WHO)
                splits = True
        found = ledger.load(folder)
        assert all(each.size > 0 for each in found.trades)
        if not splits:
            assert sum(each.size for each in found.trades) == pytest.approx(opened)
        results = trade_results.measure(found.trades, pd.DataFrame(index=DAYS), RULES)
        assert len(results.positions) + len(results.outcomes) == len(found.trades)
        assert results.equity.iloc[-1] == pytest.approx(results.open_dollars + results.closed_dollars)
        assert results.drawdown <= 0 and results.max_drawdown <= results.drawdown
        # the trail alone leads to the same rows, and a copy in CSV is the ledger again
        assert ledger._folded(found.trail) == {e.id: e.model_dump(mode="json") for e in found.trades}
        copy = folder / "copy"
        (folder / "out.csv").write_text(ledger.to_csv(found.trades))
        ledger.import_trades(copy, folder / "out.csv", **WHO)
        assert ledger.load(copy).trades == found.trades
        assert ledger.import_trades(copy, folder / "out.csv", **WHO) == ()


def test_a_kill_between_trail_and_file_leaves_the_change_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _open(tmp_path)
    real = atomic_io.write_text

    def stop_before_the_file(path: Path, text: str) -> None:
        if path.name == ledger.TRADES:
            raise KeyboardInterrupt
        real(path, text)

    monkeypatch.setattr(atomic_io, "write_text", stop_before_the_file)
    with pytest.raises(KeyboardInterrupt):
        _open(tmp_path, instrument="QQQ")
    monkeypatch.undo()
    assert [each.instrument for each in ledger.load(tmp_path).trades] == ["SPY", "QQQ"]
    _open(tmp_path, instrument="IWM")
    assert (tmp_path / "trades.csv").read_text().count("\n") == 4
    assert [each.action for each in ledger.load(tmp_path).trail] == ["open"] * 3


@pytest.mark.slow
def test_a_process_killed_at_any_moment_never_leaves_a_hole(tmp_path: Path) -> None:
    work = (
        "import itertools,sys\nfrom pathlib import Path\nfrom fiveengines.portfolio import ledger\n"
        "for n in itertools.count(1):\n"
        "    ledger.open_trade(Path(sys.argv[1]), {'instrument': 'SPY', 'side': 'long', 'size': n, 'entry': 100,"
        " 'opened': '2019-03-01'}, who='x')\n    print(n, flush=True)\n"
    )
    said = 0
    for wait in (0.05, 0.11, 0.023):
        process = subprocess.Popen(
            [sys.executable, "-c", work, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(wait)
        os.kill(process.pid, signal.SIGKILL)
        said += 1 + process.stdout.read().count("\n")
        process.wait()
        found = ledger.load(tmp_path)
        numbers = [int(each.id[1:]) for each in found.trades]
        assert numbers == list(range(1, len(numbers) + 1))
        assert said <= len(numbers) <= said + 3  # what was said is there; at most one unsaid a kill


def test_what_was_edited_by_hand_counts_and_is_noted(tmp_path: Path) -> None:
    _open(tmp_path, stop=95)
    _open(tmp_path, instrument="QQQ")
    path = tmp_path / "trades.csv"
    lines = path.read_text().splitlines()
    path.write_text("\n".join([lines[0], lines[1].replace(",95,", ",93,", 1)]) + "\n")
    assert [each.id for each in ledger.load(tmp_path).trades] == ["T1"]
    assert _open(tmp_path, instrument="IWM").id == "T3"  # no id comes twice
    found = ledger.load(tmp_path)
    assert [(each.action, each.trade) for each in found.trail] == [
        ("open", "T1"), ("open", "T2"), ("edit", "T1"), ("edit", "T2"), ("open", "T3"),
    ]  # fmt: skip
    assert found["T1"].stop == 93 and [each.id for each in found.trades] == ["T1", "T3"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,instrument,side,size\nT1,SPY,long,1\n", "no column 'entry'"),
        (
            "instrument,side,size,entry,opened\nSPY,long,-1,100,2019-03-01\n",
            "line 2: size: input should be greater",
        ),
        ("instrument,side,size,entry,opened,target\nSPY,long,1,100,2019-03-01,90\n", "line 2: target: 90"),
        (
            f"instrument,side,size,entry,opened,thesis\n\nSPY,long,1,100,2019-03-01,{5000 * 'x'}\n",
            "line 3: text: 5,000 characters are too many",
        ),
        (
            "id,instrument,side,size,entry,opened\nA,SPY,long,1,9,2019-03-01\nA,SPY,long,1,9,2019-03-02\n",
            "twice",
        ),
    ],
)
def test_a_file_that_is_wrong_is_named_with_line_and_field(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "trades.csv").write_text(text)
    with pytest.raises(DataError, match=said):
        ledger.load(tmp_path)


def test_a_spreadsheets_file_is_read_with_its_marks(tmp_path: Path) -> None:
    text = '\ufeffInstrument, Side ,Size,Entry,Opened,Thesis\nspy,Long,"1,000",$250.50,2019-03-01,"a, b"\n,,,,,\n'
    (tmp_path / "trades.csv").write_text(text, encoding="utf-8")
    trade = ledger.load(tmp_path).trades[0]
    assert (trade.id, trade.instrument, trade.side, trade.size, trade.entry, trade.thesis) == (
        "T1", "SPY", "long", 1000.0, 250.5, "a, b",
    )  # fmt: skip


def test_a_first_stop_that_is_not_known_is_not_made_up(tmp_path: Path) -> None:
    text = "instrument,side,size,entry,opened,stop\nSPY,long,1,100,2019-03-01,95\nQQQ,long,1,100,2019-03-01,110\n"
    (tmp_path / "trades.csv").write_text(text)
    spy, qqq = ledger.load(tmp_path).trades
    assert spy.initial_stop == 95 and spy.risk == 5.0
    assert qqq.stop == 110 and qqq.risk is None and qqq.r_multiple(120) is None
    _open(tmp_path, instrument="IWM")
    again = ledger.load(tmp_path)
    assert again.trades[:2] == (spy, qqq)


def test_a_broken_line_of_the_trail_is_named(tmp_path: Path) -> None:
    _open(tmp_path)
    trail = tmp_path / ledger.TRAIL
    trail.write_text(trail.read_text() + json.dumps({"batch": 2}) + "\n")
    with pytest.raises(DataError, match="line 2"):
        ledger.load(tmp_path)
