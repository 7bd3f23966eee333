"""Insights 1 to 8 as conditions: liquidity.

Predicates over series; every threshold comes from insights.yaml, and "half" in a sentence is half of its threshold.
"""

from __future__ import annotations

import numpy as np

from fiveengines.playbook.rules.verdict import Limits, Verdict, rule
from fiveengines.playbook.truth import (
    above,
    all_of,
    any_of,
    at_least,
    at_most,
    below,
    lasted,
    not_shown,
    opposite_of,
    run_length,
    within,
)
from fiveengines.playbook.weeks import Weeks


@rule
def liquidity_turns_in_drawdown(weeks: Weeks, t: Limits) -> Verdict:
    """1: liquidity recovers while the index is still well below its high."""
    rise = weeks.change("liquidity_score", t["weeks"])
    low = at_most(weeks["spx_from_high"], -t["below_high"])
    return Verdict(
        active=all_of(at_least(rise, t["score_rise"]), low),
        watch=all_of(at_least(rise, t["score_rise"] / 2), low),
    )


@rule
def liquidity_stops_worsening(weeks: Weeks, t: Limits) -> Verdict:
    """2: after a deep fall not made good, credit is off its peak, no longer widens, and money flows in again.

    Credit decides: central banks add most in a panic, so an inflow beside a spread at its peak is no healing.
    """
    fell = all_of(
        at_most(weeks.low("spx_from_high", t["drawdown_weeks"]), -t["drawdown"]),
        at_most(weeks["spx_from_high"], -t["still_below"]),
    )
    from_peak = 100.0 * (weeks["hy_spread"] / weeks.peak("hy_spread", t["peak_weeks"]) - 1.0)
    flows = above(weeks["impulse_4w"], 0.0)
    narrower = at_most(weeks.change("hy_spread", t["weeks"]), 0.0)
    return Verdict(
        active=all_of(fell, at_most(from_peak, -t["spread_fall"]), narrower, flows),
        watch=all_of(fell, at_most(from_peak, -t["spread_fall"] / 2)),
    )


@rule
def risk_premiums_narrow(weeks: Weeks, t: Limits) -> Verdict:
    """3: spreads and volatility come down under supportive liquidity."""
    narrowed = at_most(weeks.change("hy_spread", 8), -t["spread_fall"])
    quiet = below(weeks["vix_percentile"], t["vix_percentile"])
    return Verdict(
        active=all_of(narrowed, quiet, above(weeks["liquidity_score"], t["liquidity_score"])),
        watch=all_of(narrowed, quiet, weeks.is_word("liquidity_state", "neutral")),
    )


@rule
def ample_liquidity(weeks: Weeks, t: Limits) -> Verdict:
    """4: money has been ample for a while and real yields do not spoil it."""
    score = weeks["liquidity_score"]
    active = all_of(
        lasted(above(score, t["liquidity_score"]), t["weeks"]),
        below(weeks["nfci"], t["nfci"]),
        at_most(weeks["real_yield_change_13w"], t["real_yield_rise"]),
    )
    near = all_of(at_least(score, t["watch_score"]), at_most(score, t["liquidity_score"]))
    return Verdict(active=active, watch=all_of(near, above(weeks.change("liquidity_score", 4), 0.0)))


@rule
def rally_financed_abroad(weeks: Weeks, t: Limits) -> Verdict:
    """5: shares rise without money at home while money abroad or a weaker dollar helps."""
    rally = all_of(
        at_least(weeks.change_pct("spx", 13), t["spx_rise"]),
        at_most(weeks.change("net_liquidity", 13), t["us_impulse"]),
    )
    abroad = any_of(
        at_least(weeks["global_liquidity_change_13w"], t["global_rise"]),
        at_most(weeks["dollar_change_13w"], -t["dollar_fall"]),
    )
    return Verdict(active=all_of(rally, abroad), watch=all_of(rally, not_shown(abroad)))


@rule
def sudden_drain(weeks: Weeks, t: Limits) -> Verdict:
    """6: cash is swallowed quickly while the VIX is still low."""
    rank = weeks.percentile("impulse_4w")
    absorbed = weeks.change("tga", 4) + weeks.change("rrp", 4)
    low = below(weeks["vix"], t["vix"])
    drained = any_of(at_most(rank, t["impulse_percentile"]), at_least(absorbed, t["refill"]))
    return Verdict(active=all_of(drained, low), watch=all_of(at_most(rank, t["watch_percentile"]), low))


@rule
def small_caps_confirm(weeks: Weeks, t: Limits) -> Verdict:
    """7: small caps against large say the same as the liquidity engine."""
    trail = at_most(weeks["small_vs_large_13w"], -t["gap"])
    lead = at_least(weeks["small_vs_large_13w"], t["gap"])
    tight = any_of(
        weeks.is_word("liquidity_state", "adverse"), weeks.is_word("liquidity_direction", "deteriorating")
    )
    easy = any_of(
        weeks.is_word("liquidity_state", "supportive"), weeks.is_word("liquidity_direction", "improving")
    )
    return Verdict(
        active=all_of(trail, tight), watch=any_of(trail, lead), opposite=all_of(lead, easy), leans=lead
    )


@rule
def slow_drain_or_burst(weeks: Weeks, t: Limits) -> Verdict:
    """8: liquidity leaves slowly; the mirror case is a burst."""
    negative = below(weeks["impulse_13w"], 0.0)
    rank = weeks.percentile("impulse_4w")
    sharp = within(at_most(rank, t["drain_percentile"]), t["weeks"])
    return Verdict(
        active=all_of(lasted(negative, t["weeks"]), opposite_of(sharp)),
        watch=lasted(negative, np.ceil(t["weeks"] / 2)),
        # Central banks add most in a panic: a burst under adverse liquidity is a fire hose, no tailwind.
        opposite=all_of(
            at_least(rank, t["surge_percentile"]), opposite_of(weeks.is_word("liquidity_state", "adverse"))
        ),
        figures={"liquidity_drain_weeks": run_length(negative)},
    )
