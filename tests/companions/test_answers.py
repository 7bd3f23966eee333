"""An answer comes from the cache while everything that it depends on is the same, and never when anything changed."""

from __future__ import annotations

import ast
import datetime as dt
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from fiveengines import overrides
from fiveengines.base import cache, parameters, paths
from fiveengines.companions import answers, claims
from fiveengines.companions.registry import companion
from fiveengines.companions.session import Session
from fiveengines.data.dataset import Dataset, Notice
from fiveengines.overrides import Entry, computed_from
from fiveengines.report import companion_json

DAY = "2009-03-11"
ENTRY = Entry("e1", "dealer_gamma", -2.0, "a desk's figure", "", "me", dt.datetime(2009, 3, 11), dt.date(2009, 3, 6),
              dt.date(2009, 3, 13), None, "r1")  # fmt: skip


@pytest.fixture(scope="module")
def loaded() -> Session:
    return Session.load(DAY, source="demo")


@pytest.fixture
def session(loaded: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    """With parameters, portfolio and cache that a test may change."""
    shutil.copytree(paths.shipped() / "params", tmp_path / "params")
    (tmp_path / "cache").mkdir()
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path / "cache")
    monkeypatch.setenv("FIVEENGINES_PORTFOLIO", str(tmp_path / "portfolio"))
    yield replace(loaded, params=parameters.load(tmp_path / "params" / "weekly.yaml"))


def with_data(session: Session, **changed: Any) -> Session:
    return replace(session, panel=SimpleNamespace(dataset=replace(session.dataset, **changed)))


def with_another_close(data: Dataset) -> dict[str, Any]:
    frame = data.series["SPX"].frame.copy()
    frame.loc[frame.index[-1], "value"] += 0.01
    return {**data.series, "SPX": replace(data.series["SPX"], frame=frame)}


CHANGES: dict[str, Any] = {
    "session": lambda s: replace(s, as_of=pd.Timestamp("2009-03-10")),
    "source": lambda s: replace(s, source="files"),
    "start": lambda s: replace(s, start=pd.Timestamp("2009-01-02")),
    "portfolio": lambda s: replace(s, portfolio="mine"),
    "entry in force": lambda s: replace(s, entries=(ENTRY,)),
    "a close": lambda s: with_data(s, series=with_another_close(s.dataset)),
    "a series less": lambda s: with_data(
        s, series={name: each for name, each in s.dataset.series.items() if name != "VIX"}
    ),
    "another provider": lambda s: with_data(
        s, series={**s.dataset.series, "VIX": replace(s.dataset.series["VIX"], provider="cboe")}
    ),
    "no members": lambda s: with_data(s, members=None),
    "a member's sector": lambda s: with_data(
        s, members=replace(s.dataset.members, sectors={**s.dataset.members.sectors, "M001": "Mining"})
    ),
    "other prices": lambda s: with_data(s, other_prices=pd.DataFrame({"OWN": [1.0]}, index=[s.as_of])),
    "a table less": lambda s: with_data(s, tables=type(s.dataset.tables).of({})),
    "a notice": lambda s: with_data(s, notices=(Notice("warning", "SPX", "repaired"),)),
}


@pytest.mark.parametrize("kind", CHANGES)
def test_another_session_or_data_is_another_key(session: Session, kind: str) -> None:
    of = companion("selloff")
    assert answers.key(of, CHANGES[kind](session)) != answers.key(of, session)


def test_every_file_of_params_portfolio_and_trail_is_in_the_key(session: Session, tmp_path: Path) -> None:
    of = companion("rebalance")
    seen = {answers.key(of, session)}
    params = sorted((tmp_path / "params").glob("*.yaml"))
    assert len(params) > 12
    trail, portfolio = tmp_path / "params" / "overrides" / "demo", tmp_path / "portfolio" / "demo"
    written = ("holdings.csv", "trades.csv", "trades_trail.jsonl", "decisions.csv", "mine/holdings.csv")
    for count, file in enumerate(
        [*params, trail / "2009-03-06.yaml", *(portfolio / name for name in written)]
    ):
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("a", encoding="utf-8") as opened:
            opened.write("# another\n")
        seen.add(answers.key(of, session))
        assert len(seen) == count + 2, file.name
    other = session.params.portfolio.model_copy(update={"risk_profile": "aggressive"})
    changed = replace(session, params=session.params.model_copy(update={"portfolio": other}))
    assert answers.key(of, changed) not in seen
    assert answers.key(companion("selloff"), session) not in seen


