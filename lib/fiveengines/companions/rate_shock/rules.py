"""The source's rules as it states them: when each held, and what followed. A rule that fired once cannot be tested."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from fiveengines.base.formats import counted, number
from fiveengines.base.parameters.rate_shock import RateShockParameters
from fiveengines.companions.rate_shock.result import AfterRecord, Rule
from fiveengines.companions.session import Session
from fiveengines.data.dataset import FED_FUNDS
from fiveengines.indicators.policy_path import rate_ahead
from fiveengines.research import cases
from fiveengines.research.forward_returns import first_rows

_MONTH, _YEAR_AHEAD = 21, 11


def rule(
    holds: pd.Series, outcome: pd.Series | None, rules: RateShockParameters, what: str, effect: str
) -> Rule:
    """When a condition held and what followed it.

    holds: (n,) on sessions, boolean, NA where it cannot be known; outcome: a price (n,) whose return is what followed,
    None where there is none. what: the condition in words; effect: the outcome in words. Spells closer than a month
    count as one.
    """
    known = holds.dropna()
    if known.empty:
        return Rule(
            holds=None, since=None, fired=[], after=None, testable=False, says=f"Not known here: {what}."
        )
    true = known.astype(bool).to_numpy()
    index = pd.DatetimeIndex(known.index)
    begins = first_rows(true, _MONTH).tolist()
    now = bool(true[-1]) and index[-1] == holds.index[-1]
    since = index[begins[-1]].date() if now else None
    fired = [index[each].date() for each in begins]
    after = None
    if outcome is not None and len(begins) > 1:
        condition = holds.fillna(False).astype(bool).to_numpy()
        samples = rules.samples
        followed = cases.forward(outcome.reindex(holds.index), samples.horizons)
        main = cases.main(cases.after({"rule": condition}, followed, samples)["rule"], samples)
        # A spell before the prices begin, or too near the session, tells nothing of what followed.
        told = holds.index[condition & np.isfinite(followed[:, samples.horizons.index(samples.main_horizon)])]
        spells = len(set(np.searchsorted(index[begins], told, side="right").tolist()))
        after = AfterRecord(
            n=main.n,
            spells=spells,
            horizon=main.horizon,
            mean=main.mean,
            low=main.low,
            high=main.high,
            usual=main.usual,
        )
    return Rule(
        holds=now, since=since, fired=fired, after=after, testable=after is not None and after.spells > 1,
        says=_says(now, since, begins, after, what, effect),
    )  # fmt: skip


def _says(
    now: bool, since: object, begins: list[int], after: AfterRecord | None, what: str, effect: str
) -> str:
    state = f"It holds since {since}: {what}." if now else f"It does not hold: {what}."
    if not begins:
        return f"{state} It never held in this history, so it cannot be tested."
    if len(begins) == 1:
        return f"{state} It held in one spell alone, so it cannot be tested."
    if after is None or after.mean is None:
        return f"{state} It held in {len(begins)} spells; what followed is not known here."
    if after.spells < 2:
        return (
            f"{state} It held in {len(begins)} spells, and what {effect} did next is known of one alone, so it cannot "
            "be tested."
        )
    sessions = counted(after.n, "session")
    whose = (
        f"After the {sessions} of its {after.spells} spells"
        if after.spells == len(begins)
        else f"What followed is known for {after.spells} of its {len(begins)} spells: after their {sessions}"
    )
    told = (
        f"{state} {whose} {effect} returned "
        f"{number(after.mean, 1, ' %', sign=True)} in {after.horizon} sessions, "
        f"{number(after.usual, 1, ' %', sign=True)} after any"
    )
    if after.low is None or after.high is None:
        return f"{told}; too few separate cases for an interval."
    sure = after.usual is not None and not after.low <= after.usual <= after.high
    interval = f"90 % interval {number(after.low, 1, sign=True)} to {number(after.high, 1, sign=True)}"
    return f"{told} ({interval}): {'that differs' if sure else 'nothing follows'}."


def spiking(session: Session, rules: RateShockParameters) -> pd.Series:
    """The 10-year yield above the trigger's level and risen by as much as it asks, (n,) boolean."""
    own = rules.trigger
    yields = session.panel.daily("DGS10").ffill(limit=5)
    rise = yields.diff(own.sessions)
    return ((yields > own.level) & (rise >= own.rise)).astype("boolean").mask(rise.isna())


def trigger(session: Session, rules: RateShockParameters) -> Rule:
    """The yield above a level and rising fast; what the growth fund did next."""
    own = rules.trigger
    what = f"10-year yield above {own.level:g} % and {own.rise:g} points higher than {own.sessions} sessions before"
    outcome = session.panel.first_of("NDX", "QQQ")
    return rule(spiking(session, rules), outcome, rules, what, "the Nasdaq 100")


