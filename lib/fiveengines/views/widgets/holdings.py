"""The holdings panel: target, stop, cap, hold and exclude of one position, with the plan they would lead to.

Collects and shows; `portfolio.decisions` checks and writes, the companion plans, and nothing is sent anywhere.
"""

from __future__ import annotations

import os
from dataclasses import replace
from html import escape

import ipywidgets as ui

from fiveengines.base.errors import FiveEnginesError, ParameterError
from fiveengines.base.fast_imports import BATCH
from fiveengines.base.formats import counted, dollars, number, percent
from fiveengines.companions.holdings import folder_of
from fiveengines.companions.rebalance import analysis, chosen_now
from fiveengines.companions.rebalance.background import background
from fiveengines.companions.rebalance.positions import Book
from fiveengines.companions.session import Session
from fiveengines.portfolio import decisions
from fiveengines.portfolio.decisions import KINDS, Decision, Decisions, Kind
from fiveengines.views.notebook import box
from fiveengines.views.widgets.form import NARROW, STYLE, Form, text, typed


def holdings_panel(session: Session) -> HoldingsPanel | None:
    """The panel for the session's portfolio; None in a batch run, where nobody can type, and without holdings."""
    if os.environ.get(BATCH):
        return None
    known = background(session)
    book = None if known.read is None else analysis.book_of(session, known, [])
    return None if book is None or not book.holdings.positions else HoldingsPanel(session, book)


