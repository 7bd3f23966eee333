"""How stocks trade with each other: correlation, dispersion, absorption, new lows, ranges, all as daily series.

What needs every member is computed once for the same closes and code, and cached.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base import cache
from fiveengines.base.parameters.engines import BreadthSettings
from fiveengines.base.parameters.selloff import SelloffParameters
from fiveengines.companions.selloff.measures import Tape
from fiveengines.data.dataset import MEMBERS
from fiveengines.indicators import correlation
from fiveengines.indicators.breadth_inputs import SECTOR_FUNDS, breadth_inputs
from fiveengines.indicators.volatility import realized_volatility


@dataclass(frozen=True)
class Micro:
    """Daily series on the panel's sessions, NaN where the source has nothing for them."""

    correlation: pd.Series
    dispersion: pd.Series
    new_lows: pd.Series
    above_20: pd.Series
    above_50: pd.Series
    above_200: pd.Series
    close_range: pd.Series
    range_volatility: pd.Series
    realized_volatility: pd.Series
    sector_correlation: pd.Series
    absorption: pd.Series
    absorption_shift: pd.Series


def micro(tape: Tape, params: SelloffParameters, breadth: BreadthSettings) -> Micro:
    """All of it for one panel; `breadth` are the settings of params/engines.yaml."""
    rules, panel = params.micro, tape.panel
    members = _of_members(tape, params)
    shares = breadth_inputs(panel, breadth)
    close = panel.daily("SPX")
    sectors = _sector_returns(tape)
    recent = sectors.tail(rules.absorption_sessions + rules.absorption_long + rules.correlation_sessions)
    ratio = correlation.absorption_ratio(
        recent, rules.absorption_sessions, rules.half_life, rules.absorption_share
    ).reindex(panel.sessions)
    return Micro(
        correlation=members["correlation"],
        dispersion=members["dispersion"],
        new_lows=_first(shares.new_lows),
        above_20=_first(shares.above[20]),
        above_50=_first(shares.above[50]),
        above_200=_first(shares.above[200]),
        close_range=correlation.close_range(close, params.flows.sessions),
        range_volatility=correlation.parkinson_volatility(
            panel.daily("SPX_HIGH"), panel.daily("SPX_LOW"), rules.correlation_sessions
        ),
        realized_volatility=realized_volatility(close, rules.correlation_sessions),
        sector_correlation=correlation.mean_pairwise_correlation(
            recent, rules.correlation_sessions, rules.absorption_long
        ).reindex(panel.sessions),
        absorption=ratio,
        absorption_shift=correlation.absorption_shift(ratio, rules.absorption_short, rules.absorption_long),
    )


def _first(by_basis: pd.DataFrame) -> pd.Series:
    """Each session's figure from the best basis that has one, (n,)."""
    return by_basis.bfill(axis=1).iloc[:, 0]


def _sector_returns(tape: Tape) -> pd.DataFrame:
    """Daily returns of the sectors that have a whole history behind them: funds where there are nine, else members'
    means.
    """
    found = {each: level.diff() / 100.0 for each in SECTOR_FUNDS if (level := tape.log(each)) is not None}
    frame = pd.DataFrame(found, index=tape.panel.sessions)
    if frame.shape[1] < 9:
        members = tape.panel.dataset.members
        names = sorted(set(members.sectors.values())) if members is not None else []
        levels = {name: level for name in names if (level := tape.member_level((name,))) is not None}
        frame = pd.DataFrame({name: level.diff() / 100.0 for name, level in levels.items()})
        frame = frame.reindex(tape.panel.sessions)
    if frame.shape[1]:
        # A sector that began lately would blank every window; it is left out until it has one of its own.
        whole = frame.tail(252 * 3).notna().mean() > 0.99
        frame = frame.loc[:, whole]
    return frame


def _of_members(tape: Tape, params: SelloffParameters) -> pd.DataFrame:
    panel = tape.panel
    columns = ["correlation", "dispersion"]
    returns = tape.member_returns
    if returns is None:
        return pd.DataFrame(np.nan, index=panel.sessions, columns=columns)
    key = cache.key_of(
        (
            panel.dataset.fingerprints()[MEMBERS],
            panel.sessions[0],
            panel.sessions[-1],
            cache.code_key("data", "indicators", "companions/selloff"),
            params.micro.model_dump_json(),
            params.history.model_dump_json(),
        )
    )

    def compute() -> dict[str, np.ndarray]:
        window = params.micro.correlation_sessions
        return {
            "correlation": correlation.mean_pairwise_correlation(returns, window).to_numpy(),
            "dispersion": 100.0 * correlation.return_dispersion(returns, window).to_numpy(),
        }

    return pd.DataFrame(cache.arrays("selloff_members", key, compute), index=panel.sessions)[columns]
