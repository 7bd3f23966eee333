"""Step 3 in words: why the target exposure is where it is, what would move it, and whether anything needs doing.

Words for a reading that is already there; nothing is computed anew but distances between its numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fiveengines.base.formats import counted, first_capital, number, percent, signed
from fiveengines.base.parameters import Engine, TargetExposureRules
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.model.engines import EngineReading
from fiveengines.model.regimes import RegimeReading
from fiveengines.model.target_exposure import TargetExposureReading


@dataclass(frozen=True)
class ExposureCommentary:
    """Step 3 in sentences: the conclusion, why, what would raise or lower it, the distance to today's exposure."""

    conclusion: str
    why: tuple[str, ...]
    to_raise: tuple[str, ...]
    to_lower: tuple[str, ...]
    distance: str


def comment(
    exposure: TargetExposureReading,
    engines: Mapping[str, EngineReading],
    clauses: Mapping[str, str],
    regime: RegimeReading,
    rules: TargetExposureRules,
) -> ExposureCommentary:
    """The week's target exposure in words; clauses: each engine in a few words."""
    leaning = {each: engines[each] for each in rules.lean if engines[each].score is not None}
    # Closer to an end than one step, there is no step left.
    at_top, at_bottom = (
        exposure.value + rules.step_threshold > 1.0 + 1e-9,
        exposure.value < rules.step_threshold - 1e-9,
    )
    raising: tuple[str, ...]
    if _capped(exposure):
        raising = (
            f"{regime.name} caps the target exposure at {percent(exposure.cap)}; only another regime lifts it.",
        )
    elif at_top:
        raising = ("The target exposure is at its top.",)
    elif exposure.value + rules.step_threshold > exposure.unit + 1e-9:
        raising = (f"{_allowed(exposure)}; no engine can raise it further.",)
    else:
        raising = _moves(leaning, exposure.to_raise, rules, up=True)
    lowering: tuple[str, ...]
    if at_bottom:
        lowering = ("The target exposure is at its bottom.",)
    elif exposure.value - rules.step_threshold < exposure.re_entry - 1e-9:
        lowering = (f"{_way_back(exposure)}; it ends when the low before it is undercut.",)
    else:
        lowering = _moves(leaning, exposure.to_lower, rules, up=False)
    return ExposureCommentary(
        _conclusion(exposure),
        _why(exposure, clauses, regime, rules),
        raising,
        lowering,
        _distance(exposure),
    )


def _capped(exposure: TargetExposureReading) -> bool:
    return exposure.cap < 1.0 and exposure.target >= exposure.cap - 1e-9


def _justified(exposure: TargetExposureReading, rules: TargetExposureRules) -> float:
    """What the engines justify of the risk budget: a share of the unit of risk."""
    return min(max(0.5 + rules.gain * (exposure.alignment - rules.centre), 0.0), 1.0) * exposure.unit


def _led_back(exposure: TargetExposureReading, rules: TargetExposureRules) -> bool:
    return exposure.re_entry > _justified(exposure, rules) + 1e-9


def reason(exposure: TargetExposureReading, regime: RegimeReading, rules: TargetExposureRules) -> str:
    """Why the exposure is where it is, as a sum that a reader can add up, and what holds it besides the engines."""
    if not exposure.drivers:
        return "No engine that leans can be read, so half of what volatility allows is wanted."
    start = 0.5 - rules.gain * rules.centre
    justified = _justified(exposure, rules)
    points = {
        ENGINE_NAMES[each.engine].lower(): round(100 * each.contribution * exposure.unit)
        for each in exposure.drivers
        if abs(each.contribution) >= rules.least_contribution
    }
    inside = 0.0 < justified < exposure.unit
    # What rounding leaves over, and what is too small to be named, is in the first figure.
    first = round(100 * justified) - sum(points.values()) if inside else round(100 * start * exposure.unit)
    parts = [f"base {first}{' at this volatility' if exposure.unit < 1.0 else ''}"]
    parts += [f"{name} {number(each, sign=True)}" for name, each in points.items()]
    text = f"The engines' monthly averages justify {percent(justified)}: {', '.join(parts)}"
    if _led_back(exposure, rules):
        text += f"; the way back in asks for {percent(exposure.re_entry)}"
    if _capped(exposure):
        text += f"; {regime.name.lower()} allows {percent(exposure.cap)}"
    return f"{text}{'' if abs(exposure.target - exposure.value) < 0.005 else '; approached in steps'}."


