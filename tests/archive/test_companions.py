"""Companions in the archive: beside weeks and on days without one, found, compared, fed and let go."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from archive import synthetic
from fiveengines.archive import collect, companions, rebuild, retention
from fiveengines.base import paths
from fiveengines.report.store import report_store

FRIDAY = synthetic.friday(1).isoformat()
WEDNESDAY = (synthetic.friday(1) - dt.timedelta(days=2)).isoformat()


def put(out: Path, day: str, *, page: bool = True, **changes: Any) -> Path:
    """The evidence of one session, with a document longer than an opening."""
    document = {
        "schema": "fiveengines.evidence.v1",
        "as_of": day,
        "source": "files",
        "generated_at": "2024-06-28T21:00:00+00:00",
        "headline": f"Said on {day}: nothing holds",
        "bottom_line": "Nothing holds.",
        "rest": "x" * 10_000,
    }
    folder = out / day
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "evidence.json"
    path.write_text(json.dumps(document | changes, indent=1), encoding="utf-8")
    if page:
        (folder / "evidence.html").write_text("<p>", encoding="utf-8")
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Three weeks; one has an answer beside it, and a Wednesday has one alone, without a page."""
    synthetic.fill(tmp_path, 3, source="files")
    put(tmp_path, FRIDAY)
    put(tmp_path, WEDNESDAY, page=False)
    return tmp_path


def test_answers_are_found_beside_weeks_and_alone(out: Path) -> None:
    found = collect(report_store(out))
    assert [(each.day, each.page) for each in found.companions] == [
        (WEDNESDAY, f"{WEDNESDAY}/evidence.json"),
        (FRIDAY, f"{FRIDAY}/evidence.html"),
    ]
    assert found.sessions == (WEDNESDAY,)
    assert (len(found.weeks), found.unreadable) == (3, ())


def test_the_far_side_of_a_url_is_listed_once_with_the_same_answers(out: Path) -> None:
    import fsspec

    memory = fsspec.filesystem("memory")
    for path in out.rglob("*.*"):
        memory.pipe_file(f"/answers/{path.relative_to(out)}", path.read_bytes())
    assert collect(report_store("memory://answers")).companions == collect(report_store(out)).companions


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"headline": None}, "it lacks headline"),
        ({"as_of": "2001-01-05"}, "of another session"),
        ({"generated_at": "9999-01-01T00:00:00"}, "no moment"),
        ({"headline": "\ud800"}, "damaged"),
    ],
)
def test_one_that_cannot_be_read_is_said_and_harms_no_week(
    out: Path, changes: dict[str, Any], said: str
) -> None:
    put(out, FRIDAY, **changes)
    found = collect(report_store(out))
    assert [(each.name, said in each.reason) for each in found.unreadable] == [
        (f"{FRIDAY}/evidence.json", True)
    ]
    assert len(found.weeks) == 3
    rebuild(report_store(out))


@pytest.mark.parametrize("text", ["", "[]", "{" * 100_000, '{"schema": ', "\xff"])
def test_whatever_a_document_holds_the_index_is_built(out: Path, text: str) -> None:
    (out / FRIDAY / "evidence.json").write_text(text, encoding="latin-1")
    built = rebuild(report_store(out))
    assert [each.name for each in built.found.unreadable] == [f"{FRIDAY}/evidence.json"]


def test_page_and_feed_say_what_was_answered(out: Path) -> None:
    put(out, FRIDAY, headline="<b>bold</b> words")
    built = rebuild(report_store(out))
    assert built.lines()[0].endswith("2 answers")
    page = Path(built.page).read_text(encoding="utf-8")
    assert "<b>bold</b>" not in page
    data = json.loads(re.findall(r'id="data">(.*?)</script>', page)[0])
    assert [row[:3] for row in data["answers"]["rows"]] == [
        [WEDNESDAY, "evidence", f"Said on {WEDNESDAY}: nothing holds"],
        [FRIDAY, "evidence", "<b>bold</b> words"],
    ]
    feed = ET.fromstring((out / "feed.xml").read_text(encoding="utf-8"))
    links = [each.get("href") for each in feed.iter("{http://www.w3.org/2005/Atom}link")]
    assert f"{WEDNESDAY}/evidence.json" in links
    assert f"{FRIDAY}/evidence.html" in links


