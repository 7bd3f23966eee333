"""Step 1 in tables: the five engines at a glance, each engine's evidence, and every indicator's method.

Shows readings; computes none.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from fiveengines.base.formats import NOTHING, figure, first_capital, minus, number, percent, signed
from fiveengines.commentary.narrative import ENGINE_NAMES, moved_most, moved_text
from fiveengines.model.engines import EngineReading, Evidence
from fiveengines.views.sources import source
from fiveengines.views.tables import values
from fiveengines.views.tables.markup import Block, Column, badge, great_table, lines
from fiveengines.week import Week


def engines(week: Week) -> Any:
    """The five engines: state, direction, score, coverage, disagreement, and what moved most since last week."""
    return great_table(
        week.engines.values(),
        Column(
            "Engine", lambda each: lines(ENGINE_NAMES[each.name], badge("manual") if each.by_hand else "")
        ),
        Column("State", lambda each: values.state(each.state)),
        Column("Direction", lambda each: "" if each.score is None else values.direction(each.direction)),
        Column("Score", lambda each: signed(each.score), right=True),
        Column("Last week", lambda each: signed(each.previous_score), right=True),
        Column("Coverage", lambda each: percent(each.coverage), right=True),
        Column("Moved most", lambda each: "" if each.score is None else minus(moved_text(moved_most(each)))),
        title="Five engines this week",
        subtitle="Scores from −1 (adverse) to +1 (supportive); coverage is the share of weight with data",
    )


_PATHS = {"spx": "S&P 500, close", "vix": "VIX, close", "vix_intraday": "VIX, highest of a session"}


def week_path(week: Week) -> Any:
    """The week, not its Friday: first, highest, lowest and last value of the index and the VIX, with their days."""
    rows = [(name, path) for name, path in week.paths.items() if path is not None]

    def at(value: float | None, day: pd.Timestamp | None) -> str:
        if value is None:
            return NOTHING
        return f"{value:,.2f}" if day is None else f"{value:,.2f} on {day:%a}"

    return great_table(
        rows,
        Column("Market", lambda each: _PATHS[each[0]]),
        Column("First", lambda each: at(each[1].first, each[1].first_day), right=True),
        Column("Highest", lambda each: at(each[1].high, each[1].high_day), right=True),
        Column("Lowest", lambda each: at(each[1].low, each[1].low_day), right=True),
        Column("Last", lambda each: at(each[1].last, week.as_of), right=True),
        title="Within the week",
        subtitle="The sessions since the last reading",
        note="" if rows else "Neither the index nor the VIX has a figure this week.",
    )


def evidence(week: Week, engine: str) -> Any:
    """What one engine's score is made of, then the indicators shown for context; missing ones are named below."""
    reading = week.engines[engine]
    shown = [each for each in reading.evidence if each.value is not None]
    missing = [each.title for each in reading.evidence if each.value is None]
    return great_table(
        sorted(shown, key=lambda each: each.score is None),
        Column("Indicator", _method_link),
        *_columns(week),
        Column("Source", lambda each: source(week, *each.series) if each.series else "by hand"),
        title=f"{ENGINE_NAMES[engine]}: what the score is made of",
        subtitle=_standing(reading),
        group=lambda each: "For context" if each.score is None else "Scored",
        note=f"No value this week: {', '.join(missing)}." if missing else "",
    )


def method(week: Week) -> Block:
    """How every indicator is computed, where it scores -1 and +1, and why there: folded, with an anchor for each."""
    lines_of = week.params.engines.engines
    entries = []
    for name, reading in week.engines.items():
        entries.append(Markup('<dt class="group">{}</dt>').format(ENGINE_NAMES[name]))
        for each in reading.evidence:
            line = lines_of[name][each.indicator]  # type: ignore[index]
            scored = (
                f"−1 at {figure(line.adverse, each.unit)}, +1 at {figure(line.supportive, each.unit)}."
                if line.weight > 0
                else "Not scored."
            )
            entries.append(
                Markup('<dt id="method-{}">{}</dt><dd>{} {} {}</dd>').format(
                    each.indicator,
                    each.title,
                    f"{first_capital(each.formula)}.",
                    scored,
                    minus(each.why),
                )
            )
    summary = "How each indicator is computed, where it scores −1 and +1, and why there"
    html = Markup('<details class="method"><summary>{}</summary><dl>{}</dl></details>')
    return Block(html.format(summary, Markup().join(entries)))


def _method_link(each: Evidence) -> Markup:
    return Markup('<a class="plain" id="input-{}" href="#method-{}">{}</a>').format(
        each.indicator, each.indicator, each.title
    )


def _columns(week: Week) -> tuple[Column, ...]:
    """What both tables of indicators show: value, score, weight and dates."""
    limits = week.params.engines.states
    return (
        Column("Value", values.value, right=True),
        Column(
            "Last week",
            lambda each: NOTHING if each.previous is None else figure(each.previous, each.unit),
            right=True,
        ),
        Column("Score", lambda each: values.score(each, limits), right=True),
        Column("Weight", lambda each: NOTHING if each.score is None else f"{each.weight:g}", right=True),
        Column("Observed", lambda each: values.day(each.observed, week.as_of)),
        Column("Public", lambda each: values.public(each.known_at, week.as_of)),
    )


def _standing(reading: EngineReading) -> str:
    if reading.score is None:
        return f"Unknown: only {percent(reading.coverage)} of the weight has data"
    parts = [
        f"Score {signed(reading.score)}, {reading.state}, {reading.direction}",
        f"{percent(reading.coverage)} of the weight has data",
    ]
    if reading.forced:
        parts.append("set by hand")
    if reading.held_back >= 0.005:  # a hundredth, as scores are shown
        parts.append(f"credit stress takes {number(reading.held_back, 2)} off")
    return "; ".join(parts)
