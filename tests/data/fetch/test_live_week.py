"""From providers to a reading: over real HTTP the week reads as from files, and every companion answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from fiveengines.companions.registry import REGISTRY
from fiveengines.companions.session import Session
from fiveengines.data.fetch import fetch
from fiveengines.data.folder import files
from fiveengines.data.load_dataset import data_stamp
from fiveengines.data.store import Store
from fiveengines.report.companion_json import companion_document
from fiveengines.report.reading_json import reading_document
from fiveengines.week import Week
from loopback.market import write_files
from loopback.server import Loopback

# What must differ: where the data came from, and when this document was made.
OWN = ("source", "generated_at", "data_fingerprint", "series_fingerprints", "notices", "files")


def document(source: str, folder: Path, day: pd.Timestamp) -> dict[str, Any]:
    return reading_document(Week.load(as_of=day.date(), source=source, data_dir=folder))


def test_a_week_reads_the_same_from_the_store_as_from_files(server: Loopback, tmp_path: Path) -> None:
    write_files(server.market, tmp_path / "downloads")
    report = fetch(Store(tmp_path / "data"), server.settings())
    assert not [trouble for outcome in report.outcomes for trouble in outcome.errors]
    # A first fetch takes ten months of the put/call ratio: the files are given no more.
    held = (
        Store(tmp_path / "data").dataset().series["PUT_CALL_EQUITY"].frame["observed"].dt.strftime("%Y-%m-%d")
    )
    ratios = tmp_path / "downloads" / "sentiment" / "putcall.csv"
    lines = ratios.read_text().splitlines()
    kept = [line for line in lines[1:] if line.split(",")[0] in set(held)]
    ratios.write_text("\n".join([lines[0], *kept]) + "\n")
    day = server.market.public("VIX").index[-1]
    live = document("live", tmp_path / "data", day)
    by_files = document("files", tmp_path / "downloads", day)
    assert live["source"] == "live"
    for name in live.keys() - set(OWN):
        assert live[name] == by_files[name], name
    assert len(live["series_fingerprints"]) > 150
    assert live["series_fingerprints"] == by_files["series_fingerprints"]
    for each in REGISTRY.values():
        session = Session.load(day.date(), source="live", data_dir=tmp_path / "data")
        answer = companion_document(session, each.analyse(session))
        assert (answer["source"], answer["as_of"]) == ("live", f"{session.as_of:%Y-%m-%d}"), each.name
        assert answer["bottom_line"].endswith("."), each.name


def test_a_fetch_in_the_same_process_gives_a_new_week(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The default store has no folder among the parameters: the store itself says that it changed."""
    monkeypatch.setenv("FIVEENGINES_DATA", str(tmp_path))
    day = server.market.public("VIX").index[-1].date()
    fetch(Store(), server.settings(), only=["fred"])
    before = Week.load(as_of=day, source="live")
    assert Week.load(as_of=day, source="live").measured is before.measured
    assert "VIX" not in before.dataset.series
    fetch(Store(), server.settings(), only=["cboe"])
    after = Week.load(as_of=day, source="live")
    assert "VIX" in after.dataset.series
    assert after.measured is not before.measured
    assert after.series("vvix").notna().any() and before.series("vvix").isna().all()


def test_each_source_stamps_what_it_reads(tmp_path: Path) -> None:
    folder = tmp_path / "fred"
    folder.mkdir()
    (folder / "WALCL.csv").write_text("observation_date,WALCL\n2024-01-03,7681024\n")
    first = data_stamp("files", data_dir=tmp_path)
    assert first and first == data_stamp("files", data_dir=str(tmp_path))
    (folder / "DGS2.csv").write_text("observation_date,DGS2\n2024-01-03,4.33\n")
    assert data_stamp("files", data_dir=tmp_path) != first
    assert data_stamp("files", data_dir=tmp_path / "absent") == ()
    assert data_stamp("demo", seed=7) == data_stamp("demo", seed=7) != data_stamp("demo", seed=8)
    store = Store(tmp_path / "store")
    empty = data_stamp("live", data_dir=tmp_path / "store")
    store.import_dataset(files.load(tmp_path))
    imported = data_stamp("live", data_dir=tmp_path / "store")
    assert empty == () and imported != empty
    with store.writing() as writer:
        writer.mark_checked("fred", [], pd.Timestamp("2024-03-08 14:00"), "HTTP 500", False)
    assert data_stamp("live", data_dir=tmp_path / "store") != imported
