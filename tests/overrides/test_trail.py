"""The trail on disk: two editors, hostile text, hand-edited files, and nothing lost."""

from __future__ import annotations

import datetime as dt
import multiprocessing
import re
import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from fiveengines import overrides
from fiveengines.base.errors import ConflictError, FiveEnginesError, OverrideError
from fiveengines.overrides import Change, Entry
from fiveengines.overrides.entries import Record

DAY = dt.date(2024, 3, 1)
NEXT = dt.date(2024, 3, 8)
AT = dt.datetime(2024, 3, 2, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "overrides"


def enter(folder: Path, value: object, field: str = "cta_exposure", **more: object) -> Entry:
    given = {"why": "a bank's note", "who": "Ada", "as_of": DAY, "now": AT} | more
    return overrides.set_override(folder, field, value, **given)  # type: ignore[arg-type]


def test_a_missing_folder_is_an_empty_trail(folder: Path) -> None:
    assert overrides.load(folder).records == ()
    assert overrides.stamp(folder) == ()


def test_set_change_and_expire_leave_a_record_each(folder: Path) -> None:
    first = enter(folder, 65, before=12.5, origin="desk")
    second = enter(folder, 70)
    assert second.id == first.id
    overrides.expire(folder, "cta_exposure", as_of=NEXT, who="Bo", why="stale")
    trail = overrides.load(folder)
    told = [(r.action, r.who, r.before, r.after, r.data) for r in trail.records]
    assert told == [
        ("set", "Ada", 12.5, 65.0, 12.5),
        ("change", "Ada", 65.0, 70.0, 12.5),
        ("withdraw", "Bo", 70.0, None, 12.5),
    ]
    assert [each.value for each in trail.active(DAY)] == [70.0]
    assert trail.active(NEXT) == ()
    assert sorted(path.name for path in folder.glob("*.yaml")) == ["2024-03-01.yaml", "2024-03-08.yaml"]


def test_a_clock_that_is_behind_loses_nothing(folder: Path) -> None:
    enter(folder, 65)
    enter(folder, 70, now=AT - dt.timedelta(minutes=5), who="Bo")
    assert [each.value for each in overrides.load(folder).active(DAY)] == [70.0]


def test_withdrawing_lets_an_older_entry_count_again(folder: Path) -> None:
    enter(folder, 65, until=dt.date(2024, 4, 5))
    newer = enter(folder, 70, as_of=NEXT)
    later = AT + dt.timedelta(minutes=1)
    gone = Record(
        id="gone",
        action="withdraw",
        entry=newer.id,
        field=newer.field,
        reading=NEXT,
        why="",
        who="Bo",
        at=later,
    )
    assert [each.value for each in overrides.load(folder).adding([gone]).active(NEXT)] == [65.0]


def test_a_reading_on_a_thursday_before_a_holiday_keeps_its_date(folder: Path) -> None:
    assert enter(folder, 65, as_of="2024-03-28").as_of == dt.date(2024, 3, 28)
    assert enter(folder, 65, as_of="2024-04-03").as_of == dt.date(2024, 3, 28)


def test_rows_say_what_each_entry_is(folder: Path) -> None:
    enter(folder, 20, "vix", until=DAY)
    enter(folder, 65)
    enter(folder, 70, as_of=NEXT)
    rows = overrides.list_overrides(folder, NEXT)
    assert {(row["field"], row["value"], row["status"]) for row in rows} == {
        ("vix", 20.0, "expired"),
        ("cta_exposure", 65.0, "superseded"),
        ("cta_exposure", 70.0, "active"),
    }


def test_nothing_to_expire_says_so(folder: Path) -> None:
    with pytest.raises(OverrideError, match="no manual reading is in force"):
        overrides.expire(folder, "vix", as_of=DAY)
    assert not list(folder.glob("*.yaml"))


@pytest.mark.parametrize("until", ["2024-02-01", "2031-01-01", "soon"])
def test_impossible_dates_are_refused(folder: Path, until: str) -> None:
    with pytest.raises(OverrideError, match="until"):
        enter(folder, 65, until=until)


def test_a_reading_to_come_is_refused_and_a_running_day_belongs_to_the_last_one(folder: Path) -> None:
    tomorrow = dt.date.today() + dt.timedelta(days=1)
    with pytest.raises(OverrideError, match="is in the future"):
        enter(folder, 65, as_of=tomorrow)
    assert overrides.load(folder).records == ()
    latest = enter(folder, 65, as_of=dt.date.today(), now=None)
    assert latest.as_of == enter(folder, 65, as_of=None, now=None).as_of


def test_a_reason_is_needed(folder: Path) -> None:
    with pytest.raises(OverrideError, match="why"):
        enter(folder, "adverse", "state:breadth", why=" \u202e\t")


def test_the_second_of_two_editors_is_told_and_loses_nothing(folder: Path) -> None:
    seen = overrides.load(folder).newest_record("cta_exposure", DAY)
    expected = seen.id if seen else None
    enter(folder, 65, expected=expected)
    with pytest.raises(OverrideError) as caught:
        enter(folder, -20, expected=expected, who="Bo")
    text = str(caught.value)
    assert "changed since you opened it" in text
    assert "set to 65 by Ada at 09:30 UTC" in text
    held = re.search(r"record (\w+)", text)
    trail = overrides.load(folder)
    assert [each.value for each in trail.active(DAY)] == [65.0]
    assert [(r.id, r.after, r.who) for r in trail.records if r.action == "held"] == [
        (held.group(1) if held else "", -20.0, "Bo")
    ]


def test_one_clash_does_not_hold_up_the_other_changes(folder: Path) -> None:
    enter(folder, 65)
    changes = [
        Change("cta_exposure", 10.0, "mine", expected=None),
        Change("vix", 30.0, "mine", expected=None),
    ]
    with pytest.raises(ConflictError, match="Trend followers"):
        overrides.save(folder, changes, as_of=DAY, who="Bo")
    found = {each.field: each.value for each in overrides.load(folder).active(DAY)}
    assert found == {"cta_exposure": 65.0, "vix": 30.0}


def test_an_impossible_value_among_several_saves_none(folder: Path) -> None:
    with pytest.raises(OverrideError):
        overrides.save(folder, [Change("vix", 30.0, "w"), Change("naaim", 999.0, "w")], as_of=DAY, who="Bo")
    assert overrides.load(folder).records == ()


def _editor(folder: Path, name: str) -> None:
    for number in range(5):
        enter(folder, number, who=name, now=None)


def test_many_editors_at_once_lose_no_record(folder: Path) -> None:
    context = multiprocessing.get_context("fork")
    editors = [context.Process(target=_editor, args=(folder, f"E{n}")) for n in range(3)]
    for each in editors:
        each.start()
    for each in editors:
        each.join(30)
    assert [each.exitcode for each in editors] == [0, 0, 0]
    records = overrides.load(folder).records
    assert len(records) == 15
    assert {r.who for r in records} == {"E0", "E1", "E2"}
    assert not [path.name for path in folder.iterdir() if path.name not in {"2024-03-01.yaml", ".lock"}]


HOSTILE = [
    "<script>alert(1)</script>",
    '=HYPERLINK("http://x","y")',
    "!!python/object/apply:os.system ['true']",
    "- a: {b}\n# not a comment\n---\n...",
    "🧨👩‍👩‍👧 naïve",
    "קנה עכשיו לפני שיהיה מאוחר",
    "%s {0} ${PATH} `id`",
    "'\"\\ : # & * ? | > @",
    "null",
    "2024-03-01",
    "~",
    "yes",
    "1_000",
    "12:30:00",
    "0o17",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_text_comes_back_as_it_was_typed(folder: Path, text: str) -> None:
    assert enter(folder, 65, why=text, origin=text[:300], who=text[:100]).why == " ".join(text.split())


def test_marks_that_reorder_or_do_not_show_are_left_out(folder: Path) -> None:
    made = enter(folder, 65, why="safe\u202egnp.exe\x00\x1b[31m\ud800 end")
    assert made.why == "safegnp.exe[31m end"


@pytest.mark.parametrize(("field", "most"), [("why", "2,000"), ("origin", "300"), ("who", "100")])
def test_ten_thousand_characters_are_too_many(folder: Path, field: str, most: str) -> None:
    with pytest.raises(OverrideError, match=f"10,000 characters are too many. Keep it to {most}"):
        enter(folder, 65, **{field: "x" * 10_000})
    assert overrides.load(folder).records == ()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(min_size=1, max_size=80), st.text(max_size=80))
@example("\x85", "\u2028")
@example("\ufeff", "\ufffe")
def test_any_text_survives_the_file(tmp_path: Path, why: str, origin: str) -> None:
    folder = tmp_path / "any"
    try:
        made = enter(folder, 65, why=why, origin=origin)
    except OverrideError as error:
        assert "why: is empty" in str(error)
        return
    again = overrides.load(folder).active(DAY)[0]
    assert (again.why, again.origin) == (made.why, made.origin)
    assert "\n" not in again.why


def test_a_file_edited_by_hand_keeps_its_comments_and_its_style(folder: Path) -> None:
    enter(folder, 65)
    path = folder / "2024-03-01.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# my own remark\n", encoding="utf-8")
    enter(folder, 70)
    assert "# my own remark" in path.read_text(encoding="utf-8")
    head, rows = path.read_text(encoding="utf-8").split("records:\n")
    path.write_text(head + "records:\n" + textwrap.indent(rows, "    "), encoding="utf-8")
    enter(folder, 75)
    assert [r.after for r in overrides.load(folder).records] == [65.0, 70.0, 75.0]


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (("after: 65.0", "after: sixty"), "needs a number"),
        (("field: cta_exposure", "field: ct_exposure"), "ct_exposure"),
        (("until: 2024-03-15", "until: 2024-02-15"), "before"),
        (("who: Ada", "whom: Ada"), "Did you mean 'who'"),
        (("records:", "records: ["), "line"),
    ],
)
def test_a_broken_file_is_named_with_its_mistake(folder: Path, edit: tuple[str, str], said: str) -> None:
    enter(folder, 65)
    path = folder / "2024-03-01.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(*edit), encoding="utf-8")
    with pytest.raises(FiveEnginesError) as caught:
        overrides.load(folder)
    assert "2024-03-01.yaml" in str(caught.value)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_the_stamp_changes_with_every_record_and_only_then(folder: Path) -> None:
    enter(folder, 65)
    first = overrides.stamp(folder)
    assert overrides.stamp(folder) == first
    enter(folder, 70)
    assert overrides.stamp(folder) != first


