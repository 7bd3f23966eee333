"""Rules of the volatility insights. Every threshold comes from insights.yaml."""

from __future__ import annotations

import numpy as np
from pandas.arrays import BooleanArray

from fiveengines.playbook.conditions import held_throughout, numbers, weeks_in_a_row
from fiveengines.playbook.rule_inputs import SESSIONS_A_WEEK, RuleInputs
from fiveengines.playbook.rules.registry import RuleResult, Thresholds, rule

ZONES = ("calm", "normal", "elevated", "shock")


@rule
def volatility_zone_persists(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Volatility has stayed in one zone."""
    vix = numbers(inputs["vix"])
    zone = np.searchsorted([t[name] for name in ZONES[1:]], vix, side="right")
    unknown = np.isnan(vix)
    stayed = np.diff(np.where(unknown, -1, zone), prepend=-1) == 0
    age = weeks_in_a_row(BooleanArray(stayed, unknown)) + 1.0
    names = np.array([*ZONES, ""], dtype=object)[np.where(unknown, len(ZONES), zone)]
    return RuleResult(
        active=age >= t["weeks"],
        watch=age <= t["watch_weeks"],
        figures={"volatility_zone": names, "volatility_zone_weeks": age},
    )


@rule
def calm_trend(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Calm by three yardsticks for some weeks."""
    calm = (
        (inputs["vix"] < t["vix"])
        & (inputs["realized_volatility_21d"] < t["realized"])
        & (inputs["vix_term"] < t["ratio"])
    )
    return RuleResult(active=held_throughout(calm, t["weeks"]), watch=calm)


@rule
def volatile_without_trend(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """High volatility, and prices that move much and get nowhere."""
    high = (inputs["vix"] >= t["vix"]) & (inputs["realized_volatility_21d"] >= t["realized"])
    return RuleResult(active=high & (inputs["efficiency_ratio_63d"] <= t["efficiency"]), watch=high)


@rule
def mechanical_volatility_spike(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """The VIX jumps and exposure is cut while credit is quiet."""
    spike_weeks = t["sessions"] / SESSIONS_A_WEEK
    jump = inputs.change_pct("vix", spike_weeks) >= t["vix_jump"]
    quiet = inputs.change("hy_spread", spike_weeks) < t["spread_rise"]
    cut = inputs.change("vol_target_exposure", t["weeks"]) <= -t["exposure_cut"]
    return RuleResult(active=jump & quiet & cut, watch=jump & quiet)


@rule
def vvix_before_vix(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """VVIX climbs from its quiet half to an unusual level while the VIX is low."""
    inputs.series.setdefault("vvix_percentile", inputs.daily_percentile("vvix"))
    rank = inputs["vvix_percentile"]
    lowest = inputs.low("vvix_percentile", t["weeks"] + 1)
    rise = rank - lowest
    quiet = (lowest <= t["from_percentile"]) & (inputs["vix"] < t["vix"])
    return RuleResult(
        active=(rise >= t["rise"]) & (rank >= t["to_percentile"]) & quiet,
        watch=(rise >= t["watch_rise"]) & (rank > t["from_percentile"]) & quiet,
        figures={"vvix_percentile_from": lowest, "vvix_percentile_rise": rise},
    )


@rule
def crowded_while_draining(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """A crowded market loses liquidity."""
    crowd = inputs["positioning_score"] <= t["positioning_score"]
    change = inputs.change("liquidity_score", t["weeks"])
    drain = (change < 0) & inputs.is_label("liquidity_state", "adverse") | (change <= t["liquidity_change"])
    return RuleResult(active=crowd & drain, watch=crowd & (change < 0))


@rule
def negative_gamma(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Dealers have been short gamma."""
    gamma = inputs["dealer_gamma"]
    lately = inputs.sessions_below("dealer_gamma", t["gamma"], t["sessions"]) >= t["days"]
    low = inputs.daily_percentile("dealer_gamma") <= t["watch_percentile"]
    return RuleResult(active=(gamma < t["gamma"]) & lately, watch=(gamma > 0) & low)


@rule
def implied_far_above_realized(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Options price far more than the market moves."""
    multiple = inputs["vix"] / inputs["realized_volatility_21d"]
    wide = (inputs["implied_minus_realized"] >= t["gap"]) & (multiple >= t["multiple"])
    worse = inputs.is_label("volatility_direction", "deteriorating")
    return RuleResult(active=wide & ~worse, watch=wide & worse)
