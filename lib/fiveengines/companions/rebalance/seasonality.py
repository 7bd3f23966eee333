"""The year by its sessions: the mean path, when its low came, and how sure that is. Formulas over closes alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

# Exchanges are open on 250 to 253 days; a path is compared over the first 250 of them.
SESSIONS = 250


@dataclass(frozen=True)
class Season:
    """When the mean of `years` years had its low, and the interval of that.

    low, early, late: sessions of the year, 0-based; the interval comes from redrawing whole years. halves: the low of
    the mean of the older and of the newer half of the years.
    """

    years: int
    low: int
    early: int
    late: int
    halves: tuple[int, int]


def season(closes: pd.Series, draws: int, level: float, seed: int) -> Season | None:
    """The mean year of all complete calendar years, None with fewer than two.

    closes: session → close, oldest first; NaN is dropped. A path is the sum of log returns since the year before
    ended, in per cent of the start. level: share of redrawn years' lows inside the interval.
    """
    table = year_paths(closes)
    if len(table) < 2:
        return None
    paths = table.to_numpy()
    chance = np.random.default_rng(seed)
    drawn = chance.integers(0, len(paths), (draws, len(paths)))
    counts = np.apply_along_axis(np.bincount, 1, drawn, minlength=len(paths))
    lows = np.argmin(counts @ paths / len(paths), axis=1)
    early, late = np.percentile(lows, [50 * (1 - level), 50 * (1 + level)])
    half = len(paths) // 2
    halves = (int(np.argmin(paths[:half].mean(axis=0))), int(np.argmin(paths[half:].mean(axis=0))))
    return Season(len(paths), int(np.argmin(paths.mean(axis=0))), int(early), int(np.ceil(late)), halves)


def year_paths(closes: pd.Series) -> pd.DataFrame:
    """Complete calendar years × sessions (0 … SESSIONS-1): log of the close over the last close of the year before.

    closes: session → close, oldest first; NaN is dropped. A year counts when it has SESSIONS sessions and one before.
    """
    present = closes.dropna()
    years = pd.DatetimeIndex(present.index).year
    rows = {}
    for year in range(int(years.min()) + 1, int(years.max()) + 1) if len(present) else ():
        before, own = present[years == year - 1], present[years == year]
        if len(before) and len(own) >= SESSIONS:
            rows[year] = np.log(own.to_numpy()[:SESSIONS] / before.iloc[-1])
    return pd.DataFrame.from_dict(rows, orient="index", columns=range(SESSIONS))


def day_of(session: int) -> str:
    """About which day of the year a session is, as '12 March': sessions are spread evenly over the year."""
    day = pd.Timestamp("2001-01-01") + pd.Timedelta(days=round((session + 0.5) / SESSIONS * 365))
    return f"{day.day} {day.month_name()}"
