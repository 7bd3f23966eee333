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
from fiveengines.playbook.conditions import quantity
from fiveengines.playbook.rule_inputs import RuleInputs
from fiveengines.playbook.rules.evaluation import UNKNOWN, evaluate
from fiveengines.playbook.rules.registry import RULES
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
FELL = {"index_from_high": pieces(0, (-20, 10))}
HEALED = {"hy_spread": pieces(5, (8, 5), (7, 5))}
SHORT_COVERING = {"cta_exposure": pieces(50, (-30, 4), (5, 1), (10, 1)), "vix": pieces(15, (35, 4), (22, 3))}
STIRRING = sawtooth(80, 120, 82, 82, 82, 82, 82, 110)
CUT_LATELY = pieces(5.0, (4.75, 3))
HIKED_LATELY = pieces(2.0, (2.25, 3))
CASES: dict[str, Case] = {
    "liquidity_turns_in_drawdown": Case(
        {"liquidity_score": pieces(-0.3, (0.1, 4)), "index_from_high": -10},
        {"liquidity_score": pieces(-0.3, (0.1, 4)), "index_from_high": -5},
    ),
    "liquidity_stops_worsening": Case(
        FELL | HEALED | {"net_liquidity_impulse_4w": 1.0},
        FELL | HEALED | {"net_liquidity_impulse_4w": -1.0},
        "watch",
    ),
    "risk_premiums_narrow": Case(
        {"hy_spread": pieces(4.5, (4.0, 4)), "vix_percentile": 30, "liquidity_score": 0.4},
        {"hy_spread": pieces(4.5, (4.0, 4)), "vix_percentile": 30},
        "watch",
    ),
    "ample_liquidity": Case(
        {"liquidity_score": 0.4, "financial_conditions": -0.4},
        {"liquidity_score": 0.4, "financial_conditions": 0.1},
    ),
    "rally_financed_abroad": Case(
        {"spx": pieces(100, (108, 4)), "dollar_13w": -3}, {"spx": pieces(100, (108, 4))}, "watch"
    ),
    "sudden_liquidity_drain": Case(
        {"treasury_account": pieces(300, (600, 3)), "net_liquidity_impulse_4w": -0.5, "vix": 14},
        {"treasury_account": pieces(300, (600, 3)), "net_liquidity_impulse_4w": -0.5, "vix": 25},
    ),
    "small_caps_confirm_liquidity": Case(
        {"small_vs_large_13w": -5} | state("liquidity", "adverse"),
        {"small_vs_large_13w": -5},
        "watch",
        {"small_vs_large_13w": 5} | state("liquidity", "supportive"),
    ),
    "slow_drain_or_burst": Case(
        {"net_liquidity_impulse_13w": pieces(1, (-1, 10))},
        {"net_liquidity_impulse_13w": 1.0, "net_liquidity_impulse_4w": pieces(0, (5, 1))}
        | state("liquidity", "adverse"),
        opposite={"net_liquidity_impulse_13w": 1.0, "net_liquidity_impulse_4w": pieces(0, (5, 1))},
    ),
    "volatility_zone_persists": Case({"vix": 14}, {"vix": pieces(14, (17, 5))}),
    "calm_trend": Case(
        {"vix": 12, "realized_volatility_21d": 9, "vix_term": 0.85},
        {"vix": pieces(18, (12, 2)), "realized_volatility_21d": 9, "vix_term": 0.85},
        "watch",
    ),
    "volatile_without_trend": Case(
        {"vix": 25, "realized_volatility_21d": 22, "efficiency_ratio_63d": 0.05},
        {"vix": 25, "realized_volatility_21d": 22, "efficiency_ratio_63d": 0.3},
        "watch",
    ),
    "mechanical_volatility_spike": Case(SPIKE, SPIKE | {"hy_spread": pieces(4.0, (4.6, 1))}),
    "vvix_before_vix": Case({"vvix": STIRRING, "vix": 13}, {"vvix": STIRRING, "vix": 20}),
    "crowded_while_draining": Case(
        {"positioning_score": -0.6, "liquidity_score": pieces(-0.3, (-0.35, 2))}
        | state("liquidity", "adverse"),
        {"positioning_score": -0.6, "liquidity_score": pieces(-0.35, (-0.3, 2))}
        | state("liquidity", "adverse"),
    ),
    "negative_gamma": Case(
        {"dealer_gamma": sawtooth(1, 5, -1, -1)},
        {"dealer_gamma": sawtooth(1, 5, -1, 0.5)},
        "watch",
    ),
    "implied_far_above_realized": Case(
        {"vix": 25, "realized_volatility_21d": 12, "implied_minus_realized": 13},
        {
            "vix": 25,
            "realized_volatility_21d": 12,
            "implied_minus_realized": 13,
            "words": {"volatility_direction": "deteriorating"},
        },
        "watch",
    ),
    "participation_peaked": Case(
        {"index_from_high": -1, "pct_above_200d": pieces(80, (65, 4))},
        {"index_from_high": -6, "pct_above_200d": pieces(80, (65, 4))},
    ),
    "breadth_turns_from_washout": Case(
        {"pct_above_50d": pieces(60, (10, 4), (40, 3)), "net_new_highs": pieces(1, (-8, 4), (0, 3))},
        {"pct_above_50d": pieces(60, (10, 4), (20, 3)), "net_new_highs": pieces(1, (-8, 4), (0, 3))},
        "watch",
    ),
    "breadth_thrust": Case({"daily": thrusting(0.3, 0.8, 12, 8)}, {"daily": thrusting(0.45, 0.6, 12, 8)}),
    "narrow_rally": Case(
        {"equal_vs_cap_13w": -4, "spx": pieces(100, (104, 4)), "pct_above_200d": 50},
        {"equal_vs_cap_13w": -4, "spx": pieces(100, (104, 4)), "pct_above_200d": 70},
        "watch",
    ),
    "broad_participation": Case(
        {"pct_above_200d": 75, "net_new_highs": 4, "equal_vs_cap_13w": 0},
        {"pct_above_200d": pieces(50, (75, 2)), "net_new_highs": 4, "equal_vs_cap_13w": 0},
        "watch",
    ),
    "breadth_divergence": Case(
        {"index_from_high": -1, "pct_above_200d": 50}, {"index_from_high": -1, "pct_above_200d": 70}
    ),
    "crowded_longs": Case({"cot_percentile": 95, "naaim": 98}, {"cot_percentile": 95}, "watch"),
    "crowded_shorts": Case(
        {"cot_leveraged_funds": 5, "aaii_bears": 55, "cta_exposure": -5},
        {"cot_leveraged_funds": 5, "aaii_bears": 55, "cta_exposure": 5},
        "watch",
    ),
    "positioning_extreme": Case(
        {"positioning_score": -0.7}, {"positioning_score": -0.4}, opposite={"positioning_score": 0.7}
    ),
    "cta_at_maximum": Case({"cta_exposure": 90}, {"cta_exposure": 60}),
    "cta_short_covering": Case(
        SHORT_COVERING | {"vix_term": 0.9}, SHORT_COVERING | {"vix_term": 1.05}, "watch"
    ),
    "dealer_gamma_extreme": Case(
        {"dealer_gamma": sawtooth(1, 5, 1)},
        {"dealer_gamma": sawtooth(1, 5, 3), "expiry_next_week": 1.0},
        "watch",
        {"dealer_gamma": sawtooth(1, 5, 5)},
    ),
    "cash_on_sidelines": Case({"naaim": 30, "cta_exposure": -5}, {"naaim": 30}),
    "fast_derisking": Case(
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
    "policy_path_priced": Case(
        {"two_year_minus_policy_bp": -80},
        {"two_year_minus_policy_bp": -20},
        opposite={"two_year_minus_policy_bp": 80},
    ),
    "two_year_yield_moves": Case(
        {"two_year_change_13w_bp": 60},
        {"two_year_change_13w_bp": 30},
        "watch",
        {"two_year_change_13w_bp": -60},
    ),
    "real_yield_moves": Case(
        {"real_yield_change_13w_bp": 40},
        {"real_yield_change_13w_bp": 10},
        opposite={"real_yield_change_13w_bp": -40},
    ),
    "curve_steepens": Case({"curve_2s10s_bp": pieces(10, (50, 5))}, {"curve_2s10s_bp": pieces(50, (10, 5))}),
    "curve_inverted": Case({"curve_3m10y_bp": -10}, {"curve_3m10y_bp": pieces(50, (-10, 2))}, "watch"),
    "cut_into_stress": Case(
        {"policy_rate": CUT_LATELY, "hy_spread": 7}, {"policy_rate": CUT_LATELY, "hy_spread": 4}
    ),
    "hikes_absorbed": Case(
        {"policy_rate": HIKED_LATELY, "breadth_score": 0.3, "hy_spread": 4},
        {"policy_rate": HIKED_LATELY, "breadth_score": 0.3, "hy_spread": 6},
        "watch",
    ),
    "policy_cycle_turns": Case(
        {"policy_rate": pieces(2.0, (2.25, 60), (2.0, 3))}, {"policy_rate": pieces(2.0, (2.25, 3))}
    ),
}


def status(insight: str, market: dict[str, Any]) -> str:
    """The last week's status of one insight."""
    evaluation = evaluate(weeks(**market), {insight: content.insights()[insight]})
    return str(evaluation.frame()[insight].iloc[-1])


def test_every_insight_has_a_rule_and_every_rule_an_insight() -> None:
    assert set(content.insights()) == set(RULES)
    assert sorted(CASES) == sorted(content.insights())


@pytest.mark.parametrize("insight", sorted(CASES))
def test_fires(insight: str) -> None:
    assert status(insight, CASES[insight].fires) == "active"


@pytest.mark.parametrize("insight", sorted(CASES))
def test_does_not_fire_when_one_thing_is_missing(insight: str) -> None:
    assert status(insight, CASES[insight].misses) == CASES[insight].misses_as


@pytest.mark.parametrize("insight", [each for each, case in sorted(CASES.items()) if case.opposite])
def test_mirror_case(insight: str) -> None:
    assert status(insight, CASES[insight].opposite or {}) == "opposite"


def test_every_written_mirror_case_is_tried() -> None:
    written = {name for name, each in content.insights().items() if each.opposite}
    assert written == {name for name, case in CASES.items() if case.opposite}


def impossible(threshold: str) -> tuple[float, float]:
    """Values that no market can meet, or meets too late."""
    return (1000.0, 1.0) if threshold.endswith(("weeks", "sessions")) else (1e6, -1e6)


@pytest.mark.parametrize("insight", sorted(CASES))
def test_a_changed_threshold_silences_the_rule(insight: str) -> None:
    """The numbers come from insights.yaml: with an impossible one the same market does not fire."""
    entry = content.insights()[insight]
    market = weeks(**CASES[insight].fires)
    trials = [{name: value} for name in entry.thresholds for value in impossible(name)]
    trials.append({name: impossible(name)[0] for name in entry.thresholds})
    entries = [entry.model_copy(update={"thresholds": {**entry.thresholds, **each}}) for each in trials]
    silent = [evaluate(market, {insight: each}).frame()[insight].iloc[-1] != "active" for each in entries]
    assert any(silent)


@pytest.mark.parametrize("insight", sorted(CASES))
def test_missing_series_cannot_be_judged_and_never_crash(insight: str) -> None:
    market = weeks(**CASES[insight].fires)
    blind = RuleInputs(
        market.dates,
        {name: quantity(np.full(COUNT, np.nan)) for name in market.series},
        {name: np.full(COUNT, "unknown", dtype=object) for name in market.labels},
        {name: np.full(len(each), np.nan) for name, each in market.daily.items()},
        market.at,
        market.percentiles,
    )
    evaluation = evaluate(blind, {insight: content.insights()[insight]})
    assert evaluation.codes[-1, 0] == UNKNOWN
    assert evaluation.frame()[insight].iloc[-1] == "dormant"


@pytest.mark.parametrize("insight", sorted(CASES))
@pytest.mark.parametrize("count", [COUNT - 1, COUNT - 7, 90, 30])
def test_later_weeks_change_nothing(insight: str, count: int) -> None:
    entry = {insight: content.insights()[insight]}
    market = weeks(**CASES[insight].fires)
    whole, part = evaluate(market, entry), evaluate(cut(weeks(**CASES[insight].fires), count), entry)
    assert (whole.codes[:count] == part.codes).all()


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(60, COUNT - 1))
def test_no_rule_looks_ahead_on_random_histories(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    market = weeks()
    for name, each in market.series.items():
        walk = each + abs(each).max() * 0.05 * random.standard_normal(COUNT).cumsum()
        walk[random.random(COUNT) < 0.02] = np.nan
        market.series[name] = walk
    market.series["spx"] = abs(market.series["spx"]) + 1.0
    part = cut(market, count)
    insights = content.insights()
    assert (evaluate(market, insights).codes[:count] == evaluate(part, insights).codes).all()


def test_hinge_needs_hikes_before_the_cut() -> None:
    assert status("policy_cycle_turns", {"policy_rate": pieces(2.0, (1.75, 3))}) == "dormant"
    paused = {"policy_rate": pieces(2.0, (2.25, 40)), "two_year_minus_policy_bp": -10}
    assert status("policy_cycle_turns", paused) == "active"
    assert status("policy_cycle_turns", paused | {"policy_rate": pieces(2.0, (2.25, 20))}) == "watch"


def test_thrust_is_named_and_dated() -> None:
    market = weeks(daily=thrusting(0.3, 0.62, 12, 20))
    evaluation = evaluate(market, {"breadth_thrust": content.insights()["breadth_thrust"]})
    figures = evaluation.results["breadth_thrust"].figures
    assert evaluation.frame()["breadth_thrust"].iloc[-1] == "dormant" and figures["thrust_name"][-1] == ""
    fired = (
        evaluate(
            weeks(daily=thrusting(0.3, 0.8, 12, 8)), {"breadth_thrust": content.insights()["breadth_thrust"]}
        )
        .results["breadth_thrust"]
        .figures
    )
    assert fired["thrust_name"][-1] == "Zweig" and fired["thrust_weeks"][-1] in (0, 1)


# Markets that look like the insight to a careless rule, and what it must say instead.
FLOODED = FELL | {"hy_spread": pieces(5, (8, 5), (9, 1)), "net_liquidity_impulse_4w": 3.0}
WASHED = pieces(60, (10, 3), (50, 3))
THRUST = {"daily": thrusting(0.3, 0.8, 12, 18)}
COVERED = SHORT_COVERING | {"vix_term": 0.9, "cta_exposure": pieces(50, (-30, 4), (15, 1), (20, 1))}
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
        ("liquidity_stops_worsening", FLOODED, "dormant"),
        # Near its high again, the index has left the low behind.
        (
            "liquidity_stops_worsening",
            HEALED | {"index_from_high": pieces(0, (-20, 5), (-3, 5)), "net_liquidity_impulse_4w": 1.0},
            "dormant",
        ),
        # Off an old peak and widening again.
        (
            "liquidity_stops_worsening",
            FELL | {"hy_spread": pieces(5, (10, 3), (6, 3), (7, 2)), "net_liquidity_impulse_4w": 1.0},
            "watch",
        ),
        # Half a point off a spread of 17 % is noise.
        (
            "liquidity_stops_worsening",
            FELL | {"hy_spread": pieces(10, (17, 5), (16.4, 2)), "net_liquidity_impulse_4w": 1.0},
            "dormant",
        ),
        # From very low to low is still quiet.
        ("vvix_before_vix", {"vvix": sawtooth(80, 120, 82, 82, 82, 82, 82, 92), "vix": 13}, "dormant"),
        # A rebound that has been given back.
        (
            "breadth_turns_from_washout",
            {"pct_above_50d": WASHED, "net_new_highs": pieces(1, (-8, 3), (0, 3))},
            "active",
        ),
        (
            "breadth_turns_from_washout",
            {
                "pct_above_50d": np.concatenate([WASHED[1:], [30.0]]),
                "net_new_highs": pieces(1, (-8, 3), (0, 4)),
            },
            "dormant",
        ),
        # A thrust whose start has been undercut.
        ("breadth_thrust", THRUST | {"spx": pieces(100, (99, 1))}, "dormant"),
        ("breadth_thrust", THRUST | {"spx": pieces(100, (108, 2), (101, 1))}, "active"),
        # A dip of a week does not end a divergence, and one week is none.
        (
            "breadth_divergence",
            {"index_from_high": pieces(-4, (-1, 2), (-3, 1), (-1, 1)), "pct_above_200d": 50},
            "active",
        ),
        ("breadth_divergence", {"index_from_high": pieces(-4, (-1, 1)), "pct_above_200d": 50}, "watch"),
        # A crowd does not stand where one of the figures quoted says the opposite.
        ("crowded_longs", {"cot_percentile": 95, "naaim": 98, "cta_exposure": -10}, "watch"),
        ("crowded_longs", {"cot_percentile": 40, "naaim": 98, "aaii_bull_bear": 30}, "watch"),
        ("crowded_shorts", {"cot_leveraged_funds": 99, "aaii_bears": 55, "cta_exposure": -30}, "watch"),
        # Spreads that narrow are what the words say to wait for.
        ("cut_into_stress", CASES["cut_into_stress"].fires | {"hy_spread": pieces(9, (7, 2))}, "dormant"),
        # Who is long has nothing left to cover.
        ("cta_short_covering", COVERED, "dormant"),
        # The VIX has left its peak and exposure still falls: wait.
        ("fast_derisking", CUT_TWICE | {"vol_target_exposure": pieces(90, (50, 3), (40, 1))}, "active"),
        # A fund that was light already and halves what it has left is cutting.
        ("fast_derisking", LIGHT_BEFORE, "active"),
        # The policy rate falls faster than the 2-year yield: no hikes are priced.
        ("policy_path_priced", {"two_year_minus_policy_bp": 80, "two_year_change_13w_bp": -90}, "watch"),
        # Hikes are not being absorbed while volatility is adverse.
        ("hikes_absorbed", CASES["hikes_absorbed"].fires | state("volatility", "adverse"), "watch"),
    ],
)
def test_what_a_careless_rule_would_mistake(insight: str, market: dict[str, Any], expected: str) -> None:
    assert status(insight, market) == expected


