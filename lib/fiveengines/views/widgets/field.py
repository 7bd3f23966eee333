"""One field of the panel: its control, its figure from the data, and the note that goes with an entry.

Collects what is typed and hands it on as a change; whether it is possible, `overrides` decides.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

import ipywidgets as ui

from fiveengines import overrides
from fiveengines.base.errors import OverrideError
from fiveengines.base.formats import date, long_date, minus
from fiveengines.overrides import Bounds, Change, Entry

_SLIDING = {"percent", "percentile", "signed"}
_NO_VALUE = ""
_CLOSED, _OPEN = "note ▸", "note ▾"
_COPY = "navigator.clipboard.writeText(this.dataset.ask).then(() => { this.textContent = 'copied' })"


@dataclass(frozen=True)
class FieldSpec:
    """What a row shows about its field; texts are as they stand in the data and are escaped when drawn.

    bare: the data's figure without its unit, as one would type it. counts: how much an entry weighs.
    """

    field: str
    title: str
    data: float | str | None
    data_text: str
    bare: str
    bounds: Bounds
    question: str
    day: dt.date
    age: str = ""
    stale: bool = False
    where: str = ""
    url: str = ""
    counts: str = ""


class FieldRow:
    """A row: control, slider where one suits, the data beside it, and details that open once they are
    needed."""

    def __init__(
        self, spec: FieldSpec, entry: Entry | None, expected: str | None, changed: Callable[[], None]
    ) -> None:
        self.spec, self._changed = spec, changed
        self._entry, self._expected = entry, expected
        self._why: Any = None
        self._origin: Any = None
        self._until: Any = None
        self._quiet = False
        self._slid_to: float | None = None
        self.control = self._control()
        self.slider = self._slider()
        self._more = ui.Button(
            description=_CLOSED, tooltip=f"Reason, source, validity and where to find {spec.title}"
        )
        self._more.on_click(lambda _: self._toggle())
        self._facts = ui.HTML()
        self._details = ui.VBox([])
        self._details.add_class("fe-details")
        self._details.layout.display = "none"
        line = ui.Box([self.control, *self._beside(), self._more])
        line.add_class("fe-line")
        self.box = ui.VBox([line, self._facts, self._details])
        self.box.add_class("fe-row")
        self._put(entry)
        self.control.observe(lambda _: self._typed(), names="value")
        self.control.on_msg(self._entered)
        if self.slider is not None:
            self.slider.observe(self._slid, names="value")

    # what the row holds

    @property
    def raw(self) -> object:
        """What is in the control: text, a choice, or nothing."""
        value = self.control.value
        return value.strip() if isinstance(value, str) else value

    @property
    def manual(self) -> bool:
        """Whether something is entered."""
        return self.raw not in (None, _NO_VALUE)

    def problem(self) -> str | None:
        """Why the entry cannot be, None when it can."""
        try:
            if self.manual:
                overrides.check(self.spec.field, self.raw)
        except OverrideError as error:
            return str(error).removeprefix(f"{self.spec.field}: ")
        return None

    def change(self) -> Change | None:
        """What differs from the trail, None when nothing does or the entry is impossible."""
        if self.problem() is not None:
            return None
        if not self.manual:
            ended = Change(self.spec.field, None, before=self.spec.data, expected=self._expected)
            return ended if self._entry is not None else None
        value = overrides.check(self.spec.field, self.raw)
        note = (self._why.value, self._origin.value, self._until.value) if self._why is not None else None
        if self._entry is not None and value == self._entry.value:
            saved = (self._entry.why, self._entry.origin, self._entry.until)
            if note is None or (note[0].strip(), note[1].strip(), note[2]) == saved:
                return None
        why, origin, until = note or ("", "", None)
        return Change(self.spec.field, value, why, origin, until, self.spec.data, self._expected)

    def needs_reason(self) -> bool:
        """Whether the row is to be saved and says no reason yet."""
        change = self.change()
        return change is not None and change.value is not None and not change.why.strip()

    # what happens to it

    def reset(self, entry: Entry | None, expected: str | None) -> None:
        """Show what is in the trail now."""
        self._entry, self._expected = entry, expected
        self._put(entry)
        self.say(None)

    def meet(self, entry: Entry | None, expected: str | None) -> None:
        """Show what is in the trail now beside what is typed, which stays."""
        self._entry, self._expected = entry, expected
        self.say(self.problem())

    def say(self, problem: str | None) -> None:
        """Write the facts below the control, and a problem in front of them."""
        spec, entry = self.spec, self._entry
        parts = [f'<span class="fe-wrong">{escape(problem)}</span>'] if problem else []
        age = f'<span class="{"fe-stale" if spec.stale else "fe-fresh"}">{escape(spec.age)}</span>'
        parts.append(f"data: {escape(spec.data_text)}{', ' + age if spec.age else ''}")
        if spec.bounds.kind not in {"state", "choice"} and not problem:
            parts.append(f"possible: {escape(minus(spec.bounds.span))}")
        if spec.counts:
            parts.append(escape(spec.counts))
        if entry is not None:
            saved = f"saved by hand: {minus(_plain(entry.value))}, {entry.who}, until {date(entry.until)}"
            parts.append(f'<span class="fe-manual-note">{escape(saved)}</span>')
        self._facts.value = f'<div class="fe-data">{" · ".join(parts)}</div>'
        (self.box.add_class if self.manual else self.box.remove_class)("fe-on")

    def open(self, *, focus: bool = False) -> None:
        """Show the details; with `focus` the reason is what is typed into next."""
        self._build_details()
        self._details.layout.display = "flex"
        self._more.description = _OPEN
        if focus:
            self._why.focus()

    # inside

    def _control(self) -> Any:
        spec = self.spec
        style = {"description_width": "auto"}
        if spec.bounds.choices or spec.bounds.kind == "choice":
            words = spec.bounds.choices or ("yes", "no")
            values: tuple[object, ...] = spec.bounds.choices or (spec.bounds.high, spec.bounds.low)
            # an option whose value is None cannot be chosen: ipywidgets takes None for "no option"
            options = [(f"data ({spec.data_text})", _NO_VALUE), *zip(words, values, strict=True)]
            control = ui.Dropdown(options=options, value=_NO_VALUE, description=spec.title, style=style)
        else:
            control = ui.Text(
                placeholder=spec.bare, description=spec.title, style=style, continuous_update=True
            )
        control.add_class("fe-entry")
        return control

    def _slider(self) -> Any:
        bounds = self.spec.bounds
        if bounds.kind not in _SLIDING or bounds.high - bounds.low > 400:
            return None
        slider = ui.FloatSlider(
            min=bounds.low,
            max=bounds.high,
            step=bounds.step,
            readout=False,
            tooltip=f"{self.spec.title}: {bounds}",
        )
        slider.add_class("fe-slider")
        return slider

    def _beside(self) -> list[Any]:
        """The slider, or its empty place, so that all entry fields are in one column."""
        if self.slider is not None or not isinstance(self.control, ui.Text):
            return [self.slider] if self.slider is not None else []
        place = ui.Box([])
        place.add_class("fe-slider")
        return [place]

    def _put(self, entry: Entry | None) -> None:
        """Fill the controls without telling anyone."""
        self._quiet = True
        try:
            text = isinstance(self.control, ui.Text)
            self.control.value = (_plain(entry.value) if text else entry.value) if entry else _NO_VALUE
            self._slide_to(entry.value if entry else self.spec.data)
            if self._why is not None:
                self._fill_details()
        finally:
            self._quiet = False
        self.say(None)

    def _slide_to(self, value: object) -> None:
        if self.slider is not None:
            low, high = self.spec.bounds.low, self.spec.bounds.high
            middle = (low + high) / 2
            self.slider.value = self._on_grid(
                min(max(value, low), high) if isinstance(value, float | int) else middle
            )
            self._slid_to = self.slider.value

    def _on_grid(self, value: float) -> float:
        """The slider's nearest step: a browser moves a slider there by itself, and nobody entered that."""
        bounds = self.spec.bounds
        return float(round(bounds.low + round((value - bounds.low) / bounds.step) * bounds.step, 10))

    def _typed(self) -> None:
        if self._quiet:
            return
        problem = self.problem()
        if self.manual and problem is None:
            self._quiet = True
            self._slide_to(overrides.check(self.spec.field, self.raw))
            self._quiet = False
        self.say(problem)
        self._changed()
        if self.manual:
            self.open()  # after the picture: building the note takes as long as reading the week

    def _entered(self, _: object, content: dict[str, Any], __: object) -> None:
        """Enter leads from the figure to its reason."""
        if content.get("event") == "submit" and self.manual:
            self.open(focus=True)

    def _noted(self) -> None:
        if not self._quiet:
            self.say(self.problem())
            self._changed()

    def _slid(self, event: dict[str, Any]) -> None:
        moved = self._on_grid(event["new"])
        if not self._quiet and moved != self._slid_to:
            self._slid_to = moved
            self.control.value = _plain(moved)

    def _toggle(self) -> None:
        if self._details.layout.display == "none":
            self.open()
        else:
            self._details.layout.display = "none"
            self._more.description = _CLOSED

    def _build_details(self) -> None:
        if self._why is not None:
            return
        wide = ui.Layout(width="100%")
        style = {"description_width": "80px"}
        self._why = ui.Textarea(
            description="Why", rows=2, placeholder="Needed to save", layout=wide, style=style
        )
        self._origin = ui.Text(
            description="Origin", placeholder="Where the figure comes from", layout=wide, style=style
        )
        self._until = ui.DatePicker(description="Valid until", style=style)
        self._fill_details()
        for each in (self._why, self._origin, self._until):
            each.observe(lambda _: self._noted(), names="value")
        self._details.children = (self._why, self._origin, self._until, ui.HTML(self._ask()))

    def _fill_details(self) -> None:
        entry, spec = self._entry, self.spec
        self._why.value = entry.why if entry else ""
        self._origin.value = entry.origin if entry else ""
        self._until.value = entry.until if entry else overrides.default_until(spec.field, spec.day)

    def _ask(self) -> str:
        spec = self.spec
        sentence = escape(f"As of the close on {long_date(spec.day)}: {spec.question}")
        link = f'href="{escape(spec.url)}" target="_blank" rel="noopener noreferrer"'
        found = f"<p>Where to find it: <a {link}>{escape(spec.where)}</a></p>" if spec.url else ""
        return (
            f'{found}<div class="fe-ask"><span>Ask: <q>{sentence}</q></span>'
            f'<button type="button" data-ask="{sentence}" onclick="{_COPY}">copy</button></div>'
        )


def _plain(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.10g}"
