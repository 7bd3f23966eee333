"""Breadth: how many members take part, and whether the index goes without them.

Pure and causal formulas, then the indicators made from them; judgement comes from params/.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from fiveengines.data.dataset import MEMBERS
from fiveengines.indicators.breadth_inputs import SECTORS
from fiveengines.indicators.indicator import ComputeBySet, Indicator, Inputs, Lookup, Range, log_change_of
from fiveengines.indicators.transforms import as_flag, change, distance_from_high, skip_missing


def index_breadth_divergence(
    index: pd.Series, pct_above_200d: pd.Series, near_high_pct: float, threshold_pct: float, window: int = 252
) -> pd.Series:
    """Flag: the index is near its 52-week high while too few members are above their 200-day averages.

    1 where the close is within `near_high_pct` % of the highest of the last `window` closes and
    `pct_above_200d` is below `threshold_pct`, else 0. index: (n,) closes; pct_above_200d: (n,) %. Returns (n,)
    float64, NaN where either is NaN or the index has fewer than `window` closes; days without a close are
    left out of the window.
    """
    present = index.dropna()
    top = present.rolling(window).max()
    near = (present >= top * (1.0 - near_high_pct / 100.0)).reindex(index.index, fill_value=False)
    known = top.reindex(index.index).notna() & pct_above_200d.notna()
    return as_flag(near & (pct_above_200d < threshold_pct), known)


def _above(window: int) -> ComputeBySet:
    return lambda inputs: inputs.breadth.above[window]


def _above_change(window: int) -> ComputeBySet:
    def compute(inputs: Inputs, sessions: int) -> pd.DataFrame:
        return inputs.breadth.above[window].apply(change, periods=sessions)

    return compute


def _net_new_highs(inputs: Inputs, mean: int, fewest: int) -> pd.DataFrame:
    return inputs.breadth.net_new_highs.rolling(mean, min_periods=fewest).mean()


def _divergence(inputs: Inputs, near_high: float, broad: float) -> pd.DataFrame:
    index = inputs.panel.daily("SPX")
    return inputs.breadth.above[200].apply(
        lambda above: index_breadth_divergence(index, above, near_high, broad)
    )


def _from_high(inputs: Inputs, sessions: int) -> pd.Series:
    return skip_missing(inputs.panel.daily("SPX"), lambda close: distance_from_high(close, sessions))


def _sets(window: int) -> tuple[tuple[str, ...], ...]:
    return ((MEMBERS,), (f"PCT_ABOVE_{window}DMA_SP500",), (SECTORS,))


def _share_above(window: int, compute: Callable[[int], ComputeBySet]) -> dict[str, Any]:
    return {"input_sets": _sets(window), "bases": _BASES, "compute": compute(window)}


_SHARE = (
    "share of members with at least {{full_window:95 %}} of the window's closes whose close is above its simple mean "
    "of {window} sessions"
)
_BASES = ("", "published figures", "sector funds in place of members")
_indicator = partial(Indicator, "breadth")
INDICATORS = (
    _indicator(
        "pct_above_200d",
        "Members above their 200-day average",
        "%",
        formula=_SHARE.format(window=200),
        **_share_above(200, _above),
        bounds="PCT_ABOVE_200DMA_SP500",
        lookup=Lookup(
            "StockCharts, $SPXA200R",
            "https://stockcharts.com/h-sc/ui?s=%24SPXA200R",
            "What share of S&P 500 members closed above the 200-day average last Friday, and what "
            "was it four weeks earlier?",
        ),
    ),
    _indicator(
        "pct_above_50d",
        "Members above their 50-day average",
        "%",
        formula=_SHARE.format(window=50),
        **_share_above(50, _above),
        bounds="PCT_ABOVE_50DMA_SP500",
        lookup=Lookup(
            "StockCharts, $SPXA50R",
            "https://stockcharts.com/h-sc/ui?s=%24SPXA50R",
            "What share of S&P 500 members closed above the 50-day average last Friday, and what "
            "was it four weeks earlier?",
        ),
    ),
    _indicator(
        "pct_above_20d",
        "Members above their 20-day average",
        "%",
        formula=_SHARE.format(window=20),
        **_share_above(20, _above),
        bounds="PCT_ABOVE_20DMA_SP500",
    ),
    _indicator(
        "pct_above_200d_change_4w",
        "Members above their 200-day average, {sessions:4-week} change",
        "points",
        formula="change of the share above the 200-day mean over {sessions} sessions",
        **_share_above(200, _above_change),
        lookup=Lookup(
            "StockCharts, $SPXA200R",
            "https://stockcharts.com/h-sc/ui?s=%24SPXA200R",
            "By how many percentage points did the share of S&P 500 members above the 200-day "
            "average move over the last four weeks?",
        ),
    ),
    _indicator(
        "pct_above_50d_change_4w",
        "Members above their 50-day average, {sessions:4-week} change",
        "points",
        formula="change of the share above the 50-day mean over {sessions} sessions",
        **_share_above(50, _above_change),
    ),
    _indicator(
        "net_new_highs",
        "52-week highs minus lows, {mean:5-day} mean",
        "% of members",
        formula="share of members at a 52-week closing high − share at a low, mean of {mean} sessions",
        input_sets=((MEMBERS,), ("NEW_HIGHS_52W", "NEW_LOWS_52W")),
        bases=("", "published counts of all US stocks"),
        compute=_net_new_highs,
        lookup=Lookup(
            "Barchart new highs and lows",
            "https://www.barchart.com/stocks/highs-lows/summary",
            "How many stocks made a 52-week high and how many a 52-week low on each of the last "
            "five sessions, of how many in that universe, and what is the mean of highs minus "
            "lows in per cent of them?",
        ),
    ),
    _indicator(
        "equal_vs_cap_13w",
        "Equal weight against cap weight, {sessions:13 weeks}",
        "%",
        formula="100 · ln change of RSP ÷ SPY over {sessions} sessions",
        input_sets=(("RSP", "SPY"),),
        compute=log_change_of("RSP", "SPY"),
        lookup=Lookup(
            "StockCharts, RSP against SPY",
            "https://stockcharts.com/h-sc/ui?s=RSP%3ASPY",
            "By how many per cent did the equal-weight S&P 500 (RSP) do better or worse than the "
            "index (SPY) over the last 13 weeks?",
        ),
    ),
    _indicator(
        "concentration",
        "Share of gains from the top {concentration_top:10 %}, {concentration_sessions:13 weeks}",
        "%",
        formula="share of the quarter's summed gains that the top tenth of members earned",
        input_sets=((MEMBERS,),),
        compute=lambda inputs: inputs.breadth.concentration,
        bounds=Range(0, 100, 0.1, "percent"),
    ),
    _indicator(
        "index_breadth_divergence",
        "Index near its high without its members",
        "flag",
        formula=(
            "S&P 500 within {near_high} % of its 52-week high while fewer than {broad} % are above their 200-day mean"
        ),
        input_sets=tuple(("SPX", *each) for each in _sets(200)),
        bases=_BASES,
        compute=_divergence,
        lookup=Lookup(
            "StockCharts, $SPXA200R",
            "https://stockcharts.com/h-sc/ui?s=%24SPXA200R",
            "Is the S&P 500 within two per cent of its 52-week high while fewer than 60 per cent "
            "of its members are above the 200-day average?",
        ),
    ),
    _indicator(
        "index_from_high",
        "Index below its {sessions:12-month} high",
        "%",
        formula="100 · (S&P 500 ÷ its highest close of {sessions} sessions − 1)",
        input_sets=(("SPX",),),
        compute=_from_high,
        bounds=Range(-100, 0, 0.1, "percent"),
    ),
)
