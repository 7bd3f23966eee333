"""A companion's answer from the cache, when everything that it depends on is as it was when it was computed.

Keys and files only; no question is answered here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fiveengines.base import cache
from fiveengines.companions.document import CompanionDocument
from fiveengines.companions.registry import Companion, companion
from fiveengines.companions.session import Session
from fiveengines.overrides.computed_from import computed_from, contents
from fiveengines.portfolio.folders import portfolio_folder

if TYPE_CHECKING:
    from fiveengines.companions import claims

# The rooms that an answer is computed in; those above only show it.
_ROOMS = (
    "base", "commentary", "companions", "data", "indicators", "model", "overrides", "playbook", "portfolio", "research",
    "week.py",
)  # fmt: skip


def answer(of: Companion, session: Session) -> CompanionDocument:
    """What `of` finds on that session's evening, computed once for the same data, code, parameters and entries."""
    before = key(of, session)
    found = cache.recalled(_name(of), f"{before}.json", of.result.model_validate_json)
    if found is not None:
        return found
    made = of.analyse(session)
    if (
        key(of, session) == before
    ):  # else a file was changed meanwhile, and nobody knows which of the two was read
        cache.remember(_name(of), f"{before}.json", made.model_dump_json(by_alias=True).encode())
    return made


def marked(session: Session, source: str) -> list[claims.ClaimRecord]:
    """The claims of one source: from the whole ledger where that was computed before, else these alone."""
    from fiveengines.companions import claims

    ledger = companion(claims.NAME)
    held = cache.recalled(_name(ledger), f"{key(ledger, session)}.json", claims.Result.model_validate_json)
    if held is None:
        return claims.marked(session, source)
    return [each for each in held.claims if each.source == source]


def key(of: Companion, session: Session) -> str:
    """A key that changes with anything that the answer of `of` depends on."""
    return cache.key_of((of.name, _facts(session)))


def page_key(session: Session) -> str:
    """A key that changes with anything that any companion's answer is read or shown from."""
    return cache.key_of((session.run, _facts(session), cache.code_key("")))


def _facts(session: Session) -> tuple[object, ...]:
    """Session, data, code, parameters, manual readings, portfolio: whatever any companion reads."""
    params = session.params
    folder = portfolio_folder(params, session.run)
    return (
        session.as_of,
        session.start,
        session.portfolio,
        computed_from(session.dataset, params, session.source, session.entries),
        cache.code_key(*_ROOMS),
        contents(file for pattern in ("*", "*/*") for file in folder.glob(pattern)),  # through links too
    )


def _name(of: Companion) -> str:
    return f"answer_{of.stem}"
