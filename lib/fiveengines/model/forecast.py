"""What the present says about the coming month: volatility with a band, and the regime in four weeks.

Every number is estimated on outcomes that were complete on the evening of the forecast. numpy and pandas only; how good
these forecasts have been is research's question.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fiveengines.base.parameters.regimes import Forecast
from fiveengines.model.regimes import NUMBERS, RegimeHistory

QUANTILES = (0.1, 0.5, 0.9)
COLUMNS = ("low", "median", "high")
_YEAR = 252


def realized_ahead(closes: pd.Series, sessions: int) -> pd.Series:
    """Volatility of the next `sessions` daily log returns, % a year, on the day before they begin.

    closes: (n,) daily closes. Returns (n,), NaN where the returns are not complete.
    """
    returns = np.log(closes).diff()
    ahead: pd.Series = returns.rolling(sessions).std().shift(-sessions) * np.sqrt(_YEAR) * 100
    return ahead


def expected_volatility(
    closes: pd.Series, vix: pd.Series, dates: pd.DatetimeIndex, rules: Forecast
) -> pd.DataFrame:
    """Volatility of the next `sessions` sessions: 10, 50 and 90 % quantiles, % a year.

    closes, vix: (n,) on sessions, the index in points and the VIX. dates: reading dates among them. The logarithm of
    the outcome is regressed on the logarithms of the VIX and of realised volatility over `averages` sessions (Corsi
    2009, with implied volatility: Busch, Christensen and Nielsen 2011); the band is made of the weighted quantiles of
    that regression's errors, half of the weight in the last `half_life_weeks`, at levels corrected for the number of
    outcomes that do not overlap (as in split conformal prediction). Returns dates × low, median, high; NaN without
    inputs and before `least_weeks` outcomes.
    """
    returns = np.log(closes).diff()
    parts = {"vix": np.log(vix)}
    for window in rules.averages:
        parts[f"realized_{window}"] = np.log(
            (returns.rolling(window).std() * np.sqrt(_YEAR) * 100).clip(lower=1.0)
        )
    outcome = np.log(realized_ahead(closes, rules.sessions)).reindex(dates).to_numpy()
    inputs = pd.DataFrame(parts).replace([np.inf, -np.inf], np.nan).reindex(dates).to_numpy()
    at = closes.index.get_indexer(dates)
    # An outcome is complete once its last session has closed.
    ends = np.searchsorted(at, at - rules.sessions, side="right")
    design = np.column_stack([np.ones(len(dates)), inputs])
    usable = np.isfinite(design).all(axis=1) & np.isfinite(outcome)
    result = np.full((len(dates), len(QUANTILES)), np.nan)
    width = design.shape[1]
    filled = np.where(usable[:, None], design, 0.0)
    squares = np.cumsum(filled[:, :, None] * filled[:, None, :], axis=0)
    products = np.cumsum(filled * np.where(usable, outcome, 0.0)[:, None], axis=0)
    weeks = np.maximum(1, round(rules.sessions / 5))
    for week in np.flatnonzero(np.isfinite(design).all(axis=1)):
        known = np.flatnonzero(usable[: ends[week]])
        if len(known) < rules.least_weeks:
            continue
        last = known[-1]
        beta = np.linalg.solve(squares[last] + 1e-9 * np.eye(width), products[last])
        errors = outcome[known] - design[known] @ beta
        weights = 0.5 ** ((last - known) / rules.half_life_weeks)
        alone = weights.sum() ** 2 / (weights**2).sum() / weeks
        low, middle, high = QUANTILES
        levels = (max(low - (1 - low) / alone, 0.01), middle, min(high + high / alone, 0.99))
        order = np.argsort(errors, kind="stable")
        share = (np.cumsum(weights[order]) - 0.5 * weights[order]) / weights.sum()
        result[week] = np.exp(design[week] @ beta + np.interp(levels, share, errors[order]))
    return pd.DataFrame(result, index=dates, columns=list(COLUMNS))


def regime_ahead(history: RegimeHistory, rules: Forecast) -> pd.DataFrame:
    """Chance of each regime in `regime_weeks` weeks, (n, 5), rows add to one; NaN without a call or enough outcomes.

    Counts what followed in earlier weeks, each weighted by how near its severity was to this week's and less when its
    regime was another one (a kernel estimate of a Markov chain's transitions on severity), together with the base
    rate of the past.
    """
    calls = history.confirmed.to_numpy(dtype="float64", na_value=np.nan)
    axis, ahead, count = history.severity.to_numpy(), rules.regime_weeks, len(calls)
    later = np.full(count, np.nan)
    later[: max(count - ahead, 0)] = calls[ahead:]
    outcomes = np.isfinite(calls) & np.isfinite(later)
    onehot = (later[:, None] == np.array(NUMBERS)) * outcomes[:, None]
    with np.errstate(invalid="ignore"):
        near = np.exp(-0.5 * ((axis[:, None] - axis[None, :]) / rules.bandwidth) ** 2)
    near = np.nan_to_num(near * np.where(calls[:, None] == calls[None, :], 1.0, rules.other_regime))
    # Row: the week of the forecast; column: an earlier week whose outcome was known by then.
    near *= np.arange(count)[:, None] - ahead >= np.arange(count)[None, :]
    weighted = near @ onehot
    base = np.cumsum(onehot, axis=0) + 0.5
    base = np.vstack([np.full((min(ahead, count), len(NUMBERS)), 0.5), base[: max(count - ahead, 0)]])
    base /= base.sum(axis=1, keepdims=True)
    found = (weighted + rules.prior_weeks * base) / (weighted.sum(axis=1, keepdims=True) + rules.prior_weeks)
    enough = np.cumsum(outcomes)
    enough = (
        np.concatenate([np.zeros(min(ahead, count)), enough[: max(count - ahead, 0)]]) >= rules.least_weeks
    )
    found[~(enough & np.isfinite(calls))] = np.nan
    return pd.DataFrame(found, index=history.confirmed.index, columns=list(NUMBERS))
