"""What is true of the simulated market and no series says: the regimes, the daily shocks, and what drove each fall."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd

from fiveengines.data import calendars, demo
from fiveengines.data.demo import latent_regime
from fiveengines.data.demo import market as simulated_market
from fiveengines.data.demo.latent_regime import LatentRegime
from fiveengines.data.demo.market import FADES, SHOCKS, Market, trend_of
from fiveengines.data.demo.random_paths import Floats, change

DRIVERS = ("growth", "rates", "credit", "positioning", "risk_off", "drift")


def latent(seed: int, end: dt.date) -> LatentRegime:
    """The hidden regimes of the demo on its sessions to `end`."""
    sessions = calendars.sessions(max(end.year, dt.date.today().year + 1))
    return latent_regime.simulate(seed, sessions[(sessions >= demo.FIRST_SESSION) & (sessions <= str(end))])


def true_regimes(seed: int, end: dt.date) -> pd.Series:
    """The hidden regime, 1 to 5, on each session, (n,)."""
    found = latent(seed, end)
    return pd.Series(found.regime, index=found.sessions, name="regime")


def true_shocks(seed: int, end: dt.date) -> pd.DataFrame:
    """The four shocks that stocks and yields share on each session, (n, 4), in points that each added to the index."""
    found = latent(seed, end)
    return _shocks(found, simulated_market.simulate(seed, found))


def true_falls(seed: int, end: dt.date, least: float = 5.0) -> pd.DataFrame:
    """Every fall of the simulated index by `least` per cent from the highest close of 63 sessions; see `_falls`."""
    found = latent(seed, end)
    return _falls(found, simulated_market.simulate(seed, found), least, 63)


def _shocks(latent: LatentRegime, market: Market) -> pd.DataFrame:
    """What each structural shock added to the index on its session, in points of 100 · log, (n, 4), columns as SHOCKS.

    What fades of it on later sessions is not in it.
    """
    decay = 0.5 ** (1.0 / FADES)
    paths = np.column_stack([market.around[name] for name in SHOCKS])
    faded = np.vstack((np.zeros(len(SHOCKS)), decay * paths[:-1]))
    return pd.DataFrame(100.0 * (paths - faded), index=latent.sessions, columns=list(SHOCKS))


def _parts(latent: LatentRegime, market: Market) -> dict[str, Floats]:
    """Daily log return of the index by what the simulation did, each (n,): shocks, events, and the trend by cause."""
    trend = trend_of(latent)
    crisis, repricing = latent.regime == 5, latent.acting("rates")
    parts = {name: change(path) for name, path in market.around.items()}
    later = (latent.regime == 4) & ~repricing
    for cause in ("credit", "positioning"):
        parts[cause] += np.where(latent.acting(cause), trend, 0.0)
        later &= ~latent.acting(cause)
    return parts | {
        "crisis": np.where(crisis, trend, 0.0),
        "repricing": np.where(repricing, trend, 0.0),
        "risk_off": np.where(later, trend, 0.0),
        "drift": np.where(crisis | (latent.regime == 4), 0.0, trend),
    }


def _falls(latent: LatentRegime, market: Market, least: float, window: int) -> pd.DataFrame:
    """Falls of the index of at least `least` per cent from the highest close of `window` sessions to their low.

    One row a fall: peak, low (sessions), fall_pct (negative, simple), and its log points by what the simulation did:
    growth (the drift of a crisis, in which spreads jump and the policy rate is cut, and the shocks of growth and of the
    hedging premium), rates (the drift of risk-off while policy is repriced upwards, and the monetary and the
    common-premium shock), credit and positioning (their events, and the drift of risk-off while they act), risk_off
    (its later drift), drift (that of all other regimes). They add up to the log fall; a move that fades counts on its
    way back as well. driver is the largest of them.
    """
    close = market.states["SPX"]
    sessions = latent.sessions
    parts = _parts(latent, market)
    found, at, before = [], 0, 0
    while at < len(close):
        start = max(at - window + 1, before)
        top = start + int(np.argmax(close[start : at + 1]))
        if close[at] / close[top] - 1 > -least / 100:
            at += 1
            continue
        low = _low_of(close, top, at, window)
        of = {name: float(values[top + 1 : low + 1].sum() * 100) for name, values in parts.items()}
        points = {
            "growth": of["crisis"] + of["growth"] + of["hedging_premium"],
            "rates": of["repricing"] + of["monetary"] + of["common_premium"],
            **{name: of[name] for name in DRIVERS[2:]},
        }
        row = {"peak": sessions[top], "low": sessions[low], "fall_pct": (close[low] / close[top] - 1) * 100}
        found.append(row | points | {"driver": min(points, key=lambda name: points[name])})
        at = before = low + 1
    return pd.DataFrame(found, columns=["peak", "low", "fall_pct", *DRIVERS, "driver"])


def _low_of(close: Floats, top: int, at: int, window: int) -> int:
    """Where the fall from `top` that has come to `at` ends: back at its peak, or without a new low for `window`."""
    low = at
    for day in range(at, len(close)):
        if close[day] >= close[top] or day - low > window:
            break
        low = day if close[day] < close[low] else low
    return low
