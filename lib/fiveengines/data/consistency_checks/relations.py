"""Every relation on every date: whether it holds, and by how much it fails.

Causal: what is said of a row rests on that row and earlier ones. Who is to blame is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from fiveengines.base.parameters.consistency import (
    Change,
    ConsistencyParameters,
    Days,
    Equal,
    Frozen,
    Jump,
    Livelier,
    Ratio,
    Relation,
    Typical,
)
from fiveengines.data.catalog import Series, lookup
from fiveengines.data.consistency_checks.tracks import (
    Counts,
    Floats,
    Track,
    Tracks,
    shared,
    spoken_of,
    terms,
)

Flags = npt.NDArray[np.bool_]
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
_SAME = 1e-9
# A difference whose terms are interchanged has the opposite sign: on more than half of so many rows it is no accident.
_SWAP_ROWS = 20


@dataclass(frozen=True)
class Outcome:
    """A relation on the dates of its rows, (n,) each: `failed`, `figure` (what was measured), `known` (place of the
    evening). `kind` is that of the relation ("own": of one series), `what` its name and `limit` its bound in words.
    `left` and `right` are the series it speaks about, `blamed` those that fail with it (empty: the worse side),
    `clears` whether it speaks for its sides while it holds.
    """

    kind: str
    what: str
    limit: str
    unit: str
    left: tuple[str, ...]
    right: tuple[str, ...]
    blamed: tuple[str, ...]
    clears: bool
    days: npt.NDArray[np.datetime64]
    known: Counts
    failed: Flags
    figure: Floats

    @property
    def sides(self) -> tuple[str, ...]:
        """All series it speaks about."""
        return tuple(dict.fromkeys((*self.left, *self.right)))


def outcomes(tracks: Tracks, rules: ConsistencyParameters) -> Iterator[Outcome]:
    """Every relation of `rules` that the data allow, with at least one row that can be judged.

    The first rows of a step that its own series speaks against are not held against others: one bad day would make
    correlations and medians fail for months, and accuse those that are right.
    """
    own_tracks = {name: own for name in tracks.series if (own := tracks.one(name)) is not None}
    steps = {name: _steps(lookup(name), own, rules) for name, own in own_tracks.items()}
    sound = tracks.without(
        {name: _slips(failed, rules.jump) for name, failed in steps.items() if failed.any()}
    )
    for relation in rules.relations:
        yield from _between(relation, sound)
    for typical in rules.typical:
        track = tracks.side(typical.series)
        if track is not None and len(track.days) >= typical.rows:
            yield _typical(typical, track)
    for name, own in own_tracks.items():
        yield from _own(lookup(name), own, steps[name], rules)


def _steps(series: Series, track: Track, rules: ConsistencyParameters) -> Flags:
    if series.id in rules.jump.never:
        return np.zeros(len(track.values), dtype=bool)
    return _jumped(track.values, _by_points(series, rules.jump), rules.jump)


@dataclass(frozen=True)
class _Measured:
    """A relation on the rows that both sides have: what was measured, where it fails, its name and bound in words."""

    what: str
    figure: Floats
    failed: Flags
    limit: str
    unit: str = ""


def _between(relation: Relation, tracks: Tracks) -> Iterator[Outcome]:
    left, right = tracks.side(relation.left), tracks.side(relation.right)
    if left is None or right is None:
        return
    x, y, days, known = shared(left, right)
    if not len(days):
        return
    sides = spoken_of(relation.left), spoken_of(relation.right)

    def made(found: _Measured, blamed: tuple[str, ...]) -> Outcome:
        failed = _held(found.failed, relation.hold)
        said = relation.kind, found.what, found.limit, found.unit
        return Outcome(*said, *sides, blamed, relation.clears, days, known, failed, found.figure)

    found = _measure(relation, x, y)
    yield made(found, {"worse": (), "left": sides[0], "both": sides[0] + sides[1]}[relation.blame])
    if isinstance(relation, Equal) and len(terms(relation.right)) == 2:
        swapped = found.failed & (np.abs(x + y) <= relation.within + _SAME)
        often = _window_sum(swapped.astype("float64"), _SWAP_ROWS) > _SWAP_ROWS / 2
        if often.any():
            what = f"{relation.left} against {relation.right}, interchanged as it seems: apart by"
            # it is there only once it fails, so that it must not clear anybody while it does not
            yield replace(made(replace(found, what=what, failed=often), sides[1]), clears=False)


def _measure(relation: Relation, x: Floats, y: Floats) -> _Measured:
    """The relation between x and y, (n,) each."""
    names = f"{relation.left} against {relation.right}"
    if isinstance(relation, Equal):
        apart = np.abs(x - y)
        if relation.relative:
            apart = apart / np.abs(y).clip(_SAME)
        failed = apart > relation.within + _SAME
        if relation.relative:
            return _Measured(
                f"{names}: apart by", 100 * apart, failed, f"at most {100 * relation.within:g}", "%"
            )
        unit = lookup(spoken_of(relation.left)[0]).unit
        return _Measured(f"{names}: apart by", apart, failed, f"at most {relation.within:g}", unit)
    if isinstance(relation, Ratio):
        figure = _rolling_median(x / np.where(y == 0, np.nan, y), relation.rows)
        limit = f"usually {relation.low:g} to {relation.high:g}"
        failed = (figure < relation.low) | (figure > relation.high)
        return _Measured(f"{relation.left} over {relation.right}:", figure, failed, limit)
    if isinstance(relation, Livelier):
        moves = [
            _window_sum(np.abs(np.nan_to_num(_changed(each, "log", 1))), relation.rows) for each in (x, y)
        ]
        figure = moves[0] / np.where(moves[1] == 0, np.nan, moves[1])
        limit = f"at least {relation.least:g}"
        return _Measured(f"{names}: moves", figure, figure < relation.least, limit, "times as much")
    changes = (
        _changed(x, relation.left_change, relation.step),
        _changed(y, relation.right_change, relation.step),
    )
    figure = _correlation(*changes, relation.rows)
    failed, limit = np.zeros(len(figure), dtype=bool), ""
    if relation.least is not None:
        failed, limit = figure < relation.least, f"at least {relation.least:g}"
    if relation.most is not None:
        failed, limit = figure > relation.most, f"at most {relation.most:g}"
    return _Measured(f"{names}: correlation", figure, failed, limit)


def _typical(typical: Typical, track: Track) -> Outcome:
    figure = _rolling_median(np.abs(track.values), typical.rows)
    failed = (figure < typical.low) | (figure > typical.high)
    side = spoken_of(typical.series)
    what = (
        f"{typical.series}: median size of {typical.rows} rows" if typical.rows > 1 else f"{typical.series}:"
    )
    limit, unit = f"usually {typical.low:g} to {typical.high:g}", lookup(side[0]).unit
    return Outcome("own", what, limit, unit, side, (), side, False, track.days, track.known, failed, figure)


def _own(series: Series, track: Track, steps: Flags, rules: ConsistencyParameters) -> Iterator[Outcome]:
    def made(what: str, limit: str, unit: str, failed: Flags, figure: Floats) -> Outcome:
        said = f"{series.id}: {what}", limit, unit
        return Outcome(
            "own", *said, (series.id,), (), (series.id,), False, track.days, track.known, failed, figure
        )

    if steps.any():
        what = "a step that no earlier one comes near, to"
        yield made(what, "others were far smaller", series.unit, steps, track.values)
    if series.id not in rules.frozen.never and series.frequency in {"daily", "weekly"}:
        runs, failed = _stands_still(track.values, series.frequency == "daily", rules.frozen)
        if failed.any():
            yield made("equal values in a row:", "usually far fewer", "", failed, runs)
    if series.id not in rules.days.never:
        off = _off_days(series, track, rules.days)
        if off is not None and off.any():
            expected = "none at weekends" if series.frequency == "daily" else "one weekday"
            yield made(
                f"dates out of place among the last {rules.days.rows}:",
                expected,
                "",
                off >= rules.days.strays,
                off,
            )


def _slips(failed: Flags, rules: Jump) -> Flags:
    """The first rows of each spell."""
    rows = np.arange(len(failed))
    begun = np.maximum.accumulate(np.where(failed, 0, rows + 1))
    early: Flags = failed & (rows - begun < rules.slip)
    return early


def _by_points(series: Series, rules: Jump) -> bool:
    """Whether steps are differences: where values change sign or come near zero a ratio says nothing."""
    return series.unit in rules.points_units or series.bounds is None or series.bounds[0] < 0


def _jumped(values: Floats, by_points: bool, rules: Jump) -> Flags:
    """Rows beyond a step that no earlier one comes near, until the values are back or stay for long."""
    failed = np.zeros(len(values), dtype=bool)
    if len(values) <= rules.after:
        return failed
    scale = values if by_points else np.log(np.where(values > 0, values, np.nan))
    steps = np.nan_to_num(np.abs(np.diff(scale)))
    least, beyond = (rules.points, rules.beyond_points) if scale is values else (rules.log, rules.beyond_log)
    limit = np.maximum(least, beyond * _highest_before(steps))
    late = np.arange(1, len(values)) >= rules.after
    end = 0
    for at in map(int, np.flatnonzero(late & (steps > limit))):
        if at + 1 < end:
            continue
        near = np.abs(scale[at + 1 : at + 1 + rules.forget] - scale[at]) < rules.back * steps[at]
        end = at + 1 + (int(np.argmax(near)) if near.any() else len(near))
        failed[at + 1 : end] = True
    return failed


def _highest_before(sizes: Floats) -> Floats:
    """The highest of all earlier sizes, (n,); 0 for the first."""
    return np.append(0.0, np.maximum.accumulate(sizes)[:-1])


def _stands_still(values: Floats, daily: bool, rules: Frozen) -> tuple[Floats, Flags]:
    """Length of the run of equal values that each row ends, and which runs are longer than the series' own allow."""
    rows = np.arange(len(values))
    begins = np.append(True, values[1:] != values[:-1])
    runs: Counts = rows - np.maximum.accumulate(np.where(begins, rows, 0)) + 1
    ended = np.where(np.append(begins[1:], False), runs, 0)  # a run's length at its last row
    longest = np.append(0, np.maximum.accumulate(ended)[:-1])
    least = float(rules.daily if daily else rules.weekly)
    failed = (runs >= np.maximum(least, rules.longest * longest)) & (rows >= rules.after) & (values != 0)
    return runs.astype("float64"), failed


