"""Factors: what paid over the last month, from funds and from sorts of the members of each day.

A fund pair and a sort of members measure the same idea differently; where they disagree both are shown.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiveengines.base.parameters.rotation import Factor, FactorRules
from fiveengines.indicators.transforms import pct_change

Array = npt.NDArray[np.float64]
Sort = Literal["momentum", "low_volatility", "high_beta"]


@dataclass(frozen=True)
class FactorReturn:
    """One factor over the window: return long − short, per cent, and z against its own history; None where unknown.

    returns: the same return over each of several windows, from the funds, else from the deciles.
    """

    name: str
    pair: tuple[str, str] | None
    return_pct: float | None
    z: float | None
    deciles_return_pct: float | None
    deciles_z: float | None
    disagree: bool
    returns: dict[int, float]

    @property
    def stable(self) -> bool:
        """Whether it has one sign in every window, and in funds and deciles where both are there."""
        signs = {value > 0 for value in self.returns.values()}
        own = [each for each in (self.return_pct, self.deciles_return_pct) if each is not None]
        return len(signs | {value > 0 for value in own}) == 1

    @property
    def size(self) -> float:
        """z of the funds, else of the deciles; 0 where neither is known."""
        return next((each for each in (self.z, self.deciles_z) if each is not None), 0.0)


def relative(long: pd.Series, short: pd.Series, window: int) -> pd.Series:
    """Return of `long` minus that of `short` over `window` sessions, per cent, (n,); NaN where an end is missing."""
    return pct_change(long, window) - pct_change(short, window)


def z_score(history: pd.Series, sessions: int) -> float | None:
    """The last value against mean and standard deviation of the last `sessions` values; None with fewer.

    history: (n,), NaN where unknown; the last value is among them.
    """
    values = history.dropna().tail(sessions).to_numpy()
    if len(values) < sessions or not np.isfinite(history.iloc[-1]):
        return None
    spread = values.std(ddof=1)
    return float((values[-1] - values.mean()) / spread) if spread > 0 else None


def measure(
    prices: pd.DataFrame,
    members: pd.DataFrame | None,
    in_index: npt.NDArray[np.bool_] | None,
    rules: FactorRules,
    windows: Sequence[int],
) -> tuple[FactorReturn, ...]:
    """Every factor that can be measured on the last session.

    prices: sessions × fund tickers, NaN where none. members, in_index: closes and membership, sessions × tickers, on
    the same sessions; None without members.
    """
    sorted_members = (
        Deciles.of(members, in_index, rules) if members is not None and in_index is not None else None
    )
    found = (
        _factor(name, each, prices, sorted_members, rules, windows) for name, each in rules.factors.items()
    )
    return tuple(each for each in found if each is not None)


def _factor(
    name: str,
    factor: Factor,
    prices: pd.DataFrame,
    deciles: Deciles | None,
    rules: FactorRules,
    windows: Sequence[int],
) -> FactorReturn | None:
    pair, value, z = None, None, None
    returns: dict[int, float] = {}
    for long, short in factor.pairs:
        if long in prices and short in prices:
            history = relative(prices[long], prices[short], rules.window)
            if np.isfinite(history.iloc[-1]):
                pair, value, z = (long, short), float(history.iloc[-1]), z_score(history, rules.history)
                returns = _windows(partial(relative, prices[long], prices[short]), windows)
                break
    from_members, own_z = None, None
    sort = factor.deciles
    if deciles is not None and sort is not None:
        history = deciles.window_returns(sort, rules.window)
        if np.isfinite(history.iloc[-1]):
            from_members, own_z = float(history.iloc[-1]), z_score(history, rules.history)
            returns = returns or _windows(partial(deciles.window_returns, sort), windows)
    if value is None and from_members is None:
        return None
    sizes = [abs(each) for each in (z, own_z) if each is not None]
    loud = not sizes or max(sizes) >= rules.noise_z
    disagree = value is not None and from_members is not None and value * from_members < 0 and loud
    return FactorReturn(name, pair, value, z, from_members, own_z, disagree, returns)


def _windows(over: Callable[[int], pd.Series], windows: Sequence[int]) -> dict[int, float]:
    """The last value over each window, where there is one."""
    last = {window: float(over(window).iloc[-1]) for window in windows}
    return {window: value for window, value in last.items() if np.isfinite(value)}


@dataclass(frozen=True)
class Deciles:
    """Daily returns of long and short deciles of the members of each day, equal weights, sorted anew every month.

    returns: sort → sessions × (long, short), simple returns, NaN before the first sort.
    """

    returns: dict[Sort, pd.DataFrame]

    @classmethod
    def of(cls, closes: pd.DataFrame, in_index: npt.NDArray[np.bool_], rules: FactorRules) -> Deciles | None:
        """Sorts over the last years that `rules` name; None with too few members on the last session."""
        rows = rules.years * 252 + rules.formation + 1
        window, inside = closes.iloc[-rows:], in_index[-rows:]
        if len(window) <= rules.formation + 1 or inside[-1].sum() < rules.fewest_members:
            return None
        prices = window.to_numpy(dtype="float64")
        with np.errstate(invalid="ignore", divide="ignore"):
            daily = prices[1:] / prices[:-1] - 1
        daily = np.vstack([np.full(prices.shape[1], np.nan), daily])
        months = pd.DatetimeIndex(window.index).to_period("M")
        ends = np.flatnonzero(months[:-1] != months[1:])
        ends = ends[ends >= rules.formation]
        returns: dict[Sort, Array] = {
            each: np.full((len(window), 2), np.nan) for each in ("momentum", "low_volatility", "high_beta")
        }
        for start, stop in zip(ends, [*ends[1:], len(window) - 1], strict=True):
            for name, score in _scores(prices, daily, inside, int(start), rules).items():
                long, short = extremes(score, rules.share, rules.fewest_members)
                if len(long):
                    held = daily[start + 1 : stop + 1]
                    returns[name][start + 1 : stop + 1] = np.column_stack(
                        [_held(held[:, long]), _held(held[:, short])]
                    )
        return cls(
            {
                name: pd.DataFrame(values, index=window.index, columns=["long", "short"])
                for name, values in returns.items()
            }
        )

    def window_returns(self, sort: Sort, window: int) -> pd.Series:
        """Long − short compounded over `window` sessions, per cent, (n,); NaN where a session is missing."""
        daily = self.returns[sort]
        wealth = pd.DataFrame(np.log1p(daily.to_numpy()), index=daily.index, columns=daily.columns)
        grown = wealth.rolling(window).sum()
        found: pd.Series = 100 * (np.exp(grown["long"]) - np.exp(grown["short"]))
        return found


def extremes(score: Array, share: float, fewest: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Columns of the highest and of the lowest `share` of the scores; empty with fewer than `fewest` finite ones.

    score: (m,), NaN for who does not take part. Ties go to the first column.
    """
    known = np.flatnonzero(np.isfinite(score))
    if len(known) < fewest:
        none = np.empty(0, dtype=np.intp)
        return none, none
    order = known[np.argsort(score[known], kind="stable")]
    count = max(round(len(known) * share), 1)
    return order[-count:], order[:count]


