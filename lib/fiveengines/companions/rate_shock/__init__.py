"""Companion: what a rate shock would do, and what the source's rules were worth.

One result for one session, from what was public on its evening; nothing is drawn or written here.
"""

from fiveengines.companions.rate_shock.analysis import analyse
from fiveengines.companions.rate_shock.result import Result

__all__ = ["Result", "analyse"]
