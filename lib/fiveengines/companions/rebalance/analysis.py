"""From a session to its portfolio process: what is held, what the market offers, what to trade, what is at risk."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd

from fiveengines.base import yaml_files
from fiveengines.base.formats import counted, dollars, number, percent
from fiveengines.base.parameters.rebalance import RebalanceParameters
from fiveengines.companions.document import ManualEntry, envelope
from fiveengines.companions.holdings import holdings
from fiveengines.companions.rebalance import allocation, stocks
from fiveengines.companions.rebalance.market import market, sectors_for_a_bounce
from fiveengines.companions.rebalance.plan import Decisions, Waiting, plan, wanted_weights
from fiveengines.companions.rebalance.positions import Book, risk
from fiveengines.companions.rebalance.result import (
    LotRecord,
    Market,
    MixRecord,
    OrderRecord,
    PortfolioRecord,
    Result,
    RiskRecord,
    StockList,
)
from fiveengines.companions.session import Session
from fiveengines.portfolio.orders import Order, OrderPlan, executed
from fiveengines.research.walk_forward import above_average, volatility_target

NAME = "rebalance"
_MOST_MISSING_CLOSES = 5


def parameters(session: Session) -> RebalanceParameters:
    """params/rebalance.yaml beside the week's parameters."""
    return yaml_files.load_model(session.params.beside("rebalance.yaml"), RebalanceParameters)


def analyse(session: Session, decisions: Decisions | None = None) -> Result:
    """The process for the session's portfolio, with what its owner decided by hand.

    Without an index, without holdings or without a call its parts are empty and say why. DataError for a holdings file
    that cannot be read as one.
    """
    rules, missing = parameters(session), list[str]()
    index = session.panel.daily("SPX")
    known = index.dropna()
    if known.empty or index.iloc[-_MOST_MISSING_CLOSES:].isna().all():
        missing.append("The market: no close of the S&P 500 in the last five sessions.")
        return _result(session, missing, headline="No close of the index", bottom_line=missing[0])
    read = market(session, known, rules, missing)
    found = holdings(session, missing)
    bounce = sectors_for_a_bounce(session, known, rules, missing)
    listed = _stocks(session, known, rules, missing)
    common = {"market": read, "bounce": bounce, "stocks": listed}
    if found is None:
        line = " ".join([*_market_sentences(read), missing[-1]])
        return _result(session, missing, headline=_market_headline(read), bottom_line=line, **common)
    book = Book.of(session, found, known, rules)
    if book.value <= 0:
        missing.append("The portfolio: it is worth nothing at these prices.")
        return _result(session, missing, headline=_market_headline(read), bottom_line=missing[-1], **common)
    target, reason = _target(session)
    made = _orders(session, book, read, target, decisions or Decisions())
    after = book.holding(executed(found, _now(made), session.as_of.date())) if made.orders else book
    hazards = risk(after.records())
    at_cost = [name for name in found.positions if name not in book.prices]
    if at_cost:
        missing.append(f"Prices: {', '.join(at_cost)} counted at cost.")
    return _result(
        session,
        missing,
        headline=_headline(book, target, made, hazards),
        bottom_line=_bottom_line(book, target, reason, made, hazards, read),
        portfolio=PortfolioRecord(
            name=session.portfolio,
            value=book.value,
            cash=found.cash,
            positions=book.records(),
            exposures=book.exposures(),
            at_cost=at_cost,
        ),
        allocation=_allocation(session, book, known, rules, missing),
        equity_now=book.equity(),
        equity_target=target,
        equity_reason=reason,
        orders=[_order_record(each) for each in made.orders],
        cost=made.cost,
        turnover=made.turnover,
        limited=list(made.limited),
        risk=hazards,
        after=after.exposures(),
        **common,
    )


