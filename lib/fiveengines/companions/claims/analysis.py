"""Every claim of the sources measured and marked, in the order of params/claims.yaml, then the framework's insights."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial

from fiveengines.base import yaml_files
from fiveengines.base.formats import counted
from fiveengines.base.parameters.claims import ClaimsParameters
from fiveengines.companions.claims import insights, measures
from fiveengines.companions.claims.evidence import UntestableError, Window, verdict
from fiveengines.companions.claims.result import ClaimRecord, Result, WindowRecord
from fiveengines.companions.document import envelope
from fiveengines.companions.session import Session

NAME = "claims"
FRAMEWORK = "five_engines_framework"


def parameters(session: Session) -> ClaimsParameters:
    """params/claims.yaml beside the week's parameters."""
    return yaml_files.load_model(session.params.beside("claims.yaml"), ClaimsParameters)


def marked(session: Session, source: str) -> list[ClaimRecord]:
    """The claims of one source, in the order of params/claims.yaml."""
    return [
        _record(
            session,
            each.id,
            each.source,
            each.claim,
            (*each.needs, *(name for name in each.uses if measures.has(session, name))),
            partial(measures.measure, session, each),
        )
        for each in parameters(session).claims
        if each.source == source
    ]


def analyse(session: Session) -> Result:
    """Every claim with its verdict as of the session; one that cannot be decided says what it waits for."""
    own = parameters(session)
    records = [
        each
        for source in dict.fromkeys(claim.source for claim in own.claims)
        for each in marked(session, source)
    ]
    week = session.week
    history = None if week is None else insights.statuses(week)
    for source, insight in sorted(insights.insights().items()):
        test = partial(insights.measure, session, insight, history, own.insights)
        wanted = insights.outcome(insight, own.insights)
        series = wanted.of if wanted is not None else ()
        records.append(_record(session, source, FRAMEWORK, insight.title, series, test))
    told = Counter(each.verdict for each in records)
    return Result.model_validate(
        envelope(session, NAME)
        | {
            "headline": f"{counted(told['true'], 'claim')} true, {told['false']} false, {told['depends']} depend",
            "bottom_line": (
                f"Of {len(records)} claims {told['true']} hold in every window, {told['false']} in none, "
                f"{told['depends']} in some; {told['untestable']} cannot be tested with the data at hand. What held is "
                "no promise that it will."
            ),
            "not_available": [],
            "claims": records,
        }
    )


def _record(
    session: Session,
    name: str,
    source: str,
    claim: str,
    series: tuple[str, ...],
    measure: Callable[[], list[Window]],
) -> ClaimRecord:
    waits, found = "", list[Window]()
    try:
        found = measure()
    except UntestableError as why:
        waits = str(why)
    middle = found[len(found) // 2] if found else None
    return ClaimRecord(
        id=name,
        source=source,
        claim=claim,
        verdict=verdict(found),
        figure=None if middle is None else middle.figure,
        n=None if middle is None else middle.n,
        interval=None
        if middle is None or middle.low is None or middle.high is None
        else [middle.low, middle.high],
        windows=[WindowRecord.model_validate(each) for each in found],
        decided_by=list(series) if found else [],
        waits_for=waits,
        as_of=session.as_of.date(),
    )
