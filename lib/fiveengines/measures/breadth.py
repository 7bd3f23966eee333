"""Breadth: from members' prices, from ready series, or from sectors, in that order; `basis` says which.

Formulas stand in `indicators`, judgement in params/.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base import cache
from fiveengines.data.dataset import MEMBERS
from fiveengines.data.panel import Panel
from fiveengines.indicators import breadth as formulas
from fiveengines.indicators.transforms import change, distance_from_high, log_change
from fiveengines.measures.measure import SECTORS, Measure, on_value

QUARTER = 63
MONTH = 20
# Fewer members than this do not speak for an index.
ENOUGH_MEMBERS = 100
NEAR_HIGH = 2.0
BROAD = 60.0
SECTOR_FUNDS = ("XLB", "XLC", "XLE", "XLF", "XLI", "XLK", "XLP", "XLRE", "XLU", "XLV", "XLY")
FEWEST_SECTORS = 8
WINDOWS = (20, 50, 200)
# Where advances and declines are not published, new highs and lows are taken as a share of this many issues.
_ISSUES = 500.0
_KEPT = (*(f"above_{window}" for window in WINDOWS), "advances", "declines", "net_new_highs", "concentration")


@dataclass(frozen=True)
class Internals:
    """Breadth of one panel, each on its sessions, and where each session's figures came from."""

    above: dict[int, pd.Series]
    advances: pd.Series
    declines: pd.Series
    net_new_highs: pd.Series
    concentration: pd.Series
    basis: pd.Series


def internals(panel: Panel) -> Internals:
    """Breadth from the best basis each session has; computed once for a panel."""
    found = panel.memory.get("internals")
    if not isinstance(found, Internals):
        found = _internals(panel)
        panel.memory["internals"] = found
    return found


def _internals(panel: Panel) -> Internals:
    found = _from_members(panel)
    above = {window: found[f"above_{window}"] for window in WINDOWS}
    from_members = above[200].notna()
    for window in WINDOWS:
        above[window] = above[window].fillna(panel.daily(f"PCT_ABOVE_{window}DMA_SP500"))
    from_series = above[200].notna() & ~from_members
    issues = (panel.daily("NYSE_ADVANCING") + panel.daily("NYSE_DECLINING")).fillna(_ISSUES)
    published = (panel.daily("NEW_HIGHS_52W") - panel.daily("NEW_LOWS_52W")) / issues * 100
    sectors = pd.DataFrame({each: panel.daily(each) for each in SECTOR_FUNDS})
    sectors = sectors.where(sectors.notna().sum(axis=1) >= FEWEST_SECTORS)
    for window in WINDOWS:
        above[window] = above[window].fillna(formulas.pct_above_sma(sectors, window))
    from_sectors = above[200].notna() & ~from_members & ~from_series
    basis = pd.Series("", index=panel.sessions)
    for name, where in (("members", from_members), ("published", from_series), ("sectors", from_sectors)):
        basis = basis.mask(where, name)
    return Internals(
        above=above,
        advances=found["advances"].fillna(panel.daily("NYSE_ADVANCING")),
        declines=found["declines"].fillna(panel.daily("NYSE_DECLINING")),
        net_new_highs=found["net_new_highs"].fillna(published),
        concentration=found["concentration"],
        basis=basis,
    )


def _from_members(panel: Panel) -> pd.DataFrame:
    """Breadth from members' closes on the panel's sessions; all NaN without members, or with too few of them.

    Half a second for 500 members, so it is kept: the same closes and code always give the same figures.
    """
    closes = panel.members
    if closes is None or panel.dataset.members is None:
        return pd.DataFrame(np.nan, index=panel.sessions, columns=list(_KEPT))
    code = cache.code_key("indicators", "measures/breadth.py")
    key = cache.key_of((panel.dataset.fingerprints()[MEMBERS], panel.sessions[0], panel.sessions[-1], code))
    arrays = cache.arrays("breadth", key, lambda: _measured(closes))
    return pd.DataFrame(arrays, index=panel.sessions)[list(_KEPT)]


