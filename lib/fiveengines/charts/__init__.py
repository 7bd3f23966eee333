"""Charts: Altair pictures of a reading in one theme; importing this package switches renderer and theme on.

Shows readings and computes none; only measures, engines, regimes and routine results may enter.
"""

from fiveengines import fast_imports  # noqa: F401  (before altair: see there)
from fiveengines.charts import renderer as renderer
from fiveengines.charts.analogs import analog_paths
from fiveengines.charts.crowding import cot_fan, surveys
from fiveengines.charts.heat import engine_scores
from fiveengines.charts.money import net_liquidity
from fiveengines.charts.participation import breadth
from fiveengines.charts.regime_map import membership_history, memberships, regime_ribbon, transition_map
from fiveengines.charts.risk_budget import (
    aggressiveness_drivers,
    aggressiveness_gauge,
    aggressiveness_history,
)
from fiveengines.charts.turning_points import inflections
from fiveengines.charts.volatility_curve import implied_and_realized, vix_curve
from fiveengines.charts.yields import rate_compass, yield_curve

renderer.enable()

__all__ = [
    "aggressiveness_drivers", "aggressiveness_gauge", "aggressiveness_history", "analog_paths", "breadth", "cot_fan",
    "engine_scores", "implied_and_realized", "inflections", "membership_history", "memberships", "net_liquidity",
    "rate_compass", "regime_ribbon", "surveys", "transition_map", "vix_curve", "yield_curve",
]  # fmt: skip
