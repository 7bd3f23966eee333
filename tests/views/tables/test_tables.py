"""Tables and sentences: escaped text, manual badges, and a word for everything that is missing."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from html import unescape
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.base.parameters import ENGINES
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.data.dataset import Notice
from fiveengines.overrides import Entry
from fiveengines.views import tables
from fiveengines.views.tables.markup import Column, great_table, prose, safe
from fiveengines.week import Week

HOSTILE = "</td><script>alert(1)</script><img src=x onerror=alert(1)> =1+1 {{ 7*7 }} Ärger 🙂 \u202eabc"
BY_ENGINE = ("answer", "evidence")
# Nothing to say gives nothing to show.
MAY_BE_SILENT = {
    "events",
    "files",
    "health",
    "insights",
    "no_call",
    "plan",
    "sequences",
    "trades",
    "tranches",
    "inflection_records",
}


@pytest.fixture(scope="module")
def week() -> Week:
    return Week.load(as_of="2020-06-26", source="demo")


def html(shown: Any) -> str:
    return "" if shown is None else re.sub(r"<style>.*?</style>", "", shown._repr_html_(), flags=re.DOTALL)


def entry(week: Week, field: str, value: float | str, text: str = "Dealer note") -> Entry:
    day = week.as_of.date()
    return Entry(
        id="a1",
        field=field,
        value=value,
        why=text,
        origin=text,
        who=text,
        entered_at=dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC),
        as_of=day,
        until=day + dt.timedelta(days=14),
        before=None,
    )


def everything(week: Week) -> dict[str, str]:
    # What Start lists of companions is of no week, and is Markdown.
    of_a_week = [name for name in tables.__all__ if name not in {*BY_ENGINE, "companions", "step"}]
    found = {name: html(getattr(tables, name)(week)) for name in of_a_week}
    steps = ("engine check", "dominant regime", "aggressiveness", "strategy style", "inflection points")
    found |= {f"step {name}": html(tables.step(week, name)) for name in steps}
    return found | {
        f"{name} {engine}": html(getattr(tables, name)(week, engine))
        for name in BY_ENGINE
        for engine in ENGINES
    }


def test_every_table_has_something_to_say(week: Week) -> None:
    for name, shown in everything(week).items():
        assert shown or name in MAY_BE_SILENT, name
        assert not re.search(r"\bnan\b|\bNone\b", shown), name


@pytest.mark.parametrize("name", ["cell", "heading", "title", "subtitle", "note", "group"])
def test_great_table_escapes_wherever_text_stands(name: str) -> None:
    words = dict.fromkeys(("cell", "heading", "title", "subtitle", "note", "group"), "plain") | {
        name: HOSTILE
    }
    shown = html(
        great_table(
            [words],
            Column(words["heading"], lambda row: row["cell"]),
            title=words["title"],
            subtitle=words["subtitle"],
            note=words["note"],
            group=lambda row: row["group"],
        )
    )
    assert "<script" not in shown
    assert "<img" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


@given(st.text())
def test_prose_keeps_text_as_text(text: str) -> None:
    shown = prose("start", text)
    assert shown is not None
    inside = re.sub(r"</?(div|p)( class=\"[a-z2_ ]+\")?>", "", shown._repr_html_())
    assert "<" not in inside
    assert safe(text).unescape() == text


def test_hostile_entries_and_notices_show_as_text(week: Week) -> None:
    hostile = week.with_entries((entry(week, "naaim", 30.0, HOSTILE),))
    hostile = replace(hostile, source="files", notices=(Notice("warning", None, HOSTILE),))
    for name, shown in everything(hostile).items():
        assert "<script" not in shown, name
        assert "<img" not in shown, name
    assert "&lt;script&gt;" in everything(hostile)["overrides"]
    assert "&lt;script&gt;" in everything(hostile)["health"]


def test_an_entered_figure_is_marked_with_the_data_beside_it(week: Week) -> None:
    data = next(e for e in week.engines["positioning"].evidence if e.indicator == "naaim")
    assert data.value is not None
    manual = week.with_entries((entry(week, "naaim", 12.5),))
    shown = html(tables.evidence(manual, "positioning"))
    row = next(row for row in shown.split("<tr>") if "NAAIM" in row)
    assert "12.5 %" in row
    assert ">manual<" in row
    assert f"data: {data.value:.1f} %" in row
    assert html(tables.evidence(week, "positioning")).count(">manual<") == 0
    assert "Without them the call would be" in html(tables.overrides(manual))


def test_what_the_data_say_stands_beside_an_entry_that_did_not_look(week: Week) -> None:
    vix = next(each for each in week.engines["volatility"].evidence if each.indicator == "vix")
    with_entries = week.with_entries((entry(week, "vix", 33.3), entry(week, "state:breadth", "adverse")))
    shown = html(tables.overrides(with_entries))
    assert re.search(rf">{vix.data_value:.1f}</td>", shown)
    assert re.search(rf">{week.engines['breadth'].state}</td>", shown)


def test_a_forced_state_is_marked(week: Week) -> None:
    manual = week.with_entries((entry(week, "state:liquidity", "adverse"),))
    row = next(row for row in html(tables.engines(manual)).split("<tr>") if ">Liquidity" in row)
    assert ">manual<" in row
    assert "adverse" in row


def test_evidence_names_every_indicator_once(week: Week) -> None:
    for engine, reading in week.engines.items():
        shown = html(tables.evidence(week, engine))
        assert shown.count('id="input-') == sum(each.value is not None for each in reading.evidence)
        for each in reading.evidence:
            assert str(safe(each.title)) in shown


def test_the_call_names_regime_exposure_style_and_what_was_entered(week: Week) -> None:
    said = repr(tables.call(week))
    assert f"{week.regime.number} {week.regime.name}" in said
    assert f"Target exposure: {100 * week.target_exposure.value:.0f} %" in said
    assert "by hand" not in said
    assert "1 entered by hand" in repr(tables.call(week.with_entries((entry(week, "vix", 30.0),))))


def test_the_week_is_shown_and_not_its_friday_alone(week: Week) -> None:
    path, text = week.paths["vix"], html(tables.week_path(week))
    assert path is not None and path.high_day is not None
    assert f"{path.high:,.2f} on {path.high_day:%a}" in text
    assert all(name in text for name in ("S&amp;P 500, close", "VIX, close", "VIX, highest of a session"))


def test_the_last_weeks_stand_newest_first_with_their_turns(week: Week) -> None:
    past = week.history()
    turned = week.at(past.index[past["inflection"] != ""][-1])
    for each in (week, turned):
        shown = re.sub(r"<[^>]+>", " ", html(tables.last_weeks(each))).replace("\u00a0", " ")
        days = [f"{day.day} {day:%b %Y}" for day in each.history().index[:-6:-1]]
        places = [shown.index(day) for day in days]
        assert places == sorted(places)
        assert shown.count("▲") + shown.count("●") + shown.count("▼") == 5 * len(ENGINES)
    engine, direction = str(past["inflection"].loc[turned.as_of]).split(",")[0].split(":")
    assert f"{ENGINE_NAMES[engine]} {direction}" in shown


def test_a_paragraph_takes_the_notebooks_ink_and_a_table_its_own(week: Week) -> None:
    said = html(tables.heading(week)) + html(tables.overrides(week))
    assert re.findall(r"color:(?!color-mix\(in srgb,#[0-9a-f]{6} 60%,currentcolor\))", said) == []
    assert "color-mix" not in html(tables.engines(week))


def test_the_heading_names_week_age_and_source_and_says_what_is_simulated(week: Week) -> None:
    shown = html(tables.heading(week))
    assert "Friday, 26\u00a0Jun\u00a02020" in shown
    assert re.search(r"\d+ (day|year)s? old", shown)
    assert "simulated" in shown
    assert "Start.ipynb" not in shown
    assert "Start.ipynb" in html(tables.heading(week, chosen=True))
    run = week.run.model_copy(update={"source": "files", "data_dir": "/a <b>folder"})
    real = html(tables.heading(replace(week, source="files", run=run)))
    assert "simulated" not in real
    assert "/a &lt;b&gt;folder" in real


def test_a_plan_is_shown_in_full_and_adds_up(week: Week) -> None:
    mine = week.params.portfolio
    assert mine.portfolio is not None
    rules = mine.portfolio.model_copy(
        update={"holdings": {"SPY": 0.3, "IEF": 0.2, "BIL": 0.5}, "value": 200_000.0}
    )
    portfolio = mine.model_copy(update={"portfolio": rules})
    owner = replace(week, params=week.params.model_copy(update={"portfolio": portfolio}))
    plan = owner.plan
    assert plan is not None and plan.trades
    shown = html(tables.trades(owner))
    for trade in plan.trades:
        assert trade.ticker in shown and f"${trade.amount:,.0f}" in shown
    assert f"Turnover {100 * plan.turnover:.1f} %" in shown and "nothing is sent anywhere" in shown
    equity = plan.exposures[0]
    assert f"equity from {100 * equity.before:.0f} % to {100 * equity.after:.0f} %" in html(
        tables.exposures(owner)
    )
    assert all(each.why in html(tables.tilts(owner)) for each in plan.tilts)
    steps = html(tables.tranches(owner))
    assert ("Tranche" in steps) == (plan.target_equity > equity.before + 0.005)


def test_without_a_portfolio_its_tables_are_silent(week: Week) -> None:
    bare = week.params.portfolio.model_copy(update={"portfolio": None})
    nobody = replace(week, params=week.params.model_copy(update={"portfolio": bare}))
    assert [getattr(tables, name)(nobody) for name in ("trades", "exposures", "tilts", "tranches")] == [
        None
    ] * 4


def test_what_is_only_watched_is_told_as_a_possibility(week: Week) -> None:
    watched = [each for each in week.insights if each.matters and each.status == "watch"]
    shown = unescape(html(tables.insights(week)))
    assert watched
    for each in watched:
        assert f"If it becomes active: {each.implication}" in shown


def test_an_insight_tells_since_when_how_often_and_what_followed(week: Week) -> None:
    shown = unescape(html(tables.insights(week))).replace("\u00a0", " ")
    told = [each for each in week.insights if each.matters]
    assert told
    for each in told:
        assert each.since is not None
        assert f"since {each.since.day} {each.since:%b %Y}, {each.weeks} week" in shown
        assert each.history.sentence.replace("-", "−") in shown.replace("-", "−")


def test_each_conflict_between_what_is_shown_is_told_once(week: Week) -> None:
    told = 0
    for day in week.readings.dates[80::40]:
        then = week.at(day)
        shown = unescape(html(tables.insights(then)))
        listed = {each.insight: each for each in then.insights if each.matters}
        pairs = {
            frozenset((each.insight, other.insight)): other.weigh
            for each in listed.values()
            for other in each.conflicts
            if other.insight in listed
        }
        assert shown.count("But: ") == len(pairs)
        assert all(weigh in shown for weigh in pairs.values())
        told += len(pairs)
    assert told > 3
