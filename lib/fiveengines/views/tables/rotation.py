"""Beta, rotation and dispersion as tables and sentences for a reader.

Shows an answer of the rotation companion; computes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from markupsafe import Markup

from fiveengines.base.fast_imports import BATCH
from fiveengines.base.formats import (
    NOTHING,
    counted,
    date,
    dollars,
    interval,
    number,
    ordinal,
    percent,
    shares,
)
from fiveengines.companions.rotation import Result
from fiveengines.companions.rotation.result import (
    CasesRecord,
    ClosedTrade,
    FactorRecord,
    LevelRecord,
    OpenTrade,
    SectorRecord,
)
from fiveengines.views.tables.markup import (
    Column,
    badge,
    great_table,
    lines,
    listed,
    prose,
    sentence,
    soft,
    typed,
)

_LEVELS = {
    "fomc_close": "Close of the last FOMC day",
    "sma_20": "20-day average",
    "sma_50": "50-day average",
    "sma_200": "200-day average",
    "high_52w": "52-week high before",
    "low_52w": "52-week low before",
}


def bottom_line(result: Result) -> Any:
    """The three sentences, what was entered by hand and what was missing; not in a report, whose cover says it all."""
    if os.environ.get(BATCH):
        return None
    marked = [f"{each.field} entered by hand: {each.value}" for each in result.overrides]
    return prose(
        *(sentence(text) for text in result.answers.values()),
        *(badge(text) for text in marked),
        listed("Not available", result.not_available),
    )


def volatility(result: Result) -> Any:
    """Implied against realised volatility by market and window."""
    rows = [(each, window) for each in result.implied_realized for window in each.realized]
    if not rows:
        return prose("No implied volatility with its index.")
    return great_table(
        rows,
        Column("Sessions", lambda row: str(row[1]), right=True),
        Column("Realised", lambda row: number(row[0].realized[row[1]], 1, " %"), right=True),
        Column("percentile", lambda row: _rank(row[0].realized_percentiles[row[1]]), right=True),
        Column("Implied − realised", lambda row: number(row[0].difference[row[1]], 1, sign=True), right=True),
        Column("in per cent", lambda row: number(row[0].premium_pct[row[1]], 0, " %", sign=True), right=True),
        Column("percentile", lambda row: _rank(row[0].percentiles[row[1]]), right=True),
        title="Implied and realised by window",
        subtitle="Closes to closes, annualised; points and per cent; percentile of each figure's own past",
        group=lambda row: (
            f"{row[0].market}: implied {number(row[0].implied, 1)} %, measured on {row[0].series}"
        ),
    )


def after_discounts(result: Result) -> Any:
    """What followed sessions on which implied stood below realised in every window."""
    found = result.implied_realized
    rows = [(each.market, each.after_discount) for each in found if _any(each.after_discount)]
    if not rows:
        return prose(
            "No session on which implied volatility stood below realised in every window is on record."
        )
    under = "Return of the index over the sessions that followed"
    return _cases(rows, "Market", "What followed discounts in every window", under)


def _any(cases: Iterable[CasesRecord]) -> bool:
    return any(case.n for case in cases)


def sectors(result: Result) -> Any:
    """Every sector's returns, rank, place on the map and how long it has led."""
    if not result.sectors:
        return prose("No sector fund has a current close.")

    def change(name: str) -> Callable[[SectorRecord], str]:
        return lambda each: number(getattr(each, name), 1, sign=True)

    return great_table(
        result.sectors,
        Column("Sector", lambda each: f"{each.name} ({each.ticker})"),
        *(Column(f"{window}", change(f"return_{window}"), right=True) for window in (5, 21, 30, 63)),
        Column("Rank", lambda each: str(each.rank or NOTHING), right=True),
        Column(
            "On the map",
            lambda each: lines(
                each.quadrant or NOTHING,
                _whole(f"{number(each.strength, 1, sign=True)}, {number(each.momentum, 1, sign=True)}"),
            ),
        ),
        Column("In the top third", _leads),
        title="Sectors by window",
        subtitle="Returns in per cent by sessions; rank over 30; in grey strength and momentum against the index, %",
    )


