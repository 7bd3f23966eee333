"""What the panels share: a box that a notebook shows, fields of two widths, and buttons that say what they did.

Knows no trade, no holding and no reading.
"""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as ui

from fiveengines.base.errors import FiveEnginesError, ParameterError
from fiveengines.views.notebook import box

STYLE = {"description_width": "80px"}
NARROW = ui.Layout(width="15em")
WIDE = ui.Layout(width="31em")


class Shown:
    """What a notebook shows by its `box`."""

    box: Any

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self.box._repr_mimebundle_(**kwargs)


class Form(Shown):
    """Fields and buttons. `said` is what the last button did, or why it could not; `why` is emptied when it did."""

    def __init__(self, why: str) -> None:
        self.said = ui.HTML()
        self.why = text("Why", why, WIDE)

    def renew(self) -> None:
        """Show what is so after a button has done its work."""
        raise NotImplementedError

    def button(self, name: str, hint: str, act: Callable[[], str], width: str = "9em") -> Any:
        """A button; `act` does its work and says in a sentence what was done."""
        made = ui.Button(description=name, tooltip=hint, layout=ui.Layout(width=width))
        made.on_click(lambda _: self._act(act))
        return made

    def _act(self, act: Callable[[], str]) -> None:
        try:
            said = act()
        except FiveEnginesError as error:
            self.said.value = box(error)
            return
        self.said.value = f"<p>{escape(said)}</p>"
        self.why.value = ""
        self.renew()


def text(name: str, hint: str = "", layout: Any = NARROW) -> Any:
    """A field to type into; `hint` is shown while it is empty."""
    return ui.Text(description=name, placeholder=hint, style=STYLE, layout=layout)


def typed(field: Any) -> float | None:
    """The figure in a field, None in an empty one; ParameterError when it is none."""
    found = field.value.strip().replace(",", "").replace("−", "-")
    try:
        return float(found) if found else None
    except ValueError:
        name = field.description.lower()
        raise ParameterError(f"{name}: {found!r} is not a number.", remedy="Write 1234.5.") from None
