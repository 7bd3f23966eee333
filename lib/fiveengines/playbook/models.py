"""The shape of the playbook's files: regimes, styles, insights, glossary and questions as frozen models.

Only shapes and the filling of templates; no file is read here and no market figure may enter.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from string import Formatter
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from fiveengines.base.formats import as_written
from fiveengines.base.parameters import Engine

StyleId = Literal["trend_following", "mean_reversion", "capital_preservation", "selective_re_entry"]
Band = Literal["upper", "upper_middle", "middle", "lower", "floor"]
Tone = Literal["supportive", "caution", "neutral"]
Kind = Literal["signal", "principle"]
Measure = Literal["efficiency_ratio", "variance_ratio", "breakout_success"]
FigureMeasure = Literal[
    "change", "change_pct", "change_bp", "low", "daily_peak", "from_peak", "from_peak_pct", "from_daily_peak_pct",
    "percentile", "daily_percentile",
]  # fmt: skip
_FORMAT = re.compile(r"\+?,?(\.\d[f%])?")


def placeholders(template: str) -> tuple[str, ...]:
    """Names in braces, in order. ValueError for an unclosed brace or anything but a plain name.

    Attributes, indices and wide paddings are refused: a template from a file cannot reach into an object.
    """
    fields = [field for field in Formatter().parse(template) if field[1] is not None]
    for _, name, spec, conversion in fields:
        if not str(name).isidentifier():
            raise ValueError(f"only a plain name may be in braces, not {name!r}")
        if conversion or not _FORMAT.fullmatch(spec or ""):
            raise ValueError(f"{name!r} may carry a format such as :.1f, :+.0f or :+,.0f, nothing else")
    return tuple(str(field[1]) for field in fields)


def fill(template: str, values: Mapping[str, float | str]) -> str:
    """`template` with its names replaced; KeyError for an absent name, ValueError for an unfit format."""
    names = placeholders(template)
    return template.format_map(
        {name: _Figure(v) if isinstance(v := values[name], float) else v for name in names}
    )


class _Figure(float):
    """A figure that is rounded as everywhere else before it is written."""

    def __format__(self, spec: str) -> str:
        found = re.search(r"\.(\d)(.)", spec)
        if found is None:
            return float(self).__format__(spec)
        digits = int(found[1]) + (2 if found[2] == "%" else 0)
        return as_written(self, digits).__format__(spec)


def _is_template(text: str) -> str:
    placeholders(text)
    return text


Title = Annotated[str, Field(min_length=3, max_length=80)]
Line = Annotated[str, Field(min_length=8, max_length=200)]
Paragraph = Annotated[str, Field(min_length=20, max_length=480)]
Template = Annotated[str, Field(min_length=5, max_length=480), AfterValidator(_is_template)]
Lines = Annotated[tuple[Line, ...], Field(min_length=1, max_length=8)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


class Entry(BaseModel):
    """Base of all entries: unknown fields are refused, values cannot be changed after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Character(Entry):
    """The engine pattern of a regime, one clause an engine."""

    liquidity: Line
    volatility: Line
    breadth: Line
    positioning: Line
    rate_path: Line


class Regime(Entry):
    """One of the five regimes; `band` is the place in the tactical range of params/portfolio.yaml."""

    number: Annotated[int, Field(ge=1, le=5)]
    id: Name
    name: Title
    one_line: Line
    character: Character
    markets_tend_to: Lines
    what_to_do: Lines
    what_to_avoid: Lines
    style: StyleId
    band: Band


