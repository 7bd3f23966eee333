"""A companion's answer from the cache, when everything that it depends on is as it was when it was computed.

Keys and files only; no question is answered here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache as once
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from fiveengines import overrides
from fiveengines.base import cache
from fiveengines.companions.document import CompanionDocument
from fiveengines.companions.registry import Companion, companion
from fiveengines.companions.session import Session
from fiveengines.portfolio.folders import portfolio_folder

if TYPE_CHECKING:
    from fiveengines.companions import claims

_Answer = TypeVar("_Answer", bound=CompanionDocument)

# The rooms that an answer is computed in; those above only show it.
_ROOMS = (
    "base", "commentary", "companions", "data", "indicators", "model", "overrides", "playbook", "portfolio", "research",
    "week.py",
)  # fmt: skip
# The libraries that another figure may come from.
_LIBRARIES = (
    "arch", "exchange-calendars", "hmmlearn", "numpy", "pandas", "pydantic", "scipy", "skfolio", "statsmodels",
)  # fmt: skip


def answer(of: Companion, session: Session) -> CompanionDocument:
    """What `of` finds on that session's evening, computed once for the same data, code, parameters and entries."""
    return cache.stored(
        _name(of),
        f"{key(of, session)}.json",
        lambda: of.analyse(session),
        partial(_read, of.result),
        lambda place, made: place.write_text(made.model_dump_json(by_alias=True), encoding="utf-8"),
    )


def marked(session: Session, source: str) -> list[claims.ClaimRecord]:
    """The claims of one source: from the whole ledger where that was computed before, else these alone."""
    from fiveengines.companions import claims

    ledger = companion(claims.NAME)
    held = cache.recalled(_name(ledger), f"{key(ledger, session)}.json", partial(_read, claims.Result))
    if held is None:
        return claims.marked(session, source)
    return [each for each in held.claims if each.source == source]


def key(of: Companion, session: Session) -> str:
    """A key that changes with anything that the answer of `of` depends on."""
    return cache.key_of((of.name, _facts(session)))


def _facts(session: Session) -> tuple[object, ...]:
    """Session, data, code, parameters, manual readings, portfolio: whatever any companion reads."""
    params, run, data = session.params, session.run, session.dataset
    members = data.members
    return (
        session.as_of,
        session.source,
        session.start,
        session.portfolio,
        data.fingerprint(),
        [(each.id, each.provider, each.origin) for each in data.series.values()],
        None if members is None else (members.note, members.origin, sorted(members.sectors.items())),
        data.notices,
        data.files,
        cache.code_key(*_ROOMS),
        _versions(),
        params.model_dump_json(),
        _contents((*params.file.parent.glob("*.yaml"), params.beside(params.weekly.events))),
        [
            (Path(path).name, digest)
            for path, _, _, digest in overrides.stamp(params.overrides_of(session.source))
        ],
        session.entries,
        _contents(portfolio_folder(params, run).rglob("*")),
    )


def _name(of: Companion) -> str:
    return f"answer_{of.stem}"


def _read(model: type[_Answer], place: Path) -> _Answer:
    return model.model_validate_json(place.read_bytes())


@once
def _versions() -> tuple[str, ...]:
    return tuple(version(each) for each in _LIBRARIES)


def _contents(files: Iterable[Path]) -> list[tuple[str, str]]:
    """Path and digest of each file."""
    return [
        (str(each), hashlib.sha256(each.read_bytes()).hexdigest()) for each in sorted(files) if each.is_file()
    ]
