"""A value is a figure of one basis: no change, mean or sum over time mixes levels of different things."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters
from fiveengines.base.parameters import ENGINES
from fiveengines.data import calendars, demo
from fiveengines.data.dataset import MEMBERS, Dataset
from fiveengines.data.panel import Panel
from fiveengines.indicators import REGISTRY, IndicatorValues, evaluate
from fiveengines.indicators.breadth_inputs import SECTOR_FUNDS, SECTORS
from fiveengines.model import inflections, readings
from fiveengines.playbook.conditions import numbers
from fiveengines.playbook.rule_inputs import rule_inputs
from indicators.synthetic import ROWS, by_basis, computed

PARAMS = parameters.load()
SWITCH, END = pd.Timestamp("2012-06-29"), pd.Timestamp("2013-06-28")
DATES = calendars.reading_dates("2011-09-30", END)
# The same figures from another publisher, some a day later: what they are a figure of does not change.
SAME = {"VIXCLS": "VIX", "VXVCLS": "VIX3M", "DFF": "EFFR", "DFEDTARL": "DFEDTARU", "DFEDTAR": "DFEDTARU"}
SAME |= {"FOMC_TARGET": "DFEDTARU"}
# Nothing was parked before the facility opened: without it the sum is the same.
SAME |= {"RRPONTSYD": "WALCL"}
VIX = ("vix", "vix_highest_close", "vix_lowest_close")
SEVERAL = [name for name, each in REGISTRY.items() if len(set(each.bases)) > 1]


@pytest.fixture(scope="module")
def market() -> Dataset:
    return demo.load(7)


def series_of(part: str) -> tuple[str, ...]:
    return SECTOR_FUNDS if part == SECTORS else (part,)


def without(market: Dataset, parts: set[str]) -> Dataset:
    gone = {series for part in parts for series in series_of(part)}
    held = {name: data for name, data in market.series.items() if name not in gone}
    return replace(market, series=held, members=None if MEMBERS in parts else market.members)


def first_set_only(market: Dataset, name: str, *, until_switch: bool) -> Dataset:
    """The market with what is the preferred set's alone only up to the switch, or only from then on."""
    first, *others = REGISTRY[name].input_sets
    own = set(first) - {part for each in others for part in each}
    cut = {}
    for part in own - {MEMBERS}:
        frame = market.series[part].frame
        here = frame["observed"] <= SWITCH if until_switch else frame["observed"] > SWITCH
        cut[part] = replace(market.series[part], frame=frame[here].reset_index(drop=True))
    members = market.members
    if MEMBERS in own and members is not None:
        closes = members.closes.loc[:SWITCH] if until_switch else members.closes.loc[SWITCH:]
        members = replace(members, closes=closes)
    return replace(market, series={**market.series, **cut}, members=members)


def measured(market: Dataset, name: str) -> IndicatorValues:
    return evaluate(Panel(market, END), DATES, PARAMS.engines, [name])


def test_input_sets_of_one_basis_hold_the_same_figures() -> None:
    for name, each in REGISTRY.items():
        figures = [frozenset(SAME.get(part, part) for part in one) for one in each.input_sets]
        bases = each.bases or ("",) * len(figures)
        by_figures = {}
        for of, basis in zip(figures, bases, strict=True):
            assert by_figures.setdefault(of, basis) == basis, f"{name}: one figure, two names"
        assert len(set(by_figures.values())) == len(by_figures), f"{name}: unlike figures under one name"


@pytest.mark.parametrize("until_switch", [True, False], ids=["stops", "begins"])
@pytest.mark.parametrize("name", SEVERAL)
def test_a_value_is_what_its_own_input_set_alone_would_give(
    market: Dataset, name: str, until_switch: bool
) -> None:
    switched = first_set_only(market, name, until_switch=until_switch)
    found = measured(switched, name)
    chosen = found.input_set[name].to_numpy()
    sets = REGISTRY[name].input_sets
    for number in set(chosen) - {-1}:
        others = {part for each in sets for part in each} - set(sets[number])
        alone = measured(without(switched, others), name).values[name].to_numpy()
        weeks = chosen == number
        np.testing.assert_array_equal(found.values[name].to_numpy()[weeks], alone[weeks])


