"""Rate path: which series feed which indicator. Formulas stand in `indicators`, judgement in params/."""

from __future__ import annotations

import numpy as np
import pandas as pd

from fiveengines.data.panel import Panel
from fiveengines.indicators import rates as formulas
from fiveengines.indicators.transforms import change
from fiveengines.measures.measure import Measure, on_value

QUARTER = 63
# Sessions that the effective rate must stay off a level before the target is taken to have moved.
STAYS_DOWN, STAYS_UP = 10, 15


def policy_rate(panel: Panel) -> pd.Series:
    """Effective policy rate, five-day mean so that month-end prints do not count."""
    return panel.first_of("EFFR", "DFF").rolling(5, min_periods=1).mean()


def policy_target(panel: Panel) -> pd.Series:
    """Upper bound of the target; before 2008 the effective rate rounded to quarter points stands in.

    The effective rate strays from the target for days, so the stand-in follows it down only when it has stayed lower
    for two weeks, and up only when it has stayed higher for three.
    """
    effective = panel.first_of("DFF", "EFFR").rolling(10, min_periods=5).median()
    rounded = (effective * 4).round() / 4
    highest, lowest = rounded.rolling(STAYS_DOWN).max().to_numpy(), rounded.rolling(STAYS_UP).min().to_numpy()
    level, standing = np.nan, np.full(len(rounded), np.nan)
    for row, (high, low) in enumerate(zip(highest, lowest, strict=True)):
        if np.isfinite(high) and np.isfinite(low):
            level = min(max(level, low), high) if np.isfinite(level) else high
        standing[row] = level
    return panel.daily("DFEDTARU").fillna(pd.Series(standing, index=rounded.index))


def _slope(panel: Panel, short: str) -> pd.Series:
    return formulas.curve_slope(panel.daily("DGS10"), panel.daily(short))


_POLICY = (("EFFR",), ("DFF",))

MEASURES = (
    Measure(
        "two_year_change_13w",
        "2-year yield, 13-week change",
        "points",
        (("DGS2",),),
        lambda p: change(p.daily("DGS2"), QUARTER),
    ),
    Measure(
        "real_yield_change_13w",
        "10-year real yield, 13-week change",
        "points",
        (("DFII10",),),
        lambda p: change(p.daily("DFII10"), QUARTER),
    ),
    Measure(
        "two_year_minus_policy",
        "2-year yield minus policy rate",
        "points",
        (("DGS2", "EFFR"), ("DGS2", "DFF")),
        lambda p: p.daily("DGS2") - policy_rate(p),
    ),
    Measure(
        "curve_3m10y",
        "10-year minus 3-month",
        "points",
        (("DGS10", "DGS3MO"),),
        lambda p: _slope(p, "DGS3MO"),
    ),
    Measure(
        "curve_2s10s", "10-year minus 2-year", "points", (("DGS10", "DGS2"),), lambda p: _slope(p, "DGS2")
    ),
    Measure("rate_volatility", "MOVE index", "index", (("MOVE",),), lambda p: p.daily("MOVE")),
    Measure(
        "two_year_volatility",
        "2-year yield, realised volatility",
        "bp a year",
        (("DGS2",),),
        lambda p: on_value(p.daily("DGS2"), lambda s: formulas.yield_volatility(s, QUARTER)),
    ),
    Measure("policy_rate", "Policy rate", "%", _POLICY, policy_rate),
    Measure("two_year", "2-year yield", "%", (("DGS2",),), lambda p: p.daily("DGS2")),
    Measure("ten_year", "10-year yield", "%", (("DGS10",),), lambda p: p.daily("DGS10")),
    Measure("real_yield", "10-year real yield", "%", (("DFII10",),), lambda p: p.daily("DFII10")),
    Measure("breakeven", "10-year breakeven inflation", "%", (("T10YIE",),), lambda p: p.daily("T10YIE")),
    Measure(
        "inversion_age",
        "Sessions since 3m10y inverted",
        "sessions",
        (("DGS10", "DGS3MO"),),
        lambda p: formulas.inversion_age(_slope(p, "DGS3MO")),
    ),
    Measure("policy_cuts_priced", "Cuts priced over twelve months", "bp", (), None),
)
