"""Step 3: how much of the risk budget to use: what the leaning engines justify × the unit of risk.

Engines that describe risk (volatility, breadth) set the unit through expected volatility and the regime's cap; engines
that lean (liquidity, rate path, a little positioning) set the share; an improving inflection opens a path back in.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.errors import NoCallError
from fiveengines.base.parameters import PortfolioParameters, TargetExposureRules
from fiveengines.base.parameters.portfolio import ReEntry


@dataclass(frozen=True)
class TargetExposureHistory:
    """Indexed by reading date.

    lean: -1…1, averaged over time. expected: % a year. unit, path, target, exposure: 0…1; `path` is the least exposure
    that a re-entry asks for, 0 without one. exposure is NaN in a week without a call.
    """

    lean: pd.Series
    expected: pd.Series
    unit: pd.Series
    path: pd.Series
    target: pd.Series
    exposure: pd.Series


@dataclass(frozen=True)
class Driver:
    """What one engine adds to the share of the unit of risk that is wanted, 1 being all of it."""

    engine: str
    contribution: float


@dataclass(frozen=True)
class TargetExposureReading:
    """Step 3 in one week.

    unit: size of one unit of risk as a share of the budget; expected_volatility, % a year, is what it is made from.
    re_entry: the least exposure that the way back in asks for, 0 without one. to_raise, to_lower: lean at which the
    exposure would be one step higher or lower. band: the person's own range, portfolio_exposure: `value` placed in it.
    """

    value: float
    previous: float | None
    target: float
    alignment: float
    unit: float
    expected_volatility: float | None
    re_entry: float
    cap: float
    band: tuple[float, float]
    portfolio_exposure: float
    actual_exposure: float | None
    distance: float | None
    nothing_to_do: bool
    drivers: tuple[Driver, ...]
    to_raise: float
    to_lower: float


def averaged_lean(score: pd.DataFrame, rules: TargetExposureRules) -> pd.DataFrame:
    """Each leaning engine's score, averaged over time; reading date × engine, NaN where it is not known."""
    return (
        score[list(rules.lean)]
        .ewm(halflife=rules.half_life_weeks, ignore_na=True)
        .mean()
        .where(score[list(rules.lean)].notna())
    )


def unit_of_risk(expected: pd.Series, rules: TargetExposureRules) -> pd.Series:
    """Size of one unit of risk, 0…1: normal ÷ expected volatility, at most 1.

    Scaling by volatility without leverage: Harvey and others (2018), The Impact of Volatility Targeting. Moreira and
    Muir (2017) divide by the variance, which served less well in both eras (research/trials.csv).

    expected: (n,) volatility expected for the coming month, % a year. Returns (n,); half where it is not known.
    """
    return (rules.normal_volatility / expected).clip(upper=1.0).fillna(0.5)


def target_exposure(
    score: pd.DataFrame,
    regime: pd.Series,
    expected: pd.Series,
    improving: pd.Series,
    index: pd.Series,
    rules: TargetExposureRules,
) -> TargetExposureHistory:
    """Exposure of every week; all arguments are indexed by the same n reading dates.

    score: × engine, -1…1 (NaN where unknown: the other engines count). regime: the confirmed regime, Int64, NA without
    a call. expected: volatility expected for the coming month, % a year. improving: True in a week that announces an
    improving inflection. index: the index's lowest close of the week. A week without a call has no exposure and leaves
    the exposure before it for the next.
    """
    parts = averaged_lean(score, rules)
    shares = parts.notna() * pd.Series(rules.lean)
    total = shares.sum(axis=1)
    lean = (parts.fillna(0.0) * shares).sum(axis=1) / total.where(total > 0)
    unit = unit_of_risk(expected, rules)
    wanted = (0.5 + rules.gain * (lean.fillna(rules.centre) - rules.centre)).clip(0.0, 1.0) * unit
    cap = regime.map(rules.caps_by_regime).astype("float64")
    count = len(score)
    target, exposure, path = np.full(count, np.nan), np.full(count, np.nan), np.zeros(count)
    caps, want = cap.to_numpy(), wanted.to_numpy()
    signals, lows = improving.to_numpy(), index.to_numpy(dtype="float64")
    way = _Path(rules.re_entry)
    current = np.nan
    for week in range(count):
        path[week] = way.step(bool(signals[week]), float(lows[week]))
        if not np.isfinite(caps[week]):
            way.record(current)
            continue
        target[week] = min(max(want[week], path[week]), caps[week])
        if not np.isfinite(current):
            current = target[week]
        elif abs(target[week] - current) >= rules.step_threshold:
            current += float(
                np.clip(target[week] - current, -rules.most_down_per_week, rules.most_up_per_week)
            )
        # What the regime allows at most holds at once, whatever the speed limit.
        current = min(current, caps[week])
        exposure[week] = current
        way.record(current)
    dates = score.index
    return TargetExposureHistory(
        lean=lean,
        expected=expected,
        unit=unit,
        path=pd.Series(path, index=dates),
        target=pd.Series(target, index=dates),
        exposure=pd.Series(exposure, index=dates),
    )


