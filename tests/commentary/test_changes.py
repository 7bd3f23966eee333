"""What changed in the week: the call, states by what changed them, and engines by the input that moved them most."""

from __future__ import annotations

from dataclasses import replace

from fiveengines.base import parameters
from fiveengines.base.parameters import ENGINES
from fiveengines.commentary.changes import changes as what_changed
from fiveengines.commentary.conclusion_diff import ConclusionChange, Kind, MovedInput
from fiveengines.model.engines import EngineReading, Evidence


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
    found = EngineReading(
        name, score, state, "stable", 1.0, 0.1, earlier, before, False, 0.0, False, evidence
    )
    return replace(found, **other)  # type: ignore[arg-type]


RULES = parameters.load()
QUIET = {name: engine(name, moved(name, 1, 1, 0.0, 0.0)) for name in ENGINES}


def changes(*conclusions: ConclusionChange, brief: bool = False, **engines: EngineReading) -> tuple[str, ...]:
    weights, rules = RULES.regimes.severity.weights, RULES.engines.changes
    found = what_changed(conclusions, {**QUIET, **engines}, weights, rules, brief=brief)
    return tuple(each.text for each in found)


def vix(before: float, now: float) -> MovedInput:
    return MovedInput("vix", "VIX (Cboe)", "index", before, now, False, f"VIX (Cboe) {before} → {now}")


def concluded(
    kind: Kind, about: str | None, before: str, now: str, *inputs: MovedInput, why: str = ""
) -> ConclusionChange:
    said = f"Volatility is {now}, {before} a week ago" if about else f"Regime: {before} → {now}"
    name = kind if about is None else f"{kind}:{about}"
    time = "confirmation" if why else None
    return ConclusionChange(name, kind, about, before, now, inputs, time, before, said, why)


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


def test_positioning_gets_fuller_or_lighter() -> None:
    crowd = engine("positioning", moved("managers", 60, 90, 0.0, -0.3), state="adverse", before="adverse")
    assert changes(positioning=crowd) == (
        "Positioning got fuller and stays on the full side: managers 60.0 → 90.0.",
    )
    emptier = engine("positioning", moved("managers", 90, 60, -0.6, -0.3), state="adverse", before="adverse")
    assert changes(positioning=emptier) == (
        "Positioning got lighter but stays on the full side: managers 90.0 → 60.0.",
    )


def test_a_state_that_changed_is_told_by_what_changed_it_and_not_by_what_moved_most() -> None:
    turned = engine("volatility", moved("realized", 10, 30, 0.3, -0.9), state="adverse", before="neutral")
    state = concluded("state", "volatility", "neutral", "adverse", vix(18.0, 24.0))
    assert changes(state, volatility=turned) == (
        "Volatility is adverse, neutral a week ago: VIX (Cboe) 18.0 → 24.0.",
    )
    assert changes(state, volatility=turned, brief=True) == (
        "Volatility is adverse, neutral a week ago: VIX 18.0 → 24.0.",
    )


def test_the_call_comes_first_and_a_brief_names_an_input_once() -> None:
    turned = engine("volatility", moved("vix", 18, 24, 0.3, -0.9), state="adverse", before="neutral")
    state = concluded("state", "volatility", "neutral", "adverse", vix(18.0, 24.0))
    call = concluded("regime", None, "Broad bull", "Risk-off", vix(18.0, 24.0))
    first, second = changes(state, call, volatility=turned)
    assert first == "Regime: Broad bull → Risk-off: VIX (Cboe) 18.0 → 24.0."
    assert second.startswith("Volatility is adverse")
    assert changes(state, call, volatility=turned, brief=True) == (
        "Regime: Broad bull → Risk-off: VIX 18.0 → 24.0.",
    )


def test_time_and_a_call_that_is_lost_are_said() -> None:
    waited = concluded("regime", None, "Choppy range", "Broad bull", why="a milder call waits")
    assert changes(waited) == ("Regime: Choppy range → Broad bull; time did it: a milder call waits.",)
    lost = concluded("regime", None, "Broad bull", "No call", vix(18.0, 24.0))
    assert changes(lost) == ("Regime: Broad bull → no call.",)


def test_an_engine_that_can_no_longer_be_read_says_so() -> None:
    gone = engine("breadth", moved("members", 60, 60, 0.0, 0.0), state="unknown", score=None, coverage=0.2)
    state = concluded("state", "breadth", "neutral", "unknown", vix(18.0, 24.0))
    assert changes(state, breadth=gone) == ("Breadth can no longer be read: 20 % of its weight has data.",)
