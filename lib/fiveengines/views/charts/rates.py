"""The rate path in pictures: the curve now and then, and the compass of the 2-year.

Shows what was read; computes no reading.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from fiveengines.base.formats import number
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture
from fiveengines.views.charts.shapes import Line, Terms, lines_over_time, term_curve, with_values
from fiveengines.views.sources import source
from fiveengines.week import Week

_CURVE = Terms(
    at={0.25: ("DGS3MO",), 2.0: ("DGS2",), 5.0: ("DGS5",), 10.0: ("DGS10",), 30.0: ("DGS30",)},
    when={"now": 0, "four weeks ago": 4, "a year ago": 52},
    domain=(0.21, 36),
    labels="{'0.25': '3 months', '2': '2 years', '5': '5', '10': '10', '30': '30 years'}[datum.value]",
    unit="yield, %",
    digits=2,
)
_COMPASS = {
    "two_year": Line("2-year", "accent", (1, 0)),
    "policy_rate": Line("policy", "neutral", (5, 3)),
    "real_yield": Line("10-year real", "regime4", (2, 2)),
}


def yield_curve(week: Week) -> Picture:
    """Treasury yields by maturity now, four weeks and a year ago; a sentence in its place without two points."""
    points = _CURVE.points(week)
    now = _CURVE.now(points)
    if len(now) < 2:
        return base.no_data("Treasury curve", "fewer than two Treasury yields are known.")
    subtitle = "Treasury yields by maturity, %: now, four weeks and a year ago"
    return term_curve(week, _CURVE, points, base.title(_finding(week, now), subtitle))


def _finding(week: Week, now: pd.Series) -> str:
    if 0.25 not in now or 10.0 not in now:
        return f"Yields known this week: {', '.join(f'{number(level, 2)} %' for level in now)}"
    gap = float(now[10.0] - now[0.25])
    shape = "inverted" if gap < 0 else "upward"
    way = "less" if gap < 0 else "more"
    text = f"Curve is {shape}: the 10-year yields {abs(gap):.2f} points {way} than three months"
    on = base.dates(week, 14)
    two = week.series("DGS2").reindex(on).dropna()
    if len(two) < 2:
        return text
    move = float(two.iloc[-1] - two.iloc[0])
    return f"{text}; 2-year {'up' if move >= 0 else 'down'} {abs(move):.2f} in 13 weeks"


def rate_compass(week: Week) -> Picture:
    """Policy rate, 2-year and 10-year real yield over five years, %."""
    on = base.dates(week)
    frame = base.table(**{name: week.series(name).reindex(on) for name in _COMPASS})
    present = with_values(frame, _COMPASS)
    if "two_year" not in present:
        return base.no_data("2-year yield and policy rate", "the 2-year yield is missing.")
    chart = base.with_source(
        alt.Chart(frame, height=170), source(week, "DGS2", "DFEDTARU", "FOMC_TARGET", "DFII10")
    )
    axis = {"title": "%", "scale": alt.Scale(zero=False)}
    layers = lines_over_time(chart, frame, present, axis, 170, unit=", %", digits=2)
    two, text = float(frame["two_year"].dropna().iloc[-1]), ""
    if "policy_rate" in present:
        gap = two - float(frame["policy_rate"].dropna().iloc[-1])
        above, priced = ("above", "hikes") if gap >= 0 else ("below", "cuts")
        text = f", {abs(gap):.2f} points {above} the policy rate: {priced} are priced"
    return alt.layer(*layers).properties(
        title=base.title(
            base.as_known(week, frame, ["two_year"], f"2-year at {number(two, 2)} %{text}"),
            "2-year Treasury, policy rate (dashed) and 10-year real yield (dotted), %",
            base.by_hand(week, *_COMPASS),
        )
    )
