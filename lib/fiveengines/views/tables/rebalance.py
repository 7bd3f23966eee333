"""The portfolio process in tables: orders, positions with their risk, levels, fear, sectors, mixes, stocks.

Shows an answer of the rebalance companion; computes none, and sends nothing anywhere.
"""

from __future__ import annotations

import os
import statistics
from typing import Any

from markupsafe import Markup

from fiveengines.base.fast_imports import BATCH
from fiveengines.base.formats import counted, date, dollars, figure, interval, joined, number, percent, shares
from fiveengines.companions.order_list import BROKER, TICKET
from fiveengines.companions.rebalance import Result
from fiveengines.companions.rebalance.result import (
    DecisionRecord,
    ExitStatistics,
    MonthlyExcess,
    OrderRecord,
    RecordOfFalls,
    RiskRecord,
    ValuationRecord,
)
from fiveengines.views.tables.markup import Column, coloured, great_table, lines, prose, soft

_STATES = {"done": "supportive", "partly done": "neutral", "waits": "neutral", "not planned": "neutral"}


# What stands among sectors for positions that have none.
_BROAD = {"equity": "broad equity", "bond": "bonds", "cash": "cash funds"}


def orders(result: Result) -> Any:
    """The order list: for now first, then what waits; a sentence when there is none."""
    if not result.orders:
        return prose("No orders.")
    return great_table(
        result.orders,
        Column(
            "Order",
            lambda each: coloured(each.action, "supportive" if each.shares > 0 else "adverse", bold=True),
        ),
        Column("Ticker", lambda each: each.ticker),
        Column("Shares", lambda each: shares(abs(each.shares)), right=True),
        Column("Price", lambda each: number(each.reference_price, 2), right=True),
        Column("Dollars", lambda each: dollars(abs(each.dollars)), right=True),
        Column(
            "Weight",
            lambda each: f"{percent(each.weight_from, 1)} → {percent(each.weight_to, 1)}",
            right=True,
        ),
        Column("Why, and from which lots", lambda each: lines(each.reason, soft(_lots(each)))),
        title="Orders",
        subtitle="Whole shares at the session's closes; nothing is sent anywhere",
        group=lambda each: f"Waits: {each.condition}" if each.condition else "Now",
        note=_limits(result),
        cards=True,
    )


def ticket(result: Result) -> Any:
    """Where the orders are as a sheet to print and as a file for a broker; why there is none."""
    if result.portfolio is None:
        return None
    if result.equity_target is None:
        return prose(f"No ticket: {result.equity_reason}.")
    if not result.orders:
        return prose("No ticket: there are no orders.")
    name = result.portfolio.name
    page = f"rebalance-{name}" if name else "rebalance"
    if not os.environ.get(BATCH):
        named = f" --portfolio {name}" if name else ""
        return prose(f"A sheet to print: fiveengines orders{named} --ticket FILE.html.")
    link = Markup('<a href="{}.{}">{}</a>')
    return prose(
        Markup("{}, or {}. Nothing is sent.").format(
            link.format(page, TICKET, "Ticket to print"),
            link.format(page, BROKER, "the orders for now as a broker's CSV"),
        )
    )


def _lots(order: OrderRecord) -> str:
    told = [
        f"{shares(each.shares)} of {'unknown date' if each.opened is None else date(each.opened)}"
        + {True: ", long term", False: ", short term", None: ""}[each.long_term]
        + ("" if each.gain is None else f", {'loss' if each.gain < 0 else 'gain'} {dollars(abs(each.gain))}")
        for each in order.lots
    ]
    word = "tax saved" if order.tax < 0 else "tax"
    tax = f"; {word} about {dollars(abs(order.tax))}" if order.lots and order.tax else ""
    wash = "; a loss here may not count: the ticker was bought within 30 days" if order.wash_sale else ""
    return "; ".join(told) + tax + wash


def _limits(result: Result) -> str:
    held = f" Held back by: {', '.join(result.limited)}." if result.limited else ""
    return f"Turnover {percent(result.turnover, 1)}, cost about {dollars(result.cost)}.{held}"


