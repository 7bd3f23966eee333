"""Rate shocks in tables: betas, the policy path and its record, the source's rules, stress, the strategy's record.

Shows an answer of the rate-shock companion; computes none.
"""

from __future__ import annotations

from typing import Any

from fiveengines.base.formats import counted, date, interval, number, percent
from fiveengines.companions.rate_shock import Result
from fiveengines.companions.rate_shock.result import BetaRecord
from fiveengines.views.tables.markup import Column, great_table, prose, soft

# A t value from which a slope is called clear, by the usual rule of two standard errors.
_CLEAR = 2.0


def betas(result: Result) -> Any:
    """Slopes and t values by ticker, one column a window."""
    if not result.betas:
        return prose("No rate betas: real yields or prices are missing.")
    windows = sorted({each.window for each in result.betas})
    by_ticker: dict[str, dict[int, BetaRecord]] = {}
    for each in result.betas:
        by_ticker.setdefault(each.ticker, {})[each.window] = each
    last = windows[-1]
    rows = sorted(by_ticker.items(), key=lambda row: row[1][last].per_100bp_real if last in row[1] else 0.0)
    return great_table(
        rows,
        Column("Ticker", lambda row: row[0]),
        *map(_window_column, windows),
        Column(
            "Breakeven", lambda row: number(row[1][max(row[1])].per_100bp_breakeven, 1, sign=True), right=True
        ),
        Column("Market beta", lambda row: number(row[1][max(row[1])].market_beta, 2), right=True),
        Column("Sign", lambda row: "the same" if row[1][max(row[1])].stable else soft("changes")),
        title="Rate betas",
        subtitle="Per cent for a point of real yield (t value), market controlled; breakeven and beta of the longest",
        note="Daily changes, errors after Newey and West. A beta whose sign changes enters no sentence.",
    )


def _window_column(window: int) -> Column:
    return Column(f"{window:,} sessions", lambda row: _slope(row[1].get(window)), right=True)


def _slope(each: BetaRecord | None) -> str:
    if each is None:
        return ""
    return f"{number(each.per_100bp_real, 1, sign=True)} ({number(each.t, 1, sign=True)})"


# Members shown at each end.
_ENDS = 8


def members(result: Result) -> Any:
    """The members that lose and gain most with the real yield, of those whose sign is clear and holds."""
    sure = [each for each in result.members if each.stable and abs(each.t) >= _CLEAR]
    if not sure:
        return prose("No index member's rate beta is clear and keeps its sign over every window.")
    ends = {"Lose with a rising real yield": sure[:_ENDS], "Gain with it": sure[-_ENDS:][::-1]}
    rows = [
        (name, each)
        for name, some in ends.items()
        for each in some
        if (each.per_100bp_real < 0) == name.startswith("Lose")
    ]
    return great_table(
        rows,
        Column("Member", lambda row: row[1].ticker),
        Column("Sector", lambda row: soft(row[1].sector)),
        Column("Real yield", lambda row: number(row[1].per_100bp_real, 1, " %", sign=True), right=True),
        Column("t", lambda row: number(row[1].t, 1, sign=True), right=True),
        Column("Breakeven", lambda row: number(row[1].per_100bp_breakeven, 1, " %", sign=True), right=True),
        Column("Market beta", lambda row: number(row[1].market_beta, 2), right=True),
        title=f"Of {len(result.members)} index members {len(sure)} have a clear rate beta",
        subtitle=f"Per cent for a point over {sure[0].n:,} sessions, market controlled; one sign in every window",
        group=lambda row: row[0],
        note="With so many members a twentieth would look clear by chance: the list is for looking, not for acting.",
    )


def policy_path(result: Result) -> Any:
    """The odds of each range after each meeting."""
    if not result.policy_path:
        return prose("No policy path: there are no fed funds futures, no target, or no announced meeting.")
    return great_table(
        result.policy_path,
        Column("Meeting", lambda each: date(each.meeting)),
        Column(
            "Target range and its odds",
            lambda each: ", ".join(
                f"{name} {number(chance)} %"
                for name, chance in sorted(each.outcomes.items(), key=lambda pair: -pair[1])
                if chance >= 1
            ),
        ),
        title="What futures price",
        subtitle=f"30-day fed funds futures; {result.policy_path[0].convention}",
        note="; ".join(
            f"{each.horizon} days before {each.n} meetings the likeliest range came in {percent(each.hit)}, Brier "
            f"score {number(each.brier, 2)} (no change: {number(each.naive, 2)})"
            for each in result.policy_record
        ),
    )


def rules(result: Result) -> Any:
    """The source's rules: what each says, whether it holds, and what followed."""
    named = {
        "Trigger": result.trigger, "Reflexivity": result.reflexivity, "Pause": result.pause,
        "Steepener": result.steepener, "Barbell": result.barbell,
    }  # fmt: skip
    return great_table(
        named.items(),
        Column("Rule", lambda each: each[0]),
        Column("Holds", lambda each: {True: "yes", False: "no", None: "not known"}[each[1].holds]),
        Column("Spells", lambda each: str(len(each[1].fired)), right=True),
        Column("What followed", lambda each: each[1].says),
        title="The source's rules, as it states them",
        subtitle="A rule that held in one spell or never cannot be tested; nothing here is a promise",
        note=result.proposal,
    )


