"""The command line as a person meets it: results on stdout, one clear line on stderr for a mistake, no traceback."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from fiveengines import overrides
from fiveengines.base import paths


def run(*arguments: str, cwd: Path | None = None, columns: str = "200") -> subprocess.CompletedProcess[str]:
    code = "from fiveengines.cli import console; console()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=cwd,
        env={**os.environ, "COLUMNS": columns},
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["hist"], "Did you mean 'history'?"),
        (["weekly", "--asof", "2018-12-21"], "--as-of"),
        (["weekly", "--as-of", "21.12.2018"], "YYYY-MM-DD"),
        (["weekly", "--as-of", "0"], "YYYY-MM-DD"),
        (["weekly", "--as-of", ""], "--as-of is empty"),
        (["weekly", "--as-of", "1995-01-06"], "before the first reading of the history, 1997-01-03"),
        (["weekly", "--source", "web"], "demo"),
        (["weekly", "--data-dir", "."], "Add --source files"),
        (["weekly", "--params", "."], "this is a folder"),
        (["weekly", "--source", "files"], "--data-dir"),
        (["weekly", "--source", "files", "--data-dir", "/nowhere/at/all"], "/nowhere/at/all"),
        (["weekly", "--params", "/nowhere/weekly.yaml"], "no such file"),
        (["history", "--start", "x", "--end", "2019-12-27", "--out", "h.csv"], "--start 'x'"),
        (["history", "--start", "2019-12-27", "--end", "2019-01-04", "--out", "h.csv"], "Swap them"),
        (["history", "--start", "2019-12-27", "--end", "2999-01-04", "--out", "h.csv"], "--end 2999-01-04"),
        (["backfill", "--start", "1980-01-01", "--end", "1981-01-02"], "where the history starts"),
        (["fetch", "--since", "2999-01-01"], "in the future"),
        (["companion", "evidnce"], "Did you mean 'evidence'?"),
        (["companion", "weather"], "Known: "),
        (["companion", "evidence", "--as-of", "soon", "--data-only"], "YYYY-MM-DD"),
        (["companion", "evidence", "--from", "soon"], "--from 'soon'"),
        (["companion", "evidence", "--as-of", "1992-02-03", "--data-only"], "before the first reading"),
        (
            ["weekly", "--with", "evidnce"],
            "--with: there is no companion 'evidnce'. Did you mean 'evidence'?",
        ),
        (["lab", "--port", "99999"], "65535"),
        (["override", "set", "ctaa", "65", "--why", "a test"], "cta"),
        (["override", "set", "cta_exposure", "650", "--why", "a test"], "-100 to 100"),
        (["override", "set", "cta_exposure", "-650", "--why", "a test"], "-100 to 100"),
        (["override", "set", "cta_exposure", "65"], "--why"),
        (["override", "set", "cta_exposure", "65", "--why", " "], "Say why"),
        (["override", "set", "vix", "1,234", "--why", "a test"], "without other marks"),
        (["override", "set", "vix", "30", "--why", "a test", "--as-of", "2999-01-01"], "in the future"),
        (["override", "set", "vix", "30", "--why", "a test", "--until", "soon"], "YYYY-MM-DD"),
        (["override", "set", "state:breadth", "bad", "--why", "a test"], "supportive, neutral, adverse"),
        (["override", "set", "vix", "30", "--why", "a test", "--source", "desk"], "goes into --origin"),
        (["override", "lst"], "Did you mean 'list'"),
        (["fetch", "--only", "nobody"], "nobody"),
        (["import", "/nowhere/at/all"], "/nowhere/at/all"),
    ],
)
def test_a_mistake_is_one_clear_line(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = run(*arguments, cwd=tmp_path)
    assert done.returncode != 0
    lines = done.stderr.strip().splitlines()
    assert len(lines) == 1, done.stderr
    assert said in lines[0]
    assert "Traceback" not in done.stderr


def test_help_lists_every_command_of_the_contract() -> None:
    said = run("--help").stdout
    for command in (
        "weekly",
        "companion",
        "history",
        "backfill",
        "fetch",
        "archive",
        "override",
        "doctor",
        "lab",
    ):
        assert f"  {command} " in said


def test_a_group_without_a_command_shows_its_help() -> None:
    said = run("override").stdout
    assert "  expire  " in said


def test_a_folder_in_the_place_of_the_store_is_said(tmp_path: Path) -> None:
    (tmp_path / "store").write_text("no folder")
    done = run("doctor", "--offline", "--data-dir", str(tmp_path / "store"))
    assert "unexpected" not in done.stderr


def test_history_is_a_csv_with_one_row_a_friday(tmp_path: Path) -> None:
    out = tmp_path / "new" / "h.csv"
    done = run(
        "history", "--start", "2024-03-01", "--end", "2024-06-28", "--out", str(out), "--source", "demo"
    )
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(out, parse_dates=["as_of"])
    assert len(table) == 18
    # Good Friday 2024 was 29 March: the reading moved to Thursday.
    assert pd.Timestamp("2024-03-28") in set(table["as_of"])
    assert table["regime"].between(1, 5).all()


def test_an_override_is_set_listed_and_ended(tmp_path: Path) -> None:
    params = tmp_path / "params"
    shutil.copytree(paths.project_root() / "params", params)
    file = str(params / "weekly.yaml")
    why = "a bank's note <b>&"
    set_to = run("override", "set", "cta_exposure", "-65", "--why", why, "--params", file)
    assert set_to.stdout.startswith("Trend followers' exposure: -65 % of maximum, from ")
    listed = run("override", "list", "--params", file, columns="60").stdout
    assert re.search(r"cta_exposure  active +\d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d  -65 % of maximum\n", listed)
    assert f"UTC: {why}\n" in listed, "nothing is cut off, however narrow the terminal"
    assert run("override", "expire", "cta_exposure", "--params", file).returncode == 0
    assert run("override", "expire", "cta_exposure", "--params", file).returncode != 0


def test_an_override_belongs_to_one_source(tmp_path: Path) -> None:
    shutil.copytree(paths.project_root() / "params", tmp_path / "params")
    where = ["--params", str(tmp_path / "params" / "weekly.yaml")]
    done = run("override", "set", "cta_exposure", "65", "--why", "a test", "--source", "demo", *where)
    assert done.stdout.endswith("for the SIMULATED market only\n")
    why = ["--why", "a test", "--origin", "a bank"]
    assert "for live only" in run("override", "set", "vix", "30", *why, "--source", "live", *where).stdout
    listed = {
        each: run("override", "list", "--source", each, *where).stdout for each in ("demo", "files", "live")
    }
    assert "cta_exposure" in listed["demo"] and "vix" not in listed["demo"]
    assert "vix" in listed["live"] and "(a bank)" in listed["live"]
    assert listed["files"] == "No manual readings of files.\n"
    assert "--source live" in run("override", "list", *where).stdout, "the demo's list names the others"
    assert run("override", "expire", "vix", *where).returncode != 0
    assert "live only" in run("override", "expire", "vix", "--source", "live", *where).stdout


def test_an_override_remembers_what_the_data_said(tmp_path: Path) -> None:
    params, data = tmp_path / "params", tmp_path / "data"
    shutil.copytree(paths.project_root() / "params", params, ignore=shutil.ignore_patterns("*-*-*.yaml"))
    (data / "cboe").mkdir(parents=True)
    days = pd.bdate_range("2022-01-03", "2024-06-28")
    closes = pd.DataFrame({"DATE": days.strftime("%m/%d/%Y"), "VIX": 17.25})
    closes.loc[closes.index[-2::-2], "VIX"] = 18.5  # a close that never changes would not be believed
    closes.to_csv(data / "cboe" / "VIX_History.csv", index=False)
    file = params / "weekly.yaml"
    text = file.read_text(encoding="utf-8")
    command = [
        "override",
        "set",
        "vix",
        "30",
        "--why",
        "a test",
        "--as-of",
        "2024-06-28",
        "--params",
        str(file),
    ]
    assert run(*command).returncode == 0, "the demo"
    text = re.sub("(?m)^source:.*$", "source: files", text)
    file.write_text(re.sub("(?m)^data_dir:.*$", f"data_dir: {data}", text), encoding="utf-8")
    done = run(*command)
    assert done.returncode == 0, done.stderr
    said = [
        each.data
        for source in ("demo", "files")
        for each in overrides.load(params / "overrides" / source).records
    ]
    assert said == [None, 17.25], "nothing from a simulated market, the close from a real one"


def test_doctor_says_what_works_without_asking_anyone(tmp_path: Path) -> None:
    done = run("doctor", "--offline", "--data-dir", str(tmp_path / "store"))
    assert done.returncode == 0, done.stderr
    assert "Kernel" in done.stdout
    assert "fiveengines fetch" in done.stdout
