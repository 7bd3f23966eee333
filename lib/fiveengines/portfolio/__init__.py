"""From a week's readings to a plan: target weights, tilts, tranches, trades and their cost. Nothing is sent anywhere.

Weights and words for a person to decide on; limits and sizes come from params/portfolio.yaml, prices are not needed.
"""

from fiveengines.portfolio.market_state import MarketState, market_state
from fiveengines.portfolio.planning import Plan, plan

__all__ = ["MarketState", "Plan", "market_state", "plan"]
