"""Companions beside a week and alone, with real notebooks and a real kernel."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

from fiveengines.base import parameters, paths
from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters import RunParameters
from fiveengines.cli.commands import with_companions
from fiveengines.companions.registry import REGISTRY, chosen, companion
from fiveengines.report.backfill import backfill
from fiveengines.report.companion import SavedCompanion, write_companions
from fiveengines.report.saving import remove_failure
from fiveengines.report.store import report_store
from fiveengines.report.weekly import SavedReport, write_week
from report.schema import fits_schema

DAY = "2024-06-28"
EVIDENCE = companion("evidence")


def run_for(out: Path, day: str = DAY) -> parameters.RunParameters:
    return parameters.run_parameters({"as_of": day, "source": "demo", "out_dir": str(out)})


def visible(page: str) -> str:
    """The words of a page, without scripts, styles and tags."""
    bare = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())


def folder_of(written: SavedReport | SavedCompanion) -> Path:
    return Path(written.page).parent


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def with_week(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SavedReport]:
    """OUT and a demo week whose evidence ran with it."""
    out = tmp_path_factory.mktemp("reports")
    return out, write_week(run_for(out), companions=(EVIDENCE,))


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> SavedCompanion:
    """The same session's document by itself, made without a kernel."""
    return write_companions([EVIDENCE], run_for(tmp_path_factory.mktemp("alone")), data_only=True)[0]


def test_page_notebook_and_document_stand_beside_the_weeks(with_week: tuple[Path, SavedReport]) -> None:
    folder = folder_of(with_week[1])
    assert {each.name for each in folder.iterdir()} == {
        f"{stem}.{kind}" for stem in ("weekly", "evidence") for kind in ("html", "ipynb")
    } | {"weekly.md", "reading.json", "evidence.json"}
    assert (folder / "evidence.html").stat().st_size < 1_000_000
    fits_schema(read(folder / "evidence.json"), "evidence")
    fits_schema(read(folder / "reading.json"))


def test_the_week_quotes_and_links_the_answer(with_week: tuple[Path, SavedReport]) -> None:
    folder = folder_of(with_week[1])
    headline = read(folder / "evidence.json")["headline"]
    assert read(folder / "reading.json")["companions"] == [{"name": "evidence", "headline": headline}]
    assert len(headline.split()) <= 15
    cover = (folder / "weekly.html").read_text(encoding="utf-8")
    assert f'<a href="evidence.html" title="{EVIDENCE.title}">{headline}</a>' in cover


def test_a_page_opens_with_question_answer_and_one_picture(with_week: tuple[Path, SavedReport]) -> None:
    folder = folder_of(with_week[1])
    page, found = (folder / "evidence.html").read_text(encoding="utf-8"), read(folder / "evidence.json")
    words = visible(page)
    assert "Simulated market." in words
    assert words.index(EVIDENCE.title) < words.index(found["headline"]) < words.index(found["bottom_line"])
    opening = page[page.index('id="cover"') : page.index("<h2")]
    assert opening.count('<figure class="chart"') == 1
    assert not re.search(r"<(script|img|link|iframe)[^>]+(src|href)=[\"']?https?:", page)
    assert "default-src 'none'" in page
    foot = visible(page[page.index('id="provenance"') :])
    for said in ("data_fingerprint", "library_version", "parameters_fingerprint"):
        assert found[said] in foot
    assert "fiveengines companion evidence --as-of 2024-06-28 --source demo" in foot


def test_what_takes_long_is_left_out_with_the_week_and_named(with_week: tuple[Path, SavedReport]) -> None:
    words = visible((folder_of(with_week[1]) / "evidence.html").read_text(encoding="utf-8"))
    assert "Benchmark models" not in words
    assert (
        "take longer than the week itself are left out here; this shows them: fiveengines companion" in words
    )


def test_the_document_is_the_same_with_and_without_a_kernel(
    with_week: tuple[Path, SavedReport], alone: SavedCompanion
) -> None:
    assert [each.name for each in folder_of(alone).iterdir()] == ["evidence.json"]
    stamp = re.compile(rb'"generated_at": "[^"]+"')
    with_kernel, without = (
        stamp.sub(b"", (folder_of(each) / "evidence.json").read_bytes()) for each in (with_week[1], alone)
    )
    assert with_kernel == without


