"""Simulated and real reports: one archive each, whatever is written, rebuilt or removed, and in whatever order."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from archive import synthetic
from fiveengines import archive, cli
from fiveengines.base.parameters import RunParameters
from fiveengines.report.saving import save_documents
from fiveengines.report.store import ReportStore, report_store, store_of

DAY, LATER = dt.date(2018, 12, 21), dt.date(2018, 12, 28)


def document(day: dt.date, source: str, hour: int = 8) -> dict[str, Any]:
    made = f"{day + dt.timedelta(days=1)}T{hour:02d}:00:00+00:00"
    return synthetic.reading(day, source=source, simulated=source == "demo", generated_at=made)


def save(store: ReportStore, day: dt.date, source: str, hour: int = 8) -> None:
    reading = json.dumps(document(day, source, hour))
    save_documents(store, day.isoformat(), {"reading.json": reading, "weekly.html": f"{source} {hour}"})


def sources(out: Path) -> list[str]:
    with (out / "readings.csv").open(encoding="utf-8", newline="") as file:
        return [row["source"] for row in csv.DictReader(file)]


@pytest.fixture(params=["folder", "memory"])
def real(request: pytest.FixtureRequest, tmp_path: Path) -> ReportStore:
    if request.param == "folder":
        return report_store(tmp_path / "out")
    store = report_store(f"memory://apart{tmp_path.name}")
    store.remove("")
    return store


def page(store: ReportStore, name: str) -> str:
    return (store.read([name])[name] or b"").decode()


@pytest.mark.parametrize("order", [("files", "demo"), ("demo", "files")])
def test_neither_replaces_the_other(real: ReportStore, order: tuple[str, str]) -> None:
    for source in order:
        save(real.of_demo() if source == "demo" else real, DAY, source)
    assert page(real, f"{DAY}/weekly.html") == "files 8"
    assert page(real, f"demo/{DAY}/weekly.html") == "demo 8"
    assert not [name for name in real.files() if "revisions" in name]


def test_a_run_goes_where_its_source_belongs(tmp_path: Path) -> None:
    out = str(tmp_path)
    assert store_of(RunParameters(source="demo", out_dir=out)).local == tmp_path / "demo"
    assert store_of(RunParameters(source="files", out_dir=out)).local == tmp_path
    # params/weekly.yaml names the demo
    assert store_of(RunParameters(out_dir=out)).simulated


def test_a_real_week_sends_the_simulated_one_in_its_place_away(real: ReportStore) -> None:
    """Earlier versions wrote both to one folder."""
    save(real.of_demo(), DAY, "demo", 7)
    real.write(f"{DAY}/reading.json", json.dumps(document(DAY, "demo", 9)).encode())
    real.write(f"{DAY}/weekly.html", b"demo 9")
    save(real, DAY, "files")
    assert page(real, f"{DAY}/weekly.html") == "files 8"
    assert page(real, f"demo/{DAY}/weekly.html") == "demo 7"
    assert page(real, f"demo/{DAY}/revisions/2018-12-22T090000Z/weekly.html") == "demo 9"
    assert not [name for name in real.files(str(DAY)) if "revisions" in name]


def test_a_rebuild_moves_simulated_weeks_and_brings_a_replaced_real_one_back(real: ReportStore) -> None:
    old = f"{DAY}/revisions/2018-12-22T080000Z"
    for place, source in (
        (f"{DAY}", "demo"),
        (old, "files"),
        (f"{DAY}/revisions/2018-12-22T070000Z", "demo"),
    ):
        real.write(f"{place}/reading.json", json.dumps(document(DAY, source)).encode())
        real.write(f"{place}/weekly.html", source.encode())
    save(real, LATER, "files")
    built = archive.rebuild(real)
    assert [week.source for week in built.found.weeks] == ["files", "files"]
    assert page(real, f"{DAY}/weekly.html") == "files"
    assert page(real, f"demo/{DAY}/weekly.html") == page(
        real, f"demo/{DAY}/revisions/2018-12-22T070000Z/weekly.html"
    )
    assert [week.source for week in archive.rebuild(real.of_demo()).found.weeks] == ["demo"]
    assert archive.rebuild(real).found.unreadable == ()


def test_a_real_week_among_simulated_ones_is_set_aside(tmp_path: Path) -> None:
    demo = report_store(tmp_path).of_demo()
    save(demo, DAY, "demo")
    synthetic.put(tmp_path / "demo", document(LATER, "files"))
    found = archive.rebuild(demo).found
    assert [week.source for week in found.weeks] == ["demo"]
    assert [(each.name, "real" in each.reason) for each in found.unreadable] == [(str(LATER), True)]


def test_the_command_rebuilds_both_and_each_has_its_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = report_store(tmp_path)
    save(store, DAY, "files")
    save(store.of_demo(), LATER, "demo")
    address = ["--base-url", "https://example.org/weeks"]
    assert cli.main(["archive", "--out", str(tmp_path), *address]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == f"SIMULATED. 1 week, {LATER} to {LATER}"
    assert said[2] == f"1 week, {DAY} to {DAY}"
    assert (sources(tmp_path), sources(tmp_path / "demo")) == (["files"], ["demo"])
    assert (tmp_path / "latest" / "weekly.html").read_text() == "files 8"
    assert (tmp_path / "demo" / "latest" / "weekly.html").read_text() == "demo 8"
    feeds = [(folder / "feed.xml").read_text(encoding="utf-8") for folder in (tmp_path, tmp_path / "demo")]
    assert f"https://example.org/weeks/{DAY}/weekly.html" in feeds[0] and str(LATER) not in feeds[0]
    assert f"https://example.org/weeks/demo/{LATER}/weekly.html" in feeds[1] and str(DAY) not in feeds[1]
    # A first simulated week under a published archive knows where it is published.
    (tmp_path / "demo" / "feed.xml").unlink()
    assert archive.rebuild(store.of_demo()).address == "https://example.org/weeks/demo"


def test_the_demo_s_own_folder_is_an_archive_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(report_store(tmp_path).of_demo(), DAY, "demo")
    assert cli.main(["archive", "--out", str(tmp_path / "demo")]) == 0
    assert "SIMULATED. 1 week" in capsys.readouterr().out
    assert sources(tmp_path / "demo") == ["demo"]
    assert not (tmp_path / "demo" / "demo").exists()


def test_retention_counts_each_for_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = report_store(tmp_path)
    for each, source in ((store, "files"), (store.of_demo(), "demo")):
        for day in (DAY, LATER):
            save(each, day, source)
    assert cli.main(["archive", "--out", str(tmp_path), "--keep-weeks", "1"]) == 0
    said = capsys.readouterr().out
    assert f"removed {DAY}: week" in said and f"removed demo/{DAY}: week" in said
    assert store.folders() == [str(LATER), "demo"]
    assert store.folders("demo") == [str(LATER)]
