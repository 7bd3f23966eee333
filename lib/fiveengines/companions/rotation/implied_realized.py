"""Implied against realised volatility of the large, technology and small-cap index, over several windows at once.

Closes to closes; whether options are dear is said only where all windows agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.parameters.rotation import ImpliedRealizedRules, SampleRules
from fiveengines.indicators.volatility import realized_volatility
from fiveengines.research import cases
from fiveengines.research.cases import Cases


@dataclass(frozen=True)
class MarketVolatility:
    """One market on the session: implied volatility, and by window realised volatility, its difference and place.

    difference: implied − realised, points. premium_pct: the same in per cent of realised. percentiles: of each
    difference in its own history; None with too little. cone: percentile → realised volatility, by window.
    after_discount: what the market did after sessions on which implied stood below realised in every window.
    """

    market: str
    series: str
    implied: float
    realized: dict[int, float]
    difference: dict[int, float]
    premium_pct: dict[int, float]
    percentiles: dict[int, float | None]
    realized_percentiles: dict[int, float | None]
    cone: dict[int, dict[float, float]]
    cone_sessions: int
    after_discount: tuple[Cases, ...]

    @property
    def discount(self) -> dict[int, bool]:
        """By window whether implied stands below realised."""
        return {window: value < 0 for window, value in self.difference.items()}

    @property
    def stable(self) -> bool:
        """Whether all windows say the same."""
        return len(set(self.discount.values())) == 1


def realized(closes: pd.Series, windows: Sequence[int]) -> pd.DataFrame:
    """Realised volatility, annualised per cent, session × window: √252 · standard deviation of log returns.

    closes: (n,) without NaN. Returns (n, k), NaN until a window is full.
    """
    return pd.DataFrame({window: realized_volatility(closes, window) for window in windows})


def cone(volatility: pd.DataFrame, percentiles: Sequence[float]) -> dict[int, dict[float, float]]:
    """The volatility cone: of each window the percentiles of its whole history (Burghardt and Lane, 1990).

    volatility: (n, k) session × window. Returns window → percentile → per cent; a window without a value is left out.
    """
    found = {}
    for window in volatility.columns:
        values = volatility[window].dropna().to_numpy()
        if len(values):
            levels = np.percentile(values, percentiles)
            found[int(window)] = {
                float(each): float(level) for each, level in zip(percentiles, levels, strict=True)
            }
    return found


def measure(
    market: str,
    implied: pd.Series,
    closes: pd.Series,
    rules: ImpliedRealizedRules,
    samples: SampleRules,
) -> MarketVolatility | None:
    """One market on the last session; None where implied or a window of realised is missing there.

    implied, closes: (n,) on the same sessions, NaN where unknown; closes carries the name of its series.
    """
    present = closes.dropna()
    if present.empty or present.index[-1] != closes.index[-1] or not np.isfinite(implied.iloc[-1]):
        return None
    volatility = realized(present, rules.windows)
    last = volatility.iloc[-1]
    if last.isna().any():
        return None
    gap = volatility.rsub(implied.reindex(volatility.index), axis=0)
    below = (gap < 0).all(axis=1) & gap.notna().all(axis=1)
    outcomes = cases.forward(present, samples.horizons)
    followed = cases.after({"discount": below.to_numpy()}, outcomes, samples)["discount"]
    now = float(implied.iloc[-1])
    return MarketVolatility(
        market=market,
        series=str(closes.name),
        implied=now,
        realized={window: float(last[window]) for window in rules.windows},
        difference={window: now - float(last[window]) for window in rules.windows},
        premium_pct={window: 100 * (now / float(last[window]) - 1) for window in rules.windows},
        percentiles={window: percentile_of(gap[window], samples.fewest_sessions) for window in rules.windows},
        realized_percentiles={
            window: percentile_of(volatility[window], samples.fewest_sessions) for window in rules.windows
        },
        cone=cone(volatility, rules.cone),
        cone_sessions=int(volatility[rules.windows[0]].notna().sum()),
        after_discount=followed,
    )


def percentile_of(history: pd.Series, fewest: int) -> float | None:
    """Share of `history` at or below its last value, 0 to 100; None with fewer than `fewest` values or none now."""
    values = history.dropna()
    if len(values) < fewest or not np.isfinite(history.iloc[-1]):
        return None
    return float(100 * (values <= history.iloc[-1]).mean())
