"""Figures on real history that anybody can look up: what is shown for a date is what was true on it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from fiveengines.base import parameters
from fiveengines.data.dataset import Dataset
from fiveengines.data.folder import files
from fiveengines.data.panel import Panel
from fiveengines.indicators import IndicatorValues, Inputs, evaluate, indicator, labels
from fiveengines.playbook.conditions import quantity, weeks_since

pytestmark = pytest.mark.real_data
PARAMS = parameters.load().engines


@pytest.fixture(scope="module")
def data(real_data: Path) -> Dataset:
    return replace(files.load(real_data), members=None)


@pytest.fixture(scope="module")
def panel(data: Dataset) -> Panel:
    return Panel(data, "2019-12-31")


@pytest.fixture(scope="module")
def found(panel: Panel) -> IndicatorValues:
    names = ("zweig_thrust", "policy_rate", "effective_rate", "two_year", "two_year_minus_policy")
    return evaluate(panel, panel.sessions[panel.sessions >= "2000-01-01"], PARAMS, names)


@pytest.mark.parametrize(
    ("day", "target"),
    [
        ("2001-01-02", 6.50),
        ("2001-01-03", 6.00),  # between meetings
        ("2008-10-07", 2.00),
        ("2008-10-08", 1.50),  # between meetings
        ("2008-12-15", 1.00),
        ("2008-12-16", 0.125),  # the first range
        ("2015-12-15", 0.125),
        ("2015-12-16", 0.375),
        ("2016-12-13", 0.375),
        ("2016-12-14", 0.625),
        ("2018-12-18", 2.125),
        ("2018-12-19", 2.375),  # announced at two, in force the next day
        ("2018-12-21", 2.375),
        ("2019-07-30", 2.375),
        ("2019-07-31", 2.125),
    ],
)
def test_the_policy_rate_is_the_target_announced_that_day(
    found: IndicatorValues, day: str, target: float
) -> None:
    assert found.values.loc[day, "policy_rate"] == target
    assert found.observed.loc[day, "policy_rate"] <= pd.Timestamp(day)


def test_the_effective_rate_stands_beside_it(found: IndicatorValues) -> None:
    week = found.values.loc["2018-12-21"]
    assert week["effective_rate"] == 2.40
    assert week["two_year_minus_policy"] == pytest.approx(week["two_year"] - 2.375)


def test_decisions_alone_give_the_same_target(data: Dataset, found: IndicatorValues) -> None:
    two = {name: data.series[name] for name in ("FOMC_TARGET", "SPX")}
    alone = Panel(replace(data, series=two), "2019-12-31")
    target = indicator("policy_rate").values(Inputs(alone, PARAMS.inputs), {})
    assert isinstance(target, pd.Series)
    both = pd.DataFrame({"decided": target, "found": found.values["policy_rate"]}).loc["2000":]
    assert both[both["decided"] != both["found"]].empty


def test_no_week_of_a_hike_shows_the_rate_before_it(panel: Panel, found: IndicatorValues) -> None:
    fridays = found.values.index[found.values.index.day_of_week == 4]
    rate = found.values.loc[fridays, "policy_rate"]
    age = weeks_since(quantity(rate.diff()) > 0)
    hikes = fridays[age == 0]
    assert len(hikes) == 3 + 17 + 9  # 2000, 2004-2006, 2015-2018
    assert (rate[hikes] > rate.shift(1)[hikes]).all()
    phase = labels(Inputs(panel, PARAMS.inputs), fridays, parameters.load().engines.labels)["policy_phase"]
    assert set(phase[hikes]) == {"hiking"}


def test_the_evidence_names_the_weeks_of_the_thrusts_on_record_and_no_other(found: IndicatorValues) -> None:
    fridays = found.values.index[found.values.index.day_of_week == 4]
    flagged = found.values.loc[fridays, "zweig_thrust"].loc["2004":"2019"]
    assert [f"{day:%Y-%m-%d}" for day in flagged.index[flagged == 1]] == [
        "2004-05-28", "2009-03-20", "2013-10-18", "2015-10-09", "2019-01-11",
    ]  # fmt: skip
