"""On which side of a threshold the threshold itself lies, and over how many weeks things are counted."""

from __future__ import annotations

import statistics

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters
from fiveengines.base.parameters import ENGINES
from fiveengines.model import engines, inflections, regimes, styles, target_exposure

PARAMS = parameters.load()
NAMES = [name for lines in PARAMS.engines.engines.values() for name in lines]
CALM = {
    "vix": 14.0,
    "pct_above_200d": 75.0,
    "pct_above_50d": 70.0,
    "equal_vs_cap_13w": 2.0,
    "hy_spread": 4.0,
    "hy_spread_change_8w": 0.0,
    "baa_spread": 2.0,
}
ACUTE = CALM | {"vix": 55.0, "pct_above_200d": 8.0}


def fridays(count: int) -> pd.DatetimeIndex:
    return pd.date_range("2010-01-01", periods=count, freq="W-FRI")


def stressed(**values: float) -> bool:
    table = pd.DataFrame(np.nan, index=fridays(1), columns=NAMES).assign(**values)
    return bool(engines.read(table, PARAMS.engines).stressed.iloc[0])


def by_hand(scores: list[float]) -> engines.EngineHistory:
    """Engines whose scores are set by hand, all five alike."""
    index = fridays(len(scores))
    values = pd.DataFrame(np.nan, index=index, columns=NAMES)
    forced = pd.DataFrame(dict.fromkeys(ENGINES, scores), index=index)
    return engines.read(values, PARAMS.engines, forced)


def classify(levels: list[float], values: list[dict[str, float]]) -> regimes.RegimeHistory:
    """Weeks whose engines all have the same log-extended score, which is the severity then."""
    index = fridays(len(levels))
    extended = pd.DataFrame(dict.fromkeys(ENGINES, levels), index=index)
    return regimes.classify(
        extended, pd.DataFrame(values, index=index), pd.Series(True, index=index), PARAMS.regimes
    )


@pytest.mark.parametrize(
    ("values", "holds"),
    [
        ({"hy_spread": 8.0}, False),
        ({"hy_spread": 8.01}, True),
        ({"hy_spread": 5.0, "hy_spread_change_8w": 30.0}, False),
        ({"hy_spread": 5.01, "hy_spread_change_8w": 20.0}, False),
        ({"hy_spread": 5.01, "hy_spread_change_8w": 20.01}, True),
        ({"baa_spread": 4.5}, False),
        ({"baa_spread": 4.51}, True),
    ],
)
def test_stress_is_above_its_thresholds(values: dict[str, float], holds: bool) -> None:
    assert stressed(**values) is holds


def test_a_state_begins_at_its_threshold_and_holds_at_its_release() -> None:
    wanted = {
        0.25: "supportive",
        0.15: "supportive",
        0.1499: "neutral",
        -0.25: "adverse",
        -0.15: "adverse",
        -0.1499: "neutral",
    }
    assert by_hand(list(wanted)).state["breadth"].tolist() == list(wanted.values())


def test_a_state_set_by_hand_scores_about_the_middle_of_what_it_spans() -> None:
    limits = PARAMS.engines.states
    assert limits.forced == pytest.approx((limits.supportive + 1) / 2, abs=0.05)
    assert limits.forced == pytest.approx((1 - limits.adverse) / 2, abs=0.05)


def test_direction_is_the_four_week_change_against_three_years_of_them() -> None:
    scores = np.random.default_rng(3).normal(0, 0.1, 240).cumsum().tolist()
    wanted = ["stable"] * 4
    for week in range(4, len(scores)):
        changes = [scores[at] - scores[at - 4] for at in range(max(4, week - 155), week + 1)]
        size = changes[-1] / statistics.stdev(changes) if len(changes) >= 26 else 0.0
        wanted.append("improving" if size >= 0.75 else "deteriorating" if size <= -0.75 else "stable")
    assert by_hand(scores).direction["liquidity"].tolist() == wanted
    assert set(wanted[:40]) == {"stable", "improving", "deteriorating"}


def test_a_direction_is_known_from_the_26th_change_on() -> None:
    """Scores wobble by 0.01 and jump in week 28: its change over four weeks is the 25th, that of week 29 the 26th."""
    scores = [0.01 * (week % 2) for week in range(28)] + [0.5] * 4
    found = by_hand(scores).direction["liquidity"]
    assert (found.iloc[:29] == "stable").all()
    assert found.iloc[29:].tolist() == ["improving"] * 3


def test_beyond_a_breakpoint_a_score_grows_by_the_natural_logarithm() -> None:
    found = engines.log_extended_score(np.array([-np.e, -1.0, 0.3, 1.0, np.e**2]))
    assert found.tolist() == pytest.approx([-2.0, -1.0, 0.3, 1.0, 3.0])