class _Path:
    """The path of re-entry: from the improving inflection on, until the low before it is undercut or time is up."""

    def __init__(self, rule: ReEntry) -> None:
        self._rule = rule
        self._closes: list[float] = []
        self._past: list[float] = []
        self._since: int | None = None
        self._low = self._prior = 0.0

    def record(self, exposure: float) -> None:
        """Remember the week's exposure."""
        self._past.append(exposure if np.isfinite(exposure) else 0.0)

    def step(self, improving: bool, close: float) -> float:
        """The least exposure that the path asks for this week, whatever volatility allows."""
        rule, week = self._rule, len(self._past)
        self._closes.append(close)
        if improving and self._since is None:
            self._since = week
            self._prior = max(self._past[-rule.prior_weeks :], default=0.0)
            self._low = (
                float(np.nanmin(self._closes[-rule.low_weeks - 1 :])) if np.isfinite(close) else np.nan
            )
        if self._since is None:
            return 0.0
        if close < self._low or week - self._since > rule.keep_weeks:
            self._since = None
            return 0.0
        return rule.share * self._prior * min(1.0, (week - self._since + 1) / rule.weeks)


def reading(
    history: TargetExposureHistory,
    score: pd.DataFrame,
    regime: pd.Series,
    params: PortfolioParameters,
    day: pd.Timestamp,
) -> TargetExposureReading:
    """Step 3 on `day`; NoCallError in a week without a call."""
    rules = params.target_exposure
    at = list(history.exposure.index).index(day)
    if not np.isfinite(history.exposure.to_numpy()[at]):
        raise NoCallError(f"{day.date()}: too little is known for a target exposure.")
    value, target, unit = (
        float(each.to_numpy()[at]) for each in (history.exposure, history.target, history.unit)
    )
    lean = float(history.lean.fillna(rules.centre).to_numpy()[at])
    expected = float(history.expected.to_numpy()[at])
    before = history.exposure.iloc[:at].dropna()
    previous = float(before.to_numpy()[-1]) if len(before) else None
    parts = averaged_lean(score, rules).iloc[at].dropna()
    weights = {engine: weight for engine, weight in rules.lean.items() if engine in parts}
    total = sum(weights.values())
    drivers = [
        Driver(engine, rules.gain * float(parts[engine]) * weight / total)
        for engine, weight in weights.items()
    ]
    low, high = params.bands[params.risk_profile]
    placed = low + value * (high - low)
    actual = params.exposure_today
    distance = None if actual is None else placed - actual
    quiet = previous is not None and abs(value - previous) < 1e-9
    settled = quiet if distance is None else quiet and abs(distance) < rules.step_threshold * (high - low)
    return TargetExposureReading(
        value=value,
        previous=previous,
        target=target,
        alignment=lean,
        unit=unit,
        expected_volatility=expected if np.isfinite(expected) else None,
        re_entry=float(history.path.to_numpy()[at]),
        cap=rules.caps_by_regime[int(regime.loc[:day].dropna().to_numpy(dtype="int64")[-1])],
        band=(low, high),
        portfolio_exposure=placed,
        actual_exposure=actual,
        distance=distance,
        nothing_to_do=settled,
        drivers=tuple(sorted(drivers, key=lambda each: -abs(each.contribution))),
        to_raise=_lean_for(value + rules.step_threshold, unit, rules),
        to_lower=_lean_for(value - rules.step_threshold, unit, rules),
    )


def _lean_for(exposure: float, unit: float, rules: TargetExposureRules) -> float:
    """Lean at which the target would be `exposure` with the present unit of risk."""
    return (exposure / unit - 0.5) / rules.gain + rules.centre
