"""Target exposure in pictures: this week's, what drives it, and its path under the index.

Shows what was read; computes no reading.
"""

from __future__ import annotations

from typing import Literal

import altair as alt
import pandas as pd

from fiveengines.base.formats import first_capital, number, percent
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.model.target_exposure import TargetExposureReading
from fiveengines.research.walk_forward import volatility_target
from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture
from fiveengines.week import Week


def target_exposure(week: Week) -> Picture:
    """The exposure this week and last on a scale from none to all of the risk budget, with the regime's cap."""
    risk = week.target_exposure
    if risk is None:
        return base.no_call(week, "Target exposure")
    track = alt.Chart(pd.DataFrame({"low": [0.0], "high": [1.0], "value": [risk.value], "cap": [risk.cap]}))
    scale = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("low:Q", scale=scale, title=None, axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1]))
    ground = track.mark_bar(size=26, color=theme.LIGHT["grid"]).encode(x=x, x2="high:Q", y=alt.value(48))
    filled = track.mark_bar(size=26).encode(x=x, x2="value:Q", y=alt.value(48))
    rows = [(risk.value, f"now {percent(risk.value)}", "now", 24)]
    if risk.previous is not None and abs(risk.previous - risk.value) >= 0.005:
        rows.append((risk.previous, f"last week {percent(risk.previous)}", "before", 8))
    if risk.cap < 1:
        place = 8 if len(rows) == 1 else 76
        rows.append((risk.cap, f"cap in this regime {percent(risk.cap)}", "cap", place))
    marks = pd.DataFrame(rows, columns=["at", "text", "kind", "y"])
    # Colours stand in a scale, not in the rows: the page swaps a specification's colours for a dark screen.
    kinds = base.colours({"now": "ink", "before": "soft", "cap": "adverse"})
    colour = alt.Color("kind:N", scale=kinds, legend=None)
    chart = alt.Chart(marks)
    ticks = chart.mark_tick(thickness=2.5, size=34, opacity=1).encode(
        x=alt.X("at:Q", scale=scale), y=alt.value(48), color=colour
    )
    places: tuple[tuple[str, Literal["left", "right"], int], ...] = (
        ("datum.at > 0.5", "right", 2),
        ("datum.at <= 0.5", "left", -2),
    )
    sides = [
        chart.transform_filter(test)
        .mark_text(align=align, dx=dx)
        .encode(x="at:Q", y=alt.Y("y:Q", scale=None), text="text:N", color=colour)
        for test, align, dx in places
    ]
    held = percent(risk.portfolio_exposure)
    finding = f"Use {percent(risk.value)} of the risk budget: {held} of the portfolio at risk"
    low, high = map(percent, risk.band)
    profile = week.params.portfolio.risk_profile
    subtitle = f"Share of the risk budget; none of it is {low} of the portfolio, all of it {high} ({profile} profile)"
    return alt.layer(ground, filled, ticks, *sides).properties(height=84, title=base.title(finding, subtitle))


