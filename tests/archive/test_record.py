"""The record page: calls as first told, outcomes by hand, what is excluded and said, and nothing recomputed."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from archive import synthetic
from fiveengines import archive, cli
from fiveengines.archive import RECORD, RECORD_TABLE
from fiveengines.archive.record import CLOSES, kept_closes, read_closes
from fiveengines.data.calendars import sessions
from fiveengines.report.closes import Closes
from fiveengines.report.store import report_store

FIRST = dt.date(2024, 1, 5)


def closes(until: str = "2024-12-31") -> Closes:
    """An index of 100 until 2 February 2024, and of 110 from then on."""
    days = [f"{day:%Y-%m-%d}" for day in sessions(2024) if "2023-01-01" <= f"{day:%Y-%m-%d}" <= until]
    return Closes(tuple(days), tuple(110.0 if day >= "2024-02-02" else 100.0 for day in days))


def told(week: int, exposure: float | None = 0.5, late: int = 1, **changes: Any) -> dict[str, Any]:
    """A week's reading with this exposure, made `late` days after its date."""
    day = synthetic.friday(week, FIRST)
    made = f"{day + dt.timedelta(days=late)}T12:00:00+00:00"
    document = synthetic.reading(day, generated_at=made, **changes)
    document["aggressiveness"]["value"] = exposure
    return document


def revise(out: Path, document: dict[str, Any], made: dt.date) -> None:
    """Render a week again: what was there goes to revisions/, as saving does."""
    import json

    folder = out / str(document["as_of"])
    before = json.loads((folder / "reading.json").read_text())
    kept = folder / "revisions" / re.sub("[-:]", "", before["generated_at"])[:15]
    kept.mkdir(parents=True)
    (folder / "reading.json").rename(kept / "reading.json")
    (kept / "weekly.html").write_text("earlier")
    (folder / "reading.json").write_text(json.dumps(document | {"generated_at": f"{made}T12:00:00+00:00"}))


def table(out: Path) -> dict[str, dict[str, str]]:
    """record.csv by week."""
    rows = csv.DictReader(io.StringIO((out / RECORD_TABLE).read_text(encoding="utf-8")))
    return {row["as_of"]: row for row in rows}


def page(out: Path) -> str:
    """The words of record.html."""
    text = (out / RECORD).read_text(encoding="utf-8")
    text = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", text).split())


def test_each_call_stands_with_what_followed(tmp_path: Path) -> None:
    for week in range(6):
        synthetic.put(tmp_path, told(week))
    archive.rebuild(report_store(tmp_path), closes=closes())
    rows = table(tmp_path)
    assert {row["kind"] for row in rows.values()} == {"told"}
    assert (rows["2024-01-05"]["return_4w"], rows["2024-01-05"]["return_13w"]) == ("10", "10")
    assert (rows["2024-02-02"]["return_4w"], rows["2024-02-02"]["fall_4w"]) == ("0", "0")
    assert rows["2024-01-05"]["exposure"] == "0.5"
    words = page(tmp_path)
    assert "Told since 5 Jan 2024: 6 weeks." in words
    # half of the budget was held when the index rose by a tenth
    assert "After costs +5.0 % at 50 % exposure on average; holding the index +10.0 %" in words
    assert "Too early to compare: that takes 52 weeks." in words
    assert 'href="record.html"' in (tmp_path / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"<script|https?://", (tmp_path / RECORD).read_text(encoding="utf-8"))


def test_a_revised_week_counts_as_first_told_even_when_room_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    synthetic.put(tmp_path, told(0, 0.25))
    revise(tmp_path, told(0, 0.75), dt.date(2024, 1, 8))
    revise(tmp_path, told(0, 1.0), dt.date(2026, 1, 8))
    archive.rebuild(report_store(tmp_path), closes=closes())
    assert table(tmp_path)["2024-01-05"]["exposure"] == "0.25"
    assert table(tmp_path)["2024-01-05"]["kind"] == "told"
    assert cli.main(["archive", "--keep-revisions", "0", "--out", str(tmp_path)]) == 0
    assert "2024-01-05/revisions/" in capsys.readouterr().out
    left = [each.name for each in (tmp_path / "2024-01-05" / "revisions").rglob("*") if each.is_file()]
    assert left == ["reading.json"]
    assert table(tmp_path)["2024-01-05"]["exposure"] == "0.25"


def test_a_backfill_stands_apart_and_moves_no_figure_of_the_calls_told(tmp_path: Path) -> None:
    for week in (2, 3):
        synthetic.put(tmp_path, told(week))
    archive.rebuild(report_store(tmp_path), closes=closes())
    lead = re.search(r"Told since .*?50 % exposure", page(tmp_path))
    for week in (0, 1, 4):
        synthetic.put(tmp_path, told(week, 1.0, late=400))
    archive.rebuild(report_store(tmp_path), closes=closes())
    assert {day: row["kind"] for day, row in table(tmp_path).items()} == {
        "2024-01-05": "backfilled",
        "2024-01-12": "backfilled",
        "2024-01-19": "told",
        "2024-01-26": "told",
        "2024-02-02": "backfilled",
    }
    assert table(tmp_path)["2024-01-05"]["made"] == "2025-02-08"
    assert lead is not None and lead[0] in page(tmp_path)
    assert "Made later: 3 weeks, 2024-01-05 to 2024-02-02" in page(tmp_path)


def test_only_backfills_are_no_record_and_the_page_says_so(tmp_path: Path) -> None:
    synthetic.put(tmp_path, told(0, late=11))
    archive.rebuild(report_store(tmp_path), closes=closes())
    assert "No call has been told in time yet" in page(tmp_path)
    assert archive.past_calls(report_store(tmp_path), dt.date(2024, 3, 1), closes()) is None


