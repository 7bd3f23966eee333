"""Turns: announced once, from extremes only, and never ahead of time."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from fiveengines import inflections, parameters
from fiveengines.parameters import ENGINES

RULES = parameters.load().regimes.inflections


def table(
    share: list[float], vix: list[float] | None = None, **scores: list[float]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    index = pd.date_range("2015-01-02", periods=len(share), freq="W-FRI")
    score = pd.DataFrame({each: scores.get(each, [0.0] * len(share)) for each in ENGINES}, index=index)
    return score, pd.DataFrame({"pct_above_50d": share, "vix": vix or [15.0] * len(share)}, index=index)


def column(score: pd.DataFrame, values: pd.DataFrame) -> list[str]:
    return inflections.announced(inflections.turns(score, values, RULES), RULES).tolist()


def test_breadth_recovering_from_a_wash_out_is_announced_once() -> None:
    found = column(*table([60, 40, 15, 12, 30, 55, 60, 48, 52, 58]))
    assert found.index("breadth:improving") == 5
    assert sum("breadth:improving" in each for each in found) == 1


def test_a_dip_that_was_no_wash_out_is_no_turn() -> None:
    assert "breadth:improving" not in column(*table([60, 40, 30, 28, 40, 55, 60]))


def test_a_wash_out_too_long_ago_is_no_turn() -> None:
    assert "breadth:improving" not in column(*table([60, 15, *[30] * 10, 55]))


def test_volatility_falling_off_a_shock_is_a_turn() -> None:
    found = column(*table([50] * 6, vix=[14, 36, 34, 30, 22, 18]))
    assert found[1] == "volatility:deteriorating"
    assert found[4] == "volatility:improving"


def test_liquidity_turning_from_its_low_is_a_turn() -> None:
    found = column(*table([50] * 6, liquidity=[0.0, -0.6, -0.7, -0.4, -0.1, 0.1]))
    assert found[4] == "liquidity:improving"


def test_an_improving_turn_of_an_engine_that_is_not_named_is_kept_but_not_announced() -> None:
    score, values = table([50] * 5, positioning=[0.0, -0.8, -0.8, -0.3, 0.0])
    turns = inflections.turns(score, values, RULES)
    assert turns["positioning:improving"].iloc[3] > 0
    assert column(score, values)[3] == ""
    recent = inflections.recent(turns, RULES, score.index[-1])
    assert [(each.engine, each.weeks_ago, each.announced) for each in recent] == [("positioning", 1, False)]


@given(st.lists(st.floats(0, 100), min_size=5, max_size=80), st.integers(1, 79))
def test_a_turn_never_knows_the_next_week(share: list[float], cut: int) -> None:
    rng = np.random.default_rng(2)
    score, values = table(share, vix=list(rng.uniform(10, 60, len(share))))
    cut = min(cut, len(share))
    whole = inflections.turns(score, values, RULES).iloc[:cut]
    pd.testing.assert_frame_equal(whole, inflections.turns(score.iloc[:cut], values.iloc[:cut], RULES))
