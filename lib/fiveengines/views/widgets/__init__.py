"""Widgets: the panels for manual readings, trades and decisions about holdings, and the choice of week and source.

Shows and collects only; every reading comes from the week, every rule from `overrides`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fiveengines.views.widgets.chooser import WeekChooser, week_chooser
    from fiveengines.views.widgets.holdings import HoldingsPanel, holdings_panel
    from fiveengines.views.widgets.panel import OverridePanel, override_panel
    from fiveengines.views.widgets.trades import TradePanel, trade_panel

__all__ = [
    "HoldingsPanel",
    "OverridePanel",
    "TradePanel",
    "WeekChooser",
    "holdings_panel",
    "override_panel",
    "trade_panel",
    "week_chooser",
]
_MODULES = {
    "OverridePanel": "panel",
    "override_panel": "panel",
    "HoldingsPanel": "holdings",
    "holdings_panel": "holdings",
    "TradePanel": "trades",
    "trade_panel": "trades",
    "WeekChooser": "chooser",
    "week_chooser": "chooser",
}


def __getattr__(name: str) -> Any:
    """Import a widget when it is asked for: a report never does, and ipywidgets takes its time."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
