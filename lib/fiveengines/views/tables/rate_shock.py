"""Rate shocks in tables: betas, the policy path and its record, the source's rules, stress, the strategy's record.

Shows an answer of the rate-shock companion; computes none.
"""

from __future__ import annotations

from typing import Any

from fiveengines.base.formats import date, number, percent
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
    return (
        ""
        if each is None
        else f"{number(each.per_100bp_real, 1, sign=True)} ({number(each.t, 1, sign=True)})"
    )


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
            lambda each: (
                soft(f"{date(each.start)} to {date(each.end)}")
                if each.start and each.end
                else soft("supposed")
            ),
        ),
        Column("Portfolio", lambda each: number(each.portfolio, 1, " %", sign=True), right=True),
        Column(
            "90 % interval",
            lambda each: (
                ""
                if each.low is None
                else f"{number(each.low, 1, sign=True)} to {number(each.high, 1, sign=True)}"
            ),
            right=True,
        ),
        Column(
            "Weights with prices",
            lambda each: percent(each.covered) if each.covered is not None else "",
            right=True,
        ),
        Column("Nasdaq 100", lambda each: number(each.nasdaq_100, 1, " %", sign=True), right=True),
        Column("S&P 500", lambda each: number(each.sp500, 1, " %", sign=True), right=True),
        title="Stress",
        subtitle="Today's weights through past windows; supposed shocks by slopes, each on its own",
    )


def screen(result: Result) -> Any:
    """Companies by cash-flow durability."""
    if not result.screen:
        return None
    return great_table(
        result.screen,
        Column("Company", lambda each: each.ticker),
        Column("Filed", lambda each: date(each.filed)),
        Column("Free cash flow", lambda each: percent(each.cash_flow_margin), right=True),
        Column("Debt ÷ EBITDA", lambda each: number(each.debt_to_ebitda, 1), right=True),
        Column("Research", lambda each: percent(each.research_share, 1), right=True),
        Column(
            "",
            lambda each: soft("; ".join(filter(None, ("passes" if each.passes else each.why, each.warning)))),
        ),
        title="Cash-flow screen",
        subtitle="As of the last filing; shares of revenue",
    )


def strategy(result: Result) -> Any:
    """The plain three layers, walk-forward after costs, beside the indices."""
    found = result.strategy
    if found is None:
        return None
    rows = [
        ("Three layers", found.sharpe, found.max_drawdown),
        ("Nasdaq 100 fund", found.nasdaq_sharpe, found.nasdaq_max_drawdown),
        ("S&P 500", found.sp500_sharpe, found.sp500_max_drawdown),
    ]
    return great_table(
        rows,
        Column("", lambda each: each[0]),
        Column("Sharpe", lambda each: number(each[1], 2), right=True),
        Column("Worst fall", lambda each: number(each[2], 1, " %"), right=True),
        title=f"The whole strategy since {date(found.begin)}, after costs",
        subtitle=f"Correlation with the Nasdaq 100 fund {number(found.correlation, 2)}; captured "
        f"{number(found.up_capture)} % of its rising and {number(found.down_capture)} % of its falling months",
        note=f"{found.trials} variants were tried: deflated Sharpe probability {number(found.deflated_sharpe, 2)}, "
        f"probability of overfitting {number(found.overfitting, 2)}.",
    )
