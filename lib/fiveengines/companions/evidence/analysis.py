"""From the session's week to its evidence: figures of `research` as records, and the sentences they earn.

No statistic is computed here.
"""

from __future__ import annotations

from typing import Any

import pandas as pd

from fiveengines import research
from fiveengines.base.errors import ParameterError
from fiveengines.base.formats import counted, number
from fiveengines.companions.document import envelope, finite
from fiveengines.companions.evidence.result import AfterRegime, Analog, Outcome, Result, Strategy
from fiveengines.companions.session import Session
from fiveengines.research.walk_forward import COLUMNS
from fiveengines.week import Week

NAME = "evidence"
_TARGET, _INDEX = "Target exposure", "Holding the index"


def analyse(session: Session) -> Result:
    """The evidence of the last completed week as known on the session's evening; without enough history, why.

    ParameterError for a session before the first reading: evidence is about weeks.
    """
    week = session.week
    if week is None:
        raise ParameterError(
            f"as_of {session.as_of.date()} is before the first reading, of which alone there is evidence.",
            remedy="Choose a later date, or set an earlier history_start in params/weekly.yaml.",
        )
    if (why := week.past.insufficient_history) is not None:
        return _result(
            session,
            week,
            headline="Too little history for evidence",
            bottom_line=why,
            not_available=[why],
            after_regime=None,
            analogs=[],
            strategies=[],
        )
    after, strategies = _after_regime(week), _strategies(week)
    missing = [] if after else ["What followed the regime: this week has no call."]
    return _result(
        session,
        week,
        headline=_headline(after),
        bottom_line=" ".join(filter(None, (_followed(after), _paid(strategies)))),
        not_available=missing,
        after_regime=after,
        analogs=_analogs(week),
        strategies=strategies,
    )


def _result(session: Session, week: Week, **found: Any) -> Result:
    return Result.model_validate(
        envelope(session, NAME) | {"overrides": week.overrides, "week": week.as_of.date()} | found
    )


def _after_regime(week: Week) -> AfterRegime | None:
    rates = week.base_rates
    if week.regime is None or rates is None:
        return None
    own, usual = (row for number in (week.regime.number, 0) for _, row in rates.loc[[number]].iterrows())
    cases = _outcome(own)
    apart = cases.low is not None and not cases.low <= usual["return"] <= cases.high
    return AfterRegime(
        regime=week.regime.number,
        name=week.regime.name,
        horizon_weeks=week.past.quarter.weeks,
        cases=cases,
        all_weeks=_outcome(usual),
        differs=bool(apart),
    )


def _outcome(row: pd.Series) -> Outcome:
    return Outcome(
        weeks=int(row["weeks"]),
        effective_sample_size=int(row["effective_sample_size"]),
        mean=finite(row["return"]),
        low=finite(row["return_low"]),
        high=finite(row["return_high"]),
        positive=finite(row["positive"]),
    )


def _analogs(week: Week) -> list[Analog]:
    found = week.analogs
    return [
        Analog(
            as_of=day.date(),  # type: ignore[attr-defined]
            distance=float(row["rms_distance"]),
            regime=None if finite(row["regime"]) is None else int(row["regime"]),
            return_after=finite(row["return_after"]),
            fall_after=finite(row["fall_after"]),
        )
        for day, row in (found.weeks if found is not None else pd.DataFrame()).iterrows()
    ]


def _strategies(week: Week) -> list[Strategy]:
    table = research.walk_forward(week.past)
    return [
        Strategy(name=str(name), **{column: finite(row[column]) for column in COLUMNS})
        for name, row in table.iterrows()
    ]


def _headline(after: AfterRegime | None) -> str:
    if after is None:
        return "This week has no call to hold against the past"
    if after.cases.mean is None or after.all_weeks.mean is None:
        return f"{after.name} has never been complete before"
    means = [number(each.mean, 1, " %", sign=True) for each in (after.cases, after.all_weeks)]
    if not after.differs:
        return f"After {after.name.lower()} a quarter has not differed from others"
    return f"After {after.name.lower()}: {means[0]} in a quarter, against {means[1]}"


def _followed(after: AfterRegime | None) -> str:
    if after is None:
        return "This week has no call, so no regime's past speaks for it."
    cases, usual = after.cases, after.all_weeks
    if cases.mean is None or usual.mean is None:
        return f"No earlier week of {after.name.lower()} has a complete quarter after it."
    said = (
        f"After {counted(cases.weeks, 'week')} of {after.name.lower()} "
        f"({cases.effective_sample_size} without overlap) the index stood "
        f"{number(cases.mean, 1, ' %', sign=True)} a quarter later"
    )
    if cases.low is not None and cases.high is not None:
        low, high = (number(each, 1, " %", sign=True) for each in (cases.low, cases.high))
        said += f" (90 % interval {low} to {high})"
    said += f", against {number(usual.mean, 1, ' %', sign=True)} after all weeks"
    return f"{said}." if after.differs else f"{said}: no difference that holds."


def _paid(strategies: list[Strategy]) -> str:
    found = {each.name: each for each in strategies}
    own, index = found.get(_TARGET), found.get(_INDEX)
    if own is None or index is None or None in (own.max_drawdown, index.max_drawdown, own.cagr, index.cagr):
        return ""
    return (
        f"Following the target exposure would have earned {number(own.cagr, 1, ' %')} a year after costs with a "
        f"deepest fall of {number(own.max_drawdown, 0, ' %')}; holding the index {number(index.cagr, 1, ' %')} "
        f"and {number(index.max_drawdown, 0, ' %')}."
    )
