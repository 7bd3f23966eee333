"""The order list as a file, and a broker's export as holdings."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from fiveengines.cli import main

EXPORT = 'Symbol,Quantity,Cost Price\nSPY,"1,200",250.50\nIEF,300,100\nTotal,,\n'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIVEENGINES_PORTFOLIO", str(tmp_path / "portfolio"))
    return tmp_path


def test_a_brokers_export_becomes_holdings_and_orders(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    export = folder / "positions.csv"
    export.write_text(EXPORT, encoding="utf-8")
    given = ["holdings", "import", str(export), "--broker", "interactive_brokers", "--source", "demo"]
    assert main([*given, "--cash", "5000"]) == 0
    written = folder / "portfolio" / "demo" / "holdings.csv"
    assert written.read_text(encoding="utf-8").splitlines()[1].startswith("SPY,1200.0,250.5")
    assert written.read_text(encoding="utf-8").splitlines()[-1].startswith("CASH,5000")

    out, sheet = folder / "orders.csv", folder / "orders.html"
    given = ["orders", "--source", "demo", "--as-of", "2009-03-06"]
    assert main([*given, "--out", str(out), "--ticket", str(sheet)]) == 0
    assert "SIMULATED." in capsys.readouterr().out
    assert "Simulated market." in sheet.read_text(encoding="utf-8")
    rows = list(csv.DictReader(out.open(encoding="utf-8")))
    assert rows
    assert {row["Symbol"] for row in rows} <= {"SPY", "IEF"}
    assert all(float(row["Quantity"]) > 0 and row["Action"] in {"BUY", "SELL"} for row in rows)


def test_each_portfolio_has_a_page_of_its_own(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = folder / "portfolio" / "demo"
    for name, shares in (("growth", 300), ("income", 20)):
        (mine / name).mkdir(parents=True)
        (mine / name / "holdings.csv").write_text(
            f"ticker,shares\nSPY,{shares}\nCASH,9000\n", encoding="utf-8"
        )
    (folder / "portfolio" / "holdings.csv").write_text("ticker,shares\nSECRET,1\n", encoding="utf-8")
    out = folder / "reports"
    given = [
        "companion",
        "rebalance",
        "--source",
        "demo",
        "--as-of",
        "2009-03-06",
        "--data-only",
        "--out",
        str(out),
    ]
    assert main([*given, "--portfolio", "all"]) == 0
    assert main(given) == 0
    written = {each.name: each for each in (out / "demo" / "2009-03-06").iterdir()}
    assert set(written) == {"rebalance.json", "rebalance-growth.json", "rebalance-income.json"}
    found = {name: json.loads(each.read_text(encoding="utf-8")) for name, each in written.items()}
    shares = {name: each["portfolio"]["positions"][0]["shares"] for name, each in found.items()}
    assert (shares["rebalance-growth.json"], shares["rebalance-income.json"]) == (300, 20)
    assert not any("SECRET" in json.dumps(each) for each in found.values())
    markets = [each["market"] for each in found.values()]
    assert markets[0] == markets[1] == markets[2]
    index = (out / "demo" / "index.html").read_text(encoding="utf-8")
    assert all(f'"{name}"' in index for name in written)
    assert "How to rebalance: from holdings to orders (growth)" in index

    assert main(["orders", "--source", "demo", "--as-of", "2009-03-06", "--portfolio", "income"]) == 0
    capsys.readouterr()
    assert main([*given, "--portfolio", "incme"]) == 2
    assert "Did you mean 'income'" in capsys.readouterr().err
    assert main(["companion", "selloff", "--source", "demo", "--portfolio", "income"]) == 2
    assert "nothing that was asked for is about a portfolio" in capsys.readouterr().err


def test_a_decision_by_hand_changes_the_orders_and_not_the_file(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = folder / "portfolio" / "demo"
    mine.mkdir(parents=True)
    (mine / "holdings.csv").write_text("ticker,shares\nSPY,300\nQQQ,100\nCASH,9000\n", encoding="utf-8")
    where = ["--source", "demo", "--as-of", "2009-03-06"]
    assert main(["holdings", "decide", "qqq", "--hold", "--why", "dear to me", *where]) == 0
    assert main(["holdings", "list", *where]) == 0
    assert "QQQ: hold, " in capsys.readouterr().out
    assert main(["orders", "--choose", "--why", "as planned", *where]) == 0
    told = capsys.readouterr().out
    assert "SPY" in told and "QQQ" not in told.partition("SIMULATED")[0]
    assert (mine / "chosen_orders.jsonl").is_file()
    assert main(["holdings", "decide", "QQQ", "--take-back", "--why", "enough", *where]) == 0
    assert main(["orders", *where]) == 0
    assert "QQQ" in capsys.readouterr().out
    assert (mine / "holdings.csv").read_text(encoding="utf-8").startswith("ticker,shares\nSPY,300\n")
    assert main(["holdings", "decide", "QQ", "--hold", "--why", "x", *where]) == 2
    assert "QQ is not held. Did you mean 'QQQ'" in capsys.readouterr().err


def test_holdings_are_replaced_only_when_asked(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export = folder / "positions.csv"
    export.write_text(EXPORT, encoding="utf-8")
    given = ["holdings", "import", str(export), "--broker", "interactive_brokers", "--source", "demo"]
    assert main(given) == 0
    before = (folder / "portfolio" / "demo" / "holdings.csv").read_text(encoding="utf-8")
    assert main([*given, "--cash", "1"]) == 2
    assert "there are holdings already" in capsys.readouterr().err
    assert main([*given, "--cash", "1", "--replace"]) == 0
    kept = folder / "portfolio" / "demo" / "holdings.csv.before"
    assert kept.read_text(encoding="utf-8") == before


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (
            ["--broker", "interactive_broker"],
            "not in params/rebalance.yaml. Did you mean 'interactive_brokers'",
        ),
        (["--broker", "interactive_brokers", "--cash", "-1"], "cash cannot be below zero"),
        (["--broker", "interactive_brokers"], "cannot be read"),
    ],
)
def test_a_wrong_import_is_one_line(
    folder: Path, capsys: pytest.CaptureFixture[str], given: list[str], said: str
) -> None:
    assert main(["holdings", "import", str(folder / "none.csv"), *given, "--source", "demo"]) != 0
    told = capsys.readouterr().err
    assert said in told
    assert len(told.strip().splitlines()) == 1


def test_cash_alone_buys_what_has_a_wanted_weight(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row of 0 shares with a weight is what to begin with; without one there is nothing to buy, and it says so."""
    mine = folder / "portfolio" / "demo"
    mine.mkdir(parents=True)
    (mine / "holdings.csv").write_text("ticker,shares\nCASH,50000\n", encoding="utf-8")
    where = ["--source", "demo", "--as-of", "2009-03-06"]
    out = folder / "reports"
    assert main(["companion", "rebalance", "--data-only", "--out", str(out), *where]) == 0
    found = json.loads((out / "demo" / "2009-03-06" / "rebalance.json").read_text(encoding="utf-8"))
    assert (found["orders"], found["cash_after"], found["allocation"][0]["sharpe"]) == ([], 50000, None)
    assert "name no equity to buy: add a row with 0 shares" in found["bottom_line"]
    sheet = folder / "none.html"
    assert main(["orders", "--ticket", str(sheet), *where]) == 2
    assert "--ticket: there are no orders." in capsys.readouterr().err and not sheet.exists()
    (mine / "holdings.csv").write_text(
        "ticker,shares,weight\nSPY,0,0.5\nNONE,0,0.1\nCASH,50000,\n", encoding="utf-8"
    )
    assert main(["companion", "rebalance", "--data-only", "--out", str(out), *where]) == 0
    found = json.loads((out / "demo" / "2009-03-06" / "rebalance.json").read_text(encoding="utf-8"))
    (first,) = found["orders"]
    assert (first["ticker"], first["action"], first["weight_from"], first["lots"]) == (
        "SPY",
        "initiate",
        0,
        [],
    )
    assert first["shares"] > 0 and found["cash_after"] == pytest.approx(
        50000 - first["dollars"] - found["cost"], abs=0.02
    )
    assert "Prices: NONE has none, so it is not bought." in found["not_available"]
    assert found["portfolio"]["positions"] == [], "nothing is held yet"
