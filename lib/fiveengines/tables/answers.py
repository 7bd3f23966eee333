"""The week in words: the recurring question of each engine answered, and what each later step says.

Words around readings; computes none and gives no advice beyond what the parameters say.
"""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from fiveengines.engines import EngineReading, Evidence
from fiveengines.narrative import ENGINE_NAMES, clause, figure, moved_most, moved_text
from fiveengines.playbook import content
from fiveengines.regimes import NAMES
from fiveengines.routine import Week
from fiveengines.tables import values
from fiveengines.tables.markup import Prose, badge, lines, prose, soft

# Figures that the question of an engine asks for by name, beside what is scored.
_ASKED = {
    "liquidity": (
        "net_liquidity",
        "net_liquidity_impulse_4w",
        "reverse_repo",
        "treasury_account",
        "ig_spread",
    ),
    "volatility": ("vix_percentile", "vix9d_term", "skew"),
    "breadth": ("pct_above_50d_change_4w", "concentration", "mcclellan_oscillator"),
    "positioning": ("cot_leveraged_funds", "vol_target_exposure", "dealer_gamma"),
    "rate_path": ("policy_rate", "two_year", "ten_year", "real_yield"),
}
_STRONGEST = 3


def banner(week: Week) -> Prose | None:
    """A line that says that the market is simulated; nothing for a real one."""
    if not week.simulated:
        return None
    return prose(
        badge("simulated") + Markup(" Every figure comes from the demo market; none describes a real one.")
    )


def narrative(week: Week) -> Prose | None:
    """The week in one sentence, then what changed."""
    return prose(Markup("<strong>{}</strong>").format(week.narrative), lines(*week.changes))


def answer(week: Week, engine: str) -> Prose | None:
    """The engine's recurring question and its answer from this week's figures."""
    reading = week.engines[engine]
    question = content.questions().engines[engine]  # type: ignore[index]
    return prose(Markup("<em>{}</em>").format(question), *_answer(reading))


def _answer(reading: EngineReading) -> Iterable[object]:
    text = clause(reading)
    head = Markup("<strong>{}.</strong>").format(text[0].upper() + text[1:])
    if reading.score is None:
        yield head + Markup(
            " Only {:.0f} % of its weight has data, so it is not scored; it counts for nothing this week."
        ).format(100 * reading.coverage)
        return
    said = f" Score {values.signed(reading.score)}, {reading.state} and {reading.direction}"
    if reading.previous_score is not None:
        said += f", after {values.signed(reading.previous_score)} a week ago"
    moved = moved_most(reading)
    yield head + Markup("{}. {}").format(
        said, f"Moved most: {moved_text(moved)}." if moved else "No indicator moved its score."
    )
    scored = sorted(
        (each for each in reading.evidence if each.score is not None and each.weight > 0),
        key=lambda each: -abs(each.weight * (each.score or 0.0)),
    )
    yield from _side("Speaks for it", [each for each in scored if (each.score or 0.0) > 0])
    yield from _side("Speaks against it", [each for each in scored if (each.score or 0.0) < 0])
    asked = [
        each for each in reading.evidence if each.indicator in _ASKED[reading.name] and each.value is not None
    ]
    if asked:
        yield Markup("Beside it: {}.").format("; ".join(map(_said, asked)))
    if reading.disagreement is not None and reading.disagreement > 0.6:  # noqa: PLR2004  (as far apart as half for, half against)
        yield "Its indicators point apart, so read the score with care."


def _side(words: str, found: list[Evidence]) -> Iterable[str]:
    if found:
        yield f"{words}: {'; '.join(map(_said, found[:_STRONGEST]))}."


def _said(each: Evidence) -> str:
    mark = " (by hand)" if each.overridden else ""
    return f"{each.title} {values.minus(figure(each.value, each.unit))}{mark}"


