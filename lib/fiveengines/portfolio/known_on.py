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
from fiveengines.portfolio.trail import read_trail

# What a companion reads of a portfolio: its holdings, those with what was decided about them, or its trade ledger.
Reads = Literal["holdings", "plan", "trades"]
Part = Callable[[dt.date], object]


class KnownOn:
    """One portfolio's files as they are now. A file that cannot be read counts by what is wrong with it."""

    def __init__(self, folder: Path, reads: Reads) -> None:
        if reads == "trades":
            self._parts = [_read(lambda: _trades(folder))]
            return
        self._parts = [_read(lambda: _held(folder)), _read(lambda: _splits(folder))]
        if reads == "plan":
            self._parts += [_read(lambda: _decided(folder)), _read(lambda: _chosen(folder))]

    def text(self, day: dt.date) -> str:
        """What a session of `day` reads; empty when that is nothing.

        Lots, splits, decisions and trades of later days are left out: they do not change the plan of an earlier one.
        Only a page's note on how many lots came later may then be out of date.
        """
        found = [part(day) for part in self._parts]
        return repr(found) if any(found) else ""


def _read(make: Callable[[], Part]) -> Part:
    try:
        return make()
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
    trail = read_trail(folder / decisions.CHOSEN, decisions.Chosen)

    def on(day: dt.date) -> object:
        known = {each.on: each for each in trail if each.on <= day}
        earlier = max((each for each in known if each < day), default=None)
        return [known[each] for each in (earlier, day) if each in known]

    return on


def _trades(folder: Path) -> Part:
    found = ledger.load(folder)
    return found.at
