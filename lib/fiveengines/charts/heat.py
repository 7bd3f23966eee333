"""The five engines through time: one strip a engine, up when it supports, down when it does not.

Shows what was read; computes no reading.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from fiveengines.charts import base, theme
from fiveengines.parameters import ENGINES
from fiveengines.routine import Week

_ROW = 44


def engine_scores(week: Week, weeks: int = base.LONG) -> alt.Chart | alt.LayerChart:
    """Scores of the five engines, week by week: height and colour say the same; unknown weeks stay empty."""
    on = base.dates(week, weeks)
    frame = base.table(**{name: week.readings.engines.score[name].reindex(on).round(2) for name in ENGINES})
    if frame.empty:
        return base.no_data("Engine scores", "no engine has enough data.")
    rows = {name: place for place, name in enumerate(ENGINES)}
    place = "indexof(['" + "','".join(rows) + "'], datum.engine)"
    longer = (
        alt.Chart(frame)
        .transform_fold(list(ENGINES), as_=["engine", "score"])
        .transform_filter("isValid(datum.score)")
        .transform_calculate(
            base=f"{place} + 0.5",
            tip=f"{place} + 0.5 - 0.46 * datum.score",
            until="+toDate(datum.date) + 6.5 * 864e5",
        )
    )
    scale = alt.Scale(domain=[0, len(rows)], reverse=True, nice=False)
    strips = longer.mark_rect(strokeWidth=0).encode(
        x=base.time_axis(),
        x2="until:T",
        y=alt.Y("base:Q", scale=scale, title=None, axis=None),
        y2="tip:Q",
        color=alt.Color("score:Q", scale=alt.Scale(**theme.score_scale()), legend=None),
        tooltip=[base.when(), alt.Tooltip("engine:N"), alt.Tooltip("score:Q", format="+.2f")],
    )
    names = _names(week, on)
    zero = alt.Chart(names).mark_rule(color=base.LINE).encode(y="base:Q")
    text = (
        alt.Chart(names)
        .mark_text(align="left", fontWeight=600, dy=-_ROW / 2 + 7, color=base.INK)
        .encode(y="base:Q", x=alt.value(2), text="name:N")
    )
    now = (
        alt.Chart(names)
        .mark_text(align="left", dx=7)
        .encode(
            y="base:Q",
            x="date:T",
            text="now:N",
            color=alt.Color("state:N", scale=alt.Scale(**theme.state_scale()), legend=None),
        )
    )
    subtitle = f"Weekly score, −1 adverse (down) to +1 supportive (up), {base.span(on)}; state and score now at the right"
    layers = alt.layer(strips, zero, text, now).resolve_scale(color="independent")
    return layers.properties(height=_ROW * len(rows), title=base.title(_finding(week), subtitle))


def _names(week: Week, on: pd.DatetimeIndex) -> pd.DataFrame:
    rows = []
    for place, name in enumerate(ENGINES):
        reading = week.engines[name]
        score = "" if reading.score is None else f" {base.signed(reading.score)}"
        now = f"{theme.STATE_SHAPES[reading.state]}{score}"
        rows.append(
            {
                "base": place + 0.5,
                "name": base.ENGINE_NAMES[name],
                "now": now,
                "state": reading.state,
                "date": on[-1],
            }
        )
    return pd.DataFrame(rows)


def _finding(week: Week) -> str:
    held: dict[str, list[str]] = {}
    for name, reading in week.engines.items():
        held.setdefault(reading.state, []).append(base.ENGINE_NAMES[name].lower())
    words = {
        "supportive": "support",
        "neutral": "stand in the middle",
        "adverse": "weigh",
        "unknown": "unknown",
    }
    counts = [
        f"{len(held[state])} {_verb(words[state], len(held[state]))} ({', '.join(held[state])})"
        for state in words
        if state in held
    ]
    return "Of five engines " + "; ".join(counts)


def _verb(words: str, count: int) -> str:
    if count > 1 or words == "unknown":
        return words
    first, _, rest = words.partition(" ")
    return f"{first}s {rest}".strip()
