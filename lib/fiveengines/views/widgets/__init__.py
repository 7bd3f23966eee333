"""Widgets: the panels for manual readings, trades and decisions about holdings, and the choice of week and source.

Shows and collects only; every reading comes from the week, every rule from `overrides`.
"""

from __future__ import annotations

from fiveengines.views.on_demand import on_demand

__getattr__, __dir__, __all__ = on_demand(
    __name__,
    {
        "chooser": ("WeekChooser", "week_chooser"),
        "holdings": ("HoldingsPanel", "holdings_panel"),
        "panel": ("OverridePanel", "override_panel"),
        "trades": ("TradePanel", "trade_panel"),
    },
)
