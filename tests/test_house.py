"""House rules, held by tests: names and layers, docstrings, import directions, clean notebooks, nothing of one machine.

Facts about the repository's own files only; what the library computes is tested beside its rooms.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from fiveengines.base.jupyter_home import jupyter_folders

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "lib" / "fiveengines"
MOST_NAMES, MOST_LAYERS = 16, 12
LAYOUT = [".ci/run", "LICENSE", "Makefile", "README.md", "constraints.txt", "docs", "lib/fiveengines"]
LAYOUT += ["notebooks/weekly", "outputs/.gitkeep", "params", "pyproject.toml", "tests"]
# Written in pieces, so that this file does not hold what it looks for.
MACHINE_PATHS = re.compile(r"(?<![\w.<*-])/(?:work|root|home|Users|opt)/" + r"\w+")
INDEX_HOSTS = re.compile(
    r"--(?:extra-)?index"
    + r"-url|--find"
    + r"-links|files\.python"
    + r"hosted|pypi\."
    + r"org|/simple"
    + r"/"
)


def tracked() -> list[Path]:
    """Files that git tracks or would add; skips outside a git checkout."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: tracked files are unknown")
    return sorted(path for name in listing.split("\0") if name and (path := ROOT / name).is_file())


def texts() -> Iterator[tuple[str, str]]:
    """Name and text of every tracked text file."""
    for path in tracked():
        try:
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue


def modules() -> list[Path]:
    """Every Python file of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> set[str]:
    """Full names of the modules that a file imports; relative imports are resolved."""
    package = ("fiveengines", *path.relative_to(PACKAGE).parent.parts)
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            origin = ".".join((*base, *filter(None, [node.module])))
            names |= {f"{origin}.{alias.name}" for alias in node.names}
    return names


@pytest.mark.parametrize("name", LAYOUT)
def test_layout(name: str) -> None:
    assert (ROOT / name).exists()


def test_licence_is_mit_and_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License")


def test_the_house_is_small_and_one_way() -> None:
    """Names that a stranger meets first, and the floors they are on."""
    data = {".yaml", ".typed"}
    names = [
        path
        for path in PACKAGE.iterdir()
        if not path.name.startswith(("__", "_project")) and path.suffix not in data
    ]
    assert len(names) <= MOST_NAMES
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    layers = next(
        each["layers"] for each in project["tool"]["importlinter"]["contracts"] if each["type"] == "layers"
    )
    assert len(layers) <= MOST_LAYERS
    on_a_layer = {name for layer in layers for name in re.findall(r"\w+", layer)}
    assert on_a_layer == {path.stem for path in names}


def test_every_module_says_what_it_is() -> None:
    parsed = {
        path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in modules()
    }
    silent = [name for name, module in parsed.items() if not ast.get_docstring(module)]
    assert not silent


def test_nothing_names_one_machine_or_package_index() -> None:
    found = {
        name: hit.group()
        for name, text in texts()
        if (hit := MACHINE_PATHS.search(text) or INDEX_HOSTS.search(text))
    }
    assert not found


def test_notebooks_hold_no_results() -> None:
    for path in (path for path in tracked() if path.suffix == ".ipynb"):
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
        kept = [cell["id"] for cell in cells if cell["outputs"] or cell["execution_count"] is not None]
        assert not kept, f"{path.name}: clear the outputs of {kept}"
        assert "widgets" not in notebook["metadata"], f"{path.name}: clear the widget state"


def test_constraints_are_exact_and_sorted_and_cover_the_package() -> None:
    text = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.]+", line) for line in lines)
    pinned = {plain(line.split("==")[0]) for line in lines}
    assert len(pinned) == len(lines)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [
        *project["dependencies"],
        *(need for extra in project["optional-dependencies"].values() for need in extra),
    ]
    missing = [need for need in needed if plain(re.split(r"[\[<>=~! ;]", need)[0]) not in pinned]
    assert not missing


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_rooms_import_one_way() -> None:
    command = [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_indicators_know_numpy_pandas_and_data_only() -> None:
    allowed = {"numpy", "pandas", *sys.stdlib_module_names}
    ours = tuple(f"fiveengines.{room}" for room in ("indicators", "data", "base"))
    for path in (PACKAGE / "indicators").rglob("*.py"):
        foreign = {
            name for name in imported(path) if name.split(".")[0] not in allowed and not name.startswith(ours)
        }
        assert not foreign, f"{path.name}: {foreign}"


def test_make_keeps_jupyter_where_the_package_keeps_it() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    exported = dict(re.findall(r"^export (\w+) := (.+)$", makefile, flags=re.MULTILINE))
    here = {name: value.replace("$(CURDIR)", str(ROOT)) for name, value in exported.items()}
    assert here == jupyter_folders(ROOT / ".venv" / "jupyter")
