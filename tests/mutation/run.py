"""Change one operator, window, threshold or stand-in at a time, in a copy, and see whether the tests notice.

`python tests/mutation/run.py` tries every change in mutants.yaml; `--only WORD …` those whose name, file or text holds
one of the words; `--named` runs only the tests named beside each. A change counts as killed when a test fails (or
hangs); the run fails when more than two survive.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
MUTANTS = Path(__file__).with_name("mutants.yaml")
MOST_SURVIVORS = 2
# Seconds after which a test run counts as hanging.
PATIENCE = 900
# What is tried when a change outlives the tests named beside it.
ROOMS = (
    "tests/golden",
    "tests/model",
    "tests/indicators",
    "tests/overrides",
    "tests/data/test_calendars.py",
    "tests/data/test_panel.py",
)
COPIED = ("lib", "params", "tests", "docs", "notebooks", "pyproject.toml", "Makefile", "README.md")


@dataclass(frozen=True)
class Mutant:
    """One change: `find` stands exactly once in `file`; `tests` are those most likely to notice."""

    name: str
    file: str
    find: str
    replace: str
    tests: tuple[str, ...]


def mutants() -> tuple[Mutant, ...]:
    """The changes of mutants.yaml, each checked against the file that it changes."""
    rows = yaml.safe_load(MUTANTS.read_text(encoding="utf-8"))
    found = tuple(Mutant(**{**row, "tests": tuple(row.get("tests", ()))}) for row in rows)
    for each in found:
        count = (ROOT / each.file).read_text(encoding="utf-8").count(each.find)
        if count != 1 or each.find == each.replace:
            raise SystemExit(f"{each.name}: {each.find!r} stands {count} times in {each.file}, not once.")
    return found


def passes(copy: Path, tests: Sequence[str]) -> bool:
    """Whether `tests` pass in the copy; a run that finds no test is a mistake in the list."""
    environment = os.environ | {"PYTHONPATH": str(copy / "lib"), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests]
    try:
        run = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    if run.returncode not in {0, 1, 2}:
        raise SystemExit(run.stdout[-2000:] + run.stderr[-2000:])
    return run.returncode == 0


def killed_by(copy: Path, mutant: Mutant, rooms: Sequence[str]) -> str:
    """Which tests noticed the change: those named, the rooms', or none (an empty text)."""
    path = copy / mutant.file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(mutant.find, mutant.replace), encoding="utf-8")
    try:
        if mutant.tests and not passes(copy, mutant.tests):
            return " ".join(mutant.tests)
        return "" if not rooms or passes(copy, rooms) else "the rooms' tests"
    finally:
        path.write_text(text, encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the changes and print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--only",
        nargs="+",
        default=[""],
        metavar="WORD",
        help="only changes whose name, file or text holds one of these",
    )
    parser.add_argument("--named", action="store_true", help="run only the tests named beside each change")
    asked = parser.parse_args(arguments)
    chosen = [
        each
        for each in mutants()
        if any(word in f"{each.name} {each.file} {each.find}" for word in asked.only)
    ]
    survivors = []
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        copy = Path(folder)
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy2(source, copy / name)
        rooms = () if asked.named else ROOMS
        if rooms and not passes(copy, rooms):
            raise SystemExit("the tests fail without any change: mend that first.")
        for number, each in enumerate(chosen, 1):
            began = time.monotonic()
            by = killed_by(copy, each, rooms)
            survivors += [] if by else [each.name]
            verdict = f"killed by {by}" if by else "SURVIVED"
            print(
                f"{number:3}/{len(chosen)}  {each.name}: {verdict} ({time.monotonic() - began:.0f} s)",
                flush=True,
            )
    print(
        f"{len(chosen) - len(survivors)} of {len(chosen)} killed; survived: {', '.join(survivors) or 'none'}"
    )
    return 1 if len(survivors) > MOST_SURVIVORS else 0


if __name__ == "__main__":
    sys.exit(main())