def target_exposure_drivers(week: Week) -> Picture:
    """A waterfall: the starting point, what each leaning engine adds, the unit of risk, and what holds the exposure."""
    risk, rules = week.target_exposure, week.params.portfolio.target_exposure
    if risk is None:
        return base.no_call(week, "What drives the target exposure")
    steps = [("start", 0.5 - rules.gain * rules.centre)]
    steps += [(ENGINE_NAMES[each.engine], each.contribution) for each in risk.drivers]
    rows, level = [], 0.0
    for name, move in steps:
        rows.append(
            {"name": name, "from": level, "to": level + move, "move": move, "kind": _kind(name, move)}
        )
        level += move
    # In the order in which the model takes them; a step that changes nothing is left out.
    wanted = min(max(level, 0.0), 1.0)
    held = min(max(wanted * risk.unit, risk.re_entry), risk.cap)
    unit = f"unit of risk {number(risk.unit, 2)}"
    held_back = (("none or all", wanted), (unit, wanted * risk.unit), ("re-entry or cap", held))
    for name, to in (*held_back, ("limits and pace", risk.value)):
        if abs(to - level) >= 0.005 or name == unit:
            rows.append({"name": name, "from": level, "to": to, "move": to - level, "kind": "neutral"})
            level = to
    rows.append({"name": "exposure", "from": 0.0, "to": risk.value, "move": risk.value, "kind": "total"})
    frame = pd.DataFrame(rows)
    whole = frame["kind"].isin(["start", "total"])
    frame["label"] = [
        percent(m) if w else number(100 * m, sign=True) for m, w in zip(frame["move"], whole, strict=True)
    ]
    frame["right"] = frame[["from", "to"]].max(axis=1)
    chart = alt.Chart(frame)
    side = alt.Y("name:N", sort=None, title=None, axis=alt.Axis(domain=False, ticks=False, labelLimit=160))
    states = {each: each for each in ("supportive", "adverse", "neutral")}
    scale = base.colours({"start": "neutral", "total": "accent", **states})
    bars = chart.mark_bar(size=17, cornerRadiusEnd=0).encode(
        x=alt.X("from:Q", title=None, axis=alt.Axis(format=".0%", grid=True, tickCount=5)),
        x2="to:Q",
        y=side,
        color=alt.Color("kind:N", scale=scale, legend=None),
        tooltip=[
            alt.Tooltip("name:N", title="step"),
            alt.Tooltip("move:Q", format="+.1%", title="adds"),
            alt.Tooltip("to:Q", format=".1%", title="reaches"),
        ],
    )
    text = chart.mark_text(align="left", dx=5).encode(x="right:Q", y=side, text="label:N")
    return (bars + text).properties(
        height=26 * len(frame),
        title=base.title(
            _driver_finding(risk),
            "Points of the risk budget: what the engines that lean justify × the unit of risk that volatility allows",
        ),
    )


def _kind(name: str, move: float) -> str:
    return "start" if name == "start" else "supportive" if move >= 0 else "adverse"


def _driver_finding(risk: TargetExposureReading) -> str:
    drivers = risk.drivers
    if not drivers:
        return "No engine that leans is known: half of what volatility allows is wanted"
    parts = []
    for verb, sign in (("adds", 1), ("takes", -1)):
        first = next((each for each in drivers if sign * each.contribution > 0), None)
        if first is not None:
            size = f"{100 * abs(first.contribution):.0f} points before the unit of risk"
            parts.append(f"{ENGINE_NAMES[first.engine].lower()} {verb} most ({size})")
    return first_capital(", ".join(parts))


def target_exposure_history(week: Week, weeks: int = base.LONG) -> Picture:
    """Exposure as steps under the index, five years of weeks, beside that of a volatility target."""
    on = base.dates(week, weeks)
    rules = week.past.params.walk_forward
    frame = base.table(
        exposure=week.readings.target_exposure.exposure.reindex(on).round(3),
        benchmark=volatility_target(week.past.closes.dropna(), on, rules).round(3),
        index=base.index_level(week, on),
    )
    chart = alt.Chart(frame)
    steps = chart.mark_area(interpolate="step-after", line={"strokeWidth": 1.2}).encode(
        x=base.time_axis(),
        y=alt.Y(
            "exposure:Q",
            title="share of the risk budget",
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format=".0%", tickCount=3),
        ),
        tooltip=[
            base.when(),
            alt.Tooltip("exposure:Q", format=".0%"),
            alt.Tooltip("benchmark:Q", title="volatility target", format=".0%"),
        ],
    )
    rival = chart.mark_line(interpolate="step-after", strokeWidth=1.2, color=base.INK).encode(
        x="date:T", y="benchmark:Q"
    )
    parts: list[Picture] = [alt.layer(steps, rival).properties(height=110)]
    if frame["index"].notna().any():
        parts.insert(0, base.index_line(week, frame, 120))
    past = frame["exposure"].dropna()
    mean = float(past.mean()) if len(past) else float("nan")
    if not len(past):
        return base.no_call(week, "Target exposure over the years")
    if week.target_exposure is None:
        finding = (
            f"{week.call_name} this week; the exposure ends on {frame.loc[past.index[-1], 'date']:%-d %b %Y}"
        )
    else:
        now = week.target_exposure.value
        place = "above" if now > mean + 0.02 else "below" if now < mean - 0.02 else "at"
        finding = f"Exposure of {percent(now)} is {place} its mean of {percent(mean)} over {base.span(on)}"
    return base.stacked(
        parts,
        base.title(
            finding,
            "S&P 500, and the share of the risk budget in use (filled); line: equity share of a "
            f"{rules.target_volatility:.0f} % volatility target",
        ),
    )
