"""Companion: the weekly portfolio process, from holdings to an order list.

One result for one session, from what was public on its evening; nothing is drawn, written or sent here.
"""

from fiveengines.companions.rebalance.analysis import analyse
from fiveengines.companions.rebalance.result import Result, orders_csv

__all__ = ["Result", "analyse", "orders_csv"]