def _conclusion(exposure: TargetExposureReading) -> str:
    if exposure.nothing_to_do:
        return "Nothing needs doing: the target exposure is unchanged, and so may your equity share be."
    if exposure.previous is None:
        return f"The target exposure starts at {percent(exposure.value)} of the risk budget."
    step = exposure.value - exposure.previous
    if abs(step) < 1e-9:
        return "The target exposure has not moved; only the distance to your own exposure calls for a step."
    way = "Add" if step > 0 else "Reduce"
    return (
        f"{way}: the target exposure goes from {percent(exposure.previous)} to {percent(exposure.value)} "
        "of the risk budget this week."
    )


def _allowed(exposure: TargetExposureReading) -> str:
    """The unit of risk in words."""
    if exposure.expected_volatility is None:
        return (
            f"Expected volatility is not known, so the unit of risk is {percent(exposure.unit)} of the budget"
        )
    return (
        f"Volatility expected for the coming month, {percent(exposure.expected_volatility / 100)}, allows "
        f"{percent(exposure.unit)} of the budget at most"
    )


def _way_back(exposure: TargetExposureReading) -> str:
    asks = f"The way back in after an improving inflection asks for at least {percent(exposure.re_entry)}"
    return f"{asks}, whatever volatility allows" if exposure.re_entry > exposure.unit else asks


def _why(
    exposure: TargetExposureReading,
    clauses: Mapping[str, str],
    regime: RegimeReading,
    rules: TargetExposureRules,
) -> tuple[str, ...]:
    lines = []
    for driver in exposure.drivers:
        if abs(driver.contribution) < rules.least_contribution or driver.engine not in clauses:
            continue
        verb = "adds" if driver.contribution > 0 else "takes"
        points = counted(round(abs(driver.contribution) * exposure.unit * 100), "point")
        lines.append(f"{first_capital(clauses[driver.engine])}: {verb} {points}.")
    if not exposure.drivers:
        lines.append("No engine that leans can be read, so half of what volatility allows is wanted.")
    if exposure.unit < 1.0:
        lines.append(f"{_allowed(exposure)}.")
    if _led_back(exposure, rules):
        lines.append(f"{_way_back(exposure)}.")
    if _capped(exposure):
        lines.append(f"The regime, {regime.name.lower()}, allows no more than {percent(exposure.cap)}.")
    if exposure.previous is not None and abs(exposure.target - exposure.value) > 1e-9:
        lines.append(
            f"The target is {percent(exposure.target)}; it is approached in steps, and not for less than one."
        )
    return tuple(lines) or ("The engines balance each other.",)


def _moves(
    leaning: Mapping[Engine, EngineReading], lean: float, rules: TargetExposureRules, *, up: bool
) -> tuple[str, ...]:
    """What each leaning engine's score would have to do alone, and hold, to bring the lean to `lean`."""
    if not leaning:
        return ("No engine that leans can be read.",)
    total = sum(rules.lean[each] for each in leaning)
    now = sum(rules.lean[name] * (each.score or 0.0) for name, each in leaning.items()) / total
    change = lean - now
    if (change <= 0) if up else (change >= 0):
        return (
            f"This week's scores are {'high' if up else 'low'} enough; if they stay, the exposure follows.",
        )
    lines, way = [], "rising" if up else "falling"
    for engine, each in leaning.items():
        score = each.score or 0.0
        goal = score + change * total / rules.lean[engine]
        name = ENGINE_NAMES[each.name]
        if abs(goal) > 1.0:
            lines.append(f"{name} cannot do it alone.")
        else:
            lines.append(f"{name}'s score {way} from {signed(score)} to {signed(goal)} and staying there.")
    step = f"A step of {rules.step_threshold * 100:.0f} points {'up' if up else 'down'} needs one of:"
    return (step, *lines)


def _distance(exposure: TargetExposureReading) -> str:
    low, high = exposure.band
    placed = (
        f"In your band of {percent(low)} to {percent(high)} that is {percent(exposure.portfolio_exposure)} "
        "of the portfolio."
    )
    if exposure.actual_exposure is None or exposure.distance is None:
        return f"{placed} Enter `holdings` or `actual_exposure` in params/portfolio.yaml to see the distance."
    if abs(exposure.distance) < 0.005:
        return f"{placed} You are there."
    way = "more" if exposure.distance > 0 else "less"
    gap = f"{abs(exposure.distance) * 100:.0f} points {way} would close the gap."
    return f"{placed} You hold {percent(exposure.actual_exposure)}: {gap}"
