"""Positioning: which series feed which indicator. Formulas stand in `indicators`, judgement in params/."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from fiveengines.data.panel import Panel
from fiveengines.indicators import positioning as formulas
from fiveengines.indicators.transforms import change
from fiveengines.measures.measure import Measure, absent, on_value

# What is made of a net share, report by report.
Formula = Callable[[pd.Series], pd.Series]
THREE_YEARS_OF_REPORTS = 156
FEWEST_REPORTS = 52
LOOKBACKS = (21, 63, 126, 252)
VOL_WINDOW = 60
VOL_TARGET = 12.0
MOST_LEVERAGE = 1.5


def _net_share(panel: Panel, longs: str, shorts: str, open_interest: tuple[str, ...]) -> pd.Series:
    reports = panel.reports((longs, shorts, *open_interest))
    if not {longs, shorts, *open_interest} <= set(reports.columns):
        return pd.Series(dtype="float64")
    return formulas.cot_net_share(
        reports[longs], reports[shorts], reports[list(open_interest)].sum(axis=1, min_count=1)
    )


def _cohort(panel: Panel, cohort: str, formula: Formula) -> pd.Series:
    """`formula` of a TFF cohort's net share: the S&P 500 contract, or the Nasdaq's where that has none."""
    result = absent(panel)
    for market in ("SP500", "NASDAQ"):
        longs, shorts = f"TFF_{market}_{cohort}_LONG", f"TFF_{market}_{cohort}_SHORT"
        whole = f"TFF_{market}_OPEN_INTEREST"
        interest = (whole,) if whole in panel else (longs, shorts)
        net = _net_share(panel, longs, shorts, interest).dropna()
        if not net.empty:
            result = result.fillna(panel.from_reports(formula(net), longs))
    return result


def _place(net: pd.Series) -> pd.Series:
    return formulas.cot_percentile(net, THREE_YEARS_OF_REPORTS, FEWEST_REPORTS)


def _month(net: pd.Series) -> pd.Series:
    return change(net, 4)


def _cohort_routes(cohort: str) -> tuple[tuple[str, ...], ...]:
    parts = (f"{cohort}_LONG", f"{cohort}_SHORT")
    return tuple(tuple(f"TFF_{market}_{part}" for part in parts) for market in ("SP500", "NASDAQ"))


_SPECULATORS = ("COT_SP500_SPEC_LONG", "COT_SP500_SPEC_SHORT")
_ALL_LONGS = ("COT_SP500_SPEC_LONG", "COT_SP500_COMM_LONG", "COT_SP500_NONREPT_LONG")
_LEGACY = (tuple(dict.fromkeys((*_SPECULATORS, *_ALL_LONGS))),)


def _speculators(panel: Panel, formula: Formula) -> pd.Series:
    net = _net_share(panel, *_SPECULATORS, _ALL_LONGS).dropna()
    return absent(panel) if net.empty else panel.from_reports(formula(net), _SPECULATORS[0])


def _bull_bear(panel: Panel) -> pd.Series:
    reports = panel.reports(("AAII_BULLISH", "AAII_BEARISH"))
    if reports.shape[1] != 2:
        return absent(panel)
    spread = (reports["AAII_BULLISH"] - reports["AAII_BEARISH"]).dropna()
    return panel.from_reports(spread.rolling(4, min_periods=2).mean(), "AAII_BULLISH")


def _trend_follower(panel: Panel) -> pd.Series:
    return on_value(
        panel.daily("SPX"),
        lambda close: formulas.trend_follower_exposure(
            close, LOOKBACKS, VOL_WINDOW, VOL_TARGET, MOST_LEVERAGE
        ),
    )


def _vol_target(panel: Panel) -> pd.Series:
    def exposure(close: pd.Series) -> pd.Series:
        capital = formulas.vol_target_exposure(np.log(close).diff(), VOL_TARGET, VOL_WINDOW, MOST_LEVERAGE)
        return capital / MOST_LEVERAGE

    return on_value(panel.daily("SPX"), exposure)


_COHORTS = {
    "asset_managers": ("ASSET_MGR", "Asset managers in futures"),
    "leveraged_funds": ("LEV_MONEY", "Leveraged funds in futures"),
    "dealers": ("DEALER", "Dealers in futures"),
}


def _cohort_measures(name: str, cohort: str, title: str) -> tuple[Measure, Measure]:
    routes = _cohort_routes(cohort)
    return (
        Measure(f"cot_{name}", f"{title}, net", "percentile", routes, lambda p: _cohort(p, cohort, _place)),
        Measure(
            f"cot_{name}_change_4w",
            f"{title}, 4-week change",
            "% of open interest",
            routes,
            lambda p: _cohort(p, cohort, _month),
        ),
    )


MEASURES = (
    Measure(
        "cot_speculators",
        "Futures speculators, net",
        "percentile",
        _LEGACY,
        lambda p: _speculators(p, _place),
    ),
    Measure(
        "cot_speculators_change_4w",
        "Futures speculators, 4-week change",
        "% of open interest",
        _LEGACY,
        lambda p: _speculators(p, _month),
    ),
    *(each for name, told in _COHORTS.items() for each in _cohort_measures(name, *told)),
    Measure("naaim", "Active managers' exposure (NAAIM)", "%", (("NAAIM",),), lambda p: p.daily("NAAIM")),
    Measure(
        "aaii_bull_bear",
        "AAII bulls minus bears, 4-week mean",
        "points",
        (("AAII_BULLISH", "AAII_BEARISH"),),
        _bull_bear,
    ),
    Measure("aaii_bears", "AAII bears", "%", (("AAII_BEARISH",),), lambda p: p.daily("AAII_BEARISH")),
    Measure(
        "put_call",
        "Equity put/call, 10-day mean",
        "ratio",
        (("PUT_CALL_EQUITY",),),
        lambda p: on_value(p.daily("PUT_CALL_EQUITY"), lambda s: formulas.put_call_ratio_average(s, 10)),
    ),
    Measure(
        "cta_exposure", "Trend followers' exposure (modelled)", "% of maximum", (("SPX",),), _trend_follower
    ),
    Measure(
        "vol_target_exposure",
        "Volatility-target exposure (modelled)",
        "% of maximum",
        (("SPX",),),
        _vol_target,
    ),
    Measure("dealer_gamma", "Dealer gamma", "$bn per 1 % move", (("GEX",),), lambda p: p.billions("GEX")),
    Measure("hedge_fund_gross", "Hedge funds' gross leverage", "percentile", (), None),
    Measure("hedge_fund_net", "Hedge funds' net leverage", "percentile", (), None),
)
