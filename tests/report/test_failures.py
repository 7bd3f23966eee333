"""What a cell that stops leaves of the week: its own step ends, later ones run, and the remedy fits."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from fiveengines import archive
from fiveengines.base import parameters, paths
from fiveengines.data import calendars
from fiveengines.report.notebook.bind import bind, step_of
from fiveengines.report.notebook.execute import execute
from fiveengines.report.notebook.outcome import ExecutionResult, StepFailure
from fiveengines.report.store import store_of
from fiveengines.report.weekly import write_week

DAY = "2025-11-21"
Week = tuple[Path, Any]


def steps(folder: Path, *broken: str) -> list[Path]:
    """Four notebooks that each need the shared set-up alone; the second (and third) hold `broken` code."""
    found = []
    for number, title in enumerate(("One", "Two", "Three", "Four"), start=1):
        cells = [
            new_markdown_cell(f"# {number} · {title}"),
            new_code_cell("as_of = ''", metadata={"tags": ["parameters"]}),
            new_code_cell("ground = f'set up for {as_of}'", metadata={"tags": ["setup"]}),
        ]
        if 0 <= number - 2 < len(broken):
            cells.append(new_code_cell(broken[number - 2]))
        cells.append(new_code_cell("print(ground)"))
        path = folder / f"{number}_{title.lower()}.ipynb"
        nbformat.write(new_notebook(cells=cells), path)
        found.append(path)
    return found


def ran(folder: Path, *broken: str, timeout: float = 60) -> ExecutionResult:
    home = folder / "weekly"
    home.mkdir(exist_ok=True)
    return execute(bind(steps(home, *broken)), {"as_of": DAY}, cell_timeout=timeout)


def printed(result: ExecutionResult) -> dict[int, str]:
    """What each step showed on its standard output."""
    return {
        step_of(cell): output.text.strip()
        for cell in result.notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "stream" and output.name == "stdout"
    }


KILL = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
DEAF = "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: time.sleep(1)"


@pytest.mark.parametrize("broken", [(KILL,), (KILL, "import os; os._exit(3)"), ("1 / 0", KILL)])
def test_later_steps_run_in_another_kernel_when_one_dies(tmp_path: Path, broken: tuple[str, ...]) -> None:
    result = ran(tmp_path, *broken)
    stopped = [2, 3][: len(broken)]
    assert [each.step for each in result.failures] == stopped
    assert printed(result) == {step: f"set up for {DAY}" for step in (1, 2, 3, 4) if step not in stopped}
    status = {
        step_of(cell): cell.metadata.papermill["status"] for cell in result.notebook.cells if step_of(cell)
    }
    assert status == {1: "completed", 4: "completed"} | {
        step: "skipped" if step in stopped else "completed" for step in (2, 3)
    }


def test_a_dead_kernel_at_the_last_step_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fiveengines.report.notebook.kernel import Kernel

    monkeypatch.setattr(Kernel, "restart", lambda self: pytest.fail("nothing is left to run"))
    result = execute(bind(steps(tmp_path, KILL)[:2]), {"as_of": DAY})
    assert [each.kind for each in result.failures] == ["dead"]


def test_a_set_up_that_kills_every_kernel_ends_the_week(tmp_path: Path) -> None:
    found = steps(tmp_path, KILL)
    notebook = nbformat.read(found[0], as_version=4)
    mark = tmp_path / "ran once"
    notebook.cells[2].source = (
        f"import os, pathlib\nmark = pathlib.Path({str(mark)!r})\n"
        "os._exit(1) if mark.exists() else mark.touch()\nground = 'set up once'"
    )
    nbformat.write(notebook, found[0])
    result = execute(bind(found), {"as_of": DAY})
    assert [each.step for each in result.failures] == [2]
    assert printed(result) == {1: "set up once"}


def test_a_cell_that_does_not_end_is_stopped_and_one_that_is_deaf_to_that_too(tmp_path: Path) -> None:
    result = ran(tmp_path, "import time\nwhile True: time.sleep(1)", timeout=1)
    assert [(each.step, each.kind) for each in result.failures] == [(2, "timeout")]
    assert set(printed(result)) == {1, 3, 4}
    deaf = ran(tmp_path, DEAF, timeout=1)
    assert [(each.step, each.kind) for each in deaf.failures] == [(2, "timeout")]
    assert set(printed(deaf)) == {1, 3, 4}


@pytest.mark.parametrize(
    ("code", "message", "remedy"),
    [
        ("raise RuntimeError('no')", "no", "Open notebooks/weekly/2_two.ipynb with `fiveengines lab`"),
        ("raise MemoryError", "", "too little memory"),
        (
            "from fiveengines.base.errors import DataError\n"
            "raise DataError('has a hole', where='fred/VIXCLS.csv', remedy='Download it again.')",
            "fred/VIXCLS.csv: has a hole. Download it again.",
            "Then run the week again.",
        ),
        (KILL, "the Python kernel ended while this cell ran", "often for want of memory"),
    ],
)
def test_the_remedy_fits_what_happened(tmp_path: Path, code: str, message: str, remedy: str) -> None:
    (failure,) = ran(tmp_path, code).failures
    assert failure.message == message
    assert remedy in failure.remedy


def failing(folder: Path, number: int, code: str, tags: list[str]) -> Path:
    """The project's notebooks with a cell of `code` put into one of them."""
    copied = folder / "notebooks"
    shutil.copytree(paths.notebooks_dir(), copied)
    path = next((copied / "weekly").glob(f"{number}_*.ipynb"))
    notebook = nbformat.read(path, as_version=4)
    place = max(i for i, each in enumerate(notebook.cells) if "setup" in each.metadata.get("tags", []))
    notebook.cells.insert(place + 1, new_code_cell(code, metadata={"tags": tags}))
    nbformat.write(notebook, path)
    return copied


