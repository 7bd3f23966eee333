"""Rules of the rate-path insights. Every threshold comes from insights.yaml."""

from __future__ import annotations

import numpy as np
from pandas.arrays import FloatingArray

from fiveengines.playbook.conditions import (
    Quantity,
    certain,
    enough_of,
    held_throughout,
    weeks_in_a_row,
    weeks_since,
    where,
)
from fiveengines.playbook.rule_inputs import RuleInputs
from fiveengines.playbook.rules.registry import RuleResult, Thresholds, rule


def _moves(inputs: RuleInputs) -> tuple[Quantity, Quantity, Quantity]:
    """Weeks since the last cut, the last hike, and the first cut after hikes; infinite when there has been none."""
    step = inputs.change("policy_rate", 1).round(4)
    since_cut, since_hike = weeks_since(step < 0), weeks_since(step > 0)
    # A cut is the first when a hike came after the cut before it, or no cut came before.
    before = np.concatenate([[np.inf], since_cut[:-1]]) + 1
    first = (step < 0) & (since_hike < before)
    unknown = inputs["policy_rate"].isna()
    cut, hike, first_cut = (
        FloatingArray(age, unknown.copy()) for age in (since_cut, since_hike, weeks_since(first))
    )
    return cut, hike, first_cut


@rule
def policy_path_priced(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """The 2-year yield is far from the policy rate.

    A gap that a falling policy rate opens, with the 2-year yield falling behind it, prices no hikes.
    """
    gap = inputs["two_year_minus_policy_bp"]
    return RuleResult(
        active=gap <= -t["gap"],
        watch=abs(gap) >= t["watch_gap"],
        opposite=(gap >= t["gap"]) & (inputs["two_year_change_13w_bp"] >= 0),
        leans=gap > 0,
    )


@rule
def two_year_yield_moves(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """The 2-year yield has moved."""
    change = inputs["two_year_change_13w_bp"]
    return RuleResult(
        active=change >= t["rise"],
        watch=(change >= t["watch_rise"]) | (change <= -t["watch_fall"]),
        opposite=change <= -t["fall"],
        leans=change < 0,
    )


@rule
def real_yield_moves(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """The real yield has moved."""
    change = inputs["real_yield_change_13w_bp"]
    return RuleResult(
        active=change >= t["change"],
        watch=abs(change) >= t["watch_change"],
        opposite=change <= -t["change"],
        leans=change < 0,
    )


@rule
def curve_steepens(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """The curve has steepened, by name."""
    change = inputs.change("curve_2s10s_bp", t["weeks"]).round(2)
    return RuleResult(
        active=change >= t["steepening"],
        watch=change >= t["watch_steepening"],
        figures={"curve_move": inputs.curve_move(t["weeks"], t["watch_steepening"])},
    )


@rule
def curve_inverted(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """The curve has been inverted for some weeks."""
    long, short = "curve_2s10s_bp", "curve_3m10y_bp"
    inverted = (inputs[short] < 0) | (inputs[long] < 0)
    near_short, near_long = (
        (inputs[name] < t["watch_spread"]) & (inputs.change(name, t["watch_weeks"]) < 0)
        for name in (short, long)
    )
    return RuleResult(
        active=held_throughout(inverted, t["weeks"]),
        watch=near_short | near_long,
        figures={"inversion_weeks": weeks_in_a_row(inverted)},
    )


@rule
def cut_into_stress(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Rates fall, or are expected to, while credit or volatility is under stress."""
    since_cut, _, _ = _moves(inputs)
    widening = inputs.change("hy_spread", t["spread_weeks"])
    priced = inputs["two_year_minus_policy_bp"] <= -t["priced"]
    half_wide = widening >= t["lesser_rise"]
    stress = (
        (inputs["hy_spread"] > t["spread"])
        | (widening >= t["spread_rise"])
        | (half_wide & inputs.is_label("volatility_state", "adverse"))
    )
    cut_lately = since_cut <= t["weeks"]
    healing = widening <= -t["lesser_rise"]
    return RuleResult(
        active=(cut_lately | priced) & stress & ~certain(healing),
        watch=priced & half_wide,
        figures={"weeks_since_cut": where(cut_lately, since_cut)},
    )


@rule
def hikes_absorbed(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Hikes meet ample money, broad participation, quiet credit and no turmoil."""
    _, since_hike, _ = _moves(inputs)
    lately = since_hike <= t["weeks"]
    supports = (
        inputs["liquidity_score"] > t["liquidity_score"],
        inputs["breadth_score"] > t["breadth_score"],
        inputs["hy_spread"] < t["spread"],
        ~inputs.is_label("volatility_state", "adverse"),
    )
    every = enough_of(len(supports), *supports)
    return RuleResult(
        active=lately & every,
        watch=lately & enough_of(len(supports) - 1, *supports) & ~every,
        figures={"weeks_since_hike": since_hike},
    )


@rule
def policy_cycle_turns(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """The first cut has come, or the last hike is long past and cuts are priced."""
    since_cut, since_hike, since_first = _moves(inputs)
    waiting = (since_cut > since_hike) & (inputs["two_year_minus_policy_bp"] < 0)
    pausing = (since_hike >= t["pause_weeks"]) & waiting
    return RuleResult(
        active=(since_first <= t["first_cut_weeks"]) | pausing,
        watch=(since_hike >= t["first_cut_weeks"]) & (since_hike < t["pause_weeks"]) & waiting,
        figures={
            # Between the two ages a hike may have been the last; half-way the phase says so.
            "cycle_phase": inputs.cycle_phase((t["first_cut_weeks"] + t["pause_weeks"]) / 2),
            "weeks_since_hike": since_hike,
            # A first cut before the last hike belongs to the cycle before.
            "weeks_since_first_cut": where(since_first <= since_hike, since_first),
        },
    )
