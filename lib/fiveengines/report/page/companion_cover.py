"""A companion's answer as the opening of its page: which words and figures it shows.

Translates an answer into a CompanionCover; computes nothing and knows no HTML.
"""

from __future__ import annotations

import shlex

from fiveengines import __version__
from fiveengines.base.formats import minus
from fiveengines.companions.document import CompanionDocument
from fiveengines.companions.registry import Companion
from fiveengines.companions.session import Session
from fiveengines.overrides import Entry
from fiveengines.report.companion_json import fingerprint
from fiveengines.report.page.cover import SOURCES, manual_entry, utc
from fiveengines.report.page.cover_context import CompanionCover


def companion_cover(session: Session, companion: Companion, answer: CompanionDocument) -> CompanionCover:
    """The opening of the page of `companion` for that session."""
    used = {each.field for each in answer.overrides}
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
        provenance=_provenance(session, companion),
        fingerprints=tuple(session.dataset.fingerprints().items()),
        reproduce=_command(session, companion),
    )


def _entries(session: Session) -> tuple[Entry, ...]:
    """Manual readings in force that evening, and those of the week before it."""
    week = session.__dict__.get("week")
    found = {each.field: each for each in (*(week.overrides if week else ()), *session.entries)}
    return tuple(found.values())


def _provenance(session: Session, companion: Companion) -> tuple[tuple[str, str], ...]:
    panel, run = session.panel, session.run.model_dump(mode="json")
    return (
        ("Library", f"fiveengines {__version__}"),
        ("Source", SOURCES[session.source] + (f", {session.run.data_dir}" if session.run.data_dir else "")),
        ("Known by", f"{utc(panel.cutoff)} (20:00 in New York)"),
        ("Window from", "the companion's own choice" if session.start is None else str(session.start.date())),
        ("Data fingerprint", session.dataset.fingerprint()),
        ("Series", str(len(session.dataset.series))),
        ("Parameters fingerprint", fingerprint(session, companion.stem)),
        (
            "Parameters",
            ", ".join(f"{name}={value}" for name, value in run.items() if value is not None)
            or "as in params/weekly.yaml",
        ),
    )


def _command(session: Session, companion: Companion) -> str:
    parts = [f"fiveengines companion {companion.name} --as-of {session.as_of.date()}"]
    if session.portfolio:
        parts.append(f"--portfolio {session.portfolio}")
    if session.start is not None:
        parts.append(f"--from {session.start.date()}")
    parts.append(f"--source {session.source}")
    if session.run.data_dir:
        parts.append(f"--data-dir {shlex.quote(session.run.data_dir)}")
    if session.run.params_file:
        parts.append(f"--params {shlex.quote(session.run.params_file)}")
    return " ".join(parts)
