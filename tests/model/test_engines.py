"""Engines: hand-worked scores, hysteresis, coverage, stand-ins, stress."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.base import parameters
from fiveengines.model import engines

PARAMS = parameters.load().engines
NAMES = [name for lines in PARAMS.engines.values() for name in lines]
WEEKS = pd.date_range("2015-01-02", periods=40, freq="W-FRI")


def frame(weeks: pd.DatetimeIndex = WEEKS, **values: object) -> pd.DataFrame:
    table = pd.DataFrame(np.nan, index=weeks, columns=NAMES)
    for name, value in values.items():
        table[name] = value
    return table


@pytest.mark.parametrize(
    ("vix", "score"), [(13.0, 1.0), (26.0, -1.0), (19.5, 0.0), (9.0, 1.0), (80.0, -1.0), (16.25, 0.5)]
)
def test_scores_run_linearly_between_the_breakpoints(vix: float, score: float) -> None:
    found = engines.read(frame(vix=vix), PARAMS)
    assert found.scores["vix"].iloc[0] == pytest.approx(score)


def test_engine_score_is_the_weighted_mean_of_what_is_there() -> None:
    # VIX 19.5 → 0 (weight 2), VIX/VIX3M 0.86 → +1 (weight 0.5), realised 22 → -1 (weight 1)
    found = engines.read(frame(vix=19.5, vix_term=0.86, realized_volatility_21d=22.0), PARAMS)
    mean = (0.5 - 1.0) / 3.5
    assert found.score["volatility"].iloc[0] == pytest.approx(mean)
    squares = 2 * mean**2 + 0.5 * (1 - mean) ** 2 + (-1 - mean) ** 2
    assert found.disagreement["volatility"].iloc[0] == pytest.approx(np.sqrt(squares / 3.5))
    assert found.coverage["volatility"].iloc[0] == 1.0
    part = engines.read(frame(vix=19.5), PARAMS)
    assert part.coverage["volatility"].iloc[0] == pytest.approx(2 / 3.5)


def test_below_half_coverage_an_engine_is_unknown() -> None:
    found = engines.read(frame(vvix=100.0), PARAMS)
    assert np.isnan(found.score["volatility"].iloc[0])
    assert found.state["volatility"].iloc[0] == "unknown"


def test_a_single_value_is_an_indicator_and_no_engine() -> None:
    """VIX alone is 2 of 3.5 of the weight, above half, and yet one figure."""
    alone = engines.read(frame(vix=19.5), PARAMS)
    assert alone.coverage["volatility"].iloc[0] > PARAMS.minimum_coverage
    assert alone.state["volatility"].iloc[0] == "unknown"
    two = engines.read(frame(vix=19.5, realized_volatility_21d=15.5), PARAMS)
    assert two.state["volatility"].iloc[0] == "neutral"


@pytest.mark.parametrize(
    ("week", "coverage"),
    [
        # AAII (1) and trend followers (1) of what there was: with the CFTC's speculators (0.5, three years after the
        # E-mini's 1997), the equity put/call (0.5, October 2003), NAAIM (1, July 2006), managers (0.5, June 2009).
        ("1999-06-04", 2 / 2),
        ("2002-06-07", 2 / 2.5),
        ("2004-06-04", 2 / 3),
        ("2007-06-01", 2 / 4),
        ("2010-06-04", 2 / 4.5),
    ],
)
def test_what_nobody_published_yet_lowers_no_coverage(week: str, coverage: float) -> None:
    weeks = pd.date_range(week, periods=3, freq="W-FRI")
    found = engines.read(frame(weeks, aaii_bull_bear=0.0, cta_exposure=25.0), PARAMS)
    assert found.coverage["positioning"].iloc[0] == pytest.approx(coverage)
    readable = coverage >= PARAMS.minimum_coverage
    assert (found.state["positioning"].iloc[0] != "unknown") == readable


def test_a_stand_in_is_expected_where_its_first_choice_had_not_begun() -> None:
    """In 1998 the high-yield percentile needs another year and Baa's stands in for it: without either it is missing."""
    weeks = pd.date_range("1998-06-05", periods=3, freq="W-FRI")
    there = {"hy_spread_gap": 0.0, "financial_conditions": 0.0, "hy_spread_change_8w": 0.0}
    part = engines.read(frame(weeks, **there), PARAMS).coverage["liquidity"].iloc[0]
    whole = (
        engines.read(frame(weeks, baa_spread_percentile=50.0, **there), PARAMS).coverage["liquidity"].iloc[0]
    )
    assert (part, whole) == (pytest.approx(4 / 5), 1.0)


