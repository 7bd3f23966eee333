"""What a source hands over: observations with the moment each became public, and what was odd about them.

No file, network or clock is touched here; a Dataset is plain data that can be cut at any evening.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Literal

import numpy as np
import pandas as pd

from fiveengines.base.formats import joined

COLUMNS = ("observed", "value", "known_at")
# After so long an odd row bears on no reading of the present.
QUARTER = pd.Timedelta(days=92)
# Names the closes of index members where series are named, and closes of tickers that are neither members nor series.
MEMBERS = "MEMBERS"
PRICES = "PRICES"
FED_FUNDS = "fed_funds_futures"
# Tables that are no series, and the column of the day on whose evening a row is known (None: the index).
# fed_funds_futures: date × contract month (YYYY-MM), settlement. fundamentals: a row a company, period and filing,
# $. option_chain: a row an option of the S&P 500, as quoted on one day. sp500_eps_estimates: a row a quarter and
# publication, index points.
TABLES: Mapping[str, str | None] = {
    FED_FUNDS: None,
    "fundamentals": "filed",
    "option_chain": "date",
    "sp500_eps_estimates": "published",
}


@dataclass(frozen=True)
class Notice:
    """Something a reader should know about the data: a repaired file, a stale series, a provider that is down.

    since: it bears only on readings after this moment (naive UTC), on all of them when None. until: the moment after
    which nothing more of it became known, None while it goes on: a quarter later it is past and no warning any more.
    """

    level: Literal["info", "warning", "error"]
    series: str | None
    text: str
    since: pd.Timestamp | None = None
    until: pd.Timestamp | None = None

    def at(self, cutoff: pd.Timestamp) -> Notice:
        """The notice as a reading at `cutoff` (naive UTC) has it: what ended long before is only told."""
        if self.until is None or self.until >= cutoff:
            return replace(self, until=None)
        return replace(self, level="info") if self.until < cutoff - QUARTER else self


def told_once(notices: Iterable[tuple[Hashable, Notice]]) -> list[Notice]:
    """One notice for each event: of those with one key the first, which names the series of the others."""
    events: dict[Hashable, list[Notice]] = {}
    for key, each in notices:
        events.setdefault(key, []).append(each)
    found = []
    for first, *rest in events.values():
        others = [each.series for each in rest if each.series is not None and each.series != first.series]
        also = f" The same goes for {joined(list(dict.fromkeys(others)))}." if others else ""
        found.append(replace(first, text=first.text + also))
    return found


@dataclass(frozen=True)
class LeftOut:
    """Why a file was not read: a few words that several files may share, the whole reason, what mends it."""

    reason: str
    why: str
    remedy: str = ""


@dataclass(frozen=True)
class Span:
    """What a file gave to one series, or to the members' closes: first and last date, rows with a value."""

    series: str
    first: dt.date
    last: dt.date
    rows: int


@dataclass(frozen=True)
class FileRecord:
    """The word on one file of a files directory: what was read from it, or why it was left out.

    A file inside an archive is named below the archive's path. `use` says what a file without series serves for
    (the list of members); a file of which nothing is used is left out.
    """

    path: str
    read: tuple[Span, ...] = ()
    left_out: LeftOut | None = None
    use: str = ""


