"""The simulated economy: output, prices, jobs and claims, following the regimes slowly.

Levels on every session; publication samples them at the end of each period.
"""

from __future__ import annotations

import numpy as np

from fiveengines.data.demo.latent_regime import LatentRegime
from fiveengines.data.demo.random_paths import Floats, ar1, random_walk


def simulate(seed: int, latent: LatentRegime) -> dict[str, Floats]:
    """Economic series in their catalog units, each (n,) on sessions."""
    n = len(latent)
    activity = ar1(latent.level(0.5, 0.6, 0.0, -0.8, -3.5), 45)
    growth = 0.019 + 0.014 * activity
    inflation = 0.0235 + 0.006 * ar1(activity, 60) + random_walk(seed, "inflation", n, 120, 0.006)
    slack = ar1(-activity, 60)
    claims = np.exp(np.log(245_000) - 0.30 * activity + random_walk(seed, "claims", n, 5, 0.025))
    prices = np.cumsum(inflation) / 252
    core = np.cumsum(0.023 + 0.4 * (inflation - 0.0235)) / 252
    return {
        "GDPC1": 13_800 * np.exp(np.cumsum(growth) / 252 + random_walk(seed, "output", n, 60, 0.002)),
        "CPIAUCSL": 182 * np.exp(prices + random_walk(seed, "energy", n, 30, 0.002)),
        "CPILFESL": 192 * np.exp(core),
        "UNRATE": np.clip(5.0 + 2.2 * slack + random_walk(seed, "jobless", n, 60, 0.10), 2.5, 14.0),
        "PAYEMS": 130_500 * np.exp(np.cumsum(0.010 + 0.014 * activity) / 252),
        "ICSA": claims,
        "CCSA": 7.6 * np.exp(ar1(np.log(claims), 20)),
        "USREC": (activity < -1.2).astype(float),
    }
