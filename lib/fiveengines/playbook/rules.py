"""Which insights matter in a week: the playbook's conditions held against readings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from fiveengines.panel import Panel
from fiveengines.readings import Readings


@dataclass(frozen=True)
class Finding:
    """One insight in one week."""

    insight: int
    title: str
    status: str

    def as_dict(self) -> dict[str, Any]:
        """Plain data for reading.json."""
        return {"insight": self.insight, "title": self.title, "status": self.status}


def this_week(readings: Readings, panel: Panel, day: pd.Timestamp) -> tuple[Finding, ...]:
    """Insights of the week; none is known yet."""
    return ()
