"""The whole fetch: equal to the same data as files, resumable after any kill, one at a time."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from fiveengines.base.errors import ParameterError
from fiveengines.data.catalog import catalog
from fiveengines.data.dataset import Dataset
from fiveengines.data.fetch import Event, fetch
from fiveengines.data.folder import files
from fiveengines.data.providers.registry import registry
from fiveengines.data.store import Store
from loopback.child import fetch_into
from loopback.market import from_directory, simulated, write_files
from loopback.server import Loopback

OFFICIAL = ["fred", "nyfed", "treasury", "cboe", "cftc"]


def assert_same(live: Dataset, by_files: Dataset, without: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    assert set(by_files.series) - without <= set(live.series)
    differ = []
    for key in sorted(set(by_files.series) - without):
        one, other = live.series[key], by_files.series[key]
        if one.fingerprint() != other.fingerprint():
            differ.append((key, len(one.frame), len(other.frame)))
        assert one.provider == other.provider
    assert not differ, differ


def test_a_fetch_holds_what_the_same_data_as_files_holds(server: Loopback, tmp_path: Path) -> None:
    write_files(server.market, tmp_path / "downloads")
    store = Store(tmp_path / "data")
    report = fetch(store, server.settings())
    assert not [trouble for outcome in report.outcomes for trouble in outcome.errors]
    by_files = files.load(tmp_path / "downloads")
    live = store.dataset()
    # the first fetch takes the put/call ratio of ten months only
    assert_same(live, by_files, without={"PUT_CALL_EQUITY"})
    assert len(by_files.series) > 150
    ratio = live.series["PUT_CALL_EQUITY"].frame
    last = by_files.series["PUT_CALL_EQUITY"].frame.tail(len(ratio)).reset_index(drop=True)
    pd.testing.assert_frame_equal(ratio, last)
    assert live.source == "live"


@pytest.mark.real_data
@pytest.mark.slow
def test_real_history_fetched_equals_the_files(real_data: Path, tmp_path: Path) -> None:
    """Revised series are left out: served as one vintage each, they differ only where a rule moves past
    `now`."""
    now = pd.Timestamp("2021-03-01")
    market = from_directory(real_data, now)
    by_files = files.load(real_data)
    with Loopback(market) as running:
        store = Store(tmp_path)
        fetch(store, running.settings(), only=[*OFFICIAL], since=None)
        live = store.dataset()
    public = {key for key in by_files.series if len(market.public(key)) == len(by_files.series[key].frame)}
    tested = {key for key in public if key in live.series and key != "PUT_CALL_EQUITY"}
    # the store begins in 1990, and an index file's shorter copies stay out
    trimmed = {
        key: replace(data, frame=data.frame[data.frame["observed"] >= "1990-01-02"].reset_index(drop=True))
        for key, data in by_files.series.items()
        if key in tested
    }
    assert len(tested) > 50
    assert_same(live, Dataset("files", trimmed))


def test_progress_is_told_per_provider(server: Loopback, tmp_path: Path) -> None:
    events: list[Event] = []
    fetch(Store(tmp_path), server.settings(), only=["treasury", "nyfed"], on_event=events.append)
    mine = [event for event in events if event.provider == "nyfed"]
    assert [event.stage for event in mine] == ["started", "series", "series", "series", "done"]
    assert [event.done for event in mine] == [0, 1, 2, 3, 3] and {event.total for event in mine} == {3}
    assert mine[-1].rows > 0


def test_a_repeat_asks_little_and_adds_nothing(server: Loopback, tmp_path: Path) -> None:
    store = Store(tmp_path)
    fetch(store, server.settings(), only=OFFICIAL)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "series").iterdir()}
    server.requests.clear()
    report = fetch(store, server.settings(), only=OFFICIAL)
    assert sum(sum(outcome.added.values()) for outcome in report.outcomes) == 0
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "series").iterdir()} == before
    assert not server.asked("/data/us|daily_prices"), "no newer close can exist yet"
    plain = server.asked("observations.*DGS10")[0]
    begins = pd.Timestamp(plain.split("observation_start=")[1][:10])
    assert begins > server.market.public("DGS10").index[-1] - pd.Timedelta(days=40)


def test_since_fetches_again_from_that_date(server: Loopback, tmp_path: Path) -> None:
    store = Store(tmp_path)
    fetch(store, server.settings(), only=["treasury"])
    first = server.market.public("TGA_DAILY").index[0].date()
    server.requests.clear()
    fetch(store, server.settings(), only=["treasury"], since=first)
    assert f"gte:{first}" in server.requests[0].replace("%3A", ":")


def test_an_unknown_provider_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="cboe"):
        fetch(Store(tmp_path), only=["bloomberg"])


def test_two_fetches_at_once_one_waits(server: Loopback, tmp_path: Path) -> None:
    server.fault("sofr", times=1, stall=0.5)
    events: dict[str, list[Event]] = {"one": [], "two": []}
    reports = {}

    def run(name: str) -> None:
        reports[name] = fetch(
            Store(tmp_path), server.settings(), only=["nyfed"], on_event=events[name].append
        )

    threads = [threading.Thread(target=run, args=(name,)) for name in events]
    for thread in threads:
        thread.start()
        time.sleep(0.15)
    for thread in threads:
        thread.join()
    waited = [event.text for event in events["two"] if event.stage == "waiting"]
    assert waited == ["another fetch is writing to the store; waiting for it to finish"]
    assert sum(reports["one"].outcomes[0].added.values()) > 0
    assert sum(reports["two"].outcomes[0].added.values()) == 0


@pytest.mark.parametrize("kills", [15, pytest.param(50, marks=pytest.mark.long)])
def test_a_fetch_killed_at_any_point_leaves_a_store_that_opens_and_is_completed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kills: int
) -> None:
    """SIGKILLs spread over the length of a fetch, each followed by a look; then one fetch completes it."""
    market = simulated(0.5, seed=9)
    keep = ("fred", "treasury", "cftc")
    market.series = {k: v for k, v in market.series.items() if catalog()[k].provider in keep}
    # the process that children are forked from imports everything once; it finds it by this path
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["loopback.child"])
    only = ["fred", "nyfed", "treasury", "cftc"]
    luck = random.Random(7)
    with Loopback(market) as running:
        running.remember = True
        settings = running.settings(attempts=1)
        for folder in (
            tmp_path / "first",
            tmp_path / "whole",
        ):  # the first one also starts the mother process
            began = time.monotonic()
            complete = context.Process(target=fetch_into, args=(folder, settings, only))
            complete.start()
            complete.join(60)
        length = min(3.0, time.monotonic() - began)
        expected = Store(tmp_path / "whole").dataset().fingerprint()
        opened = found = 0
        folder = tmp_path / "killed"
        for number in range(kills):
            if number % 25 == 0:
                folder = tmp_path / f"killed{number}"
            process = context.Process(target=fetch_into, args=(folder, settings, only))
            process.start()
            time.sleep(luck.uniform(0.02, length))
            process.kill()
            process.join()
            store = Store(folder)
            for source in store.sources():
                found += len(store.rows(source))
            if store.exists():
                store.dataset()
                opened += 1
        assert opened > kills // 5 and found > 2 * kills, "the kills came before anything was written"
        for number in range(0, kills, 25):
            store = Store(tmp_path / f"killed{number}")
            fetch(store, settings, only=only)
            assert store.dataset().fingerprint() == expected
            leavings = list(store.folder.rglob(".writing-*"))
            assert not leavings


def test_a_fetch_cut_short_is_not_called_complete(server: Loopback, tmp_path: Path) -> None:
    """Stopped while it waits as it was asked to: it ends at once, keeps what came, and the next one goes on."""
    server.fault("effr", status=429, headers={"Retry-After": "60"})
    program = (
        "import sys; from pathlib import Path; from fiveengines.cli import main;"
        "sys.exit(main(['fetch', '--only', 'nyfed', '--data-dir', sys.argv[1]]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        env=os.environ | server.environment(),
        stderr=subprocess.PIPE,
        text=True,
    )
    while not server.asked("effr"):
        time.sleep(0.05)
    time.sleep(0.3)
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=50)
    assert time.monotonic() - began < 20
    assert process.returncode == 130 and "stopped" in told
    store = Store(tmp_path)
    assert "SOFR" in store.rows("nyfed") and "EFFR" not in store.rows("nyfed")
    assert "succeeded" not in store.status()["nyfed"]
    server.faults.clear()
    fetch(store, server.settings(), only=["nyfed"])
    assert "EFFR" in store.rows("nyfed") and store.status()["nyfed"]["succeeded"]


def test_names_are_the_providers(tmp_path: Path, server: Loopback) -> None:
    from fiveengines.data.fetch import providers
    from fiveengines.data.providers.transport.http import Http

    with Http(server.settings()) as http:
        made = providers(Store(tmp_path), http)
    assert tuple(provider.name for provider in made) == tuple(registry())
    covered = {key for provider in made for key in provider.series}
    live = {
        key
        for key, entry in catalog().items()
        if entry.provider in {"fred", "cboe", "cftc", "treasury", "prices"}
    }
    assert live <= covered
