"""What each engine adds: the exposure without it, or with it, held against the exposure as it is."""

from __future__ import annotations

import pandas as pd

from fiveengines.base.parameters import ENGINES, Parameters
from fiveengines.indicators import Applied
from fiveengines.model.readings import Measured, Readings, read
from fiveengines.research.significance import sharpe_differences
from fiveengines.research.walk_forward import daily_exposure, net_returns, statistics

OWN = "As it is"


def variants(params: Parameters) -> dict[str, Parameters]:
    """The parameters without each leaning engine, with each other one leaning too, and without the path back in."""
    rules = params.portfolio.target_exposure
    changed: dict[str, dict[str, object]] = {}
    for engine in ENGINES:
        if engine in rules.lean and len(rules.lean) > 1:
            changed[f"Without {engine} in the lean"] = {
                "lean": {k: v for k, v in rules.lean.items() if k != engine}
            }
        elif engine not in rules.lean:
            changed[f"With {engine} in the lean"] = {"lean": rules.lean | {engine: 1.0}}
    changed["Without the unit of risk"] = {"normal_volatility": 100.0}
    changed["Without the path back in"] = {"re_entry": rules.re_entry.model_copy(update={"share": 0.0})}
    changed["Without caps by regime"] = {"caps_by_regime": dict.fromkeys(rules.caps_by_regime, 1.0)}
    return {
        name: params.model_copy(
            update={
                "portfolio": params.portfolio.model_copy(
                    update={"target_exposure": rules.model_copy(update=update)}
                )
            }
        )
        for name, update in changed.items()
    }


def ablation(
    measured: Measured,
    params: Parameters,
    applied: Applied,
    closes: pd.Series,
    since: str | pd.Timestamp,
    until: str | pd.Timestamp,
) -> pd.DataFrame:
    """Record of the exposure and of each variant between two dates, with the interval of each Sharpe difference.

    applied: the measured values after manual readings. closes: the index on sessions. Returns variant × sharpe,
    max_drawdown, turnover, mean_exposure, difference (as it is less the variant: above zero says that the part helps),
    low, high.
    """
    cost = params.research.walk_forward.cost
    present = closes.dropna()
    sessions, returns = pd.DatetimeIndex(present.index), present.pct_change()
    net: dict[str, pd.Series] = {}
    rows: dict[str, dict[str, float]] = {}
    for name, each in {OWN: params, **variants(params)}.items():
        found: Readings = read(measured, each, applied)
        weekly = found.target_exposure.exposure.loc[since:until].dropna()
        held = daily_exposure(weekly, sessions)
        net[name] = net_returns(held, returns, cost)
        rows[name] = statistics(held, returns, cost)
    table = pd.DataFrame.from_dict(rows, orient="index")[
        ["sharpe", "max_drawdown", "turnover", "mean_exposure"]
    ]
    gaps = sharpe_differences(pd.DataFrame(net).dropna(), OWN, params.research.bootstrap)
    return table.join(gaps).rename_axis("variant")
