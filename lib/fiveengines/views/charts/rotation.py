"""Beta, rotation and dispersion in pictures: the rotation map beside implied volatility, heat map, cone, cases, equity.

Shows an answer of the rotation companion; computes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import altair as alt
import pandas as pd

from fiveengines.base.formats import counted, dollars, first_capital, joined, number, ordinal, percent
from fiveengines.companions.rotation import Result
from fiveengines.companions.rotation.result import CasesRecord, ImpliedRealizedRecord, SectorRecord
from fiveengines.views import theme
from fiveengines.views.charts import base
from fiveengines.views.charts.base import Picture

_SIDE_BY_SIDE = 310
_QUADRANTS = {"leading": "supportive", "weakening": "regime4", "lagging": "adverse", "improving": "regime2"}


def opening(result: Result) -> Picture:
    """Rotation map beside implied against realised volatility: the page's one picture."""
    return alt.hconcat(rotation_map(result), implied_against_realized(result), spacing=40).resolve_scale(
        color="independent"
    )


def rotation_map(result: Result) -> Picture:
    """Each sector's relative strength and its momentum, with a tail of four weeks; a sentence without sectors."""
    shown = [each for each in result.sectors if each.quadrant is not None]
    if not shown:
        return base.no_data("Rotation map", "no sector funds with their benchmark.")
    tails = pd.DataFrame(
        {"ticker": each.ticker, "strength": x, "momentum": y, "at": at, "quadrant": each.quadrant}
        for each in shown
        for at, (x, y) in enumerate(each.tail)
    )
    now = base.rows(shown, "ticker", "name", "strength", "momentum", "quadrant")
    x = alt.X("strength:Q", title="relative strength against its own quarter, %", axis=alt.Axis(grid=False))
    y = alt.Y("momentum:Q", title="its change in two weeks, %", axis=alt.Axis(grid=False))
    colour = alt.Color("quadrant:N", scale=base.colours(_QUADRANTS), legend=None)
    hover = [
        alt.Tooltip("name:N", title="sector"),
        alt.Tooltip("quadrant:N"),
        alt.Tooltip("strength:Q", format="+.1f", title="strength, %"),
        alt.Tooltip("momentum:Q", format="+.1f", title="momentum, %"),
    ]
    lines = (
        alt.Chart(tails)
        .mark_line(strokeWidth=1.3, opacity=0.55)
        .encode(x=x, y=y, order="at:Q", detail="ticker:N", color=colour)
    )
    dots = (
        alt.Chart(now)
        .mark_point(filled=True, size=70, opacity=1)
        .encode(x=x, y=y, color=colour, tooltip=hover)
    )
    labels = (
        alt.Chart(now).mark_text(align="left", dx=6, dy=-4, fontSize=10).encode(x=x, y=y, text="ticker:N")
    )
    zero = pd.DataFrame({"zero": [0.0]})
    across = alt.Chart(zero).mark_rule(color=theme.LIGHT["line"]).encode(y="zero:Q")
    down = alt.Chart(zero).mark_rule(color=theme.LIGHT["line"]).encode(x="zero:Q")
    return (across + down + lines + dots + labels + _corners()).properties(
        width=_SIDE_BY_SIDE,
        height=300,
        title=base.title(
            _map_finding(shown), "Sectors against the index; tails: a point a week over four weeks"
        ),
    )


def _corners() -> Picture:
    """The quadrants' names in their corners."""
    places: dict[str, tuple[str | int, str | int, Literal["left", "right"], int]] = {
        "leading": ("width", 0, "right", 10),
        "weakening": ("width", "height", "right", -6),
        "lagging": (0, "height", "left", -6),
        "improving": (0, 0, "left", 10),
    }
    marks = [
        alt.Chart(pd.DataFrame({"text": [name]}))
        .mark_text(align=align, dy=dy, color=theme.LIGHT[_QUADRANTS[name]], fontSize=10, fontStyle="italic")
        .encode(x=alt.value(x), y=alt.value(y), text="text:N")
        for name, (x, y, align, dy) in places.items()
    ]
    return alt.layer(*marks)


