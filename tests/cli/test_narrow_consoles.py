"""Consoles that know few characters: a redirect on Windows (cp1252, cp437), a job under cron (ASCII)."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest

from archive import synthetic
from fiveengines.cli.run import print_plainly

CODE = "from fiveengines.cli import console; console()"
CONSOLES = {
    "windows": {"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp1252"},
    "dos": {"PYTHONUTF8": "0", "PYTHONIOENCODING": "cp437"},
    "cron": {"PYTHONUTF8": "0", "LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"},
}


def run(console: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    env = {**os.environ, **CONSOLES[console], "COLUMNS": "120"}
    return subprocess.run(
        [sys.executable, "-c", CODE, *arguments], capture_output=True, env=env, timeout=120, check=False
    )


@pytest.mark.parametrize("console", CONSOLES)
def test_doctor_shows_its_tables(console: str) -> None:
    done = run(console, "doctor", "--offline")
    said = done.stdout.decode("ascii", "replace")
    assert b"Unicode" not in done.stderr
    assert done.returncode == 0, done.stderr
    (python,) = [line for line in said.splitlines() if " Python " in line]
    assert "+ 3." in python, "a check mark that stays one"
    rows = {len(line) for line in said.splitlines()[1:6]}
    assert len(rows) == 1, "tables stay straight"


@pytest.mark.parametrize("console", CONSOLES)
def test_what_a_person_typed_in_any_script_is_printed(console: str, tmp_path: Path) -> None:
    synthetic.put(tmp_path, synthetic.reading(dt.date(2019, 12, 27)))
    (tmp_path / "\u0444\u043e\u043d\u0434 \u2713").mkdir()
    done = run(console, "archive", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert b"1 week, 2019-12-27" in done.stdout
    missing = run(console, "weekly", "--source", "files", "--data-dir", str(tmp_path / "\u8cc7\u6599 \u2192"))
    assert missing.returncode == 2
    assert b"there is no such folder" in missing.stderr
    assert b"Unicode" not in missing.stderr


def test_marks_have_a_stand_in_of_one_character() -> None:
    print_plainly()
    assert "\u2713 \u2717 \u2192 \u22121 \u2026".encode("ascii", "fiveengines.plain") == b"+ x > -1 ."
    assert "\u00e9\u8cc7".encode("ascii", "fiveengines.plain") == b"??"
