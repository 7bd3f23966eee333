"""A run may be killed at any moment: no report is lost, and nothing half built stays."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import pytest

from archive import synthetic
from fiveengines import archive
from fiveengines.report.recover_interrupted import PATIENCE, recover
from fiveengines.report.saving import save_documents
from fiveengines.report.store import report_store

DAY = synthetic.friday(0).isoformat()
MOMENTS = [f"2020-01-0{number}T08:00:00+00:00" for number in range(1, 6)]
STAMPS = [f"2020-01-0{number}T080000Z" for number in range(1, 6)]


CHANGES = [(shutil, "rmtree"), (shutil, "copytree"), (shutil, "copyfile"), (os, "remove")]
STEPS = 17


class Killed(BaseException):
    """Stands for the end of a process in the middle of a step."""


def keep(out: Path, made: str) -> None:
    reading = synthetic.reading(synthetic.friday(0), generated_at=made)
    files: dict[str, str | bytes] = {"weekly.html": f"page {made}", "reading.json": json.dumps(reading)}
    save_documents(report_store(out), DAY, files)


def killed_at(out: Path, made: str, step: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Write a week and die before the `step`-th copy, rename or removal; whether it came that far."""
    done = 0

    def counted(original: object) -> object:
        def call(*args: object, **options: object) -> object:
            nonlocal done
            done += 1
            if done >= step:  # a process that is gone does not clean up either
                raise Killed
            return original(*args, **options)  # type: ignore[operator]

        return call

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", counted(Path.replace))
        for module, name in CHANGES:
            patch.setattr(module, name, counted(getattr(module, name)))
        try:
            keep(out, made)
        except Killed:
            return True
    return False


def age(out: Path) -> None:
    """As if a while had passed."""
    for each in out.glob(".*"):
        os.utime(each, (time.time() - 2 * PATIENCE,) * 2, follow_symlinks=False)


def test_every_step_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(tmp_path, MOMENTS[0])
    keep(tmp_path, MOMENTS[1])
    assert not killed_at(tmp_path, MOMENTS[2], STEPS + 1, monkeypatch)


@pytest.mark.parametrize("step", range(1, STEPS + 1))
@pytest.mark.parametrize("written_since", [False, True])
def test_no_report_is_lost_wherever_a_run_is_killed(
    tmp_path: Path, step: int, written_since: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(tmp_path, MOMENTS[0])
    keep(tmp_path, MOMENTS[1])
    assert killed_at(tmp_path, MOMENTS[2], step, monkeypatch)
    whole = [MOMENTS[0], MOMENTS[1]]
    if written_since:
        keep(tmp_path, MOMENTS[3])
        whole.append(MOMENTS[3])
    age(tmp_path)
    built = archive.rebuild(report_store(tmp_path))
    assert built.found.unreadable == ()
    assert [week.day for week in built.found.weeks] == [DAY]
    pages = {each.read_text() for each in (tmp_path / DAY).rglob("weekly.html")}
    assert {f"page {moment}" for moment in whole} <= pages
    assert pages <= {f"page {moment}" for moment in (*whole, MOMENTS[2])}
    names = {each.parent.name: each.read_text() for each in (tmp_path / DAY).glob("revisions/*/weekly.html")}
    assert all(page == f"page {MOMENTS[STAMPS.index(name)]}" for name, page in names.items())
    assert {each.name for each in tmp_path.glob(".*")} <= {".lock"}


def test_what_another_run_may_be_working_on_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    keep(tmp_path, MOMENTS[0])
    young = tmp_path / f".{DAY}-abc123"
    young.mkdir()
    foreign = [tmp_path / name for name in (".git", ".2020-notes", ".old-letters", ".latest")]
    for each in foreign:
        each.mkdir()
        os.utime(each, (1, 1))
    recover(tmp_path)
    assert young.is_dir() and all(each.is_dir() for each in foreign)
    recover(tmp_path, now=time.time() + 2 * PATIENCE)
    assert not young.exists() and all(each.is_dir() for each in foreign)


def test_half_written_files_and_removals_go(tmp_path: Path) -> None:
    keep(tmp_path, MOMENTS[0])
    (tmp_path / ".writing-x1y2_z3.html").write_text("half", encoding="utf-8")
    (tmp_path / ".latest-4711").symlink_to(DAY)
    (tmp_path / f".removed-{DAY}-4711" / "revisions").mkdir(parents=True)
    (tmp_path / "failed" / f".{DAY}-q1w2e3").mkdir(parents=True)
    recover(tmp_path, now=time.time() + 2 * PATIENCE)
    assert {each.name for each in tmp_path.rglob(".*")} <= {".lock"}
    assert (tmp_path / DAY / "weekly.html").is_file()
