"""Sessions for tests: of the demo or of real history, as they are, or with their data changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fiveengines.companions.selloff import analyse
from fiveengines.companions.session import Session
from fiveengines.data import calendars
from fiveengines.data.dataset import Dataset, SeriesData
from fiveengines.data.panel import Panel


def evening(day: str, start: str | None = None, folder: Path | None = None) -> Session:
    """A session of the demo, or of a folder of real history."""
    source = "files" if folder else "demo"
    return Session.load(day, source=source, data_dir=folder, start=start)


def whole(last: str, folder: Path | None = None) -> Dataset:
    """Everything that the source knows up to `last`."""
    return evening(last, folder=folder).dataset


def changed(session: Session, dataset: Dataset) -> Session:
    """The same session over other data."""
    return replace(session, panel=Panel(dataset, session.as_of))


def without(
    session: Session, series: Iterable[str] = (), *, members: bool = True, tables: bool = True
) -> Session:
    """The same session without some series, without members or without what is no series."""
    gone = set(series)
    kept = {name: each for name, each in session.dataset.series.items() if name not in gone}
    held = session.dataset.members if members else None
    others = session.dataset.tables if tables else Dataset("demo", {}).tables
    return changed(session, replace(session.dataset, series=kept, members=held, tables=others))


def scrambled(dataset: Dataset, day: pd.Timestamp, seed: int) -> Dataset:
    """The same data up to that evening, and anything at all after it."""
    random = np.random.default_rng(seed)
    cutoff = calendars.evening_of(day)

    def stirred(each: SeriesData) -> SeriesData:
        frame = each.frame.copy()
        later = frame["known_at"].to_numpy() > cutoff.to_datetime64()
        frame.loc[later, "value"] = random.lognormal(0, 1, int(later.sum())) * 50
        return replace(each, frame=frame)

    members = dataset.members
    if members is not None:
        closes = members.closes.copy()
        after = closes.index > day
        closes.loc[after] = random.lognormal(3, 1, closes.loc[after].shape)
        members = replace(members, closes=closes)
    return replace(dataset, series={k: stirred(v) for k, v in dataset.series.items()}, members=members)


def document(session: Session) -> dict[str, Any]:
    """The answer as it would be written."""
    return analyse(session).model_dump(mode="json", by_alias=True)


def edited(session: Session, series: str, edit: Callable[[pd.DataFrame], pd.DataFrame]) -> Session:
    """The same session with one series' rows edited."""
    held = dict(session.dataset.series)
    held[series] = replace(held[series], frame=edit(held[series].frame).reset_index(drop=True))
    return changed(session, replace(session.dataset, series=held))


def random_days(session: Session, count: int, seed: int) -> list[pd.Timestamp]:
    """Sessions chosen at random, with three years before the first and a quarter after the last."""
    able = session.panel.sessions[800:-70]
    picked = np.random.default_rng(seed).choice(len(able), count, replace=False)
    return [able[int(each)] for each in picked]
