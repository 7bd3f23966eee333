"""Sectors against each other: returns, ranks, a rotation map, and whether leadership lasts.

The map's formula is our own: relative strength against its own mean, and what that gained (docs/COMPANIONS.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from fiveengines.base.parameters.rotation import SampleRules, SectorRules
from fiveengines.companions.document import finite
from fiveengines.indicators.transforms import log_gap, pct_change
from fiveengines.research import cases
from fiveengines.research.cases import Cases

QUADRANTS = {
    (True, True): "leading",
    (True, False): "weakening",
    (False, False): "lagging",
    (False, True): "improving",
}


@dataclass(frozen=True)
class Sector:
    """One sector on the session; returns in per cent by window, ranks from 1, tail oldest first, now last."""

    ticker: str
    name: str
    returns: dict[int, float | None]
    ranks: dict[int, int | None]
    strength: float | None
    momentum: float | None
    quadrant: str | None
    tail: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Persistence:
    """Whether the top third stays: of `cases` leaders at non-overlapping dates, `stayed` were leaders a window later.

    expected: the share that chance would keep. excess: what leaders gained over the mean sector in the next window.
    """

    window: int
    dates: int
    cases: int
    stayed: int
    expected: float
    excess: Cases

    @property
    def share(self) -> float | None:
        """Share of leaders that stayed; None without a case."""
        return self.stayed / self.cases if self.cases else None


def rotation_map(closes: pd.Series, benchmark: pd.Series, mean: int, momentum: int) -> pd.DataFrame:
    """Relative strength and its momentum, log per cent: columns strength and momentum, (n, 2).

    strength = 100 · ln(R ÷ mean of R over the last `mean` sessions), R = closes ÷ benchmark; momentum = its change over
    `momentum` sessions. NaN until the windows are full or where a close is missing in them.
    """
    strength = log_gap(closes / benchmark, mean)
    return pd.DataFrame({"strength": strength, "momentum": strength - strength.shift(momentum)})


def quadrant(strength: float, momentum: float) -> str:
    """leading (strong and gaining), weakening, lagging or improving; zero counts as not strong and not gaining."""
    return QUADRANTS[strength > 0, momentum > 0]


def measure(closes: pd.DataFrame, benchmark: pd.Series, rules: SectorRules) -> tuple[Sector, ...]:
    """Every sector that has a close on the last session, strongest over `rank_window` first.

    closes: sessions × tickers, NaN where none; benchmark: (n,) on the same sessions.
    """
    present = [str(each) for each in closes.columns if np.isfinite(closes[each].iloc[-1])]
    returns = {
        window: pd.Series(
            {each: pct_change(closes[each], window).iloc[-1] for each in present}, dtype="float64"
        )
        for window in rules.windows
    }
    ranks = {window: values.rank(ascending=False, method="min") for window, values in returns.items()}
    found = []
    for ticker in present:
        points = rotation_map(closes[ticker], benchmark, rules.mean_sessions, rules.momentum_sessions)
        steps = points.iloc[:: -rules.tail_step].head(rules.tail_points)[::-1].dropna()
        at = points.iloc[-1]
        found.append(
            Sector(
                ticker=ticker,
                name=rules.tickers.get(ticker, ticker),
                returns={window: finite(values[ticker]) for window, values in returns.items()},
                ranks={
                    window: None if np.isnan(values[ticker]) else int(values[ticker])
                    for window, values in ranks.items()
                },
                strength=finite(at["strength"]),
                momentum=finite(at["momentum"]),
                quadrant=quadrant(at["strength"], at["momentum"]) if np.isfinite(at).all() else None,
                tail=tuple((float(x), float(y)) for x, y in steps.to_numpy()),
            )
        )
    return tuple(
        sorted(found, key=lambda each: (each.ranks[rules.rank_window] or len(found) + 1, each.ticker))
    )


def leaders(returns: pd.DataFrame, share: float) -> pd.DataFrame:
    """Which columns are among the best `share` of those with a value, row by row: bool, shape as `returns`.

    returns: rows × sectors, NaN where unknown. Half a sector is rounded to the nearest whole one, and at least one.
    """
    count = (returns.notna().sum(axis=1) * share).round().clip(lower=1)
    return returns.rank(axis=1, ascending=False, method="first").le(count, axis=0) & returns.notna()


def persistence(closes: pd.DataFrame, window: int, share: float, samples: SampleRules) -> Persistence:
    """Did the top third by the return of a window stay there over the next one?

    closes: sessions × tickers. Dates lie a window apart, counted back from the last session, so that none overlaps.
    """
    present = closes.dropna(how="all")
    steps = present.iloc[::-window][::-1]
    returns = 100 * (steps / steps.shift(1) - 1)
    returns = returns[returns.notna().sum(axis=1) > 2]
    top = leaders(returns, share)
    then, now = top.iloc[:-1].to_numpy(), top.iloc[1:].to_numpy()
    known = returns.iloc[1:].notna().to_numpy()
    held = then & known
    count = int(held.sum())
    width = known.sum(axis=1)
    chance = (now.sum(axis=1) / np.maximum(width, 1) * held.sum(axis=1)).sum()
    after = returns.iloc[1:].to_numpy()
    excess = np.array(
        [
            after[row][held[row]].mean() - np.nanmean(after[row]) if held[row].any() else np.nan
            for row in range(len(after))
        ]
    )
    # dates do not overlap: a block of one date
    one = samples.model_copy(update={"horizons": (1,), "main_horizon": 1, "mean_block_sessions": 1})
    every = {"leaders": np.ones(len(excess), dtype=bool)}
    found = cases.after(every, excess.reshape(-1, 1), one)["leaders"][0]
    # what is usual is the mean sector itself
    found = replace(found, horizon=window, usual=None if found.usual is None else 0.0, usual_hit=None)
    return Persistence(
        window=window,
        dates=len(after),
        cases=count,
        stayed=int((held & now).sum()),
        expected=float(chance / count) if count else float("nan"),
        excess=found,
    )


def spell_of_leadership(closes: pd.DataFrame, window: int, share: float) -> dict[str, int]:
    """For each sector now in the top third, over how many sessions it has been there without a break."""
    top = leaders(closes / closes.shift(window) - 1, share)
    found = {}
    for ticker in top.columns[top.iloc[-1].to_numpy()]:
        broken = np.flatnonzero(~top[ticker].to_numpy())
        found[str(ticker)] = len(top) - 1 - (int(broken[-1]) if len(broken) else -1)
    return found


def agreement(sectors: Sequence[Sector], windows: Sequence[int], share: float) -> dict[str, tuple[int, ...]]:
    """In which windows each sector is among the best `share`; sectors that never are are left out."""
    count = max(round(len(sectors) * share), 1)
    found = {
        each.ticker: tuple(w for w in windows if (rank := each.ranks[w]) is not None and rank <= count)
        for each in sectors
    }
    return {ticker: held for ticker, held in found.items() if held}
