"""Views show a week and never reach into it: no panel, no data, no storage, in the package and in the notebooks."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from fiveengines import views
from fiveengines.base import paths

PACKAGE = Path(next(iter(views.__path__)))
MODULES = sorted(PACKAGE.rglob("*.py"))
NOTEBOOKS = sorted(paths.notebooks_dir().rglob("*.ipynb"))
INSIDES = {"panel", "_panel", "measured", "_measured", "dataset", "_dataset"}
# Rooms that a view may not import: what it shows comes from the week and the results of the rooms above these.
BELOW = {"data", "indicators"}


def reached(tree: ast.AST) -> Iterator[str]:
    """What a module or a cell takes hold of that it should not."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in INSIDES:
            yield ast.unparse(node)
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import | ast.ImportFrom) else []
        prefix = f"{node.module}." if isinstance(node, ast.ImportFrom) and node.module else ""
        for full in (f"{prefix}{name}".split(".") for name in names):
            if full[0] == "fiveengines" and len(full) > 1 and full[1] in BELOW:
                yield ".".join(full)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_a_view_takes_a_week_and_stays_out_of_its_panel(path: Path) -> None:
    assert not list(reached(ast.parse(path.read_text(encoding="utf-8"))))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_asks_the_week(path: Path) -> None:
    cells = [each for each in nbformat.read(path, as_version=4).cells if each.cell_type == "code"]
    assert not [found for cell in cells for found in reached(ast.parse(cell.source))]


def test_the_check_sees_what_it_looks_for() -> None:
    code = (
        "from fiveengines.data import panel\nimport fiveengines.indicators\nweek.measured.panel.daily('VIX')"
    )
    assert sorted(reached(ast.parse(code))) == [
        "fiveengines.data.panel",
        "fiveengines.indicators",
        "week.measured",
        "week.measured.panel",
    ]
