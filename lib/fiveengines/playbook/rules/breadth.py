"""Rules of the breadth insights. Every threshold comes from insights.yaml."""

from __future__ import annotations

import numpy as np

from fiveengines.playbook.conditions import (
    certain,
    held_throughout,
    held_within,
    quantity,
    weeks_held,
    weeks_since,
)
from fiveengines.playbook.rule_inputs import RuleInputs
from fiveengines.playbook.rules.registry import RuleResult, Thresholds, rule


@rule
def participation_peaked(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """The index is near its high with fewer members than some months ago."""
    near = inputs["index_from_high"] >= -t["near_high"]
    fall = inputs["pct_above_200d"] - inputs.peak("pct_above_200d", t["weeks"])
    return RuleResult(active=near & (fall <= -t["decline"]), watch=near & (fall <= -t["watch_decline"]))


@rule
def breadth_turns_from_washout(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Participation rises from a washed-out level and holds most of what it has gained."""
    lowest, best = inputs.low_and_best_since("pct_above_50d", t["weeks"])
    rebound = inputs["pct_above_50d"] - lowest
    rising = (lowest <= t["washed_out"]) & (rebound - t["retained"] / 100.0 * (best - lowest) >= 0)
    highs = inputs["net_new_highs"] - inputs.low("net_new_highs", t["weeks"]) > 0
    return RuleResult(
        active=rising & (rebound >= t["rebound"]) & highs, watch=rising & (rebound >= t["watch_rebound"])
    )


@rule
def breadth_thrust(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """A Zweig or a Whaley thrust was a few weeks ago at most, and the index has not fallen out of it."""
    zweig = inputs.thrust("Zweig", t["zweig_low"], t["zweig_high"], t["zweig_sessions"])
    whaley = inputs.thrust("Whaley", t["whaley"])
    share, lowest = inputs.advancing_share(t["zweig_sessions"])
    ages = weeks_since(zweig), weeks_since(whaley)
    latest = np.minimum(*ages)
    recent = latest < t["weeks"]  # an older thrust is not evidence
    # What a thrust carried up from is the lowest close of its own weeks; below that it has failed.
    start = inputs.low("spx", t["base_weeks"])
    row = np.arange(len(latest)) - np.where(recent, latest, 0).astype(int)
    failed = inputs["spx"] < start[row]
    name = np.where(recent, np.where(ages[0] == latest, "Zweig", "Whaley"), "").astype(object)
    return RuleResult(
        active=held_within(zweig | whaley, t["weeks"]) & ~certain(failed),
        watch=(lowest < t["zweig_low"]) & (share > t["watch_share"]),
        figures={"thrust_name": name, "thrust_weeks": quantity(np.where(recent, latest, np.nan))},
    )


@rule
def narrow_rally(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """A few giants carry the index."""
    narrow = (inputs["equal_vs_cap_13w"] <= -t["lag"]) & (inputs.change_pct("spx", t["weeks"]) > 0)
    return RuleResult(active=narrow & (inputs["pct_above_200d"] < t["above_200d"]), watch=narrow)


@rule
def broad_participation(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Many members take part, and have for some weeks."""
    broad = (
        (inputs["pct_above_200d"] >= t["above_200d"])
        & (inputs["net_new_highs"] > t["net_highs"])
        & (inputs["equal_vs_cap_13w"] >= t["lag"])
    )
    return RuleResult(active=held_throughout(broad, t["weeks"]), watch=broad)


@rule
def breadth_divergence(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """The index has been near its high on thin participation for some weeks, in a row or not."""
    apart = (inputs["index_from_high"] >= -t["near_high"]) & (inputs["pct_above_200d"] < t["above_200d"])
    count = weeks_held(apart, t["within_weeks"])
    return RuleResult(active=apart & (count >= t["weeks"]), watch=apart, figures={"divergence_weeks": count})
