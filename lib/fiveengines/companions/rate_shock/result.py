"""rate_shock.json: the models are the document and its schema at once. Shapes only."""

from __future__ import annotations

import datetime as dt

from fiveengines.base.documents import Figure, Record, Share, TwoDigits
from fiveengines.companions.document import CompanionDocument


class BetaRecord(Record):
    """One ticker in one window: per cent for 100 basis points of real yield and of breakeven, the market controlled."""

    ticker: str
    window: int
    per_100bp_real: TwoDigits
    per_100bp_breakeven: TwoDigits
    market_beta: TwoDigits
    t: TwoDigits
    t_breakeven: TwoDigits
    stable: bool
    n: int


class MemberBetaRecord(Record):
    """One index member over the middle window: per cent for 100 basis points, the market controlled; `stable`: one sign
    in every window that there is."""

    ticker: str
    sector: str
    per_100bp_real: TwoDigits
    per_100bp_breakeven: TwoDigits
    market_beta: TwoDigits
    t: TwoDigits
    stable: bool
    n: int


class DurationPoint(Record):
    """How far the S&P 500 moved for a point of real yield and of breakeven, over the year to `day`."""

    day: dt.date
    real: TwoDigits
    breakeven: TwoDigits


class AfterRecord(Record):
    """What followed `n` sessions on which a condition held, in `spells` spells, against any session; per cent."""

    n: int
    spells: int
    horizon: int
    mean: TwoDigits | None
    low: TwoDigits | None
    high: TwoDigits | None
    usual: TwoDigits | None


class Rule(Record):
    """One rule of the source: whether it holds, since when, how often before, and what followed.

    `says` is the sentence; `testable` is false when it fired once or never.
    """

    holds: bool | None
    since: dt.date | None
    fired: list[dt.date]
    after: AfterRecord | None
    testable: bool
    says: str


class ScreenRecord(Record):
    """One company: its figures as of its last filing, whether it passes, why not, and a warning of little research."""

    ticker: str
    period_end: dt.date
    filed: dt.date
    cash_flow_margin: Figure | None
    debt_to_ebitda: Figure | None
    research_share: Figure | None
    passes: bool
    why: str
    warning: str


class MeetingRecord(Record):
    """The odds of each target range after a meeting, per cent, by the range in words; the convention that was used."""

    meeting: dt.date
    outcomes: dict[str, TwoDigits]
    convention: str


class BrierRecord(Record):
    """How odds came out, so many days before: Brier score (0 best, 2 worst) beside that of "no change"."""

    horizon: int
    n: int
    brier: Figure
    naive: Figure
    hit: Share


class StressRecord(Record):
    """One window or shock, per cent; low, high: interval of a shock by slopes; covered: weights with prices."""

    scenario: str
    start: dt.date | None
    end: dt.date | None
    portfolio: TwoDigits | None
    low: TwoDigits | None
    high: TwoDigits | None
    covered: Share | None
    nasdaq_100: TwoDigits | None
    sp500: TwoDigits | None


class StrategyRecord(Record):
    """The plain three layers after costs, beside the Nasdaq 100 and the S&P 500.

    trials: this grid's variants and those of the committed log. ahead_by_year: points ahead of the Nasdaq 100 fund in
    each whole calendar year; decay: its change a year over the years after the source's publication, of all years
    before there are four. promised: the source's figures by the same names.
    """

    begin: dt.date
    sharpe: TwoDigits
    cagr: TwoDigits
    max_drawdown: TwoDigits
    nasdaq_sharpe: TwoDigits
    nasdaq_max_drawdown: TwoDigits
    sp500_sharpe: TwoDigits
    sp500_max_drawdown: TwoDigits
    correlation: TwoDigits
    up_capture: TwoDigits | None
    down_capture: TwoDigits | None
    deflated_sharpe: Share
    trials: int
    overfitting: Share
    by_year: dict[str, TwoDigits]
    ahead_by_year: dict[str, TwoDigits]
    decay: TwoDigits | None
    decay_low: TwoDigits | None
    decay_high: TwoDigits | None
    nasdaq_cagr: TwoDigits
    sp500_cagr: TwoDigits
    promised: dict[str, TwoDigits]
    published: int


class Result(CompanionDocument):
    """Rate shocks of one session."""

    betas: list[BetaRecord]
    members: list[MemberBetaRecord]
    duration: list[DurationPoint]
    trigger: Rule
    proposal: str
    screen: list[ScreenRecord]
    reflexivity: Rule
    policy_path: list[MeetingRecord]
    policy_record: list[BrierRecord]
    pause: Rule
    steepener: Rule
    barbell: Rule
    stress: list[StressRecord]
    strategy: StrategyRecord | None
