"""What makes a backfill write a week again: a change of the portfolio that the week's session would have read."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from fiveengines.base import parameters
from fiveengines.base.parameters import RunParameters
from fiveengines.companions.registry import REGISTRY, Companion
from fiveengines.companions.session import Session
from fiveengines.portfolio import decisions, ledger
from fiveengines.portfolio.holdings import Holdings
from fiveengines.portfolio.orders import Order
from fiveengines.report import backfill
from fiveengines.report.companion_json import fingerprint
from fiveengines.report.fingerprint import parameters_fingerprint
from fiveengines.report.saving import document_name
from fiveengines.report.store import report_store

DAYS = (dt.date(2019, 12, 13), dt.date(2019, 12, 20))
LOTS = "ticker,shares,opened\nSPY,300,2019-01-02\nCASH,9000\n"


class SameData:
    """Data that are the same on every evening."""

    def until(self, *moments: object) -> SameData:
        return self

    def fingerprint(self) -> str:
        return "same"


class Weeks:
    """Two weeks whose pages stand in a folder as they were written with the portfolio of that moment."""

    def __init__(self, folder: Path) -> None:
        self.mine, self.out = folder / "portfolio" / "demo", folder / "out"
        self.mine.mkdir(parents=True)
        self.hold(LOTS)
        self.run = RunParameters(source="demo", out_dir=str(self.out))
        self.params = parameters.load()
        self.sessions = {day: Session.load(day, source="demo") for day in DAYS}

    def hold(self, text: str) -> None:
        (self.mine / "holdings.csv").write_text(text, encoding="utf-8")

    def write(self, *names: str) -> None:
        for day, session in self.sessions.items():
            folder = self.out / "demo" / day.isoformat()
            folder.mkdir(parents=True, exist_ok=True)
            prints = {"weekly": parameters_fingerprint(self.params, (), day)}
            prints |= {REGISTRY[name].stem: fingerprint(session, REGISTRY[name].stem) for name in names}
            for stem, found in prints.items():
                said = {"source": "demo", "data_fingerprint": "same", "parameters_fingerprint": found}
                (folder / document_name(stem)).write_text(json.dumps(said), encoding="utf-8")
                (folder / f"{stem}.html").write_text("<p>", encoding="utf-8")

    def stale(self, *names: str) -> list[dt.date]:
        """Days that a backfill with these companions would write again."""
        companions: tuple[Companion, ...] = tuple(REGISTRY[name] for name in names)
        store = report_store(self.out / "demo")
        data: Any = SameData()
        fresh = backfill._up_to_date(self.run, data, self.params, list(DAYS), store, companions)
        return sorted(set(DAYS) - fresh)


@pytest.fixture
def weeks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Weeks:
    monkeypatch.setenv("FIVEENGINES_PORTFOLIO", str(tmp_path / "portfolio"))
    return Weeks(tmp_path)


def test_a_change_of_holdings_redoes_the_weeks_that_read_them(weeks: Weeks) -> None:
    asked = ("rebalance", "rate-shock", "rotation", "selloff")
    weeks.write(*asked)
    assert weeks.stale(*asked) == []
    weeks.hold(LOTS.replace("300", "250"))
    assert weeks.stale("rebalance") == weeks.stale("rate-shock") == list(DAYS)
    assert weeks.stale() == weeks.stale("selloff") == weeks.stale("rotation") == [], "these read no holdings"
    weeks.hold(LOTS)
    assert weeks.stale(*asked) == [], "the same file again"


def test_what_came_later_leaves_earlier_weeks_alone(weeks: Weeks) -> None:
    """A lot, a decision, a split, a choice and a trade of the second week: the first week is as it was."""
    asked = ("rebalance", "rotation")
    weeks.write(*asked)
    later = DAYS[1:]
    weeks.hold(f"{LOTS}QQQ,10,2019-12-18\n")
    assert weeks.stale("rebalance") == list(later)
    weeks.write(*asked)
    decisions.decide(weeks.mine, ["SPY"], [("SPY", "hold", 1.0)], DAYS[1], why="dear")
    assert weeks.stale("rebalance") == list(later)
    weeks.write(*asked)
    (weeks.mine / "splits.csv").write_text("ticker,date,ratio\nSPY,2019-12-17,2\n", encoding="utf-8")
    assert weeks.stale("rebalance") == list(later)
    weeks.write(*asked)
    order = Order("SPY", "trim", -5.0, 320.0, -1600.0, 0.5, 0.4)
    decisions.choose(weeks.mine, Holdings({}, 0.0), [order], DAYS[1])
    assert weeks.stale("rebalance") == list(later)
    weeks.write(*asked)
    trade = {
        "instrument": "SPY",
        "side": "long",
        "size": 1.0,
        "entry": 320.0,
        "opened": DAYS[1],
        "thesis": "x",
    }
    ledger.open_trade(weeks.mine, trade)
    assert (weeks.stale("rotation"), weeks.stale("rebalance")) == (list(later), [])


def test_a_file_that_cannot_be_read_is_no_end(weeks: Weeks) -> None:
    weeks.write("rebalance")
    weeks.hold("ticker,shares\nSPY,-1\n")
    assert weeks.stale("rebalance") == list(DAYS)
    weeks.hold(LOTS)
    assert weeks.stale("rebalance") == []