def decisions(result: Result) -> Any:
    """What the owner decided by hand, and what became of the orders chosen last; None without either."""
    told = [
        f"{each.ticker}: {each.kind}{_figure(each)}{f' until {date(each.until)}' if each.until else ''} "
        f"({each.who}, {date(each.on)}: {each.why})."
        for each in result.decisions
    ]
    if result.chosen is not None:
        reason = f": {result.chosen.why}" if result.chosen.why else ""
        count = counted(len(result.chosen.orders), "ticker")
        told.append(f"Orders in {count} were chosen on this evening by {result.chosen.who}{reason}.")
    return prose(*told) if told else None


def _figure(decision: DecisionRecord) -> str:
    if decision.kind == "cap":
        return f" at {percent(decision.value, 1)}"
    return f" at {number(decision.value, 2)}" if decision.kind in {"target", "stop"} else ""


def last_time(result: Result) -> Any:
    """Planned against done: the orders chosen last before this session, and the changes of holdings since."""
    found = result.last_time
    if found is None:
        return None
    if not found.orders:
        return prose(f"On {date(found.on)} no orders were chosen, and nothing was traded since.")
    kept = sum(each.state in {"done", "waits"} for each in found.orders)
    return great_table(
        found.orders,
        Column("Ticker", lambda each: each.ticker),
        Column("Planned", lambda each: number(each.planned, sign=True), right=True),
        Column("Waiting", lambda each: number(each.waiting, sign=True) if each.waiting else "", right=True),
        Column("Done", lambda each: number(each.done, sign=True), right=True),
        Column("", lambda each: coloured(each.state, _STATES.get(each.state, "adverse"))),
        title=f"Planned on {date(found.on)}, and done: {kept} of {len(found.orders)} as planned",
        subtitle=f"Shares; chosen by {found.who}" + (f": {found.why}" if found.why else ""),
    )


def positions(result: Result) -> Any:
    """What is held, with gains, distances and part in the portfolio's volatility."""
    if result.portfolio is None:
        return None
    held = result.portfolio
    at_cost = [f"At cost, for want of a price: {', '.join(held.at_cost)}."] if held.at_cost else []
    near = "Near its stop: nearer than one usual weekly move, or below it."
    return great_table(
        held.positions,
        Column("Position", lambda each: lines(each.ticker, soft(each.sector))),
        Column("Value", lambda each: dollars(each.value), right=True),
        Column("Weight", lambda each: percent(each.weight, 1), right=True),
        Column("Gain", lambda each: number(each.gain_pct, 1, " %", sign=True), right=True),
        Column("To target", lambda each: number(each.to_target_pct, 1, " %", sign=True), right=True),
        Column("To stop", lambda each: number(each.to_stop_pct, 1, " %", sign=True), right=True),
        Column("Part in volatility", lambda each: percent(each.volatility_share), right=True),
        Column("", lambda each: coloured("near its stop", "adverse") if each.vulnerable else ""),
        title=f"Holdings, {dollars(held.value)}",
        subtitle=f"Cash {dollars(held.cash)}",
        note=" ".join([near, *at_cost, *held.notes]),
    )


def risk(result: Result) -> Any:
    """Dollars to gain at targets and to lose at stops after trading, by position."""
    if result.risk is None:
        return None
    shown = [
        each
        for each in result.risk.by_position
        if each.gain_at_target is not None or each.loss_at_stop is not None
    ]
    if not shown:
        none = "No position has a target or a stop, so nothing can be said about dollars between them."
        return prose(none, " ".join(_further_risk(result.risk)))
    gain, loss = result.risk.gain_to_targets, result.risk.loss_to_stops
    ratio = "" if result.risk.ratio is None else f", {number(result.risk.ratio, 1)} to 1"
    return great_table(
        shown,
        Column("Position", lambda each: each.ticker),
        Column("Gain at target", lambda each: dollars(each.gain_at_target), right=True),
        Column("Loss at stop", lambda each: dollars(each.loss_at_stop), right=True),
        Column("Loss at a gap", lambda each: dollars(each.loss_at_gap), right=True),
        Column("Gain ÷ loss", lambda each: number(each.ratio, 1), right=True),
        title=f"At targets {dollars(gain)}, at stops {dollars(loss)}{ratio}",
        subtitle="After the orders for now; a gap is three daily standard deviations through the stop",
        note=" ".join(_further_risk(result.risk)),
    )