def _result(session: Session, missing: list[str], **found: Any) -> Result:
    empty: dict[str, Any] = {
        "portfolio": None, "market": None, "bounce": [], "stocks": None, "allocation": [], "equity_now": None,
        "equity_target": None, "equity_reason": "", "orders": [], "cost": 0.0, "turnover": 0.0, "limited": [],
        "risk": None, "after": None,
    }  # fmt: skip
    entered = [ManualEntry.model_validate(each) for each in session.entries]
    return Result.model_validate(
        envelope(session, NAME) | {"not_available": missing, "overrides": entered} | empty | found
    )


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
    session: Session, book: Book, read: Market, target: float | None, decisions: Decisions
) -> OrderPlan:
    if target is None:
        return OrderPlan((), book.holdings.cash, 0.0, 0.0, ())
    wish, why = wanted_weights(book, target, decisions)
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


def _now(made: OrderPlan) -> OrderPlan:
    """The part of a plan that waits for nothing."""
    return OrderPlan(
        tuple(each for each in made.orders if not each.condition),
        made.cash,
        made.cost,
        made.turnover,
        made.limited,
    )


def _order_record(order: Order) -> OrderRecord:
    return OrderRecord(
        ticker=order.ticker,
        action=order.action,
        shares=order.shares,
        reference_price=order.reference_price,
        dollars=order.dollars,
        lots=[LotRecord.model_validate(each) for each in order.lots],
        tax=order.tax,
        wash_sale=order.wash_sale,
        condition=order.condition,
        weight_from=min(1.0, order.weight_from),
        weight_to=min(1.0, max(0.0, order.weight_to)),
        reason=order.reason,
    )


def _allocation(
    session: Session, book: Book, index: pd.Series, rules: RebalanceParameters, missing: list[str]
) -> list[MixRecord]:
    """One's own equity share beside the references, over the same sessions and costs."""
    own, cost = rules.allocation, session.params.research.walk_forward.cost
    closes = session.panel.prices(list(own.funds)).reindex(index.index)
    closes = closes.dropna(axis=1, how="all").ffill(limit=_MOST_MISSING_CLOSES).dropna()
    week = session.week
    if week is None or own.equity not in closes or own.bond not in closes:
        missing.append("Allocation: the funds it is measured on have no prices, or there is no reading.")
        return []
    returns = closes.pct_change(fill_method=None).dropna()
    begin = session.as_of - pd.DateOffset(years=own.years)
    dates = week.dates[(week.dates >= max(begin, returns.index[0])) & (week.dates <= session.as_of)]
    if len(dates) < 104:
        missing.append("Allocation: fewer than two years of readings and funds together.")
        return []
    low, high = session.params.portfolio.bands[session.params.portfolio.risk_profile]
    exposure = week.readings.target_exposure.exposure.reindex(dates).ffill()
    equity = {
        f"Own mix, {percent(book.equity())} equity": pd.Series(book.equity(), index=dates),
        "Weekly target exposure": low + exposure * (high - low),
        "60/40": pd.Series(0.6, index=dates),
        f"Above the {session.params.research.walk_forward.average_days}-day average": above_average(
            index, dates, session.params.research.walk_forward.average_days
        ),
        f"{session.params.research.walk_forward.target_volatility:.0f} % volatility target": volatility_target(
            index, dates, session.params.research.walk_forward
        ),
    }
    rest = {"60/40"}
    mixes = {
        name: pd.DataFrame({own.equity: each, own.bond: (1 - each) if name in rest else 0.0 * each})
        for name, each in equity.items()
    }
    mixes |= allocation.fitted_weights(returns, own.estimate_sessions, own.years)
    rows = []
    for name, weights in mixes.items():
        net = allocation.net_returns(weights, returns, cost).loc[dates[0] :]
        if len(net) < 252:
            continue
        now = weights.iloc[-1].get(own.equity, 0.0)
        rows.append(MixRecord(name=name, equity=float(np.clip(now, 0, 1)), **allocation.record(net)))
    return rows


