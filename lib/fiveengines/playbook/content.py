"""The playbook's words as data: loads and checks the six YAML files, naming file and line of what is wrong.

Text and thresholds only; readings and rules may not enter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from yaml import YAMLError

from fiveengines.base import yaml_files
from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters import Engine
from fiveengines.playbook import checks
from fiveengines.playbook.checks import Place, Problem
from fiveengines.playbook.models import (
    Conflict,
    Entry,
    Figure,
    GlossaryFile,
    Insight,
    InsightsFile,
    PhrasesFile,
    QuestionsFile,
    Regime,
    RegimesFile,
    Style,
    StyleId,
    StylesFile,
    Term,
)


@dataclass(frozen=True)
class _FileType:
    model: type[Entry]
    problems: Callable[[Any], Iterable[Problem]]


FOLDER = Path(str(resources.files("fiveengines.playbook")))
_FILES: dict[str, _FileType] = {
    "regimes.yaml": _FileType(RegimesFile, checks.regime_problems),
    "styles.yaml": _FileType(StylesFile, checks.style_problems),
    "insights.yaml": _FileType(InsightsFile, checks.insight_problems),
    "glossary.yaml": _FileType(GlossaryFile, checks.glossary_problems),
    "questions.yaml": _FileType(QuestionsFile, checks.question_problems),
    "phrases.yaml": _FileType(PhrasesFile, checks.phrase_problems),
}


def regimes() -> dict[int, Regime]:
    """The five regimes by number; ParameterError names file and line, as everywhere here."""
    return {regime.number: regime for regime in _load("regimes.yaml").regimes}


def styles() -> dict[StyleId, Style]:
    """The four styles by id."""
    return {style.id: style for style in _load("styles.yaml").styles}


def insights() -> dict[str, Insight]:
    """The insights by id, in the order of the file."""
    file: InsightsFile = _load("insights.yaml")
    pairs = [conflict.between for conflict in file.conflicts]
    return {
        entry.id: Insight(
            **dict(entry),
            conflicts_with=tuple(
                other.id
                for other in file.insights
                if (entry.id, other.id) in pairs or (other.id, entry.id) in pairs
            ),
        )
        for entry in file.insights
    }


def conflicts() -> dict[frozenset[str], Conflict]:
    """Pairs of insights that disagree, by the set of the two ids."""
    return {frozenset(conflict.between): conflict for conflict in _load("insights.yaml").conflicts}


def figures() -> dict[str, Figure]:
    """Every name that evidence may quote: the indicators by id, and the file's own figures."""
    return {**checks.indicator_figures(), **_load("insights.yaml").figures}


def glossary() -> dict[str, Term]:
    """The terms by id, in the order of the file."""
    return {term.id: term for term in _load("glossary.yaml").glossary}


def questions() -> dict[Engine, str]:
    """The recurring question of each engine."""
    file: QuestionsFile = _load("questions.yaml")
    return dict(file.engines)


def phrases() -> PhrasesFile:
    """What can be said of a week, and the conditions that earn it."""
    file: PhrasesFile = _load("phrases.yaml")
    return file


def check() -> list[str]:
    """Everything wrong in the playbook, a line each with file and line number; empty when all is well."""
    read = {name: _read_and_check(*_path_and_time(name)) for name in _FILES}
    found = [problem for _, problems in read.values() for problem in problems]
    regimes_file, styles_file = read["regimes.yaml"][0], read["styles.yaml"][0]
    if regimes_file and styles_file:
        cross = checks.cross_problems(regimes_file, styles_file)
        found += _as_lines("regimes.yaml", yaml_files.read_text(FOLDER / "regimes.yaml"), cross)
    return found


def _load(name: str) -> Any:
    """The file's model, or ParameterError with its first problem."""
    file, problems = _read_and_check(*_path_and_time(name))
    if problems:
        more = f" ({len(problems) - 1} more)" if len(problems) > 1 else ""
        raise ParameterError(problems[0] + more + ".", remedy="Correct the file and run again.")
    return file


def _path_and_time(name: str) -> tuple[Path, int]:
    """Path and time of change: an edited file is read again, an unchanged one is not."""
    return FOLDER / name, (FOLDER / name).stat().st_mtime_ns


@lru_cache(maxsize=64)
def _read_and_check(path: Path, modified: int) -> tuple[Any, tuple[str, ...]]:
    """The validated file, or None, and its problems as lines; `modified` only distinguishes versions."""
    try:
        text = yaml_files.read_text(path)
    except ParameterError as error:
        return None, (f"{path.name}: cannot be read as UTF-8 text ({error})",)
    file_type = _FILES[path.name]
    try:
        raw = yaml_files.parse(text)
    except YAMLError as error:
        return None, (_unparsable(path.name, error),)
    try:
        file = file_type.model.model_validate(raw)
    except ValidationError as error:
        return None, _as_lines(path.name, text, map(_shape_problem, error.errors()))
    return file, _as_lines(path.name, text, file_type.problems(file))


def _unparsable(name: str, error: YAMLError) -> str:
    line, reason = yaml_files.what_is_wrong(error)
    return f"{name} line {line}: {reason}" if line else f"{name}: {reason}"


def _shape_problem(item: Any) -> Problem:
    place: Place = tuple(item["loc"])
    if item["type"] == "extra_forbidden":
        return place, f"unknown field {place[-1]!r}"
    if item["type"] == "missing":
        return place[:-1], f"field {place[-1]!r} is missing"
    return place, str(item["msg"]).removeprefix("Value error, ")


def _as_lines(name: str, text: str, problems: Iterable[Problem]) -> tuple[str, ...]:
    """Each problem as a line of text with the line number of the nearest part that is in the file."""
    return tuple(
        f"{name} line {yaml_files.line_in(text, place) or 1} ({_place_in_words(place)}): {message}"
        for place, message in problems
    )


def _place_in_words(place: Place) -> str:
    return " · ".join(str(part + 1) if isinstance(part, int) else part for part in place) or "file"
