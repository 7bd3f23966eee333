"""The parts' formulas against figures worked by hand, published ones, and identities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.base import parameters, yaml_files
from fiveengines.base.parameters.rotation import RotationParameters
from fiveengines.companions.rotation import (
    dispersion,
    factors,
    implied_realized,
    levels,
    quadrant,
    ratio,
    sectors,
    surprise,
)
from fiveengines.companions.rotation.dispersion import OneWindow
from fiveengines.data.dataset import series_data
from fiveengines.research import cases

RULES = yaml_files.load_model(parameters.load().beside("rotation.yaml"), RotationParameters)
DAYS = pd.bdate_range("2015-01-01", periods=2000)


def _walk(seed: int, count: int = 2000, scale: float = 0.01) -> pd.Series:
    moves = np.random.default_rng(seed).normal(0, scale, count)
    return pd.Series(100 * np.exp(np.cumsum(moves)), index=DAYS[:count], name=f"W{seed}")


def test_realised_volatility_of_a_price_that_swings_by_one_per_cent() -> None:
    # log returns of ±1 % in turn over ten sessions: standard deviation 0.01·√(10/9), times √252
    closes = pd.Series(np.exp([0.0, *([0.01, 0.0] * 5)]), index=DAYS[:11])
    found = implied_realized.realized(closes, (10,))
    assert found[10].iloc[-1] == pytest.approx(100 * 0.01 * np.sqrt(10 / 9 * 252))
    assert found[10].iloc[:-1].isna().all()


def test_the_cone_is_the_percentiles_of_each_windows_history() -> None:
    volatility = pd.DataFrame({10: [np.nan, 10.0, 20.0, 30.0, 40.0, 50.0], 20: [np.nan] * 6})
    assert implied_realized.cone(volatility, (0, 25, 50, 100)) == {10: {0: 10, 25: 20, 50: 30, 100: 50}}


def test_a_market_is_stable_only_when_all_windows_say_the_same() -> None:
    quiet_then_wild = np.concatenate([np.tile([0.002, -0.002], 30), np.tile([0.02, -0.02], 6)])
    closes = pd.Series(100 * np.exp(np.cumsum(quiet_then_wild)), index=DAYS[:72], name="SPX")
    high, low, between = (
        implied_realized.measure(
            "ES", pd.Series(level, index=closes.index), closes, RULES.implied_realized, RULES.samples
        )
        for level in (90.0, 5.0, 20.0)
    )
    assert high is not None and low is not None and between is not None
    assert high.stable and not any(high.discount.values())
    assert low.stable and all(low.discount.values())
    assert not between.stable and between.discount == {10: True, 20: True, 30: True, 60: False}
    assert between.difference[10] == pytest.approx(20.0 - between.realized[10])
    assert between.premium_pct[60] == pytest.approx(100 * (20 / between.realized[60] - 1))
    assert between.percentiles == {10: None, 20: None, 30: None, 60: None}  # two months are no history


def test_implied_without_a_current_close_is_not_measured() -> None:
    closes = _walk(1, 300)
    closes.iloc[-1] = np.nan
    implied = pd.Series(20.0, index=closes.index)
    assert implied_realized.measure("ES", implied, closes, RULES.implied_realized, RULES.samples) is None


def test_the_rotation_map_worked_by_hand() -> None:
    # relative strength 1, 1, 2, 4 with means over two sessions of 1, 1.5, 3
    closes = pd.Series([10.0, 10.0, 20.0, 40.0], index=DAYS[:4])
    benchmark = pd.Series(10.0, index=DAYS[:4])
    found = sectors.rotation_map(closes, benchmark, mean=2, momentum=1)
    assert found["strength"].to_numpy()[1:] == pytest.approx(
        [0.0, 100 * np.log(2 / 1.5), 100 * np.log(4 / 3)]
    )
    assert found["momentum"].iloc[2] == pytest.approx(100 * np.log(2 / 1.5))
    assert found["momentum"].iloc[3] == pytest.approx(0.0)
    assert sectors.quadrant(1.0, 1.0) == "leading"
    assert sectors.quadrant(1.0, -1.0) == "weakening"
    assert sectors.quadrant(-1.0, -1.0) == "lagging"
    assert sectors.quadrant(-1.0, 1.0) == "improving"


@given(st.floats(0.01, 100), st.integers(0, 20))
def test_the_map_does_not_depend_on_units(scale: float, seed: int) -> None:
    closes, benchmark = _walk(seed, 120), _walk(seed + 100, 120)
    one = sectors.rotation_map(closes, benchmark, 63, 10)
    other = sectors.rotation_map(scale * closes, benchmark, 63, 10)
    np.testing.assert_allclose(one, other, atol=1e-8)


def test_sectors_are_ranked_by_their_returns_and_the_best_third_leads() -> None:
    growth = {"XLK": 0.002, "XLE": 0.001, "XLU": 0.0, "XLF": -0.001, "XLB": -0.002, "XLP": -0.003}
    closes = pd.DataFrame({each: 100 * np.exp(rate * np.arange(200)) for each, rate in growth.items()})
    closes.index = DAYS[:200]
    found = sectors.measure(closes, pd.Series(100.0, index=closes.index), RULES.sectors)
    assert [each.ticker for each in found] == list(growth)
    assert found[0].returns[21] == pytest.approx(100 * (np.exp(0.042) - 1))
    assert found[0].ranks == {5: 1, 21: 1, 30: 1, 63: 1}
    leads = sectors.agreement(found, (5, 63), 1 / 3)
    assert leads == {"XLK": (5, 63), "XLE": (5, 63)}
    assert sectors.spell_of_leadership(closes, 30, 1 / 3) == {"XLK": 170, "XLE": 170}
    assert len(found[0].tail) == RULES.sectors.tail_points


def test_leadership_that_never_changes_stays_and_leadership_in_turn_never_does() -> None:
    steady = pd.DataFrame({n: np.exp(n * 0.001 * np.arange(400)) for n in range(6)}, index=DAYS[:400])
    kept = sectors.persistence(steady, 20, 1 / 3, RULES.samples)
    assert kept.cases == kept.stayed == 2 * kept.dates == 36
    assert kept.expected == pytest.approx(1 / 3)
    # two halves of the six lead in turn, twenty sessions each
    turn = np.repeat(np.arange(20) % 2, 20)
    moves = np.column_stack([np.where(turn == (n % 2), 0.001 * (1 + n), -0.001) for n in range(6)])
    swapping = pd.DataFrame(np.exp(np.cumsum(moves, axis=0)), index=DAYS[:400])
    swapped = sectors.persistence(swapping, 20, 1 / 3, RULES.samples)
    assert swapped.cases > 30 and swapped.stayed == 0
    assert swapped.excess.mean is not None and swapped.excess.mean < 0


def test_extremes_are_the_ends_of_the_order() -> None:
    score = np.array([5.0, np.nan, 1.0, 3.0, 2.0, 4.0])
    high, low = factors.extremes(score, 0.4, 5)
    assert sorted(high) == [0, 5] and sorted(low) == [2, 4]
    assert not len(factors.extremes(score, 0.4, 6)[0])


def test_deciles_find_the_winners_and_the_volatile_by_construction() -> None:
    rng = np.random.default_rng(3)
    count, names = 420, 120
    own = rng.normal(0, 0.005, (count, names))
    own[:, :12] += 0.004  # winners all along
    own[:, -12:] *= 8  # and the wild ones
    closes = pd.DataFrame(100 * np.exp(np.cumsum(own, axis=0)), index=DAYS[:count])
    inside = np.ones(closes.shape, dtype=bool)
    found = factors.Deciles.of(closes, inside, RULES.factors)
    assert found is not None
    winners = found.window_returns("momentum", 21).iloc[-1]
    assert winners > 3
    calm = found.returns["low_volatility"].dropna()
    assert calm["long"].std() < calm["short"].std() / 4
    # a member that is not in the index takes no part
    inside[:, :12] = False
    without = factors.Deciles.of(closes, inside, RULES.factors)
    assert without is not None
    assert without.window_returns("momentum", 21).iloc[-1] < winners


def test_z_of_a_month_against_its_history() -> None:
    history = pd.Series([0.0] * 50 + [1.0] * 50 + [10.0])
    values = history.to_numpy()
    assert factors.z_score(history, 101) == pytest.approx((10 - values.mean()) / values.std(ddof=1))
    assert factors.z_score(history, 102) is None


def test_a_forecast_of_one_step_uses_the_past_alone_and_finds_an_autoregression() -> None:
    rng = np.random.default_rng(0)
    values = np.zeros(600)
    for at in range(1, 600):
        values[at] = 1 + 0.6 * values[at - 1] + rng.normal()
    found = surprise.one_step_forecast(values)
    assert np.isnan(found[:4]).all() and np.isfinite(found[4:]).all()
    for at in (4, 50, 599):
        slope, intercept = np.polyfit(values[: at - 1], values[1:at], 1)
        assert found[at] == pytest.approx(intercept + slope * values[at - 1], abs=1e-8)
    changed = values.copy()
    changed[300:] = 1e3
    np.testing.assert_allclose(surprise.one_step_forecast(changed)[:301], found[:301])


def test_a_release_is_measured_against_the_figure_before_as_it_stood_that_day() -> None:
    data = series_data(
        "PAYEMS",
        ["2020-01-01", "2020-02-01", "2020-01-01", "2020-03-01"],
        [100.0, 110.0, 105.0, 121.0],
        ["2020-02-05", "2020-03-05", "2020-03-20", "2020-04-05"],
        provider="t",
        origin="t",
    )
    found = surprise.first_figures(data, "difference")
    # 110 − 100 in March, before January was revised; 121 − 110 in April
    assert found["value"].tolist() == [10.0, 11.0]
    growth = surprise.first_figures(data, "growth")
    assert growth["value"].tolist() == pytest.approx([100 * np.log(1.1), 100 * np.log(1.1)])


def test_the_index_halves_and_weighs_as_the_formula_says() -> None:
    rules = RULES.surprise
    known = np.array(["2020-01-01", "2020-01-31"], dtype="datetime64[s]")
    evenings = np.array(["2019-12-31", "2020-01-01", "2020-01-31", "2020-06-30"], dtype="datetime64[s]")
    found = surprise.decayed(np.array([2.0, 1.0]), known, evenings, rules)
    assert np.isnan(found[0]) and found[1] == pytest.approx(2.0)
    # a month later: (0.5·2 + 1·1) ÷ √(0.25 + 1)
    assert found[2] == pytest.approx(2 / np.sqrt(1.25))
    assert np.isnan(found[3])  # five months later nothing of it is left


def test_one_component_of_members_that_move_as_one_and_of_members_that_do_not() -> None:
    rng = np.random.default_rng(1)
    market = rng.normal(size=(63, 1))
    share, correlation, spread = dispersion.one_component(np.repeat(market, 40, axis=1))
    assert (share, correlation, spread) == pytest.approx((1.0, 1.0, 0.0))
    share, correlation, _ = dispersion.one_component(rng.normal(size=(2000, 20)))
    assert share == pytest.approx(1 / 20, abs=0.02) and correlation == pytest.approx(0, abs=0.01)


@given(st.integers(0, 500), st.integers(3, 12), st.integers(5, 40))
def test_component_and_correlation_match_the_correlation_matrix(seed: int, count: int, rows: int) -> None:
    rng = np.random.default_rng(seed)
    returns = rng.normal(size=(rows, count)) + rng.normal(size=(rows, 1))
    share, correlation, spread = dispersion.one_component(returns)
    matrix = np.corrcoef(returns, rowvar=False)
    assert share == pytest.approx(np.linalg.eigvalsh(matrix)[-1] / count)
    assert correlation == pytest.approx(matrix[~np.eye(count, dtype=bool)].mean())
    assert spread == pytest.approx(returns.std(axis=1, ddof=1).mean())
    assert 1 / count - 1e-9 <= share <= 1 + 1e-9


def test_the_verdict_needs_every_window() -> None:
    def at(place: float | None) -> OneWindow:
        return OneWindow(100, 0.4, 0.3, 1.0, place, None, None)

    rules = RULES.dispersion
    assert dispersion.verdict((at(90), at(70)), rules) == "beta"
    assert dispersion.verdict((at(10), at(30)), rules) == "dispersion"
    assert dispersion.verdict((at(90), at(10)), rules) == "mixed"
    assert dispersion.verdict((at(90), at(None)), rules) == "mixed"


@pytest.mark.parametrize(
    ("growth", "inflation", "name"),
    [
        (1, -1, "goldilocks"), (1, 1, "reflation"), (-1, 1, "stagflation"), (-1, -1, "slowdown"), (0.1, 1, "between"),
    ],
)  # fmt: skip
def test_a_quadrant_is_named_only_where_both_momenta_are_clear(
    growth: float, inflation: float, name: str
) -> None:
    assert quadrant.name_of(growth, inflation, 0.25) == name


def test_acceleration_of_a_series_whose_growth_doubles() -> None:
    # two per cent a year for five years, then four: six months' growth is 4 %, twelve months' 3 %, after half a year
    monthly = np.concatenate([np.full(120, 0.02 / 12), np.full(6, 0.04 / 12)])
    level = pd.Series(np.exp(np.cumsum(monthly)))
    gain = (level.pipe(np.log).diff(6) * 2 - level.pipe(np.log).diff(12)).iloc[-1]
    assert gain == pytest.approx(0.01)
    found = quadrant.acceleration(level, 12, 6, 12, 60)
    assert found.iloc[-1] > 3 and found.iloc[:60].isna().all()


@pytest.mark.parametrize(
    ("path", "tests", "held"),
    [
        ([2, 1, 0.2, 1], 1, 1),  # came down to it and turned
        ([2, 0.3, -0.4, -1], 1, 0),  # came down to it and fell through
        ([2, -2], 1, 0),  # gapped through
        ([2, 0.2, np.nan, 0.1, 2, 0.0, 2], 2, 2),  # a missing day is no end
        ([0.2, 0.1, 2], 0, 0),  # began at the level: came from nowhere
        ([2, 0.2], 0, 0),  # still being tested
    ],
)
def test_when_a_level_is_tested_and_holds(path: list[float], tests: int, held: int) -> None:
    assert levels.tested(np.array(path, dtype="float64"), 0.5) == (tests, held)


def test_a_test_does_not_run_from_one_level_into_the_next() -> None:
    distance = np.array([2, 0.2, -2, -2.0])
    assert levels.tested(distance, 0.5, np.array([0, 0, 1, 1])) == (0, 0)


def test_levels_of_a_market_by_hand() -> None:
    closes = pd.Series(np.r_[np.linspace(100, 120, 280), [90.0, 121.0, 122.0]], index=DAYS[:283], name="SPX")
    found = {each.name: each for each in levels.of_market("ES", closes, [DAYS[200], DAYS[280]], RULES.levels)}
    assert found["fomc_close"].level == 90.0
    assert found["fomc_close"].held_since == DAYS[281].date()
    assert found["high_52w"].level == 121.0 and found["high_52w"].side == "above"
    assert found["low_52w"].level == 90.0
    assert found["sma_20"].level == pytest.approx(closes.tail(20).mean())
    assert found["sma_20"].distance_pct == round(100 * (122 / closes.tail(20).mean() - 1), 2)
    assert found["sma_20"].held_since == DAYS[281].date()


def test_cases_count_means_hits_and_what_is_usual() -> None:
    outcomes = np.full((200, 3), np.nan)
    outcomes[:180] = np.tile([[1.0], [-1.0]], (90, 3))
    holds = np.zeros(200, dtype=bool)
    holds[0:190:2] = True
    found = cases.main(cases.after({"a": holds}, outcomes, RULES.samples)["a"], RULES.samples)
    assert (found.n, found.mean, found.hit, found.usual, found.usual_hit) == (90, 1.0, 1.0, 0.0, 0.5)
    assert found.separate == 9  # every 21 sessions, on even rows
    assert found.leans and found.differs
    assert found.excess == (1.0, found.low, found.high)  # what is usual is nought here


def test_cases_that_never_came_have_no_figures() -> None:
    none = cases.after({"a": np.zeros(50, dtype=bool)}, np.ones((50, 3)), RULES.samples)["a"]
    assert all(each.n == 0 and each.mean is None and each.low is None for each in none)
    few = cases.after({"a": np.arange(50) < 3}, np.ones((50, 3)), RULES.samples)["a"]
    assert few[1].n == 3 and few[1].separate == 1 and few[1].low is None and few[1].excess is None


def test_forward_returns_end_with_the_data() -> None:
    found = cases.forward(pd.Series([100.0, 110.0, 121.0]), (1, 2))
    np.testing.assert_allclose(found, [[10, 21], [10, np.nan], [np.nan, np.nan]])


def test_the_ratio_finds_a_planted_effect_and_none_in_noise() -> None:
    rng = np.random.default_rng(11)
    steep = (np.arange(2000) // 100) % 2 == 0
    large = _walk(2)
    beside = np.where(steep, 0.001, -0.001) + rng.normal(0, 0.003, 2000)
    small = pd.Series(large.to_numpy() * np.exp(np.cumsum(beside)), index=large.index, name="RUT")
    curve = pd.Series(np.where(steep, "bull steepener", "bear flattener"), index=large.index)
    states = pd.Series("above", index=large.index)
    found = ratio.measure(small, large, curve, states, 21, 63, RULES.samples)
    assert found is not None and found.curve_move == "bear flattener"
    week = found.every_move["bull steepener"][0]
    assert week.leans and week.differs and (week.mean or 0) > 0.3
    assert found.every_move["bear flattener"][0].high is not None
    assert found.every_move["bear flattener"][0].high < 0
    assert found.by_both == found.by_curve  # surprises never differ here
    noise = pd.Series(large.to_numpy() * np.exp(np.cumsum(rng.normal(0, 0.003, 2000))), index=large.index)
    silent = ratio.measure(noise.rename("RUT"), large, curve, states, 21, 63, RULES.samples)
    assert silent is not None and not silent.by_curve[0].differs
    assert silent.explained is not None and silent.explained > 0.8
