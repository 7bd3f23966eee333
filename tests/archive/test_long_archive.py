"""A long archive: what the cache remembers is what the files say, and a new week costs little."""

from __future__ import annotations

import json
import shutil
from importlib import import_module
from pathlib import Path

import pytest

from archive import synthetic
from fiveengines import archive
from fiveengines.archive import FEED, INDEX, TABLE
from fiveengines.archive.rows import week_row
from fiveengines.base import paths
from fiveengines.report.store import report_store

WEEKS = 150


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path / "cache")
    return tmp_path / "cache"


def built(out: Path) -> dict[str, bytes]:
    """The archive's files as a rebuild makes them."""
    archive.rebuild(report_store(out))
    return {name: (out / name).read_bytes() for name in (INDEX, TABLE, FEED)}


def anew(out: Path, own_cache: Path) -> dict[str, bytes]:
    """The same without a cache."""
    shutil.rmtree(own_cache, ignore_errors=True)
    return built(out)


def change(out: Path, what: str) -> None:
    old, new = synthetic.friday(20), synthetic.friday(WEEKS)
    match what:
        case "a new week":
            synthetic.put(out, synthetic.reading(new))
        case "an old week rendered again":
            document = synthetic.reading(old)
            document["regime"]["narrative"] = "Another reading of an old week."
            document["engines"]["breadth"]["evidence"][0] |= {"indicator": "renamed", "title": "Renamed"}
            shutil.rmtree(out / old.isoformat())
            synthetic.put(out, document)
        case "an old week edited in its place":
            file = out / old.isoformat() / "reading.json"
            file.write_text(file.read_text().replace("volatility calm", "volatility wild"))
        case "an old week removed":
            shutil.rmtree(out / old.isoformat())
        case "an old week broken":
            (out / old.isoformat() / "reading.json").write_text("{")
        case "an old week that arrives late":
            synthetic.put(out, synthetic.reading(synthetic.friday(-3)))
        case "a figure of the newest week that is set by hand":
            document = json.loads(
                (out / synthetic.friday(WEEKS - 1).isoformat() / "reading.json").read_text()
            )
            document["engines"]["breadth"]["evidence"][0]["overridden"] = True
            (out / document["as_of"] / "reading.json").write_text(json.dumps(document))


@pytest.mark.parametrize(
    "what",
    [
        "nothing",
        "a new week",
        "an old week rendered again",
        "an old week edited in its place",
        "an old week removed",
        "an old week broken",
        "an old week that arrives late",
        "a figure of the newest week that is set by hand",
    ],
)
def test_with_and_without_the_cache_the_files_are_the_same(
    what: str, tmp_path: Path, own_cache: Path
) -> None:
    out = synthetic.fill(tmp_path / "out", WEEKS)
    (out / synthetic.friday(40).isoformat() / "reading.json").write_text("{")
    first = built(out)
    assert list(own_cache.glob("archive-*"))
    change(out, what)
    remembered = built(out)
    assert remembered == anew(out, own_cache)
    assert (remembered == first) == (what == "nothing")


def test_a_cache_that_is_damaged_is_made_again(tmp_path: Path, own_cache: Path) -> None:
    out = synthetic.fill(tmp_path / "out", WEEKS)
    first = built(out)
    (held,) = own_cache.glob("archive-*")
    for content in (b"", b"[]", b'{"stamps": 3}', held.read_bytes()[:-50]):
        held.write_bytes(content)
        assert built(out) == first


def test_of_a_long_archive_only_the_newest_weeks_are_read(
    tmp_path: Path, own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """How long that takes is for tests/bench/archive_bench.py to say."""
    out = synthetic.fill(tmp_path / "out", WEEKS)
    read: list[str] = []
    collecting = import_module("fiveengines.archive.collect")
    monkeypatch.setattr(
        collecting, "week_row", lambda day, content: read.append(day) or week_row(day, content)
    )
    built(out)
    assert len(read) == WEEKS
    read.clear()
    new = synthetic.friday(WEEKS)
    synthetic.put(out, synthetic.reading(new))
    found = archive.rebuild(report_store(out)).found
    # The newest few are always read anew: they are the ones that a person renders again.
    assert new.isoformat() in read
    assert len(read) < 12
    assert len(found.weeks) == WEEKS + 1
