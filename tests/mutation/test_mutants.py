"""The list of changes keeps up with the code; whether tests notice them is what run.py finds out."""

from __future__ import annotations

from pathlib import Path

import pytest

from mutation.run import MUTANTS, ROOT, mutants


def test_each_change_stands_exactly_once_in_its_file_and_names_tests_that_exist() -> None:
    found = mutants()
    assert len(found) >= 50
    assert len({each.name for each in found}) == len(found)
    for each in found:
        assert each.tests
        assert all((ROOT / name).exists() for name in each.tests), each.name


def test_a_change_that_no_longer_stands_in_its_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = MUTANTS.read_text(encoding="utf-8").replace('EVENING = "20:00"', 'EVENING = "19:00"', 1)
    listed = tmp_path / "mutants.yaml"
    listed.write_text(text, encoding="utf-8")
    monkeypatch.setattr("mutation.run.MUTANTS", listed)
    with pytest.raises(SystemExit, match="the evening is at 17:00"):
        mutants()