@dataclass(frozen=True)
class SeriesData:
    """Observations of one series.

    `frame` has the columns observed (datetime64, midnight, the date the figure is about), value (float64, the
    catalog's unit, never NaN) and known_at (datetime64, naive UTC, the moment it became public), sorted by
    known_at and then observed. A revision is a further row with the same `observed` and a later `known_at`.
    """

    id: str
    frame: pd.DataFrame
    provider: str
    origin: str

    def until(self, cutoff: pd.Timestamp) -> SeriesData:
        """Only what was public at `cutoff` (naive UTC)."""
        known = self.frame["known_at"].to_numpy()
        return replace(
            self, frame=self.frame.iloc[: int(np.searchsorted(known, cutoff.to_datetime64(), side="right"))]
        )

    def latest(self) -> pd.Series:
        """Newest known value of every observation date, indexed by observed."""
        last = self.frame.drop_duplicates("observed", keep="last").sort_values("observed")
        return pd.Series(last["value"].to_numpy(), index=pd.DatetimeIndex(last["observed"]), name=self.id)

    def first(self) -> pd.Series:
        """Value of every observation date as first published, indexed by observed."""
        first = self.frame.drop_duplicates("observed", keep="first").sort_values("observed")
        return pd.Series(first["value"].to_numpy(), index=pd.DatetimeIndex(first["observed"]), name=self.id)

    def releases_known_from(self) -> pd.Timestamp | None:
        """The first observation date with more than one release; None when each has only its latest value."""
        revised = self.frame["observed"][self.frame["observed"].duplicated()]
        return None if revised.empty else pd.Timestamp(revised.min())

    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that change when any observation, value or publication time changes."""
        digest = hashlib.sha256(self.id.encode())
        for column in COLUMNS:
            values = self.frame[column].to_numpy()
            raw = values.astype("datetime64[s]").astype("int64") if values.dtype.kind == "M" else values
            digest.update(np.ascontiguousarray(raw).tobytes())
        return digest.hexdigest()[:12]


def series_data(
    series_id: str,
    observed: Iterable[object],
    value: Iterable[object],
    known_at: Iterable[object],
    *,
    provider: str,
    origin: str,
) -> SeriesData:
    """Build a SeriesData from three equally long columns; rows without a value are dropped, rows are sorted."""
    frame = pd.DataFrame(
        {
            "observed": pd.to_datetime(pd.Series(observed)).astype("datetime64[s]").to_numpy(),
            "value": pd.Series(value).astype("float64").to_numpy(),
            "known_at": pd.to_datetime(pd.Series(known_at)).astype("datetime64[s]").to_numpy(),
        }
    )
    frame = frame[np.isfinite(frame["value"].to_numpy())]
    frame = frame.sort_values(["known_at", "observed"], kind="stable", ignore_index=True)
    return SeriesData(series_id, frame, provider, origin)


@dataclass(frozen=True)
class Members:
    """Closes of index members: `closes` is sessions × tickers (float64, NaN where a member has no price).

    A close is public the same evening. `spells` are the times in the index (ticker, start: first day in, end: first
    day out, NaT while in); without it every ticker counts on every day. `note` says what bias the list carries.
    """

    closes: pd.DataFrame
    sectors: Mapping[str, str] = field(default_factory=dict)
    note: str = ""
    origin: str = ""
    spells: pd.DataFrame | None = None

    def until(self, session: pd.Timestamp) -> Members:
        """Only closes up to and including `session`, and only joins and departures known by then."""
        spells = self.spells
        if spells is not None:
            spells = spells[spells["start"] <= session]
            spells = spells.assign(end=spells["end"].where(spells["end"] <= session))
        return replace(self, closes=self.closes.loc[:session], spells=spells)

    def in_index(self, sessions: pd.DatetimeIndex) -> np.ndarray:
        """Which ticker of `closes` is in the index on which session, (sessions, tickers) bool; all of them without
        `spells`."""
        if self.spells is None:
            return np.ones((len(sessions), self.closes.shape[1]), dtype=bool)
        found = np.zeros((len(sessions), self.closes.shape[1]), dtype=bool)
        places = {str(ticker): at for at, ticker in enumerate(self.closes.columns)}
        begins = sessions.searchsorted(self.spells["start"].to_numpy())
        ends = sessions.searchsorted(self.spells["end"].fillna(pd.Timestamp.max.floor("s")).to_numpy())
        for ticker, begin, end in zip(self.spells["ticker"], begins, ends, strict=True):
            if (at := places.get(str(ticker))) is not None:
                found[begin:end, at] = True
        return found

    def priced_of(self, session: pd.Timestamp) -> tuple[int, int]:
        """Members with a close on `session`, and members in all; the second is 0 where membership is not known."""
        day = pd.DatetimeIndex([session])
        priced = int((self.in_index(day)[0] & self.closes.reindex(day).notna().to_numpy()[0]).sum())
        if self.spells is None:
            return priced, 0
        into = (self.spells["start"] <= session) & ~(self.spells["end"] <= session)
        return priced, int(into.sum())

    def fingerprint(self) -> str:
        """Twelve hexadecimal digits over tickers, dates and closes."""
        digest = hashlib.sha256(",".join(map(str, self.closes.columns)).encode())
        digest.update(self.closes.index.to_numpy().astype("datetime64[s]").astype("int64").tobytes())
        digest.update(np.ascontiguousarray(self.closes.to_numpy(dtype="float64")).tobytes())
        if self.spells is not None:
            digest.update(self.spells.to_csv(index=False).encode())
        return digest.hexdigest()[:12]


class Tables(Mapping[str, pd.DataFrame]):
    """Tables that are made when they are first asked for; one without a row is not there."""

    def __init__(self, makers: Mapping[str, Callable[[], pd.DataFrame]]) -> None:
        self._makers = dict(makers)
        self._made: dict[str, pd.DataFrame] = {}

    @classmethod
    def of(cls, frames: Mapping[str, pd.DataFrame]) -> Tables:
        """Tables that have been made."""
        made = cls(dict.fromkeys(frames, pd.DataFrame))
        made._made.update(frames)
        return made

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        if not len(self._made[name]):
            raise KeyError(name)
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._makers if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def until(self, session: pd.Timestamp) -> Tables:
        """What of each was known on the evening of `session`, cut when asked for."""
        return Tables({name: partial(self._cut, name, session) for name in self._makers})

    def _cut(self, name: str, session: pd.Timestamp) -> pd.DataFrame:
        return _table_until(name, self[name], session) if name in self else pd.DataFrame()


def _table_until(name: str, frame: pd.DataFrame, session: pd.Timestamp) -> pd.DataFrame:
    """The rows of a table that were known on the evening of `session`; of option chains only the newest."""
    column = TABLES[name]
    if column is None:
        return _without_empty(frame.loc[:session])
    cut = frame[(frame[column] <= session).to_numpy()]
    if name == "option_chain" and len(cut):
        cut = cut[(cut[column] == cut[column].max()).to_numpy()]
    return cut.reset_index(drop=True)


def _without_empty(frame: pd.DataFrame) -> pd.DataFrame:
    """`frame` without the columns that hold nothing yet: a column that begins later is not known."""
    some = ~np.isnan(frame.to_numpy(dtype="float64")).all(axis=0)
    return frame if some.all() else frame.loc[:, some]


def _print(frame: pd.DataFrame) -> str:
    """Twelve hexadecimal digits over a frame's columns, index and values."""
    digest = hashlib.sha256(",".join(map(str, frame.columns)).encode())
    digest.update(pd.util.hash_array(frame.index.to_numpy()).tobytes())
    if all(kind.kind == "f" for kind in frame.dtypes):
        digest.update(np.ascontiguousarray(frame.to_numpy(dtype="float64")).tobytes())
    else:
        digest.update(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    return digest.hexdigest()[:12]


@dataclass(frozen=True)
class Dataset:
    """Everything one source knows: series by catalog id, members' closes, notices, a word on every file.

    `tables` holds what is no series, by the names of TABLES. `other_prices` are closes of further tickers (dates ×
    tickers, float64, NaN where none is known), None without any.
    """

    source: Literal["demo", "files", "live"]
    series: Mapping[str, SeriesData]
    members: Members | None = None
    notices: tuple[Notice, ...] = ()
    files: tuple[FileRecord, ...] = ()
    tables: Tables = field(default_factory=lambda: Tables({}))
    other_prices: pd.DataFrame | None = None

    def until(self, cutoff: pd.Timestamp, session: pd.Timestamp) -> Dataset:
        """What was public at `cutoff` (naive UTC), the evening of `session`; series without a row are left out."""
        cut = {key: data.until(cutoff) for key, data in self.series.items()}
        members = self.members.until(session) if self.members is not None else None
        others = _without_empty(self.other_prices.loc[:session]) if self.other_prices is not None else None
        return replace(
            self,
            series={k: v for k, v in cut.items() if len(v.frame)},
            members=members,
            notices=self.notices_at(cutoff),
            tables=self.tables.until(session),
            other_prices=None if others is None or others.empty else others,
        )

    def notices_at(self, cutoff: pd.Timestamp) -> tuple[Notice, ...]:
        """The notices that bear on a reading at `cutoff` (naive UTC)."""
        return tuple(each.at(cutoff) for each in self.notices if each.since is None or each.since < cutoff)

    @cached_property
    def _prints(self) -> dict[str, str]:
        found = {key: self.series[key].fingerprint() for key in sorted(self.series)}
        if self.members is not None:
            found[MEMBERS] = self.members.fingerprint()
        if self.other_prices is not None:
            found[PRICES] = _print(self.other_prices)
        found |= {name: _print(self.tables[name]) for name in sorted(self.tables)}
        return found

    def fingerprints(self) -> dict[str, str]:
        """Fingerprint of each series, of the members as `MEMBERS`, of other prices as `PRICES`, and of each table."""
        return dict(self._prints)

    def fingerprint(self) -> str:
        """One fingerprint over all of them."""
        return hashlib.sha256(repr(sorted(self.fingerprints().items())).encode()).hexdigest()[:16]
