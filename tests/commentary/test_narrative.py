"""Words for readings: figures carry their units, labels become sentences, and a change names the input behind it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from fiveengines.base import parameters
from fiveengines.base.formats import figure
from fiveengines.base.parameters import ENGINES
from fiveengines.commentary import narrative
from fiveengines.model.engines import EngineReading, Evidence
from fiveengines.model.regimes import NAMES, RegimeReading


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


def moved(indicator: str, previous: float, value: float, before: float, now: float) -> Evidence:
    """An indicator of weight 1 that went from `previous` to `value`, and its score from `before` to `now`."""
    return Evidence(
        indicator=indicator,
        title=indicator,
        value=value,
        unit="index",
        score=max(now, -1.0),
        weight=1.0,
        observed=None,
        known_at=None,
        overridden=False,
        data_value=value,
        previous=previous,
        previous_score=max(before, -1.0),
        extended=now,
        previous_extended=before,
        series=(),
        vintage=None,
        formula="",
        why="",
    )


def engine(
    name: str, *evidence: Evidence, state: str = "neutral", before: str = "neutral", **other: object
) -> EngineReading:
    """An engine whose score is the mean of its indicators'."""
    score = sum(each.score or 0.0 for each in evidence) / len(evidence)
    earlier = sum(each.previous_score or 0.0 for each in evidence) / len(evidence)
    found = EngineReading(name, score, state, "stable", 1.0, 0.1, earlier, before, False, False, evidence)
    return replace(found, **other)  # type: ignore[arg-type]


RULES = parameters.load()
QUIET = {name: engine(name, moved(name, 1, 1, 0.0, 0.0)) for name in ENGINES}


def changes(**engines: EngineReading) -> tuple[str, ...]:
    weights = RULES.regimes.severity.weights
    return narrative.changes((), {**QUIET, **engines}, "", weights, RULES.engines.changes)


def test_a_week_without_news_has_no_line() -> None:
    assert changes() == ()


def test_a_pinned_score_still_shows_that_things_got_worse() -> None:
    """Both weeks score -1; counted beyond it the VIX went from -1.7 to -2.2."""
    panic = engine("volatility", moved("VIX", 45.1, 70.0, -1.7, -2.2), state="adverse", before="adverse")
    assert changes(volatility=panic) == ("Volatility got much worse and stays adverse: VIX 45.1 → 70.0.",)


def test_a_score_held_at_its_cap_or_by_hand_is_no_news() -> None:
    held = engine("rate_path", moved("2-year", 2.0, 1.5, 0.0, 0.4), score=0.0, previous_score=0.0)
    by_hand = engine("rate_path", moved("2-year", 2.0, 1.5, 0.0, 0.4), forced=True)
    assert changes(rate_path=held) == changes(rate_path=by_hand) == changes()


def test_what_went_the_way_of_the_severity_comes_first() -> None:
    better = engine("liquidity", moved("net", 1, 2, 0.0, 0.3))
    worse = engine("breadth", moved("members", 60, 40, 0.0, -0.6))
    first, second = changes(liquidity=better, breadth=worse)
    assert first.startswith("Breadth got much worse")
    assert second.startswith("Liquidity got better")


def test_a_state_that_changed_names_the_input_in_its_own_direction() -> None:
    mixed = engine(
        "volatility",
        moved("VIX", 18, 14, 0.0, 0.4),
        moved("realized", 10, 30, 0.3, -0.9),
        state="adverse",
    )
    assert changes(volatility=mixed) == ("Volatility is adverse, neutral a week ago: realized 10.0 → 30.0.",)


def test_positioning_gets_fuller_or_lighter() -> None:
    crowd = engine("positioning", moved("managers", 60, 90, 0.0, -0.3), state="adverse", before="adverse")
    assert changes(positioning=crowd) == (
        "Positioning got fuller and stays on the full side: managers 60.0 → 90.0.",
    )
    emptier = engine("positioning", moved("managers", 90, 60, -0.6, -0.3), state="adverse", before="adverse")
    assert changes(positioning=emptier) == (
        "Positioning got lighter but stays on the full side: managers 90.0 → 60.0.",
    )


@pytest.mark.parametrize(
    ("previous", "number", "said"),
    [
        (1, 1, ""),
        (1, 4, "Regime: Broad bull → Risk-off; breadth moved it most, members 60.0 → 40.0."),
        (1, 2, "Regime: Broad bull → Fragile melt-up; participation in the advance has narrowed: "),
        (4, 5, "Regime: Risk-off → Crisis; acute stress has begun, in volatility together with credit or breadth: vix"),
        (3, 1, "Regime: Choppy range → Broad bull; no engine pushed it this week, an earlier change was waiting."),
    ],
)  # fmt: skip
def test_a_change_of_the_call_names_the_input_that_changed_it(previous: int, number: int, said: str) -> None:
    engines = {
        **QUIET,
        "breadth": engine("breadth", moved("members", 60, 40, 0.0, -0.6)),
        "volatility": engine("volatility", moved("vix", 20, 40, 0.0, -0.2)),
    }
    day = pd.Timestamp("2018-02-09")
    call = RegimeReading(number, NAMES[number], number, True, {}, 3, previous, day, 1, -0.5, False, None)
    found = narrative.regime_change(call, engines, RULES.regimes)
    assert found.startswith(said)
    assert bool(found) == bool(said)