def test_an_archive_of_answers_alone_is_one_too(tmp_path: Path) -> None:
    put(tmp_path, WEDNESDAY)
    built = rebuild(report_store(tmp_path))
    assert built.found.unreadable == ()
    assert 'id="answers"' in Path(built.page).read_text(encoding="utf-8")


def test_answers_of_days_without_a_week_go_with_older_weeks(out: Path) -> None:
    store = report_store(out)
    assert [each.name for each in retention.plan(store, keep_weeks=1)] == [
        synthetic.friday(0).isoformat(),
        FRIDAY,
        WEDNESDAY,
    ]
    earlier = out / WEDNESDAY / "revisions" / "2024-06-28T210000Z"
    earlier.mkdir(parents=True)
    (earlier / "evidence.json").write_text("{}", encoding="utf-8")
    plan = retention.plan(store, keep_revisions=0)
    assert [each.name for each in plan] == [f"{WEDNESDAY}/revisions/2024-06-28T210000Z"]


def test_a_failed_answer_is_linked(out: Path) -> None:
    folder = out / "failed" / WEDNESDAY
    folder.mkdir(parents=True)
    (folder / "evidence.html").write_text("<p>", encoding="utf-8")
    built = rebuild(report_store(out))
    assert (built.found.failed, built.found.failed_pages) == ((), (f"failed/{WEDNESDAY}/evidence.html",))
    assert f'href="failed/{WEDNESDAY}/evidence.html"' in Path(built.page).read_text(encoding="utf-8")


@pytest.mark.browser
def test_a_reader_finds_an_answer_and_sees_it_in_the_comparison(out: Path, page: Any, page_log: Any) -> None:
    built = rebuild(report_store(out))
    page.goto(f"{Path(built.page).as_uri()}#compare={synthetic.friday(0)},{FRIDAY}")
    rows = page.locator("#answer-rows tr")
    assert rows.count() == 2
    page.fill("#answer-search", WEDNESDAY)
    rows.nth(1).wait_for(state="detached")
    assert WEDNESDAY in rows.first.inner_text()
    assert f"Said on {FRIDAY}" in page.locator("#comparison table.answers").inner_text()
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page_log.errors == []
    assert page_log.outside == []


def test_a_ticket_is_listed_with_its_answer(out: Path) -> None:
    (out / FRIDAY / "evidence.ticket.html").write_text("<p>", encoding="utf-8")
    rebuild(report_store(out))
    assert [each.ticket for each in collect(report_store(out)).companions] == [
        "",
        f"{FRIDAY}/evidence.ticket.html",
    ]
    index = (out / "index.html").read_text(encoding="utf-8")
    assert '"evidence.html","evidence.ticket.html"]' in index
    assert '"evidence.json"]' in index


@pytest.mark.parametrize(
    "what", ["nothing", "another file", "copied over", "replaced", "taken away", "with a page now"]
)
def test_of_many_answers_only_those_that_changed_are_read_again(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path / "cache")
    out, days = tmp_path / "out", [synthetic.friday(each).isoformat() for each in range(70)]
    for day in days:
        put(out, day, page=day != days[7])
    store, read = report_store(out), []
    before = companions.collect_companions(store, days).rows
    find = companions.Answers.read
    monkeypatch.setattr(
        companions.Answers, "read", lambda of, at, which: read.append([*which]) or find(of, at, which)
    )
    file = out / days[7] / "evidence.json"
    other = file.read_text(encoding="utf-8").replace("nothing holds", "all of it is")
    match what:
        case "another file":
            (file.parent / "notes.txt").write_text("mine", encoding="utf-8")
        case "copied over":
            facts = file.stat()
            file.write_text(other, encoding="utf-8")
            os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))
        case "replaced":
            file.unlink()
            file.write_text(other, encoding="utf-8")
        case "taken away":
            file.unlink()
        case "with a page now":
            (file.parent / "evidence.html").write_text("<p>", encoding="utf-8")
    found = companions.collect_companions(store, days).rows
    assert read == [[days[7]] if what != "nothing" else []]
    assert (found == before) == (what in {"nothing", "another file"})
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path / "another")
    assert companions.collect_companions(store, days).rows == found
