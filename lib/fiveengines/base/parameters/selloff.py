"""The shape of params/selloff.yaml: what counts as a fall, and what speaks for which driver.

Only schemas; no number of judgement, and nothing is computed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from fiveengines.base.yaml_files import Strict

Driver = Literal["growth", "rates", "credit", "positioning", "fundamentals"]
DRIVERS: tuple[Driver, ...] = ("growth", "rates", "credit", "positioning", "fundamentals")
Why = Annotated[str, Field(min_length=12)]


class WindowRules(Strict):
    """Where a fall begins, and from which size on it is one."""

    sessions: int = Field(ge=5, le=504)
    active_pct: float = Field(gt=0, lt=50)


class HistoryRules(Strict):
    """How much history a statement about what is usual needs."""

    fewest_windows: int = Field(ge=20)
    window_lengths: float = Field(ge=1)
    stale_days: int = Field(ge=4, le=40)
    fewest_members: int = Field(ge=20)


class ShockRules(Strict):
    """How the four shocks are estimated."""

    rotations: int = Field(ge=50, le=5000)
    fewest_rotations: int = Field(ge=2)
    seed: int = Field(ge=0, lt=2**32)
    fewest_days: int = Field(ge=250)


class Signal(Strict):
    """Which way a measure moves when the driver is at work, and what it is measured against."""

    adverse: Literal["up", "down"]
    against: Literal["time", "fall"]
    why: Why


class Group(Strict):
    """Signals that say the same thing: the mean or the largest of them counts once."""

    combine: Literal["mean", "largest"] = "mean"
    gate: bool = False
    signals: dict[str, Signal] = Field(min_length=1)


class ShockGroup(Strict):
    """Which of the four shocks speak for a driver, and how many standard deviations all of the fall is worth."""

    names: tuple[Literal["growth", "monetary", "hedging_premium", "common_premium"], ...]
    worth: float = Field(ge=0, le=4)
    why: Why


class DriverRules(Strict):
    """What speaks for one driver."""

    groups: dict[str, Group] = Field(min_length=1)
    shocks: ShockGroup | None = None


class EarningsRules(Strict):
    """When a fall is one of earnings."""

    worth: float = Field(gt=0, le=8)
    why: Why


class DefaultRules(Strict):
    """What a fall is read as when nothing else speaks."""

    worth: float = Field(ge=0, le=4)
    why: Why


class MechanicalRules(Strict):
    """Selling that follows from any fall: it amplifies, and is no cause."""

    exposure_cut: float = Field(gt=0, le=100)
    full: float = Field(gt=0, le=10)
    most: float = Field(gt=0, lt=1)
    why: Why


class RoleRules(Strict):
    """From scores to roles."""

    cap: float = Field(gt=1, le=10)
    half: float = Field(gt=0, le=4)
    cause: float = Field(gt=0, lt=1)
    amplifier: float = Field(gt=0, lt=1)
    noise: float = Field(ge=0, lt=0.5)
    agreement: float = Field(ge=0, le=1)
    redraws: int = Field(ge=50, le=5000)
    leave_out: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _ordered(self) -> RoleRules:
        if not self.amplifier < self.cause:
            raise ValueError("amplifier must lie below cause.")
        return self


class PatternRules(Strict):
    """When an asset moved: standard deviations of its own windows."""

    moved: float = Field(gt=0, le=3)
    assets: int = Field(ge=2, le=20)


class FlowRules(Strict):
    """The scenarios for funds that follow rules."""

    sessions: int = Field(ge=1, le=63)
    sigmas: tuple[float, ...]
    volatility_window: int = Field(ge=10, le=252)


class GammaRules(Strict):
    """How an option chain is re-priced."""

    business_days: int = Field(ge=240, le=366)
    range_pct: float = Field(gt=1, le=50)
    points: int = Field(ge=11, le=1001)
    chain_days: int = Field(ge=0, le=30)


class MicroRules(Strict):
    """Correlation, dispersion and concentration of risk."""

    correlation_sessions: int = Field(ge=10, le=252)
    absorption_sessions: int = Field(ge=60, le=1260)
    absorption_short: int = Field(ge=5, le=60)
    absorption_long: int = Field(ge=60, le=504)
    absorption_share: float = Field(gt=0, lt=1)
    half_life: int = Field(ge=20, le=504)


class Condition(Strict):
    """One condition of the capitulation list."""

    threshold: float
    side: Literal["above", "below"]
    why: Why


class CapitulationRules(Strict):
    """The list, and over which horizons what followed is counted."""

    horizons: tuple[int, ...]
    quiet_sessions: int = Field(ge=1, le=252)
    fewest_known: int = Field(ge=1)
    washed_out: float = Field(gt=0, le=1)
    not_yet: float = Field(ge=0, lt=1)
    conditions: dict[str, Condition] = Field(min_length=8)


class MomentumRules(Strict):
    """How falls of the momentum factor are counted."""

    high_sessions: int = Field(ge=20, le=504)
    drawdown_pct: float = Field(gt=0, lt=100)
    horizons: tuple[int, ...]
    quiet_sessions: int = Field(ge=1, le=252)


class SelloffParameters(Strict):
    """params/selloff.yaml."""

    window: WindowRules
    history: HistoryRules
    shocks: ShockRules
    drivers: dict[Literal["growth", "rates", "credit", "positioning"], DriverRules]
    default_growth: DefaultRules
    earnings: EarningsRules
    mechanical: MechanicalRules
    roles: RoleRules
    pattern: PatternRules
    flows: FlowRules
    gamma: GammaRules
    micro: MicroRules
    capitulation: CapitulationRules
    momentum: MomentumRules

    @model_validator(mode="after")
    def _all(self) -> SelloffParameters:
        if len(self.drivers) != len(DRIVERS) - 1:
            raise ValueError("give growth, rates, credit and positioning their signals.")
        return self
