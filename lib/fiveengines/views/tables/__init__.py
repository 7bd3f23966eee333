"""Tables and sentences: Great Tables and short prose of a reading, every text escaped.

Shows readings and computes none; only engines, regimes, the playbook's words and routine results may enter.
"""

from fiveengines.views.tables.answers import (
    answer,
    flip,
    narrative,
    no_call,
    outlook,
    plan,
    playbook,
    risk,
    step,
    style,
)
from fiveengines.views.tables.engine_tables import engines, evidence, method, week_path
from fiveengines.views.tables.evidence_tables import base_rates
from fiveengines.views.tables.plan_tables import exposures, tilts, trades, tranches
from fiveengines.views.tables.step_tables import (
    events,
    files,
    health,
    inflection_records,
    inflections,
    insights,
    overrides,
    sequences,
    tape,
    watch,
)
from fiveengines.views.tables.week_tables import (
    call,
    companions,
    conclusion_changes,
    heading,
    last_weeks,
    old_inputs,
)

__all__ = [
    "answer", "base_rates", "call", "companions", "conclusion_changes", "engines", "events", "evidence",
    "exposures", "files", "flip", "heading", "health", "inflection_records", "inflections", "insights",
    "last_weeks", "method", "narrative", "no_call", "old_inputs", "outlook", "overrides", "plan",
    "playbook", "risk", "sequences", "step", "style", "tape", "tilts", "trades", "tranches", "watch",
    "week_path",
]  # fmt: skip
