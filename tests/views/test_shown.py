"""What a report shows of a week is drawn once for the same week, and no other cell is touched."""

from __future__ import annotations

import ast
import datetime as dt
import json
import shutil
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.display import HTML, Markdown
from traitlets.config import Config

from fiveengines import week as room
from fiveengines.base import parameters, paths
from fiveengines.companions import answers
from fiveengines.companions.session import Session
from fiveengines.overrides import Entry
from fiveengines.views import charts, shown, tables
from fiveengines.views.charts.renderer import MIME
from fiveengines.views.tables import companion as companion_tables
from fiveengines.week import Week

DAY = "2009-03-06"
ENTRY = Entry("e1", "dealer_gamma", -2.0, "a desk's figure", "", "me", dt.datetime(2009, 3, 6), dt.date(2009, 3, 6),
              dt.date(2009, 3, 13), None, "r1")  # fmt: skip


@pytest.fixture(scope="module")
def loaded() -> Week:
    return Week.load(DAY, source="demo")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of what was drawn and not looked up, with a cache of the test's own."""
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path)
    monkeypatch.setattr(shown, "_last", shown._Week("", {}))
    found: list[str] = []
    for where, name in ((charts, "breadth"), (tables, "narrative"), (tables, "evidence")):
        make = getattr(where, name)

        def counted(*of: Any, make: Any = make, name: str = name) -> Any:
            found.append(name)
            return make(*of)

        monkeypatch.setattr(where, name, counted, raising=False)
    return found


def another_process() -> None:
    """Forget what this one has in memory, after writing it."""
    shown.keep()
    shown._last.key = ""


def test_what_was_shown_before_is_shown_again_as_it_was(loaded: Week, made: list[str]) -> None:
    calls = ((charts, "breadth"), (tables, "narrative"), (tables, "evidence", "breadth"))
    first = [shown.shown(where, name, loaded, *more) for where, name, *more in calls]
    another_process()
    again = [shown.shown(where, name, replace(loaded), *more) for where, name, *more in calls]
    assert again == first
    assert made == ["breadth", "narrative", "evidence"]
    plain = tables.narrative(loaded)
    assert again[1]._repr_mimebundle_() == ({"text/html": plain._repr_html_(), "text/plain": repr(plain)}, {})
    assert again[0]._repr_mimebundle_() == charts.breadth(loaded)._repr_mimebundle_()
    assert "200-day average" in again[0].bundle[MIME]["title"]["text"]


def test_another_engine_is_another_call(loaded: Week, made: list[str]) -> None:
    assert shown.shown(tables, "evidence", loaded, "breadth") != shown.shown(
        tables, "evidence", loaded, "liquidity"
    )
    assert made == ["evidence"] * 2