class HoldingsPanel(Form):
    """Fields for one position and three buttons. `plan` shows the orders under what is typed, at each change anew."""

    def __init__(self, session: Session, book: Book) -> None:
        super().__init__("for the trail")
        self.session, self.book = session, book
        self.folder = folder_of(session)
        self.position = ui.Dropdown(
            options=sorted(book.holdings.positions), description="Position", style=STYLE, layout=NARROW
        )
        self.target, self.stop = (text(each, "dollars a share") for each in ("Target", "Stop"))
        self.cap = text("Cap", "a share, 0.05")
        self.hold, self.exclude = (
            ui.Checkbox(description=each, style=STYLE, layout=NARROW) for each in ("Hold", "Exclude")
        )
        self.until = ui.DatePicker(description="Until", style=STYLE, layout=NARROW)
        self.plan, self.trail = ui.HTML(), ui.HTML()
        self.decide_button = self.button("Decide", "Add what is typed to the trail", self.decide)
        self.undo_button = self.button("Take back", "Take back every decision about this position", self.undo)
        self.choose_button = self.button(
            "Choose plan", "Note these orders; the next session compares what was done", self.choose
        )
        self._filling = False
        self.position.observe(lambda _: self.renew(), names="value")
        for each in (self.target, self.stop, self.cap, self.hold, self.exclude):
            each.observe(lambda _: self._show_plan(), names="value")
        self.box = ui.VBox(
            [
                ui.HBox([self.position, self.cap]),
                ui.HBox([self.target, self.stop]),
                ui.HBox([self.hold, self.exclude]),
                ui.HBox([self.until]),
                self.why,
                ui.HBox([self.decide_button, self.undo_button, self.choose_button]),
                self.said,
                self.plan,
                self.trail,
            ]
        )
        self.renew()

    # what a person does

    def decide(self) -> str:
        """Add what is typed about the position to the trail; an emptied field takes its decision back."""
        name, force, own = self.position.value, self._force(), self.book.holdings.positions
        changes: list[tuple[str, Kind, float | None]] = []
        for kind, value in self._wanted().items():
            now = force.get((name, kind))
            # what holdings.csv says already is no decision
            written = getattr(own[name], kind, None) if now is None else now
            if value != written:
                changes.append((name, kind, value))
        added = decisions.decide(
            self.folder,
            self.book.holdings.positions,
            changes,
            self.session.as_of.date(),
            until=self.until.value,
            why=self.why.value,
        )
        return f"{len(added)} decided about {name}. Run the cells above again to see it there."

    def undo(self) -> str:
        """Take back every decision about the position."""
        name = self.position.value
        changes: list[tuple[str, Kind, float | None]] = [
            (name, kind, None) for kind in KINDS if (name, kind) in self._force()
        ]
        if not changes:
            raise ParameterError(f"nothing is decided about {name}.", remedy="Choose another position.")
        why = self.why.value or "taken back"
        decisions.decide(
            self.folder, self.book.holdings.positions, changes, self.session.as_of.date(), why=why
        )
        return f"{name} is as in holdings.csv again."

    def choose(self) -> str:
        """Note the orders under the decisions in force, in the trail and beside the page where there is one."""
        made = chosen_now(self.session, self.why.value)
        return f"{counted(len(made.orders), 'order')} noted in {made.where}."

    # how it works

    def _all_in_force(self) -> tuple[Decision, ...]:
        return decisions.in_force(decisions.decisions(self.folder), self.session.as_of.date())

    def _force(self) -> dict[tuple[str, Kind], float]:
        return {
            (each.ticker, each.kind): each.value for each in self._all_in_force() if each.value is not None
        }

    def _wanted(self) -> dict[Kind, float | None]:
        return {
            "target": typed(self.target),
            "stop": typed(self.stop),
            "cap": typed(self.cap),
            "hold": decisions.YES if self.hold.value else None,
            "exclude": decisions.YES if self.exclude.value else None,
        }

    def _planned(self, chosen: Decisions) -> analysis.Planned:
        return analysis.planned(self.session, background(self.session), self.book, chosen)

    def _with_typed(self) -> Decisions:
        """Decisions in force, those about this position as they are typed."""
        name, wanted = self.position.value, self._wanted()
        others = Decisions.of(each for each in self._all_in_force() if each.ticker != name)
        return replace(
            others,
            hold=others.hold | ({name} if wanted["hold"] else set()),
            exclude=others.exclude | ({name} if wanted["exclude"] else set()),
            **{
                kind: {**getattr(others, kind), name: wanted[kind]}
                for kind in ("cap", "target", "stop")
                if wanted[kind] is not None
            },
        )

    def _show_plan(self) -> None:
        if self._filling:
            return
        try:
            found = self._planned(self._with_typed())
        except FiveEnginesError as error:
            self.plan.value = box(error)
            return
        self.plan.value = _shown(found)

    def renew(self) -> None:
        """The fields of the chosen position, as decided, else as in holdings.csv."""
        self._filling = True
        name, force = self.position.value, self._force()
        own = self.book.holdings.positions[name]
        for field, kind, written in (
            (self.target, "target", own.target),
            (self.stop, "stop", own.stop),
            (self.cap, "cap", None),
        ):
            value = force.get((name, kind), written)  # type: ignore[arg-type]
            field.value = "" if value is None else f"{value:g}"
        self.hold.value, self.exclude.value = (name, "hold") in force, (name, "exclude") in force
        self._filling = False
        listed = "".join(
            f"<li>{escape(each.ticker)}: {each.kind}{'' if each.kind in ('hold', 'exclude') else f' {each.value:g}'}, "
            f"{escape(each.who)} on {each.on}: {escape(each.why)}</li>"
            for each in self._all_in_force()
        )
        self.trail.value = (
            f"<p>In force:</p><ul>{listed}</ul>" if listed else "<p>Nothing is decided by hand.</p>"
        )
        self._show_plan()


def _shown(found: analysis.Planned) -> str:
    """Orders and dollars at risk in a few lines of HTML."""
    rows = "".join(
        f"<tr><td>{each.action}</td><td>{escape(each.ticker)}</td><td style='text-align:right'>"
        f"{number(abs(each.shares))}</td><td style='text-align:right'>{dollars(abs(each.dollars))}</td>"
        f"<td>{escape(each.condition)}</td></tr>"
        for each in found.made.orders
    )
    equity = "no call" if found.target is None else percent(found.target)
    risk = found.hazards
    held = f" Held back by: {', '.join(found.made.limited)}." if found.made.limited else ""
    return (
        f"<p>Equity {percent(found.book.equity())} → {equity}, after the orders for now "
        f"{percent(found.after.equity())}; cost {dollars(found.made.cost)}; at targets "
        f"{dollars(risk.gain_to_targets)}, at stops {dollars(risk.loss_to_stops)}.{held}</p>"
        f"<table>{rows or '<tr><td>No orders.</td></tr>'}</table>"
    )
