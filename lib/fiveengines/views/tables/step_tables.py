"""Steps 2 to 5 in tables: the tape, inflections and what is close to one, insights, and manual readings.

Shows readings; computes none.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from fiveengines.base.formats import counted, figure, first_capital, minus, number, percent
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.model.inflections import Inflection
from fiveengines.model.styles import Checked, StyleReading
from fiveengines.overrides import Entry
from fiveengines.playbook import content
from fiveengines.playbook.rules import InsightReading
from fiveengines.views.tables import values
from fiveengines.views.tables.markup import (
    Column,
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
_VERDICTS = {
    True: ("✓ agrees", "supportive"),
    False: ("✕ disagrees", "adverse"),
    None: ("○ not measured", "unknown"),
}
_SIDES = {"up": "of moves up", "down": "of moves down", "either": "of moves either way"}


def tape(week: Week) -> Any:
    """What the tape shows against what the style needs, check by check; nothing in a week without a call."""
    chosen = week.style
    if chosen is None:
        return None
    text = content.styles()[chosen.name]  # type: ignore[index]
    return great_table(
        chosen.checks,
        Column(
            "Measure", lambda each: lines(_TAPE[each.measure], soft(f"{_side(each)}{each.window} sessions"))
        ),
        Column("This week", lambda each: number(each.value, 2), right=True),
        Column("The style needs", lambda each: each.needs),
        Column("Verdict", lambda each: coloured(*_VERDICTS[each.agrees], bold=True)),
        title=f"{text.name}: {_overall(chosen)}",
        subtitle="Measured on the S&P 500",
    )


def _side(check: Checked) -> str:
    return "" if check.measure == "variance_ratio" else f"{_SIDES[check.direction]}, "


def _overall(chosen: StyleReading) -> str:
    measured = [each for each in chosen.checks if each.agrees is not None]
    if not measured:
        return "the tape could not be measured"
    count = sum(bool(each.agrees) for each in measured)
    return f"the tape agrees in {count} of {len(measured)} checks"


def inflections(week: Week) -> Any:
    """Turns of the last quarter with strength and age, newest first; a sentence when there is none."""
    if week.nothing_known:
        return prose("No engine can be read this week.")
    if not week.inflections:
        return prose("No engine has turned within the last quarter.")
    return great_table(
        week.inflections,
        Column("Engine", lambda each: ENGINE_NAMES[each.engine]),
        Column("Turn", _turn),
        Column("Week", lambda each: values.day(each.since)),
        Column(
            "Age", lambda each: counted(each.weeks_ago, "week") if each.weeks_ago else "this week", right=True
        ),
        Column("Strength", lambda each: percent(each.strength), right=True),
        Column("Now", lambda each: f"reversed {values.day(each.reversed)}" if each.reversed else "active"),
        Column(
            "Counts as an inflection of the market",
            lambda each: "yes" if each.announced else "no, shown only",
        ),
        title="Turns of the last quarter",
        subtitle="Newest first; reversed: much of the move is lost again, or the engine has turned the other way",
    )


def _turn(each: Inflection) -> Markup:
    up = each.direction == "improving"
    colour = "neutral" if each.reversed is not None else "supportive" if up else "adverse"
    return coloured(f"{'▲' if up else '▼'} {each.direction}", colour)


def watch(week: Week) -> Any:
    """Thresholds near by, nearest first: which move of one indicator would change a state or the week's regime."""
    if week.nothing_known:
        return prose("No engine can be read this week, so no threshold is named.")
    if not week.watch_list:
        return prose("No threshold is within reach of an ordinary move.")
    return great_table(
        week.watch_list,
        Column("What would change", lambda each: lines(first_capital(each.subject), soft(each.becomes))),
        Column("By", lambda each: each.title),
        Column("Now", lambda each: figure(each.now, each.unit), right=True),
        Column("At", lambda each: figure(each.level, each.unit), right=True),
        Column("Away", lambda each: number(abs(each.usual_moves), 1, " usual moves"), right=True),
        title="Thresholds near by",
        subtitle="One indicator's move that would be enough, the others unchanged; nearest first",
    )


def inflection_records(week: Week) -> Prose | None:
    """How past inflections of the same kinds as this quarter's ended; nothing without an active one."""
    kinds = {(each.engine, each.direction) for each in week.inflections if each.reversed is None}
    found = [each.sentence for each in week.inflection_records if (each.engine, each.direction) in kinds]
    return prose(listed("How such inflections went before", found))


