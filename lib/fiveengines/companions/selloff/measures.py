"""The series that a sell-off is read from, each as a level whose differences add up.

Reads the panel only; no threshold and no driver is named here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from fiveengines.companions.selloff.moves import Level
from fiveengines.data.dataset import Members
from fiveengines.data.panel import Panel
from fiveengines.indicators.momentum import momentum_factor, momentum_legs
from fiveengines.indicators.transforms import natural_log

CYCLICAL = ("XLI", "XLB", "XLY")
DEFENSIVE = ("XLP", "XLU", "XLV")
_CYCLICAL_SECTORS = ("Industrials", "Materials", "Consumer Discretionary")
_DEFENSIVE_SECTORS = ("Consumer Staples", "Utilities", "Health Care")
_FINANCIALS = "Financials"


class Tape:
    """One session's panel as levels by observation date; each series is read once.

    stale: calendar days after which a figure no longer stands for a session. fewest: members that a mean needs.
    """

    def __init__(self, panel: Panel, stale: int, fewest: int) -> None:
        self.panel, self.stale, self.fewest = panel, stale, fewest
        self._raw: dict[str, pd.Series | None] = {}

    def raw(self, series_id: str) -> pd.Series | None:
        """Figures of one series on sessions, by the date they are about (n,), the newest known version of each.

        NaN before the first and where the newest is older than `stale` days; None where the source has none.
        """
        if series_id not in self._raw:
            self._raw[series_id] = self._read(series_id)
        return self._raw[series_id]

    def _read(self, series_id: str) -> pd.Series | None:
        data = self.panel.dataset.series.get(series_id)
        if data is None:
            return None
        found = data.latest()
        found = found[found.index <= self.panel.as_of]
        if found.empty:
            return None
        at = found.index.searchsorted(self.panel.sessions, side="right") - 1
        dates = found.index.to_numpy()[at.clip(0)]
        age = self.panel.sessions.to_numpy() - dates
        fresh = (at >= 0) & (age <= np.timedelta64(self.stale, "D"))
        return pd.Series(np.where(fresh, found.to_numpy()[at.clip(0)], np.nan), index=self.panel.sessions)

    def observed(self, series_id: str) -> pd.Timestamp | None:
        """The date of the newest figure of one series."""
        data = self.panel.dataset.series.get(series_id)
        return None if data is None else pd.Timestamp(data.frame["observed"].max())

    def log(self, series_id: str) -> pd.Series | None:
        """100 · log of a price, (n,); None where the source has none."""
        found = self.raw(series_id)
        return None if found is None else 100.0 * natural_log(found)

    @cached_property
    def index(self) -> pd.Series:
        """100 · log of the S&P 500's close, (n,), NaN where there is none."""
        found = self.log("SPX")
        return pd.Series(np.nan, index=self.panel.sessions) if found is None else found

    @cached_property
    def member_returns(self) -> pd.DataFrame | None:
        """Members' daily returns as fractions while they are in the index, sessions × tickers; None without members."""
        closes, inside = self.panel.members, self.panel.in_index
        if closes is None or inside is None:
            return None
        values = closes.to_numpy(dtype="float64")
        moves = np.full(values.shape, np.nan)
        moves[1:] = values[1:] / values[:-1] - 1.0
        moves[~inside] = np.nan
        moves[np.isfinite(moves).sum(axis=1) < self.fewest] = np.nan
        return pd.DataFrame(moves, index=closes.index, columns=closes.columns)

    def member_level(self, sectors: Sequence[str] = ()) -> pd.Series | None:
        """100 · log of an equal part in every member (of `sectors`), reset each day, (n,); None without members."""
        returns, members = self.member_returns, self.panel.dataset.members
        if returns is None:
            return None
        if sectors:
            chosen = _of_sectors(members, returns.columns, sectors)
            if not chosen.any():
                return None
            returns = returns.loc[:, chosen]
        values = returns.to_numpy(dtype="float64")
        known = np.isfinite(values)
        count = known.sum(axis=1)
        mean = np.where(known, values, 0.0).sum(axis=1) / np.where(count > 0, count, 1)
        path = 100.0 * np.log1p(mean).cumsum()
        return pd.Series(np.where(count > 0, path, np.nan), index=returns.index)

    @cached_property
    def legs(self) -> pd.DataFrame | None:
        """Daily returns of momentum's winners and losers, from members; None without them."""
        closes = self.panel.members
        return None if closes is None else momentum_legs(closes, self.panel.in_index, fewest=self.fewest)


