"""Series as first published, ready to be compared: date, value, and the evening each became known.

Numbers and dates only; what they must satisfy is decided elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from fiveengines.base.parameters.consistency import ConsistencyParameters
from fiveengines.data.consistency_checks.members import MemberFigures
from fiveengines.data.dataset import MEMBERS, SeriesData

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]
Counts = npt.NDArray[np.int64]

# What is made of the closes of the members and of the index, and whose data it speaks about.
MEMBERS_MEAN = "MEMBERS_MEAN"
MEMBERS_ABOVE = "MEMBERS_ABOVE_AVERAGE"
SPX_REALIZED = "SPX_REALIZED"
_SPEAKS_OF = {MEMBERS_MEAN: MEMBERS, MEMBERS_ABOVE: MEMBERS, SPX_REALIZED: "SPX"}
_TERM = re.compile(r"([+-]?)\s*([A-Z][A-Z0-9_]*)")
_YEAR = 252


@dataclass(frozen=True)
class Track:
    """`days` (n,) rising dates, `values` (n,) finite, `known` (n,) each row's evening by its place among all sessions,
    never falling."""

    days: Days
    values: Floats
    known: Counts


def terms(side: str) -> list[tuple[float, str]]:
    """A side of a relation as signs and names: "DGS10 - DGS2" is [(1, DGS10), (-1, DGS2)]."""
    return [(-1.0 if sign == "-" else 1.0, name) for sign, name in _TERM.findall(side)]


def spoken_of(side: str) -> tuple[str, ...]:
    """The series whose data a side speaks about."""
    return tuple(_SPEAKS_OF.get(name, name) for _, name in terms(side))


def track(data: SeriesData, evenings: Days) -> Track:
    """First published values of a series; a date that came to light after a later one is left out.

    evenings: (k,) moments of the sessions' evenings. Dropping late arrivals keeps what is said of an evening
    independent of what arrived after it.
    """
    frame = data.frame
    days = frame["observed"].to_numpy().astype("datetime64[D]")
    values = frame["value"].to_numpy()
    known = evenings.searchsorted(frame["known_at"].to_numpy().astype("datetime64[s]"), side="left")
    if not (days[1:] > days[:-1]).all():
        # rows are in order of publication: what is no newer than anything before is a revision or came late
        newest = np.maximum.accumulate(days)
        first = np.append(True, days[1:] > newest[:-1])
        days, values, known = days[first], values[first], known[first]
    return Track(days, values, known)


@dataclass
class Tracks:
    """The tracks of a dataset, made when first asked for; None for a series that it does not have."""

    series: Mapping[str, SeriesData]
    members: MemberFigures | None
    evenings: Days
    sessions: Days
    rules: ConsistencyParameters
    _made: dict[str, Track | None] = field(default_factory=dict)

    def one(self, name: str) -> Track | None:
        """The track of a series or of a figure that is made of several."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def without(self, rows: Mapping[str, npt.NDArray[np.bool_]]) -> Tracks:
        """The same tracks without the flagged rows, (n,) a series; figures made of several are made again."""
        kept = {name: self.one(name) for name in self.series}
        for name, flagged in rows.items():
            whole = kept[name]
            if whole is not None:
                kept[name] = Track(whole.days[~flagged], whole.values[~flagged], whole.known[~flagged])
        return Tracks(self.series, self.members, self.evenings, self.sessions, self.rules, kept)

    def _make(self, name: str) -> Track | None:
        if name == SPX_REALIZED:
            index = self.one("SPX")
            return None if index is None else _realized(index, self.rules.realized_rows)
        if name in {MEMBERS_MEAN, MEMBERS_ABOVE}:
            if self.members is None:
                return None
            values = self.members.mean if name == MEMBERS_MEAN else self.members.above_average
            there = np.isfinite(values)
            days = self.members.days[there]
            return Track(days, values[there], self.sessions.searchsorted(days))
        data = self.series.get(name)
        return None if data is None or not len(data.frame) else track(data, self.evenings)

    def side(self, side: str) -> Track | None:
        """The sum of a side's terms on the dates that all of them have; None when one is absent."""
        whole: Track | None = None
        for sign, name in terms(side):
            part = self.one(name)
            if part is None:
                return None
            if whole is None:
                whole = part if sign > 0 else Track(part.days, -part.values, part.known)
                continue
            left, right, days, known = shared(whole, part)
            whole = Track(days, left + sign * right, known)
        return whole


def shared(left: Track, right: Track) -> tuple[Floats, Floats, Days, Counts]:
    """Values of both on the dates that both have, these dates, and when both were known; each (n,)."""
    at = right.days.searchsorted(left.days)
    both = at < len(right.days)
    both[both] = right.days[at[both]] == left.days[both]
    there = at[both]
    known = np.maximum(left.known[both], right.known[there])
    return left.values[both], right.values[there], left.days[both], known


def _realized(index: Track, rows: int) -> Track:
    """Volatility of the last `rows` log returns, % a year."""
    returns = np.diff(np.log(index.values))
    if len(returns) < rows:
        return Track(index.days[:0], index.values[:0], index.known[:0])
    square = np.cumsum(np.append(0.0, returns**2))
    mean = (square[rows:] - square[:-rows]) / rows
    return Track(index.days[rows:], 100 * np.sqrt(mean.clip(0) * _YEAR), index.known[rows:])
