"""Volatility: which series feed which indicator. Formulas stand in `indicators`, judgement in params/."""

from __future__ import annotations

import pandas as pd

from fiveengines.data.panel import Panel
from fiveengines.indicators import volatility as formulas
from fiveengines.indicators.transforms import change, rolling_percentile
from fiveengines.measures.measure import Measure, absent, on_value

MONTH = 21
THREE_YEARS = 756


def vix(panel: Panel) -> pd.Series:
    """VIX from Cboe, or as FRED carries it a day later."""
    return panel.first_of("VIX", "VIXCLS")


def _vix3m(panel: Panel) -> pd.Series:
    return panel.first_of("VIX3M", "VXVCLS")


def _realized(panel: Panel) -> pd.Series:
    return on_value(panel.daily("SPX"), lambda close: formulas.realized_volatility(close, MONTH))


def _yang_zhang(panel: Panel) -> pd.Series:
    if not all(each in panel for each in ("SPX_OPEN", "SPX_HIGH", "SPX_LOW", "SPX")):
        return absent(panel)
    opens, highs, lows, closes = (panel.daily(each) for each in ("SPX_OPEN", "SPX_HIGH", "SPX_LOW", "SPX"))
    return formulas.yang_zhang_volatility(opens, highs, lows, closes, MONTH)


def _term(panel: Panel) -> pd.Series:
    return formulas.vix_term_ratio(vix(panel), _vix3m(panel))


def _slope_volatility(panel: Panel) -> pd.Series:
    return on_value(_term(panel), lambda term: formulas.volatility_of_slope(term, MONTH))


_VIX = (("VIX",), ("VIXCLS",))
_TERM = tuple((near, far) for near in ("VIX", "VIXCLS") for far in ("VIX3M", "VXVCLS"))
_OHLC = (("SPX", "SPX_OPEN", "SPX_HIGH", "SPX_LOW"),)

MEASURES = (
    Measure("vix", "VIX", "index", _VIX, vix),
    Measure(
        "vix_percentile",
        "VIX, percentile of three years",
        "percentile",
        _VIX,
        lambda p: on_value(vix(p), lambda s: rolling_percentile(s, THREE_YEARS, 252)),
    ),
    Measure("vix_change_4w", "VIX, 4-week change", "points", _VIX, lambda p: change(vix(p), 20)),
    Measure("vix_term", "VIX over 3-month VIX", "ratio", _TERM, _term),
    Measure(
        "vix9d_term",
        "9-day VIX over VIX",
        "ratio",
        (("VIX9D", "VIX"), ("VIX9D", "VIXCLS")),
        lambda p: formulas.vix_term_ratio(p.daily("VIX9D"), vix(p)),
    ),
    Measure("vvix", "VVIX", "index", (("VVIX",),), lambda p: p.daily("VVIX")),
    Measure(
        "vvix_divergence",
        "VVIX percentile minus VIX percentile",
        "points",
        (("VVIX", "VIX"), ("VVIX", "VIXCLS")),
        lambda p: formulas.vvix_divergence(p.daily("VVIX"), vix(p), 252),
    ),
    Measure("realized_volatility_21d", "Realised volatility, 21 sessions", "%", (("SPX",),), _realized),
    Measure("yang_zhang_volatility", "Yang-Zhang volatility, 21 sessions", "%", _OHLC, _yang_zhang),
    Measure(
        "implied_minus_realized",
        "VIX minus realised volatility",
        "points",
        (("VIX", "SPX"), ("VIXCLS", "SPX")),
        lambda p: formulas.implied_minus_realized(vix(p), _realized(p)),
    ),
    Measure("skew", "SKEW", "index", (("SKEW",),), lambda p: p.daily("SKEW")),
    Measure("slope_volatility", "Volatility of the VIX slope", "ratio", _TERM, _slope_volatility),
    Measure(
        "vix_futures_slope",
        "Second over first VIX future",
        "ratio",
        (("UX1", "UX2"),),
        lambda p: formulas.vix_term_ratio(p.daily("UX2"), p.daily("UX1")),
    ),
)
