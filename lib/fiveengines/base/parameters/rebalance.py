"""The shape of params/rebalance.yaml: the market, how orders are made, which lots are sold, brokers' columns.

Schemas only; no number of judgement is here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from fiveengines.base.parameters.engines import Sessions
from fiveengines.base.parameters.rotation import SampleRules
from fiveengines.base.yaml_files import Strict

LotRule = Literal["fifo", "highest_cost", "tax_aware"]


class Taxes(Strict):
    """What a sale's gain costs: a share of it, by how long a lot was held, and the window of the wash-sale rule."""

    short_term: float = Field(ge=0, lt=1)
    long_term: float = Field(ge=0, lt=1)
    long_term_days: int = Field(ge=0, le=3660)
    wash_sale_days: int = Field(ge=0, le=366)


class OrderRules(Strict):
    """How wanted weights become orders."""

    lots: LotRule
    taxes: Taxes
    cost_bp: float = Field(ge=0, le=500)
    minimum_trade: float = Field(ge=0, lt=1)
    most_turnover: float = Field(gt=0, le=1)
    least_cash: float = Field(ge=0, lt=1)
    least_step: float = Field(ge=0, lt=0.5)


Part = Literal["equity", "bond", "cash"]


class SentimentRules(Strict):
    """The fear clock: how its components look back, where its zones end, and when a spell is over."""

    window: Sessions
    usual: Sessions
    put_call: Sessions
    change: Sessions
    momentum: Sessions
    year: Sessions
    least_components: int = Field(ge=1, le=7)
    zones: tuple[float, float, float, float]
    exit: float = Field(gt=0, lt=100)
    after: Sessions
    before_low: Sessions
    least_spells: int = Field(ge=1, le=100)
    other_windows: tuple[Sessions, ...]

    @model_validator(mode="after")
    def _rising(self) -> SentimentRules:
        if list(self.zones) != sorted(self.zones) or self.exit < self.zones[0]:
            raise ValueError("`zones` must rise, and `exit` must not be below the first of them.")
        return self


class MarketRules(Strict):
    """Levels, falls and the channel."""

    high_sessions: Sessions
    average: Sessions
    retrace: float = Field(gt=0, lt=1)
    fall: float = Field(gt=0, lt=1)
    channel_sessions: Sessions
    channel_width: float = Field(gt=0, le=5)
    prior_low_sessions: Sessions
    scenario_sessions: Sessions
    new_low: float = Field(gt=0, lt=1)
    other_falls: tuple[Annotated[float, Field(gt=0, lt=1)], ...]


class BounceRules(Strict):
    """How oversold sectors are found and what followed is measured."""

    sessions: Sessions
    history: Sessions
    rise: float = Field(gt=0, lt=1)
    after: Sessions
    other_after: tuple[Sessions, ...]
    fewest: int = Field(ge=2, le=100)


class StockRules(Strict):
    """The monthly list of members."""

    count: int = Field(ge=5, le=100)
    momentum: tuple[int, int]
    volatility: Sessions
    high: Sessions
    months: int = Field(ge=1, le=120)


class ExposureRules(Strict):
    """Factor regressions and volatility contributions."""

    sessions: Sessions
    lags: int = Field(ge=0, le=60)
    volatility_sessions: Sessions
    stress: tuple[Annotated[float, Field(ge=-100, lt=0)], ...]
    gap_sigmas: float = Field(gt=0, le=10)
    factors: dict[str, tuple[str, ...]]


class AllocationRules(Strict):
    """The references that an allocation is held against."""

    equity: str
    bond: str
    funds: tuple[str, ...]
    estimate_sessions: Sessions
    years: int = Field(ge=2, le=40)


class Target(Strict):
    """A price target for the index, one's own or a broker's, with the day it was said."""

    who: str = Field(min_length=1, max_length=60)
    level: float = Field(gt=0)
    said: str
    by: str


class ConditionRules(Strict):
    """Sales held back for a recovery: how a reduction is spread over now and the two pivots."""

    spread: tuple[float, float, float]

    @model_validator(mode="after")
    def _whole(self) -> ConditionRules:
        if abs(sum(self.spread) - 1) > 1e-9 or min(self.spread) < 0:
            raise ValueError("the parts of `spread` must not be negative and must add to 1.")
        return self


class RebalanceParameters(Strict):
    """params/rebalance.yaml."""

    sentiment: SentimentRules
    market: MarketRules
    bounce: BounceRules
    stocks: StockRules
    exposures: ExposureRules
    allocation: AllocationRules
    orders: OrderRules
    conditions: ConditionRules
    parts: dict[str, Part]
    sectors: dict[str, str]
    most_sector: float = Field(gt=0, le=1)
    targets: tuple[Target, ...]
    valuation: SampleRules
    season_level: float = Field(gt=0.5, lt=1)
    season_draws: int = Field(ge=100, le=20000)
    season_span: Sessions
    seed: int = Field(ge=0)
    brokers: dict[str, dict[str, str]]
