"""From wanted weights to whole-share orders: nearest to the wish, within cash, turnover and what is held.

Numbers and lots; nothing is sent anywhere, and where a wish comes from is decided elsewhere.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from fiveengines.base.parameters.rebalance import OrderRules
from fiveengines.portfolio.holdings import Holdings, Lot, Position
from fiveengines.portfolio.lots import LotSale, sales, tax_on, wash_sale

Array = npt.NDArray[np.float64]
Action = Literal["initiate", "add", "trim", "close"]
_CENT = 0.005


@dataclass(frozen=True)
class Order:
    """One order: whole shares to buy (above zero) or sell (below), but for a close, which sells a fraction too.

    dollars: shares × reference price; weight_from, weight_to: shares of the portfolio before and after all orders.
    """

    ticker: str
    action: Action
    shares: float
    reference_price: float
    dollars: float
    weight_from: float
    weight_to: float
    lots: tuple[LotSale, ...] = ()
    tax: float = 0.0
    wash_sale: bool = False
    condition: str = ""
    reason: str = ""


@dataclass(frozen=True)
class OrderPlan:
    """Orders, cash after them and their cost in dollars; `limited` names the limits that kept a wish from being met."""

    orders: tuple[Order, ...]
    cash: float
    cost: float
    turnover: float
    limited: tuple[str, ...]


def plan_orders(
    holdings: Holdings,
    wanted: Mapping[str, float],
    prices: Mapping[str, float],
    day: dt.date,
    rules: OrderRules,
) -> OrderPlan:
    """Orders that bring `holdings` as near to `wanted` as the rules allow.

    wanted: ticker → share of the portfolio's value (0…1, adding to at most 1; a ticker left out is not touched, what
    is left over is cash). prices: dollars a share; a ticker without one is neither bought nor sold, and a position
    without one counts at cost. The value is that of positions and cash, less the costs of trading.

    Distance is the sum of |value − wanted value| over tickers plus the cost of trading. The same arguments give the
    same orders. ValueError for wanted weights that are below zero or add to more than one.
    """
    if min(wanted.values(), default=0.0) < 0 or math.fsum(wanted.values()) > 1 + 1e-9:
        raise ValueError("wanted weights are at least zero and add to at most one")
    tickers = [each for each in dict.fromkeys([*holdings.positions, *wanted]) if prices.get(each, 0.0) > 0]
    price = np.array([prices[each] for each in tickers], dtype="float64")
    held = np.array([_shares(holdings, each) for each in tickers])
    value = portfolio_value(holdings, prices)
    weights = np.array([wanted.get(each, np.nan) for each in tickers], dtype="float64")
    # Weights are of what is left after costs: trading the difference once more would find nothing to do.
    costs = min(np.nansum(np.abs(weights * value - held * price)), 2 * rules.most_turnover * value)
    wish = weights * (value - costs * rules.cost_bp / 1e4)
    shares, limited = whole_shares(wish, held, price, holdings.cash, value, rules)
    return _plan(holdings, tickers, shares, price, value, day, rules, limited)


def portfolio_value(holdings: Holdings, prices: Mapping[str, float]) -> float:
    """Dollars of all positions and cash; a position without a price counts at cost, and at nothing without either."""
    return holdings.cash + math.fsum(position_value(each, prices) for each in holdings.positions.values())


def position_value(position: Position, prices: Mapping[str, float]) -> float:
    """Dollars of one position: at its price, else at cost, else nothing."""
    each = prices.get(position.ticker) or position.cost or 0.0
    return position.shares * each


def whole_shares(
    wish: Array, held: Array, price: Array, cash: float, value: float, rules: OrderRules
) -> tuple[Array, tuple[str, ...]]:
    """Shares to buy (+) or sell (−), all (n,): whole, but for a position that is closed.

    wish: dollars wanted, NaN for what is left as it is; held: shares; price: dollars > 0; cash and value: dollars.
    Also returned: which limits bound (turnover, cash, minimum trade).
    """
    limited: list[str] = []
    gap = np.where(np.isnan(wish), 0.0, wish - held * price)
    closing = (wish == 0) & (held > 0)
    small = (np.abs(gap) < rules.minimum_trade * value) & ~closing
    if (small & (np.abs(gap) > price / 2)).any():
        limited.append("minimum trade")
    gap = np.where(small, 0.0, gap)
    cost_rate = rules.cost_bp / 1e4
    most = 2 * rules.most_turnover * value
    reach = gap
    if np.abs(gap).sum() > most:
        limited.append("turnover")
        reach = gap * (most / np.abs(gap).sum())
        closing = closing & (np.abs(reach) >= np.abs(gap) - _CENT)
    whole = np.trunc(reach / price)
    trade = np.where(closing, -held, np.maximum(whole, -np.floor(held)))
    spent = float((np.abs(trade) * price).sum())
    floor = min(rules.least_cash * value, cash)
    left = cash - float((trade * price).sum()) - cost_rate * spent
    # One share more where that is nearer to the wish by more than it costs: sales first, then what gains most.
    step = np.where(closing | (gap == 0), 0.0, np.sign(gap))
    gain = np.abs(gap - trade * price) - np.abs(gap - (trade + step) * price)
    order = np.lexsort((np.arange(len(gain)), -gain, step > 0))
    for at in order:
        dear = cost_rate * price[at] + rules.least_step * price[at]
        while step[at] and gain[at] > dear:
            if spent + price[at] > most:
                limited.append("turnover")
                break
            after = left - step[at] * price[at] - cost_rate * price[at]
            if (step[at] > 0 and after < floor) or (step[at] < 0 and held[at] + trade[at] < 1):
                break
            trade[at] += step[at]
            spent, left = spent + price[at], after
            gain[at] = abs(gap[at] - trade[at] * price[at]) - abs(
                gap[at] - (trade[at] + step[at]) * price[at]
            )
    if left < floor - _CENT:
        trade, left = _within_cash(trade, gap, price, left, floor, cost_rate)
    # A trade that the limits left smaller than the least one is not worth its ticket.
    tiny = (np.abs(trade) * price < rules.minimum_trade * value) & ~closing
    unfunded = trade * price
    trade = np.where(tiny & (trade > 0), 0.0, trade)
    left += float((unfunded - trade * price).sum())
    if (
        (step > 0).any()
        and (np.abs(gap - trade * price) > price)[step > 0].any()
        and "turnover" not in limited
    ):
        limited.append("cash")
    return trade + 0.0, tuple(dict.fromkeys(limited))


def _within_cash(
    trade: Array, gap: Array, price: Array, left: float, floor: float, cost_rate: float
) -> tuple[Array, float]:
    """Buys cut back in proportion, whole share by whole share, until cash is at its floor or above."""
    trade = trade.copy()
    buying = trade > 0
    bought = float((trade * price)[buying].sum()) * (1 + cost_rate)
    short = floor - left
    keep = max(0.0, 1 - short / bought) if bought > 0 else 0.0
    cut = np.where(buying, np.floor(trade * keep), trade)
    left += float(((trade - cut) * price).sum()) * (1 + cost_rate)
    # The fractions dropped leave room for some shares again: the largest remainders first.
    rest = np.where(buying, trade * keep - cut, 0.0)
    for at in np.lexsort((np.arange(len(rest)), -rest)):
        if rest[at] > 0 and left - price[at] * (1 + cost_rate) >= floor:
            cut[at] += 1
            left -= price[at] * (1 + cost_rate)
    return cut, left


def _plan(
    holdings: Holdings,
    tickers: Sequence[str],
    shares: Array,
    price: Array,
    value: float,
    day: dt.date,
    rules: OrderRules,
    limited: tuple[str, ...],
) -> OrderPlan:
    orders = []
    for ticker, change, each in zip(tickers, shares.tolist(), price.tolist(), strict=True):
        if change == 0:
            continue
        position = holdings.positions.get(ticker, Position(ticker, ()))
        orders.append(order_of(position, change, each, value, day, rules))
    traded = math.fsum(abs(each.dollars) for each in orders)
    cost = traded * rules.cost_bp / 1e4
    cash = holdings.cash - math.fsum(each.dollars for each in orders) - cost
    orders.sort(key=lambda each: (each.shares > 0, -abs(each.dollars), each.ticker))
    return OrderPlan(tuple(orders), cash, cost, traded / 2 / value if value else 0.0, limited)


def order_of(
    position: Position, change: float, price: float, value: float, day: dt.date, rules: OrderRules
) -> Order:
    """The order for `change` shares of a position, not nought; value: dollars of the portfolio."""
    before, sold = position.shares, tuple[LotSale, ...]()
    after = before + change
    action: Action
    if change > 0:
        action = "initiate" if before == 0 else "add"
    else:
        action = "close" if abs(after) < 1e-9 else "trim"
        sold = sales(position.lots, -change, price, day, rules.lots, rules.taxes)
    return Order(
        ticker=position.ticker,
        action=action,
        shares=change,
        reference_price=price,
        dollars=change * price,
        weight_from=before * price / value,
        weight_to=after * price / value,
        lots=sold,
        tax=tax_on(sold, rules.taxes),
        wash_sale=wash_sale(sold, position.lots, day, False, rules.taxes),
    )


def executed(holdings: Holdings, plan: OrderPlan, day: dt.date) -> Holdings:
    """The holdings after every order of `plan` was filled at its reference price on `day`; costs leave cash."""
    positions = dict(holdings.positions)
    for order in plan.orders:
        old = positions.get(order.ticker, Position(order.ticker, ()))
        if order.shares > 0:
            lots = (*old.lots, Lot(order.ticker, order.shares, order.reference_price, day))
        else:
            lots = _without(old.lots, order.lots)
        if lots:
            positions[order.ticker] = replace(old, lots=lots)
        else:
            positions.pop(order.ticker, None)
    return Holdings(positions, plan.cash)


def _without(lots: Sequence[Lot], sold: Sequence[LotSale]) -> tuple[Lot, ...]:
    left = list(lots)
    for each in sold:
        at = next(
            i
            for i, lot in enumerate(left)
            if (lot.opened, lot.cost) == (each.opened, each.cost) and lot.shares >= each.shares - 1e-12
        )
        rest = left[at].shares - each.shares
        left[at : at + 1] = [replace(left[at], shares=rest)] if rest > 1e-12 else []
    return tuple(left)


def _shares(holdings: Holdings, ticker: str) -> float:
    position = holdings.positions.get(ticker)
    return 0.0 if position is None else position.shares
