"""Simulated money and credit: the Fed's balance sheet and its drains, spreads, the dollar, conditions.

Dollars drift with the regime; in a crisis the Fed adds a great deal, but weeks after spreads have widened.
"""

from __future__ import annotations

import numpy as np

from fiveengines.data.demo.latent_regime import LatentRegime
from fiveengines.data.demo.market import Market
from fiveengines.data.demo.random_paths import Floats, ar1, decaying_sum, jump, normals, random_walk

_LATE = 20

# Central banks abroad, in catalog units: assets at the start, growth a year, share of the Fed's own growth.
_ABROAD = (
    ("ECBASSETSW", 900_000, 0.03, 0.35),
    ("JPNASSETS", 1_150_000, 0.05, 0.15),
    ("BOE_ASSETS", 60_000, 0.05, 0.40),
    ("SNB_ASSETS", 120_000, 0.06, 0.20),
    ("PBOC_ASSETS", 40_000, 0.08, 0.05),
)


def _balance_sheet(seed: int, latent: LatentRegime) -> dict[str, Floats]:
    n = len(latent)
    growth = latent.level(0.085, 0.055, 0.0, -0.10, 0.0)
    growth[(latent.regime == 5) & (latent.age >= _LATE)] = 1.8
    growth += np.where((latent.regime != 5) & (latent.since_crisis <= 30), 0.9, 0.0)
    assets = 730_000 * np.exp(np.cumsum(growth) / 252 + random_walk(seed, "fed-assets", n, 10, 0.003))
    drained = ar1(latent.level(0.055, 0.058, 0.065, 0.085, 0.075), 35)
    account = assets * drained * np.exp(random_walk(seed, "treasury-account", n, 25, 0.10))
    parked = assets * ar1(latent.level(0.035, 0.035, 0.05, 0.07, 0.05), 35)
    parked *= np.exp(random_walk(seed, "repo", n, 12, 0.10))
    parked = np.where(latent.sessions.to_numpy() < np.datetime64("2013-09-23"), 0.0, parked)
    reserves = 0.45 * (assets - account - parked)
    return {
        "WALCL": np.round(assets),
        "TGA_DAILY": np.round(account),
        "WTREGEN": np.round(_week_mean(account)),
        "RRPONTSYD": np.round(parked / 1000, 3),
        "WRESBAL": np.round(reserves),
        "TREAST": np.round(assets * (0.62 + random_walk(seed, "treasuries-held", n, 250, 0.01))),
        "M2SL": np.round(6000 * np.exp(np.cumsum(0.045 + 0.15 * np.clip(growth, -0.1, 1.0)) / 252), 1),
        **{
            name: np.round(start * np.exp(np.cumsum(trend + share * growth) / 252))
            for name, start, trend, share in _ABROAD
        },
    }


def _week_mean(values: Floats) -> Floats:
    total = np.concatenate(([0.0], np.cumsum(values)))
    width = np.minimum(np.arange(1, len(values) + 1), 5)
    upto = np.arange(1, len(values) + 1)
    return (total[upto] - total[upto - width]) / width


def _credit(seed: int, latent: LatentRegime, market: Market) -> dict[str, Floats]:
    n = len(latent)
    stress = jump(np.log(latent.level(3.2, 3.4, 4.8, 7.0, 13.0)), 9, 30) + 0.12 * latent.warning
    stress -= 5.0 * market.around["credit"]
    falling = decaying_sum(-market.returns, 10)
    high_yield = np.exp(stress + 0.7 * falling + random_walk(seed, "high-yield", n, 25, 0.04))
    grade = 0.35 + 0.21 * high_yield * np.exp(random_walk(seed, "grade", n, 25, 0.03))
    return {
        "BAMLH0A0HYM2": np.clip(high_yield, 2.2, 25.0),
        "BAMLC0A0CM": np.clip(grade, 0.6, 8.0),
        "BAA10Y": np.clip(1.15 + 0.27 * high_yield + random_walk(seed, "baa", n, 40, 0.06), 1.2, 9.0),
    }


def _conditions(seed: int, latent: LatentRegime, high_yield: Floats, vix: Floats) -> dict[str, Floats]:
    n = len(latent)
    tight = 0.55 * np.log(high_yield / 4.6) + 0.45 * np.log(vix / 18)
    nfci = -0.35 + 0.55 * ar1(tight, 5) + 1.1 * np.maximum(ar1(tight, 5), 0) ** 1.5
    return {
        "NFCI": nfci + random_walk(seed, "nfci", n, 30, 0.03),
        "ANFCI": nfci + 0.02 + random_walk(seed, "anfci", n, 60, 0.08),
        "STLFSI4": -0.35
        + 1.6 * tight
        + 1.6 * np.maximum(tight, 0) ** 1.5
        + random_walk(seed, "stlfsi", n, 10, 0.10),
    }


def simulate(seed: int, latent: LatentRegime, market: Market) -> dict[str, Floats]:
    """Balance-sheet, credit, dollar and conditions series in their catalog units, each (n,)."""
    n = len(latent)
    credit = _credit(seed, latent, market)
    # the dollar is pushed by fear and pulled back over two years: it may not drift out of any real range
    push = (latent.level(-0.035, 0.0, 0.01, 0.10, 0.45) - 0.10 * latent.rebound) / 252 + 0.0022 * normals(
        seed, "dollar", n
    )
    dollar = 108 * np.exp(decaying_sum(push, 500))
    euro = 1.19 * (dollar / 108) ** -1.3 * np.exp(random_walk(seed, "euro", n, 60, 0.01))
    return {
        **_balance_sheet(seed, latent),
        **credit,
        **_conditions(seed, latent, credit["BAMLH0A0HYM2"], market.states["VIX"]),
        "DTWEXBGS": dollar,
        "DEXUSEU": euro,
        "DEXUSUK": 1.35 * (euro / 1.19) ** 0.7,
        "DEXJPUS": 105 * (euro / 1.19) ** -0.6,
        "DEXSZUS": 0.97 * (euro / 1.19) ** -0.8,
        "DEXCHUS": 6.8 * (euro / 1.19) ** -0.3,
    }