def sequences(week: Week) -> Prose | None:
    """Each engine's phases of the last half year, in a line; those that can be read this week."""
    known = (each.sentence for name, each in week.sequences.items() if week.engines[name].score is not None)
    return prose(listed("Where each engine comes from, by its direction over a month", known))


def events(week: Week) -> Prose | None:
    """What is on next week's calendar; nothing when nothing is known."""
    return prose(lines(*(each.sentence for each in week.events)))


def insights(week: Week, engine: str | None = None) -> Any:
    """The insights to act on this week; of one engine: others, active or close to it. None without any."""
    if engine is None:
        found = [each for each in week.insights if each.matters]
    else:
        others = [each for each in week.insights if each.engine == engine and not each.matters]
        found = [each for each in others if each.status != "dormant"]
    if not found and engine:
        return None
    if not found and week.no_call is not None:
        return prose(f"{week.call_name}: the playbook's insights are not judged this week.")
    if not found:
        return prose("No insight of the playbook stands out this week.")
    said = (
        Column("Status", _status),
        Column(
            "Evidence",
            lambda each: lines(_evidence(each), "" if engine else soft(each.history.sentence)),
        ),
        Column("What it means", lambda each: lines(*_meaning(each, found))),
    )
    if engine:
        title = f"{ENGINE_NAMES[engine]}: further insights at work"
        return great_table(found, Column("Insight", lambda each: each.title), *said, title=title)
    name = Column("Insight", lambda each: lines(each.title, soft(ENGINE_NAMES[each.engine])))
    return great_table(found, name, *said, title="Insights that matter this week")


def _evidence(each: InsightReading) -> str:
    return minus(each.evidence or each.condition)


def _meaning(each: InsightReading, found: Sequence[InsightReading]) -> Iterator[object]:
    """What an insight means, or would mean while it is only watched; then its note and what speaks against it.

    A conflict is named beside the first of the two insights in the table only.
    """
    yield f"If it becomes active: {each.implication}" if each.status == "watch" else each.implication
    yield soft(f"{first_capital(each.note)}.") if each.note else ""
    later = {other.insight for other in found[found.index(each) + 1 :]}
    yield from (soft(f"But: {c.title}. {c.weigh}") for c in each.conflicts if c.insight in later)


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
    said = plain.call_name
    if plain.target_exposure is not None:
        said += f" with {percent(plain.target_exposure.value)} of the risk budget in use"

    def before(each: Entry) -> str:
        found = data.get(each.field) if each.before is None else each.before
        return values.entered(found, units.get(each.field, ""))

    return great_table(
        week.overrides,
        Column("Entered", lambda each: each.title),
        Column(
            "Value",
            lambda each: lines(values.entered(each.value, units.get(each.field, "")), badge("manual")),
            right=True,
        ),
        Column("Data said", before, right=True),
        Column("Why", lambda each: typed(each.why, soft(each.origin) if each.origin else "")),
        Column("Who", lambda each: typed(each.who)),
        Column("When", lambda each: values.day(pd.Timestamp(each.entered_at))),
        Column("Until", lambda each: values.day(pd.Timestamp(each.until))),
        title="Entered by hand",
        subtitle="Each replaces one input for a while; stored data stay as they are",
        note=f"Without them the call would be {said}.",
    )


def health(week: Week) -> Prose | None:
    """What was odd about the data, warnings first; nothing when nothing was."""
    marks = {"error": "✕ ", "warning": "! ", "info": ""}
    shown = sorted(
        (n for n in week.notices if n.level != "info" or not week.simulated),
        key=lambda n: list(marks).index(n.level),
    )
    notices = [f"{marks[n.level]}{n.text}" for n in shown[:12]]
    more = [f"… and {len(shown) - 12} more."] if len(shown) > 12 else []
    return prose(listed("What was odd about the data", [*notices, *more]))


def files(week: Week) -> Any:
    """What the files directory gave and which files were left out, by reason; nothing without files."""
    found = week.files
    if not found.read and not found.left_out:
        return None
    return great_table(
        found.left_out,
        Column("Left out because", lambda each: typed(each.reason)),
        Column("Files", lambda each: f"{each.count:,}", right=True),
        Column("Such as", lambda each: typed(", ".join(each.examples))),
        Column("What to do", lambda each: typed(each.remedy)),
        title="Files of this reading",
        subtitle=f"{counted(found.read, 'file')} read as {found.series} series",
        note="`fiveengines doctor --source files --data-dir DIR` names every file, its series, dates and rows.",
    )
