"""params/regimes.yaml: severity, participation, crisis, forecasts, inflections, styles and the watch list.

Schemas and refusals only; nothing is read or computed.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from fiveengines.base.parameters.engines import Engine
from fiveengines.base.yaml_files import Strict

REGIME_NAMES = {1: "Broad bull", 2: "Fragile melt-up", 3: "Choppy range", 4: "Risk-off", 5: "Crisis"}


class Line(Strict):
    """Where a line from -1 to +1 begins and ends, in the indicator's unit."""

    adverse: float
    supportive: float

    @model_validator(mode="after")
    def _differ(self) -> Line:
        if self.adverse == self.supportive:
            raise ValueError("`adverse` and `supportive` are the same; they must differ.")
        return self


class Severity(Strict):
    """The axis from calm to stressed, and where a bull market ends and risk-off begins on it."""

    weights: dict[Engine, float]
    bull: float = Field(gt=-2, lt=2)
    risk_off: float = Field(gt=-2, lt=2)
    hysteresis: float = Field(ge=0, lt=1)
    settle_weeks: int = Field(ge=0, le=26)
    most_flip: float = Field(gt=0, le=4)
    softness: float = Field(gt=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> Severity:
        if not self.weights or min(self.weights.values()) <= 0:
            raise ValueError("`weights` needs at least one engine, each with a weight above 0.")
        if self.bull - self.hysteresis <= self.risk_off + self.hysteresis:
            raise ValueError("`bull` must be above `risk_off` by more than twice the `hysteresis`.")
        return self


class Participation(Strict):
    """How a broad advance is told from a narrow one."""

    lines: dict[str, Line] = Field(min_length=1)
    average_weeks: int = Field(ge=1, le=52)
    boundary: float = Field(ge=-1, le=1)
    hysteresis: float = Field(ge=0, lt=1)
    softness: float = Field(gt=0, le=1)


class Crisis(Strict):
    """Acute evidence that regime 5 needs."""

    vix_enter: float = Field(gt=0)
    vix_stay: float = Field(gt=0)
    severity_enter: float = Field(ge=-3, le=0)
    severity_stay: float = Field(ge=-3, le=0)
    breadth_200d: float = Field(ge=0, le=100)
    breadth_50d: float = Field(ge=0, le=100)
    hy_spread: float = Field(gt=0)
    hy_spread_change_8w: float = Field(gt=0)
    baa_spread: float = Field(gt=0)
    membership: float = Field(gt=0.5, lt=1)


class Call(Strict):
    """What a call needs at least."""

    least_engines: int = Field(ge=1, le=5)
    close_within_sessions: int = Field(ge=1, le=20)


class Forecast(Strict):
    """How expected volatility and the regime to come are estimated."""

    sessions: int = Field(ge=5, le=63)
    averages: tuple[int, ...] = Field(min_length=1)
    half_life_weeks: float = Field(gt=0, le=2000)
    least_weeks: int = Field(ge=26, le=1000)
    regime_weeks: int = Field(ge=1, le=26)
    bandwidth: float = Field(gt=0, le=5)
    other_regime: float = Field(ge=0, le=1)
    prior_weeks: float = Field(gt=0, le=100)


class BreadthInflection(Strict):
    """Wash-out and recovery of participation, in per cent of members above their 50-day average."""

    washed_out: float = Field(ge=0, le=100)
    recovered: float = Field(ge=0, le=100)
    healthy: float = Field(ge=0, le=100)
    broken: float = Field(ge=0, le=100)
    full_move: float = Field(gt=0, le=100)
    full_depth: float = Field(gt=0, le=100)
    within_weeks: int = Field(ge=1, le=104)
    quiet_weeks: int = Field(ge=0, le=104)


class VolatilityInflection(Strict):
    """VIX falling off a peak, or jumping out of calm."""

    peak: float = Field(gt=0)
    fallen_to: float = Field(gt=0, lt=1)
    calm: float = Field(gt=0)
    risen_by: float = Field(gt=1)
    strength_of_fall: float = Field(gt=0, le=10)
    full_rise: float = Field(gt=0, le=10)
    within_weeks: int = Field(ge=1, le=104)
    quiet_weeks: int = Field(ge=0, le=104)


class ScoreInflection(Strict):
    """An engine's score turning from an extreme."""

    extreme: float = Field(gt=0, le=1)
    turned_by: float = Field(gt=0, le=2)
    within_weeks: int = Field(ge=1, le=104)
    quiet_weeks: int = Field(ge=0, le=104)


class Inflections(Strict):
    """Rules of step 5; `announce` names the engines whose improving inflections count as one of the market."""

    breadth: BreadthInflection
    volatility: VolatilityInflection
    liquidity: ScoreInflection
    positioning: ScoreInflection
    rate_path: ScoreInflection
    announce: tuple[Engine, ...]
    reversal_share: float = Field(gt=0, le=1)
    least_strength: float = Field(gt=0, le=1)
    recent_weeks: int = Field(ge=1, le=104)
    sequence_weeks: int = Field(ge=1, le=520)


class WatchList(Strict):
    """How near a threshold must be in usual weekly moves, how those are measured, and how many are listed."""

    within_usual_moves: float = Field(gt=0, le=20)
    most: int = Field(ge=1, le=50)
    window_weeks: int = Field(ge=4, le=1000)
    min_weeks: int = Field(ge=2, le=1000)


class BriefRules(Strict):
    """Which confidence is called high or medium, how much is named, and in what steps flips are searched."""

    high_confidence: float = Field(gt=0, lt=1)
    medium_confidence: float = Field(gt=0, lt=1)
    high_from_usual_weeks: float = Field(ge=0, le=10)
    most_changes: int = Field(ge=1, le=20)
    most_flips: int = Field(ge=1, le=10)
    most_state_flips: int = Field(ge=0, le=10)
    step_usual_moves: float = Field(gt=0, le=1)

    @model_validator(mode="after")
    def _ordered(self) -> BriefRules:
        if self.medium_confidence >= self.high_confidence:
            raise ValueError("`medium_confidence` must be below `high_confidence`.")
        return self


StyleName = Literal["trend_following", "mean_reversion", "capital_preservation", "selective_re_entry"]


class Tape(Strict):
    """What the tape of the last quarter is measured with."""

    window: int = Field(ge=20, le=504)
    trending_efficiency: float = Field(ge=0, le=1)
    choppy_efficiency: float = Field(ge=0, le=1)
    variance_ratio_days: int = Field(ge=2, le=60)
    breakout_window: int = Field(ge=5, le=252)
    breakout_hold: int = Field(ge=1, le=60)


class Styles(Strict):
    """Rules of step 4."""

    by_regime: dict[int, StyleName]
    re_entry_weeks: int = Field(ge=1, le=52)
    re_entry_needs: tuple[Engine, ...]
    tape: Tape


class RegimeParameters(Strict):
    """params/regimes.yaml."""

    severity: Severity
    participation: Participation
    crisis: Crisis
    call: Call
    forecast: Forecast
    inflections: Inflections
    watch_list: WatchList
    brief: BriefRules
    styles: Styles
