"""Five regimes: how severe the week is, whether a bull market is broad or narrow, and what would flip the call.

First bull or not, then which. The severity axis orders regimes 1-2, 3 and 4 by the risk that volatility, breadth and
liquidity describe together; participation divides 1 from 2; acute evidence makes a 4 a 5. Judgement comes from
params/regimes.yaml alone; every step is causal. Words about regimes live in playbook/.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from fiveengines.base.errors import NoCallError
from fiveengines.base.parameters import REGIME_NAMES, RegimeParameters
from fiveengines.base.parameters.regimes import Line

NUMBERS = (1, 2, 3, 4, 5)
NAMES = REGIME_NAMES
CRISIS = 5
_BULL, _RANGE, _RISK_OFF = 0, 1, 2
_INSIDE = 0.02


@dataclass(frozen=True)
class RegimeHistory:
    """All weeks at once, indexed by reading date.

    memberships: × regime 1-5, rows add to one, NaN without a call. severity: -2 … +2 or so, + calm; participation: -1
    narrow … +1 broad. raw: the regime of the week alone, without memory; confirmed: the regime in force, both Int64
    and NA without a call. acute, known: bool; known is False in a week without a call.
    """

    memberships: pd.DataFrame
    severity: pd.Series
    participation: pd.Series
    raw: pd.Series
    confirmed: pd.Series
    acute: pd.Series
    known: pd.Series


def severity(extended: pd.DataFrame, params: RegimeParameters) -> pd.Series:
    """Risk that the engines describe, + calm to - stressed: the weighted mean of those that have a score.

    extended: (n, 5), reading date × engine, log-extended scores, NaN where unknown. Returns (n,), NaN where none of the
    weighted engines is known. Volatility, breadth and liquidity are 0.6-0.8 correlated: one signal, counted once.
    """
    return _weighted(
        {engine: extended[engine] for engine in params.severity.weights}, params.severity.weights
    )


def participation(values: pd.DataFrame, params: RegimeParameters) -> pd.Series:
    """How many take part in an advance, -1 narrow … +1 broad, averaged over `average_weeks`.

    values: (n, k), reading date × indicator. Returns (n,), NaN where none of the lines has a value.
    """
    rule = params.participation
    return participation_of_week(values, params).rolling(rule.average_weeks, min_periods=1).mean()


def participation_of_week(values: pd.DataFrame, params: RegimeParameters) -> pd.Series:
    """`participation` before it is averaged over weeks; same shapes."""
    lines = params.participation.lines
    parts = {name: _line(values[name], line) for name, line in lines.items() if name in values}
    return _weighted(parts, dict.fromkeys(parts, 1.0))


def _line(values: pd.Series, line: Line) -> pd.Series:
    return ((values - line.adverse) / (line.supportive - line.adverse) * 2 - 1).clip(-1.0, 1.0)


def _weighted(parts: Mapping[str, pd.Series], weights: Mapping[Any, float]) -> pd.Series:
    frame = pd.DataFrame(parts)
    shares = frame.notna() * pd.Series(weights)
    total = shares.sum(axis=1)
    return (frame.fillna(0.0) * shares).sum(axis=1) / total.where(total > 0)


def classify(
    extended: pd.DataFrame, values: pd.DataFrame, callable_weeks: pd.Series, params: RegimeParameters
) -> RegimeHistory:
    """Name the regime of every week.

    extended: (n, 5), reading date × engine, log-extended scores. values: (n, k), reading date × indicator; those named
    in `participation` and `crisis` of params are read. callable_weeks: (n,) bool, False where too little is known for a
    call: such a week has none and leaves the memory of earlier calls as it is. NaN never counts as acute evidence.
    """
    axis, broad = severity(extended, params), participation(values, params)
    known = callable_weeks & axis.notna()
    acute = _acute(axis, values, params)
    rule, narrow_rule = params.severity, params.participation
    level: int | None = None
    age = 0
    counted = np.full((len(axis), 5), np.nan)
    calls, alone = np.zeros(len(axis), dtype=int), np.zeros(len(axis), dtype=int)
    number = 0
    callable_now, acute_now = known.to_numpy(), acute.to_numpy()
    for week, (at, part) in enumerate(zip(axis.to_numpy(), broad.to_numpy(), strict=True)):
        if not callable_now[week]:
            continue
        shock = bool(acute_now[week])
        edges, thin = _edges(level, params), _thin(number, params)
        called, waits = next_call(number, age, float(at), float(part), shock, params)
        age = age + 1 if called == number else 1
        number = called
        before, held, width = level, at, part
        level = _level(number)
        if waits and number != CRISIS:
            # What waits counts only up to the edge, so that the call in force has the largest share.
            held = min(at, edges[before - 1] - _INSIDE) if before else at
            if level == _BULL:
                width = min(part, thin - _INSIDE) if number == 2 else max(part, thin + _INSIDE)
        counted[week] = held, width, *edges, thin
        calls[week] = number
        middle = (rule.bull, rule.risk_off)
        plain = _BULL if at > middle[0] else _RANGE if at > middle[1] else _RISK_OFF
        alone[week] = _number(plain, bool(np.isfinite(part) and part < narrow_rule.boundary), shock)
    index = axis.index
    return RegimeHistory(
        memberships=pd.DataFrame(
            _memberships(counted, calls == CRISIS, params), index=index, columns=list(NUMBERS)
        ),
        severity=axis,
        participation=broad,
        raw=pd.Series(alone, index=index, dtype="Int64").where(known),
        confirmed=pd.Series(calls, index=index, dtype="Int64").where(known),
        acute=acute,
        known=known,
    )


def _number(level: int, narrow: bool, acute: bool) -> int:
    if acute:
        return CRISIS
    return (2 if narrow else 1) if level == _BULL else 3 if level == _RANGE else 4


def next_call(
    number: int, age: int, severity: float, participation: float, acute: bool, params: RegimeParameters
) -> tuple[int, bool]:
    """The call of a week after one of `number` (0: none yet) that is `age` weeks old, and whether it only waits.

    severity, participation: of the week; participation NaN leaves a bull market of the kind it was. acute: whether
    there is acute evidence.
    """
    edges = _edges(_level(number), params)
    wanted = _BULL if severity > edges[0] else _RANGE if severity > edges[1] else _RISK_OFF
    narrow = bool(participation < _thin(number, params)) if np.isfinite(participation) else number == 2
    called = _number(wanted, narrow, acute)
    # A milder call, or another kind of bull, waits until the last one has settled; a worse one does not.
    waits = (
        number > 0 and called != number and age < params.severity.settle_weeks and called <= max(number, 2)
    )
    return (number, True) if waits else (called, False)


def _level(number: int) -> int | None:
    return {0: None, 1: _BULL, 2: _BULL, 3: _RANGE}.get(number, _RISK_OFF)


def _thin(number: int, params: RegimeParameters) -> float:
    """Participation below which a bull market is narrow, after a call of `number`."""
    rule = params.participation
    return rule.boundary + rule.hysteresis * (1 if number == 2 else -1)


def _edges(level: int | None, params: RegimeParameters) -> tuple[float, float]:
    """Severity below which a bull market ends and below which risk-off begins, moved away from the level in force."""
    rule = params.severity
    if level is None:
        return rule.bull, rule.risk_off
    bull = rule.bull - rule.hysteresis if level == _BULL else rule.bull + rule.hysteresis
    off = rule.risk_off + rule.hysteresis if level == _RISK_OFF else rule.risk_off - rule.hysteresis
    return bull, off


def _memberships(counted: np.ndarray, crisis: np.ndarray, params: RegimeParameters) -> np.ndarray:
    """Shares of the five regimes: logistic in the distance from each edge, so that the call has the largest one.

    counted: (n, 5): severity and participation as they count, the edges of bull and risk-off, and the boundary of a
    narrow bull market; NaN without a call. crisis: (n,) bool. Returns (n, 5), NaN without a call.
    """
    at, part, bull_edge, off_edge, thin = counted.T
    softness, width = params.severity.softness, params.participation.softness
    bull = 1 / (1 + np.exp((bull_edge - at) / softness))
    off = 1 / (1 + np.exp((at - off_edge) / softness))
    total = np.maximum(1.0, bull + off)
    bull, off = bull / total, off / total
    narrow = np.where(np.isfinite(part), 1 / (1 + np.exp((part - thin) / width)), 0.0)
    between = np.maximum(0.0, 1 - bull - off)
    shares = np.column_stack([bull * (1 - narrow), bull * narrow, between, off, at * 0.0])
    # Acute evidence outweighs the axis: what the axis alone would say is the rest.
    shares[crisis] *= 1 - params.crisis.membership
    shares[crisis, CRISIS - 1] = params.crisis.membership
    return shares


def _acute(axis: pd.Series, values: pd.DataFrame, params: RegimeParameters) -> pd.Series:
    """Weeks with acute evidence: a volatility shock with a breadth collapse or credit stress, until VIX has calmed."""
    severe = severe_weeks(values, params).to_numpy()
    vix, depth = values["vix"].to_numpy(dtype="float64"), axis.to_numpy()
    found, on = np.zeros(len(axis), dtype=bool), False
    for week in range(len(axis)):
        on = bool(severe[week] and is_acute(on, vix[week], depth[week], params))
        found[week] = on
    return pd.Series(found, index=axis.index)


def severe_weeks(values: pd.DataFrame, params: RegimeParameters) -> pd.Series:
    """Weeks of breadth collapse or credit stress, (n,) bool. values: (n, k), row × indicator; NaN is neither."""
    limits = params.crisis
    change = values["hy_spread_change_8w"]
    # A high spread that narrows as fast as one that widens alarms is on its way out of the shock.
    credit = (values["hy_spread"] > limits.hy_spread) & ~(change < -limits.hy_spread_change_8w)
    credit |= change > limits.hy_spread_change_8w
    credit |= values["hy_spread"].isna() & (values["baa_spread"] > limits.baa_spread)
    collapse = (values["pct_above_200d"] < limits.breadth_200d) | (
        values["pct_above_50d"] < limits.breadth_50d
    )
    return credit | collapse


def is_acute(on: bool, vix: float, severity: float, params: RegimeParameters) -> bool:
    """Whether a severe week is acute after one that was (`on`) or was not: a shock on a stressed axis begins it."""
    limits = params.crisis
    enters = vix >= limits.vix_enter and severity < limits.severity_enter
    stays = on and vix >= limits.vix_stay and severity < limits.severity_stay
    return bool(enters or stays)


@dataclass(frozen=True)
class Flip:
    """The smallest change of one engine's log-extended score after which the call would be another regime."""

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
    severity: float
    acute: bool
    flip: Flip | None


