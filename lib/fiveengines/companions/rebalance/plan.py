"""From the week's target exposure to orders: wanted weights, whole shares now, and what waits for a recovery.

Weights and levels in, orders out; nothing is sent anywhere.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from fiveengines.base.formats import number, percent
from fiveengines.companions.rebalance.positions import Book
from fiveengines.portfolio.decisions import Decisions
from fiveengines.portfolio.holdings import Holdings
from fiveengines.portfolio.orders import Order, OrderPlan, executed, order_of, plan_orders

# A tilt that is not seen in the digits it is written in is none.
_LEAST_TILT = 0.0005


@dataclass(frozen=True)
class Waiting:
    """A level that a part of a reduction waits for."""

    name: str
    level: float


def wanted_weights(
    book: Book, equity: float, decisions: Decisions, tilts: Mapping[str, float] | None = None
) -> tuple[dict[str, float], dict[str, str]]:
    """Wanted share of the portfolio by ticker, and why.

    Those of holdings.csv where it has them, else today's; equity is scaled as a whole to `equity` (a share of the
    portfolio), bonds stay as wanted as far as there is room, no sector above its limit. tilts: what is added to the
    wanted weight of a ticker before that, a share. Tickers held by decision, and
    those without a price, keep today's weight and use up their part of it.
    """
    today, rules = book.weights(), book.rules
    fixed = {
        name
        for name in today
        if name not in book.prices or (name in decisions.hold and name not in decisions.exclude)
    }
    wish: dict[str, float] = {}
    why: dict[str, str] = {}
    for name, each in book.holdings.positions.items():
        if name in fixed:
            wish[name] = today[name]
            why[name] = "left alone" if name in book.prices else "no price"
        elif name in decisions.exclude:
            wish[name], why[name] = 0.0, "excluded"
        elif each.weight is not None:
            wish[name], why[name] = each.weight, f"{percent(each.weight, 1)} wanted"
            tilt = (tilts or {}).get(name, 0.0)
            if each.weight and abs(tilt) >= _LEAST_TILT:
                wish[name] = max(0.0, each.weight + tilt)
                why[name] += f", tilted by {number(100 * tilt, 1, ' points', sign=True)}"
        else:
            wish[name], why[name] = today[name], "today's weight"
    held = math.fsum(wish[name] for name in fixed if book.part(name) == "equity")
    free = {
        name
        for name in wish
        if name not in fixed and name not in decisions.exclude and book.part(name) == "equity"
    }
    total = math.fsum(wish[name] for name in free)
    factor = max(0.0, equity - held) / total if total > 0 else 0.0
    for name in free:
        wish[name] *= factor
        why[name] += f", scaled to {percent(equity)} equity"
        limit = decisions.cap.get(name)
        if limit is not None and wish[name] > limit:
            wish[name], why[name] = limit, f"capped at {percent(limit, 1)}"
    _within_sectors(book, wish, why, free, rules.most_sector)
    room = max(0.0, 1.0 - math.fsum(each for name, each in wish.items() if book.part(name) == "equity"))
    others = [name for name in wish if book.part(name) != "equity" and name not in fixed]
    kept = math.fsum(wish[name] for name in fixed if book.part(name) != "equity")
    asked = math.fsum(wish[name] for name in others)
    if asked > room - kept and asked > 0:
        for name in others:
            wish[name] *= max(0.0, room - kept) / asked
            why[name] += ", reduced to leave room for equity"
    return wish, why


def _within_sectors(
    book: Book, wish: dict[str, float], why: dict[str, str], free: set[str], most: float
) -> None:
    sectors: dict[str, list[str]] = {}
    for name in free:
        # A fund of the whole market has no sector of its own.
        if book.sector(name) != "equity":
            sectors.setdefault(book.sector(name), []).append(name)
    for sector, names in sectors.items():
        total = math.fsum(wish[name] for name in names)
        if total > most:
            for name in names:
                wish[name] *= most / total
                why[name] += f", {sector} limited to {percent(most)}"


def plan(
    book: Book, wish: dict[str, float], why: dict[str, str], day: dt.date, waiting: tuple[Waiting, ...]
) -> OrderPlan:
    """Orders that bring the book to its wish.

    With `waiting`, only the first part of each cut of equity is for now; the others are conditional orders, on the
    lots that the earlier parts leave. Cuts that pay for purchases of other equity do not wait: equity would rise first.
    """
    rules = book.rules
    today = book.weights()
    now = dict(wish)
    cuts = {
        name: today[name] - each
        for name, each in wish.items()
        if waiting and each < today.get(name, 0.0) and book.part(name) == "equity"
    }
    bought = math.fsum(
        max(0.0, each - today.get(name, 0.0)) for name, each in wish.items() if book.part(name) == "equity"
    )
    whole = math.fsum(cuts.values())
    net = max(0.0, whole - bought) / whole if whole else 0.0
    for name, cut in cuts.items():
        now[name] = today[name] - (1 - net + rules.conditions.spread[0] * net) * cut
    made = plan_orders(book.holdings, now, book.prices, day, rules.orders)
    orders = [replace(each, reason=why.get(each.ticker, "")) for each in made.orders]
    later = executed(book.holdings, made, day)
    for part, level in zip(rules.conditions.spread[1:], waiting, strict=False):
        condition = f"once the S&P 500 closes at or above {level.level:,.0f} ({level.name})"
        for name, cut in cuts.items():
            order, later = _conditional(
                book, later, name, part * net * cut, day, condition, why.get(name, "")
            )
            orders += [order] if order is not None else []
    return replace(made, orders=tuple(orders))


def _conditional(
    book: Book, held: Holdings, name: str, cut: float, day: dt.date, condition: str, reason: str
) -> tuple[Order | None, Holdings]:
    rules, value, price = book.rules.orders, book.value, book.prices.get(name)
    position = held.positions.get(name)
    if price is None or position is None:
        return None, held
    shares = float(min(round(cut * value / price), math.floor(position.shares)))
    if shares * price < rules.minimum_trade * value:
        return None, held
    order = replace(order_of(position, -shares, price, value, day, rules), condition=condition, reason=reason)
    return order, executed(held, OrderPlan((order,), held.cash + shares * price, 0.0, 0.0, ()), day)