Made = tuple[pd.Series, tuple[str, ...]] | None


@dataclass(frozen=True)
class Measure:
    """One measure: its id, what a reader calls it, the unit of its change, how it is made, and the series it may use.

    `made` returns the level and the ids of the series that it came from, or None where the source lacks them.
    """

    id: str
    title: str
    unit: str
    made: Callable[[Tape], Made]
    needs: str

    def level(self, tape: Tape) -> Level | None:
        """The measure on the tape's sessions; None where the source has nothing for it."""
        found = self.made(tape)
        if found is None or not found[0].notna().any():
            return None
        dates = [day for each in found[1] if (day := tape.observed(each)) is not None]
        return Level(found[0], min(dates, default=tape.panel.as_of).date())


def _of_sectors(members: Members | None, tickers: pd.Index, wanted: Sequence[str]) -> np.ndarray:
    sectors = {} if members is None else members.sectors
    return np.array([sectors.get(str(each)) in wanted for each in tickers], dtype=bool)


def _basis_points(series_id: str) -> Callable[[Tape], Made]:
    def made(tape: Tape) -> Made:
        found = tape.raw(series_id)
        return None if found is None else (100.0 * found, (series_id,))

    return made


def _price(*series_ids: str) -> Callable[[Tape], Made]:
    """The first of these that there is."""

    def made(tape: Tape) -> Made:
        for each in series_ids:
            if (found := tape.log(each)) is not None:
                return found, (each,)
        return None

    return made


def _ratio(over: str, under: str) -> Callable[[Tape], Made]:
    def made(tape: Tape) -> Made:
        first, second = tape.log(over), tape.log(under)
        return None if first is None or second is None else (first - second, (over, under))

    return made


def _spliced(*parts: Made) -> Made:
    """Levels one after the other: each day's change from the first that has one, so that no join shows as a jump."""
    able = [each for each in parts if each is not None]
    if not able:
        return None
    moves = able[0][0].diff()
    for each in able[1:]:
        moves = moves.fillna(each[0].diff())
    return moves.fillna(0.0).cumsum().where(moves.notna()), able[0][1]


def _mean_of(tape: Tape, series_ids: Sequence[str]) -> pd.Series | None:
    found = [each for name in series_ids if (each := tape.log(name)) is not None]
    return sum(found[1:], found[0]) / len(found) if len(found) == len(series_ids) else None


def _cyclicals(tape: Tape) -> Made:
    over, under = _mean_of(tape, CYCLICAL), _mean_of(tape, DEFENSIVE)
    funds = None if over is None or under is None else (over - under, (*CYCLICAL, *DEFENSIVE))
    high, low = tape.member_level(_CYCLICAL_SECTORS), tape.member_level(_DEFENSIVE_SECTORS)
    members = None if high is None or low is None else (high - low, ())
    return _spliced(funds, members)


def _banks(tape: Tape) -> Made:
    """Bank funds less the index, the mean of those that there are day by day: all banks and regional ones."""
    able = {each: level for each in ("KBE", "KRE") if (level := tape.log(each)) is not None}
    if not able:
        return None
    moves = pd.DataFrame({name: level.diff() for name, level in able.items()}).mean(axis=1)
    less = moves - tape.index.diff()
    return less.fillna(0.0).cumsum().where(less.notna()), (*able, "SPX")


