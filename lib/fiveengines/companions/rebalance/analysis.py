"""From a session to its portfolio process: what is held, what the market offers, what to trade, what is at risk."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from fiveengines.base.formats import counted, dollars, joined, number, percent
from fiveengines.base.parameters.rebalance import RebalanceParameters
from fiveengines.companions.document import envelope
from fiveengines.companions.holdings import folder_of, holdings
from fiveengines.companions.rebalance import sentiment
from fiveengines.companions.rebalance.background import Background, background
from fiveengines.companions.rebalance.plan import Waiting, plan, wanted_weights
from fiveengines.companions.rebalance.positions import Book, risk, stress
from fiveengines.companions.rebalance.result import (
    ChosenRecord,
    FollowedRecord,
    Market,
    OrderRecord,
    PortfolioRecord,
    Result,
    RiskRecord,
)
from fiveengines.companions.session import Session
from fiveengines.portfolio import decisions
from fiveengines.portfolio.decisions import Decisions
from fiveengines.portfolio.holdings import Holdings
from fiveengines.portfolio.orders import Order, OrderPlan, executed

NAME = "rebalance"


@dataclass(frozen=True)
class Planned:
    """What one set of decisions leads to: the book before and after the orders for now, the orders, dollars at risk."""

    book: Book
    target: float | None
    reason: str
    made: OrderPlan
    after: Book
    hazards: RiskRecord


def analyse(session: Session) -> Result:
    """The process for the session's portfolio, with what its owner decided by hand up to that evening.

    Without an index, without holdings or without a call its parts are empty and say why. DataError for a holdings file
    that cannot be read as one.
    """
    known = background(session)
    missing = list(known.missing)
    if known.read is None:
        return _result(session, missing, headline="No close of the index", bottom_line=missing[0])
    read = known.read
    common = {"market": read, "bounce": list(known.bounce), "stocks": known.listed}
    book = book_of(session, known, missing)
    if book is None:
        line = " ".join([*_market_sentences(read, known.rules), missing[-1]])
        return _result(session, missing, headline=_market_headline(read), bottom_line=line, **common)
    if book.value <= 0:
        missing.append("The portfolio: it is worth nothing at these prices.")
        return _result(session, missing, headline=_market_headline(read), bottom_line=missing[-1], **common)
    folder, day = folder_of(session), session.as_of.date()
    force = decisions.in_force(decisions.decisions(folder), day)
    trail = decisions.chosen_orders(folder)
    found = planned(session, known, book, Decisions.of(force))
    exposed = found.after.exposures()
    mean, pair, closest = found.after.correlation()
    hazards = RiskRecord.model_validate(
        {
            **dict(found.hazards),
            "stress": stress(exposed.beta, found.after.value, known.rules.exposures.stress),
            "correlation": mean,
            "closest_pair": pair or (),
            "closest": closest,
        }
    )
    unpriced = {name: each for name, each in book.holdings.positions.items() if name not in book.prices}
    at_cost = [name for name, each in unpriced.items() if each.lots]
    if known_cost := [name for name in at_cost if unpriced[name].cost]:
        missing.append(f"Prices: {', '.join(known_cost)} counted at cost.")
    if nothing := [name for name in at_cost if not unpriced[name].cost]:
        missing.append(f"Prices: {', '.join(nothing)} without price and cost, counted at nothing.")
    if wanted := [name for name, each in unpriced.items() if not each.lots]:
        missing.append(f"Prices: {', '.join(wanted)} has none, so it is not bought.")
    own = None if known.references is None else known.references.own(book.equity(), book.share("bond"))
    mixes = () if known.references is None else known.references.mixes
    return _result(
        session,
        missing,
        headline=_headline(found),
        bottom_line=_bottom_line(found, read, known.rules),
        portfolio=PortfolioRecord(
            name=session.portfolio,
            value=book.value,
            cash=book.holdings.cash,
            positions=found.book.records(),
            exposures=book.exposures(),
            at_cost=at_cost,
            notes=list(book.holdings.notes),
        ),
        allocation=[*([own] if own is not None else []), *mixes],
        equity_now=book.equity(),
        equity_target=found.target,
        equity_reason=found.reason,
        reading=None if session.week is None else session.week.as_of.date(),
        orders=[_order_record(each) for each in found.made.orders],
        cash_after=found.after.holdings.cash,
        cost=found.made.cost,
        turnover=found.made.turnover,
        limited=list(found.made.limited),
        risk=hazards,
        after=exposed,
        decisions=force,
        chosen=_chosen(decisions.chosen_on(trail, day), None),
        last_time=_chosen(decisions.chosen_before(trail, day), book.holdings),
        **common,
    )


def book_of(session: Session, known: Background, missing: list[str]) -> Book | None:
    """The session's holdings at its closes; None without any, and `missing` then says so."""
    found = holdings(session, missing)
    return None if found is None else Book.of(session, found, known.index, known.rules)


