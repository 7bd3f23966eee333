"""Names of a package that are imported when they are asked for: a report seldom draws anew, and never shows a panel."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any


def on_demand(
    package: str, modules: Mapping[str, tuple[str, ...]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """`__getattr__`, `__dir__` and `__all__` of a package whose `modules` each have these names.

    No module may have the name of what is in it, which its import would replace.
    """
    place = {name: module for module, names in modules.items() for name in names}

    def found(name: str) -> Any:
        if name not in place:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{place[name]}"), name)

    return found, lambda: sorted(place), sorted(place)
