"""Positioning: how crowded each side is, from reports and surveys, and what rule-followers must hold.

Pure and causal functions; only numpy and pandas may enter. Weekly inputs keep the index of their own reports.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fiveengines.indicators.transforms import as_flag, natural_log, rolling_percentile
from fiveengines.indicators.volatility import annualized_volatility

SHARES_A_CONTRACT = 100


def cot_net_share(long: pd.Series, short: pd.Series, open_interest: pd.Series) -> pd.Series:
    """Net position of a cohort as % of open interest: 100 · (long − short) / open interest, −100 to 100.

    long, short, open_interest: (n,) contracts, by report. Returns (n,), NaN where any is NaN or open interest
    is not positive. The nets of all cohorts sum to zero. Source: CFTC Commitments of Traders, futures only.
    """
    return 100.0 * (long - short) / open_interest.where(open_interest > 0)


def cot_percentile(net: pd.Series, window: int = 156, min_periods: int | None = None) -> pd.Series:
    """Percentile of the net position among the last `window` reports (156: three years), 0 to 100.

    High is crowded long, low is crowded short. net: (n,) by report, best as share of open interest. Returns
    (n,), NaN until `min_periods` reports (the window, unless given) have a value.
    """
    return rolling_percentile(net, window, min_periods)


def cot_index(net: pd.Series, window: int = 156, min_periods: int | None = None) -> pd.Series:
    """Place of the net position between the lowest and the highest of the last `window` reports, 0 to 100.

    100 · (net − min) / (max − min). net: (n,) by report. Returns (n,), NaN until `min_periods` reports (the
    window, unless given) have a value and where all are the same. Source: S. Briese, The Commitments of
    Traders Bible (2008).
    """
    rolling = net.rolling(window, min_periods=window if min_periods is None else min_periods)
    low, high = rolling.min(), rolling.max()
    return 100.0 * (net - low) / (high - low).where(high > low)


def trend_strength(price: pd.Series, lookback: int) -> pd.Series:
    """How clear a trend is, −1 to 1: t-statistic of the mean daily log return over `lookback`, clipped.

    Beyond one standard error the sign alone counts; inside, the position is scaled down. price: (n,)
    positive. Returns (n,), NaN for the first `lookback` rows and while the window holds a NaN; 0 for a price
    that never moved. Source: A. Baltas and R. Kosowski, Demystifying Time-Series Momentum Strategies (2020),
    signal TREND.
    """
    logs = natural_log(price)
    rolling = logs.diff().rolling(lookback)
    deviation = rolling.std()
    # From the ends, not as a running mean: a price that has stood still reads exactly 0.
    mean = (logs - logs.shift(lookback)).where(deviation.notna()) / lookback
    statistic: pd.Series = mean / deviation.where(rolling.max() > rolling.min()) * lookback**0.5
    # Without any scatter the sign is the whole answer.
    return statistic.fillna(pd.Series(np.sign(mean.to_numpy()), index=price.index)).clip(-1.0, 1.0)


def trend_follower_exposure(
    price: pd.Series, lookbacks: Sequence[int], vol_window: int, vol_target: float, cap: float
) -> pd.Series:
    """Modelled position of a trend follower (CTA) in one market, % of its largest, −100 to 100.

    100 / cap · mean over `lookbacks` of `trend_strength` · min(vol_target / realised volatility, cap). price:
    (n,) positive; vol_target: annualised %; cap: largest multiple of capital. Returns (n,), NaN until the
    longest look-back and `vol_window` are there, and while a window holds a NaN. A model, not a report of
    anybody's position. Source: Moskowitz, Ooi and Pedersen, Time Series Momentum (Journal of Financial
    Economics, 2012), with the continuous signal of Baltas and Kosowski.
    """
    strengths = pd.concat([trend_strength(price, each) for each in lookbacks], axis=1)
    size = vol_target_exposure(natural_log(price).diff(), vol_target, vol_window, cap)
    return strengths.mean(axis=1, skipna=False) * size / cap


def vol_target_exposure(returns: pd.Series, target: float, window: int, cap: float) -> pd.Series:
    """Exposure of a volatility-target fund, % of capital: 100 · min(target / realised volatility, cap).

    returns: (n,) daily, as fractions; target: annualised %; cap: largest multiple of capital, 1.5 for 150 %.
    Returns (n,) in 0…100 · cap, NaN until `window` returns are there and while the window holds a NaN.
    """
    volatility = annualized_volatility(returns, window)
    return 100.0 * (target / volatility.where(volatility > 0)).fillna(np.inf).clip(upper=cap).where(
        volatility.notna()
    )


def aaii_extreme(bears: pd.Series, threshold: float, weeks: int) -> pd.Series:
    """Flag: bears stood above `threshold` in each of the last `weeks` surveys, a rare washout of sentiment.

    bears: (n,) % by survey, without gaps filled. Returns (n,) float64 of 1 and 0, NaN until `weeks` surveys
    are there and where one of them is NaN. Source: American Association of Individual Investors, weekly
    survey.
    """
    fewest = bears.rolling(weeks).min()
    return as_flag(fewest > threshold, fewest.notna())


def put_call_ratio_average(put_call: pd.Series, window: int) -> pd.Series:
    """Mean put/call ratio of the last `window` sessions. High is fear, low is greed.

    put_call: (n,) ratio of volumes. Returns (n,), NaN until `window` rows are there and while the window
    holds a NaN.
    """
    return put_call.rolling(window).mean()


def dealer_gamma_normalised(gamma: pd.Series, price: pd.Series) -> pd.Series:
    """Dealer gamma made comparable across the years: $bn per 1 % move, for each 1,000 points of the index.

    Dollar gamma of an unchanged book grows with the index; dividing by it takes that out. gamma: (n,) $bn per
    1 % move; price: (n,) index points. Returns (n,), NaN where either is NaN or the price is not positive.
    """
    return gamma / (price.where(price > 0) / 1000.0)


def dealer_gamma_from_chain(chain: pd.DataFrame, spot: float) -> float:
    """Dealer gamma of one option chain, $bn per 1 % move of the underlying.

    Σ sign · gamma · open interest · 100 · spot² · 0.01 / 10⁹ under the usual convention, dealers long calls
    (+1) and short puts (−1): an assumption, to be stated beside the number.
    chain: (n, …) with columns `type` ("C" or "P"), `open_interest` (contracts) and `gamma` (per point, per
    share); a row with a NaN adds nothing. Returns NaN for a chain without a usable row or a spot that is not
    positive. Raises ValueError when a `type` is neither C nor P, KeyError when a column is missing.
    """
    unknown = set(chain["type"].dropna().unique()) - {"C", "P"}
    if unknown:
        raise ValueError(f"option chain: type {sorted(map(str, unknown))[0]!r} is neither 'C' nor 'P'")
    sign = chain["type"].map({"C": 1.0, "P": -1.0})
    shares = sign * chain["gamma"] * chain["open_interest"] * SHARES_A_CONTRACT
    if not spot > 0 or not shares.notna().any():
        return float("nan")
    return float(shares.sum()) * spot**2 * 0.01 / 1e9
