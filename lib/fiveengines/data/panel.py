"""A Dataset seen from each session's evening: exactly what a reader knew, day by day.

Everything here is causal by construction: a row of the panel uses only observations public that evening.
No indicator and no judgement may enter.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from fiveengines.data import calendars
from fiveengines.data.catalog import catalog, lookup
from fiveengines.data.dataset import FED_FUNDS, Dataset, Members, SeriesData

_TICKER = re.compile(r"[-.=^]")
_PER_BILLION = {
    "$ million": 1e-3, "$ billion": 1.0, "$": 1e-9, "$ per 1 % move": 1e-9, "EUR million": 1e-3, "GBP million": 1e-3,
    "CHF million": 1e-3, "JPY 100 million": 0.1, "CNY 100 million": 0.1,
}  # fmt: skip


# For so long a quotation of fed funds futures is the newest there is.
_QUOTED = np.timedelta64(7 * 86400, "s")


@dataclass(frozen=True)
class Known:
    """One series on the session grid: value, and the row of its frame each evening's value came from (-1: none)."""

    values: np.ndarray
    row: np.ndarray


class Panel:
    """The as-of view of `dataset` on the evening of `as_of` (a reading date), and of every session before it.

    Series come back on `sessions` (float64, NaN where nothing valid was known). A value older than the catalog's
    `stale_after` is NaN: missing data lowers coverage instead of living on.
    """

    def __init__(self, dataset: Dataset, as_of: pd.Timestamp | str) -> None:
        self.as_of = pd.Timestamp(as_of)
        self.cutoff = calendars.evening_of(self.as_of)
        every = calendars.sessions(max(self.as_of.year + 1, 2027))
        self.dataset = dataset.until(self.cutoff, self.as_of)
        begins = [each.frame["observed"].iloc[0] for each in self.dataset.series.values() if len(each.frame)]
        if self.dataset.members is not None and len(self.dataset.members.closes):
            begins.append(self.dataset.members.closes.index[0])
        first = max(pd.Timestamp(calendars.FIRST_SESSION), min(begins, default=self.as_of))
        self.sessions = every[(every >= min(first, self.as_of)) & (every <= self.as_of)]
        self.evenings = calendars.evening(self.sessions).to_numpy().astype("datetime64[s]")
        self._known: dict[str, Known] = {}
        # Costly intermediates that several measures share, by name; a panel never changes, so they stay true.
        self.memory: dict[str, object] = {}

    def __contains__(self, series_id: str) -> bool:
        return series_id in self.dataset.series

    def known(self, series_id: str) -> Known:
        """What was known each evening: the newest observation then public, in its newest vintage then public."""
        if series_id not in self._known:
            self._known[series_id] = self._align(series_id)
        return self._known[series_id]

    def _align(self, series_id: str) -> Known:
        count = len(self.sessions)
        data = self.dataset.series.get(series_id)
        if data is None:
            return Known(np.full(count, np.nan), np.full(count, -1))
        entry = lookup(series_id)
        observed = data.frame["observed"].to_numpy().astype("datetime64[s]")
        # A revision of an older observation does not displace the newest observation already public.
        newest = np.flatnonzero(observed == np.maximum.accumulate(observed))
        moments = data.frame["known_at"].to_numpy().astype("datetime64[s]")[newest]
        at = np.searchsorted(moments, self.evenings, side="right") - 1
        row = np.where(at >= 0, newest[at.clip(0)], -1)
        age = self.sessions.to_numpy().astype("datetime64[s]") - observed[row.clip(0)]
        fresh = (row >= 0) & (age <= np.timedelta64(entry.stale_after * 86400, "s"))
        values = np.where(fresh, data.frame["value"].to_numpy()[row.clip(0)], np.nan)
        if entry.zero_before is not None:
            # Before the facility opened a day without an operation is zero, the days before the first one too.
            none = (row < 0) | (age > np.timedelta64(4 * 86400, "s"))
            before = self.sessions.to_numpy() < np.datetime64(entry.zero_before)
            values = np.where(before & none, 0.0, values)
        return Known(values, np.where(fresh, row, -1))

    def daily(self, series_id: str) -> pd.Series:
        """The series as known each evening, in the catalog's unit, on `sessions` (n,); NaN where nothing valid was."""
        return pd.Series(self.known(series_id).values, index=self.sessions, name=series_id)

    def billions(self, series_id: str) -> pd.Series:
        """The series as known each evening, (n,) as `daily`, in billions of its currency; KeyError for another unit."""
        return self.daily(series_id) * _PER_BILLION[lookup(series_id).unit]

    def first_of(self, *series_ids: str) -> pd.Series:
        """The first named series that has a value, evening by evening, (n,); NaN where none has."""
        result = self.daily(series_ids[0])
        for series_id in series_ids[1:]:
            result = result.fillna(self.daily(series_id))
        return result

    def reports(self, series_ids: Sequence[str]) -> pd.DataFrame:
        """Reports on their own dates: observation date × series, each as first published: history never moves."""
        present = {key: self.dataset.series[key].first() for key in series_ids if key in self}
        return pd.DataFrame(present)

    def from_reports(self, values: pd.Series, series_id: str) -> pd.Series:
        """`values`, computed on a report's own dates (m,), on `sessions` (n,), each from the evening it was known.

        NaN before the first report, where the newest is stale, and where `values` lacks its date.
        """
        known = self.known(series_id)
        data: SeriesData | None = self.dataset.series.get(series_id)
        if data is None:
            return pd.Series(np.nan, index=self.sessions)
        by_row = values.reindex(pd.DatetimeIndex(data.frame["observed"])).to_numpy()
        return pd.Series(np.where(known.row >= 0, by_row[known.row.clip(0)], np.nan), index=self.sessions)

    def dates(self, series_id: str) -> tuple[np.ndarray, np.ndarray]:
        """(observed, known_at) of what was known each evening, each (n,); NaT where nothing valid was known.

        series_id: a series, or the table of fed funds futures, which is public on its day's evening. A figure announced
        for a coming day counts as that evening's.
        """
        nat = np.full(len(self.sessions), np.datetime64("NaT", "s"))
        if series_id == FED_FUNDS:
            days, row = self._quoted
            evenings = calendars.evening(pd.DatetimeIndex(days)).to_numpy().astype("datetime64[s]")
            there = row >= 0
            quoted, known_at = nat.copy(), nat.copy()
            quoted[there], known_at[there] = days[row[there]], evenings[row[there]]
            return quoted, known_at
        data = self.dataset.series.get(series_id)
        if data is None:
            return nat, nat
        row = self.known(series_id).row
        observed = data.frame["observed"].to_numpy().astype("datetime64[s]")[row.clip(0)]
        known_at = data.frame["known_at"].to_numpy().astype("datetime64[s]")[row.clip(0)]
        observed = np.minimum(observed, self.sessions.to_numpy().astype("datetime64[s]"))
        return np.where(row >= 0, observed, nat), np.where(row >= 0, known_at, nat)

    @cached_property
    def _quoted(self) -> tuple[np.ndarray, np.ndarray]:
        """The days of fed funds futures, and which of them was the newest each evening (-1: none of the last week)."""
        table = self.dataset.tables.get(FED_FUNDS)
        days = np.array([], "M8[s]") if table is None else table.index.to_numpy().astype("datetime64[s]")
        sessions = self.sessions.to_numpy().astype("datetime64[s]")
        row = np.searchsorted(days, sessions, side="right") - 1
        there = row >= 0
        there[there] = sessions[there] - days[row[there]] <= _QUOTED
        return days, np.where(there, row, -1)

    def from_quotes(self, values: pd.Series) -> pd.Series:
        """`values`, computed on the dates of fed funds futures (m,), on `sessions` (n,).

        A price is public that evening; NaN where the newest is more than a week old.
        """
        row = self._quoted[1]
        padded = np.append(values.to_numpy(dtype="float64"), np.nan)
        return pd.Series(padded[row], index=self.sessions)

    def prices(self, tickers: Iterable[str]) -> pd.DataFrame:
        """Closes of `tickers` on `sessions` (sessions × tickers, float64, in the order asked, each once).

        From the catalog's series in dollars (BTC-USD is BTC_USD), else members' closes, else any other price table
        of the source. NaN on a session without a close; a ticker without prices is a column of NaN.
        """
        members: Members | None = self.dataset.members
        closes = [None if members is None else members.closes, self.dataset.other_prices]
        found: dict[str, pd.Series] = {}
        for ticker in dict.fromkeys(tickers):
            entry = catalog().get(_TICKER.sub("_", ticker))
            if entry is not None and entry.unit == "$" and entry.id in self:
                found[ticker] = self.dataset.series[entry.id].latest()
                continue
            frame = next((each for each in closes if each is not None and ticker in each.columns), None)
            found[ticker] = pd.Series(dtype="float64") if frame is None else frame[ticker]
        empty = pd.Series(np.nan, index=self.sessions)
        columns = {t: values.reindex(self.sessions) if len(values) else empty for t, values in found.items()}
        return pd.DataFrame(columns, index=self.sessions, dtype="float64")

    @cached_property
    def members(self) -> pd.DataFrame | None:
        """Members' closes on `sessions` (sessions × tickers), or None when the source has none."""
        members: Members | None = self.dataset.members
        if members is None or members.closes.shape[1] == 0:
            return None
        return members.closes.reindex(self.sessions)

    @cached_property
    def in_index(self) -> np.ndarray | None:
        """Who of `members` is in the index on which session, (sessions, tickers) bool; None without members."""
        members: Members | None = self.dataset.members
        return None if self.members is None or members is None else members.in_index(self.sessions)
