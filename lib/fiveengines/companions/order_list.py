"""A list of orders as a file that brokers import. Text alone; nothing is sent, and no order is made here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from fiveengines.base.formats import csv_text

# Endings of the files beside a page NAME.html: its orders on a sheet to print, and for a broker.
TICKET, BROKER = "ticket.html", "orders.csv"
_HEAD = ("Action", "Symbol", "Quantity", "OrderType", "ReferencePrice", "Condition")


class OrderLine(NamedTuple):
    """One order: shares below zero are sales, dollars a share, `condition` is empty when it is for now."""

    ticker: str
    shares: float
    reference_price: float
    condition: str = ""


def orders_csv(orders: Iterable[OrderLine], *, waiting: bool = False) -> str:
    """The orders for now as brokers import them, one row each.

    A broker would place what waits for a level at once, so it is left out. `waiting` keeps it for a reader, under an
    order type that no broker takes.
    """
    rows: list[Sequence[object]] = [_HEAD]
    for each in orders:
        if each.condition and not waiting:
            continue
        side, kind = "BUY" if each.shares > 0 else "SELL", "WAIT" if each.condition else "MKT"
        price = f"{each.reference_price:.2f}"
        rows.append([side, each.ticker, f"{abs(each.shares):g}", kind, price, each.condition])
    return csv_text(rows)
