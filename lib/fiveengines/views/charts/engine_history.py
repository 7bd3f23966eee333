"""The five engines through time: one strip an engine, up when it supports, down when it does not.

Shows what was read; computes no reading.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from fiveengines.base.formats import first_capital, joined, signed
from fiveengines.base.parameters import ENGINES
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture
from fiveengines.week import Week

_ROW = 48
# Shares of a strip's height: where zero lies, and how far a full score reaches; the name is above.
_ZERO, _REACH = 0.64, 0.34
_VERBS = {
    "supportive": ("supports", "support"),
    "neutral": ("is neutral", "are neutral"),
    "adverse": ("weighs", "weigh"),
    "unknown": ("is unknown", "are unknown"),
}


def engine_scores(week: Week, weeks: int = base.LONG) -> Picture:
    """Scores of the five engines, week by week: height says how much, colour which state; unknown weeks stay empty."""
    on = base.dates(week, weeks)
    score = week.readings.engines.score.reindex(on).round(2)
    frame = base.table(**{name: score[name] for name in ENGINES})
    if frame.empty:
        return base.no_data("Engine scores", "no engine has enough data.")
    limits = week.params.engines.states
    row = "indexof(['" + "','".join(ENGINES) + "'], datum.engine)"
    longer = (
        alt.Chart(frame)
        .transform_fold(list(ENGINES), as_=["engine", "score"])
        .transform_filter("isValid(datum.score)")
        .transform_calculate(
            zero=f"{row} + {_ZERO}",
            tip=f"{row} + {_ZERO} - {_REACH} * datum.score",
            until="+toDate(datum.date) + 6.5 * 864e5",
        )
    )
    states = alt.Scale(
        type="threshold",
        domain=[limits.adverse, limits.supportive],
        range=[theme.LIGHT["adverse"], theme.LIGHT["neutral"], theme.LIGHT["supportive"]],
    )
    strips = longer.mark_rect(strokeWidth=0).encode(
        x=base.time_axis(),
        x2="until:T",
        y=alt.Y("zero:Q", scale=alt.Scale(domain=[0, len(ENGINES)], reverse=True, nice=False), axis=None),
        y2="tip:Q",
        color=alt.Color("score:Q", scale=states, legend=None),
        tooltip=[base.when(), alt.Tooltip("engine:N"), alt.Tooltip("score:Q", format="+.2f")],
    )
    names = alt.Chart(_now(week, on))
    zero = names.mark_rule(color=base.LINE).encode(y="zero:Q")
    text = names.mark_text(align="left", fontWeight=600, color=base.INK).encode(
        y="top:Q", x=alt.value(2), text="name:N"
    )
    shade = alt.Color("state:N", scale=alt.Scale(**theme.state_scale()), legend=None)
    end = names.mark_text(align="left", dx=7, fontWeight=600).encode(
        y="zero:Q",
        x="date:T",
        text="now:N",
        color=shade,
    )
    subtitle = (
        f"Weekly score from −1 (adverse, down) to +1 (supportive, up), {base.span(on)}; "
        "the score of this week at the right"
    )
    layers = alt.layer(strips, zero, text, end).resolve_scale(color="independent")
    return layers.properties(height=_ROW * len(ENGINES), title=base.title(_finding(week), subtitle))


def _now(week: Week, on: pd.DatetimeIndex) -> pd.DataFrame:
    rows = []
    for place, name in enumerate(ENGINES):
        reading = week.engines[name]
        score = "unknown" if reading.score is None else signed(reading.score)
        rows.append(
            {
                "zero": place + _ZERO,
                "top": place + 0.14,
                "name": ENGINE_NAMES[name] + (" (manual)" if reading.by_hand else ""),
                "now": f"{theme.STATE_SHAPES[reading.state]} {score}",
                "state": reading.state,
                "date": on[-1],
            }
        )
    return pd.DataFrame(rows)


def _finding(week: Week) -> str:
    parts = []
    for state, (one, many) in _VERBS.items():
        held = [ENGINE_NAMES[name] for name, each in week.engines.items() if each.state == state]
        if held:
            parts.append(f"{joined(held)} {one if len(held) == 1 else many}")
    return first_capital("; ".join(parts).lower())