def _leads(each: SectorRecord) -> object:
    if not each.leads_in:
        return NOTHING
    since = each.leads_since_sessions
    return lines(
        f"over {', '.join(map(str, each.leads_in))}",
        _whole(f"for {counted(since, 'session')}") if since else "",
    )


def persistence(result: Result) -> Any:
    """Whether leaders stayed leaders, and what they earned over the mean sector afterwards."""
    if not result.persistence:
        return None
    return great_table(
        result.persistence,
        Column("Sessions", lambda each: str(each.window), right=True),
        Column("Leaders counted", lambda each: f"{each.cases:,} on {each.dates:,} dates", right=True),
        Column("Stayed", lambda each: percent(each.share), right=True),
        Column("By chance", lambda each: percent(each.expected), right=True),
        Column("Gained on the mean sector", lambda each: _interval(each.excess), right=True),
        title="Does leadership last?",
        subtitle="Leaders of a window in the next one, dates a window apart; in grey a 90 % interval",
    )


def factors(result: Result) -> Any:
    """What paid over the month, from funds and from members."""
    if not result.factors:
        return prose("No factor has funds or members with prices.")

    def fund(each: FactorRecord) -> object:
        return lines(number(each.return_21, 1, sign=True), soft(each.pair or ""))

    return great_table(
        result.factors,
        Column("Factor", lambda each: each.name.replace("_", " ")),
        Column("Funds, %", fund, right=True),
        Column("z", lambda each: number(each.z, 1, sign=True), right=True),
        Column("Members' deciles, %", lambda each: number(each.deciles_return_21, 1, sign=True), right=True),
        Column("z", lambda each: number(each.deciles_z, 1, sign=True), right=True),
        Column("", _verdict),
        title="Factors over 21 sessions",
        subtitle="Long minus short; z against the last three years",
    )


def _verdict(each: FactorRecord) -> object:
    if each.disagree:
        return badge("funds and members disagree", "adverse")
    return "same sign over 5 to 63" if each.stable else "sign changes by window"


def surprises(result: Result) -> Any:
    """The releases behind the index, newest first."""
    index = result.surprise_index
    if not index.releases:
        return prose("No release could be compared with its own forecast.")
    shown = sorted(index.releases, key=lambda each: (each.known, each.series), reverse=True)
    return great_table(
        shown,
        Column("Release", lambda each: each.series),
        Column("Of", lambda each: date(each.observed)),
        Column("Public", lambda each: date(each.known)),
        Column("Figure", lambda each: number(each.value, 2), right=True),
        Column("Own forecast", lambda each: number(each.forecast, 2), right=True),
        Column("Surprise", lambda each: number(each.z, 1, sign=True), right=True),
        title=f"Data surprise (no consensus): growth {number(index.growth, 1, sign=True)}",
        subtitle="Against a forecast from the series' own past; above zero is stronger growth, or inflation",
        group=lambda each: each.group.capitalize(),
        note=f"Basis: {index.basis or 'none'}. No survey of economists is used.",
    )


def ratio_cases(result: Result) -> Any:
    """What RTY/ES did after every curve move, by horizon."""
    if result.ratio is None:
        return prose("Small against large cannot be measured.")
    rows = [(each.move, each.cases) for each in result.ratio.moves if _any(each.cases)]
    if result.ratio.conditional_on == "curve move × surprises" and _any(result.ratio.by_horizon):
        name = f"now: {result.ratio.curve_move}, data {result.surprise_index.state} forecast"
        rows = [(name, result.ratio.by_horizon), *rows]
    if not rows:
        return prose("No move of the curve has a case on record.")
    under = "Change of RTY/ES over the sessions that followed"
    return _cases(rows, "Curve over a month", "What followed each curve move", under)


def pair_trade(result: Result) -> Any:
    """The pair-trade question, answered."""
    return None if result.ratio is None else prose(sentence(result.ratio.pair_trade))