def reading(
    history: RegimeHistory, extended: pd.DataFrame, params: RegimeParameters, day: pd.Timestamp
) -> RegimeReading:
    """The regime on `day`; `confirmed` is False while the week itself points elsewhere. NoCallError without a call."""
    at = list(history.confirmed.index).index(day)
    if not history.known.to_numpy()[at]:
        raise NoCallError(f"{day.date()}: too little is known for a call.")
    made = history.confirmed.iloc[: at + 1].dropna()
    calls = made.to_numpy(dtype="int64")
    number, raw = int(calls[-1]), int(history.raw.loc[:day].dropna().to_numpy(dtype="int64")[-1])
    shares_now = dict(zip(NUMBERS, map(float, history.memberships.to_numpy()[at]), strict=True))
    runner = max((n for n in NUMBERS if n != number), key=lambda n: shares_now[n])
    spell = int((calls[::-1] == number).cumprod().sum())
    return RegimeReading(
        number=number,
        name=NAMES[number],
        raw=raw,
        confirmed=raw == number,
        memberships=shares_now,
        runner_up=runner,
        previous=int(calls[-2]) if len(calls) > 1 else None,
        since=pd.Timestamp(made.index[-spell]),
        weeks=spell,
        severity=float(history.severity.to_numpy()[at]),
        acute=bool(history.acute.to_numpy()[at]),
        flip=smallest_flip(history, extended, params, at),
    )


