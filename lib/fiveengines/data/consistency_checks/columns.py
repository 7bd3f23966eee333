"""What must hold between the columns of one table: longs equal shorts, three answers make a whole.

Numbers in, numbers and warnings out; a few rows that break an identity go, many refuse the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from fiveengines.base.errors import DataError
from fiveengines.data.folder.csv import Table, tolerance
from fiveengines.data.folder.csv.numbers import Floats
from fiveengines.data.folder.layouts import Check

_SPREADING = ("dealer", "asset_mgr", "lev_money", "other_rept")
_SIDES = ("long", "short")
AAII_WORDS = ("bullish", "neutral", "bearish")
# columns that only a check needs
EXTRA: Mapping[Check, tuple[str, ...]] = {
    "none": (),
    "long_is_short": (),
    "ohlc": ("close", "high", "low"),
    "aaii": AAII_WORDS,
    "tff": (
        "open_interest_all",
        *(f"{who}_positions_{side}_all" for who in _SPREADING for side in (*_SIDES, "spread")),
        *(f"{who}_positions_{side}_all" for who in ("tot_rept", "nonrept") for side in _SIDES),
    ),
}


def check_consistency(table: Table, check: Check, where: str) -> Table:
    """`table` without the few rows that break its identity, units made equal; DataError when many do."""
    if check == "aaii":
        return _aaii_percent(table, where)
    if check == "none":
        return table
    broken, what = _IDENTITIES[check]
    return _without(table, broken(table), where, what)


def _without(table: Table, broken: npt.NDArray[np.bool_], where: str, what: str) -> Table:
    if not broken.any():
        return table
    days = table.dates[broken]
    if len(days) > tolerance(len(table.dates)):
        raise DataError(
            f"in {len(days)} of {len(table.dates)} rows {what} ({days[0]} first).",
            where=where,
            remedy="Download the file again; columns may be mixed up.",
        )
    columns = {name: values[~broken] for name, values in table.columns.items()}
    left_out = (*table.left_out, *((day, what) for day in days))
    return replace(table, dates=table.dates[~broken], columns=columns, left_out=left_out)


def _long_is_not_short(table: Table) -> npt.NDArray[np.bool_]:
    """Rows whose long and short totals differ by more than a rounding contract; incomplete rows pass."""
    names = [f"{who}_{side}" for side in _SIDES for who in ("spec", "comm", "nonrept")]
    if any(name not in table.columns for name in names):
        return np.zeros(len(table.dates), dtype=bool)
    longs, shorts = (
        sum((table.columns[n] for n in part), np.zeros(len(table.dates))) for part in (names[:3], names[3:])
    )
    return np.abs(longs - shorts) > 2


def _close_outside(table: Table) -> npt.NDArray[np.bool_]:
    """Rows whose close is above the high or below the low; a file of closes alone passes."""
    columns = table.columns
    if any(name not in columns for name in EXTRA["ohlc"]):
        return np.zeros(len(table.dates), dtype=bool)
    close, high, low = (columns[name] for name in EXTRA["ohlc"])
    return (close > high + 1e-6) | (close < low - 1e-6)


def _tff_broken(table: Table) -> npt.NDArray[np.bool_]:
    """Rows of the CFTC's own file whose classes do not add up; a file without all classes passes."""
    columns = table.columns
    broken = np.zeros(len(table.dates), dtype=bool)
    if any(name not in columns for name in EXTRA["tff"]):
        return broken
    interest = columns["open_interest_all"]
    for side in _SIDES:
        classes = sum(
            (columns[f"{who}_positions_{part}_all"] for who in _SPREADING for part in (side, "spread")),
            np.zeros(len(table.dates)),
        )
        reportable = columns[f"tot_rept_positions_{side}_all"]
        small = columns[f"nonrept_positions_{side}_all"]
        broken |= (np.abs(classes - reportable) > 2) | (np.abs(reportable + small - interest) > 2)
    return broken


# An identity of columns: which rows break it, and what is said of them.
_IDENTITIES: Mapping[Check, tuple[Callable[[Table], npt.NDArray[np.bool_]], str]] = {
    "long_is_short": (_long_is_not_short, "longs and shorts do not add up to the same total"),
    "tff": (_tff_broken, "long, short and spreading do not add up to open interest"),
    "ohlc": (_close_outside, "the close lies outside low and high"),
}


def _aaii_percent(table: Table, where: str) -> Table:
    """The survey in percent; its file holds shares or percent: the three answers add up to 1 or to 100."""
    if any(word not in table.columns for word in AAII_WORDS):
        raise DataError(
            "bullish, neutral and bearish are needed together to distinguish shares from percent.",
            where=where,
            remedy="Keep all three columns of the survey.",
        )
    total: Floats = sum((table.columns[word] for word in AAII_WORDS), np.zeros(len(table.dates)))
    share = bool(np.nanmedian(total) < 10) if np.isfinite(total).any() else False
    whole = 1.0 if share else 100.0
    table = _without(
        table, np.abs(total / whole - 1) > 0.03, where, f"the three answers do not add up to {whole:g}"
    )
    if not share:
        return table
    return replace(table, columns={name: values * 100 for name, values in table.columns.items()})
