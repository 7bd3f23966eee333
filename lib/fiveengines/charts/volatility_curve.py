"""Volatility in pictures: the VIX curve now and before, implied against realised.

Shows what was read; computes no reading.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from fiveengines.charts import base, theme
from fiveengines.charts.base import Picture
from fiveengines.routine import Week

# Calendar days to which each index looks, and the series that carry it, best first.
_TENORS: dict[int, tuple[str, ...]] = {9: ("VIX9D",), 30: ("VIX", "VIXCLS"), 93: ("VIX3M", "VXVCLS")}
_LABELS = "{'9': '9 days', '30': 'VIX, 30 days', '93': '3 months'}[datum.value]"
_WHEN = {"now": 0, "a week ago": 1, "four weeks ago": 4}


def vix_curve(week: Week) -> Picture:
    """VIX9D, VIX and VIX3M now, a week and four weeks ago; a sentence in its place without two points."""
    rows = []
    for words, weeks in _WHEN.items():
        day = base.back(week, weeks)
        if day is None:
            continue
        on = pd.DatetimeIndex([day])
        for days, names in _TENORS.items():
            level = float(base.first_of(week, on, *names).iloc[0])
            rows.append({"days": days, "level": level, "when": words, "date": day, "series": names[0]})
    frame = pd.DataFrame(rows, columns=["days", "level", "when", "date", "series"]).dropna(subset=["level"])
    now = frame[frame["when"] == "now"].set_index("days")["level"]
    if len(now) < 2:
        return base.no_data("VIX curve", "fewer than two of VIX9D, VIX and VIX3M are known.")
    dash = alt.Scale(domain=list(_WHEN), range=[[1, 0], [6, 3], [2, 3]])
    colour = alt.condition("datum.when == 'now'", alt.value(base.ACCENT), alt.value(base.SOFT))
    chart = base.with_source(
        alt.Chart(frame), base.source(week, *(name for names in _TENORS.values() for name in names))
    )
    encoded = chart.encode(
        x=alt.X(
            "days:Q",
            title=None,
            scale=alt.Scale(type="log", domain=[8, 105], nice=False),
            axis=alt.Axis(values=list(_TENORS), labelExpr=_LABELS, grid=True),
        ),
        y=alt.Y("level:Q", title="implied volatility, % a year", scale=alt.Scale(zero=False, padding=12)),
        color=colour,
        tooltip=[
            alt.Tooltip("series:N"),
            alt.Tooltip("level:Q", format=".1f", title="level"),
            base.when(),
            base.where(),
        ],
    )
    lines = encoded.mark_line().encode(
        strokeDash=alt.StrokeDash(
            "when:N",
            scale=dash,
            title=None,
            legend=alt.Legend(symbolType="stroke", symbolSize=400, offset=22),
        )
    )
    points = encoded.mark_point(size=55)
    labels = (
        encoded.transform_filter("datum.when == 'now'")
        .mark_text(dy=-13, fontWeight=600)
        .encode(text=alt.Text("level:Q", format=".1f"), color=alt.value(base.ACCENT))
    )
    subtitle = "Cboe volatility indices by the days they look ahead, % a year: now, a week and four weeks ago"
    return (lines + points + labels).properties(height=230, title=base.title(_slope(now), subtitle))


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
        vix=base.indicator(week, "vix", on), realised=base.indicator(week, "realized_volatility_21d", on)
    )
    known = frame.dropna(subset=["vix"])
    if known.empty:
        return base.no_data("VIX and realised volatility", "VIX is missing.")
    chart = base.with_source(alt.Chart(frame, height=200), base.source(week, "VIX", "VIXCLS", "SPX"))
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
    text = f"VIX stands at {value:.1f}{beside}; its middle of {base.span(on)} is {float(known['vix'].median()):.1f}"
    layers = realised + implied + base.end_label(known, "vix", "VIX", base.ACCENT)
    if len(past):
        layers += base.end_label(frame, "realised", "realised", theme.LIGHT["adverse"], dy=12)
    return layers.properties(
        title=base.title(
            text, "VIX and realised volatility of the S&P 500 over 21 sessions (dashed), % a year"
        )
    )
