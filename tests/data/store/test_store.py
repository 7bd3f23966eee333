"""The store on disk: what goes in comes out as of any evening; damage, locks and imports."""

from __future__ import annotations

import errno
import threading
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fiveengines.base.atomic_io import PREFIX
from fiveengines.base.errors import StoreError
from fiveengines.data import calendars
from fiveengines.data.dataset import Dataset, Members
from fiveengines.data.folder import files
from fiveengines.data.providers.frames import Basis, frame_by_rule, response_frame
from fiveengines.data.store import Store
from fiveengines.data.store.disk import write_whole

NOW = pd.Timestamp("2024-06-01")


def fill(
    store: Store, source: str = "fred", value: float = 7000000.0, now: pd.Timestamp = NOW
) -> dict[str, int]:
    days = pd.date_range("2024-01-03", periods=10, freq="W-WED")
    with store.writing() as writer:
        return writer.add(source, {"WALCL": frame_by_rule("WALCL", days, value + np.arange(10.0))}, now)


def on_evening(store: Store, day: str) -> Dataset:
    """What of the store was public on the evening of a reading date."""
    return store.dataset().until(calendars.evening_of(pd.Timestamp(day)), pd.Timestamp(day))


def test_an_empty_store_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="fiveengines fetch"):
        Store(tmp_path / "none").dataset()
    assert not (tmp_path / "none").exists(), "reading makes no folder"


