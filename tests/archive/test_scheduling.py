"""The schedules in docs/schedule are well formed and call commands and options that exist."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from fiveengines.cli import archive, commands, data, manual  # noqa: F401  (they add their commands to the app)

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "schedule"
COMMANDS: dict[str, Any] = typer.main.get_command(commands.app).commands  # type: ignore[attr-defined]
CALL = re.compile(r"(?:^|[\s/\\;{&])fiveengines(?:\.exe)? +([a-z].*?)(?=;|&&|\||>|$)")
TASK = {"t": "http://schemas.microsoft.com/windows/2004/02/mit/task"}


def text(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def check(call: str) -> str:
    """Hold one call of our program to the command line; returns the command."""
    name, *rest = shlex.split(call.split("  #", maxsplit=1)[0])
    assert name in COMMANDS, call
    known = {option for each in COMMANDS[name].params for option in each.opts}
    unknown = {word.split("=")[0] for word in rest if word.startswith("--")} - known
    assert not unknown, f"{call}: {unknown}"
    return name


def calls(script: str) -> list[str]:
    return [check(found.group(1)) for line in script.splitlines() for found in CALL.finditer(line.strip())]


def test_the_crontab_has_five_time_fields_and_no_bare_per_cent() -> None:
    lines = [line for line in text("crontab").splitlines() if line and not line.startswith("#")]
    jobs = [line for line in lines if not re.match(r"[A-Z_]+=", line)]
    assert len(jobs) == 1
    *fields, command = jobs[0].split(maxsplit=5)
    limits = [(0, 59), (0, 23), (1, 31), (1, 12), (0, 7)]
    for field, (low, high) in zip(fields, limits, strict=True):
        assert field == "*" or low <= int(field) <= high
    assert fields[4] == "6"
    assert not re.search(r"(?<!\\)%", command), "cron takes a bare % for the end of the line"
    assert calls(command) == ["fetch", "weekly"]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with the project in it, whose program says what it was asked and refuses to fetch."""
    project = tmp_path / "five-engines"
    (project / "outputs").mkdir(parents=True)
    program = project / ".venv" / "bin" / "fiveengines"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$@"\n[ "$1" != fetch ]\n', encoding="utf-8")
    program.chmod(0o755)
    return tmp_path


@pytest.mark.skipif(not shutil.which("sh"), reason="cron needs a shell")
def test_the_cron_line_writes_the_week_though_the_fetch_fails(home: Path) -> None:
    assigned = dict(re.findall(r"^([A-Z_]+)=(.*)$", text("crontab"), flags=re.MULTILINE))
    command = text("crontab").splitlines()[-1].split(maxsplit=5)[5]
    environment = {"HOME": str(home), "PATH": "/usr/bin:/bin", **assigned}
    subprocess.run([assigned["SHELL"], "-c", command], env=environment, cwd=home, check=True)
    log = (home / "five-engines" / "outputs" / "schedule.log").read_text(encoding="utf-8")
    assert log.splitlines() == ["fetch", "weekly --source live"]


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd-analyze")
def test_systemd_has_nothing_to_say_about_the_units(home: Path) -> None:
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700)
    units = [str(FOLDER / f"five-engines.{kind}") for kind in ("service", "timer")]
    said = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", *units],
        env={**os.environ, "HOME": str(home), "XDG_RUNTIME_DIR": str(runtime)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (said.returncode, said.stderr) == (0, "")


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False, comment_prefixes=("#", ";"))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    parser.read_string(text(name))
    return parser


def test_the_service_runs_once_and_fetching_may_fail() -> None:
    service = unit("five-engines.service")["Service"]
    assert service["Type"] == "oneshot"
    for key, minus, command in (("ExecStartPre", "-", "fetch"), ("ExecStart", "", "weekly")):
        value = service[key]
        assert value.startswith(f"{minus}%h/"), "systemd wants an absolute program"
        assert calls(value) == [command]


