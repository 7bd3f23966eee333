"""The plan of a week: how much equity, which tilts, which tranches are open, what to trade, and what it costs.

Rules come from params/portfolio.yaml, the week from `MarketState`; a plan is words and numbers, never an order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from fiveengines.base.formats import counted, number, percent
from fiveengines.base.parameters.portfolio import PortfolioRules, Tranche
from fiveengines.portfolio.market_state import MarketState
from fiveengines.portfolio.weights import Array, affordable_changes, nearest_weights, turnover

_STATE = {"supportive": 1.0, "neutral": 0.0, "adverse": -1.0}
_DIRECTION = {"improving": 1.0, "stable": 0.0, "deteriorating": -1.0}
# Weights add to one only up to rounding; a smaller difference is none.
_ROUNDING = 1e-9


@dataclass(frozen=True)
class TiltReading:
    """A role, its signal (-1…1) and the share of the portfolio it is moved by before limits."""

    role: str
    signal: float
    share: float
    why: str


@dataclass(frozen=True)
class TrancheStatus:
    """A tranche: its share of the way to the target, the equity share it leads to, and whether it is open."""

    number: int
    share: float
    equity: float
    open: bool
    condition: str


@dataclass(frozen=True)
class Trade:
    """A proposed change; `amount` and `cost` are dollars, None when the portfolio's value is not given."""

    ticker: str
    side: Literal["buy", "sell"]
    before: float
    after: float
    change: float
    amount: float | None
    cost: float | None


@dataclass(frozen=True)
class ExposureChange:
    """An exposure before and after the trades, and in the core allocation."""

    name: str
    before: float
    after: float
    core: float


@dataclass(frozen=True)
class Plan:
    """A week's plan; every weight is a share of the portfolio.

    target_equity: equity share that the target exposure asks for; allowed_equity: what open tranches allow now. basis:
    "holdings", or "core" when no holdings are given. target: weights without a limit on turnover; after: weights after
    the trades. turnover: half the sum of absolute changes; cost: share of the portfolio, cost_amount in dollars.
    """

    target_equity: float
    allowed_equity: float
    basis: Literal["holdings", "core"]
    before: Mapping[str, float]
    target: Mapping[str, float]
    after: Mapping[str, float]
    tilts: tuple[TiltReading, ...]
    tranches: tuple[TrancheStatus, ...]
    trades: tuple[Trade, ...]
    turnover: float
    cost: float
    cost_amount: float | None
    exposures: tuple[ExposureChange, ...]
    sentences: tuple[str, ...] = ()

    @property
    def nothing_to_do(self) -> bool:
        """Whether no change is large enough to be proposed."""
        return not self.trades


def plan(rules: PortfolioRules, week: MarketState) -> Plan:
    """The plan for one week. Limits hold for the target; a week's turnover may leave it to be reached later."""
    tickers = list(rules.instruments)
    core = np.array([rules.instruments[each].core for each in tickers])
    held = core if rules.holdings is None else np.array([rules.holdings.get(each, 0.0) for each in tickers])
    before = held / held.sum()
    equity = _mask(rules, "equity")
    tilts = _tilts(rules, week)
    tranches = _tranches(rules, week)
    owned = float(before[equity].sum())
    allowed = week.target_equity
    if week.target_equity > owned:
        opened = max((each.equity for each in tranches if each.open), default=week.least_equity)
        allowed = min(week.target_equity, max(owned, opened))
    target = _target(rules, allowed, tilts)
    cash = int(np.flatnonzero(_mask(rules, "cash"))[0])
    least_cash = rules.instruments[tickers[cash]].least
    change = affordable_changes(
        target - before, cash, float(before[cash]), least_cash, rules.minimum_trade, rules.most_turnover
    )
    after = before + change
    cost = float(np.abs(np.delete(change, cash)).sum()) * rules.cost_bp / 1e4
    found = Plan(
        target_equity=week.target_equity,
        allowed_equity=allowed,
        basis="core" if rules.holdings is None else "holdings",
        before=_named(tickers, before),
        target=_named(tickers, target),
        after=_named(tickers, after),
        tilts=tilts,
        tranches=tranches,
        trades=_trades(rules, tickers, before, change, cash),
        turnover=turnover(change),
        cost=cost,
        cost_amount=None if rules.value is None else cost * rules.value,
        exposures=_exposures(rules, tickers, before, after, core),
    )
    return replace(found, sentences=_sentences(rules, week, found, owned, turnover(target - before)))


