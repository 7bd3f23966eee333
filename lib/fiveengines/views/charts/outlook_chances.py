"""The coming month in one small picture: where each regime's chances are, beside its share of the week.

Shows what was forecast; computes nothing.
"""

from __future__ import annotations

import altair as alt
import pandas as pd

from fiveengines.base.formats import percent
from fiveengines.model.regimes import NAMES, NUMBERS
from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture
from fiveengines.week import Week


def outlook(week: Week) -> Picture:
    """Chance of each regime in four weeks as bars, this week's share as a tick; a sentence without a forecast."""
    found = week.outlook
    if week.regime is None:
        return base.no_call(week, "The regime in four weeks")
    if found.regimes is None:
        return base.no_data("The regime in four weeks", "too few weeks are complete for a forecast.")
    frame = pd.DataFrame(
        {
            "name": [NAMES[n] for n in NUMBERS],
            "chance": [found.regimes[n] for n in NUMBERS],
            "share": [week.regime.memberships[n] for n in NUMBERS],
            "colour": [theme.REGIME_COLOURS[n] for n in NUMBERS],
            "label": [percent(found.regimes[n]) for n in NUMBERS],
        }
    )
    best = max(NUMBERS, key=lambda n: found.regimes[n])  # type: ignore[index]
    y = alt.Y("name:N", sort=None, title=None)
    hover = [
        alt.Tooltip("name:N", title="regime"),
        alt.Tooltip("chance:Q", title=f"in {found.regime_weeks} weeks", format=".0%"),
        alt.Tooltip("share:Q", title="this week", format=".0%"),
    ]
    x = alt.X(
        "chance:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format=".0%", tickCount=4)
    )
    chart = alt.Chart(frame, height=150)
    bars = chart.mark_bar(height=16).encode(x=x, y=y, color=alt.Color("colour:N", scale=None), tooltip=hover)
    ticks = chart.mark_tick(color=base.INK, thickness=2, size=22).encode(x="share:Q", y=y, tooltip=hover)
    labels = chart.mark_text(align="left", dx=5, color=base.SOFT).encode(x="chance:Q", y=y, text="label:N")
    return (bars + ticks + labels).properties(
        title=base.title(
            f"In {found.regime_weeks} weeks: {NAMES[best].lower()} with {percent(found.regimes[best])}",
            "Chance of each regime (bar) and its share of this week (line)",
        )
    )