def test_drafts_write_nothing_and_tell_what_saving_would_do(folder: Path) -> None:
    enter(folder, 65)
    trail = overrides.load(folder)
    drafted = overrides.draft(trail, [Change("cta_exposure", None), Change("vix", 33.0, until=NEXT)], DAY)
    assert {e.field: e.value for e in trail.adding(drafted).active(DAY)} == {"vix": 33.0}
    assert {e.field: e.value for e in overrides.load(folder).active(DAY)} == {"cta_exposure": 65.0}


def test_an_entry_belongs_to_one_source(tmp_path: Path) -> None:
    for source, value in (("demo", 10), ("files", 20)):
        enter(tmp_path / source, value)
    assert [each.value for each in overrides.load(tmp_path / "demo").entries] == [10]
    assert [each.value for each in overrides.load(tmp_path / "files").entries] == [20]
    assert overrides.load(tmp_path / "live").entries == ()


def test_an_entry_from_before_sources_counts_for_real_data_alone(tmp_path: Path) -> None:
    """It keeps its meaning for files and live, and never reaches the simulated market; `source` was its origin."""
    enter(tmp_path, 65, origin="desk")
    file = next(tmp_path.glob("*.yaml"))
    file.write_text(file.read_text(encoding="utf-8").replace("origin:", "source:"), encoding="utf-8")
    for source in ("files", "live"):
        assert [(each.value, each.origin) for each in overrides.load(tmp_path / source).entries] == [
            (65, "desk")
        ]
    assert overrides.load(tmp_path / "demo").entries == ()
    before = file.read_bytes()
    overrides.expire(tmp_path / "files", "cta_exposure", as_of=DAY, why="over")
    assert overrides.load(tmp_path / "files").active(DAY) == ()
    assert [each.value for each in overrides.load(tmp_path / "live").active(DAY)] == [65]
    assert file.read_bytes() == before