@pytest.mark.parametrize("part", ["code", "library"])
def test_other_code_and_another_library_are_another_key(
    session: Session, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = companion("selloff")
    before = answers.key(of, session)
    if part == "code":
        monkeypatch.setattr(cache, "code_key", lambda *places: "changed")
    else:
        monkeypatch.setattr(computed_from, "library_versions", lambda: ("numpy 9",))
    assert answers.key(of, session) != before


def test_every_room_that_an_answer_is_computed_in_is_in_the_key() -> None:
    package = Path(answers.__file__).parents[1]
    rooms = {each.name for each in package.iterdir() if each.is_dir() or each.suffix == ".py"}
    shown_in = {"__init__.py", "__pycache__", "archive", "cli", "report", "views", "_project"}
    assert rooms - shown_in == set(answers._ROOMS)


# They hand over, lock or show what others have worked out.
NO_FIGURES = {"IPython", "filelock", "ipywidgets", "yaml"}


def test_every_library_that_a_figure_or_its_picture_comes_from_is_in_the_key() -> None:
    package = Path(answers.__file__).parents[1]
    named = {each.lower().replace("-", "_") for each in computed_from._LIBRARIES}
    # what is read with other libraries in data is held by the fingerprint of the data
    rooms = {*answers._ROOMS, "views"} - {"base", "data"}
    found = {each for room in rooms for each in imported(package / room)}
    assert {"numpy", "altair"} < found
    assert found - NO_FIGURES - {"fiveengines", *sys.stdlib_module_names} <= named


def imported(place: Path) -> Iterator[str]:
    """Names of the packages that a file or the files of a folder import from."""
    for file in place.rglob("*.py") if place.is_dir() else [place]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (each.name.partition(".")[0] for each in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield (node.module or "").partition(".")[0]


def test_the_same_question_is_answered_once_and_alike(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    analyse = claims.analyse
    monkeypatch.setattr(claims, "analyse", lambda of: asked.append(of) or analyse(of))
    of = companion("claims")
    alone = answers.marked(session, "rate_shock_hedge")
    assert not asked
    first, second = (answers.answer(of, session) for _ in range(2))
    assert (len(asked), first) == (1, second)
    assert answers.marked(session, "rate_shock_hedge") == alone
    assert [each.id for each in alone] == [
        each.id for each in first.claims if each.source == "rate_shock_hedge"
    ]


def test_a_portfolio_behind_a_link_is_in_the_key(session: Session, tmp_path: Path) -> None:
    of, elsewhere = companion("rebalance"), tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / "portfolio" / "demo").mkdir(parents=True)
    (tmp_path / "portfolio" / "demo" / "mine").symlink_to(elsewhere, target_is_directory=True)
    seen = {answers.key(of, session)}
    for text in ("ticker,shares", "ticker,shares\nCASH,1"):
        (elsewhere / "holdings.csv").write_text(text, encoding="utf-8")
        seen.add(answers.key(of, session))
    assert len(seen) == 3


def test_an_answer_during_which_a_file_was_changed_is_not_kept(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of, asked = companion("claims"), []
    holdings = tmp_path / "portfolio" / "demo" / "holdings.csv"
    holdings.parent.mkdir(parents=True)
    holdings.write_text("before", encoding="utf-8")
    result = claims.Result.model_construct(claims=[])
    monkeypatch.setattr(claims.Result, "model_dump_json", lambda of, **how: "{}")

    def analyse(of: Session) -> claims.Result:
        asked.append(of)
        if len(asked) == 1:
            holdings.write_text("after", encoding="utf-8")
        return result

    monkeypatch.setattr(claims, "analyse", analyse)
    answers.answer(of, session)
    holdings.write_text("before", encoding="utf-8")
    assert not list((tmp_path / "cache").glob("answer_*"))
    answers.answer(of, session)
    assert len(list((tmp_path / "cache").glob("answer_*"))) == 1


def test_a_document_says_with_which_manual_readings_of_its_own_source_it_was_read(session: Session) -> None:
    before = companion_json.fingerprint(session, "selloff")
    for source, changes in (("files", False), ("demo", True)):
        overrides.set_override(
            session.params.overrides_of(source),
            "dealer_gamma",
            -2.0,
            as_of=dt.date(2009, 3, 6),
            why="a desk's figure",
        )
        assert (companion_json.fingerprint(session, "selloff") != before) == changes
