"""Widgets: the panel in which a person enters manual readings and sees at once what they do.

Shows and collects only; every reading comes from the week, every rule from `overrides`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fiveengines.views.widgets.panel import OverridePanel, override_panel

__all__ = ["OverridePanel", "override_panel"]


def __getattr__(name: str) -> Any:
    """Import the panel when it is asked for: a report never is, and ipywidgets takes its time."""
    if name in __all__:
        from fiveengines.views.widgets import panel

        return getattr(panel, name)
    raise AttributeError(name)
