"""The figures that evidence quotes, week by week: the vocabulary of insights.yaml over the rules' own series.

Horizons are those in a figure's name; no threshold, no wording. Figures that hang on thresholds come from rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from fiveengines.playbook.truth import Array
from fiveengines.playbook.weeks import Weeks, Words

Compute = Callable[[Weeks], Array]


def _same(name: str) -> Compute:
    return lambda weeks: weeks[name]


def _change(name: str, weeks: int) -> Compute:
    return lambda each: each.change(name, weeks)


def _change_pct(name: str, weeks: int) -> Compute:
    return lambda each: each.change_pct(name, weeks)


def _change_bp(name: str, weeks: int) -> Compute:
    return lambda each: each.change_bp(name, weeks)


_SAME = (
    "liquidity_score",
    "global_liquidity_change_13w",
    "hy_spread",
    "nfci",
    "dollar_change_13w",
    "small_vs_large_13w",
    "spx_from_high",
    "vix",
    "vix_percentile",
    "vix_term_ratio",
    "realized_vol_21d",
    "implied_minus_realized",
    "efficiency_ratio_63d",
    "breakout_success_63d",
    "pct_above_200",
    "pct_above_50",
    "net_new_highs",
    "equal_vs_cap_13w",
    "breadth_score",
    "positioning_score",
    "cot_percentile",
    "cot_leveraged_percentile",
    "naaim",
    "aaii_bears",
    "aaii_bull_bear",
    "cta_exposure",
    "vol_target_exposure",
    "dealer_gamma",
    "policy_rate",
    "dgs2",
    "dgs2_change_13w",
    "two_year_minus_policy",
    "real_yield_10y",
    "real_yield_change_13w",
    "curve_2s10s",
    "curve_3m10y",
)

NUMBERS: Mapping[str, Compute] = {name: _same(name) for name in _SAME} | {
    "liquidity_score_change_4w": _change("liquidity_score", 4),
    "liquidity_score_change_8w": _change("liquidity_score", 8),
    "net_liquidity_change_13w": _change("net_liquidity", 13),
    "net_liquidity_change_4w": _change("net_liquidity", 4),
    "net_liquidity_impulse_4w_percentile": lambda weeks: weeks.percentile("impulse_4w"),
    "rrp_change_4w": _change("rrp", 4),
    "tga_change_4w": _change("tga", 4),
    "hy_spread_change_1w": _change("hy_spread", 1),
    "hy_spread_change_8w": _change("hy_spread", 8),
    "hy_spread_from_peak_13w": lambda weeks: weeks["hy_spread"] - weeks.peak("hy_spread", 13),
    "hy_spread_from_peak_13w_pct": lambda weeks: (
        100.0 * (weeks["hy_spread"] / weeks.peak("hy_spread", 13) - 1.0)
    ),
    "spx_change_4w": _change_pct("spx", 4),
    "spx_change_13w": _change_pct("spx", 13),
    "vix_change_1w_pct": _change_pct("vix", 1),
    "vix_from_peak_8w_pct": lambda weeks: 100.0 * (weeks["vix"] / weeks.daily_peak("vix", 8) - 1.0),
    "pct_above_200_from_peak_26w": lambda weeks: weeks["pct_above_200"] - weeks.peak("pct_above_200", 26),
    "pct_above_50_low_13w": lambda weeks: weeks.low("pct_above_50", 13),
    "put_call_percentile": lambda weeks: weeks.percentile("put_call"),
    "cta_change_4w": _change("cta_exposure", 4),
    "cta_low_13w": lambda weeks: weeks.low("cta_exposure", 13),
    "vol_target_change_4w": _change("vol_target_exposure", 4),
    "dealer_gamma_percentile": lambda weeks: weeks.daily_percentile("dealer_gamma"),
    "breakeven_change_13w": _change_bp("breakeven", 13),
    "curve_2s10s_change_13w": _change("curve_2s10s", 13),
}
WORDS = ("liquidity_state", "liquidity_direction", "volatility_state")


def on_day(
    weeks: Weeks, names: Iterable[str], own: Mapping[str, Array | Words], row: int
) -> dict[str, float | str | None]:
    """The named figures in one week; `own` are those that a rule computed. None where nothing is known."""
    return {name: _plain(_column(weeks, name, own)[row]) for name in names}


def _column(weeks: Weeks, name: str, own: Mapping[str, Array | Words]) -> Array | Words:
    if name in own:
        return own[name]
    return weeks.words[name] if name in WORDS else NUMBERS[name](weeks)


def _plain(value: Any) -> float | str | None:
    if isinstance(value, str):
        return value or None
    return float(value) if np.isfinite(value) else None
