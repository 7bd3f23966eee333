"""The data surprise index, which knows no consensus: each release against its own forecast of one step, decayed.

First releases where a source keeps them, else the latest vintage, which is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from fiveengines.base.parameters.rotation import Release, SurpriseRules
from fiveengines.companions.rotation.result import ReleaseRecord
from fiveengines.data import calendars
from fiveengines.data.catalog import lookup
from fiveengines.data.dataset import SeriesData

Vintage = Literal["first release", "latest vintage"]


@dataclass(frozen=True)
class SurpriseIndex:
    """By session the index of growth and of inflation (`daily`, standard deviations), and the releases behind them."""

    daily: pd.DataFrame
    releases: tuple[ReleaseRecord, ...]

    @property
    def vintage(self) -> Vintage | None:
        """First release only when every series that counts is; None without a release."""
        if not self.releases:
            return None
        first = all(each.vintage == "first release" for each in self.releases)
        return "first release" if first else "latest vintage"


def first_figures(data: SeriesData, measure: Literal["growth", "difference"]) -> pd.DataFrame:
    """What each release said when it came out: columns observed, known_at, value; one row a release, oldest first.

    growth, difference: against the figure before as it stood at that moment, in log
    per cent or in the series' unit; a release without one before is left out.
    """
    frame = data.frame
    order = {day: at for at, day in enumerate(np.unique(frame["observed"].to_numpy()))}
    current = np.full(len(order), np.nan)
    rows = []
    for observed, value, known_at in zip(
        frame["observed"].to_numpy(), frame["value"].to_numpy(), frame["known_at"].to_numpy(), strict=True
    ):
        at = order[observed]
        first = np.isnan(current[at])
        current[at] = value
        if not first:
            continue
        before = current[at - 1] if at else np.nan
        match measure:
            case "growth":
                figure = 100 * np.log(value / before) if value > 0 and before > 0 else np.nan
            case "difference":
                figure = value - before
        if np.isfinite(figure):
            rows.append((observed, known_at, figure))
    return pd.DataFrame(rows, columns=["observed", "known_at", "value"])


def one_step_forecast(values: np.ndarray) -> np.ndarray:
    """Forecast of each value from those before it alone: a + b · the last one, by least squares on all pairs so far.

    values: (n,) without NaN, oldest first. Returns (n,), NaN while fewer than three pairs are known.
    """
    found = np.full(len(values), np.nan)
    if len(values) < 5:
        return found
    x, y = values[:-1], values[1:]
    count = np.arange(1, len(x) + 1)
    sx, sy, sxx, sxy = (np.cumsum(each) for each in (x, y, x * x, x * y))
    variance = sxx - sx**2 / count
    with np.errstate(invalid="ignore", divide="ignore"):
        slope = np.where(variance > 1e-12 * sxx, (sxy - sx * sy / count) / variance, 0.0)
    intercept = (sy - slope * sx) / count
    # the pair (x[t], y[t]) is complete with values[t + 1]; it serves the forecast of values[t + 2]
    found[4:] = (intercept + slope * values[1:])[2:-1]
    return found


def surprises(figures: pd.DataFrame, rules: SurpriseRules, sign: int) -> pd.DataFrame:
    """`figures` with forecast and z: forecast error over the standard deviation of the errors before it, with `sign`.

    z is clipped to ± `clip`; rows with fewer than `fewest_releases` errors before them are left out.
    """
    forecast = one_step_forecast(figures["value"].to_numpy())
    error = pd.Series(figures["value"].to_numpy() - forecast)
    usual = error.expanding(rules.fewest_releases).std().shift(1)
    z = (sign * error / usual.where(usual > 0)).clip(-rules.clip, rules.clip)
    found = figures.assign(forecast=forecast, z=z.to_numpy())
    return found.dropna(subset=["z"])


def decayed(z: np.ndarray, known_at: np.ndarray, evenings: np.ndarray, rules: SurpriseRules) -> np.ndarray:
    """Σ w·z ÷ √Σ w² on each evening over what was public, w halving every `half_life_days`; so it has unit variance.

    z, known_at: (m,) sorted by known_at (datetime64); evenings: (n,) rising. Returns (n,); NaN while Σ w² is below
    `least_weight`, when all releases are old.
    """
    found = np.full(len(evenings), np.nan)
    place = np.searchsorted(known_at, evenings, side="right")
    days = evenings.astype("datetime64[s]").astype("int64") / 86400
    moments = known_at.astype("datetime64[s]").astype("int64") / 86400
    total = weight = 0.0
    done = 0
    for row, upto in enumerate(place):
        if row:
            decay = 0.5 ** ((days[row] - days[row - 1]) / rules.half_life_days)
            total, weight = total * decay, weight * decay**2
        if upto > done:
            age = 0.5 ** ((days[row] - moments[done:upto]) / rules.half_life_days)
            total, weight = total + float(age @ z[done:upto]), weight + float(age @ age)
            done = upto
        if weight >= rules.least_weight:
            found[row] = total / np.sqrt(weight)
    return found


def measure(
    series: Mapping[str, SeriesData], sessions: pd.DatetimeIndex, rules: SurpriseRules
) -> SurpriseIndex:
    """The index on every session from what the dataset has; columns growth and inflation, NaN where unknown."""
    evenings = calendars.evening(sessions).to_numpy().astype("datetime64[s]")
    daily = {}
    newest: list[ReleaseRecord] = []
    for group in ("growth", "inflation"):
        parts = []
        for name, release in rules.releases.items():
            data = series.get(name)
            if release.group != group or data is None:
                continue
            rows = surprises(first_figures(data, release.measure), rules, release.sign)
            if len(rows):
                parts.append(rows)
                if (last := _last(name, release, data, rows, sessions[-1])) is not None:
                    newest.append(last)
        if parts:
            every = pd.concat(parts).sort_values(["known_at", "observed"], kind="stable")
            moments = every["known_at"].to_numpy().astype("datetime64[s]")
            daily[group] = decayed(every["z"].to_numpy(), moments, evenings, rules)
        else:
            daily[group] = np.full(len(sessions), np.nan)
    return SurpriseIndex(pd.DataFrame(daily, index=sessions), tuple(newest))


def _last(
    name: str, release: Release, data: SeriesData, rows: pd.DataFrame, session: pd.Timestamp
) -> ReleaseRecord | None:
    """The newest release, None when the series has gone stale."""
    row = rows.iloc[-1]
    entry = lookup(name)
    if (session - row["observed"]).days > entry.stale_after:
        return None
    known_from = data.releases_known_from()
    kept = not entry.revised or (known_from is not None and known_from <= row["observed"])
    return ReleaseRecord(
        series=name,
        group=release.group,
        observed=row["observed"].date(),
        known=row["known_at"].date(),
        value=float(row["value"]),
        forecast=float(row["forecast"]),
        z=float(row["z"]),
        vintage="first release" if kept else "latest vintage",
    )


def standardised(index: pd.Series, fewest: int) -> pd.Series:
    """A vendor's index in its own standard deviations so far, (n,); NaN before `fewest` values and where it has none.

    index: (n,) around zero in any unit. No mean is taken off: zero is what was expected.
    """
    spread = index.expanding(fewest).std()
    found: pd.Series = index / spread.where(spread > 0)
    return found


def state(index: pd.Series, neutral: float) -> pd.Series:
    """'above', 'near' or 'below' usual by session, (n,) object; NaN where the index is.

    index: (n,) standard deviations.
    """
    word = np.select([index > neutral, index < -neutral], ["above", "below"], "near").astype(object)
    return pd.Series(word, index=index.index).where(index.notna())
