"""The ledger from the command line: what it says, what it refuses in one line, and where it writes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from fiveengines.cli import main
from fiveengines.portfolio import ledger


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIVEENGINES_PORTFOLIO", str(tmp_path))
    return tmp_path


def _say(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["trade", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_trade_from_open_to_close(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    open_ = ("open", "acme", "--size", "10", "--entry", "100", "--stop", "95", "--target", "120")
    code, out, err = _say(capsys, *open_, "--date", "2019-03-01", "--thesis", "held 95", "--source", "live")
    assert (code, err) == (0, "")
    assert out == "T1: long 10 ACME at 100, stop 95, target 120, $50.00 at risk\n"
    assert ledger.load(folder)["T1"].thesis == "held 95"
    code, out, _ = _say(capsys, "amend", "T1", "--stop", "99", "--date", "2019-03-08", "--source", "live")
    assert (code, out) == (0, "T1: long 10 ACME at 100, stop 99, target 120\n")
    code, out, _ = _say(capsys, "close", "T1", "--price", "110", "--date", "2019-03-15", "--source", "live")
    assert out.endswith("closed at 110 on 2019-03-15: $100.00, +10.0 %, +2.00 R\n")
    code, out, _ = _say(capsys, "export", str(folder / "out.csv"), "--source", "live")
    assert out.startswith("1 trades") and (folder / "out.csv").read_text().count("\n") == 2
    code, out, _ = _say(capsys, "import", str(folder / "out.csv"), "--portfolio", "copy", "--source", "live")
    assert out == f"1 trades added to {folder / 'copy' / 'trades.csv'}.\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["open", "SPY", "--size", "0", "--entry", "1"], "size: input should be greater than 0"),
        (["open", "SPY", "--size", "1", "--entry", "100", "--stop", "101"], "lies below its entry"),
        (["open", "SPY", "--size", "1", "--side", "up", "--entry", "1"], "side: input should be"),
        (["open", "SPY", "--size", "x"], "--size"),
        (
            ["open", "NOWHERE", "--size", "1", "--date", "2019-03-01"],
            "no close of NOWHERE on 2019-03-01. Give a price",
        ),
        (["close", "T9", "--price", "1"], "no trade 'T9'"),
        (["amend", "T9"], "no trade 'T9'"),
        (["open", "SPY", "--size", "1", "--entry", "1", "--date", "1.3.2019"], "YYYY-MM-DD"),
        (["open", "SPY", "--size", "1", "--entry", "1", "--date", "2999-01-01"], "in the future"),
        (["import", "/nowhere.csv"], "no such file"),
        (["list", "--portfolio", "../x"], "cannot name a portfolio"),
    ],
)
def test_what_is_wrong_is_one_line_and_nothing_is_written(
    folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    code, out, err = _say(capsys, *arguments, "--source", "demo")
    assert code != 0 and out == ""
    assert said in err and err.count("\n") == 1 and "Traceback" not in err
    assert not list(folder.rglob("trades.csv"))


def test_the_demo_shows_its_own_ledger_and_keeps_trades_to_itself(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = _say(capsys, "list", "--all", "--as-of", "2019-06-05", "--source", "demo")
    assert out.startswith("Simulated trades") and re.search(r"\d closed: ", out)
    _say(capsys, "open", "SPX", "--size", "1", "--date", "2019-06-05", "--source", "demo")
    assert (folder / "demo" / "trades.csv").is_file() and not (folder / "trades.csv").exists()
    _, out, _ = _say(capsys, "list", "--as-of", "2019-06-05", "--source", "demo")
    assert "Simulated" not in out and "1 open: $0.00, $0.00 to their stops (T1 without one)" in out
    _, out, _ = _say(capsys, "list", "--as-of", "2019-06-04", "--source", "demo")
    assert out == f"No trades by 2019-06-04 in {folder / 'demo'}.\n"
