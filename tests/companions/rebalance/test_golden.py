"""Twelve positions worked by hand, step by step in golden/README.md: weights, orders, lots, taxes, dollars at risk."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from fiveengines.base import parameters, yaml_files
from fiveengines.base.parameters.rebalance import RebalanceParameters
from fiveengines.companions.rebalance.plan import Waiting, plan, wanted_weights
from fiveengines.companions.rebalance.positions import Book, risk, stress
from fiveengines.portfolio.decisions import Decisions
from fiveengines.portfolio.holdings import read_holdings
from fiveengines.portfolio.orders import executed

DAY = dt.date(2018, 12, 21)
PRICES = {
    "AAA": 100.0, "BBB": 50.0, "CCC": 200.0, "DDD": 25.0, "EEE": 40.0, "FFF": 10.0, "GGG": 125.0, "HHH": 80.0,
    "III": 20.0, "JJJ": 250.0, "IEF": 100.0,
}  # fmt: skip
# action, shares, dollars, tax, wash sale, and of the one lot that is sold: shares, cost, gain
ORDERS = {
    "FFF": ("close", -3000, -30_000, -1200.00, False, (3000, 12.0, -6000)),
    "EEE": ("trim", -684, -27_360, -2530.80, True, (684, 50.0, -6840)),
    "AAA": ("trim", -167, -16_700, -1235.80, False, (167, 120.0, -3340)),
    "CCC": ("trim", -67, -13_400, 670.00, False, (67, 150.0, 3350)),
    "JJJ": ("trim", -49, -12_250, 490.00, False, (49, 200.0, 2450)),
    "BBB": ("trim", -200, -10_000, 800.00, False, (200, 30.0, 4000)),
    "DDD": ("trim", -246, -6_150, 455.10, False, (246, 20.0, 1230)),
    "III": ("add", 509, 10_180, 0.00, False, None),
}


@pytest.fixture(scope="module")
def book() -> Book:
    """The twelve positions at their prices; histories are not needed here."""
    given = yaml_files.load_model(parameters.load().beside("rebalance.yaml"), RebalanceParameters)
    orders = given.orders.model_copy(
        update={
            "cost_bp": 0.0,
            "minimum_trade": 0.005,
            "most_turnover": 1.0,
            "least_cash": 0.01,
            "lots": "tax_aware",
        }
    )
    rules = given.model_copy(update={"orders": orders, "most_sector": 0.20})
    held = read_holdings(Path(__file__).with_name("golden") / "holdings.csv")
    none = pd.DataFrame(index=pd.DatetimeIndex([]))
    return Book(held, none, pd.Series(dtype="float64"), none, PRICES, {}, rules)


def test_values_and_weights(book: Book) -> None:
    assert book.value == 1_000_000
    assert book.equity() == pytest.approx(0.70)
    weights = book.weights()
    assert [weights[name] for name in ("AAA", "BBB", "FFF", "IEF", "LLL")] == [0.10, 0.06, 0.03, 0.20, 0.05]


def test_wanted_weights(book: Book) -> None:
    wish, why = wanted_weights(book, 0.60, Decisions(hold=frozenset({"GGG"})))
    hand = {
        "AAA": 1 / 12, "BBB": 0.05, "CCC": 1 / 15, "DDD": 2.5 / 57, "EEE": 3 / 57, "FFF": 0, "GGG": 0.05, "HHH": 2 / 57,
        "III": 4 / 57, "JJJ": 5 / 57, "IEF": 0.20, "LLL": 0.05,
    }  # fmt: skip
    assert wish == pytest.approx(hand)
    assert "Technology limited to 20" in why["AAA"]
    assert (why["GGG"], why["LLL"]) == ("left alone", "no price")


def test_orders_lots_and_dollars_at_risk(book: Book) -> None:
    wish, why = wanted_weights(book, 0.60, Decisions(hold=frozenset({"GGG"})))
    made = plan(book, wish, why, DAY, ())
    found = {
        each.ticker: (each.action, each.shares, each.dollars, round(each.tax, 2), each.wash_sale,
                      next(((lot.shares, lot.cost, lot.gain) for lot in each.lots), None))
        for each in made.orders
    }  # fmt: skip
    assert found == ORDERS
    assert all(len(each.lots) <= 1 for each in made.orders)
    assert [each.ticker for each in made.orders] == list(ORDERS), "sales first, the largest first"
    assert (made.cash, made.cost, made.limited) == (205_680, 0, ("minimum trade",))
    assert made.turnover == pytest.approx(0.06302)

    after = book.holding(executed(book.holdings, made, DAY))
    assert after.value == 1_000_000
    assert "FFF" not in after.holdings.positions
    assert plan(after, wish, why, DAY, ()).orders == ()
    sure = replace(after, sigma={"AAA": 2.0, "CCC": 1.0, "III": 1.5})
    hazards = risk([sure._record(each, 0.0, None) for each in sure.holdings.positions.values()])
    by_name = {each.ticker: each for each in hazards.by_position}
    assert [(by_name[name].gain_at_target, by_name[name].loss_at_stop) for name in ("AAA", "CCC", "III")] == [
        (24_990, -12_495), (9_990, -3_330), (21_054, -7_018),
    ]  # fmt: skip
    assert [by_name[name].ratio for name in ("AAA", "CCC", "III")] == [2, 3, 3]
    assert [by_name[name].loss_at_gap for name in ("AAA", "CCC", "III")] == [-16_743.30, -5_228.10, -9_860.29]
    assert (hazards.gain_to_targets, hazards.loss_to_stops, hazards.ratio) == (56_034, -22_843, 2.45)
    assert (hazards.largest_gap_ticker, hazards.largest_gap_loss) == ("AAA", -16_743.30)


def test_stress_by_beta_and_mean_correlation(book: Book) -> None:
    """0.8 · −20 % of a million; returns 1, −1, 1 against 1, −1, 1 and against −1, 1, −1: pairs of 1, −1, −1."""
    assert [(each.portfolio_pct, each.dollars) for each in stress(0.8, 1e6, (-10, -20))] == [
        (-8, -80_000),
        (-16, -160_000),
    ]
    assert stress(None, 1e6, (-10,)) == []
    up = [100, 110, 99, 108.9]
    closes = pd.DataFrame({"AAA": up, "BBB": up, "CCC": [100, 90, 99, 89.1], "JJJ": 5.0})
    returns = 100 * closes.pct_change()
    sigma = dict.fromkeys(("AAA", "BBB", "CCC"), 1.0)
    assert replace(book, returns=returns, sigma=sigma).correlation() == (
        pytest.approx(-1 / 3),
        ("AAA", "BBB"),
        pytest.approx(1.0),
    )
    assert replace(book, returns=returns, sigma={"AAA": 1.0}).correlation() == (None, None, None)


def test_the_week_s_tilts_move_wanted_weights_before_equity_is_scaled(book: Book) -> None:
    """III wants 8 + 2 %, EEE 6 − 1 %, the others 43 %: 58 % together for 50 %. AAA has no wanted weight, FFF 0."""
    hold = Decisions(hold=frozenset({"GGG"}))
    roomy = replace(book, rules=book.rules.model_copy(update={"most_sector": 1.0}))
    wish, why = wanted_weights(roomy, 0.60, hold, {"III": 0.02, "EEE": -0.01, "AAA": 0.5, "FFF": 0.5})
    assert (wish["III"], wish["EEE"], wish["AAA"]) == pytest.approx((5 / 58, 2.5 / 58, 5 / 58))
    assert "6.0 % wanted, tilted by −1.0 points" in why["EEE"] and "tilted" not in why["AAA"]
    assert wish["FFF"] == 0
    plain, _ = wanted_weights(roomy, 0.60, hold)
    assert wanted_weights(roomy, 0.60, hold, {"III": 0.0001})[0] == plain, "too small to be written"


def test_a_cut_that_pays_for_other_equity_does_not_wait(book: Book) -> None:
    """AAA −3 %, BBB −3 %, III +4 %: two thirds pay for III. Of the other third 1/3 is for now: −2.3333 % each."""
    today = book.weights()
    wish = today | {"AAA": today["AAA"] - 0.03, "BBB": today["BBB"] - 0.03, "III": today["III"] + 0.04}
    made = plan(book, wish, {}, DAY, (Waiting("half", 2700.0), Waiting("average", 2800.0)))
    found = [(each.ticker, each.shares, each.condition[-9:]) for each in made.orders]
    assert found[:3] == [("BBB", -467, ""), ("AAA", -233, ""), ("III", 2000, "")]
    assert [each.dollars for each in made.orders[3:]] == [], "0.33 % of each is left, below the least trade"
    whole = plan(book, today | {"AAA": today["AAA"] - 0.03}, {}, DAY, (Waiting("half", 2700.0),))
    assert [each.shares for each in whole.orders] == [-100, -100], (
        "nothing is bought: a third now, a third later"
    )