def _further_risk(found: RiskRecord) -> list[str]:
    told = [f"Without target or stop: {', '.join(found.without_levels)}."] if found.without_levels else []
    if found.largest_gap_ticker is not None:
        told.append(
            f"Largest single loss at a gap: {found.largest_gap_ticker}, {dollars(found.largest_gap_loss)}."
        )
    if found.stress:
        falls = (f"{number(each.index_pct)} %: {dollars(each.dollars)}" for each in found.stress)
        told.append(f"By its beta of the last year, were the index to move {'; '.join(falls)}.")
    if found.correlation is not None:
        pair = (
            ""
            if found.closest is None
            else f", {joined(found.closest_pair)} most, by {number(found.closest, 2)}"
        )
        told.append(f"Positions' daily returns correlate by {number(found.correlation, 2)} on average{pair}.")
    return told


def exposures(result: Result) -> Any:
    """Parts, sectors and factor slopes before and after trading."""
    if result.portfolio is None or result.after is None:
        return None
    before, after = result.portfolio.exposures, result.after
    rows = [("Part", name, each, after.parts.get(name)) for name, each in before.parts.items()]
    rows += [
        ("Sector", _BROAD.get(name, name), before.sector.get(name, 0.0), after.sector.get(name, 0.0))
        for name in dict.fromkeys([*before.sector, *after.sector])
    ]
    return great_table(
        rows,
        Column("", lambda each: each[1]),
        Column("Before", lambda each: percent(each[2], 1), right=True),
        Column("After", lambda each: percent(each[3], 1), right=True),
        title="Exposures before and after",
        subtitle=f"Market beta {number(before.beta, 2)} → {number(after.beta, 2)}; "
        f"volatility {number(before.volatility, 1)} → {number(after.volatility, 1)} % a year",
        group=lambda each: each[0],
    )


def factors(result: Result) -> Any:
    """Slopes on factor funds with t values, before and after trading."""
    if result.portfolio is None or not result.portfolio.exposures.factor:
        return None
    before = result.portfolio.exposures.factor
    after = {} if result.after is None else {each.factor: each for each in result.after.factor}
    return great_table(
        before,
        Column("Factor", lambda each: each.factor),
        Column("Before", lambda each: number(each.slope, 2, sign=True), right=True),
        Column("t", lambda each: number(each.t, 1, sign=True), right=True),
        Column(
            "After",
            lambda each: number(after[each.factor].slope, 2, sign=True) if each.factor in after else "–",
            right=True,
        ),
        title="Factor slopes before and after",
        subtitle=f"Daily returns of the weights over {counted(before[0].n, 'session')}; "
        "errors after Newey and West",
    )


def pivots(result: Result) -> Any:
    """Levels with their distance and record."""
    if result.market is None or not result.market.pivots:
        return None
    return great_table(
        result.market.pivots,
        Column("Level", lambda each: each.name),
        Column("Points", lambda each: number(each.level), right=True),
        Column("From here", lambda each: number(each.distance_pct, 1, " %", sign=True), right=True),
        Column(
            "What became of falls that came back to it",
            lambda each: lines(*_fate(each.record)),
        ),
        title="Pivots",
        subtitle="Falls of 10 % or more from a high; counted from the session on which the level was won back",
        note="Small print: 90 % interval of the share, and the same for falls of other sizes.",
    )


