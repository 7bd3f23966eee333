"""The shape of params/research.yaml: how the evidence counts, and how the benchmark models are set up.

Only schemas; no number of judgement, and nothing is computed.
"""

from __future__ import annotations

from pydantic import Field

from fiveengines.base.parameters.portfolio import ShareByRegime
from fiveengines.base.yaml_files import Strict


class Horizons(Strict):
    """How far ahead outcomes are measured."""

    month_weeks: int = Field(ge=1, le=13)
    quarter_weeks: int = Field(ge=2, le=52)
    sessions: int = Field(ge=2, le=260)


class Bootstrap(Strict):
    """The stationary bootstrap behind every interval."""

    mean_block_weeks: int = Field(ge=1, le=260)
    draws: int = Field(ge=100, le=20_000)
    level: float = Field(gt=0.5, lt=1)
    seed: int = Field(ge=0, lt=2**32)


class AnalogRules(Strict):
    """How many past weeks are shown, and how much they must share with this one."""

    count: int = Field(ge=1, le=30)
    min_engines: int = Field(ge=1, le=5)


class WalkForwardRules(Strict):
    """Costs, and the simple rules that the target exposure is held against."""

    cost: float = Field(ge=0, lt=0.1)
    average_days: int = Field(ge=2, le=504)
    target_volatility: float = Field(gt=0, le=100)
    target_days: int = Field(ge=2, le=504)
    target_band: float = Field(ge=0, le=1)
    exposure_by_regime: ShareByRegime


class BenchmarkRules(Strict):
    """How the hidden Markov model and the jump model are fitted; hashable, because fits are cached by it."""

    min_sessions: int = Field(ge=60)
    recent_years: int = Field(ge=1, le=50)
    seed: int = Field(ge=0, lt=2**32)
    hmm_stay: float = Field(gt=0.5, lt=1)
    hmm_variance_ratio: float = Field(gt=1)
    hmm_iterations: int = Field(ge=1)
    hmm_tolerance: float = Field(gt=0)
    jump_penalty: float = Field(ge=0)
    downside_half_life: float = Field(gt=0)
    sortino_half_lives: tuple[float, ...]
    clip: float = Field(gt=0)
    least_downside: float = Field(gt=0)


class SensitivityRules(Strict):
    """By how much numbers are moved, and how many weeks may then read another regime."""

    move: float = Field(gt=0, lt=1)
    target: float = Field(gt=0, lt=1)


class CallRecordRules(Strict):
    """How calls that were told are marked."""

    backfill_days: int = Field(ge=0, le=90)
    enough_weeks: int = Field(ge=2, le=520)


class ResearchParameters(Strict):
    """params/research.yaml."""

    min_weeks: int = Field(ge=2)
    small_sample: int = Field(ge=1)
    quiet_weeks: int = Field(ge=0, le=52)
    horizons: Horizons
    bootstrap: Bootstrap
    analogs: AnalogRules
    walk_forward: WalkForwardRules
    call_record: CallRecordRules
    benchmark_models: BenchmarkRules
    sensitivity: SensitivityRules