def test_the_timer_belongs_to_the_service_and_makes_up_for_sleep() -> None:
    timer = unit("five-engines.timer")
    assert re.fullmatch(r"Sat \*-\*-\* \d\d:\d\d", timer["Timer"]["OnCalendar"])
    assert timer["Timer"]["Persistent"] == "true"
    assert timer["Install"]["WantedBy"] == "timers.target"
    assert (FOLDER / "five-engines.service").is_file(), "a timer starts the service of its own name"


def test_the_task_is_well_formed_and_weekly() -> None:
    task = ET.fromstring(text("five-engines.xml"))
    assert task.tag == f"{{{TASK['t']}}}Task"
    assert [each.tag.split("}")[1] for each in task] == [
        "RegistrationInfo",
        "Triggers",
        "Principals",
        "Settings",
        "Actions",
    ]
    assert task.find(".//t:DaysOfWeek/t:Saturday", TASK) is not None
    ran = []
    for action in task.findall(".//t:Exec", TASK):
        command, arguments = action.findtext("t:Command", "", TASK), action.findtext("t:Arguments", "", TASK)
        assert command.endswith(r"\Scripts\fiveengines.exe")
        ran.append(check(arguments))
    assert ran == ["fetch", "weekly"]
    principals = {each.get("id") for each in task.findall(".//t:Principal", TASK)}
    actions = task.find("t:Actions", TASK)
    assert actions is not None and actions.get("Context") in principals


def workflow() -> dict[str, Any]:
    flow: dict[str, Any] = yaml.load(text("weekly.yml"), Loader=yaml.BaseLoader)  # "on" stays a word
    return flow


def test_the_workflow_fetches_writes_and_publishes() -> None:
    flow = workflow()
    report, publish = flow["jobs"]["report"], flow["jobs"]["publish"]
    ran = [command for step in report["steps"] for command in calls(step.get("run", ""))]
    assert ran == ["fetch", "weekly", "archive"]
    *_, weekday = flow["on"]["schedule"][0]["cron"].split()
    assert weekday == "6"
    assert report["steps"][-1]["uses"].startswith("actions/upload-pages-artifact@")
    assert [step["uses"].split("@")[0] for step in publish["steps"]] == ["actions/deploy-pages"]
    assert publish["needs"] == "report"


def test_the_workflow_allows_each_job_what_it_needs_and_no_more() -> None:
    flow = workflow()
    jobs = flow["jobs"]
    assert flow["permissions"] == {}
    assert jobs["report"]["permissions"] == {"contents": "write", "pages": "read"}
    assert jobs["publish"]["permissions"] == {"pages": "write", "id-token": "write"}
    steps = jobs["report"]["steps"]
    assert [step["name"] for step in steps if "FRED_API_KEY" in str(step)] == ["Fetch"]
    assert [step["name"] for step in steps if "github.token" in str(step)] == ["Keep the reports"]
    checkouts = [step for step in steps if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"]["persist-credentials"] for step in checkouts] == ["false", "false"]


def test_the_workflow_names_every_action_by_commit_and_no_expression_reaches_a_shell() -> None:
    steps = [step for job in workflow()["jobs"].values() for step in job["steps"]]
    used = [step["uses"] for step in steps if "uses" in step]
    assert used
    assert [each for each in used if not re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", each)] == []
    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []
    # What started a run is empty when the clock did; names of the repository come from elsewhere.
    assert "github.event" not in text("weekly.yml")


@pytest.mark.parametrize("page", ["SCHEDULING.md", "ARCHIVE.md"])
def test_pages_name_files_and_commands_that_exist(page: str) -> None:
    written = (ROOT / "docs" / page).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)#]+)", written):
        assert link.startswith("https://") or (ROOT / "docs" / link).exists(), link
    shown = [line for line in written.splitlines() if line.startswith("    fiveengines ")]
    assert shown
    for line in shown:
        check(line.strip().removeprefix("fiveengines ").replace("[", "").replace("]", "").split("    #")[0])
