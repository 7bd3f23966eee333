"""The trade panel: open a trade, close one or a part of it, amend one; the ledger below shows what stands.

Collects and shows; `portfolio.ledger` checks and writes, and nothing is sent anywhere.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable
from html import escape
from typing import Any

import ipywidgets as ui

from fiveengines.base.errors import FiveEnginesError, ParameterError
from fiveengines.base.fast_imports import BATCH
from fiveengines.base.formats import number
from fiveengines.companions.rotation import inputs
from fiveengines.companions.session import Session
from fiveengines.portfolio import ledger
from fiveengines.portfolio.folders import portfolio_folder
from fiveengines.portfolio.trades import Trade
from fiveengines.views.notebook import box
from fiveengines.views.widgets.form import NARROW, STYLE, WIDE, Form, text, typed


def trade_panel(session: Session, portfolio: str | None = None) -> TradePanel | None:
    """The panel for the ledger of the session's source; None in a batch run, where nobody can type."""
    return None if os.environ.get(BATCH) else TradePanel(session, portfolio)


class TradePanel(Form):
    """Fields for one trade and four buttons. `folder` is where it writes; `opened` shows the trades that are on."""

    def __init__(self, session: Session, portfolio: str | None = None) -> None:
        super().__init__("of the change, for the trail")
        self.session = session
        self.folder = portfolio_folder(session.params, session.run, portfolio)
        self.rules = inputs.parameters(session)
        self.trade = ui.Dropdown(description="Trade", style=STYLE, layout=WIDE)
        self.instrument = text("Instrument")
        self.side = ui.Dropdown(options=["long", "short"], description="Side", style=STYLE, layout=NARROW)
        self.size, self.price, self.stop, self.target = map(text, ("Size", "Price", "Stop", "Target"))
        self.thesis = text("Thesis", layout=WIDE)
        self.day = ui.DatePicker(description="Day", value=session.as_of.date(), style=STYLE, layout=NARROW)
        self.opened = ui.HTML()
        self.open_button = self._trade_button("Open", "Add this trade to the ledger", "opened")
        self.close_button = self._trade_button(
            "Close", "Close the chosen trade at Price; Size for a part", "closed"
        )
        self.amend_button = self._trade_button(
            "Amend", "Change stop, target, size or thesis of the chosen trade", "amended"
        )
        self.mark_button = self._trade_button("Mark", "Mark the chosen trade at Price by hand", "marked")
        self.trade.observe(lambda _: self._fill(), names="value")
        self.box = ui.VBox(
            [
                self.trade,
                ui.HBox([self.instrument, self.side]),
                ui.HBox([self.size, self.price]),
                ui.HBox([self.stop, self.target]),
                self.thesis,
                self.why,
                ui.HBox([self.day]),
                ui.HBox([self.open_button, self.close_button, self.amend_button, self.mark_button]),
                self.said,
                self.opened,
            ]
        )
        self.renew()

    # what a person does

    def open(self) -> Trade:
        """Add the trade that is typed; without a price it is entered at the day's close in the data."""
        instrument = self.instrument.value.strip().upper()
        values = {
            "instrument": instrument,
            "side": self.side.value,
            "size": typed(self.size),
            "entry": self._price_of(instrument),
            "opened": self._day,
            "stop": typed(self.stop),
            "target": typed(self.target),
            "thesis": self.thesis.value,
            "point_value": self.rules.ledger.point_values.get(instrument),
        }
        if values["size"] is None:
            raise ParameterError("size: is empty.", remedy="Say how many shares or contracts.")
        return ledger.open_trade(self.folder, values, why=self.why.value)

    def close(self) -> Trade:
        """Close the chosen trade, or as much of it as `size` says."""
        trade = self._chosen()
        price = self._price_of(trade.instrument)
        return ledger.close_trade(
            self.folder, trade.id, price, self._day, size=typed(self.size), why=self.why.value
        )

    def amend(self) -> Trade:
        """Change what differs from the chosen trade; an emptied stop or target is taken away."""
        trade = self._chosen()
        wanted = {"stop": typed(self.stop), "target": typed(self.target), "thesis": self.thesis.value}
        changes = {name: value for name, value in wanted.items() if value != getattr(trade, name)}
        size = typed(self.size)
        if size is not None and size != trade.size:
            changes["size"] = size
        return ledger.amend_trade(self.folder, trade.id, changes, self._day, why=self.why.value)

    def mark(self) -> Trade:
        """Mark the chosen trade at the typed price."""
        price = typed(self.price)
        if price is None:
            raise ParameterError("price: is empty.", remedy="Type the price to mark at.")
        return ledger.amend_trade(
            self.folder, self._chosen().id, {"mark": price}, self._day, why=self.why.value
        )

    # how it works

    @property
    def _day(self) -> dt.date:
        if self.day.value is None:
            raise ParameterError("day: is empty.", remedy="Choose the day it takes effect.")
        if self.day.value > dt.date.today():
            raise ParameterError(f"day: {self.day.value} is in the future.", remedy="Choose an earlier one.")
        day: dt.date = self.day.value
        return day

    def _price_of(self, instrument: str) -> float:
        if (price := typed(self.price)) is not None:
            return price
        found = inputs.close_on(self.session, instrument, self._day)
        if found is None:
            raise ParameterError(
                f"price: the data have no close of {instrument or 'it'} on {self._day}.", remedy="Type one."
            )
        return found

    def _chosen(self) -> Trade:
        if not self.trade.value:
            raise ParameterError("no trade is chosen.", remedy="Choose one in the first field.")
        return ledger.load(self.folder)[self.trade.value]

    def _trade_button(self, name: str, hint: str, done: str) -> Any:
        act: Callable[[], Trade] = getattr(self, name.lower())
        told = f"{done}. Run the cells above again to see it there."
        return self.button(name, hint, lambda: f"{act().id} {told}", width="7em")

    def renew(self) -> None:
        """List the trades that are open, in the first field and below the form."""
        try:
            trades = [each for each in ledger.load(self.folder).trades if each.open]
        except FiveEnginesError as error:
            self.said.value = box(error)
            return
        now = self.trade.value
        names = {f"{e.id}: {e.side} {number(e.size)} {e.instrument} at {e.entry:g}": e.id for e in trades}
        self.trade.options = [("a new trade", ""), *names.items()]
        self.trade.value = now if now in names.values() else ""
        self._fill()
        listed = "".join(f"<li>{escape(each)}</li>" for each in names)
        self.opened.value = (
            f"<p>Open in {escape(str(self.folder / ledger.TRADES))}:</p><ul>{listed or '<li>none</li>'}</ul>"
        )

    def _fill(self) -> None:
        """The fields of the chosen trade; empty ones for a new one."""
        trade = self._chosen() if self.trade.value else None
        self.instrument.disabled = self.side.disabled = trade is not None
        self.instrument.value = trade.instrument if trade else ""
        self.side.value = trade.side if trade else "long"
        for field, value in (
            (self.stop, trade and trade.stop),
            (self.target, trade and trade.target),
        ):
            field.value = "" if value is None else f"{value:g}"
        self.size.value = self.price.value = ""
        self.thesis.value = trade.thesis if trade else ""
