"""Note a session's orders as chosen by their owner, so that the next session can tell what became of them.

The one module of this room that writes, and only into the portfolio's folder and beside the page; nothing is sent.
"""

from __future__ import annotations

from dataclasses import dataclass

from fiveengines.base.atomic_io import write_text
from fiveengines.base.errors import ParameterError
from fiveengines.companions.holdings import folder_of
from fiveengines.companions.order_list import orders_csv
from fiveengines.companions.rebalance.analysis import book_of, planned
from fiveengines.companions.rebalance.background import background
from fiveengines.companions.rebalance.result import order_lines
from fiveengines.companions.session import Session
from fiveengines.portfolio import decisions
from fiveengines.portfolio.decisions import Decisions
from fiveengines.portfolio.folders import beside_page
from fiveengines.portfolio.orders import Order


@dataclass(frozen=True)
class Noted:
    """Orders noted as chosen, and the files they were noted in, in words."""

    orders: tuple[Order, ...]
    where: str


def chosen_now(session: Session, why: str = "") -> Noted:
    """Note the orders under the decisions in force as chosen on this evening: in the portfolio's folder, and beside the
    session's page where there is one. ParameterError without holdings or an index.
    """
    known, missing = background(session), list[str]()
    book = None if known.read is None else book_of(session, known, missing)
    if book is None:
        raise ParameterError((*known.missing, *missing)[-1])
    folder, day = folder_of(session), session.as_of.date()
    force = decisions.in_force(decisions.decisions(folder), day)
    orders = planned(session, known, book, Decisions.of(force)).made.orders
    decisions.choose(folder, book.holdings, orders, day, why=why)
    page = beside_page(session.run, session.simulated, day, session.portfolio)
    if page is not None:
        write_text(page, orders_csv(order_lines(orders), waiting=True))
    beside = f" and {page}" if page is not None else ""
    return Noted(orders, f"{folder / decisions.CHOSEN}{beside}")
