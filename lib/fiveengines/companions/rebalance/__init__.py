"""Companion: the weekly portfolio process, from holdings to an order list.

One result for one session, from what was public on its evening; nothing is drawn or sent here, and only
`choosing` writes.
"""

from fiveengines.companions.rebalance.analysis import analyse
from fiveengines.companions.rebalance.choosing import chosen_now
from fiveengines.companions.rebalance.result import Result, order_lines

__all__ = ["Result", "analyse", "chosen_now", "order_lines"]