def _fate(record: RecordOfFalls | None) -> tuple[object, ...]:
    """What became of falls that came back to a level: the count, and its interval and other sizes in small print."""
    if record is None:
        return ("no such fall",)
    others = "; ".join(
        f"falls of {number(each.fall_pct)} %: {each.resolved} of {each.n}" for each in record.others
    )
    told = f"{record.resolved} of {record.n} that {record.event} reached the old high before a new low"
    return told, soft(f"{percent(record.low)} to {percent(record.high)}; {others}")


def fear(result: Result) -> Any:
    """The fear clock's parts, and its past spells in a sentence."""
    if result.market is None:
        return None
    score = result.market.sentiment
    stats = score.exit_statistics
    record = "No spell of extreme fear is complete yet." if stats is None else _spells(stats)
    if score.vendor is not None:
        record += f" CNN's index of fear and greed stands at {number(score.vendor)}."
    return great_table(
        score.components.items(),
        Column("Part", lambda each: each[0]),
        Column("Percentile (0 fear, 100 greed)", lambda each: number(each[1]), right=True),
        title=f"Fear clock {number(score.value)}: {score.zone}",
        subtitle="Mean percentile over three years; our own composite",
        note=record,
    )


def _spells(stats: ExitStatistics) -> str:
    others = "; ".join(
        f"{each.n}, half of them {number(each.median_sessions)} or fewer, over {number(each.sessions / 252)} years"
        for each in stats.windows
        if each.median_sessions is not None
    )
    lows = (
        f"{stats.lows_without} of {stats.lows} lows of falls that are over came without one. "
        if stats.lows
        else ""
    )
    return (
        f"{counted(stats.n, 'past spell')} of extreme fear lasted {stats.shortest} to {stats.longest} sessions, "
        f"{number(stats.mean_sessions)} on average (90 % interval {number(stats.low)} to {number(stats.high)}) and "
        f"half of them {number(stats.median_sessions)} or fewer; the low of the spell and the quarter after it came "
        f"{stats.shortest_to_low} to {stats.longest_to_low} sessions after its beginning, half of them within "
        f"{number(stats.median_to_low)}. {lows}With percentiles over other windows: {others or 'no spell'}."
    )


def season(result: Result) -> Any:
    """What the calendar says, or that it says nothing."""
    found = None if result.market is None else result.market.seasonality
    if found is None:
        return None
    halves = f"The older half of the years had it about {found.halves[0]}, the newer about {found.halves[1]}."
    if found.says is None:
        return prose(
            f"The mean of {found.years} years had its low about {found.low}, but redrawing the years puts it anywhere "
            f"from {found.early} to {found.late}: nothing follows from the calendar. {halves}"
        )
    return prose(
        f"{found.says} Redrawing {found.years} years puts it between {found.early} and {found.late}. {halves}"
    )


def valuation(result: Result) -> Any:
    """Forward P/E, and targets in context."""
    found = None if result.market is None else result.market.valuation
    if found is None:
        return prose("No forward P/E is known.")
    told = (
        "No forward P/E is known."
        if found.forward_pe is None
        else (
            f"The index costs {number(found.forward_pe, 1)} times forward earnings of {number(found.forward_eps)}, the "
            f"{figure(found.percentile, 'percentile')} of its history here; the earnings changed by "
            f"{number(found.eps_change_pct, 1, ' %', sign=True)} in a month."
        )
    )
    rows = [
        f"{each.who}: {number(each.level)} by {each.by} is {number(each.implied_return_pct, 1, ' %', sign=True)}"
        + (
            "."
            if each.needed_pe is None
            else f" and needs {number(each.needed_pe, 1)} times today's earnings."
        )
        for each in found.targets
    ]
    if len(found.targets) > 1:
        levels = sorted(each.level for each in found.targets)
        rows.append(
            f"The median of {len(levels)} targets is {number(statistics.median(levels))}, from {number(levels[0])} to "
            f"{number(levels[-1])}."
        )
    return prose(told, "" if found.forward_pe is None else _followed(found), *rows)