def dispersion(result: Result) -> Any:
    """Market share of variance, correlation and dispersion by window, realised and implied."""
    found = result.dispersion
    if found is None:
        return prose("Neither members nor sectors have enough closes.")
    implied = []
    if found.implied_correlation is not None:
        place = _place(found.implied_correlation_percentile)
        implied.append(f"Implied correlation {number(found.implied_correlation, 2)} ({place})")
    if found.implied_dispersion is not None:
        place = _place(found.implied_dispersion_percentile)
        implied.append(f"implied dispersion {number(found.implied_dispersion, 1)} ({place})")
    return great_table(
        found.windows.items(),
        Column("Sessions", lambda row: str(row[0]), right=True),
        Column(f"{found.of.capitalize()}", lambda row: str(row[1].members), right=True),
        _with_place("First component", "market_share", percent),
        _with_place("Mean correlation", "correlation", lambda value: number(value, 2)),
        _with_place("Dispersion a session", "realized", lambda value: number(value, 2, " %")),
        title=f"Verdict: {found.verdict}",
        subtitle="The first component's share of variance must be high, or low, in every window",
        note="; ".join(implied) or "No implied correlation or dispersion.",
    )


def _with_place(heading: str, name: str, write: Callable[[float | None], str]) -> Column:
    """A figure of a window, and in grey where it lies in its own history."""

    def cell(row: Any) -> object:
        place = _place(getattr(row[1], f"{name}_percentile"))
        return lines(write(getattr(row[1], name)), soft(place))

    return Column(heading, cell, right=True)


def quadrant(result: Result) -> Any:
    """Growth and inflation in words and figures, and what followed such sessions."""
    found = result.quadrant_detail
    if found is None:
        return prose("Growth and inflation cannot be placed: no current figures.")
    parts = ", ".join(f"{name} {number(value, 1, sign=True)}" for name, value in found.parts.items())
    text = (
        f"{(result.quadrant or '').capitalize()}: {found.words}. Momentum in standard deviations: growth "
        f"{number(found.growth, 2, sign=True)}, inflation {number(found.inflation, 2, sign=True)} ({parts})."
    )
    revised = ", ".join(found.latest_vintage)
    return prose(
        text, soft(f"From latest vintages, so not in the bottom line: {revised}.") if revised else ""
    )


def quadrant_cases(result: Result) -> Any:
    """What index and ratio did in sessions of the same quadrant."""
    found = result.quadrant_detail
    both = [] if found is None else [("S&P 500", found.index_after), ("RTY/ES", found.ratio_after)]
    rows = [(name, cases) for name, cases in both if _any(cases)]
    title = f"What followed sessions in the quadrant “{result.quadrant}”"
    return _cases(rows, "", title, "Change in per cent") if rows else None


def levels(result: Result) -> Any:
    """Levels that many look at, nearest first within a market."""
    if not result.levels:
        return prose("No index has a current close.")
    order = {each.market: at for at, each in enumerate(reversed(result.levels))}
    shown = sorted(result.levels, key=lambda each: (-order[each.market], abs(each.distance_pct)))
    return great_table(
        shown,
        Column(
            "Level", lambda each: lines(_LEVELS.get(each.name, each.name), soft(each.why) if each.why else "")
        ),
        Column("At", lambda each: number(each.level, 2), right=True),
        Column("Close is", lambda each: f"{number(abs(each.distance_pct), 1)} % {each.side}", right=True),
        Column("On this side since", lambda each: date(each.held_since) if each.held_since else NOTHING),
        Column("Held when tested", _held, right=True),
        title="Levels",
        subtitle="Tested: a close at the level or through it; held: the next close away was on the side it came from",
        group=lambda each: f"{each.market} ({each.series}, {number(each.close, 2)})",
    )


def _held(each: LevelRecord) -> str:
    return f"{percent(each.held / each.tests)} of {each.tests}" if each.tests else "never tested"


def open_trades(result: Result) -> Any:
    """Open trades at their marks, with what their stops would cost."""
    ledger = result.ledger
    if ledger is None or not ledger.open:
        return prose("No open trade. Open one with fiveengines trade open, or in the panel below.")
    totals = ledger.totals
    unbounded = f"; without a stop: {', '.join(totals.without_stop)}" if totals.without_stop else ""
    return great_table(
        ledger.open,
        *_bought(),
        Column("Mark", lambda each: lines(number(each.mark, 2), soft(each.note or each.marked)), right=True),
        Column("Stop", lambda each: number(each.stop, 2), right=True),
        Column("Target", lambda each: number(each.target, 2), right=True),
        *_results(),
        Column("To the stop", lambda each: dollars(each.open_risk), right=True),
        Column("Thesis", lambda each: typed(each.thesis)),
        title=f"{counted(totals.n_open, 'open trade')}: {dollars(totals.open_result)}",
        subtitle=f"{dollars(totals.open_risk)} lost from here when every stop is hit{unbounded}",
        note="Simulated trades." if ledger.simulated else "",
    )