def test_a_stand_in_counts_only_when_needed() -> None:
    with_both = engines.read(frame(hy_spread_gap=4.5, baa_spread_gap=3.4), PARAMS)
    alone = engines.read(frame(baa_spread_gap=3.4), PARAMS)
    assert with_both.weights["baa_spread_gap"].iloc[0] == 0.0
    assert alone.weights["baa_spread_gap"].iloc[0] == 2.0


@pytest.mark.parametrize(
    ("dollar", "score"), [(-4.0, 0.0), (0.0, 0.0), (2.0, -0.5), (4.0, -1.0), (9.0, -1.0)]
)
def test_what_only_warns_never_praises(dollar: float, score: float) -> None:
    """`most: 0`: a falling dollar counts nothing, and does so with its full weight."""
    found = engines.read(frame(dollar_13w=dollar, financial_conditions=-0.6), PARAMS)
    assert found.scores["dollar_13w"].iloc[0] == pytest.approx(score)
    assert found.weights["dollar_13w"].iloc[0] == 0.5
    forced = engines.read(
        frame(dollar_13w=dollar, hy_spread_gap=-12.0, hy_spread_percentile=30.0, hy_spread_change_8w=-15.0),
        PARAMS,
    )
    assert forced.score["liquidity"].iloc[0] == pytest.approx((4.0 + 0.5 * score) / 4.5)


def test_credit_stress_holds_liquidity_adverse_however_much_the_fed_adds() -> None:
    calm = {
        "hy_spread_gap": -12.0,
        "financial_conditions": -0.6,
        "net_liquidity_impulse_13w": 40.0,
        "dollar_13w": -2.0,
    }
    stressed = engines.read(frame(hy_spread=11.0, **calm), PARAMS)
    assert stressed.stressed.all()
    assert (stressed.score["liquidity"] <= PARAMS.stress.caps["liquidity"]).all()
    assert (stressed.state["liquidity"] == "adverse").all()


@pytest.mark.parametrize(
    ("spread", "change", "counts"),
    [
        (6.4, 0.0, 0.0),
        (7.2, 0.0, 0.25),
        (8.0, 0.0, 0.5),
        (8.8, 0.0, 0.75),
        (9.6, 0.0, 1.0),
        # The second set, as its weaker condition: 5.5 % is ¾ of its way, 18 % in eight weeks ¼.
        (5.5, 18.0, 0.25),
        (5.5, 30.0, 0.75),
        (5.5, float("nan"), 0.0),
        (float("nan"), 30.0, 0.0),
    ],
)
def test_a_cap_counts_from_a_fifth_below_to_a_fifth_above_its_thresholds(
    spread: float, change: float, counts: float
) -> None:
    """Yields that fall score +1 three times, which stress takes towards 0; a state set by hand stays as it is."""
    falling = {"two_year_change_13w": -1.0, "real_yield_change_13w": -1.0, "rate_volatility": 60.0}
    values = frame(WEEKS[:2], hy_spread=spread, hy_spread_change_8w=change, **falling)
    forced = pd.DataFrame(np.nan, index=WEEKS[:2], columns=list(parameters.ENGINES))
    forced.loc[WEEKS[1], "rate_path"] = 0.6
    found = engines.read(values, PARAMS, forced)
    assert found.stress.iloc[0] == pytest.approx(counts)
    assert found.score["rate_path"].tolist() == pytest.approx([1.0 - counts, 0.6])
    assert found.held_back["rate_path"].tolist() == pytest.approx([counts, 0.0])
    assert (found.held_back[["volatility", "breadth", "positioning"]] == 0.0).all(axis=None)


def test_a_cut_into_stress_is_not_supportive() -> None:
    falling = {
        "two_year_change_13w": -1.0,
        "real_yield_change_13w": -1.0,
        "rate_volatility": 60.0,
        "curve_3m10y": 2.0,
    }
    assert (engines.read(frame(**falling), PARAMS).state["rate_path"] == "supportive").all()
    found = engines.read(frame(hy_spread=11.0, **falling), PARAMS)
    assert (found.score["rate_path"] <= 0.0).all()