class TapeCheck(Entry):
    """What prices must show for a style: a measure over `window` sessions with one or two limits."""

    measure: Measure
    window: Annotated[int, Field(gt=1, le=252)]
    direction: Literal["up", "down", "either"]
    at_least: float | None = None
    at_most: float | None = None
    shows: Template

    @property
    def sentence(self) -> str:
        """`shows` with the limits filled in."""
        return fill(self.shows, self.limits())

    def limits(self) -> dict[str, float | str]:
        """Names that `shows` may use."""
        given = {"window": self.window, "at_least": self.at_least, "at_most": self.at_most}
        return {name: value for name, value in given.items() if value is not None}

    def agrees(self, value: float) -> bool | None:
        """Whether `value` lies within the limits, both inclusive; None when it is NaN."""
        if math.isnan(value):
            return None
        low = -math.inf if self.at_least is None else self.at_least
        high = math.inf if self.at_most is None else self.at_most
        return low <= value <= high


class Style(Entry):
    """A way of acting; `regimes` are the regimes that call for it (none for selective re-entry)."""

    id: StyleId
    name: Title
    regimes: tuple[Annotated[int, Field(ge=1, le=5)], ...]
    when: Line
    entries: Lines
    exits: Lines
    size: Line
    holding_period: Line
    tape: Annotated[tuple[TapeCheck, ...], Field(min_length=1)]
    mistakes: Lines


class Bound(Entry):
    """What a figure or a word must be for a phrase or a claim: within limits, one of the words, or not known."""

    at_least: float | None = None
    above: float | None = None
    at_most: float | None = None
    below: float | None = None
    one_of: tuple[str, ...] = ()
    unknown: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> Bound:
        limits = self.model_fields_set - {"one_of", "unknown"}
        if sum(map(bool, (limits, self.one_of, self.unknown))) != 1:
            raise ValueError("a condition gives limits, `one_of` or `unknown`, and only one of these.")
        if {"at_least", "above"} <= limits or {"at_most", "below"} <= limits:
            raise ValueError("a condition has one lower and one upper limit at most.")
        return self

    def holds(self, value: float | str | None) -> bool:
        """Whether `value` meets it; what is not known meets `unknown` alone."""
        if value is None or self.unknown:
            return value is None and self.unknown
        if isinstance(value, str):
            return value in self.one_of
        return not self.one_of and (
            (self.at_least is None or value >= self.at_least)
            and (self.above is None or value > self.above)
            and (self.at_most is None or value <= self.at_most)
            and (self.below is None or value < self.below)
        )

    def within(self, other: Bound) -> bool:
        """Whether everything that meets this one meets `other` too."""
        if self.unknown or other.unknown:
            return self.unknown and other.unknown
        if self.one_of or other.one_of:
            return bool(self.one_of) and set(self.one_of) <= set(other.one_of)
        return self._floor() >= other._floor() and self._ceiling() <= other._ceiling()

    def _floor(self) -> tuple[float, bool]:
        """The lower limit, and whether it is itself outside: the higher the stricter."""
        return (self.above, True) if self.above is not None else (_or(self.at_least, -math.inf), False)

    def _ceiling(self) -> tuple[float, bool]:
        """The upper limit, and whether it is itself inside: the lower the stricter."""
        return (self.below, False) if self.below is not None else (_or(self.at_most, math.inf), True)


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


When = dict[Name, Bound]


class Implication(Entry):
    """What an active insight means for the investor."""

    tone: Tone
    text: Line


class Opposite(Implication):
    """The mirror case of an insight: its own condition, meaning and claims."""

    active: Template
    claims: When = {}


class InsightEntry(Entry):
    """An insight as it is written in the file. `id` is the name of its rule, `thresholds` are that rule's numbers.

    source: its number in the framework's own list; None for an insight that is not from there. claims: what its words
    say of the figures that its evidence quotes while it is active.
    """

    id: Name
    source: Annotated[str, Field(pattern=r"^fe-\d{2,}$")] | None = None
    engine: Engine
    kind: Kind
    title: Title
    text: Paragraph
    thresholds: dict[Name, float]
    active: Template
    watch: Template
    evidence: Annotated[tuple[Template, ...], Field(min_length=1, max_length=6)]
    claims: When = {}
    implication: Implication
    opposite: Opposite | None = None
    see_also: tuple[Name, ...] = ()

    def conditions(self) -> dict[str, str]:
        """The condition sentences as templates: active, watch and, where there is one, opposite."""
        stated = {"active": self.active, "watch": self.watch}
        return stated | ({"opposite": self.opposite.active} if self.opposite else {})


