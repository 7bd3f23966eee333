"""Turns of the engines on a timeline under the index.

Shows what was read; computes no reading.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from fiveengines.base.formats import weeks_ago
from fiveengines.base.parameters import ENGINES
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture
from fiveengines.week import Week

_PALE = 0.3
_SHAPES = {"improving": "triangle-up", "deteriorating": "triangle-down"}


def inflections(week: Week, weeks: int = 2 * base.WEEKS_A_YEAR) -> Picture:
    """Turns of two years by engine: up when it improves, down when it deteriorates; pale when reversed since."""
    on = base.dates(week, weeks)
    frame = inflection_marks(week, on)
    edge = [on[0], on[-1]]
    side = alt.Y(
        "engine:N",
        title=None,
        scale=alt.Scale(domain=[ENGINE_NAMES[name] for name in ENGINES]),
        axis=alt.Axis(grid=True, domain=False, ticks=False),
    )
    scale = alt.Scale(domain=[pd.Timestamp(each).isoformat() for each in edge])
    time = alt.X("date:T", title=None, scale=scale, axis=alt.Axis(tickCount=6))
    colours = base.colours({"improving": "supportive", "deteriorating": "adverse"})
    points = (
        alt.Chart(frame)
        .mark_point()
        .encode(
            x=time,
            y=side,
            shape=alt.Shape(
                "direction:N", scale=alt.Scale(domain=list(_SHAPES), range=list(_SHAPES.values())), title=None
            ),
            color=alt.Color("direction:N", scale=colours, title=None),
            opacity=alt.condition(alt.datum.now == "active", alt.value(1), alt.value(_PALE)),
            size=alt.Size("strength:Q", scale=alt.Scale(domain=[0, 1], range=[40, 260]), legend=None),
            tooltip=[
                base.when(),
                alt.Tooltip("engine:N"),
                alt.Tooltip("direction:N"),
                alt.Tooltip("strength:Q", format=".0%"),
                alt.Tooltip("now:N"),
            ],
        )
    )
    parts = [points.properties(height=150)]
    prices = base.table(index=base.index_level(week, on))
    if not prices.empty:
        parts.insert(0, base.index_line(week, prices, 110, log=False, x=time))
    subtitle = f"Turns in {base.span(on)}: ▲ better, ▼ worse, larger when stronger, pale when reversed since"
    return base.stacked(parts, base.title(_finding(week), subtitle))


def inflection_marks(week: Week, on: pd.DatetimeIndex) -> pd.DataFrame:
    """Inflections on the dates `on`, a row each: date, engine, direction, strength (0…1), now (active or reversed)."""
    found, until = week.readings.inflections, week.readings.weeks_until_reversal
    place = {day: at for at, day in enumerate(week.readings.dates)}
    rows = []
    for name in map(str, found.columns):
        engine, direction = name.split(":")
        strength = found[name].reindex(on)
        for day in strength.index[strength.to_numpy() > 0]:
            is_active = place[day] + float(until[name][day]) > place[week.as_of]
            rows.append(
                {
                    "date": day,
                    "engine": ENGINE_NAMES[engine],
                    "direction": direction,
                    "strength": float(strength[day]),
                    "now": "active" if is_active else "reversed",
                }
            )
    return pd.DataFrame(rows, columns=["date", "engine", "direction", "strength", "now"])


def _finding(week: Week) -> str:
    if not week.inflections:
        return (
            "No engine can be read this week"
            if week.nothing_known
            else "No engine has turned in the last quarter"
        )
    newest = min(week.inflections, key=lambda each: (each.reversed is not None, each.weeks_ago))
    more = len(week.inflections) - 1
    tail = "" if more == 0 else f"; {more} more in the last quarter"
    name = f"{ENGINE_NAMES[newest.engine].lower()} {newest.direction}, {weeks_ago(newest.weeks_ago)}"
    if newest.reversed is not None:
        return f"No inflection of the last quarter is active; the newest was {name}"
    return f"Newest active inflection: {name}{tail}"
