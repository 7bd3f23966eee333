"""What the room reads from a session: closes of any ticker, the day's members, decision days, the ledger.

Picks series; computes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from fiveengines.base import yaml_files
from fiveengines.base.parameters.rotation import OwnLevels, RotationParameters
from fiveengines.commentary import events
from fiveengines.companions.session import Session
from fiveengines.data.panel import Panel
from fiveengines.portfolio import demo_ledger
from fiveengines.portfolio import ledger as ledgers
from fiveengines.portfolio.folders import portfolio_folder
from fiveengines.portfolio.ledger import Ledger

# The Fed decides eight or nine times a year; a series with more dates is a daily one.
_MOST_DECISIONS_A_YEAR = 20


def parameters(session: Session) -> RotationParameters:
    """params/rotation.yaml beside the week's parameters."""
    return yaml_files.load_model(session.params.beside("rotation.yaml"), RotationParameters)


def own_levels(session: Session) -> OwnLevels:
    """params/levels.yaml; none without the file."""
    path = session.params.beside("levels.yaml")
    return yaml_files.load_model(path, OwnLevels) if path.exists() else OwnLevels()


def closes(panel: Panel, tickers: Iterable[str]) -> pd.DataFrame:
    """Closes by session of every ticker that has any: a series of the catalog, else any price of the source.

    Sessions × tickers, NaN where there is no close; a ticker without one is no column.
    """
    names = list(dict.fromkeys(tickers))
    others = panel.prices([each for each in names if each not in panel])
    found = {each: panel.daily(each) if each in panel else others[each] for each in names}
    frame = pd.DataFrame(found, index=panel.sessions)
    return frame.loc[:, frame.notna().any(axis=0)]


def best(panel: Panel, candidates: Sequence[str], fewest: int) -> pd.Series | None:
    """The first candidate with a close on the last session and at least `fewest` of them; None without one."""
    for each in candidates:
        frame = closes(panel, [each])
        if each in frame and np.isfinite(frame[each].iloc[-1]) and frame[each].notna().sum() >= fewest:
            return frame[each]
    return None


def close_on(session: Session, instrument: str, day: dt.date) -> float | None:
    """The close of `instrument` on that day, as far as the session knows it; None where the data have none."""
    frame = closes(session.panel, [instrument]) if instrument else pd.DataFrame()
    moment = pd.Timestamp(day)
    if instrument not in frame or moment not in frame.index:
        return None
    found = float(frame[instrument].loc[moment])
    return found if np.isfinite(found) else None


def decision_days(session: Session) -> list[pd.Timestamp]:
    """Days of the Fed's decisions up to the session, rising: from the data, else from params/events.yaml."""
    data = session.dataset.series.get("FOMC_TARGET")
    if data is not None and len(data.frame):
        days = pd.DatetimeIndex(data.frame["observed"]).unique().sort_values()
        years = max((days[-1] - days[0]).days / 365.25, 1.0)
        if len(days) / years <= _MOST_DECISIONS_A_YEAR:
            return [pd.Timestamp(each) for each in days if each <= session.as_of]
    known = events.load(session.params.beside(session.params.weekly.events))
    every = sorted(day for days_ in known.fomc.values() for day in days_)
    return [pd.Timestamp(day) for day in every if pd.Timestamp(day) <= session.as_of]


def ledger(session: Session, rules: RotationParameters, portfolio: str | None = None) -> Ledger:
    """The ledger that belongs to the session's source; the demo's own simulated one until someone trades there."""
    folder = portfolio_folder(session.params, session.run, portfolio)
    found = ledgers.load(folder)
    if session.simulated and not portfolio and not (found.trades or found.trail):
        prices = closes(session.panel, rules.sectors.tickers)
        return Ledger(demo_ledger.simulated_trades(prices), simulated=True)
    return found
