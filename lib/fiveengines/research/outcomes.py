"""What the index did after each week: return, worst fall and realised volatility over a horizon.

Only horizons complete by the last close count; no reading enters here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

SESSIONS_A_YEAR = 252
OUTCOMES = ("return", "fall", "volatility")


@dataclass(frozen=True)
class Horizon:
    """How far ahead to look: so many reading dates, or so many sessions."""

    length: int
    unit: Literal["weeks", "sessions"]

    @property
    def label(self) -> str:
        """For tables: "13 weeks"."""
        return f"{self.length} {self.unit}"

    @property
    def weeks(self) -> int:
        """The horizon in whole weeks, rounded up."""
        return self.length if self.unit == "weeks" else -(-self.length // 5)


MONTH, QUARTER, TWENTY = Horizon(4, "weeks"), Horizon(13, "weeks"), Horizon(20, "sessions")
HORIZONS = (MONTH, QUARTER, TWENTY)


def outcomes(closes: pd.Series, dates: pd.DatetimeIndex, horizon: Horizon) -> pd.DataFrame:
    """Return, worst fall and volatility after each reading date, in per cent.

    closes: session → close (n,), ending on the evening up to which outcomes may be known. dates: (m,) reading
    dates among its sessions. Returns (m, 3): `return` from the reading's close to the horizon's last;
    `fall`, the lowest close of the horizon against the reading's close, 0 when it never closed below;
    `volatility`, the annualised standard deviation of daily log returns. NaN where the horizon is not
    complete or a close is missing.
    """
    price = closes.to_numpy(dtype="float64")
    start = pd.DatetimeIndex(closes.index).get_indexer(dates)
    if horizon.unit == "weeks":
        end = np.full(len(dates), -1)
        end[: max(len(dates) - horizon.length, 0)] = start[horizon.length :]
    else:
        end = np.where(start + horizon.length < len(price), start + horizon.length, -1)
    table = np.full((len(dates), len(OUTCOMES)), np.nan)
    for row in np.flatnonzero((start >= 0) & (end > start)):
        path = price[start[row] : end[row] + 1]
        if not np.isfinite(path).all():
            continue
        gain, lowest = path[-1] / path[0] - 1, min(path.min() / path[0] - 1, 0.0)
        spread = np.diff(np.log(path)).std(ddof=1) * np.sqrt(SESSIONS_A_YEAR) if len(path) > 2 else np.nan
        table[row] = 100 * gain, 100 * lowest, 100 * spread
    return pd.DataFrame(table, index=dates, columns=list(OUTCOMES))
