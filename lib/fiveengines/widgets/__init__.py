"""Widgets: the panel in which a person enters manual readings and sees at once what they do.

Shows and collects only; every reading comes from the week, every rule from `overrides`.
"""

from fiveengines.widgets.panel import OverridePanel, override_panel

__all__ = ["OverridePanel", "override_panel"]
