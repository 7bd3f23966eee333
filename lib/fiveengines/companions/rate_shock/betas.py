"""Rate betas: returns on changes of the real yield and of breakeven inflation, the market controlled.

Formulas over daily series; which tickers are asked is decided elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fiveengines.research.regression import newey_west

REAL, BREAKEVEN, MARKET = "real", "breakeven", "market"


def regressors(real: pd.Series, breakeven: pd.Series, market: pd.Series) -> pd.DataFrame:
    """Daily changes on common sessions: points of yield for `real` and `breakeven`, per cent for `market`.

    real, breakeven: % a year; market: closes; (n,) on sessions, NaN where unknown. Sessions on which one is missing are
    left out, and no change is taken across them.
    """
    moves = {
        REAL: real.diff(),
        BREAKEVEN: breakeven.diff(),
        MARKET: 100 * market.pct_change(fill_method=None),
    }
    return pd.DataFrame(moves).dropna()


def rate_betas(returns: pd.DataFrame, moves: pd.DataFrame, windows: Sequence[int], lags: int) -> pd.DataFrame:
    """Slopes of each ticker's return on the moves, jointly, errors after Newey and West (1987).

    returns: sessions × ticker, per cent, NaN where unknown; moves: as `regressors`. Per window the last sessions of
    `moves`; a ticker with fewer than nine tenths of them is left out. Returns one row a ticker and window with
    `real`, `breakeven` (per cent for a point), `market`, their standard errors `real_se`, `breakeven_se`, `market_se`,
    and `n`.
    """
    rows = []
    for window in windows:
        recent = moves.iloc[-window:]
        if len(recent) < window:
            continue
        for ticker in returns:
            own = returns[ticker].reindex(recent.index)
            known = own.notna()
            if known.sum() < 0.9 * window:
                continue
            fitted = newey_west(own[known], recent[known], lags)
            row: dict[str, object] = {"ticker": str(ticker), "window": window, "n": int(known.sum())}
            for name in (REAL, BREAKEVEN, MARKET):
                row[name], row[f"{name}_se"] = float(fitted.params[name]), float(fitted.bse[name])
            rows.append(row)
    columns = ["ticker", "window", "n"]
    columns += [f"{name}{part}" for name in (REAL, BREAKEVEN, MARKET) for part in ("", "_se")]
    return pd.DataFrame(rows, columns=columns)


def member_betas(
    returns: pd.DataFrame, moves: pd.DataFrame, windows: Sequence[int], lags: int
) -> pd.DataFrame:
    """The same slopes and errors as `rate_betas` for hundreds of tickers at once, those without a gap in a window.

    returns, moves and the result: as in `rate_betas`. A ticker with a gap in a window has no row for that window.
    """
    parts = []
    for window in windows:
        recent = moves.iloc[-window:]
        own = returns.reindex(recent.index).dropna(axis=1)
        if len(recent) < window or own.empty:
            continue
        x = np.column_stack([np.ones(window), recent.to_numpy(dtype="float64")])
        inverse = np.linalg.inv(x.T @ x)
        y = own.to_numpy(dtype="float64")
        slopes = inverse @ x.T @ y
        # Newey and West: moments of residual times regressor, ticker by ticker, with Bartlett's weights.
        moments = (y - x @ slopes).T[:, :, None] * x
        middle = np.einsum("kti,ktj->kij", moments, moments)
        for lag in range(1, lags + 1):
            crossed = np.einsum("kti,ktj->kij", moments[:, lag:], moments[:, :-lag])
            middle += (1 - lag / (lags + 1)) * (crossed + crossed.transpose(0, 2, 1))
        errors = np.sqrt(np.einsum("ij,kjl,li->ki", inverse, middle, inverse))
        found = pd.DataFrame({"ticker": own.columns.astype(str), "window": window, "n": window})
        for at, name in enumerate(recent.columns, start=1):
            found[name], found[f"{name}_se"] = slopes[at], errors[:, at]
        parts.append(found)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"ticker": [], "window": []})


def stable(table: pd.DataFrame, column: str) -> dict[str, bool]:
    """By ticker: whether the slope `column` has one sign in every window that there is. table: as `rate_betas`."""
    signs = table.assign(sign=np.sign(table[column])).groupby("ticker")["sign"].nunique()
    return {str(ticker): bool(count == 1) for ticker, count in signs.items()}


def empirical_duration(market: pd.Series, moves: pd.DataFrame, sessions: int, step: int) -> pd.DataFrame:
    """How far the market moved for a point of real yield and of breakeven, over a rolling window.

    market: daily returns, per cent, (n,); moves: as `regressors`. Least squares on both changes together, every `step`
    sessions back from the last; per cent for a point. Empty with fewer than `sessions`.
    """
    together = pd.concat([market.rename("y"), moves[[REAL, BREAKEVEN]]], axis=1, join="inner").dropna()
    values, found = together.to_numpy(), {}
    for end in range(len(values), sessions - 1, -step):
        part = values[end - sessions : end]
        design = np.column_stack([np.ones(sessions), part[:, 1:]])
        slopes = np.linalg.lstsq(design, part[:, 0], rcond=None)[0]
        found[together.index[end - 1]] = slopes[1:]
    return pd.DataFrame.from_dict(found, orient="index", columns=[REAL, BREAKEVEN]).sort_index()
