"""Where the cache is, and whose."""

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
