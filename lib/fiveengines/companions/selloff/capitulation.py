"""Is it spent? Conditions of a washout, how many are met, and what followed when as many were met before.

Daily series in, counts out; thresholds come from params/selloff.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fiveengines.base.parameters.research import Bootstrap
from fiveengines.base.parameters.selloff import CapitulationRules
from fiveengines.companions.selloff.measures import Tape
from fiveengines.companions.selloff.microstructure import Micro
from fiveengines.companions.selloff.momentum_falls import outcome
from fiveengines.companions.selloff.result import Capitulation, Followed, Item
from fiveengines.indicators.transforms import as_flag, skip_missing
from fiveengines.research.forward_returns import first_rows

THREE_YEARS, ONE_YEAR = 756, 252
# name → (title, unit)
CONDITIONS: dict[str, tuple[str, str]] = {
    "new_lows": ("Members at a 52-week low", "%"),
    "below_20d": ("Members above their 20-day average", "%"),
    "below_50d": ("Members above their 50-day average", "%"),
    "vix_over_realized": ("VIX minus realised volatility of a month, in three years", "percentile"),
    "vix_inverted": ("VIX over the three-month VIX", "ratio"),
    "put_call": ("Equity put/call of ten days, in three years", "percentile"),
    "bears": ("AAII bears", "%"),
    "managers": ("NAAIM exposure", "%"),
    "funds_cut": ("Volatility-target exposure", "% of maximum"),
    "wide_range": ("Range of five closes, in three years", "percentile"),
    "correlation": ("Mean pairwise correlation, in three years", "percentile"),
}


def conditions(tape: Tape, micro: Micro, funds: Mapping[str, pd.Series]) -> pd.DataFrame:
    """Each condition's figure as known each evening, sessions × conditions, NaN where unknown."""
    panel = tape.panel
    nothing = pd.Series(np.nan, index=panel.sessions)
    vix = panel.first_of("VIX", "VIXCLS")
    put_call = skip_missing(panel.daily("PUT_CALL_EQUITY"), lambda present: present.rolling(10).mean())
    columns = {
        "new_lows": micro.new_lows,
        "below_20d": micro.above_20,
        "below_50d": micro.above_50,
        "vix_over_realized": rank(vix - micro.realized_volatility),
        "vix_inverted": vix / panel.first_of("VIX3M", "VXVCLS"),
        "put_call": rank(put_call),
        "bears": panel.daily("AAII_BEARISH"),
        "managers": panel.daily("NAAIM"),
        "funds_cut": funds.get("vol_target_exposure", nothing).reindex(panel.sessions),
        "wide_range": rank(micro.close_range),
        "correlation": rank(micro.correlation),
    }
    return pd.DataFrame(columns, index=panel.sessions)


def rank(values: pd.Series) -> pd.Series:
    """Percentile among the last three years' values, 0 to 100, (n,); NaN where there is none, and before a year of
    them.
    """
    return skip_missing(
        values, lambda present: 100.0 * present.rolling(THREE_YEARS, min_periods=ONE_YEAR).rank(pct=True)
    )


def met(figures: pd.DataFrame, rules: CapitulationRules) -> pd.DataFrame:
    """Which condition holds on which session: 1, 0, and NaN where its figure is unknown; shape of `figures`."""
    found = {}
    for name, rule in rules.conditions.items():
        values = figures[name]
        holds = values > rule.threshold if rule.side == "above" else values < rule.threshold
        found[name] = as_flag(holds, values.notna())
    return pd.DataFrame(found, index=figures.index)


def assess(
    figures: pd.DataFrame, close: pd.Series, rules: CapitulationRules, bootstrap: Bootstrap
) -> Capitulation:
    """The list on the last session, and what followed when at least 1, 2 … n conditions became met.

    figures: (n, conditions); close: (n,) of the index. Only sessions on which `fewest_known` conditions were are
    counted. A case is the first session after `quiet_sessions` without as many.
    """
    table = met(figures, rules)
    today = table.iloc[-1]
    items = [
        Item(
            name=name,
            title=CONDITIONS[name][0],
            met=None if pd.isna(today[name]) else bool(today[name]),
            value=None if pd.isna(figures[name].iloc[-1]) else float(figures[name].iloc[-1]),
            unit=CONDITIONS[name][1],
            threshold=rule.threshold,
            side=rule.side,
            why=rule.why,
        )
        for name, rule in rules.conditions.items()
    ]
    enough = table.notna().sum(axis=1) >= rules.fewest_known
    count = table.sum(axis=1).where(enough)
    followed = []
    for least in range(1, len(rules.conditions) + 1):
        rows = first_rows((count >= least).to_numpy(dtype=bool), rules.quiet_sessions)
        if not len(rows):
            break
        followed.append(
            Followed(
                at_least=least,
                cases=len(rows),
                outcomes=[outcome(close, rows, each, bootstrap) for each in rules.horizons],
            )
        )
    known = enough[enough]
    return Capitulation(
        met=int(np.nansum(today.to_numpy(dtype="float64"))),
        of=int(today.notna().sum()),
        items=items,
        followed=followed,
        since=None if known.empty else known.index[0].date(),
    )
