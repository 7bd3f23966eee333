"""Orders against invariants on random portfolios, an integer optimum on small ones, and plans worked by hand."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from fiveengines.base.parameters.rebalance import OrderRules, Taxes
from fiveengines.portfolio.holdings import Holdings, Lot, Position
from fiveengines.portfolio.orders import OrderPlan, executed, plan_orders, portfolio_value

DAY = dt.date(2018, 12, 21)
TAXES = Taxes(short_term=0.37, long_term=0.20, long_term_days=365, wash_sale_days=30)


def rules(**changed: object) -> OrderRules:
    usual: dict[str, object] = {
        "lots": "fifo",
        "taxes": TAXES,
        "cost_bp": 5,
        "minimum_trade": 0.002,
        "most_turnover": 1.0,
        "least_cash": 0.0,
        "least_step": 0.05,
    }
    return OrderRules.model_validate({**usual, **changed})


def holdings(cash: float, **shares: float) -> Holdings:
    lots = {
        ticker: Position(ticker, (Lot(ticker, count, 50.0, dt.date(2017, 1, 3)),))
        for ticker, count in shares.items()
    }
    return Holdings(lots, cash)


@st.composite
def cases(draw: st.DrawFn, most: int = 8) -> tuple[Holdings, dict[str, float], dict[str, float], OrderRules]:
    count = draw(st.integers(1, most))
    names = [f"T{number}" for number in range(count)]
    prices = {name: draw(st.floats(1, 900).map(lambda each: round(each, 2))) for name in names}
    positions = {}
    for name in names:
        sizes = draw(st.lists(st.integers(1, 4000).map(lambda each: each / 10), max_size=3))
        lots = tuple(
            Lot(name, size, draw(st.floats(1, 900)), DAY - dt.timedelta(days=draw(st.integers(0, 1500))))
            for size in sizes
        )
        if lots:
            positions[name] = Position(name, lots)
    held = Holdings(positions, draw(st.floats(0, 200_000).map(lambda each: round(each, 2))))
    raw = np.array([draw(st.one_of(st.just(0.0), st.floats(0, 1))) for _ in names])
    total = draw(st.floats(0, 1))
    wanted = dict(zip(names, (raw / max(raw.sum(), 1e-9) * total).tolist(), strict=True))
    chosen = rules(
        lots=draw(st.sampled_from(["fifo", "highest_cost", "tax_aware"])),
        cost_bp=draw(st.sampled_from([0, 5, 30])),
        most_turnover=draw(st.sampled_from([0.05, 0.15, 1.0])),
        least_cash=draw(st.sampled_from([0.0, 0.02])),
    )
    return held, wanted, prices, chosen


def hold_invariants(
    held: Holdings, wanted: dict[str, float], prices: dict[str, float], chosen: OrderRules
) -> None:
    plan = plan_orders(held, wanted, prices, DAY, chosen)
    value = portfolio_value(held, prices)
    dollars = math.fsum(order.dollars for order in plan.orders)
    assert plan.cash == pytest.approx(held.cash - dollars - plan.cost, abs=0.01)
    assert plan.cash >= min(held.cash, chosen.least_cash * value) - 0.02
    assert plan.cash >= -0.02
    assert plan.turnover <= chosen.most_turnover + 1e-9
    for order in plan.orders:
        before = held.positions[order.ticker].shares if order.ticker in held.positions else 0.0
        assert order.action == "close" or order.shares == int(order.shares)
        assert before + order.shares >= -1e-9
        if order.shares < 0:
            assert math.fsum(each.shares for each in order.lots) == pytest.approx(-order.shares)
        after = before + order.shares
        wish = wanted[order.ticker] * value
        # No order goes past its wish by more than the rounding of one share and the costs.
        assert (wish - after * order.reference_price) * math.copysign(1, order.shares) >= (
            -order.reference_price / 2 - 2 * chosen.cost_bp / 1e4 * value - 0.01
        )
    done = executed(held, plan, DAY)
    assert done.cash == plan.cash
    assert portfolio_value(done, prices) == pytest.approx(value - plan.cost, abs=0.05)
    if not plan.limited:
        again = plan_orders(done, wanted, prices, DAY, chosen)
        assert not again.orders


@given(cases())
@settings(max_examples=100, deadline=None)
def test_orders_keep_their_promises(
    case: tuple[Holdings, dict[str, float], dict[str, float], OrderRules],
) -> None:
    assume(portfolio_value(case[0], case[2]) > 0)
    hold_invariants(*case)


def test_a_last_share_that_turnover_forbids_is_said() -> None:
    """Half a share short of the wish after rounding, and no room for one more: the limit is named."""
    held = holdings(86_144.0, T0=29.1)
    plan = plan_orders(
        held, {"T0": 0.298828125}, {"T0": 735.0}, DAY, rules(cost_bp=0.0, most_turnover=0.05, least_cash=0.0)
    )
    assert [each.shares for each in plan.orders] == [14]
    assert plan.limited == ("turnover",)


@pytest.mark.long
@given(cases(most=30))
@settings(max_examples=10_000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_ten_thousand_portfolios(
    case: tuple[Holdings, dict[str, float], dict[str, float], OrderRules],
) -> None:
    assume(portfolio_value(case[0], case[2]) > 0)
    hold_invariants(*case)


def distance(plan: OrderPlan, held: Holdings, wanted: dict[str, float], prices: dict[str, float]) -> float:
    value = portfolio_value(held, prices)
    after = {name: each.shares for name, each in held.positions.items()}
    for order in plan.orders:
        after[order.ticker] = after.get(order.ticker, 0.0) + order.shares
    gaps = (abs(wanted[name] * value - after.get(name, 0.0) * prices[name]) for name in wanted)
    return math.fsum(gaps) + plan.cost


@pytest.mark.parametrize("seed", range(12))
def test_within_a_thousandth_of_the_integer_optimum(seed: int) -> None:
    """The optimum comes from a mixed-integer solver that shares nothing with the planner."""
    import cvxpy as cp

    chance = np.random.default_rng(seed)
    count = int(chance.integers(3, 7))
    names = [f"T{number}" for number in range(count)]
    price = chance.uniform(5, 400, count).round(2)
    shares = chance.integers(0, 400, count)
    held = holdings(float(chance.uniform(0, 50_000)), **dict(zip(names, shares.tolist(), strict=True)))
    wanted_array = chance.dirichlet(np.ones(count)) * chance.uniform(0.3, 1.0)
    wanted = dict(zip(names, wanted_array.tolist(), strict=True))
    prices = dict(zip(names, price.tolist(), strict=True))
    chosen = rules(most_turnover=float(chance.choice([0.15, 1.0])), minimum_trade=0.0)
    plan = plan_orders(held, wanted, prices, DAY, chosen)
    value = portfolio_value(held, prices)

    buy, sell = cp.Variable(count, integer=True), cp.Variable(count, integer=True)
    traded = cp.sum(cp.multiply(price, buy + sell))
    cost = chosen.cost_bp / 1e4 * traded
    cash = held.cash - price @ buy + price @ sell - cost
    gap = cp.norm1(wanted_array * value - cp.multiply(price, shares + buy - sell))
    limits = [
        buy >= 0,
        sell >= 0,
        sell <= shares,
        cash >= 0,
        traded <= 2 * chosen.most_turnover * value,
    ]
    best = cp.Problem(cp.Minimize(gap + cost), limits).solve(solver=cp.SCIPY)
    assert distance(plan, held, wanted, prices) - best <= 0.001 * value


def test_a_plan_by_hand() -> None:
    """$20,000: A at $100 from 100 shares to 30 %, B at $50 from 100 to 35 %, C at $40 new at 15 %, cash $5,000."""
    held = holdings(5_000.0, A=100.0, B=100.0)
    plan = plan_orders(
        held, {"A": 0.30, "B": 0.35, "C": 0.15}, {"A": 100.0, "B": 50.0, "C": 40.0}, DAY, rules()
    )
    told = [(order.ticker, order.action, order.shares, order.dollars) for order in plan.orders]
    assert told == [
        ("A", "trim", -40.0, -4_000.0),
        ("C", "initiate", 75.0, 3_000.0),
        ("B", "add", 40.0, 2_000.0),
    ]
    assert plan.cost == pytest.approx(4.50)  # 5 basis points of $9,000
    assert plan.cash == pytest.approx(5_000 + 4_000 - 5_000 - 4.50)
    assert plan.turnover == pytest.approx(0.225)
    assert plan.limited == ()


def test_a_turnover_limit_scales_every_wish() -> None:
    held = holdings(10_000.0, A=100.0)
    plan = plan_orders(held, {"A": 0.0}, {"A": 100.0}, DAY, rules(most_turnover=0.10))
    assert [(order.action, order.shares) for order in plan.orders] == [("trim", -40.0)]
    assert plan.limited == ("turnover",)


def test_buys_stop_where_cash_does() -> None:
    held = holdings(1_000.0, A=100.0)
    plan = plan_orders(held, {"A": 0.5, "B": 0.5}, {"A": 0.0, "B": 30.0}, DAY, rules(cost_bp=0))
    assert [(order.ticker, order.shares) for order in plan.orders] == [("B", 33.0)]
    assert plan.cash == pytest.approx(10.0)
    assert "cash" in plan.limited


def test_a_position_without_a_price_is_neither_bought_nor_sold_and_counts_at_cost() -> None:
    held = holdings(1_000.0, A=100.0)
    plan = plan_orders(held, {"A": 0.0}, {}, DAY, rules())
    assert plan.orders == ()
    assert portfolio_value(held, {}) == 6_000.0


@pytest.mark.parametrize("wanted", [{"A": -0.1}, {"A": 0.6, "B": 0.6}])
def test_impossible_wishes_are_refused(wanted: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="at least zero"):
        plan_orders(holdings(1.0, A=1.0), wanted, {"A": 1.0, "B": 1.0}, DAY, rules())


def test_a_close_sells_the_fraction_too() -> None:
    held = holdings(0.0, A=10.5)
    plan = plan_orders(held, {"A": 0.0}, {"A": 10.0}, DAY, rules())
    assert [(order.action, order.shares) for order in plan.orders] == [("close", -10.5)]
