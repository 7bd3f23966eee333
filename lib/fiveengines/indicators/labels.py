"""Readings that are labels, not numbers: the volatility zone, its curve, the yield curve's move, the policy phase."""

from __future__ import annotations

import pandas as pd

from fiveengines.base.parameters.engines import Labels
from fiveengines.indicators import rate_path, volatility
from fiveengines.indicators.indicator import Inputs


def labels(inputs: Inputs, dates: pd.DatetimeIndex, params: Labels) -> pd.DataFrame:
    """What is named, not measured, on reading dates.

    dates: (n,), each a session of the panel. Returns (n, 4) text: volatility_zone, vix_curve, curve_move and
    policy_phase, NaN where it cannot be told.
    """
    panel, vix = inputs.panel, volatility.vix(inputs)
    found = {
        "volatility_zone": volatility.volatility_regime_label(
            vix, params.calm_below, params.elevated_from, params.shock_from
        ),
        "vix_curve": volatility.term_structure_state(
            panel.daily("VIX9D"), vix, panel.first_of("VIX3M", "VXVCLS"), params.vix_curve_band
        ),
        "curve_move": rate_path.curve_move(
            panel.daily("DGS2"),
            panel.daily("DGS10"),
            params.curve_sessions,
            threshold_bp=params.curve_threshold_bp,
        ),
        "policy_phase": rate_path.cycle_phase(rate_path.policy_rate(inputs), params.policy_quiet_sessions),
    }
    return pd.DataFrame(found).reindex(dates)
