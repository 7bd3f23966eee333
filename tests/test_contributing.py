"""docs/CONTRIBUTING.md performed: a stranger's four additions in a copy of the project, in few files, all green."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "CONTRIBUTING.md"
# What a copy needs; no link leads back, so that nothing is changed in the project itself.
COPIED = ("lib", "params", "notebooks", "docs", "tests", "pyproject.toml", "Makefile", ".mypy_cache")
# The heading of each addition, and the most files that it may take.
MOST_FILES = {"A scored indicator": 3, "An insight": 3, "A provider": 3, "A companion": 3}
# Where the tests are that an addition takes part in: its own, and those that go over a whole registry ("every").
TOUCHED = (
    "tests/indicators",
    "tests/golden",
    "tests/playbook",
    "tests/overrides/test_overrides.py",
    "tests/views/widgets/test_panel.py",
    "tests/data/providers/test_registry.py",
    "tests/data/providers/test_ofr.py",
    "tests/data/fetch/test_fetch.py",
    "tests/data/test_calendars.py",
    "tests/data/demo/test_demo.py",
    "tests/notebooks",
    "tests/companions/test_every_companion.py::test_cutting_what_came_later_changes_nothing[2020-03-20-volatility]",
    "tests/companions/test_every_companion.py::test_its_document_has_the_form_that_ships[volatility]",
    "tests/report/test_reading_json.py::test_the_schema_that_ships_is_the_model_s",
    "notebooks/companions/volatility.ipynb",
)
OVER_ALL = ("every", "page", "providers", "packaged", "calls", "without_such_a_date", "schema")
ADDED = ("vix_over_median", "log_over_median", "curve_of_fear_inverts", "ofr", "volatility")
# What is of one record each, or needs real history.
LEFT_OUT = "every_case or late_report or real or no_active_insight"
BLOCK = re.compile(
    r"^<!-- (new|append|insert): (\S+)(?: (before|after): (.+?))? -->\n\n```\w+\n(.*?)^```$",
    flags=re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Edit:
    """One block of the page: what is done to which file, and where."""

    action: str
    file: str
    side: str
    line: str
    text: str

    def perform(self, root: Path) -> None:
        """Do it in the copy; AssertionError when the place is not there exactly once."""
        path = root / self.file
        assert path.exists() != (self.action == "new"), f"{self.action}: {self.file}"
        if self.action == "new":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.text, encoding="utf-8")
            return
        lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
        at = len(lines)
        if self.action == "insert":
            places = [n for n, line in enumerate(lines) if line.strip().startswith(self.line)]
            assert len(places) == 1, f"{self.file}: {len(places)} lines begin with {self.line!r}"
            at = places[0] + (self.side == "after")
        lines.insert(at, self.text)
        path.write_text("".join(lines), encoding="utf-8")


def edits(heading: str) -> list[Edit]:
    """The blocks below a heading, in order."""
    section = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = [Edit(*match) for match in BLOCK.findall(section)]
    assert len(found) == section.count("\n```") // 2, f"{heading}: a block without its place"
    return found


def run(root: Path, *command: str) -> None:
    """A tool of this environment in the copy, which is what it imports; its output when it fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FIVEENGINES_")}
    beside = str(Path(sys.executable).with_name(command[0]))
    tool = [sys.executable, "-m", *command[1:]] if command[0] == "python" else [beside, *command[1:]]
    done = subprocess.run(
        tool,
        cwd=root,
        env=environment | {"PYTHONPATH": str(root / "lib")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}{done.stderr[-3000:]}"


@pytest.mark.parametrize("heading", MOST_FILES)
def test_an_addition_takes_few_files(heading: str) -> None:
    assert 1 <= len({edit.file for edit in edits(heading)}) <= MOST_FILES[heading]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project with all four additions and with what `make docs` renews."""
    root = tmp_path_factory.mktemp("project")
    leave = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name, ignore=leave)
        elif (ROOT / name).exists():
            shutil.copy2(ROOT / name, root / name)
    for heading in MOST_FILES:
        for edit in edits(heading):
            edit.perform(root)
    renewed = re.search(
        r"^docs:.*\n((?:\t.*\n)+)", (root / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert renewed is not None
    for module in re.findall(r"python -m (\S+)", renewed[1]):
        run(root, "python", module)
    return root


@pytest.mark.slow
@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        pytest.param(
            ("mypy",), marks=pytest.mark.long
        ),  # a minute, without the cache that `make lint` leaves
        ("lint-imports", "--no-logo", "--no-cache"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_lint_is_green_with_all_of_them(copy: Path, command: tuple[str, ...]) -> None:
    run(copy, *command)


@pytest.mark.slow
def test_tests_are_green_with_all_of_them(copy: Path) -> None:
    chosen = f"{' or '.join(ADDED)} or ({' or '.join(OVER_ALL)}) and not ({LEFT_OUT})"
    run(copy, "python", "pytest", "-q", "-p", "no:cacheprovider", "-k", chosen, *TOUCHED)
