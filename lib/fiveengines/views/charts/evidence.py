"""What followed the week's regime beside what followed any week, with the closest past weeks as points.

Shows an answer of the evidence companion; computes nothing.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from fiveengines.base.formats import counted
from fiveengines.companions.evidence import Result
from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture

_HEIGHT = 150


def quarter_after(result: Result) -> Picture:
    """Means with 90 % intervals and the closest weeks' own returns, per cent; a sentence when nothing is known."""
    after = result.after_regime
    if after is None or after.cases.mean is None:
        return base.no_data("The quarter after", result.bottom_line)
    named = {f"After {after.name.lower()}": after.cases, "After all weeks": after.all_weeks}
    means = pd.DataFrame(
        {
            "what": f"{name}, {counted(each.weeks, 'week')}",
            "mean": each.mean,
            "low": each.low,
            "high": each.high,
        }
        for name, each in named.items()
    )
    near = pd.DataFrame(
        {"what": "The closest past weeks", "mean": each.return_after, "week": each.as_of.isoformat()}
        for each in result.analogs
        if each.return_after is not None
    )
    order = [*means["what"], "The closest past weeks"]
    y = alt.Y("what:N", sort=order, title=None, axis=alt.Axis(labelLimit=260))
    x = alt.X("mean:Q", title=f"index after {after.horizon_weeks} weeks, %")
    hover = [alt.Tooltip("what:N", title="weeks"), alt.Tooltip("mean:Q", title="%", format="+.1f")]
    chart = alt.Chart(means, height=_HEIGHT)
    bars = chart.mark_rule(strokeWidth=5, opacity=0.4).encode(x=alt.X("low:Q"), x2="high:Q", y=y)
    dots = chart.mark_point(filled=True, size=110, opacity=1).encode(x=x, y=y, tooltip=hover)
    labels = chart.mark_text(dy=-13, color=base.INK).encode(x=x, y=y, text=alt.Text("mean:Q", format="+.1f"))
    zero = alt.Chart(pd.DataFrame({"mean": [0.0]})).mark_rule(color=theme.LIGHT["line"]).encode(x=x)
    parts = zero + bars + dots + labels
    if len(near):
        shown = alt.Chart(near).mark_tick(thickness=2, size=18, color=base.SOFT)
        parts += shown.encode(x=x, y=y, tooltip=[*hover, alt.Tooltip("week:N", title="week to")])
    subtitle = "Mean and its 90 % interval; grey: each of the closest past weeks"
    return parts.properties(title=base.title("The quarter after this regime, and after any week", subtitle))