def test_gaps_and_weeks_without_a_call_are_excluded_and_said(tmp_path: Path) -> None:
    silent = {"reason": "few", "data_end": None, "remedy": "", "last_call": None}
    document = told(4, None, no_call=silent)
    document["regime"] |= {"number": None, "raw": None, "confidence": None}
    document["regime"]["memberships"] = dict.fromkeys("12345")
    for each in (told(0), told(1), told(3), document):
        synthetic.put(tmp_path, each)
    archive.rebuild(report_store(tmp_path), closes=closes())
    words = page(tmp_path)
    assert "4 weeks, 1 missing, 1 without a call." in words
    assert "1 week has no call told in time and is left out: 2024-01-19" in words
    assert table(tmp_path)["2024-02-02"]["exposure"] == ""
    # the index jumped on 2 February, in the week that the call of 26 January covers
    assert "After costs +5.0 %" in words


def test_the_demo_is_never_marked(tmp_path: Path) -> None:
    synthetic.put(tmp_path / "demo", told(0, source="demo", simulated=True))
    synthetic.put(tmp_path, told(1))
    for store in archive.archives(str(tmp_path)):
        archive.rebuild(store, closes=None if store.simulated else closes())
    assert "Simulated weeks are not marked" in page(tmp_path / "demo")
    assert table(tmp_path / "demo") == {}
    assert list(table(tmp_path)) == ["2024-01-12"]
    assert not (tmp_path / "demo" / CLOSES).exists()


def test_a_page_knows_only_calls_and_outcomes_of_its_date(tmp_path: Path) -> None:
    for week in range(8):
        synthetic.put(tmp_path, told(week))
    store = report_store(tmp_path)
    on = archive.past_calls(store, dt.date(2024, 2, 2), closes("2024-02-02"))
    # the same page made again later, from closes that go on
    again = archive.past_calls(store, dt.date(2024, 2, 2), closes())
    assert on is not None and on == again
    assert on.text.startswith("Told since 5 Jan 2024: 4 weeks. After costs +5.0 %")
    assert (on.told[-1], on.holding[-1]) == (pytest.approx(1.05), pytest.approx(1.1))
    first = archive.past_calls(store, dt.date(2024, 1, 12), closes("2024-01-05"))
    assert first is not None
    assert first.text == (
        "Told since 5 Jan 2024: 1 week. Too early to say anything: the first outcome is due on 2 Feb 2024."
    )
    assert archive.past_calls(store, FIRST, closes("2024-01-05")) is None


def test_forecasts_and_entries_are_marked_as_they_were_told(tmp_path: Path) -> None:
    document = told(0, 0.5)
    document["overrides"] = [{"field": "VIX", "value": 20.0, "who": "Ada", "why": "late"}]
    document["without_overrides"] = {"regime": 2, "aggressiveness": 0.2, "states": {}}
    synthetic.put(tmp_path, document)
    for week in range(1, 6):
        synthetic.put(tmp_path, told(week))
    archive.rebuild(report_store(tmp_path), closes=closes())
    row = table(tmp_path)["2024-01-05"]
    assert (row["entries"], row["exposure_without_entries"]) == ("1", "0.2")
    later = synthetic.reading(synthetic.friday(4, FIRST))["regime"]["number"]
    assert row["regime_4w_later"] == str(later)
    stated = synthetic.reading(FIRST)["forecast"]["regimes"]
    brier = sum((share - (int(number) == later)) ** 2 for number, share in stated.items())
    assert float(row["brier"]) == pytest.approx(brier, abs=1e-3)
    # 10 % within the twentieth session after 5 January, none else: 35 % a year, above the band of 9 to 21 %
    moves = [0.0] * 19 + [np.log(1.1)]
    assert float(row["vol_20d_realized"]) == pytest.approx(np.std(moves, ddof=1) * 252**0.5 * 100, rel=1e-3)
    words = page(tmp_path)
    assert "Entries by hand moved the exposure in 1 week, to the right side in 1 of 1 after a month" in words


def test_closes_are_kept_and_the_newer_ones_count(tmp_path: Path) -> None:
    store = report_store(tmp_path)
    synthetic.put(tmp_path, told(0))
    archive.rebuild(store, closes=closes("2024-03-28"))
    whole = (tmp_path / RECORD).read_bytes()
    # an earlier week, rendered later, knows less; a plain rebuild knows none
    archive.rebuild(store, closes=closes("2024-01-12"))
    assert (tmp_path / RECORD).read_bytes() == whole
    archive.rebuild(store)
    assert (tmp_path / RECORD).read_bytes() == whole
    assert read_closes((tmp_path / CLOSES).read_bytes()) == closes("2024-03-28")
    (tmp_path / CLOSES).write_text("date,close\n2024-01-05,a hundred\n")
    assert kept_closes(store, None) == Closes((), ())
    archive.rebuild(store)
    assert "No closes of the index are known here yet" in page(tmp_path)


def test_hostile_texts_do_not_reach_the_page(tmp_path: Path) -> None:
    document = told(0)
    document["regime"]["name"] = "<script>alert(1)</script>"
    document["overrides"] = [{"field": "<b>", "value": "<i>", "who": "", "why": ""}]
    synthetic.put(tmp_path, document)
    archive.rebuild(report_store(tmp_path), closes=replace(closes()))
    assert "<script" not in (tmp_path / RECORD).read_text(encoding="utf-8")
