"""A year of demo and of real weeks: each conclusion that differs from last week's is explained, replay proves it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pandas as pd
import pytest

from fiveengines.base.formats import percent
from fiveengines.commentary import conclusion_diff
from fiveengines.commentary.conclusion_diff import ConclusionChange
from fiveengines.model import readings
from fiveengines.overrides import Entry
from fiveengines.playbook import content
from fiveengines.week import Week

WEEKS = 52
# The year of 2008's crisis: every regime but one, two re-entries, stress of credit and its end.
REAL_END = "2009-03-27"


@pytest.fixture(scope="module")
def demo() -> list[Week]:
    return last_year(Week.load(as_of="2026-11-20", source="demo"))


@pytest.fixture(scope="module")
def real(real_data: Path) -> list[Week]:
    whole = Week.load(as_of="2019-12-27", source="files", data_dir=real_data)
    return last_year(whole.at(pd.Timestamp(REAL_END)))


def last_year(week: Week) -> list[Week]:
    """The last weeks of one load, oldest first; the one before them is there to differ from."""
    return [week.at(day) for day in week.dates[-WEEKS - 1 :]]


def said(week: Week) -> dict[str, str]:
    """What the week's own results say, by the id of the conclusion: none of it from the explanation."""
    found = {f"state:{name}": each.state for name, each in week.engines.items() if name != "positioning"}
    found |= {f"direction:{name}": each.direction for name, each in week.engines.items()}
    found |= {f"narrative:{name}": clause for name, clause in week.clauses.items()}
    found["regime"] = week.call_name
    found |= {f"insight:{each.insight}": each.status for each in week.insights if not each.opposite}
    if week.target_exposure is not None and week.certainty is not None and week.style is not None:
        found["exposure"] = percent(week.target_exposure.value)
        found["confidence"] = percent(week.certainty.confidence)
        found["style"] = content.styles()[week.style.name].name  # type: ignore[index]
        found["tape"] = week.style.agreement
    return found


def check(weeks: list[Week]) -> None:
    kinds: Counter[str] = Counter()
    for earlier, week in pairwise(weeks):
        changes = {each.id: each for each in week.conclusion_changes}
        then, now = said(earlier), said(week)
        differing = {name for name in then.keys() & now.keys() if then[name] != now[name]}
        assert differing <= changes.keys(), f"{week.as_of:%F} says nothing of {differing - changes.keys()}"
        for name in differing:
            assert (changes[name].before, changes[name].now) == (then[name], now[name])
        for each in changes.values():
            kinds[each.kind] += 1
            explained(week, each)
    assert kinds.keys() >= {
        "regime",
        "confirmation",
        "confidence",
        "state",
        "direction",
        "exposure",
        "narrative",
    }


def explained(week: Week, change: ConclusionChange) -> None:
    """The named inputs restore last week's words, or time is named for what they leave."""
    inputs = frozenset(each.input for each in change.inputs)
    again = conclusion_diff.replayed(week.replay_record, change.id, inputs)
    assert again == change.without, f"{week.as_of:%F} {change}"
    if change.time is None:
        assert inputs, f"{week.as_of:%F} {change} names nothing"
        assert again == change.before
    elif not inputs:
        assert again == change.now, f"{week.as_of:%F} {change}"
    assert all(each.text in change.sentence for each in change.inputs[:3])


LENGTHS = [WEEKS // 2, pytest.param(WEEKS, marks=pytest.mark.long)]


@pytest.mark.parametrize("weeks", LENGTHS)
def test_weeks_of_the_demo_have_no_unexplained_change(demo: list[Week], weeks: int) -> None:
    check(demo[-weeks - 1 :])


@pytest.mark.real_data
@pytest.mark.parametrize("weeks", LENGTHS)
def test_real_weeks_have_no_unexplained_change(real: list[Week], weeks: int) -> None:
    check(real[: weeks + 1])


@pytest.mark.real_data
def test_the_whole_model_read_again_with_last_weeks_inputs_says_what_it_said(real: list[Week]) -> None:
    """All weeks through the model, not the replay of one row: regimes and states that indicators alone changed."""
    chosen = [
        (week, each)
        for week in real[1:]
        for each in week.conclusion_changes
        if each.kind in ("regime", "state")
        and each.time is None
        and all(one.input in week.readings.applied.values for one in each.inputs)
    ]
    assert len(chosen) >= 8
    for week, each in chosen[:: len(chosen) // 8]:
        values = week.readings.applied.values.copy()
        names = [one.input for one in each.inputs]
        values.loc[week.as_of, names] = values.loc[week.dates[-2], names]
        applied = replace(week.readings.applied, values=values)
        again = replace(week, readings=readings.read(week.measured, week.params, applied))
        found = again.call_name if each.kind == "regime" else again.engines[str(each.about)].state
        assert found == (
            each.before if each.about != "positioning" else week.engines["positioning"].previous_state
        )


@pytest.mark.real_data
def test_the_first_crisis_of_volatility_is_named(real: list[Week]) -> None:
    """The week to 10 October 2008: VIX from 45 to 70."""
    week = next(each for each in real if each.as_of == pd.Timestamp("2008-10-10"))
    clause = next(each for each in week.conclusion_changes if each.id == "narrative:volatility")
    assert [each.input for each in clause.inputs] == ["vix"]
    assert clause.sentence.endswith(": VIX 45.1 → 70.0.")


def entries(week: Week) -> Iterator[Entry]:
    for field, value in (("state:breadth", "adverse"), ("vix", 45.0)):
        yield Entry(
            id=field,
            field=field,
            value=value,
            why="for the test",
            origin="",
            who="a person",
            entered_at=week.as_of.to_pydatetime(),
            as_of=week.as_of.date(),
            until=week.as_of.date(),
            before=None,
        )


def held(week: Week, engine: str) -> str:
    """An engine's state where it is that of the week before, else nothing."""
    found = week.engines[engine]
    return found.state if found.state == found.previous_state else ""


def test_what_was_entered_by_hand_is_named_as_such(demo: list[Week]) -> None:
    week = next(each for each in reversed(demo) if held(each, "breadth") == "supportive")
    changes = {each.id: each for each in week.with_entries(tuple(entries(week))).conclusion_changes}
    assert [(each.input, each.by_hand) for each in changes["state:breadth"].inputs] == [
        ("state:breadth", True)
    ]
    assert ("vix", True) in [(each.input, each.by_hand) for each in changes["narrative:volatility"].inputs]


def test_the_first_week_has_nothing_to_differ_from(demo: list[Week]) -> None:
    assert demo[-1].at(demo[-1].dates[0]).conclusion_changes == ()