def _map_finding(sectors: Iterable[SectorRecord]) -> str:
    groups = {name: [each.ticker for each in sectors if each.quadrant == name] for name in _QUADRANTS}
    best = groups["leading"] or groups["improving"]
    word = "leading" if groups["leading"] else "improving"
    return f"{joined(best[:4])} {word}" if best else "No sector leads or improves"


def implied_against_realized(result: Result) -> Picture:
    """Implied volatility of each market as a rule over its realised one by window; a sentence without any."""
    if not result.implied_realized:
        return base.no_data("Implied against realised", "no implied volatility with its index.")
    rows = pd.DataFrame(
        {
            "market": each.market,
            "window": str(window),
            "realised": value,
            "implied": each.implied,
            "gap": each.difference[window],
            "side": "implied below" if each.discount[window] else "implied above",
        }
        for each in result.implied_realized
        for window, value in each.realized.items()
    )
    windows = list(dict.fromkeys(rows["window"]))
    x = alt.X("market:N", title=None, sort=None, axis=alt.Axis(labelAngle=0))
    shift = alt.XOffset("window:N", sort=windows)
    hover = [
        alt.Tooltip("market:N"),
        alt.Tooltip("window:N", title="sessions"),
        alt.Tooltip("realised:Q", format=".1f", title="realised, %"),
        alt.Tooltip("implied:Q", format=".1f", title="implied, %"),
        alt.Tooltip("gap:Q", format="+.1f", title="implied − realised"),
    ]
    sides = base.colours({"implied above": "accent", "implied below": "adverse"})
    bars = (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            x=x,
            xOffset=shift,
            y=alt.Y("realised:Q", title="volatility, % a year"),
            color=alt.Color("side:N", scale=sides, legend=None),
            tooltip=hover,
        )
    )
    names = (
        alt.Chart(rows)
        .mark_text(dy=9, fontSize=9, color=theme.LIGHT["panel"])
        .encode(x=x, xOffset=shift, y="realised:Q", text="window:N")
    )
    marks = (
        alt.Chart(rows.drop_duplicates("market"))
        .mark_tick(thickness=2.5, color=base.INK, bandSize=90)
        .encode(x=x, y="implied:Q", tooltip=[alt.Tooltip("market:N"), alt.Tooltip("implied:Q", format=".1f")])
    )
    return (bars + names + marks).properties(
        width=_SIDE_BY_SIDE,
        height=300,
        title=base.title(
            _volatility_finding(result.implied_realized),
            "Bars: realised by sessions, blue where implied (the line) is above",
        ),
    )


def _volatility_finding(markets: Iterable[ImpliedRealizedRecord]) -> str:
    words = {True: "cheap", False: "dear"}
    stable = [f"{e.market} {words[next(iter(e.discount.values()))]}" for e in markets if e.window_stable]
    split = [each.market for each in markets if not each.window_stable]
    parts = [f"{joined(stable)} in every window"] if stable else []
    parts += [f"{joined(split)} by window"] if split else []
    return f"Options: {'; '.join(parts)}"


def heat_map(result: Result) -> Picture:
    """Returns of sectors by window as a heat map, the best over the ranking window on top."""
    rows = pd.DataFrame(
        {
            "sector": f"{each.name} ({each.ticker})",
            "window": f"{window} sessions",
            "value": value,
            "text": number(value, 1, sign=True),
            "rank": each.ranks.get(window),
        }
        for each in result.sectors
        for window in (5, 21, 30, 63)
        if (value := getattr(each, f"return_{window}")) is not None
    )
    if rows.empty:
        return base.no_data("Sectors", "no sector fund has a current close.")
    x = alt.X("window:N", sort=None, title=None, axis=alt.Axis(orient="top", labelAngle=0, domain=False))
    y = alt.Y("sector:N", sort=None, title=None, axis=alt.Axis(labelLimit=220))
    low, high = float(rows["value"].min()), float(rows["value"].max())
    size = max(abs(low), abs(high), 1.0)
    side = alt.condition(
        "datum.value < 0", alt.value(theme.LIGHT["adverse"]), alt.value(theme.LIGHT["supportive"])
    )
    # More or less of two colours: a colour between two has no partner on a dark screen.
    shades = alt.Opacity("size:Q", scale=alt.Scale(domain=[0, size], range=[0.05, 1]), legend=None)
    hover = [
        alt.Tooltip("sector:N"),
        alt.Tooltip("window:N"),
        alt.Tooltip("value:Q", format="+.1f", title="%"),
        alt.Tooltip("rank:Q"),
    ]
    cells = (
        alt.Chart(rows)
        .transform_calculate(size="abs(datum.value)")
        .mark_rect(cornerRadius=2)
        .encode(x=x, y=y, color=side, opacity=shades, tooltip=hover)
    )
    # dark cells need light words
    ink = alt.condition(
        f"abs(datum.value) > {0.6 * size}", alt.value(theme.LIGHT["panel"]), alt.value(base.INK)
    )
    texts = alt.Chart(rows).mark_text(fontSize=11).encode(x=x, y=y, text="text:N", color=ink)
    finding, _, further = (result.leadership.rstrip(".") or "No sector leads").partition("; ")
    under = ". ".join(filter(None, (first_capital(further), "Return in per cent, best at the top")))
    return (cells + texts).properties(height=24 * rows["sector"].nunique(), title=base.title(finding, under))


