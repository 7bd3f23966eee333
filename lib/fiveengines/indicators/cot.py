"""Positioning in futures, from the Commitments of Traders: net shares of open interest and their place in three years.

Pure and causal formulas, then the indicators made from them; judgement comes from params/. Everything is counted report
by report, on the reports' own dates, and put on the sessions afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from fiveengines.data.panel import Panel
from fiveengines.indicators.indicator import ComputeBySet, Indicator, Inputs, Lookup, missing
from fiveengines.indicators.transforms import change, rolling_percentile


def cot_net_share(long: pd.Series, short: pd.Series, open_interest: pd.Series) -> pd.Series:
    """Net position of a cohort as % of open interest: 100 · (long − short) / open interest, −100 to 100.

    long, short, open_interest: (n,) contracts, by report. Returns (n,), NaN where any is NaN or open interest
    is not positive. The nets of all cohorts sum to zero. Source: CFTC Commitments of Traders, futures only.
    """
    return 100.0 * (long - short) / open_interest.where(open_interest > 0)


def cot_percentile(net: pd.Series, window: int) -> pd.Series:
    """Percentile of the net position among the last `window` reports (156 are three years), 0 to 100.

    High is crowded long, low is crowded short. net: (n,) by report, best as share of open interest. Returns
    (n,), NaN until `window` reports have a value.
    """
    return rolling_percentile(net, window)


# What is made of a net share, report by report.
Formula = Callable[[pd.Series], pd.Series]


@dataclass(frozen=True)
class _Contract:
    """A cohort's positions in one contract: catalog ids of its longs and shorts, and what its net is divided by.

    whole: the ids that add up to the denominator. instead_of: an id with which another contract divides the same
    positions better; with it in the panel this one has no value. basis: market and denominator in words.
    """

    longs: str
    shorts: str
    whole: tuple[str, ...]
    basis: str
    instead_of: str = ""

    @property
    def needed(self) -> tuple[str, ...]:
        """Every id, longs first, each once."""
        return tuple(dict.fromkeys((self.longs, self.shorts, *self.whole)))

    def net_share(self, panel: Panel) -> pd.Series:
        """Net share of the denominator by report; empty where the source lacks a part of it."""
        reports = panel.reports(self.needed)
        if not set(self.needed) <= set(reports.columns) or self.instead_of in panel:
            return pd.Series(dtype="float64")
        total = reports[list(self.whole)].sum(axis=1, min_count=1)
        return cot_net_share(reports[self.longs], reports[self.shorts], total).dropna()


def _by_contract(inputs: Inputs, contracts: tuple[_Contract, ...], formula: Formula) -> pd.DataFrame:
    """`formula` of the net share in each contract, on the sessions: one column an input set."""
    panel = inputs.panel
    nets = [(each, each.net_share(panel)) for each in contracts]
    return pd.DataFrame(
        {
            each.basis: missing(panel) if net.empty else panel.from_reports(formula(net), each.longs)
            for each, net in nets
        }
    )


def _percentile(contracts: tuple[_Contract, ...]) -> ComputeBySet:
    def compute(inputs: Inputs, reports: int) -> pd.DataFrame:
        # Never of fewer: the other contract's three years say more than two years of this one.
        return _by_contract(inputs, contracts, lambda net: cot_percentile(net, reports))

    return compute


def _change(contracts: tuple[_Contract, ...]) -> ComputeBySet:
    def compute(inputs: Inputs, reports: int) -> pd.DataFrame:
        return _by_contract(inputs, contracts, lambda net: change(net, reports))

    return compute


def _cohort(name: str) -> tuple[_Contract, ...]:
    """A cohort of Traders in Financial Futures: in the S&P 500 contract, else in the Nasdaq's.

    Some downloads hold one cohort without the open interest: its net is then a share of its own long and short.
    """
    found = []
    for market, words in (("SP500", "E-mini S&P 500"), ("NASDAQ", "E-mini Nasdaq 100")):
        longs, shorts = f"TFF_{market}_{name}_LONG", f"TFF_{market}_{name}_SHORT"
        every = f"TFF_{market}_OPEN_INTEREST"
        found.append(_Contract(longs, shorts, (every,), f"{words}, net ÷ open interest"))
        found.append(_Contract(longs, shorts, (longs, shorts), f"{words}, net ÷ (long + short)", every))
    return tuple(found)


_SPECULATORS = (
    _Contract(
        "COT_SP500_SPEC_LONG",
        "COT_SP500_SPEC_SHORT",
        ("COT_SP500_SPEC_LONG", "COT_SP500_COMM_LONG", "COT_SP500_NONREPT_LONG"),
        "S&P 500 futures, net ÷ longs of all traders",
    ),
)
_MANAGERS, _LEVERAGED, _DEALERS = _cohort("ASSET_MGR"), _cohort("LEV_MONEY"), _cohort("DEALER")


def _from(
    contracts: tuple[_Contract, ...], compute: Callable[[tuple[_Contract, ...]], ComputeBySet]
) -> dict[str, Any]:
    sets, bases = tuple(each.needed for each in contracts), tuple(each.basis for each in contracts)
    return {"input_sets": sets, "bases": bases, "compute": compute(contracts)}


_PLACE = (
    "{who} net position ÷ open interest, or ÷ their long + short where the report lacks it (Traders in Financial "
    "Futures), percentile of {{reports}} reports; E-mini S&P 500, else E-mini Nasdaq 100"
)
_MOVE = (
    "change over {{reports}} reports of {who} net position in % of the same denominator in the same contract"
)
_indicator = partial(Indicator, "positioning")
INDICATORS = (
    _indicator(
        "cot_speculators",
        "Futures speculators, net",
        "percentile",
        formula=(
            "non-commercial net ÷ the longs of all traders (open interest without spreads) in S&P 500 futures, "
            "percentile of {reports} weekly reports"
        ),
        **_from(_SPECULATORS, _percentile),
        lookup=Lookup(
            "CFTC Commitments of Traders (legacy)",
            "https://www.cftc.gov/MarketReports/CommitmentsofTraders/index.htm",
            "What is the net position of non-commercial traders in S&P 500 futures in the legacy "
            "Commitments of Traders report, as a share of open interest and as a percentile of "
            "three years?",
        ),
    ),
    _indicator(
        "cot_speculators_change_4w",
        "Futures speculators, {reports:4-week} change",
        "points",
        formula="change over {reports} reports of non-commercial net ÷ the longs of all traders, S&P 500 futures",
        **_from(_SPECULATORS, _change),
    ),
    _indicator(
        "cot_asset_managers",
        "Asset managers in futures, net",
        "percentile",
        formula=_PLACE.format(who="asset managers'"),
        **_from(_MANAGERS, _percentile),
        lookup=Lookup(
            "CFTC Traders in Financial Futures",
            "https://www.cftc.gov/MarketReports/CommitmentsofTraders/index.htm",
            "In the latest futures-only Traders in Financial Futures report, what is asset "
            "managers' net position in the E-mini S&P 500 (code 13874A) as a share of open "
            "interest, and which percentile of three years is that?",
        ),
    ),
    _indicator(
        "cot_asset_managers_change_4w",
        "Asset managers in futures, {reports:4-week} change",
        "points",
        formula=_MOVE.format(who="asset managers'"),
        **_from(_MANAGERS, _change),
    ),
    _indicator(
        "cot_leveraged_funds",
        "Leveraged funds in futures, net",
        "percentile",
        formula=_PLACE.format(who="leveraged funds'"),
        **_from(_LEVERAGED, _percentile),
        lookup=Lookup(
            "CFTC Traders in Financial Futures",
            "https://www.cftc.gov/MarketReports/CommitmentsofTraders/index.htm",
            "In the same CFTC report, what is the net position of leveraged funds in the E-mini "
            "S&P 500 over open interest, which percentile of three years is that, and how much of "
            "the short side looks like basis trades?",
        ),
    ),
    _indicator(
        "cot_leveraged_funds_change_4w",
        "Leveraged funds in futures, {reports:4-week} change",
        "points",
        formula=_MOVE.format(who="leveraged funds'"),
        **_from(_LEVERAGED, _change),
    ),
    _indicator(
        "cot_dealers",
        "Dealers in futures, net",
        "percentile",
        formula=_PLACE.format(who="dealers'"),
        **_from(_DEALERS, _percentile),
    ),
    _indicator(
        "cot_dealers_change_4w",
        "Dealers in futures, {reports:4-week} change",
        "points",
        formula=_MOVE.format(who="dealers'"),
        **_from(_DEALERS, _change),
    ),
)
