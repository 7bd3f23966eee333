"""The regime in pictures: its ribbon over the index, memberships now and over a year, and where regimes lead.

Shows what was read; computes no reading.
"""

from __future__ import annotations

from typing import Any

import altair as alt
import pandas as pd

from fiveengines.base.formats import percent
from fiveengines.model.regimes import NAMES, NUMBERS
from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture
from fiveengines.views.sources import source
from fiveengines.week import Week

_COLOUR = alt.Scale(**theme.regime_scale())


def spells(regimes: pd.Series) -> pd.DataFrame:
    """Runs of the same regime: start, end (the first date after it), regime, name, weeks; one row a run.

    regimes: reading date → 1-5, NA in a week without a call, which ends a run and is in none.
    """
    number = regimes.fillna(0).astype(int)
    run = (number != number.shift()).cumsum()
    frame = pd.DataFrame({"date": number.index, "regime": number.to_numpy(), "run": run.to_numpy()})
    grouped = frame.groupby("run")
    frame = grouped.agg(
        start=("date", "first"), last=("date", "last"), regime=("regime", "first"), weeks=("date", "size")
    )
    frame["end"] = frame["start"].shift(-1).fillna(frame["last"])
    frame = frame[frame["regime"] > 0]
    frame["name"] = frame["regime"].map(NAMES)
    return frame.reset_index(drop=True)