@pytest.mark.parametrize(("level", "number"), [(0.4001, 1), (0.4, 3), (-0.3999, 3), (-0.4, 4)])
def test_an_edge_itself_belongs_to_the_worse_regime(level: float, number: int) -> None:
    assert classify([level], [CALM]).raw.tolist() == [number]
    assert classify([level], [CALM]).confirmed.tolist() == [number]


@pytest.mark.parametrize(
    ("before", "level", "call"),
    [
        (0.8, 0.2501, 1),
        (0.8, 0.2499, 3),
        (0.0, 0.5499, 3),
        (0.0, 0.5501, 1),
        (0.0, -0.5499, 3),
        (0.0, -0.5501, 4),
        (-0.8, -0.2501, 4),
        (-0.8, -0.2499, 3),
    ],
)
def test_a_call_ends_fifteen_hundredths_beyond_its_edge(before: float, level: float, call: int) -> None:
    assert classify([before] * 4 + [level], [CALM] * 5).confirmed.iloc[-1] == call


def test_a_milder_call_waits_for_the_third_week_of_the_last_one() -> None:
    found = classify([0.0] * 4 + [-0.8] + [0.0] * 3, [CALM] * 8)
    assert found.raw.tolist() == [3] * 4 + [4, 3, 3, 3]
    assert found.confirmed.tolist() == [3] * 4 + [4, 4, 4, 3]


def test_memberships_are_logistic_in_the_distance_from_the_edges() -> None:
    """0.12 above the edge of a first call, e ÷ (1 + e) = 73 % is a bull market; participation is the broadest."""
    shares = classify([0.52], [CALM]).memberships.iloc[0]
    bull, broad = np.e / (1 + np.e), 1 / (1 + np.exp(-6.0))
    off = 1 / (1 + np.exp((0.52 + 0.4) / 0.12))
    assert shares.tolist() == pytest.approx(
        [bull * broad, bull * (1 - broad), 1 - bull - off, off, 0.0], abs=1e-12
    )


def test_what_waits_has_less_than_the_call_in_force() -> None:
    found = classify([0.0] * 4 + [-0.8, 0.9], [CALM] * 6)
    shares = found.memberships.iloc[-1]
    assert found.confirmed.iloc[-1] == 4 and shares.idxmax() == 4
    # Held 0.02 inside its edge, -0.25.
    assert shares[4] == pytest.approx(1 / (1 + np.exp(-0.02 / 0.12)))


def test_in_a_crisis_the_axis_divides_what_is_left() -> None:
    shares = classify([-1.5], [ACUTE]).memberships.iloc[0]
    assert shares[5] == 0.7 and shares[4] == pytest.approx(0.3, abs=1e-4)


def test_a_crisis_begins_at_its_entry_and_lasts_to_its_exit() -> None:
    vix = [34.99, 28.0, 35.0, 30.0, 28.0, 27.99, 34.99]
    found = classify([-1.5] * len(vix), [ACUTE | {"vix": each} for each in vix])
    assert found.acute.tolist() == [False, False, True, True, True, False, False]


def test_a_crisis_begins_below_one_and_lasts_to_eight_tenths_on_the_axis() -> None:
    levels = [-1.0, -1.001, -0.801, -0.8, -0.9]
    assert classify(levels, [ACUTE] * 5).acute.tolist() == [False, True, True, False, False]


@pytest.mark.parametrize(
    ("edge", "inside"),
    [
        ({"hy_spread": 8.0}, {"hy_spread": 8.01}),
        ({"hy_spread_change_8w": 25.0}, {"hy_spread_change_8w": 25.01}),
        ({"pct_above_200d": 25.0}, {"pct_above_200d": 24.99}),
        ({"pct_above_50d": 10.0}, {"pct_above_50d": 9.99}),
    ],
)
def test_evidence_is_acute_beyond_its_line(edge: dict[str, float], inside: dict[str, float]) -> None:
    shock = CALM | {"vix": 40.0}
    assert classify([-1.5] * 2, [shock | edge, shock | inside]).acute.tolist() == [False, True]


def test_a_spread_that_narrows_as_fast_as_one_that_alarms_is_no_acute_evidence() -> None:
    """May 2009: 13 % after a fall of 31 % in eight weeks. A breadth collapse counts all the same."""
    shock = CALM | {"vix": 40.0, "hy_spread": 13.0}
    changes = [-25.0, -25.01, float("nan")]
    found = classify([-1.5] * 3, [shock | {"hy_spread_change_8w": each} for each in changes])
    assert found.acute.tolist() == [True, False, True]
    collapse = shock | {"hy_spread_change_8w": -30.0, "pct_above_200d": 24.0}
    assert classify([-1.5], [collapse]).acute.tolist() == [True]