def _stocks(
    session: Session, index: pd.Series, rules: RebalanceParameters, missing: list[str]
) -> StockList | None:
    members, own = session.panel.members, rules.stocks
    held = session.dataset.members
    if members is None or held is None:
        missing.append("Stock ranking: the source has no index members.")
        return None
    sessions = pd.DatetimeIndex(members.index)
    ends = [at for at in stocks.month_ends(sessions) if at > max(own.momentum[0], own.high)][
        -own.months - 1 :
    ]
    lists = []
    for at in ends:
        past = members.iloc[at - max(own.momentum[0], own.high) : at + 1]
        inside = held.in_index(sessions[at : at + 1])[0]
        ranked = stocks.scores(past, inside, own.momentum, own.volatility, own.high)
        lists.append([str(each) for each in ranked.index[: own.count]])
    if len(lists) < 2 or len(lists[-1]) < own.count:
        missing.append("Stock ranking: too few members or months with prices.")
        return None
    grown = []
    for at, names, until in zip(ends, lists, [*ends[1:], len(sessions) - 1], strict=True):
        part = members[names].iloc[at : until + 1].ffill()
        grown.append((part / part.iloc[0]).mean(axis=1).pct_change().iloc[1:])
    returns = pd.concat(grown)
    wealth = (1 + returns).cumprod()
    market_ = index.reindex(wealth.index)
    return StockList(
        month=sessions[ends[-1]].date(),
        listed=lists[-1],
        initiated=sorted(set(lists[-1]) - set(lists[-2])),
        closed=sorted(set(lists[-2]) - set(lists[-1])),
        return_pct=100 * (float(wealth.iloc[-1]) - 1),
        index_pct=100 * (float(market_.iloc[-1] / index.loc[: sessions[ends[0]]].iloc[-1]) - 1),
        drawdown_pct=100 * float(wealth.iloc[-1] / wealth.max() - 1),
        months=len(lists),
    )


def _market_headline(read: Market) -> str:
    return f"S&P 500 {number(read.fall_pct, 1, ' %', sign=True)} from its high, {read.sentiment.zone}"


def _headline(book: Book, target: float | None, made: OrderPlan, hazards: RiskRecord) -> str:
    if target is None:
        return f"Equity {percent(book.equity())}; no call, so no orders"
    waits = sum(bool(each.condition) for each in made.orders)
    now = len(made.orders) - waits
    told = f"{counted(now, 'order')} now" + (f", {waits} waiting" if waits else "")
    return f"Equity {percent(book.equity())} → {percent(target)}: {told if made.orders else 'nothing to do'}"


def _bottom_line(
    book: Book, target: float | None, reason: str, made: OrderPlan, hazards: RiskRecord, read: Market
) -> str:
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
            later = -math.fsum(each.dollars for each in waits)
            lines.append(f"A further {dollars(later)} of sales waits for a recovery.")
        if not made.orders:
            lines.append("Nothing needs doing.")
        if made.limited:
            lines.append(f"Held back by: {', '.join(made.limited)}.")
    if hazards.gain_to_targets or hazards.loss_to_stops:
        lines.append(
            f"At the targets {dollars(hazards.gain_to_targets)} would be gained, at the stops "
            f"{dollars(-hazards.loss_to_stops)} lost."
        )
    return " ".join([*lines, *_market_sentences(read)[:1]])


def _market_sentences(read: Market) -> list[str]:
    below = f"{number(-read.fall_pct, 1)} % below" if read.fall_pct < 0 else "at"
    lines = [f"The S&P 500 is {below} its high."]
    score, stats = read.sentiment, read.sentiment.exit_statistics
    if score.spell_sessions is not None and stats is not None:
        lines.append(
            f"Extreme fear has lasted {counted(score.spell_sessions, 'session')}; {stats.n} earlier spells lasted "
            f"{stats.shortest} to {stats.longest}, half of them {number(stats.median_sessions)} or fewer."
        )
    return lines