def test_as_of_gives_what_was_public_that_evening(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert fill(store) == {"WALCL": 10}
    assert fill(store) == {"WALCL": 0}
    # the figure of Wednesday the 10th came on Thursday the 11th
    assert on_evening(store, "2024-01-10").series["WALCL"].frame["observed"].max() == pd.Timestamp(
        "2024-01-03"
    )
    assert on_evening(store, "2024-01-12").series["WALCL"].frame["observed"].max() == pd.Timestamp(
        "2024-01-10"
    )
    assert on_evening(store, "2024-01-12").source == "live"
    assert "WALCL" not in on_evening(store, "2024-01-03").series


def test_the_catalogs_provider_comes_first(tmp_path: Path) -> None:
    store = Store(tmp_path)
    fill(store, "nyfed", 5000000.0)
    fill(store, "fred", 7000000.0)
    data = store.dataset().series["WALCL"]
    assert data.frame["value"].iloc[0] == 7000000.0
    assert data.origin == "store:fred, store:nyfed"
    assert data.provider == "fred"


def test_members_keep_their_notes(tmp_path: Path) -> None:
    store = Store(tmp_path)
    index = pd.DatetimeIndex(["2024-01-02", "2024-01-03"], name="date").astype("datetime64[s]")
    closes = pd.DataFrame({"AAA": [1.0, np.nan], "BBB": [3.0, 4.0]}, index=index)
    members = Members(closes, {"AAA": "Energy"}, "survivors only", "a list")
    fill(store)
    with store.writing() as writer:
        writer.put_members(members)
    back = store.dataset().members
    assert back is not None
    pd.testing.assert_frame_equal(back.closes, closes, check_column_type=False)
    assert (dict(back.sectors), back.note, back.origin) == ({"AAA": "Energy"}, "survivors only", "a list")
    assert back.fingerprint() == members.fingerprint()


def test_a_damaged_file_is_named_and_the_remedy_given(tmp_path: Path) -> None:
    store = Store(tmp_path)
    fill(store)
    path = tmp_path / "series" / "fred.parquet"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(StoreError, match=r"fred\.parquet.*damaged.*again"):
        Store(tmp_path).dataset()


def test_a_second_writer_waits_and_says_so(tmp_path: Path) -> None:
    store, heard, order = Store(tmp_path), [], []
    started = threading.Event()

    def hold() -> None:
        with Store(tmp_path).writing():
            started.set()
            time.sleep(0.4)
            order.append("first")

    thread = threading.Thread(target=hold)
    thread.start()
    started.wait(5)
    with store.writing(heard.append):
        order.append("second")
    thread.join()
    assert order == ["first", "second"]
    assert len(heard) == 1 and "another fetch" in heard[0]


def test_a_writer_that_never_gets_its_turn_gives_up(tmp_path: Path) -> None:
    with (
        Store(tmp_path).writing(),
        pytest.raises(StoreError, match="another fetch"),
        Store(tmp_path).writing(timeout=0.2),
    ):
        pass


def test_readers_are_never_blocked_and_never_see_half_a_file(tmp_path: Path) -> None:
    store = Store(tmp_path)
    fill(store)
    stop, seen = threading.Event(), set()

    def read() -> None:
        while not stop.is_set():
            frame = Store(tmp_path).dataset().series["WALCL"].frame
            seen.add((len(frame), float(frame["value"].iloc[-1])))

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(1, 15):
        fill(store, value=7000000.0 + 100 * number, now=NOW + pd.Timedelta(days=number))
    stop.set()
    reader.join()
    assert all(count % 10 == 0 and last % 100 == 9 for count, last in seen)


def test_a_killed_writers_leavings_are_swept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    fill(store)
    left = tmp_path / "series" / f"{PREFIX}x.parquet"
    left.write_bytes(b"half")
    assert store.sources() == ("fred",)
    fill(store, value=1.0 + 7000000.0)
    assert not left.exists()


def test_a_files_directory_can_be_imported(tmp_path: Path) -> None:
    folder = tmp_path / "downloads"
    (folder / "fred").mkdir(parents=True)
    (folder / "fred" / "BAMLH0A0HYM2.csv").write_text(
        "observation_date,BAMLH0A0HYM2\n2008-11-20,19.88\n2008-11-21,.\n2008-12-15,21.82\n"
    )
    (folder / "breadth").mkdir()
    (folder / "breadth" / "new_highs_52w.csv").write_text(
        "date,new_highs_52w\n2024-01-02,120\n2024-01-03,95\n"
    )
    store = Store(tmp_path / "data")
    assert store.import_dataset(files.load(folder)) == {"BAMLH0A0HYM2": 2, "NEW_HIGHS_52W": 2}
    assert sum(store.import_dataset(files.load(folder)).values()) == 0
    assert store.dataset().fingerprints() == files.load(folder).fingerprints()
    # FRED now serves three years only: what was imported stays beside what is fetched
    with store.writing() as writer:
        fresh = frame_by_rule("BAMLH0A0HYM2", ["2024-01-02"], [3.5])
        writer.add("fred", {"BAMLH0A0HYM2": fresh}, NOW)
    assert list(store.dataset().series["BAMLH0A0HYM2"].latest()) == [19.88, 21.82, 3.5]


def test_an_evening_has_the_newest_figure_in_its_newest_vintage(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.writing() as writer:
        days = ["2024-01-06", "2024-01-13", "2024-01-06", "2024-01-13"]
        when = ["2024-01-11 13:30", "2024-01-18 13:30", "2024-01-18 13:30", "2024-01-25 13:30"]
        answer = response_frame(days, [202000.0, 187000.0, 203000.0, 189000.0], when, int(Basis.PROVIDER))
        writer.add("fred", {"ICSA": answer}, NOW)
    newest = [on_evening(store, f"2024-01-{day}").series["ICSA"].latest().iloc[-1] for day in (12, 19, 26)]
    assert newest == [202000.0, 187000.0, 189000.0]
    assert "ICSA" not in on_evening(store, "2024-01-05").series


def test_files_brought_late_are_dated_by_rule_all_the_same(tmp_path: Path) -> None:
    """A person imports when it suits; that says nothing about when a figure was published."""
    folder, store = tmp_path / "downloads", Store(tmp_path / "data")
    (folder / "fred").mkdir(parents=True)
    lines = ["observation_date,WALCL", "2024-01-03,7000000", "2024-01-10,7000001", "2024-01-17,7000002"]
    for count in (2, 4):
        (folder / "fred" / "WALCL.csv").write_text("\n".join(lines[:count]) + "\n")
        store.import_dataset(files.load(folder))
    assert on_evening(store, "2024-01-19").series["WALCL"].frame["value"].iloc[-1] == 7000002.0


def test_an_old_evening_is_told_only_what_bears_on_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    fill(store)
    with store.writing() as writer:
        writer.mark_checked("fred", ["WALCL"], pd.Timestamp("2024-03-01 14:00"), None, True)
        writer.mark_checked("fred", [], pd.Timestamp("2024-03-08 14:00"), "HTTP 500", False)
    assert not on_evening(store, "2024-02-23").notices, "everything public by then had been fetched"
    (notice,) = on_evening(store, "2024-03-01").notices
    assert "last complete fetch on 2024-03-01" in notice.text and "HTTP 500" in notice.text
    assert len(store.dataset().notices) == 1


def test_a_full_disk_is_said_and_leaves_the_file_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    fill(store)
    before = store.dataset().fingerprint()

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "Error writing bytes to file. Detail: [errno 28]")

    monkeypatch.setattr("pyarrow.parquet.write_table", full)
    with pytest.raises(StoreError, match=r"fred\.parquet: cannot be written \(No space left on device\)"):
        fill(store, value=8000000.0)
    assert store.dataset().fingerprint() == before
    assert not list(tmp_path.rglob(f"{PREFIX}*"))


def test_a_status_that_is_no_status_is_named(tmp_path: Path) -> None:
    store = Store(tmp_path)
    fill(store)
    (tmp_path / "status.json").write_text("[1]")
    with pytest.raises(StoreError, match=r"status\.json.*damaged"):
        store.dataset()


def test_a_reader_in_the_way_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows, where a file that is being read cannot be replaced."""
    tried: list[Path] = []
    replace = Path.replace

    def refused_once(self: Path, target: Path) -> Path:
        tried.append(self)
        if len(tried) == 1:
            raise PermissionError(errno.EACCES, "in use")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", refused_once)
    monkeypatch.setattr("fiveengines.base.atomic_io._WINDOWS", True)
    place = tmp_path / "status.json"
    write_whole(place, lambda to: to.write_bytes(b"{}"))
    assert place.read_bytes() == b"{}" and len(tried) == 2
