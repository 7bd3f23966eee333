"""Step 4: the style a regime calls for, and whether the tape of the last quarter agrees.

Names and measurements only; how to act in a style is told by playbook/styles.yaml.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.indicators import tape
from fiveengines.parameters import Styles


@dataclass(frozen=True)
class StyleReading:
    """Step 4 in one week; the tape's figures are None without an index."""

    name: str
    by_regime: str
    agreement: str
    efficiency_ratio: float | None
    variance_ratio: float | None
    breakout_success: float | None
    tape: str


def tape_history(close: pd.Series, dates: pd.DatetimeIndex, params: Styles) -> pd.DataFrame:
    """efficiency_ratio, variance_ratio and breakout_success on reading dates; close: (sessions,), NaN dropped."""
    rule, present = params.tape, close.dropna()
    found = pd.DataFrame(
        {
            "efficiency_ratio": tape.efficiency_ratio(present, rule.window),
            "variance_ratio": tape.variance_ratio(present, rule.variance_ratio_days, rule.window),
            "breakout_success": tape.breakout_success(
                present, rule.breakout_window, rule.breakout_hold, rule.window
            ),
        }
    )
    return found.reindex(dates, method="ffill")


def choose(regime: pd.Series, inflection: pd.Series, direction: pd.DataFrame, params: Styles) -> pd.Series:
    """Style of every week: the regime's own, or selective re-entry for some weeks after an improving turn in 4 or 5.

    direction: reading date × engine. Re-entry waits while volatility or breadth is deteriorating: a turn that fails
    is no reason to buy.
    """
    own = regime.map(params.by_regime)
    turned = inflection.str.contains("improving").rolling(params.re_entry_weeks, min_periods=1).max() > 0
    settled = (direction[["volatility", "breadth"]] != "deteriorating").all(axis=1)
    hostile = own == "capital_preservation"
    return own.mask(hostile & turned & settled, "selective_re_entry")


def reading(
    style: pd.Series, regime: pd.Series, history: pd.DataFrame, params: Styles, day: pd.Timestamp
) -> StyleReading:
    """Step 4 on `day`."""
    figures = {str(k): (float(v) if np.isfinite(v) else None) for k, v in history.loc[day].items()}
    efficiency = figures["efficiency_ratio"]
    word = "unknown"
    if efficiency is not None:
        rule = params.tape
        word = (
            "trending"
            if efficiency >= rule.trending_efficiency
            else "choppy"
            if efficiency <= rule.choppy_efficiency
            else "mixed"
        )
    name = str(style.loc[day])
    fitting = {"trend_following": "trending", "mean_reversion": "choppy"}.get(name)
    agreement = (
        "not tested"
        if fitting is None or word == "unknown"
        else "agrees"
        if word == fitting
        else "mixed"
        if word == "mixed"
        else "disagrees"
    )
    return StyleReading(
        name,
        params.by_regime[int(regime.loc[day])],
        agreement,
        figures["efficiency_ratio"],
        figures["variance_ratio"],
        figures["breakout_success"],
        word,
    )
