"""YAML read safely and checked against a pydantic model; an error names the file, the line and the remedy.

Nothing about markets may enter: this is only the door through which params/ and playbook/ come in.
"""

from __future__ import annotations

import datetime as dt
import difflib
import re
import reprlib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from yaml.nodes import MappingNode, Node, SequenceNode

from fiveengines.base.bounded_files import read_bytes
from fiveengines.base.errors import ParameterError

Model = TypeVar("Model", bound=BaseModel)
MAX_BYTES = 2_000_000
# Up to here the loader in C is safe whatever the text holds; beyond, it is looked at first.
_SAFE_LEVELS, _SAFE_ALIASES = 1_000, 20
_MOST_LEVELS, _MOST_NODES = 100, 1_000_000
# How an error repeats a wrong value, however long or deep it is.
_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = _SHORT.maxlong = 200
_INDENTED = re.compile(r"^[ \-?]*", re.MULTILINE)
# What pydantic calls by Python's names.
_LISTS = {"tuple_type": "A list is needed", "list_type": "A list is needed"}
# The same safe loader, in C where PyYAML was built with it: ten times faster.
_Safe: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Safe):  # type: ignore[misc]
    """The safe loader, which refuses a name that a mapping holds twice instead of forgetting the first."""

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:
        seen: set[tuple[str, str]] = set()
        for key, _ in node.value if isinstance(node, MappingNode) else ():
            name = (key.tag, str(key.value))
            if name in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the name {str(key.value)!r} appears here a second time", key.start_mark
                )
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


class TooLargeError(yaml.YAMLError):  # type: ignore[misc]
    """A text that is nested or repeated beyond all use; `line` counts from 1."""

    def __init__(self, line: int | None, what: str) -> None:
        super().__init__(what)
        self.line, self.what = line, what


class Strict(BaseModel):
    """Base of every schema: unknown names are refused, values do not change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def read_text(path: Path) -> str:
    """The file's text (UTF-8, a byte-order mark is dropped); ParameterError for a missing, huge or undecodable one."""
    try:
        return read_bytes(path, MAX_BYTES).decode("utf-8-sig")
    except FileNotFoundError:
        raise ParameterError(f"{path}: there is no such file.", remedy="Check the path.") from None
    except IsADirectoryError:
        raise ParameterError(f"{path}: this is a folder.", remedy="Name the file in it.") from None
    except OSError as error:
        raise ParameterError(
            f"{path}: cannot be read ({error.strerror or error}).", remedy="Check its permissions."
        ) from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise ParameterError(
            f"{path}, line {line}: this is no UTF-8.", remedy="Save it as UTF-8 text."
        ) from None


def load(path: Path) -> Any:
    """Plain Python data of one YAML file, read with the safe loader; ParameterError names the broken line."""
    return _parsed(path, read_text(path))


def _parsed(path: Path, text: str) -> Any:
    try:
        return parse(text)
    except yaml.YAMLError as error:
        line, problem = what_is_wrong(error)
        where = f"{path}, line {line}" if line else str(path)
        raise ParameterError(f"{where}: {problem}.", remedy="Mend the YAML there.") from None


def parse(text: str, *, ours: bool = False) -> Any:
    """Plain Python data of a YAML text, read with the safe loader; yaml.YAMLError when it is none, or nested or
    repeated beyond all use, which is not looked at in a text of this package (`ours`)."""
    if not ours:
        _check_size(text)
    try:
        return yaml.load(text, Loader=_Loader)  # noqa: S506  (the safe loader, in C)
    except RecursionError:
        raise TooLargeError(None, "nested too deeply") from None


def _check_size(text: str) -> None:
    """Refuse what would end the interpreter (the loader in C recurses on its stack) or fill the memory.

    Only a text with so many brackets, so deep an indentation or so many aliases that it could is looked at.
    """
    openers = text.count("[") + text.count("{")
    indented = max((len(run) for run in _INDENTED.findall(text)), default=0)
    if openers <= _SAFE_LEVELS and indented <= _SAFE_LEVELS and text.count("*") <= _SAFE_ALIASES:
        return
    # nodes below each open collection, its anchor, and how many each anchor stands for when it is written out
    opened: list[tuple[int, str | None]] = []
    sizes: dict[str, int] = {}
    total = 0
    for event in yaml.parse(text, Loader=_Safe):
        if isinstance(event, yaml.AliasEvent):
            total += sizes.get(event.anchor, 1)
        elif isinstance(event, yaml.CollectionStartEvent):
            opened.append((total, event.anchor))
            total += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            before, anchor = opened.pop()
            if anchor is not None:
                sizes[anchor] = total - before
        elif isinstance(event, yaml.ScalarEvent):
            total += 1
        if len(opened) > _MOST_LEVELS or total > _MOST_NODES:
            line = event.start_mark.line + 1
            what = "nested too deeply" if len(opened) > _MOST_LEVELS else "repeated by aliases beyond all use"
            raise TooLargeError(line, what)


