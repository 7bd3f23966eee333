"""The whole room on the simulated market: cuts, sensitivity and speed."""

import itertools

import pandas as pd
import pytest

from fiveengines.base.parameters import ENGINES
from fiveengines.model.engines import read as read_engines
from fiveengines.model.readings import read
from fiveengines.research import (
    EvidenceSample,
    analogs,
    base_rates,
    sensitivity,
    sensitivity_summary,
    walk_forward,
)
from fiveengines.research.sensitivity import moves
from fiveengines.week import Week

AS_OF = "2024-06-28"


@pytest.fixture(scope="module")
def week() -> Week:
    return Week.load(as_of=AS_OF, source="demo")


@pytest.fixture(scope="module")
def past(week: Week) -> EvidenceSample:
    return EvidenceSample.of(week.readings, week.measured.panel, week.params.research)


@pytest.fixture(scope="module")
def table(week: Week) -> pd.DataFrame:
    return sensitivity(week.measured, week.params, week.readings.applied)


def test_an_earlier_week_sees_nothing_of_later_ones(week):
    """Evidence as of an earlier week of these readings is that of a week loaded then."""
    day = "2016-02-12"
    then = Week.load(as_of=day, source="demo")
    known = EvidenceSample.of(then.readings, then.measured.panel, then.params.research)
    cut = EvidenceSample.of(week.readings, week.measured.panel, week.params.research, as_of=day)
    pd.testing.assert_frame_equal(base_rates(known), base_rates(cut))
    pd.testing.assert_frame_equal(analogs(known).paths, analogs(cut).paths)
    pd.testing.assert_frame_equal(walk_forward(known), walk_forward(cut))


def test_last_years_keep_the_index(past):
    recent = past.last_years()
    assert recent.dates[0] >= past.as_of - pd.DateOffset(years=3)
    assert len(recent.closes) == len(past.closes)


def test_analogs_are_a_quarter_old_and_apart(past):
    found = analogs(past)
    position = past.dates.get_indexer(pd.DatetimeIndex(found.weeks.index))
    every = sorted([*position, len(past.dates) - 1])
    assert min(b - a for a, b in itertools.pairwise(every)) >= 13
    assert found.paths.groupby("week").size().eq(14).all()


def test_breakpoints_move_by_a_fifth_of_their_distance(week):
    moved = {(each.parameter, each.direction): each for each in moves(week.params, 0.2)}
    line = week.params.engines.engines["volatility"]["vix"]
    up = moved["volatility.vix.adverse", 1]
    assert up.moved_to == pytest.approx(line.adverse + 0.2 * (line.supportive - line.adverse))
    assert moved["volatility.vix.weight", -1].moved_to == pytest.approx(0.8 * line.weight)
    assert moved["severity.hysteresis", 1].moved_to == pytest.approx(
        1.2 * week.params.regimes.severity.hysteresis
    )


def test_sensitivity_is_what_reading_again_gives(week, table, past):
    """The table's worst move of an engine's number, read again in full."""
    worst = table[table["part"] == "breakpoint"].iloc[0]
    _, name, field = worst["parameter"].split(".")
    lines = week.params.engines.engines[worst["engine"]]
    lines = lines | {name: lines[name].model_copy(update={field: worst["moved_to"]})}
    changed = week.params.engines.model_copy(
        update={"engines": week.params.engines.engines | {worst["engine"]: lines}}
    )
    again = read(week.measured, week.params.model_copy(update={"engines": changed}), week.readings.applied)
    before = week.readings.regimes.confirmed.loc[past.dates]
    share = (again.regimes.confirmed.loc[past.dates] != before).mean()
    assert worst["changed"] == pytest.approx(share)
    assert share > 0
    states = read_engines(week.readings.applied.values, changed).state.loc[past.dates]
    differ = (states != week.readings.engines.state.loc[past.dates]).any(axis=1).mean()
    assert worst["states_changed"] == pytest.approx(differ)


def test_every_scored_number_is_moved_both_ways(week, table):
    scored = [
        f"{engine}.{name}.{field}"
        for engine in ENGINES
        for name, line in week.params.engines.engines[engine].items()
        if line.weight > 0
        for field in ("weight", "adverse", "supportive")
    ]
    tried = table[table["part"].isin(["breakpoint", "weight"])]
    assert sorted(tried["parameter"]) == sorted([*scored, *scored])


def test_a_fifth_changes_few_weeks(table):
    """The project's own target: no single number of judgement decides a tenth of all weeks."""
    assert table["changed"].max() < 0.10


def test_summary_names_the_worst_and_what_could_not_be_tried(table):
    text = sensitivity_summary(table, 0.1)
    assert table.iloc[0]["parameter"] in text
    assert "Not tried for want of data" in text and "hedge_fund_gross" in text
    assert text.startswith(f"{(table['weeks'] > 0).sum()} moves by 20 %")
    strict = sensitivity_summary(table, target=0.0)
    assert table.iloc[0]["parameter"] + " " + table.iloc[0]["move"] in strict.split("0 %: ")[1]
