"""What changed and what would flip it are worked out once for the same inputs, and never kept for a preview."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fiveengines import week as room
from fiveengines.base import paths
from fiveengines.overrides import Entry
from fiveengines.week import Week

DAY = "2009-03-06"
STORED = {"flip_levels": "_flip_levels", "conclusion_changes": "_conclusion_changes"}
ENTRY = Entry("e1", "dealer_gamma", -2.0, "a desk's figure", "", "me", dt.datetime(2009, 3, 6), dt.date(2009, 3, 6),
              dt.date(2009, 3, 13), None, "r1")  # fmt: skip


@pytest.fixture(scope="module")
def loaded() -> Week:
    return Week.load(DAY, source="demo")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of what was worked out and not read, with a cache of the test's own."""
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path)
    found: list[str] = []

    def counted(name: str) -> Any:
        make = getattr(Week, name)
        return lambda self: found.append(name) or make(self)

    for name in STORED.values():
        monkeypatch.setattr(Week, name, counted(name))
    return found


@pytest.mark.parametrize("name", STORED)
def test_a_second_week_of_the_same_inputs_reads_what_the_first_worked_out(
    loaded: Week, made: list[str], name: str
) -> None:
    first, second = (getattr(replace(loaded), name) for _ in range(2))
    assert (made, first) == ([STORED[name]], second)
    assert first


@pytest.mark.parametrize("change", ["week", "parameters", "code"])
def test_another_input_is_worked_out_again(
    loaded: Week, made: list[str], change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert loaded.flip_levels is not None
    before, other = len(made), replace(loaded)
    _ = replace(loaded).flip_levels
    count = len(made)
    if change == "week":
        other = loaded.at(loaded.dates[-2])
    elif change == "parameters":
        brief = loaded.params.regimes.brief.model_copy(update={"most_flips": 1})
        regimes = loaded.params.regimes.model_copy(update={"brief": brief})
        other = replace(loaded, params=loaded.params.model_copy(update={"regimes": regimes}))
    else:
        monkeypatch.setattr(room.cache, "code_key", lambda *places: "changed")
    _ = other.flip_levels
    assert len(made) == count + 1 >= before + 1


def test_a_preview_is_neither_looked_up_nor_kept(loaded: Week, made: list[str], tmp_path: Path) -> None:
    for _ in range(2):
        assert loaded.with_entries((ENTRY,)).flip_levels is not None
    assert made == ["_flip_levels"] * 2
    assert not list(tmp_path.iterdir())
