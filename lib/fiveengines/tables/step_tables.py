"""Steps 2 to 5 in tables: the tape, turns and what is close to one, insights, and manual readings.

Shows readings; computes none.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from fiveengines.narrative import ENGINE_NAMES
from fiveengines.playbook import content
from fiveengines.routine import Week
from fiveengines.tables import values
from fiveengines.tables.answers import no_manual
from fiveengines.tables.markup import Prose, badge, coloured, great_table, lines, prose, soft

_TAPE = {
    "efficiency_ratio": "Efficiency ratio",
    "variance_ratio": "Variance ratio",
    "breakout_success": "Breakouts that held",
}
_AGREES = {True: "agrees", False: "disagrees", None: "not measured"}


def tape(week: Week) -> Any:
    """What the tape of the last quarter shows against what the style needs."""
    chosen = week.style
    text = content.styles()[chosen.name]  # type: ignore[index]
    columns = {"measure": "Measure", "value": "This week", "needs": "The style needs", "verdict": "Verdict"}
    rows = []
    for check in text.tape:
        found = getattr(chosen, check.measure)
        verdict = check.agrees(math.nan if found is None else found)
        colour = {True: "supportive", False: "adverse", None: "unknown"}[verdict]
        mark = {True: "✓", False: "✕", None: "○"}[verdict]
        rows.append(
            {
                "measure": _TAPE.get(check.measure, check.measure),
                "value": values.NOTHING if found is None else f"{found:.2f}",
                "needs": check.sentence,
                "verdict": coloured(f"{mark} {_AGREES[verdict]}", colour, bold=True),
            }
        )
    title = f"{text.name}: the tape is {chosen.tape}, so it {_overall(chosen.agreement)}"
    return great_table(
        columns, rows, title=title, subtitle="Measured on the S&P 500 over the last quarter", right=["value"]
    )


def _overall(agreement: str) -> str:
    return {"agrees": "agrees", "disagrees": "disagrees", "mixed": "neither agrees nor disagrees"}.get(
        agreement, "does not decide"
    )


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
        "announced": "Counts as a market turn",
    }
    rows = [
        {
            "engine": ENGINE_NAMES[each.engine],
            "direction": coloured(
                f"{'▲' if each.direction == 'improving' else '▼'} {each.direction}",
                "supportive" if each.direction == "improving" else "adverse",
            ),
            "since": values.day(each.since),
            "age": "this week"
            if each.weeks_ago == 0
            else f"{each.weeks_ago} {'week' if each.weeks_ago == 1 else 'weeks'}",
            "strength": f"{100 * each.strength:.0f} %",
            "announced": "yes" if each.announced else "no, shown only",
        }
        for each in week.inflections
    ]
    return great_table(
        columns,
        rows,
        title="Turns of the last quarter",
        subtitle="Newest first; strength from 0 to 100 %",
        right=["age", "strength"],
    )


def watch(week: Week) -> Any:
    """How far each engine is from its next state, nearest first."""
    limits = week.params.engines.states
    rows = []
    for name, reading in week.engines.items():
        if reading.score is None:
            continue
        for target, state in _thresholds(reading.state, limits.supportive, limits.adverse, limits.release):
            gap = target - reading.score
            rows.append(
                (
                    abs(gap),
                    {
                        "engine": ENGINE_NAMES[name],
                        "now": lines(values.state(reading.state)),
                        "score": values.signed(reading.score),
                        "next": values.state(state),
                        "at": values.signed(target),
                        "gap": values.signed(gap),
                    },
                )
            )
    if not rows:
        return prose("No engine has a score this week, so no threshold is near.")
    columns = {
        "engine": "Engine",
        "now": "State",
        "score": "Score",
        "next": "Would become",
        "at": "At",
        "gap": "Distance",
    }
    ordered = [row for _, row in sorted(rows, key=lambda pair: pair[0])]
    return great_table(
        columns,
        ordered,
        title="Thresholds nearby",
        subtitle="How far each engine's score is from its next state, nearest first",
        right=["score", "at", "gap"],
    )


def _thresholds(state: str, supportive: float, adverse: float, release: float) -> list[tuple[float, str]]:
    if state == "supportive":
        return [(release, "neutral")]
    if state == "adverse":
        return [(-release, "neutral")]
    return [(supportive, "supportive"), (adverse, "adverse")]


def insights(week: Week, engine: str | None = None) -> Any:
    """Insights that matter this week, of one engine or of all; nothing to show gives nothing."""
    book = content.insights()
    rows = []
    for finding in week.insights:
        known: Mapping[str, Any] = finding.as_dict()
        entry = book.get(int(known.get("insight", known.get("id", 0))))
        belongs = known.get("engine") or (entry.engine if entry else None)
        if engine is not None and belongs != engine:
            continue
        status = str(known.get("status", ""))
        said = known.get("evidence") or known.get("text") or ""
        meaning = known.get("implication") or (entry.implication.text if entry else "")
        rows.append(
            {
                "title": lines(
                    Markup("<strong>{}</strong>").format(known.get("title", "")),
                    soft(ENGINE_NAMES.get(str(belongs), "")) if engine is None else "",
                ),
                "status": badge(status, "accent") if status else "",
                "said": said if isinstance(said, str) else "; ".join(map(str, said)),
                "meaning": meaning.get("text", "") if isinstance(meaning, Mapping) else str(meaning),
            }
        )
    if not rows:
        return None
    columns = {"title": "Insight", "status": "Status", "said": "Evidence", "meaning": "What it means"}
    name = "this week" if engine is None else f"on {ENGINE_NAMES[engine].lower()}"
    return great_table(columns, rows, title=f"Insights {name}")


def overrides(week: Week) -> Any:
    """Every figure entered by hand that is in force this week, with who, why and until; a sentence when there is none."""
    if (nothing := no_manual(week)) is not None:
        return nothing
    entries = [entry.as_dict() for entry in week.overrides]
    names = {
        "field": "Field",
        "target": "Field",
        "indicator": "Indicator",
        "engine": "Engine",
        "value": "Value",
        "unit": "Unit",
        "before": "Before",
        "who": "Who",
        "why": "Why",
        "source": "Source",
        "when": "When",
        "since": "Since",
        "until": "Until",
    }
    columns = {
        key: label
        for key, label in names.items()
        if any(entry.get(key) not in (None, "") for entry in entries)
    }
    plain = week.without_overrides()
    note = f"Without them the call would be {plain.regime.name} with {100 * plain.aggressiveness.value:.0f} % of the risk budget."
    return great_table(
        columns, entries, title="Entered by hand", subtitle="Manual readings in force this week", note=note
    )


def health(week: Week) -> Prose | None:
    """What was odd about the data, warnings first; nothing when nothing was."""
    marks = {"error": "✕", "warning": "!", "info": "·"}
    shown = sorted(
        (n for n in week.notices if n.level != "info" or not week.simulated),
        key=lambda n: list(marks).index(n.level),
    )
    return prose(
        lines(
            *(f"{marks[n.level]} {n.text}" for n in shown[:12]),
            *([f"… and {len(shown) - 12} more."] if len(shown) > 12 else []),
        )
    )
