"""What the sell-off companion found: the model of selloff.json.

Shapes only; nothing is computed here.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

from fiveengines.base.documents import Figure, Record, Share, TwoDigits
from fiveengines.base.parameters.selloff import Driver
from fiveengines.companions.document import CompanionDocument
from fiveengines.companions.selloff.drivers import Role


class WindowRecord(Record):
    """From the high to the session: falls are simple, in per cent, and negative."""

    peak: dt.date
    peak_close: TwoDigits
    low: dt.date
    close: TwoDigits
    fall_pct: TwoDigits
    fall_to_low_pct: TwoDigits
    sessions: int


class Shares(Record):
    """Points of the fall: the five add up to `window.fall_pct`."""

    growth: TwoDigits
    monetary: TwoDigits
    hedging_premium: TwoDigits
    common_premium: TwoDigits
    residual: TwoDigits


class ShockDetail(Record):
    """How the split was made and how far rotations differ."""

    fitted_to: dt.date
    days: int
    rotations: int
    low: dict[str, TwoDigits]
    high: dict[str, TwoDigits]
    variance_2y: dict[str, Share]
    variance_10y: dict[str, Share]
    together_points: TwoDigits
    apart_points: TwoDigits
    days_together: int
    days_apart: int
    last_yields: dt.date


class Evidence(Record):
    """One measure: its change over the window, and how that compares with windows as long before.

    usual_in_fall: what a fall of this size usually brought. deviations: from zero, or from that, in standard
    deviations; speaks: the same in the direction that is evidence for the driver, within the cap.
    """

    indicator: str
    title: str
    value: Figure | None
    unit: str
    percentile: TwoDigits | None
    observed: dt.date
    usual_in_fall: Figure | None = None
    deviations: TwoDigits | None = None
    speaks: TwoDigits | None = None
    adverse: Literal["up", "down"] | None = None
    windows: int = 0
    overridden: bool = False


class DriverRecord(Record):
    """One driver, with the measures it was read from."""

    driver: Driver
    role: Role
    score: Share
    evidence: list[Evidence]


class Item(Record):
    """One condition of the capitulation list; `met` is None where there is no figure."""

    name: str
    title: str
    met: bool | None
    value: Figure | None
    unit: str
    threshold: Figure
    side: Literal["above", "below"]
    why: str


class Outcome(Record):
    """What followed: mean simple return in per cent over so many sessions, its interval, and that of all sessions."""

    sessions: int
    cases: int
    mean: TwoDigits | None
    low: TwoDigits | None
    high: TwoDigits | None
    share_up: Share | None
    usual: TwoDigits | None
    usual_up: Share | None


class Followed(Record):
    """Cases on which at least so many conditions became met, and what the index did after."""

    at_least: int
    cases: int
    outcomes: list[Outcome]


class Capitulation(Record):
    """How many conditions are met, of those that could be measured."""

    met: int
    of: int
    items: list[Item]
    followed: list[Followed]
    since: dt.date | None = None


class Flow(Record):
    """What one kind of fund would do: points of its maximum (negative: sells), or dollars where those are known."""

    who: str
    scenario: str
    points: TwoDigits | None = None
    dollars: TwoDigits | None = None


class Fact(Record):
    """One figure of a section, with its place in its own history where that is known."""

    name: str
    title: str
    value: Figure | None
    unit: str
    percentile: TwoDigits | None = None
    observed: dt.date | None = None
    note: str = ""
    overridden: bool = False


class Earnings(Record):
    """Price change = change of the forward multiple + change of forward earnings, points of log return."""

    price: TwoDigits
    multiple: TwoDigits
    forward_earnings: TwoDigits
    pe_from: TwoDigits
    pe_to: TwoDigits
    observed: dt.date


class Asset(Record):
    """One asset over the window: simple return in per cent (yields: basis points), and standard deviations of its
    own.
    """

    name: str
    title: str
    change: TwoDigits
    unit: str
    z: TwoDigits | None


class Gamma(Record):
    """Dealer gamma in $bn per 1 % move, where its sign changes, and how far away that is."""

    value: TwoDigits | None
    flip: TwoDigits | None
    distance_pct: TwoDigits | None
    source: str
    observed: dt.date | None
    profile: list[tuple[TwoDigits, TwoDigits]]


class MomentumFall(Record):
    """One fall of the momentum factor: the day it was first known, how deep it went, and what followed."""

    crossed: dt.date
    worst_pct: TwoDigits
    factor_after: dict[str, TwoDigits | None]
    index_after: dict[str, TwoDigits | None]


class Momentum(Record):
    """The momentum factor's fall from its high, and all falls as large before."""

    basis: str
    drawdown_pct: TwoDigits
    percentile: TwoDigits | None
    threshold_pct: TwoDigits
    falls: list[MomentumFall]
    factor_after: list[Outcome]
    index_after: list[Outcome]
    note: str


class PathPoint(Record):
    """One session of the window: index and momentum from the high, in per cent."""

    date: dt.date
    index: TwoDigits
    momentum: TwoDigits | None
    equal_weight: TwoDigits | None


class Result(CompanionDocument):
    """selloff.json."""

    active: bool
    window: WindowRecord | None
    shares: Shares | None
    shock_agreement: Share | None
    shock_detail: ShockDetail | None
    agreement: Share
    drivers: list[DriverRecord]
    cannot_tell: bool
    cannot_tell_why: str
    capitulation: Capitulation
    flows: list[Flow]
    growth_and_credit: list[Evidence]
    rates: list[Evidence]
    positioning: list[Fact]
    gamma: Gamma | None
    momentum: Momentum | None
    earnings: Earnings | None
    microstructure: list[Fact]
    cross_asset: list[Asset]
    pattern: str
    medium_term: str
    path: list[PathPoint]