def flip(week: Week) -> Prose | None:
    """What would change the regime call, the runner-up, and whether the week itself already points elsewhere."""
    regime = week.regime
    found = regime.flip
    parts = []
    if found is None:
        parts.append("No single engine could change the call by itself this week.")
    else:
        way = "rise" if found.change > 0 else "fall"
        now = week.engines[found.engine].score
        at = f" from {values.signed(now)}" if now is not None else ""
        parts.append(
            f"The smallest change that would flip the call: {ENGINE_NAMES[found.engine].lower()} would have to {way} by {abs(found.change):.2f}{at}; the call would be {NAMES[found.to_regime]}."
        )
    parts.append(
        f"Runner-up: {NAMES[regime.runner_up]} with {100 * regime.memberships[regime.runner_up]:.0f} %."
    )
    if not regime.confirmed:
        parts.append(
            f"This week alone looks more like {NAMES[regime.raw]}; a change waits until it leads clearly enough."
        )
    if regime.shock:
        parts.append("Volatility has jumped, so a worse regime is entered without waiting.")
    if regime.acute:
        parts.append("Acute stress: volatility together with credit or breadth.")
    return prose(Markup("<strong>{}</strong>").format(parts[0]), " ".join(parts[1:]))


def playbook(week: Week) -> Prose | None:
    """What the regime is like, what it calls for and what to avoid."""
    text = content.regimes()[week.regime.number]
    return prose(
        Markup("<strong>{}.</strong> {}").format(text.name, text.one_line),
        _listed("Markets tend to", text.markets_tend_to),
        _listed("Do", text.what_to_do),
        _listed("Avoid", text.what_to_avoid),
    )


def _listed(head: str, items: Iterable[str]) -> Markup:
    return Markup("<strong>{}</strong><br>").format(head) + lines(*(f"· {item}" for item in items))


def risk(week: Week) -> Prose | None:
    """What the gauge says to do, and what would raise or lower it."""
    each = week.aggressiveness
    if each.nothing_to_do:
        head = f"Nothing to do: {100 * each.value:.0f} % of the risk budget stays in use."
    elif each.previous is not None and abs(each.value - each.previous) >= 0.005:  # noqa: PLR2004  (less does not show)
        verb = "Raise" if each.value > each.previous else "Lower"
        head = (
            f"{verb} the use of the risk budget from {100 * each.previous:.0f} % to {100 * each.value:.0f} %."
        )
    else:
        head = f"Keep {100 * each.value:.0f} % of the risk budget in use."
    parts = [
        f"That is {100 * each.portfolio_exposure:.0f} % of the portfolio at risk in your range of {100 * each.band[0]:.0f} to {100 * each.band[1]:.0f} %."
    ]
    if each.actual_exposure is not None and each.distance is not None:
        way = "below" if each.distance > 0 else "above"
        parts.append(
            f"Your own exposure of {100 * each.actual_exposure:.0f} % lies {100 * abs(each.distance):.0f} points {way} it."
        )
    if each.value >= each.cap:
        limit = f"The gauge is at its cap of {100 * each.cap:.0f} % in this regime, so nothing raises it."
    else:
        limit = f"It would rise with a mean engine score above {values.signed(each.to_raise)}."
    parts.append(
        f"{limit} It would fall with a mean below {values.signed(each.to_lower)}; the averaged mean is {values.signed(each.alignment)} now."
    )
    return prose(Markup("<strong>{}</strong>").format(head), " ".join(parts))


def style(week: Week) -> Prose | None:
    """The chosen style: when it applies, entries, exits, size, holding period and the usual mistakes."""
    chosen = week.style
    text = content.styles()[chosen.name]  # type: ignore[index]
    why = (
        ""
        if chosen.name == chosen.by_regime
        else f" The regime alone would call for {content.styles()[chosen.by_regime].name.lower()}; an improving turn allows more."
    )  # type: ignore[index]
    return prose(
        Markup("<strong>{}.</strong> {}{}").format(text.name, text.when, why),
        _listed("Entries", text.entries),
        _listed("Exits", text.exits),
        lines(
            Markup("<strong>Size.</strong> {}").format(text.size),
            Markup("<strong>Holding period.</strong> {}").format(text.holding_period),
        ),
        _listed("Usual mistakes", text.mistakes),
    )
