"""What the past says about a week like this: outcomes by regime, with counts and intervals.

Shows what the evidence room found; computes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from fiveengines.views.tables.evidence_tables import change, fall, level
from fiveengines.views.tables.markup import great_table, lines, prose, soft

if TYPE_CHECKING:
    from fiveengines.week import Week


def base_rates(week: Week) -> Any:
    """A quarter ahead by regime: return with 90 % interval, worst fall, volatility, counts; small samples say so."""
    table = week.base_rates
    if table is None:
        return prose("There is too little history to say what followed such weeks.")
    columns = {
        "name": "Regime",
        "return": "Return, 13 weeks",
        "fall": "Worst fall on the way",
        "volatility": "Volatility",
        "sample": "Weeks behind it",
    }
    rows = [
        {
            "name": str(row["name"]) + (" (now)" if number == week.regime.number else ""),
            "return": lines(change(row["return"]), soft(_interval(row, "return"))),
            "fall": fall(row["fall"]),
            "volatility": level(row["volatility"]),
            "sample": str(row["sample"]),
        }
        for number, row in table.iterrows()
        if row["weeks"] > 0
    ]
    return great_table(
        columns,
        rows,
        title="What followed each regime",
        subtitle="S&P 500 over the next quarter; means of past weeks complete by now, in grey a 90 % interval",
        right=["return", "fall", "volatility"],
        note="Means of the past, not forecasts; weeks overlap, so those that do not are what counts.",
    )


def _interval(row: Any, name: str) -> str:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return "" if pd.isna(low) else f"{change(low)} to {change(high)}"
