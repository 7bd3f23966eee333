"""Evidence: what followed readings like these, with counts, and whether acting on them would have paid.

Everything stands on `Past`, which ends on the reading's evening; nothing here changes a reading.
"""

from fiveengines.evidence.analogs import Analogs, analogs
from fiveengines.evidence.base_rates import base_rates, turn_record
from fiveengines.evidence.outcomes import HORIZONS, MONTH, QUARTER, TWENTY, Horizon, outcomes
from fiveengines.evidence.past import Past
from fiveengines.evidence.second_opinions import Opinion, second_opinions, this_week
from fiveengines.evidence.sensitivity import sensitivity
from fiveengines.evidence.sensitivity import summary as sensitivity_summary
from fiveengines.evidence.transitions import spell_lengths, spells, transition_counts, transition_shares
from fiveengines.evidence.walk_forward import REGIME_EXPOSURE, walk_forward

__all__ = [
    "HORIZONS",
    "MONTH",
    "QUARTER",
    "REGIME_EXPOSURE",
    "TWENTY",
    "Analogs",
    "Horizon",
    "Opinion",
    "Past",
    "analogs",
    "base_rates",
    "outcomes",
    "second_opinions",
    "sensitivity",
    "sensitivity_summary",
    "spell_lengths",
    "spells",
    "this_week",
    "transition_counts",
    "transition_shares",
    "turn_record",
    "walk_forward",
]
