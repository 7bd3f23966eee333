"""A week from parameters to its folder, with real notebooks and a real kernel."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest

from fiveengines.base import parameters, paths
from fiveengines.base.errors import FiveEnginesError
from fiveengines.report.weekly import SavedReport, write_week
from report.schema import fits_schema

WeekOut = tuple[Path, SavedReport]


def visible(page: str) -> str:
    """The words of a page, without scripts, styles and tags."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())


def test_the_folder_holds_page_notebook_and_reading(week_out: WeekOut) -> None:
    out, written = week_out
    folder = out / "2025-11-21"
    assert written.made.failures == ()
    assert {"weekly.html", "weekly.ipynb", "reading.json"} <= {each.name for each in folder.iterdir()}
    assert (folder / "weekly.html").stat().st_size < 1_500_000


def test_reading_json_fits_its_schema(week_out: WeekOut) -> None:
    reading = json.loads((week_out[0] / "2025-11-21" / "reading.json").read_text())
    fits_schema(reading)
    assert reading["as_of"] == "2025-11-21"
    assert reading["simulated"] is True
    assert sum(reading["regime"]["memberships"].values()) == pytest.approx(1.0, abs=0.001)


def test_the_page_says_once_that_it_promises_nothing_and_always_that_it_is_simulated(
    week_out: WeekOut,
) -> None:
    text = visible((week_out[0] / "2025-11-21" / "weekly.html").read_text())
    assert text.count("promises no return") == 1
    assert "Simulated market" in text


def test_a_page_names_nothing_outside_itself(week_out: WeekOut) -> None:
    page = (week_out[0] / "2025-11-21" / "weekly.html").read_text()
    assert not re.search(r"<(script|img|link|iframe)[^>]+(src|href)=[\"']?https?:", page)
    assert "default-src 'none'" in page


def test_a_year_old_week_rendered_twice_is_the_same_and_the_first_is_kept(week_out: WeekOut) -> None:
    out, _ = week_out
    folder = out / "2025-11-21"
    before, page = json.loads((folder / "reading.json").read_text()), (folder / "weekly.html").read_text()
    run = parameters.run_parameters({"as_of": "2025-11-21", "source": "demo", "out_dir": str(out.parent)})
    write_week(run)
    after = json.loads((folder / "reading.json").read_text())
    assert {**before, "generated_at": ""} == {**after, "generated_at": ""}
    assert visible(page) == visible((folder / "weekly.html").read_text())
    kept = list((folder / "revisions").glob("*/reading.json"))
    assert [json.loads(each.read_text())["generated_at"] for each in kept] == [before["generated_at"]]
    assert (out / "latest").resolve() == folder.resolve()


def test_a_failing_step_is_a_report_and_the_good_one_stays(
    week_out: WeekOut, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out" / "demo"
    shutil.copytree(week_out[0] / "2025-11-21", out / "2025-11-21")
    good = (out / "2025-11-21" / "weekly.html").read_bytes()
    broken = tmp_path / "notebooks"
    shutil.copytree(paths.notebooks_dir(), broken)
    third = next((broken / "weekly").glob("3_*.ipynb"))
    notebook = nbformat.read(third, as_version=4)
    notebook.cells.insert(
        4, nbformat.v4.new_code_cell("raise RuntimeError('<b>the gauge broke</b>')", id="broken")
    )
    nbformat.write(notebook, third)
    monkeypatch.setattr(paths, "notebooks_dir", lambda: broken)
    run = parameters.run_parameters({"as_of": "2025-11-21", "source": "demo", "out_dir": str(out.parent)})
    written = write_week(run)
    assert [each.step for each in written.made.failures] == [3]
    assert written.report_to_terminal() == 1
    assert (out / "2025-11-21" / "weekly.html").read_bytes() == good
    text = visible((out / "failed" / "2025-11-21" / "weekly.html").read_text())
    assert "Step 3" in text
    assert "the gauge broke" in text
    assert "<b>the gauge broke</b>" not in (out / "failed" / "2025-11-21" / "weekly.html").read_text()
    assert "2025-11-21" in text
    assert "Close to a turn" in text or "Inflection points" in text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"as_of": "2999-01-01"}, "future"),
        ({"as_of": "1995-01-06"}, "1995-01-06 is before the first reading of the history, 1997-01-03"),
        ({"source": "files", "data_dir": "/nowhere/at/all"}, "/nowhere/at/all"),
    ],
)
def test_a_persons_mistake_is_one_line_and_writes_nothing(
    wrong: dict[str, str], said: str, tmp_path: Path
) -> None:
    run = parameters.run_parameters({**wrong, "out_dir": str(tmp_path / "out")})
    with pytest.raises(FiveEnginesError, match=said) as caught:
        write_week(run)
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "out").glob("*")) if (tmp_path / "out").exists() else True


def test_the_page_shows_what_it_was_made_from(week_out: WeekOut) -> None:
    folder = week_out[0] / "2025-11-21"
    reading = json.loads((folder / "reading.json").read_text())
    page = (folder / "weekly.html").read_text()
    foot = visible(page[page.index('id="provenance"') :])
    for series, digits in reading["series_fingerprints"].items():
        assert f"{series} {digits}" in foot
    for said in (reading["library_version"], reading["data_fingerprint"], reading["parameters_fingerprint"]):
        assert said in foot
    assert "as_of=2025-11-21, source=demo" in foot
    assert "Manual readings none" in foot
    assert "fiveengines weekly --as-of 2025-11-21 --source demo" in foot


def test_the_command_can_be_pasted_whatever_the_folder_is_called(week_out: WeekOut) -> None:
    from fiveengines.report.page.cover import command
    from fiveengines.week import Week

    week = Week.load(as_of="2025-11-21", source="demo")
    run = week.run.model_copy(update={"data_dir": "/my data/$HOME; x", "params_file": "/it's/weekly.yaml"})
    words = shlex.split(command("fiveengines weekly", replace(week, run=run)))
    assert words[words.index("--data-dir") + 1] == "/my data/$HOME; x"
    assert words[words.index("--params") + 1] == "/it's/weekly.yaml"
