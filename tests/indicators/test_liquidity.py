"""Liquidity against published balance-sheet figures and hand-worked examples."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fiveengines.indicators import liquidity
from indicators.causality import Causal

# What test_causality.py holds on random input: no look-ahead, the bounds, no hidden unit.
CAUSAL = {
    "net_liquidity": Causal(lambda w: liquidity.net_liquidity(w.price, w.other, w.third)),
    "liquidity_impulse": Causal(
        lambda w: liquidity.liquidity_impulse(w.price - w.other, w.third, 5), unitless=True
    ),
    "central_bank_assets": Causal(lambda w: liquidity.central_bank_assets(w.price, w.other, w.third)),
    "funding_spread": Causal(lambda w: liquidity.funding_spread(w.rate, w.rate2)),
}


nan = np.nan


def series(*values: float, start: str = "2019-01-02") -> pd.Series:
    return pd.Series(values, index=pd.bdate_range(start, periods=len(values)), dtype="float64")


def test_net_liquidity_is_what_assets_leave() -> None:
    found = liquidity.net_liquidity(series(4000, 4100), series(300, 350), series(0, 50))
    np.testing.assert_allclose(found, [3700, 3700])


def test_net_liquidity_carries_the_others_forward_and_waits_for_all() -> None:
    assets = series(4000, 4000, 4000)
    account = series(300, start="2019-01-03")
    found = liquidity.net_liquidity(assets, account, series(10, 20, nan))
    np.testing.assert_allclose(found, [nan, 3680, nan])


def test_impulse_is_measured_on_the_balance_sheet() -> None:
    # Autumn 2008: the Treasury account went from about $5 bn to about $600 bn, assets from 900 to 2,000.
    assets, account = series(900, 2000), series(5, 600)
    net = liquidity.net_liquidity(assets, account, series(0, 0))
    found = liquidity.liquidity_impulse(net, assets, 1)
    np.testing.assert_allclose(found, [nan, 100 * (1400 - 895) / 900])


def test_impulse_does_not_hang_on_the_size_of_net_liquidity() -> None:
    assets = series(1000, 1000)
    small, large = series(10, 20), series(910, 920)
    for net in (small, large):
        assert liquidity.liquidity_impulse(net, assets, 1).iloc[1] == pytest.approx(1.0)


def test_two_central_banks_in_dollars() -> None:
    found = liquidity.central_bank_assets(series(4000, 4000), series(4600, 4600), series(1.10, 1.05))
    np.testing.assert_allclose(found, [9060, 8830])


def test_funding_spread_of_17_september_2019() -> None:
    # SOFR was fixed at 5.25 % that day and the effective federal funds rate at 2.30 %.
    assert liquidity.funding_spread(series(5.25), series(2.30)).iloc[0] == pytest.approx(295)