def dear_and_slowing(session: Session, rules: RateShockParameters) -> pd.Series:
    """Forward P/E above the source's limit while GDP grows more slowly over the year than a quarter before; boolean."""
    panel = session.panel
    ratio = panel.daily("SP500_FORWARD_PE")
    gdp = panel.reports(["GDPC1"])
    if gdp.empty:
        return pd.Series(pd.NA, index=panel.sessions, dtype="boolean")
    growth = 100 * gdp["GDPC1"].dropna().pct_change(4)
    slowing = panel.from_reports(growth.diff(), "GDPC1")
    holds = ((ratio > rules.reflexivity.forward_pe) & (slowing < 0)).astype("boolean")
    return holds.mask(ratio.isna() | slowing.isna())


def reflexivity(session: Session, rules: RateShockParameters) -> Rule:
    """Dear while growth slows; what the index did next."""
    what = f"forward P/E of the S&P 500 above {rules.reflexivity.forward_pe:g} while GDP growth slows (latest vintage)"
    return rule(dear_and_slowing(session, rules), session.panel.daily("SPX"), rules, what, "the S&P 500")


def funding_dear(session: Session, rules: RateShockParameters) -> pd.Series:
    """SOFR far above the funds rate while reverse repo is low, (n,) boolean."""
    panel, own = session.panel, rules.pause
    spread = 100 * (panel.daily("SOFR") - panel.first_of("EFFR", "DFF"))
    repo = panel.daily("RRPONTSYD")
    holds = ((spread > own.spread_bp) & (repo < own.reverse_repo)).astype("boolean")
    return holds.mask(spread.isna() | repo.isna())


def pause(session: Session, rules: RateShockParameters) -> Rule:
    """Secured funding dear against the policy rate while reverse repo is low."""
    own = rules.pause
    what = (
        f"SOFR more than {own.spread_bp:g} bp above the funds rate (in place of OIS) and reverse repo below "
        f"${own.reverse_repo:g} bn"
    )
    return rule(funding_dear(session, rules), session.panel.daily("SPX"), rules, what, "the S&P 500")


def priced_change(session: Session, months: int) -> pd.Series:
    """The rate that futures price so many months ahead less the running month's, points, (n,); NaN without prices."""
    futures = session.panel.dataset.tables.get(FED_FUNDS)
    if futures is None:
        return pd.Series(np.nan, index=session.panel.sessions)
    return session.panel.from_quotes(rate_ahead(futures, months) - rate_ahead(futures, 0))


def steepener(session: Session, rules: RateShockParameters) -> Rule:
    """Cuts priced within the year but not next month; what banks did against unprofitable technology.

    Next month's price stands in for the next meeting's odds, now as in history, so that one rule is counted.
    """
    own, panel = rules.steepener, session.panel
    ahead, near = priced_change(session, _YEAR_AHEAD), priced_change(session, 1)
    # Less than (100 − no_cut) per cent of a quarter-point cut is priced for next month.
    holds = (ahead <= -own.priced_cut) & (near > -0.25 * (1 - own.no_cut / 100))
    holds = holds.astype("boolean").mask(ahead.isna() | near.isna())
    pair = panel.prices([own.long, own.short])
    spread = (
        (pair[own.long].pct_change(fill_method=None) - pair[own.short].pct_change(fill_method=None))
        .add(1)
        .cumprod()
        if {own.long, own.short} <= set(pair.columns)
        else None
    )
    what = f"a cut priced within a year but less than {100 - own.no_cut:g} % of one next month"
    return rule(holds, spread, rules, what, f"{own.long} less {own.short}")


def barbell(session: Session, rules: RateShockParameters) -> Rule:
    """The futures turn dovish; what the two ends did against the index."""
    own, panel = rules.barbell, session.panel
    ahead = priced_change(session, _YEAR_AHEAD)
    turn = ahead.diff(own.sessions)
    holds = (turn <= -own.priced_turn).astype("boolean").mask(turn.isna())
    names = [*own.short_duration, own.long_duration]
    closes = panel.prices([*names, "SPY"])
    outcome = None
    if set(names) | {"SPY"} <= set(closes.columns):
        returns = closes.pct_change(fill_method=None)
        mix = (returns[list(own.short_duration)].mean(axis=1) + returns[own.long_duration]) / 2
        outcome = (mix - returns["SPY"]).add(1).cumprod()
    what = f"the year-ahead rate {own.priced_turn:g} points lower than {own.sessions} sessions before"
    return rule(
        holds, outcome, rules, what, f"{' and '.join(own.short_duration)} with {own.long_duration}, less SPY,"
    )


# The conditions that are tested elsewhere too, by the rule's name.
CONDITIONS: Mapping[str, Callable[[Session, RateShockParameters], pd.Series]] = {
    "trigger": spiking,
    "reflexivity": dear_and_slowing,
    "pause": funding_dear,
}
