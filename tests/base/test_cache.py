"""The cache saves time and decides nothing: broken, absent or other-keyed entries are worked out again."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from fiveengines.base import cache, paths


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path)
    return tmp_path


class Counted:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> dict[str, np.ndarray]:
        self.calls += 1
        return {"a": np.array([1.0, np.nan]), "names": np.array(["x", "yy"])}


def test_made_once_and_read_back_the_same() -> None:
    make = Counted()
    first, second = (cache.arrays("thing", "k1", make) for _ in range(2))
    assert make.calls == 1
    np.testing.assert_array_equal(first["a"], second["a"])
    assert second["names"].tolist() == ["x", "yy"]


def test_another_key_is_another_thing() -> None:
    make = Counted()
    cache.arrays("thing", "k1", make)
    cache.arrays("thing", "k2", make)
    assert make.calls == 2


def test_a_broken_file_is_made_again(own_cache: Path) -> None:
    make = Counted()
    (own_cache / "thing-k1.npz").write_bytes(b"not an archive")
    cache.arrays("thing", "k1", make)
    cache.arrays("thing", "k1", make)
    assert make.calls == 1


def test_objects_are_never_unpickled(own_cache: Path) -> None:
    make = Counted()
    np.savez(own_cache / "thing-k1.npz", a=np.array([{"x": 1}], dtype=object))
    assert cache.arrays("thing", "k1", make)["a"].dtype == np.float64
    assert make.calls == 1


def test_old_entries_make_room(own_cache: Path) -> None:
    for number in range(30):
        cache.arrays("thing", f"k{number}", Counted())
    assert len(list(own_cache.glob("thing-*.npz"))) == 24


def test_of_large_ones_fewer_stay_and_always_the_newest(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_BYTES", 2_500)
    for number, size in enumerate((1_000, 1_000, 1_000, 9_000)):
        if number == 3:
            assert len(list(own_cache.glob("thing-*"))) == 2
        cache.remember("thing", f"k{number}", lambda to, size=size: to.write_bytes(b"x" * size))
        os.utime(own_cache / f"thing-k{number}", (number, number))
    assert [each.name for each in own_cache.glob("thing-*")] == ["thing-k3"]


def test_keys_follow_inputs_and_code() -> None:
    assert cache.key_of((1, "a")) == cache.key_of((1, "a"))
    assert cache.key_of((1, "a")) != cache.key_of((2, "a"))
    assert cache.code_key("data/catalog.yaml") != cache.code_key("data/catalog.py")
