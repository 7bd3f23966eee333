"""The sell-off companion in pictures: the fall by shock beside the drivers, its path, other assets, dealer gamma.

Shows what the companion found; computes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import altair as alt
import pandas as pd

from fiveengines.base.formats import date, number
from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture

if TYPE_CHECKING:
    from fiveengines.companions.selloff import Result

_HALF = 235
_SHOCKS = {
    "growth": "growth",
    "monetary": "monetary",
    "hedging_premium": "hedging prem.",
    "common_premium": "common prem.",
    "residual": "residual",
}
_ROLE_COLOURS = {"cause": "adverse", "amplifier": "regime4", "permissive": "neutral", "absent": "unknown"}


def opening(result: Result) -> Picture:
    """The fall split by shock, with what four in five rotations say, beside the drivers by their score and role."""
    parts = [each for each in (_split(result), _drivers(result)) if each is not None]
    return alt.hconcat(
        *parts, title=base.title("The fall by shock, and what drives it", _subtitle(result)), spacing=26
    )


def _subtitle(result: Result) -> str:
    window = result.window
    if window is None:
        return "no window"
    return f"From the high of {date(window.peak)} to {date(result.as_of)}, {window.sessions} sessions"


def _split(result: Result) -> Picture | None:
    if result.shares is None or result.shock_detail is None:
        return None
    points = result.shares.model_dump()
    low, high = result.shock_detail.low, result.shock_detail.high
    frame = pd.DataFrame(
        {
            "shock": [f"{_SHOCKS[name]}  {number(each, 1, sign=True)}" for name, each in points.items()],
            "points": list(points.values()),
            "low": [low.get(name) for name in points],
            "high": [high.get(name) for name in points],
            "colour": [theme.LIGHT["adverse" if each < 0 else "supportive"] for each in points.values()],
        }
    )
    y = alt.Y("shock:N", sort=None, title=None, axis=alt.Axis(labelLimit=140))
    x = alt.X("points:Q", title=None, axis=alt.Axis(tickCount=4))
    hover = [
        alt.Tooltip("shock:N"),
        alt.Tooltip("points:Q", title="points of the fall", format="+.1f"),
        alt.Tooltip("low:Q", title="four in five rotations: from", format="+.1f"),
        alt.Tooltip("high:Q", title="to", format="+.1f"),
    ]
    chart = alt.Chart(frame, height=150, width=_HALF)
    bars = chart.mark_bar(height=14).encode(x=x, y=y, color=alt.Color("colour:N", scale=None), tooltip=hover)
    spread = chart.mark_rule(color=base.SOFT).encode(x="low:Q", x2="high:Q", y=y)
    text = "Points of the fall by shock"
    return (bars + spread).properties(title=alt.Title(text, fontSize=12, offset=6))


def _drivers(result: Result) -> Picture:
    frame = base.rows(result.drivers, "driver", "score", "role")
    frame["colour"] = [theme.LIGHT[_ROLE_COLOURS[each.role]] for each in result.drivers]
    y = alt.Y("driver:N", sort=None, title=None)
    x = alt.X("score:Q", title=None, scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(tickCount=3, format=".1f"))
    hover = ["driver:N", "role:N", alt.Tooltip("score:Q", format=".2f")]
    chart = alt.Chart(frame, height=150, width=_HALF)
    bars = chart.mark_bar(height=14).encode(x=x, y=y, color=alt.Color("colour:N", scale=None), tooltip=hover)
    words = chart.mark_text(align="left", dx=5, color=base.INK).encode(x="score:Q", y=y, text="role:N")
    text = "Drivers by score and role"
    if result.cannot_tell:
        text += ": cannot tell"
    return (bars + words).properties(title=alt.Title(text, fontSize=12, offset=6))


def path(result: Result) -> Picture:
    """The index since its high, with the momentum factor and the average stock where there are any."""
    rows = pd.DataFrame([each.model_dump() for each in result.path])
    if len(rows) < 2 or result.window is None:
        return base.no_data("The fall day by day", "fewer than two sessions.")
    names = {"index": ("S&P 500", "ink"), "momentum": ("winners − losers", "adverse"),
             "equal_weight": ("average stock − index", "accent")}  # fmt: skip
    frame = rows.assign(date=pd.to_datetime(rows["date"]))
    present = {name: look for name, look in names.items() if frame[name].notna().any()}
    frame[list(present)] = frame[list(present)].astype("float64")
    moves = base.label_moves(frame, list(present), 220)
    layers: list[Picture] = []
    for name, (words, colour) in present.items():
        hover = [base.when(name="session"), alt.Tooltip(f"{name}:Q", title=f"{words}, %", format="+.1f")]
        line = alt.Chart(frame, height=220).mark_line(color=theme.LIGHT[colour]).encode(
            x=base.time_axis(), y=alt.Y(f"{name}:Q", title="% since the high"), tooltip=hover
        )  # fmt: skip
        layers += [line, base.end_label(frame, name, words, theme.LIGHT[colour], dy=moves[name])]
    fall = number(result.window.fall_pct, 1, " %")
    return alt.layer(*layers).properties(
        title=base.title(
            f"The index is {fall} from its high",
            "In per cent since the high; the other two against each other",
        )
    )


def assets(result: Result) -> Picture:
    """Every asset's move over the window in standard deviations of its own, with the move itself beside it."""
    known = [each for each in result.cross_asset if each.z is not None]
    if not known:
        return base.no_data("Across assets", "no prices with enough history.")
    frame = pd.DataFrame(
        {
            "asset": [each.title for each in known],
            "z": [each.z for each in known],
            "label": [number(each.change, 1 if each.unit == "%" else 0, f" {each.unit}", sign=True) for each in known],
            "colour": [theme.LIGHT["adverse" if (each.z or 0.0) < 0 else "supportive"] for each in known],
        }
    )  # fmt: skip
    y = alt.Y("asset:N", sort=None, title=None)
    chart = alt.Chart(frame, height=22 * len(frame))
    hover = [
        "asset:N",
        alt.Tooltip("label:N", title="move"),
        alt.Tooltip("z:Q", title="deviations", format="+.1f"),
    ]
    bars = chart.mark_bar(height=13).encode(
        x=alt.X(
            "z:Q", title="standard deviations of its own windows of that length", axis=alt.Axis(tickCount=6)
        ),
        y=y,
        color=alt.Color("colour:N", scale=None),
        tooltip=hover,
    )
    words = chart.mark_text(align="left", dx=5, color=base.INK).encode(
        x=alt.value("width"), y=y, text="label:N"
    )
    found = result.pattern or "Other assets over the same sessions"
    return (bars + words).properties(title=base.title(found[:1].upper() + found[1:], _subtitle(result)))


