"""The register of providers: every Provider class in this package, found by itself.

Settings, fetch, doctor, labels, tests and docs/PROVIDERS.md read it; nothing is listed by hand.
"""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module
from inspect import isabstract

from fiveengines.data import providers as package
from fiveengines.data.providers.base import Provider


@cache
def registry() -> dict[str, type[Provider]]:
    """Provider classes by name, in alphabetical order; those that read a person's files come last."""
    found: dict[str, type[Provider]] = {}
    for module in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for each in vars(import_module(module.name)).values():
            if isinstance(each, type) and issubclass(each, Provider) and not isabstract(each):
                found[each.name] = each
    return dict(sorted(found.items(), key=lambda item: (item[1].by_hand, item[0])))


def default_urls() -> dict[str, str]:
    """The address of every name that a provider asks under."""
    return {name: url for each in registry().values() for name, url in each.urls.items()}


def limits() -> dict[str, tuple[int, float]]:
    """How many requests in how many seconds a name may be asked, where its provider sets a limit."""
    return {name: limit for each in registry().values() for name, limit in each.limits.items()}


def labels() -> dict[str, str]:
    """Short name of every provider for a reader, by name."""
    return {name: each.label for name, each in registry().items()}
