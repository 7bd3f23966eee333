"""What funds that follow rules hold, and what they would buy or sell over a week of plus one, nought or minus one
sigma.

Models of `indicators.positioning` with the settings of params/engines.yaml; nobody's reported position is here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.parameters.engines import Setting
from fiveengines.base.parameters.selloff import FlowRules
from fiveengines.indicators import positioning
from fiveengines.indicators.volatility import realized_volatility

WHO = {"cta_exposure": "Trend followers (CTA)", "vol_target_exposure": "Volatility-target funds"}
_SESSIONS_A_YEAR = 252


@dataclass(frozen=True)
class FundPath:
    """One modelled fund: holdings at the high and now, and what it would trade by scenario, all in % of its maximum."""

    id: str
    at_high: float
    now: float
    trades: Mapping[float, float]
    history: pd.Series


def weekly_sigma(close: pd.Series, rules: FlowRules) -> float:
    """One standard deviation of the index over the scenario's sessions, %, from realised volatility. close: (n,)."""
    volatility = float(realized_volatility(close, rules.volatility_window).iloc[-1])
    return volatility * math.sqrt(rules.sessions / _SESSIONS_A_YEAR)


def fund_paths(
    close: pd.Series,
    begin: pd.Timestamp,
    settings: Mapping[str, Mapping[str, Setting]],
    rules: FlowRules,
) -> list[FundPath]:
    """Each modelled fund over the window that began at `begin`.

    close: (n,) of the index, without gaps. A fund whose model does not yet know its holding is left out.
    """
    found = []
    sigma = weekly_sigma(close, rules)
    for name, make in positioning.MODELS.items():
        model = make(**settings[name])
        held = model(close)
        now = float(held.iloc[-1])
        if not (math.isfinite(now) and math.isfinite(sigma)):
            continue
        trades = {
            each: positioning.after_move(close, model, each * sigma, rules.sessions) - now
            for each in rules.sigmas
        }
        found.append(FundPath(name, float(held.get(begin, np.nan)), now, trades, held))
    return found
