"""What a person may set: the shape of params/*.yaml and of a week's parameters, checked before anything runs.

Only schemas and defaults; no number of judgement is here, and nothing is computed.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from fiveengines.base import paths, yaml_files
from fiveengines.base.engine_parameters import ENGINES as ENGINES  # noqa: PLC0414
from fiveengines.base.engine_parameters import Engine as Engine  # noqa: PLC0414
from fiveengines.base.engine_parameters import EngineParameters as EngineParameters  # noqa: PLC0414
from fiveengines.base.engine_parameters import States as States  # noqa: PLC0414
from fiveengines.base.errors import ParameterError
from fiveengines.base.playbook_parameters import PlaybookParameters
from fiveengines.base.portfolio_parameters import PortfolioRules
from fiveengines.base.research_parameters import ResearchParameters
from fiveengines.base.yaml_files import Strict

REGIME_NAMES = {1: "Broad bull", 2: "Fragile melt-up", 3: "Choppy range", 4: "Risk-off", 5: "Crisis"}
SourceName = Literal["demo", "files", "live"]
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


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


class TargetExposureRules(Strict):
    """Rules of step 3: from the engines' alignment to the share of the risk budget in use."""

    half_life_weeks: float = Field(gt=0, le=52)
    centre: float = Field(ge=-1, le=1)
    gain: float = Field(gt=0, le=20)
    step_threshold: float = Field(ge=0, le=1)
    least_contribution: float = Field(ge=0, le=1)
    most_up_per_week: float = Field(gt=0, le=1)
    most_down_per_week: float = Field(gt=0, le=1)
    caps_by_regime: dict[int, float]

    @field_validator("caps_by_regime")
    @classmethod
    def _caps(cls, value: dict[int, float]) -> dict[int, float]:
        if sorted(value) != [1, 2, 3, 4, 5] or not all(0 <= cap <= 1 for cap in value.values()):
            raise ValueError("give each regime 1 to 5 a cap between 0 and 1.")
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


class WeeklyParameters(Strict):
    """params/weekly.yaml: which files a week is read with, and where things are. Paths are relative to that file."""

    source: SourceName = "demo"
    data_dir: str | None = None
    as_of: dt.date | None = None
    engines: str = "engines.yaml"
    regimes: str = "regimes.yaml"
    portfolio: str = "portfolio.yaml"
    playbook: str = "playbook.yaml"
    research: str = "research.yaml"
    overrides: str = "overrides"
    events: str = "events.yaml"
    demo_seed: int = Field(default=7, ge=0, lt=2**32)
    history_start: dt.date = Field(default=dt.date(2006, 1, 6), ge=dt.date(2001, 1, 5))


class RunParameters(Strict):
    """What a notebook or the command line may say; every value is plain JSON by `model_dump(mode="json")`."""

    as_of: dt.date | None = None
    source: SourceName | None = None
    data_dir: str | None = None
    params_file: str | None = None
    out_dir: str | None = None

    @field_validator("as_of", mode="before")
    @classmethod
    def _a_date(cls, value: object) -> object:
        # A bare number would count as seconds since 1970.
        if not (value is None or isinstance(value, dt.date) or _DATE.match(str(value))):
            raise ValueError("a date is written as YYYY-MM-DD.")
        return value


class Parameters(Strict):
    """Everything a week is read with, from one weekly.yaml and the files it names."""

    file: Path
    weekly: WeeklyParameters
    engines: EngineParameters
    regimes: RegimeParameters
    portfolio: PortfolioParameters
    playbook: PlaybookParameters
    research: ResearchParameters

    def line_of(self, engine: str, name: str) -> str:
        """Where an indicator is defined: file and line, for messages."""
        path = self.beside(self.weekly.engines)
        line = yaml_files.line_of(path, ("engines", engine, name))
        return f"{path}, line {line}" if line else str(path)

    def source_of(self, run: RunParameters) -> tuple[SourceName, str | None]:
        """The source that a run reads and its folder: what the run says, else weekly.yaml; the demo has no folder."""
        source = run.source or self.weekly.source
        if source == "demo":
            return source, None
        own = self.weekly.data_dir
        return source, run.data_dir or (str(self.beside(str(Path(own).expanduser()))) if own else None)

    def beside(self, name: str) -> Path:
        """A path named in weekly.yaml, relative to that file."""
        return (self.file.parent / name).resolve()


def load(file: Path | str | None = None) -> Parameters:
    """Read and check weekly.yaml (default: the project's) and the files it names."""
    path = Path(file).expanduser() if file else paths.params_file()
    return _load(path.resolve(), _stamp(path))


def _stamp(path: Path) -> tuple[float, ...]:
    """Modification times of the YAML files beside `path`, so that an edit is seen without a restart."""
    return tuple(each.stat().st_mtime for each in sorted(path.parent.glob("*.yaml")))


@lru_cache(maxsize=8)
def _load(path: Path, stamp: tuple[float, ...]) -> Parameters:
    weekly = yaml_files.load_model(path, WeeklyParameters)
    return Parameters(
        file=path,
        weekly=weekly,
        engines=yaml_files.load_model(path.parent / weekly.engines, EngineParameters),
        regimes=yaml_files.load_model(path.parent / weekly.regimes, RegimeParameters),
        portfolio=yaml_files.load_model(path.parent / weekly.portfolio, PortfolioParameters),
        playbook=yaml_files.load_model(path.parent / weekly.playbook, PlaybookParameters),
        research=yaml_files.load_model(path.parent / weekly.research, ResearchParameters),
    )


def run_parameters(values: Mapping[str, Any]) -> RunParameters:
    """Check what a notebook or the command line says; an unknown name or impossible value is one clear line."""
    unknown = [name for name in values if name not in RunParameters.model_fields]
    if unknown:
        near = difflib.get_close_matches(unknown[0], RunParameters.model_fields, n=1)
        hint = f"Did you mean {near[0]!r}?" if near else f"Known: {', '.join(RunParameters.model_fields)}."
        raise ParameterError(f"unknown parameter {unknown[0]!r}.", remedy=hint)
    try:
        return RunParameters.model_validate({k: v if v != "" else None for k, v in values.items()})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"]))
        remedy = "Write dates as YYYY-MM-DD." if name == "as_of" else first["msg"] + "."
        raise ParameterError(f"{name}: {first['input']!r} is not possible.", remedy=remedy) from None
