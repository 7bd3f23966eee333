"""What the archive makes of folders: whole weeks, broken ones, and what is none of its business."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive import synthetic
from fiveengines import archive
from fiveengines.archive.collect import Collected, collect
from fiveengines.archive.compare import columns
from fiveengines.archive.export import COLUMNS, readings_csv
from fiveengines.archive.feed import atom
from fiveengines.archive.figures import Figures
from fiveengines.archive.page import index_page
from fiveengines.archive.rows import week_row
from fiveengines.report.store import ReportStore, report_store
from report.schema import fits_schema

ATOM = {"a": "http://www.w3.org/2005/Atom"}
DAY = dt.date(2020, 1, 3)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'&\u2028]]></script>"


def test_the_made_up_weeks_fit_the_schema() -> None:
    for week in (0, 17, 400):
        fits_schema(synthetic.reading(synthetic.friday(week)))


def test_hundreds_of_weeks_are_found_in_order(tmp_path: Path) -> None:
    found = collect(report_store(synthetic.fill(tmp_path, 300)))
    days = [week.day for week in found.weeks]
    assert len(days) == 300
    assert days == sorted(days)
    assert found.unreadable == ()


def test_weeks_saved_before_there_was_a_brief_are_kept(tmp_path: Path) -> None:
    folder = synthetic.fill(tmp_path, 3)
    for reading in sorted(folder.glob("*/reading.json"))[:2]:
        document = json.loads(reading.read_text(encoding="utf-8"))
        for later in ("brief", "conclusion_changes", "forecast"):
            document.pop(later, None)
        reading.write_text(json.dumps(document), encoding="utf-8")
    assert archive.rebuild(report_store(folder)).found.unreadable == ()
    shown = (folder / "index.html").read_text(encoding="utf-8")
    assert all(synthetic.friday(week).isoformat() in shown for week in range(3))


def broken(folder: Path, kind: str) -> None:
    reading = folder / "reading.json"
    document = json.loads(reading.read_text(encoding="utf-8"))
    match kind:
        case "absent":
            reading.unlink()
        case "cut":
            reading.write_bytes(reading.read_bytes()[:999])
        case "binary":
            reading.write_bytes(b"\xff\xfe\x00\x01")
        case "list":
            reading.write_text("[1, 2]", encoding="utf-8")
        case "field":
            del document["regime"]
            reading.write_text(json.dumps(document), encoding="utf-8")
        case "type":
            document["aggressiveness"]["value"] = "much"
            reading.write_text(json.dumps(document), encoding="utf-8")
        case "nan":
            document["engines"]["breadth"]["score"] = float("nan")
            reading.write_text(json.dumps(document), encoding="utf-8")
        case "other day":
            document["as_of"] = "1999-12-31"
            reading.write_text(json.dumps(document), encoding="utf-8")
        case "folder":
            reading.unlink()
            reading.mkdir()


KINDS = ["absent", "cut", "binary", "list", "field", "type", "nan", "other day", "folder"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_broken_folder_is_one_line_and_the_others_stand(tmp_path: Path, kind: str) -> None:
    synthetic.fill(tmp_path, 3)
    day = synthetic.friday(1).isoformat()
    broken(tmp_path / day, kind)
    built = archive.rebuild(report_store(tmp_path))
    assert [week.day for week in built.found.weeks] == [
        synthetic.friday(0).isoformat(),
        synthetic.friday(2).isoformat(),
    ]
    assert [line for line in built.lines() if line.startswith(f"{day}: not readable: ")]
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert f"<strong>{day}</strong>: not readable" in page


def test_foreign_folders_are_listed_and_hidden_ones_and_links_are_not(tmp_path: Path) -> None:
    synthetic.fill(tmp_path, 1)
    (tmp_path / "my notes").mkdir()
    (tmp_path / "2020-13-45").mkdir()
    (tmp_path / ".2020-01-03-abc").mkdir()
    (tmp_path / "latest").symlink_to(synthetic.friday(0).isoformat())
    (tmp_path / "failed" / "2005-01-14").mkdir(parents=True)
    found = collect(report_store(tmp_path))
    assert [each.name for each in found.unreadable] == ["2020-13-45", "my notes"]
    assert found.failed == ("2005-01-14",)


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(),
        lambda c: st.lists(c) | st.dictionaries(st.text(), c),
    )
)
def test_no_json_whatever_it_holds_gets_past_as_a_week(value: Any) -> None:
    with pytest.raises(ValueError, match=r"reading\.json"):
        week_row("2020-01-03", json.dumps(value).encode())


@given(st.data())
def test_a_reading_with_one_value_swapped_is_a_row_or_a_plain_refusal(data: st.DataObject) -> None:
    whole = synthetic.reading(DAY)
    paths = list(leaves(whole))
    *path, key = data.draw(st.sampled_from(paths))
    value = data.draw(st.none() | st.integers() | st.floats() | st.text() | st.just([]) | st.just({}))
    place: Any = whole
    for step in path:
        place = place[step]
    place[key] = value
    try:
        row = week_row(DAY.isoformat(), json.dumps(whole).encode())
    except ValueError as refused:
        assert "reading.json" in str(refused)
    else:
        index_page(Collected((row,)))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Any:
    """Paths of everything in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in items:
        yield (*path, key)
        yield from leaves(each, (*path, key))


