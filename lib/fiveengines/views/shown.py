"""What a report shows of a week or of a companion's session, worked out once; only in a kernel that makes a report.

A cell that is nothing but a chart or a table, such as `charts.breadth(week)` or `drivers(result)`, is looked up before
it is drawn. Any other cell runs as it stands, and every cell does in JupyterLab; after one that may read anything
(another package, a file) nothing is looked up. What is kept of one week or session is one file in the cache, under a
key of everything that it is read from and of the package's code, each picture under the cells that ran before it.
"""

from __future__ import annotations

import ast
import base64
import functools
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from fiveengines.base import cache
from fiveengines.companions import answers
from fiveengines.companions.session import Session
from fiveengines.week import Week

_CACHE = "shown"
# The packages whose functions show a week; a name that means anything else in a notebook is left alone.
_PACKAGE = __package__.partition(".")[0]
_ROOMS = tuple(f"{__package__}.{room}" for room in ("charts", "tables"))
# What shows the clock too.
_OF_TODAY = frozenset({"heading"})
# What a cell reaches anything with: files, other code, the shell.
_OUTSIDE = frozenset({"__import__", "compile", "eval", "exec", "get_ipython", "input", "open"})
# What an argument may be written with: it is then a function of the names in it alone.
_PLAIN = (ast.Attribute, ast.BoolOp, ast.Call, ast.Constant, ast.List, ast.Name, ast.boolop, ast.expr_context)


@dataclass
class _Week:
    """What was shown under this key, by what ran before the call and its words; whether any is not in the cache yet.

    `ran` has what ran before this process's calls: what an earlier state of the notebook showed is not kept beside it.
    """

    key: str
    held: dict[str, Any]
    new: bool = False
    ran: set[str] = field(default_factory=set)


# The week that was shown last: a kernel that reads a thousand weeks holds one of them.
_last = _Week("", {})


@dataclass
class _Notebook:
    """The session that the running notebook is about, its key when it was loaded, and its answers by name.

    What is shown may depend on what other cells did (another theme, a changed function): `before` holds those of the
    kernel's earlier notebooks, `setup` its own up to its loading, `cells` those since that are no lone call, of which
    `known` had run at the last look-up; `cell` is the one that runs.
    """

    session: Session | None = None
    key: str | None = None
    answers: dict[str, Any] = field(default_factory=dict)
    before: tuple[str, ...] = ()
    setup: tuple[str, ...] = ()
    cell: str = ""
    cells: list[str] = field(default_factory=list)
    known: int = 0

    def ran(self) -> str | None:
        """A key that changes with any of these cells; None when one may have read what its words do not say."""
        self.known = len(self.cells)
        cells = (*self.setup, *self.left())
        return cache.key_of(cells) if all(map(_says_all, cells)) else None

    def left(self) -> tuple[str, ...]:
        """Cells up to the last look-up, each once, as the kernel's next notebook has them before it."""
        return tuple(dict.fromkeys((*self.before, *self.cells[: self.known])))


_notebook = _Notebook()


@dataclass(frozen=True)
class Later:
    """An argument that is worked out when it is needed: its words, what the names in them mean, and how."""

    words: str
    names: tuple[Any, ...]
    make: Callable[[], Any]


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
        """The cell, changed where it is nothing but one such call with plain arguments and without keywords."""
        _notebook.cell = ast.unparse(node)
        match node.body:
            case [ast.Expr(ast.Call(ast.Attribute(ast.Name() as room, name), args, []) as call)] if args:
                pass
            case [ast.Expr(ast.Call(ast.Name() as room, args, []) as call)] if args:
                name = ""
            case _:
                return _other(node)
        if not all(isinstance(each, _PLAIN) for argument in args for each in ast.walk(argument)):
            return _other(node)
        call.func = _of_here("shown")
        call.args = [room, ast.Constant(name), *map(_later, args)]
        return node


def _other(node: ast.Module) -> ast.Module:
    """The cell as it stands, remembered as one that ran; that of a report, which only hands back, is not."""
    if not _notebook.cell.startswith(f"from {_PACKAGE}.report."):
        _notebook.cells.append(_notebook.cell)
    return node


@functools.cache
def _says_all(cell: str) -> bool:
    """Whether a cell can do nothing but what this package's code and its own words make of it."""
    try:
        found = list(ast.walk(ast.parse(cell)))
    except SyntaxError:  # IPython's own: a magic command
        return False
    modules = [each.module or "" for each in found if isinstance(each, ast.ImportFrom)]
    modules += [name.name for each in found if isinstance(each, ast.Import) for name in each.names]
    names = {each.id for each in found if isinstance(each, ast.Name)}
    return names.isdisjoint(_OUTSIDE) and all(each.partition(".")[0] == _PACKAGE for each in modules)


def _of_here(name: str) -> ast.expr:
    return ast.parse(f"__import__({__name__!r}, fromlist=[{name!r}]).{name}", mode="eval").body


def _later(argument: ast.expr) -> ast.expr:
    """The argument as it stands where it is a name or a constant, and else as a `Later`."""
    if isinstance(argument, ast.Name | ast.Constant):
        return argument
    found = sorted({each.id for each in ast.walk(argument) if isinstance(each, ast.Name)})
    names = ast.Tuple([ast.Name(each, ast.Load()) for each in found], ast.Load())
    make = ast.parse("lambda: None", mode="eval").body
    assert isinstance(make, ast.Lambda)
    make.body = argument
    return ast.Call(_of_here("Later"), [ast.Constant(ast.unparse(argument)), names, make], [])


def about(found: Week | Session, setup: Iterable[str] = ()) -> None:
    """Begin a notebook about this week or session; `setup`: the cells that ran for it so far."""
    global _notebook  # noqa: PLW0603
    session = found if isinstance(found, Session) else None
    key = answers.page_key(session) if session is not None else None
    _notebook = _Notebook(session, key, before=_notebook.left(), setup=tuple(setup))