def test_a_state_holds_until_the_score_has_clearly_left_it() -> None:
    # VIX, VIX/VIX3M and realised volatility together: scores 0.30, 0.20, 0.10, 0.20, -0.30, -0.20, -0.10
    wanted = [0.30, 0.20, 0.10, 0.20, -0.30, -0.20, -0.10]
    weeks = WEEKS[: len(wanted)]
    scale = np.array(wanted)
    values = frame(
        weeks,
        vix=19.5 - 6.5 * scale,
        vix_term=0.93 - 0.07 * scale,
        realized_volatility_21d=15.5 - 6.5 * scale,
    )
    found = engines.read(values, PARAMS)
    assert found.score["volatility"].tolist() == pytest.approx(wanted)
    assert found.state["volatility"].tolist() == [
        "supportive",
        "supportive",
        "neutral",
        "neutral",
        "adverse",
        "adverse",
        "neutral",
    ]


def test_direction_is_measured_against_the_engines_own_usual_change() -> None:
    rng = np.random.default_rng(1)
    weeks = pd.date_range("2010-01-01", periods=120, freq="W-FRI")
    vix = 19.5 + rng.normal(0, 0.3, 120)
    vix[-4:] = 13.0
    found = engines.read(frame(weeks, vix=vix, vix_term=0.93, realized_volatility_21d=15.5), PARAMS)
    assert found.direction["volatility"].iloc[-1] == "improving"
    assert (found.direction["volatility"].iloc[:25] == "stable").all()


def test_things_can_get_worse_beyond_the_breakpoints() -> None:
    """VIX 30, 45 and 60 all score -1; the direction still tells a panic that grows from one that fades."""
    rng = np.random.default_rng(2)
    weeks = pd.date_range("2007-01-05", periods=124, freq="W-FRI")
    vix = 30.0 + rng.normal(0, 0.3, 124)
    vix[-8:-4], vix[-4:] = 60.0, 38.0
    found = engines.read(frame(weeks, vix=vix, vix_term=1.1, realized_volatility_21d=30.0), PARAMS)
    assert (found.scores["vix"] == -1.0).all() and found.score["volatility"].iloc[100:].nunique() == 1
    assert found.direction["volatility"].iloc[-8] == "deteriorating"
    assert found.direction["volatility"].iloc[-1] == "improving"


def test_under_stress_a_capped_engine_does_not_improve_beyond_its_cap() -> None:
    """Falling yields in a panic do not make the rate path friendlier."""
    rng = np.random.default_rng(3)
    weeks = pd.date_range("2007-01-05", periods=120, freq="W-FRI")
    fall = rng.normal(0.2, 0.02, 120)
    fall[-6:] = -1.5
    calm = engines.read(
        frame(weeks, two_year_change_13w=fall, real_yield_change_13w=fall, hy_spread=5.0), PARAMS
    )
    panic = engines.read(
        frame(weeks, two_year_change_13w=fall, real_yield_change_13w=fall, hy_spread=11.0), PARAMS
    )
    assert calm.direction["rate_path"].iloc[-4] == "improving"
    assert panic.score["rate_path"].iloc[-1] <= 0.0 and panic.direction["rate_path"].iloc[-1] == "stable"


def test_a_state_set_by_hand_replaces_the_engines_score() -> None:
    forced = pd.DataFrame(np.nan, index=WEEKS, columns=list(parameters.ENGINES))
    forced.loc[WEEKS[5:], "breadth"] = -0.6
    found = engines.read(frame(vix=15.0, vix_term=0.9, realized_volatility_21d=10.0), PARAMS, forced)
    assert found.state["breadth"].iloc[5] == "adverse"
    assert found.state["breadth"].iloc[4] == "unknown"
    assert bool(found.forced["breadth"].iloc[5])


values = st.floats(-1e6, 1e6, allow_nan=False) | st.just(float("nan"))


@given(st.dictionaries(st.sampled_from(NAMES), values, max_size=30))
def test_scores_and_coverage_stay_in_their_ranges(given_values: dict[str, float]) -> None:
    found = engines.read(frame(WEEKS[:3], **given_values), PARAMS)
    assert found.score.stack().dropna().between(-1, 1).all()
    assert found.coverage.stack().between(0, 1).all()
    assert set(found.state.stack()) <= set(engines.STATES)


@given(st.integers(1, 39))
def test_a_week_never_knows_the_next_one(cut: int) -> None:
    rng = np.random.default_rng(3)
    table = frame(
        vix=rng.uniform(10, 40, 40),
        vix_term=rng.uniform(0.8, 1.1, 40),
        realized_volatility_21d=rng.uniform(5, 30, 40),
    )
    whole, part = engines.read(table, PARAMS), engines.read(table.iloc[:cut], PARAMS)
    pd.testing.assert_frame_equal(whole.score.iloc[:cut], part.score)
    pd.testing.assert_frame_equal(whole.state.iloc[:cut], part.state)
    pd.testing.assert_frame_equal(whole.direction.iloc[:cut], part.direction)
