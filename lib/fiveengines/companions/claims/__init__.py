"""Companion: the claims ledger, which marks what the sources promise against data.

One result for one session, from what was public on its evening; nothing is drawn or written here.
"""

from fiveengines.companions.claims.analysis import NAME, analyse, marked
from fiveengines.companions.claims.result import ClaimRecord, Result, as_csv

__all__ = ["NAME", "ClaimRecord", "Result", "analyse", "as_csv", "marked"]
