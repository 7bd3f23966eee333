"""Companion: the claims ledger, which marks what the sources promise against data.

One result for one session, from what was public on its evening; nothing is drawn or written here.
"""

from fiveengines.companions.claims.analysis import analyse, marked
from fiveengines.companions.claims.result import Result, as_csv

__all__ = ["Result", "analyse", "as_csv", "marked"]