def closed_trades(result: Result) -> Any:
    """Closed trades and their statistics."""
    ledger = result.ledger
    if ledger is None or not ledger.closed:
        return prose("No closed trade.")
    totals = ledger.totals
    parts = [f"{totals.gains} of {totals.n_closed} with a gain"]
    if totals.mean_r is not None:
        ends = interval(totals.mean_r_low, totals.mean_r_high, 2)
        within = "" if totals.mean_r_low is None else f", 90 % interval {ends}"
        parts.append(f"mean {number(totals.mean_r, 2, ' R', sign=True)} of {totals.n_r}{within}")
    if totals.payoff is not None:
        parts.append(f"mean gain {number(totals.payoff, 1)} times the mean loss")
    small = "Small sample: the figures say little. " if totals.small_sample else ""
    return great_table(
        sorted(ledger.closed, key=lambda each: each.closed, reverse=True),
        *_bought(),
        Column("Closed", lambda each: lines(number(each.exit, 2), soft(date(each.closed))), right=True),
        *_results(),
        Column("Thesis", lambda each: typed(each.thesis)),
        title=f"{counted(totals.n_closed, 'closed trade')}: {dollars(totals.closed_result)}",
        subtitle="; ".join(parts),
        note=f"{small}{'Simulated trades.' if ledger.simulated else ''}",
    )


def _bought() -> tuple[Column, ...]:
    def trade(each: OpenTrade | ClosedTrade) -> Markup:
        return lines(f"{each.side} {shares(each.size)} {each.instrument}", soft(each.id))

    return (
        Column("Trade", trade),
        Column("Entry", lambda each: lines(number(each.entry, 2), soft(date(each.opened))), right=True),
    )


def _results() -> tuple[Column, ...]:
    return (
        Column(
            "Result",
            lambda each: lines(dollars(each.result), soft(number(each.result_pct, 1, " %", sign=True))),
            right=True,
        ),
        Column("R", lambda each: number(each.r, 2, sign=True), right=True),
    )


def _cases(rows: Sequence[tuple[str, Sequence[CasesRecord]]], what: str, title: str, subtitle: str) -> Any:
    """One row a condition, one column a horizon."""

    def ahead(at: int) -> Column:
        def cell(row: tuple[str, Sequence[CasesRecord]]) -> object:
            case = row[1][at]
            if not case.n:
                return NOTHING
            usual = f"usual {number(case.usual, 2, sign=True)}, {percent(case.usual_hit)}"
            return lines(_interval(case), _whole(f"{percent(case.hit)} rose"), _whole(usual))

        return Column(f"{rows[0][1][at].horizon} sessions", cell, right=True)

    def count(row: tuple[str, Sequence[CasesRecord]]) -> object:
        apart = ", ".join(str(case.separate) for case in row[1])
        return lines(f"{max(case.n for case in row[1]):,}", _whole(f"apart: {apart}"))

    return great_table(
        rows,
        Column(what, lambda row: row[0]),
        Column("Sessions", count, right=True),
        *(ahead(at) for at in range(len(rows[0][1]))),
        title=title,
        subtitle=f"{subtitle}; in grey a 90 % interval, how many rose, and what is usual after any session",
    )


def _whole(text: str) -> Markup:
    """Secondary text that no line break tears."""
    return Markup('<span style="white-space:nowrap">{}</span>').format(soft(text))


def _interval(case: CasesRecord) -> Markup:
    mean = number(case.mean, 2, " %", sign=True)
    if case.low is None or case.high is None:
        return lines(mean, soft("too few apart"))
    return lines(mean, _whole(interval(case.low, case.high, 2)))


def _rank(value: float | None) -> str:
    return NOTHING if value is None else ordinal(round(value))


def _place(value: float | None) -> str:
    return NOTHING if value is None else f"{_rank(value)} percentile"