class Insight(InsightEntry):
    """An insight with the ids it conflicts with, in the order of the file."""

    conflicts_with: tuple[Name, ...] = ()

    def condition(self, which: Literal["active", "watch", "opposite"] = "active") -> str:
        """The condition in words with the thresholds filled in; KeyError when there is no opposite."""
        return fill(self.conditions()[which], self.thresholds)

    def render_evidence(self, figures: Mapping[str, Any]) -> str:
        """Evidence clauses joined by "; ". A clause with an absent, None or non-finite figure is left out."""
        known = {name: value for name, value in figures.items() if _is_present(value)}
        return "; ".join(
            fill(clause, known) for clause in self.evidence if set(placeholders(clause)) <= known.keys()
        )


def _is_present(value: object) -> bool:
    if value is None:
        return False
    return isinstance(value, str) or math.isfinite(float(value))  # type: ignore[arg-type]


class Conflict(Entry):
    """Two insights that disagree when both are active, and how to weigh them."""

    between: tuple[Name, Name]
    weigh: Line


class Figure(Entry):
    """A name that evidence may quote: its unit, what it is, and an example of a plausible value.

    Its value is a `measure` of the series `of` over `weeks`, or else what the insight's rule computed under
    its name, or else the series or word of its own name.
    """

    of: Name | None = None
    measure: FigureMeasure | None = None
    weeks: Annotated[int, Field(gt=0, le=260)] | None = None
    unit: Annotated[str, Field(min_length=1, max_length=40)]
    example: float | str
    meaning: Annotated[str, Field(min_length=3, max_length=200)]


class Term(Entry):
    """A glossary term: the words by which it goes, a definition and exactly two sentences about practice."""

    id: Name
    term: Title
    words: tuple[Title, ...] = ()
    short: Line
    practice: tuple[Line, Line]


class Phrase(Entry):
    """Some words, and the condition that earns them; without one they may always be said."""

    model_config = ConfigDict(str_strip_whitespace=False)

    say: Annotated[str, Field(min_length=3, max_length=200), AfterValidator(_is_template)]
    when: When = {}


Phrases = Annotated[tuple[Phrase, ...], Field(min_length=1)]


class EnginePhrases(Entry):
    """What can be said of one engine; of each list the first that holds."""

    level: Phrases
    move: Phrases
    figure: Phrases


class Word(Entry):
    """What a word means of an engine: one of these conditions."""

    engine: Engine
    word: Annotated[str, Field(min_length=2, max_length=40)]
    any_of: Annotated[tuple[When, ...], Field(min_length=1)]

    def is_in(self, text: str) -> bool:
        """Whether the text says the word, as a whole word."""
        return re.search(rf"\b{re.escape(self.word)}\b", text) is not None

    def earned_by(self, when: When) -> bool:
        """Whether whatever meets `when` is also what the word means."""
        return any(
            all(name in when and when[name].within(bound) for name, bound in meaning.items())
            for meaning in self.any_of
        )


class PhrasesFile(Entry):
    """phrases.yaml."""

    engines: dict[Engine, EnginePhrases]
    markets: tuple[Phrases, ...]
    dictionary: tuple[Word, ...]
    figures: dict[Name, Figure]


class RegimesFile(Entry):
    """regimes.yaml."""

    regimes: tuple[Regime, ...]


class StylesFile(Entry):
    """styles.yaml."""

    styles: tuple[Style, ...]


class InsightsFile(Entry):
    """insights.yaml."""

    insights: tuple[InsightEntry, ...]
    conflicts: tuple[Conflict, ...]
    figures: dict[Name, Figure]


class GlossaryFile(Entry):
    """glossary.yaml."""

    glossary: tuple[Term, ...]


class QuestionsFile(Entry):
    """questions.yaml."""

    engines: dict[Engine, Paragraph]