def test_an_old_cut_is_no_evidence() -> None:
    market = weeks(policy_rate=pieces(5.0, (4.75, 60)), hy_spread=7, two_year_minus_policy_bp=-80)
    evaluation = evaluate(market, {"cut_into_stress": content.insights()["cut_into_stress"]})
    assert evaluation.frame()["cut_into_stress"].iloc[-1] == "active"
    assert evaluation.results["cut_into_stress"].figures["weeks_since_cut"].isna()[-1]


def test_curve_move_has_its_name() -> None:
    falling = weeks(two_year=pieces(2.5, (2.0, 5)), ten_year=pieces(3.0), curve_2s10s_bp=pieces(50, (100, 5)))
    assert (
        evaluate(falling, {"curve_steepens": content.insights()["curve_steepens"]})
        .results["curve_steepens"]
        .figures["curve_move"][-1]
        == "bull steepening"
    )


def test_an_insight_without_a_rule_or_a_threshold_is_refused() -> None:
    entry = content.insights()["cta_at_maximum"]
    with pytest.raises(ParameterError, match="insight 'nobody' has no rule"):
        evaluate(weeks(), {"nobody": entry})
    with pytest.raises(ParameterError, match="insight 'cta_at_maximum' lacks the threshold 'watch_cta'"):
        evaluate(
            weeks(), {"cta_at_maximum": entry.model_copy(update={"thresholds": {"cta": 85.0, "weeks": 4.0}})}
        )
