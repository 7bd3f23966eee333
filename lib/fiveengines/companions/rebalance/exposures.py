"""What a portfolio is exposed to: the market, factors, sectors, and where its volatility comes from.

Formulas over returns and weights; prices and holdings are handed in.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fiveengines.research.regression import newey_west

_YEAR = 252


def factor_returns(closes: pd.DataFrame, factors: Mapping[str, tuple[str, ...]]) -> pd.DataFrame:
    """Daily return of each factor, in per cent: a fund, or the first fund less the second.

    closes: sessions × ticker, NaN where unknown. Returns sessions × factor; a factor whose funds are not among the
    columns is left out.
    """
    returns = 100 * closes.pct_change(fill_method=None)
    found = {}
    for name, funds in factors.items():
        if all(each in returns for each in funds):
            found[name] = returns[funds[0]] - (returns[funds[1]] if len(funds) > 1 else 0.0)
    return pd.DataFrame(found, index=closes.index)


def exposures(portfolio: pd.Series, factors: pd.DataFrame, sessions: int, lags: int) -> pd.DataFrame:
    """The portfolio's returns on the factors': slope and t value of each, errors after Newey and West (1987).

    portfolio: daily returns in per cent of today's weights held back in time, (n,); factors: as `factor_returns`.
    The last `sessions` on which all are known; factors with fewer than half of them are left out. Returns factor ×
    slope, t, n; empty with fewer than half of the sessions, and for a portfolio that never moves, such as cash.
    """
    recent = factors.iloc[-sessions:]
    recent = recent.loc[:, recent.notna().sum() > sessions / 2]
    together = pd.concat([portfolio.rename("portfolio"), recent], axis=1, join="inner").dropna()
    still = together["portfolio"].eq(0).all()
    if len(together) < sessions / 2 or together.shape[1] < 2 or still:
        return pd.DataFrame(columns=["slope", "t", "n"], dtype="float64")
    fitted = newey_west(together["portfolio"], together.drop(columns="portfolio"), lags)
    table = pd.DataFrame({"slope": fitted.params, "t": fitted.tvalues}).drop(index="const")
    return table.assign(n=float(len(together)))


def beta(portfolio: pd.Series, market: pd.Series, sessions: int) -> float | None:
    """Covariance with the market over its variance, over the last `sessions` known; None with fewer than half."""
    together = pd.concat([portfolio, market], axis=1, join="inner").dropna().iloc[-sessions:]
    if len(together) < sessions / 2:
        return None
    both = np.cov(together.to_numpy().T)
    return float(both[0, 1] / both[1, 1]) if both[1, 1] > 0 else None


def volatility_parts(returns: pd.DataFrame, weights: pd.Series, sessions: int) -> tuple[float, pd.Series]:
    """Annualised volatility of the weighted portfolio in per cent, and each position's part of it (adding to 1).

    returns: sessions × ticker, daily, in per cent; NaN counts as no move. weights: ticker → share of the portfolio,
    cash left out. The sample covariance of the last `sessions`.
    """
    recent = returns[list(weights.index)].iloc[-sessions:].fillna(0.0)
    covariance = np.atleast_2d(np.cov(recent.to_numpy().T)) * _YEAR
    held = weights.to_numpy()
    variance = float(held @ covariance @ held)
    if variance <= 0:
        return 0.0, pd.Series(0.0, index=weights.index)
    return float(np.sqrt(variance)), pd.Series(held * (covariance @ held) / variance, index=weights.index)
