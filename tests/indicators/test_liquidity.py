"""Liquidity against published balance-sheet figures and hand-worked examples."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from fiveengines.indicators import liquidity
from indicators.causality import Causal
from indicators.synthetic import dataset, read

# What test_causality.py holds on random input: no look-ahead, the bounds, no hidden unit.
CAUSAL = {
    "net_liquidity": Causal(lambda w: liquidity.net_liquidity(w.price, w.other, w.third)),
    "liquidity_impulse": Causal(
        lambda w: liquidity.liquidity_impulse(w.price - w.other, w.third, 5), unitless=True
    ),
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


def test_central_banks_are_added_in_dollars_and_named() -> None:
    """100 trillion yen at 100 are $1,000 bn; a billion euros at 1.10 are $1.1 bn."""
    days = pd.bdate_range("2019-01-02", "2019-12-27")
    flat = pd.Series(1.0, days)
    fed = pd.Series(4_000_000.0, pd.date_range("2019-01-02", "2019-12-25", freq="7D"))
    series = {
        "WALCL": fed,
        "ECBASSETSW": pd.Series(4_000_000.0, pd.date_range("2019-01-04", "2019-12-20", freq="7D")),
        "DEXUSEU": flat * 1.10,
        "JPNASSETS": pd.Series(1_000_000.0, pd.date_range("2019-01-01", "2019-11-01", freq="MS")),
        "DEXJPUS": (flat * 100).where(days < "2019-12-02", 80),
    }
    day, name = pd.Timestamp("2019-12-27"), "global_central_banks_13w"
    found = read(dataset(**series), "2019-12-27", names=[name])
    assert found.values.loc[day, name] == pytest.approx(
        100 * math.log((4000 + 4400 + 1250) / (4000 + 4400 + 1000))
    )
    assert found.title(name, day) == (
        "Central banks' assets in dollars, 13 weeks (Fed + Eurosystem + Bank of Japan; without Bank of England, "
        "Swiss National Bank, People's Bank of China)"
    )
    del series["JPNASSETS"]
    found = read(dataset(**series), "2019-12-27", names=[name])
    assert found.values.loc[day, name] == 0.0
    assert "JPNASSETS" not in found.series(name, day) and "without Bank of Japan" in found.title(name, day)
    del series["DEXUSEU"]
    assert read(dataset(**series), "2019-12-27", names=[name]).values.isna().all(axis=None)
    series["6E_F"] = (flat * 1.12).where(days < "2019-12-02", 1.20)
    found = read(dataset(**series), "2019-12-27", names=[name])
    assert found.values.loc[day, name] == pytest.approx(100 * math.log((4000 + 4800) / (4000 + 4480)))
    assert found.title(name, day).startswith(
        "Central banks' assets in dollars, 13 weeks (Fed + Eurosystem at the euro future; without Bank of Japan"
    )


def test_funding_spread_of_17_september_2019() -> None:
    # SOFR was fixed at 5.25 % that day and the effective federal funds rate at 2.30 %.
    assert liquidity.funding_spread(series(5.25), series(2.30)).iloc[0] == pytest.approx(295)
