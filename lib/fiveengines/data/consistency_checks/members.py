"""Index members' closes: where a close belongs to another scale than the one before, and what all of them say together.

Prices only; a member's break starts a column of its own, so that no average or high reaches over it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiveengines.base.parameters.consistency import ConsistencyParameters, MemberBreaks
from fiveengines.data.dataset import Members

Floats = npt.NDArray[np.float64]
Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True)
class Break:
    """A close of another scale: which column and row of the closes, and the move in per cent."""

    column: int
    row: int
    move: float


@dataclass(frozen=True)
class MemberFigures:
    """On the `days` (n,) of the closes: `mean` (n,) an index of equal weights that starts at 1, NaN where hardly any
    member has a price; `above_average` (n,) the share above their own average, %, on the first session of each week,
    NaN elsewhere. `breaks` are left out of both."""

    days: Days
    mean: Floats
    above_average: Floats
    breaks: tuple[Break, ...]


def figures(members: Members, rules: ConsistencyParameters) -> MemberFigures:
    """What the closes say together, and where single ones break."""
    closes = members.closes.to_numpy(dtype="float64")
    index = pd.DatetimeIndex(members.closes.index)
    in_index = members.in_index(index)
    steps = np.full(closes.shape, np.nan)
    np.divide(closes[1:], closes[:-1], out=steps[1:])
    steps[~in_index] = np.nan
    found = _breaks(closes, steps, rules.members)
    for each in found:
        steps[each.row, each.column] = np.nan
    days = index.to_numpy().astype("datetime64[D]")
    counted = np.isfinite(steps).sum(axis=1)
    mean = np.where(
        counted >= rules.members.together, np.nansum(steps, axis=1) / np.maximum(counted, 1), np.nan
    )
    level = np.where(np.isfinite(mean), np.cumprod(np.where(np.isfinite(mean), mean, 1.0)), np.nan)
    return MemberFigures(days, level, _above_average(closes, in_index, days, found, rules), found)


def _breaks(closes: Floats, steps: Floats, rules: MemberBreaks) -> tuple[Break, ...]:
    """Moves far beyond a member's usual ones, and large moves of many members in one session."""
    big = np.exp(rules.move)
    rows, columns = np.nonzero((steps > big) | (steps < 1 / big))
    crowd = np.bincount(rows, minlength=len(closes))
    found = []
    for row, column in zip(rows, columns, strict=True):
        before = closes[max(0, row - rules.usual_rows - 1) : row, column]
        moves = np.abs(np.diff(np.log(before[np.isfinite(before)])))
        if len(moves) < rules.usual_rows // 2:
            continue
        size = abs(float(np.log(steps[row, column])))
        if size > rules.times_usual * float(moves.mean()) or crowd[row] >= rules.together:
            found.append(Break(int(column), int(row), 100 * (float(steps[row, column]) - 1)))
    return tuple(found)


def _above_average(
    closes: Floats,
    in_index: npt.NDArray[np.bool_],
    days: Days,
    found: tuple[Break, ...],
    rules: ConsistencyParameters,
) -> Floats:
    """Share of members above the mean of their last closes, %, on the first session of each week; NaN elsewhere.

    A member whose closes break counts again once the window lies behind the break.
    """
    rows = rules.average_rows
    result = np.full(len(closes), np.nan)
    weeks = (days.astype("int64") + 3) // 7  # weeks begin on Monday
    first = np.append(False, weeks[1:] != weeks[:-1])
    at = np.flatnonzero(first & (np.arange(len(closes)) >= rows))
    if not len(at):
        return result
    present = np.isfinite(closes)
    sums = np.cumsum(np.where(present, closes, 0.0), axis=0)
    counts = np.cumsum(present, axis=0, dtype="int32")
    total, held = sums[at] - sums[at - rows], counts[at] - counts[at - rows]
    counted = present[at] & in_index[at] & (held >= rules.average_coverage * rows)
    for each in found:
        counted[(at >= each.row) & (at < each.row + rows), each.column] = False
    above = counted & (closes[at] * held > total)
    count = counted.sum(axis=1)
    result[at] = np.where(
        count >= rules.members.together, 100.0 * above.sum(axis=1) / np.maximum(count, 1), np.nan
    )
    return result


def without_breaks(members: Members, breaks: tuple[Break, ...]) -> Members:
    """The members with a column of its own from each break on, named by ticker and day; spells and sectors follow."""
    if not breaks:
        return members
    index = pd.DatetimeIndex(members.closes.index)
    tickers = [str(name) for name in members.closes.columns]
    sectors, spells = dict(members.sectors), members.spells
    values = members.closes.to_numpy(dtype="float64", copy=True)
    new: list[Floats] = []
    for column in sorted({each.column for each in breaks}):
        ticker, prices = tickers[column], values[:, column].copy()
        rows = sorted(each.row for each in breaks if each.column == column)
        values[rows[0] :, column] = np.nan
        pieces: list[tuple[str, pd.Timestamp, pd.Timestamp | None]] = []
        for row, end in zip(rows, [*rows[1:], len(index)], strict=True):
            name = f"{ticker} from {index[row].date()}"
            tickers.append(name)
            new.append(np.full(len(index), np.nan))
            new[-1][row:end] = prices[row:end]
            if ticker in sectors:
                sectors[name] = sectors[ticker]
            pieces.append((name, index[row], index[end] if end < len(index) else None))
        if spells is not None:
            own = spells["ticker"] == ticker
            pieces.insert(0, (ticker, pd.Timestamp.min, index[rows[0]]))
            parts = [_within(spells[own], name, start, end) for name, start, end in pieces]
            spells = pd.concat([spells[~own], *parts], ignore_index=True)
    frame = pd.DataFrame(
        np.column_stack([values, *new]), index=members.closes.index, columns=pd.Index(tickers, dtype="object")
    )
    return replace(members, closes=frame, sectors=sectors, spells=spells)


def _within(spells: pd.DataFrame, name: str, start: pd.Timestamp, end: pd.Timestamp | None) -> pd.DataFrame:
    """The part of `spells` from `start` up to `end` (None: without end), under `name`."""
    ends = spells["end"]
    if end is not None:
        spells = spells[spells["start"] < end]
        ends = spells["end"].where(spells["end"] < end, end)
    kept = ends.isna() | (ends > start)
    begins = spells["start"].where(spells["start"] > start, start)
    return spells.assign(ticker=name, start=begins, end=ends)[kept].astype(
        {"start": "datetime64[s]", "end": "datetime64[s]"}
    )