def answered(of: Session, name: str, answer: Any) -> None:
    """Let what is shown of the companion `name`'s answer be looked up, when the notebook is about that session."""
    if of is _notebook.session:
        _notebook.answers[name] = answer


def is_answer(name: str, answer: Any) -> bool:
    """Whether it is what the companion `name` answered, and not what a notebook made of it."""
    return answer is not None and _notebook.answers.get(name) is answer


def shown(room: Any, name: str, *arguments: Any) -> Any:
    """What `room.name(*arguments)` shows, or `room(*arguments)` without a name: as it was shown before, if it may be.

    That is so for a chart or a table, when each argument says of which week, session or answer it is.
    """
    of = _subject(arguments)
    words = [_word(each) for each in (room, *arguments)]

    def call() -> Any:
        values = (each.make() if isinstance(each, Later) else each for each in arguments)
        return (getattr(room, name) if name else room)(*values)

    if of is None or None in words or not _shows(room, name):
        if not _own_code(room):
            _notebook.cells.append(_notebook.cell)
        return call()
    made = once(of, f"{name} {words}", lambda: _looks(call()))
    return Shown(*made) if made else None


def once(of: Week | Session, name: str, make: Callable[[], Any]) -> Any:
    """What `make` returns (plain JSON), as it was when everything about `of` was the same; None is never kept."""
    key = of.key if isinstance(of, Week) else _notebook.key if of is _notebook.session else None
    ran = _notebook.ran()
    if key is None or ran is None:
        return make()
    if _last.key != key:
        _last.held = cache.recalled(_CACHE, f"{key}.json", json.loads) or {}
        _last.key, _last.new, _last.ran = key, False, set()
    _last.ran.add(ran)
    name = f"{ran} {name}"
    if name not in _last.held and (made := make()) is not None:
        _last.held[name], _last.new = made, True
    return _last.held.get(name)


def again() -> bool:
    """Whether all that was shown so far of the week or session was shown before."""
    return bool(_last.held) and not _last.new


def keep() -> None:
    """Write what was new; a kernel is ended without a word, so the report asks for it after the last cell."""
    session, key = _notebook.session, _notebook.key
    if session is not None and answers.page_key(session) != key:
        _last.key, _last.new = "", False  # a file of the portfolio was changed meanwhile
    if _last.new:
        ran = {name: each for name, each in _last.held.items() if name.partition(" ")[0] in _last.ran}
        cache.remember(_CACHE, f"{_last.key}.json", json.dumps(ran).encode())
        _last.new = False


def _shows(room: Any, name: str) -> bool:
    """Whether it is a module of charts or tables, or a function of one, and not another thing of that name.

    What says how old a week is today is another text tomorrow.
    """
    if (name or getattr(room, "__name__", "")) in _OF_TODAY:
        return False
    place = room.__name__ if isinstance(room, ModuleType) else getattr(room, "__module__", "")
    return any(f"{place}.".startswith(f"{each}.") for each in _ROOMS)


def _subject(arguments: tuple[Any, ...]) -> Week | Session | None:
    """The session that the notebook is about, else the first week among the arguments."""
    names = (each for one in arguments for each in (one.names if isinstance(one, Later) else (one,)))
    return _notebook.session or next((each for each in names if isinstance(each, Week)), None)


def _word(argument: Any) -> str | None:
    """What stands for it in the words of a call; None for what may be anything."""
    if isinstance(argument, Later):
        words = [_word(each) for each in argument.names]
        return None if None in words else f"{argument.words} {words}"
    if isinstance(argument, str | int | float | None):
        return repr(argument)
    if isinstance(argument, Week):
        return argument.key
    return _own_code(argument) or next((name for name, each in _known() if each is argument), None)


def _own_code(found: Any) -> str | None:
    """The name of a module or a function of this package; None for anything else."""
    if isinstance(found, ModuleType):
        return found.__name__ if found.__name__.startswith(f"{_PACKAGE}.") else None
    place, name = getattr(found, "__module__", ""), getattr(found, "__name__", "")
    own = str(place).startswith(f"{_PACKAGE}.") and getattr(sys.modules.get(place), name, None) is found
    return f"{place}.{name}" if own else None


def _known() -> Iterator[tuple[str, Any]]:
    """The session and what came of it, by name: its answers, and its week's past when it was asked for."""
    yield "session", _notebook.session
    yield from _notebook.answers.items()
    week = vars(_notebook.session).get("week") if _notebook.session else None
    if week is not None and week.key and "past" in vars(week):
        yield f"past {week.key}", week.past


def _looks(made: Any) -> list[dict[str, Any]] | None:
    """An object as the two parts of `Shown`, [] for None; None when altair could not draw it and has said so itself."""
    from IPython.core.formatters import DisplayFormatter
    from IPython.lib.pretty import pretty

    if made is None:
        return []
    if hasattr(made, "_repr_mimebundle_"):
        found = made._repr_mimebundle_()
        if not found:
            return None
        bundle, metadata = found if isinstance(found, tuple) else (found, {})
        plain = {} if "text/plain" in bundle else {"text/plain": pretty(made)}
        return [plain | {kind: _text(each) for kind, each in bundle.items()}, metadata]
    if hasattr(made, "_repr_html_"):
        return [{"text/html": made._repr_html_(), "text/plain": pretty(made)}, {}]
    return list(DisplayFormatter().format(made))


def _text(part: Any) -> Any:
    """A part of a bundle as a notebook holds it: a picture's bytes as Base64."""
    return base64.b64encode(part).decode() if isinstance(part, bytes) else part
