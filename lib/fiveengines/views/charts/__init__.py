"""Charts: Altair pictures of a reading in one theme; asking for the first one switches renderer and theme on.

Shows readings and computes none; only measures, engines, regimes and routine results may enter.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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
    from fiveengines.views.charts.positioning import cot_fan, surveys
    from fiveengines.views.charts.rates import rate_compass, yield_curve
    from fiveengines.views.charts.regime_map import (
        membership_history,
        memberships,
        regime_ribbon,
        transition_map,
    )
    from fiveengines.views.charts.volatility_curve import implied_and_realized, vix_curve

__all__ = [
    "analog_paths",
    "breadth",
    "cot_fan",
    "engine_scores",
    "implied_and_realized",
    "inflections",
    "membership_history",
    "memberships",
    "net_liquidity",
    "rate_compass",
    "regime_ribbon",
    "surveys",
    "target_exposure",
    "target_exposure_drivers",
    "target_exposure_history",
    "transition_map",
    "vix_curve",
    "yield_curve",
]  # fmt: skip

_ROOMS = (
    "analogs", "breadth", "engine_history", "exposure", "inflections", "liquidity", "positioning", "rates",
    "regime_map", "volatility_curve",
)  # fmt: skip


def __getattr__(name: str) -> Any:
    """Bring in every chart when the first is asked for.

    Altair and pandas take a second to import, and the page, the index and the command line want the theme's colours
    alone (`fiveengines.views.charts.theme`).
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    load()
    return globals()[name]


def load() -> None:
    """Import all charts and switch renderer and theme on; a kernel does it while it boots."""
    from fiveengines.base import fast_imports  # noqa: F401  (before altair: see there)
    from fiveengines.views.charts import renderer

    renderer.enable()
    for room in _ROOMS:
        module = import_module(f"fiveengines.views.charts.{room}")
        globals().update({each: getattr(module, each) for each in __all__ if hasattr(module, each)})
