"""The shape of params/engines.yaml: what each indicator is computed with, how it is scored, and what scores mean.

Only schemas; no number of judgement, and nothing is computed.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from fiveengines.base import yaml_files
from fiveengines.base.errors import ParameterError
from fiveengines.base.yaml_files import Strict

Engine = Literal["liquidity", "volatility", "breadth", "positioning", "rate_path"]
ENGINES: tuple[Engine, ...] = ("liquidity", "volatility", "breadth", "positioning", "rate_path")
Sessions = Annotated[int, Field(ge=1, le=2520, strict=True)]
# What a formula is computed with; which names and kinds an indicator needs is for its own record to say.
Setting = int | float | tuple[int, ...]


class ManualField(Strict):
    """A figure of one's own that only a person enters: what it is, its unit, and the values that can be true of it."""

    title: str = Field(min_length=3, max_length=80, pattern=r"^[^{}]+$")
    unit: str = Field(min_length=1, max_length=24)
    low: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)
    step: float = Field(default=0.1, gt=0)
    where: str = Field(default="", max_length=120)
    url: str = Field(default="", pattern=r"^(https://\S+)?$")
    question: str = Field(default="", max_length=200)

    @model_validator(mode="after")
    def _ordered(self) -> ManualField:
        if not self.low < self.high:
            raise ValueError("`low` must be below `high`.")
        return self


class ScoredIndicator(Strict):
    """One line of params/engines.yaml: what an indicator is computed with and how it is scored."""

    weight: float = Field(ge=0, le=10, strict=True)
    adverse: float | None = Field(default=None, allow_inf_nan=False, strict=True)
    supportive: float | None = Field(default=None, allow_inf_nan=False, strict=True)
    instead_of: str | None = None
    optional: bool = False
    most: float = Field(default=1.0, ge=0, le=1)
    settings: dict[str, Setting] = Field(default_factory=dict)
    why: str = Field(min_length=3)
    manual: ManualField | None = None

    @model_validator(mode="after")
    def _breakpoints(self) -> ScoredIndicator:
        if self.weight > 0:
            if self.adverse is None or self.supportive is None:
                raise ValueError(
                    "a scored indicator needs both `adverse` and `supportive`; set weight: 0 to only show it."
                )
            if self.adverse == self.supportive:
                raise ValueError("`adverse` and `supportive` are the same; they must differ.")
        return self


class BreadthSettings(Strict):
    """What breadth is counted from, and with how many."""

    fewest_members: int = Field(ge=1, strict=True)
    full_window: float = Field(gt=0, le=1)
    concentration_sessions: Sessions
    concentration_top: float = Field(gt=0, le=1)
    fewest_sectors: int = Field(ge=1, le=11, strict=True)
    issues: float = Field(gt=0)


class MarketMove(Strict):
    """A move of the index after which the modelled funds are asked what they would hold."""

    size: float = Field(gt=0, lt=50)
    sessions: Sessions


class InputSettings(Strict):
    """What several indicators are made from."""

    breadth: BreadthSettings
    market_move: MarketMove


class Labels(Strict):
    """Where one label ends and the next begins."""

    calm_below: float = Field(gt=0)
    elevated_from: float = Field(gt=0)
    shock_from: float = Field(gt=0)
    vix_curve_band: float = Field(ge=0, lt=0.5)
    curve_sessions: int = Field(ge=1, le=252)
    curve_threshold_bp: float = Field(gt=0)
    policy_quiet_sessions: int = Field(ge=20, le=504)

    @model_validator(mode="after")
    def _rising(self) -> Labels:
        if not self.calm_below < self.elevated_from < self.shock_from:
            raise ValueError("`calm_below`, `elevated_from` and `shock_from` must rise.")
        return self


class States(Strict):
    """Scores at which a state begins, where it is left again, and what one set by hand scores."""

    supportive: float = Field(gt=0, lt=1)
    adverse: float = Field(gt=-1, lt=0)
    release: float = Field(ge=0, lt=1)
    forced: float = Field(gt=0, le=1)

    @model_validator(mode="after")
    def _inside(self) -> States:
        if not self.release < min(self.supportive, -self.adverse):
            raise ValueError("`release` must be nearer to zero than `supportive` and `adverse`.")
        return self


class Direction(Strict):
    """How improving and deteriorating are distinguished from stable."""

    weeks: int = Field(ge=1, le=52)
    window_weeks: int = Field(ge=26, le=1000)
    min_weeks: int = Field(ge=2, le=1000)
    threshold: float = Field(gt=0, le=5)

    @model_validator(mode="after")
    def _fits(self) -> Direction:
        if self.min_weeks > self.window_weeks:
            raise ValueError("`min_weeks` must not exceed `window_weeks`.")
        return self


class Stress(Strict):
    """Sets of conditions of credit stress, and the highest score an engine may have while one holds in full.

    fade: the share of a threshold below which it counts nothing and above which it counts in full.
    """

    caps: dict[Engine, float]
    fade: float = Field(gt=0, lt=1)
    any: tuple[dict[str, Annotated[float, Field(gt=0)]], ...]


class Changes(Strict):
    """How far a score must move in a week to be news, or much, and how many engines are named."""

    least: float = Field(ge=0, le=2)
    much: float = Field(gt=0, le=4)
    most_engines: int = Field(ge=0, le=5)


class EngineParameters(Strict):
    """params/engines.yaml."""

    states: States
    direction: Direction
    minimum_coverage: float = Field(ge=0, le=1)
    minimum_indicators: int = Field(ge=1, strict=True)
    changes: Changes
    stress: Stress
    inputs: InputSettings
    labels: Labels
    engines: dict[Engine, dict[str, ScoredIndicator]]

    @model_validator(mode="after")
    def _complete(self) -> EngineParameters:
        missing = [name for name in ENGINES if name not in self.engines]
        if missing:
            raise ValueError(f"engine {missing[0]!r} is missing.")
        for engine, indicators in self.engines.items():
            if not any(each.weight > 0 for each in indicators.values()):
                raise ValueError(f"engine {engine!r} has no indicator with a weight.")
            for name, each in indicators.items():
                if each.instead_of is not None and each.instead_of not in indicators:
                    raise ValueError(
                        f"{engine}.{name}: `instead_of` names {each.instead_of!r}, which {engine} does not have."
                    )
        return self

    @property
    def settings(self) -> dict[str, dict[str, Setting]]:
        """Every indicator's settings by id, in the order of the file."""
        return {name: each.settings for lines in self.engines.values() for name, each in lines.items()}

    def quoted(self, name: str) -> dict[str, Setting]:
        """What an indicator's title and formula may quote by name: its own settings, and those that breadth shares."""
        return {**self.inputs.breadth.model_dump(), **self.indicator(name)[1].settings}

    def indicator(self, name: str) -> tuple[Engine, ScoredIndicator]:
        """The engine and the line of one indicator; an unknown one raises ParameterError."""
        for engine, indicators in self.engines.items():
            if name in indicators:
                return engine, indicators[name]
        known = [each for indicators in self.engines.values() for each in indicators]
        raise ParameterError(f"unknown indicator {name!r}.{yaml_files.suggestion(name, known)}")
