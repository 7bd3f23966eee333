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
    "pct_above_200d": 70.0,
    "pct_above_50d": 70.0,
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


def classify(
    points: list[dict[str, float]], values: list[dict[str, float]], **changes: object
) -> regimes.RegimeHistory:
    index = fridays(len(points))
    score = pd.DataFrame(points, index=index)[list(ENGINES)]
    return regimes.classify(
        score, pd.DataFrame(values, index=index), PARAMS.regimes.model_copy(update=changes)
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


def test_a_shock_moves_the_average_half_way() -> None:
    prototypes = PARAMS.regimes.prototypes
    found = classify([prototypes[1]] * 20 + [prototypes[4]], [CALM] * 20 + [CALM | {"vix": 29.0}])
    now, before = found.instant.iloc[-1], found.memberships.iloc[-2]
    kept = 0.5 ** (1 / 1.5)
    assert found.memberships.iloc[-1].tolist() == pytest.approx(
        (0.5 * now + 0.5 * ((1 - kept) * now + kept * before)).tolist()
    )
    assert found.confirmed.iloc[-1] == 4


def test_a_shock_does_not_let_in_a_regime_that_asks_for_risk() -> None:
    melt_up = {"liquidity": 0.7, "volatility": -0.3, "breadth": 0.6, "positioning": -0.9, "rate_path": 0.1}
    found = classify([PARAMS.regimes.prototypes[1]] * 20 + [melt_up], [CALM] * 20 + [CALM | {"vix": 29.0}])
    assert (bool(found.shock.iloc[-1]), found.raw.iloc[-1], found.confirmed.iloc[-1]) == (True, 2, 1)


def test_a_shock_is_measured_against_the_low_of_three_weeks_before() -> None:
    vix = [14.0] * 5 + [18.9, 18.9, 20.0, 20.0]
    points = [PARAMS.regimes.prototypes[4]] * len(vix)
    found = classify(points, [CALM | {"vix": each} for each in vix])
    assert found.shock.tolist() == [False] * 7 + [True, False]


def test_a_crisis_begins_at_its_entry_and_lasts_to_its_exit() -> None:
    vix = [34.99, 28.0, 35.0, 30.0, 28.0, 27.99, 34.99]
    points = [PARAMS.regimes.prototypes[5]] * len(vix)
    found = classify(points, [ACUTE | {"vix": each} for each in vix])
    assert found.acute.tolist() == [False, False, True, True, True, False, False]


def test_the_baa_spread_is_evidence_only_where_there_is_no_high_yield_spread() -> None:
    credit = CALM | {"vix": 55.0, "baa_spread": 5.0}
    points = [PARAMS.regimes.prototypes[5]] * 2
    assert classify(points, [credit, credit | {"hy_spread": np.nan}]).acute.tolist() == [False, True]


def test_a_quiet_change_is_confirmed_in_its_second_week() -> None:
    """The lead of regime 3 over 1, averaged with a half-life of 1.5 weeks: -0.56 before, +0.53 in each week after.

    With r = 0.5 ** (1 / 1.5) = 0.63 it is r·(-0.56) + (1 - r)·0.53 = -0.16 after one week and 0.10 after two.
    """
    prototypes = PARAMS.regimes.prototypes
    found = classify([prototypes[1]] * 20 + [prototypes[3]] * 4, [CALM] * 24)
    lead = (found.instant[3] - found.instant[1]).iloc[[19, 20]].tolist()
    r = 0.5 ** (1 / 1.5)
    averaged = [r**weeks * lead[0] + (1 - r**weeks) * lead[1] for weeks in range(1, 5)]
    assert (found.memberships[3] - found.memberships[1]).iloc[20:].tolist() == pytest.approx(averaged)
    assert averaged[0] < 0.08 < averaged[1]
    assert found.confirmed.iloc[19:].tolist() == [1, 1, 3, 3, 3]
    assert found.raw.iloc[19:].tolist() == [1, 3, 3, 3, 3]


def test_a_shock_lets_in_a_choppy_range() -> None:
    """The same week waits when VIX has not jumped."""
    points = [PARAMS.regimes.prototypes[1]] * 20 + [PARAMS.regimes.prototypes[3] | {"volatility": -0.26}]
    calls = [
        classify(points, [CALM] * 20 + [CALM | {"vix": each}]).confirmed.iloc[-1] for each in (14.0, 29.0)
    ]
    assert calls == [1, 3]


def test_a_shock_never_calls_for_a_better_regime() -> None:
    """From risk-off to a choppy range: nearer to bull, so it waits although VIX has jumped."""
    prototypes = PARAMS.regimes.prototypes
    choppy = prototypes[3] | {"volatility": -0.26}
    found = classify([prototypes[4]] * 20 + [choppy], [CALM] * 20 + [CALM | {"vix": 29.0}])
    assert (bool(found.shock.iloc[-1]), found.raw.iloc[-1], found.confirmed.iloc[-1]) == (True, 3, 4)


def test_a_crisis_is_left_when_its_evidence_ends() -> None:
    vix = [14.0] * 20 + [36.0, 30.0, 28.0, 27.9, 27.9]
    points = [PARAMS.regimes.prototypes[1]] * 20 + [PARAMS.regimes.prototypes[5]] * 5
    found = classify(points, [CALM] * 20 + [ACUTE | {"vix": each} for each in vix[20:]])
    assert found.raw.iloc[20:].tolist() == [5, 5, 5, 4, 4]
    assert found.confirmed.iloc[20:].tolist() == [5, 5, 5, 4, 4]


def test_a_new_regime_must_lead_by_more_than_the_margin() -> None:
    prototypes = PARAMS.regimes.prototypes
    points, values = [prototypes[1]] * 20 + [prototypes[3]] * 4, [CALM] * 24
    free = classify(points, values, margin=0.0)
    week = int(np.argmax((free.confirmed == 3).to_numpy()))
    lead = free.memberships.iloc[week][3] - free.memberships.iloc[week][1]
    assert classify(points, values, margin=lead).confirmed.iloc[week] == 1
    assert classify(points, values, margin=np.nextafter(lead, 0.0)).confirmed.iloc[week] == 3


def test_a_step_of_exactly_the_threshold_is_taken() -> None:
    index, rules = fridays(2), PARAMS.portfolio.target_exposure
    score = pd.DataFrame({each: [0.05, 0.25] for each in ENGINES}, index=index)
    regime = pd.Series(1, index=index)

    def second(threshold: float) -> float:
        changed = rules.model_copy(update={"step_threshold": threshold})
        return float(target_exposure.target_exposure(score, regime, changed).exposure.iloc[1])

    target = target_exposure.target_exposure(score, regime, rules).target
    step = float(target.iloc[1] - target.iloc[0])
    assert second(step) > target.iloc[0]
    assert second(np.nextafter(step, 1.0)) == target.iloc[0]


def test_alignment_weighs_the_weeks_there_are() -> None:
    """Half-life of two weeks: the week before counts 0.5 ** 0.5 as much, also when there are only two."""
    index, rules = fridays(2), PARAMS.portfolio.target_exposure
    score = pd.DataFrame({each: [0.4, 0.1] for each in ENGINES}, index=index)
    found = target_exposure.target_exposure(score, pd.Series(1, index=index), rules)
    kept = 0.5**0.5
    assert found.alignment.iloc[1] == pytest.approx((0.1 + 0.4 * kept) / (1 + kept))


CALM = {"vix": 15.0, "vix_highest_close": 15.0, "vix_lowest_close": 15.0}


def recoveries(share: list[float]) -> list[int]:
    """Weeks in which breadth improves, from the share of members above their 50-day average."""
    index = fridays(len(share))
    score = pd.DataFrame(0.0, index=index, columns=list(ENGINES))
    values = pd.DataFrame({"pct_above_50d": share, **CALM}, index=index)
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
    values = pd.DataFrame({"pct_above_50d": [10.0, 55.0, 80.0, 39.0, 39.0], **CALM}, index=index)
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