def test_a_rerun_moves_its_own_former_files_and_no_others(
    with_week: tuple[Path, SavedReport], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(with_week[0], out, symlinks=True)
    folder = out / folder_of(with_week[1]).relative_to(with_week[0])
    before = {each.name: each.read_bytes() for each in folder.iterdir()}
    write_companions([EVIDENCE], run_for(out), data_only=True)
    stamp = dt.datetime.fromisoformat(json.loads(before["evidence.json"])["generated_at"])
    moved = folder / "revisions" / f"{stamp:%Y-%m-%dT%H%M%SZ}"
    assert {each.name: each.read_bytes() for each in moved.iterdir()} == {
        name: content for name, content in before.items() if name.startswith("evidence")
    }
    assert (folder / "weekly.html").read_bytes() == before["weekly.html"]
    assert not (folder / "evidence.html").exists(), "a page of another document would contradict it"


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A cell of the evidence's notebook that stops; returns what it says."""
    folder = tmp_path / "notebooks"
    shutil.copytree(paths.notebooks_dir(), folder)
    path = folder / "companions" / "evidence.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(
        4, nbformat.v4.new_code_cell("raise RuntimeError('<b>the tape broke</b>')", id="broken")
    )
    nbformat.write(notebook, path)
    monkeypatch.setattr(paths, "notebooks_dir", lambda: folder)
    return "RuntimeError: <b>the tape broke</b>"


def test_one_that_stops_leaves_the_week_whole_and_says_why(
    broken: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    written = write_week(run_for(out), companions=(EVIDENCE,))
    assert written.made.failures == ()
    assert written.report_to_terminal() == 1
    said = capsys.readouterr()
    assert f"fiveengines: evidence: {broken}. Open notebooks/companions/evidence.ipynb" in said.err
    assert said.out.splitlines()[-1] == f"Open {written.page}"
    folder = folder_of(written)
    assert {each.name for each in folder.iterdir()} == {
        "weekly.html",
        "weekly.md",
        "weekly.ipynb",
        "reading.json",
    }
    assert read(folder / "reading.json")["companions"] == []
    page = (folder / "weekly.html").read_text(encoding="utf-8")
    link = re.search(
        rf'<a href="([^"]+)" title="[^"]+">{re.escape(EVIDENCE.title)}</a> <strong>Stopped', page
    )
    assert link is not None
    assert broken in visible(page).replace("&lt;", "<").replace("&gt;", ">")
    failed = (folder / link[1]).resolve()
    assert failed.parent.parent.name == "failed"
    stopped = failed.read_text(encoding="utf-8")
    assert "This page stopped." in visible(stopped)
    assert "<b>the tape broke</b>" not in stopped
    monkeypatch.undo()
    store = report_store(folder.parent)
    remove_failure(store, DAY, "weekly")
    assert failed.exists(), "the failure of another page stays"
    remove_failure(store, DAY, "evidence")
    assert not failed.parent.exists()


def test_a_backfill_writes_what_is_missing_and_then_nothing(
    with_week: tuple[Path, SavedReport], tmp_path: Path
) -> None:
    out, day = tmp_path / "out", dt.date.fromisoformat(DAY)
    shutil.copytree(with_week[0], out, symlinks=True)
    folder = out / folder_of(with_week[1]).relative_to(with_week[0])
    whole = run_for(out).model_copy(update={"as_of": None})
    again = backfill(whole, day, day, companions=(EVIDENCE,))
    assert [each.status for each in again.outcomes] == ["unchanged"]
    (folder / "evidence.json").unlink()
    assert [each.status for each in backfill(whole, day, day).outcomes] == ["unchanged"], "none is asked for"
    assert [each.status for each in backfill(whole, day, day, companions=(EVIDENCE,)).outcomes] == ["written"]
    assert (folder / "evidence.json").exists()


def test_a_mistake_is_one_line_and_writes_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for given, said in (
        ({"day": "1992-02-03"}, "before the first reading"),
        ({"start": dt.date(2024, 1, 5)}, "has no window"),
    ):
        run, start = run_for(out, given.get("day", DAY)), given.get("start")  # type: ignore[arg-type]
        with pytest.raises(ParameterError, match=said):
            write_companions([EVIDENCE], run, start, data_only=True)[0]
    assert not out.exists()


def test_names_are_chosen_with_commas() -> None:
    assert chosen("none", "--with") == ()
    assert chosen("all", "--with") == tuple(REGISTRY.values())
    assert chosen(" evidence, evidence", "--with") == (EVIDENCE,)
    assert with_companions(None, RunParameters()) == tuple(REGISTRY.values()), "a week has them all"
    for wrong, said in (("evidnce", "--with: .*'evidnce'.*'evidence'"), (",", "names no companion")):
        with pytest.raises(ParameterError, match=said):
            chosen(wrong, "--with")
