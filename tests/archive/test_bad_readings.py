"""One bad reading.json or notebook is a row that says so: the index, `weekly` and `--again` go on."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest

from archive import synthetic
from fiveengines import archive
from fiveengines.base.errors import FiveEnginesError
from fiveengines.cli import main
from fiveengines.report.rerender import original_parameters
from fiveengines.report.store import report_store

DAY = dt.date(2020, 1, 3)


def spoilt(path: str, value: Any) -> bytes:
    """A sound reading with one value replaced."""
    document = synthetic.reading(DAY)
    *outer, last = path.split(".")
    place: Any = document
    for each in outer:
        place = place[int(each)] if isinstance(place, list) else place[each]
    place[last] = value
    return json.dumps(document).encode()


def numbers(old: str, new: str) -> bytes:
    return json.dumps(synthetic.reading(DAY)).replace(old, new, 1).encode()


BAD = {
    "lone surrogate": spoilt("regime.narrative", "half \ud800 a character"),
    "lone surrogate in a name": spoilt("style.name", "\udfff"),
    "nested": b'{"as_of":' + b"[" * 200_000,
    "nested objects": b'{"a":' * 200_000,
    "infinite": spoilt("aggressiveness.value", float("inf")),
    "beyond float": numbers('"value":', '"value": 1' + "0" * 400 + ', "was":'),
    "beyond integer": numbers('"value":', '"value": 1' + "0" * 5_000 + ', "was":'),
    "beyond float as a score": numbers('"score":', '"score": 1' + "0" * 400 + ', "was":'),
    "year 1": spoilt("generated_at", "0001-01-01T00:00:00+14:00"),
    "year 9999": spoilt("generated_at", "9999-12-31T23:59:59-14:00"),
    "a moment that is a number": spoilt("generated_at", 5),
    "engines that are a list": spoilt("engines", []),
    "regime that is beyond float": numbers('"number":', '"number": 1' + "0" * 400 + ', "was":'),
    "weeks ago that is a list": spoilt("inflections", [{"engine": [], "direction": {}, "weeks_ago": 0}]),
    "empty": b"",
    "binary": b"\xff\xfe\x00",
}


def archive_of(tmp_path: Path, content: bytes, day: str = DAY.isoformat()) -> Path:
    synthetic.put(tmp_path, synthetic.reading(dt.date(2020, 1, 10)))
    folder = tmp_path / day
    folder.mkdir(exist_ok=True)
    (folder / "reading.json").write_bytes(content)
    return tmp_path


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_reading_is_a_row_and_every_other_week_stands(kind: str, tmp_path: Path) -> None:
    out = archive_of(tmp_path, BAD[kind])
    built = archive.rebuild(report_store(out))
    assert [week.day for week in built.found.weeks] == ["2020-01-10"]
    (odd,) = built.found.unreadable
    assert odd.name == DAY.isoformat() and "reading.json" in odd.reason and len(odd.reason) < 120
    page = (out / "index.html").read_text(encoding="utf-8")
    assert odd.name in page and "Set aside" in page
    for name in ("readings.csv", "feed.xml"):
        assert "2020-01-10" in (out / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "1949-12-30"])
def test_a_week_of_an_impossible_year_is_a_row(day: str, tmp_path: Path) -> None:
    content = json.dumps(synthetic.reading(DAY) | {"as_of": day}).encode()
    built = archive.rebuild(report_store(archive_of(tmp_path, content, day)))
    assert [each.name for each in built.found.unreadable] == [day]
    assert len(built.found.weeks) == 1


@pytest.mark.skipif(os.name == "nt", reason="there are no devices in folders")
def test_a_reading_that_never_ends_is_a_row(tmp_path: Path) -> None:
    out = archive_of(tmp_path, b"")
    (out / DAY.isoformat() / "reading.json").unlink()
    (out / DAY.isoformat() / "reading.json").symlink_to("/dev/zero")
    built = archive.rebuild(report_store(out))
    assert [each.name for each in built.found.unreadable] == [DAY.isoformat()]


def test_the_command_says_which_and_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = archive_of(tmp_path, BAD["nested"])
    assert main(["archive", "--out", str(out)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("1 week") and "2020-01-03: not readable: reading.json is damaged" in lines


NOTEBOOKS = {
    "nested": b"[" * 100_000,
    "a list": b"[]",
    "no metadata": b'{"metadata": 3}',
    "metadata of a list": b'{"metadata": {"papermill": []}}',
    "parameters of a list": b'{"metadata": {"papermill": {"parameters": ["data_dir"]}}}',
    "a folder that is a number": b'{"metadata": {"papermill": {"parameters": {"data_dir": 5}}}}',
    "a file that is an object": b'{"metadata": {"papermill": {"parameters": {"params_file": {"a": 1}}}}}',
    "half a character": b'{"metadata": {"papermill": {"parameters": {"data_dir": "\\ud800"}}}}',
    "a null character": b'{"metadata": {"papermill": {"parameters": {"params_file": "a\\u0000b"}}}}',
    "a device": b'{"metadata": {"papermill": {"parameters": {"params_file": "/dev/zero"}}}}',
}


@pytest.mark.parametrize("kind", NOTEBOOKS)
def test_a_hostile_notebook_ends_again_with_one_line(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    synthetic.put(tmp_path, synthetic.reading(DAY))
    (tmp_path / DAY.isoformat() / "weekly.ipynb").write_bytes(NOTEBOOKS[kind])
    assert main(["archive", "--out", str(tmp_path), "--again", DAY.isoformat()]) in (1, 2)
    told = capsys.readouterr().err.strip().splitlines()
    assert len(told) == 1 and told[0].startswith("fiveengines: ") and "unexpected" not in told[0]


@pytest.mark.parametrize("kind", BAD)
def test_again_refuses_a_bad_reading_plainly(kind: str, tmp_path: Path) -> None:
    out = archive_of(tmp_path, BAD[kind])
    (out / DAY.isoformat() / "weekly.ipynb").write_bytes(b"{}")
    try:
        original_parameters(report_store(out), DAY.isoformat())
    except FiveEnginesError as error:
        assert len(str(error)) < 400


def test_no_name_becomes_a_formula_in_the_table(tmp_path: Path) -> None:
    for week, name in enumerate([" =1+1", "\n=1+1", "\t@SUM(A1)", "\u200b+1"]):
        document = synthetic.reading(synthetic.friday(week))
        document["regime"]["name"] = name
        synthetic.put(tmp_path, document)
    archive.rebuild(report_store(tmp_path))
    text = (tmp_path / "readings.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["regime_name"][:1] for row in rows] == ["'"] * 4
    assert len(text.splitlines()) == 5