def words(page: str) -> str:
    bare = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())


def test_the_page_names_step_data_remedy_and_goes_once_the_week_is_whole(
    week_out: Week, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out" / "demo"
    shutil.copytree(week_out[0] / DAY, out / DAY)
    run = parameters.run_parameters({"as_of": DAY, "source": "demo", "out_dir": str(out.parent)})
    archive.rebuild(store_of(run), base_url="https://example.org/weeks")
    with monkeypatch.context() as patch:
        folder = failing(tmp_path, 4, KILL, [])
        patch.setattr(paths, "notebooks_dir", lambda: folder)
        failed = write_week(run)
    failed = failed.published_at(archive.rebuild(store_of(run)).address)
    assert failed.report_to_terminal() == 1
    assert failed.address == f"https://example.org/weeks/failed/{DAY}/weekly.html"
    assert "step 4, Strategy style: DeadKernelError" in capsys.readouterr().err
    text = words((out / "failed" / DAY / "weekly.html").read_text(encoding="utf-8"))
    assert "Step 4, Strategy style stopped." in text
    assert f"Last good data: this week's own, read whole, observed until {DAY}" in text.replace("&#39;", "'")
    assert f"the newest whole report is of {DAY}." in text
    assert "close other programs" in text
    assert f"The run for {DAY}" in words((out / "index.html").read_text(encoding="utf-8"))
    whole = write_week(run)
    whole = whole.published_at(archive.rebuild(store_of(run)).address)
    assert whole.report_to_terminal() == 0
    assert whole.address == f"https://example.org/weeks/{DAY}/weekly.html"
    assert not (out / "failed" / DAY).exists()
    assert "did not finish" not in (out / "index.html").read_text(encoding="utf-8")


def test_a_failed_set_up_is_filed_under_its_reading_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = failing(tmp_path, 1, "raise OSError('the disk is full')", ["setup"])
    monkeypatch.setattr(paths, "notebooks_dir", lambda: folder)
    written = write_week(parameters.run_parameters({"out_dir": str(tmp_path / "out")}))
    assert [each.step for each in written.made.failures] == [0]
    day = calendars.reading_date(calendars.last_completed_friday()).date()
    filed = {each.name for each in (tmp_path / "out" / "demo" / "failed").iterdir()}
    assert filed - {".lock"} == {day.isoformat()}
    text = words(
        (tmp_path / "out" / "demo" / "failed" / day.isoformat() / "weekly.html").read_text(encoding="utf-8")
    )
    assert "The set-up stopped. OSError: the disk is full." in text
    assert "Last good data: there is no whole report yet." in text
    assert dt.date.today().isoformat() == day.isoformat() or dt.date.today().isoformat() not in text


def test_a_failure_without_a_notebook_still_has_a_remedy() -> None:
    failure = StepFailure(0, "Set-up", "error", "OSError", "", "")
    assert failure.remedy.startswith("Open the step's notebook")
