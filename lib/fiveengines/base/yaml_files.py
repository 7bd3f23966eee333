"""YAML read safely and checked against a pydantic model; an error names the file, the line and the remedy.

Nothing about markets may enter: this is only the door through which params/ and playbook/ come in.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError
from yaml.nodes import MappingNode, Node, SequenceNode

from fiveengines.base.errors import ParameterError

Model = TypeVar("Model", bound=BaseModel)
MAX_BYTES = 2_000_000
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


class Strict(BaseModel):
    """Base of every schema: unknown names are refused, values do not change afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def read_text(path: Path) -> str:
    """The file's text (UTF-8, a byte-order mark is dropped); ParameterError for a missing, huge or undecodable one."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ParameterError(
                f"{path}: larger than {MAX_BYTES:,} bytes.", remedy="Is this the right file?"
            )
        return path.read_text(encoding="utf-8-sig")
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
    try:
        return parse(read_text(path))
    except yaml.YAMLError as error:
        line, problem = what_is_wrong(error)
        where = f"{path}, line {line}" if line else str(path)
        raise ParameterError(f"{where}: {problem}.", remedy="Mend the YAML there.") from None


def parse(text: str) -> Any:
    """Plain Python data of a YAML text, read with the safe loader; yaml.YAMLError when it is none."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506  (the safe loader, in C)


def what_is_wrong(error: yaml.YAMLError) -> tuple[int | None, str]:
    """Line (from 1) and reason of a parse error."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark
        return (mark.line + 1 if mark else None), " ".join(str(error.problem or "not valid YAML").split())
    return None, "not valid YAML"


def load_model(path: Path, model: type[Model]) -> Model:
    """One YAML file as `model`; the first problem is raised as one line with file, line, field and remedy."""
    data = load(path)
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
        shown = str(found) if isinstance(found, dt.date) else repr(found)
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
