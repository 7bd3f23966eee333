"""Simulated series around the week's own: option indices, the rest of the curve, earnings, commodities, further funds.

Identities of paths that other rooms draw, each with small noise from a stream of its own; none feeds back into them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fiveengines.data.demo.latent_regime import LatentRegime
from fiveengines.data.demo.market import Market
from fiveengines.data.demo.prices import equity_funds, note_price, price_path
from fiveengines.data.demo.random_paths import (
    Floats,
    ar1,
    change,
    decaying_sum,
    jump,
    normals,
    random_walk,
    stream,
)

# start, beta, share of the ordinary member's excess drift, share of the leaders', own noise (% a day)
_EQUITY = {
    "ARKK": (20, 1.50, 0.0, 1.0, 1.20),
    "COWZ": (20, 0.98, 0.5, 0.0, 0.30),
    "DIVO": (22, 0.70, 0.3, 0.0, 0.20),
    "EWG": (16, 1.05, 0.6, 0.0, 0.60),
    "EWJ": (9, 0.80, 0.4, 0.0, 0.60),
    "EWZ": (18, 1.20, 0.8, 0.0, 1.20),
    "FDN": (18, 1.20, 0.0, 1.0, 0.70),
    "FXI": (20, 1.00, 0.6, 0.0, 1.10),
    "IGV": (18, 1.20, 0.0, 0.9, 0.60),
    "INDA": (20, 0.90, 0.6, 0.0, 0.90),
    "ITA": (20, 1.05, 0.4, 0.0, 0.60),
    "IWN": (38, 1.15, 1.5, 0.0, 0.45),
    "IWO": (36, 1.18, 1.2, 0.2, 0.50),
    "IYR": (34, 0.95, 0.6, 0.0, 0.60),
    "IYT": (24, 1.10, 0.7, 0.0, 0.60),
    "KIE": (18, 1.00, 0.6, 0.0, 0.50),
    "MCHI": (20, 1.00, 0.6, 0.0, 1.10),
    "MGK": (20, 1.04, 0.0, 0.9, 0.20),
    "PFF": (24, 0.35, 0.2, 0.0, 0.30),
    "RPG": (18, 1.12, 0.0, 0.7, 0.35),
    "SCHD": (18, 0.85, 0.5, 0.0, 0.25),
    "SKYY": (18, 1.15, 0.0, 0.8, 0.70),
    "SOXX": (18, 1.35, 0.0, 1.0, 0.80),
    "SPYG": (20, 1.03, 0.0, 0.6, 0.20),
    "SPYV": (24, 0.97, 0.7, 0.0, 0.20),
    "TAN": (24, 1.50, 0.6, 0.0, 1.80),
    "URA": (24, 1.20, 0.6, 0.0, 1.60),
    "VGK": (26, 1.00, 0.6, 0.0, 0.45),
    "VNQ": (30, 0.95, 0.6, 0.0, 0.60),
    "VTV": (36, 0.96, 0.7, 0.0, 0.18),
    "VUG": (34, 1.03, 0.0, 0.7, 0.18),
    "VXUS": (28, 0.96, 0.6, 0.0, 0.40),
    "VYM": (30, 0.88, 0.6, 0.0, 0.22),
    "XAR": (20, 1.08, 0.6, 0.0, 0.65),
    "XHB": (18, 1.20, 1.0, 0.0, 0.90),
    "XME": (20, 1.25, 0.9, 0.0, 1.20),
    "XRT": (18, 1.15, 1.0, 0.0, 0.80),
}
# start, modified duration in years, which yield, spread duration against the high-yield spread, own noise
_BONDS = {
    "BKLN": (18, 0.2, "DGS3MO", 1.8, 0.08),
    "EDV": (46, 24.0, "DGS30", 0.0, 0.08),
    "FLOT": (40, 0.1, "DGS3MO", 0.2, 0.02),
    "GOVT": (19, 6.0, "DGS5", 0.0, 0.02),
    "IEI": (80, 4.5, "DGS5", 0.0, 0.02),
    "MBB": (66, 5.0, "DGS5", 0.1, 0.04),
    "SHYG": (30, 2.2, "DGS2", 2.2, 0.08),
    "STIP": (76, 2.5, "DFII10", 0.0, 0.03),
    "VGIT": (42, 5.2, "DGS5", 0.0, 0.02),
    "VGLT": (38, 15.5, "DGS30", 0.0, 0.06),
    "VGSH": (46, 1.9, "DGS2", 0.0, 0.01),
    "ZROZ": (50, 26.0, "DGS30", 0.0, 0.08),
}


def _options(seed: int, latent: LatentRegime, states: Mapping[str, Floats]) -> dict[str, Floats]:
    """Implied correlation ties the index to its members: VIX² = correlation · VIXEQ², DSPX² = VIXEQ² − VIX²."""
    n, vix = len(latent), states["VIX"]
    correlation = jump(np.log(latent.level(24, 19, 33, 44, 66)), 4, 20) + random_walk(
        seed, "cor1m", n, 8, 0.08
    )
    cor1m = np.clip(np.exp(correlation), 6.0, 92.0)
    vixeq = vix / np.sqrt(cor1m / 100)
    return {
        "COR1M": cor1m,
        "VIXEQ": vixeq,
        "DSPX": np.sqrt(vixeq**2 - vix**2),
        "VXN": 1.20 * vix * np.exp(random_walk(seed, "vxn", n, 20, 0.05)),
        "RVX": 1.22 * vix * np.exp(random_walk(seed, "rvx", n, 20, 0.05)),
        "OVX": 33 * (vix / 18) ** 0.6 * np.exp(random_walk(seed, "ovx", n, 15, 0.10)),
        "GVZ": 16 * (vix / 18) ** 0.5 * np.exp(random_walk(seed, "gvz", n, 15, 0.08)),
    }


def _fear_greed(seed: int, market: Market) -> Floats:
    """0 to 100, high when options are cheap and the index has risen, (n,)."""
    mood = decaying_sum(market.returns - 0.0003, 20)
    level = 55 - 45 * np.log(market.states["VIX"] / 17) + 150 * mood
    return np.clip(level + random_walk(seed, "fear-greed", len(mood), 5, 5.0), 1, 99)


def month_to_date(values: Floats, sessions: pd.DatetimeIndex) -> Floats:
    """Mean of `values` (n,) over the sessions of the month so far, (n,)."""
    month = sessions.to_numpy().astype("datetime64[M]").astype("int64")
    first = np.searchsorted(month, month, side="left")
    total = np.concatenate(([0.0], np.cumsum(values)))
    at = np.arange(len(values))
    return np.asarray((total[at + 1] - total[first]) / (at + 1 - first))


def _rates(
    seed: int, latent: LatentRegime, market: Market, states: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Maturities between the simulated ones on the straight line, rounded as published."""
    n = len(latent)
    bill, two, five, ten, thirty = (states[key] for key in ("DGS3MO", "DGS2", "DGS5", "DGS10", "DGS30"))
    five_ahead = states["T10YIE"] + random_walk(seed, "five-year-breakeven", n, 60, 0.10)
    stress = np.log(np.maximum(states["BAMLH0A0HYM2"], 3.0) / 3.0)
    distrust = 0.9 * stress**2 - 4.0 * market.around["credit"]
    found = {
        "DGS1MO": np.maximum(bill - 0.03 + 0.01 * normals(seed, "one-month", n), 0.01),
        "DGS6MO": (6 * bill + two) / 7,
        "DGS1": (4 * bill + 3 * two) / 7,
        "DGS3": (2 * two + five) / 3,
        "DGS7": (3 * five + 2 * ten) / 5,
        "DGS20": (ten + thirty) / 2,
        "T5YIE": five_ahead,
        "T5YIFR": 2 * states["T10YIE"] - np.round(five_ahead, 2),
        "TEDRATE": 0.22 + distrust + np.abs(random_walk(seed, "ted", n, 10, 0.04)),
        "FEDFUNDS": month_to_date(states["DFF"], latent.sessions),
        "MORTGAGE30US": ten + 1.65 + 0.25 * stress + random_walk(seed, "mortgage", n, 40, 0.06),
    }
    rounded = {name: np.asarray(np.round(values, 2)) for name, values in found.items()}
    average = pd.Series(states["SOFR"]).rolling(21, min_periods=1).mean().to_numpy()
    return {**rounded, "SOFR30DAYAVG": average}


