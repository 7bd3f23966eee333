"""Rules of the positioning insights. Every threshold comes from insights.yaml."""

from __future__ import annotations

import functools
import operator

from fiveengines.playbook.conditions import (
    Condition,
    Quantity,
    certain,
    count_held,
    enough_of,
    held_within,
    quantity,
    rolling,
)
from fiveengines.playbook.rule_inputs import RuleInputs
from fiveengines.playbook.rules.registry import RuleResult, Thresholds, rule


def _any(*conditions: Condition) -> Condition:
    return functools.reduce(operator.or_, conditions)


@rule
def crowded_longs(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Several measures show a crowd."""
    crowded = (
        inputs["cot_percentile"] >= t["cot"],
        inputs["naaim"] >= t["naaim"],
        inputs["cta_exposure"] >= t["cta"],
        inputs["aaii_bull_bear"] >= t["bull_bear"],
        inputs.percentile("put_call") <= t["put_call"],
    )
    empty = _any(
        inputs["cot_percentile"] < t["cot_middle"],
        inputs["cta_exposure"] < 0,
        inputs["aaii_bull_bear"] < 0,
    )
    return RuleResult(
        active=enough_of(t["measures"], *crowded) & ~certain(empty),
        watch=_any(*crowded),
        figures={"crowded_long_measures": count_held(*crowded)},
    )


@rule
def crowded_shorts(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Several measures show a crowd on the short side."""
    crowded = (
        inputs["cot_leveraged_funds"] <= t["cot"],
        inputs["cta_exposure"] <= t["cta"],
        inputs["aaii_bears"] >= t["bears"],
    )
    long = _any(inputs["cot_leveraged_funds"] > t["cot_middle"], inputs["cta_exposure"] > 0)
    return RuleResult(
        active=enough_of(t["measures"], *crowded) & ~certain(long),
        watch=_any(*crowded),
        figures={"crowded_short_measures": count_held(*crowded)},
    )


@rule
def positioning_extreme(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """The positioning score is at an extreme."""
    score, near = inputs["positioning_score"], t["score"] - t["watch_within"]
    return RuleResult(
        active=score <= -t["score"],
        watch=(score <= -near) | (score >= near),
        opposite=score >= t["score"],
        leans=score > 0,
    )


@rule
def cta_at_maximum(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Trend-followers are at their limit."""
    rising = inputs.change("cta_exposure", t["weeks"]) > 0
    return RuleResult(
        active=inputs["cta_exposure"] >= t["cta"],
        watch=(inputs["cta_exposure"] >= t["watch_cta"]) & rising,
    )


@rule
def cta_short_covering(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Trend-followers were short, are not yet long, and buy back as volatility fades."""
    short = inputs.low("cta_exposure", t["weeks"]) <= t["cta"]
    off_peak = inputs["vix"] / inputs.daily_peak("vix", t["peak_weeks"]) <= 1.0 - t["vix_fall"] / 100.0
    upright = inputs["vix_term"] < t["ratio"]
    covering = (inputs.change("cta_exposure", 1) > 0) & (inputs["cta_exposure"] <= t["covered"])
    return RuleResult(active=short & covering & off_peak & upright, watch=short & off_peak & ~upright)


@rule
def dealer_gamma_extreme(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Dealer gamma is unusually low or high; on watch before an expiry."""
    rank = inputs.daily_percentile("dealer_gamma")
    return RuleResult(
        active=rank <= t["low"],
        watch=inputs["expiry_next_week"] > 0,
        opposite=(rank >= t["high"]) & (inputs["dealer_gamma"] > 0),
    )


@rule
def cash_on_sidelines(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Managers hold cash and rule-based funds are lightly invested."""
    average = inputs.mean("naaim", t["weeks"])
    light = (inputs["vol_target_exposure"] <= t["vol_target"]) | (inputs["cta_exposure"] <= t["cta"])
    now = inputs["naaim"] <= t["watch_naaim"]
    return RuleResult(
        active=(average <= t["naaim"]) & now & light, watch=(average <= t["watch_naaim"]) & light
    )


@rule
def fast_derisking(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Several exposures were cut fast and the cut goes on; the mirror: it has ended and the VIX has left its peak."""
    sizes = {"vol_target_exposure": t["vol_target"], "naaim": t["naaim"], "cta_exposure": t["cta"]}
    falls = {name: _fall(inputs, name, t["weeks"]) for name in sizes}
    cuts = [falls[name] <= -size for name, size in sizes.items()]
    cut = enough_of(t["measures"], *cuts)
    going_on = _any(*(_fall(inputs, name, 1) <= -t["still"] / 100.0 * size for name, size in sizes.items()))

    def near_peak(weeks: float) -> Condition:
        return inputs["vix"] / inputs.daily_peak("vix", weeks) >= 1.0 - t["vix_fall"] / 100.0

    under_way = near_peak(t["weeks"]) | going_on
    return RuleResult(
        active=cut & under_way,
        watch=_any(*cuts) & under_way,
        opposite=held_within(cut, t["within_weeks"]) & ~near_peak(t["within_weeks"]) & ~going_on,
        figures={
            f"{name}_cut": quantity(rolling(fall, t["within_weeks"]).min()) for name, fall in falls.items()
        },
    )


def _fall(inputs: RuleInputs, name: str, weeks: float) -> Quantity:
    """Distance from the peak of the weeks before: in points, of volatility-target exposure in per cent of the peak.

    A fund that targets volatility may be light already when it cuts; what it cuts is a share of what it holds.
    """
    if name == "vol_target_exposure":
        return 100.0 * (inputs[name] / inputs.peak(name, weeks + 1) - 1.0)
    return inputs[name] - inputs.peak(name, weeks + 1)
