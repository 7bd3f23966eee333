"""Evidence: what followed readings like these, with counts, and whether acting on them would have paid.

Everything rests on `EvidenceSample`, which ends on the reading's evening; nothing here changes a reading.
"""

from fiveengines.research.analogs import Analogs, analogs
from fiveengines.research.base_rates import base_rates, inflection_record
from fiveengines.research.benchmark_models import benchmark_exposures, benchmark_readings
from fiveengines.research.evidence_sample import EvidenceSample
from fiveengines.research.forward_returns import Horizon, forward_returns
from fiveengines.research.sensitivity import sensitivity
from fiveengines.research.sensitivity import summary as sensitivity_summary
from fiveengines.research.transitions import spell_lengths, spells, transition_counts, transition_shares
from fiveengines.research.walk_forward import daily_net_returns, walk_forward

__all__ = [
    "Analogs",
    "EvidenceSample",
    "Horizon",
    "analogs",
    "base_rates",
    "benchmark_exposures",
    "benchmark_readings",
    "daily_net_returns",
    "forward_returns",
    "inflection_record",
    "sensitivity",
    "sensitivity_summary",
    "spell_lengths",
    "spells",
    "transition_counts",
    "transition_shares",
    "walk_forward",
]
