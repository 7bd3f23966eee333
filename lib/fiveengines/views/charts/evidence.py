"""What followed the week's regime beside what followed any week, with the closest past weeks as points.

Shows an answer of the evidence companion; computes nothing.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from fiveengines.base.formats import counted, percent
from fiveengines.companions.evidence import Result
from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture

_HEIGHT = 150


def calibration(found: pd.DataFrame) -> Picture:
    """Stated chances of regimes against how often they came: on the line, a chance of 70 % comes true in 70 %.

    found: one row a bin with `stated` and `came` (0-1) and `count`, as `Week.calibration` gives it.
    """
    if found.empty:
        return base.no_data("Stated and come true", "no forecast is complete yet.")
    share = alt.Scale(domain=[0, 1])
    x = alt.X("stated:Q", title="stated chance", scale=share, axis=alt.Axis(format=".0%"))
    y = alt.Y("came:Q", title="came true", scale=share, axis=alt.Axis(format=".0%"))
    ends = pd.DataFrame({"stated": [0.0, 1.0], "came": [0.0, 1.0]})
    line = alt.Chart(ends, height=240).mark_line(color=theme.LIGHT["line"]).encode(x=x, y=y)
    hover = [
        alt.Tooltip("stated:Q", title="stated", format=".0%"),
        alt.Tooltip("came:Q", title="came true", format=".0%"),
        alt.Tooltip("count:Q", title="forecasts"),
    ]
    dots = alt.Chart(found.reset_index()).mark_point(filled=True, opacity=1, color=base.INK)
    size = alt.Size("count:Q", legend=None, scale=alt.Scale(range=[50, 400]))
    widest = float((found["came"] - found["stated"]).abs().max())
    return (line + dots.encode(x=x, y=y, size=size, tooltip=hover)).properties(
        title=base.title(
            f"Stated chances of regimes came true to within {percent(widest)}",
            "Regime in four weeks, chances in five bins; a larger dot stands for more forecasts",
        )
    )


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
