"""Five regimes: membership by distance in engine space, confirmation over time, runner-up, and what would flip it.

Judgement comes from params/regimes.yaml alone; every step is causal. Words about regimes live in playbook/.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.parameters import ENGINES, REGIME_NAMES, RegimeParameters

NUMBERS = (1, 2, 3, 4, 5)
NAMES = REGIME_NAMES
CRISIS = 5
# A crisis without acute evidence is put this far away: farther than any point of engine space.
_BARRED = 4.0


@dataclass(frozen=True)
class RegimeHistory:
    """All weeks at once, indexed by reading date.

    memberships: × regime 1-5, averaged over time, rows add to one. instant: the same week by week. raw: the nearest
    regime of the week; confirmed: the regime in force. acute, shock, known: bool; known is False where no engine
    could be read and the call is only carried on.
    """

    memberships: pd.DataFrame
    instant: pd.DataFrame
    raw: pd.Series
    confirmed: pd.Series
    acute: pd.Series
    shock: pd.Series
    known: pd.Series


def distances(score: pd.DataFrame, params: RegimeParameters) -> np.ndarray:
    """Mean squared distance of each week to each prototype over the engines that have a score.

    score: (n, 5), reading date × engine, -1…1, NaN where unknown. Returns (n, 5), week × regime; a week without any
    engine is equally far from all, 0.
    """
    points = np.array([[params.prototypes[n][engine] for engine in ENGINES] for n in NUMBERS])
    squared = (score[list(ENGINES)].to_numpy()[:, None, :] - points[None]) ** 2
    known = np.isfinite(squared)
    count = known.sum(axis=2)
    total = np.where(known, squared, 0.0).sum(axis=2)
    # A week without any engine is equally far from all.
    return np.where(count > 0, total / np.maximum(count, 1), 0.0)


def shares(distance: np.ndarray, sharpness: float) -> np.ndarray:
    """Memberships from distances, (…, 5) in and out: exponentials that add to one along the last axis."""
    weight = np.exp(-sharpness * (distance - distance.min(axis=-1, keepdims=True)))
    result: np.ndarray = weight / weight.sum(axis=-1, keepdims=True)
    return result


def classify(score: pd.DataFrame, values: pd.DataFrame, params: RegimeParameters) -> RegimeHistory:
    """Name the regime of every week.

    score: (n, 5), reading date × engine, -1…1. values: (n, k), reading date × indicator on the same dates; vix,
    pct_above_200d, pct_above_50d, hy_spread, hy_spread_change_8w and baa_spread are read in their own units. NaN never
    counts as acute evidence; in a week without any score the call before it is carried on.
    """
    limits = params.crisis
    vix = values["vix"].to_numpy()
    credit = (values["hy_spread"] > limits.hy_spread) | (
        values["hy_spread_change_8w"] > limits.hy_spread_change_8w
    )
    credit |= values["hy_spread"].isna() & (values["baa_spread"] > limits.baa_spread)
    collapse = (values["pct_above_200d"] < limits.breadth_200d) | (
        values["pct_above_50d"] < limits.breadth_50d
    )
    severe = (credit | collapse).to_numpy()
    low = values["vix"].rolling(params.shock.weeks + 1, min_periods=1).min().to_numpy()
    with np.errstate(invalid="ignore"):
        jumped = (vix > params.shock.vix_ratio * low) & (
            score["volatility"].to_numpy() < params.shock.volatility_below
        )
        hot, warm = vix >= limits.vix_enter, vix >= limits.vix_stay
    distance = distances(score, params)
    freely = shares(distance, params.sharpness)
    without_crisis = shares(distance + _BARRED * (np.array(NUMBERS) == CRISIS), params.sharpness)
    keep = 1 - 0.5 ** (1 / params.half_life_weeks)
    weeks = len(score)
    instant, averaged = np.zeros((weeks, 5)), np.zeros((weeks, 5))
    raw, confirmed = np.zeros(weeks, dtype=int), np.zeros(weeks, dtype=int)
    acute = np.zeros(weeks, dtype=bool)
    mean, current = np.full(5, 1 / len(NUMBERS)), 0
    known = np.isfinite(score[list(ENGINES)].to_numpy()).any(axis=1)
    for week in range(weeks):
        if not known[week]:
            # Nothing can be read: the call is carried on, or is the middle one when there was none.
            raw[week] = confirmed[week] = current or params.undecided
            instant[week], averaged[week] = mean, mean
            continue
        acute[week] = severe[week] and (hot[week] or (current == CRISIS and warm[week]))
        now = (freely if acute[week] else without_crisis)[week]
        nearest = int(now.argmax()) + 1
        mean = now if current == 0 else keep * now + (1 - keep) * mean
        current, mean = _confirm(current, nearest, now, mean, bool(jumped[week]), params)
        instant[week], averaged[week], raw[week], confirmed[week] = now, mean, nearest, current
    index, columns = score.index, list(NUMBERS)
    return RegimeHistory(
        pd.DataFrame(averaged, index=index, columns=columns),
        pd.DataFrame(instant, index=index, columns=columns),
        pd.Series(raw, index=index),
        pd.Series(confirmed, index=index),
        pd.Series(acute, index=index),
        pd.Series(jumped, index=index),
        pd.Series(known, index=index),
    )


def _confirm(
    current: int, nearest: int, now: np.ndarray, mean: np.ndarray, jumped: bool, params: RegimeParameters
) -> tuple[int, np.ndarray]:
    """The regime in force after this week, and the averaged memberships.

    A crisis, or a worse regime in a volatility shock, is entered at once and the average moves with it by
    `shock.weight`; every other change waits until the new regime leads the old one by `margin`.
    """
    if current == 0:
        return nearest, mean
    worse = jumped and nearest >= params.shock.from_regime
    if nearest > current and (worse or nearest == CRISIS):
        return nearest, params.shock.weight * now + (1 - params.shock.weight) * mean
    best = int(mean.argmax()) + 1
    if best != current and mean[best - 1] - mean[current - 1] > params.margin:
        return best, mean
    return current, mean


@dataclass(frozen=True)
class Flip:
    """The smallest change of one engine's score after which the week itself would read another regime."""

    engine: str
    change: float
    to_regime: int


