"""Step 5: turns of each engine from an extreme, announced once and left alone for a while; and when one was overtaken.

Causal rules over readings and indicators; their thresholds stand in params/regimes.yaml.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.parameters import BreadthTurn, Inflections, ScoreTurn, VolatilityTurn

IMPROVING, DETERIORATING = "improving", "deteriorating"


@dataclass(frozen=True)
class Inflection:
    """One turn: which engine, which way, when, and how strong (0…1); `overtaken`: since when it no longer stands."""

    engine: str
    direction: str
    since: pd.Timestamp
    weeks_ago: int
    strength: float
    announced: bool
    overtaken: pd.Timestamp | None = None


def turns(score: pd.DataFrame, values: pd.DataFrame, params: Inflections) -> pd.DataFrame:
    """Strength (0…1) of every turn in the week it is announced, 0 elsewhere.

    score: reading date × engine. values: reading date × indicator; vix and pct_above_50d are read.
    Returns reading date × "engine:direction".
    """
    found: dict[str, pd.Series] = {}
    found["breadth:improving"], found["breadth:deteriorating"] = _breadth(
        values["pct_above_50d"], params.breadth
    )
    found["volatility:improving"], found["volatility:deteriorating"] = _volatility(
        values["vix"], params.volatility
    )
    for engine in ("liquidity", "positioning", "rate_path"):
        rule: ScoreTurn = getattr(params, engine)
        found[f"{engine}:improving"] = _score_turn(score[engine], rule)
        found[f"{engine}:deteriorating"] = _score_turn(-score[engine], rule)
    return pd.DataFrame(found, index=score.index)


def announced(found: pd.DataFrame, params: Inflections) -> pd.Series:
    """The `inflection` column: comma-separated engine:direction of each week's turns.

    Improving turns count only for the engines that params name, because a market's turn is theirs to announce.
    """
    wanted = [
        name
        for name in found
        if str(name).endswith(DETERIORATING) or str(name).split(":")[0] in params.announce
    ]
    flags = found[wanted].to_numpy() > 0
    return pd.Series([",".join(np.array(wanted)[row]) for row in flags], index=found.index)


def stood(
    found: pd.DataFrame, score: pd.DataFrame, values: pd.DataFrame, params: Inflections
) -> pd.DataFrame:
    """How many weeks each turn of `found` stood before it was overtaken: inf while it stands, NaN where none is.

    A turn is overtaken in the first week in which `given_back` of its move from the extreme is lost again, in the
    measure that it was read off, or in which the same engine turns the other way.
    """
    result = pd.DataFrame(np.nan, index=found.index, columns=found.columns)
    for column, name in enumerate(found):
        engine, direction = str(name).split(":")
        rule = getattr(params, engine)
        better = {"breadth": values["pct_above_50d"], "volatility": -values["vix"]}.get(engine)
        measure = (score[engine] if better is None else better).to_numpy(dtype="float64")
        measure = measure if direction == IMPROVING else -measure
        other = DETERIORATING if direction == IMPROVING else IMPROVING
        opposite = found[f"{engine}:{other}"].to_numpy() > 0
        for at in np.flatnonzero(found[name].to_numpy() > 0):
            extreme = np.fmin.reduce(measure[max(0, at - rule.within_weeks + 1) : at + 1])
            level = measure[at] - params.given_back * (measure[at] - extreme)
            over = np.flatnonzero((measure[at + 1 :] < level) | opposite[at + 1 :])
            result.iat[int(at), column] = float(over[0]) + 1.0 if len(over) else np.inf
    return result


def standing(found: pd.DataFrame, stood: pd.DataFrame, params: Inflections, weeks: int) -> pd.Series:
    """True in weeks with an announced improving turn of the last `weeks` readings that has not been overtaken."""
    held = np.zeros(len(found), dtype=bool)
    for name in found:
        engine, direction = str(name).split(":")
        if direction != IMPROVING or engine not in params.announce:
            continue
        lasted = stood[name].to_numpy()
        for at in np.flatnonzero(~np.isnan(lasted)):
            held[at : at + int(min(lasted[at], weeks))] = True
    return pd.Series(held, index=found.index)


def recent(
    found: pd.DataFrame, stood: pd.DataFrame, params: Inflections, day: pd.Timestamp, weeks: int = 13
) -> tuple[Inflection, ...]:
    """Turns of the last `weeks` readings up to `day`, newest first; `stood` tells which have been overtaken by then."""
    dates = list(found.index)
    at = dates.index(day)
    first = max(0, at - weeks + 1)
    rows = []
    for name in found:
        engine, direction = str(name).split(":")
        strengths, lasted = found[name].to_numpy(), stood[name].to_numpy()
        for week in first + np.flatnonzero(strengths[first : at + 1] > 0):
            known = direction == DETERIORATING or engine in params.announce
            until = week + lasted[week]
            over = pd.Timestamp(dates[int(until)]) if until <= at else None
            since = pd.Timestamp(dates[week])
            rows.append(
                Inflection(engine, direction, since, int(at - week), float(strengths[week]), known, over)
            )
    return tuple(sorted(rows, key=lambda each: (each.weeks_ago, each.engine)))


def _once(fired: pd.Series, strength: pd.Series, quiet_weeks: int) -> pd.Series:
    """Keep the first of a run of signals; later ones within `quiet_weeks` of it are the same turn."""
    kept = np.zeros(len(fired))
    last = -(10**6)
    sizes = strength.clip(0.0, 1.0).fillna(0.5).to_numpy()
    for at in np.flatnonzero(fired.to_numpy(dtype=bool)):
        if at - last > quiet_weeks:
            kept[at] = max(float(sizes[at]), 0.05)
            last = int(at)
    return pd.Series(kept, index=fired.index)


def _crosses_up(series: pd.Series, level: float | pd.Series) -> pd.Series:
    before = level.shift(1) if isinstance(level, pd.Series) else level
    return (series > level) & (series.shift(1) <= before)


def _breadth(share: pd.Series, rule: BreadthTurn) -> tuple[pd.Series, pd.Series]:
    low = share.rolling(rule.within_weeks, min_periods=1).min()
    high = share.rolling(rule.within_weeks, min_periods=1).max()
    up = (low < rule.washed_out) & _crosses_up(share, rule.recovered)
    down = (high > rule.healthy) & _crosses_up(-share, -rule.broken)
    return (
        _once(up, (share - low) / 100.0 + (rule.washed_out - low) / 40.0, rule.quiet_weeks),
        _once(down, (high - share) / 100.0, rule.quiet_weeks),
    )


def _volatility(vix: pd.Series, rule: VolatilityTurn) -> tuple[pd.Series, pd.Series]:
    peak = vix.rolling(rule.within_weeks, min_periods=1).max()
    low = vix.rolling(rule.within_weeks, min_periods=1).min()
    off_peak = (peak > rule.peak) & (vix < rule.fallen_to * peak)
    jumped = (low < rule.calm) & (vix > rule.risen_by * low) & (vix > rule.calm)
    return (
        _once(off_peak & ~off_peak.shift(1, fill_value=False), 1.5 * (1 - vix / peak), rule.quiet_weeks),
        _once(jumped & ~jumped.shift(1, fill_value=False), (vix / low - 1) / 1.5, rule.quiet_weeks),
    )


def _score_turn(score: pd.Series, rule: ScoreTurn) -> pd.Series:
    low = score.rolling(rule.within_weeks, min_periods=1).min()
    risen = score - low
    fired = (low < -rule.extreme) & _crosses_up(risen, rule.turned_by)
    return _once(fired, risen, rule.quiet_weeks)
