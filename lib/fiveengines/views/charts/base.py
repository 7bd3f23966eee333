"""What every chart shares: the weeks it covers, where its figures come from, titles, tooltips, and a place for no data.

Picks and arranges readings; computes none.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import altair as alt
import pandas as pd

from fiveengines.views import theme
from fiveengines.views.charts.renderer import enable
from fiveengines.views.sources import source
from fiveengines.week import Week

enable()

# Altair's own types name every chart class apart and lose them on the first mark; a chart is a chart here.
Picture = Any
WEEKS_A_YEAR: Final = 52
LONG: Final = 5 * WEEKS_A_YEAR
DAY: Final = "%-d %b %Y"
INK, SOFT, ACCENT, LINE, PAPER = (theme.LIGHT[name] for name in ("ink", "soft", "accent", "line", "paper"))


def dates(week: Week, weeks: int = LONG) -> pd.DatetimeIndex:
    """The reading dates of the last `weeks` weeks up to this one, oldest first: at most (weeks,) datetime64."""
    return week.dates[-weeks:]


def back(week: Week, weeks: int) -> pd.Timestamp | None:
    """The reading date `weeks` before this one, or None when the history is shorter."""
    found = dates(week, weeks + 1)
    return found[0] if len(found) == weeks + 1 else None


def index_level(week: Week, on: pd.DatetimeIndex) -> pd.Series:
    """The S&P 500, or the fund that follows it, on the dates `on`: (n,) points, NaN where the source has neither."""
    return week.series("SPX", "SPY").reindex(on)


def index_line(week: Week, frame: pd.DataFrame, height: int, *, log: bool = True, x: Any = None) -> Picture:
    """The column `index` of `frame` as a grey line; `x` when it does not follow the shared time axis.

    frame: one row a date with `date` and `index` (points); NaN leaves a gap.
    """
    axis = alt.Y(
        "index:Q",
        title="S&P 500, log scale" if log else "S&P 500",
        scale=alt.Scale(type="log", nice=False) if log else alt.Scale(zero=False),
        axis=alt.Axis(format=",.0f", tickCount=4),
    )
    hover = [when(), alt.Tooltip("index:Q", title="index", format=",.0f"), where()]
    chart = with_source(alt.Chart(frame, height=height), source(week, "SPX", "SPY"))
    return chart.mark_line(color=SOFT).encode(x=x or time_axis(), y=axis, tooltip=hover)


def stacked(parts: Sequence[Picture], over: alt.Title) -> Picture:
    """Pictures under each other on one time axis, with one title over them."""
    return alt.vconcat(*parts, title=over, spacing=18).resolve_scale(x="shared")


def table(**columns: pd.Series) -> pd.DataFrame:
    """Series on the same dates, each (n,), as columns beside `date`; rows that are all NaN are left out."""
    frame = pd.DataFrame(columns).dropna(how="all")
    frame.index.name = None
    return frame.rename_axis("date").reset_index()


def with_source(chart: Any, text: str) -> Any:
    """Give a chart's rows the constant column `source` without embedding it in each row."""
    return chart.transform_calculate(source=json.dumps(text))


def title(text: str, subtitle: str, manual: str = "") -> alt.Title:
    """The finding of the week, and under it what is drawn and in which unit, and which of it was entered by hand."""
    return alt.Title(text, subtitle=[subtitle, manual] if manual else subtitle)


def by_hand(week: Week, *names: str) -> str:
    """Which of the indicators `names` a person entered for this week, for a subtitle; empty when none was."""
    found = [entry.title for entry in week.overrides if entry.field in names]
    return f"(manual this week: {', '.join(found)})" if found else ""


def when(field: str = "date", name: str = "week to") -> alt.Tooltip:
    """The date line of a tooltip."""
    return alt.Tooltip(f"{field}:T", title=name, format=DAY)


def where() -> alt.Tooltip:
    """The source line of a tooltip; goes with `with_source`."""
    return alt.Tooltip("source:N", title="source")


def time_axis(**options: Any) -> alt.X:
    """The shared time axis over the column `date`."""
    return alt.X("date:T", title=None, axis=alt.Axis(tickCount=6, **options))


