"""The shape of rotation.json. Percentages are in per cent, volatility annualised, shares between 0 and 1.

Shapes only; what stands in them is computed elsewhere.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from fiveengines.base.documents import Figure, Record, Share, ThreeDigits, TwoDigits
from fiveengines.companions.document import CompanionDocument, Followed

MarketName = Literal["ES", "NQ", "RTY"]


class CasesRecord(Followed):
    """What followed `n` sessions with a condition over `horizon` sessions, per cent; `separate` do not overlap."""

    hit: Share | None
    usual: TwoDigits | None
    usual_hit: Share | None


class ImpliedRealizedRecord(Record):
    """Implied against realised volatility of one market; by window of sessions."""

    market: MarketName
    series: str
    implied: TwoDigits
    realized: dict[int, TwoDigits]
    difference: dict[int, TwoDigits]
    premium_pct: dict[int, TwoDigits]
    discount: dict[int, bool]
    percentile: TwoDigits | None
    percentiles: dict[int, TwoDigits | None]
    window_stable: bool
    cone: dict[int, dict[str, TwoDigits]]
    realized_percentiles: dict[int, TwoDigits | None]
    cone_sessions: int
    after_discount: list[CasesRecord]
    words: str


class SectorRecord(Record):
    """One sector: returns, ranks from 1 for the best, and its place on the rotation map (tail oldest first)."""

    ticker: str
    name: str
    return_5: TwoDigits | None
    return_21: TwoDigits | None
    return_30: TwoDigits | None
    return_63: TwoDigits | None
    rank: int | None
    ranks: dict[int, int | None]
    quadrant: Literal["leading", "weakening", "lagging", "improving"] | None
    strength: TwoDigits | None
    momentum: TwoDigits | None
    tail: list[tuple[TwoDigits, TwoDigits]]
    leads_in: list[int]
    leads_since_sessions: int | None


class PersistenceRecord(Record):
    """Of `cases` sectors in the top third, `stayed` were there a window later; chance would keep `expected`."""

    window: int
    dates: int
    cases: int
    stayed: int
    share: Share | None
    expected: Share | None
    excess: CasesRecord


class FactorRecord(Record):
    """One factor, long minus short, from a pair of funds and from deciles of members."""

    name: str
    return_21: TwoDigits | None
    z: TwoDigits | None
    pair: str | None
    deciles_return_21: TwoDigits | None
    deciles_z: TwoDigits | None
    disagree: bool
    returns: dict[int, TwoDigits]
    stable: bool


class ReleaseRecord(Record):
    """One release against its own forecast, in standard deviations; positive means stronger growth or inflation."""

    series: str
    group: Literal["growth", "inflation"]
    observed: dt.date
    known: dt.date
    value: Figure
    forecast: Figure
    z: TwoDigits
    vintage: Literal["first release", "latest vintage"]


class SurpriseRecord(Record):
    """The data surprise index (no consensus), or what was entered or delivered in its place."""

    name: str
    growth: TwoDigits | None
    inflation: TwoDigits | None
    basis: Literal["first release", "latest vintage", "vendor's index", "entered by hand"] | None
    state: Literal["above", "near", "below"] | None
    releases: list[ReleaseRecord]


class MoveRecord(Record):
    """What the ratio did after one kind of curve move, by horizon."""

    move: str
    cases: list[CasesRecord]


class RatioRecord(Record):
    """Small against large caps; `conditional` is on what `conditional_on` names, over the main horizon."""

    rty_es: Figure
    small: str
    large: str
    change_21: TwoDigits
    change_percentile: TwoDigits | None
    curve_move: str | None
    surprise: TwoDigits | None
    conditional_on: str
    conditional: CasesRecord | None
    by_horizon: list[CasesRecord]
    by_curve: list[CasesRecord]
    moves: list[MoveRecord]
    explained: Share | None
    ratio_volatility: TwoDigits | None
    large_volatility: TwoDigits | None
    pair_trade: str


class DispersionWindow(Record):
    """One window's figures with the percentile of each in its own history."""

    members: int
    market_share: ThreeDigits
    market_share_percentile: TwoDigits | None
    correlation: ThreeDigits
    correlation_percentile: TwoDigits | None
    realized: TwoDigits
    realized_percentile: TwoDigits | None


