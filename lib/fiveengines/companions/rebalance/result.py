"""rebalance.json: the models are the document and its schema at once. Shapes only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from fiveengines.base.documents import Figure, Record, Share, TwoDigits
from fiveengines.companions.document import CompanionDocument, Followed
from fiveengines.companions.order_list import OrderLine
from fiveengines.portfolio.orders import Order


class PositionRecord(Record):
    """One position before trading; fields are null where cost, target, stop or price are not known.

    gain_at_target above zero, loss_at_stop below, in dollars; ratio is their size against each other (R); loss_at_gap
    is what a gap of three daily standard deviations through the stop would cost.
    """

    ticker: str
    sector: str
    shares: Figure
    price: Figure | None
    cost: Figure | None
    value: TwoDigits
    weight: Share
    gain_pct: TwoDigits | None
    to_target_pct: TwoDigits | None
    to_stop_pct: TwoDigits | None
    gain_at_target: TwoDigits | None
    loss_at_stop: TwoDigits | None
    loss_at_gap: TwoDigits | None
    ratio: TwoDigits | None
    volatility_share: Figure | None
    vulnerable: bool


class FactorExposure(Record):
    """Slope of the portfolio's returns on a factor's, with its t value (Newey-West) and number of sessions."""

    factor: str
    slope: Figure
    t: TwoDigits
    n: int


class Exposures(Record):
    """Shares of the portfolio by part and sector, the market beta, factor slopes, volatility in per cent a year."""

    parts: dict[str, Share]
    sector: dict[str, Share]
    factor: list[FactorExposure]
    beta: Figure | None
    volatility: TwoDigits | None


class PortfolioRecord(Record):
    """What is held, at this session's prices; `at_cost` names what has no price, `notes` what differs from the file."""

    name: str
    value: TwoDigits
    cash: TwoDigits
    positions: list[PositionRecord]
    exposures: Exposures
    at_cost: list[str]
    notes: list[str]


class SpellWindow(Record):
    """The same count of spells with percentiles over another number of sessions."""

    sessions: int
    n: int
    median_sessions: TwoDigits | None


class ExitStatistics(Record):
    """Past spells of extreme fear: sessions until they ended and until the low; lows that came without one.

    low, high: interval of the mean length; windows: the same with percentiles over other windows.
    """

    n: int
    mean_sessions: TwoDigits
    low: TwoDigits
    high: TwoDigits
    median_sessions: TwoDigits
    shortest: int
    longest: int
    mean_to_low: TwoDigits
    median_to_low: TwoDigits
    shortest_to_low: int
    longest_to_low: int
    windows: list[SpellWindow]
    lows: int
    lows_without: int


class Sentiment(Record):
    """The fear clock: 0 is fear, 100 greed; spell_sessions counts the running spell, null outside one.

    vendor: another house's index of fear and greed, from a file, beside our own.
    """

    value: TwoDigits | None
    zone: str
    vendor: TwoDigits | None
    components: dict[str, TwoDigits]
    spell_sessions: int | None
    exit_statistics: ExitStatistics | None


class OtherFalls(Record):
    """The same count for falls of at least another size, in per cent."""

    fall_pct: TwoDigits
    n: int
    resolved: int


class RecordOfFalls(Record):
    """Of `n` falls that did what `event` says, how many then reached the old high before a new low.

    low, high: interval of the share; others: falls of other sizes.
    """

    event: str
    n: int
    resolved: int
    share: Share | None
    low: Share
    high: Share
    others: list[OtherFalls]


class Pivot(Record):
    """A level and how far the close is from it (above zero: the level is higher), with its record where it has one."""

    id: str
    name: str
    level: TwoDigits
    distance_pct: TwoDigits
    record: RecordOfFalls | None


class ChannelRecord(Record):
    """The two-year regression channel, in points; slope in per cent a year."""

    upper: TwoDigits
    middle: TwoDigits
    lower: TwoDigits
    slope: TwoDigits


class SeasonRecord(Record):
    """When the mean year had its low, the interval of that, and the lows of the older and newer half of the years.

    `says` is null when the interval is too long to say, or a half had its low outside it.
    """

    years: int
    low: str
    early: str
    late: str
    span_sessions: int
    halves: list[str]
    says: str | None


class TargetRecord(Record):
    """A price target: the return it implies, and the forward P/E it needs at today's earnings."""

    who: str
    level: TwoDigits
    said: str
    by: str
    implied_return_pct: TwoDigits
    needed_pe: TwoDigits | None


class AfterValuation(Followed):
    """The index's return in per cent over `horizon` sessions after valuations in the same third of their history so
    far, of which `separate` windows do not overlap; usual: after any session."""

    usual: TwoDigits | None


class ValuationRecord(Record):
    """Price over forward earnings, its percentile among past months, the earnings behind it, targets in context."""

    forward_pe: TwoDigits | None
    percentile: TwoDigits | None
    forward_eps: TwoDigits | None
    eps_change_pct: TwoDigits | None
    targets: list[TargetRecord]
    third: Literal["lowest", "middle", "highest"] | None
    after: list[AfterValuation]


class Scenario(Record):
    """What past falls of this size did next: the share of cases that came to this level first."""

    name: str
    level: TwoDigits
    share_of_cases: Share
    n: int


class DayClose(Record):
    """The index on one session."""

    day: dt.date
    close: TwoDigits


