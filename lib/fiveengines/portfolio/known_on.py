"""What a portfolio's own files say to a session, as text: it changes when anything that the session reads does.

Read once for many sessions; nothing is valued or planned here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from fiveengines.base.errors import DataError
from fiveengines.portfolio import decisions, ledger, splits
from fiveengines.portfolio.holdings import FILE, read_holdings

# What a companion reads of a portfolio: its holdings, those with what was decided about them, or its trade ledger.
Reads = Literal["holdings", "plan", "trades"]
Part = Callable[[dt.date], object]


def known_on(folder: Path, reads: Reads) -> Callable[[dt.date], str]:
    """What a session of a day reads of one portfolio's files as they are now; empty when that is nothing.

    A file that cannot be read counts by what is wrong with it. Lots, splits, decisions and trades of later days are
    left out: they do not change the plan of an earlier one. Only a page's note on how many lots came later may then be
    out of date.
    """
    plan = (_held, _splits, _decided, _chosen)
    made = {"holdings": plan[:2], "plan": plan, "trades": (_trades,)}[reads]
    parts = [_read(make, folder) for make in made]

    def text(day: dt.date) -> str:
        found = [part(day) for part in parts]
        return repr(found) if any(found) else ""

    return text


def _read(make: Callable[[Path], Part], folder: Path) -> Part:
    try:
        return make(folder)
    except DataError as error:
        said = str(error)
        return lambda day: said


def _held(folder: Path) -> Part:
    if not (folder / FILE).is_file():
        return lambda day: None
    found = read_holdings(folder / FILE)

    def on(day: dt.date) -> object:
        held = splits.held_on(found, day)
        return dict(held.positions), held.cash

    return on


def _splits(folder: Path) -> Part:
    found = sorted(splits.read_splits(folder / splits.FILE).items())
    return lambda day: [(name, row) for name, rows in found for row in rows if row[0] <= day]


def _decided(folder: Path) -> Part:
    trail = decisions.decisions(folder)
    return lambda day: decisions.in_force(trail, day)


def _chosen(folder: Path) -> Part:
    """Those of the evening itself and the last ones before it: planned against done."""
    trail = decisions.chosen_orders(folder)
    return lambda day: [*filter(None, (decisions.chosen_before(trail, day), decisions.chosen_on(trail, day)))]


def _trades(folder: Path) -> Part:
    return ledger.load(folder).at
