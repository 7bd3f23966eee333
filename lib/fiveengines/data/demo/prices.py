"""Simulated prices of indices, funds and futures: betas to the index, sector paths, yields and spreads.

A fund's move is an identity of the paths it depends on plus its own small noise; nothing is drawn twice.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from fiveengines.data.demo.latent_regime import LatentRegime
from fiveengines.data.demo.market import Market
from fiveengines.data.demo.members import SECTORS, leader_drift, member_drift
from fiveengines.data.demo.random_paths import Floats, change, normals, random_walk, stream

# start, beta, share of the ordinary member's excess drift, share of the leaders', own noise (% a day)
_EQUITY = {
    "NDX": (1000, 1.12, 0.0, 1.1, 0.35),
    "RUT": (390, 1.15, 1.4, 0.0, 0.40),
    "RUA": (500, 1.01, 0.1, 0.0, 0.05),
    "SPY": (66, 1.00, 0.0, 0.0, 0.02),
    "RSP": (18, 1.03, 0.9, 0.0, 0.12),
    "DIA": (60, 0.93, 0.3, 0.0, 0.20),
    "VTI": (35, 1.01, 0.1, 0.0, 0.05),
    "EFA": (26, 0.95, 0.6, 0.0, 0.45),
    "EEM": (10, 1.10, 0.8, 0.0, 0.70),
    "IVE": (28, 0.97, 0.7, 0.0, 0.20),
    "IVW": (22, 1.03, 0.0, 0.6, 0.20),
    "IWD": (36, 0.97, 0.7, 0.0, 0.20),
    "IWF": (30, 1.03, 0.0, 0.6, 0.20),
    "MTUM": (20, 1.02, 0.0, 0.7, 0.35),
    "QUAL": (20, 0.96, 0.2, 0.2, 0.15),
    "SIZE": (16, 1.02, 0.9, 0.0, 0.20),
    "VLUE": (18, 1.02, 0.9, 0.0, 0.30),
    "USMV": (16, 0.72, 0.3, 0.0, 0.20),
    "SPLV": (14, 0.64, 0.3, 0.0, 0.22),
    "SPHB": (14, 1.38, 0.8, 0.0, 0.35),
    "SPHQ": (14, 0.94, 0.1, 0.3, 0.18),
    "SPMO": (14, 1.03, 0.0, 0.8, 0.35),
    "KRE": (22, 1.18, 1.0, 0.0, 0.80),
    "SMH": (16, 1.35, 0.0, 1.0, 0.80),
    "XBI": (16, 1.10, 0.8, 0.0, 1.10),
    "ITB": (16, 1.20, 1.0, 0.0, 0.90),
}
# start, modified duration in years, which yield, share of the credit spread's move, own noise
_BONDS = {
    "AGG": (58, 5.8, "DGS5", 0.10, 0.03),
    "BND": (42, 6.0, "DGS5", 0.10, 0.03),
    "SHY": (60, 1.9, "DGS2", 0.0, 0.01),
    "IEF": (52, 7.6, "DGS10", 0.0, 0.03),
    "TLT": (44, 16.5, "DGS30", 0.0, 0.06),
    "TIP": (58, 6.8, "DFII10", 0.0, 0.04),
    "LQD": (44, 8.2, "DGS10", 1.0, 0.06),
}
# What the index gains a day in the long run, in log returns.
_TREND = 0.06 / 252
# start, spread duration against the high-yield spread, own noise
_HIGH_YIELD = {"HYG": (32, 3.4, 0.10), "JNK": (33, 3.5, 0.11), "EMB": (36, 2.6, 0.15)}


def price_path(start: float, log_returns: Floats) -> Floats:
    """Prices (n,) from daily log returns (n,)."""
    return start * np.exp(np.cumsum(log_returns))


def note_price(yield_percent: Floats, years: float) -> Floats:
    """Price of a 6 % note with half-yearly coupons, the future's notional bond, (n,)."""
    half = np.maximum(yield_percent, 0.01) / 200
    discount = (1 + half) ** (-2 * years)
    return 3.0 * (1 - discount) / half + 100 * discount


def _event_moves(market: Market) -> dict[str, Floats]:
    """What the two kinds of event add to a fund's daily log return, (n,) each: banks lend, momentum is crowded."""
    credit, crowd = change(market.around["credit"]), change(market.around["positioning"])
    return {"KRE": 1.6 * credit, "MTUM": 0.8 * crowd, "SPMO": 0.8 * crowd}


def equity_funds(
    table: Mapping[str, tuple[float, float, float, float, float]],
    latent: LatentRegime,
    market: Market,
    noise: Floats,
    events: Mapping[str, Floats],
) -> dict[str, Floats]:
    """Closes (n,) of the indices and funds in `table`, by its columns; noise: (n, at least as many), one a fund."""
    ordinary, leading = member_drift(latent, market), leader_drift(latent, market)
    scale = np.sqrt(market.volatility / 12)
    trend = _TREND
    return {
        name: price_path(
            start,
            trend
            + beta * (market.returns - trend)
            + median * ordinary
            + lead * leading
            + own * scale * noise[:, at]
            + events.get(name, 0.0),
        )
        for at, (name, (start, beta, median, lead, own)) in enumerate(table.items())
    }


