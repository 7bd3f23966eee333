"""A dataset whose series were held against each other: what fails is named, and the worse side is not used.

Causal: on every evening only what was public by then decides, so cutting later data changes nothing for earlier ones.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import astuple, dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiveengines.base import cache
from fiveengines.base.parameters.consistency import ConsistencyParameters
from fiveengines.data import calendars
from fiveengines.data.consistency_checks.members import Break, MemberFigures, figures, without_breaks
from fiveengines.data.consistency_checks.relations import Outcome, outcomes
from fiveengines.data.consistency_checks.tracks import Tracks
from fiveengines.data.dataset import MEMBERS, Dataset, Notice, SeriesData, told_once

Flags = npt.NDArray[np.bool_]
_SECOND = pd.Timedelta(seconds=1)
# A series that leaves its own past, or has dates that cannot be, is worse than one that another disagrees with.
_OWN = 3
# A level that agrees clears no movement, nor the other way round; an equality clears both.
_CLEARED_BY = {
    "equal": {"equal"},
    "ratio": {"ratio", "equal"},
    "together": {"together", "equal"},
    "livelier": {"together", "equal"},
}


@dataclass(frozen=True)
class Verdict:
    """What came of a dataset: on which sessions' evenings (k,) which series is not used, members' closes that break,
    and a notice for each spell in which a relation failed. `checked` counts the relations that could be judged."""

    checked: int
    unused: Mapping[str, Flags]
    breaks: tuple[Break, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True)
class _Judged:
    """An outcome on the evenings of all sessions (k,): `failed`, and `row`, the row that each knew last (-1: none)."""

    outcome: Outcome
    failed: Flags
    row: npt.NDArray[np.int64]


def examine(dataset: Dataset, rules: ConsistencyParameters, key: str = "") -> Verdict:
    """Hold the series of `dataset` against each other, evening by evening; `key` names data and code for the cache."""
    if not key:
        return _examined(dataset, rules)
    whole = cache.key_of((key, rules.model_dump_json()))
    found = cache.arrays("consistency", whole, lambda: _as_arrays(_examined(dataset, rules)))
    return _from_arrays(found)


def applied(dataset: Dataset, verdict: Verdict) -> Dataset:
    """`dataset` without the rows that are not used, and with the notices of `verdict`."""
    sessions, evenings = _evenings()
    series = {
        name: _without(data, verdict.unused[name], evenings) if name in verdict.unused else data
        for name, data in dataset.series.items()
    }
    members = dataset.members
    if members is not None:
        members = without_breaks(members, verdict.breaks)
        if MEMBERS in verdict.unused:
            days = members.closes.index.to_numpy().astype("datetime64[D]")
            lost = np.isin(days, sessions[verdict.unused[MEMBERS]])
            members = replace(
                members, closes=members.closes.where(pd.Series(~lost, members.closes.index), axis=0)
            )
    return replace(
        dataset,
        series={name: data for name, data in series.items() if len(data.frame)},
        members=members,
        notices=(*dataset.notices, *verdict.notices),
    )


def _evenings() -> tuple[npt.NDArray[np.datetime64], npt.NDArray[np.datetime64]]:
    """All sessions that readings can be made on, and their evenings (naive UTC)."""
    days = calendars.sessions()
    return days.to_numpy().astype("datetime64[D]"), calendars.evening(days).to_numpy().astype("datetime64[s]")


def _examined(dataset: Dataset, rules: ConsistencyParameters) -> Verdict:
    sessions, evenings = _evenings()
    members = None
    if dataset.members is not None and dataset.members.closes.size:
        members = figures(dataset.members, rules)
    tracks = Tracks(dataset.series, members, evenings, sessions, rules)
    judged = [_judged(each, sessions, rules.stale_days) for each in outcomes(tracks, rules)]
    unused: dict[str, Flags] = {}
    blamed = [_blamed(each, judged) for each in judged]
    for who in blamed:
        for name, when in who.items():
            unused[name] = unused[name] | when if name in unused else when
    events: list[tuple[Hashable, Notice]] = []
    for each, who in zip(judged, blamed, strict=True):
        for notice in _notices(each, who, evenings):
            # One bad row of a table fails in each of its columns, and is one event.
            held = dataset.series.get(str(notice.series))
            table = held.origin if notice.level == "error" and held is not None else notice.text
            events.append(((table, notice.since, notice.until, each.outcome.kind), notice))
    notices = [*told_once(events), *_of_breaks(dataset, members)]
    notices.sort(key=lambda each: (each.since or pd.Timestamp.min, each.text))
    checked = sum(each.outcome.kind != "own" for each in judged)
    return Verdict(checked, unused, () if members is None else members.breaks, tuple(notices))


_BREAK = [("column", "int64"), ("row", "int64"), ("move", "float64")]


def _as_arrays(verdict: Verdict) -> cache.Arrays:
    said = [
        [
            each.level,
            each.series,
            each.text,
            *(None if t is None else t.isoformat() for t in (each.since, each.until)),
        ]
        for each in verdict.notices
    ]
    return {
        "checked": np.array(verdict.checked),
        "names": np.array(sorted(verdict.unused), dtype="U64"),
        "unused": np.array([verdict.unused[name] for name in sorted(verdict.unused)], dtype=bool),
        "breaks": np.array([astuple(each) for each in verdict.breaks], dtype=_BREAK),
        "notices": np.array(json.dumps(said)),
    }


def _from_arrays(found: cache.Arrays) -> Verdict:
    notices = tuple(
        Notice(level, series, text, *(None if t is None else pd.Timestamp(t) for t in moments))
        for level, series, text, *moments in json.loads(str(found["notices"]))
    )
    breaks = tuple(Break(int(column), int(row), float(move)) for column, row, move in found["breaks"])
    unused = dict(zip(map(str, found["names"]), found["unused"], strict=True))
    return Verdict(int(found["checked"]), unused, breaks, notices)


def _judged(outcome: Outcome, sessions: npt.NDArray[np.datetime64], stale_days: int) -> _Judged:
    row = outcome.known.searchsorted(np.arange(len(sessions)), side="right") - 1
    age = sessions - outcome.days[row.clip(0)].astype("datetime64[D]")
    row = np.where((row >= 0) & (age <= np.timedelta64(stale_days, "D")), row, -1)
    return _Judged(outcome, (row >= 0) & outcome.failed[row.clip(0)], row)


def _blamed(judged: _Judged, every: Sequence[_Judged]) -> dict[str, Flags]:
    """On which evenings (k,) which side of a failed relation is not to be used.

    What a series says of itself alone (its scale, its dates) it is blamed for. Otherwise a series has as many points as
    relations that fail with it, three for one of its own, less the relations of the same kind that hold and clear it.
    The side with more points is the worse one; when neither leads, nobody is blamed.
    """
    outcome, failed = judged.outcome, judged.failed
    if not failed.any():
        return {}
    if not outcome.right:
        return dict.fromkeys(outcome.blamed, failed)
    points = {name: np.zeros(len(failed), dtype=int) for name in outcome.sides}
    for each in every:
        for name in each.outcome.sides:
            if name in points:
                points[name] += each.failed * (1 if each.outcome.right else _OWN)
                if each.outcome.kind in _CLEARED_BY[outcome.kind] and each.outcome.clears:
                    points[name] -= _holds(each)
    left, right = (np.max([points[name] for name in side], axis=0) for side in (outcome.left, outcome.right))
    found = {}
    for name in outcome.sides:
        own, other = (left, right) if name in outcome.left else (right, left)
        # the worse, or both unless one is much worse, or the left unless its witness is worse
        lead = {0: own > other, 1: points[name] >= other - 1, 2: own >= other}[_rule(outcome, name)]
        found[name] = failed & lead & (points[name] == own) & (own > 0)
    return {name: when for name, when in found.items() if when.any()}


def _rule(outcome: Outcome, name: str) -> int:
    if name not in outcome.blamed:
        return 0
    return 1 if len(outcome.blamed) == len(outcome.sides) else 2


def _holds(judged: _Judged) -> Flags:
    known = judged.row >= 0
    held: Flags = known & ~judged.failed & np.isfinite(judged.outcome.figure[judged.row.clip(0)])
    return held


def _without(data: SeriesData, unused: Flags, evenings: npt.NDArray[np.datetime64]) -> SeriesData:
    """The series without the rows that became known on an evening when it was not to be used."""
    known = evenings.searchsorted(data.frame["known_at"].to_numpy().astype("datetime64[s]"), side="left")
    drop = np.append(unused, False)[known]
    # nothing before the first evening is judged by what that evening knew
    drop &= data.frame["known_at"].to_numpy() > evenings[0].astype("datetime64[s]")
    return replace(data, frame=data.frame[~drop].reset_index(drop=True))


def _notices(judged: _Judged, who: dict[str, Flags], evenings: npt.NDArray[np.datetime64]) -> list[Notice]:
    """One notice for each spell of evenings in which the relation fails and the same sides are blamed, worded by what
    its first evening knew."""
    outcome = judged.outcome
    state = judged.failed.astype("int64")
    for at, when in enumerate(who.values(), start=1):
        state += when.astype("int64") << at
    edges = [*np.flatnonzero(np.diff(state, prepend=0)), len(state)]
    found = []
    for begin, end in pairwise(edges):
        if not state[begin]:
            continue
        row = judged.row[begin]
        unused = [name for name, when in who.items() if when[begin]]
        unit = f" {outcome.unit}" if outcome.unit else ""
        figure = f"{outcome.figure[row]:.4g}{unit}"
        what = f"{outcome.what} {figure} on {outcome.days[row]} ({outcome.limit})"
        if unused:
            verb = "is" if len(unused) == 1 else "are"
            told = f"{what}; {' and '.join(unused)} {verb} not used while this lasts."
        else:
            told = f"{what}; nothing tells which side is wrong, so both are used: look at them."
        last = None if end == len(evenings) else pd.Timestamp(evenings[end]) - _SECOND
        found.append(
            Notice(
                "error" if unused else "warning",
                unused[0] if unused else outcome.sides[0],
                told,
                pd.Timestamp(evenings[begin]) - _SECOND,
                last,
            )
        )
    return found


def _of_breaks(dataset: Dataset, members: MemberFigures | None) -> list[Notice]:
    """One notice for each session on which members' closes break."""
    if dataset.members is None or members is None:
        return []
    tickers, found = dataset.members.closes.columns, []
    for row in sorted({each.row for each in members.breaks}):
        some = [each for each in members.breaks if each.row == row]
        day = pd.Timestamp(members.days[row])
        named = ", ".join(f"{tickers[each.column]} {each.move:+.0f} %" for each in some[:5])
        more = f" and {len(some) - 5} more" if len(some) > 5 else ""
        evening = calendars.evening_of(day)
        found.append(
            Notice(
                "warning",
                MEMBERS,
                f"Members' closes on {day.date()}: {named}{more} in one session, far from their usual moves: another"
                " scale or an unadjusted split. They count again once the averages lie behind it.",
                evening - _SECOND,
                evening,
            )
        )
    return found
