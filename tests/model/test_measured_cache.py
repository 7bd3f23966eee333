"""What was measured comes back from the cache as it was, and is measured again when anything behind it is other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal, assert_series_equal

from fiveengines.base import parameters, paths
from fiveengines.data import demo
from fiveengines.data.dataset import Dataset
from fiveengines.model import measured_cache
from fiveengines.model.measured_cache import measured
from fiveengines.model.readings import Measured, history_frame, measure, read

PARAMS = parameters.load()
DAY = pd.Timestamp("2009-03-06")


@pytest.fixture(scope="module")
def market() -> Dataset:
    return demo.load(7, "2009-06-30")


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[pd.Timestamp]:
    """The evenings that were measured and not looked up, with a cache of the test's own."""
    monkeypatch.setattr(paths, "cache_dir", lambda: tmp_path)
    found: list[pd.Timestamp] = []

    def counted(panel, params) -> Measured:  # type: ignore[no-untyped-def]
        found.append(panel.as_of)
        return measure(panel, params)

    monkeypatch.setattr(measured_cache, "measure", counted)
    return found


def test_the_second_time_gives_the_same_and_measures_nothing(
    market: Dataset, made: list[pd.Timestamp], tmp_path: Path
) -> None:
    first, second = (measured(market, DAY, PARAMS) for _ in range(2))
    assert made == [DAY]
    (file,) = tmp_path.glob("measured-*")
    for (name, one), (_, other) in zip(
        measured_cache._frames(first), measured_cache._frames(second), strict=True
    ):
        assert_frame_equal(one, other, check_exact=True, check_freq=True, obj=name)
    assert_series_equal(first.measurements.breadth_basis, second.measurements.breadth_basis)
    assert first.measurements.titles == second.measurements.titles
    one, other = (history_frame(read(each, PARAMS), PARAMS.regimes.forecast) for each in (first, second))
    assert_frame_equal(one, other, check_exact=True)
    file.write_bytes(file.read_bytes()[:999])
    assert_frame_equal(measured(market, DAY, PARAMS).market, first.market)
    assert made == [DAY, DAY]


def test_what_comes_later_changes_nothing(market: Dataset, made: list[pd.Timestamp]) -> None:
    later = demo.load(7, "2009-04-30")
    assert_frame_equal(measured(market, DAY, PARAMS).market, measured(later, DAY, PARAMS).market)
    assert made == [DAY]


@pytest.mark.parametrize("change", ["day", "data", "settings", "code", "library"])
def test_another_input_is_measured_again(
    market: Dataset, made: list[pd.Timestamp], change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured(market, DAY, PARAMS)
    dataset, day, params = market, DAY, PARAMS
    if change == "day":
        day = pd.Timestamp("2009-02-27")
    elif change == "data":
        vix = market.series["VIX"]
        frame = vix.frame.assign(value=vix.frame["value"].where(vix.frame["observed"] != DAY, 99.0))
        dataset = replace(market, series={**market.series, "VIX": replace(vix, frame=frame)})
    elif change == "settings":
        close = PARAMS.regimes.call.model_copy(update={"close_within_sessions": 4})
        params = PARAMS.model_copy(update={"regimes": PARAMS.regimes.model_copy(update={"call": close})})
    elif change == "code":
        monkeypatch.setattr(measured_cache.cache, "code_key", lambda *places: "changed")
    else:
        monkeypatch.setattr(measured_cache, "library_versions", lambda: ("numpy 9",))
    measured(dataset, day, params)
    assert made == [DAY, day]
    measured(dataset, day, params)
    assert made == [DAY, day]


def test_weights_and_breakpoints_are_judged_afterwards(market: Dataset, made: list[pd.Timestamp]) -> None:
    measured(market, DAY, PARAMS)
    severity = PARAMS.regimes.severity.model_copy(update={"weights": {}})
    other = PARAMS.model_copy(update={"regimes": PARAMS.regimes.model_copy(update={"severity": severity})})
    measured(market, DAY, other)
    assert made == [DAY]
