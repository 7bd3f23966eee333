"""The simulated economy: output, prices, jobs and claims, following the regimes slowly.

Levels on every session; publication samples them at the end of each period.
"""

from __future__ import annotations

import numpy as np

from fiveengines.data.demo.latent_regime import Hidden
from fiveengines.data.demo.random_paths import Floats, follow, wander


def simulate(seed: int, hidden: Hidden) -> dict[str, Floats]:
    """Economic series in their catalog units, each (n,) on sessions."""
    n = len(hidden)
    activity = follow(hidden.level(0.5, 0.6, 0.0, -0.8, -3.5), 45)
    growth = 0.019 + 0.014 * activity
    inflation = 0.0235 + 0.006 * follow(activity, 60) + wander(seed, "inflation", n, 120, 0.006)
    slack = follow(-activity, 60)
    claims = np.exp(np.log(245_000) - 0.30 * activity + wander(seed, "claims", n, 5, 0.025))
    prices = np.cumsum(inflation) / 252
    core = np.cumsum(0.023 + 0.4 * (inflation - 0.0235)) / 252
    return {
        "GDPC1": 13_800 * np.exp(np.cumsum(growth) / 252 + wander(seed, "output", n, 60, 0.002)),
        "CPIAUCSL": 182 * np.exp(prices + wander(seed, "energy", n, 30, 0.002)),
        "CPILFESL": 192 * np.exp(core),
        "UNRATE": np.clip(5.0 + 2.2 * slack + wander(seed, "jobless", n, 60, 0.10), 2.5, 14.0),
        "PAYEMS": 130_500 * np.exp(np.cumsum(0.010 + 0.014 * activity) / 252),
        "ICSA": claims,
        "CCSA": 7.6 * np.exp(follow(np.log(claims), 20)),
        "USREC": (activity < -1.2).astype(float),
    }