def _mask(rules: PortfolioRules, part: str) -> np.ndarray:
    return np.array([each.part == part for each in rules.instruments.values()])


def _named(tickers: list[str], weights: Array) -> dict[str, float]:
    return {ticker: float(weight) for ticker, weight in zip(tickers, weights, strict=True)}


def engine_signal(rules: PortfolioRules, week: MarketState, engine: str) -> float:
    """An engine's signal, -1…1: its state, moved by its direction; 0 while the engine is unknown."""
    if week.states[engine] == "unknown":
        return 0.0
    signal = _STATE[week.states[engine]] + rules.direction_counts * _DIRECTION[week.directions[engine]]
    return min(1.0, max(-1.0, signal))


def _tilts(rules: PortfolioRules, week: MarketState) -> tuple[TiltReading, ...]:
    found = []
    for role, tilt in rules.tilts.items():
        parts = {name: share * engine_signal(rules, week, name) for name, share in tilt.engines.items()}
        signal = sum(parts.values())
        reasons = [
            f"{name.replace('_', ' ')} {week.states[name]}, {week.directions[name]}"
            for name in sorted(parts, key=lambda each: -abs(parts[each]))
            if abs(parts[name]) >= rules.least_reason
        ]
        why = "; ".join(reasons) or "the engines are undecided"
        found.append(TiltReading(role, signal, tilt.size * signal, why))
    return tuple(found)


def _tranches(rules: PortfolioRules, week: MarketState) -> tuple[TrancheStatus, ...]:
    """Tranches in order; one that is not open keeps all later ones closed."""
    found, done, closed = [], 0.0, False
    for place, tranche in enumerate(rules.entry.tranches, start=1):
        done += tranche.share
        closed = closed or not _is_open(tranche, week)
        level = week.least_equity + done * (week.target_equity - week.least_equity)
        found.append(
            TrancheStatus(
                place, tranche.share, level, not closed, _condition(tranche, rules.entry.drawdown_weeks)
            )
        )
    return tuple(found)


def _is_open(tranche: Tranche, week: MarketState) -> bool:
    fell = tranche.drawdown == 0 or (week.drawdown is not None and week.drawdown >= tranche.drawdown)
    turning = week.count(direction="improving") >= tranche.improving
    return (fell and turning) or week.count(state="supportive") >= tranche.supportive


def _condition(tranche: Tranche, weeks: int) -> str:
    turning = f"at least {counted(tranche.improving, 'engine')} improving"
    fall = f"a fall of {tranche.drawdown:g} % within {weeks} weeks and " if tranche.drawdown > 0 else ""
    return f"{fall}{turning}, or at least {counted(tranche.supportive, 'engine')} supportive"


def _target(rules: PortfolioRules, equity_share: float, tilts: tuple[TiltReading, ...]) -> Array:
    lines = list(rules.instruments.values())
    wish = np.array([each.core for each in lines])
    least, most = np.array([each.least for each in lines]), np.array([each.most for each in lines])
    equity, bond, cash = (_mask(rules, part) for part in ("equity", "bond", "cash"))
    if wish[equity].sum() > 0:
        wish = np.where(equity, wish / wish[equity].sum() * equity_share, wish)
    for tilt in tilts:
        bearers = np.array([tilt.role in each.roles for each in lines])
        wish = wish + np.where(bearers, tilt.share / max(int(bearers.sum()), 1), 0.0)
    # Cash takes up what equity leaves and gives first when equity wants more; bonds come after it.
    rest = 1.0 - equity_share
    bonds = float(
        np.clip(
            wish[bond].sum(),
            max(least[bond].sum(), rest - most[cash].sum()),
            min(most[bond].sum(), rest - least[cash].sum()),
        )
    )
    target = np.zeros(len(lines))
    for mask, total in ((equity, equity_share), (bond, bonds), (cash, rest - bonds)):
        if mask.any():
            target[mask] = nearest_weights(wish[mask], least[mask], most[mask], total)
    return target


