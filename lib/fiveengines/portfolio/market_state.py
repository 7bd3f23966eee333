"""What the portfolio needs to know of a week: target equity, states, directions and how far the index has fallen.

Taken from readings as they are; no weight is computed here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.parameters import ENGINES, PortfolioParameters
from fiveengines.data.panel import Panel
from fiveengines.model.readings import Readings

SESSIONS_A_WEEK, SESSIONS_A_YEAR = 5, 252


@dataclass(frozen=True)
class MarketState:
    """One week: equity shares (0…1) aimed at and at least, each engine's state and direction, deepest recent fall.

    drawdown: % below the 52-week high, ≥ 0; None without the index.
    """

    target_equity: float
    least_equity: float
    states: Mapping[str, str]
    directions: Mapping[str, str]
    drawdown: float | None

    def count(self, *, state: str | None = None, direction: str | None = None) -> int:
        """Engines in a state, or going in a direction."""
        if state is not None:
            return sum(each == state for each in self.states.values())
        return sum(
            each == direction and self.states[name] != "unknown" for name, each in self.directions.items()
        )


def market_state(
    readings: Readings, panel: Panel, params: PortfolioParameters, day: pd.Timestamp
) -> MarketState:
    """The week of `day`. The fall is the deepest of the last weeks below the 52-week high; None without the index."""
    low, high = params.bands[params.risk_profile]
    weeks = params.portfolio.entry.drawdown_weeks if params.portfolio is not None else 1
    engines = readings.engines
    return MarketState(
        target_equity=min(1.0, low + float(readings.target_exposure.exposure.loc[day]) * (high - low)),
        least_equity=min(1.0, low),
        states={name: str(engines.state.at[day, name]) for name in ENGINES},
        directions={name: str(engines.direction.at[day, name]) for name in ENGINES},
        drawdown=deepest_fall(panel.daily("SPX").loc[:day], weeks),
    )


def deepest_fall(close: pd.Series, weeks: int) -> float | None:
    """Deepest fall of the last `weeks` weeks below the 52-week high, % ≥ 0.

    close: (sessions,), oldest first; NaN is passed over. None without a close.
    """
    present = close.dropna().to_numpy()[-(SESSIONS_A_YEAR + weeks * SESSIONS_A_WEEK) :]
    if len(present) == 0:
        return None
    high = pd.Series(present).rolling(SESSIONS_A_YEAR, min_periods=1).max().to_numpy()
    return float(np.max(100.0 * (1.0 - present / high)[-weeks * SESSIONS_A_WEEK :]))
