"""The simulated rate path: policy steps at eight meetings a year, the money market, a consistent curve.

Yields respond to the shocks that move the index. They are rounded here, as published, so that sums and differences of
published yields hold exactly.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fiveengines.data.demo.latent_regime import LatentRegime
from fiveengines.data.demo.market import Market
from fiveengines.data.demo.random_paths import Floats, ar1, decaying_sum, normals, random_walk, stream

_MEETING_MONTHS = (1, 3, 5, 6, 7, 9, 11, 12)
_FLOOR, _CEILING, _START = 0.25, 5.5, 1.25
# What one standard deviation of a shock does to a yield on its day, in basis points: growth, monetary, hedging premium,
# common premium. Growth moves short and middle maturities most, monetary policy the short end; both premia rise with
# maturity, and explain most of the ten-year's variance (A. Cieslak and H. Pang, 2021). Real yield and breakeven add up.
_RESPONSES = {
    "two": (2.3, 2.7, -0.8, 0.8),
    "belly": (0.7, -0.2, -0.3, 0.2),
    "real": (0.6, 1.3, -1.7, 2.1),
    "breakeven": (0.9, -0.3, -1.1, 0.5),
    "thirty": (-0.3, -0.4, -0.5, 0.5),
}
# Sessions after which half of such a move is gone: policy and the regime set the level in the long run.
_FADES = 70
_SHADOW = 0.25


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


def _above(floor: float, shadow: Floats) -> Floats:
    """A yield that a shadow rate stands for, (n,): itself well above `floor`, and moving less and less close to it."""
    return floor + _SHADOW * np.logaddexp(0.0, (shadow - floor) / _SHADOW)


def simulate(seed: int, latent: LatentRegime, market: Market) -> dict[str, Floats]:
    """Policy, money-market and Treasury series in per cent, each (n,)."""
    n = len(latent)
    # yields move more when stocks do, but less than in proportion
    kicks = market.shocks * (np.sqrt(market.volatility / 12) / 100)[:, None]
    response = {name: decaying_sum(kicks @ np.asarray(by), _FADES) for name, by in _RESPONSES.items()}
    upper = policy_upper(seed, latent)
    effective = _percent(upper - 0.14 + random_walk(seed, "effr", n, 30, 0.02))
    # a spell of risk-off that policy did not set off leaves yields where they are for as long as its cause acts
    other = latent.set_off_by("credit") | latent.set_off_by("positioning")
    acting = latent.acting("credit") | latent.acting("positioning")
    priced = latent.level(0.25, 0.75, 0.2, -0.25, -0.8)
    priced[latent.acting("rates")] = 0.65
    priced[acting] = 0.25
    gap = ar1(priced, 18) + random_walk(seed, "two-year", n, 40, 0.03) + response["two"]
    two = _above(0.08, upper - 0.12 + gap)
    bill = np.maximum(upper - 0.12 + 0.22 * gap + 0.01 * normals(seed, "bill", n), 0.01)
    expected = latent.level(2.2, 2.35, 2.1, 1.9, 1.25)
    expected[acting] = 2.2
    breakeven = _percent(
        ar1(expected, 20) + random_walk(seed, "breakeven", n, 60, 0.03) + response["breakeven"]
    )
    slow_policy = ar1(upper, 120)
    stance = latent.level(-0.15, 0.2, 0.1, 0.45, 0.05)
    stance[other] = 0.0
    real = 0.75 + 0.34 * (slow_policy - 2.2) + ar1(stance, 18)
    real += random_walk(seed, "real-yield", n, 60, 0.03) + response["real"]
    real = _percent(np.maximum(real, 0.35 - breakeven))
    two, bill = _percent(two), _percent(bill)
    ten = _percent(real + breakeven)
    five = _percent(0.52 * two + 0.48 * ten + random_walk(seed, "five-year", n, 20, 0.02) + response["belly"])
    thirty = _percent(
        ten + 0.45 + 0.12 * (ten - two) + random_walk(seed, "thirty-year", n, 60, 0.03) + response["thirty"]
    )
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
