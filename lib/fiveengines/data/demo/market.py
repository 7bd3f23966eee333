"""The simulated index and its options: S&P 500 open to close, the VIX family, VIX futures.

One path of volatility drives both the index's moves and what options charge for them. Four shocks that stocks and
yields share, and two kinds of event, make the moves around the trend; other rooms of the demo respond to the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.data.demo.latent_regime import LatentRegime
from fiveengines.data.demo.random_paths import Floats, ar1, decaying_sum, jump, normals, random_walk, stream

# Annualised volatility (%) and drift by regime; rebound is the extra drift right after a crisis.
_VOLATILITY = (8.6, 10.4, 15.5, 23.0, 48.0)
_DRIFT = (0.215, 0.185, 0.02, -0.42, -1.70)
_REBOUND = 0.90
# Share of the index's daily variance around its trend by shock, and the direction in which a positive shock moves it
# (A. Cieslak and H. Pang, 2021: growth and the hedging premium move stocks most).
SHOCKS = ("growth", "monetary", "hedging_premium", "common_premium")
_SHOCK_SHARES = (0.28, 0.22, 0.28, 0.22)
_SHOCK_SIGNS = (1.0, -1.0, -1.0, -1.0)
# Log return of a day on which the event that set off a spell of risk-off acts.
_EVENTS = {"credit": -0.0040, "positioning": -0.0040}
FADES = 70


@dataclass(frozen=True)
class Market:
    """Daily log return of the index, annualised volatility in per cent, published series; each (n,).

    shocks: (n, 4), each day's structural shocks in standard deviations, columns as SHOCKS. around: log distance of the
    index from its trend by what moved it (the shocks and the events), each (n,); half of a move is gone after FADES
    sessions.
    """

    returns: Floats
    volatility: Floats
    states: dict[str, Floats]
    shocks: Floats
    around: Mapping[str, Floats]


def trend_of(latent: LatentRegime) -> Floats:
    """The drift that the regime gives the index, a day's log return, (n,)."""
    return np.asarray((latent.level(*_DRIFT) + _REBOUND * latent.rebound) / 252)


def _shocks(seed: int, moves: Floats) -> tuple[Floats, Floats]:
    """Four independent standard normal shocks whose weighted sum is `moves` (n,): (n, 4), and the weights (4,)."""
    weights = np.sqrt(_SHOCK_SHARES) * _SHOCK_SIGNS
    drawn = stream(seed, "structural").standard_normal((len(moves), len(SHOCKS)))
    return drawn + (moves - drawn @ weights)[:, None] * weights, weights


def _index(seed: int, latent: LatentRegime) -> tuple[Floats, Floats, dict[str, Floats]]:
    """Annualised volatility (n,), structural shocks (n, 4), log distance from the trend by origin, each (n,)."""
    n = len(latent)
    log_volatility = jump(np.log(latent.level(*_VOLATILITY)), 2.0, 8.0)
    log_volatility += random_walk(seed, "volatility", n, 8, 0.10)
    volatility = np.exp(log_volatility)
    fat = np.exp(0.25 * normals(seed, "fat-tails", n) - 0.06)
    size = fat * volatility / 100 / np.sqrt(252)
    shocks, weights = _shocks(seed, normals(seed, "index", n))
    # Moves around the regime's trend fade over months: otherwise half of all ranges would trend by luck.
    around = {
        name: decaying_sum(weight * shocks[:, at] * size, FADES)
        for at, (name, weight) in enumerate(zip(SHOCKS, weights, strict=True))
    }
    around |= {
        cause: decaying_sum(np.where(latent.acting(cause), move, 0.0), FADES)
        for cause, move in _EVENTS.items()
    }
    return volatility, shocks, around


def _ohlc(seed: int, close: Floats, volatility: Floats) -> dict[str, Floats]:
    n = len(close)
    day = volatility / 100 / np.sqrt(252)
    before = np.concatenate((close[:1], close[:-1]))
    open_ = before * np.exp(0.25 * day * normals(seed, "open", n))
    reach = np.abs(stream(seed, "range").standard_normal((n, 2))) * (0.45 * day)[:, None]
    return {
        "SPX": close,
        "SPX_OPEN": open_,
        "SPX_HIGH": np.maximum(open_, close) * np.exp(reach[:, 0]),
        "SPX_LOW": np.minimum(open_, close) * np.exp(-reach[:, 1]),
    }


