"""Insights 9 to 16 as conditions: volatility.

Predicates over series; every threshold comes from insights.yaml, and "half" in a sentence is half of its threshold.
"""

from __future__ import annotations

import numpy as np

from fiveengines.playbook.rules.verdict import Limits, Verdict, rule
from fiveengines.playbook.truth import (
    Array,
    above,
    all_of,
    any_of,
    at_least,
    at_most,
    below,
    lasted,
    opposite_of,
    run_length,
)
from fiveengines.playbook.weeks import SESSIONS_A_WEEK, Weeks

ZONES = ("calm", "normal", "elevated", "shock")


def _same_zone(zone: Array) -> Array:
    """Weeks in a row in the present zone, NaN where it is unknown."""
    changed = np.concatenate([[1.0], (zone[1:] != zone[:-1]).astype("float64")])
    return np.where(np.isnan(zone), np.nan, run_length(1.0 - changed) + 1.0)


@rule
def volatility_zone_persists(weeks: Weeks, t: Limits) -> Verdict:
    """9: volatility has stayed in one zone."""
    vix = weeks["vix"]
    zone = sum((at_least(vix, t[name]) for name in ZONES[1:]), np.zeros(len(vix)))
    age = _same_zone(zone)
    known = np.where(np.isnan(zone), 0, zone).astype(int)
    word = np.where(np.isnan(zone), "", np.array(ZONES, dtype=object)[known])
    return Verdict(
        active=at_least(age, t["weeks"]),
        watch=at_most(age, 2.0),
        figures={"volatility_zone": word, "volatility_zone_weeks": age},
    )


@rule
def calm_trend(weeks: Weeks, t: Limits) -> Verdict:
    """10: calm by three yardsticks for some weeks."""
    calm = all_of(
        below(weeks["vix"], t["vix"]),
        below(weeks["realized_vol_21d"], t["realized"]),
        below(weeks["vix_term_ratio"], t["ratio"]),
    )
    return Verdict(active=lasted(calm, t["weeks"]), watch=calm)


@rule
def rough_tape(weeks: Weeks, t: Limits) -> Verdict:
    """11: high volatility and a tape that goes nowhere."""
    high = all_of(at_least(weeks["vix"], t["vix"]), at_least(weeks["realized_vol_21d"], t["realized"]))
    return Verdict(active=all_of(high, at_most(weeks["efficiency_ratio_63d"], t["efficiency"])), watch=high)


@rule
def mechanical_spike(weeks: Weeks, t: Limits) -> Verdict:
    """12: the VIX jumps and exposure is cut while credit is quiet."""
    jump = at_least(weeks.change_pct("vix", t["sessions"] / SESSIONS_A_WEEK), t["vix_jump"])
    quiet = below(weeks.change("hy_spread", 1), t["spread_rise"])
    cut = at_most(weeks.change("vol_target_exposure", 4), -t["exposure_cut"])
    return Verdict(active=all_of(jump, quiet, cut), watch=all_of(jump, quiet))


@rule
def vvix_stirs(weeks: Weeks, t: Limits) -> Verdict:
    """13: VVIX climbs from its quiet half to an unusual level while the VIX is low."""
    weeks.series.setdefault("vvix_percentile", weeks.daily_percentile("vvix"))
    rank = weeks["vvix_percentile"]
    lowest = weeks.low("vvix_percentile", t["weeks"] + 1)
    rise = rank - lowest
    quiet = all_of(at_most(lowest, t["from_percentile"]), below(weeks["vix"], t["vix"]))
    return Verdict(
        active=all_of(at_least(rise, t["rise"]), at_least(rank, t["to_percentile"]), quiet),
        watch=all_of(at_least(rise, t["rise"] / 2), above(rank, t["from_percentile"]), quiet),
        figures={"vvix_percentile_from": lowest, "vvix_percentile_rise": rise},
    )


@rule
def drain_meets_crowd(weeks: Weeks, t: Limits) -> Verdict:
    """14: a crowded market loses liquidity."""
    crowd = at_most(weeks["positioning_score"], t["positioning_score"])
    change = weeks.change("liquidity_score", 4)
    drain = any_of(weeks.is_word("liquidity_state", "adverse"), at_most(change, t["liquidity_change"]))
    return Verdict(active=all_of(crowd, drain), watch=all_of(crowd, below(change, 0.0)))


@rule
def negative_gamma(weeks: Weeks, t: Limits) -> Verdict:
    """15: dealers have been short gamma."""
    gamma = weeks["dealer_gamma"]
    lately = at_least(weeks.sessions_below("dealer_gamma", t["gamma"]), t["days"])
    low = at_most(weeks.daily_percentile("dealer_gamma"), t["watch_percentile"])
    return Verdict(active=all_of(below(gamma, t["gamma"]), lately), watch=all_of(above(gamma, 0.0), low))


@rule
def overpriced_fear(weeks: Weeks, t: Limits) -> Verdict:
    """16: options price far more than the market moves."""
    wide = all_of(
        at_least(weeks["implied_minus_realized"], t["gap"]),
        at_least(weeks["vix"] / weeks["realized_vol_21d"], t["multiple"]),
    )
    worse = weeks.is_word("volatility_direction", "deteriorating")
    return Verdict(active=all_of(wide, opposite_of(worse)), watch=all_of(wide, worse))
