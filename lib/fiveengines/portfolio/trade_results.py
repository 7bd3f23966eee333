"""What trades are worth: marks from data, results in dollars, per cent and R, open risk, equity, and closed trades
counted.

Pure figures from trades and prices; no file is opened here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from fiveengines.base.formats import number
from fiveengines.base.parameters.rotation import LedgerRules
from fiveengines.portfolio.trades import Trade, split_ratio

Basis = Literal["market", "by hand", "at cost"]


@dataclass(frozen=True)
class Position:
    """One open trade at its mark. trade: in the shares of today.

    dollars, percent: result so far; r: in multiples of the first risk; at_stop: lost from the mark when the stop is
    hit. r and at_stop are None without a stop.
    """

    trade: Trade
    mark: float
    marked_on: pd.Timestamp | None
    basis: Basis
    dollars: float
    percent: float
    r: float | None
    at_stop: float | None
    note: str


@dataclass(frozen=True)
class Outcome:
    """One closed trade: result in dollars, per cent and R (None without a first stop), and days held."""

    trade: Trade
    dollars: float
    percent: float
    r: float | None
    days: int


@dataclass(frozen=True)
class ClosedStatistics:
    """Closed trades counted. hit: share with a gain; payoff: mean gain over mean loss; n_r: those with an R."""

    n: int
    gains: int
    hit: float | None
    mean_percent: float | None
    payoff: float | None
    n_r: int
    mean_r: float | None
    median_r: float | None
    mean_days: float | None
    small: bool


@dataclass(frozen=True)
class Results:
    """The ledger on one evening. equity: dollars by session since the first trade, closed and open results together."""

    positions: tuple[Position, ...]
    outcomes: tuple[Outcome, ...]
    statistics: ClosedStatistics
    equity: pd.Series

    @property
    def open_dollars(self) -> float:
        """Result of the open trades."""
        return float(sum(each.dollars for each in self.positions))

    @property
    def closed_dollars(self) -> float:
        """Result of the closed trades."""
        return float(sum(each.dollars for each in self.outcomes))

    @property
    def open_risk(self) -> float:
        """Dollars that the open trades lose from their marks when every stop is hit at its price."""
        return float(sum(each.at_stop or 0.0 for each in self.positions))

    @property
    def without_stop(self) -> tuple[str, ...]:
        """Open trades whose risk has no bound, by id."""
        return tuple(each.trade.id for each in self.positions if each.at_stop is None)

    @property
    def drawdown(self) -> float:
        """Dollars below the highest equity so far, nought or negative."""
        return float((self.equity - self._peak).iloc[-1]) if len(self.equity) else 0.0

    @property
    def max_drawdown(self) -> float:
        """The deepest such fall."""
        return float((self.equity - self._peak).min()) if len(self.equity) else 0.0

    @property
    def _peak(self) -> pd.Series:
        return self.equity.cummax().clip(lower=0.0)


def measure(trades: Sequence[Trade], prices: pd.DataFrame, rules: LedgerRules) -> Results:
    """The ledger on the last session of `prices` (sessions × instruments, NaN where none).

    trades: as they stood that evening. An instrument without a price since the trade was opened is marked by hand, or
    kept at its entry, and says so.
    """
    on_today = {each.id: _on_data(each, prices, rules) for each in trades}
    positions = tuple(_position(*on_today[each.id], prices) for each in trades if each.open)
    outcomes = tuple(_outcome(each) for each in trades if not each.open)
    return Results(
        positions=positions,
        outcomes=outcomes,
        statistics=statistics(outcomes, rules.fewest_closed),
        equity=equity([on_today[each.id][0] for each in trades], prices),
    )


def _on_data(trade: Trade, prices: pd.DataFrame, rules: LedgerRules) -> tuple[Trade, str]:
    """The trade in the shares of the price history, and what is odd about its entry."""
    closes = _closes(trade, prices)
    before = closes.loc[: pd.Timestamp(trade.opened)]
    if before.empty:
        return trade, ""
    close = float(before.iloc[-1])
    off = trade.entry / close - 1
    if abs(off) <= rules.entry_tolerance:
        return trade, ""
    ratio = split_ratio(trade.entry, close, rules.splits, rules.split_tolerance)
    if ratio != 1.0:
        said = f"shares split {ratio:g} for 1 since it was opened, by the price history"
        return trade.split(ratio), said
    return trade, f"entry is {number(100 * off, 0, ' %', sign=True)} off the close of its day in the data"


def _closes(trade: Trade, prices: pd.DataFrame) -> pd.Series:
    if trade.instrument not in prices:
        return pd.Series(dtype="float64", index=pd.DatetimeIndex([]))
    return prices[trade.instrument].dropna()


def _position(trade: Trade, note: str, prices: pd.DataFrame) -> Position:
    closes = _closes(trade, prices).loc[pd.Timestamp(trade.opened) :]
    by_hand = None if trade.marked_on is None else pd.Timestamp(trade.marked_on)
    basis: Basis
    if len(closes) and (by_hand is None or by_hand <= closes.index[-1]):
        mark, basis = float(closes.iloc[-1]), "market"
        day: pd.Timestamp | None = pd.Timestamp(closes.index[-1])
        if closes.index[-1] < prices.index[-1]:
            note = "; ".join(filter(None, (note, f"last price of {closes.index[-1].date()}")))
    elif trade.mark is not None:
        mark, day, basis = trade.mark, by_hand, "by hand"
        note = "; ".join(filter(None, (note, "marked by hand")))
    else:
        mark, day, basis = trade.entry, None, "at cost"
        note = "; ".join(filter(None, (note, "no price in the data: kept at its entry")))
    return Position(
        trade=trade,
        mark=mark,
        marked_on=day,
        basis=basis,
        dollars=trade.dollars(mark),
        percent=trade.percent(mark),
        r=trade.r_multiple(mark),
        at_stop=trade.at_stop(mark),
        note=note,
    )


def _outcome(trade: Trade) -> Outcome:
    assert trade.exit is not None and trade.closed is not None  # a closed trade has both
    return Outcome(
        trade=trade,
        dollars=trade.dollars(trade.exit),
        percent=trade.percent(trade.exit),
        r=trade.r_multiple(trade.exit),
        days=(trade.closed - trade.opened).days,
    )


def statistics(outcomes: Sequence[Outcome], fewest: int) -> ClosedStatistics:
    """Closed trades counted; `small` below `fewest` of them. Every mean is None without a trade to take it of."""
    dollars = np.array([each.dollars for each in outcomes])
    multiples = np.array([each.r for each in outcomes if each.r is not None])
    gain, loss = _mean(dollars[dollars > 0]), _mean(dollars[dollars < 0])
    return ClosedStatistics(
        n=len(outcomes),
        gains=int((dollars > 0).sum()),
        hit=_mean(dollars > 0),
        mean_percent=_mean(each.percent for each in outcomes),
        payoff=None if gain is None or loss is None else gain / -loss,
        n_r=len(multiples),
        mean_r=_mean(multiples),
        median_r=float(np.median(multiples)) if len(multiples) else None,
        mean_days=_mean(each.days for each in outcomes),
        small=len(outcomes) < fewest,
    )


def equity(trades: Sequence[Trade], prices: pd.DataFrame) -> pd.Series:
    """Dollars gained by all trades by session from the first one's day, (m,); empty without a trade.

    trades: in the shares of `prices` (sessions × instruments). Without a price a trade counts nought until it is
    closed, or until it is marked by hand.
    """
    if not trades:
        return pd.Series(dtype="float64", index=pd.DatetimeIndex([]))
    first = pd.Timestamp(min(each.opened for each in trades))
    sessions = prices.index[prices.index.searchsorted(first) :]
    if len(sessions) == 0:
        sessions = prices.index[-1:]
    total = pd.Series(0.0, index=sessions)
    for trade in trades:
        marks = _closes(trade, prices).reindex(sessions)
        marks[sessions < pd.Timestamp(trade.opened)] = np.nan
        if trade.mark is not None and trade.marked_on is not None:
            on = int(sessions.searchsorted(pd.Timestamp(trade.marked_on)))
            last = marks.last_valid_index()
            if on < len(sessions) and (last is None or last < sessions[on]):
                marks.iloc[on] = trade.mark
        if trade.closed is not None and trade.exit is not None:
            marks[sessions >= pd.Timestamp(trade.closed)] = trade.exit
        value = trade.sign * (marks.ffill() - trade.entry) * trade.size * trade.point_value
        total += value.fillna(0.0)
    return total


def _mean(values: Iterable[float] | np.ndarray) -> float | None:
    found = np.asarray(list(values), dtype="float64")
    return float(found.mean()) if len(found) else None
