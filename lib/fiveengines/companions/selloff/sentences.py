"""The sell-off in words: headline, bottom line and the medium-term remark, each word earned by a figure.

Words only; what they say was measured elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from fiveengines.base.formats import counted, date, first_capital, joined, number
from fiveengines.base.parameters.selloff import CapitulationRules, SelloffParameters
from fiveengines.companions.selloff.result import (
    Capitulation,
    DriverRecord,
    Evidence,
    Flow,
    Momentum,
    Outcome,
    WindowRecord,
)

NAMES = {
    "growth": "growth fears",
    "rates": "rates",
    "credit": "credit",
    "positioning": "positioning",
    "fundamentals": "earnings",
}
# Standard deviations from which a measure is named.
_AUDIBLE = 0.5
# measure → what it did when it rose, when it fell; {} is the size.
_CLAUSES = {
    "yield_2y": ("the 2-year yield rose {}", "the 2-year yield fell {}"),
    "yield_10y": ("the 10-year yield rose {}", "the 10-year yield fell {}"),
    "real_yield_10y": ("the 10-year real yield rose {}", "the 10-year real yield fell {}"),
    "cyclicals": ("cyclicals beat defensives by {}", "cyclicals lost {} against defensives"),
    "copper_gold": ("copper gained {} on gold", "copper lost {} against gold"),
    "oil": ("oil rose {}", "oil fell {}"),
    "baa_spread": ("the Baa spread widened {}", "the Baa spread narrowed {}"),
    "high_yield_spread": ("high-yield spreads widened by {}", "high-yield spreads narrowed by {}"),
    "ted_spread": ("the TED spread widened {}", "the TED spread narrowed {}"),
    "banks": ("banks beat the index by {}", "banks lost {} against the index"),
    "financials": ("financials beat the index by {}", "financials lost {} against the index"),
    "momentum": ("winners beat losers by {}", "winners lost {} against losers"),
    "equal_weight": ("the average stock beat the index by {}", "the average stock lost {} against the index"),
}


def size(value: float, unit: str) -> str:
    """'46 bp', '5.1 %': the size of a change without its sign."""
    return number(abs(value), 0 if unit == "bp" or abs(value) >= 20 else 1, f" {unit}")


def clause(evidence: Evidence) -> str:
    """What one measure did, in words; empty for a measure without words or figure."""
    words = _CLAUSES.get(evidence.indicator)
    if words is None or evidence.value is None:
        return ""
    return words[0 if evidence.value > 0 else 1].format(size(evidence.value, evidence.unit))


def strongest(driver: DriverRecord, most: int = 2) -> list[str]:
    """The clauses of the measures that speak most for a driver, as far as they moved that way."""
    speaking = [
        (each.speaks, text)
        for each in driver.evidence
        if each.speaks is not None
        and each.value is not None
        and each.speaks >= _AUDIBLE
        and (each.value > 0) == (each.adverse == "up")
        and (text := clause(each))
    ]
    return [text for _, text in sorted(speaking, key=lambda each: -each[0])][:most]


def _signs(spent: Capitulation) -> str:
    return f"{spent.met} of {spent.of} signs of capitulation"


def headline(
    window: WindowRecord,
    drivers: Sequence[DriverRecord],
    spent: Capitulation,
    cannot_tell: bool,
    *,
    active: bool,
) -> str:
    """At most fifteen words for the weekly page."""
    fall = number(abs(min(window.fall_pct, 0.0)), 1, " %")
    if not active:
        return f"No sell-off: the S&P 500 is {fall} below its high"
    if cannot_tell:
        return f"A fall of {fall} whose driver the data cannot tell"
    speaking = [each for each in drivers if each.role != "absent"]
    lead = first_capital(NAMES[speaking[0].driver])
    verb = "lead" if speaking[0].driver in {"growth", "rates", "fundamentals"} else "leads"
    return f"{lead} {verb} the fall of {fall}; {_signs(spent)}"


def bottom_line(
    window: WindowRecord,
    drivers: Sequence[DriverRecord],
    spent: Capitulation,
    cannot_tell: str,
    flows: Sequence[Flow],
    params: SelloffParameters,
    *,
    active: bool,
) -> str:
    """Two sentences: what drives the fall, and whether it is spent. Without a fall, three lines that say so."""
    where = f"{number(abs(min(window.fall_pct, 0.0)), 1, ' %')} below its high of {date(window.peak)}"
    if not active:
        size_of = params.window.active_pct
        level = window.peak_close * (1.0 - size_of / 100.0)
        return (
            f"There is no sell-off: the S&P 500 is {where}.\n"
            f"A close below {number(level)}, {number(size_of, 0, ' %')} under that high, would make it one.\n"
            f"{first_capital(_signs(spent))} are met; what would be watched is below."
        )
    return f"{_cause(where, drivers, cannot_tell)} {_spent(spent, flows, params.capitulation)}"


def _cause(where: str, drivers: Sequence[DriverRecord], cannot_tell: str) -> str:
    speaking = [each for each in drivers if each.role != "absent"]
    if cannot_tell or not speaking:
        return (
            f"The S&P 500 is {where}, and the data cannot tell what drives it: "
            f"{cannot_tell or 'no driver moved more than usual'}."
        )
    first = speaking[0]
    clauses = strongest(first)
    told = f" ({joined(clauses)})" if clauses else ""
    if not clauses and first.driver == "growth":
        told = " (stocks fell on days on which yields fell)"
    text = f"The S&P 500 is {where}, driven by {NAMES[first.driver]}{told}"
    causes = [NAMES[each.driver] for each in speaking[1:] if each.role == "cause"]
    louder = [NAMES[each.driver] for each in speaking[1:] if each.role == "amplifier"]
    if causes:
        text += f", with {joined(causes)} as {'a further cause' if len(causes) == 1 else 'further causes'}"
    if louder:
        text += f"; {joined(louder)} {'amplifies' if len(louder) == 1 and louder[0] not in _PLURAL else 'amplify'} it"
    quiet = [NAMES[each.driver] for each in drivers if each.role == "absent"]
    if quiet and not causes and not louder:
        text += (
            f"; {joined(quiet)} {'is' if len(quiet) == 1 and quiet[0] not in _PLURAL else 'are'} no driver"
        )
    return text + "."


_PLURAL = {"growth fears", "rates", "earnings"}


def _spent(spent: Capitulation, flows: Sequence[Flow], rules: CapitulationRules) -> str:
    """How many conditions are met, and what funds that follow rules would do in a bad week."""
    if spent.of == 0:
        return "Whether it is spent cannot be said: no condition of a washout could be measured."
    share = spent.met / spent.of
    verdict = "it is partly washed out"
    if share >= rules.washed_out:
        verdict = "it looks washed out"
    elif share < rules.not_yet:
        verdict = "it is not washed out"
    text = f"{first_capital(_signs(spent))} are met: {verdict}"
    worse = [each for each in flows if each.scenario.startswith("week of −") and each.points is not None]
    sold = [each.points for each in worse if each.points is not None]
    if sold:
        total = sum(sold) / len(sold)
        way = "sell a further" if total < 0 else "buy"
        if abs(total) >= 0.5:
            text += f", and funds that follow rules would {way} {counted(round(abs(total)), 'point')} of their maximum"
            text += " in a bad week"
        else:
            text += ", and funds that follow rules have little left to sell in a bad week"
    return text + "."


def medium_term(momentum: Momentum | None, spent: Capitulation, *, active: bool) -> str:
    """What followed such momentum falls and so many conditions, counted from the day that they were first known."""
    if not active:
        return ""
    lines = []
    if momentum is not None and momentum.drawdown_pct <= momentum.threshold_pct:
        lines.append(
            _after(f"momentum had fallen {number(-momentum.threshold_pct, 0, ' %')}", momentum.index_after)
        )
    level = max((each.at_least for each in spent.followed if each.at_least <= spent.met), default=None)
    if level is not None:
        found = next(each for each in spent.followed if each.at_least == level)
        lines.append(
            _after(
                f"at least {counted(level, 'condition')} first {'was' if level == 1 else 'were'} met",
                found.outcomes,
            )
        )
    return " ".join(filter(None, lines))


def _after(event: str, outcomes: Sequence[Outcome]) -> str:
    """What the index did after an event, over the longest horizon, and whether that differs from any session."""
    known = [
        each for each in outcomes if each.mean is not None and each.low is not None and each.high is not None
    ]
    if not known:
        return f"There are too few complete cases since {event} to count what followed."
    last = known[-1]
    assert last.mean is not None and last.low is not None and last.high is not None
    usual = last.usual or 0.0
    apart = last.low > usual or last.high < usual
    same_side = all((each.mean or 0.0) > (each.usual or 0.0) for each in known) or all(
        (each.mean or 0.0) < (each.usual or 0.0) for each in known
    )
    text = (
        f"From the day on which {event}, the index returned {number(last.mean, 1, ' %', sign=True)} over "
        f"{last.sessions} sessions ({counted(last.cases, 'case')}, interval {number(last.low, 1, sign=True)} to "
        f"{number(last.high, 1, ' %', sign=True)}; any session {number(usual, 1, ' %', sign=True)})"
    )
    return text + ("." if apart and same_side else ": no different from any other time.")
