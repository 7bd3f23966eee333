"""What is held at this session's prices: values, weights, gains, distances, risk in dollars, exposures.

From holdings and closes to records; no order is made here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd

from fiveengines.base.parameters.rebalance import RebalanceParameters
from fiveengines.companions.rebalance import exposures as formulas
from fiveengines.companions.rebalance.result import (
    Exposures,
    FactorExposure,
    PositionRecord,
    RiskRecord,
    StressRecord,
)
from fiveengines.companions.session import Session
from fiveengines.portfolio.holdings import Holdings, Position
from fiveengines.portfolio.orders import portfolio_value, position_value

_WEEK = 5


@dataclass(frozen=True)
class Book:
    """Holdings with what a session knows of them.

    returns: sessions × ticker of everything held or traded, per cent a day; prices: the newest close by ticker, tickers
    without one are missing; sigma: daily standard deviation of returns by ticker, per cent.
    """

    holdings: Holdings
    returns: pd.DataFrame = field(repr=False)
    market: pd.Series = field(repr=False)
    factors: pd.DataFrame = field(repr=False)
    prices: Mapping[str, float]
    sigma: Mapping[str, float]
    rules: RebalanceParameters = field(repr=False)

    @classmethod
    def of(cls, session: Session, holdings: Holdings, index: pd.Series, rules: RebalanceParameters) -> Book:
        """Holdings at the closes known on the session's evening."""
        own = rules.exposures
        funds = {each for pair in own.factors.values() for each in pair}
        closes = session.panel.prices(sorted({*holdings.positions, *funds})).reindex(index.index)
        last = closes.ffill(limit=_WEEK).iloc[-1].dropna()
        returns = 100 * closes.pct_change(fill_method=None)
        sigma = returns.iloc[-own.volatility_sessions :].std().dropna()
        return cls(
            holdings,
            returns,
            100 * index.pct_change(),
            formulas.factor_returns(closes, own.factors),
            {str(name): float(each) for name, each in last.items()},
            {str(name): float(each) for name, each in sigma.items()},
            rules,
        )

    def holding(self, other: Holdings) -> Book:
        """The same prices with other holdings."""
        return replace(self, holdings=other)

    @cached_property
    def value(self) -> float:
        """Dollars of all positions and cash."""
        return portfolio_value(self.holdings, self.prices)

    def part(self, ticker: str) -> str:
        """Whether a ticker is equity, bonds or cash, by params."""
        return self.rules.parts.get(ticker, "equity")

    def sector(self, ticker: str) -> str:
        """A position's sector: its owner's word, else that of a sector fund, else its part."""
        position = self.holdings.positions.get(ticker)
        own = position.sector if position is not None else ""
        return own or self.rules.sectors.get(ticker, "") or self.part(ticker)

    def weights(self) -> dict[str, float]:
        """Share of the portfolio by ticker, cash left out."""
        value = self.value
        held = self.holdings.positions.items()
        return {name: position_value(each, self.prices) / value if value else 0.0 for name, each in held}

    def equity(self) -> float:
        """Share of the portfolio in equity."""
        return self.share("equity")

    def share(self, part: str) -> float:
        """Share of the portfolio in one part; cash itself is not in it."""
        return math.fsum(each for name, each in self.weights().items() if self.part(name) == part)

    def records(self) -> list[PositionRecord]:
        """Every position, largest first."""
        weights = self.weights()
        parts = self._volatility()[1]
        found = [
            self._record(each, weights[name], None if parts is None else parts.get(name))
            for name, each in self.holdings.positions.items()
            if each.lots
        ]
        return sorted(found, key=lambda each: (-each.value, each.ticker))

    def _record(self, position: Position, weight: float, share: float | None) -> PositionRecord:
        price, cost = self.prices.get(position.ticker), position.cost
        target, stop = position.target, position.stop
        sigma = self.sigma.get(position.ticker)
        gain = None if price is None or target is None else position.shares * (target - price)
        loss = None if price is None or stop is None else min(0.0, position.shares * (stop - price))
        gap = None
        if price is not None and stop is not None and sigma is not None:
            through = min(stop, price) * (1 - self.rules.exposures.gap_sigmas * sigma / 100)
            gap = position.shares * (through - price)
        to_stop = None if price is None or stop is None else 100 * (stop / price - 1)
        usual = None if sigma is None else sigma * math.sqrt(_WEEK)
        return PositionRecord(
            ticker=position.ticker,
            sector=self.sector(position.ticker),
            shares=position.shares,
            price=price,
            cost=cost,
            value=position_value(position, self.prices),
            weight=weight,
            gain_pct=None if price is None or not cost else 100 * (price / cost - 1),
            to_target_pct=None if price is None or target is None else 100 * (target / price - 1),
            to_stop_pct=to_stop,
            gain_at_target=gain,
            loss_at_stop=loss,
            loss_at_gap=gap,
            ratio=None if gain is None or not loss else gain / -loss,
            volatility_share=share,
            vulnerable=to_stop is not None and (to_stop >= 0 or (usual is not None and -to_stop < usual)),
        )

    def correlation(self) -> tuple[float | None, tuple[str, str] | None, float | None]:
        """Mean correlation of all pairs of positions' daily returns, the pair that moves together most, and its own.

        None with fewer than two positions that have prices.
        """
        held = self.holdings.positions.items()
        names = [name for name, each in held if each.lots and name in self.sigma]
        table = self.returns[names].iloc[-self.rules.exposures.volatility_sessions :].corr().to_numpy()
        rows, columns = np.triu_indices(len(names), 1)
        pairs = table[rows, columns]
        if not np.isfinite(pairs).any():
            return None, None, None
        most = int(np.nanargmax(pairs))
        return float(np.nanmean(pairs)), (names[rows[most]], names[columns[most]]), float(pairs[most])

    def _volatility(self) -> tuple[float | None, dict[str, float] | None]:
        weights = pd.Series({k: w for k, w in self.weights().items() if k in self.sigma}, dtype="float64")
        if weights.empty:
            return None, None
        sessions = self.rules.exposures.volatility_sessions
        whole, parts = formulas.volatility_parts(self.returns, weights, sessions)
        return whole, {str(name): float(each) for name, each in parts.items()}

    def exposures(self, *, factors: bool = True) -> Exposures:
        """Parts, sectors, market beta, factor slopes and volatility of today's weights."""
        weights, own = self.weights(), self.rules.exposures
        cash = self.holdings.cash / self.value if self.value else 0.0
        parts: dict[str, float] = {"equity": 0.0, "bond": 0.0, "cash": cash}
        sectors: dict[str, float] = {}
        for name, each in weights.items():
            parts[self.part(name)] += each
            sectors[self.sector(name)] = sectors.get(self.sector(name), 0.0) + each
        priced = [name for name in weights if name in self.sigma]
        recent = self.returns[priced].iloc[-2 * own.sessions :]
        # A day on which some position had no close is no day of this portfolio.
        together = (recent * pd.Series(weights)[priced]).sum(axis=1, skipna=False)
        known = together.dropna()
        table = formulas.exposures(known, self.factors, own.sessions, own.lags) if factors else pd.DataFrame()
        return Exposures(
            parts={name: min(1.0, max(0.0, each)) for name, each in parts.items()},
            sector=dict(sorted(sectors.items(), key=lambda each: -each[1])),
            factor=[
                FactorExposure(factor=str(name), slope=row["slope"], t=row["t"], n=int(row["n"]))
                for name, row in table.iterrows()
            ],
            beta=formulas.beta(known, self.market, own.sessions) if priced else None,
            volatility=self._volatility()[0],
        )


