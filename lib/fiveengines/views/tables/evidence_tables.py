"""The evidence companion's frames as tables for a reader: headings in words, shares in per cent, intervals in a cell.

Shows what the evidence room found; computes nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pandas as pd

from fiveengines.base.formats import NOTHING, minus, number, percent, signed
from fiveengines.base.parameters import ENGINES
from fiveengines.base.parameters.research import Bootstrap
from fiveengines.commentary.narrative import ENGINE_NAMES
from fiveengines.commentary.no_call import NAME as NO_CALL
from fiveengines.model.regimes import NAMES
from fiveengines.research import significance
from fiveengines.research.walk_forward import OWN
from fiveengines.views.tables import values
from fiveengines.views.tables.markup import Column, great_table, lines, prose, soft
from fiveengines.week import Week

# A change, a fall (nothing or less) and a level in per cent; a dash where there is none.
change = partial(number, digits=1, unit=" %", sign=True)
fall = partial(number, digits=1, unit=" %")
level = partial(number, unit=" %")


def outcomes(found: pd.DataFrame, now: int | None = None) -> Any:
    """What followed each regime, one group of rows a horizon; `now` marks the regime of the week.

    found: by (horizon, regime), as `research.base_rates` gives it.
    """
    rows = found[found["weeks"] > 0].reset_index()
    return great_table(
        (row for _, row in rows.iterrows()),
        _regime(now),
        Column("Return", lambda row: _with_interval(row, "return", change), right=True),
        Column("Worst fall on the way", lambda row: _with_interval(row, "fall", fall), right=True),
        Column("Volatility", lambda row: _with_interval(row, "volatility", level), right=True),
        _of("positive", "Rose", percent),
        _of("sample", "Weeks behind it", str, right=False),
        title="What followed each regime",
        subtitle="S&P 500, means of past weeks; in grey a 90 % interval",
        group=lambda row: str(row["horizon"]),
    )


def base_rates(week: Week) -> Any:
    """A quarter ahead by regime: return with 90 % interval, worst fall, volatility, counts; small samples say so."""
    found = week.base_rates
    if found is None:
        return prose("There is too little history to say what followed such weeks.")
    rows = found[found["weeks"] > 0].reset_index()
    return great_table(
        (row for _, row in rows.iterrows()),
        _regime(None if week.regime is None else week.regime.number),
        Column("Return, 13 weeks", lambda row: _with_interval(row, "return", change), right=True),
        _of("fall", "Worst fall on the way", fall),
        _of("volatility", "Volatility", level),
        _of("sample", "Weeks behind it", str, right=False),
        title="What followed each regime",
        subtitle="S&P 500 over the next quarter; means of past weeks complete by now, in grey a 90 % interval",
        note="Means of the past, not forecasts; weeks overlap, so those that do not are what counts.",
    )


def inflection_record(found: pd.DataFrame) -> Any:
    """How often each engine's inflections were followed by what they promise, against all weeks.

    found: one row an inflection, as `research.inflection_record` gives it; rates 0-1, moves in per cent.
    """
    return _table(
        found.reset_index(drop=True),
        "What followed each engine's inflections",
        _of("engine", "Engine", lambda name: ENGINE_NAMES[name], right=False),
        _of("direction", "Turn", str, right=False),
        _of("hit_rate", "Hits", percent),
        _of("all_hit_rate", "All weeks", percent),
        _of("mean_return", "Return after", change),
        _of("all_return", "All weeks", change),
        _of("mean_fall", "Worst fall", fall),
        _of("all_fall", "All weeks", fall),
        _of("sample", "Cases behind it", str, right=False),
    )


def spells(found: pd.DataFrame) -> Any:
    """How long each regime has lasted, in weeks.

    found: one row a regime, as `research.spells` gives it; NaN (a dash) where there was no spell.
    """
    return _table(
        found,
        "How long regimes last",
        _of("name", "Regime", str, right=False),
        _of("share", "Share of weeks", percent),
        _of("median", "Median spell", number),
        _of("shortest", "Shortest", number),
        _of("longest", "Longest", number),
        _of("running", "Running now", number),
        _of("sample", "Spells behind it", str, right=False),
        subtitle="In weeks",
    )


def transitions(counts: pd.DataFrame, shares: pd.DataFrame) -> Any:
    """From one week's regime to the next week's: share of weeks, and in grey their count.

    counts, shares: regime × regime, as `research.transition_counts` and `transition_shares` give them; shares are 0-1.
    """

    def to(regime: Any) -> Column:
        def cell(start: Any) -> object:
            part, times = shares.at[start, regime], counts.at[start, regime]
            return lines(percent(float(part)), soft(int(times)))  # type: ignore[arg-type]

        return Column(NAMES[int(regime)], cell, right=True)

    return great_table(
        counts.index,
        Column("This week", lambda start: NAMES[int(start)]),
        *(to(regime) for regime in counts.columns),
        title="What comes the week after",
        subtitle="Share of weeks; in grey how many",
    )


def analogs(found: pd.DataFrame) -> Any:
    """The closest past weeks: how far apart, their scores, and what followed.

    found: one row a week, as `research.Analogs.weeks` holds it; scores −1 to 1, returns and falls in per cent.
    """
    return _table(
        found.reset_index(),
        "The closest past weeks",
        _of("week", "Week", values.day, right=False),
        _of("rms_distance", "Mean gap", lambda gap: number(gap, 2)),
        _of("regime", "Regime", lambda n: NO_CALL if pd.isna(n) else NAMES[int(n)], right=False),
        *(_of(str(name), ENGINE_NAMES[name], signed) for name in ENGINES),
        _of("return_after", "Return after", change),
        _of("fall_after", "Worst fall", fall),
        subtitle="Scores of the five engines then, and the S&P 500 over the quarter that followed",
    )


def walk_forward(found: pd.DataFrame) -> Any:
    """What acting on each rule would have brought.

    found: one row a strategy, as `research.walk_forward` gives it; moves in per cent, exposure 0-1.
    """
    return _table(
        found.reset_index(),
        "Acting on the target exposure, against simpler rules",
        _of("strategy", "Rule", str, right=False),
        _of("sharpe", "Sharpe ratio", lambda ratio: number(ratio, 2)),
        _of("cagr", "Return a year", change),
        _of("volatility", "Volatility", lambda part: number(part, 1, " %")),
        _of("max_drawdown", "Deepest fall", fall),
        _of("turnover", "Turnover a year", lambda times: number(times, 1, "×")),
        _of("mean_exposure", "Mean exposure", percent),
    )


def differences(net: pd.DataFrame, rules: Bootstrap) -> Any:
    """The target exposure's Sharpe ratio less that of each simpler rule, and how much of it is luck.

    net: (n, k) daily returns after costs, as `research.daily_net_returns` gives them.
    """
    if net.empty:
        return prose("There is too little history to compare rules.")
    found = significance.sharpe_differences(net, OWN, rules)
    spa = significance.superior_predictive_ability(net, OWN, rules)
    deflated = significance.deflated(net[OWN], "2007")
    return _table(
        found.reset_index(),
        "The target exposure less each simpler rule",
        _of("rival", "Rule", str, right=False),
        Column("Sharpe ratio, difference", lambda row: _apart(row, 2), right=True),
        subtitle="In grey the 90 % interval of a bootstrap in blocks of weeks",
        note="An interval that holds 0 shows no difference. Hansen's SPA test of whether any rule is better at the "
        f"same volatility: p-value {spa:.2f}; a small one would say that one is. Deflated Sharpe ratio: with the best "
        f"of {deflated['trials']:.0f} variants tried, {number(deflated['sharpe'], 2)} is above 0 with a probability of "
        f"{percent(deflated['probability'])}.",
    )


def ablation(found: pd.DataFrame) -> Any:
    """The exposure without each of its parts, or with an engine more, against the exposure as it is.

    found: one row a variant, as `Week.ablation` gives it.
    """
    return _table(
        found.reset_index(),
        "What each part adds",
        _of("variant", "Exposure", lambda name: name.replace("_", " "), right=False),
        _of("sharpe", "Sharpe ratio", lambda ratio: number(ratio, 2)),
        Column("As it is less this", lambda row: _apart(row, 2), right=True),
        _of("max_drawdown", "Deepest fall", fall),
        _of("turnover", "Turnover a year", lambda times: number(times, 1, "×")),
        _of("mean_exposure", "Mean exposure", percent),
        subtitle="Above 0 the part helps; in grey a 90 % interval",
    )


def quantile_scores(found: pd.DataFrame) -> Any:
    """Expected volatility against the VIX alone, realised volatility alone and the past's quantiles.

    found: one row a forecast, as `Week.volatility_record` gives it; coverage is 0-1.
    """
    return _forecasts(
        found,
        "Volatility of the coming month",
        "Quantile score, lower is better",
        _of("coverage", "80 % band held", percent),
    )


def brier_scores(found: pd.DataFrame) -> Any:
    """The regime in four weeks against persistence and the shares of the past.

    found: one row a forecast, as `Week.regime_record` gives it.
    """
    return _forecasts(found, "The regime in four weeks", "Brier score, 0 best to 2 worst")


def sensitivity(found: pd.DataFrame) -> Any:
    """The ten numbers that the readings hang on most.

    found: one row a number moved, the largest first, as `research.sensitivity` gives it; shares of weeks are 0-1.
    """
    return _table(
        found.head(10),
        "The numbers that matter most",
        _of("parameter", "Number", str, right=False),
        _of("move", "Moved by", str),
        _of("value", "From", lambda value: minus(f"{value:g}")),
        _of("moved_to", "To", lambda value: minus(f"{value:g}")),
        _of("changed", "Weeks with another regime", lambda part: percent(part, 1)),
        _of("states_changed", "Engine states changed", lambda part: percent(part, 1)),
    )


def _forecasts(found: pd.DataFrame, title: str, score: str, *further: Column) -> Any:
    return _table(
        found.reset_index(),
        title,
        _of("forecast", "Forecast", str, right=False),
        _of("score", "Score", lambda value: number(value, 3)),
        Column("Ours less this", lambda row: _apart(row, 3), right=True),
        *further,
        subtitle=f"{score}; a difference below 0 is ours ahead, in grey its 90 % interval",
    )


def _apart(row: Any, digits: int) -> object:
    """A difference with its interval; a dash for what is compared with itself."""
    gap, low, high = (row[name] for name in ("difference", "low", "high"))
    if pd.isna(gap) or gap == low == high == 0:
        return NOTHING
    write = [number(each, digits, sign=True) for each in (gap, low, high)]
    return lines(write[0], soft(f"{write[1]} to {write[2]}"))


def _with_interval(row: Any, name: str, write: Callable[[float], str]) -> object:
    low, high = row[f"{name}_low"], row[f"{name}_high"]
    return lines(write(row[name]), "" if pd.isna(low) else soft(f"{write(low)} to {write(high)}"))


def _regime(now: int | None) -> Column:
    return Column("Regime", lambda row: f"{row['name']}{' (now)' if row['regime'] == now else ''}")


def _of(name: str, heading: str, write: Callable[[Any], object], *, right: bool = True) -> Column:
    """A column of a frame, written cell by cell."""
    return Column(heading, lambda row: write(row[name]), right)


def _table(found: pd.DataFrame, title: str, *columns: Column, subtitle: str = "", note: str = "") -> Any:
    rows = (row for _, row in found.iterrows())
    return great_table(rows, *columns, title=title, subtitle=subtitle, note=note)