def _measured(closes: pd.DataFrame) -> dict[str, np.ndarray]:
    enough = closes.notna().sum(axis=1).to_numpy() >= ENOUGH_MEMBERS
    counts, extremes = formulas.advances_declines(closes), formulas.new_highs_lows(closes)
    found = {f"above_{window}": formulas.pct_above_sma(closes, window) for window in WINDOWS}
    found |= {"advances": counts["advances"], "declines": counts["declines"]}
    found["net_new_highs"] = extremes["pct_highs"] - extremes["pct_lows"]
    found["concentration"] = formulas.concentration_of_returns(closes, QUARTER, 0.1)
    return {name: np.where(enough, each.to_numpy(dtype="float64"), np.nan) for name, each in found.items()}


def _divergence(panel: Panel) -> pd.Series:
    return formulas.index_breadth_divergence(
        panel.daily("SPX"), internals(panel).above[200], NEAR_HIGH, BROAD
    )


def _equal_vs_cap(panel: Panel) -> pd.Series:
    return on_value(panel.daily("RSP") / panel.daily("SPY"), lambda ratio: log_change(ratio, QUARTER))


def _mcclellan(panel: Panel) -> pd.Series:
    found = internals(panel)
    return formulas.mcclellan_oscillator(found.advances, found.declines)


def _summation(panel: Panel) -> pd.Series:
    found = internals(panel)
    return formulas.mcclellan_summation(found.advances, found.declines)


def _line(panel: Panel) -> pd.Series:
    found = internals(panel)
    return change(formulas.advance_decline_line(found.advances, found.declines), QUARTER)


def _thrust(panel: Panel, formula: Callable[[pd.Series, pd.Series], pd.Series]) -> pd.Series:
    found = internals(panel)
    fired = formula(found.advances, found.declines)
    # A thrust is one day's event; a weekly reader wants to know whether there was one this week.
    return fired.astype("float64").rolling(5, min_periods=1).max()


_AD = ((MEMBERS,), ("NYSE_ADVANCING", "NYSE_DECLINING"))
_ABOVE_200D = ((MEMBERS,), ("PCT_ABOVE_200DMA_SP500",), (SECTORS,))


def _above(window: int, shift: int = 0) -> Measure:
    name = f"pct_above_{window}d"
    routes = ((MEMBERS,), (f"PCT_ABOVE_{window}DMA_SP500",), (SECTORS,))
    if shift:
        title = f"Members above their {window}-day average, 4-week change"
        return Measure(
            f"{name}_change_4w",
            title,
            "points",
            routes,
            lambda p: change(internals(p).above[window], shift),
        )
    return Measure(
        name,
        f"Members above their {window}-day average",
        "%",
        routes,
        lambda p: internals(p).above[window],
    )


MEASURES = (
    _above(200),
    _above(50),
    _above(20),
    _above(200, MONTH),
    _above(50, MONTH),
    Measure(
        "net_new_highs",
        "52-week highs minus lows, 5-day mean",
        "% of members",
        ((MEMBERS,), ("NEW_HIGHS_52W", "NEW_LOWS_52W")),
        lambda p: internals(p).net_new_highs.rolling(5, min_periods=3).mean(),
    ),
    Measure("advance_decline_line_13w", "Advance-decline line, 13-week change", "issues", _AD, _line),
    Measure("mcclellan_oscillator", "McClellan oscillator", "ratio-adjusted", _AD, _mcclellan),
    Measure("mcclellan_summation", "McClellan summation", "ratio-adjusted", _AD, _summation),
    Measure(
        "zweig_thrust",
        "Zweig breadth thrust this week",
        "flag",
        _AD,
        lambda p: _thrust(p, formulas.zweig_thrust),
    ),
    Measure(
        "whaley_thrust",
        "Whaley breadth thrust this week",
        "flag",
        _AD,
        lambda p: _thrust(p, formulas.whaley_thrust),
    ),
    Measure(
        "equal_vs_cap_13w", "Equal weight against cap weight, 13 weeks", "%", (("RSP", "SPY"),), _equal_vs_cap
    ),
    Measure(
        "concentration",
        "Share of gains from the top tenth, 13 weeks",
        "%",
        ((MEMBERS,),),
        lambda p: internals(p).concentration,
    ),
    Measure(
        "index_breadth_divergence",
        "Index near its high without its members",
        "flag",
        tuple(("SPX", *route) for route in _ABOVE_200D),
        _divergence,
    ),
    Measure(
        "index_from_high",
        "Index below its 52-week high",
        "%",
        (("SPX",),),
        lambda p: on_value(p.daily("SPX"), lambda s: distance_from_high(s, 252)),
    ),
)
