"""From a week's readings to a plan: target weights, tilts, tranches, trades and their cost. Nothing is sent anywhere.

Weights and words for a person to decide on; limits and sizes come from params/portfolio.yaml, prices are not needed.
"""

from fiveengines.portfolio.planning import Change, Plan, Step, TiltReading, Trade, plan
from fiveengines.portfolio.situation import Situation, situation

__all__ = ["Change", "Plan", "Situation", "Step", "TiltReading", "Trade", "plan", "situation"]
