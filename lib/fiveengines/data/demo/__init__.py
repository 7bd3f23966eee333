"""The demo source: a simulated market with a hidden sequence of regimes, the same for the same seed.

No file, network or real observation may enter.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd

from fiveengines.base import cache
from fiveengines.base.errors import ParameterError
from fiveengines.data import calendars
from fiveengines.data.dataset import COLUMNS, Dataset, Members, Notice, SeriesData
from fiveengines.data.demo import (
    economy,
    further_series,
    latent_regime,
    liquidity,
    market,
    members,
    positioning,
    prices,
    publish,
    rates,
    tables,
)

FIRST_SESSION = "2003-01-02"
# Shortest simulation that fills every series (52-week highs, quarterly figures and their revision).
_SHORTEST = "2004-06-30"
_NOTICE = "Every figure is simulated (seed {seed}); none describes a real market."


def _end(end: dt.date | None) -> pd.Timestamp:
    last = pd.Timestamp(end if end is not None else calendars.last_completed_friday())
    if last < pd.Timestamp(_SHORTEST):
        raise ParameterError(f"the demo cannot end on {last.date()}.", remedy=f"Choose {_SHORTEST} or later.")
    return last


def _sessions(end: pd.Timestamp) -> pd.DatetimeIndex:
    every = calendars.sessions(max(end.year, dt.date.today().year + 1))
    return every[every.searchsorted(pd.Timestamp(FIRST_SESSION)) : every.searchsorted(end, side="right")]


def stamp(seed: int) -> tuple[object, ...]:
    """What changes when `load(seed)` gives another market: the seed and the last completed Friday."""
    return seed, calendars.last_completed_friday()


def load(seed: int = 7, end: dt.date | None = None) -> Dataset:
    """The whole simulated market as public on the evening of `end` (default: the last completed Friday).

    The series that indicators read, other catalog series, and 500 members' closes, from 2003 on (BTC_USD from July
    2010). The same seed gives the same data; a later end only appends: `load(seed, a)` equals
    `load(seed, b).until(evening of a, a)` for a before b. An end before mid-2004 raises ParameterError.
    """
    last = _end(end)
    sessions = _sessions(last)
    if end is not None:
        return simulate(seed, sessions, last)
    # Simulating takes most of a second; the same code, seed and end always give the same arrays.
    key = cache.key_of((seed, last, cache.code_key("data")))
    return _unpacked(
        seed, sessions, last, cache.arrays("demo", key, lambda: _packed(simulate(seed, sessions, last)))
    )


def simulate(seed: int, sessions: pd.DatetimeIndex, last: pd.Timestamp) -> Dataset:
    """Simulate the market on `sessions` (n,), as public on the evening of `last`; `load` caches the result."""
    latent = latent_regime.simulate(seed, sessions)
    index = market.simulate(seed, latent)
    states = {
        **index.states,
        **rates.simulate(seed, latent, index),
        **liquidity.simulate(seed, latent, index),
    }
    states |= positioning.simulate(seed, latent, index, states["DGS2"])
    states |= economy.simulate(seed, latent)
    sectors = members.sector_paths(seed, latent, index)
    states |= prices.simulate(seed, latent, index, sectors, states)
    states |= further_series.simulate(seed, latent, index, states)
    closes, tickers, sector_of = members.closes(seed, latent, index, sectors)
    states |= members.breadth(seed, closes)
    return _dataset(
        seed,
        publish.publish_all(seed, sessions, last, states),
        Members(members.frame(closes, sessions, tickers), sector_of),
        last,
    )


def _dataset(seed: int, series: dict[str, SeriesData], found: Members, last: pd.Timestamp) -> Dataset:
    note, origin = "Simulated members; none joins or leaves.", f"simulation, seed {seed}"
    return Dataset(
        source="demo",
        series=series,
        members=replace(found, note=note, origin=origin),
        notices=(Notice("info", None, _NOTICE.format(seed=seed)),),
        tables=tables.tables(seed, series, found.sectors, last),
    )


def _packed(data: Dataset) -> dict[str, np.ndarray]:
    """The dataset as a few arrays: all series end to end, and the members."""
    assert data.members is not None
    frames = [each.frame for each in data.series.values()]
    columns = {name: np.concatenate([each[name].to_numpy() for each in frames]) for name in COLUMNS}
    tickers = [str(each) for each in data.members.closes.columns]
    return {
        **columns,
        "series": np.array(list(data.series)),
        "lengths": np.array([len(each) for each in frames]),
        "closes": data.members.closes.to_numpy(),
        "tickers": np.array(tickers),
        "sectors": np.array([data.members.sectors[each] for each in tickers]),
    }


def _unpacked(seed: int, sessions: pd.DatetimeIndex, last_day: pd.Timestamp, arrays: cache.Arrays) -> Dataset:
    ends = np.cumsum(arrays["lengths"])
    spans = zip(map(str, arrays["series"]), ends - arrays["lengths"], ends, strict=True)
    origin = f"simulation, seed {seed}"
    series = {
        name: SeriesData(name, pd.DataFrame({c: arrays[c][first:last] for c in COLUMNS}), "simulated", origin)
        for name, first, last in spans
    }
    tickers = [str(each) for each in arrays["tickers"]]
    closes = members.frame(arrays["closes"], sessions, tickers)
    return _dataset(
        seed, series, Members(closes, dict(zip(tickers, map(str, arrays["sectors"]), strict=True))), last_day
    )
