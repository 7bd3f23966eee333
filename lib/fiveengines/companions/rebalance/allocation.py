"""One's own mix beside five references, all on the same funds, dates and costs.

Weights are set on past data alone and earn from the next session on.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

_YEAR = 252


def net_returns(weights: pd.DataFrame, returns: pd.DataFrame, cost: float) -> pd.Series:
    """Daily return of a mix after costs, simple, (n,).

    weights: (m,) dates × fund, known on that evening and held from the next session on; what is left of one is cash,
    which earns nothing. returns: sessions × fund, simple; NaN counts as no move. cost: for each unit traded. The first
    purchase is free.
    """
    held = weights.reindex(returns.index, method="ffill").shift(1).dropna(how="all").fillna(0.0)
    earned = (held * returns.reindex(held.index)[list(weights.columns)].fillna(0.0)).sum(axis=1)
    return earned - cost * held.diff().abs().sum(axis=1)


def record(net: pd.Series) -> dict[str, float]:
    """Sharpe ratio, growth and volatility a year and deepest fall, the last three in per cent."""
    wealth, spread = (1 + net).cumprod(), float(net.std())
    return {
        "sharpe": float(net.mean()) / spread * np.sqrt(_YEAR) if spread > 0 else float("nan"),
        "cagr": 100 * (float(wealth.iloc[-1]) ** (_YEAR / len(net)) - 1),
        "volatility": 100 * spread * np.sqrt(_YEAR),
        "max_drawdown": 100 * float((wealth / wealth.cummax() - 1).min()),
    }


def fitted_weights(returns: pd.DataFrame, sessions: int, years: int) -> Mapping[str, pd.DataFrame]:
    """Minimum variance and risk parity, refitted at each year's end on the `sessions` before it (skfolio).

    returns: sessions × fund, simple, without NaN. Returns name → dates × fund for the last `years`; a year with fewer
    sessions before it is left out.
    """
    from skfolio import RiskMeasure
    from skfolio.optimization import MeanRisk, RiskBudgeting

    found: dict[str, dict[pd.Timestamp, np.ndarray]] = {"Minimum variance": {}, "Risk parity": {}}
    ends = returns.groupby(pd.DatetimeIndex(returns.index).year).tail(1).index[:-1]
    for end in ends[-years:]:
        past = returns.loc[:end].iloc[-sessions:]
        if len(past) < sessions:
            continue
        found["Minimum variance"][end] = MeanRisk(risk_measure=RiskMeasure.VARIANCE).fit(past).weights_
        found["Risk parity"][end] = RiskBudgeting(risk_measure=RiskMeasure.VARIANCE).fit(past).weights_
    return {
        name: pd.DataFrame.from_dict(rows, orient="index", columns=returns.columns)
        for name, rows in found.items()
        if rows
    }
