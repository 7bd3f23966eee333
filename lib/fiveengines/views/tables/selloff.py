"""The sell-off companion's findings as tables and sentences.

Shows what the companion found; computes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from fiveengines.base.formats import (
    NOTHING,
    counted,
    date,
    figure,
    first_capital,
    interval,
    minus,
    number,
    percent,
)
from fiveengines.views.tables.markup import Column, badge, coloured, great_table, lines, listed, prose, soft

if TYPE_CHECKING:
    from fiveengines.companions.selloff import Result
    from fiveengines.companions.selloff.result import DriverRecord, Evidence, Fact, Outcome

_ROLE_COLOURS = {"cause": "adverse", "amplifier": "regime4", "permissive": "neutral", "absent": "unknown"}
_SHOCKS = ("growth", "monetary", "hedging_premium", "common_premium")


def bottom_line(result: Result) -> Any:
    """What drives the fall and whether it is spent; without a fall, three lines that say so."""
    simulated = "Simulated data: no sentence here is about a real market." if result.source == "demo" else ""
    told = [Markup("<strong>{}</strong>").format(minus(each)) for each in result.bottom_line.split("\n")]
    return prose(*told, simulated)


def drivers(result: Result) -> Any:
    """Each driver with its role, its score and the measures that speak for it."""
    sure = f"{percent(result.agreement)} of the redraws leave the first in front"
    return great_table(
        result.drivers,
        Column("Driver", lambda each: first_capital(each.driver)),
        Column("Role and score", _role),
        Column("Speaks for it", _speaking),
        title="What drives the fall",
        subtitle=sure if result.active else "There is no fall of size; the measures are shown without a role",
        note=(
            "A measure counts in standard deviations beyond what is usual over as many sessions, for prices of risk "
            "beyond what a fall of this size usually brings. Rules and reasons: params/selloff.yaml."
        ),
    )


def _role(driver: DriverRecord) -> Markup:
    named = coloured(driver.role, _ROLE_COLOURS[driver.role], bold=True)
    return lines(named, soft(number(driver.score, 2)))


def _speaking(driver: DriverRecord) -> Markup:
    loud = sorted(
        (each for each in driver.evidence if (each.speaks or 0.0) > 0), key=lambda each: -(each.speaks or 0.0)
    )
    shown = [f"{each.title} {_change(each)} ({number(each.speaks, 1, sign=True)} sd)" for each in loud[:3]]
    return lines(*shown) if shown else soft("nothing beyond the usual")


def _change(each: Evidence) -> str:
    return _move(each.value, each.unit)


def _move(value: float | None, unit: str) -> str:
    return number(value, 0 if unit == "bp" else 1, f" {unit}", sign=True)


def shocks(result: Result) -> Any:
    """How the split by four shocks was made, how far rotations agree, and the simple split beside it."""
    if result.shares is None or result.shock_detail is None:
        return prose("The fall could not be split by shock; what is missing stands at the end.")
    detail = result.shock_detail
    near = sum(detail.variance_2y[each] for each in _SHOCKS[:2])
    far = sum(detail.variance_10y[each] for each in _SHOCKS[2:])
    together, apart = (number(each, 1, sign=True) for each in (detail.together_points, detail.apart_points))
    return prose(
        f"A first-order vector autoregression of 2-, 5- and 10-year yields and the index, fitted to {detail.days:,} "
        f"days to {date(detail.fitted_to)}, turned {detail.rotations} times at random within the signs and shapes of "
        f"Cieslak and Pang. In {percent(result.shock_agreement)} of the rotations the same shock takes most.",
        f"Growth and monetary shocks make {percent(near)} of the 2-year yield's variance, the two premia "
        f"{percent(far)} of the 10-year's.",
        f"The simple split: {together} points on {counted(detail.days_together, 'day')} on which stocks and the "
        f"10-year yield moved together, {apart} on {counted(detail.days_apart, 'day')} on which they moved apart.",
        "Both see yields and the index alone: positioning is invisible to them and may stand behind any of the shocks.",
    )


def measures(found: Sequence[Evidence], title: str) -> Any:
    """Moves over the window: size, what a fall of this size usually brought, and the place in history."""
    return great_table(
        found,
        Column("Measure", lambda each: each.title),
        Column("Move", _change, right=True),
        Column("Usual in such a fall", lambda each: _move(each.usual_in_fall, each.unit), right=True),
        Column("Percentile", lambda each: number(each.percentile), right=True),
        Column("Windows", lambda each: f"{each.windows:,}", right=True),
        Column("To", lambda each: date(each.observed)),
        title=title,
        subtitle="Over the window; percentile and usual move from as long windows before it",
    )


def earnings(result: Result) -> Any:
    """The price change as a change of the multiple and of forward earnings."""
    found = result.earnings
    if found is None:
        return prose(
            "Forward earnings: no forward P/E over this window, so the fall cannot be split into multiple and earnings."
        )
    return prose(
        f"Price {number(found.price, 1, sign=True)} = multiple {number(found.multiple, 1, sign=True)} + forward "
        f"earnings {number(found.forward_earnings, 1, sign=True)} (points of log return): the forward P/E went from "
        f"{number(found.pe_from, 1)} to {number(found.pe_to, 1)}, figures to {date(found.observed)}."
    )


def facts(found: Sequence[Fact], title: str) -> Any:
    """Figures with their place among three years of their own; what a person entered is marked."""
    return great_table(
        found,
        Column("Figure", _named),
        Column("Value", _value, right=True),
        Column("Percentile", lambda each: number(each.percentile), right=True),
        Column("Of", lambda each: date(each.observed) if each.observed else NOTHING),
        title=title,
        subtitle="Percentile of three years; of moves over the window, of all such windows before",
    )


def _named(each: Fact) -> Markup:
    return lines(each.title, soft(each.note) if each.note and not each.overridden else "")


def _value(each: Fact) -> Markup:
    text = Markup("{}").format(figure(each.value, each.unit))
    return text + Markup(" ") + badge("manual") if each.overridden else text


def flows(result: Result) -> Any:
    """What modelled funds did since the high and would do in three weeks, in points of their maximum."""
    if not result.flows:
        return prose("Funds that follow rules: the index is too short for their models.")
    scenarios = list(dict.fromkeys(each.scenario for each in result.flows))
    found = {(each.who, each.scenario): each.points for each in result.flows}
    return great_table(
        dict.fromkeys(each.who for each in result.flows),
        Column("Fund", str),
        *(Column(first_capital(name), _points(found, name), right=True) for name in scenarios),
        title="What funds that follow rules do",
        subtitle="Points of their maximum; negative sells. Models, nobody's reported position",
    )


def _points(found: Mapping[tuple[str, str], float | None], scenario: str) -> Callable[[Any], object]:
    return lambda who: number(found.get((who, scenario)), 0, sign=True)


def gamma(result: Result) -> Any:
    """Dealer gamma in a sentence."""
    found = result.gamma
    if found is None:
        return prose("Dealer gamma: no option chain, no published figure and no entry.")
    away = number(found.distance_pct, 1, " %", sign=True)
    flip = (
        f"; the sign changes at {number(found.flip)}, {away} from the last close"
        if found.flip is not None
        else ""
    )
    if found.value is None:
        return prose(f"Dealer gamma itself is not known{flip} ({found.source}).")
    side = "dealers sell into falls" if found.value < 0 else "dealers buy into falls"
    return prose(f"Dealer gamma is {figure(found.value, '$bn per 1 % move')} ({found.source}): {side}{flip}.")


def momentum(result: Result) -> Any:
    """Every fall of the momentum factor as large, from the day it was first known, and what followed."""
    found = result.momentum
    if found is None:
        return prose("Momentum: no members and no momentum fund in this source.")
    horizons = [each.sessions for each in found.index_after]
    return great_table(
        found.falls[::-1],
        Column("First known", lambda each: date(each.crossed)),
        Column("Worst", lambda each: number(each.worst_pct, 1, "\u00a0%"), right=True),
        *(Column(f"Factor, {n} on", _later("factor_after", n), right=True) for n in horizons),
        *(Column(f"Index, {n} on", _later("index_after", n), right=True) for n in horizons),
        title=f"Momentum has fallen by {number(-found.threshold_pct)} % or more {counted(len(found.falls), 'time')}",
        subtitle=(
            f"{first_capital(found.basis)}; after so many sessions. Now {number(found.drawdown_pct, 1, ' %')} from its "
            f"high, percentile {number(found.percentile)} of all sessions"
        ),
        note=lines(
            *(f"Factor {_after(each)}" for each in found.factor_after),
            *(f"Index {_after(each)}" for each in found.index_after),
            found.note,
        ),
    )  # fmt: skip


def _later(side: str, sessions: int) -> Callable[[Any], object]:
    return lambda each: _percent(getattr(each, side).get(str(sessions)))


def _percent(value: float | None) -> str:
    return number(value, 1, "\u00a0%", sign=True)


def _after(each: Outcome) -> str:
    if each.mean is None:
        return f"over {each.sessions} sessions: no complete case."
    return (
        f"over {each.sessions} sessions: {_percent(each.mean)} on average of {counted(each.cases, 'case')} "
        f"({_interval(each)}), up in {percent(each.share_up)}; all sessions {_percent(each.usual)}, up in "
        f"{percent(each.usual_up)}."
    )


def _interval(each: Outcome) -> str:
    if each.low is None or each.high is None:
        return "too few cases for an interval"
    return interval(each.low, each.high)


def capitulation(result: Result) -> Any:
    """The conditions of a washout with value and threshold."""
    found = result.capitulation
    return great_table(
        found.items,
        Column("Condition", lambda each: lines(each.title, soft(each.why))),
        Column("Value", lambda each: figure(each.value, each.unit), right=True),
        Column("Asked for", lambda each: f"{each.side} {each.threshold:g}", right=True),
        Column("Met", lambda each: _met(met=each.met)),
        title=f"{found.met} of {found.of} signs of capitulation",
        subtitle="As known on the session's evening",
    )  # fmt: skip


def _met(*, met: bool | None) -> Markup:
    if met is None:
        return soft("not known")
    return coloured("yes", "adverse", bold=True) if met else soft("no")


def followed(result: Result) -> Any:
    """What the index did after at least so many conditions became met."""
    found = result.capitulation
    if not found.followed:
        return prose("No session of this history had enough conditions to count what followed.")
    since = f" since {date(found.since)}" if found.since else ""
    every = (
        f"All sessions, {each.sessions} on: {_percent(each.usual)}, up in {percent(each.usual_up)}."
        for each in found.followed[0].outcomes
    )
    return great_table(
        found.followed,
        Column("At least", lambda each: f"{each.at_least}{' ← now' if each.at_least == found.met else ''}"),
        Column("Cases", lambda each: each.cases, right=True),
        *(_ahead(at, each.sessions) for at, each in enumerate(found.followed[0].outcomes)),
        title="What followed when as many became met",
        subtitle=f"S&P 500 from the first session that met them{since}; in grey interval and share of rises",
        note=lines(*every),
    )


def _ahead(at: int, sessions: int) -> Column:
    return Column(f"{sessions} sessions on", lambda each: _outcome(each.outcomes[at]), right=True)


def _outcome(each: Outcome) -> Markup:
    if each.mean is None:
        return soft("no complete case")
    return lines(_percent(each.mean), soft(f"{_interval(each)}; up {percent(each.share_up)} of {each.cases}"))


def medium_term(result: Result) -> Any:
    """The medium-term remark, which rests on counts; nothing without a fall."""
    return prose(minus(result.medium_term))


def missing(result: Result) -> Any:
    """What could not be said, and why; and what was entered by hand."""
    entered = [f"{each.field}: {each.value} ({each.who}: {each.why})" for each in result.overrides]
    return prose(listed("What could not be said", result.not_available), listed("Entered by hand", entered))
