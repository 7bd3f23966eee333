"""Watch list: a listed move, once made, does what the list says; a smaller one does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fiveengines.base.parameters import Parameters
from fiveengines.commentary import watch_list
from fiveengines.model import engines, regimes
from fiveengines.model.readings import Readings
from fiveengines.week import Week


@pytest.fixture(scope="module")
def demo() -> Week:
    return Week.load(as_of="2016-06-24", source="demo")


def wide(
    readings: Readings, params: Parameters, day: pd.Timestamp, *, most: int
) -> tuple[watch_list.NearbyThreshold, ...]:
    """The list with thresholds farther away than a reader wants to see."""
    rules = params.regimes.watch_list.model_copy(update={"within_usual_moves": 20.0, "most": most})
    regimes = params.regimes.model_copy(update={"watch_list": rules})
    return watch_list.watch_list(readings, params.model_copy(update={"regimes": regimes}), day)


def states_after(week: Week, day: pd.Timestamp, indicator: str, value: float) -> dict[str, str]:
    """The engines' states on `day` if one indicator had another value that week."""
    values = week.readings.applied.values.copy()
    values.loc[day, indicator] = value
    return engines.read(values, week.params.engines).state.loc[day].to_dict()


@pytest.mark.parametrize("back", [0, 40, 100, 170, 260, 333])
def test_a_listed_move_flips_the_engine_and_a_smaller_one_does_not(demo: Week, back: int) -> None:
    day = demo.readings.dates[-1 - back]
    listed = wide(demo.readings, demo.params, day, most=50)
    names = {name.replace("_", " "): name for name in demo.engines}
    checked = 0
    for each in listed:
        if each.subject not in names or each.becomes.startswith("is in a shock"):
            continue
        engine = names[each.subject]
        state = demo.readings.engines.state.at[day, engine]
        beyond = states_after(demo, day, each.indicator, each.level + 0.01 * (each.level - each.now))
        short = states_after(demo, day, each.indicator, each.level - 0.01 * (each.level - each.now))
        assert short[engine] == state
        assert beyond[engine] != state
        checked += 1
    assert checked > 0


def test_nearest_first_and_within_reach(demo: Week) -> None:
    listed = demo.watch_list
    sizes = [each.usual_moves for each in listed]
    rule = demo.params.regimes.watch_list
    assert sizes == sorted(sizes) and all(size <= rule.within_usual_moves for size in sizes)
    assert len(listed) <= rule.most


def test_usual_move_is_the_standard_deviation_of_weekly_changes(demo: Week) -> None:
    each = wide(demo.readings, demo.params, demo.as_of, most=1)[0]
    past = demo.readings.applied.values[each.indicator].iloc[-157:]
    assert each.usual_moves == pytest.approx(
        abs(each.level - each.now) / np.std(np.diff(past.dropna()), ddof=1)
    )


def test_the_vix_is_called_a_shock_at_the_level_that_a_crisis_asks_for(demo: Week) -> None:
    """Listed below that level and outside a crisis."""
    level, seen = demo.params.regimes.crisis.vix_enter, 0
    vix, calls = demo.readings.applied.values["vix"], demo.readings.regimes.confirmed
    for day in demo.readings.dates[60::5]:
        for each in wide(demo.readings, demo.params, day, most=50):
            if each.becomes.startswith("is in a shock"):
                assert (
                    each.level == level == 35.0 and vix.loc[day] < level and calls.loc[day] < regimes.CRISIS
                )
                seen += 1
    assert seen > 0


def level_after(week: Week, day: pd.Timestamp, indicator: str, value: float) -> int:
    """1 in a bull market, else the regime, if the week after `day` were the same but for one indicator."""
    values = week.readings.applied.values.loc[:day]
    after = values.iloc[[-1]].set_axis([day + pd.Timedelta(weeks=1)])
    after[indicator] = value
    values = pd.concat([values, after])
    found = engines.read(values, week.params.engines)
    known = pd.Series(True, index=values.index)
    call = regimes.classify(found.extended, values, known, week.params.regimes).confirmed.iloc[-1]
    return max(int(call), 2)


def test_a_listed_move_changes_the_call_and_a_smaller_one_does_not(demo: Week) -> None:
    checked = set()
    for day in demo.readings.dates[200::11]:
        week = demo.at(day)
        if week.readings.engines.stressed.loc[day]:
            continue
        rules = week.params.regimes.watch_list.model_copy(update={"within_usual_moves": 20.0, "most": 50})
        params = week.params.model_copy(
            update={"regimes": week.params.regimes.model_copy(update={"watch_list": rules})}
        )
        for each in watch_list.watch_list(week.readings, params, day, week.regime.flip):
            if each.subject == "the week" and each.indicator not in ("hy_spread_change_8w", "hy_spread"):
                beyond, short = (
                    level_after(demo, day, each.indicator, each.level + sign * 0.03 * (each.level - each.now))
                    for sign in (1, -1)
                )
                assert regimes.NAMES[week.regime.flip.to_regime].lower() in each.becomes
                assert beyond == max(week.regime.flip.to_regime, 2)
                assert short == max(week.regime.number, 2)
                checked.add((week.regime.number, week.regime.flip.to_regime))
    assert len(checked) >= 3


def test_later_weeks_change_nothing(demo: Week) -> None:
    then = Week.load(as_of="2012-03-02", source="demo")
    day = then.as_of
    assert then.watch_list == demo.at(day).watch_list


def test_an_engine_set_by_hand_or_unknown_is_left_out(demo: Week) -> None:
    forced = demo.readings.engines.forced.copy()
    forced.loc[demo.as_of] = True
    by_hand: Readings = replace(demo.readings, engines=replace(demo.readings.engines, forced=forced))
    listed = wide(by_hand, demo.params, demo.as_of, most=50)
    assert {each.subject for each in listed} <= {"credit", "volatility"}
