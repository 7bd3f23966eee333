"""Every insight's rule: a market that makes it fire, one that does not, and what a missing series does."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiveengines.base.errors import ParameterError
from fiveengines.playbook import content
from fiveengines.playbook.rules.judging import UNKNOWN, judge
from fiveengines.playbook.rules.verdict import RULES
from fiveengines.playbook.weeks import Weeks
from playbook.synthetic import COUNT, cut, pieces, sawtooth, thrusting, weeks


@dataclass(frozen=True)
class Case:
    """A market that fires a rule, one that misses it in a single respect, and the status that one has."""

    fires: dict[str, Any]
    misses: dict[str, Any]
    misses_as: str = "dormant"
    opposite: dict[str, Any] | None = None
    words: dict[str, str] = field(default_factory=dict)


def state(engine: str, word: str) -> dict[str, Any]:
    return {"words": {f"{engine}_state": word}}


SPIKE = {"vix": pieces(14, (24, 1)), "vol_target_exposure": pieces(90, (60, 1))}
FELL = {"spx_from_high": pieces(0, (-20, 10))}
HEALED = {"hy_spread": pieces(5, (8, 5), (7, 5))}
SHORT_COVERING = {"cta_exposure": pieces(50, (-30, 4), (5, 1), (10, 1)), "vix": pieces(15, (35, 4), (22, 3))}
STIRRING = sawtooth(80, 120, 82, 82, 82, 82, 82, 110)
CUT_LATELY = pieces(5.0, (4.75, 3))
HIKED_LATELY = pieces(2.0, (2.25, 3))
CASES: dict[int, Case] = {
    1: Case(
        {"liquidity_score": pieces(-0.3, (0.1, 4)), "spx_from_high": -10},
        {"liquidity_score": pieces(-0.3, (0.1, 4)), "spx_from_high": -5},
    ),
    2: Case(FELL | HEALED | {"impulse_4w": 1.0}, FELL | HEALED | {"impulse_4w": -1.0}, "watch"),
    3: Case(
        {"hy_spread": pieces(4.5, (4.0, 4)), "vix_percentile": 30, "liquidity_score": 0.4},
        {"hy_spread": pieces(4.5, (4.0, 4)), "vix_percentile": 30},
        "watch",
    ),
    4: Case({"liquidity_score": 0.4, "nfci": -0.4}, {"liquidity_score": 0.4, "nfci": 0.1}),
    5: Case({"spx": pieces(100, (108, 4)), "dollar_change_13w": -3}, {"spx": pieces(100, (108, 4))}, "watch"),
    6: Case({"tga": pieces(300, (600, 3)), "vix": 14}, {"tga": pieces(300, (600, 3)), "vix": 25}),
    7: Case(
        {"small_vs_large_13w": -5} | state("liquidity", "adverse"),
        {"small_vs_large_13w": -5},
        "watch",
        {"small_vs_large_13w": 5} | state("liquidity", "supportive"),
    ),
    8: Case(
        {"impulse_13w": pieces(1, (-1, 10))},
        {"impulse_13w": 1.0, "impulse_4w": pieces(0, (5, 1))} | state("liquidity", "adverse"),
        opposite={"impulse_13w": 1.0, "impulse_4w": pieces(0, (5, 1))},
    ),
    9: Case({"vix": 14}, {"vix": pieces(14, (17, 5))}),
    10: Case(
        {"vix": 12, "realized_vol_21d": 9, "vix_term_ratio": 0.85},
        {"vix": pieces(18, (12, 2)), "realized_vol_21d": 9, "vix_term_ratio": 0.85},
        "watch",
    ),
    11: Case(
        {"vix": 25, "realized_vol_21d": 22, "efficiency_ratio_63d": 0.05},
        {"vix": 25, "realized_vol_21d": 22, "efficiency_ratio_63d": 0.3},
        "watch",
    ),
    12: Case(SPIKE, SPIKE | {"hy_spread": pieces(4.0, (4.6, 1))}),
    13: Case({"vvix": STIRRING, "vix": 13}, {"vvix": STIRRING, "vix": 20}),
    14: Case({"positioning_score": -0.6} | state("liquidity", "adverse"), {"positioning_score": -0.6}),
    15: Case(
        {"dealer_gamma": sawtooth(1, 5, -1, -1)},
        {"dealer_gamma": sawtooth(1, 5, -1, 0.5)},
        "watch",
    ),
    16: Case(
        {"vix": 25, "realized_vol_21d": 12, "implied_minus_realized": 13},
        {
            "vix": 25,
            "realized_vol_21d": 12,
            "implied_minus_realized": 13,
            "words": {"volatility_direction": "deteriorating"},
        },
        "watch",
    ),
    17: Case(
        {"spx_from_high": -1, "pct_above_200": pieces(80, (65, 4))},
        {"spx_from_high": -6, "pct_above_200": pieces(80, (65, 4))},
    ),
    18: Case(
        {"pct_above_50": pieces(60, (10, 4), (40, 3)), "net_new_highs": pieces(1, (-8, 4), (0, 3))},
        {"pct_above_50": pieces(60, (10, 4), (20, 3)), "net_new_highs": pieces(1, (-8, 4), (0, 3))},
        "watch",
    ),
    19: Case({"daily": thrusting(0.3, 0.8, 12, 8)}, {"daily": thrusting(0.45, 0.6, 12, 8)}),
    20: Case(
        {"equal_vs_cap_13w": -4, "spx": pieces(100, (104, 4)), "pct_above_200": 50},
        {"equal_vs_cap_13w": -4, "spx": pieces(100, (104, 4)), "pct_above_200": 70},
        "watch",
    ),
    21: Case(
        {"pct_above_200": 75, "net_new_highs": 4, "equal_vs_cap_13w": 0},
        {"pct_above_200": pieces(50, (75, 2)), "net_new_highs": 4, "equal_vs_cap_13w": 0},
        "watch",
    ),
    22: Case({"spx_from_high": -1, "pct_above_200": 50}, {"spx_from_high": -1, "pct_above_200": 70}),
    23: Case({"cot_percentile": 95, "naaim": 98}, {"cot_percentile": 95}, "watch"),
    24: Case({"cot_leveraged_percentile": 5, "aaii_bears": 55}, {"cot_leveraged_percentile": 5}, "watch"),
    25: Case({"positioning_score": -0.7}, {"positioning_score": -0.4}, opposite={"positioning_score": 0.7}),
    26: Case({"cta_exposure": 90}, {"cta_exposure": 60}),
    27: Case(SHORT_COVERING | {"vix_term_ratio": 0.9}, SHORT_COVERING | {"vix_term_ratio": 1.05}, "watch"),
    28: Case(
        {"dealer_gamma": sawtooth(1, 5, 1)},
        {"dealer_gamma": sawtooth(1, 5, 3), "expiry_next_week": 1.0},
        "watch",
        {"dealer_gamma": sawtooth(1, 5, 5)},
    ),
    29: Case({"naaim": 30, "cta_exposure": -5}, {"naaim": 30}),
    30: Case(
        {
            "vol_target_exposure": pieces(90, (50, 2)),
            "naaim": pieces(80, (45, 2)),
            "vix": pieces(15, (35, 2)),
        },
        {"vol_target_exposure": pieces(90, (50, 2)), "vix": pieces(15, (35, 2))},
        "watch",
        {
            "vol_target_exposure": pieces(90, (50, 6)),
            "naaim": pieces(80, (45, 6)),
            "vix": pieces(15, (35, 4), (20, 2)),
        },
    ),
    31: Case(
        {"two_year_minus_policy": -80}, {"two_year_minus_policy": -20}, opposite={"two_year_minus_policy": 80}
    ),
    32: Case(
        {"dgs2_change_13w": 60},
        {"dgs2_change_13w": 30},
        "watch",
        {"dgs2_change_13w": -60},
    ),
    33: Case(
        {"real_yield_change_13w": 40},
        {"real_yield_change_13w": 10},
        opposite={"real_yield_change_13w": -40},
    ),
    34: Case({"curve_2s10s": pieces(10, (50, 5))}, {"curve_2s10s": pieces(50, (10, 5))}),
    35: Case({"curve_3m10y": -10}, {"curve_3m10y": pieces(50, (-10, 2))}, "watch"),
    36: Case({"policy_target": CUT_LATELY, "hy_spread": 7}, {"policy_target": CUT_LATELY, "hy_spread": 4}),
    37: Case(
        {"policy_target": HIKED_LATELY, "breadth_score": 0.3, "hy_spread": 4},
        {"policy_target": HIKED_LATELY, "breadth_score": 0.3, "hy_spread": 6},
        "watch",
    ),
    38: Case({"policy_target": pieces(2.0, (2.25, 60), (2.0, 3))}, {"policy_target": pieces(2.0, (2.25, 3))}),
}


def status(insight: int, market: dict[str, Any]) -> str:
    """The last week's status of one insight."""
    judged = judge(weeks(**market), {insight: content.insights()[insight]})
    return str(judged.frame()[insight].iloc[-1])


