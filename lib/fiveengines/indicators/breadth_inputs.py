"""Breadth from members' closes, and the best basis each session has: members, ready series or sector funds.

The formulas are pure and causal; members and sectors are frames, dates × tickers. No breakpoint may enter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiveengines.base import cache
from fiveengines.base.parameters.engines import BreadthSettings
from fiveengines.data.panel import Panel

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# A close within this fraction of its average or old extreme equals it: running sums carry float dust.
SAME = 1e-10
# Named in an input set for the sector funds that there are, as MEMBERS is for the closes of index members.
SECTORS = "SECTORS"
SECTOR_FUNDS = ("XLB", "XLC", "XLE", "XLF", "XLI", "XLK", "XLP", "XLRE", "XLU", "XLV", "XLY")
WINDOWS = (20, 50, 200)
_CACHED = (
    *(f"above_{window}" for window in WINDOWS),
    "advances",
    "declines",
    "net_new_highs",
    "new_lows",
    "concentration",
)


@dataclass(frozen=True)
class BreadthInputs:
    """Breadth of one panel on its sessions, a column for each basis in order of preference.

    above: % of members by length of the average, columns "members", "published" and "sectors". advances, declines:
    counts of "members" and of "nyse" issues. net_new_highs, new_lows: % of "members", or as "published". concentration:
    (n,) % of members. basis: (n,) the first of those of `above` that has a figure, "" where none has.
    """

    above: dict[int, pd.DataFrame]
    advances: pd.DataFrame
    declines: pd.DataFrame
    net_new_highs: pd.DataFrame
    new_lows: pd.DataFrame
    concentration: pd.Series
    basis: pd.Series


def breadth_inputs(panel: Panel, settings: BreadthSettings) -> BreadthInputs:
    """Breadth of the panel from each basis: float64 on the panel's sessions, NaN where that basis has no figure."""
    found = _from_members(panel, settings)
    issues = (panel.daily("NYSE_ADVANCING") + panel.daily("NYSE_DECLINING")).fillna(settings.issues)
    published = (panel.daily("NEW_HIGHS_52W") - panel.daily("NEW_LOWS_52W")) / issues * 100
    sectors = pd.DataFrame({each: panel.daily(each) for each in SECTOR_FUNDS})
    sectors = sectors.where(sectors.notna().sum(axis=1) >= settings.fewest_sectors)
    above = {
        window: pd.DataFrame(
            {
                "members": found[f"above_{window}"],
                "published": panel.daily(f"PCT_ABOVE_{window}DMA_SP500"),
                "sectors": pct_above_sma(sectors, window, settings.full_window),
            }
        )
        for window in WINDOWS
    }
    known = above[200].notna()
    return BreadthInputs(
        above=above,
        advances=pd.DataFrame({"members": found["advances"], "nyse": panel.daily("NYSE_ADVANCING")}),
        declines=pd.DataFrame({"members": found["declines"], "nyse": panel.daily("NYSE_DECLINING")}),
        net_new_highs=pd.DataFrame({"members": found["net_new_highs"], "published": published}),
        new_lows=pd.DataFrame(
            {"members": found["new_lows"], "published": panel.daily("NEW_LOWS_52W") / issues * 100}
        ),
        concentration=found["concentration"],
        basis=known.idxmax(axis=1).where(known.any(axis=1), ""),
    )


def _from_members(panel: Panel, settings: BreadthSettings) -> pd.DataFrame:
    """Breadth from members' closes on the panel's sessions; all NaN without members, or with too few of them.

    Half a second for 500 members, so it is cached: the same closes, settings and code always give the same figures.
    """
    closes = panel.members
    if closes is None or panel.in_index is None:
        return pd.DataFrame(np.nan, index=panel.sessions, columns=list(_CACHED))
    code = cache.code_key("data", "indicators/breadth_inputs.py")
    span = panel.sessions[0], panel.sessions[-1]
    held = panel.dataset.members.fingerprint() if panel.dataset.members is not None else ""
    key = cache.key_of((held, *span, code, settings.model_dump_json()))
    arrays = cache.arrays("breadth", key, lambda: _computed(closes, panel.in_index, settings))
    return pd.DataFrame(arrays, index=panel.sessions)[list(_CACHED)]


def _computed(
    closes: pd.DataFrame, in_index: Flags | None, settings: BreadthSettings
) -> dict[str, np.ndarray]:
    priced = closes.notna().to_numpy() & (True if in_index is None else in_index)
    enough = priced.sum(axis=1) >= settings.fewest_members
    counts = advances_declines(closes, in_index)
    extremes = new_highs_lows(closes, coverage=settings.full_window, in_index=in_index)
    found = {
        f"above_{window}": pct_above_sma(closes, window, settings.full_window, in_index) for window in WINDOWS
    }
    found |= {"advances": counts["advances"], "declines": counts["declines"]}
    found["net_new_highs"] = extremes["pct_highs"] - extremes["pct_lows"]
    found["new_lows"] = extremes["pct_lows"]
    found["concentration"] = concentration_of_returns(
        closes, settings.concentration_sessions, settings.concentration_top, in_index
    )
    return {name: np.where(enough, each.to_numpy(dtype="float64"), np.nan) for name, each in found.items()}


