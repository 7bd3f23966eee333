"""Volatility in pictures: the VIX curve now and before, implied against realised.

Shows what was read; computes no reading.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture
from fiveengines.views.charts.shapes import Terms, term_curve
from fiveengines.views.sources import source
from fiveengines.week import Week

# By the calendar days to which each index looks.
_CURVE = Terms(
    at={9: ("VIX9D",), 30: ("VIX", "VIXCLS"), 93: ("VIX3M", "VXVCLS")},
    when={"now": 0, "a week ago": 1, "four weeks ago": 4},
    domain=(8, 105),
    labels="{'9': '9 days', '30': 'VIX, 30 days', '93': '3 months'}[datum.value]",
    unit="implied volatility, % a year",
    digits=1,
)


def vix_curve(week: Week) -> Picture:
    """VIX9D, VIX and VIX3M now, a week and four weeks ago; a sentence in its place without two points."""
    points = _CURVE.points(week)
    now = _CURVE.now(points)
    if len(now) < 2:
        return base.no_data("VIX curve", "fewer than two of VIX9D, VIX and VIX3M are known.")
    subtitle = "Cboe volatility indices by the days they look ahead, % a year: now, a week and four weeks ago"
    return term_curve(week, _CURVE, points, base.title(_slope(now), subtitle))


def _slope(now: pd.Series) -> str:
    if 30 in now and 93 in now:
        spot, far, end = float(now[30]), float(now[93]), "in three months"
    else:
        spot, far, end = float(now.iloc[0]), float(now.iloc[-1]), "at the far end"
    flat = abs(far / spot - 1) < 0.01  # closer than a reader sees in one decimal at usual levels
    word = "is flat" if flat else "slopes up" if far > spot else "is inverted"
    return f"VIX curve {word}: {spot:.1f} spot, {far:.1f} {end}"


def implied_and_realized(week: Week) -> Picture:
    """VIX and 21-day realised volatility over five years; a sentence in its place without VIX."""
    on = base.dates(week)
    frame = base.table(
        vix=week.series("vix").reindex(on), realised=week.series("realized_volatility_21d").reindex(on)
    )
    known = frame.dropna(subset=["vix"])
    if known.empty:
        return base.no_data("VIX and realised volatility", "VIX is missing.")
    chart = base.with_source(alt.Chart(frame, height=200), source(week, "VIX", "VIXCLS", "SPX"))
    hover = [
        base.when(),
        alt.Tooltip("vix:Q", title="VIX", format=".1f"),
        alt.Tooltip("realised:Q", title="realised, %", format=".1f"),
        base.where(),
    ]
    axis = alt.Y("vix:Q", title="% a year", scale=alt.Scale(zero=True))
    implied = chart.mark_line().encode(x=base.time_axis(), y=axis, tooltip=hover)
    realised = chart.mark_line(color=theme.LIGHT["adverse"], strokeDash=[4, 3], strokeWidth=1.4).encode(
        x="date:T", y="realised:Q", tooltip=hover
    )
    value, past = float(known["vix"].iloc[-1]), known["realised"].dropna()
    beside = f", {float(past.iloc[-1]):.1f} realised" if len(past) else ""
    text = f"VIX is at {value:.1f}{beside}; its median over {base.span(on)} is {float(known['vix'].median()):.1f}"
    layers = realised + implied + base.end_label(known, "vix", "VIX", base.ACCENT)
    if len(past):
        layers += base.end_label(frame, "realised", "realised", theme.LIGHT["adverse"], dy=12)
    return layers.properties(
        title=base.title(
            base.as_known(week, known, ["vix"], text),
            "VIX and realised volatility of the S&P 500 over 21 sessions (dashed), % a year",
            base.by_hand(week, "vix", "realized_volatility_21d"),
        )
    )
