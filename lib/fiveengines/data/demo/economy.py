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
    unemployment = np.clip(5.0 + 2.2 * slack + random_walk(seed, "jobless", n, 60, 0.10), 2.5, 14.0)
    years = np.arange(n) / 252
    housing = 0.25 * activity + random_walk(seed, "housing", n, 60, 0.05)
    further = {
        "U6RATE": 0.6 + 1.75 * unemployment,
        "CIVPART": 63.5 - 0.3 * slack + random_walk(seed, "participation", n, 250, 0.4),
        "AHETPI": 15.2 * np.exp(np.cumsum(0.030 + 0.002 * activity) / 252),
        "JTSJOL": 4_600 * np.exp(0.02 * years + 0.20 * activity + random_walk(seed, "openings", n, 40, 0.02)),
        "INDPRO": 90 * np.exp(0.012 * years + 0.04 * activity + random_walk(seed, "industry", n, 40, 0.004)),
        "RSAFS": 285_000
        * np.exp(np.cumsum(0.037 + 0.01 * activity) / 252 + random_walk(seed, "retail", n, 20, 0.005)),
        "DGORDER": 170_000
        * np.exp(0.025 * years + 0.10 * activity + random_walk(seed, "orders", n, 20, 0.025)),
        "HOUST": 1_350 * np.exp(housing + random_walk(seed, "starts", n, 15, 0.04)),
        "PERMIT": 1_380 * np.exp(housing + random_walk(seed, "permits", n, 15, 0.03)),
        "CFNAI": 0.45 * activity + random_walk(seed, "cfnai", n, 15, 0.25),
        "BUSLOANS": 900 * np.exp(0.045 * years + 0.05 * ar1(activity, 120)),
        "UMCSENT": np.clip(86 + 8 * activity + random_walk(seed, "sentiment", n, 40, 3.0), 45, 115),
        "MICH": np.clip(
            3.0 + 40 * (inflation - 0.0235) + random_walk(seed, "expected", n, 40, 0.2), 0.5, 8.0
        ),
        "PCEPI": 85 * np.exp(0.87 * prices),
        "PCEPILFE": 86 * np.exp(0.88 * core),
        "PPIACO": 138 * np.exp(0.9 * prices + 0.02 * activity + random_walk(seed, "producer", n, 60, 0.02)),
        "GDPNOW": 100 * growth + random_walk(seed, "nowcast", n, 20, 0.5),
    }
    return {
        **further,
        "GDPC1": 13_800 * np.exp(np.cumsum(growth) / 252 + random_walk(seed, "output", n, 60, 0.002)),
        "CPIAUCSL": 182 * np.exp(prices + random_walk(seed, "energy", n, 30, 0.002)),
        "CPILFESL": 192 * np.exp(core),
        "UNRATE": unemployment,
        "PAYEMS": 130_500 * np.exp(np.cumsum(0.010 + 0.014 * activity) / 252),
        "ICSA": claims,
        "CCSA": 7.6 * np.exp(ar1(np.log(claims), 20)),
        "USREC": (activity < -1.2).astype(float),
    }
