"""A trail of twenty years of entries is read and added to in the time of a short one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from fiveengines import overrides
from fiveengines.base import paths
from fiveengines.base.errors import OverrideError
from fiveengines.indicators import REGISTRY
from fiveengines.overrides import trail
from fiveengines.overrides.entries import Record
from fiveengines.overrides.trail import read_week
from fiveengines.overrides.writing import _HEADER, _plain_record, append

WEEKS, A_WEEK = 60, 26


def record(number: int, day: dt.date) -> Record:
    return Record(
        id=f"r{number}",
        action="set",
        entry=f"e{number}",
        field=list(REGISTRY)[number % len(REGISTRY)],
        reading=day,
        after=0.5,
        until=day + dt.timedelta(days=14),
        why="a bank's estimate",
        who="me",
        at=dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC),
    )


def write_trail(folder: Path, weeks: int) -> Path:
    """A trail of so many weeks in `folder`."""
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    folder.mkdir()
    for week in range(weeks):
        day = dt.date(2006, 1, 6) + dt.timedelta(weeks=week)
        rows = [_plain_record(record(week * A_WEEK + number, day)) for number in range(A_WEEK)]
        text = _HEADER.format(reading=day) + yaml.dump(rows, Dumper=dumper, sort_keys=False)
        (folder / f"{day}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Path]:
    """What writes a trail of so many weeks, with a cache of its own."""
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path / "cache")
    return lambda weeks: write_trail(tmp_path / "overrides", weeks)


def test_a_long_trail_reads_no_week_a_second_time(
    made: Callable[[int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a later command finds it: nothing is in memory, the cache has what the first one read, but for its own week.

    How long 26,000 records take is for tests/bench/compute_bench.py to say.
    """
    long_trail = made(WEEKS)
    whole = trail.load(long_trail)
    assert len(whole.records) == WEEKS * A_WEEK
    read: list[Path] = []
    monkeypatch.setattr(trail, "read_week", lambda path: read.append(path) or read_week(path))
    trail._trail.cache_clear()
    assert len(overrides.list_overrides(long_trail)) == WEEKS * A_WEEK
    assert read == []
    trail._trail.cache_clear()
    entry = overrides.set_override(long_trail, whole.records[0].field, 0.25, why="seen")
    assert entry.value == 0.25
    assert set(trail.load(long_trail).records) > set(whole.records)
    assert len(set(read)) <= 1


def test_the_cache_decides_nothing(made: Callable[[int], Path]) -> None:
    folder = made(30)
    whole = trail.load(folder)
    (held,) = (paths.cache_dir()).glob("trail-*")
    held.write_text('{"0": [{"id": 1}]}', encoding="utf-8")
    trail._trail.cache_clear()
    assert trail.load(folder) == whole and len(whole.records) == 30 * A_WEEK
    # an edit of a file counts, whatever the cache holds
    file = sorted(folder.glob("*.yaml"))[3]
    file.write_text(file.read_text(encoding="utf-8").replace("after: 0.5", "after: 0.75"), encoding="utf-8")
    assert {each.after for each in trail.load(folder).records} == {0.5, 0.75}


def test_a_week_that_nothing_could_read_any_more_is_not_written(tmp_path: Path) -> None:
    day = dt.date(2024, 6, 28)
    file = tmp_path / f"{day}.yaml"
    append(file, day, [record(0, day)])
    file.write_text(file.read_text(encoding="utf-8") + "# " + "x" * 1_999_000 + "\n", encoding="utf-8")
    before = file.read_bytes()
    with pytest.raises(OverrideError, match="would grow beyond"):
        append(file, day, [record(number, day) for number in range(1, 9)])
    assert file.read_bytes() == before
