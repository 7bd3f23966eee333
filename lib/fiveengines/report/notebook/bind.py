"""Bind the step notebooks into one document that runs once in one kernel.

Works on notebook files alone: nothing of a reading, a chart or a page may enter.

Cell tags that bind() understands:

- `parameters`  the cell papermill overrides; the first notebook's is used, the others' are dropped
- `setup`       imports and loading the week; the first notebook's are used, the others' are dropped
- `standalone`  only useful when a notebook runs alone; always dropped
- `long`        takes too long to run with the week; dropped on request
"""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from fiveengines.base import fast_imports  # noqa: F401  (before nbformat: see there)
from fiveengines.base.errors import NotebookError

import nbformat  # isort: skip

_SHARED = frozenset({"parameters", "setup"})
_HEADING = re.compile(r"^#\s+(.+?)\s*#*\s*$", re.MULTILINE)
_NUMBERED = re.compile(r"^\d+\s*[·.):–-]\s*")


def bind(
    notebooks: Sequence[Path], *, title: str = "Five Engines: the week", without: str | None = None
) -> nbformat.NotebookNode:
    """One notebook from several, in the order given; `without` names a tag whose cells are left out.

    Each cell's metadata carries `fiveengines: {step, title, notebook}`; the shared parameters and setup cells carry
    step 0. Cell ids depend only on the notebook's name and the cell's place in it, so that two runs give the same
    anchors. Outputs and execution counts are cleared. NotebookError when a file is absent, is not a notebook, or when
    the first one has no cell tagged `parameters`.
    """
    if not notebooks:
        raise NotebookError("there are no notebooks to bind", remedy="Look into notebooks/weekly/.")
    cells: list[nbformat.NotebookNode] = []
    for number, path in enumerate(notebooks, start=1):
        cells += _step_cells(path, number, without)
    if not any("parameters" in tags(cell) for cell in cells):
        raise NotebookError(
            f"{notebooks[0].name}: no cell is tagged `parameters`",
            remedy="Tag the parameters cell in JupyterLab.",
        )
    bound: nbformat.NotebookNode = nbformat.v4.new_notebook(cells=cells)
    bound.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    bound.metadata["language_info"] = {"name": "python"}
    bound.metadata["title"] = title
    return bound


def tags(cell: nbformat.NotebookNode) -> list[str]:
    """Tags of a cell."""
    return list(cell.metadata.get("tags", []))


def step_of(cell: nbformat.NotebookNode) -> int:
    """Step (1-5) a bound cell belongs to; 0 for shared cells and for cells that papermill put in."""
    return int(cell.metadata.get("fiveengines", {}).get("step", 0))


def step_titles(notebook: nbformat.NotebookNode) -> dict[int, str]:
    """Titles by step number, in order of appearance."""
    marks: list[dict[str, Any]] = [cell.metadata.get("fiveengines", {}) for cell in notebook.cells]
    return {int(mark["step"]): str(mark["title"]) for mark in marks if mark.get("step")}


def heading(source: str) -> str | None:
    """Text of the first level-one heading without its leading number, or None."""
    found = _HEADING.search(source)
    return _NUMBERED.sub("", found.group(1)) if found else None


def _step_cells(path: Path, number: int, without: str | None) -> list[nbformat.NotebookNode]:
    source = _read(path)
    title = _title(source, path)
    cells = []
    for index, original in enumerate(source.cells):
        labels = set(tags(original))
        shared = labels & _SHARED
        if labels & {"standalone", without} or (shared and number > 1) or not original.source.strip():
            continue
        cell = copy.deepcopy(original)
        cell.id = cell_id(path.stem, index)
        cell.metadata = nbformat.from_dict(
            {
                "tags": sorted(labels),
                "fiveengines": {
                    "step": 0 if shared else number,
                    "title": title,
                    "notebook": f"{path.parent.name}/{path.stem}",
                },
            }
        )
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        cells.append(cell)
    return cells


def cell_id(stem: str, index: int) -> str:
    """Stable id of the cell at `index` of the notebook `stem`: 1-64 characters of a-z, 0-9 and '-'."""
    name = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")
    if len(name) > 48:
        name = f"{name[:40]}-{hashlib.sha256(stem.encode()).hexdigest()[:7]}"
    return f"{name}-{index}"


def _read(path: Path) -> nbformat.NotebookNode:
    try:
        found: nbformat.NotebookNode = nbformat.read(path, as_version=4)
    except FileNotFoundError as problem:
        raise NotebookError(f"{path}: there is no such notebook") from problem
    except Exception as problem:
        raise NotebookError(f"{path.name}: cannot be read as a notebook ({problem})") from problem
    return found


def _title(notebook: nbformat.NotebookNode, path: Path) -> str:
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := heading(cell.source)):
            return found
    return path.stem.replace("_", " ").strip().capitalize()