@pytest.mark.parametrize("change", ["week", "parameters", "code", "run"])
def test_another_week_is_drawn_again(
    loaded: Week, made: list[str], change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown.shown(tables, "narrative", loaded)
    another_process()
    if change == "week":
        other = loaded.at(loaded.dates[-2])
    elif change == "parameters":
        weekly = loaded.params.weekly.model_copy(update={"demo_seed": 8})
        other = replace(loaded, params=loaded.params.model_copy(update={"weekly": weekly}))
    elif change == "run":
        other = replace(loaded, run=loaded.run.model_copy(update={"params_file": "elsewhere/weekly.yaml"}))
    else:
        monkeypatch.setattr(room.cache, "code_key", lambda *places: "changed")
        other = replace(loaded)
    shown.shown(tables, "narrative", other)
    assert made == ["narrative"] * 2


def test_a_preview_is_neither_looked_up_nor_kept(loaded: Week, made: list[str], tmp_path: Path) -> None:
    for _ in range(2):
        assert shown.shown(tables, "narrative", loaded.with_entries((ENTRY,))) is not None
        another_process()
    assert made == ["narrative"] * 2
    assert not list(tmp_path.glob("shown-*"))


def test_a_file_that_was_cut_short_is_made_again(loaded: Week, made: list[str], tmp_path: Path) -> None:
    first = shown.shown(tables, "narrative", loaded)
    another_process()
    (file,) = tmp_path.glob("shown-*.json")
    file.write_bytes(file.read_bytes()[:-9])
    assert shown.shown(tables, "narrative", loaded) == first
    assert made == ["narrative"] * 2


def test_what_could_not_be_drawn_is_never_kept(
    loaded: Week, made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        def _repr_mimebundle_(self) -> dict[str, Any]:
            return {}  # altair's own answer after it has shown its error

    monkeypatch.setattr(charts, "surveys", lambda week: Broken(), raising=False)
    assert shown.shown(charts, "surveys", loaded) is None
    another_process()
    assert not list(tmp_path.glob("shown-*"))


@pytest.mark.parametrize(
    ("cell", "asks"),
    [
        ("charts.breadth(week)", True),
        ('tables.evidence(week, "breadth")', True),
        ("charts.breadth(week).properties(width=90)", False),
        ("charts.breadth(week, height=90)", False),
        ("found = charts.breadth(week)", False),
        ("week\ncharts.breadth(week)", False),
        ("print()", False),
        ("verdicts(result)", True),
        ("tables.facts(result.rates, 'Rates')", True),
        ("claims.marked(notebook.marked(session, 'note'))", True),
        ("tables.facts([each for each in result.rates])", False),
        ("tables.facts(*result.rates)", False),
        ("tables.facts((found := result.rates))", False),
    ],
)
def test_only_a_lone_call_asks_first(cell: str, asks: bool) -> None:
    changed = ast.unparse(ast.fix_missing_locations(shown.AskFirst().visit(ast.parse(cell))))
    assert (changed != cell.replace('"', "'")) is asks


def test_cells_run_as_they_stand_where_the_names_mean_something_else(loaded: Week, made: list[str]) -> None:
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell(config=config)
    shell.ast_transformers.append(shown.AskFirst())
    shell.push({"week": loaded, "tables": tables, "other": str})
    assert isinstance(shell.run_cell("tables.narrative(week)").result, shown.Shown)
    assert isinstance(shell.run_cell("tables.narrative(week)\nweek.key").result, str)
    assert shell.run_cell("other.upper('a')").result == "A"
    assert shell.run_cell("tables.safe('<')").error_in_exec is not None
    shell.run_cell("import types\ntables = types.SimpleNamespace(narrative=lambda week: 'mine')")
    assert shell.run_cell("tables.narrative(week)").result == "mine"
    shell.run_cell("from fiveengines.views import tables\nweek = week.with_entries(())")
    shell.run_cell("tables.narrative(week)")
    assert made == ["narrative"] * 2 + ["narrative"]


def shown_by(week: Week, *cells: str, setup: tuple[str, ...] = ()) -> list[Any]:
    """What the cells of a weekly notebook show in a process of its own."""
    another_process()
    shown.about(week, setup)
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell(config=config)
    shell.ast_transformers.append(shown.AskFirst())
    shell.push({"week": week, "tables": tables})
    found = [shell.run_cell(cell).result for cell in cells]
    shown.keep()
    return found


@pytest.fixture
def fresh(made: list[str], monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """`made`, in a kernel that has run nothing yet."""
    monkeypatch.setattr(shown, "_notebook", shown._Notebook())
    return made


SHOW = "tables.narrative(week)"
OTHER = "words = tables.markup.Markup('mine')\ntables.narrative = lambda week: tables.Prose((words,))"


def test_what_another_cell_did_before_shows(
    loaded: Week, fresh: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "Prose", tables.markup.Prose, raising=False)
    monkeypatch.setattr(tables, "narrative", tables.narrative)
    (plain,) = shown_by(loaded, SHOW)
    *_, mine = shown_by(loaded, OTHER, SHOW)
    *_, yours = shown_by(loaded, OTHER.replace("mine", "yours"), SHOW)
    assert ">mine<" not in plain.bundle["text/html"]
    assert ">mine<" in mine.bundle["text/html"]
    assert ">yours<" in yours.bundle["text/html"]


def test_the_same_cells_show_what_they_showed(
    loaded: Week, fresh: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setup in (("first",), ("second",)):
        for _ in range(2):
            monkeypatch.setattr(shown, "_notebook", shown._Notebook())
            shown_by(loaded, "str.upper('a')", SHOW, "other = 1", SHOW, setup=setup)
    assert fresh == ["narrative"] * 4, "twice for each set-up: before and after the other cell"
    (file,) = tmp_path.glob("shown-*")
    assert len(json.loads(file.read_bytes()[:-32])) == 2, (
        "what another state of the notebook showed is not kept beside it"
    )


def test_a_later_notebook_of_the_kernel_has_what_ran_in_the_earlier_one_before_it(
    loaded: Week, fresh: list[str]
) -> None:
    shown_by(loaded, SHOW)
    shown_by(loaded, SHOW)
    assert fresh == ["narrative"]
    shown_by(loaded, "theme = 'dark'", SHOW)
    shown_by(loaded, SHOW)
    shown_by(loaded, SHOW)
    assert fresh == ["narrative"] * 2, "as after that cell"


@pytest.mark.parametrize(
    "cell", ["import tempfile", "from os import getcwd", "words = open('/dev/null').read()", "%precision 3"]
)
@pytest.mark.parametrize("before", [True, False])
def test_after_a_cell_that_may_read_anything_nothing_is_looked_up(
    loaded: Week, fresh: list[str], tmp_path: Path, cell: str, before: bool
) -> None:
    for _ in range(2):
        shown_by(loaded, *([] if before else [cell]), SHOW, setup=(cell,) if before else ())
    assert fresh == ["narrative"] * 2
    assert not list(tmp_path.glob("shown-*"))


def test_the_age_of_a_week_is_never_looked_up(loaded: Week, fresh: list[str], tmp_path: Path) -> None:
    shown_by(loaded, "tables.heading(week)", "from fiveengines.views.tables import heading", "heading(week)")
    assert not list(tmp_path.glob("shown-*"))


def test_any_kind_of_picture_and_text_is_kept(
    loaded: Week, fresh: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    picture = SimpleNamespace(_repr_mimebundle_=lambda: {"image/png": b"\x89PNG", "text/plain": "picture"})
    monkeypatch.setattr(tables, "gauge", lambda week: picture, raising=False)
    monkeypatch.setattr(tables, "links", lambda week: Markdown("*one*"), raising=False)
    cells = "tables.gauge(week)", "tables.links(week)"
    first = shown_by(loaded, *cells)
    assert first[0].bundle == {"image/png": "iVBORw==", "text/plain": "picture"}
    assert first[1].bundle["text/markdown"] == "*one*"
    assert shown_by(loaded, *cells) == first


@pytest.fixture(scope="module")
def evening() -> Session:
    return Session.load(DAY, source="demo")


@pytest.fixture
def session(evening: Session, made: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Session:
    """With parameters and a portfolio that a test may change."""
    shutil.copytree(paths.shipped() / "params", tmp_path / "params")
    (tmp_path / "portfolio" / "demo").mkdir(parents=True)
    monkeypatch.setenv("FIVEENGINES_PORTFOLIO", str(tmp_path / "portfolio"))
    monkeypatch.setattr(shown, "_notebook", shown._Notebook())

    def counted(of: Any, *more: Any) -> HTML:
        made.append(str(of))
        return HTML(f"<p>{of}</p>")

    monkeypatch.setattr(companion_tables, "bottom_line", counted)
    return replace(evening, params=parameters.load(tmp_path / "params" / "weekly.yaml"))


def notebook_about(session: Session, answer: Any, *cells: str) -> list[Any]:
    """What the cells of a companion's notebook show in a process of its own."""
    another_process()
    shown.about(session)
    shown.answered(session, "selloff", answer)
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell(config=config)
    shell.ast_transformers.append(shown.AskFirst())
    shell.push({"session": session, "result": answer, "companion": companion_tables, "other": ["o"]})
    found = [shell.run_cell(cell).result for cell in cells]
    shown.keep()
    return found


CELLS = ("companion.bottom_line(result)", "companion.bottom_line(result.rates, 'Rates')")
ANSWER = SimpleNamespace(rates="rates")


def test_what_was_shown_of_an_answer_is_shown_again_as_it_was(session: Session, made: list[str]) -> None:
    first = notebook_about(session, ANSWER, *CELLS)
    assert notebook_about(replace(session), SimpleNamespace(rates="rates"), *CELLS) == first
    assert made == [str(ANSWER), "rates"]
    assert first[1].bundle["text/html"] == "<p>rates</p>"


@pytest.mark.parametrize("change", ["holdings", "parameters", "entry", "start", "portfolio", "run", "code"])
def test_a_changed_session_is_drawn_again(
    session: Session, made: list[str], change: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    notebook_about(session, ANSWER, *CELLS)
    if change == "holdings":
        (tmp_path / "portfolio" / "demo" / "holdings.csv").write_text("ticker,shares\nCASH,1\n")
    elif change == "parameters":
        with (tmp_path / "params" / "selloff.yaml").open("a") as file:
            file.write("# another comment\n")
    elif change == "code":
        monkeypatch.setattr(answers.cache, "code_key", lambda *places: "changed")
    else:
        changed: dict[str, Any] = {
            "entry": {"entries": (ENTRY,)},
            "start": {"start": session.as_of},
            "portfolio": {"portfolio": "mine"},
            "run": {"run": session.run.model_copy(update={"params_file": "elsewhere/weekly.yaml"})},
        }
        session = replace(session, **changed[change])
    notebook_about(session, ANSWER, *CELLS)
    assert made == [str(ANSWER), "rates"] * 2


def test_what_may_be_anything_is_never_looked_up(session: Session, made: list[str]) -> None:
    cells = ("companion.bottom_line(other)", "companion.bottom_line(str(result.rates))", "str.upper(*other)")
    for _ in range(2):
        assert notebook_about(session, ANSWER, *cells)[2] == "O"
    notebook_about(session, ANSWER, "result = 1.5\nother = [result]", "companion.bottom_line(other)")
    assert made == ["['o']", "rates", "['o']", "rates", "[1.5]"]


def test_only_the_companions_own_answer_is_its_answer(session: Session) -> None:
    notebook_about(session, ANSWER)
    assert shown.is_answer("selloff", ANSWER)
    assert not shown.is_answer("selloff", SimpleNamespace(rates="rates"))
    assert not shown.is_answer("rotation", ANSWER)
    shown.answered(replace(session), "rotation", ANSWER)
    assert not shown.is_answer("rotation", ANSWER)


def test_nothing_is_kept_when_the_portfolio_was_changed_meanwhile(
    session: Session, made: list[str], tmp_path: Path
) -> None:
    shown.about(session)
    shown.answered(session, "selloff", ANSWER)
    shown.shown(companion_tables, "bottom_line", ANSWER)
    (tmp_path / "portfolio" / "demo" / "trades.csv").write_text("changed\n")
    shown.keep()
    assert not list(tmp_path.glob("shown-*"))


def test_a_notebook_about_a_week_forgets_the_session_before_it(
    session: Session, loaded: Week, made: list[str]
) -> None:
    notebook_about(session, ANSWER)
    shown.about(loaded)
    for _ in range(2):
        shown.shown(companion_tables, "bottom_line", ANSWER)
        shown.shown(tables, "narrative", loaded)
    assert made == [str(ANSWER), "narrative", str(ANSWER)]
