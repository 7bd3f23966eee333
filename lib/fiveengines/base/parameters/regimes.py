"""params/regimes.yaml: prototypes of the regimes, crisis and shock, inflections, styles and the watch list.

Schemas and refusals only; nothing is read or computed.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from fiveengines.base.parameters.engines import ENGINES, Engine
from fiveengines.base.yaml_files import Strict

REGIME_NAMES = {1: "Broad bull", 2: "Fragile melt-up", 3: "Choppy range", 4: "Risk-off", 5: "Crisis"}


class Crisis(Strict):
    """Acute evidence that regime 5 needs."""

    vix_enter: float = Field(gt=0)
    vix_stay: float = Field(gt=0)
    breadth_200d: float = Field(ge=0, le=100)
    breadth_50d: float = Field(ge=0, le=100)
    hy_spread: float = Field(gt=0)
    hy_spread_change_8w: float = Field(gt=0)
    baa_spread: float = Field(gt=0)


class Shock(Strict):
    """When a fall into a worse regime is not made to wait."""

    vix_ratio: float = Field(gt=1)
    weeks: int = Field(ge=1, le=26)
    volatility_below: float = Field(ge=-1, le=1)
    from_regime: int = Field(ge=1, le=5)
    weight: float = Field(ge=0, le=1)


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

    prototypes: dict[int, dict[Engine, float]]
    sharpness: float = Field(gt=0, le=100)
    half_life_weeks: float = Field(gt=0, le=26)
    margin: float = Field(ge=0, lt=1)
    undecided: int = Field(ge=1, le=5)
    flip_step: float = Field(gt=0, le=0.5)
    crisis: Crisis
    shock: Shock
    inflections: Inflections
    watch_list: WatchList
    styles: Styles

    @field_validator("prototypes")
    @classmethod
    def _five(cls, value: dict[int, dict[Engine, float]]) -> dict[int, dict[Engine, float]]:
        if sorted(value) != [1, 2, 3, 4, 5]:
            raise ValueError("there must be exactly the regimes 1 to 5.")
        for number, point in value.items():
            missing = [engine for engine in ENGINES if engine not in point]
            if missing:
                raise ValueError(f"regime {number} lacks {missing[0]!r}.")
        return value
