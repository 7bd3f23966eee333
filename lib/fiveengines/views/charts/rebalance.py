"""The index with the levels that a plan waits for, and what past falls of this size did from here.

Shows an answer of the rebalance companion; computes nothing but the middle of the paths.
"""

from __future__ import annotations

import altair as alt
import numpy as np
import pandas as pd

from fiveengines.base.formats import counted, number, percent
from fiveengines.companions.rebalance import Result
from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture

_HEIGHT = 330
# Points along the channel, which is straight in logarithms alone.
_EDGES, _YEAR = 20, 365.25


def levels_and_paths(result: Result) -> Picture:
    """Closes of a year, the channel, pivots, and the paths of past falls; a sentence without an index."""
    found = result.market
    if found is None:
        return base.no_data("The index and its levels", result.bottom_line)
    recent = pd.DataFrame({"date": pd.to_datetime([each.day for each in found.recent])})
    recent = recent.assign(close=[each.close for each in found.recent])
    today, close = recent["date"].iloc[-1], found.close
    paths = np.array(
        [[np.nan if each is None else each for each in row] for row in found.paths], dtype="float64"
    )
    weeks = paths.shape[1] if paths.ndim == 2 and len(paths) else 27
    end = today + pd.Timedelta(weeks=weeks - 1)
    y = alt.Y("close:Q", title="S&P 500", scale=alt.Scale(zero=False), axis=alt.Axis(format=",.0f"))
    x = alt.X("date:T", title=None, axis=alt.Axis(tickCount=8))
    tips = [base.when(name="session"), alt.Tooltip("close:Q", title="close", format=",.0f")]
    parts = []
    if found.channel is not None:
        edges = pd.DataFrame({"date": pd.date_range(recent["date"].iloc[0], end, periods=_EDGES)})
        grown = (1 + found.channel.slope / 100) ** ((edges["date"] - today).dt.days / _YEAR)
        edges = edges.assign(low=found.channel.lower * grown, high=found.channel.upper * grown)
        parts.append(
            alt.Chart(edges)
            .mark_area(opacity=0.07, color=theme.LIGHT["accent"])
            .encode(x=x, y=alt.Y("low:Q", scale=alt.Scale(zero=False)), y2="high:Q")
        )
    if len(paths):
        dates = [today + pd.Timedelta(weeks=at) for at in range(weeks)]
        each = pd.DataFrame(
            {"date": day, "close": close * (1 + value / 100), "fall": at}
            for at, row in enumerate(paths)
            for day, value in zip(dates, row, strict=True)
            if np.isfinite(value)
        )
        middle = pd.DataFrame({"date": dates, "close": close * (1 + np.nanmedian(paths, axis=0) / 100)})
        parts.append(
            alt.Chart(each)
            .mark_line(strokeWidth=1, opacity=0.5, color=base.SOFT)
            .encode(x=x, y=y, detail="fall:N", tooltip=tips)
        )
        parts.append(
            alt.Chart(middle).mark_line(strokeWidth=2.6, strokeDash=[6, 3]).encode(x=x, y=y, tooltip=tips)
        )
    pivots = pd.DataFrame(
        {"date": end, "close": each.level, "name": f"{each.name} {number(each.level)}"}
        for each in found.pivots
    )
    if len(pivots):
        low, high = float(pivots["close"].min()), float(recent["close"].max())
        moves = base.apart(dict(zip(pivots["name"], pivots["close"], strict=True)), low, high, _HEIGHT)
        shown = pivots.assign(close=pivots["close"] - pivots["name"].map(moves) * (high - low) / _HEIGHT)
        parts.append(alt.Chart(pivots).mark_rule(strokeDash=[3, 3], color=base.SOFT).encode(y=y))
        parts.append(
            alt.Chart(shown)
            .mark_text(align="left", dx=6, fontSize=10.5, color=base.INK)
            .encode(x=x, y=y, text="name:N")
        )
    parts.append(alt.Chart(recent).mark_line(color=base.INK).encode(x=x, y=y, tooltip=tips))
    return alt.layer(*parts).properties(
        height=_HEIGHT, title=base.title(_finding(result), _subtitle(len(paths)))
    )


def _finding(result: Result) -> str:
    found = result.market
    assert found is not None
    where = f"{number(-found.fall_pct, 1)} % below its high" if found.fall_pct < 0 else "at its high"
    first = next(iter(found.scenarios), None)
    if first is None:
        return f"The S&P 500 is {where}"
    return (
        f"The S&P 500 is {where}; of {counted(first.n, 'past fall')} this size "
        f"{percent(first.share_of_cases)} won back half first"
    )


def _subtitle(paths: int) -> str:
    if not paths:
        return "Closes of the last year, pivots and the regression channel"
    return (
        "Closes, pivots, channel; right of today: every past fall of this size from here, dashed their middle"
    )
