"""What the data say on every reading date, measured once for the same data, settings and code.

The measured frames go through the cache as one table; the panel and what is derived from it on demand do not.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping

import pandas as pd

from fiveengines.base import cache
from fiveengines.base.parameters import Parameters
from fiveengines.data.dataset import Dataset
from fiveengines.data.panel import Panel
from fiveengines.indicators import IndicatorValues
from fiveengines.indicators.evaluate import titles
from fiveengines.indicators.indicator import Inputs
from fiveengines.model.readings import Measured, measure
from fiveengines.overrides.computed_from import library_versions

# The rooms that measuring happens in.
_ROOMS = ("base", "data", "indicators", "model")
_VALUES = ("values", "observed", "known_at", "input_set")
_OTHERS = ("tape", "labels", "market")
_DATE = "date"


def measured(dataset: Dataset, as_of: pd.Timestamp, params: Parameters) -> Measured:
    """As `model.readings.measure_all`, from the cache when the same was measured before.

    Nothing that is judged after measuring (weights, breakpoints, manual readings) is a part of the key.
    """
    panel = Panel(dataset, as_of)
    known, (engines, regimes) = panel.dataset, (params.engines, params.regimes)
    made_from = (
        known.source,
        known.fingerprint(),
        None if known.members is None else sorted(known.members.sectors.items()),
        as_of,
        params.weekly.history_start,
        {engine: [*lines] for engine, lines in engines.engines.items()},
        engines.settings,
        engines.inputs,
        engines.labels,
        (regimes.styles, regimes.forecast, regimes.call),
        library_versions(),
        cache.code_key(*_ROOMS),
    )
    made: list[Measured] = []

    def make() -> pd.DataFrame:
        made.append(measure(panel, params))
        return _table(made[0])

    table = cache.stored("measured", f"{cache.key_of(made_from)}.arrow", make, _read, _write)
    return made[0] if made else _measured(table, panel, params)


def _read(content: bytes) -> pd.DataFrame:
    return pd.read_feather(io.BytesIO(content))


def _write(table: pd.DataFrame) -> bytes:
    held = io.BytesIO()
    table.to_feather(held)
    return held.getvalue()


def _table(of: Measured) -> pd.DataFrame:
    """Every measured frame side by side: columns "frame/column", and the reading dates as the last column."""
    columns = {
        f"{name}/{column}": frame[column] for name, frame in _frames(of) for column in map(str, frame.columns)
    }
    return pd.DataFrame({**columns, _DATE: of.measurements.values.index}).reset_index(drop=True)


def _frames(of: Measured) -> Iterator[tuple[str, pd.DataFrame]]:
    yield from ((name, getattr(of.measurements, name)) for name in _VALUES)
    yield "breadth_basis", of.measurements.breadth_basis.to_frame("")
    yield from ((name, getattr(of, name)) for name in _OTHERS)
    yield from ((f"path {name}", frame) for name, frame in of.paths.items())


def _measured(table: pd.DataFrame, panel: Panel, params: Parameters) -> Measured:
    dates = pd.DatetimeIndex(table.pop(_DATE).to_numpy())
    frames: dict[str, dict[str, pd.Series]] = {}
    for name, column in table.set_axis(dates).items():
        frame, _, of = str(name).partition("/")
        frames.setdefault(frame, {})[of] = column
    found: Mapping[str, pd.DataFrame] = {name: pd.DataFrame(columns) for name, columns in frames.items()}
    paths = {name.removeprefix("path "): each for name, each in found.items() if name.startswith("path ")}
    values = IndicatorValues(
        **{name: found[name] for name in _VALUES},
        breadth_basis=found["breadth_basis"][""].rename(None),
        titles=titles(map(str, found["values"].columns), params.engines),
        inputs=Inputs(panel, params.engines.inputs),
    )
    return Measured(values, **{name: found[name] for name in _OTHERS}, paths=paths, panel=panel)
