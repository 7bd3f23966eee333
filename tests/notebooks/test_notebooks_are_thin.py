"""The notebooks: thin cells that read as sentences, the tags that binding needs, no results saved."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import nbformat
import pytest

from fiveengines.views import charts, tables
from fiveengines.base.parameters import RunParameters
from fiveengines.companions.registry import REGISTRY
from fiveengines.report.notebook.bind import bind, heading, step_titles, tags

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
FOLDER = NOTEBOOKS / "weekly"
COMPANIONS = [f"../companions/{path.stem}" for path in sorted((NOTEBOOKS / "companions").glob("*.ipynb"))]
NAMES = ["1_engine_check", "2_dominant_regime", "3_aggressiveness", "4_strategy_style", "5_inflection_points"]
MOST_LINES = 5
SETUP_LINES = 7


def notebook(name: str) -> Any:
    return nbformat.read(FOLDER / f"{name}.ipynb", as_version=4)


def code(name: str) -> list[Any]:
    return [cell for cell in notebook(name).cells if cell.cell_type == "code"]


def test_the_five_steps_are_there() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.ipynb")) == NAMES


@pytest.mark.parametrize("name", [*NAMES, *COMPANIONS])
def test_cells_are_thin(name: str) -> None:
    for cell in code(name):
        shared = {"parameters", "setup"} & set(tags(cell))
        assert len(cell.source.splitlines()) <= (SETUP_LINES if shared else MOST_LINES), cell.source
        tree = ast.parse(cell.source)
        kinds = (ast.FunctionDef, ast.ClassDef, ast.Lambda, ast.For, ast.While, ast.If, ast.Try)
        assert not [node for node in ast.walk(tree) if isinstance(node, kinds)], cell.source
        numbers = [
            n.value
            for n in ast.walk(tree)
            if isinstance(n, ast.Constant) and isinstance(n.value, float | int)
        ]
        assert not numbers, f"a number of judgement belongs into params/: {cell.source}"


@pytest.mark.parametrize("name", [*NAMES, *COMPANIONS])
def test_ids_are_words_and_unique_and_nothing_is_saved(name: str) -> None:
    cells = notebook(name).cells
    ids = [cell.id for cell in cells]
    assert len(set(ids)) == len(ids)
    assert all("-" in each or each in ("parameters", "setup") for each in ids)
    assert all(not cell.outputs and cell.execution_count is None for cell in code(name))


@pytest.mark.parametrize("name", [*NAMES, *COMPANIONS])
def test_parameters_are_the_runs_and_mean_as_chosen(name: str) -> None:
    tagged = [cell for cell in code(name) if "parameters" in tags(cell)]
    assert len(tagged) == 1
    values: dict[str, Any] = {}
    exec(compile(tagged[0].source, name, "exec"), values)
    given = {key: value for key, value in values.items() if not key.startswith("__")}
    mine = {each.stem: each for each in REGISTRY.values()}.get(Path(name).stem)
    own = {"start"} if mine and mine.window else set()
    own |= {"portfolio"} if mine and mine.portfolios else set()
    assert set(given) == set(RunParameters.model_fields) | own
    assert given == dict.fromkeys(given, "")


@pytest.mark.parametrize("name", NAMES)
def test_each_opens_with_its_number_and_a_question(name: str) -> None:
    first = notebook(name).cells[0]
    assert first.cell_type == "markdown"
    assert first.source.startswith(f"# {name[0]} · ")
    assert first.source.strip().endswith("?")


def test_what_the_cells_call_exists() -> None:
    for name in (*NAMES, *COMPANIONS):
        for node in (n for cell in code(name) for n in ast.walk(ast.parse(cell.source))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                room = {"charts": charts, "tables": tables}.get(node.value.id)
                assert room is None or node.attr in room.__all__, f"{node.value.id}.{node.attr}"


def test_every_companion_has_a_notebook_that_asks_and_answers() -> None:
    assert {Path(name).stem for name in COMPANIONS} == {each.stem for each in REGISTRY.values()}
    for each in REGISTRY.values():
        name = f"../companions/{each.stem}"
        assert notebook(name).cells[0].source.startswith("# ")
        setup = [cell.source for cell in code(name) if "setup" in tags(cell)]
        assert len(setup) == 1
        assert f'result = notebook.answer(session, "{each.name}")' in setup[0]


def test_start_leads_to_every_notebook() -> None:
    start = (NOTEBOOKS / "Start.ipynb").read_text(encoding="utf-8") + tables.companions().data
    for name in (*(f"weekly/{each}" for each in NAMES), *(each.removeprefix("../") for each in COMPANIONS)):
        assert f"({name}.ipynb)" in start, name


def test_they_bind_into_five_steps() -> None:
    bound = bind([FOLDER / f"{name}.ipynb" for name in NAMES])
    titles = [heading(notebook(name).cells[0].source) for name in NAMES]
    assert list(step_titles(bound).values()) == titles
    assert sum("parameters" in tags(cell) for cell in bound.cells) == 1
    assert not [cell for cell in bound.cells if "override_panel" in cell.source]
