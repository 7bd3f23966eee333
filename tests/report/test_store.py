"""Where reports are kept: a local folder, file:// and memory:// answer alike, and refusals are one line."""

from __future__ import annotations

import itertools
import json
import shutil
from pathlib import Path

import pytest

from archive import synthetic
from fiveengines import archive
from fiveengines.archive import retention
from fiveengines.base.errors import DataError, FiveEnginesError, ParameterError
from fiveengines.report.saving import newest_day, save_documents
from fiveengines.report.store import ReportStore, report_store

NUMBER = itertools.count()


@pytest.fixture(params=["path", "file", "memory"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> ReportStore:
    match request.param:
        case "path":
            return report_store(tmp_path / "reports")
        case "file":
            return report_store((tmp_path / "reports & more").as_uri())
    return report_store(f"memory://reports-{next(NUMBER)}/deep")


def test_kinds(where: ReportStore, request: pytest.FixtureRequest) -> None:
    remote = "memory" in request.node.name
    assert (where.local is None) == remote


def test_what_is_written_is_read_listed_copied_and_removed(where: ReportStore) -> None:
    assert where.folders() == []
    assert where.files("2020-01-03") == {}
    assert where.read(["a"]) == {"a": None}
    where.write("2020-01-03/weekly.html", b"page")
    where.write("2020-01-03/revisions/x/weekly.html", b"older")
    where.write("2020-01-10/weekly.html", b"newer")
    where.write("index.html", b"index")
    assert where.folders() == ["2020-01-03", "2020-01-10"]
    assert where.files("2020-01-03") == {"weekly.html": 4, "revisions/x/weekly.html": 5}
    where.copy("2020-01-03/weekly.html", "2020-01-03/revisions/y/weekly.html")
    assert where.folders("2020-01-03/revisions") == ["x", "y"]
    assert where.read(["2020-01-03/revisions/y/weekly.html", "no"]) == {
        "2020-01-03/revisions/y/weekly.html": b"page",
        "no": None,
    }
    where.write("index.html", b"again")
    assert where.read(["index.html"]) == {"index.html": b"again"}
    where.remove("2020-01-03/revisions/x")
    where.remove("2020-01-10")
    where.remove("never there")
    assert where.folders() == ["2020-01-03"]
    assert where.folders("2020-01-03/revisions") == ["y"]


def week(number: int, made: str) -> dict[str, str | bytes]:
    reading = synthetic.reading(synthetic.friday(number), generated_at=made)
    return {"weekly.html": f"page {made}", "weekly.ipynb": "{}", "reading.json": json.dumps(reading)}


def test_a_week_written_again_keeps_the_earlier_one(where: ReportStore) -> None:
    day = synthetic.friday(0).isoformat()
    for moment in ("2020-01-04T08:00:00+00:00", "2020-01-05T08:00:00+00:00", "2020-01-05T08:00:00+00:00"):
        save_documents(where, day, week(0, moment))
    assert where.read([f"{day}/weekly.html"]) == {f"{day}/weekly.html": b"page 2020-01-05T08:00:00+00:00"}
    revisions = where.folders(f"{day}/revisions")
    assert revisions == ["2020-01-04T080000Z", "2020-01-05T080000Z"]
    older = f"{day}/revisions/2020-01-04T080000Z/weekly.html"
    assert where.read([older]) == {older: b"page 2020-01-04T08:00:00+00:00"}


class Killed(BaseException):
    """Stands for the end of a process in the middle of a step."""


class Cut(ReportStore):
    """A store whose process ends before the operation numbered `left`; `done` names those that came through."""

    left = 1000
    done: list[str]

    def _one(self, name: str) -> None:
        self.left -= 1
        if self.left < 0:
            raise Killed
        self.done.append(name)

    def write(self, name: str, content: bytes) -> None:
        self._one(f"write {name}")
        super().write(name, content)

    def copy(self, source: str, target: str) -> None:
        self._one(f"copy {source}")
        super().copy(source, target)

    def remove(self, name: str) -> None:
        self._one(f"remove {name}")
        super().remove(name)


EARLIER, LATER = "2020-01-04T08:00:00+00:00", "2020-01-05T08:00:00+00:00"


def cut_store(left: int) -> Cut:
    store = Cut(f"memory://cut-{next(NUMBER)}")
    store.done = []
    save_documents(store, synthetic.friday(0).isoformat(), week(0, EARLIER))
    store.done, store.left = [], left
    return store


def test_on_an_object_store_the_reading_goes_first_and_comes_last() -> None:
    store, day = cut_store(1000), synthetic.friday(0).isoformat()
    save_documents(store, day, week(0, LATER))
    changes = [each for each in store.done if not each.startswith("copy")]
    assert changes == [
        f"remove {day}/reading.json",
        f"write {day}/weekly.html",
        f"write {day}/weekly.ipynb",
        f"write {day}/reading.json",
        "write latest",
    ]
    assert store.done[:3] == [
        f"copy {day}/{name}" for name in ("reading.json", "weekly.html", "weekly.ipynb")
    ]


@pytest.mark.parametrize("left", range(8))
def test_a_run_cut_off_on_an_object_store_loses_nothing_and_marks_nothing_complete(left: int) -> None:
    store, day = cut_store(left), synthetic.friday(0).isoformat()
    with pytest.raises(Killed):
        save_documents(store, day, week(0, LATER))
    found = store.files(day)
    pages = store.read(f"{day}/{name}" for name in found if name.endswith("weekly.html"))
    assert f"page {EARLIER}".encode() in pages.values()
    if "reading.json" in found:
        whole = store.read([f"{day}/reading.json", f"{day}/weekly.html"])
        made = json.loads(whole[f"{day}/reading.json"] or b"")["generated_at"]
        assert whole[f"{day}/weekly.html"] == f"page {made}".encode()
    else:
        assert [each.name for each in archive.collect(store).unreadable] == [day]
    store.left = 1000
    save_documents(store, day, week(0, LATER))
    assert [each.day for each in archive.collect(store).weeks] == [day]


def test_the_newest_week_and_a_failure_that_harms_nothing(where: ReportStore) -> None:
    for number in (2, 0):
        save_documents(where, synthetic.friday(number).isoformat(), week(number, "2020-01-04T08:00:00+00:00"))
    newest = synthetic.friday(2).isoformat()
    assert newest_day(where) == newest
    save_documents(where, newest, {"weekly.html": "failed", "weekly.ipynb": "{}"}, failed=True)
    assert where.read([f"{newest}/weekly.html"])[f"{newest}/weekly.html"] == b"page 2020-01-04T08:00:00+00:00"
    built = archive.rebuild(where)
    assert [each.day for each in built.found.weeks] == [synthetic.friday(0).isoformat(), newest]
    assert built.found.failed == (newest,)
    assert built.found.unreadable == ()
    assert sorted(where.read(["index.html", "feed.xml", "readings.csv"]).values(), key=len)[0]
    if where.local is None:
        assert where.read(["latest"])["latest"] == f"{newest}\n".encode()
    else:
        assert (where.local / "latest").readlink() == Path(newest)


def test_a_copy_of_a_week_in_the_place_of_the_link_gives_way_and_a_foreign_folder_does_not(
    tmp_path: Path,
) -> None:
    where, day = report_store(tmp_path), synthetic.friday(0).isoformat()
    synthetic.put(tmp_path, synthetic.reading(synthetic.friday(0)))
    shutil.copytree(tmp_path / day, tmp_path / "latest")
    save_documents(where, day, week(0, "2020-01-04T08:00:00+00:00"))
    assert (tmp_path / "latest").readlink() == Path(day)
    (tmp_path / "latest").unlink()
    (tmp_path / "latest").mkdir()
    (tmp_path / "latest" / "mine.txt").touch()
    save_documents(where, day, week(0, "2020-01-05T08:00:00+00:00"))
    assert (tmp_path / "latest" / "mine.txt").is_file()


def test_retention_plans_what_it_removes_and_removes_what_it_planned(where: ReportStore) -> None:
    for number in range(6):
        for moment in ("2020-01-04T08:00:00+00:00", "2020-01-05T08:00:00+00:00", "2020-01-06T08:00:00+00:00"):
            save_documents(where, synthetic.friday(number).isoformat(), week(number, moment))
    where.write("notes/mine.txt", b"mine")
    where.write("1999-01-01/mine.txt", b"a week's name without a reading is not ours")
    going = retention.plan(where, keep_weeks=4, keep_revisions=1)
    days = [synthetic.friday(number).isoformat() for number in range(6)]
    assert [each.name for each in going] == [
        *days[:2],
        *(
            f"{day}/revisions/2020-01-04T080000Z/weekly.{kind}"
            for day in days[2:]
            for kind in ("html", "ipynb")
        ),
    ]
    assert all(each.size > 1000 for each in going[:2])
    assert retention.plan(where, keep_weeks=4, keep_revisions=1) == going
    retention.remove(where, going)
    assert where.folders() == ["1999-01-01", *days[2:], "notes"]
    # what was told first stays as a reading, for the record
    assert where.folders(f"{days[5]}/revisions") == ["2020-01-04T080000Z", "2020-01-05T080000Z"]
    assert list(where.files(f"{days[5]}/revisions/2020-01-04T080000Z")) == ["reading.json"]
    assert retention.plan(where, keep_weeks=4, keep_revisions=1) == []
    assert retention.plan(where) == []


def test_keeping_no_weeks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="--keep-weeks 0"):
        retention.plan(report_store(tmp_path), keep_weeks=0)


@pytest.mark.parametrize("url", ["nowhere://bucket/reports", "s4://x"])
def test_an_unknown_kind_of_url_is_one_line(url: str) -> None:
    with pytest.raises(ParameterError) as refused:
        report_store(url)
    assert "\n" not in str(refused.value)
    assert url in str(refused.value)


def test_a_missing_package_is_named() -> None:
    pytest.importorskip("fsspec")
    try:
        import adlfs  # noqa: F401
    except ImportError:
        with pytest.raises(ParameterError, match="not installed"):
            report_store("abfs://box/reports")
    else:
        pytest.skip("adlfs is installed here")


def test_a_password_in_a_url_is_not_shown() -> None:
    shown = report_store("memory://user:secret@host/reports")
    assert "secret" not in shown.label


def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    with pytest.raises(DataError) as refused:
        archive.rebuild(report_store(tmp_path / "taken"))
    assert isinstance(refused.value, FiveEnginesError)
    assert "taken" in str(refused.value)
