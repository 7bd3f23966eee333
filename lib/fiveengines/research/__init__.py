"""Evidence: what followed readings like these, with counts, and whether acting on them would have paid.

Everything stands on `Past`, which ends on the reading's evening; nothing here changes a reading.
"""

from fiveengines.research.analogs import Analogs, analogs
from fiveengines.research.base_rates import base_rates, turn_record
from fiveengines.research.benchmark_models import Opinion, second_opinions, this_week
from fiveengines.research.outcomes import HORIZONS, MONTH, QUARTER, TWENTY, Horizon, outcomes
from fiveengines.research.past import Past
from fiveengines.research.sensitivity import sensitivity
from fiveengines.research.sensitivity import summary as sensitivity_summary
from fiveengines.research.transitions import spell_lengths, spells, transition_counts, transition_shares
from fiveengines.research.walk_forward import REGIME_EXPOSURE, walk_forward

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
