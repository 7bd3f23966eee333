"""The portfolio's plan in tables: proposed trades, exposures before and after, tilts, and the tranches of an entry.

Shows a plan; computes none, and sends nothing anywhere.
"""

from __future__ import annotations

from typing import Any

from fiveengines.base.formats import dollars, number, percent, signed
from fiveengines.portfolio import Plan
from fiveengines.views.tables.markup import coloured, great_table
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
# Less than half a point of equity is no entry to phase.
_A_TRIFLE = 0.005


def trades(week: Week) -> Any:
    """Proposed trades with turnover and cost; nothing without a portfolio or without a trade."""
    plan = week.plan
    if plan is None or not plan.trades:
        return None
    columns = {"ticker": "Ticker", "side": "Side", "before": "Before", "after": "After", "change": "Change"}
    money = {"amount": "Amount", "cost": "Cost"} if plan.cost_amount is not None else {}
    rows = [
        {
            "ticker": each.ticker,
            "side": coloured(each.side, "supportive" if each.side == "buy" else "adverse"),
            "before": percent(each.before, 1),
            "after": percent(each.after, 1),
            "change": _points(each.change),
            "amount": dollars(each.amount),
            "cost": dollars(each.cost),
        }
        for each in plan.trades
    ]
    cost = number(1e4 * plan.cost, 1, " bp") + (f", {dollars(plan.cost_amount)}" if money else "")
    return great_table(
        columns | money,
        rows,
        title=f"Proposed trades, {_BASIS[plan.basis]}",
        subtitle="Shares of the portfolio; cash takes up the difference",
        right=["before", "after", "change", *money],
        note=f"Turnover {percent(plan.turnover, 1)}, cost about {cost}. A proposal on paper: nothing is sent anywhere.",
    )


def exposures(week: Week) -> Any:
    """Exposures before and after the trades, beside the core; nothing without a portfolio."""
    plan = week.plan
    if plan is None:
        return None
    columns = {"name": "Exposure", "before": "Before", "after": "After", "change": "Change", "core": "Core"}
    rows = [
        {
            "name": _NAMES.get(each.name, each.name),
            "before": percent(each.before, 1),
            "after": percent(each.after, 1),
            "change": _points(each.after - each.before),
            "core": percent(each.core, 1),
            "group": "Parts of the portfolio" if each.name in _PARTS else "Roles within them",
        }
        for each in plan.exposures
    ]
    return great_table(
        columns,
        rows,
        title=f"Exposures: equity from {percent(_equity(plan).before)} to {percent(_equity(plan).after)}",
        subtitle="Shares of the portfolio before and after the proposed trades",
        right=["before", "after", "change", "core"],
        group="group",
    )


def tilts(week: Week) -> Any:
    """Which roles the engines speak for or against, how strongly and why; nothing without a portfolio or a tilt."""
    plan = week.plan
    if plan is None or not plan.tilts:
        return None
    columns = {"role": "Role", "signal": "Signal", "share": "Tilt", "why": "Why"}
    rows = [
        {
            "role": _NAMES.get(each.role, each.role),
            "signal": signed(each.signal),
            "share": _points(each.share),
            "why": each.why,
        }
        for each in plan.tilts
    ]
    return great_table(
        columns,
        rows,
        title="Tilts by engine state",
        subtitle="Signal from −1 against to +1 for; the tilt in points of the portfolio, before limits",
        right=["signal", "share"],
    )


def tranches(week: Week) -> Any:
    """The steps of a phased entry, open or waiting; nothing unless the engines justify more equity than is held."""
    plan = week.plan
    if plan is None or plan.target_equity <= _equity(plan).before + _A_TRIFLE:
        return None
    columns = {"number": "Tranche", "equity": "Equity up to", "open": "Now", "condition": "Opens with"}
    rows = [
        {
            "number": str(each.number),
            "equity": percent(each.equity),
            "open": coloured("open", "supportive") if each.open else coloured("waits", "neutral"),
            "condition": each.condition,
        }
        for each in plan.tranches
    ]
    return great_table(
        columns,
        rows,
        title=f"The way to {percent(plan.target_equity)} equity: {percent(plan.allowed_equity)} now",
        subtitle="In order; one that waits keeps the later ones waiting",
        right=["equity"],
    )


def _equity(plan: Plan) -> Any:
    return next(each for each in plan.exposures if each.name == "equity")


def _points(change: float) -> str:
    return number(100 * change, 1, sign=True)
