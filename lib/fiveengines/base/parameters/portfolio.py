"""The portfolio as a person writes it down: instruments, limits, tilts, tranches and today's holdings, checked.

Schemas and refusals only; weights are computed in `portfolio`, and no number of judgement is here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator, model_validator

from fiveengines.base.parameters.engines import Engine
from fiveengines.base.yaml_files import Strict, suggestion

Part = Literal["equity", "bond", "cash"]
Role = Literal["large", "small", "growth", "cyclical", "quality", "defensive", "duration"]
Ticker = Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9.\-]{0,11}$")]
Share = Annotated[float, Field(ge=0, le=1)]
# Weights are written with a few decimals; a sum may be off by this much.
ROUNDING = 1e-6


class Instrument(Strict):
    """One line of the portfolio: what it is, its strategic weight, and how far it may stray."""

    part: Part
    core: Share
    least: Share = 0.0
    most: Share = 1.0
    roles: tuple[Role, ...] = ()

    @model_validator(mode="after")
    def _inside(self) -> Instrument:
        if not self.least <= self.core <= self.most:
            raise ValueError(
                f"the core weight {self.core:g} must lie between `least` {self.least:g} and `most` {self.most:g}."
            )
        if self.part == "cash" and self.roles:
            raise ValueError("cash has no roles.")
        if "duration" in self.roles and self.part != "bond":
            raise ValueError("only bonds have the role `duration`.")
        return self


class Tilt(Strict):
    """How far a role is tilted at a full signal (share of the portfolio), and which engines speak for it or against."""

    size: float = Field(ge=0, le=0.3)
    engines: dict[Engine, float]

    @field_validator("engines")
    @classmethod
    def _full(cls, value: dict[Engine, float]) -> dict[Engine, float]:
        if abs(sum(abs(each) for each in value.values()) - 1.0) > ROUNDING:
            raise ValueError("the engines' shares must add to 1 in size, so that a full signal is 1.")
        return value


class Tranche(Strict):
    """A step of a phased entry: open after a drawdown with engines improving, or with enough engines supportive."""

    share: float = Field(gt=0, le=1)
    drawdown: float = Field(ge=0, le=90)
    improving: int = Field(ge=0, le=5)
    supportive: int = Field(ge=0, le=5)


class Entry(Strict):
    """Phased entry: how long a drawdown counts, and the tranches in order."""

    drawdown_weeks: int = Field(ge=1, le=260)
    tranches: tuple[Tranche, ...]

    @field_validator("tranches")
    @classmethod
    def _whole(cls, value: tuple[Tranche, ...]) -> tuple[Tranche, ...]:
        total = sum(each.share for each in value)
        if abs(total - 1.0) > ROUNDING:
            raise ValueError(f"the tranches' shares add to {total:g}; they must add to 1.")
        return value


class PortfolioRules(Strict):
    """The `portfolio` part of params/portfolio.yaml. All weights are shares of the portfolio."""

    value: float | None = Field(default=None, gt=0)
    cost_bp: float = Field(ge=0, le=500)
    minimum_trade: float = Field(ge=0, le=0.2)
    most_turnover: float = Field(gt=0, le=1)
    direction_counts: float = Field(ge=0, le=1)
    least_reason: float = Field(ge=0, le=1)
    instruments: dict[Ticker, Instrument]
    tilts: dict[Role, Tilt]
    entry: Entry
    holdings: dict[str, float] | None = None

    @field_validator("instruments")
    @classmethod
    def _whole(cls, value: dict[str, Instrument]) -> dict[str, Instrument]:
        total = sum(each.core for each in value.values())
        if abs(total - 1.0) > ROUNDING:
            raise ValueError(f"core weights add to {total:g}; they must add to 1.")
        cash = [ticker for ticker, each in value.items() if each.part == "cash"]
        if len(cash) != 1:
            raise ValueError(f"exactly one instrument must be cash; there are {len(cash)}.")
        return value

    @model_validator(mode="after")
    def _known(self) -> PortfolioRules:
        used = {role for each in self.instruments.values() for role in each.roles}
        idle = [role for role, tilt in self.tilts.items() if role not in used and tilt.size > 0]
        if idle:
            raise ValueError(f"tilts: no instrument has the role {idle[0]!r}.")
        if self.holdings is not None:
            self._check_holdings(self.holdings)
        return self

    def _check_holdings(self, held: dict[str, float]) -> None:
        for ticker, weight in held.items():
            if ticker not in self.instruments:
                raise ValueError(
                    f"holdings: unknown ticker {ticker!r}.{suggestion(ticker, self.instruments)}"
                )
            if weight < 0:
                word = "negative cash" if self.instruments[ticker].part == "cash" else "a negative weight"
                raise ValueError(
                    f"holdings: {ticker} has {word} ({weight:g}). Enter what you own, without borrowing."
                )
        total = sum(held.values())
        if abs(total - 1.0) > 0.005:
            hint = (
                " Is a position or the cash missing?"
                if total < 1
                else " Are they per cent instead of shares?"
            )
            raise ValueError(f"holdings: weights add to {total:g}; they must add to 1.{hint}")

    def total(self, part: Part, field: Literal["core", "least", "most"]) -> float:
        """Sum of a field over the instruments of one part."""
        return float(sum(getattr(each, field) for each in self.instruments.values() if each.part == part))

    def check_band(self, low: float, high: float) -> None:
        """ValueError when the instruments' limits cannot hold an equity share from `low` to `high`."""
        high = min(high, 1.0)
        most_equity = min(
            self.total("equity", "most"), 1.0 - self.total("bond", "least") - self.total("cash", "least")
        )
        least_equity = max(
            self.total("equity", "least"), 1.0 - self.total("bond", "most") - self.total("cash", "most")
        )
        if least_equity > low + ROUNDING:
            raise ValueError(
                f"the limits keep equity at {least_equity:.0%} or more, but the band begins at {low:.0%}."
            )
        if most_equity < high - ROUNDING:
            raise ValueError(
                f"the limits keep equity at {most_equity:.0%} or less, but the band ends at {high:.0%}."
            )


