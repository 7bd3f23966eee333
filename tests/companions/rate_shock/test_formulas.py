"""The formulas of the rate-shock companion against known truths, hand-worked numbers and simulated markets."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters, yaml_files
from fiveengines.base.parameters.rate_shock import RateShockParameters
from fiveengines.companions.rate_shock import analysis, betas, policy, rules, strategy, stress
from fiveengines.companions.rate_shock.result import BetaRecord
from fiveengines.portfolio.holdings import Holdings, Lot, Position

RULES = yaml_files.load_model(parameters.load().beside("rate_shock.yaml"), RateShockParameters)
DAYS = pd.bdate_range("2010-01-04", periods=600)


def test_betas_find_the_slopes_that_made_the_returns() -> None:
    chance = np.random.default_rng(2)
    real = pd.Series(1 + chance.normal(0, 0.05, 600).cumsum(), index=DAYS)
    breakeven = pd.Series(2 + chance.normal(0, 0.04, 600).cumsum(), index=DAYS)
    market = pd.Series(100 * np.exp(chance.normal(0, 0.01, 600).cumsum()), index=DAYS)
    moves = betas.regressors(real, breakeven, market)
    made = -7.5 * moves["real"] + 3.0 * moves["breakeven"] + 0.8 * moves["market"]
    noise = pd.Series(chance.normal(0, 0.1, len(made)), index=made.index)
    table = betas.rate_betas(pd.DataFrame({"BOND": made + noise, "FLAT": noise}), moves, (252, 504), 5)
    bond = table[table["ticker"] == "BOND"]
    assert bond["real"].to_numpy() == pytest.approx(-7.5, abs=0.5)
    assert bond["breakeven"].to_numpy() == pytest.approx(3.0, abs=0.5)
    assert bond["market"].to_numpy() == pytest.approx(0.8, abs=0.05)
    flat = table[table["ticker"] == "FLAT"]
    assert (flat["real"].abs() < 3 * flat["real_se"]).all()
    assert betas.stable(table, "real")["BOND"]


def test_hundreds_at_once_are_what_statsmodels_finds_one_by_one() -> None:
    chance = np.random.default_rng(11)
    moves = pd.DataFrame(chance.normal(0, 0.1, (600, 3)), index=DAYS, columns=["real", "breakeven", "market"])
    returns = pd.DataFrame(chance.normal(0, 1, (600, 3)), index=DAYS, columns=["A", "B", "GAP"])
    returns["B"] -= 6 * moves["real"] * (1 + moves["market"].abs())
    returns.loc[DAYS[400], "GAP"] = np.nan
    alone = betas.rate_betas(returns[["A", "B"]], moves, (252, 504), 5)
    together = betas.member_betas(returns, moves, (252, 504), 5)
    assert together.groupby("window")["ticker"].agg(list).tolist() == [["A", "B"], ["A", "B"]]
    pd.testing.assert_frame_equal(together[alone.columns], alone, check_dtype=False, rtol=1e-9)


def test_members_before_the_first_real_yield_are_left_out_with_a_word() -> None:
    closes = pd.DataFrame(100.0, index=DAYS[:3], columns=["A"])
    panel = SimpleNamespace(members=closes, in_index=np.ones((3, 1), dtype=bool))
    session, missing = SimpleNamespace(panel=panel, dataset=SimpleNamespace(members=panel)), list[str]()
    none = betas.regressors(*(pd.Series(dtype="float64", index=DAYS[:0]) for _ in range(3)))
    assert analysis._members(session, RULES, none, missing) == []  # type: ignore[arg-type]
    assert missing == ["Rate betas of members: no real yields and breakevens."]


def test_a_day_without_a_yield_is_left_out_and_not_bridged() -> None:
    real = pd.Series([1.0, np.nan, 1.5, 1.6], index=DAYS[:4])
    moves = betas.regressors(real, real, pd.Series([100, 101, 102, 103.0], index=DAYS[:4]))
    assert list(moves.index) == [DAYS[3]]
    assert moves["real"].iloc[0] == pytest.approx(0.1)


def test_empirical_duration_of_a_market_that_falls_six_per_point() -> None:
    chance = np.random.default_rng(4)
    moves = pd.DataFrame(
        {"real": chance.normal(0, 0.05, 600), "breakeven": chance.normal(0, 0.05, 600)}, index=DAYS
    )
    found = betas.empirical_duration(-6 * moves["real"] + 2 * moves["breakeven"], moves, 252, 100)
    assert found["real"].to_numpy() == pytest.approx(-6)
    assert found["breakeven"].to_numpy() == pytest.approx(2)
    assert list(found.index) == [DAYS[each] for each in (299, 399, 499, 599)]


def test_a_window_by_hand() -> None:
    """Half in A from 100 to 80, a quarter in B without prices, the rest cash: −10 %, two thirds priced."""
    closes = pd.DataFrame({"A": [100, 90, 80.0], "B": np.nan}, index=DAYS[:3])
    found = stress.window_return(closes, {"A": 0.5, "B": 0.25}, DAYS[0], DAYS[2])
    assert found == (pytest.approx(-10.0), pytest.approx(2 / 3))
    assert stress.window_return(closes, {"A": 1.0}, DAYS[0], DAYS[5])[0] is None
    assert stress.window_return(closes, {"A": 1.0}, DAYS[0] - pd.Timedelta(days=9), DAYS[2])[0] is None


def test_the_layers_by_hand() -> None:
    yields = pd.Series([4.0, 4.4, 4.6, 4.6, 3.9], index=DAYS[:5])
    dear = pd.Series([False, False, False, True, False], index=DAYS[:5])
    held = strategy.layers(yields, dear, 4.5, 0.5, 2)
    assert held["growth"].tolist() == [0.5, 0.5, 0.25, 0.25, 0.75]
    assert held["bonds"].tolist() == [0, 0, 0.25, 0, 0]
    assert held.sum(axis=1).tolist() == pytest.approx([1.0] * 5)


def test_capture_of_a_half_invested_strategy_is_near_a_half() -> None:
    chance = np.random.default_rng(5)
    market = pd.Series(chance.normal(0, 0.01, 600), index=DAYS)
    for up in (True, False):
        assert strategy.capture(0.5 * market, market, up=up) == pytest.approx(50, abs=3)


def test_overfitting_is_certain_among_noise_and_absent_where_one_is_better() -> None:
    chance = np.random.default_rng(6)
    noise = chance.normal(0, 0.01, (800, 20))
    assert 0.25 < strategy.overfitting_probability(noise, 8) < 0.85
    better = noise.copy()
    better[:, 3] += 0.004
    assert strategy.overfitting_probability(better, 8) == 0.0


def test_meetings_of_next_year_are_known_from_july() -> None:
    calendar = {2018: [dt.date(2018, 12, 19)], 2019: [dt.date(2019, 1, 30)]}
    june, july = pd.Timestamp("2018-06-29"), pd.Timestamp("2018-07-02")
    assert list(policy.known_meetings(calendar, june, 7)) == [pd.Timestamp("2018-12-19")]
    assert len(policy.known_meetings(calendar, july, 7)) == 2


def test_brier_scores_by_hand() -> None:
    """One meeting on 20 March; a month before, the futures are sure of a rise of a quarter, and it comes."""
    months = ["2019-02", "2019-03", "2019-04"]
    days = pd.bdate_range("2019-02-01", "2019-03-29")
    after = (20 * 2.0 + 11 * 2.25) / 31
    futures = pd.DataFrame([[98.0, 100 - after, 97.75]] * len(days), index=days, columns=months)
    lower = pd.Series(np.where(days < "2019-03-21", 2.0, 2.25), index=days)
    calendar = {2019: [dt.date(2019, 3, 20)]}
    found = policy.brier_scores(futures, calendar, lower, [30], 7, meeting_day_before=True).iloc[0]
    assert (found["n"], found["hit"]) == (1, 1.0)
    assert found["brier"] == pytest.approx(0.0, abs=1e-6)
    assert found["naive"] == 2.0


def test_a_rule_that_fired_once_cannot_be_tested() -> None:
    holds = pd.Series(False, index=DAYS)
    holds.iloc[100:110] = True
    price = pd.Series(np.linspace(100, 120, 600), index=DAYS)
    once = rules.rule(holds.astype("boolean"), price, RULES, "it", "the index")
    assert (once.testable, once.fired) == (False, [DAYS[100].date()])
    assert "cannot be tested" in once.says
    never = rules.rule((holds & False).astype("boolean"), price, RULES, "it", "the index")
    assert "never held" in never.says
    unknown = rules.rule(pd.Series(pd.NA, index=DAYS, dtype="boolean"), price, RULES, "it", "the index")
    assert unknown.holds is None


def test_spells_before_the_prices_begin_do_not_count_as_followed() -> None:
    """Three spells, of which the price knows what followed one, then two."""
    holds = pd.Series(False, index=DAYS)
    for begin in (50, 200, 350):
        holds.iloc[begin : begin + 3] = True
    price = pd.Series(np.linspace(100, 160, 600), index=DAYS)
    one = rules.rule(holds.astype("boolean"), price.where(DAYS[300] <= DAYS), RULES, "it", "the index")
    assert (one.testable, len(one.fired), one.after.spells if one.after else 0) == (False, 3, 1)
    assert "what the index did next is known of one alone, so it cannot be tested" in one.says
    two = rules.rule(holds.astype("boolean"), price.where(DAYS[150] <= DAYS), RULES, "it", "the index")
    assert two.testable and "known for 2 of its 3 spells: after their 6 sessions the index" in two.says


def test_decay_of_a_lead_that_loses_seven_points_a_year() -> None:
    """36, 28.8, 21.6 … exactly: the slope is −7.2 with no width; a lead that only wavers keeps zero in its interval."""
    exact = strategy.decay({2020 + year: 36 - 7.2 * year for year in range(6)}, 0.90)
    assert exact == pytest.approx((-7.2, -7.2, -7.2))
    found = strategy.decay({2020: 1.0, 2021: -1.0, 2022: 1.0, 2023: -1.0}, 0.90)
    assert found is not None and found[1] < 0 < found[2]
    # By hand: slope −0.4, residual variance 1.6, squares of the years 5: error 0.5657, t of two degrees 2.92.
    assert found == pytest.approx((-0.4, -0.4 - 2.92 * 0.5657, -0.4 + 2.92 * 0.5657), abs=1e-3)
    assert strategy.decay({2020: 1.0, 2021: 2.0, 2022: 3.0}, 0.90) is None


def beta(ticker: str, real: float, t: float, *, stable: bool = True, window: int = 1260) -> BetaRecord:
    return BetaRecord(
        ticker=ticker, window=window, per_100bp_real=real, per_100bp_breakeven=0.0, market_beta=1.0, t=t,
        t_breakeven=0.0, stable=stable, n=window,
    )  # fmt: skip


def test_a_portfolio_that_is_worth_nothing_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    held = Holdings({"GONE": Position("GONE", (Lot("GONE", 3.0),))}, 0.0)
    monkeypatch.setattr(analysis, "holdings", lambda session, missing: held)
    prices = pd.DataFrame({"GONE": [np.nan, np.nan]}, index=pd.bdate_range("2019-01-01", periods=2))
    session, missing = SimpleNamespace(panel=SimpleNamespace(prices=lambda names: prices)), list[str]()
    assert analysis._weights(session, missing) == {}  # type: ignore[arg-type]
    assert missing == ["The portfolio: it is worth nothing at these prices."]


def test_the_trigger_proposes_a_quarter_less_of_what_clearly_loses() -> None:
    table = [beta("TLT", -16, -28), beta("XLU", -7, -6), beta("NVDA", -9, -1.2), beta("KRE", 11, 9),
             beta("IWM", -3, -4, stable=False)]  # fmt: skip
    held = {"TLT": 0.2, "NVDA": 0.3, "KRE": 0.1, "IWM": 0.1}
    on = analysis._proposal(RULES, held, table, True)
    assert "The trigger holds and proposes to cut by 25 %" in on and "TLT from 20.0 to 15.0 % of the" in on
    assert not any(name in on for name in ("NVDA", "KRE", "IWM", "XLU"))
    assert "if it did, it would propose" in analysis._proposal(RULES, held, table, False)
    assert "would cut nothing" in analysis._proposal(RULES, {"KRE": 1.0}, table, True)
    assert "proposes nothing" in analysis._proposal(RULES, held, table, None)


@pytest.mark.parametrize(("drift", "said"), [(0.004, "that differs"), (0.0, "nothing follows")])
def test_what_followed_a_rule_is_told_by_its_interval(drift: float, said: str) -> None:
    """Every hundred sessions the condition holds for five; the sixty after it rise, or do not."""
    days = pd.bdate_range("2000-01-03", periods=3000)
    place = np.arange(3000) % 100
    holds = pd.Series(place < 5, index=days).astype("boolean")
    steps = np.random.default_rng(8).normal(0, 0.002, 3000) + np.where(place < 65, drift, 0.0)
    found = rules.rule(holds, pd.Series(100 * np.exp(steps.cumsum()), index=days), RULES, "it", "the index")
    assert found.testable
    assert said in found.says
