"""The rate path in pictures: the curve now and then, and the compass of the 2-year.

Shows what was read; computes no reading.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from fiveengines.charts import base, theme
from fiveengines.charts.base import Picture
from fiveengines.routine import Week

_TENORS = {0.25: "DGS3MO", 2.0: "DGS2", 5.0: "DGS5", 10.0: "DGS10", 30.0: "DGS30"}
_LABELS = "{'0.25': '3 months', '2': '2 years', '5': '5', '10': '10', '30': '30 years'}[datum.value]"
_WHEN = {"now": 0, "four weeks ago": 4, "a year ago": 52}


def yield_curve(week: Week) -> Picture:
    """Treasury yields by maturity now, four weeks and a year ago; a sentence in its place without two points."""
    rows = []
    for words, weeks in _WHEN.items():
        day = base.back(week, weeks)
        if day is None:
            continue
        for years, name in _TENORS.items():
            level = float(base.series(week, name, pd.DatetimeIndex([day])).iloc[0])
            rows.append({"years": years, "level": level, "when": words, "date": day, "series": name})
    frame = pd.DataFrame(rows, columns=["years", "level", "when", "date", "series"]).dropna(subset=["level"])
    now = frame[frame["when"] == "now"].set_index("years")["level"]
    if len(now) < 2:
        return base.no_data("Treasury curve", "fewer than two Treasury yields are known.")
    chart = base.with_source(alt.Chart(frame), base.source(week, *_TENORS.values()))
    colour = alt.condition("datum.when == 'now'", alt.value(base.ACCENT), alt.value(base.SOFT))
    dash = alt.Scale(domain=list(_WHEN), range=[[1, 0], [6, 3], [2, 3]])
    encoded = chart.encode(
        x=alt.X(
            "years:Q",
            title=None,
            scale=alt.Scale(type="log", domain=[0.21, 36], nice=False),
            axis=alt.Axis(values=list(_TENORS), labelExpr=_LABELS, grid=True),
        ),
        y=alt.Y("level:Q", title="yield, %", scale=alt.Scale(zero=False, padding=12)),
        color=colour,
        tooltip=[
            alt.Tooltip("series:N"),
            alt.Tooltip("level:Q", format=".2f", title="yield, %"),
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
    points = encoded.mark_point(size=45)
    labels = (
        encoded.transform_filter("datum.when == 'now'")
        .mark_text(dy=-12, fontWeight=600)
        .encode(text=alt.Text("level:Q", format=".2f"), color=alt.value(base.ACCENT))
    )
    subtitle = "Treasury yields by maturity, %: now, four weeks and a year ago"
    return (lines + points + labels).properties(height=230, title=base.title(_finding(week, now), subtitle))


def _finding(week: Week, now: pd.Series) -> str:
    if 0.25 not in now or 10.0 not in now:
        return f"Yields known this week: {', '.join(f'{level:.2f} %' for level in now)}"
    gap = float(now[10.0] - now[0.25])
    shape = "inverted" if gap < 0 else "upward"
    way = "less" if gap < 0 else "more"
    text = f"Curve is {shape}: the 10-year yields {abs(gap):.2f} points {way} than three months"
    on = base.dates(week, 14)
    two = base.series(week, "DGS2", on).dropna()
    if len(two) < 2:
        return text
    move = float(two.iloc[-1] - two.iloc[0])
    return f"{text}; 2-year {'up' if move >= 0 else 'down'} {abs(move):.2f} in 13 weeks"


def rate_compass(week: Week) -> Picture:
    """Policy rate, 2-year and 10-year real yield over five years, %."""
    on = base.dates(week)
    names = {
        "two_year": ("2-year", "accent", [1, 0]),
        "policy_rate": ("policy", "neutral", [5, 3]),
        "real_yield": ("10-year real", "regime4", [2, 2]),
    }
    frame = base.table(**{name: base.indicator(week, name, on) for name in names})
    present = [name for name in names if not frame.empty and frame[name].notna().any()]
    if "two_year" not in present:
        return base.no_data("2-year yield and policy rate", "the 2-year yield is missing.")
    chart = base.with_source(alt.Chart(frame, height=170), base.source(week, "DGS2", "EFFR", "DFF", "DFII10"))
    hover = [
        base.when(),
        *(alt.Tooltip(f"{n}:Q", title=f"{names[n][0]}, %", format=".2f") for n in present),
        base.where(),
    ]
    layers = []
    spots = base.label_moves(frame, present, 170)
    for name in present:
        words, colour, dash = names[name]
        line = chart.mark_line(color=theme.LIGHT[colour], strokeDash=dash, strokeWidth=1.6).encode(
            x=base.time_axis(), y=alt.Y(f"{name}:Q", title="%", scale=alt.Scale(zero=False)), tooltip=hover
        )
        layers += [line, base.end_label(frame, name, words, theme.LIGHT[colour], dy=spots[name])]
    two, text = float(frame["two_year"].dropna().iloc[-1]), ""
    if "policy_rate" in present:
        gap = two - float(frame["policy_rate"].dropna().iloc[-1])
        above, priced = ("above", "hikes") if gap >= 0 else ("below", "cuts")
        text = f", {abs(gap):.2f} points {above} the policy rate: {priced} are priced"
    return alt.layer(*layers).properties(
        title=base.title(
            f"2-year at {two:.2f} %{text}",
            "2-year Treasury, policy rate (dashed) and 10-year real yield (dotted), %",
        )
    )
