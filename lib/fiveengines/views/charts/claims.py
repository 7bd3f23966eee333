"""How many claims of each source hold, as bars. Shows an answer of the claims companion; only counts."""

from __future__ import annotations

from collections import Counter

import altair as alt
import pandas as pd

from fiveengines.companions.claims import Result
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture

SOURCES = {
    "five_engines_framework": "Five engines",
    "sell_off_note": "Sell-off note",
    "beta_rotation_dispersion": "Beta and rotation",
    "portfolio_rebalance": "Portfolio process",
    "rate_shock_hedge": "Rate-shock hedge",
}
VERDICTS = {"true": "supportive", "depends": "manual", "false": "adverse", "untestable": "line"}


def verdicts(result: Result) -> Picture:
    """Claims by source and verdict."""
    counts = Counter((each.source, each.verdict) for each in result.claims)
    frame = pd.DataFrame(
        {
            "source": SOURCES.get(source, source),
            "verdict": verdict,
            "claims": count,
            "order": list(VERDICTS).index(verdict),
        }
        for (source, verdict), count in counts.items()
    )
    chart = alt.Chart(frame, height=alt.Step(30)).mark_bar()
    shown = chart.encode(
        x=alt.X("claims:Q", title="claims", axis=alt.Axis(tickMinStep=1)),
        y=alt.Y("source:N", sort=list(SOURCES.values()), title=None),
        color=alt.Color(
            "verdict:N",
            sort=list(VERDICTS),
            scale=base.colours(VERDICTS),
            legend=alt.Legend(title=None, orient="top"),
        ),
        order="order:Q",
        tooltip=["source:N", "verdict:N", "claims:Q"],
    )
    subtitle = (
        "True: every window shows it; depends: some do; false: none does; untestable: no data decide it yet"
    )
    return shown.properties(title=base.title(result.headline, subtitle))
