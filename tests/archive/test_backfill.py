"""Many weeks: the same as lone ones, resumed after a kill, and not stopped by a bad one."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from archive import synthetic
from fiveengines import archive, cli
from fiveengines.base.errors import DataError, ParameterError
from fiveengines.base.parameters import RunParameters
from fiveengines.report import backfill as module
from fiveengines.report.backfill import backfill, reading_days
from fiveengines.report.page.cover_context import CoverContext
from fiveengines.report.store import ReportStore, report_store
from fiveengines.report.weekly import RenderedReport, write_week
from fiveengines.report.workers import BrokenProcessPool, Workers
from fiveengines.week import history_table

START, END = dt.date(2019, 12, 9), dt.date(2019, 12, 22)
DAYS = ["2019-12-13", "2019-12-20"]


def reading(where: ReportStore, day: str) -> dict[str, Any]:
    content = where.read([f"{day}/reading.json"])[f"{day}/reading.json"]
    assert content is not None, day
    document: dict[str, Any] = json.loads(content)
    return document


def undated(document: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in document.items() if key != "generated_at"}


@pytest.fixture(scope="module")
def filled() -> Iterator[tuple[str, ReportStore]]:
    """Two weeks of the demo, written one after the other by one kernel, at an address that is no folder."""
    out = "memory://backfilled/reports"
    summary = backfill(RunParameters(source="demo", out_dir=out), START, END)
    assert [(each.day, each.status) for each in summary.outcomes] == [(day, "written") for day in DAYS]
    archive.rebuild(report_store(out).of_demo())
    yield out, report_store(out).of_demo()
    report_store(out).remove("")


def test_a_second_week_is_the_week_that_a_lone_run_makes(
    filled: tuple[str, ReportStore], tmp_path: Path
) -> None:
    _, where = filled
    lone = write_week(RunParameters(source="demo", as_of=dt.date(2019, 12, 20), out_dir=str(tmp_path)))
    assert not lone.made.failures
    alone = json.loads((Path(lone.page).parent / "reading.json").read_text(encoding="utf-8"))
    assert undated(alone) == undated(reading(where, DAYS[1]))
    page = where.read([f"{DAYS[1]}/weekly.html"])[f"{DAYS[1]}/weekly.html"]
    assert page == Path(lone.page).read_bytes()


def test_each_week_knows_only_its_own_evening(filled: tuple[str, ReportStore]) -> None:
    _, where = filled
    prints = [reading(where, day)["data_fingerprint"] for day in DAYS]
    assert len(set(prints)) == 2
    for day in DAYS:
        known = [
            each["known_at"]
            for engine in reading(where, day)["engines"].values()
            for each in engine["evidence"]
        ]
        assert max(filter(None, known)) <= f"{dt.date.fromisoformat(day) + dt.timedelta(days=1)}T02:00"


def test_the_archive_s_table_is_the_history(filled: tuple[str, ReportStore]) -> None:
    _, where = filled
    table = (where.read(["readings.csv"])["readings.csv"] or b"").decode()
    found = pd.read_csv(io.StringIO(table), index_col="as_of", keep_default_na=False)
    history = history_table(START, END, source="demo").to_csv(date_format="%Y-%m-%d")
    expected = pd.read_csv(io.StringIO(history), index_col="as_of", keep_default_na=False)
    # Forecasts are in each week's reading.json; the archive's table has the columns of the calls.
    expected = expected[[name for name in expected if not name.startswith(("vol_20d_", "p_regime_"))]]
    pd.testing.assert_frame_equal(found[list(expected)], expected)
    assert list(found.columns) == [*expected, "regime_name", "source"]


def test_a_second_call_keeps_what_stands_and_makes_what_does_not_fit(filled: tuple[str, ReportStore]) -> None:
    out, where = filled
    run = RunParameters(source="demo", out_dir=out)
    again = backfill(run, START, END)
    assert [each.status for each in again.outcomes] == ["unchanged", "unchanged"]
    assert again.lines() == ["SIMULATED. 0 written, 2 already there"]
    assert again.exit_code == 0
    old = reading(where, DAYS[0])
    where.write(f"{DAYS[0]}/reading.json", json.dumps(old | {"parameters_fingerprint": "0" * 16}).encode())
    where.remove(f"{DAYS[1]}/reading.json")
    third = backfill(run, START, END)
    assert sorted((each.day, each.status) for each in third.outcomes) == [(day, "written") for day in DAYS]
    assert undated(reading(where, DAYS[0])) == undated(old)
    assert where.folders(f"{DAYS[0]}/revisions")


class Pretended(Workers):
    """Workers that answer at once, and badly on request."""

    def __init__(self, bad: dict[str, list[Exception]]) -> None:
        self.bad = bad
        self.restarts = 0
        self.asked: list[str] = []

    def submit(self, run: RunParameters, good: str | None, companions: Any = ()) -> Future[RenderedReport]:
        assert run.as_of is not None
        day = run.as_of.isoformat()
        self.asked.append(day)
        future: Future[RenderedReport] = Future()
        if self.bad.get(day):
            future.set_exception(self.bad[day].pop())
        else:
            document = synthetic.reading(run.as_of)
            files: dict[str, str | bytes] = {
                "weekly.html": "page",
                "weekly.ipynb": '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
                "reading.json": json.dumps(document),
            }
            cover = CoverContext(week=run.as_of, source_label="Files", simulated=False, regime=None)
            future.set_result(RenderedReport(day, files, document, cover, ()))
        return future

    def restart(self) -> None:
        self.restarts += 1


@pytest.fixture
def pretend(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Replace the workers by pretended ones that fail as told."""

    def make(bad: dict[str, list[Exception]]) -> Pretended:
        crew = Pretended(bad)

        def workers(executor: str, count: int) -> Any:
            class Context:
                def __enter__(self) -> tuple[Workers, int]:
                    return crew, count

                def __exit__(self, *_: object) -> None: ...

            return Context()

        monkeypatch.setattr(module, "workers", workers)
        return crew

    return make