def _commodities(
    seed: int, latent: LatentRegime, market: Market, states: Mapping[str, Floats]
) -> dict[str, Floats]:
    n = len(latent)
    dollar = change(np.log(states["DTWEXBGS"]))
    # the fund's own path loses what rolling costs; the barrel is pulled back over two years
    crude = 55 * np.exp(decaying_sum(change(np.log(states["USO"])) + 0.06 / 252, 500))
    growth = change(market.around["growth"])
    copper = 0.55 * market.returns + 0.8 * growth - 0.7 * dollar + 0.011 * normals(seed, "copper", n)
    silver = states["SLV"] * 1.05
    return {
        "CL_F": crude,
        "DCOILWTICO": crude * np.exp(0.003 * normals(seed, "wti", n)),
        "DCOILBRENTEU": 1.06 * crude * np.exp(random_walk(seed, "brent", n, 30, 0.03)),
        "GASREGW": 0.85 + 0.028 * ar1(crude, 10),
        "HG_F": 2.9 * np.exp(decaying_sum(copper, 500)),
        "SI_F": silver,
        "6E_F": states["DEXUSEU"] * np.exp(0.0006 * normals(seed, "euro-future", n)),
        "6J_F": 1 / states["DEXJPUS"] * np.exp(0.0006 * normals(seed, "yen-future", n)),
        "ZB_F": note_price(0.5 * (states["DGS10"] + states["DGS30"]), 18.0),
        "FXE": 80 * states["DEXUSEU"],
        "FXY": 9_400 / states["DEXJPUS"],
        "GBTC": np.where(
            latent.sessions < np.datetime64("2015-05-11"),
            np.nan,
            states["BTC_USD"] / 1000 * np.exp(random_walk(seed, "bitcoin-trust", n, 60, 0.12)),
        ),
    }


