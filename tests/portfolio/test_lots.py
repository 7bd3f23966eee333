"""Which lots a sale takes and what it costs, worked by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from fiveengines.base.parameters.rebalance import LotRule, Taxes
from fiveengines.portfolio.holdings import Lot
from fiveengines.portfolio.lots import sales, tax_on, wash_sale

DAY = dt.date(2024, 6, 28)
TAXES = Taxes(short_term=0.40, long_term=0.20, long_term_days=365, wash_sale_days=30)
# At $100: a long-term gain of $50 a share ($10 tax), a short-term gain of $20 ($8), a short-term loss of $10 (−$4),
# a long-term loss of $10 (−$2).
OLD_CHEAP = Lot("A", 10, 50.0, dt.date(2020, 1, 2))
NEW_GAIN = Lot("A", 10, 80.0, dt.date(2024, 3, 1))
NEW_LOSS = Lot("A", 10, 110.0, dt.date(2024, 5, 1))
OLD_LOSS = Lot("A", 10, 110.0, dt.date(2022, 5, 2))
LOTS = (NEW_GAIN, OLD_CHEAP, NEW_LOSS, OLD_LOSS)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("fifo", [OLD_CHEAP, OLD_LOSS, NEW_GAIN, NEW_LOSS]),
        ("highest_cost", [NEW_LOSS, OLD_LOSS, NEW_GAIN, OLD_CHEAP]),
        ("tax_aware", [NEW_LOSS, OLD_LOSS, NEW_GAIN, OLD_CHEAP]),
    ],
)
def test_each_rule_takes_lots_in_its_order(rule: LotRule, expected: list[Lot]) -> None:
    sold = sales(LOTS, 35, 100.0, DAY, rule, TAXES)
    assert [(each.cost, each.opened) for each in sold] == [(lot.cost, lot.opened) for lot in expected]
    assert [each.shares for each in sold] == [10, 10, 10, 5]


def test_tax_by_hand() -> None:
    """Ten of the short-term loss and five of the short-term gain: 10 × −10 × 0.40 + 5 × 20 × 0.40."""
    sold = sales((NEW_LOSS, NEW_GAIN), 15, 100.0, DAY, "tax_aware", TAXES)
    assert tax_on(sold, TAXES) == pytest.approx(-40 + 40)


def test_a_short_term_gain_may_cost_less_than_a_long_term_one() -> None:
    sold = sales((OLD_CHEAP, NEW_GAIN), 10, 100.0, DAY, "tax_aware", TAXES)
    assert sold[0].cost == 80.0


def test_a_year_and_a_day_is_long_term() -> None:
    a_year = Lot("A", 1, 50.0, DAY - dt.timedelta(days=365))
    longer = Lot("A", 1, 50.0, DAY - dt.timedelta(days=366))
    sold = sales((a_year, longer), 2, 100.0, DAY, "fifo", TAXES)
    assert {each.opened: each.long_term for each in sold} == {a_year.opened: False, longer.opened: True}


def test_a_loss_beside_a_purchase_within_thirty_days_is_a_wash_sale() -> None:
    sold = sales((NEW_LOSS,), 10, 100.0, DAY, "fifo", TAXES)
    at_the_edge = Lot("A", 1, 105.0, DAY - dt.timedelta(days=30))
    past_it = Lot("A", 1, 105.0, DAY - dt.timedelta(days=31))
    assert wash_sale(sold, (NEW_LOSS, at_the_edge), DAY, bought=False, taxes=TAXES)
    assert not wash_sale(sold, (NEW_LOSS, past_it), DAY, bought=False, taxes=TAXES)
    assert wash_sale(sold, (NEW_LOSS,), DAY, bought=True, taxes=TAXES)
    gain = sales((NEW_GAIN,), 10, 100.0, DAY, "fifo", TAXES)
    assert not wash_sale(gain, (NEW_GAIN, at_the_edge), DAY, bought=True, taxes=TAXES)


def test_more_than_is_held_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be sold"):
        sales(LOTS, 41, 100.0, DAY, "fifo", TAXES)
