"""Liquidity in pictures: the Fed's dollars against the index.

Shows what was read; computes no reading.
"""

from __future__ import annotations

import altair as alt

from fiveengines.base.formats import dollars
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture
from fiveengines.views.sources import source
from fiveengines.week import Week

_NET = ("WALCL", "WTREGEN", "RRPONTSYD")


def net_liquidity(week: Week) -> Picture:
    """Net liquidity ($bn) over the index, five years of weeks; a sentence in its place without the Fed's figures."""
    on = base.dates(week)
    frame = base.table(net=week.series("net_liquidity").reindex(on), index=base.index_level(week, on))
    known = frame.dropna(subset=["net"])
    if known.empty:
        return base.no_data(
            "Net liquidity", "the Fed's total assets, Treasury account or reverse repo are missing."
        )
    top = base.with_source(alt.Chart(known, height=170), source(week, *_NET))
    hover = [base.when(), alt.Tooltip("net:Q", title="net liquidity, $bn", format=",.0f"), base.where()]
    scale = alt.Scale(zero=False, nice=True)
    line = top.mark_line().encode(
        x=base.time_axis(),
        y=alt.Y("net:Q", title="net liquidity, $bn", scale=scale, axis=alt.Axis(format=",.0f")),
        tooltip=hover,
    )
    parts = [line]
    prices = frame.dropna(subset=["index"])
    if not prices.empty:
        parts.append(base.index_line(week, prices, 110))
    subtitle = f"Fed assets less Treasury account and reverse repo, $bn, {base.span(on)} of weeks; below it the S&P 500"
    return base.stacked(parts, base.title(_finding(week), subtitle, base.by_hand(week, "net_liquidity")))


def _finding(week: Week) -> str:
    on = base.dates(week, 14)
    values = week.series("net_liquidity").reindex(on).dropna()
    if len(values) < 2:
        return "Net liquidity, as far as it is known"
    now, then = float(values.iloc[-1]), float(values.iloc[0])
    size = abs(now - then)
    word = "rose" if now > then else "fell"
    return f"Net liquidity {word} {dollars(size, 0, ' bn')} in 13 weeks, to {dollars(now, 0, ' bn')}"
