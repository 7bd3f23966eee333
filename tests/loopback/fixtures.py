"""Fixtures for tests that need a provider: a market made once, and a fresh server over a copy of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from loopback.market import Market, balanced, simulated
from loopback.server import Loopback


@pytest.fixture(scope="session")
def figures() -> Market:
    """A year and a half of every live series."""
    return balanced(simulated(1.5))


@pytest.fixture
def server(figures: Market) -> Iterator[Loopback]:
    """A server over a copy of `figures`; changing the copy changes what it serves."""
    market = replace(figures, series=dict(figures.series), vintages={}, loaded={}, _shown={})
    with Loopback(market) as running:
        yield running
