"""Breadth in pictures: how many members take part, and where the index went alone.

Shows what was read; computes no reading.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture
from fiveengines.views.sources import source
from fiveengines.week import Week

_BASIS = {
    "members": "from members' prices",
    "published": "as published",
    "sectors": "from eleven sectors",
    "": "basis unknown",
}
_SERIES = ("PCT_ABOVE_200DMA_SP500", "PCT_ABOVE_50DMA_SP500")


def breadth(week: Week) -> Picture:
    """Members above their averages (%), under the index with its divergences marked; five years of weeks."""
    on = base.dates(week)
    frame = base.table(
        above200=week.series("pct_above_200d").reindex(on),
        above50=week.series("pct_above_50d").reindex(on),
        index=base.index_level(week, on),
        alone=week.series("index_breadth_divergence").reindex(on),
    )
    known = frame.dropna(subset=["above200"])
    if known.empty:
        return base.no_data("Breadth", "neither members' prices nor a published share nor sectors are there.")
    basis = _BASIS.get(week.breadth_basis, week.breadth_basis)
    chart = base.with_source(
        alt.Chart(frame),
        f"{source(week, *_SERIES)} ({basis})" if week.breadth_basis == "published" else basis,
    )
    hover = [
        base.when(),
        alt.Tooltip("above200:Q", title="above 200-day, %", format=".0f"),
        alt.Tooltip("above50:Q", title="above 50-day, %", format=".0f"),
        base.where(),
    ]
    share = alt.Y("above200:Q", title="% of members", scale=alt.Scale(domain=[0, 100]))
    slow = chart.mark_line().encode(x=base.time_axis(), y=share, tooltip=hover)
    quick = chart.mark_line(color=theme.LIGHT["regime3"], strokeWidth=1, strokeDash=[3, 2]).encode(
        x="date:T", y="above50:Q", tooltip=hover
    )
    rules, meanings = _limits(week)
    layers = [rules, quick, slow, base.end_label(known, "above200", "200-day", base.ACCENT)]
    if frame["above50"].notna().any():
        below = float(known["above200"].iloc[-1]) >= float(frame["above50"].dropna().iloc[-1])
        dy = 11 if below else -11
        layers.append(base.end_label(frame, "above50", "50-day", theme.LIGHT["regime3"], dy=dy))
    low = alt.layer(*layers, *meanings).properties(height=170)
    prices = frame.dropna(subset=["index"])
    parts = [low] if prices.empty else [_index(week, prices), low]
    subtitle = (
        f"S&P 500 with divergences (▼); below it members above their 200- and 50-day averages, %, {basis}"
    )
    manual = base.by_hand(week, "pct_above_200d", "pct_above_50d", "index_breadth_divergence")
    finding = base.as_known(week, known, ["above200"], _finding(week, known))
    return base.stacked(parts, base.title(finding, subtitle, manual))


def _index(week: Week, prices: pd.DataFrame) -> Picture:
    hover = [
        base.when(name="divergence, week to"),
        alt.Tooltip("index:Q", title="index", format=",.0f"),
        base.where(),
    ]
    marks = (
        base.with_source(alt.Chart(prices), source(week, "SPX", "SPY"))
        .transform_filter("datum.alone > 0")
        .mark_point(shape="triangle-down", color=theme.LIGHT["adverse"], size=45, yOffset=-9, opacity=1)
        .encode(x="date:T", y="index:Q", tooltip=hover)
    )
    return base.index_line(week, prices, 110) + marks


def _limits(week: Week) -> tuple[Picture, list[Picture]]:
    """The two breakpoints of params/engines.yaml as rules with their meaning beside them."""
    line = week.params.engines.engines["breadth"].get("pct_above_200d")
    rows = (
        [(line.supportive, "supportive from here up"), (line.adverse, "adverse from here down")]
        if line
        else []
    )
    frame = pd.DataFrame([row for row in rows if row[0] is not None], columns=["level", "meaning"])
    rules = alt.Chart(frame).mark_rule(strokeDash=[2, 4], opacity=0.7).encode(y="level:Q")
    return rules, base.text_marks(frame, "level", "meaning", baseline="bottom", dy=-2)


def _finding(week: Week, known: pd.DataFrame) -> str:
    share, alone = float(known["above200"].iloc[-1]), known["alone"].iloc[-1]
    before = base.back(week, 4)
    then = (
        float(week.series("pct_above_200d").reindex(pd.DatetimeIndex([before])).iloc[0])
        if before is not None
        else float("nan")
    )
    moved = f", {then:.0f} % four weeks ago" if not pd.isna(then) else ""
    tail = "; the index is near its high without them" if not pd.isna(alone) and alone > 0 else ""
    return f"{share:.0f} % of members are above their 200-day average{moved}{tail}"