def stress(beta: float | None, value: float, falls: Sequence[float]) -> list[StressRecord]:
    """What falls of the index, in per cent, would cost a portfolio of `value` dollars; none without a beta."""
    return [
        StressRecord(index_pct=each, portfolio_pct=beta * each, dollars=beta * each / 100 * value)
        for each in falls
        if beta is not None
    ]


def risk(records: list[PositionRecord]) -> RiskRecord:
    """Dollars to gain at targets and to lose at stops over all positions that have both or either."""
    gains = math.fsum(each.gain_at_target or 0.0 for each in records)
    losses = math.fsum(each.loss_at_stop or 0.0 for each in records)
    gapped = [each for each in records if each.loss_at_gap is not None]
    worst = min(gapped, key=lambda each: each.loss_at_gap or 0.0, default=None)
    return RiskRecord(
        gain_to_targets=gains,
        loss_to_stops=losses,
        ratio=gains / -losses if losses < 0 else None,
        largest_gap_loss=None if worst is None else worst.loss_at_gap,
        largest_gap_ticker=None if worst is None else worst.ticker,
        by_position=records,
        without_levels=[
            each.ticker for each in records if each.gain_at_target is None or each.loss_at_stop is None
        ],
        stress=[],
        correlation=None,
        closest_pair=[],
        closest=None,
    )
