"""The simulated rate path: policy steps at eight meetings a year, the money market, a consistent curve.

Yields are rounded here, as published, so that sums and differences of published yields hold exactly.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fiveengines.data.demo.latent_regime import LatentRegime
from fiveengines.data.demo.random_paths import Floats, ar1, normals, random_walk, stream

_MEETING_MONTHS = (1, 3, 5, 6, 7, 9, 11, 12)
_FLOOR, _CEILING, _START = 0.25, 5.5, 1.25


def _meetings(sessions: pd.DatetimeIndex) -> np.ndarray:
    """Positions of the sessions from which a decision (third Wednesday, evening before) is in force."""
    days = sessions.to_numpy().astype("datetime64[D]")
    months = np.arange(days[0].astype("datetime64[M]"), days[-1].astype("datetime64[M]") + 1)
    months = months[np.isin(months.astype(int) % 12 + 1, _MEETING_MONTHS)]
    wednesdays = np.busday_offset(months.astype("datetime64[D]"), 2, roll="forward", weekmask="Wed")
    positions = np.searchsorted(days, wednesdays, side="right")
    return positions[(positions > 0) & (positions < len(days))]


def _step(regime: int, age: int, rate: float, luck: float) -> float:
    """Change of the upper bound in points at one meeting: hikes late in 1 and in 2, cuts in 4 and 5."""
    match regime:
        case 1 | 2:
            patient = regime == 1 and age < 80
            return 0.25 if not patient and luck < (0.50 if rate < 3 else 0.25) else 0.0
        case 3:
            return -0.25 if luck > 0.93 else 0.0
        case 4:
            return -0.25 if age >= 25 and luck < 0.65 else 0.0
        case _:
            return -0.75 if luck < 0.35 else -0.50


def policy_upper(seed: int, latent: LatentRegime) -> Floats:
    """Upper bound of the federal funds target in per cent, (n,); moves in multiples of 0.25."""
    meetings = _meetings(latent.sessions)
    luck = stream(seed, "policy").random(len(meetings))
    rate, upper = _START, np.full(len(latent), _START)
    for at, chance in zip(meetings, luck, strict=True):
        decided = int(at) - 1
        rate += _step(int(latent.regime[decided]), int(latent.age[decided]), rate, float(chance))
        rate = min(max(rate, _FLOOR), _CEILING)
        upper[at:] = rate
    return upper


def _percent(values: Floats) -> Floats:
    """A rate as published, in hundredths of a per cent point, (n,)."""
    return np.asarray(np.round(values, 2), dtype=np.float64)


def simulate(seed: int, latent: LatentRegime) -> dict[str, Floats]:
    """Policy, money-market and Treasury series in per cent, each (n,)."""
    n = len(latent)
    upper = policy_upper(seed, latent)
    effective = _percent(upper - 0.14 + random_walk(seed, "effr", n, 30, 0.02))
    hawkish = np.where(latent.age < 30, 0.65, -0.25)
    priced = np.where(latent.regime == 4, hawkish, latent.level(0.25, 0.75, 0.2, 0, -0.8))
    gap = ar1(priced, 18) + random_walk(seed, "two-year", n, 40, 0.12)
    two = np.maximum(upper - 0.12 + gap, 0.08)
    bill = np.maximum(upper - 0.12 + 0.22 * gap + 0.01 * normals(seed, "bill", n), 0.01)
    expected = ar1(latent.level(2.2, 2.35, 2.1, 1.9, 1.25), 20)
    breakeven = _percent(expected + random_walk(seed, "breakeven", n, 60, 0.10))
    slow_policy = ar1(upper, 120)
    real = 0.75 + 0.34 * (slow_policy - 2.2) + ar1(latent.level(-0.15, 0.2, 0.1, 0.45, 0.05), 18)
    real += random_walk(seed, "real-yield", n, 60, 0.12)
    real = _percent(np.maximum(real, 0.35 - breakeven))
    two, bill = _percent(two), _percent(bill)
    ten = _percent(real + breakeven)
    five = _percent(0.52 * two + 0.48 * ten + random_walk(seed, "five-year", n, 20, 0.04))
    thirty = _percent(ten + 0.45 + 0.12 * (ten - two) + random_walk(seed, "thirty-year", n, 60, 0.07))
    return {
        "DFEDTARU": upper,
        "DFEDTARL": upper - 0.25,
        "DFEDTAR": upper - 0.125,
        "FOMC_TARGET": upper,
        "DFF": effective,
        "EFFR": effective,
        "SOFR": _percent(effective - 0.02 + 0.02 * np.abs(normals(seed, "sofr", n))),
        "DGS3MO": bill,
        "DGS2": two,
        "DGS5": np.maximum(five, 0.05),
        "DGS10": ten,
        "DGS30": thirty,
        "DFII10": real,
        "T10YIE": breakeven,
        "T10Y2Y": _percent(ten - two),
        "T10Y3M": _percent(ten - bill),
    }
