"""A portfolio's orders on one printed sheet, and as a file for a broker; nothing is sent anywhere.

Takes the companion's document as plain data and gives text; no order is made or changed here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from markupsafe import Markup

from fiveengines.base.formats import date, dollars, number, percent, shares
from fiveengines.companions.order_list import BROKER, TICKET, OrderLine, orders_csv
from fiveengines.report.page.templates import content_policy, render_template, style

_TEMPLATES = "report/page/templates"


def ticket_files(page: str, document: Mapping[str, Any]) -> dict[str, str | bytes]:
    """PAGE.ticket.html and PAGE.orders.csv from the document of PAGE.json; empty without a call and without orders."""
    if why_none(document):
        return {}
    lines = [
        OrderLine(each["ticker"], each["shares"], each["reference_price"], each["condition"])
        for each in document["orders"]
    ]
    return {f"{page}.{TICKET}": ticket(page, document), f"{page}.{BROKER}": orders_csv(lines)}


def why_none(document: Mapping[str, Any]) -> str:
    """Why there can be no sheet, in a few words; empty when there can."""
    if document["portfolio"] is None:
        return "there is no portfolio to plan for"
    if document["equity_target"] is None:
        return str(document["equity_reason"])
    return "" if document["orders"] else "there are no orders"


def ticket(page: str, document: Mapping[str, Any]) -> str:
    """The sheet as a page of its own; the same document gives the same sheet, byte for byte."""
    orders, portfolio = document["orders"], document["portfolio"]
    now = [each for each in orders if not each["condition"]]
    sold = -sum(each["dollars"] for each in now if each["shares"] < 0)
    bought = sum(each["dollars"] for each in now if each["shares"] > 0)
    later = -sum(each["dollars"] for each in orders if each["condition"])
    totals = [
        ("Sales now", dollars(sold)),
        ("Purchases now", dollars(bought)),
        ("Cost", f"about {dollars(document['cost'])}"),
        ("Cash before", dollars(portfolio["cash"])),
        ("Cash after the orders for now", dollars(document["cash_after"])),
    ]
    if later:
        totals.append(("Sales that wait", dollars(later)))
    reading = document["reading"]
    return render_template(
        f"{_TEMPLATES}/ticket.html.j2",
        portfolio=portfolio["name"],
        session=dt.date.fromisoformat(document["as_of"]),
        reading=None if reading is None else dt.date.fromisoformat(reading),
        source=document["source"],
        made=document["generated_at"][:16].replace("T", " ") + " UTC",
        version=document["library_version"],
        page=f"{page}.html",
        value=dollars(portfolio["value"]),
        now_share=percent(document["equity_now"]),
        target_share=percent(document["equity_target"]),
        reason=document["equity_reason"],
        groups=_groups(orders),
        totals=totals,
        limited=", ".join(document["limited"]),
        at_cost=", ".join(portfolio["at_cost"]),
        notes=portfolio["notes"],
        css=Markup(style(f"{_TEMPLATES}/ticket.css")),  # noqa: S704  (our own style sheet)
        policy=content_policy("'none'"),
    )


def _groups(orders: Sequence[Mapping[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Rows by what they wait for, in the order of the document; the first number of each row counts over all."""
    rows = [(each["condition"], _row(at, each)) for at, each in enumerate(orders, start=1)]
    return [
        (condition, [row for _, row in found]) for condition, found in groupby(rows, key=lambda each: each[0])
    ]


def _row(at: int, order: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "at": at,
        "side": "Buy" if order["shares"] > 0 else "Sell",
        "action": order["action"],
        "ticker": order["ticker"],
        "shares": shares(abs(order["shares"]), 4),
        "price": number(order["reference_price"], 2),
        "dollars": dollars(abs(order["dollars"])),
        "weights": f"{percent(order['weight_from'], 1)} → {percent(order['weight_to'], 1)}",
        "lots": "; ".join(_lot(each) for each in order["lots"]),
        "reason": order["reason"],
        "warning": "wash sale: the loss may not count" if order["wash_sale"] else "",
    }


def _lot(lot: Mapping[str, Any]) -> str:
    """'93 of 1 Jun 2010 at $80.58, long'."""
    opened = "an unknown date" if lot["opened"] is None else date(dt.date.fromisoformat(lot["opened"]))
    cost = "" if lot["cost"] is None else f" at {dollars(lot['cost'], 2)}"
    term = {True: "long", False: "short", None: "not known how long"}[lot["long_term"]]
    return f"{shares(lot['shares'], 4)} of {opened}{cost}, {term}"
