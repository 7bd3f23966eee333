"""What the cover of a report shows, as plain data: the only thing the page template knows about a week.

No computation and no formatting beyond what a field says; every text is plain text and is escaped by the template.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar, Literal

from fiveengines.commentary.brief_records import Brief

Health = Literal["good", "warning", "problem"]

SOURCES = {"demo": "Demo", "files": "Files", "live": "Live store"}
DISCLAIMER = "A decision aid for a person who decides; it promises no return and is not investment advice."


@dataclass(frozen=True)
class RegimeCall:
    """The dominant regime; `confidence` lies in 0-1.

    `number` None means that the data do not allow a call: `narrative` then says why, and `last_call` which was the last
    valid one and how old it is. `missing` says what the engines that cannot be read could make of it.
    """

    number: int | None
    name: str
    confirmed: bool
    confidence: float | None
    narrative: str
    missing: str = ""
    last_call: str = ""


@dataclass(frozen=True)
class HealthItem:
    """One line on the data: what is wrong with which series."""

    level: Health
    text: str


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
class CompanionLine:
    """What a week's cover says of one companion: the question, its answer in one line, and where the page is.

    `headline` is empty when the companion stopped; `problem` then says why. `ticket`: where its orders are on a sheet
    to print, empty without one.
    """

    name: str
    title: str
    headline: str
    href: str
    problem: str = ""
    ticket: str = ""


@dataclass(frozen=True)
class RecordSummary:
    """What became of the calls that were told before this week, as known on its evening.

    `text` says it in a few sentences. `days`, `told`, `holding`: a small picture, the growth of one at the exposure as
    told and when holding the index, on at most sixty sessions.
    """

    text: str
    days: tuple[dt.date, ...] = ()
    told: tuple[float, ...] = ()
    holding: tuple[float, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PageCover:
    """What every page says, whatever it is about. `provenance`: label and value pairs for the foot of the page.

    `fingerprints`: series and the digits that change when any of its values does. `reproduce`: the command that renders
    the page again.
    """

    # Template of the opening, what the table of contents calls it, and where in the page a step stopped.
    template: ClassVar[str]
    first: ClassVar[str]
    stopped: ClassVar[str]

    source_label: str
    simulated: bool
    manual_entries: tuple[ManualEntry, ...] = ()
    failures: tuple[Failure, ...] = ()
    provenance: tuple[tuple[str, str], ...] = ()
    fingerprints: tuple[tuple[str, str], ...] = ()
    reproduce: str = ""
    disclaimer: str = DISCLAIMER

    @property
    def title(self) -> str:
        """The page's title in a browser."""
        raise NotImplementedError

    def place(self, failure: Failure) -> str:
        """Where a failure happened, as the subject of a sentence."""
        return self.stopped.format(failure) if failure.step else "The set-up"


@dataclass(frozen=True, kw_only=True)
class CompanionCover(PageCover):
    """How a companion's page opens and closes. `session`: the evening it is of.

    `headline` empty is the cover of a companion that could not answer. `left_out`: what the page lacks because it was
    made with the week, and the command that shows it.
    """

    name: str
    question: str
    session: dt.date
    headline: str = ""
    bottom_line: str = ""
    not_available: tuple[str, ...] = ()
    left_out: str = ""
    beside: str = ""

    template = "companion.html.j2"
    first = "The answer"
    stopped = "This page"

    @property
    def title(self) -> str:
        """The page's title in a browser."""
        return f"{self.question} Session of {self.session.isoformat()}"


@dataclass(frozen=True, kw_only=True)
class CoverContext(PageCover):
    """Everything on the cover of a week. Texts are plain text; an empty field or list hides its block.

    `regime` None is the cover of a week whose set-up failed: only `failures` and the data health are shown.
    `companions`: the further questions that ran with it.
    `record`: what became of the calls told before; None on a simulated week, and while none has been told.
    """

    week: dt.date
    regime: RegimeCall | None
    brief: Brief | None = None
    style: str = ""
    style_text: str = ""
    inflections: tuple[str, ...] = ()
    data_health: tuple[HealthItem, ...] = ()
    companions: tuple[CompanionLine, ...] = ()
    record: RecordSummary | None = None

    template = "cover.html.j2"
    first = "The week"
    stopped = "Step {0.step}, {0.title}"

    @property
    def title(self) -> str:
        """The page's title in a browser."""
        return f"Five Engines, week to {self.week.isoformat()}"
