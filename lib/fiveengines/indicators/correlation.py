"""How much stocks move as one: pairwise correlation, dispersion, and the share of risk in few common directions.

Pure and causal functions of numpy and pandas; no breakpoint and no judgement may enter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd


def mean_pairwise_correlation(returns: pd.DataFrame, window: int, rows: int | None = None) -> pd.Series:
    """Mean correlation over all pairs of columns, over the last `window` sessions, −1 to 1.

    returns: (n, m) daily, NaN where there is none. A column counts on a day when its whole window is there and it moved
    in it. rows: how many of the last sessions are computed; all unless given. Returns (n,), NaN before, and with fewer
    than two columns. From the variance of the mean standardised return, so that no matrix of pairs is made.
    """
    values = returns.to_numpy(dtype="float64")
    found = np.full(len(values), np.nan)
    first = max(window - 1, len(values) - (rows if rows is not None else len(values)))
    for at in range(first, len(values)):
        block = values[at - window + 1 : at + 1]
        block = block[:, np.isfinite(block).all(axis=0)]
        centred = block - block.mean(axis=0)
        size = np.sqrt((centred**2).mean(axis=0))
        moved = size > 1e-12
        count = int(moved.sum())
        if count < 2:
            continue
        mean = (centred[:, moved] / size[moved]).mean(axis=1)
        found[at] = (count * float((mean**2).mean()) - 1.0) / (count - 1)
    return pd.Series(found, index=returns.index)


def return_dispersion(returns: pd.DataFrame, window: int) -> pd.Series:
    """Standard deviation across columns of one day's returns, averaged over `window` sessions; unit of `returns`.

    returns: (n, m), NaN where there is none. Returns (n,), NaN until `window` days with two columns are there.
    """
    return returns.std(axis=1, ddof=1).rolling(window).mean()


def absorption_ratio(returns: pd.DataFrame, window: int, half_life: float, share: float) -> pd.Series:
    """Share of total variance in the first `share` of the eigenvectors, 0 to 1: high when risk is all of one kind.

    returns: (n, m) daily, NaN where there is none; a day counts when its window holds no NaN. Covariances over `window`
    sessions with weights that halve every `half_life`; the number of eigenvectors is share · m, rounded, at least
    one. Returns (n,), NaN until the window is there. Source: M. Kritzman, Y. Li, S. Page and R. Rigobon, Principal
    Components as a Measure of Systemic Risk (Journal of Portfolio Management, 2011).
    """
    values = returns.to_numpy(dtype="float64")
    found = np.full(len(values), np.nan)
    width = values.shape[1]
    count = max(round(share * width), 1)
    weights = 0.5 ** (np.arange(window)[::-1] / half_life)
    weights /= weights.sum()
    for at in range(window - 1, len(values)):
        block = values[at - window + 1 : at + 1]
        if width == 0 or not np.isfinite(block).all():
            continue
        centred = (block - weights @ block) * np.sqrt(weights)[:, None]
        parts = np.linalg.eigvalsh(centred.T @ centred)
        total = float(parts.sum())
        found[at] = float(parts[-count:].sum()) / total if total > 0 else np.nan
    return pd.Series(found, index=returns.index)


def absorption_shift(ratio: pd.Series, short: int, long: int) -> pd.Series:
    """Mean of the last `short` absorption ratios less that of the last `long`, in standard deviations of the `long`.

    ratio: (n,). Returns (n,), NaN until `long` values are there and for a ratio that stood still. Source: as
    `absorption_ratio`, where one standard deviation over 15 days against a year is the signal.
    """
    year = ratio.rolling(long)
    deviation = year.std()
    shift: pd.Series = (ratio.rolling(short).mean() - year.mean()) / deviation.where(deviation > 0)
    return shift


def parkinson_volatility(high: pd.Series, low: pd.Series, window: int) -> pd.Series:
    """Volatility from each day's range, annualised %: 100 · √(252 · mean(log(high/low)²) / (4 · log 2)).

    high, low: (n,) positive, high at or above low. Returns (n,), NaN until `window` ranges are there and while one is
    missing. Source: M. Parkinson, The Extreme Value Method for Estimating the Variance of the Rate of Return (1980).
    """
    able = (high >= low) & (low > 0)
    squares = pd.Series(np.log((high / low).where(able).to_numpy(dtype="float64")) ** 2, index=high.index)
    variance = squares.rolling(window).mean() / (4.0 * np.log(2.0))
    volatility: pd.Series = 100.0 * (252.0 * variance) ** 0.5
    return volatility


def close_range(close: pd.Series, window: int) -> pd.Series:
    """Highest less lowest of the last `window` closes, % of their mean: a range for a source that has closes only.

    close: (n,) positive. Returns (n,), NaN until `window` closes are there and while one is missing.
    """
    seen = close.rolling(window)
    return 100.0 * (seen.max() - seen.min()) / seen.mean()
