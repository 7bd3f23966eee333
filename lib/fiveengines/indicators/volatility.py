"""Volatility: what has been realised, what options imply, and the shape of the curve between near and far.

Pure and causal functions; only numpy and pandas may enter, and no breakpoint that is not an argument.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fiveengines.indicators.transforms import natural_log, rolling_percentile

SESSIONS_A_YEAR = 252


def annualized_volatility(returns: pd.Series, window: int) -> pd.Series:
    """Sample standard deviation of daily returns over `window` rows, annualised, %: 100 · s · √252.

    returns: (n,) daily returns as fractions. Returns (n,), NaN until `window` returns are there, and while
    the window holds a NaN.
    """
    volatility: pd.Series = returns.rolling(window).std() * (100.0 * SESSIONS_A_YEAR**0.5)
    return volatility


def realized_volatility(close: pd.Series, window: int = 21) -> pd.Series:
    """Close-to-close volatility of the last `window` log returns, annualised, %.

    close: (n,) positive prices. Returns (n,), NaN for the first `window` rows and while the window holds a
    NaN.
    """
    return annualized_volatility(natural_log(close).diff(), window)


def yang_zhang_volatility(
    open_: pd.Series, high: pd.Series, low: pd.Series, close: pd.Series, window: int = 21
) -> pd.Series:
    """Yang-Zhang volatility of the last `window` sessions, annualised, %: sees gaps, is not fooled by drift.

    σ² = σ²(overnight) + k · σ²(open to close) + (1 − k) · Rogers-Satchell, with k = 0.34 / (1.34 +
    (n+1)/(n−1)). open_, high, low, close: (n,) positive prices of one instrument. Returns (n,), NaN for the
    first `window` rows (the first has no overnight return) and while the window holds a NaN.
    Source: Yang and Zhang, Drift-independent volatility estimation (Journal of Business, 2000).
    """
    opened, highest, lowest, closed = (natural_log(each) for each in (open_, high, low, close))
    overnight = opened - closed.shift(1)
    day = closed - opened
    up, down = highest - opened, lowest - opened
    rogers_satchell = (up * (up - day) + down * (down - day)).where(overnight.notna())
    k = 0.34 / (1.34 + (window + 1) / (window - 1))
    variance = (
        overnight.rolling(window).var()
        + k * day.rolling(window).var()
        + (1.0 - k) * rogers_satchell.rolling(window).mean()
    )
    volatility: pd.Series = variance.clip(lower=0.0) ** 0.5 * (100.0 * SESSIONS_A_YEAR**0.5)
    return volatility


def implied_minus_realized(vix: pd.Series, realized: pd.Series) -> pd.Series:
    """Volatility risk premium, points: VIX − realised volatility of the month behind it.

    vix, realized: (n,) annualised %. Returns (n,), NaN where either is NaN. Below zero, the market has moved
    more than options price now.
    """
    return vix - realized


def vix_term_ratio(near: pd.Series, far: pd.Series) -> pd.Series:
    """Slope of the volatility curve: near / far, as a ratio. Above 1 is backwardation.

    near, far: (n,) indices such as VIX and VIX3M, or VIX9D and VIX. Returns (n,), NaN where either is NaN or
    the far one is not positive.
    """
    return near / far.where(far > 0)


def term_structure_state(vix9d: pd.Series, vix: pd.Series, vix3m: pd.Series, band: float) -> pd.Series:
    """Name the curve through 9 days, one month and three months: contango, flat or backwardation.

    contango: VIX/VIX3M below 1 − band and VIX9D/VIX not above 1 + band; backwardation: VIX/VIX3M above 1 +
    band and VIX9D/VIX not below 1 − band; flat: within the band, or the two halves point apart.
    vix9d, vix, vix3m: (n,); band: ratio units, such as 0.02. Returns (n,) of words, NaN where VIX or VIX3M is
    NaN; without VIX9D (it starts in 2011) the longer half decides alone.
    """
    back, front = vix_term_ratio(vix, vix3m), vix_term_ratio(vix9d, vix)
    rising = (back < 1.0 - band) & ~(front > 1.0 + band)
    falling = (back > 1.0 + band) & ~(front < 1.0 - band)
    return _words([rising, falling], ["contango", "backwardation"], "flat", back.notna())


def vvix_divergence(
    vvix: pd.Series, vix: pd.Series, window: int, min_periods: int | None = None
) -> pd.Series:
    """How much more unusual VVIX is than VIX: percentile(VVIX) − percentile(VIX), points, −100 to 100.

    High while VIX itself is low: options on volatility are being bought before volatility has come. vvix,
    vix: (n,); both are ranked over the last `window` rows. Returns (n,), NaN where either is NaN or has fewer
    than `min_periods` values there (half the window, unless given).
    """
    least = max(1, window // 2) if min_periods is None else min_periods
    return rolling_percentile(vvix, window, least) - rolling_percentile(vix, window, least)


def volatility_of_slope(term_ratio: pd.Series, window: int) -> pd.Series:
    """How unsettled the curve is: sample standard deviation of the ratio's daily changes over `window` rows.

    term_ratio: (n,) as from `vix_term_ratio`. Returns (n,) in ratio units a day, NaN for the first `window`
    rows and while the window holds a NaN.
    """
    return term_ratio.diff().rolling(window).std()


def volatility_regime_word(vix: pd.Series, calm: float, elevated: float, shock: float) -> pd.Series:
    """A word for VIX: calm below `calm`, normal below `elevated`, elevated below `shock`, else shock.

    vix: (n,); the breakpoints are index points in rising order. Returns (n,) of words, NaN where VIX is NaN.
    """
    return _words(
        [vix < calm, vix < elevated, vix < shock], ["calm", "normal", "elevated"], "shock", vix.notna()
    )


def _words(conditions: list[pd.Series], names: list[str], otherwise: str, known: pd.Series) -> pd.Series:
    chosen = np.select([each.to_numpy(dtype=bool) for each in conditions], names, otherwise)
    return pd.Series(chosen, index=known.index, dtype="str").where(known)
