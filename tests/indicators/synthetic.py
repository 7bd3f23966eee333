"""Small markets made by hand: series on sessions without a release lag, and datasets with the catalog's own rules."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd

from fiveengines.base import parameters
from fiveengines.data import calendars
from fiveengines.data.catalog import lookup
from fiveengines.data.dataset import Dataset, Members, series_data
from fiveengines.data.panel import Panel
from fiveengines.indicators import IndicatorValues, Inputs, evaluate, indicator

SHIPPED = parameters.load().engines
ROWS = 900
DAYS = pd.bdate_range("2010-01-04", periods=ROWS)


class OnSessions:
    """A panel whose series are known on their own session, in billions where anybody asks for billions."""

    def __init__(self, series: Mapping[str, np.ndarray]) -> None:
        self.series = {
            name: pd.Series(values, index=DAYS, dtype="float64") for name, values in series.items()
        }
        self.sessions = DAYS

    def __contains__(self, name: str) -> bool:
        return name in self.series

    def daily(self, name: str) -> pd.Series:
        return self.series.get(name, pd.Series(np.nan, index=DAYS))

    billions = daily

    def first_of(self, *names: str) -> pd.Series:
        found = self.daily(names[0])
        for name in names[1:]:
            found = found.fillna(self.daily(name))
        return found

    def reports(self, names: list[str]) -> pd.DataFrame:
        return pd.DataFrame({name: self.series[name] for name in names if name in self})

    def from_reports(self, values: pd.Series, name: str) -> pd.Series:
        return values.reindex(DAYS)


def computed(name: str, breadth: Mapping[str, object] | None = None, **series: np.ndarray) -> np.ndarray:
    """An indicator's values on DAYS with the settings that ship; `breadth` stands for counted breadth."""
    inputs = Inputs(OnSessions(series), SHIPPED.inputs)  # type: ignore[arg-type]
    if breadth is not None:
        inputs.breadth = SimpleNamespace(**breadth)  # type: ignore[assignment]
    found = indicator(name).values(inputs, SHIPPED.settings[name])
    return found.bfill(axis=1).iloc[:, 0].to_numpy() if isinstance(found, pd.DataFrame) else found.to_numpy()


def by_basis(**bases: np.ndarray) -> pd.DataFrame:
    """Counted breadth on DAYS, a column a basis."""
    return pd.DataFrame(bases, index=DAYS)


def dataset(members: pd.DataFrame | None = None, **series: pd.Series) -> Dataset:
    """A dataset of these observations (in the catalog's units), each public when its release rule says."""
    held = {}
    for name, values in series.items():
        days = pd.DatetimeIndex(values.index.astype("datetime64[s]"))
        public = calendars.published_at(lookup(name), days)
        held[name] = series_data(name, days, values.to_numpy(), public, provider="hand", origin="test")
    return Dataset("files", held, Members(members) if members is not None else None)


def read(market: Dataset, *days: str, names: list[str]) -> IndicatorValues:
    """The named indicators of a dataset on these sessions, with what ships."""
    dates = pd.DatetimeIndex(days)
    return evaluate(Panel(market, dates[-1]), dates, SHIPPED, names)


def named_in_tests(engine: str) -> set[str]:
    """The words that the tests of an engine's own module name: an indicator's id is among them when one tests it."""
    module = ast.parse((Path(__file__).parent / f"test_{engine}.py").read_text(encoding="utf-8"))
    tests = [
        each for each in module.body if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")
    ]
    words = [node for test in tests for node in ast.walk(test) if isinstance(node, ast.Constant)]
    return {word.value for word in words if isinstance(word.value, str)}
