"""The momentum factor of index members: last year's winners against its losers, day by day, and its falls.

Pure and causal functions of numpy and pandas; no breakpoint and no judgement may enter.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def momentum_legs(
    members: pd.DataFrame,
    in_index: Flags | None = None,
    lookback: int = 252,
    skip: int = 21,
    share: float = 0.1,
    fewest: int = 100,
) -> pd.DataFrame:
    """Daily returns of winners and losers among index members, chosen anew on the first session of each month.

    Chosen by the return from `lookback` to `skip` sessions before the last session of the month that ended, among those
    then in the index with a close on all three days; the best and worst `share` are held in equal parts, reset each
    day, until the next choice. A member that stops trading leaves the mean. members: (n, m) closes, NaN where a
    member has none; in_index: (n, m), False when a member is not in the index. Returns (n, 2) fractions `winners`
    and `losers`, NaN before the first choice and in months with fewer than `fewest` candidates. Source: K. Daniel
    and T. Moskowitz, Momentum Crashes (Journal of Financial Economics, 2016), there value-weighted on all US stocks.
    """
    closes = members.to_numpy(dtype="float64")
    returns = np.full(closes.shape, np.nan)
    returns[1:] = closes[1:] / closes[:-1] - 1.0
    months = pd.DatetimeIndex(members.index).to_period("M").asi8
    begins = np.flatnonzero(np.diff(months)) + 1
    legs = np.full((len(closes), 2), np.nan)
    for begin, end in pairwise([*begins, len(closes)]):
        chosen = begin - 1
        if chosen < lookback:
            continue
        past = closes[chosen - skip] / closes[chosen - lookback] - 1.0
        able = np.isfinite(past) & np.isfinite(closes[chosen])
        if in_index is not None:
            able &= in_index[chosen]
        candidates = np.flatnonzero(able)
        if len(candidates) < fewest:
            continue
        order = candidates[np.argsort(past[candidates], kind="stable")]
        count = max(int(np.floor(share * len(candidates) + 1e-9)), 1)
        legs[begin:end, 0] = _mean(returns[begin:end, order[-count:]])
        legs[begin:end, 1] = _mean(returns[begin:end, order[:count]])
    return pd.DataFrame(legs, index=members.index, columns=["winners", "losers"])


def momentum_factor(legs: pd.DataFrame) -> pd.Series:
    """Level of winners minus losers, reset each day: running product of 1 + winners − losers, from 1.

    legs: (n, 2) as from `momentum_legs`. Returns (n,), NaN where the legs are; a gap holds the level.
    """
    spread = legs["winners"] - legs["losers"]
    return (1.0 + spread.fillna(0.0)).cumprod().where(spread.notna())


def _mean(rows: Floats) -> Floats:
    present = np.isfinite(rows)
    count = present.sum(axis=1)
    total = np.where(present, rows, 0.0).sum(axis=1)
    mean: Floats = np.where(count > 0, total / np.where(count > 0, count, 1), np.nan)
    return mean
