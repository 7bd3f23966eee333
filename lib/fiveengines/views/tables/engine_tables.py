"""Step 1 in tables: the five engines at a glance, each engine's evidence, and every indicator in the appendix.

Shows readings; computes none.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
from markupsafe import Markup

from fiveengines.base.formats import NOTHING, figure, minus, percent, signed
from fiveengines.base.parameters import States
from fiveengines.commentary.narrative import ENGINE_NAMES, moved_most, moved_text
from fiveengines.commentary.narrative import method as how
from fiveengines.model.engines import EngineReading, Evidence
from fiveengines.views.charts.base import source
from fiveengines.views.tables import values
from fiveengines.views.tables.markup import Block, badge, great_table, lines
from fiveengines.week import Week

_DATES = {"observed": "Observed", "public": "Public"}


def engines(week: Week) -> Any:
    """The five engines: state, direction, score, coverage, disagreement, and what moved most since last week."""
    columns = {
        "engine": "Engine",
        "state": "State",
        "direction": "Direction",
        "score": "Score",
        "before": "Last week",
        "coverage": "Coverage",
        "moved": "Moved most",
    }
    rows = [
        {
            "engine": lines(
                ENGINE_NAMES[name],
                badge("manual") if each.forced or any(e.overridden for e in each.evidence) else "",
            ),
            "state": values.state(each.state),
            "direction": values.direction(each.direction),
            "score": signed(each.score),
            "before": signed(each.previous_score),
            "coverage": percent(each.coverage),
            "moved": minus(moved_text(moved_most(each))),
        }
        for name, each in week.engines.items()
    ]
    title = "Five engines this week"
    return great_table(
        columns,
        rows,
        title=title,
        subtitle="Scores from −1 (adverse) to +1 (supportive); coverage is the share of weight with data",
        right=["score", "before", "coverage"],
    )


def evidence(week: Week, engine: str) -> Any:
    """What one engine's score is made of, then the indicators shown for context; missing ones are named below."""
    reading, limits = week.engines[engine], week.params.engines.states
    columns = {
        "indicator": "Indicator",
        "value": "Value",
        "before": "Last week",
        "score": "Score",
        "weight": "Weight",
        **_DATES,
    }
    shown = [each for each in reading.evidence if each.value is not None]
    ranked = sorted(shown, key=lambda each: each.score is None)
    rows = [_row(each, limits, week.as_of) for each in ranked]
    missing = [each.title for each in reading.evidence if each.value is None]
    note = f"No value this week: {', '.join(missing)}." if missing else ""
    title = f"{ENGINE_NAMES[engine]}: what the score is made of"
    return great_table(
        columns,
        rows,
        title=title,
        subtitle=_standing(reading),
        right=["value", "before", "score", "weight"],
        group="group",
        note=note,
        on_screen=True,
    )


def appendix(week: Week) -> Any:
    """Every indicator with its value in its unit, score, weight, dates and source, engine by engine; each leads to its
    entry in `method`."""
    limits = week.params.engines.states
    columns = {
        "indicator": "Indicator",
        "value": "Value",
        "before": "Last week",
        "score": "Score",
        "weight": "Weight",
        **_DATES,
        "source": "Source",
    }
    rows = [
        {
            **_row(each, limits, week.as_of),
            "group": ENGINE_NAMES[name],
            "indicator": _method_link(each),
            "source": source(week, *each.series) if each.series else "by hand",
        }
        for name, reading in week.engines.items()
        for each in reading.evidence
    ]
    subtitle = f"As known on the evening of {values.day(week.as_of)}; dates of publication are New York's"
    return great_table(
        columns,
        rows,
        title="Every indicator",
        subtitle=subtitle,
        right=["value", "before", "score", "weight"],
        group="group",
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
                    how(each.indicator),
                    scored,
                    minus(each.why),
                )
            )
    summary = "How each indicator is computed, where it scores −1 and +1, and why there"
    html = Markup('<details class="method"><summary>{}</summary><dl>{}</dl></details>')
    return Block(html.format(summary, Markup().join(entries)))


def _method_link(each: Evidence) -> Markup:
    return Markup('<a class="plain" href="#method-{}">{}</a>').format(each.indicator, each.title)


def _row(each: Evidence, limits: States, as_of: pd.Timestamp) -> dict[str, object]:
    scored = each.score is not None
    return {
        "group": "Scored" if scored else "For context",
        "indicator": each.title,
        "value": values.value(each),
        "before": figure(each.previous, each.unit) if each.previous is not None else NOTHING,
        "score": values.score(each, limits),
        "weight": f"{each.weight:g}" if scored else NOTHING,
        "observed": values.day(each.observed, as_of),
        "public": values.public(each.known_at, as_of),
    }


def _standing(reading: EngineReading) -> str:
    if reading.score is None:
        return f"Unknown: only {percent(reading.coverage)} of the weight has data"
    parts = [
        f"Score {signed(reading.score)}, {reading.state}, {reading.direction}",
        f"{percent(reading.coverage)} of the weight has data",
    ]
    if reading.forced:
        parts.append("set by hand")
    if reading.stressed and reading.name in ("liquidity", "rate_path"):
        parts.append("capped by credit stress")
    return "; ".join(parts)
