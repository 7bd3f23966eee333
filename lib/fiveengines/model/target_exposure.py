"""Step 3: how much of the risk budget the engines' alignment justifies, and how fast it may change.

A continuous exposure, causal week by week; the portfolio's instruments and orders are not its business.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.parameters import ENGINES, PortfolioParameters, TargetExposureRules


@dataclass(frozen=True)
class TargetExposureHistory:
    """Indexed by reading date: alignment (-1…1, averaged), target and exposure (0…1)."""

    alignment: pd.Series
    target: pd.Series
    exposure: pd.Series


@dataclass(frozen=True)
class Driver:
    """What one engine adds to the target exposure, in exposure points."""

    engine: str
    contribution: float


@dataclass(frozen=True)
class TargetExposureReading:
    """Step 3 in one week; `band` is the person's own range, `portfolio_exposure` the target exposure placed in it."""

    value: float
    previous: float | None
    target: float
    alignment: float
    cap: float
    band: tuple[float, float]
    portfolio_exposure: float
    actual_exposure: float | None
    distance: float | None
    nothing_to_do: bool
    drivers: tuple[Driver, ...]
    to_raise: float
    to_lower: float


def target_exposure(
    score: pd.DataFrame, regime: pd.Series, params: TargetExposureRules
) -> TargetExposureHistory:
    """Exposure of every week.

    score: (n, 5), reading date × engine, -1…1 (NaN where unknown: the others count). regime: (n,) the confirmed
    regime, 1-5, on the same dates. Returns three (n,) series. A week without any engine keeps the exposure before it;
    before the first engine can be read it is half of the risk budget, the exposure at `centre`.
    """
    mean = score[list(ENGINES)].mean(axis=1)
    alignment = mean.ewm(halflife=params.half_life_weeks).mean()
    known = alignment.notna().to_numpy()
    alignment = alignment.fillna(params.centre)
    cap = regime.map(params.caps_by_regime).astype("float64")
    target = (0.5 + params.gain * (alignment - params.centre)).clip(0.0, 1.0)
    target = target.where(target < cap, cap)
    exposure, most = np.zeros(len(target)), cap.to_numpy()
    current = np.nan
    for week, wanted in enumerate(target.to_numpy()):
        if known[week]:
            if not np.isfinite(current):
                current = wanted
            elif abs(wanted - current) >= params.step_threshold:
                current += float(
                    np.clip(wanted - current, -params.most_down_per_week, params.most_up_per_week)
                )
            current = min(current, float(most[week]))
        exposure[week] = current if known[week] else wanted
    held = pd.Series(exposure, index=score.index).clip(0.0, 1.0)
    return TargetExposureHistory(alignment, pd.Series(target, index=score.index), held)


def reading(
    history: TargetExposureHistory,
    score: pd.DataFrame,
    regime: pd.Series,
    params: PortfolioParameters,
    day: pd.Timestamp,
) -> TargetExposureReading:
    """Step 3 on `day`."""
    rules = params.target_exposure
    at = list(history.exposure.index).index(day)
    value, target, alignment = (
        float(each.to_numpy()[at]) for each in (history.exposure, history.target, history.alignment)
    )
    previous = float(history.exposure.to_numpy()[at - 1]) if at > 0 else None
    smoothed = score[list(ENGINES)].ewm(halflife=rules.half_life_weeks, ignore_na=True).mean().to_numpy()[at]
    known = {name: float(each) for name, each in zip(ENGINES, smoothed, strict=True) if np.isfinite(each)}
    drivers = [Driver(name, rules.gain * each / len(known)) for name, each in known.items()]
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
        alignment=alignment,
        cap=rules.caps_by_regime[int(regime.to_numpy()[at])],
        band=(low, high),
        portfolio_exposure=placed,
        actual_exposure=actual,
        distance=distance,
        nothing_to_do=settled,
        drivers=tuple(sorted(drivers, key=lambda each: -abs(each.contribution))),
        to_raise=_alignment_for(value + rules.step_threshold, rules),
        to_lower=_alignment_for(value - rules.step_threshold, rules),
    )


def _alignment_for(exposure: float, rules: TargetExposureRules) -> float:
    """Alignment at which the exposure would move to `exposure`."""
    return (exposure - 0.5) / rules.gain + rules.centre
