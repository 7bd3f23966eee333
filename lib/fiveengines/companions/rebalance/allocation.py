"""One's own mix beside five references, all on the same funds, dates and costs.

Weights are set on past data alone and earn from the next session on.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fiveengines.base import cache
from fiveengines.overrides.computed_from import library_versions


def net_returns(weights: pd.DataFrame, returns: pd.DataFrame, cost: float) -> pd.Series:
    """Daily return of a mix after costs, simple, (n,).

    weights: (m,) dates × fund, known on that evening and held from the next session on; what is left of one is cash,
    which earns nothing. returns: sessions × fund, simple; NaN counts as no move. cost: for each unit traded. The first
    purchase is free.
    """
    held = weights.reindex(returns.index, method="ffill").shift(1).dropna(how="all").fillna(0.0)
    earned = (held * returns.reindex(held.index)[list(weights.columns)].fillna(0.0)).sum(axis=1)
    return earned - cost * held.diff().abs().sum(axis=1)


def fitted_weights(returns: pd.DataFrame, sessions: int, years: int) -> Mapping[str, pd.DataFrame]:
    """Minimum variance and risk parity, refitted at each year's end on the `sessions` before it (skfolio).

    returns: sessions × fund, simple, without NaN. Returns name → dates × fund for the last `years`; a year with fewer
    sessions before it is left out.
    """
    dates = pd.DatetimeIndex(returns.groupby(pd.DatetimeIndex(returns.index).year).tail(1).index[:-1])
    ends = [end for end in dates[-years:] if len(returns.loc[:end]) >= sessions]
    if not ends:
        return {}
    samples = [returns.loc[:end].iloc[-sessions:] for end in ends]

    def fit() -> Mapping[str, np.ndarray]:
        from skfolio import RiskMeasure
        from skfolio.optimization import MeanRisk, RiskBudgeting

        models = {"Minimum variance": MeanRisk, "Risk parity": RiskBudgeting}
        return {
            name: np.array([model(risk_measure=RiskMeasure.VARIANCE).fit(each).weights_ for each in samples])
            for name, model in models.items()
        }

    # Importing skfolio takes longer than its twenty fits, and a year that is over never changes.
    made_by = library_versions(), cache.code_key("companions/rebalance/allocation.py")
    key = cache.key_of([made_by, list(returns.columns), *(each.to_numpy().tobytes() for each in samples)])
    fitted = cache.arrays("fitted-weights", key, fit)
    return {name: pd.DataFrame(rows, index=ends, columns=returns.columns) for name, rows in fitted.items()}
