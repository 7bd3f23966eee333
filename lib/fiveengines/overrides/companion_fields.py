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
}
