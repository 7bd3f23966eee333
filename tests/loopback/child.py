"""What a child process runs: one fetch, to be killed. Whatever is slow to load is loaded once, in its
mother."""

from __future__ import annotations

from pathlib import Path

import exchange_calendars  # noqa: F401
import pandas as pd

from fiveengines.data import calendars
from fiveengines.data import fetch as fetching
from fiveengines.data.catalog import catalog
from fiveengines.data.providers.registry import registry
from fiveengines.data.providers.transport import fred_client  # noqa: F401
from fiveengines.data.providers.transport.settings import Settings
from fiveengines.data.store import Store

calendars.sessions(pd.Timestamp.now().year + 1)
for entry in catalog().values():
    calendars.published_at(entry, pd.DatetimeIndex(["2024-01-02"]))


# Once for all children: each imports nothing more.
registry()


def fetch_into(folder: Path, settings: Settings, only: list[str]) -> None:
    """Fetch, writing often so that a kill can meet a write."""
    fetching._GATHER = 0.1
    fetching.fetch(Store(folder), settings, only=only)
