"""Step 4: the style a regime calls for, and whether the tape of the last quarter agrees.

Names and measurements only; how to act in a style is written in playbook/styles.yaml.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd

from fiveengines.base.parameters import Styles
from fiveengines.indicators import tape


class TapeRule(Protocol):
    """What a style needs of the tape: a measure over so many sessions, of moves up, down or either way."""

    @property
    def measure(self) -> str:
        """efficiency_ratio, variance_ratio or breakout_success."""

    @property
    def window(self) -> int:
        """Sessions."""

    @property
    def direction(self) -> str:
        """up, down or either."""

    @property
    def sentence(self) -> str:
        """The need in words."""

    def agrees(self, value: float) -> bool | None:
        """Whether a value meets it; None for NaN."""


@dataclass(frozen=True)
class Checked:
    """One need of the style held against the tape; value and agrees are None where nothing could be measured."""

    measure: str
    window: int
    direction: str
    needs: str
    value: float | None
    agrees: bool | None


@dataclass(frozen=True)
class StyleReading:
    """Step 4 in one week; the tape's figures are None without an index.

    net_efficiency: the efficiency ratio with the sign of the move. agreement: agrees when every measured check does,
    disagrees when none does, mixed between the two, "not tested" without a measured one.
    """

    name: str
    by_regime: str
    agreement: str
    efficiency_ratio: float | None
    net_efficiency: float | None
    variance_ratio: float | None
    breakout_success: float | None
    tape: str
    checks: tuple[Checked, ...] = ()


def tape_history(close: pd.Series, dates: pd.DatetimeIndex, params: Styles) -> pd.DataFrame:
    """The tape's measures on reading dates, over the windows of params.

    close: (s,) index level by session, NaN dropped. dates: (n,). Returns (n, 4), each as of the last session on or
    before the date; NaN before the windows are full. Formulas: indicators/tape.py.
    """
    rule, present = params.tape, close.dropna()
    found = pd.DataFrame(
        {
            "efficiency_ratio": tape.efficiency_ratio(present, rule.window),
            "net_efficiency": tape.net_efficiency(present, rule.window),
            "variance_ratio": tape.variance_ratio(present, rule.variance_ratio_days, rule.window),
            "breakout_success": tape.breakout_success(
                present, rule.breakout_window, rule.breakout_hold, rule.window
            ),
        }
    )
    return found.reindex(dates, method="ffill")


def choose(regime: pd.Series, improving: pd.Series, direction: pd.DataFrame, params: Styles) -> pd.Series:
    """Style of every week: the regime's own, or selective re-entry after an improving inflection in regimes 4 and 5.

    regime: (n,) 1-5. improving: (n,) bool, True while an improving inflection is recent and active. direction: (n, 5)
    text, reading date × engine; re-entry waits while one of `re_entry_needs` is deteriorating. Returns (n,) text.
    """
    own = regime.map(params.by_regime)
    settled = (direction[list(params.re_entry_needs)] != "deteriorating").all(axis=1)
    hostile = own == "capital_preservation"
    return own.mask(hostile & improving & settled, "selective_re_entry")


def checked(close: pd.Series, needs: Iterable[TapeRule], params: Styles) -> tuple[Checked, ...]:
    """A style's needs compared with the tape up to the last session of `close`, (s,) index level, NaN dropped.

    A need that cannot be measured, with too few sessions, has value and agrees None.
    """
    present = close.dropna()
    found = []
    for each in needs:
        value = _measured(present, each, params)
        known = value if np.isfinite(value) else None
        found.append(
            Checked(each.measure, each.window, each.direction, each.sentence, known, each.agrees(value))
        )
    return tuple(found)


def _measured(present: pd.Series, need: TapeRule, params: Styles) -> float:
    """The measure over the need's own window and direction; NaN with too few sessions."""
    rule = params.tape
    tail = present.iloc[
        -(need.window + rule.breakout_window + rule.breakout_hold + rule.variance_ratio_days + 1) :
    ]
    if need.measure == "efficiency_ratio":
        value = tape.net_efficiency(tail, need.window)
        sides = {"up": value, "down": -value, "either": value.abs()}
        series = sides[need.direction]
    elif need.measure == "variance_ratio":
        series = tape.variance_ratio(tail, rule.variance_ratio_days, need.window)
    else:
        series = tape.breakout_success(
            tail,
            rule.breakout_window,
            rule.breakout_hold,
            need.window,
            upward=need.direction != "down",
            downward=need.direction != "up",
        )
    return float(series.iloc[-1]) if len(series) else float("nan")


def reading(
    style: pd.Series,
    regime: pd.Series,
    history: pd.DataFrame,
    params: Styles,
    day: pd.Timestamp,
    checks: tuple[Checked, ...] = (),
) -> StyleReading:
    """Step 4 on `day`, a date of `history`.

    style, regime: (n,) on its dates. history: (n, 4) as `tape_history` gives it; NaN becomes None. checks: the chosen
    style's needs compared with the tape of that day.
    """
    at = list(history.index).index(day)
    row = zip(history.columns, history.to_numpy(dtype="float64")[at], strict=True)
    figures = {str(name): float(value) if np.isfinite(value) else None for name, value in row}
    word = _tape_word(figures["efficiency_ratio"], params)
    name = str(style.to_numpy()[at])
    return StyleReading(
        name,
        params.by_regime[int(regime.to_numpy()[at])],
        agreement(checks),
        figures["efficiency_ratio"],
        figures["net_efficiency"],
        figures["variance_ratio"],
        figures["breakout_success"],
        word,
        checks,
    )


def _tape_word(efficiency: float | None, params: Styles) -> str:
    """trending, choppy or mixed by the efficiency ratio; unknown without one."""
    if efficiency is None:
        return "unknown"
    if efficiency >= params.tape.trending_efficiency:
        return "trending"
    return "choppy" if efficiency <= params.tape.choppy_efficiency else "mixed"


def agreement(checks: tuple[Checked, ...]) -> str:
    """agrees, disagrees or mixed by the checks that could be measured; "not tested" without any."""
    verdicts = [each.agrees for each in checks if each.agrees is not None]
    if not verdicts:
        return "not tested"
    if all(verdicts):
        return "agrees"
    return "mixed" if any(verdicts) else "disagrees"
