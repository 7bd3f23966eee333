"""Watch list: a listed move, once made, does what the list says; a smaller one does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fiveengines.base.parameters import Parameters
from fiveengines.commentary import watch_list
from fiveengines.model import engines
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
        if each.subject not in names or each.becomes.startswith(("is in shock", "has jumped")):
            continue
        engine = names[each.subject]
        state = demo.readings.engines.state.at[day, engine]
        beyond = states_after(demo, day, each.indicator, each.level + 0.01 * each.move)
        short = states_after(demo, day, each.indicator, each.level - 0.01 * each.move)
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
    for each in listed:
        assert each.level == pytest.approx(each.now + each.move)
        assert ("more on" if each.move > 0 else "less on") in each.sentence


def test_usual_move_is_the_standard_deviation_of_weekly_changes(demo: Week) -> None:
    each = wide(demo.readings, demo.params, demo.as_of, most=1)[0]
    past = demo.readings.applied.values[each.indicator].iloc[-157:]
    assert each.usual_moves == pytest.approx(abs(each.move) / np.std(np.diff(past.dropna()), ddof=1))


def test_a_jump_of_the_vix_is_called_a_shock_only_where_it_would_be_one(demo: Week) -> None:
    """The regimes ask for a jump and a low engine; the list says which of the two is there."""
    said = set()
    limit = demo.params.regimes.shock.volatility_below
    for day in demo.readings.dates[60::5]:
        for each in wide(demo.readings, demo.params, day, most=50):
            if each.becomes.startswith(("is in shock", "has jumped")):
                low = demo.readings.engines.score.at[day, "volatility"] < limit
                assert each.becomes.startswith("is in shock") == low
                said.add(bool(low))
    assert said == {True, False}


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
