"""The trade panel, driven as a person drives it: what it writes, and what it says where something is wrong."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from fiveengines.base.fast_imports import BATCH
from fiveengines.companions.session import Session
from fiveengines.portfolio import ledger
from fiveengines.views.widgets import TradePanel, trade_panel


@pytest.fixture
def panel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> TradePanel:
    monkeypatch.setenv("FIVEENGINES_PORTFOLIO", str(tmp_path))
    monkeypatch.delenv(BATCH, raising=False)
    found = trade_panel(Session.load("2019-06-05", source="demo"))
    assert found is not None
    return found


def test_a_trade_is_opened_amended_and_closed(panel: TradePanel) -> None:
    panel.instrument.value, panel.size.value, panel.stop.value = "spx", "10", "1"
    panel.thesis.value = "<b>held</b>"
    panel.open_button.click()
    assert "T1 opened" in panel.said.value
    trade = ledger.load(panel.folder)["T1"]
    assert trade.entry == float(panel.session.panel.daily("SPX").iloc[-1])
    assert (trade.opened, trade.thesis) == (dt.date(2019, 6, 5), "<b>held</b>")
    assert panel.folder.name == "demo"

    panel.trade.value = "T1"
    assert panel.instrument.disabled and panel.stop.value == "1"
    panel.stop.value, panel.why.value = "2", "trail it"
    panel.amend_button.click()
    panel.trade.value = "T1"
    panel.size.value, panel.price.value = "4", f"{trade.entry + 50}"
    panel.close_button.click()
    found = ledger.load(panel.folder)
    assert found["T1"].size == 6 and found["T1"].stop == 2
    assert found["T1.1"].size == 4 and found["T1.1"].exit == trade.entry + 50
    assert found.trail[1].why == "trail it"
    assert "T1: long 6 SPX" in panel.opened.value


@pytest.mark.parametrize(
    ("fields", "button", "said"),
    [
        ({"instrument": "SPX"}, "open_button", "size: is empty"),
        ({"instrument": "SPX", "size": "ten"}, "open_button", "size: &#x27;ten&#x27; is not a number"),
        ({"instrument": "NOWHERE", "size": "1"}, "open_button", "no close of NOWHERE"),
        (
            {"instrument": "SPX", "size": "1", "price": "5", "stop": "6"},
            "open_button",
            "lies below its entry",
        ),
        ({}, "close_button", "no trade is chosen"),
        ({}, "mark_button", "price: is empty"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_written(
    panel: TradePanel, fields: dict[str, str], button: str, said: str
) -> None:
    for name, value in fields.items():
        getattr(panel, name).value = value
    getattr(panel, button).click()
    assert said in panel.said.value
    assert not (panel.folder / ledger.TRADES).exists()


def test_nobody_types_in_a_batch_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BATCH, "1")
    assert trade_panel(Session.load("2019-06-05", source="demo")) is None
