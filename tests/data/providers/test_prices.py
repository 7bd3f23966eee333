"""Prices through yfinance against a server that answers as Yahoo's chart service does; members from the
person's list."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.data.fetch import fetch
from fiveengines.data.providers.prices import symbol
from fiveengines.data.store import Store
from loopback.server import Loopback

pytest.importorskip("yfinance")


def test_symbols() -> None:
    assert symbol("SPX_OPEN") == ("^GSPC", "Open")
    assert symbol("ES_F") == ("ES=F", "Close")
    assert symbol("BTC_USD") == ("BTC-USD", "Close")
    assert symbol("SPY") == ("SPY", "Close")


def test_closes_opens_and_members(server: Loopback, tmp_path: Path) -> None:
    server.market.members = ("AAPL", "BRK-B")
    (tmp_path / "members.csv").write_text(
        "ticker,sector,date_added\nAAPL,Technology,1982-11-30\nBRK.B,Financials,2010-02-16\n"
    )
    store = Store(tmp_path)
    report = fetch(store, server.settings(), only=["prices"])
    assert not report.outcomes[0].errors
    data = store.dataset()
    for key in ("SPX", "SPX_HIGH", "BTC_USD", "XLK"):
        assert list(data.series[key].frame["value"]) == pytest.approx(list(server.market.public(key)))
    members = data.members
    assert members is not None and list(members.closes.columns) == ["AAPL", "BRK.B"]
    assert members.sectors["BRK.B"] == "Financials" and "surviv" in members.note
    spy = server.market.public("SPY")
    assert list(members.closes["AAPL"]) == pytest.approx(list(spy * 1.4))


def test_a_dividend_does_not_rewrite_the_past(server: Loopback, tmp_path: Path) -> None:
    store, market = Store(tmp_path), server.market
    market.members = ("AAPL",)
    (tmp_path / "members.csv").write_text("ticker,sector\nAAPL,Technology\n")
    whole = market.series["SPY"]
    market.series["SPY"] = whole.iloc[:-3]
    fetch(store, server.settings(), only=["prices"])
    first = store.dataset().series["SPY"].frame
    market.series["SPY"] = whole * 0.99
    fetch(store, server.settings(), only=["prices"])
    frame = store.dataset().series["SPY"].frame
    pd.testing.assert_frame_equal(frame.iloc[: len(first)], first)
    public = market.public("SPY")
    assert len(frame) == len(public)
    returns = np.diff(np.log(frame["value"].to_numpy()))
    assert returns == pytest.approx(np.diff(np.log(public.to_numpy())), abs=1e-6)
    members = store.dataset().members
    assert members is not None and members.closes["AAPL"].notna().sum() == len(public)
    assert list(members.closes["AAPL"].iloc[:5]) == pytest.approx(list(whole.iloc[:5] * 1.4))


def test_an_unknown_ticker_is_named_and_the_others_come(server: Loopback, tmp_path: Path) -> None:
    del server.market.series["XLK"]
    report = fetch(Store(tmp_path), server.settings(), only=["prices"])
    assert [trouble.series for trouble in report.outcomes[0].errors] == ["XLK"]
    assert "XLF" in Store(tmp_path).dataset().series


def test_without_yfinance_the_remedy_is_named(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fiveengines.data.providers.prices.find_spec", lambda name: None)
    report = fetch(Store(tmp_path), server.settings(), only=["prices", "treasury"])
    assert "fiveengines[prices]" in str(report.outcomes[0].errors[0].error)
    assert report.exit_code == 0
