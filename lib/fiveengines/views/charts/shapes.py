"""Two shapes that several charts share: a curve over terms now and before, and named lines over time with end labels.

Draws what it is given; computes no reading.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import pandas as pd

from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture
from fiveengines.views.sources import source
from fiveengines.week import Week


@dataclass(frozen=True)
class Terms:
    """A curve's terms: position on a logarithmic axis → the series that carry it, best first, and how all is written.

    `when` maps words to weeks back, the present first. `labels` is a Vega expression for the axis.
    """

    at: Mapping[float, tuple[str, ...]]
    when: Mapping[str, int]
    domain: tuple[float, float]
    labels: str
    unit: str
    digits: int

    def points(self, week: Week) -> pd.DataFrame:
        """One row a term and moment that has a level: term, level (in the unit of the terms), when, date, series."""
        rows = []
        for words, weeks in self.when.items():
            day = base.back(week, weeks)
            if day is None:
                continue
            on = pd.DatetimeIndex([day])
            for term, names in self.at.items():
                level = float(week.series(*names).reindex(on).iloc[0])
                rows.append({"term": term, "level": level, "when": words, "date": day, "series": names[0]})
        frame = pd.DataFrame(rows, columns=["term", "level", "when", "date", "series"])
        return frame.dropna(subset=["level"])

    def now(self, points: pd.DataFrame) -> pd.Series:
        """Today's levels by term: those of `points` (see there) that have one."""
        return points[points["when"] == next(iter(self.when))].set_index("term")["level"]


def term_curve(week: Week, terms: Terms, points: pd.DataFrame, title: alt.Title) -> Picture:
    """The curve of `points` now, with its levels written on it, and fainter at the earlier moments.

    points: as `Terms.points` gives them.
    """
    now = next(iter(terms.when))
    written = f".{terms.digits}f"
    origin = source(week, *(name for names in terms.at.values() for name in names))
    encoded = base.with_source(alt.Chart(points), origin).encode(
        x=alt.X(
            "term:Q",
            title=None,
            scale=alt.Scale(type="log", domain=list(terms.domain), nice=False),
            axis=alt.Axis(values=list(terms.at), labelExpr=terms.labels, grid=True),
        ),
        y=alt.Y("level:Q", title=terms.unit, scale=alt.Scale(zero=False, padding=12)),
        color=alt.condition(f"datum.when == '{now}'", alt.value(base.ACCENT), alt.value(base.SOFT)),
        tooltip=[
            alt.Tooltip("series:N"),
            alt.Tooltip("level:Q", format=written, title=terms.unit),
            base.when(),
            base.where(),
        ],
    )
    dash = alt.StrokeDash(
        "when:N",
        scale=alt.Scale(domain=list(terms.when), range=[[1, 0], [6, 3], [2, 3]]),
        title=None,
        legend=alt.Legend(symbolType="stroke", symbolSize=400, offset=22),
    )
    labels = (
        encoded.transform_filter(f"datum.when == '{now}'")
        .mark_text(dy=-13, fontWeight=600)
        .encode(text=alt.Text("level:Q", format=written), color=alt.value(base.ACCENT))
    )
    drawn = encoded.mark_line().encode(strokeDash=dash) + encoded.mark_point(size=50) + labels
    return drawn.properties(height=230, title=title)


@dataclass(frozen=True)
class Line:
    """How an indicator's line looks: its label, a colour of the theme, dashes."""

    label: str
    colour: str
    dash: tuple[int, int]


def lines_over_time(
    chart: Any,
    frame: pd.DataFrame,
    lines: Mapping[str, Line],
    axis: Mapping[str, Any],
    height: int,
    *,
    unit: str = "",
    digits: int = 0,
    moves: Mapping[str, float] | None = None,
) -> list[Picture]:
    """Layers: one line a named column of `frame` with its label at its end, apart from each other.

    frame: one row a date; NaN leaves a gap.

    `axis` is what alt.Y takes; `moves` moves end labels where the axis does not end with the data; columns without
    any value must not be among `lines`.
    """
    hover = [
        base.when(),
        *(
            alt.Tooltip(f"{n}:Q", title=f"{each.label}{unit}", format=f".{digits}f")
            for n, each in lines.items()
        ),
        base.where(),
    ]
    spots = moves if moves is not None else base.label_moves(frame, list(lines), height)
    layers: list[Picture] = []
    for name, each in lines.items():
        colour = theme.LIGHT[each.colour]
        line = chart.mark_line(color=colour, strokeDash=list(each.dash), strokeWidth=1.6).encode(
            x=base.time_axis(), y=alt.Y(f"{name}:Q", **axis), tooltip=hover
        )
        layers += [line, base.end_label(frame, name, each.label, colour, dy=spots[name])]
    return layers


def with_values(frame: pd.DataFrame, lines: Mapping[str, Line]) -> dict[str, Line]:
    """The lines whose column of `frame` (one row a date) has a value that is not NaN."""
    return {n: each for n, each in lines.items() if not frame.empty and frame[n].notna().any()}


def last(frame: pd.DataFrame, names: Sequence[str]) -> dict[str, float]:
    """The last value that is not NaN of each named column of `frame`, one row a date."""
    return {name: float(frame[name].dropna().iloc[-1]) for name in names}
