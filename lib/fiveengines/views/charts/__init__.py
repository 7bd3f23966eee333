"""Charts: Altair pictures of a reading in one theme; drawing the first switches renderer and theme on.

Shows readings and computes none; it takes a week or a frame of results.
"""

from importlib import import_module
from typing import Any

from fiveengines.base import fast_imports  # noqa: F401  (before altair: see there)

# Altair takes half a second to import, and a report whose pictures are at hand (`views.shown`) draws none: each chart
# is imported when it is asked for. No module may have the name of a chart, which its import would replace.
_CHARTS = {
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
}
_MODULES = {chart: module for module, charts in _CHARTS.items() for chart in charts}
__all__ = sorted(_MODULES)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
