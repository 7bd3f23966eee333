"""Positioning: how crowded each side is, from surveys and options, and what rule-followers must hold.

Pure and causal formulas, then the indicators made from them; judgement comes from params/. Reports of positions in
futures are in `cot`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import pandas as pd

from fiveengines.indicators.indicator import Indicator, Inputs, Lookup, Range, billions_of, missing, published
from fiveengines.indicators.transforms import natural_log, skip_missing
from fiveengines.indicators.volatility import annualized_volatility

SHARES_A_CONTRACT = 100
# Closes → holdings in % of the fund's maximum, both on one index.
Model = Callable[[pd.Series], pd.Series]


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


def after_move(close: pd.Series, model: Model, size: float, sessions: int) -> float:
    """What a model would hold if the price moved by `size` per cent over the coming `sessions`, in the model's unit.

    The move comes in equal daily steps. close: (n,) positive, without gaps; model: closes → holdings, (n,) → (n,).
    Returns NaN where the model does not know its holding then.
    """
    steps = 1.0 + size / 100.0
    path = float(close.iloc[-1]) * steps ** (np.arange(1, sessions + 1) / sessions)
    return float(model(pd.Series(np.concatenate([close.to_numpy(), path]))).iloc[-1])


def put_call_ratio_average(put_call: pd.Series, window: int) -> pd.Series:
    """Mean put/call ratio of the last `window` sessions. High is fear, low is greed.

    put_call: (n,) ratio of volumes. Returns (n,), NaN until `window` rows are there and while the window
    holds a NaN.
    """
    return put_call.rolling(window).mean()


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


def trend_follower(lookbacks: Sequence[int], window: int, target: float, cap: float) -> Model:
    """The trend follower with these settings."""
    return lambda close: trend_follower_exposure(close, lookbacks, window, target, cap)


def volatility_target(window: int, target: float, cap: float) -> Model:
    """The volatility-target fund with these settings."""
    return lambda close: vol_target_exposure(natural_log(close).diff(), target, window, cap) / cap


# The funds that are modelled: indicator id → the model that its settings make.
MODELS: Mapping[str, Callable[..., Model]] = {
    "cta_exposure": trend_follower,
    "vol_target_exposure": volatility_target,
}


def _bull_bear(inputs: Inputs, mean: int, fewest: int) -> pd.Series:
    reports = inputs.panel.reports(("AAII_BULLISH", "AAII_BEARISH"))
    if reports.shape[1] != 2:
        return missing(inputs.panel)
    spread = (reports["AAII_BULLISH"] - reports["AAII_BEARISH"]).dropna()
    return inputs.panel.from_reports(spread.rolling(mean, min_periods=fewest).mean(), "AAII_BULLISH")


def _put_call(inputs: Inputs, mean: int) -> pd.Series:
    ratio = inputs.panel.daily("PUT_CALL_EQUITY")
    return skip_missing(ratio, lambda present: put_call_ratio_average(present, mean))


def _trend_follower(
    inputs: Inputs,
    lookbacks: tuple[int, ...],
    window: int,
    target: float,
    cap: float,
) -> pd.Series:
    model = trend_follower(lookbacks, window, target, cap)
    return skip_missing(inputs.panel.daily("SPX"), model)


def _vol_target(inputs: Inputs, window: int, target: float, cap: float) -> pd.Series:
    return skip_missing(inputs.panel.daily("SPX"), volatility_target(window, target, cap))


_indicator = partial(Indicator, "positioning")
INDICATORS = (
    _indicator(
        "naaim",
        "Active managers' exposure (NAAIM)",
        "%",
        formula=(
            "mean equity exposure of the members of the National Association of Active Investment Managers"
        ),
        **published("NAAIM"),
        lookup=Lookup(
            "NAAIM",
            "https://naaim.org/programs/naaim-exposure-index/",
            "What is this week's NAAIM exposure number, its average over four weeks, and the date "
            "of the survey?",
        ),
    ),
    _indicator(
        "aaii_bull_bear",
        "AAII bulls minus bears, mean of {mean:4} surveys",
        "points",
        formula=(
            "mean of {mean} surveys of bulls − bears in the survey of the American Association of Individual "
            "Investors"
        ),
        input_sets=(("AAII_BULLISH", "AAII_BEARISH"),),
        compute=_bull_bear,
        lookup=Lookup(
            "AAII sentiment survey",
            "https://www.aaii.com/sentimentsurvey",
            "What share of AAII members was bullish and what share bearish in the latest survey, "
            "and on which date did it close?",
        ),
    ),
    _indicator(
        "aaii_bears",
        "AAII bears",
        "%",
        formula="share of bears in the survey of the American Association of Individual Investors",
        **published("AAII_BEARISH"),
    ),
    _indicator(
        "put_call",
        "Equity put/call, {mean:10-day} mean",
        "ratio",
        formula="mean of {mean} sessions of Cboe's equity put/call ratio",
        input_sets=(("PUT_CALL_EQUITY",),),
        compute=_put_call,
        bounds="PUT_CALL_EQUITY",
        lookup=Lookup(
            "Cboe daily market statistics",
            "https://www.cboe.com/us/options/market_statistics/daily/",
            "What was the Cboe equity put/call ratio at the latest close, equity options only, "
            "and what is its ten-day average?",
        ),
    ),
    _indicator(
        "cta_exposure",
        "Trend followers' exposure",
        "% of maximum",
        formula=(
            "mean over {lookbacks} sessions of the t-statistic of the mean daily return, held within ±1, × {target} % "
            "÷ volatility of {window} sessions, at most {cap} times capital, as a share of that maximum; after "
            "Moskowitz, Ooi and Pedersen (2012)"
        ),
        input_sets=(("SPX",),),
        bases=("modelled from the S&P 500",),
        compute=_trend_follower,
        lookup=Lookup(
            "Bank flow notes; the SG Trend Index as a cross-check",
            "https://wholesale.banking.societegenerale.com/en/prime-services-indices/",
            "What is your latest estimate of trend-following funds' US equity exposure as a "
            "percentage of its maximum, from -100 fully short to 100 fully long, on which date, "
            "and at what S&P 500 level would they turn into sellers?",
        ),
        scheduled=False,
    ),
    _indicator(
        "vol_target_exposure",
        "Volatility-target exposure",
        "% of maximum",
        formula="{target} % ÷ volatility of {window} sessions, at most {cap} times capital, as a share of that maximum",
        input_sets=(("SPX",),),
        bases=("modelled from the S&P 500",),
        compute=_vol_target,
        bounds=Range(0, 100, 1, "percent"),
        lookup=Lookup(
            "S&P 500 Daily Risk Control 10 % index",
            "https://www.spglobal.com/spdji/en/indices/multi-asset/sp-500-daily-risk-control-10-index/",
            "What equity weight do volatility-targeting funds hold now as a percentage of their "
            "maximum, and how much would they sell if realized volatility doubled?",
        ),
        scheduled=False,
    ),
    _indicator(
        "dealer_gamma",
        "Dealer gamma",
        "$bn per 1 % move",
        formula=(
            "SqueezeMetrics' GEX, or gamma × open interest × 100 × spot² × 0.01 with dealers long "
            "calls and short puts"
        ),
        input_sets=(("GEX",),),
        compute=billions_of("GEX"),
        lookup=Lookup(
            "SqueezeMetrics monitor",
            "https://squeezemetrics.com/monitor/dix",
            "What is the estimated dealer gamma of S&P 500 options in billions of dollars per one "
            "per cent move, is it positive or negative, and near which index level does the sign "
            "change?",
        ),
    ),
    _indicator(
        "hedge_fund_gross",
        "Hedge funds' gross leverage",
        "percentile",
        formula="gross leverage as a percentile from a prime broker, only by hand",
        lookup=Lookup(
            "OFR Hedge Fund Monitor and prime-broker notes",
            "https://www.financialresearch.gov/hedge-fund-monitor/",
            "At which percentile of the past three years is the gross leverage of equity hedge "
            "funds in the latest prime-broker data, and how did it change over the last month?",
        ),
        scheduled=False,
    ),
    _indicator(
        "hedge_fund_net",
        "Hedge funds' net leverage",
        "percentile",
        formula="net leverage as a percentile from a prime broker, only by hand",
        lookup=Lookup(
            "OFR Hedge Fund Monitor and prime-broker notes",
            "https://www.financialresearch.gov/hedge-fund-monitor/",
            "At which percentile of the past three years is the net leverage of equity hedge "
            "funds, and did longs or shorts cause the most recent change?",
        ),
        scheduled=False,
    ),
)
