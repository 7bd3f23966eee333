"""Levels that many look at: the last FOMC day's close, averages, the year's high and low, and one's own.

Distance, since when closes stand on this side, and how often such levels held when they were tested.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from fiveengines.base.parameters.rotation import LevelRules, OwnLevel
from fiveengines.companions.rotation.result import LevelRecord


def tested(distance: np.ndarray, band: float, spell: np.ndarray | None = None) -> tuple[int, int]:
    """How often a level was tested, and how often it held.

    distance: (n,) per cent of close over level, NaN where unknown. A test begins when a close comes within ± `band`
    from outside, or crosses it at once, and ends with the next close outside: held when that is on the side it came
    from. spell: (n,) which level it is; a test never runs from one level into the next. Returns (tests, held).
    """
    side = np.where(distance > band, 1, np.where(distance < -band, -1, 0))
    known = np.isfinite(distance)
    names = np.zeros(len(distance), dtype=int) if spell is None else spell
    tests = held = 0
    before, inside, current = 0, False, None
    for at in np.flatnonzero(known):
        if names[at] != current:
            before, inside, current = 0, False, names[at]
        now = int(side[at])
        if now == 0:
            inside = before != 0
        elif before and (inside or now != before):
            tests += 1
            held += now == before
            before, inside = now, False
        else:
            before, inside = now, False
    return tests, held


def held_since(distance: pd.Series) -> dt.date | None:
    """The session from which on closes have stood on today's side; None at the level itself or without a close.

    distance: (n,) per cent, NaN where unknown.
    """
    values = distance.dropna()
    if values.empty or values.iloc[-1] == 0:
        return None
    same = np.sign(values.to_numpy()) == np.sign(values.iloc[-1])
    broken = np.flatnonzero(~same)
    return pd.DatetimeIndex(values.index)[int(broken[-1]) + 1 if len(broken) else 0].date()


def of_market(
    market: str, closes: pd.Series, fomc: Sequence[pd.Timestamp], rules: LevelRules
) -> tuple[LevelRecord, ...]:
    """The levels of one market on the last session; none without a close then.

    closes: (n,) by session, NaN where none, named after its series; fomc: decision days, rising, none after the
    session.
    """
    present = closes.dropna()
    if present.empty or present.index[-1] != closes.index[-1]:
        return ()
    return tuple(_levels(market, present, fomc, rules))


def _levels(
    market: str, closes: pd.Series, fomc: Sequence[pd.Timestamp], rules: LevelRules
) -> Iterator[LevelRecord]:
    series = str(closes.name)
    days = pd.DatetimeIndex(list(fomc))
    rows = closes.index.searchsorted(days, side="right") - 1 if len(days) else np.empty(0, dtype=int)
    rows = np.unique(rows[rows >= 0])
    if len(rows):
        # which meeting is the last one on each session
        which = np.searchsorted(rows, np.arange(len(closes)), side="right") - 1
        known = which >= 0
        fixed = pd.Series(np.where(known, closes.to_numpy()[rows[which.clip(0)]], np.nan), index=closes.index)
        if known[-1]:
            yield _level("fomc_close", market, series, closes, fixed, rules, spell=which, since=int(rows[-1]))
    for window in rules.averages:
        average = closes.rolling(window).mean()
        if np.isfinite(average.iloc[-1]):
            yield _level(f"sma_{window}", market, series, closes, average, rules)
    before = closes.shift(1).rolling(rules.year)
    for name, extreme in (("high_52w", before.max()), ("low_52w", before.min())):
        if np.isfinite(extreme.iloc[-1]):
            yield _level(name, market, series, closes, extreme, rules)


def own(level: OwnLevel, closes: pd.Series, rules: LevelRules) -> LevelRecord | None:
    """A level of one's own; None where its series has no close on the last session."""
    present = closes.dropna()
    if present.empty or present.index[-1] != closes.index[-1]:
        return None
    fixed = pd.Series(level.level, index=present.index)
    found = _level(level.name, level.series, level.series, present, fixed, rules)
    return found.model_copy(update={"why": level.why})


def _level(
    name: str,
    market: str,
    series: str,
    closes: pd.Series,
    level: pd.Series,
    rules: LevelRules,
    spell: np.ndarray | None = None,
    since: int = 0,
) -> LevelRecord:
    distance = 100 * (closes / level - 1)
    tests, held = tested(distance.to_numpy(), rules.band_pct, spell)
    now = float(distance.iloc[-1])
    return LevelRecord(
        name=name,
        market=market,
        series=series,
        level=float(level.iloc[-1]),
        close=float(closes.iloc[-1]),
        distance_pct=now,
        side="above" if now > 0 else "below" if now < 0 else "at",
        held_since=held_since(distance.iloc[since:]),
        tests=tests,
        held=held,
        why="",
    )
