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


def choose(regime: pd.Series, turned: pd.Series, direction: pd.DataFrame, params: Styles) -> pd.Series:
    """Style of every week: the regime's own, or selective re-entry for some weeks after an improving turn in 4 or 5.

    turned: True while such a turn is young and stands. direction: reading date × engine. Re-entry waits while
    volatility or breadth is deteriorating: a turn that fails is no reason to buy.
    """
    own = regime.map(params.by_regime)
    settled = (direction[["volatility", "breadth"]] != "deteriorating").all(axis=1)
    hostile = own == "capital_preservation"
    return own.mask(hostile & turned & settled, "selective_re_entry")


def reading(
    style: pd.Series, regime: pd.Series, history: pd.DataFrame, params: Styles, day: pd.Timestamp
) -> StyleReading:
    """Step 4 on `day`."""
    at = list(history.index).index(day)
    row = zip(history.columns, history.to_numpy(dtype="float64")[at], strict=True)
    figures = {str(name): float(value) if np.isfinite(value) else None for name, value in row}
    word = _tape_word(figures["efficiency_ratio"], params)
    name = str(style.to_numpy()[at])
    return StyleReading(
        name,
        params.by_regime[int(regime.to_numpy()[at])],
        _agreement(name, word),
        figures["efficiency_ratio"],
        figures["variance_ratio"],
        figures["breakout_success"],
        word,
    )


def _tape_word(efficiency: float | None, params: Styles) -> str:
    """trending, choppy or mixed by the efficiency ratio; unknown without one."""
    if efficiency is None:
        return "unknown"
    if efficiency >= params.tape.trending_efficiency:
        return "trending"
    return "choppy" if efficiency <= params.tape.choppy_efficiency else "mixed"


def _agreement(style: str, word: str) -> str:
    """Whether the tape shows what the style lives on; styles that live on neither are not tested."""
    fitting = {"trend_following": "trending", "mean_reversion": "choppy"}.get(style)
    if fitting is None or word == "unknown":
        return "not tested"
    return {fitting: "agrees", "mixed": "mixed"}.get(word, "disagrees")
