"""The evidence companion's frames as tables for a reader: headings in words, shares in per cent, intervals in a cell.

Shows what the evidence room found; computes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from fiveengines.base.formats import minus, number, percent, signed
from fiveengines.base.parameters import ENGINES
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.model.regimes import NAMES
from fiveengines.views.tables import values
from fiveengines.views.tables.markup import great_table, lines, soft

Cell = Callable[[Any], object]


def outcomes(found: pd.DataFrame, now: int | None = None) -> Any:
    """What followed each regime, one group of rows a horizon; `now` marks the regime of the week."""
    rows = [
        {
            "horizon": str(horizon),
            "name": f"{row['name']}{' (now)' if number == now else ''}",
            "return": _with_interval(row, "return", change),
            "fall": _with_interval(row, "fall", fall),
            "volatility": _with_interval(row, "volatility", level),
            "positive": percent(row["positive"]),
            "sample": str(row["sample"]),
        }
        for horizon, number, row in ((*at, row) for at, row in found.iterrows())  # type: ignore[misc]
        if row["weeks"] > 0
    ]
    columns = {
        "horizon": "Horizon",
        "name": "Regime",
        "return": "Return",
        "fall": "Worst fall on the way",
        "volatility": "Volatility",
        "positive": "Rose",
        "sample": "Weeks behind it",
    }
    return great_table(
        columns,
        rows,
        title="What followed each regime",
        subtitle="S&P 500, means of past weeks; in grey a 90 % interval",
        right=["return", "fall", "volatility", "positive"],
        group="horizon",
    )


def inflection_record(found: pd.DataFrame) -> Any:
    """How often each engine's inflections were followed by what they promise, against all weeks."""
    return _table(
        found.reset_index(drop=True),
        {
            "engine": ("Engine", _engine),
            "direction": ("Turn", str),
            "hit_rate": ("Hits", percent),
            "all_hit_rate": ("All weeks", percent),
            "mean_return": ("Return after", change),
            "all_return": ("All weeks", change),
            "mean_fall": ("Worst fall", fall),
            "all_fall": ("All weeks", fall),
            "sample": ("Cases behind it", str),
        },
        "What followed each engine's inflections",
        left=("engine", "direction", "sample"),
    )


def spells(found: pd.DataFrame) -> Any:
    """How long each regime has lasted, in weeks."""
    return _table(
        found,
        {
            "name": ("Regime", str),
            "share": ("Share of weeks", percent),
            "median": ("Median spell", number),
            "shortest": ("Shortest", number),
            "longest": ("Longest", number),
            "running": ("Running now", number),
            "sample": ("Spells behind it", str),
        },
        "How long regimes last",
        subtitle="In weeks",
        left=("name", "sample"),
    )


def transitions(counts: pd.DataFrame, shares: pd.DataFrame) -> Any:
    """From one week's regime to the next week's: share of weeks, and in grey their count."""
    columns = {"from": "This week"} | {str(to): NAMES[int(to)] for to in counts.columns}
    rows = [
        {"from": NAMES[int(start)]}
        | {
            str(to): lines(percent(shares.at[start, to]), soft(int(counts.at[start, to])))  # type: ignore[arg-type]
            for to in counts.columns
        }
        for start in counts.index
    ]
    return great_table(
        columns,
        rows,
        title="What comes the week after",
        subtitle="Share of weeks; in grey how many",
        right=[str(to) for to in counts.columns],
    )


def analogs(found: pd.DataFrame) -> Any:
    """The closest past weeks: how far apart, their scores, and what followed."""
    return _table(
        found.reset_index(),
        {
            "week": ("Week", values.day),
            "rms_distance": ("Mean gap", lambda gap: number(gap, 2)),
            "regime": ("Regime", lambda number: NAMES[int(number)]),
            **{str(name): (ENGINE_NAMES[name], signed) for name in ENGINES},
            "return_after": ("Return after", change),
            "fall_after": ("Worst fall", fall),
        },
        "The closest past weeks",
        subtitle="Scores of the five engines then, and the S&P 500 over the quarter that followed",
        left=("week", "regime"),
    )


def walk_forward(found: pd.DataFrame) -> Any:
    """What acting on each rule would have brought."""
    return _table(
        found.reset_index(),
        {
            "strategy": ("Rule", str),
            "sharpe": ("Sharpe ratio", lambda ratio: number(ratio, 2)),
            "cagr": ("Return a year", change),
            "volatility": ("Volatility", lambda part: number(part, 1, " %")),
            "max_drawdown": ("Deepest fall", fall),
            "turnover": ("Turnover a year", lambda times: number(times, 1, "×")),
            "mean_exposure": ("Mean exposure", percent),
        },
        "Acting on the target exposure, against simpler rules",
        left=("strategy",),
    )


def sensitivity(found: pd.DataFrame) -> Any:
    """The numbers that the readings hang on most."""
    return _table(
        found,
        {
            "parameter": ("Number", str),
            "move": ("Moved by", str),
            "value": ("From", lambda value: minus(f"{value:g}")),
            "moved_to": ("To", lambda value: minus(f"{value:g}")),
            "changed": ("Weeks with another regime", lambda part: percent(part, 1)),
            "states_changed": ("Engine states changed", lambda part: percent(part, 1)),
        },
        "The numbers that matter most",
        left=("parameter",),
    )


def _engine(name: str) -> str:
    return ENGINE_NAMES[name]


def change(value: float) -> str:
    """A change in per cent with its sign, or a dash."""
    return number(value, 1, " %", sign=True)


def fall(value: float) -> str:
    """A fall in per cent: nothing or less, or a dash."""
    return number(value, 1, " %")


def level(value: float) -> str:
    """A level in whole per cent, or a dash."""
    return number(value, 0, " %")


def _with_interval(row: Any, name: str, write: Callable[[float], str]) -> object:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return lines(write(row[name]), "" if pd.isna(low) else soft(f"{write(low)} to {write(high)}"))


def _table(
    found: pd.DataFrame,
    columns: Mapping[str, tuple[str, Cell]],
    title: str,
    *,
    left: tuple[str, ...],
    subtitle: str = "",
) -> Any:
    rows = [{name: write(row[name]) for name, (_, write) in columns.items()} for _, row in found.iterrows()]
    return great_table(
        {name: heading for name, (heading, _) in columns.items()},
        rows,
        title=title,
        subtitle=subtitle,
        right=[name for name in columns if name not in left],
    )
