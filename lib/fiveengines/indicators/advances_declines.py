"""Breadth from counts of advancing and declining issues: the line, McClellan's means, and thrusts.

Pure and causal formulas, then the indicators made from them; judgement comes from params/.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from fiveengines.data.dataset import MEMBERS
from fiveengines.data.panel import Panel
from fiveengines.indicators.indicator import Compute, ComputeBySet, Indicator, Inputs, Lookup
from fiveengines.indicators.transforms import as_flag, change


def advance_ratio(advances: pd.Series, declines: pd.Series) -> pd.Series:
    """Share of the moving issues that advanced, 0 to 1: A / (A + D).

    advances, declines: (n,) counts. Returns (n,), NaN where either is NaN or nothing moved.
    """
    moved = advances + declines
    return advances / moved.where(moved > 0)


def advance_decline_line(advances: pd.Series, declines: pd.Series) -> pd.Series:
    """Running total of advances minus declines, issues; only its changes mean something.

    advances, declines: (n,) counts. Returns (n,), NaN where either is NaN; such a day adds nothing to the
    total.
    """
    return (advances - declines).cumsum()


def mcclellan_oscillator(
    advances: pd.Series, declines: pd.Series, fast: int = 19, slow: int = 39
) -> pd.Series:
    """Ratio-adjusted McClellan oscillator: 19-day minus 39-day exponential mean of 1000 · (A − D) / (A + D).

    The means use smoothing constants 2 / (days + 1), that is 0.10 and 0.05, and start at the first value.
    advances, declines: (n,) counts. Returns (n,) in thousandths of the moving issues, NaN for the first
    `slow` − 1 days with counts and on days without. Source: S. and M. McClellan, Patterns for Profit (1970);
    ratio adjustment by T. McClellan.
    """
    quick, steady = _mcclellan_means(advances, declines, fast, slow)
    return quick - steady


def mcclellan_summation(
    advances: pd.Series, declines: pd.Series, fast: int = 19, slow: int = 39
) -> pd.Series:
    """McClellan summation index, neutral at 0: the oscillator's running total, whatever day the data begin.

    Adding up the oscillator equals, but for a constant, (1/b − 1) · slow mean − (1/a − 1) · fast mean with
    smoothing constants a and b: 19 · slow − 9 · fast. So its daily change is the oscillator, and its level
    does not depend on where the data begin. (Miekka's form adds 1000; neutral here is 0.)
    advances, declines: (n,) counts. Returns (n,), NaN for the first `slow` − 1 days with counts and on days
    without. Source: J. Miekka's formula, as given by McClellan Financial Publications.
    """
    quick, steady = _mcclellan_means(advances, declines, fast, slow)
    return (slow - 1) / 2.0 * steady - (fast - 1) / 2.0 * quick


def zweig_thrust(
    advances: pd.Series, declines: pd.Series, low: float = 0.40, high: float = 0.615, within: int = 10
) -> pd.Series:
    """Flag of Zweig's thrust: the 10-day mean of A / (A + D) goes from below 0.40 to above 0.615 in ten days.

    The mean is exponential (constant 2 / 11). The flag is 1 on the session that crosses `high` when the mean
    was below `low` at most `within` sessions before, else 0; crossing again within as many is no second one.
    advances, declines: (n,) counts. Returns (n,) float64, NaN until `within` days have counts and on days
    without. Source: M. Zweig, Winning on Wall Street (1986).
    """
    ratio = advance_ratio(advances, declines).dropna()
    mean = ratio.ewm(span=within, adjust=False, min_periods=within).mean()
    crossed = (mean > high) & ~(mean.shift(1) > high)
    was_low = mean.rolling(within + 1, min_periods=1).min() < low
    thrust = as_flag(crossed & was_low, mean.notna())
    again = thrust.shift(1).rolling(within, min_periods=1).max() > 0
    return thrust.mask(again, 0.0).reindex(advances.index)


def whaley_thrust(
    advances: pd.Series, declines: pd.Series, threshold: float = 0.7366, days: int = 5
) -> pd.Series:
    """Flag of Whaley's advance-decline thrust: more than 73.66 % of five days' moving issues advanced.

    ΣA / (ΣA + ΣD) over `days` sessions; the flag is 1 on the session that crosses `threshold` from below, else 0:
    the sessions after it that are still above are the same thrust, not more of them.
    advances, declines: (n,) counts. Returns (n,) float64, NaN until `days` days have counts and on days
    without. Source: W. Whaley, Planes, Trains and Automobiles (Dow Award paper, 2010).
    """
    counts = pd.DataFrame({"up": advances, "down": declines}).dropna()
    totals = counts.rolling(days).sum()
    share = advance_ratio(totals["up"], totals["down"])
    crossed = (share > threshold) & ~(share.shift(1) > threshold)
    return as_flag(crossed, share.notna()).reindex(advances.index)


def _mcclellan_means(
    advances: pd.Series, declines: pd.Series, fast: int, slow: int
) -> tuple[pd.Series, pd.Series]:
    ratio = 1000.0 * (2.0 * advance_ratio(advances, declines).dropna() - 1.0)
    quick, steady = (ratio.ewm(span=span, adjust=False, min_periods=slow).mean() for span in (fast, slow))
    return quick.reindex(advances.index), steady.reindex(advances.index)


def _counted(formula: Callable[[pd.Series, pd.Series], pd.Series]) -> ComputeBySet:
    def compute(inputs: Inputs) -> pd.DataFrame:
        up, down = inputs.breadth.advances, inputs.breadth.declines
        return pd.DataFrame({basis: formula(up[basis], down[basis]) for basis in up})

    return compute


def _line(inputs: Inputs, sessions: int) -> pd.DataFrame:
    return _counted(lambda up, down: change(advance_decline_line(up, down), sessions))(inputs)


def nyse_issues(panel: Panel) -> tuple[pd.Series, pd.Series]:
    """Advancing and declining issues of the New York Stock Exchange, on which the thresholds of thrusts are defined.

    Counts of index members cross the same thresholds several times as often. Each on the panel's sessions, (n,), NaN
    where either is unknown.
    """
    up, down = (panel.daily(each) for each in _NYSE)
    known = up.notna() & down.notna()
    return up.where(known), down.where(known)


def _thrust(formula: Callable[[pd.Series, pd.Series], pd.Series]) -> Compute:
    def compute(inputs: Inputs) -> pd.Series:
        fired = formula(*nyse_issues(inputs.panel))
        # A thrust is one day's event; a weekly reader wants to know whether there was one this week.
        return fired.groupby(inputs.panel.sessions.to_period("W-FRI")).cummax()

    return compute


_NYSE = ("NYSE_ADVANCING", "NYSE_DECLINING")
_BY_COUNT: dict[str, Any] = {"input_sets": ((MEMBERS,), _NYSE), "bases": ("index members", "NYSE issues")}
_indicator = partial(Indicator, "breadth")
INDICATORS = (
    _indicator(
        "advance_decline_line_13w",
        "Advance-decline line, {sessions:13-week} change",
        "issues",
        formula="change over {sessions} sessions of cumulative advances − declines: index members, else NYSE issues",
        **_BY_COUNT,
        compute=_line,
    ),
    _indicator(
        "mcclellan_oscillator",
        "McClellan oscillator",
        "ratio-adjusted",
        formula="19-day − 39-day exponential mean of 1000 · (A − D) ÷ (A + D) of index members, else of NYSE issues",
        **_BY_COUNT,
        compute=_counted(mcclellan_oscillator),
    ),
    _indicator(
        "mcclellan_summation",
        "McClellan summation",
        "ratio-adjusted",
        formula=(
            "running sum of the McClellan oscillator, neutral at 0, as 19 · 39-day mean − 9 · 19-day mean of the same "
            "ratio (J. Miekka's formula without its 1,000; McClellan Financial Publications)"
        ),
        **_BY_COUNT,
        compute=_counted(mcclellan_summation),
        lookup=Lookup(
            "McClellan Financial Publications",
            "https://www.mcoscillator.com/market_breadth_data/",
            "What is the ratio-adjusted McClellan summation index of S&P 500 members (or of NYSE issues) at "
            "Friday's close, and is it rising or falling?",
        ),
    ),
    _indicator(
        "zweig_thrust",
        "Zweig breadth thrust of NYSE issues this week",
        "flag",
        formula=(
            "ten-day exponential mean of NYSE issues' A ÷ (A + D) from below 0.40 to above 0.615 within ten "
            "sessions, on a day of this week"
        ),
        input_sets=(_NYSE,),
        compute=_thrust(zweig_thrust),
    ),
    _indicator(
        "whaley_thrust",
        "Whaley breadth thrust of NYSE issues this week",
        "flag",
        formula=(
            "five-day A ÷ (A + D) of NYSE issues rises from 73.66 % or less to above it on a day of this week; further "
            "days above it are the same thrust"
        ),
        input_sets=(_NYSE,),
        compute=_thrust(whaley_thrust),
    ),
)
