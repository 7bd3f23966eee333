"""Positioning in futures, from the Commitments of Traders: net shares of open interest and their place in three years.

Pure and causal formulas, then the indicators made from them; judgement comes from params/. Everything is counted report
by report, on the reports' own dates, and put on the sessions afterwards.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from fiveengines.data.panel import Panel
from fiveengines.indicators.indicator import Compute, Indicator, Inputs, Lookup, missing
from fiveengines.indicators.transforms import change, rolling_percentile


def cot_net_share(long: pd.Series, short: pd.Series, open_interest: pd.Series) -> pd.Series:
    """Net position of a cohort as % of open interest: 100 · (long − short) / open interest, −100 to 100.

    long, short, open_interest: (n,) contracts, by report. Returns (n,), NaN where any is NaN or open interest
    is not positive. The nets of all cohorts sum to zero. Source: CFTC Commitments of Traders, futures only.
    """
    return 100.0 * (long - short) / open_interest.where(open_interest > 0)


def cot_percentile(net: pd.Series, window: int = 156, min_periods: int | None = None) -> pd.Series:
    """Percentile of the net position among the last `window` reports (156: three years), 0 to 100.

    High is crowded long, low is crowded short. net: (n,) by report, best as share of open interest. Returns
    (n,), NaN until `min_periods` reports (the window, unless given) have a value.
    """
    return rolling_percentile(net, window, min_periods)


def cot_index(net: pd.Series, window: int = 156, min_periods: int | None = None) -> pd.Series:
    """Place of the net position between the lowest and the highest of the last `window` reports, 0 to 100.

    100 · (net − min) / (max − min). net: (n,) by report. Returns (n,), NaN until `min_periods` reports (the
    window, unless given) have a value and where all are the same. Source: S. Briese, The Commitments of
    Traders Bible (2008).
    """
    rolling = net.rolling(window, min_periods=window if min_periods is None else min_periods)
    low, high = rolling.min(), rolling.max()
    return 100.0 * (net - low) / (high - low).where(high > low)


# What is made of a net share, report by report.
Formula = Callable[[pd.Series], pd.Series]
_SPECULATORS = ("COT_SP500_SPEC_LONG", "COT_SP500_SPEC_SHORT")
_ALL_LONGS = ("COT_SP500_SPEC_LONG", "COT_SP500_COMM_LONG", "COT_SP500_NONREPT_LONG")


def _net_share(panel: Panel, longs: str, shorts: str, open_interest: tuple[str, ...]) -> pd.Series:
    """Net share of open interest by report; empty where the source lacks a part of it."""
    needed = list(dict.fromkeys((longs, shorts, *open_interest)))
    reports = panel.reports(needed)
    if not set(needed) <= set(reports.columns):
        return pd.Series(dtype="float64")
    whole = reports[list(open_interest)].sum(axis=1, min_count=1)
    return cot_net_share(reports[longs], reports[shorts], whole).dropna()


def _speculators(inputs: Inputs, formula: Formula) -> pd.Series:
    net = _net_share(inputs.panel, *_SPECULATORS, _ALL_LONGS)
    return missing(inputs.panel) if net.empty else inputs.panel.from_reports(formula(net), _SPECULATORS[0])


def _cohort(name: str) -> Callable[[Inputs, Formula], pd.Series]:
    """A formula of a cohort's net share: in the S&P 500 contract, or in the Nasdaq's where that has none."""

    def compute(inputs: Inputs, formula: Formula) -> pd.Series:
        panel, result = inputs.panel, missing(inputs.panel)
        for market in ("SP500", "NASDAQ"):
            longs, shorts = f"TFF_{market}_{name}_LONG", f"TFF_{market}_{name}_SHORT"
            whole = f"TFF_{market}_OPEN_INTEREST"
            net = _net_share(panel, longs, shorts, (whole,) if whole in panel else (longs, shorts))
            if not net.empty:
                result = result.fillna(panel.from_reports(formula(net), longs))
        return result

    return compute


def _percentile(of: Callable[[Inputs, Formula], pd.Series]) -> Compute:
    def compute(inputs: Inputs, reports: int, fewest: int) -> pd.Series:
        return of(inputs, lambda net: cot_percentile(net, reports, fewest))

    return compute


def _change(of: Callable[[Inputs, Formula], pd.Series]) -> Compute:
    def compute(inputs: Inputs, reports: int) -> pd.Series:
        return of(inputs, lambda net: change(net, reports))

    return compute


def _sets(name: str) -> tuple[tuple[str, ...], ...]:
    return tuple(
        (f"TFF_{market}_{name}_LONG", f"TFF_{market}_{name}_SHORT") for market in ("SP500", "NASDAQ")
    )


_LEGACY = (tuple(dict.fromkeys((*_SPECULATORS, *_ALL_LONGS))),)
_MANAGERS, _LEVERAGED, _DEALERS = "ASSET_MGR", "LEV_MONEY", "DEALER"
INDICATORS = (
    Indicator(
        "cot_speculators",
        "positioning",
        "Futures speculators, net",
        "percentile",
        formula="non-commercial net ÷ open interest, percentile of {reports} weekly reports",
        input_sets=_LEGACY,
        compute=_percentile(_speculators),
        lookup=Lookup(
            "CFTC Commitments of Traders (legacy)",
            "https://www.cftc.gov/MarketReports/CommitmentsofTraders/index.htm",
            "What is the net position of non-commercial traders in S&P 500 futures in the legacy "
            "Commitments of Traders report, as a share of open interest and as a percentile of "
            "three years?",
        ),
    ),
    Indicator(
        "cot_speculators_change_4w",
        "positioning",
        "Futures speculators, 4-week change",
        "% of open interest",
        formula="change of non-commercial net ÷ open interest over {reports} reports",
        input_sets=_LEGACY,
        compute=_change(_speculators),
    ),
    Indicator(
        "cot_asset_managers",
        "positioning",
        "Asset managers in futures, net",
        "percentile",
        formula=(
            "asset managers' net ÷ open interest (Traders in Financial Futures), percentile of {reports} "
            "reports; S&P 500, else Nasdaq 100"
        ),
        input_sets=_sets(_MANAGERS),
        compute=_percentile(_cohort(_MANAGERS)),
        lookup=Lookup(
            "CFTC Traders in Financial Futures",
            "https://www.cftc.gov/MarketReports/CommitmentsofTraders/index.htm",
            "In the latest futures-only Traders in Financial Futures report, what is asset "
            "managers' net position in the E-mini S&P 500 (code 13874A) as a share of open "
            "interest, and which percentile of three years is that?",
        ),
    ),
    Indicator(
        "cot_asset_managers_change_4w",
        "positioning",
        "Asset managers in futures, 4-week change",
        "% of open interest",
        formula="change of asset managers' net ÷ open interest over {reports} reports",
        input_sets=_sets(_MANAGERS),
        compute=_change(_cohort(_MANAGERS)),
    ),
    Indicator(
        "cot_leveraged_funds",
        "positioning",
        "Leveraged funds in futures, net",
        "percentile",
        formula=(
            "leveraged funds' net ÷ open interest (Traders in Financial Futures), percentile of {reports} "
            "reports; S&P 500, else Nasdaq 100"
        ),
        input_sets=_sets(_LEVERAGED),
        compute=_percentile(_cohort(_LEVERAGED)),
        lookup=Lookup(
            "CFTC Traders in Financial Futures",
            "https://www.cftc.gov/MarketReports/CommitmentsofTraders/index.htm",
            "In the same CFTC report, what is the net position of leveraged funds in the E-mini "
            "S&P 500 over open interest, which percentile of three years is that, and how much of "
            "the short side looks like basis trades?",
        ),
    ),
    Indicator(
        "cot_leveraged_funds_change_4w",
        "positioning",
        "Leveraged funds in futures, 4-week change",
        "% of open interest",
        formula="change of leveraged funds' net ÷ open interest over {reports} reports",
        input_sets=_sets(_LEVERAGED),
        compute=_change(_cohort(_LEVERAGED)),
    ),
    Indicator(
        "cot_dealers",
        "positioning",
        "Dealers in futures, net",
        "percentile",
        formula=(
            "dealers' net ÷ open interest (Traders in Financial Futures), percentile of {reports} reports; "
            "S&P 500, else Nasdaq 100"
        ),
        input_sets=_sets(_DEALERS),
        compute=_percentile(_cohort(_DEALERS)),
    ),
    Indicator(
        "cot_dealers_change_4w",
        "positioning",
        "Dealers in futures, 4-week change",
        "% of open interest",
        formula="change of dealers' net ÷ open interest over {reports} reports",
        input_sets=_sets(_DEALERS),
        compute=_change(_cohort(_DEALERS)),
    ),
)