def what_is_wrong(error: yaml.YAMLError) -> tuple[int | None, str]:
    """Line (from 1) and reason of a parse error."""
    if isinstance(error, TooLargeError):
        return error.line, error.what
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark
        return (mark.line + 1 if mark else None), " ".join(str(error.problem or "not valid YAML").split())
    return None, "not valid YAML"


def load_model(path: Path, model: type[Model]) -> Model:
    """One YAML file as `model`; the first problem is raised as one line with file, line, field and remedy.

    The same text is checked once: several rooms ask for one file of params/ in a run.
    """
    found = _checked(path, read_text(path), model)
    assert isinstance(found, model)
    return found


@lru_cache(maxsize=32)
def _checked(path: Path, text: str, model: type[BaseModel]) -> BaseModel:
    data = _parsed(path, text)
    if not isinstance(data, dict):
        raise ParameterError(
            f"{path}: expected a mapping of names to values.",
            remedy="See the file that ships with the project.",
        )
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise ParameterError(describe(path, error, model)) from None


def describe(path: Path, error: ValidationError, model: type[BaseModel]) -> str:
    """The first problem of a validation in one line; the count of further ones is added."""
    problems = error.errors(include_url=False)
    # A misspelt name shows twice, as unknown and as missing: the unknown one says more.
    first = next((each for each in problems if each["type"] == "extra_forbidden"), problems[0])
    where = tuple(
        part for part in first["loc"] if not (isinstance(part, str) and part.startswith("function-"))
    )
    line = line_of(path, where)
    place = f"{path}, line {line}" if line else str(path)
    name = ".".join(str(part) for part in where)
    if first["type"] == "extra_forbidden":
        text = f"unknown name {name!r}.{suggestion(str(where[-1]), _known(model, where[:-1]))}"
    elif first["type"] == "missing":
        text = f"{name!r} is missing. Add it."
    else:
        message = _LISTS.get(first["type"], first["msg"].removeprefix("Value error, "))
        text = f"{name}: {message}" if name else message
        found = first["input"]
        shown = str(found) if isinstance(found, dt.date) else _SHORT.repr(found)
        text += "" if first["type"] == "value_error" else f" (found {shown})"
    more = error.error_count() - 1
    return f"{place}: {text}" + (f" ({more} more after that)" if more else "")


def suggestion(name: str, known: Iterable[str]) -> str:
    """' Did you mean …?' for the nearest known name, or the list of known names when none is near."""
    names: Sequence[str] = list(known)
    near = difflib.get_close_matches(name, names, n=1)
    if near:
        return f" Did you mean {near[0]!r}?"
    return f" Known: {', '.join(names)}." if names else ""


def _known(model: type[BaseModel], where: tuple[Any, ...]) -> list[str]:
    """Field names that are allowed at `where`, walking through nested models as far as their annotations go."""
    current: Any = model
    for part in where:
        annotation = (
            current.model_fields[part].annotation
            if _is_model(current) and part in current.model_fields
            else current
        )
        current = next((each for each in _flatten(annotation) if _is_model(each)), annotation)
    return list(current.model_fields) if _is_model(current) else []


def _is_model(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)


def _flatten(annotation: Any) -> list[Any]:
    inner = getattr(annotation, "__args__", ())
    return [annotation] if not inner else [leaf for each in inner for leaf in _flatten(each)]


def line_of(path: Path, where: Sequence[Any]) -> int | None:
    """Line (from 1) of the deepest part of `where` that is in the file."""
    return line_in(read_text(path), where)


def line_in(text: str, where: Sequence[Any]) -> int | None:
    """Line (from 1) of the deepest part of `where` that is in a YAML text."""
    try:
        _check_size(text)
        node: Node | None = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError:
        return None
    line = None
    for part in where:
        found = _child(node, part)
        if found is None:
            break
        key, node = found
        line = key.start_mark.line + 1
    return line


def _child(node: Node | None, part: Any) -> tuple[Node, Node] | None:
    if isinstance(node, MappingNode):
        return next(((key, value) for key, value in node.value if str(key.value) == str(part)), None)
    if isinstance(node, SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    return None