def _followed(found: ValuationRecord) -> str:
    """What followed evenings in the same third of valuations, over each horizon; silent where too few are separate."""
    known = [each for each in found.after if each.low is not None]
    if not known:
        return "Too few separate windows in the same third of valuations to say what followed them."
    parts = (
        f"{number(each.mean, 1, ' %', sign=True)} in {counted(round(each.horizon / 21), 'month')} "
        f"({interval(each.low, each.high)}, {each.separate} separate; "
        f"{number(each.usual, 1, ' %', sign=True)} after any session)"
        for each in known
    )
    unsure = any((each.low or 0.0) <= (each.usual or 0.0) <= (each.high or 0.0) for each in known)
    sure = " What is usual lies inside an interval, so nothing follows." if unsure else ""
    return f"After evenings in the {found.third} third of their history the index gained {'; '.join(parts)}.{sure}"


def bounce(result: Result) -> Any:
    """Sectors from the most oversold."""
    if not result.bounce:
        return None
    after = next((each.after for each in result.bounce if each.after is not None), None)
    note = "Fewer than five earlier rebounds have sector prices, so nothing follows."
    if after is not None:
        sure = "nothing follows" if after.low <= 0 <= after.high else "they differed from the index"
        note = (
            f"The most oversold third gained {number(after.mean, 1, sign=True)} points more than the index in the "
            f"quarter after {counted(after.n, 'earlier rebound')} (90 % interval {interval(after.low, after.high)}): "
            f"{sure}."
            + "".join(
                f" Over {counted(each.sessions, 'session')}: {number(each.mean, 1, sign=True)} "
                f"({interval(each.low, each.high)})."
                for each in after.others
            )
        )
    return great_table(
        result.bounce,
        Column("Sector", lambda each: f"{each.sector} ({each.ticker})"),
        Column(
            "Against the index, quarter",
            lambda each: number(each.relative_pct, 1, " %", sign=True),
            right=True,
        ),
        Column("Standard deviations", lambda each: number(each.oversold_z, 1, sign=True), right=True),
        title="Sectors for a bounce",
        subtitle="From the most oversold",
        note=note,
    )


def mixes(result: Result) -> Any:
    """One's own mix beside the references."""
    if not result.allocation:
        return None
    return great_table(
        result.allocation,
        Column("Mix", lambda each: each.name),
        Column("Equity now", lambda each: percent(each.equity), right=True),
        Column("Sharpe", lambda each: number(each.sharpe, 2), right=True),
        Column("Growth", lambda each: number(each.cagr, 1, " %"), right=True),
        Column("Volatility", lambda each: number(each.volatility, 1, " %"), right=True),
        Column("Worst fall", lambda each: number(each.max_drawdown, 1, " %"), right=True),
        title="The mix beside its references",
        subtitle="The same sessions, funds and costs; cash earns nothing; what was, not what will be",
    )


def stocks(result: Result) -> Any:
    """The monthly ranking of members."""
    found = result.stocks
    if found is None:
        return None
    return prose(
        f"Ranking of {found.month:%-d %B %Y}, a model to look at: {', '.join(found.listed)}.",
        f"New on it: {', '.join(found.initiated) or 'none'}. Gone: {', '.join(found.closed) or 'none'}.",
        f"Equally weighted and renewed each month it returned {number(found.return_pct, 1, ' %', sign=True)} over "
        f"{counted(found.months, 'month')} before costs, the index {number(found.index_pct, 1, ' %', sign=True)}; "
        f"it is {number(-found.drawdown_pct, 1)} % below its high, the index {number(-found.index_drawdown_pct, 1)} %.",
        _ahead(found.excess),
    )


def _ahead(found: MonthlyExcess) -> str:
    halves = " and ".join(number(each, 2, sign=True) for each in found.halves)
    sure = "so nothing follows" if found.low <= 0 <= found.high else "on this window alone"
    months = counted(found.n, "month")
    return (
        f"That is {number(found.mean, 2, sign=True)} points a month against the index over {months} (90 % interval "
        f"{interval(found.low, found.high, 2)}; {halves} in its two halves), {sure}."
    )
