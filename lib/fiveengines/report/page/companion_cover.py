"""A companion's answer as the opening of its page: which words and figures it shows.

Translates an answer into a CompanionCover; computes nothing and knows no HTML.
"""

from __future__ import annotations

from fiveengines.base.formats import minus
from fiveengines.companions.document import CompanionDocument
from fiveengines.companions.registry import Companion
from fiveengines.companions.session import Session
from fiveengines.overrides import Entry
from fiveengines.report.companion_json import fingerprint
from fiveengines.report.page.cover import command, manual_entry, provenance
from fiveengines.report.page.cover_context import SOURCES, CompanionCover


def companion_cover(session: Session, companion: Companion, answer: CompanionDocument) -> CompanionCover:
    """The opening of the page of `companion` for that session."""
    used = {each.field for each in answer.overrides}
    window = "the companion's own choice" if session.start is None else str(session.start.date())
    return CompanionCover(
        name=companion.label,
        question=companion.question,
        session=session.as_of.date(),
        source_label=SOURCES[session.source],
        simulated=session.simulated,
        headline=minus(answer.headline),
        bottom_line=minus(answer.bottom_line),
        not_available=tuple(map(minus, answer.not_available)),
        manual_entries=tuple(manual_entry(each) for each in _entries(session) if each.field in used),
        provenance=provenance(
            session, session.panel, fingerprint(session, companion.stem), ("Window from", window)
        ),
        fingerprints=tuple(session.dataset.fingerprints().items()),
        reproduce=_command(session, companion),
    )


def _entries(session: Session) -> tuple[Entry, ...]:
    """Manual readings in force that evening, and those of the week before it."""
    week = session.__dict__.get("week")
    found = {each.field: each for each in (*(week.overrides if week else ()), *session.entries)}
    return tuple(found.values())


def _command(session: Session, companion: Companion) -> str:
    asked = f"fiveengines companion {companion.name} --as-of {session.as_of.date()}"
    asked += f" --portfolio {session.portfolio}" if session.portfolio else ""
    asked += "" if session.start is None else f" --from {session.start.date()}"
    return command(asked, session)
