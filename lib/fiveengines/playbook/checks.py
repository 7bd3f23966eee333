"""What must hold in and between the playbook's files beyond shape: completeness, references, templates.

Each check yields (place, message): a path of keys and positions in the YAML. No file is read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import get_args

from fiveengines.base.parameters import ENGINES
from fiveengines.playbook.models import (
    Figure,
    GlossaryFile,
    InsightEntry,
    InsightsFile,
    Phrase,
    PhrasesFile,
    QuestionsFile,
    RegimesFile,
    StyleId,
    StylesFile,
    fill,
    placeholders,
)

Place = tuple[str | int, ...]
Problem = tuple[Place, str]

REGIME_IDS = ("broad_bull", "fragile_melt_up", "choppy_range", "risk_off", "crisis")


@cache
def indicator_figures() -> dict[str, Figure]:
    """Every indicator as a figure: it may be quoted by its id without an entry of its own."""
    # Here and not above: a process that only writes pages has the glossary without pandas.
    from fiveengines.indicators import REGISTRY

    return {name: Figure(unit=each.unit, example=1.0, meaning=each.title) for name, each in REGISTRY.items()}


def regime_problems(file: RegimesFile) -> Iterator[Problem]:
    """Five regimes, numbered 1 to 5 under their own ids."""
    expected = dict(enumerate(REGIME_IDS, start=1))
    yield from _complete("regimes", [r.number for r in file.regimes], expected, "regime number")
    for position, regime in enumerate(file.regimes):
        if regime.id != expected[regime.number]:
            yield (
                ("regimes", position, "id"),
                f"regime {regime.number} must keep the id {expected[regime.number]!r}",
            )


def style_problems(file: StylesFile) -> Iterator[Problem]:
    """Four styles; each tape check has a limit and a sentence that can be filled."""
    yield from _complete("styles", [s.id for s in file.styles], get_args(StyleId), "style")
    for position, style in enumerate(file.styles):
        for row, check in enumerate(style.tape):
            place = ("styles", position, "tape", row)
            if check.at_least is None and check.at_most is None:
                yield place, f"{check.measure} needs at_least or at_most"
            yield from _fills((*place, "shows"), check.shows, check.limits())


def insight_problems(file: InsightsFile) -> Iterator[Problem]:
    """Each id and source once, valid references, templates that can be filled, no unused name."""
    ids = [entry.id for entry in file.insights]
    yield from _unique("insights", "id", ids)
    yield from _unique("insights", "source", [entry.source for entry in file.insights])
    examples = {name: each.example for name, each in (indicator_figures() | file.figures).items()}
    for position, entry in enumerate(file.insights):
        place = ("insights", position)
        for other in entry.see_also:
            if other == entry.id or other not in ids:
                yield (*place, "see_also"), f"insight {entry.id!r} cannot refer to {other!r}"
        yield from _condition_problems(place, entry)
        for row, clause in enumerate(entry.evidence):
            yield from _fills((*place, "evidence", row), clause, examples)
        quoted = {name for clause in entry.evidence for name in placeholders(clause)}
        for claimed in (entry.claims, entry.opposite.claims if entry.opposite else {}):
            for name in sorted(claimed.keys() - quoted):
                yield (
                    (*place, "claims", name),
                    f"the evidence of insight {entry.id!r} does not quote {name!r}",
                )
    yield from _conflict_problems(file, ids)
    yield from _figure_problems(file)


def _figure_problems(file: InsightsFile) -> Iterator[Problem]:
    """Every figure is quoted somewhere and says completely how it is measured."""
    quoted = {name for entry in file.insights for clause in entry.evidence for name in placeholders(clause)}
    for name, figure in file.figures.items():
        if name not in quoted:
            yield ("figures", name), f"no evidence quotes {name!r}"
        if (figure.of is None) != (figure.measure is None):
            yield ("figures", name), "`of` and `measure` belong together"
        elif figure.measure is not None and figure.weeks is None and "percentile" not in figure.measure:
            yield ("figures", name), f"the measure {figure.measure!r} needs `weeks`"


def glossary_problems(file: GlossaryFile) -> Iterator[Problem]:
    """Each term once."""
    yield from _unique("glossary", "id", [term.id for term in file.glossary])


def question_problems(file: QuestionsFile) -> Iterator[Problem]:
    """One question an engine; each ends with a question mark of some script."""
    for engine in ENGINES:
        if engine not in file.engines:
            yield ("engines",), f"the question for {engine} is missing"
    for engine, text in file.engines.items():
        if not text.endswith(("?", "？", "؟", ";")):
            yield ("engines", engine), "a question must end with a question mark"


def phrase_problems(file: PhrasesFile) -> Iterator[Problem]:
    """Every engine has words for every week, names are known, a word of the dictionary is earned by its condition."""
    known = indicator_figures() | file.figures
    examples = {name: each.example for name, each in known.items()}
    for engine in ENGINES:
        if engine not in file.engines:
            yield ("engines",), f"the phrases for {engine} are missing"
    for place, phrase in _phrases(file):
        yield from _fills((*place, "say"), phrase.say, examples)
        for name in phrase.when.keys() - known.keys():
            yield (*place, "when"), f"unknown name {name!r}"
        for word in file.dictionary:
            if word.engine in place and word.is_in(phrase.say) and not word.earned_by(phrase.when):
                yield place, f"the condition does not earn the word {word.word!r}; see `dictionary`"
    for engine, lists in file.engines.items():
        if lists.level[-1].when:
            yield ("engines", engine, "level"), "the last level must need no condition"
    for position, word in enumerate(file.dictionary):
        for name in {name for meaning in word.any_of for name in meaning} - known.keys():
            yield ("dictionary", position), f"unknown name {name!r}"


def _phrases(file: PhrasesFile) -> Iterator[tuple[Place, Phrase]]:
    for engine, lists in file.engines.items():
        for part in ("level", "move", "figure"):
            for position, phrase in enumerate(getattr(lists, part)):
                yield ("engines", engine, part, position), phrase
    for row, alternatives in enumerate(file.markets):
        for position, phrase in enumerate(alternatives):
            yield ("markets", row, position), phrase


def cross_problems(regimes: RegimesFile, styles: StylesFile) -> Iterator[Problem]:
    """Regimes and styles name each other; places are in regimes.yaml."""
    serves = {style.id: style.regimes for style in styles.styles}
    for position, regime in enumerate(regimes.regimes):
        if regime.number not in serves.get(regime.style, ()):
            message = f"style {regime.style!r} does not list regime {regime.number} in styles.yaml"
            yield ("regimes", position, "style"), message


def _condition_problems(place: Place, entry: InsightEntry) -> Iterator[Problem]:
    used: set[str] = set()
    for which, text in entry.conditions().items():
        where = (*place, "opposite", "active") if which == "opposite" else (*place, which)
        yield from _fills(where, text, entry.thresholds)
        used.update(placeholders(text))
    for name in sorted(entry.thresholds.keys() - used):
        yield (*place, "thresholds", name), f"no condition of insight {entry.id!r} quotes {name!r}"


def _conflict_problems(file: InsightsFile, ids: Sequence[str]) -> Iterator[Problem]:
    seen: set[frozenset[str]] = set()
    for position, conflict in enumerate(file.conflicts):
        place = ("conflicts", position, "between")
        pair = frozenset(conflict.between)
        if len(pair) < 2 or not pair <= set(ids):
            yield place, f"a conflict needs two different known insights, not {list(conflict.between)}"
        elif pair in seen:
            yield (
                place,
                f"the conflict between {conflict.between[0]} and {conflict.between[1]} is here twice",
            )
        seen.add(pair)


def _complete(
    key: str, found: Sequence[int | str], expected: Iterable[int | str], what: str
) -> Iterator[Problem]:
    wanted = list(expected)
    for missing in [item for item in wanted if item not in found]:
        yield (key,), f"{what} {missing} is missing"
    for position, item in enumerate(found):
        if item not in wanted:
            yield (key, position), f"{what} {item!r} is not known to the workbook"
        elif item in found[:position]:
            yield (key, position), f"{what} {item} appears twice"


def _unique(key: str, field: str, found: Sequence[str | None]) -> Iterator[Problem]:
    for position, item in enumerate(found):
        if item is not None and item in found[:position]:
            yield (key, position, field), f"{field} {item!r} is already used"


def _fills(
    place: Place, template: str, values: dict[str, float] | dict[str, float | str]
) -> Iterator[Problem]:
    unknown = [name for name in placeholders(template) if name not in values]
    if unknown:
        yield place, f"unknown name {{{unknown[0]}}}"
        return
    try:
        fill(template, dict(values))
    except ValueError as error:
        yield place, f"cannot be filled: {error}"