def regime_ribbon(week: Week, weeks: int = 2 * base.WEEKS_A_YEAR) -> Picture:
    """The index with the confirmed regime behind it, numbered; two years of weeks."""
    on = base.dates(week, weeks)
    runs = spells(week.readings.regimes.confirmed.reindex(on))
    if runs.empty:
        return base.no_call(week, "Regimes and the index")
    frame = base.table(index=base.index_level(week, on))
    hover = [
        alt.Tooltip("name:N", title="regime"),
        base.when("start", "from"),
        base.when("last", "to week"),
        alt.Tooltip("weeks:Q"),
    ]
    ground = alt.Chart(runs)
    wash = ground.mark_rect(opacity=0.2).encode(
        x=alt.X("start:T", title=None),
        x2="end:T",
        color=alt.Color("regime:O", scale=_COLOUR, legend=None),
        tooltip=hover,
    )
    ribbon = ground.mark_rect(height=16).encode(
        x="start:T",
        x2="end:T",
        y=alt.value(232),
        color=alt.Color("regime:O", scale=_COLOUR, legend=None),
        tooltip=hover,
    )
    runs_named = runs.assign(middle=runs["start"] + (runs["end"] - runs["start"]) / 2)
    numbers = (
        alt.Chart(runs_named[runs_named["weeks"] >= max(3, weeks // 40)])
        .mark_text(color=theme.LIGHT["panel"], fontWeight=600, baseline="middle")
        .encode(x="middle:T", y=alt.value(232), text="regime:O")
    )
    layers = wash + ribbon + numbers
    if not frame.empty:
        chart = base.with_source(alt.Chart(frame), source(week, "SPX", "SPY"))
        tips = [base.when(), alt.Tooltip("index:Q", title="S&P 500", format=",.0f"), base.where()]
        axis = alt.Y("index:Q", title="S&P 500", scale=alt.Scale(zero=False), axis=alt.Axis(format=",.0f"))
        layers += chart.mark_line(color=base.INK, strokeWidth=1.6).encode(
            x=base.time_axis(), y=axis, tooltip=tips
        )
    key = ", ".join(f"{n} {NAMES[n]}" for n in sorted({int(each) for each in runs["regime"]}))
    return layers.properties(
        height=240,
        title=base.title(
            _ribbon_finding(week, runs, on),
            f"S&P 500 and the confirmed regime, {base.span(on)} of weeks: {key}",
        ),
    )


def _ribbon_finding(week: Week, runs: pd.DataFrame, on: pd.DatetimeIndex) -> str:
    regime = week.regime
    if regime is None:
        return (
            f"{week.call_name} this week; the last one in the picture is of {runs['last'].iloc[-1]:%-d %b %Y}"
        )
    lasted = "since this week" if regime.weeks == 1 else f"for {regime.weeks} weeks"
    changes = len(runs) - 1
    count = {0: "no change", 1: "one change"}.get(changes, f"{changes} changes")
    return f"{regime.name} {lasted}; {count} of regime in {base.span(on)}"


def memberships(week: Week) -> Picture:
    """How much of each regime this week holds, %."""
    regime = week.regime
    if regime is None:
        return base.no_call(week, "Memberships")
    shares = [(n, f"{n} {NAMES[n]}", regime.memberships[n]) for n in NUMBERS]
    rows = pd.DataFrame(shares, columns=["regime", "name", "share"])
    chart = alt.Chart(rows.assign(label=rows["share"].map(percent)))
    side = alt.Y("name:N", title=None, sort=None, axis=alt.Axis(labelLimit=200))
    bars = chart.mark_bar(size=16).encode(
        x=alt.X("share:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=None),
        y=side,
        color=alt.Color("regime:O", scale=_COLOUR, legend=None),
        tooltip=[alt.Tooltip("name:N"), alt.Tooltip("share:Q", format=".1%", title="membership")],
    )
    text = chart.mark_text(align="left", dx=5).encode(x="share:Q", y=side, text="label:N")
    lead = regime.memberships[regime.number]
    runner = regime.memberships[regime.runner_up]
    if runner > lead:
        both = f"{percent(runner)} to {percent(lead)}"
        finding = f"{regime.name} still holds, but {NAMES[regime.runner_up]} has more of the week ({both})"
    else:
        after = f"{NAMES[regime.runner_up]} is next with {percent(runner)}"
        finding = f"{regime.name} with {percent(lead)}; {after}"
    return (bars + text).properties(
        height=150,
        title=base.title(
            finding,
            "Share of each regime, by the distance from the edges of the call; the five add to 100 %",
        ),
    )


def membership_history(week: Week, weeks: int = base.WEEKS_A_YEAR) -> Picture:
    """Memberships over a year as one stacked area, numbered at the right."""
    on = base.dates(week, weeks)
    if week.regime is None:
        return base.no_call(week, "Memberships over a year")
    wide = week.readings.regimes.memberships.reindex(on).round(3)
    frame = wide.rename(columns=str).rename_axis("date").reset_index()
    chart = (
        alt.Chart(frame)
        .transform_fold([str(n) for n in NUMBERS], as_=["regime", "share"])
        .transform_calculate(name=f"{_names_expression()}[datum.regime]")
    )
    area = chart.mark_area(opacity=0.85).encode(
        x=base.time_axis(),
        y=alt.Y(
            "share:Q",
            stack="zero",
            title="membership",
            scale=alt.Scale(domain=[0, 1], nice=False),
            axis=alt.Axis(format=".0%"),
        ),
        color=alt.Color("regime:N", scale=base.colours({str(n): f"regime{n}" for n in NUMBERS}), legend=None),
        order=alt.Order("regime:O"),
        tooltip=[
            base.when(),
            alt.Tooltip("name:N", title="regime"),
            alt.Tooltip("share:Q", format=".0%", title="membership"),
        ],
    )
    last = wide.iloc[-1]
    above = last.cumsum() - last / 2
    ends = pd.DataFrame(
        {
            "date": on[-1],
            "place": above.to_numpy(),
            "share": last.to_numpy(),
            "label": [f"{n} {NAMES[n]}" for n in NUMBERS],
        }
    )
    text = (
        alt.Chart(ends[ends["share"] > 0.08])
        .mark_text(align="left", dx=6)
        .encode(x="date:T", y="place:Q", text="label:N")
    )
    then, number = float(wide.iloc[0][week.regime.number]), week.regime.number
    now = week.regime.memberships[number]
    moved = f"{NAMES[number]} went from {percent(then)} to {percent(now)} of the week in {base.span(on)}"
    return (area + text).properties(
        height=190, title=base.title(moved, "Memberships week by week, stacked from 1 (bottom) to 5 (top)")
    )


def _names_expression() -> str:
    return "{" + ",".join(f"'{n}': '{n} {name}'" for n, name in NAMES.items()) + "}"


def transition_map(week: Week) -> Picture:
    """How often each regime gave way to each other one, over every week of the history up to this one."""
    on = week.dates
    runs = spells(week.readings.regimes.confirmed.reindex(on))
    follows = (runs["end"].iloc[:-1].to_numpy() == runs["start"].iloc[1:].to_numpy()) if len(runs) else []
    pairs = pd.DataFrame(
        {"from": runs["regime"].iloc[:-1].to_numpy(), "to": runs["regime"].iloc[1:].to_numpy()}
    )[follows]
    counted = pairs.value_counts().rename("times").reset_index()
    if counted.empty:
        return base.no_data("Regime changes", "the regime has not changed in this history.")
    grid = pd.MultiIndex.from_product([NUMBERS, NUMBERS], names=["from", "to"])
    cells = counted.set_index(["from", "to"]).reindex(grid).reset_index()
    for side in ("from", "to"):
        cells[f"{side}_name"] = cells[side].map(lambda n: f"{n} {NAMES[n]}")
    cells = cells[cells["from"] != cells["to"]].fillna({"times": 0})
    return _transition_chart(
        cells,
        _transition_finding(week, counted),
        f"Number of changes since {on[0]:%Y}: from the regime at the left to the one at the top",
    )


def _transition_chart(cells: pd.DataFrame, finding: str, subtitle: str) -> Picture:
    chart = alt.Chart(cells)
    plain: dict[str, Any] = {"domain": False, "ticks": False, "title": None}
    top = alt.X("to:O", axis=alt.Axis(orient="top", labelAngle=0, **plain))
    side = alt.Y(
        "from_name:N", sort=[f"{n} {NAMES[n]}" for n in NUMBERS], axis=alt.Axis(labelLimit=160, **plain)
    )
    tips = [
        alt.Tooltip("from_name:N", title="from"),
        alt.Tooltip("to_name:N", title="to"),
        alt.Tooltip("times:Q"),
    ]
    # One colour, more or less of it: a colour between two has no partner on a dark screen.
    shades = alt.FillOpacity("times:Q", legend=None, scale=alt.Scale(range=[0.08, 1]))
    tiles = chart.mark_rect(
        fill=theme.LIGHT["supportive"], stroke=theme.LIGHT["paper"], strokeWidth=2
    ).encode(x=top, y=side, tooltip=tips, fillOpacity=shades)
    most = float(cells["times"].max())
    # Dark words on pale tiles, pale ones on full tiles.
    ink = alt.condition(f"datum.times > {most * 0.55}", alt.value(theme.LIGHT["panel"]), alt.value(base.INK))
    text = (
        chart.transform_filter("datum.times > 0")
        .mark_text(fontWeight=600)
        .encode(x=top, y=side, text="times:Q", color=ink)
    )
    return (tiles + text).properties(height=180, title=base.title(finding, subtitle))


def _transition_finding(week: Week, counted: pd.DataFrame) -> str:
    if week.regime is None:
        best = counted.iloc[0]
        return f"Most often {NAMES[int(best['from'])]} gave way to {NAMES[int(best['to'])]}: {int(best['times'])} times"
    own = counted[counted["from"] == week.regime.number].sort_values("times", ascending=False)
    if own.empty:
        return f"{week.regime.name} has not ended before in this history"
    best, total = own.iloc[0], int(own["times"].sum())
    return f"{week.regime.name} most often gave way to {NAMES[int(best['to'])]}: {int(best['times'])} of {total} times"
