"""One simulated week for the charts, and the same week with series taken away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from fiveengines.model.readings import measure_all, read
from fiveengines.week import Week

AS_OF = "2020-06-26"


@pytest.fixture(scope="session")
def week() -> Week:
    return Week.load(as_of=AS_OF, source="demo")


@pytest.fixture(scope="session")
def without(week: Week) -> Callable[..., Week]:
    """The week read again from a dataset that lacks the named series (a name ending in * means all that begin so)."""

    def taken(*names: str, members: bool = True) -> Week:
        def gone(series_id: str) -> bool:
            return any(series_id.startswith(n[:-1]) if n.endswith("*") else series_id == n for n in names)

        dataset = week.measured.panel.dataset
        kept = {key: data for key, data in dataset.series.items() if not gone(key)}
        less = replace(dataset, series=kept, members=dataset.members if members else None)
        measured = measure_all(less, week.as_of, week.params)
        return replace(week, measured=measured, readings=read(measured, week.params))

    return taken
