"""Insights 17 to 22 as conditions: breadth.

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
    held_in,
    lasted,
    not_shown,
    rows_since,
    within,
)
from fiveengines.playbook.weeks import Weeks


@rule
def participation_peaked(weeks: Weeks, t: Limits) -> Verdict:
    """17: the index is near its high with fewer members than some months ago."""
    near = at_least(weeks["spx_from_high"], -t["near_high"])
    fall = weeks["pct_above_200"] - weeks.peak("pct_above_200", t["weeks"])
    return Verdict(
        active=all_of(near, at_most(fall, -t["decline"])),
        watch=all_of(near, at_most(fall, -t["decline"] / 2)),
    )


@rule
def breadth_turns_from_washout(weeks: Weeks, t: Limits) -> Verdict:
    """18: participation rises from a washed-out level and keeps most of what it has won."""
    lowest, best = weeks.low_and_best_since("pct_above_50", t["weeks"])
    washed = at_most(lowest, t["washed_out"])
    rebound = weeks["pct_above_50"] - lowest
    kept = at_least(rebound - t["kept"] / 100.0 * (best - lowest), 0.0)
    highs = above(weeks["net_new_highs"] - weeks.low("net_new_highs", t["weeks"]), 0.0)
    return Verdict(
        active=all_of(washed, kept, at_least(rebound, t["rebound"]), highs),
        watch=all_of(washed, kept, at_least(rebound, t["rebound"] / 3)),
    )


@rule
def breadth_thrust(weeks: Weeks, t: Limits) -> Verdict:
    """19: a Zweig or a Whaley thrust lies a few weeks back at most, and the index has not fallen out of it."""
    zweig = weeks.thrust("Zweig", t["zweig_low"], t["zweig_high"], t["zweig_sessions"])
    whaley = weeks.thrust("Whaley", t["whaley"])
    share, lowest = weeks.advancing_share(t["zweig_sessions"])
    ages = rows_since(zweig), rows_since(whaley)
    latest = np.fmin(*ages)
    latest = np.where(latest < t["weeks"], latest, np.nan)  # an older thrust is no evidence
    # What a thrust carried up from is the lowest close of its own weeks; below that it has failed.
    start = weeks.low("spx", t["base_weeks"])
    row = np.arange(len(latest)) - np.where(np.isnan(latest), 0, latest).astype(int)
    failed = below(weeks["spx"], start[row])
    name = np.where(np.isnan(latest), "", np.where(ages[0] == latest, "Zweig", "Whaley")).astype(object)
    return Verdict(
        active=all_of(within(any_of(zweig, whaley), t["weeks"]), not_shown(failed)),
        watch=all_of(below(lowest, t["zweig_low"]), above(share, t["watch_share"])),
        figures={"thrust_name": name, "thrust_weeks": latest},
    )


@rule
def narrow_rally(weeks: Weeks, t: Limits) -> Verdict:
    """20: a few giants carry the index."""
    lag = at_most(weeks["equal_vs_cap_13w"], -t["lag"])
    rising = above(weeks.change_pct("spx", 13), 0.0)
    return Verdict(
        active=all_of(lag, rising, below(weeks["pct_above_200"], t["above_200"])), watch=all_of(lag, rising)
    )


@rule
def wide_participation(weeks: Weeks, t: Limits) -> Verdict:
    """21: many members take part, and have for some weeks."""
    wide = all_of(
        at_least(weeks["pct_above_200"], t["above_200"]),
        above(weeks["net_new_highs"], t["net_highs"]),
        at_least(weeks["equal_vs_cap_13w"], t["lag"]),
    )
    return Verdict(active=lasted(wide, t["weeks"]), watch=wide)


@rule
def divergence_ages(weeks: Weeks, t: Limits) -> Verdict:
    """22: the index has been near its high on thin participation for some weeks, a week's dip between them or not."""
    apart = all_of(
        at_least(weeks["spx_from_high"], -t["near_high"]), below(weeks["pct_above_200"], t["above_200"])
    )
    count = held_in(apart, t["within_weeks"])
    return Verdict(
        active=all_of(apart, at_least(count, t["weeks"])), watch=apart, figures={"divergence_weeks": count}
    )
