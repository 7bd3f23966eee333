"""Insights 23 to 30 as conditions: positioning.

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
    enough_of,
    held,
    opposite_of,
    windows,
    within,
)
from fiveengines.playbook.weeks import Weeks


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
    """27: trend-followers were short, are not yet long, and buy back as volatility fades."""
    short = at_most(weeks.low("cta_exposure", t["weeks"]), t["cta"])
    off_peak = at_most(weeks["vix"] / weeks.daily_peak("vix", t["peak_weeks"]), 1.0 - t["vix_fall"] / 100.0)
    upright = below(weeks["vix_term_ratio"], t["ratio"])
    covering = all_of(
        above(weeks.change("cta_exposure", 1), 0.0), at_most(weeks["cta_exposure"], t["covered"])
    )
    return Verdict(
        active=all_of(short, covering, off_peak, upright),
        watch=all_of(short, off_peak, opposite_of(upright)),
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
    """30: several exposures were cut fast and the cut goes on; the mirror: it has stopped and the VIX left its peak."""
    sizes = {"vol_target_exposure": t["vol_target"], "naaim": t["naaim"], "cta_exposure": t["cta"]}
    falls = {name: _fall(weeks, name, t["weeks"]) for name in sizes}
    cuts = [at_most(falls[name], -size) for name, size in sizes.items()]
    cut = enough_of(t["gauges"], *cuts)
    going_on = any_of(
        *(at_most(_fall(weeks, name, 1), -t["still"] / 100.0 * size) for name, size in sizes.items())
    )

    def near_peak(weeks_back: float) -> Array:
        return at_least(weeks["vix"] / weeks.daily_peak("vix", weeks_back), 1.0 - t["vix_fall"] / 100.0)

    under_way = any_of(near_peak(t["weeks"]), going_on)
    return Verdict(
        active=all_of(cut, under_way),
        watch=all_of(any_of(*cuts), under_way),
        opposite=all_of(
            within(cut, t["within_weeks"]), opposite_of(near_peak(t["within_weeks"])), opposite_of(going_on)
        ),
        figures={
            name: np.fmin.reduce(windows(falls[source], t["within_weeks"]), axis=1)
            for name, source in (
                ("vol_target_cut", "vol_target_exposure"),
                ("naaim_cut", "naaim"),
                ("cta_cut", "cta_exposure"),
            )
        },
    )


def _fall(weeks: Weeks, name: str, weeks_back: float) -> Array:
    """Distance from the peak of the weeks before: in points, of volatility-target exposure in per cent of the peak.

    A fund that targets volatility may be light already when it cuts; what it cuts is a share of what it holds.
    """
    peak = weeks.peak(name, weeks_back + 1)
    if name == "vol_target_exposure":
        return 100.0 * (weeks[name] / np.where(peak > 0, peak, np.nan) - 1.0)
    return weeks[name] - peak
