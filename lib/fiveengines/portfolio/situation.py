"""What the portfolio needs to know of a week: exposure, states, directions and how far the index has fallen.

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
class Situation:
    """One week: equity share aimed at (0…1), the band's floor, states, directions, deepest recent fall (% ≥ 0)."""

    exposure: float
    floor: float
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


def situation(readings: Readings, panel: Panel, params: PortfolioParameters, day: pd.Timestamp) -> Situation:
    """The week of `day`. The fall is the deepest of the last weeks below the 52-week high; None without the index."""
    low, high = params.bands[params.risk_profile]
    weeks = params.portfolio.entry.drawdown_weeks if params.portfolio is not None else 1
    engines = readings.engines
    return Situation(
        exposure=min(1.0, low + float(readings.target_exposure.exposure.loc[day]) * (high - low)),
        floor=min(1.0, low),
        states={name: str(engines.state.at[day, name]) for name in ENGINES},
        directions={name: str(engines.direction.at[day, name]) for name in ENGINES},
        drawdown=_deepest(panel.daily("SPX").loc[:day], weeks),
    )


def _deepest(close: pd.Series, weeks: int) -> float | None:
    present = close.dropna().to_numpy()[-(SESSIONS_A_YEAR + weeks * SESSIONS_A_WEEK) :]
    if len(present) == 0:
        return None
    high = pd.Series(present).rolling(SESSIONS_A_YEAR, min_periods=1).max().to_numpy()
    return float(np.max(100.0 * (1.0 - present / high)[-weeks * SESSIONS_A_WEEK :]))
