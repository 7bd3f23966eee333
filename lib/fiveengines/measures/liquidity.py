"""Liquidity: which series feed which indicator. Formulas stand in `indicators`, judgement in params/."""

from __future__ import annotations

import pandas as pd

from fiveengines.data.panel import Panel
from fiveengines.indicators import liquidity as formulas
from fiveengines.indicators.transforms import change, log_change, log_gap
from fiveengines.measures.measure import Measure, on_value

WEEK = 5
QUARTER = 63


def _treasury_account(panel: Panel) -> pd.Series:
    return panel.billions("WTREGEN").fillna(panel.billions("TGA_DAILY"))


def _net_liquidity(panel: Panel) -> pd.Series:
    # Before the facility's first operation nothing could be parked in it.
    reverse_repo = (
        panel.billions("RRPONTSYD").fillna(0.0) if "RRPONTSYD" in panel else panel.billions("RRPONTSYD")
    )
    return formulas.net_liquidity(panel.billions("WALCL"), _treasury_account(panel), reverse_repo)


def _impulse(panel: Panel, sessions: int) -> pd.Series:
    return formulas.liquidity_impulse(_net_liquidity(panel), panel.billions("WALCL"), sessions)


def _spread_gap(panel: Panel, series: str) -> pd.Series:
    return on_value(panel.daily(series), lambda spread: log_gap(spread, 40 * WEEK))


def _small_vs_large(panel: Panel) -> pd.Series:
    ratio = (panel.daily("IWM") / panel.daily("SPY")).fillna(panel.daily("RUT") / panel.daily("SPX"))
    return on_value(ratio, lambda present: log_change(present, QUARTER))


def _funding_spread(panel: Panel) -> pd.Series:
    spread = formulas.funding_spread(panel.daily("SOFR"), panel.first_of("EFFR", "DFF"))
    # Month-ends spike for a day or two; the five-day median does not.
    return spread.rolling(WEEK, min_periods=1).median()


def _global_central_banks(panel: Panel) -> pd.Series:
    total = formulas.central_bank_assets(
        panel.billions("WALCL"), panel.billions("ECBASSETSW"), panel.daily("DEXUSEU")
    )
    return on_value(total, lambda present: log_change(present, QUARTER))


# Reverse repo counts as nothing where the source has none, so it may be missing.
_NET = (
    ("WALCL", "WTREGEN", "RRPONTSYD"),
    ("WALCL", "TGA_DAILY", "RRPONTSYD"),
    ("WALCL", "WTREGEN"),
    ("WALCL", "TGA_DAILY"),
)

MEASURES = (
    Measure("hy_spread", "High-yield spread", "%", (("BAMLH0A0HYM2",),), lambda p: p.daily("BAMLH0A0HYM2")),
    Measure("baa_spread", "Baa spread", "%", (("BAA10Y",),), lambda p: p.daily("BAA10Y")),
    Measure(
        "hy_spread_gap",
        "High-yield spread over its 40-week mean",
        "%",
        (("BAMLH0A0HYM2",),),
        lambda p: _spread_gap(p, "BAMLH0A0HYM2"),
    ),
    Measure(
        "baa_spread_gap",
        "Baa spread over its 40-week mean",
        "%",
        (("BAA10Y",),),
        lambda p: _spread_gap(p, "BAA10Y"),
    ),
    Measure(
        "hy_spread_change_8w",
        "High-yield spread, 8-week change",
        "%",
        (("BAMLH0A0HYM2",),),
        lambda p: on_value(p.daily("BAMLH0A0HYM2"), lambda s: log_change(s, 8 * WEEK)),
    ),
    Measure("ig_spread", "Investment-grade spread", "%", (("BAMLC0A0CM",),), lambda p: p.daily("BAMLC0A0CM")),
    Measure(
        "financial_conditions",
        "Chicago Fed financial conditions",
        "index",
        (("NFCI",),),
        lambda p: p.daily("NFCI"),
    ),
    Measure("net_liquidity", "Net liquidity", "$bn", _NET, _net_liquidity),
    Measure(
        "net_liquidity_impulse_13w",
        "Net liquidity, 13-week impulse",
        "% of Fed assets",
        _NET,
        lambda p: _impulse(p, QUARTER),
    ),
    Measure(
        "net_liquidity_impulse_4w",
        "Net liquidity, 4-week impulse",
        "% of Fed assets",
        _NET,
        lambda p: _impulse(p, 4 * WEEK),
    ),
    Measure(
        "reserves_change_13w",
        "Bank reserves, 13-week change",
        "$bn",
        (("WRESBAL",),),
        lambda p: change(p.billions("WRESBAL"), QUARTER),
    ),
    Measure(
        "reverse_repo", "Overnight reverse repo", "$bn", (("RRPONTSYD",),), lambda p: p.billions("RRPONTSYD")
    ),
    Measure(
        "treasury_account",
        "Treasury account",
        "$bn",
        (("WTREGEN",), ("TGA_DAILY",)),
        _treasury_account,
    ),
    Measure(
        "dollar_13w",
        "Broad dollar, 13-week change",
        "%",
        (("DTWEXBGS",),),
        lambda p: on_value(p.daily("DTWEXBGS"), lambda s: log_change(s, QUARTER)),
    ),
    Measure(
        "small_vs_large_13w",
        "Small caps against large, 13 weeks",
        "%",
        (("IWM", "SPY"), ("RUT", "SPX")),
        _small_vs_large,
    ),
    Measure(
        "funding_spread", "SOFR minus policy rate", "bp", (("SOFR", "EFFR"), ("SOFR", "DFF")), _funding_spread
    ),
    Measure(
        "global_central_banks_13w",
        "Fed plus Eurosystem in dollars, 13 weeks",
        "%",
        (("WALCL", "ECBASSETSW", "DEXUSEU"),),
        _global_central_banks,
    ),
)