def test_the_table_has_the_history_s_columns_and_the_regime_s_name(tmp_path: Path) -> None:
    weeks = collect(report_store(synthetic.fill(tmp_path, 20))).weeks
    rows = list(csv.DictReader(io.StringIO(readings_csv(weeks))))
    assert tuple(rows[0]) == COLUMNS
    assert COLUMNS[:3] == ("as_of", "liquidity_score", "liquidity_state")
    assert COLUMNS[-6:] == (
        "regime", "regime_raw", "aggressiveness", "inflection", "regime_name", "source"
    )  # fmt: skip
    assert {row["source"] for row in rows} == {"files"}
    first = synthetic.reading(synthetic.friday(0))
    assert float(rows[0]["breadth_score"]) == first["engines"]["breadth"]["score"]
    assert rows[0]["regime_name"] == first["regime"]["name"]
    turned = [row["as_of"] for row in rows if row["inflection"] == "breadth:improving"]
    assert turned == [week.day for week in weeks if week.inflections]


def test_an_unknown_score_is_an_empty_field_and_a_name_is_never_a_formula() -> None:
    reading = synthetic.reading(DAY)
    reading["engines"]["breadth"] |= {"score": None, "state": "unknown", "coverage": 0.1}
    reading["regime"]["name"] = "=HYPERLINK(1)"
    row = next(
        csv.DictReader(io.StringIO(readings_csv([week_row(DAY.isoformat(), json.dumps(reading).encode())])))
    )
    assert row["breadth_score"] == ""
    assert row["breadth_state"] == "unknown"
    assert row["regime_name"] == "'=HYPERLINK(1)"


def test_the_feed_is_atom_newest_first_with_lasting_ids(tmp_path: Path) -> None:
    weeks = collect(report_store(synthetic.fill(tmp_path, 80))).weeks
    feed = ET.fromstring(atom(weeks))
    titles = [each.text for each in feed.findall("a:entry/a:title", ATOM)]
    assert len(titles) == 60
    assert titles[0] is not None and titles[0].startswith(weeks[-1].day)
    ids = [each.text for each in feed.findall("a:entry/a:id", ATOM)]
    assert len(set(ids)) == 60
    for needed in ("id", "title", "updated", "author/a:name"):
        assert feed.find(f"a:{needed}", ATOM) is not None
    again = ET.fromstring(atom(weeks[:-1]))
    assert again.findall("a:entry/a:id", ATOM)[0].text == ids[1]


def test_a_published_feed_has_its_own_ids_and_absolute_links(tmp_path: Path) -> None:
    weeks = collect(report_store(synthetic.fill(tmp_path, 3))).weeks
    here, there = (ET.fromstring(atom(weeks, base_url=f"https://example.org/{name}")) for name in "ab")
    ids = [each.text for feed in (here, there) for each in feed.iter(f"{{{ATOM['a']}}}id")]
    assert len(set(ids)) == len(ids) == 8, "two archives in one reader are two feeds"
    links = [each.get("href") for each in here.iter(f"{{{ATOM['a']}}}link")]
    assert set(links[:2]) == {"https://example.org/a/index.html", "https://example.org/a/feed.xml"}
    assert links[2] == f"https://example.org/a/{weeks[-1].day}/weekly.html"


def test_the_address_of_an_archive_is_kept_until_it_is_changed(tmp_path: Path) -> None:
    place = report_store(synthetic.fill(tmp_path, 2))
    address = "https://example.org/a&b"

    def own() -> str | None:
        links = ET.fromstring((tmp_path / "feed.xml").read_bytes()).findall("a:link", ATOM)
        return next(each.get("href") for each in links if each.get("rel") == "self")

    archive.rebuild(place, base_url=address)
    archive.rebuild(place)
    assert own() == f"{address}/feed.xml"
    archive.rebuild(place, base_url="")
    assert own() == "feed.xml"
    (tmp_path / "feed.xml").write_bytes(b"\xff<link rel='self'")
    archive.rebuild(place)
    assert own() == "feed.xml"


