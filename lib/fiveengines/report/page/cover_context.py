"""What the cover of a report shows, as plain data: the only thing the page template knows about a week.

No computation and no formatting beyond what a field says; every text is plain text and is escaped by the template.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

State = Literal["supportive", "neutral", "adverse", "unknown"]
Direction = Literal["improving", "stable", "deteriorating", "unknown"]
Health = Literal["good", "warning", "problem"]

DISCLAIMER = "A decision aid for a person who decides; it promises no return and is not investment advice."


@dataclass(frozen=True)
class RegimeCall:
    """The dominant regime. `memberships` and `names` are keyed 1-5; memberships and `confidence` lie in 0-1.

    `number` None means that the data do not allow a call: `narrative` then says why, and `last_call` which was the last
    valid one and how old it is. `weeks` counts weeks in this regime. `flip` says in one sentence what would change the
    call, `missing` what the engines that cannot be read could make of it.
    """

    number: int | None
    name: str
    confirmed: bool
    confidence: float | None
    narrative: str
    runner_up: str | None = None
    weeks: int | None = None
    flip: str | None = None
    missing: str = ""
    last_call: str = ""
    memberships: dict[int, float] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class EngineCard:
    """One engine on the cover. `history`: up to a year of weekly scores in -1…+1, oldest first, None for a gap.

    `score` None reads "no reading". `moved_most` is one line such as "VIX3M ratio 0.92 → 1.04 in four weeks".
    `manual` marks that a person's entry took part, `forced` that a person set the whole state;
    `was` is last week's state when it differs.
    """

    key: str
    name: str
    state: State
    direction: Direction
    score: float | None
    history: tuple[float | None, ...] = ()
    moved_most: str = ""
    coverage: float | None = None
    manual: bool = False
    forced: bool = False
    was: State | None = None


@dataclass(frozen=True)
class Aggressiveness:
    """How much risk the week bears: `value` within `low`…`high`, all in 0-1, and one sentence."""

    value: float
    low: float
    high: float
    text: str


@dataclass(frozen=True)
class HealthItem:
    """One line on the data. `text` says what is wrong with which series, `remedy` what to do."""

    level: Health
    text: str
    remedy: str = ""


@dataclass(frozen=True)
class ManualEntry:
    """One manual reading with its trail."""

    what: str
    value: str
    who: str
    why: str
    when: str
    until: str


@dataclass(frozen=True)
class Failure:
    """A step that did not finish: what to read, what to do, and the traceback to fold away."""

    step: int
    title: str
    message: str
    remedy: str
    last_good: str = ""
    traceback: str = ""


@dataclass(frozen=True)
class CoverContext:
    """Everything on the cover. Texts are plain text; an empty field or list hides its block.

    `regime` None is the cover of a week whose set-up failed: only `failures` and the data health are shown.
    `changes`: what changed since last week, a sentence each. `provenance`: label and value pairs for the foot of the
    page. `fingerprints`: series and the digits that change when any of its values does. `reproduce`: the command that
    renders this week again.
    """

    week: dt.date
    source_label: str
    simulated: bool
    regime: RegimeCall | None
    engines: tuple[EngineCard, ...] = ()
    aggressiveness: Aggressiveness | None = None
    style: str = ""
    style_text: str = ""
    inflections: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    insights: tuple[str, ...] = ()
    data_health: tuple[HealthItem, ...] = ()
    manual_entries: tuple[ManualEntry, ...] = ()
    failures: tuple[Failure, ...] = ()
    provenance: tuple[tuple[str, str], ...] = ()
    fingerprints: tuple[tuple[str, str], ...] = ()
    reproduce: str = ""
    disclaimer: str = DISCLAIMER

    @property
    def blind(self) -> bool:
        """Whether no engine can be read."""
        return bool(self.engines) and all(each.score is None for each in self.engines)
