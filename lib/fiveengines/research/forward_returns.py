"""What the index did after each week, and after each case of a signal, counted only where it was complete by then.

Plain counting against all weeks; no signal is defined here and no reading enters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiveengines.base.formats import number, percent
from fiveengines.base.parameters.research import ResearchParameters
from fiveengines.research import samples

Array = npt.NDArray[np.float64]
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


def forward_returns(closes: pd.Series, dates: pd.DatetimeIndex, horizon: Horizon) -> pd.DataFrame:
    """Return, worst fall and volatility after each reading date, in per cent.

    closes: session → close (n,), ending on the evening up to which outcomes may be known. dates: (m,) reading
    dates among its sessions. Returns (m, 3): `return` from the reading's close to the horizon's last;
    `fall`, the lowest close of the horizon against the reading's close, 0 when it never closed below;
    `volatility`, the annualised standard deviation of log returns between its sessions (NaN with fewer than
    two). NaN where the horizon is not complete or a close is missing.
    """
    start = pd.DatetimeIndex(closes.index).get_indexer(dates)
    if horizon.unit == "weeks":
        end = np.full(len(dates), -1)
        end[: max(len(dates) - horizon.length, 0)] = start[horizon.length :]
    else:
        end = np.where(start + horizon.length < len(closes), start + horizon.length, -1)
    table = np.full((len(dates), len(OUTCOMES)), np.nan)
    rows = np.flatnonzero((start >= 0) & (end > start))
    table[rows] = _outcomes(closes.to_numpy(dtype="float64"), start[rows], end[rows])
    return pd.DataFrame(table, index=dates, columns=list(OUTCOMES))


def _outcomes(close: Array, start: npt.NDArray[np.intp], end: npt.NDArray[np.intp]) -> Array:
    """The three outcomes from each row of `start` to that of `end`, (m, 3); a missing close between makes them NaN."""
    if len(start) == 0:
        return np.empty((0, len(OUTCOMES)))
    # `reduceat` takes pairs of first row and row after the last; a row at the end keeps the last pair inside.
    spans = np.column_stack([start, end + 1]).ravel()
    lowest = np.minimum.reduceat(np.append(close, np.nan), spans)[::2]
    first = close[start]
    move = np.append(np.diff(np.log(close)), [0.0, 0.0])
    count = end - start
    spans = np.column_stack([start, end]).ravel()
    mean = np.add.reduceat(move, spans)[::2] / count
    squares = np.add.reduceat(move**2, spans)[::2]
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(np.maximum(squares - count * mean**2, 0.0) / (count - 1) * SESSIONS_A_YEAR)
    gain, fall = close[end] / first - 1, np.minimum(lowest / first - 1, 0.0)
    found: Array = 100 * np.column_stack([gain, fall, spread])
    found[~np.isfinite(lowest)] = np.nan
    return found


@dataclass(frozen=True)
class ForwardReturns:
    """Past cases of a signal: how many, how many are complete, and the index's return in the weeks after them.

    mean, median, usual: simple returns in per cent; share_up, usual_up: 0…1; None without a complete case. usual:
    of all weeks. small: too few complete cases that do not overlap.
    """

    weeks: int
    cases: int
    complete: int
    mean: float | None
    median: float | None
    share_up: float | None
    usual: float | None
    usual_up: float | None
    small: bool

    @property
    def sentence(self) -> str:
        """One sentence with the counts first."""
        if self.cases == 0:
            return "It has not fired before in this history."
        times = "once" if self.cases == 1 else f"{self.cases} times"
        if self.complete == 0 or self.mean is None or self.share_up is None:
            return f"It fired {times} before; no case is {self.weeks} weeks old yet."
        rose = round(self.share_up * self.complete)
        text = (
            f"It fired {times} before; {self.weeks} weeks later the S&P 500 was higher in {rose} of {self.complete} "
            f"complete cases, {number(self.mean, 1, ' %', sign=True)} on average"
        )
        if self.usual is not None and self.usual_up is not None:
            usual = number(self.usual, 1, " %", sign=True)
            text += f" (all weeks: {usual}, higher in {percent(self.usual_up)})"
        return text + (": a small sample." if self.small else ".")


def first_rows(holds: npt.NDArray[np.bool_], quiet: int) -> npt.NDArray[np.intp]:
    """Rows where a signal begins: it holds, and has not held in the `quiet` rows before. holds: (n,) bool."""
    rows = np.flatnonzero(holds)
    return rows[np.diff(rows, prepend=-quiet - 1) > quiet]


def after_signal(
    starts: npt.NDArray[np.intp],
    close: Array,
    row: int,
    params: ResearchParameters,
    *,
    before: int | None = None,
) -> ForwardReturns:
    """Cases before row `before` (default: `row`) and their returns over a quarter as far as they were known on `row`.

    starts: rows where the signal began, ascending; close: (n,) one close a reading date, NaN where unknown. Only rows
    up to `row` are used.
    """
    weeks = params.horizons.quarter_weeks
    ahead = np.full(len(close), np.nan)
    rows = np.arange(max(row + 1 - weeks, 0))
    ahead[rows] = _outcomes(close, rows, rows + weeks)[:, 0]
    past = starts[starts < (row if before is None else before)]
    complete = past[np.isfinite(ahead[past])]
    returns, every = ahead[complete], ahead[np.isfinite(ahead)]
    cases = samples.effective_sample_size(complete, weeks)
    some, any_week = len(returns) > 0, len(every) > 0
    return ForwardReturns(
        weeks=weeks,
        cases=len(past),
        complete=len(complete),
        mean=float(returns.mean()) if some else None,
        median=float(np.median(returns)) if some else None,
        share_up=float((returns > 0).mean()) if some else None,
        usual=float(every.mean()) if any_week else None,
        usual_up=float((every > 0).mean()) if any_week else None,
        small=cases < params.small_sample,
    )
