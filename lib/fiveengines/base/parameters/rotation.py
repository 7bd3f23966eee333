"""The shapes of params/rotation.yaml and params/levels.yaml.

Only schemas; no number of judgement, and nothing is computed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from fiveengines.base.parameters.engines import Sessions
from fiveengines.base.yaml_files import Strict

Percentile = Annotated[float, Field(ge=0, le=100)]
Share = Annotated[float, Field(ge=0, le=1)]
Market = Literal["ES", "NQ", "RTY"]


class MarketSeries(Strict):
    """One equity index: implied volatility, and the closes that stand for it, best first."""

    implied: str
    closes: tuple[str, ...] = Field(min_length=1)


class SampleRules(Strict):
    """How cases are counted and how sure their mean is (stationary bootstrap over sessions)."""

    fewest_sessions: Sessions
    fewest_cases: int = Field(ge=1, le=1000)
    mean_block_sessions: int = Field(ge=1, le=260)
    draws: int = Field(ge=100, le=20_000)
    level: float = Field(gt=0.5, lt=1)
    seed: int = Field(ge=0, lt=2**32)
    horizons: tuple[Sessions, ...] = Field(min_length=1)
    main_horizon: Sessions

    @model_validator(mode="after")
    def _main_among_them(self) -> SampleRules:
        if self.main_horizon not in self.horizons:
            raise ValueError("main_horizon must be one of horizons.")
        return self


class ImpliedRealizedRules(Strict):
    """Implied against realised volatility."""

    windows: tuple[Sessions, ...] = Field(min_length=2)
    main_window: Sessions
    cone: tuple[Percentile, ...] = Field(min_length=3)


class SectorRules(Strict):
    """Sectors: windows of returns, and the rotation map."""

    tickers: dict[str, str]
    benchmark: tuple[str, ...]
    windows: tuple[Sessions, ...] = Field(min_length=2)
    rank_window: Sessions
    mean_sessions: Sessions
    momentum_sessions: Sessions
    tail_step: Sessions
    tail_points: int = Field(ge=2, le=26)
    leaders: Share


class Factor(Strict):
    """One factor: what is long and what is short, best pair first, and the sort of members that says the same."""

    pairs: tuple[tuple[str, str], ...] = Field(min_length=1)
    deciles: Literal["momentum", "low_volatility", "high_beta"] | None = None


class FactorRules(Strict):
    """Factors from funds and from members' deciles."""

    window: Sessions
    history: Sessions
    formation: Sessions
    skip: Sessions
    share: Share
    fewest_members: int = Field(ge=10, le=1000)
    years: int = Field(ge=1, le=40)
    noise_z: float = Field(ge=0, le=5)
    strong_z: float = Field(ge=0, le=10)
    factors: dict[str, Factor]


class Release(Strict):
    """One release whose surprise counts: growth or inflation, and whether more of it is the stronger figure."""

    group: Literal["growth", "inflation"]
    measure: Literal["growth", "difference"]
    sign: Literal[-1, 1]


class SurpriseRules(Strict):
    """The data surprise index, which knows no consensus."""

    half_life_days: float = Field(gt=0, le=365)
    fewest_releases: int = Field(ge=8, le=500)
    clip: float = Field(gt=0, le=20)
    neutral: float = Field(ge=0, le=3)
    least_weight: float = Field(gt=0, le=10)
    releases: dict[str, Release]


class RatioRules(Strict):
    """Small against large caps, and the yield curve's move."""

    small: tuple[str, ...]
    large: tuple[str, ...]
    change_sessions: Sessions
    pair_market_share: Share


class DispersionRules(Strict):
    """How much of members' variance is one market's."""

    windows: tuple[Sessions, ...] = Field(min_length=2)
    main_window: Sessions
    step: Sessions
    years: int = Field(ge=1, le=40)
    fewest_members: int = Field(ge=10, le=1000)
    beta_from: Percentile
    dispersion_to: Percentile
    implied_correlation: str
    implied_dispersion: str


class QuadrantRules(Strict):
    """Momentum of growth and of inflation."""

    growth: dict[str, Literal[-1, 1]]
    inflation: dict[str, Literal[-1, 1]]
    short_months: int = Field(ge=1, le=12)
    long_months: int = Field(ge=2, le=36)
    fewest_months: int = Field(ge=12, le=240)
    flat: float = Field(ge=0, le=3)


class LevelRules(Strict):
    """Levels that many look at, and when one has been tested."""

    averages: tuple[Sessions, ...]
    year: Sessions
    band_pct: float = Field(gt=0, le=10)


class LedgerRules(Strict):
    """The trade ledger: dollars a point of futures, ratios that are splits, how few closed trades say nothing."""

    point_values: dict[str, float]
    splits: tuple[float, ...]
    split_tolerance: Share
    entry_tolerance: Share
    fewest_closed: int = Field(ge=1, le=1000)


class RotationParameters(Strict):
    """params/rotation.yaml."""

    markets: dict[Market, MarketSeries]
    samples: SampleRules
    implied_realized: ImpliedRealizedRules
    sectors: SectorRules
    factors: FactorRules
    surprise: SurpriseRules
    ratio: RatioRules
    dispersion: DispersionRules
    quadrant: QuadrantRules
    levels: LevelRules
    ledger: LedgerRules


class OwnLevel(Strict):
    """A level of one's own: what it is a level of, and why it matters."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    series: str
    level: float = Field(gt=0)
    why: str = Field(min_length=5, max_length=300)


class OwnLevels(Strict):
    """params/levels.yaml."""

    levels: tuple[OwnLevel, ...] = ()

    @model_validator(mode="after")
    def _named_once(self) -> OwnLevels:
        names = [each.name for each in self.levels]
        twice = next((each for each in names if names.count(each) > 1), None)
        if twice:
            raise ValueError(f"the name {twice!r} stands there twice.")
        return self
