"""What would flip the call: a named level flips it when the whole history is read again, a nearer one does not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fiveengines.commentary import flips
from fiveengines.data.panel import Known, Panel
from fiveengines.indicators import indicator
from fiveengines.indicators.indicator import Inputs
from fiveengines.model.readings import read
from fiveengines.week import Week

SERIES = {
    "vix": "VIX",
    "hy_spread": "BAMLH0A0HYM2",
    "baa_spread": "BAA10Y",
    "two_year": "DGS2",
    "ten_year": "DGS10",
}


@pytest.fixture(scope="module")
def demo() -> Week:
    return Week.load(as_of="2016-06-24", source="demo")


def with_last(week: Week, day: pd.Timestamp, series: str, value: float) -> Inputs:
    """The inputs with another last value of one series, as its provider would have handed it over."""
    panel = Panel(week.measured.panel.dataset, day)
    known = panel.known(series)
    values = known.values.copy()
    values[-1] = value
    panel._known[series] = Known(values, known.row)
    return Inputs(panel, week.params.engines.inputs)


def moved_values(week: Week, day: pd.Timestamp, name: str, value: float) -> dict[str, float]:
    """The input and every figure that moves with it, by the indicators' own formulas."""
    found = {name: value}
    row = week.readings.applied.values.loc[day]
    for figure in flips.MOVES_WITH.get(name, {}):
        if name in SERIES:
            inputs = with_last(week, day, SERIES[name], value)
            computed = indicator(figure).values(inputs, week.params.engines.settings.get(figure, {}))
            assert isinstance(computed, pd.Series)
            found[figure] = float(computed.iloc[-1])
        elif figure == "index_breadth_divergence":
            rule = week.params.engines.settings[figure]
            near = row["index_from_high"] >= -rule["near_high"]  # type: ignore[operator]
            found[figure] = float(near and value < rule["broad"])  # type: ignore[operator]
        else:
            found[figure] = row[figure] + value - row[name]
    return found


def reread(week: Week, day: pd.Timestamp, values: dict[str, float]) -> tuple[int, dict[str, str]]:
    """Regime and states on `day` when all weeks are read again with these values in it."""
    applied = week.readings.applied
    changed = applied.values.copy()
    changed.loc[day, list(values)] = list(values.values())
    found = read(week.measured, week.params, replace(applied, values=changed))
    return int(found.regimes.confirmed.loc[day]), found.engines.state.loc[day].to_dict()


@pytest.mark.parametrize("back", [0, 60, 118, 260, 333])
def test_a_named_level_flips_what_it_says_and_a_nearer_one_does_not(demo: Week, back: int) -> None:
    week = demo.at(demo.readings.dates[-1 - back])
    now_call, now_states = reread(week, week.as_of, {})
    for each in week.flip_levels:
        usual = abs(each.level - each.now) / each.usual_weeks
        nearer = each.level - np.sign(each.level - each.now) * 0.16 * usual
        call, states = reread(week, week.as_of, moved_values(week, week.as_of, each.input, each.level))
        still, still_states = reread(week, week.as_of, moved_values(week, week.as_of, each.input, nearer))
        if each.kind == "regime":
            assert flips.regimes.NAMES[call] == each.becomes, each.sentence
            assert still == now_call, each.sentence
        else:
            assert states[each.engine] == each.becomes, each.sentence
            assert still_states[each.engine] == now_states[each.engine], each.sentence


def test_regimes_flips_come_first_and_each_input_once(demo: Week) -> None:
    rules = demo.params.regimes
    for back in range(0, 400, 40):
        found = demo.at(demo.readings.dates[-1 - back]).flip_levels
        assert len(found) <= rules.brief.most_flips
        assert [each.kind for each in found] == sorted(each.kind for each in found)
        assert len({each.input for each in found}) == len(found)
        assert all(each.usual_weeks <= rules.watch_list.within_usual_moves + 0.3 for each in found)


@pytest.mark.parametrize("name", list(SERIES))
def test_figures_of_one_market_move_as_their_formulas_say(demo: Week, name: str) -> None:
    day, row = demo.as_of, demo.readings.applied.values.loc[demo.as_of]
    value = float(row[name]) * 1.07
    search = flips._Search(demo.readings, demo.measured.panel, demo.params, day)
    search.steps = np.array([(value - row[name]) / search.usual[name]])
    found = search._moved(name)
    assert found is not None
    for figure, expected in moved_values(demo, day, name, value).items():
        assert found[1][figure].iloc[0] == pytest.approx(expected, abs=1e-9), figure


def test_a_figure_typed_in_does_not_move_with_its_market(demo: Week) -> None:
    applied = demo.readings.applied
    typed = applied.overridden.copy()
    typed.loc[demo.as_of, "hy_spread_gap"] = True
    readings = replace(demo.readings, applied=replace(applied, overridden=typed))
    found = flips._Search(readings, demo.measured.panel, demo.params, demo.as_of)._moved("hy_spread")
    assert found is not None
    assert found[1]["hy_spread_gap"].nunique() == 1
    assert found[1]["hy_spread_change_8w"].nunique() > 1
