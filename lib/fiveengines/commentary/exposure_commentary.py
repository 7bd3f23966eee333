"""Step 3 in words: why the gauge stands where it does, what would move it, and whether anything needs doing.

Words for a reading that is already there; nothing is computed anew but distances between its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fiveengines.base.parameters import Aggressiveness
from fiveengines.commentary.narrative import ENGINE_NAMES, clause
from fiveengines.model.engines import EngineReading
from fiveengines.model.regimes import RegimeReading
from fiveengines.model.target_exposure import AggressivenessReading

# Contributions smaller than this are not worth a line.
_WORTH_A_LINE = 0.02


@dataclass(frozen=True)
class Reasons:
    """Step 3 in sentences: the verdict, why, what would raise or lower the gauge, the distance to today's exposure."""

    verdict: str
    why: tuple[str, ...]
    to_raise: tuple[str, ...]
    to_lower: tuple[str, ...]
    distance: str


def reasons(
    gauge: AggressivenessReading,
    engines: Mapping[str, EngineReading],
    regime: RegimeReading,
    rules: Aggressiveness,
) -> Reasons:
    """The week's gauge in words."""
    known = [each for each in engines.values() if each.score is not None]
    if not known:
        return Reasons(_verdict(gauge), ("No engine has enough data.",), (), (), _distance(gauge))
    capped = gauge.cap < 1.0 and gauge.target >= gauge.cap - 1e-9
    # Closer to an end than one step, there is no step left.
    at_top, at_bottom = (
        gauge.value + rules.step_threshold > 1.0 + 1e-9,
        gauge.value < rules.step_threshold - 1e-9,
    )
    rise, fall = gauge.to_raise - gauge.alignment, gauge.alignment - gauge.to_lower
    raising: tuple[str, ...]
    if capped:
        raising = (f"{regime.name} caps the gauge at {gauge.cap:.0%}; only another regime lifts it.",)
    elif at_top:
        raising = ("The gauge is at its top.",)
    else:
        raising = _moves(known, rise, rules, up=True)
    lowering = ("The gauge is at its bottom.",) if at_bottom else _moves(known, fall, rules, up=False)
    return Reasons(_verdict(gauge), _why(gauge, engines, regime, capped), raising, lowering, _distance(gauge))


def _verdict(gauge: AggressivenessReading) -> str:
    if not gauge.drivers:
        return "No engine can be read, so the gauge says nothing this week."
    if gauge.nothing_to_do:
        return "Nothing needs doing: the gauge stands where it stood, and so may your equity share."
    if gauge.previous is None:
        return f"The gauge starts at {gauge.value:.0%} of the risk budget."
    step = gauge.value - gauge.previous
    if abs(step) < 1e-9:
        return "The gauge has not moved; only the distance to your own exposure calls for a step."
    way = "Add" if step > 0 else "Reduce"
    return (
        f"{way}: the gauge goes from {gauge.previous:.0%} to {gauge.value:.0%} of the risk budget this week."
    )


def _why(
    gauge: AggressivenessReading, engines: Mapping[str, EngineReading], regime: RegimeReading, capped: bool
) -> tuple[str, ...]:
    lines = []
    for driver in gauge.drivers:
        if abs(driver.contribution) < _WORTH_A_LINE or driver.engine not in engines:
            continue
        words = clause(engines[driver.engine])
        verb = "adds" if driver.contribution > 0 else "takes"
        lines.append(f"{words[0].upper()}{words[1:]}: {verb} {abs(driver.contribution) * 100:.0f} points.")
    if capped:
        lines.append(f"The regime, {regime.name.lower()}, allows no more than {gauge.cap:.0%}.")
    if gauge.previous is not None and abs(gauge.target - gauge.value) > 1e-9:
        lines.append(
            f"The target is {gauge.target:.0%}; the gauge goes there in steps, and not for a trifle."
        )
    return tuple(lines) or ("The engines balance each other.",)


def _moves(known: list[EngineReading], change: float, rules: Aggressiveness, *, up: bool) -> tuple[str, ...]:
    """What each engine's score would have to do alone, and hold, for one step of the gauge."""
    if change <= 0:
        return (
            f"The scores are {'high' if up else 'low'} enough already; the gauge follows within its weekly limit.",
        )
    need = change * max(len(known), 1)
    lines = []
    for each in known:
        score = each.score or 0.0
        goal = score + need if up else score - need
        name = ENGINE_NAMES[each.name]
        if abs(goal) > 1.0:
            lines.append(f"{name} cannot do it alone.")
        else:
            lines.append(
                f"{name} {'rising' if up else 'falling'} from {score:+.2f} to {goal:+.2f} and staying there."
            )
    step = f"A step of {rules.step_threshold * 100:.0f} points {'up' if up else 'down'} needs one of:"
    return (step, *lines)


def _distance(gauge: AggressivenessReading) -> str:
    low, high = gauge.band
    placed = (
        f"In your band of {low:.0%} to {high:.0%} that is {gauge.portfolio_exposure:.0%} of the portfolio."
    )
    if gauge.actual_exposure is None or gauge.distance is None:
        return f"{placed} Enter `holdings` or `actual_exposure` in params/portfolio.yaml to see the distance."
    if abs(gauge.distance) < 0.005:
        return f"{placed} You are there."
    way = "more" if gauge.distance > 0 else "less"
    gap = f"{abs(gauge.distance) * 100:.0f} points {way} would close the gap."
    return f"{placed} You hold {gauge.actual_exposure:.0%}: {gap}"