def _financials(tape: Tape) -> Made:
    fund = _against_index("XLF")(tape)
    financials, every = tape.member_level((_FINANCIALS,)), tape.member_level()
    members = None if financials is None or every is None else (financials - every, ())
    return _spliced(fund, members)


def _equal_weight(tape: Tape) -> Made:
    fund = _ratio("RSP", "SPY")(tape)
    members = tape.member_level()
    return _spliced(fund, None if members is None else (members - tape.index, ()))


def _momentum(tape: Tape) -> Made:
    parts: list[Made] = []
    if tape.legs is not None and tape.legs["winners"].notna().any():
        parts.append((100.0 * natural_log(momentum_factor(tape.legs)), ()))
    parts += [_ratio(each, "SPY")(tape) for each in ("MTUM", "SPMO")]
    return _spliced(*parts)


def _against_index(*series_ids: str) -> Callable[[Tape], Made]:
    """The first of these that there is, less the index."""

    def made(tape: Tape) -> Made:
        found = _price(*series_ids)(tape)
        return None if found is None else (found[0] - tape.index, (*found[1], "SPX"))

    return made


def _rate_sensitive(tape: Tape) -> Made:
    able = [each for name in ("XLU", "XLRE") if (each := tape.log(name)) is not None]
    if not able:
        return None
    return _spliced(*((each - tape.index, ("XLU", "SPX")) for each in reversed(able)))


MEASURES: dict[str, Measure] = {
    each.id: each
    for each in (
        Measure("yield_2y", "2-year yield", "bp", _basis_points("DGS2"), "DGS2"),
        Measure("yield_10y", "10-year yield", "bp", _basis_points("DGS10"), "DGS10"),
        Measure("real_yield_10y", "10-year real yield", "bp", _basis_points("DFII10"), "DFII10"),
        Measure("breakeven_10y", "10-year breakeven inflation", "bp", _basis_points("T10YIE"), "T10YIE"),
        Measure("curve_2s10s", "10-year minus 2-year yield", "bp", _basis_points("T10Y2Y"), "T10Y2Y"),
        Measure("move", "MOVE index of bond volatility", "%", _price("MOVE"), "MOVE"),
        Measure(
            "rate_sensitive", "Utilities and real estate less the index", "%",
            _rate_sensitive, "XLU, XLRE",
        ),
        Measure("baa_spread", "Baa yield over the 10-year", "bp", _basis_points("BAA10Y"), "BAA10Y"),
        Measure(
            "high_yield_spread", "High-yield spread", "%", _price("BAMLH0A0HYM2"), "BAMLH0A0HYM2",
        ),
        Measure("ted_spread", "TED spread", "bp", _basis_points("TEDRATE"), "TEDRATE"),
        Measure("banks", "Banks less the index", "%", _banks, "KBE or KRE"),
        Measure("financials", "Financials less the index", "%", _financials, "XLF, or members with sectors"),
        Measure("cyclicals", "Cyclicals less defensives", "%", _cyclicals, "sector funds or members with sectors"),
        Measure("copper_gold", "Copper against gold", "%", _ratio("HG_F", "GC_F"), "HG_F and GC_F"),
        Measure("oil", "Oil", "%", _price("CL_F", "DCOILWTICO"), "CL_F or DCOILWTICO"),
        Measure("small_caps", "Small caps less the index", "%", _against_index("RUT", "IWM"), "RUT or IWM"),
        Measure("momentum", "Momentum, winners less losers", "%", _momentum, "members, MTUM or SPMO"),
        Measure("equal_weight", "Equal weight less cap weight", "%", _equal_weight, "RSP and SPY, or members"),
        Measure("beta_against_low_vol", "High beta less low volatility", "%", _ratio("SPHB", "SPLV"), "SPHB and SPLV"),
        Measure("nasdaq", "Nasdaq 100 less the index", "%", _against_index("NDX", "QQQ"), "NDX or QQQ"),
        Measure("vix", "VIX", "%", _price("VIX", "VIXCLS"), "VIX"),
    )
}  # fmt: skip
