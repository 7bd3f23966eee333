"""The cache saves time and decides nothing: broken, absent or other-keyed entries are worked out again."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import numpy as np
import pytest

import fiveengines
from fiveengines.base import cache, paths
from fiveengines.base.atomic_io import PREFIX


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


@pytest.mark.parametrize("damage", ["garbage", "cut short", "another compression", "encrypted"])
def test_a_broken_file_is_made_again(own_cache: Path, damage: str) -> None:
    make = Counted()
    cache.arrays("thing", "k1", Counted())
    whole = bytearray((own_cache / "thing-k1.npz").read_bytes())
    first = whole.index(b"PK\x01\x02")  # the archive's own list of what it holds
    if damage == "another compression":
        whole[first + 10] = 99
    elif damage == "encrypted":
        whole[first + 8] |= 1
    broken = {"garbage": b"not an archive", "cut short": whole[:-9]}.get(damage, whole)
    (own_cache / "thing-k1.npz").write_bytes(broken)
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
        cache.remember("thing", f"k{number}", b"x" * size)
        os.utime(own_cache / f"thing-k{number}", (number, number))
    assert [each.name for each in own_cache.glob("thing-*")] == ["thing-k3"]


def test_what_a_killed_process_left_is_removed_in_time(own_cache: Path) -> None:
    old, new = (own_cache / f"{PREFIX}{each}.npz" for each in ("old", "new"))
    for each in (old, new):
        each.write_bytes(b"half")
    os.utime(old, (1, 1))
    cache.arrays("thing", "k1", Counted())
    assert not old.exists()
    assert new.exists()


def test_what_cannot_be_touched_is_still_used(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make = Counted()
    cache.arrays("thing", "k1", make)

    def refused(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(os, "utime", refused)
    cache.arrays("thing", "k1", make)
    assert make.calls == 1


def test_of_what_a_disk_did_not_keep_whole_nothing_is_taken(own_cache: Path) -> None:
    whole = b"1, 2, 3" * 20
    cache.remember("thing", "k1", whole)
    assert cache.recalled("thing", "k1", bytes) == whole
    (file,) = own_cache.glob("thing-*")
    held = file.read_bytes()
    damaged = [held[:place] + bytes([held[place] ^ 1]) + held[place + 1 :] for place in range(len(held))]
    shorter = [held[:place] for place in range(len(held))]
    zeros = [held[:place] + bytes(len(held) - place) for place in range(len(held) - 1)]
    for content in (*damaged, *shorter, *zeros, held + b"\n", bytes(len(held))):
        file.write_bytes(content)
        assert cache.recalled("thing", "k1", bytes) is None


def test_keys_follow_inputs_and_code() -> None:
    assert cache.key_of((1, "a")) == cache.key_of((1, "a"))
    assert cache.key_of((1, "a")) != cache.key_of((2, "a"))
    assert cache.code_key("data/catalog.yaml") != cache.code_key("data/catalog.py")


def test_code_that_changed_under_a_running_process_is_its_own_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its modules may be those of the former code."""
    monkeypatch.setattr(cache, "_PACKAGE", tmp_path)
    key_of = cache.code_key.__wrapped__
    (tmp_path / "room.py").write_text("a = 1")
    written = (tmp_path / "room.py").stat().st_ctime
    monkeypatch.setattr(cache, "_STARTED", written + 1)
    assert key_of("room.py") == key_of("room.py")
    monkeypatch.setattr(cache, "_STARTED", written - 1)
    assert key_of("room.py") != key_of("room.py")


def test_a_clock_that_was_ahead_keeps_no_file_for_ever(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "_NEWEST", 2)
    for key in ("f1", "f2", "f3"):
        (own_cache / f"thing-{key}.npz").write_bytes(b"")
        os.utime(own_cache / f"thing-{key}.npz", (9e9, 9e9))
    cache.arrays("thing", "k1", Counted())
    assert (own_cache / "thing-k1.npz").exists()
    assert len([*own_cache.glob("thing-*")]) == 2


def test_what_is_computed_is_keyed_by_the_code_that_does_it() -> None:
    """`examine` is handed its key by the one who knows data and code."""
    found = {}
    for file in sorted(Path(fiveengines.__file__).parent.rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for function in (each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef)):
            said = ast.unparse(function)
            if "cache.arrays(" in said:
                found[f"{file.stem}.{function.name}"] = "cache.code_key(" in said
    assert len(found) > 8
    assert [name for name, keyed in found.items() if not keyed] == ["examine.examine"]
