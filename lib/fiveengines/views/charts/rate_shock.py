"""Rate betas beside the empirical duration of the index, and stress windows as bars.

Shows an answer of the rate-shock companion; computes nothing but the ends of intervals.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from fiveengines.base.formats import number
from fiveengines.companions.rate_shock import Result
from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture

_HEIGHT, _WIDTH = 320, 300
_NAMES = {"portfolio": "Portfolio", "nasdaq_100": "Nasdaq 100", "sp500": "S&P 500"}
_COLOURS = {"Portfolio": "accent", "Nasdaq 100": "adverse", "S&P 500": "soft"}


def betas_and_duration(result: Result) -> Picture:
    """Per cent for a point of real yield by fund over the longest window, and the index's own over time."""
    longest = max((each.window for each in result.betas), default=0)
    rows = [each for each in result.betas if each.window == longest]
    if not rows:
        return base.no_data("Rate betas", result.bottom_line)
    frame = pd.DataFrame(
        {
            "ticker": each.ticker,
            "slope": (slope := each.per_100bp_real),
            "low": slope - 1.645 * (error := abs(slope / each.t) if each.t else 0.0),
            "high": slope + 1.645 * error,
            "kept": "kept its sign in every window" if each.stable else "changed sign between windows",
        }
        for each in rows
    )
    y = alt.Y("ticker:N", sort=list(frame["ticker"]), title=None)
    x = alt.X("slope:Q", title="% for a point of real yield, market controlled")
    tips = [
        alt.Tooltip("ticker:N"),
        alt.Tooltip("slope:Q", format="+.1f", title="%"),
        alt.Tooltip("kept:N", title="sign"),
    ]
    shade = alt.condition(
        alt.datum.kept == "kept its sign in every window", alt.value(base.ACCENT), alt.value(base.SOFT)
    )
    chart = alt.Chart(frame, height=_HEIGHT, width=_WIDTH)
    zero = alt.Chart(pd.DataFrame({"slope": [0.0]})).mark_rule(color=theme.LIGHT["line"]).encode(x=x)
    left = zero + chart.mark_rule(strokeWidth=3, opacity=0.5).encode(x="low:Q", x2="high:Q", y=y, color=shade)
    left += chart.mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y, color=shade, tooltip=tips)
    if not result.duration:
        return left.properties(title=base.title(_finding(result), _subtitle(longest)))
    over = base.rows(result.duration, "day", "real").rename(columns={"day": "date"})
    over["date"] = pd.to_datetime(over["date"])
    right = (
        alt.Chart(over, height=_HEIGHT, width=_WIDTH)
        .mark_line()
        .encode(
            x=base.time_axis(),
            y=alt.Y("real:Q", title="S&P 500, % for a point of real yield"),
            tooltip=[base.when(name="year to"), alt.Tooltip("real:Q", format="+.1f", title="%")],
        )
    )
    flat = alt.Chart(pd.DataFrame({"real": [0.0]})).mark_rule(color=theme.LIGHT["line"]).encode(y="real:Q")
    return alt.hconcat(left, flat + right, spacing=40, title=base.title(_finding(result), _subtitle(longest)))


def _finding(result: Result) -> str:
    if not result.duration:
        return "How funds move with the real yield"
    now = result.duration[-1].real
    way = "rose" if now > 0 else "fell"
    return f"Over the last year the S&P 500 {way} {number(abs(now), 1)} % for a point of real yield"


def _subtitle(window: int) -> str:
    return f"Left: funds over {window:,} sessions, 90 % intervals, grey where signs changed; right: a rolling year"


def stress(result: Result) -> Picture:
    """Windows and shocks as bars: the portfolio beside the Nasdaq 100 and the S&P 500."""
    rows = [
        {"scenario": each.scenario, "what": name, "value": value}
        for each in result.stress
        for key, name in _NAMES.items()
        if (value := getattr(each, key)) is not None
    ]
    if not rows:
        return base.no_data("Stress", "no window of params/rate_shock.yaml lies in the data.")
    frame = pd.DataFrame(rows)
    order = [each.scenario for each in result.stress]
    shown = (
        alt.Chart(frame, height=alt.Step(9))
        .mark_bar()
        .encode(
            x=alt.X("value:Q", title="%"),
            y=alt.Y("scenario:N", sort=order, title=None, axis=alt.Axis(labelLimit=220)),
            yOffset=alt.YOffset("what:N", sort=list(_NAMES.values())),
            color=alt.Color(
                "what:N",
                sort=list(_NAMES.values()),
                scale=base.colours(_COLOURS),
                legend=alt.Legend(title=None, orient="top"),
            ),
            tooltip=["scenario:N", "what:N", alt.Tooltip("value:Q", format="+.1f", title="%")],
        )
    )
    worst = min(
        (each for each in result.stress if each.portfolio is not None),
        key=lambda each: each.portfolio or 0.0,
        default=None,
    )
    finding = (
        f"The worst for this portfolio is {worst.scenario}: {number(worst.portfolio, 1, ' %', sign=True)}"
        if worst is not None
        else "Past windows and supposed shocks"
    )
    return shown.properties(
        title=base.title(
            finding, "Today's weights held through past windows; shocks by slopes, each on its own"
        )
    )