def planned(session: Session, known: Background, book: Book, chosen: Decisions) -> Planned:
    """Orders and risk under `chosen`; made of what is known already, so that a preview can ask while somebody types."""
    mine = book.holding(chosen.applied(book.holdings))
    target, reason = _target(session)
    made = _orders(session, mine, known.read, target, chosen)
    after = mine.holding(executed(mine.holdings, _now(made), session.as_of.date())) if made.orders else mine
    return Planned(mine, target, reason, made, after, risk(after.records()))


def _chosen(chosen: decisions.Chosen | None, now: Holdings | None) -> ChosenRecord | None:
    if chosen is None:
        return None
    there = Holdings({}, 0.0) if now is None else now
    unknown = {"done": None, "state": None} if now is None else {}
    return ChosenRecord(
        on=chosen.on,
        who=chosen.who,
        why=chosen.why,
        orders=[
            FollowedRecord.model_validate(vars(each) | unknown)
            for each in decisions.followed(chosen, there)
            if now is not None or each.planned or each.waiting
        ],
    )


def _result(session: Session, missing: list[str], **found: Any) -> Result:
    empty: dict[str, Any] = {
        "portfolio": None, "market": None, "bounce": [], "stocks": None, "allocation": [], "equity_now": None,
        "equity_target": None, "equity_reason": "", "orders": [], "cost": 0.0, "turnover": 0.0, "limited": [],
        "reading": None, "cash_after": 0.0,
        "risk": None, "after": None, "decisions": [], "chosen": None, "last_time": None,
    }  # fmt: skip
    return Result.model_validate(envelope(session, NAME) | {"not_available": missing} | empty | found)


def _target(session: Session) -> tuple[float | None, str]:
    """The share of the portfolio that the week wants in equity, and why; None without a call."""
    week = session.week
    if week is None:
        return None, "the history of readings has not begun"
    if week.no_call is not None or week.target_exposure is None:
        return None, "the week has no call"
    mine = session.params.portfolio
    low, high = mine.bands[mine.risk_profile]
    share = min(1.0, low + week.target_exposure.value * (high - low))
    return share, (
        f"target exposure {percent(week.target_exposure.value)} of a {mine.risk_profile} band of "
        f"{percent(low)} to {percent(high)}, regime {week.call_name}"
    )


def _orders(
    session: Session, book: Book, read: Market | None, target: float | None, chosen: Decisions
) -> OrderPlan:
    if target is None or read is None:
        return OrderPlan((), book.holdings.cash, 0.0, 0.0, ())
    wish, why = wanted_weights(book, target, chosen, _tilts(session, book))
    pivots = {each.id: each for each in read.pivots}
    waiting = tuple(
        Waiting(each.name, each.level)
        for key, each in pivots.items()
        if key.startswith(("sma_", "retrace_")) and each.level > read.close
    )
    # Selling into strength needs a fall to recover from.
    below = any(key.startswith("sma_") and each.level > read.close for key, each in pivots.items())
    levels = tuple(sorted(waiting, key=lambda each: each.level)) if below else ()
    return plan(book, wish, why, session.as_of.date(), levels)


def _tilts(session: Session, book: Book) -> dict[str, float]:
    """By how much the week's tilts move the wanted weight of a ticker that params/portfolio.yaml gives a role.

    Only where holdings.csv wants a weight of its own: today's weight holds last week's tilt already.
    """
    rules, found = session.params.portfolio.portfolio, session.week.plan if session.week else None
    if rules is None or found is None:
        return {}
    own = {
        name: rules.instruments[name].roles
        for name, each in book.holdings.positions.items()
        if each.weight and name in rules.instruments
    }
    moved: dict[str, float] = {}
    for tilt in found.tilts:
        bearers = [name for name, roles in own.items() if tilt.role in roles]
        for name in bearers:
            moved[name] = moved.get(name, 0.0) + tilt.share / len(bearers)
    return moved