@dataclass(frozen=True)
class RegimeReading:
    """The regime in one week."""

    number: int
    name: str
    raw: int
    confirmed: bool
    memberships: dict[int, float]
    runner_up: int
    previous: int | None
    since: pd.Timestamp
    weeks: int
    acute: bool
    shock: bool
    known: bool
    flip: Flip | None


def reading(
    history: RegimeHistory, score: pd.DataFrame, params: RegimeParameters, day: pd.Timestamp
) -> RegimeReading:
    """The regime on `day`; `confirmed` is False while the week itself points elsewhere."""
    at = list(history.confirmed.index).index(day)
    calls = history.confirmed.to_numpy(dtype="int64")[: at + 1]
    number, raw = int(calls[at]), int(history.raw.to_numpy()[at])
    shares_now = dict(zip(NUMBERS, map(float, history.memberships.to_numpy()[at]), strict=True))
    runner = max((n for n in NUMBERS if n != number), key=lambda n: shares_now[n])
    spell = int((calls[::-1] == number).cumprod().sum())
    return RegimeReading(
        number=number,
        name=NAMES[number],
        raw=raw,
        confirmed=raw == number and bool(history.known.to_numpy()[at]),
        memberships=shares_now,
        runner_up=runner,
        previous=int(calls[-2]) if at > 0 else None,
        since=pd.Timestamp(history.confirmed.index[at + 1 - spell]),
        weeks=spell,
        acute=bool(history.acute.to_numpy()[at]),
        shock=bool(history.shock.to_numpy()[at]),
        known=bool(history.known.to_numpy()[at]),
        flip=smallest_flip(history, score, params, at),
    )


def smallest_flip(
    history: RegimeHistory, score: pd.DataFrame, params: RegimeParameters, at: int
) -> Flip | None:
    """The smallest change of one engine's score, in steps of `flip_step`, that makes the week itself another regime.

    history and score: as in `classify`, (n, …); at: the row of the week. Whether the call follows at once or after a
    few such weeks is decided by the confirmation. None when no single engine can do it.
    """
    sizes = np.round(np.arange(1, int(2 / params.flip_step)) * params.flip_step, 10)
    steps = np.concatenate([sizes, -sizes])
    current = score[list(ENGINES)].to_numpy(dtype="float64")[at]
    barred = 0.0 if bool(history.acute.to_numpy()[at]) else _BARRED
    nearest = int(history.raw.to_numpy()[at])
    best: Flip | None = None
    for position, engine in enumerate(ENGINES):
        if not np.isfinite(current[position]):
            continue
        usable = steps[np.abs(current[position] + steps) <= 1.0]
        trial = np.repeat(current[None], len(usable), axis=0)
        trial[:, position] += usable
        distance = distances(pd.DataFrame(trial, columns=list(ENGINES)), params)
        distance[:, CRISIS - 1] += barred
        found = distance.argmin(axis=1) + 1
        for to_regime, change in zip(found, usable, strict=True):
            if to_regime != nearest and (best is None or abs(change) < abs(best.change)):
                best = Flip(engine, float(change), int(to_regime))
    return best