def _off_days(series: Series, track: Track, rules: Days) -> Floats | None:
    """How many of the last rows lie on days that the series does not have, (n,); None where any day is one."""
    weekday = (track.days.astype("int64") + 3) % 7  # 1970-01-01 was a Thursday
    if series.frequency == "daily":
        return _window_sum((weekday >= 5).astype("float64"), rules.rows, full=False)
    expected = next((each for each in rules.weekly if series.id.startswith(each.series)), None)
    if expected is None:
        return None
    off = (weekday != _WEEKDAYS.index(expected.day)) & (track.days >= np.datetime64(expected.since))
    # one may be moved by a holiday
    return (_window_sum(off.astype("float64"), rules.rows, full=False) - rules.rows / 2).clip(0)


def _changed(values: Floats, how: Change, step: int) -> Floats:
    """Changes over `step` rows, (n,); NaN at the start and where a logarithm does not exist."""
    if how == "level":
        return values
    moved = np.full(len(values), np.nan)
    if how == "points":
        moved[step:] = values[step:] - values[:-step]
    else:
        with np.errstate(divide="ignore", invalid="ignore"):
            moved[step:] = np.log(values[step:] / values[:-step])
        moved[~np.isfinite(moved)] = np.nan
    return moved


def _correlation(x: Floats, y: Floats, rows: int) -> Floats:
    """Correlation over the last `rows` pairs, (n,); NaN before there are so many and where one side stands still."""
    figure = pd.Series(x).rolling(rows, min_periods=-(-rows // 2)).corr(pd.Series(y)).to_numpy(copy=True)
    figure[: rows - 1] = np.nan
    figure[~np.isfinite(figure)] = np.nan
    return figure


def _window_sum(values: Floats, rows: int, full: bool = True) -> Floats:
    """Sum of the last `rows` values, (n,); NaN before there are so many when `full`."""
    return pd.Series(values).rolling(rows, min_periods=rows if full else 1).sum().to_numpy()


def _rolling_median(values: Floats, rows: int) -> Floats:
    if rows == 1:
        return values
    return pd.Series(values).rolling(rows, min_periods=rows // 2 + 1).median().to_numpy()


def _held(failed: Flags, rows: int) -> Flags:
    """Failed rows, and the `rows` after each."""
    if not rows or not failed.any():
        return failed
    last = np.maximum.accumulate(np.where(failed, np.arange(len(failed)), -rows - 1))
    return np.arange(len(failed)) - last <= rows
