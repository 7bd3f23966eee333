"""A week without a call, from the command line to every file that it leaves: all of them say so, none gives a call."""

from __future__ import annotations

import csv
import email
import io
import json
import os
import re
import subprocess
import sys
from email import policy
from pathlib import Path

import pytest

from fiveengines.base import parameters
from fiveengines.data.load_dataset import load_dataset
from report.schema import fits_schema

# What a stale page said before there was a rule, and what nothing may say about a week without a call.
CALLS = (
    "Nothing needs doing",
    "tape agrees",
    "in your band",
    "Trend following",
    "Mean reversion",
    "Capital preservation",
    "Worth remembering",
    "% confidence",
    "Runner-up",
    "Not yet confirmed",
)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    code = "from fiveengines.cli import console; console()"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )


def visible(page: str) -> str:
    bare = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of downloads like FRED's and one of the index, from the demo, that ends on Friday, 1 March 2024."""
    demo = load_dataset("demo", seed=parameters.load().weekly.demo_seed)
    out = tmp_path_factory.mktemp("ended")
    for name in ("WALCL", "WTREGEN", "RRPONTSYD", "BAMLH0A0HYM2", "NFCI", "DGS2", "DGS10", "DGS3MO", "DFII10",
                 "EFFR", "VIXCLS", "SPX"):  # fmt: skip
        if name not in demo.series:
            continue
        values = demo.series[name].latest().loc["2018":"2024-03-01"]  # type: ignore[misc]
        place = out / ("prices" if name == "SPX" else "fred") / f"{name}.csv"
        place.parent.mkdir(exist_ok=True)
        heading = ["date", "close"] if name == "SPX" else ["observation_date", name]
        values.rename_axis(heading[0]).rename(heading[1]).to_csv(place, date_format="%Y-%m-%d")
    return out


def walk(data: Path, out: Path, day: str, data_end: str, last: str) -> dict[str, str]:
    """Make the week and hold every output to it; returns the outputs' words by name."""
    mail = out / "week.eml"
    arguments = ["--source", "files", "--data-dir", str(data)]
    done = run(
        "weekly", "--with", "none", *arguments, "--as-of", day, "--out", str(out), "--mail-out", str(mail)
    )
    assert done.returncode == 3, done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    reading = json.loads((out / day / "reading.json").read_text())
    message = email.message_from_bytes(mail.read_bytes(), policy=policy.default)
    parts = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    said = {
        "terminal": done.stderr,
        "page": visible((out / day / "weekly.html").read_text()),
        "index": visible((out / "index.html").read_text()),
        "feed": (out / "feed.xml").read_text(),
        "subject": str(message["Subject"]),
        "mail": " ".join(parts["plain"].get_content().split()),
        "mail in HTML": visible(parts["html"].get_content()),
    }
    for name, text in said.items():
        assert "No call" in text, name
        if name != "subject":
            assert f"The last valid call was {last}" in text, name
            assert "it is not a call for this week" in text, name
        for each in CALLS:
            assert each not in text, (name, each)

    fits_schema(reading)
    found = reading["no_call"]
    assert found["data_end"] == data_end and found["remedy"]
    assert found["last_call"]["name"] == last and found["last_call"]["age_weeks"] >= 1
    regime, risk, style = reading["regime"], reading["aggressiveness"], reading["style"]
    assert (regime["number"], regime["raw"], regime["confidence"], regime["runner_up"]) == (None,) * 4
    assert set(regime["memberships"].values()) == {None}
    assert (risk["value"], risk["target"], risk["portfolio_exposure"], risk["nothing_to_do"]) == (
        None,
        None,
        None,
        False,
    )
    assert (style["name"], style["by_regime"], style["checks"]) == (None, None, [])
    assert reading["insights"] == []

    row = next(csv.DictReader(io.StringIO((out / "readings.csv").read_text())))
    table = out / "history.csv"
    history = run("history", "--start", day, "--end", day, *arguments, "--out", str(table))
    assert history.returncode == 0, history.stderr
    own = next(csv.DictReader(io.StringIO(table.read_text())))
    for each in (row, own):
        assert (each["regime"], each["regime_raw"], each["aggressiveness"]) == ("", "", "")
    assert row["regime_name"] == "No call"
    return said


def test_every_output_of_a_demo_cut_off_says_no_call(ended: Path, tmp_path: Path) -> None:
    before = run("history", "--start", "2024-03-01", "--end", "2024-03-01", "--source", "files",
                 "--data-dir", str(ended), "--out", str(tmp_path / "before.csv"))  # fmt: skip
    assert before.returncode == 0, before.stderr
    number = next(csv.DictReader(io.StringIO((tmp_path / "before.csv").read_text())))["regime"]
    from fiveengines.model.regimes import NAMES

    said = walk(ended, tmp_path, "2024-03-08", "2024-03-01", NAMES[int(number)])
    assert "1 week before this reading" in said["terminal"]
    assert f"Regime: {NAMES[int(number)]} → no call." in said["page"]


def test_a_backfill_goes_on_over_weeks_without_a_call(ended: Path, tmp_path: Path) -> None:
    done = run("backfill", "--start", "2024-03-01", "--end", "2024-03-08", "--source", "files",
               "--data-dir", str(ended), "--out", str(tmp_path))  # fmt: skip
    assert done.returncode == 0, done.stderr
    rows = list(csv.DictReader(io.StringIO((tmp_path / "readings.csv").read_text())))
    assert [bool(each["regime"]) for each in rows] == [True, False]
    assert "No call" in visible((tmp_path / "index.html").read_text())


@pytest.mark.real_data
def test_every_output_of_real_data_that_end_in_2019_says_no_call(real_data: Path, tmp_path: Path) -> None:
    said = walk(real_data, tmp_path, "2021-06-04", "2019-12-31", "Broad bull")
    assert "the last one is of 31 Dec 2019" in said["page"]
    assert "No engine can be read" in said["terminal"]


def test_make_does_not_call_a_week_without_a_call_an_error(tmp_path: Path) -> None:
    """The recipe passes on every status but 3; `true`, `false` and a shell stand in for the command."""
    makefile = Path(__file__).parents[2] / "Makefile"
    recipe = re.search(r"^weekly:.*\n\t@(.*)$", makefile.read_text(), re.MULTILINE)
    assert recipe is not None
    for status, expected in ((0, True), (3, True), (1, False), (2, False)):
        stand_in = tmp_path / "fiveengines"
        stand_in.write_text(f"#!/bin/sh\nexit {status}\n")
        stand_in.chmod(0o755)
        line = recipe[1].replace("$(BIN)", str(tmp_path)).replace("$(ARGS)", "").replace("$$", "$")
        assert (subprocess.run(["sh", "-c", line], check=False).returncode == 0) is expected, status
