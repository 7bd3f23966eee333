"""Simulated positioning: futures by kind of trader, surveys, put/call, dealer gamma, margin debt.

One slow path of crowding moves them all: heavy late in a melt-up, washed out late in a sell-off.
"""

from __future__ import annotations

import numpy as np

from fiveengines.data.demo.latent_regime import LatentRegime
from fiveengines.data.demo.market import Market
from fiveengines.data.demo.random_paths import Floats, ar1, decaying_sum, jump, normals, random_walk

# Open interest (contracts) at the start, and how strongly speculators follow the crowd.
_MARKETS = {"SP500": (1_400_000, 1.0), "NASDAQ": (220_000, 1.2), "RUSSELL": (340_000, 0.9)}
# Markets beside stocks and notes: open interest (contracts) at the start; speculators follow a crowd of their own.
_FURTHER = {
    "GOLD": 380_000, "SILVER": 120_000, "COPPER": 170_000, "CRUDE": 1_300_000, "YEN": 180_000, "BITCOIN": 9_000,
}  # fmt: skip
_NOTES = {"TNOTE2": (1_100_000, 1.0), "TNOTE10": (1_900_000, 0.8)}


def crowding(seed: int, latent: LatentRegime) -> Floats:
    """How crowded the long side is, about −2 (washed out) to +2 (crowded), (n,)."""
    target = latent.level(0.35, 1.7, 0.0, -1.3, -2.3)
    return ar1(target, 22) + random_walk(seed, "crowding", len(latent), 25, 0.20)


def _open_interest(seed: int, name: str, n: int, start: float) -> Floats:
    growth = 0.025 * np.arange(n) / 252
    return np.round(start * np.exp(growth + random_walk(seed, f"open-interest-{name}", n, 40, 0.08)))


def _cot(seed: int, name: str, n: int, start: float, lean: Floats) -> dict[str, Floats]:
    """Three kinds of trader whose longs and shorts add to the same total."""
    total = _open_interest(seed, name, n, start)
    noise = random_walk(seed, f"cot-{name}", n, 8, 0.012)
    small = random_walk(seed, f"cot-small-{name}", n, 12, 0.006)

    def share(value: Floats, low: float, high: float) -> Floats:
        return np.round(total * np.clip(value, low, high))

    longs = {
        "SPEC": share(0.20 + 0.045 * lean + noise, 0.02, 0.42),
        "NONREPT": share(0.13 + 0.012 * lean + small, 0.04, 0.25),
    }
    shorts = {
        "SPEC": share(0.19 - 0.035 * lean - noise, 0.02, 0.42),
        "NONREPT": share(0.12 - 0.010 * lean - small, 0.04, 0.25),
    }
    longs["COMM"] = total - longs["SPEC"] - longs["NONREPT"]
    shorts["COMM"] = total - shorts["SPEC"] - shorts["NONREPT"]
    sides = (("LONG", longs), ("SHORT", shorts))
    return {f"COT_{name}_{kind}_{side}": held for side, kinds in sides for kind, held in kinds.items()}


def _tff(seed: int, name: str, n: int, start: float, lean: Floats) -> dict[str, Floats]:
    """Dealers take the other side of asset managers and leveraged funds; others hold the rest."""
    total = _open_interest(seed, name, n, start)
    noise = random_walk(seed, f"tff-{name}", n, 8, 0.012)
    shares = {
        "ASSET_MGR_LONG": 0.42 + 0.045 * lean + noise,
        "ASSET_MGR_SHORT": 0.16 - 0.025 * lean - 0.5 * noise,
        "LEV_MONEY_LONG": 0.13 + 0.025 * lean + 0.5 * noise,
        "LEV_MONEY_SHORT": 0.25 - 0.030 * lean - 0.5 * noise,
    }
    held = {key: np.round(total * np.clip(share, 0.02, 0.62)) for key, share in shares.items()}
    reported = np.round(0.88 * total)
    held["DEALER_LONG"] = np.maximum(reported - held["ASSET_MGR_LONG"] - held["LEV_MONEY_LONG"], 0.0)
    held["DEALER_SHORT"] = np.maximum(reported - held["ASSET_MGR_SHORT"] - held["LEV_MONEY_SHORT"], 0.0)
    held["OPEN_INTEREST"] = total
    return {f"TFF_{name}_{key}": value for key, value in held.items()}


def _surveys(seed: int, latent: LatentRegime, crowd: Floats, mood: Floats) -> dict[str, Floats]:
    n = len(latent)
    bullish = np.round(
        np.clip(36.5 + 5.5 * crowd + 60 * mood + random_walk(seed, "aaii-bull", n, 3, 4.0), 12, 72), 1
    )
    bearish = np.round(
        np.clip(33 - 6 * crowd - 70 * mood + random_walk(seed, "aaii-bear", n, 3, 4.0), 10, 75), 1
    )
    bearish = np.minimum(bearish, np.round(92 - bullish, 1))
    return {
        "AAII_BULLISH": bullish,
        "AAII_BEARISH": bearish,
        "AAII_NEUTRAL": np.round(100 - bullish - bearish, 1),
        "NAAIM": np.clip(62 + 19 * crowd + 60 * mood + random_walk(seed, "naaim", n, 4, 7.0), -20, 115),
    }


def simulate(seed: int, latent: LatentRegime, market: Market, two_year: Floats) -> dict[str, Floats]:
    """Futures positions, surveys, option flows and margin debt in their catalog units, each (n,)."""
    n = len(latent)
    crowd = crowding(seed, latent)
    mood = decaying_sum(market.returns - 0.0003, 12)
    states: dict[str, Floats] = {}
    for name, (start, beta) in _MARKETS.items():
        states |= _cot(seed, name, n, start, beta * crowd)
    for name in ("SP500", "NASDAQ"):
        states |= _tff(seed, name, n, _MARKETS[name][0], _MARKETS[name][1] * crowd)
    hawkish = np.clip(3.0 * (two_year - ar1(two_year, 45)), -2.2, 2.2)
    for name, (start, beta) in _NOTES.items():
        states |= _cot(seed, name, n, start, -beta * hawkish)
    for name, opened in _FURTHER.items():
        states |= _cot(seed, name, n, opened, random_walk(seed, f"lean-{name}", n, 40, 1.0))
    put_call = jump(np.log(latent.level(0.60, 0.52, 0.66, 0.76, 0.95)), 5, 12) - 0.8 * mood
    gamma = ar1(latent.level(3.0, 4.3, 1.6, -0.6, -2.2), 4) + 12 * mood + random_walk(seed, "gex", n, 3, 0.7)
    dark_pool_buying = ar1(latent.level(0.435, 0.425, 0.43, 0.44, 0.46), 8) + random_walk(
        seed, "dix", n, 4, 0.010
    )
    growth = np.exp(0.15 * crowd + 0.01 * normals(seed, "margin-debt", n))
    return {
        **states,
        **_surveys(seed, latent, crowd, mood),
        "PUT_CALL_EQUITY": np.exp(put_call + random_walk(seed, "put-call", n, 2, 0.06)),
        "DIX": dark_pool_buying,
        "GEX": np.round(gamma * 1e9),
        "MARGIN_DEBT": np.round(180 * market.states["SPX"] * growth),
    }
