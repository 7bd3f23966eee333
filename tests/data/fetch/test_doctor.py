"""The doctor's rows: what is reachable, fresh, missing or odd, and the command that mends it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.cli import doctor
from fiveengines.cli.doctor import Row, examine, next_release
from fiveengines.data.catalog import lookup
from fiveengines.data.fetch import fetch
from fiveengines.data.providers.registry import registry
from fiveengines.data.store import Store
from loopback.answers import GOOD_KEY
from loopback.server import Loopback

OFFICIAL = ["fred", "nyfed", "treasury", "cboe", "cftc"]


def rows(store: Store, server: Loopback, **changes: object) -> dict[str, Row]:
    return {row.provider: row for row in examine(store, server.settings(**changes), names=OFFICIAL)}


def test_an_empty_store_is_told_to_fetch(server: Loopback, tmp_path: Path) -> None:
    found = {row.provider: row for row in examine(Store(tmp_path), server.settings())}
    assert tuple(found) == tuple(registry())
    assert found["cboe"].reachable and found["cboe"].newest is None
    assert found["cboe"].remedy == "fiveengines fetch --only cboe"
    assert not list(tmp_path.rglob("*.parquet"))


def test_a_healthy_store_needs_nothing(server: Loopback, tmp_path: Path) -> None:
    store = Store(tmp_path)
    fetch(store, server.settings(), only=OFFICIAL)
    found = rows(store, server)
    assert {name for name, row in found.items() if not row.remedy} == set(OFFICIAL), found
    assert found["fred"].key == "present" and found["cboe"].key == "not needed"
    close = server.market.public("VIX").index[-1]
    assert found["cboe"].newest == close.date()
    assert found["cboe"].next_release is not None and found["cboe"].next_release > pd.Timestamp(close)


def test_a_step_of_a_central_banks_balance_sheet_is_no_odd_jump() -> None:
    days = pd.date_range("2026-01-02", periods=40, freq="W-FRI")
    steps = np.where(np.arange(40) == 20, 5000.0, 100.0)
    assets = pd.Series(102_000.0 + steps.cumsum(), index=days)
    assert doctor._jump(lookup("ECBASSETSW"), assets) is None
    assert (
        doctor._jump(lookup("ECBASSETSW"), assets.where(assets.index < days[-5], assets * 1000)) is not None
    )


def test_without_a_key_the_remedy_is_a_key(server: Loopback, tmp_path: Path) -> None:
    row = rows(Store(tmp_path), server, fred_key=None)["fred"]
    assert (row.key, row.reachable) == ("absent", True)
    assert "FRED_API_KEY" in row.remedy


def test_a_refused_key_and_a_dead_provider(server: Loopback, tmp_path: Path) -> None:
    server.fault("operating_cash", status=500)
    found = rows(Store(tmp_path), server, fred_key="wrong" * 6)
    assert found["fred"].reachable is False and "refused" in found["fred"].answer
    assert "correct FRED_API_KEY" in found["fred"].remedy
    assert found["treasury"].reachable is False and "connection" in found["treasury"].remedy
    assert "wrongwrong" not in repr(found) and GOOD_KEY not in repr(found)


def test_gaps_jumps_and_overdue_figures_are_found(server: Loopback, tmp_path: Path) -> None:
    market = server.market
    market.series["TGA_DAILY"] = market.series["TGA_DAILY"].iloc[:-40]
    market.series["DGS10"] = market.series["DGS10"].drop(market.series["DGS10"].index[-30:-15])
    skew = market.series["SKEW"] * 0 + 120.0
    skew.iloc[::2] += 0.5
    skew.iloc[-6] = 249.0
    market.series["SKEW"] = skew
    store = Store(tmp_path)
    fetch(store, server.settings(), only=OFFICIAL)
    found = rows(store, server)
    assert found["treasury"].overdue[0].startswith("TGA_DAILY since")
    assert found["treasury"].remedy == "fiveengines fetch --only treasury"
    assert any(text.startswith("DGS10 silent for") for text in found["fred"].gaps)
    day = skew.index[-5].date()
    assert found["cboe"].jumps == (f"SKEW from 249 to {skew.iloc[-5]:g} on {day}",)
    assert found["cboe"].remedy == f"fiveengines fetch --only cboe --since {day}"


def test_a_changed_unit_of_a_monthly_figure_is_found(server: Loopback, tmp_path: Path) -> None:
    prices = server.market.series["CPIAUCSL"]
    changed = prices * 0 + 30.0
    changed.iloc[-3:] = 300.0
    server.market.series["CPIAUCSL"] = changed
    store = Store(tmp_path)
    fetch(store, server.settings(), only=["fred"])
    shown = server.market.public("CPIAUCSL").index
    day = next(when for when in shown if changed[when] == 300.0).date()
    assert rows(store, server)["fred"].jumps == (f"CPIAUCSL from 30 to 300 on {day}",)


def test_a_damaged_file_is_one_row_and_the_others_stay(server: Loopback, tmp_path: Path) -> None:
    store = Store(tmp_path)
    fetch(store, server.settings(), only=["treasury", "nyfed"])
    (tmp_path / "series" / "nyfed.parquet").write_bytes(b"PAR1")
    found = rows(Store(tmp_path), server)
    assert "damaged" in found["nyfed"].gaps[0]
    file = tmp_path / "series" / "nyfed.parquet"
    assert found["nyfed"].remedy == f"move {file} away, then fiveengines fetch --only nyfed"
    assert not found["treasury"].remedy


@pytest.mark.parametrize(
    ("series", "newest", "expected"),
    [
        ("WALCL", "2024-11-20", "2024-11-29 21:30"),  # the next Thursday is Thanksgiving
        ("VIX", "2024-07-03", "2024-07-05 20:30"),  # Independence Day has no session
        ("COT_SP500_SPEC_LONG", "2026-06-09", "2026-06-22 19:30"),  # Juneteenth
        ("GDPC1", "2024-01-01", "2024-07-30 12:30"),
    ],
)
def test_the_next_release(series: str, newest: str, expected: str) -> None:
    assert next_release(lookup(series), pd.Timestamp(newest)) == pd.Timestamp(expected)
