"""One trade: what was bought or sold, what is risked and hoped for, and its result at a price. Nothing is sent
anywhere.

Pure figures; no file and no market data may enter.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, model_validator

from fiveengines.base.yaml_files import Strict

Side = Literal["long", "short"]
Price = Annotated[float, Field(gt=0, le=1e9)]
INSTRUMENT = re.compile(r"[A-Z0-9][A-Z0-9._^=/-]{0,19}")


class Trade(Strict):
    """One row of the ledger; closed and exit are set together.

    size: shares or contracts, never negative; point_value: dollars that one unit gains a point; initial_stop: the
    stop with which it was opened, the measure of its risk; mark, marked_on: a price by hand where no source has one.
    """

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,40}$")]
    instrument: str
    side: Side
    size: Annotated[float, Field(gt=0, le=1e12)]
    entry: Price
    opened: dt.date
    stop: Price | None = None
    target: Price | None = None
    thesis: str = ""
    closed: dt.date | None = None
    exit: Price | None = None
    initial_stop: Price | None = None
    point_value: Annotated[float, Field(gt=0, le=1e9)] = 1.0
    mark: Price | None = None
    marked_on: dt.date | None = None

    @model_validator(mode="after")
    def _possible(self) -> Trade:
        if not INSTRUMENT.fullmatch(self.instrument):
            raise ValueError(
                f"instrument: {self.instrument!r} is no ticker; write capitals, digits and . _ ^ = / - only."
            )
        if (self.closed is None) != (self.exit is None):
            raise ValueError("closed and exit: a closed trade has both a day and a price.")
        if self.closed is not None and self.closed < self.opened:
            raise ValueError(f"closed: {self.closed} is before the trade was opened, {self.opened}.")
        if (self.mark is None) != (self.marked_on is None):
            raise ValueError("mark: a price by hand has both a price and a day.")
        if self.initial_stop is not None and self.sign * (self.entry - self.initial_stop) <= 0:
            where = "below" if self.side == "long" else "above"
            raise ValueError(
                f"stop: {self.initial_stop:g} gives a {self.side} no risk; the stop of a {self.side} lies {where} its "
                f"entry of {self.entry:g}."
            )
        if self.target is not None and self.sign * (self.target - self.entry) <= 0:
            where = "above" if self.side == "long" else "below"
            raise ValueError(
                f"target: {self.target:g} is no gain; the target of a {self.side} lies {where} its entry of "
                f"{self.entry:g}."
            )
        if self.stop is not None and self.target is not None and self.sign * (self.target - self.stop) <= 0:
            raise ValueError(f"stop: {self.stop:g} lies beyond the target of {self.target:g}.")
        return self

    @property
    def sign(self) -> int:
        """1 for a long, -1 for a short."""
        return 1 if self.side == "long" else -1

    @property
    def open(self) -> bool:
        """Whether it is still on."""
        return self.closed is None

    @property
    def risk(self) -> float | None:
        """Dollars that the first stop would have lost, one R; None without a stop."""
        if self.initial_stop is None:
            return None
        return self.sign * (self.entry - self.initial_stop) * self.size * self.point_value

    def dollars(self, price: float) -> float:
        """Result at `price`, dollars."""
        return self.sign * (price - self.entry) * self.size * self.point_value

    def percent(self, price: float) -> float:
        """Result at `price` in per cent of the entry, positive when it gains."""
        return 100 * self.sign * (price / self.entry - 1)

    def r_multiple(self, price: float) -> float | None:
        """Result at `price` in multiples of what was risked; None without a stop."""
        return None if not self.risk else self.dollars(price) / self.risk

    def at_stop(self, price: float) -> float | None:
        """What would be lost from `price` to the stop in force, dollars, nought or more; None without a stop."""
        if self.stop is None:
            return None
        return max(self.sign * (price - self.stop) * self.size * self.point_value, 0.0)

    def split(self, ratio: float) -> Trade:
        """The same trade after `ratio` shares came for each: size times, every price divided by it; no result
        changes.
        """
        prices = ("entry", "stop", "target", "exit", "initial_stop", "mark")
        changed = {name: value / ratio for name in prices if (value := getattr(self, name)) is not None}
        return self.model_copy(update={"size": self.size * ratio, **changed})


def split_ratio(entry: float, close: float, ratios: Sequence[float], tolerance: float) -> float:
    """Which split lies between an entry and what a history shows for its day now: 2 when two shares came for one.

    ratios: those in which shares are split, either way; tolerance: how far off entry ÷ close may be, as a share. 1.0
    where no ratio fits.
    """
    found = entry / close
    either = [each for ratio in ratios for each in (ratio, 1 / ratio)]
    nearest = min(either, key=lambda each: abs(math.log(found / each)), default=1.0)
    return nearest if abs(found / nearest - 1) <= tolerance else 1.0
