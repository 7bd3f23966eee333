"""Week and source chosen once: every notebook follows, what is said outright wins, and a report does not care."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest

from fiveengines.base import paths
from fiveengines.base.errors import FiveEnginesError, ParameterError
from fiveengines.base.fast_imports import BATCH
from fiveengines.base.parameters import RunParameters
from fiveengines.views import choice, notebook
from fiveengines.views.widgets import WeekChooser, week_chooser

CHOSEN = RunParameters(as_of=dt.date(2015, 6, 26), source="demo")


@pytest.fixture(autouse=True)
def own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FIVEENGINES_CHOICE", str(tmp_path / "choice.yaml"))
    monkeypatch.delenv(BATCH, raising=False)
    return paths.choice_file()


def test_nothing_chosen_changes_nothing() -> None:
    run = RunParameters(source="demo")
    assert choice.applied(run) == run


def test_what_is_chosen_counts_in_a_notebook_until_it_is_taken_back(own_file: Path) -> None:
    choice.save(CHOSEN)
    assert choice.load() == CHOSEN
    assert str(notebook.start({"as_of": "", "source": ""}).as_of.date()) == "2015-06-26"
    choice.save(RunParameters())
    assert not own_file.exists()


def test_a_companion_follows_the_choice_and_may_begin_its_window() -> None:
    choice.save(CHOSEN)
    session = notebook.session({"as_of": "", "source": "", "start": "2015-05-01"})
    assert (str(session.as_of.date()), str(session.start and session.start.date())) == (
        "2015-06-26",
        "2015-05-01",
    )
    other = notebook.session({"as_of": "2015-06-24", "source": "demo", "start": ""})
    assert (str(other.as_of.date()), other.start) == ("2015-06-24", None), "a session may be any day"
    with pytest.raises(FiveEnginesError, match=r"choice of Start\.ipynb counts here"):
        notebook.session({"as_of": "", "start": "2016-01-04"})


def test_a_parameter_wins_over_the_choice() -> None:
    choice.save(RunParameters(as_of=dt.date(2015, 6, 26), source="files", data_dir="/downloads"))
    found = choice.applied(RunParameters(as_of=dt.date(2010, 1, 8)))
    assert (str(found.as_of), found.source, found.data_dir) == ("2010-01-08", "files", "/downloads")
    found = choice.applied(RunParameters(source="live"))
    assert (found.source, found.data_dir) == ("live", None), "a folder of downloads is no store"
    assert choice.applied(RunParameters(params_file="mine.yaml")) == RunParameters(params_file="mine.yaml")


def test_a_batch_run_goes_by_its_parameters_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    choice.save(CHOSEN)
    monkeypatch.setenv(BATCH, "1")
    assert choice.applied(RunParameters()) == RunParameters()
    assert week_chooser() is None


def test_the_weekly_command_does_not_see_the_choice(tmp_path: Path) -> None:
    choice.save(CHOSEN)
    command = [str(Path(sys.executable).with_name("fiveengines")), "weekly", "--with", "none"]
    command += ["--out", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    (found,) = (tmp_path / "out" / "demo").glob("[0-9]*/reading.json")
    assert json.loads(found.read_text(encoding="utf-8"))["as_of"] != "2015-06-26"


def test_the_control_keeps_a_week_that_can_be_read() -> None:
    control = WeekChooser()
    control.source.value, control.day.value = "demo", dt.date(2015, 6, 27)
    control.use.click()
    assert choice.load() == RunParameters(as_of=dt.date(2015, 6, 27), source="demo")
    assert "26\u00a0Jun\u00a02015" in control.said.value
    assert WeekChooser().day.value == dt.date(2015, 6, 27), "a new control shows what counts"
    control.clear.click()
    assert choice.load() == RunParameters()


def test_the_control_keeps_nothing_that_cannot_be_read(own_file: Path, tmp_path: Path) -> None:
    control = WeekChooser()
    control.source.value, control.folder.value = "files", str(tmp_path / "<b>none")
    control.use.click()
    assert not own_file.exists()
    assert "&lt;b&gt;none" in control.said.value
    assert "<b>none" not in control.said.value


def test_a_choice_that_no_longer_works_says_where_it_comes_from(own_file: Path, tmp_path: Path) -> None:
    choice.save(RunParameters(source="files", data_dir=str(tmp_path / "gone")))
    with pytest.raises(FiveEnginesError, match=r"Start\.ipynb") as found:
        notebook.start({})
    assert str(own_file) in str(found.value)


def test_a_damaged_choice_is_one_line_with_its_file(own_file: Path) -> None:
    own_file.write_text("sourec: demo\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"choice\.yaml, line 1.*source"):
        notebook.start({})
    assert "choice.yaml" in WeekChooser().said.value
