"""Tables and sentences: Great Tables and short prose of a reading, every text escaped.

Shows readings and computes none; only engines, regimes, the playbook's words and routine results may enter.
"""

from fiveengines.tables.answers import answer, banner, flip, narrative, plan, playbook, risk, style
from fiveengines.tables.engine_tables import appendix, engines, evidence, method
from fiveengines.tables.past_tables import base_rates
from fiveengines.tables.plan_tables import exposures, tilts, trades, tranches
from fiveengines.tables.step_tables import (
    events,
    health,
    inflections,
    insights,
    overrides,
    sequences,
    tape,
    turn_records,
    watch,
)
from fiveengines.tables.week_tables import call, last_weeks

__all__ = [
    "answer", "appendix", "banner", "base_rates", "call", "engines", "events", "evidence", "exposures", "flip",
    "health", "inflections", "insights", "last_weeks", "method", "narrative", "overrides", "plan", "playbook", "risk",
    "sequences", "style", "tape", "tilts", "trades", "tranches", "turn_records", "watch",
]  # fmt: skip
