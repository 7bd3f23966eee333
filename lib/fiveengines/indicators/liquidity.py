"""Liquidity: dollars that central banks leave in private hands, and what funding and small caps say.

Pure and causal functions; only numpy and pandas may enter. Spread and dollar changes are in `transforms`.
"""

from __future__ import annotations

import pandas as pd

from fiveengines.indicators.transforms import change, relative_strength


def net_liquidity(fed_assets: pd.Series, treasury_account: pd.Series, reverse_repo: pd.Series) -> pd.Series:
    """Dollars the Fed leaves in private hands, $bn: total assets − Treasury account − reverse repo.

    Each argument: $bn, indexed by date; the second and third are carried forward to the dates of
    `fed_assets`, (n,). Returns (n,), NaN where any of the three is NaN or not yet there; a reverse repo that
    did not exist must be passed as 0. Source: Federal Reserve H.4.1 (WALCL, WTREGEN) and New York Fed
    (RRPONTSYD).
    """
    index = fed_assets.index
    return fed_assets - _carried(treasury_account, index) - _carried(reverse_repo, index)


def liquidity_impulse(net_liquidity: pd.Series, fed_assets: pd.Series, periods: int) -> pd.Series:
    """Change of net liquidity over `periods` rows, as per cent of the Fed's total assets at the start.

    100 · (NL(t) − NL(t−periods)) / assets(t−periods). The balance sheet is the base because it is never near
    zero; the Treasury account stood near $5 bn before 2008, and per cent of that means nothing.
    net_liquidity, fed_assets: (n,) $bn. Returns (n,), NaN for the first `periods` rows, where an input is NaN
    and where the base is not positive.
    """
    base = fed_assets.shift(periods)
    return 100.0 * change(net_liquidity, periods) / base.where(base > 0)


def central_bank_assets(fed_assets: pd.Series, ecb_assets: pd.Series, eurusd: pd.Series) -> pd.Series:
    """Assets of the Fed and the Eurosystem together, $bn: Fed + Eurosystem · dollars per euro.

    fed_assets: $bn, ecb_assets: € bn, eurusd: dollars for one euro; the last two are carried forward to the
    dates of `fed_assets`, (n,). Returns (n,), NaN where any is NaN. A rising dollar shrinks the sum, as it
    does the dollars abroad. Source: H.4.1 (WALCL), ECB weekly statement (ECBASSETSW), H.10 (DEXUSEU).
    """
    index = fed_assets.index
    return fed_assets + _carried(ecb_assets, index) * _carried(eurusd, index)


def funding_spread(sofr: pd.Series, policy_rate: pd.Series) -> pd.Series:
    """Overnight repo over the policy rate, bp: 100 · (SOFR − policy rate). Above zero, cash is scarce.

    sofr, policy_rate: (n,) per cent. Returns (n,), NaN where either is NaN (SOFR starts in April 2018).
    Source: New York Fed reference rates.
    """
    return 100.0 * (sofr - policy_rate)


def small_vs_large(small: pd.Series, large: pd.Series, window: int) -> pd.Series:
    """Small caps against large, %: change over `window` rows of small / large; small caps live on credit.

    small, large: (n,) prices of, say, IWM and SPY. Returns (n,), NaN for the first `window` rows and where a
    price is NaN at either end.
    """
    return relative_strength(small, large, window)


def _carried(series: pd.Series, index: pd.Index) -> pd.Series:
    return series if series.index is index else series.reindex(index, method="ffill")
