"""A trail of twenty years of entries is read and added to in the time of a short one."""

from __future__ import annotations

import datetime as dt
import time
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
from fiveengines.overrides.writing import _HEADER, _plain_record, append

WEEKS, A_WEEK = 1_000, 26


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


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], Path]:
    """What writes a trail of so many weeks, with a cache of its own."""
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path / "cache")
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

    def make(weeks: int) -> Path:
        folder = tmp_path / "overrides"
        folder.mkdir()
        for week in range(weeks):
            day = dt.date(2006, 1, 6) + dt.timedelta(weeks=week)
            rows = [_plain_record(record(week * A_WEEK + number, day)) for number in range(A_WEEK)]
            text = _HEADER.format(reading=day) + yaml.dump(rows, Dumper=dumper, sort_keys=False)
            (folder / f"{day}.yaml").write_text(text, encoding="utf-8")
        return folder

    return make


@pytest.mark.slow
def test_26000_records_are_listed_and_added_to_within_two_seconds(made: Callable[[int], Path]) -> None:
    """CPU seconds, as a later command spends them: nothing is in memory, the cache has what the first one read."""
    long_trail = made(WEEKS)
    whole = trail.load(long_trail)
    assert len(whole.records) == WEEKS * A_WEEK
    field = whole.records[0].field
    trail._trail.cache_clear()
    began = time.process_time()
    rows = overrides.list_overrides(long_trail)
    listed = time.process_time() - began
    trail._trail.cache_clear()
    began = time.process_time()
    entry = overrides.set_override(long_trail, field, 0.25, why="seen")
    saved = time.process_time() - began
    assert len(rows) == WEEKS * A_WEEK and entry.value == 0.25
    assert listed < 2 and saved < 2, (listed, saved)
    assert set(trail.load(long_trail).records) > set(whole.records)


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