SPAN = dt.date(2019, 1, 4), dt.date(2019, 12, 27)


def test_one_bad_week_does_not_stop_the_rest(pretend: Any, tmp_path: Path) -> None:
    pretend(
        {
            "2019-03-15": [DataError("has a hole", where="fred/VIXCLS.csv")],
            "2019-08-09": [ZeroDivisionError()],
        }
    )
    steps: list[tuple[int, int]] = []
    summary = backfill(
        RunParameters(source="demo", out_dir=str(tmp_path)),
        *SPAN,
        count=3,
        on_progress=lambda done, total, text: steps.append((done, total)),
    )
    assert summary.exit_code == 1
    assert (summary.count("written"), summary.count("failed")) == (50, 2)
    assert "2019-03-15: failed: fred/VIXCLS.csv: has a hole" in summary.lines()
    assert steps[-1] == (52, 52)
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert report_store(str(tmp_path)).folders("") == ["demo"]
    assert not (tmp_path / "demo" / "2019-03-15").exists()
    assert len(report_store(str(tmp_path)).folders("demo")) == 50


def test_a_worker_that_dies_is_replaced_and_its_weeks_are_asked_for_once_more(
    pretend: Any, tmp_path: Path
) -> None:
    crew = pretend({"2019-03-15": [BrokenProcessPool("gone")], "2019-08-09": [BrokenProcessPool("gone")] * 9})
    summary = backfill(RunParameters(source="demo", out_dir=str(tmp_path)), *SPAN, count=2)
    assert summary.count("written") == 51
    assert [each.day for each in summary.outcomes if each.status == "failed"] == ["2019-08-09"]
    assert crew.asked.count("2019-08-09") == 2
    assert crew.restarts >= 3
    assert len({each.day for each in summary.outcomes}) == len(summary.outcomes) == 52


