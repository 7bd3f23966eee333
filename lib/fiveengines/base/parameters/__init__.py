"""What a person may set: one module a file of params/, and here a week's parameters, checked before anything runs.

Only schemas and defaults; no number of judgement is here, and nothing is computed.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator

from fiveengines.base import paths, yaml_files
from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters.consistency import ConsistencyParameters
from fiveengines.base.parameters.engines import ENGINES, Engine, EngineParameters, States
from fiveengines.base.parameters.playbook import PlaybookParameters
from fiveengines.base.parameters.portfolio import PortfolioParameters, TargetExposureRules
from fiveengines.base.parameters.regimes import REGIME_NAMES, Inflections, RegimeParameters, Styles
from fiveengines.base.parameters.research import ResearchParameters
from fiveengines.base.yaml_files import Strict

__all__ = [
    "ENGINES", "REGIME_NAMES", "ConsistencyParameters", "Engine", "EngineParameters", "Inflections", "Parameters",
    "PlaybookParameters",
    "PortfolioParameters", "RegimeParameters", "ResearchParameters", "RunParameters", "SourceName", "States", "Styles",
    "TargetExposureRules", "WeeklyParameters", "asked", "load", "run_parameters",
]  # fmt: skip


SourceName = Literal["demo", "files", "live"]
_DATE = re.compile(r"\d{4}-\d\d-\d\d")


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
    consistency: str = "consistency.yaml"
    overrides: str = "overrides"
    events: str = "events.yaml"
    demo_seed: int = Field(default=7, ge=0, lt=2**32)
    companions: str = Field(default="none", alias="with")
    history_start: dt.date = Field(default=dt.date(1997, 1, 3), ge=dt.date(1990, 1, 12))


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
    consistency: ConsistencyParameters

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

    def overrides_of(self, source: str) -> Path:
        """Folder of the manual readings that belong to one source of data."""
        return self.beside(self.weekly.overrides) / source

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
        consistency=yaml_files.load_model(path.parent / weekly.consistency, ConsistencyParameters),
    )


def run_parameters(values: Mapping[str, Any]) -> RunParameters:
    """Check what a notebook or the command line says; an unknown name or impossible value is one clear line."""
    unknown = [name for name in values if name not in RunParameters.model_fields]
    if unknown:
        hint = yaml_files.suggestion(unknown[0], RunParameters.model_fields)
        raise ParameterError(f"unknown parameter {unknown[0]!r}.{hint}")
    try:
        return RunParameters.model_validate({k: v if v != "" else None for k, v in values.items()})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = ".".join(map(str, first["loc"]))
        remedy = "Write dates as YYYY-MM-DD." if name == "as_of" else first["msg"] + "."
        raise ParameterError(f"{name}: {first['input']!r} is not possible.", remedy=remedy) from None


def asked(
    as_of: dt.date | str | None,
    source: str | None,
    data_dir: str | Path | None,
    params_file: str | Path | None,
    out_dir: str | Path | None,
) -> RunParameters:
    """What a caller asks for in Python, checked as a notebook's parameters are; what is empty counts as not given."""
    given = {
        "as_of": as_of,
        "source": source,
        "data_dir": data_dir,
        "params_file": params_file,
        "out_dir": out_dir,
    }
    return run_parameters({name: str(value) if value else None for name, value in given.items()})