def last_call(history: RegimeHistory, day: pd.Timestamp) -> tuple[pd.Timestamp, int] | None:
    """Date and regime of the newest call on or before `day`; None when there has been none."""
    made = history.confirmed.loc[:day].dropna()
    return (pd.Timestamp(made.index[-1]), int(made.to_numpy(dtype="int64")[-1])) if len(made) else None


def smallest_flip(
    history: RegimeHistory, extended: pd.DataFrame, params: RegimeParameters, at: int
) -> Flip | None:
    """The smallest change of one engine's score that takes the severity over the nearest edge of the call.

    The severity is a weighted mean, so an engine's score must move by the distance ÷ its share. None in a week without
    a call or in a crisis, whose end is VIX's and not a score's, and when no single engine can do it by `most_flip`. A
    milder call that would still have to wait is none.
    """
    if not history.known.to_numpy()[at] or history.acute.to_numpy()[at]:
        return None
    number = int(history.confirmed.to_numpy(dtype="float64", na_value=np.nan)[at])
    level = {1: _BULL, 2: _BULL, 3: _RANGE}.get(number, _RISK_OFF)
    now, edges = float(history.severity.to_numpy()[at]), _edges(level, params)
    calls = history.confirmed.iloc[: at + 1].dropna().to_numpy(dtype="int64")
    settled = int((calls[::-1] == number).cumprod().sum()) >= params.severity.settle_weeks
    rule, broad = params.participation, float(history.participation.to_numpy()[at])
    bull = 2 if broad < rule.boundary - rule.hysteresis else 1
    below, above = {_BULL: (3, 0), _RANGE: (4, bull), _RISK_OFF: (0, 3)}[level]
    ways = [
        (to, edge - now)
        for to, edge in ((below, edges[min(level, 1)]), (above, edges[max(level - 1, 0)]))
        if to and (settled or to > max(number, 2))
    ]
    weights = {e: w for e, w in params.severity.weights.items() if np.isfinite(extended[e].to_numpy()[at])}
    total = sum(weights.values())
    found = [
        Flip(engine, round(gap * total / weight, 2), to)
        for to, gap in ways
        for engine, weight in weights.items()
        if abs(gap * total / weight) <= params.severity.most_flip
    ]
    return min(found, key=lambda each: abs(each.change), default=None)
