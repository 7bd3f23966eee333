"""What the package itself reads from the slice, and calls.csv: its calls week by week, as they were last looked at.

Run from the project folder after a change of method: `.venv/bin/python tests/golden/snapshot.py` renews calls.csv.
"""

from __future__ import annotations

import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fiveengines import indicators
from fiveengines.base import parameters
from fiveengines.base.parameters.regimes import Forecast
from fiveengines.data.folder import files
from fiveengines.model.readings import Readings, history_frame, measure_all, read

HERE = Path(__file__).resolve().parent
CALLS = HERE / "calls.csv"
FIRST, LAST = "2011-01-07", "2019-03-08"


@dataclass(frozen=True)
class Read:
    """The slice as the package reads it: values are reading date × every indicator of the registry."""

    values: pd.DataFrame
    readings: Readings
    forecast: Forecast

    @property
    def calls(self) -> pd.DataFrame:
        """States, directions, regime, exposure and style, week by week, as text."""
        table = history_frame(self.readings, self.forecast)
        table = table.loc[:, :"inflection"]
        table = table[[name for name in table if not name.endswith(("_score", "_coverage"))]]
        return table.assign(style=self.readings.style).loc[FIRST:].astype("str")


def golden_parameters() -> parameters.Parameters:
    """The project's parameters with the indicators of indicators.csv alone: one that is added leaves the scores."""
    params = parameters.load(HERE.parents[1] / "params" / "weekly.yaml")
    golden = {*pd.read_csv(HERE / "indicators.csv", index_col="id").index}
    golden |= {name for name, each in indicators.REGISTRY.items() if each.compute is None}
    engines = {
        engine: {name: line for name, line in lines.items() if name in golden}
        for engine, lines in params.engines.engines.items()
    }
    return params.model_copy(update={"engines": params.engines.model_copy(update={"engines": engines})})


def read_slice() -> Read:
    """Load the slice as any files directory, and read every week."""
    params = golden_parameters()
    with tempfile.TemporaryDirectory() as folder, tarfile.open(HERE / "slice.tar.xz") as archive:
        archive.extractall(folder, filter="data")
        data = files.load(Path(folder))
    measured = measure_all(data, pd.Timestamp(LAST), params)
    dates = pd.DatetimeIndex(measured.measurements.values.index)
    values = indicators.evaluate(measured.panel, dates, params.engines).values
    return Read(values, read(measured, params), params.regimes.forecast)


def main() -> int:
    """Renew calls.csv."""
    read_slice().calls.to_csv(CALLS, lineterminator="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
