"""What a report shows of a week, worked out once for the same week; only in a kernel that makes a report.

A cell that is nothing but a chart or a table of a week, such as `charts.breadth(week)`, is looked up before it is
drawn. Any other cell runs as it stands, and every cell does in JupyterLab. What is kept of one week is one file in the
cache, under a key of everything that the week is read from and of the package's code.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fiveengines.base import cache
from fiveengines.week import Week

_CACHE = "shown"
# The packages whose functions show a week; a name that means anything else in a notebook is left alone.
_ROOMS = tuple(f"{__package__}.{room}" for room in ("charts", "tables"))


@dataclass
class _Week:
    """What was shown of the week with this key, by the words of the call; whether any of it is not in the cache yet."""

    key: str
    held: dict[str, Any]
    new: bool = False


# The week that was shown last: a kernel that reads a thousand weeks holds one of them.
_last = _Week("", {})


@dataclass(frozen=True)
class Shown:
    """What an object looked like in a notebook, by MIME type, and how each is to be embedded."""

    bundle: dict[str, Any]
    metadata: dict[str, Any]

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        return self.bundle, self.metadata


class AskFirst(ast.NodeTransformer):
    """IPython's transformer of a cell: a lone call of a chart or a table becomes a call of `shown`."""

    def visit_Module(self, node: ast.Module) -> ast.Module:
        """The cell, changed where it is nothing but one such call without keywords."""
        match node.body:
            case [ast.Expr(ast.Call(ast.Attribute(ast.Name() as room, name), args, []) as call)] if args:
                asked = ast.parse(f"__import__({__name__!r}, fromlist=['shown']).shown", mode="eval").body
                call.func, call.args = asked, [room, ast.Constant(name), *args]
        return node


def shown(room: Any, name: str, *arguments: Any) -> Any:
    """What `room.name(*arguments)` shows: as it was shown before when that is a chart or a table of a week."""
    if not any(room is sys.modules.get(each) for each in _ROOMS) or not _of_a_week(arguments):
        return getattr(room, name)(*arguments)
    made = once(
        arguments[0],
        f"{room.__name__}.{name}{arguments[1:]!r}",
        lambda: _looks(getattr(room, name)(*arguments)),
    )
    return Shown(*made) if made else None


def once(week: Week, name: str, make: Callable[[], Any]) -> Any:
    """What `make` returns (plain JSON), as it was when everything about the week was the same; None is never kept."""
    if week.key is None:
        return make()
    if _last.key != week.key:
        _last.held = cache.recalled(_CACHE, f"{week.key}.json", _read) or {}
        _last.key, _last.new = week.key, False
    if name not in _last.held and (made := make()) is not None:
        _last.held[name], _last.new = made, True
    return _last.held.get(name)


def again() -> bool:
    """Whether all that was shown so far of the week was shown before."""
    return bool(_last.held) and not _last.new


def keep() -> None:
    """Write what was new; a kernel is ended without a word, so the report asks for it after the last cell."""
    if _last.new:
        text = json.dumps(_last.held)
        cache.remember(_CACHE, f"{_last.key}.json", lambda place: place.write_text(text))
        _last.new = False


def _of_a_week(arguments: tuple[Any, ...]) -> bool:
    return isinstance(arguments[0], Week) and all(isinstance(each, str) for each in arguments[1:])


def _read(place: Path) -> dict[str, Any]:
    found = json.loads(place.read_text())
    if not isinstance(found, dict):
        raise ValueError(f"{place}: not an object")
    return found


def _looks(made: Any) -> list[dict[str, Any]] | None:
    """An object as the two parts of `Shown`, [] for None; None when altair could not draw it and has said so itself."""
    from IPython.lib.pretty import pretty

    if made is None:
        return []
    if hasattr(made, "_repr_mimebundle_"):
        found = made._repr_mimebundle_()
        return list(found) if isinstance(found, tuple) else [found, {}] if found else None
    return [{"text/html": made._repr_html_(), "text/plain": pretty(made)}, {}]
