"""A plain walk-forward version of the source's three layers, and how much of its record is selection.

Formulas over closes and yields; weights are set on one evening and earn from the next session on.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd

_YEAR = 252


def layers(yields: pd.Series, sentiment: pd.Series, level: float, rise: float, sessions: int) -> pd.DataFrame:
    """Share of growth, value and bonds that the three layers hold on each evening, (n,) × growth, value, bonds.

    yields: 10-year, % a year; sentiment: True where the index is dear while growth slows; both (n,), NaN where unknown.
    Half growth and half value as a rule. While the yield is above `level` and `rise` points higher than `sessions`
    before, growth is halved in favour of bonds (layer one); while dear and slowing, a quarter of the whole moves from
    growth to value (layer two); when the yield fell by `rise` in as many sessions, growth and value become a barbell of
    three quarters growth (layer three).
    """
    spiking = (yields > level) & (yields.diff(sessions) >= rise)
    falling = yields.diff(sessions) <= -rise
    dear = sentiment.fillna(False).astype(bool)
    growth = pd.Series(0.5, index=yields.index)
    growth = growth.mask(falling, 0.75).mask(dear, growth - 0.25).mask(spiking, 0.25)
    bonds = pd.Series(0.0, index=yields.index).mask(spiking, 0.25)
    return pd.DataFrame({"growth": growth, "value": 1 - growth - bonds, "bonds": bonds})


def net_returns(weights: pd.DataFrame, returns: pd.DataFrame, cost: float) -> pd.Series:
    """Daily return after costs, simple, (n,), of weights that are set on one evening and earn from the next session on.

    weights: (m, k), NaN never; returns: (n, k) simple, columns in the same order; cost: for each unit traded. Sessions
    before the first weights earn nothing.
    """
    held = weights.shift(1).reindex(returns.index).ffill().fillna(0.0)
    earned = pd.Series((held.to_numpy() * returns.to_numpy()).sum(axis=1), index=returns.index)
    return earned - cost * held.diff().abs().sum(axis=1)


def capture(own: pd.Series, market: pd.Series, *, up: bool) -> float | None:
    """Compound monthly return of `own` in the market's rising (or falling) months over the market's, per cent.

    own, market: daily simple returns on the same sessions, (n,). None with fewer than six such months.
    """
    months = pd.DatetimeIndex(own.index).to_period("M")
    mine = (1 + own).groupby(months).prod() - 1
    theirs = (1 + market).groupby(months).prod() - 1
    chosen = theirs > 0 if up else theirs < 0
    if chosen.sum() < 6:
        return None
    count = int(chosen.sum())
    mean = [float(np.prod(1 + each[chosen].to_numpy())) ** (1 / count) - 1 for each in (mine, theirs)]
    return float(100 * mean[0] / mean[1])


def overfitting_probability(returns: np.ndarray, blocks: int) -> float:
    """Share of splits in which the variant that was best in one half is below the median in the other.

    returns: (n, k) daily returns of k variants. The history is cut into `blocks` (even) of equal length, and every way
    to take half of them is a split. Source: Bailey, Borwein, López de Prado and Zhu (2017), combinatorially symmetric
    cross-validation.
    """
    count = len(returns) // blocks
    parts = [returns[at * count : (at + 1) * count] for at in range(blocks)]
    below = []
    for chosen in combinations(range(blocks), blocks // 2):
        inside = np.concatenate([parts[at] for at in chosen])
        outside = np.concatenate([parts[at] for at in range(blocks) if at not in chosen])
        best = int(np.argmax(_sharpe(inside)))
        rank = (np.argsort(np.argsort(_sharpe(outside)))[best] + 1) / (returns.shape[1] + 1)
        below.append(rank <= 0.5)
    return float(np.mean(below))


def _sharpe(returns: np.ndarray) -> np.ndarray:
    spread = returns.std(axis=0, ddof=1)
    ratio = np.where(spread > 0, returns.mean(axis=0) / np.where(spread > 0, spread, 1.0), 0.0)
    return np.asarray(ratio * np.sqrt(_YEAR))


def decay(ahead: Mapping[int, float], level: float) -> tuple[float, float, float] | None:
    """Change of the advantage from year to year, points a year, with the ends of its interval at `level`.

    ahead: calendar year → points ahead. Least squares on the year with Student's t for as many years, which takes the
    years as independent; None with fewer than four.
    """
    from scipy.stats import linregress, t

    if len(ahead) < 4:
        return None
    found = linregress(list(ahead), list(ahead.values()))
    side = float(t.ppf((1 + level) / 2, len(ahead) - 2) * found.stderr)
    return float(found.slope), float(found.slope) - side, float(found.slope) + side


def by_year(returns: pd.Series) -> dict[int, float]:
    """Return of each calendar year, per cent, the running one included."""
    years = pd.DatetimeIndex(returns.index).year
    growth = (1 + returns).groupby(years).prod() - 1
    return {int(str(year)): 100 * float(each) for year, each in growth.items()}
