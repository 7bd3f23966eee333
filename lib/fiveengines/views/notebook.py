"""A notebook's set-up: its week from its parameters, errors as one readable box, and long steps that say they work.

Knows IPython, the parameters and the choice of Start.ipynb; computes no reading and draws no chart.
"""

from __future__ import annotations

import ast
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

from fiveengines.base import parameters, paths
from fiveengines.base.errors import FiveEnginesError
from fiveengines.base.fast_imports import BATCH
from fiveengines.base.parameters import RunParameters
from fiveengines.companions import answers
from fiveengines.companions.registry import companion
from fiveengines.companions.session import Session
from fiveengines.views import choice, shown
from fiveengines.week import Week

if TYPE_CHECKING:
    from fiveengines.companions.claims import ClaimRecord
    from fiveengines.companions.document import CompanionDocument

_Loaded = TypeVar("_Loaded", Week, Session)

# How papermill's own parameters cell begins.
_INJECTED = "# Parameters\n"
_BOX = (
    '<div role="alert" style="border-left:4px solid #bd4a17;padding:.6rem 1rem;margin:.4rem 0;'
    'background:rgba(189,74,23,.09);color:inherit;font-family:system-ui,sans-serif">'
    "<strong>This cell stopped.</strong> {message}{remedy}</div>"
)

# A slider's handle is what the keyboard reaches, and ipywidgets gives it no name: it gets that of its tooltip.
_NAMED_SLIDERS = """<script>
window.fiveenginesSliders ??= new MutationObserver(() => {
  for (const handle of document.querySelectorAll('.widget-label[title] + * .noUi-handle:not([aria-label])'))
    handle.setAttribute('aria-label', handle.closest('.widget-slider').querySelector('[title]').title);
});
window.fiveenginesSliders.observe(document.body, {childList: true, subtree: true});
</script>"""


def start(names: Mapping[str, Any]) -> Week:
    """The week that a notebook is about, from the parameters among its `names` (`globals()`).

    What a parameter leaves empty is as chosen in Start.ipynb, and then as in params/weekly.yaml; a report goes by its
    parameters alone. Shows week, source and age in one line, except in a report. From here on errors of ours are one
    box with the remedy. Raises FiveEnginesError for an impossible value and for an unknown parameter of papermill.
    """
    return _loaded(names, _injected(names.get("In", ())), Week.load)


def session(names: Mapping[str, Any]) -> Session:
    """The session that a companion's notebook is about; its parameters mean what they mean to `start`.

    `start`, where a notebook has it, is the date on which the companion's window begins, `portfolio` one of several
    portfolios.
    """
    given = _injected(names.get("In", ()))
    own = {name: given.pop(name, names.get(name)) or None for name in ("start", "portfolio")}
    return _loaded(names, given, lambda **values: Session.load(**values, **own))


def answer(of: Session, name: str) -> CompanionDocument:
    """What the companion `name` finds on that session's evening; ParameterError when there is none of that name."""
    found = answers.answer(companion(name), of)
    shown.answered(of, name, found)
    return found


def marked(of: Session, source: str) -> list[ClaimRecord]:
    """The claims of one source with their verdicts on that session's evening."""
    return answers.marked(of, source)


def _loaded(names: Mapping[str, Any], given: dict[str, Any], load: Callable[..., _Loaded]) -> _Loaded:
    """What `load` makes of the notebook's parameters and of those papermill has `given`, with its heading shown."""
    ready()
    asked = {name: names.get(name) for name in RunParameters.model_fields}
    run = parameters.run_parameters(asked | given)
    full = choice.applied(run)
    try:
        found = load(**full.model_dump())
    except FiveEnginesError as error:
        if full != run:
            hint = (
                f"The choice of Start.ipynb counts here: choose again there, or delete {paths.choice_file()}."
            )
            error = type(error)(error.message, remedy=" ".join(filter(None, (error.remedy, hint))))
        raise error from None
    shell = _shell()
    if shell is not None and os.environ.get(BATCH):
        shown.about(found, map(str, names.get("In", ())))
        if not any(isinstance(each, shown.AskFirst) for each in shell.ast_transformers):
            shell.ast_transformers.append(shown.AskFirst())
    elif shell is not None:
        from IPython.display import HTML, display

        from fiveengines.views import tables, theme

        display(HTML(f"<style>{theme.dark_notebook()}</style>{_NAMED_SLIDERS}"))
        display(tables.heading(found, chosen=full != run))
    return found


def _injected(cells: Any) -> dict[str, Any]:
    """Names and values that papermill put in; it lets a misspelt name pass with a warning that nobody reads."""
    trees = (ast.parse(cell) for cell in cells if str(cell).startswith(_INJECTED))
    lines = [line for tree in trees for line in tree.body if isinstance(line, ast.Assign)]
    return {ast.unparse(line.targets[0]): ast.literal_eval(line.value) for line in lines}


def ready() -> None:
    """Show our own errors, and a name that no cell has made yet, as one box from now on; does nothing outside IPython.

    Other errors keep their traceback.
    """
    shell = _shell()
    if shell is not None:
        shell.set_custom_exc((FiveEnginesError, NameError), _show)


def box(error: FiveEnginesError) -> str:
    """The error as HTML; whatever was typed into it is shown as text."""
    remedy = f"<br>{escape(error.remedy)}" if error.remedy else ""
    return _BOX.format(message=escape(error.message), remedy=remedy)


@contextmanager
def working(text: str) -> Iterator[None]:
    """Say that a long step is at work, and how long it took; silent where nobody watches."""
    shell = _shell()
    if shell is None or os.environ.get(BATCH):
        yield
        return
    from IPython.display import HTML, display

    started = time.monotonic()
    line = display(HTML(f"<em>{escape(text)} …</em>"), display_id=True)
    yield
    if line is not None:
        line.update(HTML(f"<em>{escape(text)}: {time.monotonic() - started:.0f} s.</em>"))


def _show(
    shell: Any, kind: type[BaseException], error: BaseException, trace: Any, tb_offset: Any = None
) -> list[str]:
    """IPython's hook: the cell still counts as failed, only what is shown differs."""
    if _left_out(error, trace):
        error = FiveEnginesError(
            f"{getattr(error, 'name', '')!r} is not known yet.",
            remedy="Run the cells above first (Run > Run All Above Selected Cell), or check the spelling.",
        )
    if isinstance(error, FiveEnginesError):
        from IPython.display import display

        display({"text/html": box(error), "text/plain": str(error)}, raw=True)
        if not _watched(shell):
            # papermill and nbclient print an error's output and know nothing of the box
            shell._showtraceback(kind, error, [str(error)])
        return [str(error)]
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
    return []


def _left_out(error: BaseException, trace: Any) -> bool:
    """Whether a cell itself asked for a name that is missing; one missing inside a library is a fault of its own."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = trace.tb_frame.f_globals.get("__name__") if trace is not None else None
    return type(error) is NameError and place == "__main__"


def _watched(shell: Any) -> bool:
    """Whether someone sits before the notebook: JupyterLab offers to answer questions, a batch run never does."""
    request = shell.kernel.get_parent() if hasattr(shell, "kernel") else {}
    return bool(request.get("content", {}).get("allow_stdin"))


def _shell() -> Any:
    try:
        from IPython.core.getipython import get_ipython
    except ImportError:
        return None
    return get_ipython()