def cone(result: Result) -> Picture:
    """The volatility cone of each market: percentiles of realised volatility by window, now, and implied."""
    charts = [_cone(each) for each in result.implied_realized if each.cone]
    if not charts:
        return base.no_data("Volatility cone", "no realised volatility.")
    title = base.title(
        "Where realised volatility stands in its own history",
        "Lines: percentiles of realised volatility by window; dots: now; dashed: implied; % a year",
    )
    return alt.hconcat(*charts, title=title, spacing=30)


def _cone(each: ImpliedRealizedRecord) -> Picture:
    rows = pd.DataFrame(
        {"window": window, "percentile": ordinal(int(float(place))), "value": value}
        for window, levels in each.cone.items()
        for place, value in levels.items()
    )
    now = pd.DataFrame({"window": list(each.realized), "value": list(each.realized.values())})
    x = alt.X("window:Q", title="sessions", axis=alt.Axis(values=list(each.realized), format="d"))
    y = alt.Y("value:Q", title=f"{each.market}, %")
    lines = (
        alt.Chart(rows)
        .mark_line(color=base.SOFT, strokeWidth=1.1)
        .encode(
            x=x, y=y, detail="percentile:N", tooltip=["percentile:N", alt.Tooltip("value:Q", format=".1f")]
        )
    )
    ends = rows[rows["window"] == rows["window"].max()]
    names = (
        alt.Chart(ends)
        .mark_text(align="left", dx=4, fontSize=9, color=base.SOFT)
        .encode(x=x, y=y, text="percentile:N")
    )
    dots = (
        alt.Chart(now)
        .mark_point(filled=True, size=80, color=base.ACCENT, opacity=1)
        .encode(x=x, y=y, tooltip=["window:Q", alt.Tooltip("value:Q", format=".1f")])
    )
    implied = (
        alt.Chart(pd.DataFrame({"value": [each.implied]}))
        .mark_rule(strokeDash=[5, 3], color=base.INK)
        .encode(y=y)
    )
    return (lines + names + implied + dots).properties(width=190, height=190)


def dispersion_history(result: Result) -> Picture:
    """How much of the variance one component has carried, month by month; a sentence without it."""
    found = result.dispersion
    if found is None or not found.history:
        return base.no_data("Dispersion", "neither members nor sectors have enough closes.")
    rows = pd.DataFrame(
        {"date": pd.Timestamp(each.date), "share": each.market_share, "correlation": each.correlation}
        for each in found.history
    )
    y = alt.Y("share:Q", title="share of variance", axis=alt.Axis(format="%"))
    hover = [
        base.when(name="month to"),
        alt.Tooltip("share:Q", format=".0%", title="first component"),
        alt.Tooltip("correlation:Q", format=".2f", title="mean correlation"),
    ]
    line = alt.Chart(rows).mark_line(color=base.ACCENT).encode(x=base.time_axis(), y=y, tooltip=hover)
    end = base.end_label(rows, "share", percent(found.market_share), base.ACCENT)
    place = (
        "" if found.percentile is None else f", {ordinal(round(found.percentile))} percentile of its history"
    )
    finding = f"One component carries {percent(found.market_share)} of {found.of}' variance{place}"
    subtitle = f"First component of the correlation matrix of {found.members} {found.of}, 63 sessions, month by month"
    return (line + end).properties(height=190, title=base.title(finding, subtitle))