def _each_regime(value: dict[int, float]) -> dict[int, float]:
    if sorted(value) != [1, 2, 3, 4, 5] or not all(0 <= share <= 1 for share in value.values()):
        raise ValueError("give each regime 1 to 5 a share between 0 and 1.")
    return value


ShareByRegime = Annotated[dict[int, float], AfterValidator(_each_regime)]


class ReEntry(Strict):
    """The path back into the market after an improving inflection, for as long as the low before it holds."""

    share: float = Field(ge=0, le=1)
    weeks: int = Field(ge=1, le=52)
    keep_weeks: int = Field(ge=1, le=104)
    prior_weeks: int = Field(ge=1, le=260)
    low_weeks: int = Field(ge=1, le=104)


class TargetExposureRules(Strict):
    """Rules of step 3: the engines that lean × the unit of risk, with a way back in, limits and a no-trade band."""

    lean: dict[Engine, float]
    half_life_weeks: float = Field(gt=0, le=52)
    centre: float = Field(ge=-1, le=1)
    gain: float = Field(gt=0, le=20)
    normal_volatility: float = Field(gt=0, le=100)
    step_threshold: float = Field(ge=0, le=1)
    least_contribution: float = Field(ge=0, le=1)
    most_up_per_week: float = Field(gt=0, le=1)
    most_down_per_week: float = Field(gt=0, le=1)
    caps_by_regime: ShareByRegime
    re_entry: ReEntry

    @field_validator("lean")
    @classmethod
    def _weights(cls, value: dict[str, float]) -> dict[str, float]:
        if not value or min(value.values()) <= 0:
            raise ValueError("`lean` needs at least one engine, each with a weight above 0.")
        return value


Profile = Literal["cautious", "balanced", "growth"]


class PortfolioParameters(Strict):
    """params/portfolio.yaml."""

    target_exposure: TargetExposureRules
    risk_profile: Profile
    bands: dict[Profile, tuple[float, float]]
    actual_exposure: float | None = Field(default=None, ge=0, le=2)
    portfolio: PortfolioRules | None = None

    @field_validator("bands")
    @classmethod
    def _bands(cls, value: dict[Profile, tuple[float, float]]) -> dict[Profile, tuple[float, float]]:
        for name, (low, high) in value.items():
            if not 0 <= low < high <= 2:
                raise ValueError(f"band {name!r} must rise from at least 0 to at most 2.")
        return value

    @field_validator("portfolio")
    @classmethod
    def _fits(cls, value: PortfolioRules | None, info: ValidationInfo) -> PortfolioRules | None:
        bands, profile = info.data.get("bands", {}), info.data.get("risk_profile")
        if value is not None and profile in bands:
            value.check_band(*bands[profile])
        return value

    @model_validator(mode="after")
    def _has_its_band(self) -> PortfolioParameters:
        if self.risk_profile not in self.bands:
            raise ValueError(f"`bands` lacks the profile {self.risk_profile!r}.")
        return self

    @property
    def exposure_today(self) -> float | None:
        """`actual_exposure` where it is given, else the equity share of the holdings; None without either."""
        if self.actual_exposure is not None or self.portfolio is None or self.portfolio.holdings is None:
            return self.actual_exposure
        held, lines = self.portfolio.holdings, self.portfolio.instruments
        return sum(held[each] for each in held if lines[each].part == "equity") / sum(held.values())
