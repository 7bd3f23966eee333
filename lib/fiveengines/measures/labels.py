"""Readings that are words, not numbers: the volatility zone, its curve, the yield curve's move, the policy phase."""

from __future__ import annotations

import pandas as pd

from fiveengines.base.parameters import Words
from fiveengines.data.panel import Panel
from fiveengines.indicators import rates as rate_formulas
from fiveengines.indicators import volatility as volatility_formulas
from fiveengines.measures.rates import policy_target
from fiveengines.measures.volatility import vix

# A target read off the effective rate strays for days; an announced one stands at once.
_STANDS_WHEN_DERIVED = 10


def words(panel: Panel, dates: pd.DatetimeIndex, params: Words) -> pd.DataFrame:
    """Reading date × volatility_zone, vix_curve, curve_move, policy_phase; text, NaN where it cannot be told."""
    vix3m = panel.first_of("VIX3M", "VXVCLS")
    stands = 1 if "DFEDTARU" in panel else _STANDS_WHEN_DERIVED
    found = {
        "volatility_zone": volatility_formulas.volatility_regime_word(
            vix(panel), params.calm_below, params.elevated_from, params.shock_from
        ),
        "vix_curve": volatility_formulas.term_structure_state(
            panel.daily("VIX9D"), vix(panel), vix3m, params.vix_curve_band
        ),
        "curve_move": rate_formulas.curve_move(
            panel.daily("DGS2"),
            panel.daily("DGS10"),
            params.curve_sessions,
            threshold_bp=params.curve_threshold_bp,
        ),
        "policy_phase": rate_formulas.cycle_phase(policy_target(panel), params.policy_quiet_sessions, stands),
    }
    return pd.DataFrame(found).reindex(dates)
