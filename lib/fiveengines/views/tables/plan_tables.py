"""The portfolio's plan in tables: proposed trades, exposures before and after, tilts, and the tranches of an entry.

Shows a plan; computes none, and sends nothing anywhere.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fiveengines.base.formats import dollars, number, percent, signed
from fiveengines.portfolio import Plan
from fiveengines.views.tables.markup import Column, coloured, great_table
from fiveengines.week import Week

_BASIS = {
    "core": "from the core weights, because no holdings are given",
    "holdings": "from the holdings in params",
}
_NAMES = {
    "equity": "Equity", "bond": "Bonds", "cash": "Cash", "large": "Large companies", "small": "Small companies",
    "growth": "Growth", "cyclical": "Cyclicals", "quality": "Quality", "defensive": "Defensive",
    "duration": "Longer bonds",
}  # fmt: skip
_PARTS = ("equity", "bond", "cash")
# Less than half a point of equity is bought at once, without tranches.
_SMALLEST_ENTRY = 0.005


def trades(week: Week) -> Any:
    """Proposed trades with turnover and cost; nothing without a portfolio or without a trade."""
    plan = week.plan
    if plan is None or not plan.trades:
        return None
    priced = plan.cost_amount is not None
    money = [
        Column("Amount", lambda each: dollars(each.amount), right=True),
        Column("Cost", lambda each: dollars(each.cost), right=True),
    ]
    cost = number(1e4 * plan.cost, 1, " bp") + (f", {dollars(plan.cost_amount)}" if priced else "")
    return great_table(
        plan.trades,
        Column("Ticker", lambda each: each.ticker),
        Column("Side", lambda each: coloured(each.side, "supportive" if each.side == "buy" else "adverse")),
        *_before_and_after(lambda each: each.change),
        *(money if priced else []),
        title=f"Proposed trades, {_BASIS[plan.basis]}",
        subtitle="Shares of the portfolio; cash takes up the difference",
        note=f"Turnover {percent(plan.turnover, 1)}, cost about {cost}. "
        "A proposal on paper: nothing is sent anywhere.",
    )


def _before_and_after(change: Callable[[Any], float]) -> tuple[Column, ...]:
    return (
        Column("Before", lambda each: percent(each.before, 1), right=True),
        Column("After", lambda each: percent(each.after, 1), right=True),
        Column("Change", lambda each: _points(change(each)), right=True),
    )


def exposures(week: Week) -> Any:
    """Exposures before and after the trades, beside the core; nothing without a portfolio."""
    plan = week.plan
    if plan is None:
        return None
    equity = _equity(plan)
    return great_table(
        plan.exposures,
        Column("Exposure", lambda each: _NAMES.get(each.name, each.name)),
        *_before_and_after(lambda each: each.after - each.before),
        Column("Core", lambda each: percent(each.core, 1), right=True),
        title=f"Exposures: equity from {percent(equity.before)} to {percent(equity.after)}",
        subtitle="Shares of the portfolio before and after the proposed trades",
        group=lambda each: "Parts of the portfolio" if each.name in _PARTS else "Roles within them",
    )


def tilts(week: Week) -> Any:
    """Which roles the engines speak for or against, how strongly and why; nothing without a portfolio or a tilt."""
    plan = week.plan
    if plan is None or not plan.tilts:
        return None
    return great_table(
        plan.tilts,
        Column("Role", lambda each: _NAMES.get(each.role, each.role)),
        Column("Signal", lambda each: signed(each.signal), right=True),
        Column("Tilt", lambda each: _points(each.share), right=True),
        Column("Why", lambda each: each.why),
        title="Tilts by engine state",
        subtitle="Signal from −1 against to +1 for; the tilt in points of the portfolio, before limits",
    )


def tranches(week: Week) -> Any:
    """The steps of a phased entry, open or waiting; nothing unless the engines justify more equity than is held."""
    plan = week.plan
    if plan is None or plan.target_equity <= _equity(plan).before + _SMALLEST_ENTRY:
        return None
    return great_table(
        plan.tranches,
        Column("Tranche", lambda each: each.number),
        Column("Equity up to", lambda each: percent(each.equity), right=True),
        Column(
            "Now", lambda each: coloured("open", "supportive") if each.open else coloured("waits", "neutral")
        ),
        Column("Opens with", lambda each: each.condition),
        title=f"The way to {percent(plan.target_equity)} equity: {percent(plan.allowed_equity)} now",
        subtitle="In order; one that waits keeps the later ones waiting",
    )


def _equity(plan: Plan) -> Any:
    return next(each for each in plan.exposures if each.name == "equity")


def _points(change: float) -> str:
    return number(100 * change, 1, sign=True)
