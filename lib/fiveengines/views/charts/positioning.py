"""Positioning in pictures: where each cohort is within its own last three years.

Shows what was read; computes no reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import altair as alt
import pandas as pd

from fiveengines.base.formats import first_capital, number, ordinal
from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture
from fiveengines.views.charts.shapes import Line, last, lines_over_time, with_values
from fiveengines.views.sources import source
from fiveengines.week import Week

_COHORTS = {
    "cot_asset_managers": Line("asset managers", "accent", (1, 0)),
    "cot_leveraged_funds": Line("leveraged funds", "manual", (6, 3)),
    "cot_speculators": Line("speculators", "regime3", (2, 2)),
}
_SURVEYS = {
    "naaim": Line("managers (NAAIM)", "accent", (1, 0)),
    "cta_exposure": Line("trend followers", "regime4", (4, 3)),
}
_SERIES = (
    "TFF_SP500_ASSET_MGR_LONG",
    "TFF_SP500_LEV_MONEY_LONG",
    "TFF_NASDAQ_ASSET_MGR_LONG",
    "COT_SP500_SPEC_LONG",
)


def cot_fan(week: Week) -> Picture:
    """Net futures positions as percentiles of three years, cohort by cohort, over the fan of usual places.

    Each line names its contract, and is drawn only for the weeks in which its figure came from that contract.
    """
    on = base.dates(week)
    bases = {name: week.basis(name).reindex(on) for name in _COHORTS}
    now = {name: str(each.iloc[-1]) for name, each in bases.items()}
    frame = base.table(
        **{name: week.series(name).reindex(on).where(bases[name] == now[name]) for name in _COHORTS}
    )
    cohorts = {
        name: replace(line, label=", ".join(filter(None, (line.label, now[name].partition(", ")[0]))))
        for name, line in _COHORTS.items()
    }
    present = with_values(frame, cohorts)
    if not present:
        return base.no_data("Futures positioning", "no Commitments of Traders report is there.")
    chart = base.with_source(alt.Chart(frame, height=230), source(week, *_SERIES))
    shade, edges = _fan()
    places = last(frame, list(present))
    axis = {
        "title": "percentile of three years",
        "scale": alt.Scale(domain=[0, 100]),
        "axis": alt.Axis(values=[0, 10, 25, 50, 75, 90, 100]),
    }
    moves = base.apart(places, 0, 100, 230)
    layers = [shade, *lines_over_time(chart, frame, present, axis, 230, moves=moves)]
    shares = " or ".join(dict.fromkeys(now[name].partition(", ")[2] for name in present if now[name]))
    subtitle = (
        f"{first_capital(shares)}, as percentile of its own three years; outer tenths and quarters shaded"
    )
    manual = base.by_hand(week, *_COHORTS)
    finding = base.as_known(week, frame, present, _finding(places, present))
    return alt.layer(*layers, *edges).properties(title=base.title(finding, subtitle, manual))


def _fan() -> tuple[Picture, list[Picture]]:
    """Nested bands: outer tenths, outer quarters, the middle half left open; with words at the edges."""
    bands = pd.DataFrame({"low": [90, 75, 10, 0], "high": [100, 90, 25, 10], "depth": [0.9, 0.4, 0.4, 0.9]})
    words = pd.DataFrame({"level": [95, 5], "words": ["crowded long", "light or short"]})
    shade = (
        alt.Chart(bands)
        .mark_rect(color=theme.LIGHT["line"])
        .encode(y="low:Q", y2="high:Q", opacity=alt.Opacity("depth:Q", scale=None, legend=None))
    )
    return shade, base.text_marks(words, "level", "words")


def _finding(places: dict[str, float], lines: Mapping[str, Line]) -> str:
    far = max(places, key=lambda name: abs(places[name] - 50))
    place = places[far]
    word = (
        "crowded long"
        if place >= 90
        else "light"
        if place <= 10
        else "on the long side"
        if place > 60
        else "on the light side"
        if place < 40
        else "near their middle"
    )
    return f"{first_capital(lines[far].label)}: {word}, {ordinal(round(place))} percentile of three years"


def surveys(week: Week) -> Picture:
    """Active managers' exposure and the modelled trend follower over five years, % of full."""
    on = base.dates(week)
    frame = base.table(**{name: week.series(name).reindex(on) for name in _SURVEYS})
    present = with_values(frame, _SURVEYS)
    if not present:
        return base.no_data(
            "Managers and trend followers", "neither NAAIM nor an index for the trend model is there."
        )
    chart = base.with_source(
        alt.Chart(frame, height=170), f"{source(week, 'NAAIM')}; trend followers modelled from the index"
    )
    layers = lines_over_time(chart, frame, present, {"title": "% of full exposure"}, 170, unit=", %")
    ends = last(frame, list(present))
    said = "; ".join(f"{each.label} at {number(ends[n], 0, ' %')}" for n, each in present.items())
    return alt.layer(*layers).properties(
        title=base.title(
            base.as_known(week, frame, present, first_capital(said)),
            "Exposure as reported to NAAIM and as a trend-following model would hold, % of full",
            base.by_hand(week, *_SURVEYS),
        )
    )