def rows(records: Iterable[Any], *names: str) -> pd.DataFrame:
    """One row a record, one column for each of these attributes."""
    return pd.DataFrame({name: getattr(each, name) for name in names} for each in records)


def colours(named: Mapping[str, str]) -> alt.Scale:
    """A scale of values and the theme's colours that they have."""
    return alt.Scale(domain=list(named), range=[theme.LIGHT[each] for each in named.values()])


def no_data(what: str, lacking: str, said: str = "no data") -> Picture:
    """One sentence in a chart's place."""
    sentence = f"Not drawn: {lacking}"
    over = title(f"{what}: {said} this week", sentence)
    return (
        alt.Chart(pd.DataFrame({"text": [said]}), title=over, height=24, description=sentence)
        .mark_text(align="left", color=SOFT)
        .encode(text="text:N", x=alt.value(0))
    )


def as_known(week: Week, frame: pd.DataFrame, columns: Iterable[str], finding: str) -> str:
    """`finding` as it is when this week has a value in every one of `columns`; else with the week of the last ones.

    frame: as from `table`, with a `date` column; columns have at least one value each.
    """
    known = min(frame["date"][frame[each].notna()].max() for each in columns)
    return finding if known == week.as_of else f"Last read in the week to {known:%-d %b %Y}: {finding}"


def no_call(week: Week, what: str) -> Picture:
    """One sentence in a chart's place in a week without a call."""
    return no_data(what, week.no_call.reason if week.no_call else "", "no call")


def end_label(frame: pd.DataFrame, y: str, text: str, colour: str, **mark: Any) -> Picture:
    """A direct label right of a line's last point.

    frame: one row a date with `date` and the column `y`; only its last row with a value is used.
    """
    last = frame.dropna(subset=[y]).tail(1).assign(label=text)
    look: dict[str, Any] = {"align": "left", "dx": 6, "color": colour, "fontWeight": 600} | mark
    return alt.Chart(last).mark_text(**look).encode(x="date:T", y=f"{y}:Q", text="label:N")


def text_marks(frame: pd.DataFrame, y: str, text: str, **mark: Any) -> list[Picture]:
    """Small words at the left edge, on a halo of paper so that lines pass behind them; the last layers of a chart.

    frame: one row a mark, with the column `y` (in the unit of the axis) and the column `text`.
    """
    look: dict[str, Any] = {"align": "left", "fontSize": 10, "clip": False} | mark
    chart = alt.Chart(frame).encode(y=f"{y}:Q", x=alt.value(4), text=f"{text}:N")
    halo = chart.mark_text(**look, color=PAPER, stroke=PAPER, strokeWidth=4, strokeJoin="round")
    return [halo, chart.mark_text(**look, color=SOFT)]


def apart(ends: Mapping[str, float], low: float, high: float, height: int) -> dict[str, float]:
    """Pixels by which each end label moves so that neighbours stay 14 apart; `low`…`high` fill `height` pixels."""
    scale = height / ((high - low) or 1.0)
    moves, floor = {}, float("-inf")
    for name in sorted(ends, key=lambda each: ends[each]):
        place = max(ends[name] * scale, floor + 14)
        moves[name] = round(ends[name] * scale - place, 1)
        floor = place
    return moves


def label_moves(frame: pd.DataFrame, names: Sequence[str], height: int) -> dict[str, float]:
    """`apart` for the last values of the named columns, over the range that they cover.

    frame: one row a date, a column a name, NaN where there is no value. Returns name → pixels, for names with a value.
    """
    ends = {name: float(frame[name].dropna().iloc[-1]) for name in names}
    values = frame[list(names)]
    return apart(ends, float(values.min().min()), float(values.max().max()), height)


def span(found: Sequence[pd.Timestamp] | pd.DatetimeIndex) -> str:
    """'two years', 'five years' or '31 weeks' for the weeks drawn."""
    years = len(found) / WEEKS_A_YEAR
    words = {1: "a year", 2: "two years", 3: "three years", 4: "four years", 5: "five years"}
    whole = words.get(round(years)) if abs(years - round(years)) < 0.1 else None
    return whole or f"{len(found)} weeks"
