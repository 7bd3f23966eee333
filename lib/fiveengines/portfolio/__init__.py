"""From a week's readings to a plan: target weights, tilts, tranches, trades and their cost. Nothing is sent anywhere.

Weights and words for a person to decide on; limits and sizes come from params/portfolio.yaml, prices are not needed.
"""

from fiveengines.portfolio.market_state import MarketState, market_state
from fiveengines.portfolio.planning import ExposureChange, Plan, TiltReading, Trade, TrancheStatus, plan

__all__ = [
    "ExposureChange",
    "MarketState",
    "Plan",
    "TiltReading",
    "Trade",
    "TrancheStatus",
    "market_state",
    "plan",
]
