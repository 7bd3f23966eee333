"""Five engines: from measured values to scores, states, directions and coverage, week by week, with the evidence.

Judgement comes from params/engines.yaml alone; every step is causal, so a week never knows the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from fiveengines.base.parameters import ENGINES, Engine, EngineParameters
from fiveengines.base.parameters.engines import ScoredIndicator
from fiveengines.indicators import IndicatorValues, first_possible, indicator

STATES = ("supportive", "neutral", "adverse", "unknown")
DIRECTIONS = ("improving", "stable", "deteriorating")


@dataclass(frozen=True)
class Evidence:
    """One indicator's part in an engine's score in one week; `score` is None for what is only shown.

    extended, previous_extended: the score this week and last, counted beyond ±1 by the logarithm of the excess.
    begins: of what is scored, when the first value could be known, where that is after the week.
    """

    indicator: str
    title: str
    value: float | None
    unit: str
    score: float | None
    weight: float
    observed: pd.Timestamp | None
    known_at: pd.Timestamp | None
    overridden: bool
    data_value: float | None
    previous: float | None
    previous_score: float | None
    extended: float | None
    previous_extended: float | None
    series: tuple[str, ...]
    vintage: Literal["latest", "as published"] | None
    formula: str
    why: str
    begins: pd.Timestamp | None = None


@dataclass(frozen=True)
class EngineReading:
    """One engine in one week. held_back: points of its score, 0…2, that credit stress has taken off."""

    name: str
    score: float | None
    state: str
    direction: str
    coverage: float
    disagreement: float | None
    previous_score: float | None
    previous_state: str | None
    stressed: bool
    held_back: float
    forced: bool
    evidence: tuple[Evidence, ...] = field(repr=False)

    @property
    def by_hand(self) -> bool:
        """Whether a person set its state or one of its figures."""
        return self.forced or any(each.overridden for each in self.evidence)


@dataclass(frozen=True)
class EngineHistory:
    """All weeks at once; every frame is indexed by reading date.

    scores, weights: × indicator (weights as they counted that week). score, coverage, disagreement: × engine,
    float64; score is NaN where coverage is too low. extended: × engine, the same with indicators counted
    beyond ±1 by the logarithm of the excess. state, direction: × engine, text. stress: 0…1, how much of the caps on
    scores counts; stressed: bool, half of it or more: a set of conditions holds. held_back: × engine, points that the
    caps took off the score.
    """

    scores: pd.DataFrame
    weights: pd.DataFrame
    score: pd.DataFrame
    extended: pd.DataFrame
    state: pd.DataFrame
    direction: pd.DataFrame
    coverage: pd.DataFrame
    disagreement: pd.DataFrame
    stress: pd.Series
    stressed: pd.Series
    held_back: pd.DataFrame
    forced: pd.DataFrame


def linear_score(values: np.ndarray, adverse: np.ndarray, supportive: np.ndarray) -> np.ndarray:
    """-1 at `adverse`, +1 at `supportive`, on the same line beyond them. Shapes broadcast; NaN stays NaN."""
    return np.array(((values - adverse) / (supportive - adverse)) * 2 - 1)


def log_extended_score(linear: np.ndarray) -> np.ndarray:
    """The linear score as it is within ±1 and ±(1 + log of its size) beyond; any shape, NaN stays NaN."""
    return np.array(np.clip(linear, -1.0, 1.0) + np.sign(linear) * np.log(np.maximum(np.abs(linear), 1.0)))


def read(values: pd.DataFrame, params: EngineParameters, forced: pd.DataFrame | None = None) -> EngineHistory:
    """Score every week.

    values: (n, k), reading date × indicator, each in its own unit; NaN where unknown lowers coverage. forced: (n, 5),
    reading date × engine, a score set by hand or NaN. Coverage is the share of the weight that could be known that
    week: what had not begun yet is not missing. Below `minimum_coverage`, or with fewer indicators than
    `minimum_indicators`, an engine's score is NaN and its state "unknown".
    """
    index = values.index
    scores: dict[str, np.ndarray] = {}
    weights: dict[str, np.ndarray] = {}
    means: dict[str, np.ndarray] = {}
    extended_means: dict[str, np.ndarray] = {}
    spreads: dict[str, np.ndarray] = {}
    shares: dict[str, np.ndarray] = {}
    readable: dict[str, np.ndarray] = {}
    # Plain arrays here: this runs at every keystroke in the override panel.
    for engine in ENGINES:
        lines = {name: each for name, each in params.engines[engine].items() if each.weight > 0}
        linear = linear_scores(values, lines)
        part = np.clip(linear, -1.0, 1.0)
        counted = _weights(np.isfinite(part), lines)
        filled = np.nan_to_num(part)
        total = counted.sum(axis=1)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(total > 0, (filled * counted).sum(axis=1) / total, np.nan)
            unclipped = np.nan_to_num(log_extended_score(linear))
            extended_means[engine] = np.where(total > 0, (unclipped * counted).sum(axis=1) / total, np.nan)
            spread = (((filled - mean[:, None]) ** 2) * counted).sum(axis=1) / total
        needed = _weight_in_existence(index, lines)
        scores |= dict(zip(lines, part.T, strict=True))
        weights |= dict(zip(lines, counted.T, strict=True))
        means[engine], spreads[engine] = mean, np.sqrt(np.where(total > 0, spread, np.nan))
        shares[engine] = np.minimum(np.divide(total, needed, out=np.zeros_like(total), where=needed > 0), 1.0)
        readable[engine] = (shares[engine] >= params.minimum_coverage) & (
            (counted > 0).sum(axis=1) >= params.minimum_indicators
        )
    score, coverage = pd.DataFrame(means, index=index), pd.DataFrame(shares, index=index)
    known = pd.DataFrame(readable, index=index)
    stress, stressed = _stress(values, params)
    by_hand = forced.reindex(index=index, columns=list(ENGINES)) if forced is not None else score * np.nan

    def capped(means: pd.DataFrame) -> pd.DataFrame:
        found = means.copy()
        for engine, cap in params.stress.caps.items():
            own = means[engine]
            found[engine] = own.where(own <= cap, (1 - stress) * own + stress * cap)
        return found

    lowered = capped(score)
    held_back = (score - lowered).where(known & by_hand.isna(), 0.0)
    score, extended = (
        by_hand.fillna(each.where(known))
        for each in (lowered, capped(pd.DataFrame(extended_means, index=index)))
    )
    state = pd.DataFrame(
        {each: states(score[each].to_numpy(), params) for each in ENGINES}, index=values.index
    )
    direction = pd.DataFrame(
        {each: directions(extended[each], params) for each in ENGINES}, index=values.index
    )
    return EngineHistory(
        scores=pd.DataFrame(scores, index=index),
        weights=pd.DataFrame(weights, index=index),
        score=score,
        extended=extended,
        state=state,
        direction=direction,
        coverage=coverage,
        disagreement=pd.DataFrame(spreads, index=index),
        stress=stress,
        stressed=stressed,
        held_back=held_back,
        forced=by_hand.notna(),
    )


def linear_scores(values: pd.DataFrame, lines: Mapping[str, ScoredIndicator]) -> np.ndarray:
    """Linear scores of one engine's indicators, before they are clipped to -1 and +1.

    values: (n, k), reading date × indicator, each in its own unit. Returns (n, number of lines), at most each line's
    `most` where that is below 1; NaN stays NaN.
    """
    adverse = np.array([each.adverse for each in lines.values()], dtype="float64")
    supportive = np.array([each.supportive for each in lines.values()], dtype="float64")
    most = np.array([each.most if each.most < 1 else np.inf for each in lines.values()])
    linear = linear_score(values[list(lines)].to_numpy(dtype="float64"), adverse, supportive)
    return np.array(np.minimum(linear, most))


def _weights(present: np.ndarray, lines: Mapping[str, ScoredIndicator]) -> np.ndarray:
    """Weight of each indicator each week: zero without a value, and zero for a stand-in that is not needed."""
    names = list(lines)
    counted: np.ndarray = present * np.array([each.weight for each in lines.values()])
    for at, each in enumerate(lines.values()):
        if each.instead_of in names:
            counted[present[:, names.index(each.instead_of)], at] = 0.0
    return counted


def _weight_in_existence(weeks: pd.Index, lines: Mapping[str, ScoredIndicator]) -> np.ndarray:
    """The weight that an engine could have each week: of what had begun by then, a stand-in where its first had not.

    Returns (n,). What is optional, or a figure of one's own, adds nothing.
    """
    began = {name: _begun(weeks, name, each) for name, each in lines.items()}
    needed = np.zeros(len(weeks))
    for name, each in lines.items():
        if each.optional or each.manual is not None or each.instead_of in lines:
            continue
        stand_ins = [(began[n], e.weight) for n, e in lines.items() if e.instead_of == name]
        needed += np.select(
            [began[name], *(b for b, _ in stand_ins)], [each.weight, *(w for _, w in stand_ins)]
        )
    return needed


def _begun(weeks: pd.Index, name: str, line: ScoredIndicator) -> np.ndarray:
    first = first_possible(name, line.settings)
    return np.ones(len(weeks), dtype=bool) if first is None else np.asarray(weeks >= first)


def _stress(values: pd.DataFrame, params: EngineParameters) -> tuple[pd.Series, pd.Series]:
    """How much of the caps counts each week, 0…1, and whether a whole set of conditions holds; (n,) each.

    A condition counts from `fade` below its threshold (0) to `fade` above it (1), a set as its weakest condition, the
    week as its strongest set; what has no value counts nothing.
    """
    rule = params.stress
    stress, holds = np.zeros(len(values)), np.zeros(len(values), dtype=bool)
    for conditions in rule.any:
        levels = values[list(conditions)].to_numpy(dtype="float64")
        thresholds = np.array(list(conditions.values()))
        shares = np.clip((levels / thresholds - 1 + rule.fade) / (2 * rule.fade), 0.0, 1.0)
        stress = np.maximum(stress, np.nan_to_num(shares).min(axis=1))
        holds |= (levels > thresholds).all(axis=1)
    return pd.Series(stress, index=values.index), pd.Series(holds, index=values.index)


def states(scores: np.ndarray, params: EngineParameters) -> list[str]:
    """States with hysteresis: a state begins beyond its threshold and ends only when the score is back inside.

    scores: (n,) one engine's scores, oldest first; "unknown" where one is NaN, which leaves the state before it.
    """
    found: list[str] = []
    state = "neutral"
    for value in scores:
        if not np.isfinite(value):
            found.append("unknown")
            continue
        state = next_state(state, value, params)
        found.append(state)
    return found


def next_state(before: str, score: float, params: EngineParameters) -> str:
    """The state of a score after one that was supportive, neutral or adverse."""
    limits = params.states
    if score >= limits.supportive:
        return "supportive"
    if score <= limits.adverse:
        return "adverse"
    left = (before == "supportive" and score < limits.release) or (
        before == "adverse" and score > -limits.release
    )
    return "neutral" if left else before


def directions(score: pd.Series, params: EngineParameters) -> np.ndarray:
    """Change over some weeks in units of the engine's own usual change, known at the time.

    score: (n,) an engine's score before its indicators are clipped to ±1: in a panic every score is -1, and yet things
    get worse or better. Returns (n,) text, "stable" where the change or its usual size is not known.
    """
    rule = params.direction
    change = score - score.shift(rule.weeks)
    usual = change.rolling(rule.window_weeks, min_periods=rule.min_weeks).std()
    size = (change / usual.where(usual > 0)).to_numpy()
    return np.select(
        [size >= rule.threshold, size <= -rule.threshold], ["improving", "deteriorating"], "stable"
    )


def _number(value: Any) -> float | None:
    return float(value) if np.isfinite(value) else None


def _moment(value: Any) -> pd.Timestamp | None:
    return None if pd.isna(value) else pd.Timestamp(value)


def reading(
    history: EngineHistory,
    engine: Engine,
    day: pd.Timestamp,
    measured: IndicatorValues,
    used: pd.DataFrame,
    overridden: pd.DataFrame,
    params: EngineParameters,
) -> EngineReading:
    """One engine's reading on `day`.

    used: values as scored (overrides applied); overridden: bool, same shape; measured: the data's own values.
    """
    at = list(history.score.index).index(day)
    before: Any = history.score.index[at - 1] if at > 0 else None
    evidence = []
    lines = {name: line for name, line in params.engines[engine].items() if line.weight > 0}
    weeks = used.iloc[max(at - 1, 0) : at + 1]
    extended = pd.DataFrame(
        log_extended_score(linear_scores(weeks, lines)), index=weeks.index, columns=list(lines)
    )
    for name, line in params.engines[engine].items():
        each = indicator(name)
        scored = line.weight > 0
        first = first_possible(name, line.settings)
        evidence.append(
            Evidence(
                indicator=name,
                # A figure typed in is not from any input set.
                title=measured.titles[name] if overridden.at[day, name] else measured.title(name, day),
                value=_number(used.at[day, name]),
                unit=each.unit,
                score=_number(history.scores.at[day, name]) if scored else None,
                weight=_number(history.weights.at[day, name]) or 0.0 if scored else 0.0,
                observed=_moment(measured.observed.at[day, name]),
                known_at=_moment(measured.known_at.at[day, name]),
                overridden=bool(overridden.at[day, name]),
                data_value=_number(measured.values.at[day, name]),
                previous=_number(used.at[before, name]) if before is not None else None,
                previous_score=_number(history.scores.at[before, name])
                if scored and before is not None
                else None,
                extended=_number(extended.at[day, name]) if scored else None,
                previous_extended=_number(extended.at[before, name])
                if scored and before is not None
                else None,
                series=measured.series(name, day),
                vintage=measured.vintage(name, day),
                formula=each.describe(params.quoted(name)),
                why=line.why,
                begins=first if scored and first is not None and first > day else None,
            )
        )
    return EngineReading(
        name=engine,
        score=_number(history.score.at[day, engine]),
        state=str(history.state.at[day, engine]),
        direction=str(history.direction.at[day, engine]),
        coverage=_number(history.coverage.at[day, engine]) or 0.0,
        disagreement=_number(history.disagreement.at[day, engine]),
        previous_score=_number(history.score.at[before, engine]) if before is not None else None,
        previous_state=str(history.state.at[before, engine]) if before is not None else None,
        stressed=bool(history.stressed.at[day]),
        held_back=float(history.held_back.loc[day].to_dict()[engine]),
        forced=bool(history.forced.at[day, engine]),
        evidence=tuple(evidence),
    )