def test_every_insight_has_a_rule_and_every_rule_an_insight() -> None:
    assert {each.rule for each in content.insights().values()} == set(RULES)
    assert sorted(CASES) == sorted(content.insights())


@pytest.mark.parametrize("insight", sorted(CASES))
def test_fires(insight: int) -> None:
    assert status(insight, CASES[insight].fires) == "active"


@pytest.mark.parametrize("insight", sorted(CASES))
def test_does_not_fire_when_one_thing_is_missing(insight: int) -> None:
    assert status(insight, CASES[insight].misses) == CASES[insight].misses_as


@pytest.mark.parametrize("insight", [each for each, case in sorted(CASES.items()) if case.opposite])
def test_mirror_case(insight: int) -> None:
    assert status(insight, CASES[insight].opposite or {}) == "opposite"


def test_every_written_mirror_case_is_tried() -> None:
    written = {number for number, each in content.insights().items() if each.opposite}
    assert written == {number for number, case in CASES.items() if case.opposite}


def impossible(threshold: str) -> tuple[float, float]:
    """Values that no market can meet, or meets too late."""
    return (1000.0, 1.0) if threshold.endswith(("weeks", "sessions")) else (1e6, -1e6)


@pytest.mark.parametrize("insight", sorted(CASES))
def test_a_changed_threshold_silences_the_rule(insight: int) -> None:
    """The numbers come from insights.yaml: with an impossible one the same market does not fire."""
    entry = content.insights()[insight]
    market = weeks(**CASES[insight].fires)
    trials = [{name: value} for name in entry.thresholds for value in impossible(name)]
    trials.append({name: impossible(name)[0] for name in entry.thresholds})
    entries = [entry.model_copy(update={"thresholds": {**entry.thresholds, **each}}) for each in trials]
    silent = [judge(market, {insight: each}).frame()[insight].iloc[-1] != "active" for each in entries]
    assert any(silent)


