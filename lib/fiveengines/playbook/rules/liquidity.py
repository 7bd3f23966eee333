"""Rules of the liquidity insights. Every threshold comes from insights.yaml."""

from __future__ import annotations

from fiveengines.playbook.conditions import certain, held_throughout, held_within, weeks_in_a_row
from fiveengines.playbook.rule_inputs import RuleInputs
from fiveengines.playbook.rules.registry import RuleResult, Thresholds, rule


@rule
def liquidity_turns_in_drawdown(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Liquidity recovers while the index is still well below its high."""
    rise = inputs.change("liquidity_score", t["weeks"])
    low = inputs["index_from_high"] <= -t["below_high"]
    return RuleResult(active=(rise >= t["score_rise"]) & low, watch=(rise >= t["watch_rise"]) & low)


@rule
def liquidity_stops_worsening(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """After a deep fall not made good, credit is off its peak, no longer widens, and money flows in again.

    Credit decides: central banks add most in a panic, so an inflow beside a spread at its peak is not healing.
    """
    fell = (inputs.low("index_from_high", t["drawdown_weeks"]) <= -t["drawdown"]) & (
        inputs["index_from_high"] <= -t["still_below"]
    )
    from_peak = 100.0 * (inputs["hy_spread"] / inputs.peak("hy_spread", t["peak_weeks"]) - 1.0)
    flows = inputs["net_liquidity_impulse_4w"] > 0
    narrower = inputs.change("hy_spread", t["weeks"]) <= 0
    return RuleResult(
        active=fell & (from_peak <= -t["spread_fall"]) & narrower & flows,
        watch=fell & (from_peak <= -t["watch_spread_fall"]),
    )


@rule
def risk_premiums_narrow(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Spreads and volatility come down under supportive liquidity."""
    narrowed = inputs.change("hy_spread", t["weeks"]) <= -t["spread_fall"]
    quiet = inputs["vix_percentile"] < t["vix_percentile"]
    return RuleResult(
        active=narrowed & quiet & (inputs["liquidity_score"] > t["liquidity_score"]),
        watch=narrowed & quiet & inputs.is_label("liquidity_state", "neutral"),
    )


@rule
def ample_liquidity(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Money has been ample for a while and real yields do not spoil it."""
    score = inputs["liquidity_score"]
    improving = inputs.change("liquidity_score", t["watch_weeks"]) > 0
    return RuleResult(
        active=held_throughout(score > t["liquidity_score"], t["weeks"])
        & (inputs["financial_conditions"] < t["financial_conditions"])
        & (inputs["real_yield_change_13w_bp"] <= t["real_yield_rise"]),
        watch=(score >= t["watch_score"]) & (score <= t["liquidity_score"]) & improving,
    )


@rule
def rally_financed_abroad(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Shares rise without money at home while money abroad or a weaker dollar helps."""
    rally = (inputs.change_pct("spx", t["weeks"]) >= t["spx_rise"]) & (
        inputs["net_liquidity_change_13w"] <= t["us_impulse"]
    )
    abroad = (inputs["global_central_banks_13w"] >= t["global_rise"]) | (
        inputs["dollar_13w"] <= -t["dollar_fall"]
    )
    return RuleResult(active=rally & abroad, watch=rally & ~certain(abroad))


@rule
def sudden_liquidity_drain(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Cash is absorbed quickly while the VIX is still low."""
    rank = inputs.percentile("net_liquidity_impulse_4w")
    absorbed = inputs.change("treasury_account", t["weeks"]) + inputs.change("reverse_repo", t["weeks"])
    low = inputs["vix"] < t["vix"]
    drains = inputs["net_liquidity_impulse_4w"] < 0
    return RuleResult(
        active=((rank <= t["impulse_percentile"]) | (absorbed >= t["refill"])) & drains & low,
        watch=(rank <= t["watch_percentile"]) & low,
    )


@rule
def small_caps_confirm_liquidity(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Small caps against large say the same as the liquidity engine."""
    trail = inputs["small_vs_large_13w"] <= -t["gap"]
    lead = inputs["small_vs_large_13w"] >= t["gap"]
    tight = inputs.is_label("liquidity_state", "adverse") | inputs.is_label(
        "liquidity_direction", "deteriorating"
    )
    easy = inputs.is_label("liquidity_state", "supportive") | inputs.is_label(
        "liquidity_direction", "improving"
    )
    # Liquidity that is adverse and improving, or supportive and deteriorating, confirms nothing.
    return RuleResult(
        active=trail & tight & ~easy, watch=trail | lead, opposite=lead & easy & ~tight, leans=lead
    )


@rule
def slow_drain_or_burst(inputs: RuleInputs, t: Thresholds) -> RuleResult:
    """Liquidity leaves slowly; the mirror case is a burst."""
    negative = inputs["net_liquidity_impulse_13w"] < 0
    rank = inputs.percentile("net_liquidity_impulse_4w")
    sharp = held_within(rank <= t["drain_percentile"], t["weeks"])
    return RuleResult(
        active=held_throughout(negative, t["weeks"]) & ~sharp,
        watch=held_throughout(negative, t["watch_weeks"]),
        # Central banks add most in a panic: a burst under adverse liquidity does not support the market.
        opposite=(rank >= t["surge_percentile"])
        & (inputs["net_liquidity_impulse_4w"] > 0)
        & ~inputs.is_label("liquidity_state", "adverse"),
        figures={"liquidity_drain_weeks": weeks_in_a_row(negative)},
    )
