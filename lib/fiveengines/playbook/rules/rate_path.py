"""Insights 31 to 38 as conditions: the rate path.

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
    lasted,
    opposite_of,
    rows_since,
    run_length,
)
from fiveengines.playbook.weeks import Weeks

QUARTER = 13


def _either_way(values: Array, size: float) -> Array:
    return at_least(np.abs(values), size)


def _moves(weeks: Weeks) -> tuple[Array, Array, Array]:
    """Weeks since the last cut, the last hike, and the first cut after hikes; inf when there has been none."""
    step = np.sign(np.round(weeks.change("policy_target", 1), 4))
    cut, hike = (step < 0).astype("float64"), (step > 0).astype("float64")
    since_hike, since_cut = rows_since(hike), rows_since(cut)
    before = np.concatenate([[np.nan], since_cut[:-1]]) + 1
    # A cut is the first when a hike came after the cut before it, or no cut came before.
    first = (cut == 1) & np.isfinite(since_hike) & (np.isnan(before) | (since_hike < before))
    known = np.isfinite(weeks["policy_target"])
    ages = (since_cut, since_hike, rows_since(first.astype("float64")))
    found = [np.where(known, np.where(np.isnan(age), np.inf, age), np.nan) for age in ages]
    return found[0], found[1], found[2]


@rule
def path_priced(weeks: Weeks, t: Limits) -> Verdict:
    """31: the 2-year yield stands apart from the policy rate.

    A gap that a falling policy rate opens, with the 2-year yield falling behind it, prices no hikes.
    """
    gap = weeks["two_year_minus_policy"]
    firm = at_least(weeks["dgs2_change_13w"], 0.0)
    return Verdict(
        active=at_most(gap, -t["gap"]),
        watch=_either_way(gap, t["gap"] / 2),
        opposite=all_of(at_least(gap, t["gap"]), firm),
        leans=above(gap, 0.0),
    )


@rule
def two_year_moves(weeks: Weeks, t: Limits) -> Verdict:
    """32: the 2-year yield has moved."""
    change = weeks["dgs2_change_13w"]
    near = any_of(at_least(change, t["rise"] / 2), at_most(change, -t["fall"] / 2))
    return Verdict(
        active=at_least(change, t["rise"]),
        watch=near,
        opposite=at_most(change, -t["fall"]),
        leans=below(change, 0.0),
    )


@rule
def real_yield_moves(weeks: Weeks, t: Limits) -> Verdict:
    """33: the real yield has moved."""
    change = weeks["real_yield_change_13w"]
    return Verdict(
        active=at_least(change, t["change"]),
        watch=_either_way(change, t["change"] / 2),
        opposite=at_most(change, -t["change"]),
        leans=below(change, 0.0),
    )


@rule
def curve_steepens(weeks: Weeks, t: Limits) -> Verdict:
    """34: the curve has steepened, by name."""
    change = np.round(weeks.change("curve_2s10s", QUARTER), 2)
    return Verdict(
        active=at_least(change, t["steepening"]),
        watch=at_least(change, t["steepening"] / 2),
        figures={"curve_move": weeks.curve_move(QUARTER, t["steepening"] / 2)},
    )


@rule
def curve_inverted(weeks: Weeks, t: Limits) -> Verdict:
    """35: the curve has been inverted for some weeks."""
    spreads = ("curve_3m10y", "curve_2s10s")
    inverted = any_of(*(below(weeks[name], 0.0) for name in spreads))
    near = (all_of(below(weeks[n], t["watch_spread"]), below(weeks.change(n, 4), 0.0)) for n in spreads)
    return Verdict(
        active=lasted(inverted, t["weeks"]),
        watch=any_of(*near),
        figures={"inversion_weeks": run_length(inverted)},
    )


@rule
def cut_into_stress(weeks: Weeks, t: Limits) -> Verdict:
    """36: rates fall, or are expected to, while credit or volatility is under stress."""
    since_cut, _, _ = _moves(weeks)
    widening = weeks.change("hy_spread", 8)
    priced = at_most(weeks["two_year_minus_policy"], -t["priced"])
    shaken = all_of(at_least(widening, t["spread_rise"] / 2), weeks.is_word("volatility_state", "adverse"))
    stress = any_of(above(weeks["hy_spread"], t["spread"]), at_least(widening, t["spread_rise"]), shaken)
    return Verdict(
        active=all_of(any_of(at_most(since_cut, t["weeks"]), priced), stress),
        watch=all_of(priced, at_least(widening, t["spread_rise"] / 2)),
        figures={"weeks_since_cut": np.where(since_cut <= t["weeks"], since_cut, np.nan)},
    )


@rule
def hikes_absorbed(weeks: Weeks, t: Limits) -> Verdict:
    """37: hikes meet ample money, broad participation, quiet credit and no turmoil."""
    _, since_hike, _ = _moves(weeks)
    lately = at_most(since_hike, t["weeks"])
    supports = (
        above(weeks["liquidity_score"], t["liquidity_score"]),
        above(weeks["breadth_score"], t["breadth_score"]),
        below(weeks["hy_spread"], t["spread"]),
        opposite_of(weeks.is_word("volatility_state", "adverse")),
    )
    return Verdict(
        active=all_of(lately, *supports),
        watch=all_of(lately, enough_of(len(supports) - 1, *supports), opposite_of(all_of(*supports))),
        figures={"weeks_since_hike": since_hike},
    )


@rule
def cycle_hinge(weeks: Weeks, t: Limits) -> Verdict:
    """38: the first cut has come, or the last hike is long past and cuts are priced."""
    since_cut, since_hike, since_first = _moves(weeks)
    lower = below(weeks["two_year_minus_policy"], 0.0)
    no_cut_yet = above(since_cut - np.where(np.isfinite(since_hike), since_hike, 0.0), 0.0)
    pausing = all_of(at_least(since_hike, t["pause_weeks"]), _finite(since_hike), no_cut_yet, lower)
    between = all_of(at_least(since_hike, t["first_cut_weeks"]), below(since_hike, t["pause_weeks"]))
    return Verdict(
        active=any_of(at_most(since_first, t["first_cut_weeks"]), pausing),
        watch=all_of(between, no_cut_yet, lower),
        figures={
            # Between the two ages a hike may have been the last; half-way the phase says so.
            "cycle_phase": weeks.cycle_phase((t["first_cut_weeks"] + t["pause_weeks"]) / 2),
            "weeks_since_hike": since_hike,
            # A first cut before the last hike belongs to the cycle before.
            "weeks_since_first_cut": np.where(since_first <= since_hike, since_first, np.nan),
        },
    )


def _finite(values: Array) -> Array:
    return np.where(np.isnan(values), np.nan, np.isfinite(values).astype("float64"))