@pytest.mark.parametrize("insight", sorted(CASES))
def test_missing_series_cannot_be_judged_and_never_crash(insight: int) -> None:
    market = weeks(**CASES[insight].fires)
    blind = Weeks(
        market.dates,
        {name: np.full(COUNT, np.nan) for name in market.series},
        {name: np.full(COUNT, "unknown", dtype=object) for name in market.words},
        {name: np.full(len(each), np.nan) for name, each in market.daily.items()},
        market.at,
    )
    judged = judge(blind, {insight: content.insights()[insight]})
    assert judged.codes[-1, 0] == UNKNOWN
    assert judged.frame()[insight].iloc[-1] == "dormant"


@pytest.mark.parametrize("insight", sorted(CASES))
@pytest.mark.parametrize("count", [COUNT - 1, COUNT - 7, 90, 30])
def test_later_weeks_change_nothing(insight: int, count: int) -> None:
    entry = {insight: content.insights()[insight]}
    market = weeks(**CASES[insight].fires)
    whole, part = judge(market, entry), judge(cut(weeks(**CASES[insight].fires), count), entry)
    assert (whole.codes[:count] == part.codes).all()


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(60, COUNT - 1))
def test_no_rule_looks_ahead_on_random_histories(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    market = weeks()
    for name, each in market.series.items():
        walk = each + np.abs(each).max() * 0.05 * random.standard_normal(COUNT).cumsum()
        market.series[name] = np.where(random.random(COUNT) < 0.02, np.nan, walk)
    market.series["spx"] = np.abs(market.series["spx"]) + 1.0
    part = cut(market, count)
    insights = content.insights()
    assert (judge(market, insights).codes[:count] == judge(part, insights).codes).all()


def test_hinge_needs_hikes_before_the_cut() -> None:
    assert status(38, {"policy_target": pieces(2.0, (1.75, 3))}) == "dormant"
    paused = {"policy_target": pieces(2.0, (2.25, 40)), "two_year_minus_policy": -10}
    assert status(38, paused) == "active"
    assert status(38, paused | {"policy_target": pieces(2.0, (2.25, 20))}) == "watch"


def test_thrust_is_named_and_dated() -> None:
    market = weeks(daily=thrusting(0.3, 0.62, 12, 20))
    judged = judge(market, {19: content.insights()[19]})
    figures = judged.verdicts[19].figures
    assert judged.frame()[19].iloc[-1] == "dormant" and figures["thrust_name"][-1] == ""
    fired = judge(weeks(daily=thrusting(0.3, 0.8, 12, 8)), {19: content.insights()[19]}).verdicts[19].figures
    assert fired["thrust_name"][-1] == "Zweig" and fired["thrust_weeks"][-1] in (0, 1)


# Markets that look like the insight to a careless rule, and what it must say instead.
FLOODED = FELL | {"hy_spread": pieces(5, (8, 5), (9, 1)), "impulse_4w": 3.0}
WASHED = pieces(60, (10, 3), (50, 3))
THRUST = {"daily": thrusting(0.3, 0.8, 12, 18)}
COVERED = SHORT_COVERING | {"vix_term_ratio": 0.9, "cta_exposure": pieces(50, (-30, 4), (15, 1), (20, 1))}
LIGHT_BEFORE = {
    "vol_target_exposure": pieces(30, (15, 2)),
    "naaim": pieces(40, (5, 2)),
    "vix": pieces(25, (60, 2)),
}
CUT_TWICE = {"naaim": pieces(80, (45, 4)), "vix": pieces(15, (35, 2), (20, 2))}


@pytest.mark.parametrize(
    ("insight", "market", "expected"),
    [
        # A central bank that adds in a panic, with credit at its worst: no low.
        (2, FLOODED, "dormant"),
        # Near its high again, the index has left the low behind.
        (
            2,
            HEALED | {"spx_from_high": pieces(0, (-20, 5), (-3, 5)), "impulse_4w": 1.0},
            "dormant",
        ),
        # Off an old peak and widening again.
        (2, FELL | {"hy_spread": pieces(5, (10, 3), (6, 3), (7, 2)), "impulse_4w": 1.0}, "watch"),
        # Half a point off a spread of 17 % is noise.
        (2, FELL | {"hy_spread": pieces(10, (17, 5), (16.4, 2)), "impulse_4w": 1.0}, "dormant"),
        # From very low to low is still quiet.
        (13, {"vvix": sawtooth(80, 120, 82, 82, 82, 82, 82, 92), "vix": 13}, "dormant"),
        # A rebound that has been given back.
        (18, {"pct_above_50": WASHED, "net_new_highs": pieces(1, (-8, 3), (0, 3))}, "active"),
        (
            18,
            {
                "pct_above_50": np.concatenate([WASHED[1:], [30.0]]),
                "net_new_highs": pieces(1, (-8, 3), (0, 4)),
            },
            "dormant",
        ),
        # A thrust whose start has been undercut.
        (19, THRUST | {"spx": pieces(100, (99, 1))}, "dormant"),
        (19, THRUST | {"spx": pieces(100, (108, 2), (101, 1))}, "active"),
        # A dip of a week does not end a divergence, and one week is none.
        (22, {"spx_from_high": pieces(-4, (-1, 2), (-3, 1), (-1, 1)), "pct_above_200": 50}, "active"),
        (22, {"spx_from_high": pieces(-4, (-1, 1)), "pct_above_200": 50}, "watch"),
        # Who is long has nothing left to cover.
        (27, COVERED, "dormant"),
        # The VIX has left its peak and exposure still falls: wait.
        (30, CUT_TWICE | {"vol_target_exposure": pieces(90, (50, 3), (40, 1))}, "active"),
        # A fund that was light already and halves what it has left is cutting.
        (30, LIGHT_BEFORE, "active"),
        # The policy rate falls faster than the 2-year yield: no hikes are priced.
        (31, {"two_year_minus_policy": 80, "dgs2_change_13w": -90}, "watch"),
        # Hikes are not being absorbed while volatility is adverse.
        (37, CASES[37].fires | state("volatility", "adverse"), "watch"),
    ],
)
def test_what_a_careless_rule_would_mistake(insight: int, market: dict[str, Any], expected: str) -> None:
    assert status(insight, market) == expected


def test_an_old_cut_is_no_evidence() -> None:
    market = weeks(policy_target=pieces(5.0, (4.75, 60)), hy_spread=7, two_year_minus_policy=-80)
    judged = judge(market, {36: content.insights()[36]})
    assert judged.frame()[36].iloc[-1] == "active"
    assert np.isnan(judged.verdicts[36].figures["weeks_since_cut"][-1])


def test_curve_move_has_its_name() -> None:
    falling = weeks(dgs2=pieces(2.5, (2.0, 5)), dgs10=pieces(3.0), curve_2s10s=pieces(50, (100, 5)))
    assert (
        judge(falling, {34: content.insights()[34]}).verdicts[34].figures["curve_move"][-1]
        == "bull steepening"
    )


def test_unknown_rule_and_missing_threshold_are_refused() -> None:
    entry = content.insights()[26]
    with pytest.raises(ParameterError, match="insight 26 names the rule 'nobody'"):
        judge(weeks(), {26: entry.model_copy(update={"rule": "nobody"})})
    with pytest.raises(ParameterError, match="insight 26 lacks the threshold 'watch_cta'"):
        judge(weeks(), {26: entry.model_copy(update={"thresholds": {"cta": 85.0}})})