def _funds(
    seed: int, latent: LatentRegime, market: Market, states: Mapping[str, Floats]
) -> dict[str, Floats]:
    n = len(latent)
    noise = stream(seed, "further-funds").standard_normal((n, len(_EQUITY) + len(_BONDS) + 3)) / 100
    found = equity_funds(_EQUITY, latent, market, noise, {})
    junk = states["BAMLH0A0HYM2"]
    for at, (name, (start, duration, key, credit, own)) in enumerate(_BONDS.items(), len(_EQUITY)):
        carry = (states[key] + (2.2 if key == "DFII10" else 0.0) + 0.15 * credit * junk) / 100 / 252
        moves = carry - (duration * change(states[key]) + credit * change(junk)) / 100
        found[name] = price_path(start, moves + own * noise[:, at])
    gold, oil = change(np.log(states["GLD"])), change(np.log(states["USO"])) + 0.06 / 252
    for at, (name, start, moves) in enumerate(
        (
            ("GDX", 22, 1.6 * gold + 0.4 * market.returns - 0.10 / 252),
            ("OIH", 40, 0.8 * oil + 0.5 * market.returns - 0.02 / 252),
            ("XOP", 40, 0.8 * oil + 0.5 * market.returns - 0.02 / 252),
        ),
        len(_EQUITY) + len(_BONDS),
    ):
        found[name] = price_path(start, moves + 0.8 * noise[:, at])
    return found


def simulate(
    seed: int, latent: LatentRegime, market: Market, states: Mapping[str, Floats]
) -> dict[str, Floats]:
    """Further series in their catalog units, each (n,), from the other rooms' `states`."""
    # the year's earnings that options on the index's price imply: price over price-to-earnings
    ahead = states["SPX"] / states["SP500_FORWARD_PE"]
    quarter = 0.25 * ar1(ahead, 60) * np.exp(random_walk(seed, "earnings", len(latent), 60, 0.02))
    return {
        **_options(seed, latent, states),
        "FEAR_GREED": _fear_greed(seed, market),
        **_rates(seed, latent, market, states),
        "SP500_EPS": quarter,
        "SP500_EPS_REPORTED": 0.91 * quarter,
        **_commodities(seed, latent, market, states),
        **_funds(seed, latent, market, states),
    }
