"""Step 5: inflections of each engine from an extreme, announced once; and when one has been reversed.

Causal rules over readings and indicators; their thresholds are in params/regimes.yaml.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.parameters.regimes import (
    BreadthInflection,
    Inflections,
    ScoreInflection,
    VolatilityInflection,
)

IMPROVING, DETERIORATING = "improving", "deteriorating"


@dataclass(frozen=True)
class Inflection:
    """One inflection: engine, direction, first week, strength (0…1); `reversed`: the week since which it is undone."""

    engine: str
    direction: str
    since: pd.Timestamp
    weeks_ago: int
    strength: float
    announced: bool
    reversed: pd.Timestamp | None = None


def detect(
    score: pd.DataFrame, values: pd.DataFrame, params: Inflections, basis: pd.Series | None = None
) -> pd.DataFrame:
    """Strength (0…1) of every inflection in the week it is announced, 0 elsewhere.

    score: reading date × engine, -1…1. values: reading date × indicator; pct_above_50d (%), vix and vix_highest_close,
    vix_lowest_close (index points: the closes of the week) are read. Both are indexed by the same n dates; NaN never
    fires. basis: (n,) text, what pct_above_50d is a figure of, all one unless given; from one basis to the next nothing
    crosses. Returns (n, 10) float64, reading date × "engine:direction".
    """
    found: dict[str, pd.Series] = {}
    found["breadth:improving"], found["breadth:deteriorating"] = _breadth(
        values["pct_above_50d"],
        _spells(values["pct_above_50d"], basis),
        params.breadth,
        params.least_strength,
    )
    found["volatility:improving"], found["volatility:deteriorating"] = _volatility(
        values, params.volatility, params.least_strength
    )
    for engine in ("liquidity", "positioning", "rate_path"):
        rule: ScoreInflection = getattr(params, engine)
        found[f"{engine}:improving"] = _score(score[engine], rule, params.least_strength)
        found[f"{engine}:deteriorating"] = _score(-score[engine], rule, params.least_strength)
    return pd.DataFrame(found, index=score.index)


def announced(found: pd.DataFrame, params: Inflections) -> pd.Series:
    """The `inflection` column of the history: comma-separated "engine:direction" of each week, empty without one.

    found: (n, 10) as `detect` gives it; returns (n,) text on the same dates. Improving inflections count only for the
    engines in `params.announce`; every deteriorating one counts.
    """
    wanted = [
        name
        for name in found
        if str(name).endswith(DETERIORATING) or str(name).split(":")[0] in params.announce
    ]
    flags = found[wanted].to_numpy() > 0
    return pd.Series([",".join(np.array(wanted)[row]) for row in flags], index=found.index)


def weeks_until_reversal(
    found: pd.DataFrame,
    score: pd.DataFrame,
    values: pd.DataFrame,
    params: Inflections,
    basis: pd.Series | None = None,
) -> pd.DataFrame:
    """Weeks from each inflection of `found` to its reversal: inf while it is active, NaN where there is none.

    An inflection is reversed in the first week in which `reversal_share` of its move from the extreme is lost again,
    in the measure that it was read off, or in which the same engine has the opposite one. Arguments as for `detect`;
    returns the shape of `found`, float64.
    """
    result = pd.DataFrame(np.nan, index=found.index, columns=found.columns)
    for column, name in enumerate(found):
        engine, direction = str(name).split(":")
        rule = getattr(params, engine)
        measure, worst = _measure(engine, direction, score, values)
        other = DETERIORATING if direction == IMPROVING else IMPROVING
        opposite = found[f"{engine}:{other}"].to_numpy() > 0
        spell = _spells(values["pct_above_50d"], basis if engine == "breadth" else None).to_numpy()
        for at in np.flatnonzero(found[name].to_numpy() > 0):
            first = max(0, at - rule.within_weeks + 1)
            extreme = np.fmin.reduce(worst[first : at + 1][spell[first : at + 1] == spell[at]])
            level = measure[at] - params.reversal_share * (measure[at] - extreme)
            lost = (measure[at + 1 :] < level) & (spell[at + 1 :] == spell[at])
            over = np.flatnonzero(lost | opposite[at + 1 :])
            result.iat[int(at), column] = float(over[0]) + 1.0 if len(over) else np.inf
    return result


def _measure(
    engine: str, direction: str, score: pd.DataFrame, values: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """What an inflection is read off, higher is further on, and the furthest back that it was within each week."""
    up = direction == IMPROVING
    if engine == "volatility":
        sign, extreme = (-1.0, "vix_highest_close") if up else (1.0, "vix_lowest_close")
        return sign * values["vix"].to_numpy(dtype="float64"), sign * values[extreme].to_numpy(
            dtype="float64"
        )
    measured = values["pct_above_50d"] if engine == "breadth" else score[engine]
    measure = (measured if up else -measured).to_numpy(dtype="float64")
    return measure, measure


def active(found: pd.DataFrame, until: pd.DataFrame, params: Inflections, weeks: int) -> pd.Series:
    """True in weeks with an announced improving inflection of the last `weeks` readings that is not reversed.

    found: (n, 10) as `detect` gives it; until: its `weeks_until_reversal`. Returns (n,) bool on the same dates.
    """
    held = np.zeros(len(found), dtype=bool)
    for name in found:
        engine, direction = str(name).split(":")
        if direction != IMPROVING or engine not in params.announce:
            continue
        lasted = until[name].to_numpy()
        for at in np.flatnonzero(~np.isnan(lasted)):
            held[at : at + int(min(lasted[at], weeks))] = True
    return pd.Series(held, index=found.index)


def recent(
    found: pd.DataFrame, until: pd.DataFrame, params: Inflections, day: pd.Timestamp
) -> tuple[Inflection, ...]:
    """Inflections of the last `params.recent_weeks` readings up to `day`, newest first.

    found: (n, 10) as `detect` gives it; until: its `weeks_until_reversal`; a reversal after `day` is not known yet.
    Raises ValueError when `day` is not a reading date.
    """
    dates = list(found.index)
    at = dates.index(day)
    first = max(0, at - params.recent_weeks + 1)
    rows = []
    for name in found:
        engine, direction = str(name).split(":")
        strengths, lasted = found[name].to_numpy(), until[name].to_numpy()
        for week in first + np.flatnonzero(strengths[first : at + 1] > 0):
            counts = direction == DETERIORATING or engine in params.announce
            end = week + lasted[week]
            over = pd.Timestamp(dates[int(end)]) if end <= at else None
            since = pd.Timestamp(dates[week])
            rows.append(
                Inflection(engine, direction, since, int(at - week), float(strengths[week]), counts, over)
            )
    return tuple(sorted(rows, key=lambda each: (each.weeks_ago, each.engine)))


def _first_of_run(fired: pd.Series, strength: pd.Series, quiet_weeks: int, least: float) -> pd.Series:
    """Strength of the first of a run of signals; later ones within `quiet_weeks` of it are the same inflection."""
    first = np.zeros(len(fired))
    last = -np.inf
    sizes = strength.clip(least, 1.0).to_numpy()
    for at in np.flatnonzero(fired.to_numpy(dtype=bool)):
        if at - last > quiet_weeks:
            first[at], last = sizes[at], float(at)
    return pd.Series(first, index=fired.index)


def _begins(condition: pd.Series) -> pd.Series:
    return condition & ~condition.shift(1, fill_value=False)


def _crosses_up(series: pd.Series, level: float) -> pd.Series:
    return (series > level) & (series.shift(1) <= level)


def _spells(values: pd.Series, basis: pd.Series | None) -> pd.Series:
    """Number of the spell of weeks with one basis, (n,); a week without a value belongs to the spell before it."""
    if basis is None:
        return pd.Series(0, index=values.index)
    known = basis.where(values.notna()).ffill().fillna("")
    return (known != known.shift()).cumsum()


def _breadth(
    share: pd.Series, spells: pd.Series, rule: BreadthInflection, least: float
) -> tuple[pd.Series, pd.Series]:
    parts = [part for _, part in share.groupby(spells)]
    low = pd.concat([part.rolling(rule.within_weeks, min_periods=1).min() for part in parts])
    high = pd.concat([part.rolling(rule.within_weeks, min_periods=1).max() for part in parts])
    rises = pd.concat([_crosses_up(part, rule.recovered) for part in parts])
    breaks = pd.concat([_crosses_up(-part, -rule.broken) for part in parts])
    up = (low < rule.washed_out) & rises
    down = (high > rule.healthy) & breaks
    risen = (share - low) / rule.full_move + (rule.washed_out - low) / rule.full_depth
    return (
        _first_of_run(up, risen, rule.quiet_weeks, least),
        _first_of_run(down, (high - share) / rule.full_move, rule.quiet_weeks, least),
    )


def _volatility(
    values: pd.DataFrame, rule: VolatilityInflection, least: float
) -> tuple[pd.Series, pd.Series]:
    vix = values["vix"]
    peak = values["vix_highest_close"].rolling(rule.within_weeks, min_periods=1).max()
    low = values["vix_lowest_close"].rolling(rule.within_weeks, min_periods=1).min()
    off_peak = (peak > rule.peak) & (vix < rule.fallen_to * peak)
    jumped = (low < rule.calm) & (vix > rule.risen_by * low) & (vix > rule.calm)
    fallen = rule.strength_of_fall * (1 - vix / peak)
    return (
        _first_of_run(_begins(off_peak), fallen, rule.quiet_weeks, least),
        _first_of_run(_begins(jumped), (vix / low - 1) / rule.full_rise, rule.quiet_weeks, least),
    )


def _score(score: pd.Series, rule: ScoreInflection, least: float) -> pd.Series:
    low = score.rolling(rule.within_weeks, min_periods=1).min()
    risen = score - low
    fired = (low < -rule.extreme) & _crosses_up(risen, rule.turned_by)
    return _first_of_run(fired, risen, rule.quiet_weeks, least)
