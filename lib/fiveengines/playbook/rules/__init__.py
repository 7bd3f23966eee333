"""The insights as rules: which matter in a week, since when, what followed before, and which disagree.

Words and thresholds are in insights.yaml; nothing is drawn here.
"""

from __future__ import annotations

import pandas as pd

from fiveengines.base.parameters import Parameters
from fiveengines.data.panel import Panel
from fiveengines.model.readings import Readings
from fiveengines.playbook.rules.evaluation import Evaluation, evaluate, evaluate_readings
from fiveengines.playbook.rules.insight_readings import ActiveConflict, InsightReading, insight_readings

__all__ = [
    "ActiveConflict", "Evaluation", "InsightReading", "all_insights", "evaluate", "evaluate_readings",
    "insight_readings", "status_history", "this_week",
]  # fmt: skip


def this_week(
    readings: Readings, panel: Panel, params: Parameters, day: pd.Timestamp
) -> tuple[InsightReading, ...]:
    """Insights that are active or on watch on `day`, ranked: active first; `matters` marks the few to act on."""
    return tuple(each for each in all_insights(readings, panel, params, day) if each.status != "dormant")


def all_insights(
    readings: Readings, panel: Panel, params: Parameters, day: pd.Timestamp
) -> tuple[InsightReading, ...]:
    """All of them on `day`, dormant ones too; one that lacks data is dormant with a note that says what it lacks."""
    evaluation = evaluate_readings(readings, panel, params.playbook.percentiles)
    return insight_readings(evaluation, day, params.playbook.ranking, params.research)


def status_history(readings: Readings, panel: Panel, params: Parameters) -> pd.DataFrame:
    """Every week's statuses: reading date × insight id; active, opposite (the mirror case), watch or dormant."""
    return evaluate_readings(readings, panel, params.playbook.percentiles).frame()