class Market(Record):
    """The index: its fall from the high in per cent, sentiment, levels, season, valuation, scenarios.

    recent: closes of the last year; paths: what past falls of this size did from here, in per cent of this close, one
    row a fall and one value a week.
    """

    close: TwoDigits
    high: TwoDigits
    fall_pct: TwoDigits
    sentiment: Sentiment
    pivots: list[Pivot]
    channel: ChannelRecord | None
    seasonality: SeasonRecord | None
    valuation: ValuationRecord
    scenarios: list[Scenario]
    recent: list[DayClose]
    paths: list[list[TwoDigits | None]]


class AfterBounce(Record):
    """What the most oversold third did over `sessions` after earlier rebounds, in points against the index, with its
    interval; others: the same over other spans."""

    sessions: int
    n: int
    mean: TwoDigits
    low: TwoDigits
    high: TwoDigits
    others: list[AfterBounce] = Field(default_factory=list)


class BounceRecord(Record):
    """One sector: how oversold against the index, in standard deviations of its own past."""

    sector: str
    ticker: str
    oversold_z: TwoDigits
    relative_pct: TwoDigits
    after: AfterBounce | None


class MonthlyExcess(Record):
    """Points a month ahead of the index: mean of `n` months, its interval, the means of the older and newer half."""

    n: int
    mean: TwoDigits
    low: TwoDigits
    high: TwoDigits
    halves: list[TwoDigits]


class StockList(Record):
    """The members' ranking of the last month's end, against the month before and its own record."""

    month: dt.date
    listed: list[str]
    initiated: list[str]
    closed: list[str]
    return_pct: TwoDigits
    index_pct: TwoDigits
    drawdown_pct: TwoDigits
    index_drawdown_pct: TwoDigits
    months: int
    excess: MonthlyExcess


class MixRecord(Record):
    """One mix over the same years and costs: equity share now, Sharpe ratio, growth, volatility, deepest fall."""

    name: str
    equity: Share | None
    sharpe: TwoDigits | None
    cagr: TwoDigits
    volatility: TwoDigits
    max_drawdown: TwoDigits


class LotRecord(Record):
    """Shares of one lot that an order sells, and the gain in dollars where its cost is known."""

    shares: Figure
    cost: Figure | None
    opened: dt.date | None
    long_term: bool | None
    gain: TwoDigits | None


class OrderRecord(Record):
    """One order; shares and dollars below zero are sales; `condition` is empty when it is for now."""

    ticker: str
    action: Literal["initiate", "add", "trim", "close"]
    shares: Figure
    reference_price: Figure
    dollars: TwoDigits
    lots: list[LotRecord]
    tax: TwoDigits
    wash_sale: bool
    condition: str
    weight_from: Share
    weight_to: Share
    reason: str


class StressRecord(Record):
    """What a fall of the index in per cent would cost the portfolio by its market beta, in per cent and dollars."""

    index_pct: TwoDigits
    portfolio_pct: TwoDigits
    dollars: TwoDigits


class RiskRecord(Record):
    """Dollars to gain at targets and to lose at stops after trading; largest is the worst single loss at a gap through
    the stop; correlation is the mean of all pairs of positions' daily returns, closest that of the pair that moves
    together most."""

    gain_to_targets: TwoDigits
    loss_to_stops: TwoDigits
    ratio: TwoDigits | None
    largest_gap_loss: TwoDigits | None
    largest_gap_ticker: str | None
    by_position: list[PositionRecord]
    without_levels: list[str]
    stress: list[StressRecord]
    correlation: TwoDigits | None
    closest_pair: list[str]
    closest: TwoDigits | None


class DecisionRecord(Record):
    """What the owner decided by hand: dollars a share, a share of the portfolio, or 1 for hold and exclude."""

    ticker: str
    kind: Literal["target", "stop", "cap", "hold", "exclude"]
    value: Figure
    on: dt.date
    until: dt.date | None
    why: str
    who: str


class FollowedRecord(Record):
    """Shares of one ticker that were to be traded at once and under a condition, and what was traded since (null on the
    evening of the choice)."""

    ticker: str
    planned: Figure
    waiting: Figure
    done: Figure | None
    state: str | None


class ChosenRecord(Record):
    """Orders that the owner chose on the evening of the session `on`."""

    on: dt.date
    who: str
    why: str
    orders: list[FollowedRecord]


class Result(CompanionDocument):
    """The weekly portfolio process of one session.

    reading: the week that `equity_target` comes from; cash_after: dollars after the orders for now and their cost.
    """

    portfolio: PortfolioRecord | None
    market: Market | None
    bounce: list[BounceRecord]
    stocks: StockList | None
    allocation: list[MixRecord]
    equity_now: Share | None
    equity_target: Share | None
    equity_reason: str
    reading: dt.date | None
    orders: list[OrderRecord]
    cash_after: TwoDigits
    cost: TwoDigits
    turnover: Share
    limited: list[str]
    risk: RiskRecord | None
    after: Exposures | None
    decisions: list[DecisionRecord]
    chosen: ChosenRecord | None
    last_time: ChosenRecord | None


def order_lines(orders: Iterable[OrderRecord | Order]) -> list[OrderLine]:
    """What a file of the orders says of each."""
    return [OrderLine(each.ticker, each.shares, each.reference_price, each.condition) for each in orders]
