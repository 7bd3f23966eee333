"""Which lots a sale takes, by a named rule, and what it then costs in tax.

Lots and numbers only; which shares to sell is decided in `orders`.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fiveengines.base.parameters.rebalance import LotRule, Taxes
from fiveengines.portfolio.holdings import Lot


@dataclass(frozen=True)
class LotSale:
    """Shares of one lot that are sold: what a share cost (None: not known), and since when it was held."""

    shares: float
    cost: float | None
    opened: dt.date | None
    long_term: bool | None
    gain: float | None


def sales(
    lots: Sequence[Lot], shares: float, price: float, day: dt.date, rule: LotRule, taxes: Taxes
) -> tuple[LotSale, ...]:
    """The lots that a sale of `shares` at `price` dollars takes on `day`, in their order.

    fifo: the oldest first; highest_cost: the dearest first; tax_aware: those first whose sale costs least tax a share
    (a loss at the short-term rate before one at the long-term rate, then gains). Lots of unknown cost or date come last
    under a rule that needs them, in the order of the file. ValueError when more is sold than held.
    """
    held = math.fsum(lot.shares for lot in lots)
    if shares > held * (1 + 1e-12):
        raise ValueError(f"{shares:g} shares cannot be sold of {held:g}")

    def tax(lot: Lot) -> float:
        rate = taxes.long_term if is_long_term(lot, day, taxes) else taxes.short_term
        return rate * (price - (lot.cost if lot.cost is not None else 0.0))

    order = {
        "fifo": lambda lot: (lot.opened is None, lot.opened or day),
        "highest_cost": lambda lot: (lot.cost is None, -(lot.cost or 0.0)),
        "tax_aware": lambda lot: (lot.cost is None, tax(lot)),
    }[rule]
    found, left = [], shares
    for lot in sorted(lots, key=order):
        taken = min(lot.shares, left)
        if taken <= 0:
            break
        left -= taken
        gain = None if lot.cost is None else taken * (price - lot.cost)
        found.append(LotSale(taken, lot.cost, lot.opened, is_long_term(lot, day, taxes), gain))
    return tuple(found)


def is_long_term(lot: Lot, day: dt.date, taxes: Taxes) -> bool | None:
    """Whether the lot was held for longer than a short term; None when its date is not known."""
    return None if lot.opened is None else (day - lot.opened).days > taxes.long_term_days


def tax_on(sold: Iterable[LotSale], taxes: Taxes) -> float:
    """Tax in dollars on the known gains of a sale, losses counted against it at their own rate; below zero is a credit.

    A lot of unknown date counts as held for a short term.
    """
    return math.fsum(
        (taxes.long_term if each.long_term else taxes.short_term) * (each.gain or 0.0) for each in sold
    )


def wash_sale(sold: Iterable[LotSale], lots: Iterable[Lot], day: dt.date, bought: bool, taxes: Taxes) -> bool:
    """Whether a loss would not count: the same ticker was bought within the window before the sale, or is now.

    sold: what the sale takes; lots: all lots of the ticker before it. A lot that is itself sold whole for the loss does
    not count as the replacement.
    """
    losses = [each for each in sold if each.gain is not None and each.gain < 0]
    if not losses:
        return False
    taken = {(each.opened, each.cost) for each in sold}
    recent = any(
        lot.opened is not None
        and 0 <= (day - lot.opened).days <= taxes.wash_sale_days
        and (lot.opened, lot.cost) not in taken
        for lot in lots
    )
    return bought or recent
