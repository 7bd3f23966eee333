"""Exposure, costs and statistics worked by hand."""

import numpy as np
import pandas as pd
import pytest

from fiveengines import research
from fiveengines.research import walk_forward
from fiveengines.research.significance import sharpe
from fiveengines.research.walk_forward import above_average, daily_exposure, net_returns, statistics
from fiveengines.week import Week

DAYS = pd.bdate_range("2001-01-01", periods=15)
FRIDAYS = DAYS[[4, 9, 14]]


def test_exposure_earns_from_the_next_session():
    held = daily_exposure(pd.Series([0.5, 1.5, 0.0], FRIDAYS), DAYS)
    # Friday's own return is earned at the exposure before it; 1.5 counts as 1; the last reading earns nothing yet.
    assert held.index[0] == DAYS[5] and held.index[-1] == DAYS[14]
    assert held.to_list() == [0.5] * 5 + [1.0] * 5


def test_costs_of_what_is_traded():
    exposure = pd.Series([0.5, 0.5, 1.0, 0.2], DAYS[:4])
    returns = pd.Series([0.02, -0.01, 0.01, np.nan], DAYS[:4])
    net = net_returns(exposure, returns, cost=0.001)
    assert net.to_list() == pytest.approx([0.01, -0.005, 0.01 - 0.0005, -0.0008])


def test_statistics_by_hand():
    exposure = pd.Series([1.0, 1.0, 0.5, 0.5], DAYS[:4])
    returns = pd.Series([0.10, -0.20, 0.20, 0.0], DAYS[:4])
    found = statistics(exposure, returns, cost=0.01)
    net = np.array([0.10, -0.20, 0.10 - 0.005, 0.0])
    assert found["sharpe"] == pytest.approx(net.mean() / net.std(ddof=1) * np.sqrt(252))
    assert found["volatility"] == pytest.approx(net.std(ddof=1) * np.sqrt(252) * 100)
    assert found["cagr"] == pytest.approx(((1.1 * 0.8 * 1.095) ** (252 / 4) - 1) * 100)
    assert found["max_drawdown"] == pytest.approx(-20.0)
    assert found["turnover"] == pytest.approx(0.5 * 252 / 4)
    assert found["mean_exposure"] == pytest.approx(0.75)


def test_nothing_moves():
    found = statistics(pd.Series(0.0, DAYS), pd.Series(0.01, DAYS), cost=0.001)
    assert np.isnan(found["sharpe"]) and found["cagr"] == 0.0


def test_average_rule_is_read_on_fridays():
    closes = pd.Series([1, 1, 1, 1, 2, 2, 2, 2, 2, 1, 1, 1, 1, 1, 1], DAYS, dtype=float)
    rule = above_average(closes, FRIDAYS, days=3)
    assert rule.to_list() == [1.0, 0.0, 0.0]


def test_table(made):
    random = np.random.default_rng(4)
    closes = 100 * np.exp(random.normal(0.0003, 0.01, 1000).cumsum())
    past = made(closes, exposure=random.random(200), regime=random.integers(1, 6, 200))
    table = walk_forward(past, {"Half": pd.Series(0.5, past.dates)})
    held = table.loc["Holding the index"]
    # Constant exposures trade nothing, and have the index's own Sharpe ratio.
    for name in ("Half", "Constant, its mean"):
        assert table.loc[name, "turnover"] == 0
        assert table.loc[name, "sharpe"] == pytest.approx(held["sharpe"])
    assert table.loc["Half", "volatility"] == pytest.approx(0.5 * held["volatility"])
    assert table.loc["Constant, its mean", "mean_exposure"] == pytest.approx(
        table.loc["Target exposure", "mean_exposure"]
    )
    growth = (closes[-1] / closes[4]) ** (252 / 995) - 1
    assert held["cagr"] == pytest.approx(100 * growth)


def test_too_little_history_gives_no_row_and_says_why(made):
    past = made(np.linspace(100, 110, 250))
    assert walk_forward(past).empty
    assert (
        past.insufficient_history
        == "Only 50 weeks have a call and a close of SPX; evidence needs 104 or more."
    )


def test_foresight_is_not_paid(made):
    """An exposure that knows only its own Friday's move earns nothing on moves that are independent."""
    random = np.random.default_rng(8)
    moves = np.where(np.arange(5000) % 5 == 4, random.choice([-0.03, 0.03], 5000), 0.0)
    closes = 100 * np.cumprod(1 + moves)
    friday = moves[4::5]
    past = made(closes, exposure=(friday > 0).astype(float))
    # Had it earned its own Friday, the Sharpe ratio would be above 5.
    assert abs(walk_forward(past).loc["Target exposure", "sharpe"]) < 1.0


def test_daily_returns_give_the_sharpe_ratios_of_the_record():
    past = Week.load(as_of="2012-06-29", source="demo").past
    net, record = research.daily_net_returns(past), research.walk_forward(past)
    assert set(net) == set(record.index) - {"Regime alone"} and net.notna().all(axis=None)
    for name in net:
        assert sharpe(net[name].to_numpy()) == pytest.approx(record.at[name, "sharpe"])
