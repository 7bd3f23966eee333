"""Where the cache is, and what tells one state of a file from another."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from fiveengines.base import paths


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The temporary folder of someone whose own cache folder cannot be made."""
    (tmp_path / "file").write_text("")
    monkeypatch.setattr(paths, "_own_cache", lambda: tmp_path / "file" / "cache")
    monkeypatch.setattr(paths.tempfile, "tempdir", str(tmp_path))
    paths._of_this_process.cache_clear()
    yield tmp_path
    paths._of_this_process.cache_clear()


WINDOWS = pytest.mark.skipif(
    os.name == "nt", reason="has a temporary folder and rights of its own for each user"
)


@WINDOWS
def test_nobody_else_may_look_into_a_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "_own_cache", lambda: tmp_path / "own")
    assert stat.S_IMODE(paths.cache_dir().stat().st_mode) == 0o700


def test_a_user_without_a_place_has_one_in_the_temporary_folder(temporary: Path) -> None:
    assert paths.cache_dir() == paths.cache_dir() == temporary / "fiveengines"


@WINDOWS
def test_a_cache_that_someone_else_laid_there_is_not_read(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (temporary / "fiveengines").mkdir()
    theirs = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: theirs)
    assert paths.cache_dir() != temporary / "fiveengines"
    assert paths.cache_dir() == paths.cache_dir()
    assert len([*temporary.glob("fiveengines-*")]) == 1, "one for this process, however often it is asked for"


@WINDOWS
def test_a_file_that_was_written_is_told_from_the_former_by_more_than_its_time_and_size(
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.csv"
    file.write_text("1.0")
    before, times = paths.file_stamps([file]), file.stat()
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns + 1))
    file.write_text("2.0")
    os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert file.stat().st_mtime_ns == times.st_mtime_ns
    # what a disk with coarse times would not tell apart
    while file.stat().st_ctime_ns == times.st_ctime_ns:
        os.utime(file, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert paths.file_stamps([file]) != before