def test_reading_days_are_fridays_or_the_session_before_and_never_to_come() -> None:
    first = dt.date(2006, 1, 6)
    days = reading_days(dt.date(2019, 4, 1), dt.date(2019, 4, 30), first)
    # 19 April 2019 was Good Friday; New York was closed.
    assert [each.day for each in days] == [5, 12, 18, 26]
    assert reading_days(dt.date(2019, 12, 1), dt.date(2100, 1, 1), first)[-1] < dt.date.today()
    with pytest.raises(ParameterError, match="no reading date"):
        reading_days(dt.date(2090, 1, 1), dt.date(2091, 1, 1), first)
    with pytest.raises(ParameterError, match="--start 1995-01-01 is before 2006-01-06"):
        reading_days(dt.date(1995, 1, 1), dt.date(2019, 1, 1), first)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--start", "2019-12-20", "--end", "2019-12-13"], "Swap them"),
        (["--start", "2019-12-13", "--end", "2019-12-20", "--workers", "0"], "--workers 0"),
        (["--start", "2019-12-13", "--end", "2019-12-20", "--executor", "magic"], "--executor 'magic'"),
        (["--start", "soon", "--end", "2019-12-20"], "not a date"),
        (["--start", "2019-12-13", "--end", "2019-12-20", "--executor", "dask:"], "names no scheduler"),
        (["--start", "2019-12-13", "--end", "2019-12-20", "--executor", "dask:host"], "dask:tcp://host:8786"),
        (["--start", "2019-12-13", "--end", "2019-12-20", "--out", "nowhere://x"], "nowhere://x"),
        (["--start", "1900-01-01", "--end", "1900-02-01"], "Choose --start 1997-01-03"),
    ],
)
def test_a_wrong_argument_is_one_line(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = [] if "--out" in arguments else ["--out", str(tmp_path)]
    assert cli.main(["backfill", "--source", "demo", *arguments, *out]) == 2
    error = capsys.readouterr().err.strip()
    assert said in error
    assert "\n" not in error


def test_what_keeps_every_week_from_being_read_is_said_once_and_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    arguments = ["--start", "2019-01-01", "--end", "2019-12-31", "--out", str(tmp_path / "out")]
    code = cli.main(["backfill", *arguments, "--source", "files", "--data-dir", str(tmp_path / "empty")])
    said = capsys.readouterr()
    assert (code, said.out) == (1, "")
    assert len(said.err.splitlines()) == 1
    assert str(tmp_path / "empty") in said.err
    assert not (tmp_path / "out").exists()


def test_weeks_that_fail_alike_share_a_line(pretend: Any, tmp_path: Path) -> None:
    alike = {f"2019-{month:02d}-01": [DataError("is gone", where="fred")] for month in (2, 3, 11)}
    pretend(alike | {"2019-04-26": [DataError("is gone", where="fred")], "2019-08-09": [ValueError("odd")]})
    summary = backfill(RunParameters(source="demo", out_dir=str(tmp_path)), *SPAN)
    assert summary.lines()[:3] == [
        "4 weeks from 2019-02-01 to 2019-11-01: failed: fred: is gone",
        "2019-08-09: failed: ValueError: odd",
        "SIMULATED. 47 written, 0 already there, 5 failed",
    ]


def alive(pid: int) -> bool:
    """Whether a process still runs; one that has ended and waits for its parent does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(") ", 1)[1][0] != "Z"
    except OSError:
        return False


def children(pid: int) -> list[int]:
    """Every process below `pid`."""
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text(encoding="utf-8").split()):
            found += [child, *children(child)]
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_killed_run_leaves_whole_weeks_and_no_process_and_is_resumed(tmp_path: Path) -> None:
    command = [
        sys.executable,
        "-c",
        "from fiveengines.cli import console; console()",
        "backfill",
        "--source",
        "demo",
    ]
    command += ["--start", "2019-11-01", "--end", "2019-11-16", "--out", str(tmp_path), "--workers", "2"]
    command += ["--with", "none"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while not list((tmp_path / "demo").glob("2019-*/reading.json")):
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    workers = children(process.pid)
    assert len(workers) >= 4  # two workers, each with a kernel
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    written = {each.parent.name for each in (tmp_path / "demo").glob("2019-*/reading.json")}
    assert 0 < len(written) < 3
    for day in written:
        assert {"weekly.html", "weekly.ipynb", "reading.json"} <= {
            each.name for each in (tmp_path / "demo" / day).iterdir()
        }
    deadline = time.monotonic() + 30
    while any(map(alive, workers)):
        assert time.monotonic() < deadline, "a worker outlived its run"
        time.sleep(0.1)
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert f"{3 - len(written)} written, {len(written)} already there" in done.stdout
    assert len(list((tmp_path / "demo").glob("2019-*/reading.json"))) == 3


@pytest.mark.slow
def test_a_dask_cluster_of_two_makes_the_same_weeks(filled: tuple[str, ReportStore], tmp_path: Path) -> None:
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, local_directory=str(tmp_path / "dask")
    ) as cluster:
        run = RunParameters(source="demo", out_dir=str(tmp_path / "out"))
        summary = backfill(run, START, END, executor=f"dask:{cluster.scheduler_address}")
    assert sorted((each.day, each.status) for each in summary.outcomes) == [(day, "written") for day in DAYS]
    for day in DAYS:
        assert undated(reading(report_store(tmp_path / "out" / "demo"), day)) == undated(
            reading(filled[1], day)
        )


def test_an_address_without_a_scheduler_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pytest.importorskip("distributed")
    arguments = ["--start", "2019-12-13", "--end", "2019-12-13", "--source", "demo", "--out", str(tmp_path)]
    assert cli.main(["backfill", *arguments, "--executor", "dask:tcp://127.0.0.1:1"]) == 2
    assert "no dask scheduler answers" in capsys.readouterr().err