def _days_to_expiry(sessions: pd.DatetimeIndex) -> Floats:
    """Calendar days to the next VIX expiry: 30 days before the third Friday of the following month."""
    days = sessions.to_numpy().astype("datetime64[D]")

    def expiry(months_ahead: int) -> np.ndarray:
        month = days.astype("datetime64[M]") + months_ahead + 1
        return np.busday_offset(month.astype("datetime64[D]"), 2, roll="forward", weekmask="Fri") - 30

    this, following = expiry(0), expiry(1)
    return np.asarray(np.where(this > days, this, following) - days, dtype=np.float64)


def _options(seed: int, latent: LatentRegime, returns: Floats, volatility: Floats) -> dict[str, Floats]:
    n = len(latent)
    fear = decaying_sum(-returns, 5)
    log_vix = np.log(12.4) + 0.76 * np.log(volatility / 9) + 1.6 * fear + random_walk(seed, "vix", n, 6, 0.04)
    log_vix -= 0.06 * (latent.level(0, 1, 0, 0, 0) - latent.warning)
    vix = np.clip(np.exp(log_vix), 9.0, 95.0)
    vix3m = 24 * (vix / 24) ** 0.74 * np.exp(random_walk(seed, "vix3m", n, 8, 0.012))
    vix9d = vix * (vix / 22) ** 0.14 * np.exp(random_walk(seed, "vix9d", n, 3, 0.03))
    anchor = 20.0 + jump(latent.level(-1.5, -1.5, 0, 2, 6), 5, 30)
    ahead = _days_to_expiry(latent.sessions) / 30
    carry = np.exp(random_walk(seed, "vix-futures", n, 10, 0.015))
    futures = {
        f"UX{k}": (anchor + (vix - anchor) * np.exp(-0.24 * (ahead + k - 1))) * carry for k in range(1, 10)
    }
    day = stream(seed, "vix-day").standard_normal((n, 3)) * 0.03
    before = np.concatenate((vix[:1], vix[:-1]))
    open_ = before * np.exp(0.35 * np.log(vix / before) + 0.4 * day[:, 0])
    vvix = (
        84 + jump(latent.level(-2, 0, 6, 16, 40), 2, 10) + 24 * latent.warning + 90 * np.maximum(fear, -0.05)
    )
    move = np.exp(
        jump(np.log(latent.level(70, 64, 86, 106, 165)), 3, 20) + random_walk(seed, "move", n, 15, 0.09)
    )
    return {
        "VIX": vix,
        "VIX_OPEN": open_,
        "VIX_HIGH": np.maximum(open_, vix) * np.exp(np.abs(day[:, 1])),
        "VIX_LOW": np.maximum(np.minimum(open_, vix) * np.exp(-np.abs(day[:, 2])), 8.0),
        "VIX9D": np.maximum(vix9d, 6.0),
        "VIX3M": vix3m,
        "VIXCLS": vix,
        "VXVCLS": vix3m,
        "VVIX": np.clip(vvix + random_walk(seed, "vvix", n, 6, 4.0), 60, 220),
        "SKEW": jump(latent.level(122, 134, 125, 118, 114), 15, 15)
        + 6 * latent.warning
        + random_walk(seed, "skew", n, 12, 4.0),
        "MOVE": move,
        **futures,
    }


def simulate(seed: int, latent: LatentRegime) -> Market:
    """Returns, volatility and the published series of the index and its options, all (n,)."""
    volatility, shocks, around = _index(seed, latent)
    trend = trend_of(latent)
    returns = trend + np.diff(np.sum(list(around.values()), axis=0), prepend=0.0)
    close = 900 * np.exp(np.cumsum(returns))
    states = {**_ohlc(seed, close, volatility), **_options(seed, latent, returns, volatility)}
    # Earnings follow the trend and news of growth with a lag; what else moves the index moves what is paid for them.
    earnings = ar1(np.cumsum(trend) + around["growth"], 40) + random_walk(
        seed, "forward-pe", len(latent), 120, 0.04
    )
    states["SP500_FORWARD_PE"] = close / (900 / 16.6 * np.exp(earnings))
    return Market(returns, volatility, states, shocks, around)
