"""What works and what to do: one row a provider, with reach, key, freshness, gaps, odd jumps and the mending
command.

Rows are data; how they are printed is the command line's business.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd

from fiveengines.base.errors import FiveEnginesError, StoreError
from fiveengines.data import calendars
from fiveengines.data.catalog import Frequency, Series, lookup
from fiveengines.data.fetch import providers
from fiveengines.data.providers.base import Provider
from fiveengines.data.providers.manual_downloads import FOLDER
from fiveengines.data.providers.transport.http import Http
from fiveengines.data.providers.transport.settings import Settings
from fiveengines.data.store import Store

KeyState = Literal["present", "absent", "not needed"]
_FETCH = "fiveengines fetch"
# A step this many times the usual one, or to a tenth or tenfold of the value, asks for a look.
_ODD_STEP = 40.0
_TENFOLD = 8.0
# So many values are needed to know a usual step.
_USUAL = 30
# Longest ordinary silence, in days; longer ones within the last two years count as gaps.
_SILENCE: dict[Frequency, int] = {"daily": 6, "weekly": 11, "monthly": 35, "quarterly": 100}
_DAY = pd.Timedelta(days=1)
_LOOK_BACK = pd.Timedelta(days=730)


@dataclass(frozen=True)
class Row:
    """One provider's health. `reachable` is None when it was not asked; `remedy` is empty when nothing is
    wrong."""

    provider: str
    title: str
    reachable: bool | None
    answer: str
    key: KeyState
    newest: dt.date | None = None
    next_release: pd.Timestamp | None = None
    overdue: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    jumps: tuple[str, ...] = ()
    remedy: str = ""


def examine(
    store: Store,
    settings: Settings | None = None,
    *,
    ask: bool = True,
    names: Sequence[str] | None = None,
    now: pd.Timestamp | None = None,
) -> tuple[Row, ...]:
    """A Row for every provider, in the order of the registry. `ask` off leaves the network alone.

    now: naive UTC, default this moment. Nothing is changed.
    """
    chosen = settings or Settings.from_environment()
    moment = now or calendars.utc_now()
    with Http(chosen) as http:
        asked = providers(store, http, names)
        pings: list[tuple[bool | None, str]] = [(None, "not asked")] * len(asked)
        if ask:
            with ThreadPoolExecutor(max_workers=max(1, len(asked))) as pool:
                pings = list(pool.map(_ping, asked))
        return tuple(
            _row(provider, store, chosen, moment, reachable, http.redact(answer))
            for provider, (reachable, answer) in zip(asked, pings, strict=True)
        )


def _ping(provider: Provider) -> tuple[bool | None, str]:
    try:
        return True, provider.ping()
    except FiveEnginesError as error:
        return False, str(error)
    except Exception as error:  # whatever a provider's library raises is an answer here
        return False, f"unexpected: {type(error).__name__}"


def _row(
    provider: Provider,
    store: Store,
    settings: Settings,
    now: pd.Timestamp,
    reachable: bool | None,
    answer: str,
) -> Row:
    key: KeyState = "not needed"
    if provider.key:
        key = "present" if settings.keys.get(provider.key) else "absent"
    row = Row(provider.name, provider.title, reachable, answer, key)
    try:
        held = store.rows(provider.name)
    except StoreError as error:
        remedy = f"move {error.where} away, then {_FETCH} --only {provider.name}"
        return replace(row, gaps=("the stored file is damaged",), remedy=remedy)
    newest = {name: pd.Timestamp(rows["observed"].max()) for name, rows in held.items()}
    due = {name: next_release(lookup(name), day) for name, day in newest.items()}
    row = replace(
        row,
        newest=max(newest.values()).date() if newest else None,
        next_release=min((when for when in due.values() if when > now), default=None),
        overdue=tuple(f"{name} since {when.date()}" for name, when in due.items() if when + _DAY < now),
        gaps=_findings(held, _gap),
        jumps=_findings(held, _jump),
    )
    return replace(row, remedy=_remedy(provider, store, row))


def _remedy(provider: Provider, store: Store, row: Row) -> str:
    """The one command that helps most, empty when nothing is wrong."""
    only = f"{_FETCH} --only {provider.name}"
    if provider.by_hand:
        return f"put new downloads into {store.folder / FOLDER}, then {_FETCH}" if row.overdue else ""
    if provider.optional and (row.key == "absent" or row.reachable is not False):
        return ""
    if row.key == "absent":
        return f"set {provider.key} in .env (free at {provider.key_page}), then {_FETCH}"
    if row.reachable is False:
        remedy = f"check the connection or proxy, then {only}"
        if provider.key and provider.key in row.answer:
            remedy = f"correct {provider.key} in .env ({provider.key_page} shows it), then {only}"
        elif "not installed" in row.answer:
            remedy = "pip install 'fiveengines[prices]'"
        return remedy
    odd = row.jumps or row.gaps
    if odd and row.newest and not row.overdue:
        return f"{only} --since {odd[0].rpartition(' ')[2]}"
    return "" if row.newest and not row.overdue else only


def next_release(entry: Series, newest: pd.Timestamp) -> pd.Timestamp:
    """When the figure after the one of `newest` becomes public by rule, naive UTC."""
    if entry.frequency == "daily":
        days = calendars.sessions(newest.year + 1)
        later = days[days > newest]
        following = pd.Timestamp(later[0])
    elif entry.frequency == "weekly":
        following = newest + pd.Timedelta(days=7)
    else:
        following = newest + pd.DateOffset(months=1 if entry.frequency == "monthly" else 3)
    return pd.Timestamp(calendars.published_at(entry, pd.DatetimeIndex([following]))[0])


def _findings(
    held: Mapping[str, pd.DataFrame], find: Callable[[Series, pd.Series], str | None]
) -> tuple[str, ...]:
    found = []
    for key, rows in held.items():
        last = rows.drop_duplicates("observed", keep="last").set_index("observed")["value"].sort_index()
        recent = last[last.index >= last.index[-1] - _LOOK_BACK]
        text = find(lookup(key), recent)
        if text:
            found.append(f"{key} {text}")
    return tuple(found)


def _gap(entry: Series, values: pd.Series) -> str | None:
    """The newest silence longer than the series' rhythm allows."""
    steps = np.diff(values.index.to_numpy()).astype("timedelta64[D]").astype(int)
    long = np.flatnonzero(steps > _SILENCE[entry.frequency])
    if (
        entry.zero_before is not None
        and len(long)
        and values.index[long[-1]] < pd.Timestamp(entry.zero_before)
    ):
        return None
    return f"silent for {steps[long[-1]]} days after {values.index[long[-1]].date()}" if len(long) else None


def _jump(entry: Series, values: pd.Series) -> str | None:
    """The newest value that is a tenth or tenfold of the one before and stays there, or far outside usual
    steps."""
    numbers = values.to_numpy()
    if len(numbers) < 2:
        return None
    before, after = numbers[:-1], numbers[1:]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.abs(np.where((before > 0) & (after > 0), after / before, 1.0))
    usual = np.median(np.abs(np.diff(numbers))) or np.inf
    # a scale matters: near zero everything is a multiple of everything
    sizeable = np.maximum(np.abs(before), np.abs(after)) > np.median(np.abs(numbers)) / 2
    tenfold = ((ratio > _TENFOLD) | (ratio < 1 / _TENFOLD)) & sizeable
    far = (np.abs(np.diff(numbers)) > _ODD_STEP * usual) & (len(numbers) >= _USUAL)
    odd = np.flatnonzero(
        tenfold | (far & (entry.unit not in {"contracts", "$ million", "$ billion", "EUR million", "count"}))
    )
    if not len(odd):
        return None
    at = odd[-1]
    return f"from {before[at]:g} to {after[at]:g} on {values.index[at + 1].date()}"