def stress(result: Result) -> Any:
    """Windows and shocks in figures."""
    if not result.stress:
        return None
    return great_table(
        result.stress,
        Column("Scenario", lambda each: each.scenario),
        Column(
            "When",
            lambda each: soft(
                f"{date(each.start)} to {date(each.end)}" if each.start and each.end else "supposed"
            ),
        ),
        Column("Portfolio", lambda each: number(each.portfolio, 1, " %", sign=True), right=True),
        Column(
            "90 % interval",
            lambda each: "" if each.low is None else interval(each.low, each.high),
            right=True,
        ),
        Column(
            "Weights with prices",
            lambda each: "" if each.covered is None else percent(each.covered),
            right=True,
        ),
        Column("Nasdaq 100", lambda each: number(each.nasdaq_100, 1, " %", sign=True), right=True),
        Column("S&P 500", lambda each: number(each.sp500, 1, " %", sign=True), right=True),
        title="Stress",
        subtitle="Today's weights through past windows; supposed shocks by slopes, each on its own",
        note="A slope says what moved together over the betas' middle window, not what such a shock would cause: when "
        "yields rose with the economy, shares rose too.",
    )


def screen(result: Result) -> Any:
    """Companies by cash-flow durability."""
    if not result.screen:
        return None
    passing = [each for each in result.screen if each.passes]
    failing = [each for each in result.screen if not each.passes]
    rows, note = result.screen, ""
    if len(rows) > 4 * _ENDS:
        best = sorted(passing, key=lambda each: -(each.cash_flow_margin or 0.0))[: 2 * _ENDS]
        failing.sort(key=lambda each: (not each.warning, each.cash_flow_margin or 0.0))
        warned = failing[: 2 * _ENDS]
        rows = [*best, *warned]
        note = f"{len(best)} with most cash flow of those that pass, {len(warned)} that do not; all are in the JSON."
    return great_table(
        rows,
        Column("Company", lambda each: each.ticker),
        Column("Filed", lambda each: date(each.filed)),
        Column("Free cash flow", lambda each: percent(each.cash_flow_margin), right=True),
        Column("Debt ÷ EBITDA", lambda each: number(each.debt_to_ebitda, 1), right=True),
        Column("Research", lambda each: percent(each.research_share, 1), right=True),
        Column(
            "",
            lambda each: soft("; ".join(filter(None, ("passes" if each.passes else each.why, each.warning)))),
        ),
        title=f"Of the companies here ({len(result.screen)}) {len(passing)} pass the cash-flow screen",
        subtitle="As of the last filing; shares of revenue",
        note=note,
    )


def strategy(result: Result) -> Any:
    """The plain three layers, walk-forward after costs, beside the indices and beside what the source promised."""
    found = result.strategy
    if found is None:
        return None
    own: list[tuple[str, str, float | None, float | None, float | None]] = [
        ("Growth a year, %", "cagr", found.cagr, found.nasdaq_cagr, found.sp500_cagr),
        (
            "Worst fall, %",
            "max_drawdown",
            found.max_drawdown,
            found.nasdaq_max_drawdown,
            found.sp500_max_drawdown,
        ),
        ("Sharpe ratio", "sharpe", found.sharpe, found.nasdaq_sharpe, found.sp500_sharpe),
        ("Captured of rising months, %", "up_capture", found.up_capture, 100.0, None),
        ("Captured of falling months, %", "down_capture", found.down_capture, 100.0, None),
        ("Correlation", "correlation", found.correlation, 1.0, None),
        ("Change of its advantage, points a year", "decay", found.decay, None, None),
    ]
    digits = {"sharpe": 2, "correlation": 2}
    return great_table(
        own,
        Column("", lambda each: each[0]),
        Column("Measured", lambda each: number(each[2], digits.get(each[1], 1)), right=True),
        Column("Nasdaq 100 fund", lambda each: number(each[3], digits.get(each[1], 1)), right=True),
        Column("S&P 500", lambda each: number(each[4], digits.get(each[1], 1)), right=True),
        Column(
            "Source's figure",
            lambda each: number(found.promised.get(each[1]), digits.get(each[1], 1)),
            right=True,
        ),
        title=f"The whole strategy since {date(found.begin)}, after costs, beside what the source says",
        subtitle="A plain version of its three layers; captures and correlation against the Nasdaq 100 fund",
        note=f"With {found.trials} trials counted, those of the committed log included, the probability that its "
        f"Sharpe ratio is above zero is {number(found.deflated_sharpe, 2)}; the probability of overfitting, that the "
        f"best variant of one half of the history is below the median in the other, is {number(found.overfitting, 2)}. "
        "Nothing here is a promise.",
    )


def decay(result: Result) -> Any:
    """Year by year: the strategy's return and its lead on the Nasdaq 100 fund, and whether that lead shrinks."""
    found = result.strategy
    if found is None or not found.ahead_by_year:
        return None
    since = [year for year in found.ahead_by_year if int(year) > found.published]
    told_since = f"{counted(len(since), 'whole year')} after it" if since else "no whole year after it"
    which = f"the {len(since)} whole years since" if len(since) >= 4 else "all whole years here"
    told = (
        "Too few whole years to say whether its lead shrinks"
        if found.decay is None or found.decay_low is None or found.decay_high is None
        else f"Its lead changed by {number(found.decay, 1, sign=True)} points a year over {which} (90 % interval "
        f"{interval(found.decay_low, found.decay_high)})"
    )
    return great_table(
        found.by_year.items(),
        Column("Year", lambda each: each[0]),
        Column("Three layers", lambda each: number(each[1], 1, " %", sign=True), right=True),
        Column(
            "Ahead of the Nasdaq 100 fund",
            lambda each: number(found.ahead_by_year.get(each[0]), 1, " points", sign=True),
            right=True,
        ),
        title=told,
        subtitle=f"The source's backtest ends in {found.published}; {told_since} here",
        note="A year that is not whole has no lead.",
    )
