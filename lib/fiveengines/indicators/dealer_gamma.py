"""Dealer gamma over a range of index levels, re-priced from a chain's volatilities, and where its sign changes.

Pure functions of one option chain; the sum at today's level from a vendor's gammas is in `positioning`.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fiveengines.indicators.positioning import SHARES_A_CONTRACT

_COLUMNS = ("type", "strike", "expiry", "open_interest", "iv")


def dealer_gamma_profile(
    chain: pd.DataFrame, day: pd.Timestamp, spots: np.ndarray, business_days: int = 262
) -> pd.Series:
    """Dealer gamma, $bn per 1 % move, if the index stood at each of `spots` and nothing else changed.

    Black-Scholes gammas without interest and dividends, dealers long calls and short puts; time in business days from
    `day` to expiry over `business_days` a year, one day for an option that expires on `day`. chain: (n, …) with columns
    `type` ("C" or "P"), `strike`, `expiry` (datetime64), `open_interest` (contracts), `iv` (0.2 for
    20 %); a row with a NaN, without volatility or past its expiry adds nothing. spots: (k,) positive. Returns (k,)
    indexed by spot. Raises KeyError for a missing column. Source: S. Perfiliev, How to Calculate Gamma Exposure and
    Zero Gamma Level (2022).
    """
    used = chain[list(_COLUMNS)].dropna()
    used = used[(used["iv"] > 0) & (used["expiry"] >= day) & (used["strike"] > 0)]
    today = np.datetime64(day.date())
    days = np.busday_count(today, used["expiry"].to_numpy().astype("datetime64[D]"))
    years = np.where(days <= 0, 1, days) / business_days
    spread = used["iv"].to_numpy(dtype="float64") * np.sqrt(years)
    strikes = used["strike"].to_numpy(dtype="float64")
    signed = np.where(used["type"].to_numpy() == "C", 1.0, -1.0) * used["open_interest"].to_numpy(
        dtype="float64"
    )
    at = np.asarray(spots, dtype="float64")[:, None]
    distance = np.log(at / strikes) / spread + 0.5 * spread
    gamma = np.exp(-0.5 * distance**2) / np.sqrt(2.0 * np.pi) / (at * spread)
    total = (signed * gamma).sum(axis=1) * SHARES_A_CONTRACT * np.asarray(spots) ** 2 * 0.01 / 1e9
    return pd.Series(total, index=pd.Index(spots, name="spot"))


def gamma_flip(profile: pd.Series, spot: float) -> float:
    """The level nearest to `spot` at which a profile of dealer gamma changes its sign, between two points in a line.

    profile: (k,) $bn by spot, ascending. Returns NaN where the sign never changes.
    """
    levels, values = profile.index.to_numpy(dtype="float64"), profile.to_numpy(dtype="float64")
    rows = np.flatnonzero(np.sign(values[:-1]) * np.sign(values[1:]) < 0)
    if not len(rows):
        return float("nan")
    before, after = values[rows], values[rows + 1]
    crossings = levels[rows] - before * (levels[rows + 1] - levels[rows]) / (after - before)
    return float(crossings[np.argmin(np.abs(crossings - spot))])
