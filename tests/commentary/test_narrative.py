"""Words for readings: every state and direction has a clause, figures carry their units."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from fiveengines.base.formats import figure
from fiveengines.base.parameters import ENGINES
from fiveengines.commentary import narrative
from fiveengines.model.engines import DIRECTIONS, EngineReading
from fiveengines.week import Week


def reading(name: str, state: str, direction: str) -> EngineReading:
    return EngineReading(name, 0.1, state, direction, 1.0, 0.1, 0.1, state, False, False, ())


@pytest.mark.parametrize("engine", ENGINES)
def test_every_clause_is_its_own(engine: str) -> None:
    pairs = itertools.product(("supportive", "neutral", "adverse"), DIRECTIONS)
    clauses = {narrative.clause(reading(engine, state, direction)) for state, direction in pairs}
    assert len(clauses) == 9


def test_the_sentence_has_five_clauses_and_one_full_stop() -> None:
    text = narrative.sentence({name: reading(name, "neutral", "stable") for name in ENGINES})
    assert text.count(",") == 4
    assert text.endswith(".")
    assert text.count(".") == 1
    assert text[0].isupper()


def test_an_unknown_engine_says_so() -> None:
    assert "unknown" in narrative.clause(reading("breadth", "unknown", "stable"))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1.234, "%", "1.2 %"),
        (45.2, "% of members", "45.2 % of members"),
        (88.4, "percentile", "88th percentile"),
        (12.0, "percentile", "12th percentile"),
        (1.0, "percentile", "1st percentile"),
        (-171.3, "$bn", "−$171 bn"),
        (-1.43, "$bn per 1 % move", "−$1.4 bn per 1 % move"),
        (0.9876, "ratio", "0.99"),
        (0.15, "index", "0.15"),
        (30.11, "index", "30.1"),
        (-0.14, "points", "−0.14 points"),
        (1.0, "flag", "yes"),
        (None, "%", "no value"),
    ],
)
def test_figures_carry_their_units(value: float | None, unit: str, text: str) -> None:
    assert figure(value, unit) == text


def test_what_is_named_is_a_sentence_each() -> None:
    words = {
        "volatility_zone": "shock",
        "vix_curve": "backwardation",
        "curve_move": "bull steepener",
        "policy_phase": "cutting",
    }
    assert (
        narrative.named("volatility", words) == "Volatility is in shock. The VIX curve is in backwardation."
    )
    assert "a bull steepener" in narrative.named("rate_path", words)
    assert narrative.named("rate_path", {}) == ""
    assert "sector" in narrative.named("breadth", {}, "sectors")


def test_changes_name_the_regime_the_states_and_the_two_largest_steps() -> None:
    week = Week.load(as_of="2016-06-24", source="demo")
    still = {
        name: replace(each, score=0.1, previous_score=0.1, state="neutral", previous_state="neutral")
        for name, each in week.engines.items()
    }
    regime = replace(week.regime, previous=week.regime.number)
    assert narrative.changes(still, regime, 0.05) == (
        "Nothing of weight: no state changed and no engine's score moved by 0.05.",
    )
    moved = still | {
        "breadth": replace(still["breadth"], score=0.30, state="supportive"),
        "liquidity": replace(still["liquidity"], score=0.0),
        "volatility": replace(still["volatility"], score=0.16),
        "positioning": replace(still["positioning"], score=0.14),
    }
    lines = narrative.changes(moved, replace(regime, number=4, name="Risk-off", previous=3), 0.05)
    assert lines[:2] == ("Regime: Choppy range → Risk-off.", "Breadth: neutral → supportive.")
    assert [each.split(":")[0] for each in lines[2:]] == [
        "Breadth score +0.10 → +0.30",
        "Liquidity score +0.10 → +0.00",
    ]
    assert len(narrative.changes(moved, regime, 0.15)) == 2
