"""The shape of params/rate_shock.yaml: rate betas, the trigger, the source's rules and the stress windows.

Schemas only; no number of judgement is here.
"""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from fiveengines.base.parameters.engines import Sessions
from fiveengines.base.parameters.rotation import SampleRules
from fiveengines.base.yaml_files import Strict


class BetaRules(Strict):
    """How returns are regressed on changes of the real yield and of breakeven inflation."""

    windows: tuple[Sessions, ...] = Field(min_length=1)
    lags: int = Field(ge=0, le=60)
    level: float = Field(gt=0.5, lt=1)
    tickers: tuple[str, ...]
    duration_sessions: Sessions
    duration_step: Sessions
    significant: float = Field(gt=0, le=10)


class TriggerRules(Strict):
    """When the exposure to rates is proposed to be cut: a level of the 10-year yield and its speed."""

    level: float = Field(gt=0, le=20)
    rise: float = Field(gt=0, le=10)
    sessions: Sessions
    cut: float = Field(gt=0, le=1)


class ScreenRules(Strict):
    """Cash-flow durability: margins and debts that pass."""

    cash_flow_margin: float = Field(ge=0, le=1)
    most_debt: float = Field(gt=0, le=100)
    least_research: float = Field(ge=0, le=1)


class ReflexivityRules(Strict):
    """Dear while growth slows."""

    forward_pe: float = Field(gt=0, le=100)


class PolicyRules(Strict):
    """How meeting probabilities are read."""

    meeting_day_before: bool
    meetings: int = Field(ge=1, le=16)
    horizons: tuple[int, ...]
    known_from_month: int = Field(ge=1, le=12)


class PauseRules(Strict):
    """The source's sign of a Fed that holds against the market."""

    spread_bp: float
    reverse_repo: float


class SteepenerRules(Strict):
    """Delayed cuts: how likely no cut must be while cuts are priced, and the pair."""

    no_cut: float = Field(gt=0, le=100)
    priced_cut: float = Field(gt=0, le=5)
    long: str
    short: str


class BarbellRules(Strict):
    """A dovish turn of the futures, and the two ends of the barbell."""

    priced_turn: float = Field(gt=0, le=5)
    sessions: Sessions
    short_duration: tuple[str, ...]
    long_duration: str


class StressWindow(Strict):
    """A named past window: from the close of `start` to that of `end`."""

    name: str
    start: dt.date
    end: dt.date


class Shocks(Strict):
    """Hypothetical moves: points of yield, of breakeven and of spread, per cent of the index, a level of the VIX."""

    real_yield: float
    breakeven: float
    index: float
    vix: float
    spread: float


class Promised(Strict):
    """What the source says of its strategy, by the names of `StrategyRecord`: per cent, decay in points a year."""

    cagr: float
    max_drawdown: float
    correlation: float
    up_capture: float
    down_capture: float
    decay: float


class StrategyRules(Strict):
    """The plain three-layer strategy of the walk-forward."""

    equity: str
    value: str
    bonds: str
    variants_level: tuple[float, ...] = Field(min_length=2)
    variants_rise: tuple[float, ...] = Field(min_length=2)
    blocks: int = Field(ge=4, le=16)
    published: int = Field(ge=1990, le=2100)
    promised: Promised


class RateShockParameters(Strict):
    """params/rate_shock.yaml."""

    betas: BetaRules
    trigger: TriggerRules
    screen: ScreenRules
    reflexivity: ReflexivityRules
    policy: PolicyRules
    pause: PauseRules
    steepener: SteepenerRules
    barbell: BarbellRules
    windows: tuple[StressWindow, ...]
    shocks: Shocks
    strategy: StrategyRules
    samples: SampleRules