def pct_above_sma(
    members: pd.DataFrame, window: int, coverage: float = 0.95, in_index: Flags | None = None
) -> pd.Series:
    """Share of members above their own simple average of `window` closes, %, 0 to 100.

    members: (n, m) closes, NaN where a member has none; eleven sectors do as well. A member counts on a day
    when it has a close and at least `coverage` of the window's closes; its average is over those there are,
    today's included. in_index: (n, m), False on days when a member is not in the index: it has a price and does not
    count. Returns (n,), NaN where no member counts. With today's members in the past, survivors flatter it by a few
    points.
    """
    closes = members.to_numpy(dtype="float64")
    present = np.isfinite(closes)
    counts = _window_sum(present.astype("float64"), window)
    sums = _window_sum(np.where(present, closes, 0.0), window)
    counted = _of_index(present & (counts >= np.ceil(coverage * window - 1e-9)), in_index)
    above = counted & (closes * counts > sums * (1.0 + SAME))
    return pd.Series(_share(above.sum(axis=1), counted.sum(axis=1)), index=members.index)


def new_highs_lows(
    members: pd.DataFrame, window: int = 252, coverage: float = 0.95, in_index: Flags | None = None
) -> pd.DataFrame:
    """Members at a 52-week high or low: beyond every other close of the last `window` sessions.

    members: (n, m) closes, NaN where a member has none. A member counts on a day when it has a close and at least
    `coverage` of the window's closes; a close equal to the old extreme is not a new one. in_index: (n, m), False on
    days when a member is not in the index. Returns (n, 5): counts `highs`, `lows` and `counted`, and `pct_highs`,
    `pct_lows` as % of those counted; NaN where no member counts. Exchanges count intraday extremes: their figures
    are a little higher.
    """
    closes = members.to_numpy(dtype="float64")
    present = np.isfinite(closes)
    full = _window_sum(present.astype("float64"), window) >= np.ceil(coverage * window - 1e-9)
    counted = _of_index(present & full, in_index)
    # The extreme of the window's other sessions: one row late and one row short.
    top = _shifted(_window_max(np.where(present, closes, -np.inf), window - 1), -np.inf)
    bottom = -_shifted(_window_max(np.where(present, -closes, -np.inf), window - 1), -np.inf)
    total = counted.sum(axis=1).astype("float64")
    found = {
        "highs": (counted & (closes > top * (1.0 + SAME))).sum(axis=1),
        "lows": (counted & (closes < bottom * (1.0 - SAME))).sum(axis=1),
        "counted": total,
    }
    frame = pd.DataFrame(found, index=members.index, dtype="float64")
    frame.loc[total == 0] = np.nan
    frame["pct_highs"] = _share(found["highs"], total)
    frame["pct_lows"] = _share(found["lows"], total)
    return frame


def advances_declines(members: pd.DataFrame, in_index: Flags | None = None) -> pd.DataFrame:
    """Count members that closed up, down and unchanged from the session before.

    members: (n, m) closes. A member without a close on either day is not counted, nor on a day when `in_index` (n, m)
    is False. Returns (n, 3) float64 with
    columns `advances`, `declines` and `unchanged`; NaN on the first row and where no member counts.
    """
    closes = members.to_numpy(dtype="float64")
    moves = np.full(closes.shape, np.nan)
    moves[1:] = closes[1:] - closes[:-1]
    moves[~_of_index(np.isfinite(moves), in_index)] = np.nan
    known = np.isfinite(moves).any(axis=1)
    counts = {"advances": moves > 0, "declines": moves < 0, "unchanged": moves == 0}
    frame = pd.DataFrame({name: each.sum(axis=1) for name, each in counts.items()}, index=members.index)
    frame = frame.astype("float64")
    frame.loc[~known] = np.nan
    return frame


def concentration_of_returns(
    members: pd.DataFrame, window: int, top: float = 0.1, in_index: Flags | None = None
) -> pd.Series:
    """Share of the gains of the last `window` sessions that the best members earned, %, 0 to 100.

    Gains are members' positive price returns, equally weighted; the best are the top share `top` of the
    members with a close at both ends, rounded up. When all gain alike the figure is 100 · top.
    members: (n, m) closes; in_index: (n, m), False on days when a member is not in the index. Returns (n,), NaN for
    the first `window` rows and where nobody gained.
    """
    closes = members.to_numpy(dtype="float64")
    count, width = closes.shape
    gains = np.full(closes.shape, np.nan)
    gains[window:] = closes[window:] / closes[: max(count - window, 0)] - 1.0
    gains[~_of_index(np.isfinite(gains), in_index)] = np.nan
    known = np.isfinite(gains).sum(axis=1)
    ordered = -np.sort(-np.where(gains > 0, gains, 0.0), axis=1)
    best = np.ceil(top * known - 1e-9).astype(int).clip(1, max(width, 1))
    total = ordered.sum(axis=1)
    earned = np.cumsum(ordered, axis=1)[np.arange(count), best - 1] if width else total
    return pd.Series(_share(earned, total), index=members.index)


def _of_index(counted: Flags, in_index: Flags | None) -> Flags:
    return counted if in_index is None else counted & in_index


def _share(part: npt.ArrayLike, whole: npt.ArrayLike) -> Floats:
    whole_ = np.asarray(whole, dtype="float64")
    return 100.0 * np.asarray(part, dtype="float64") / np.where(whole_ > 0, whole_, np.nan)


def _window_sum(values: Floats, window: int) -> Floats:
    """Sum of each column's last `window` rows (of fewer, at the start)."""
    total = np.cumsum(values, axis=0)
    total[window:] = total[window:] - total[:-window]
    return total


def _window_max(values: Floats, window: int) -> Floats:
    """Maximum of each column's last `window` rows: doubling reaches any width in log2(window) passes."""
    result, width = values.copy(), 1
    while width < window:
        step = min(width, window - width)
        later = result.copy()
        np.maximum(result[step:], result[:-step], out=later[step:])
        result, width = later, width + step
    return result


def _shifted(values: Floats, fill: float) -> Floats:
    result = np.full_like(values, fill)
    result[1:] = values[:-1]
    return result
