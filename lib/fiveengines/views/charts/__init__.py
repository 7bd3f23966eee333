"""Charts: Altair pictures of a reading in one theme; drawing the first switches renderer and theme on.

Shows readings and computes none; it takes a week or a frame of results.
"""

from fiveengines.base import fast_imports  # noqa: F401  (before altair: see there)
from fiveengines.views.on_demand import on_demand

# Altair takes half a second to import, and a report whose pictures are at hand (`views.shown`) draws none.
__getattr__, __dir__, __all__ = on_demand(
    __name__,
    {
        "analogs": ("analog_paths", "similar_weeks"),
        "engine_history": ("engine_scores",),
        "exposure": ("target_exposure", "target_exposure_drivers", "target_exposure_history"),
        "inflection_strip": ("inflections",),
        "liquidity": ("net_liquidity",),
        "market_breadth": ("breadth",),
        "outlook_chances": ("outlook",),
        "positioning": ("cot_fan", "surveys"),
        "rates": ("rate_compass", "yield_curve"),
        "regime_map": ("membership_history", "memberships", "regime_ribbon", "transition_map"),
        "volatility_curve": ("implied_and_realized", "vix_curve"),
    },
)
