"""The week in words: the recurring question of each engine answered, and what each later step says.

Words around readings; computes none and gives no advice beyond what the parameters say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from markupsafe import Markup

from fiveengines.base.formats import (
    counted,
    figure,
    first_capital,
    joined,
    minus,
    number,
    percent,
    signed,
    weeks_ago,
)
from fiveengines.commentary.narrative import ENGINE_NAMES, moved_most, moved_text, named, went
from fiveengines.model.engines import EngineReading, Evidence
from fiveengines.model.inflections import Inflection
from fiveengines.model.regimes import NAMES
from fiveengines.playbook import content
from fiveengines.research.forecast_record import OWN, Outlook
from fiveengines.views.tables.markup import Prose, lines, listed, prose, sentence
from fiveengines.week import Week

# Figures that the question of an engine asks for by name, beside what is scored.
_CONTEXT = {
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
    "rate_path": ("policy_rate", "effective_rate", "two_year", "ten_year", "real_yield"),
}
_STRONGEST = 3
_MOST_TURNS = 4
# About as far apart as half the weight at +0.6 and half at -0.6.
_WIDE_DISAGREEMENT = 0.6


def narrative(week: Week) -> Prose | None:
    """The week in one sentence, then what changed."""
    return prose(Markup("<strong>{}</strong>").format(week.narrative), lines(*map(minus, week.changes)))


def answer(week: Week, engine: str) -> Prose | None:
    """The engine's recurring question and its answer from this week's figures."""
    reading = week.engines[engine]
    question = content.questions()[engine]  # type: ignore[index]
    # An engine without any input of this week has nothing to be named either.
    labels = named(engine, week.labels, week.breadth_basis) if reading.coverage > 0 else ""
    about = f"{labels} {week.members_note}".strip() if engine == "breadth" else labels
    return prose(Markup("<em>{}</em>").format(question), *_answer(reading, week), about)


def _answer(reading: EngineReading, week: Week) -> Iterable[object]:
    text = week.clauses[reading.name]
    head = Markup("<strong>{}.</strong>").format(first_capital(text))
    if reading.score is None:
        yield head + Markup(
            " Only {} of its weight has data, so it is not scored; it counts for nothing this week."
        ).format(percent(reading.coverage))
        return
    weeks = counted(week.params.engines.direction.weeks, "week")
    said = f" {first_capital(reading.state)}, {reading.direction} over {weeks}"
    if reading.previous_score is not None:
        said += f"; {went(reading, week.params.engines.changes)} since last week"
    said += f" (score {signed(reading.score)}"
    said += "" if reading.previous_score is None else f", {signed(reading.previous_score)} a week ago"
    said += ", from −1 adverse to +1 supportive)"
    moved = moved_most(reading)
    yield head + Markup("{}. {}").format(
        said, f"Moved most: {minus(moved_text(moved))}." if moved else "No indicator moved its score."
    )
    scored = sorted(
        (each for each in reading.evidence if each.score is not None and each.weight > 0),
        key=lambda each: -abs(each.weight * (each.score or 0.0)),
    )
    context = _CONTEXT[reading.name]
    asked = [each for each in reading.evidence if each.indicator in context and each.value is not None]
    disagree = reading.disagreement is not None and reading.disagreement > _WIDE_DISAGREEMENT
    yield lines(
        _side("For it", [each for each in scored if (each.score or 0.0) > 0]),
        _side("Against it", [each for each in scored if (each.score or 0.0) < 0]),
        _side("Beside it", asked, len(asked)),
        _MORE[reading.name](week) if reading.name in _MORE else "",
        "Its indicators point apart, so read the score with care." if disagree else "",
    )


def _path_of_liquidity(week: Week) -> Markup:
    """Net liquidity in levels over the quarter."""
    path = week.series("net_liquidity").iloc[[-1 - back for back in _PATH if back < len(week.dates)]].dropna()
    if len(path) < 2:
        return Markup()
    levels = " → ".join(figure(each, "$bn") for each in path)
    return Markup("<strong>Net liquidity {} weeks ago to now:</strong> {}.").format(
        ", ".join(map(str, _PATH[:-1])), levels
    )


def _after_move(week: Week) -> Markup:
    """Who would have to buy or sell after a move of the market, from the models."""
    move = week.params.engines.inputs.market_move
    held = week.after_move.dropna()
    parts = [
        f"{_FUNDS[str(name)]} hold {number(now, 0)} % of their maximum and would {_trade(up - now)} after a rise, "
        f"{_trade(down - now)} after a fall"
        for name, now, up, down in held[["now", "up", "down"]].itertuples()
    ]
    head = (
        f"If the S&P 500 moved by {move.size:g} % in {move.sessions} equal daily steps (models, not reports):"
    )
    return Markup("<strong>{}</strong> {}.").format(head, "; ".join(parts)) if parts else Markup()


def _trade(points: float) -> str:
    size = round(abs(points))
    return f"{'buy' if points > 0 else 'sell'} {counted(size, 'point')}" if size else "do nothing"


def _priced(week: Week) -> Markup:
    """How many moves of a quarter point are priced: by futures or a figure by hand, else by the 2-year yield."""
    evidence = {each.indicator: each for each in week.engines["rate_path"].evidence}
    futures, gap = evidence["policy_cuts_priced"], evidence["two_year_minus_policy"].value
    head = "Priced: {:.1f} {} of a quarter point."
    if futures.value is not None:
        told = "entered by hand" if futures.overridden else "from fed funds futures"
        steps, side = abs(futures.value) / 100 / _STEP, "cuts" if futures.value > 0 else "hikes"
        return Markup("<strong>{}</strong> {}").format(
            head.format(steps, side), f"{futures.title}, against the target: {told}."
        )
    if gap is None:
        return Markup()
    steps, side = abs(gap) / _STEP, "cuts" if gap < 0 else "hikes"
    return Markup("<strong>{}</strong> {}").format(
        head.format(steps, side),
        f"The 2-year yield is {abs(gap):.2f} points {'below' if gap < 0 else 'above'} the target, which is the mean "
        "expected over its two years with a term premium; there are no futures to count from.",
    )


# Weeks back at which the path of net liquidity is shown.
_PATH = (13, 8, 4, 0)
# A move of the Fed, in percentage points.
_STEP = 0.25
_FUNDS = {"cta_exposure": "trend followers", "vol_target_exposure": "volatility-target funds"}
_MORE = {"liquidity": _path_of_liquidity, "positioning": _after_move, "rate_path": _priced}


def _side(words: str, found: list[Evidence], most: int = _STRONGEST) -> Markup:
    if not found:
        return Markup()
    return Markup("<strong>{}:</strong> {}.").format(words, "; ".join(map(_said, found[:most])))


def _said(each: Evidence) -> str:
    mark = " (by hand)" if each.overridden else ""
    return f"{each.title} {figure(each.value, each.unit)}{mark}"


def no_call(week: Week) -> Prose | None:
    """Why the week has no call, the last valid one with its age, and what to do; nothing when it has one."""
    found = week.no_call
    if found is None:
        return None
    head = Markup("<strong>{}.</strong> {}").format(week.call_name, found.reason)
    return prose(head, lines(found.last_sentence, found.remedy))


def flip(week: Week) -> Prose | None:
    """What would change the call, the runner-up, where the week itself points, and what missing engines could do."""
    regime = week.regime
    if regime is None:
        return no_call(week)
    found = regime.flip
    parts = []
    if found is None:
        parts.append("No single engine could make this week read another regime.")
    else:
        way = "higher" if found.change > 0 else "lower"
        parts.append(
            f"What would flip it: with {ENGINE_NAMES[found.engine].lower()}'s score {abs(found.change):.2f} {way} "
            f"the call would be {NAMES[found.to_regime].lower()}."
        )
    parts.append(
        f"Runner-up: {NAMES[regime.runner_up]} with {percent(regime.memberships[regime.runner_up])}."
    )
    if not regime.confirmed:
        parts.append(f"This week alone looks more like {NAMES[regime.raw]}; an edge must be passed clearly.")
    if regime.acute:
        parts.append("Acute stress: volatility together with credit or breadth.")
    if week.certainty_sentence:
        parts.append(week.certainty_sentence)
    return prose(Markup("<strong>{}</strong>").format(parts[0]), " ".join(parts[1:]))


def outlook(week: Week) -> Prose | None:
    """Expected volatility and the regime to come, with the record of such forecasts; None without either."""
    found = week.outlook
    said, record = [], []
    quantile, rivals = dict(found.quantile_scores), ""
    if quantile:
        own = quantile.pop(OWN)
        rivals = joined([f"{score:.2f} for {_RIVALS[name]}" for name, score in quantile.items()])
        over = f"Quantile score over {counted(found.scored_weeks, 'week')}"
        rivals = f"{over}: {own:.2f}, against {rivals} (smaller is better)"
    if found.volatility is not None and rivals and not found.volatility_skill:
        record.append(f"{rivals}: no skill so far, so no volatility is forecast.")
    elif found.volatility is not None and found.band is not None:
        low, middle, high = found.volatility
        said.append(
            f"Volatility of the next {found.sessions} sessions: {middle:.0f} % a year expected, "
            f"{low:.0f} to {high:.0f} % in four cases of five."
        )
        record.append(
            f"Over {counted(found.band_weeks, 'earlier week')} the band held the outcome in {percent(found.band)}."
        )
        if rivals:
            record.append(f"{rivals}.")
    if found.regimes is not None and found.brier is not None and not found.regime_skill:
        record.append(f"{_brier(found)}: no skill so far, so no regime is forecast.")
    elif found.regimes is not None:
        first, second = sorted(found.regimes, key=lambda n: -found.regimes[n])[:2]  # type: ignore[index]
        said.append(
            f"In {found.regime_weeks} weeks: {NAMES[first].lower()} {percent(found.regimes[first])}, "
            f"{NAMES[second].lower()} {percent(found.regimes[second])}."
        )
        if found.brier is not None:
            record.append(f"{_brier(found)}.")
    if not said and not record:
        return None
    return prose(Markup("<strong>{}</strong>").format(" ".join(said) or "No forecast."), " ".join(record))


_RIVALS = {
    "VIX alone": "the VIX alone",
    "Realised alone (HAR)": "realised volatility alone",
    "Climatology": "the quantiles of the past",
}


def _brier(found: Outlook) -> str:
    return (
        f"Brier score over {counted(found.regime_count, 'week')}: {found.brier:.2f}, against "
        f'{found.persistence:.2f} for "it stays" and {found.climatology:.2f} for the shares of the past'
    )


def playbook(week: Week) -> Prose | None:
    """What the regime is like, what it calls for and what to avoid."""
    if week.regime is None:
        return prose(f"{week.call_name}: no regime is named this week, so none is acted on.")
    text = content.regimes()[week.regime.number]
    return prose(
        Markup("<strong>{}.</strong> {}").format(text.name, text.one_line),
        listed("Markets tend to", text.markets_tend_to),
        listed("Do", text.what_to_do),
        listed("Avoid", text.what_to_avoid),
    )


def risk(week: Week) -> Prose | None:
    """What the target exposure says to do, why, and what would raise or lower it."""
    said = week.exposure_commentary
    if said is None:
        return prose(f"{week.call_name}: there is no target exposure this week.")
    return prose(
        Markup("<strong>{}</strong> {}").format(sentence(said.conclusion), sentence(said.distance)),
        listed("Why", said.why),
        listed("What would raise it", said.to_raise),
        listed("What would lower it", said.to_lower),
    )


def plan(week: Week) -> Prose | None:
    """The plan in words; nothing when there is no portfolio in params."""
    return None if week.plan is None else prose(listed("The plan", week.plan.sentences))


def style(week: Week) -> Prose | None:
    """The chosen style: when it applies, entries, exits, size, holding period and the usual mistakes."""
    chosen = week.style
    if chosen is None:
        return prose(f"{week.call_name}: no style is chosen this week, and the tape is not tested.")
    text = content.styles()[chosen.name]  # type: ignore[index]
    why = ""
    if chosen.name != chosen.by_regime:
        own = content.styles()[chosen.by_regime].name.lower()  # type: ignore[index]
        why = f" The regime alone would call for {own}; an improving inflection allows more."
    return prose(
        Markup("<strong>{}.</strong> {}{}").format(text.name, text.when, why),
        listed("Entries", text.entries),
        listed("Exits", text.exits),
        lines(
            Markup("<strong>Size.</strong> {}").format(text.size),
            Markup("<strong>Holding period.</strong> {}").format(text.holding_period),
        ),
        listed("Usual mistakes", text.mistakes),
    )


_Step = Literal["engine check", "dominant regime", "aggressiveness", "strategy style", "inflection points"]


def step(week: Week, name: _Step) -> Prose | None:
    """The answer of one of the five steps in a sentence or two."""
    said: dict[_Step, Callable[[Week], str]] = {
        "engine check": _engines,
        "dominant regime": _call,
        "aggressiveness": lambda shown: shown.brief.action.text,
        "strategy style": _style,
        "inflection points": _turned,
    }
    return Prose((Markup("<strong>{}</strong>").format(said[name](week)),), "prose lead")


def _engines(week: Week) -> str:
    weeks = counted(week.params.engines.direction.weeks, "week")
    moves = {
        way: [ENGINE_NAMES[name].lower() for name, each in week.engines.items() if each.direction == way]
        for way in ("improving", "deteriorating")
    }
    parts = [f"{joined(names)} {way}" for way, names in moves.items() if names]
    return f"{week.brief.call.sentence} Over {weeks}: {'; '.join(parts) or 'no engine improving or deteriorating'}."


def _call(week: Week) -> str:
    call = week.brief.call
    return f"{call.name}. {call.standing}" if call.number else f"{call.name}. {call.sentence} {call.standing}"


def _style(week: Week) -> str:
    if week.style is None:
        return "No style is chosen in a week without a call."
    return f"{content.styles()[week.style.name].name}. {tape_words(week)}"  # type: ignore[index]


def _turned(week: Week) -> str:
    if week.nothing_known:
        return "No engine can be read, so no turn is seen."
    found = " ".join(turns(week))
    none = "No great inflection was announced within the quarter."
    return f"Announced within the quarter: {found}" if found else none


def tape_words(week: Week) -> str:
    """Whether the index's last quarter agrees with the style, in a sentence; empty in a week without a call."""
    style = week.style
    if style is None:
        return ""
    if style.efficiency_ratio is None:
        return "The tape could not be tested: there is no index price."
    way = "up" if (style.net_efficiency or 0.0) > 0 else "down"
    tape = {
        "trending": f"has trended {way}",
        "choppy": "has gone nowhere",
        "mixed": f"has drifted {way} without a clear trend",
    }[style.tape]
    status = {
        "agrees": "The tape agrees",
        "mixed": "The tape agrees in part",
        "disagrees": "The tape disagrees",
    }.get(style.agreement)
    text = f"the last quarter {tape} (efficiency ratio {style.efficiency_ratio:.2f})."
    return f"{status}: {text}" if status else first_capital(text)


def turns(week: Week) -> tuple[str, ...]:
    """Announced inflections of the last quarter, those still in force first; a reversed one says so."""
    announced = [each for each in week.inflections if each.announced]
    announced.sort(key=lambda each: each.reversed is not None)
    return tuple(map(_turn, announced[:_MOST_TURNS]))


def _turn(each: Inflection) -> str:
    since = "" if each.reversed is None else f"; reversed on {each.reversed.day} {each.reversed:%B}"
    return f"{ENGINE_NAMES[each.engine]} {each.direction}, {weeks_ago(each.weeks_ago)}{since}."