def _now(made: OrderPlan) -> OrderPlan:
    """The part of a plan that waits for nothing."""
    return replace(made, orders=tuple(each for each in made.orders if not each.condition))


def _order_record(order: Order) -> OrderRecord:
    inside = {"weight_from": min(1.0, order.weight_from), "weight_to": min(1.0, max(0.0, order.weight_to))}
    return OrderRecord.model_validate(vars(order) | inside)


def _market_headline(read: Market) -> str:
    return f"S&P 500 {number(read.fall_pct, 1, ' %', sign=True)} from its high, {read.sentiment.zone}"


def _headline(found: Planned) -> str:
    book, target, made = found.book, found.target, found.made
    if target is None:
        return f"Equity {percent(book.equity())}; no call, so no orders"
    waits = sum(bool(each.condition) for each in made.orders)
    now = len(made.orders) - waits
    told = f"{counted(now, 'order')} now" + (f", {waits} waiting" if waits else "")
    return f"Equity {percent(book.equity())} → {percent(target)}: {told if made.orders else 'nothing to do'}"


def _bottom_line(found: Planned, read: Market, rules: RebalanceParameters) -> str:
    book, target, reason = found.book, found.target, found.reason
    made, hazards = found.made, found.hazards
    lines = []
    if target is None:
        lines.append(f"Equity is {percent(book.equity())} of the portfolio; {reason}, so nothing is planned.")
    else:
        lines.append(
            f"Equity is {percent(book.equity())} of the portfolio and {percent(target)} is wanted: {reason}."
        )
        now = [each for each in made.orders if not each.condition]
        sold = -math.fsum(each.dollars for each in now if each.shares < 0)
        bought = math.fsum(each.dollars for each in now if each.shares > 0)
        if now:
            told = [f"sell {dollars(sold)}"] * bool(sold) + [f"buy {dollars(bought)}"] * bool(bought)
            count = counted(len(now), "order")
            lines.append(f"{count} for now: {', '.join(told)}, at a cost of {dollars(made.cost)}.")
        waits = [each for each in made.orders if each.condition]
        if waits:
            parts = dict.fromkeys(each.condition for each in waits)
            told = [
                f"{dollars(-math.fsum(each.dollars for each in waits if each.condition == part))} {part}"
                for part in parts
            ]
            told[1:] = [each.replace("the S&P 500 closes", "it closes") for each in told[1:]]
            lines.append(f"More sales wait: {joined(told)}.")
        if (
            not made.orders
            and target > 0
            and not any(
                book.part(name) == "equity" for name in book.holdings.positions if name in book.prices
            )
        ):
            lines.append(
                "The holdings name no equity to buy: add a row with 0 shares and a wanted weight for each ticker."
            )
        elif not made.orders:
            lines.append("Nothing needs doing.")
        if made.limited:
            lines.append(f"Held back by: {', '.join(made.limited)}.")
    if hazards.gain_to_targets or hazards.loss_to_stops:
        lines.append(
            f"At the targets {dollars(hazards.gain_to_targets)} would be gained, at the stops "
            f"{dollars(-hazards.loss_to_stops)} lost."
        )
    return " ".join([*lines, *_market_sentences(read, rules)])


def _market_sentences(read: Market, rules: RebalanceParameters) -> list[str]:
    """The fall, and the fear clock while it says extreme fear and has a record."""
    below = f"{number(-read.fall_pct, 1)} % below" if read.fall_pct < 0 else "at"
    lines = [f"The S&P 500 is {below} its high."]
    score, stats = read.sentiment, read.sentiment.exit_statistics
    known = stats is not None and stats.n >= rules.sentiment.least_spells
    if known and stats is not None and score.zone == sentiment.ZONES[0] and score.spell_sessions is not None:
        lines.append(
            f"The fear clock says extreme fear; this spell has lasted {counted(score.spell_sessions, 'session')} so "
            f"far, {stats.n} earlier ones {stats.shortest} to {stats.longest}, half of them "
            f"{number(stats.median_sessions)} or fewer."
        )
    return lines
