"""What followed in history: the market's return after past signals, counted only where it was complete at the time.

Plain counting against the average of all weeks; no signal is defined here and nothing is promised.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
QUARTER = 13
# Signals that come again within a month are the same event.
REST_WEEKS = 4
# Below this many cases a mean says little, and the words say so.
SMALL_SAMPLE = 20


@dataclass(frozen=True)
class ForwardReturns:
    """Past cases of a signal: how many, how many are complete, and the market's return in the weeks after them.

    mean, median, usual: log-free per cent; share_up, usual_up: 0…1; None without a complete case.
    """

    weeks: int
    cases: int
    complete: int
    mean: float | None
    median: float | None
    share_up: float | None
    usual: float | None
    usual_up: float | None

    @property
    def small(self) -> bool:
        """True when there are too few complete cases to lean on."""
        return self.complete < SMALL_SAMPLE

    @property
    def words(self) -> str:
        """One sentence with the counts first."""
        if self.cases == 0:
            return "It has not fired before in this history."
        times = "once" if self.cases == 1 else f"{self.cases} times"
        if self.complete == 0 or self.mean is None or self.share_up is None:
            return f"It fired {times} before; no case is {self.weeks} weeks old yet."
        rose = round(self.share_up * self.complete)
        text = (
            f"It fired {times} before; {self.weeks} weeks later the S&P 500 was higher in {rose} of {self.complete} "
            f"complete cases, {self.mean:+.1f} % on average"
        )
        if self.usual is not None and self.usual_up is not None:
            text += f" (all weeks: {self.usual:+.1f} %, higher in {self.usual_up:.0%})"
        return text + (": a small sample." if self.small else ".")

    def as_dict(self) -> dict[str, float | int | None]:
        """Plain data, rounded."""
        shares = {"share_up": self.share_up, "usual_up": self.usual_up}
        returns = {"mean": self.mean, "median": self.median, "usual": self.usual}
        return {
            "weeks": self.weeks,
            "cases": self.cases,
            "complete": self.complete,
            **{name: _rounded(value, 2) for name, value in returns.items()},
            **{name: _rounded(value, 3) for name, value in shares.items()},
        }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def forward_return(close: Array, weeks: int = QUARTER) -> Array:
    """Return of the `weeks` rows after each row, per cent; NaN where they are not complete. close: (n,)."""
    ahead = np.full(len(close), np.nan)
    if len(close) > weeks:
        ahead[:-weeks] = 100.0 * (close[weeks:] / close[:-weeks] - 1.0)
    return ahead


def first_weeks(holds: npt.NDArray[np.bool_], rest: int = REST_WEEKS) -> npt.NDArray[np.intp]:
    """Rows where a signal begins: it holds, and has not held in the `rest` rows before. holds: (n,) bool."""
    rows = np.flatnonzero(holds)
    if len(rows) == 0:
        return rows
    gaps = np.diff(rows, prepend=-(10**9))
    return rows[gaps > rest]


def after_signal(
    starts: npt.NDArray[np.intp], close: Array, row: int, *, before: int | None = None, weeks: int = QUARTER
) -> ForwardReturns:
    """Cases before row `before` (default: `row`) and their outcomes as far as they were known on `row`.

    starts: rows where the signal began; close: (n,) one close a row. Only rows up to `row` are used.
    """
    ahead = forward_return(close[: row + 1], weeks)
    past = starts[starts < (row if before is None else before)]
    outcomes = ahead[past]
    outcomes = outcomes[np.isfinite(outcomes)]
    every = ahead[np.isfinite(ahead)]
    some = len(outcomes) > 0
    return ForwardReturns(
        weeks=weeks,
        cases=len(past),
        complete=len(outcomes),
        mean=float(outcomes.mean()) if some else None,
        median=float(np.median(outcomes)) if some else None,
        share_up=float((outcomes > 0).mean()) if some else None,
        usual=float(every.mean()) if len(every) else None,
        usual_up=float((every > 0).mean()) if len(every) else None,
    )
