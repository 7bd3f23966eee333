"""Charts: Altair pictures of a reading in one theme; importing them switches renderer and theme on.

Shows readings and computes none; it takes a week or a frame of results.
"""

from fiveengines.base import fast_imports  # noqa: F401  (before altair: see there)
from fiveengines.views.charts.analogs import analog_paths
from fiveengines.views.charts.breadth import breadth
from fiveengines.views.charts.engine_history import engine_scores
from fiveengines.views.charts.exposure import (
    target_exposure,
    target_exposure_drivers,
    target_exposure_history,
)
from fiveengines.views.charts.inflections import inflections
from fiveengines.views.charts.liquidity import net_liquidity
from fiveengines.views.charts.outlook import outlook
from fiveengines.views.charts.positioning import cot_fan, surveys
from fiveengines.views.charts.rates import rate_compass, yield_curve
from fiveengines.views.charts.regime_map import (
    membership_history,
    memberships,
    regime_ribbon,
    transition_map,
)
from fiveengines.views.charts.renderer import enable
from fiveengines.views.charts.volatility_curve import implied_and_realized, vix_curve

__all__ = [
    "analog_paths", "breadth", "cot_fan", "engine_scores", "implied_and_realized", "inflections",
    "membership_history", "memberships", "net_liquidity", "outlook", "rate_compass", "regime_ribbon", "surveys",
    "target_exposure", "target_exposure_drivers", "target_exposure_history", "transition_map", "vix_curve",
    "yield_curve",
]  # fmt: skip

enable()