class PastDispersion(Record):
    """The main window on one day of the past."""

    date: dt.date
    market_share: ThreeDigits
    correlation: ThreeDigits
    realized: TwoDigits


class DispersionRecord(Record):
    """How much of members' variance is one market's. realized: standard deviation across members, % a session."""

    of: Literal["members", "sectors"]
    members: int
    realized: TwoDigits
    correlation: ThreeDigits
    implied_correlation: ThreeDigits | None
    implied_correlation_percentile: TwoDigits | None
    implied_dispersion: TwoDigits | None
    implied_dispersion_percentile: TwoDigits | None
    market_share: ThreeDigits
    percentile: TwoDigits | None
    verdict: Literal["beta", "dispersion", "mixed"]
    windows: dict[int, DispersionWindow]
    history: list[PastDispersion]


class QuadrantRecord(Record):
    """Momentum of growth and inflation in standard deviations, and what followed such sessions."""

    words: str
    growth: TwoDigits
    inflation: TwoDigits
    parts: dict[str, TwoDigits]
    latest_vintage: list[str]
    index_after: list[CasesRecord]
    ratio_after: list[CasesRecord]


class LevelRecord(Record):
    """One level: the close's distance, since when closes stand on this side (null at the level itself), and how often
    such a level was tested in this market and the close left on the side that it came from."""

    name: str
    market: str
    series: str
    level: Figure
    close: Figure
    distance_pct: TwoDigits
    side: Literal["above", "below", "at"]
    held_since: dt.date | None
    tests: int
    held: int
    why: str


class _TradeRecord(Record):
    id: str
    instrument: str
    side: Literal["long", "short"]
    size: Figure
    entry: Figure
    opened: dt.date


class OpenTrade(_TradeRecord):
    """An open trade at its mark, in the shares of today."""

    stop: Figure | None
    target: Figure | None
    thesis: str
    mark: Figure
    marked: Literal["market", "by hand", "at cost"]
    marked_on: dt.date | None
    result: TwoDigits
    result_pct: TwoDigits
    r: TwoDigits | None
    open_risk: TwoDigits | None
    note: str


class ClosedTrade(_TradeRecord):
    """A closed trade."""

    closed: dt.date
    exit: Figure
    thesis: str
    result: TwoDigits
    result_pct: TwoDigits
    r: TwoDigits | None
    days: int


class LedgerTotals(Record):
    """The ledger in dollars; drawdown from its highest equity, nought or negative."""

    open_result: TwoDigits
    closed_result: TwoDigits
    result: TwoDigits
    open_risk: TwoDigits
    without_stop: list[str]
    equity: TwoDigits
    drawdown: TwoDigits
    max_drawdown: TwoDigits
    n_open: int
    n_closed: int
    gains: int
    hit: Share | None
    mean_pct: TwoDigits | None
    mean_r: TwoDigits | None
    median_r: TwoDigits | None
    n_r: int
    mean_r_low: TwoDigits | None
    mean_r_high: TwoDigits | None
    payoff: TwoDigits | None
    mean_days: TwoDigits | None
    small_sample: bool


class EquityPoint(Record):
    """The ledger's equity on one session, dollars since its first trade."""

    date: dt.date
    dollars: TwoDigits


class LedgerRecord(Record):
    """The trade ledger as of the session."""

    open: list[OpenTrade]
    closed: list[ClosedTrade]
    totals: LedgerTotals
    equity: list[EquityPoint]
    simulated: bool


class Result(CompanionDocument):
    """rotation.json: beta, rotation, dispersion, levels and the trade ledger."""

    implied_realized: list[ImpliedRealizedRecord]
    sectors: list[SectorRecord]
    persistence: list[PersistenceRecord]
    leadership: str
    factors: list[FactorRecord]
    surprise_index: SurpriseRecord
    ratio: RatioRecord | None
    dispersion: DispersionRecord | None
    market_kind: Literal["beta", "rotation", "dispersion", "mixed"] | None
    quadrant: Literal["goldilocks", "reflation", "stagflation", "slowdown", "between"] | None
    quadrant_detail: QuadrantRecord | None
    levels: list[LevelRecord]
    ledger: LedgerRecord | None
    answers: dict[str, str] = Field(
        description="kind of market, volatility, small against large: the three sentences"
    )
