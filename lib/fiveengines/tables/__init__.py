"""Tables and sentences: Great Tables and short prose of a reading, every text escaped.

Shows readings and computes none; only engines, regimes, the playbook's words and routine results may enter.
"""

from fiveengines.tables.answers import answer, banner, flip, narrative, playbook, risk, style
from fiveengines.tables.engine_tables import appendix, engines, evidence
from fiveengines.tables.step_tables import health, inflections, insights, overrides, tape, watch

__all__ = [
    "answer", "appendix", "banner", "engines", "evidence", "flip", "health", "inflections", "insights", "narrative",
    "overrides", "playbook", "risk", "style", "tape", "watch",
]  # fmt: skip