def test_the_baa_spread_is_evidence_only_where_there_is_no_high_yield_spread() -> None:
    credit = CALM | {"vix": 55.0, "baa_spread": 5.0}
    assert classify([-1.5] * 2, [credit, credit | {"hy_spread": np.nan}]).acute.tolist() == [False, True]


def test_a_crisis_is_left_when_its_evidence_ends() -> None:
    vix = [14.0] * 20 + [36.0, 30.0, 28.0, 27.9, 27.9]
    found = classify([0.8] * 20 + [-1.5] * 5, [CALM] * 20 + [ACUTE | {"vix": each} for each in vix[20:]])
    assert found.raw.iloc[20:].tolist() == [5, 5, 5, 4, 4]
    assert found.confirmed.iloc[20:].tolist() == [5, 5, 5, 4, 4]


def exposure(levels: list[float], **changes: float) -> target_exposure.TargetExposureHistory:
    """Target exposure of engines that are all at one level, while 12 % volatility is expected."""
    index, rules = fridays(len(levels)), PARAMS.portfolio.target_exposure
    score = pd.DataFrame(dict.fromkeys(ENGINES, levels), index=index)
    regime, quiet = pd.Series(1, index=index, dtype="Int64"), pd.Series(False, index=index)
    level = pd.Series(100.0, index=index)
    return target_exposure.target_exposure(
        score, regime, level * 0.12, quiet, level, rules.model_copy(update=changes)
    )


def test_a_step_of_exactly_the_threshold_is_taken() -> None:
    levels = [0.05, 0.25]
    target = exposure(levels).target
    step = float(target.iloc[1] - target.iloc[0])
    assert exposure(levels, step_threshold=step).exposure.iloc[1] > target.iloc[0]
    assert exposure(levels, step_threshold=np.nextafter(step, 1.0)).exposure.iloc[1] == target.iloc[0]


def test_the_lean_weighs_the_weeks_there_are() -> None:
    """Half-life of four weeks: the week before counts 0.5 ** 0.25 as much, also when there are only two."""
    before = 0.5**0.25
    assert exposure([0.4, 0.1]).lean.iloc[1] == pytest.approx((0.1 + 0.4 * before) / (1 + before))


QUIET_VIX = {"vix": 15.0, "vix_highest_close": 15.0, "vix_lowest_close": 15.0}


def recoveries(share: list[float]) -> list[int]:
    """Weeks in which breadth improves, from the share of members above their 50-day average."""
    index = fridays(len(share))
    score = pd.DataFrame(0.0, index=index, columns=list(ENGINES))
    values = pd.DataFrame({"pct_above_50d": share, **QUIET_VIX}, index=index)
    found = inflections.detect(score, values, PARAMS.regimes.inflections)["breadth:improving"]
    return np.flatnonzero(found.to_numpy() > 0).tolist()


def test_breadth_crosses_from_the_level_itself() -> None:
    assert recoveries([10.0, 50.0, 50.5]) == [2]


def test_the_same_inflection_is_quiet_for_six_weeks_and_no_longer() -> None:
    assert recoveries([10.0, 55.0, *[10.0] * 5, 55.0]) == [1]
    assert recoveries([10.0, 55.0, *[10.0] * 6, 55.0]) == [1, 8]


def test_the_opposite_inflection_ends_one_before_half_of_its_move_is_lost() -> None:
    """From 10 to 55, so 32.5 gives half of it back; the break of breadth at 39 comes first."""
    index, rules = fridays(5), PARAMS.regimes.inflections
    score = pd.DataFrame(0.0, index=index, columns=list(ENGINES))
    values = pd.DataFrame({"pct_above_50d": [10.0, 55.0, 80.0, 39.0, 39.0], **QUIET_VIX}, index=index)
    found = inflections.detect(score, values, rules)
    assert found["breadth:deteriorating"].iloc[3] > 0
    until = inflections.weeks_until_reversal(found, score, values, rules)
    assert until["breadth:improving"].iloc[1] == 2.0


@pytest.mark.parametrize(
    ("efficiency", "word"), [(0.2, "trending"), (0.1999, "mixed"), (0.0801, "mixed"), (0.08, "choppy")]
)
def test_the_tape_is_named_from_its_thresholds_on(efficiency: float, word: str) -> None:
    index = fridays(1)
    history = pd.DataFrame({"efficiency_ratio": efficiency, "net_efficiency": efficiency}, index=index)
    history = history.assign(variance_ratio=1.0, breakout_success=0.5)
    style, regime = pd.Series("trend_following", index=index), pd.Series(1, index=index)
    assert styles.reading(style, regime, history, PARAMS.regimes.styles, index[0]).tape == word