def test_points_add_up_to_the_score() -> None:
    row = week_row(DAY.isoformat(), json.dumps(synthetic.reading(DAY)).encode())
    for engine, read in row.engines.items():
        figures = Figures(lines={engine: {}})
        figures.add({engine: read})
        points = [line["points"][0] for line in figures.columns()]
        counted = [each for each in read.inputs if each.weight]
        assert len(points) == len(counted) == synthetic.INDICATORS - 1
        assert sum(points) / 1000 == pytest.approx(
            sum(each.score or 0 for each in counted) / len(counted), abs=0.003
        )


def test_the_page_s_data_have_one_place_a_week(tmp_path: Path) -> None:
    found = collect(report_store(synthetic.fill(tmp_path, 30)))
    data = columns(found.weeks, found.figures)
    for name in (
        "regime",
        "confirmed",
        "members",
        "risk",
        "exposure",
        "style",
        "inflections",
        "said",
        "made",
    ):
        assert len(data[name]) == 30, name
    for engine in data["engines"].values():
        assert {len(values) for values in engine.values()} == {30}
    assert {len(line[name]) for line in data["inputs"] for name in ("value", "points")} == {30}


def hostile() -> dict[str, Any]:
    """A reading with an attack in every text."""
    reading = synthetic.reading(DAY)
    reading["regime"] |= {"name": HOSTILE, "narrative": HOSTILE}
    reading["style"]["name"] = HOSTILE
    reading["library_version"] = reading["data_fingerprint"] = HOSTILE
    reading["notices"] = [{"level": "warning", "series": None, "text": HOSTILE}]
    reading["overrides"] = [{"field": HOSTILE, "value": HOSTILE, "who": HOSTILE, "why": HOSTILE}]
    for engine in reading["engines"].values():
        for each in engine["evidence"]:
            each |= {"title": HOSTILE, "unit": HOSTILE}
    return reading


def test_hostile_texts_stay_texts(tmp_path: Path) -> None:
    synthetic.put(tmp_path, hostile())
    (tmp_path / "<img src=x onerror=alert(3)>").mkdir()
    archive.rebuild(report_store(tmp_path))
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page.count("<script") == 2
    assert page.count("</script") == 2
    assert "<img" not in page
    ET.fromstring((tmp_path / "feed.xml").read_text(encoding="utf-8"))


def test_the_same_archive_gives_the_same_files(tmp_path: Path) -> None:
    synthetic.fill(tmp_path, 40)
    archive.rebuild(report_store(tmp_path))
    before = {name: (tmp_path / name).read_bytes() for name in ("index.html", "feed.xml", "readings.csv")}
    archive.rebuild(report_store(tmp_path))
    assert before == {name: (tmp_path / name).read_bytes() for name in before}


def test_a_week_that_arrives_during_the_rebuild_is_in_the_index(tmp_path: Path) -> None:
    class Busy(ReportStore):
        """Another run puts a week beside the others just before the index is replaced."""

        def write(self, name: str, content: bytes) -> None:
            if name == "index.html" and not (tmp_path / synthetic.friday(2).isoformat()).exists():
                synthetic.put(tmp_path, synthetic.reading(synthetic.friday(2)))
            super().write(name, content)

    built = archive.rebuild(Busy("", synthetic.fill(tmp_path, 2)))
    assert len(built.found.weeks) == 3
    for name in ("index.html", "readings.csv", "feed.xml"):
        assert synthetic.friday(2).isoformat() in (tmp_path / name).read_text(encoding="utf-8")


def test_an_empty_place_gives_a_page_that_says_what_to_do(tmp_path: Path) -> None:
    built = archive.rebuild(report_store(tmp_path / "none yet"))
    assert "fiveengines weekly" in Path(built.page).read_text(encoding="utf-8")
    assert built.lines()[0] == "0 weeks"


def test_one_week_and_a_gap_of_years_can_be_drawn(tmp_path: Path) -> None:
    for day in (dt.date(2008, 10, 10), dt.date(2020, 3, 20)):
        synthetic.put(tmp_path, synthetic.reading(day))
        page = index_page(collect(report_store(tmp_path)))
        assert "NaN" not in page
        assert day.isoformat() in page
