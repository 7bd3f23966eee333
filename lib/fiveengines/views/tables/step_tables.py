"""Steps 2 to 5 in tables: the tape, turns and what is close to one, insights, and manual readings.

Shows readings; computes none.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from fiveengines.base.formats import counted, figure, minus, number, percent
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.model.styles import StyleReading
from fiveengines.playbook import content
from fiveengines.playbook.rules import ActiveConflict, InsightReading
from fiveengines.views.tables import values
from fiveengines.views.tables.markup import (
    Prose,
    badge,
    coloured,
    great_table,
    lines,
    listed,
    prose,
    soft,
    typed,
)
from fiveengines.week import Week

_TAPE = {
    "efficiency_ratio": "Efficiency ratio",
    "variance_ratio": "Variance ratio",
    "breakout_success": "Breakouts that held",
}
_TONES = {"supportive": "supportive", "caution": "adverse", "neutral": "neutral"}
_AGREES = {True: "agrees", False: "disagrees", None: "not measured"}
_SIDES = {"up": "of moves up", "down": "of moves down", "either": "of moves either way"}


def tape(week: Week) -> Any:
    """What the tape shows against what the style needs, check by check."""
    chosen = week.style
    text = content.styles()[chosen.name]  # type: ignore[index]
    columns = {"measure": "Measure", "value": "This week", "needs": "The style needs", "verdict": "Verdict"}
    rows = []
    for check in chosen.checks:
        colour = {True: "supportive", False: "adverse", None: "unknown"}[check.agrees]
        mark = {True: "✓", False: "✕", None: "○"}[check.agrees]
        side = "" if check.measure == "variance_ratio" else f"{_SIDES[check.direction]}, "
        rows.append(
            {
                "measure": lines(_TAPE[check.measure], soft(f"{side}{check.window} sessions")),
                "value": number(check.value, 2),
                "needs": check.needs,
                "verdict": coloured(f"{mark} {_AGREES[check.agrees]}", colour, bold=True),
            }
        )
    title = f"{text.name}: {_overall(chosen)}"
    return great_table(columns, rows, title=title, subtitle="Measured on the S&P 500", right=["value"])


def _overall(chosen: StyleReading) -> str:
    measured = [each for each in chosen.checks if each.agrees is not None]
    if not measured:
        return "the tape could not be measured"
    count = sum(bool(each.agrees) for each in measured)
    return f"the tape agrees in {count} of {len(measured)} checks"


def inflections(week: Week) -> Any:
    """Turns of the last quarter with strength and age, newest first; a sentence when there is none."""
    if not week.inflections:
        return prose("No engine has turned within the last quarter.")
    columns = {
        "engine": "Engine",
        "direction": "Turn",
        "since": "Week",
        "age": "Age",
        "strength": "Strength",
        "now": "Now",
        "announced": "Counts as a market turn",
    }
    rows = [
        {
            "engine": ENGINE_NAMES[each.engine],
            "direction": coloured(
                f"{'▲' if each.direction == 'improving' else '▼'} {each.direction}",
                "neutral"
                if each.reversed is not None
                else "supportive"
                if each.direction == "improving"
                else "adverse",
            ),
            "since": values.day(each.since),
            "age": "this week" if each.weeks_ago == 0 else counted(each.weeks_ago, "week"),
            "strength": percent(each.strength),
            "now": "active" if each.reversed is None else f"reversed {values.day(each.reversed)}",
            "announced": "yes" if each.announced else "no, shown only",
        }
        for each in week.inflections
    ]
    return great_table(
        columns,
        rows,
        title="Turns of the last quarter",
        subtitle="Newest first; reversed: much of the move is lost again, or the engine has turned the other way",
        right=["age", "strength"],
    )


def watch(week: Week) -> Any:
    """Thresholds near by, nearest first: which move of one indicator would change a state or the week's regime."""
    if not week.watch_list:
        return prose("No threshold is within reach of an ordinary move.")
    columns = {
        "what": "What would change",
        "title": "By",
        "now": "Now",
        "level": "At",
        "usual": "Away",
    }
    rows = [
        {
            "what": lines(each.subject[:1].upper() + each.subject[1:], soft(each.becomes)),
            "title": each.title,
            "now": figure(each.now, each.unit),
            "level": figure(each.level, each.unit),
            "usual": number(abs(each.usual_moves), 1, " usual weeks"),
        }
        for each in week.watch_list
    ]
    subtitle = "One indicator's move that would be enough, the others unchanged; nearest first"
    return great_table(
        columns, rows, title="Thresholds near by", subtitle=subtitle, right=["now", "level", "usual"]
    )


def inflection_records(week: Week) -> Prose | None:
    """How past inflections of the same kinds as this quarter's ended; nothing without an active one."""
    kinds = {(each.engine, each.direction) for each in week.inflections if each.reversed is None}
    told = [each.words for each in week.inflection_records if (each.engine, each.direction) in kinds]
    return prose(listed("How such turns went before", told))


