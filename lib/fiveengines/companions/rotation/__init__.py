"""Companion: beta, rotation, dispersion, and the trade ledger.

One result for one session, from what was public on its evening; nothing is drawn or written here.
"""

from fiveengines.companions.rotation.analysis import analyse
from fiveengines.companions.rotation.result import Result

__all__ = ["Result", "analyse"]
