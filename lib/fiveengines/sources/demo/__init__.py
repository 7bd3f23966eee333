"""The demo source: a simulated market with a hidden sequence of regimes, the same for the same seed.

No file, network or real observation may enter; `load` and `true_regimes` are its public face.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from fiveengines import calendars
from fiveengines.dataset import Dataset, Members, Notice
from fiveengines.errors import ParameterError
from fiveengines.sources.demo import (
    economy,
    hidden,
    liquidity,
    market,
    members,
    positioning,
    prices,
    publish,
    rates,
)

__all__ = ["FIRST_SESSION", "load", "true_regimes"]

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


def load(seed: int = 7, end: dt.date | None = None) -> Dataset:
    """The whole simulated market as public on the evening of `end` (default: the last completed Friday).

    Every catalog series and 500 members' closes from 2003 on (BTC_USD from July 2010). The same seed gives the
    same data; a later end only appends: `load(seed, a)` equals `load(seed, b).until(evening of a, a)` for a
    before b. An end before mid-2004 raises ParameterError.
    """
    last = _end(end)
    sessions = _sessions(last)
    truth = hidden.simulate(seed, sessions)
    index = market.simulate(seed, truth)
    states = {**index.states, **rates.simulate(seed, truth), **liquidity.simulate(seed, truth, index)}
    states |= positioning.simulate(seed, truth, index, states["DGS2"])
    states |= economy.simulate(seed, truth)
    sectors = members.sector_paths(seed, truth, index)
    states |= prices.simulate(seed, truth, index, sectors, states)
    closes, tickers, sector_of = members.closes(seed, truth, index, sectors)
    states |= members.breadth(seed, closes)
    return Dataset(
        source="demo",
        series=publish.publish_all(seed, sessions, last, states),
        members=Members(
            members.frame(closes, sessions, tickers),
            sector_of,
            note="Simulated members; none joins or leaves.",
            origin=f"simulation, seed {seed}",
        ),
        notices=(Notice("info", None, _NOTICE.format(seed=seed)),),
    )


def true_regimes(seed: int = 7, end: dt.date | None = None) -> pd.Series:
    """The hidden regime, 1 to 5, on each session to `end` (default: the last completed Friday)."""
    sessions = _sessions(_end(end))
    return pd.Series(hidden.simulate(seed, sessions).regime, index=sessions, name="regime")