def test_both_bases_occur_in_the_switched_market(market: Dataset) -> None:
    found = measured(
        first_set_only(market, "pct_above_50d_change_4w", until_switch=True), "pct_above_50d_change_4w"
    )
    assert found.input_set.iloc[:, 0].unique().tolist() == [0, 1]


def test_a_change_is_of_one_basis_or_unknown() -> None:
    # Members read 40 % and stop; the published figure reads 60 % and begins twelve sessions before that.
    row = np.arange(ROWS)
    members, published = np.where(row < 500, 40.0, np.nan), np.where(row >= 488, 60.0 + (row == 520), np.nan)
    found = computed(
        "pct_above_50d_change_4w", {"above": {50: by_basis(members=members, published=published)}}
    )
    assert found[499] == 0 and np.isnan(found[500:508]).all() and found[508] == 0
    assert found[520] == 1


def test_the_line_of_other_issues_adds_nothing_to_the_members_line() -> None:
    row = np.arange(ROWS)
    up = by_basis(members=np.where(row < 500, 300.0, np.nan), nyse=np.full(ROWS, 2000.0))
    down = by_basis(members=np.where(row < 500, 200.0, np.nan), nyse=np.full(ROWS, 1000.0))
    found = computed("advance_decline_line_13w", {"advances": up, "declines": down})
    assert (found[499], found[500]) == (63 * 100, 63 * 1000)


def test_small_caps_against_large_compare_one_pair_at_both_ends() -> None:
    row = np.arange(ROWS)
    funds = {"IWM": np.where(row >= 400, 50.0, np.nan), "SPY": np.full(ROWS, 100.0)}
    found = computed("small_vs_large_13w", RUT=np.full(ROWS, 1000.0), SPX=np.full(ROWS, 1000.0), **funds)
    assert (found[63:] == 0).all()


def test_a_rule_does_not_look_back_to_weeks_of_another_basis(market: Dataset) -> None:
    frame = market.series["WTREGEN"].frame
    ended = replace(market.series["WTREGEN"], frame=frame[frame["observed"] <= SWITCH].reset_index(drop=True))
    switched = replace(market, series={**market.series, "WTREGEN": ended})
    read = readings.read(readings.measure_all(switched, END, PARAMS), PARAMS, ())
    inputs = rule_inputs(read, read.measurements.inputs.panel, PARAMS.playbook.percentiles)
    level = read.applied.values["treasury_account"].to_numpy()
    daily = np.flatnonzero(inputs.bases["treasury_account"] == "the day's close")
    first = daily[daily > read.dates.get_loc(SWITCH)][0]
    change = numbers(inputs.change("treasury_account", 4))
    assert np.isnan(change[first : first + 4]).all() and np.isfinite(level[first - 4 : first + 5]).all()
    assert change[first + 4] == level[first + 4] - level[first]
    assert numbers(inputs.peak("treasury_account", 26))[first] == level[first]
    assert set(inputs.bases) == set(SEVERAL)


def test_a_share_that_jumps_to_another_basis_has_not_recovered() -> None:
    dates = pd.date_range("2015-01-02", periods=9, freq="W-FRI")
    rules = PARAMS.regimes.inflections
    share = pd.Series([60.0, 40, 15, 12, 30, 60, 60, 60, 60], dates)
    values = pd.DataFrame({"pct_above_50d": share} | dict.fromkeys(VIX, 15.0))
    score = pd.DataFrame(0.0, dates, list(ENGINES))
    basis = pd.Series(["", "", "", "", "", *["sector funds"] * 4], dates)
    found = inflections.detect(score, values, rules)
    assert found["breadth:improving"].gt(0).tolist() == [False] * 5 + [True] + [False] * 3
    assert not inflections.detect(score, values, rules, basis)["breadth:improving"].any()
    # Nor is one lost because another basis reads lower.
    lower = values.assign(pct_above_50d=[60.0, 40, 15, 12, 30, 60, 60, 20, 20])
    other = pd.Series([""] * 7 + ["sector funds"] * 2, dates)
    for given, weeks in ((None, 2.0), (other, np.inf)):
        found = inflections.detect(score, lower, rules, other)
        lasted = inflections.weeks_until_reversal(found, score, lower, rules, given)
        assert lasted["breadth:improving"].iloc[5] == weeks