def ratio_after(result: Result) -> Picture:
    """What RTY/ES did after such curve moves, alone and with surprises, by horizon, beside all sessions."""
    ratio = result.ratio
    if ratio is None or not ratio.by_curve:
        return base.no_data("Small against large", "the ratio or the curve's move is missing.")
    sets = {f"after a {ratio.curve_move}": ratio.by_curve}
    if ratio.conditional_on == "curve move × surprises":
        sets[f"and growth data {result.surprise_index.state} forecast"] = ratio.by_horizon
    rows = [row for name, cases in sets.items() for row in _case_rows(name, cases)]
    rows += [
        {
            "what": "all sessions",
            "horizon": _horizon(each),
            "mean": each.usual,
            "low": None,
            "high": None,
            "n": None,
        }
        for each in ratio.by_curve
        if each.usual is not None
    ]
    if not rows:
        return base.no_data("Small against large", "no such move has come before.")
    return _intervals(
        pd.DataFrame(rows),
        "change of RTY/ES, %",
        base.title(
            f"RTY/ES after a {ratio.curve_move}",
            "Mean and its 90 % interval by sessions ahead; n counts sessions, of which fewer are apart",
        ),
    )


def _case_rows(name: str, cases: Iterable[CasesRecord]) -> list[dict[str, object]]:
    return [
        {
            "what": name,
            "horizon": _horizon(each),
            "mean": each.mean,
            "low": each.low,
            "high": each.high,
            "n": f"n = {each.n:,}, {each.separate} apart",
        }
        for each in cases
        if each.mean is not None
    ]


def _horizon(each: CasesRecord) -> str:
    return counted(each.horizon, "session")


def _intervals(rows: pd.DataFrame, unit: str, title: alt.Title) -> Picture:
    order = list(dict.fromkeys(rows["what"]))
    y = alt.Y("what:N", sort=order, title=None, axis=alt.Axis(labelLimit=230))
    x = alt.X("mean:Q", title=unit)
    hover = [alt.Tooltip("what:N", title="when"), alt.Tooltip("mean:Q", format="+.2f"), alt.Tooltip("n:N")]
    chart = alt.Chart()
    bars = chart.mark_rule(strokeWidth=5, opacity=0.4, color=base.ACCENT).encode(x="low:Q", x2="high:Q", y=y)
    dots = chart.mark_point(filled=True, size=90, opacity=1, color=base.ACCENT).encode(
        x=x, y=y, tooltip=hover
    )
    zero = chart.mark_rule(color=base.SOFT, strokeDash=[2, 2]).encode(x=alt.datum(0))
    parts = (zero + bars + dots).properties(height=22 * len(order) + 10)
    row = alt.Row(
        "horizon:N",
        sort=list(dict.fromkeys(rows["horizon"])),
        title=None,
        header=alt.Header(labelAngle=0, labelAlign="left"),
    )
    return parts.facet(row=row, data=rows, title=title, spacing=10)


def ledger_equity(result: Result) -> Picture:
    """The ledger's equity in dollars since its first trade; a sentence without one."""
    ledger = result.ledger
    if ledger is None or len(ledger.equity) < 2:
        return base.no_data("Ledger", "no trade has been on for a week yet.")
    rows = pd.DataFrame({"date": pd.Timestamp(each.date), "dollars": each.dollars} for each in ledger.equity)
    y = alt.Y("dollars:Q", title="dollars", axis=alt.Axis(format="~s"))
    hover = [base.when(name="session"), alt.Tooltip("dollars:Q", format="$,.0f")]
    line = alt.Chart(rows).mark_line(color=base.ACCENT).encode(x=base.time_axis(), y=y, tooltip=hover)
    zero = alt.Chart(pd.DataFrame({"dollars": [0.0]})).mark_rule(color=theme.LIGHT["line"]).encode(y=y)
    totals = ledger.totals
    finding = f"{dollars(totals.equity)} since the first trade, deepest fall {dollars(totals.max_drawdown)}"
    return (zero + line).properties(
        height=170,
        title=base.title(
            ("Simulated ledger: " if ledger.simulated else "") + finding, "Open and closed results together"
        ),
    )