def _equities(seed: int, latent: LatentRegime, market: Market, sectors: Floats) -> dict[str, Floats]:
    n = len(latent)
    noise = stream(seed, "equity-funds").standard_normal((n, len(_EQUITY) + len(SECTORS))) / 100
    states = equity_funds(_EQUITY, latent, market, noise, _event_moves(market))
    for at, (fund, _, beta) in enumerate(SECTORS.values()):
        moves = _TREND + beta * (market.returns - _TREND) + change(sectors[:, at])
        states[fund] = price_path(24, moves + 0.10 * noise[:, len(_EQUITY) + at])
    states["QQQ"] = states["NDX"] / 41
    states["IWM"] = states["RUT"] / 9.9
    states["KBE"] = states["KRE"] * np.exp(random_walk(seed, "banks", n, 120, 0.03))
    return states


def _bonds(seed: int, latent: LatentRegime, states: Mapping[str, Floats]) -> dict[str, Floats]:
    noise = stream(seed, "bond-funds").standard_normal((len(latent), len(_BONDS) + len(_HIGH_YIELD))) / 100
    grade, junk = states["BAMLC0A0CM"], states["BAMLH0A0HYM2"]
    found: dict[str, Floats] = {}
    for at, (name, (start, duration, key, credit, own)) in enumerate(_BONDS.items()):
        carry = (states[key] + credit * grade + (2.2 if key == "DFII10" else 0.0)) / 100 / 252
        moves = carry - duration * (change(states[key]) + credit * change(grade)) / 100
        found[name] = price_path(start, moves + own * noise[:, at])
    for at, (name, (start, duration, own)) in enumerate(_HIGH_YIELD.items(), len(_BONDS)):
        # about a third of the spread is lost to defaults over time
        carry = (states["DGS5"] + 0.65 * junk) / 100 / 252
        moves = carry - duration * (change(junk) + change(states["DGS5"])) / 100
        found[name] = price_path(start, moves + own * noise[:, at])
    bill = np.maximum(states["DGS3MO"], 0.0) / 100 / 252
    return {**found, "BIL": price_path(70, bill - 0.0013 / 252), "SHV": price_path(80, bill - 0.0010 / 252)}


def _others(
    seed: int, latent: LatentRegime, market: Market, states: Mapping[str, Floats]
) -> dict[str, Floats]:
    n = len(latent)
    dollar = change(np.log(states["DTWEXBGS"]))
    growth = change(market.around["growth"])
    gold = 0.06 / 252 - 0.6 * dollar - 0.05 * change(states["DFII10"]) + 0.009 * normals(seed, "gold", n)
    oil = 0.02 / 252 + 0.6 * market.returns + 0.8 * growth - 0.8 * dollar + 0.017 * normals(seed, "oil", n)
    coin = 0.12 / 252 + 1.5 * market.returns + 0.032 * normals(seed, "bitcoin", n)
    first, second = states["UX1"], states["UX2"]
    basis = (states["DGS3MO"] - 1.8) / 100 * 45 / 365
    return {
        "GC_F": price_path(350, gold),
        "GLD": price_path(34, gold - 0.004 / 252),
        "SLV": price_path(
            5, 1.3 * gold - 0.03 / 252 + 0.3 * market.returns + 0.010 * normals(seed, "silver", n)
        ),
        "USO": price_path(60, oil - 0.06 / 252),
        "DBC": price_path(20, 0.5 * oil + 0.25 * gold - 0.02 / 252 + 0.004 * normals(seed, "commodities", n)),
        "UUP": 26 * states["DTWEXBGS"] / 108,
        "DX_F": 96 * (states["DTWEXBGS"] / 108) ** 1.15 * np.exp(0.001 * normals(seed, "dollar-future", n)),
        "BTC_USD": np.where(latent.sessions < np.datetime64("2010-07-19"), np.nan, price_path(40, coin)),
        # a month of rolling from the first into the second future, spread over its sessions
        "VIXY": price_path(20_000_000, 0.5 * change(np.log(states["VIX"])) - 0.8 * (second / first - 1) / 21),
        "ZN_F": note_price(0.75 * states["DGS10"] + 0.25 * states["DGS5"], 6.8),
        "ZT_F": note_price(states["DGS2"], 1.9),
        "ES_F": states["SPX"] * np.exp(basis),
        "NQ_F": states["NDX"] * np.exp(basis),
        "RTY_F": states["RUT"] * np.exp(basis),
    }


def simulate(
    seed: int, latent: LatentRegime, market: Market, sectors: Floats, states: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Closes of every index, fund and future but the S&P 500, each (n,), from the other rooms' `states`."""
    equities = _equities(seed, latent, market, sectors)
    known = {**states, **equities}
    return {**equities, **_bonds(seed, latent, known), **_others(seed, latent, market, known)}
