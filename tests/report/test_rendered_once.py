"""A page is rendered once for the same notebook, cover and code, and the times at which cells ran do not count."""

from __future__ import annotations

import copy
import datetime as dt
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from great_tables import GT

from fiveengines.base import paths
from fiveengines.report import kernel_result
from fiveengines.report import run as running
from fiveengines.report.page import render as room
from fiveengines.report.page.cover_context import CoverContext

COVER = CoverContext(
    week=dt.date(2018, 12, 21), source_label="Demo", simulated=True, regime=None, failures=()
)


@pytest.fixture
def rendered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Titles of what was rendered and not looked up, with a cache of the test's own."""
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path)
    found: list[str] = []
    make = room._rendered
    monkeypatch.setattr(room, "_rendered", lambda nb, cover: found.append(cover.title) or make(nb, cover))
    return found


@pytest.fixture
def notebook() -> Any:
    cell = nbformat.v4.new_code_cell("week", id="one")
    cell.outputs = [nbformat.v4.new_output("execute_result", {"text/plain": "calm"}, execution_count=1)]
    cell.metadata.update({"fiveengines": {"step": 1, "title": "Engine check"}, "tags": ["shown"]})
    return nbformat.v4.new_notebook(cells=[cell])


def test_the_same_page_is_rendered_once(rendered: list[str], notebook: Any) -> None:
    first = room.render(notebook, COVER)
    later = copy.deepcopy(notebook)
    later.metadata["papermill"] = {"start_time": "later"}
    later.cells[0].metadata["execution"] = {"shell.execute_reply": "later"}
    assert room.render(later, COVER) == first
    assert "calm" in first
    assert len(rendered) == 1


def test_the_random_name_of_a_table_makes_no_other_page(rendered: list[str], notebook: Any) -> None:
    frame = pd.DataFrame({"engine": ["breadth"]})
    pages = []
    for _ in range(2):
        notebook.cells[0].outputs[0].data["text/html"] = GT(frame).as_raw_html()
        pages.append(room.render(notebook, COVER))
    assert pages[0] == pages[1] == room._rendered(notebook, COVER)
    assert "breadth" in pages[0]
    assert len(rendered) == 2  # once by `render`, once by the line above


@pytest.mark.parametrize("change", ["output", "tag", "cover", "code", "library"])
def test_another_page_is_rendered_again(
    rendered: list[str], notebook: Any, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, cover = room.render(notebook, COVER), COVER
    if change == "output":
        notebook.cells[0].outputs[0].data["text/plain"] = "wild"
    elif change == "tag":
        notebook.cells[0].metadata["tags"] = []
    elif change == "cover":
        cover = replace(COVER, week=dt.date(2018, 12, 28))
    elif change == "code":
        monkeypatch.setattr(room.cache, "code_key", lambda *places: "changed")
    else:
        monkeypatch.setattr(room, "version", lambda name: "99")
    again = room.render(notebook, cover)
    assert len(rendered) == 2
    assert (again != first) == (change in {"output", "cover"})


def test_a_page_cut_short_is_rendered_again(rendered: list[str], notebook: Any, tmp_path: Path) -> None:
    first = room.render(notebook, COVER)
    (file,) = tmp_path.glob("page-*.html")
    file.write_bytes(file.read_bytes()[:999])
    assert room.render(notebook, COVER) == first
    assert len(rendered) == 2


@pytest.mark.parametrize(("again", "started"), [(False, 1), (True, 0), (None, 1)])
def test_the_renderer_is_warmed_up_only_for_what_is_new(
    again: bool | None, started: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(room, "preload", lambda: asked.append(1))
    monkeypatch.setattr(running.threading.Thread, "start", lambda self: self.run())
    cell = nbformat.v4.new_code_cell("show(week)", id="kernel-result")
    if again is not None:
        body = {kernel_result.MIME: {"again": again}}
        cell.outputs = [nbformat.v4.new_output("display_data", body)]
    running._preload_renderer(nbformat.v4.new_code_cell("other", id="two"))
    assert asked == []
    running._preload_renderer(cell)
    assert len(asked) == started
