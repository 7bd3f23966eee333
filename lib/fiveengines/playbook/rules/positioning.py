"""Insights 23 to 30 as conditions: positioning.

Predicates over series; every threshold comes from insights.yaml, and "half" in a sentence is half of its threshold.
"""

from __future__ import annotations

from fiveengines.playbook.rules.verdict import Limits, Verdict, rule
from fiveengines.playbook.truth import (
    Array,
    above,
    all_of,
    any_of,
    at_least,
    at_most,
    below,
    enough_of,
    held,
    opposite_of,
    within,
)
from fiveengines.playbook.weeks import Weeks

# The mirror of fast de-risking looks back this far, as its sentence says.
DERISKED_WITHIN = 8


@rule
def crowded_longs(weeks: Weeks, t: Limits) -> Verdict:
    """23: several gauges show a crowd."""
    gauges = (
        at_least(weeks["cot_percentile"], t["cot"]),
        at_least(weeks["naaim"], t["naaim"]),
        at_least(weeks["cta_exposure"], t["cta"]),
        at_least(weeks["aaii_bull_bear"], t["bull_bear"]),
        at_most(weeks.percentile("put_call"), t["put_call"]),
    )
    return Verdict(
        active=enough_of(t["gauges"], *gauges),
        watch=any_of(*gauges),
        figures={"crowded_gauges": held(*gauges)},
    )


@rule
def crowded_shorts(weeks: Weeks, t: Limits) -> Verdict:
    """24: several gauges show a crowd on the short side."""
    gauges = (
        at_most(weeks["cot_leveraged_percentile"], t["cot"]),
        at_most(weeks["cta_exposure"], t["cta"]),
        at_least(weeks["aaii_bears"], t["bears"]),
    )
    return Verdict(
        active=enough_of(t["gauges"], *gauges), watch=any_of(*gauges), figures={"short_gauges": held(*gauges)}
    )


@rule
def positioning_extreme(weeks: Weeks, t: Limits) -> Verdict:
    """25: the positioning score is at an extreme."""
    score, near = weeks["positioning_score"], t["score"] - t["watch_within"]
    return Verdict(
        active=at_most(score, -t["score"]),
        watch=any_of(at_most(score, -near), at_least(score, near)),
        opposite=at_least(score, t["score"]),
        leans=above(score, 0.0),
    )


@rule
def cta_full(weeks: Weeks, t: Limits) -> Verdict:
    """26: trend-followers are at their limit."""
    exposure = weeks["cta_exposure"]
    rising = above(weeks.change("cta_exposure", 4), 0.0)
    return Verdict(
        active=at_least(exposure, t["cta"]), watch=all_of(at_least(exposure, t["watch_cta"]), rising)
    )


@rule
def cta_short_covering(weeks: Weeks, t: Limits) -> Verdict:
    """27: trend-followers were short and buy back as volatility fades."""
    short = at_most(weeks.low("cta_exposure", t["weeks"]), t["cta"])
    off_peak = at_most(weeks["vix"] / weeks.daily_peak("vix", t["peak_weeks"]), 1.0 - t["vix_fall"] / 100.0)
    upright = below(weeks["vix_term_ratio"], t["ratio"])
    rising = above(weeks.change("cta_exposure", 1), 0.0)
    return Verdict(
        active=all_of(short, rising, off_peak, upright), watch=all_of(short, off_peak, opposite_of(upright))
    )


@rule
def dealer_gamma_extreme(weeks: Weeks, t: Limits) -> Verdict:
    """28: dealer gamma is unusually low or high; on watch before an expiry."""
    rank = weeks.daily_percentile("dealer_gamma")
    return Verdict(
        active=at_most(rank, t["low"]), watch=weeks["expiry_next_week"], opposite=at_least(rank, t["high"])
    )


@rule
def cash_waiting(weeks: Weeks, t: Limits) -> Verdict:
    """29: managers hold cash and rule-followers are light."""
    average = weeks.mean("naaim", 4)
    light = any_of(
        at_most(weeks["vol_target_exposure"], t["vol_target"]), at_most(weeks["cta_exposure"], t["cta"])
    )
    return Verdict(
        active=all_of(at_most(average, t["naaim"]), light),
        watch=all_of(at_most(average, t["watch_naaim"]), light),
    )


@rule
def fast_derisking(weeks: Weeks, t: Limits) -> Verdict:
    """30: exposure was cut fast and the VIX is still near its peak; the mirror: it has left the peak."""

    def cut(share: float) -> Array:
        falls = {"vol_target_exposure": t["vol_target"], "naaim": t["naaim"], "cta_exposure": t["cta"]}
        return any_of(
            *(at_most(weeks[n] - weeks.peak(n, t["weeks"] + 1), -share * size) for n, size in falls.items())
        )

    def near_peak(weeks_back: float) -> Array:
        return at_least(weeks["vix"] / weeks.daily_peak("vix", weeks_back), 1.0 - t["vix_fall"] / 100.0)

    return Verdict(
        active=all_of(cut(1.0), near_peak(t["weeks"])),
        watch=cut(0.5),
        opposite=all_of(within(cut(1.0), DERISKED_WITHIN), opposite_of(near_peak(DERISKED_WITHIN))),
    )