def _trades(
    rules: PortfolioRules, tickers: list[str], before: Array, change: Array, cash: int
) -> tuple[Trade, ...]:
    found = []
    for row in np.argsort(-np.abs(change), kind="stable"):
        if row == cash or change[row] == 0:
            continue
        step = float(change[row])
        amount = None if rules.value is None else abs(step) * rules.value
        cost = None if amount is None else amount * rules.cost_bp / 1e4
        side: Literal["buy", "sell"] = "buy" if step > 0 else "sell"
        found.append(
            Trade(tickers[row], side, float(before[row]), float(before[row] + step), step, amount, cost)
        )
    return tuple(sorted(found, key=lambda each: each.side, reverse=True))


def _exposures(
    rules: PortfolioRules, tickers: list[str], before: Array, after: Array, core: Array
) -> tuple[ExposureChange, ...]:
    lines = [rules.instruments[each] for each in tickers]
    groups = {part: _mask(rules, part) for part in ("equity", "bond", "cash")}
    roles = dict.fromkeys(role for each in lines for role in each.roles if role != "duration")
    groups |= {role: np.array([role in each.roles for each in lines]) for role in roles}
    return tuple(
        ExposureChange(name, float(before[mask].sum()), float(after[mask].sum()), float(core[mask].sum()))
        for name, mask in groups.items()
    )


def _light_and_calming(week: MarketState) -> bool:
    """Few are invested while the two engines that drain a market have stopped doing so."""
    return (
        week.states["positioning"] == "supportive"
        and week.directions["liquidity"] in ("stable", "improving")
        and week.states["liquidity"] != "unknown"
        and week.directions["volatility"] == "improving"
    )


def _sentences(
    rules: PortfolioRules, week: MarketState, plan: Plan, owned: float, full_turnover: float
) -> tuple[str, ...]:
    """The plan in words. owned: equity before; full_turnover: of going to the target in one week."""
    lines = []
    if plan.basis == "core":
        lines.append(
            "No holdings are given, so the plan leads from the core allocation to this week's target."
        )
    start = "The core allocation" if plan.basis == "core" else "The portfolio"
    lines.append(
        f"{start} holds {percent(owned)} in equity; the engines justify {percent(week.target_equity)}."
    )
    if week.target_equity > owned and _light_and_calming(week):
        lines.append(
            "Positioning is light, liquidity is not worsening and volatility calms down: put idle cash to work step by "
            "step, in broad exposure rather than in single bets."
        )
    waiting = next((each for each in plan.tranches if not each.open), None)
    if plan.allowed_equity < week.target_equity - _ROUNDING and waiting is not None:
        lines.append(
            f"Open tranches allow {percent(plan.allowed_equity)} now; "
            f"tranche {waiting.number} waits for {waiting.condition}."
        )
    if plan.nothing_to_do:
        least = percent(rules.minimum_trade, 1)
        lines.append(f"Nothing needs doing: no change reaches {least} of the portfolio.")
        return tuple(lines)
    lines.append(
        f"{counted(len(plan.trades), 'trade')}: {percent(plan.turnover, 1)} turned over, at a cost of about "
        f"{number(plan.cost * 1e4, 1)} bp of the portfolio."
    )
    if full_turnover > rules.most_turnover + _ROUNDING:
        lines.append(
            f"The full change would turn over {percent(full_turnover, 1)}; the limit is "
            f"{percent(rules.most_turnover)} a week."
        )
    return tuple(lines)
