"""Figures that a person may enter for companions, beside the indicators of the week.

Facts about fields only; which companion uses one, and how, is its own business.
"""

from __future__ import annotations

from dataclasses import dataclass

from fiveengines.indicators import Lookup
from fiveengines.indicators.indicator import Range


@dataclass(frozen=True)
class CompanionField:
    """One figure that no series of ours holds: what it is, which values can be true, and where a person finds it."""

    title: str
    unit: str
    range: Range
    lookup: Lookup | None = None


FIELDS = {
    "data_surprise": CompanionField(
        "Economic surprise index of a vendor, in its own standard deviations",
        "standard deviations",
        Range(-5, 5, 0.1, "signed"),
    ),
    "gamma_flip": CompanionField(
        "Level of the S&P 500 at which dealer gamma changes its sign",
        "index",
        Range(100, 100_000, 1, "number"),
        Lookup(
            "your broker's or vendor's gamma report",
            "",
            "At which level of the S&P 500 does dealer gamma change its sign, in index points?",
        ),
    ),
    "fund_flows": CompanionField(
        "Net flow of US equity funds in the latest week",
        "$bn",
        Range(-500, 500, 0.1, "$bn"),
        Lookup(
            "ICI, Weekly Estimated Long-Term Mutual Fund and ETF Flows",
            "https://www.ici.org/research/stats/flows",
            "What was the net flow of domestic equity mutual funds and ETFs in the latest week, in $ billion "
            "(outflows negative)?",
        ),
    ),
}
