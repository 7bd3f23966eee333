"""The 38 insights as rules: which matter in a week, since when, what followed before, and which disagree.

Readings come in from the left; the words and thresholds stand in insights.yaml, and nothing is drawn here.
"""

from __future__ import annotations

import pandas as pd

from fiveengines.data.panel import Panel
from fiveengines.model.readings import Readings
from fiveengines.playbook.rules.finding import Dispute, Finding, findings
from fiveengines.playbook.rules.judging import Judged, judge, judged

__all__ = ["Dispute", "Finding", "Judged", "every", "judge", "judged", "log", "this_week"]


def this_week(readings: Readings, panel: Panel, day: pd.Timestamp) -> tuple[Finding, ...]:
    """Insights that are active or on watch on `day`, ranked: active first; `matters` marks the few to act on."""
    return tuple(each for each in every(readings, panel, day) if each.status != "dormant")


def every(readings: Readings, panel: Panel, day: pd.Timestamp) -> tuple[Finding, ...]:
    """All 38 on `day`, dormant ones too; one that lacks data is dormant with a note that says what it lacks."""
    return findings(judged(readings, panel), day)


def log(readings: Readings, panel: Panel) -> pd.DataFrame:
    """Every week's statuses: reading date × insight id; active, opposite (the mirror case), watch or dormant."""
    return judged(readings, panel).frame()