def gamma(result: Result) -> Picture | None:
    """Dealer gamma by index level from an option chain, with the last level and where it flips."""
    found = result.gamma
    if found is None or not found.profile or result.window is None:
        return None
    frame = pd.DataFrame(found.profile, columns=["level", "gamma"])
    line = alt.Chart(frame, height=200).mark_line().encode(
        x=alt.X("level:Q", title="S&P 500", scale=alt.Scale(zero=False, nice=False)),
        y=alt.Y("gamma:Q", title="$bn per 1 % move"),
        tooltip=[alt.Tooltip("level:Q", format=",.0f"), alt.Tooltip("gamma:Q", format="+.1f")],
    )  # fmt: skip
    marked = {"last close": result.window.close, "sign changes": found.flip}
    known = [
        {"level": level, "text": f"{name}: {number(level)}"}
        for name, level in marked.items()
        if level is not None
    ]
    marks = pd.DataFrame(known)
    rules = alt.Chart(marks).mark_rule(strokeDash=[4, 3], color=base.SOFT).encode(x="level:Q")
    # one to the left of its line and one to the right: the two levels are often near each other
    lowest = marks["level"] == marks["level"].min()
    before = alt.Chart(marks[lowest]).mark_text(align="right", dx=-4, color=base.SOFT)
    after = alt.Chart(marks[~lowest]).mark_text(align="left", dx=4, color=base.SOFT)
    words = [each.encode(x="level:Q", y=alt.value(8), text="text:N") for each in (before, after)]
    zero = alt.Chart(pd.DataFrame({"y": [0.0]})).mark_rule(color=base.LINE).encode(y="y:Q")
    text = f"Dealer gamma is {number(found.value, 1, ' $bn per 1 % move', sign=True)}"
    return alt.layer(zero, line, rules, *words).properties(title=base.title(text, f"From the {found.source}"))