def _scores(
    prices: Array, daily: Array, inside: npt.NDArray[np.bool_], at: int, rules: FactorRules
) -> dict[Sort, Array]:
    """Each sort's score of every member on row `at`; NaN for who is no member then or has a gap in the window."""
    span = daily[at - rules.formation + 1 : at + 1]
    whole = np.isfinite(span).all(axis=0) & inside[at]
    past, recent = prices[at - rules.formation], prices[at - rules.skip]
    with np.errstate(invalid="ignore", divide="ignore"):
        momentum = recent / past - 1
    kept = np.where(whole, span, 0.0)
    centred = kept - kept.mean(axis=0)
    market = kept[:, whole].mean(axis=1) if whole.any() else np.zeros(len(span))
    market = market - market.mean()
    variance = float(market @ market)
    beta = market @ centred / variance if variance > 0 else np.full(span.shape[1], np.nan)
    volatility = np.sqrt((centred**2).sum(axis=0) / max(len(span) - 1, 1))
    found: dict[Sort, Array] = {"momentum": momentum, "low_volatility": -volatility, "high_beta": beta}
    return {name: np.where(whole, score, np.nan) for name, score in found.items()}


def _held(returns: Array) -> Array:
    """Daily return of equal weights put on at the start and left alone; a member that stops trading stays in cash."""
    wealth = np.cumprod(1 + np.nan_to_num(returns), axis=0).mean(axis=1)
    found: Array = wealth / np.concatenate([[1.0], wealth[:-1]]) - 1
    return found