def sequences(week: Week) -> Prose | None:
    """Each engine's phases of the last half year, in a line."""
    return prose(listed("Where each engine comes from", (each.words for each in week.sequences.values())))


def events(week: Week) -> Prose | None:
    """What stands on next week's calendar; nothing when nothing is known."""
    return prose(lines(*(each.sentence for each in week.events)))


def insights(week: Week, engine: str | None = None) -> Any:
    """The insights to act on this week; of one engine: all that are active or close to it. None when there are none."""
    found = [
        each
        for each in week.insights
        if (each.matters if engine is None else each.engine == engine and each.status != "dormant")
    ]
    if not found:
        return None if engine else prose("No insight of the playbook stands out this week.")
    columns = {"title": "Insight", "status": "Status", "evidence": "Evidence", "meaning": "What it means"}
    rows = [
        {
            "title": lines(each.title, "" if engine else soft(ENGINE_NAMES[each.engine])),
            "status": _status(each),
            "evidence": lines(
                minus(each.evidence or each.condition),
                *((soft(minus(each.history.words)),) if engine is None else ()),
            ),
            "meaning": lines(
                _meaning(each),
                soft(f"{each.note[:1].upper()}{each.note[1:]}.") if each.note else "",
                *(soft(f"But: {other.title}. {other.weigh}") for other in _disputes(found, each)),
            ),
        }
        for each in found
    ]
    title = (
        "Insights that matter this week" if engine is None else f"{ENGINE_NAMES[engine]}: insights at work"
    )
    return great_table(columns, rows, title=title, on_screen=engine is not None)


def _disputes(found: Sequence[InsightReading], each: InsightReading) -> tuple[ActiveConflict, ...]:
    """Conflicts with insights that stand further down the table, so that each pair is told once."""
    later = {other.insight for other in found[found.index(each) + 1 :]}
    return tuple(other for other in each.conflicts if other.insight in later)


def _meaning(each: InsightReading) -> str:
    """What an insight means; while it is only watched, what it would mean."""
    return f"If it becomes active: {each.implication}" if each.status == "watch" else each.implication


def _status(each: InsightReading) -> Markup:
    """Whether an insight is active or watched, and since when."""
    mark = badge(each.status, _TONES.get(each.tone, "accent") if each.status == "active" else "neutral")
    if each.since is None:
        return lines(mark)
    age = counted(each.weeks, "week").replace(" ", "\u00a0")
    return lines(mark, soft(Markup("since {}, {}").format(values.day(each.since), age)))


def overrides(week: Week) -> Any:
    """Figures entered by hand and in force this week: who, why and until; a sentence when there are none."""
    if not week.overrides:
        return prose(soft("No figure was entered by hand for this week."))
    plain = week.without_overrides()
    units = {each.indicator: each.unit for reading in week.engines.values() for each in reading.evidence}
    data: dict[str, float | str | None] = {
        f"state:{name}": each.state for name, each in plain.engines.items()
    }
    data |= {each.indicator: each.value for reading in plain.engines.values() for each in reading.evidence}
    columns = {
        "field": "Entered",
        "value": "Value",
        "before": "Data said",
        "why": "Why",
        "who": "Who",
        "when": "When",
        "until": "Until",
    }
    rows = [
        {
            "field": each.title,
            "value": lines(values.entered(each.value, units.get(each.field, "")), badge("manual")),
            "before": values.entered(
                data.get(each.field) if each.before is None else each.before, units.get(each.field, "")
            ),
            "why": typed(each.why, soft(each.source) if each.source else ""),
            "who": typed(each.who),
            "when": values.day(pd.Timestamp(each.entered_at)),
            "until": values.day(pd.Timestamp(each.until)),
        }
        for each in week.overrides
    ]
    note = (
        f"Without them the call would be {plain.regime.name} "
        f"with {percent(plain.target_exposure.value)} of the risk budget in use."
    )
    return great_table(
        columns,
        rows,
        title="Entered by hand",
        subtitle="Each replaces one input for a while; stored data stay as they are",
        right=["value", "before"],
        note=note,
    )


def health(week: Week) -> Prose | None:
    """What was odd about the data, warnings first; nothing when nothing was."""
    marks = {"error": "✕ ", "warning": "! ", "info": ""}
    shown = sorted(
        (n for n in week.notices if n.level != "info" or not week.simulated),
        key=lambda n: list(marks).index(n.level),
    )
    told = [f"{marks[n.level]}{n.text}" for n in shown[:12]]
    more = [f"… and {len(shown) - 12} more."] if len(shown) > 12 else []
    return prose(listed("What was odd about the data", [*told, *more]))
