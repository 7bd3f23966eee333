"""The whole line on simulated data: no look-ahead, determinism, the truth recovered, overrides and missing series."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import demo_truth
from fiveengines import overrides
from fiveengines.base import parameters, paths
from fiveengines.base.errors import FiveEnginesError, ParameterError
from fiveengines.data import calendars, demo
from fiveengines.data.dataset import Dataset, Members, SeriesData
from fiveengines.model import readings
from fiveengines.week import Week

END = dt.date(2014, 12, 26)
PARAMS = parameters.load()


@pytest.fixture(scope="module")
def market() -> Dataset:
    return demo.load(end=END)


@pytest.fixture(scope="module")
def whole(market: Dataset) -> readings.Readings:
    return read(market, pd.Timestamp(END))


def read(dataset: Dataset, as_of: pd.Timestamp) -> readings.Readings:
    return readings.read(readings.measure_all(dataset, as_of, PARAMS), PARAMS)


def table_of(found: readings.Readings) -> pd.DataFrame:
    return readings.history_frame(found, PARAMS.regimes.forecast)


def cut_by_observation(dataset: Dataset, day: pd.Timestamp) -> Dataset:
    """As a person would cut files: every row about a later date goes, whatever the library thinks of publication."""

    def part(data: SeriesData) -> SeriesData:
        return replace(data, frame=data.frame[data.frame["observed"] <= day])

    members = dataset.members
    assert members is not None
    return replace(
        dataset,
        series={key: part(each) for key, each in dataset.series.items() if part(each).frame.shape[0]},
        members=Members(members.closes.loc[:day], members.sectors),
    )


@settings(max_examples=3)
@given(st.dates(dt.date(2009, 1, 2), END))
def test_cutting_the_data_after_a_friday_changes_nothing(day: dt.date) -> None:
    market = demo.load(end=END)
    friday = calendars.reading_date(day)
    whole = read(market, pd.Timestamp(END))
    part = read(cut_by_observation(market, friday), friday)
    expected = table_of(whole).loc[:friday]
    pd.testing.assert_frame_equal(table_of(part), expected)
    pd.testing.assert_frame_equal(part.measurements.values, whole.measurements.values.loc[:friday])


def test_every_value_was_public_when_it_was_read(whole: readings.Readings) -> None:
    evenings = calendars.evening(whole.dates).to_numpy()[:, None]
    known = whole.measurements.known_at.to_numpy()
    assert ((known <= evenings) | np.isnat(known)).all()
    observed = whole.measurements.observed.to_numpy()
    assert ((observed <= known) | np.isnat(known)).all()


def test_the_same_inputs_give_the_same_readings(market: Dataset, whole: readings.Readings) -> None:
    again = read(demo.load(end=END), pd.Timestamp(END))
    pd.testing.assert_frame_equal(table_of(again), table_of(whole))


def test_the_hidden_regimes_are_recovered_far_above_chance(
    whole: readings.Readings, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = demo_truth.true_regimes(7, END).reindex(whole.dates, method="ffill")
    found = whole.regimes.confirmed
    with capsys.disabled():
        print("\n\nhidden regime (rows) against the call (columns), demo 2006-2014")
        print(pd.crosstab(truth, found, rownames=["hidden"], colnames=["call"]))
    agreement = float((truth == found).mean())
    shares = truth.value_counts(normalize=True)
    assert agreement > float(shares.max()) + 0.10
    assert float(((truth - found).abs() <= 1).mean()) > 0.8


def test_history_has_the_columns_other_programs_rely_on(whole: readings.Readings) -> None:
    engines = [
        f"{e}_{part}" for e in parameters.ENGINES for part in ("score", "state", "direction", "coverage")
    ]
    table = table_of(whole)
    ahead = ["vol_20d_low", "vol_20d_median", "vol_20d_high", *(f"p_regime_4w_{n}" for n in range(1, 6))]
    assert list(table.columns) == [*engines, "regime", "regime_raw", "aggressiveness", "inflection", *ahead]
    assert table.index.name == "as_of"
    assert table.index.is_unique


@pytest.mark.parametrize(
    "gone", ["VIX", "VIX, VIXCLS", "BAMLH0A0HYM2", "SPX", "MEMBERS", "everything but VIX"]
)
def test_a_missing_series_lowers_coverage_and_never_stops_the_week(market: Dataset, gone: str) -> None:
    if gone == "MEMBERS":
        poorer = replace(market, members=None)
    elif gone == "everything but VIX":
        poorer = replace(market, series={"VIX": market.series["VIX"]}, members=None)
    else:
        poorer = replace(market, series={k: v for k, v in market.series.items() if k not in gone.split(", ")})
    found = read(poorer, pd.Timestamp("2013-06-28"))
    # Without a close of the index, or with a single engine, there is no call; the week is read all the same.
    called = gone not in ("SPX", "everything but VIX")
    exposure = found.target_exposure.exposure
    assert bool(found.regimes.known.iloc[-1]) == called
    assert found.regimes.confirmed.notna().iloc[-1] == exposure.notna().iloc[-1] == called
    assert len(table_of(found)) == len(found.dates)
    assert found.market["median"].notna().iloc[-1] == (gone in ("VIX", "BAMLH0A0HYM2", "MEMBERS"))
    if gone in ("VIX, VIXCLS", "SPX"):
        assert (found.target_exposure.unit == 0.5).all()
    if gone == "SPX":
        assert (found.engines.state.iloc[-1] != "unknown").all()
    if gone == "MEMBERS":
        assert found.measurements.breadth_basis.iloc[-1] == "published"
    if gone == "everything but VIX":
        assert (found.engines.state.iloc[-1].drop("volatility") == "unknown").all()


def entry(field: str, value: float, as_of: dt.date, until: dt.date) -> overrides.Entry:
    return overrides.Entry(
        id=f"{field}-{as_of}",
        field=field,
        value=value,
        why="a test",
        origin="",
        who="tester",
        entered_at=dt.datetime(2014, 1, 1, tzinfo=dt.UTC),
        as_of=as_of,
        until=until,
        before=None,
    )


def test_an_override_changes_its_weeks_and_no_others(market: Dataset, whole: readings.Readings) -> None:
    measured = readings.measure_all(market, pd.Timestamp(END), PARAMS)
    entered = (entry("vix", 60.0, dt.date(2014, 12, 12), dt.date(2014, 12, 19)),)
    values = measured.measurements.values
    by_hand = readings.read(measured, PARAMS, overrides.apply(values, entered, PARAMS.engines.states.forced))
    touched = by_hand.applied.overridden["vix"]
    assert touched[touched].index.strftime("%Y-%m-%d").tolist() == ["2014-12-12", "2014-12-19"]
    changed = by_hand.engines.score["volatility"].ne(whole.engines.score["volatility"])
    assert changed.any()
    assert touched[changed[changed].index].all()


def test_a_week_is_loaded_once_and_read_again_after_an_edit() -> None:
    first = Week.load(as_of="2010-06-30", source="demo")
    second = Week.load(as_of="2010-06-25", source="demo")
    assert first.measured is second.measured
    assert first.as_of == pd.Timestamp("2010-06-25")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"as_of": "2999-01-01"}, "future"),
        ({"source": "files"}, "folder"),
        ({"source": "files", "data_dir": "/nowhere/at/all"}, "nowhere"),
        ({"as_of": "soon"}, "YYYY-MM-DD"),
        ({"params_file": "/nowhere/weekly.yaml"}, "no such file"),
    ],
)
def test_wrong_arguments_are_one_clear_line(arguments: dict[str, str], said: str) -> None:
    with pytest.raises(FiveEnginesError, match=said) as caught:
        Week.load(**arguments)
    assert "\n" not in str(caught.value)


def test_an_earlier_week_can_be_looked_at_without_reading_again() -> None:
    week = Week.load(as_of="2010-06-25", source="demo")
    past = week.at(pd.Timestamp("2009-06-26"))
    assert past.regime.number == week.readings.regimes.confirmed.loc["2009-06-26"]
    with pytest.raises(ParameterError, match="not a reading date"):
        week.at(pd.Timestamp("2009-06-27"))


def test_an_unknown_indicator_names_file_and_line(tmp_path: Path) -> None:
    folder = tmp_path / "params"
    shutil.copytree(paths.project_root() / "params", folder)
    text = (folder / "engines.yaml").read_text()
    (folder / "engines.yaml").write_text(text.replace("    vix: {", "    vixx: {", 1))
    line = text[: text.index("    vix: {")].count("\n") + 1
    with pytest.raises(ParameterError, match=rf"engines\.yaml, line {line}: .*'vixx'\. Did you mean 'vix'\?"):
        Week.load(as_of="2010-01-08", source="demo", params_file=folder / "weekly.yaml")


def test_a_mistake_in_the_events_shows_when_the_week_is_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "params"
    shutil.copytree(paths.project_root() / "params", folder)
    text = (folder / "events.yaml").read_text()
    (folder / "events.yaml").write_text(text.replace("fomc:", "fomcs:", 1))
    with pytest.raises(ParameterError, match=r"events\.yaml, line \d+: unknown name 'fomcs'"):
        Week.load(as_of="2010-01-08", source="demo", params_file=folder / "weekly.yaml")


def test_a_week_before_the_history_is_refused() -> None:
    with pytest.raises(ParameterError, match="before the first reading of the history, 1997-01-03"):
        Week.load(as_of="1996-12-27", source="demo")
    first = Week.load(as_of="1997-01-03", source="demo")
    assert first.dates.tolist() == [pd.Timestamp("1997-01-03")]
