"""Inside a notebook: our errors are one readable box with a remedy, and the cell still counts as failed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from fiveengines.base import paths
from fiveengines.base.errors import ParameterError
from fiveengines.views import notebook


def executed(tmp_path: Path, *sources: str) -> tuple[nbformat.NotebookNode, CellExecutionError | None]:
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in sources])
    client = NotebookClient(
        document, kernel_name="python3", timeout=60, resources={"metadata": {"path": str(tmp_path)}}
    )
    try:
        client.execute()
    except CellExecutionError as error:
        return document, error
    return document, None


def test_a_mistake_is_one_box_with_its_remedy_and_no_traceback(tmp_path: Path) -> None:
    document, error = executed(
        tmp_path,
        "from fiveengines.views import notebook\nnotebook.ready()",
        "from fiveengines.week import Week\nWeek.load(as_of='<b>soon</b>')",
    )
    assert error is not None
    shown = "".join(str(output.get("data", {}).get("text/html", "")) for output in document.cells[1].outputs)
    assert "This cell stopped." in shown
    assert "YYYY-MM-DD" in shown
    assert "<b>soon" not in shown
    assert "&lt;b&gt;soon" in shown
    assert "Traceback" not in str(document.cells[1].outputs)


def test_a_cell_run_out_of_order_says_what_to_run_first(tmp_path: Path) -> None:
    document, error = executed(
        tmp_path, "from fiveengines.views import notebook, tables\nnotebook.ready()", "tables.call(week)"
    )
    assert error is not None
    shown = str(document.cells[1].outputs)
    assert "&#x27;week&#x27; is not known yet." in shown
    assert "Run the cells above first" in shown
    assert "Traceback" not in shown


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (("as_of", "soon"), "as_of: 'soon' is not possible. Write dates as YYYY-MM-DD."),
        (("source", "fiels"), "source: 'fiels' is not possible."),
        (("sourec", "files"), "unknown parameter 'sourec'. Did you mean 'source'?"),
    ],
)
def test_papermill_says_on_the_console_what_is_wrong_with_a_parameter(
    tmp_path: Path, given: tuple[str, str], said: str
) -> None:
    template = paths.notebooks_dir() / "weekly" / "4_strategy_style.ipynb"
    command = [sys.executable, "-m", "papermill", str(template), str(tmp_path / "out.ipynb"), "-p", *given]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode != 0
    assert said in done.stderr


def test_papermill_reads_the_week_it_was_given(tmp_path: Path) -> None:
    template, out = paths.notebooks_dir() / "weekly" / "4_strategy_style.ipynb", tmp_path / "out.ipynb"
    command = [sys.executable, "-m", "papermill", str(template), str(out), "-p", "as_of", "2015-06-27"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    shown = out.read_text(encoding="utf-8")
    assert "Friday, 26\u00a0Jun\u00a02015" in shown
    assert "simulated" in shown


def test_another_error_keeps_its_traceback(tmp_path: Path) -> None:
    _, error = executed(tmp_path, "from fiveengines.views import notebook\nnotebook.ready()", "1 / 0")
    assert error is not None
    assert "ZeroDivisionError" in str(error)


def test_a_long_step_says_what_it_does_and_how_long_it_took(tmp_path: Path) -> None:
    source = "from fiveengines.views import notebook\nwith notebook.working('Refitting'):\n    pass"
    document, error = executed(tmp_path, source)
    assert error is None
    assert "Refitting: 0 s." in str(document.cells[0].outputs)


def test_outside_a_notebook_nothing_happens() -> None:
    notebook.ready()
    with notebook.working("Refitting"):
        pass


def test_the_box_shows_typed_text_as_text() -> None:
    shown = notebook.box(ParameterError("<script>alert(1)</script>", remedy="=1+1 & more"))
    assert "<script>" not in shown
    assert "=1+1 &amp; more" in shown


@pytest.mark.parametrize(
    ("folder", "line"),
    [
        ("", "week = notebook.start(globals())"),
        ("weekly", "week = notebook.start(globals())"),
        ("companions", "session = notebook.session(globals())"),
    ],
)
def test_every_notebook_is_set_up_in_one_line(folder: str, line: str) -> None:
    for path in (paths.notebooks_dir() / folder).glob("*.ipynb"):
        assert line in path.read_text(encoding="utf-8"), path.name
