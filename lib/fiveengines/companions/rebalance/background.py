"""What the process knows of a session before any portfolio is asked: the index, sectors, stocks, reference mixes.

Worked out once for a session, whoever asks; nothing of a portfolio may enter.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from fiveengines.base import yaml_files
from fiveengines.base.formats import percent
from fiveengines.base.parameters.rebalance import RebalanceParameters
from fiveengines.companions.rebalance import allocation, stocks
from fiveengines.companions.rebalance.market import market, sectors_for_a_bounce
from fiveengines.companions.rebalance.result import BounceRecord, Market, MixRecord, MonthlyExcess, StockList
from fiveengines.companions.session import Session
from fiveengines.research.bootstrap import independent_interval
from fiveengines.research.walk_forward import index_rules, performance

_MOST_MISSING_CLOSES = 5
_LEAST_WEEKS, _LEAST_SESSIONS = 104, 252


@dataclass(frozen=True)
class References:
    """The mixes that one's own is held against, and what one's own is measured with.

    returns: sessions × fund, daily; dates: reading dates at which a mix is set.
    """

    mixes: tuple[MixRecord, ...]
    returns: pd.DataFrame = field(repr=False)
    dates: pd.DatetimeIndex = field(repr=False)
    equity: str
    bond: str
    cost: float

    def own(self, equity: float, bonds: float) -> MixRecord | None:
        """Constant shares of equity and bonds, the rest in cash, measured alike; None with too few sessions."""
        weights = pd.DataFrame({self.equity: equity, self.bond: bonds}, index=self.dates)
        also = f", {percent(bonds)} bonds" if bonds else ""
        return _measured(f"Own mix, {percent(equity)} equity{also}", weights, self)


@dataclass(frozen=True)
class Background:
    """One session's market part; `index` holds the closes of the S&P 500 without NaN, `read` is None without them.

    missing: what could not be said, in words.
    """

    rules: RebalanceParameters
    index: pd.Series = field(repr=False)
    read: Market | None = None
    bounce: tuple[BounceRecord, ...] = ()
    listed: StockList | None = None
    references: References | None = None
    missing: tuple[str, ...] = ()


# The newest session's alone: further portfolios and previews ask for the same one.
_KEPT: list[tuple[tuple[Any, ...], Background]] = []


def parameters(session: Session) -> RebalanceParameters:
    """params/rebalance.yaml beside the week's parameters."""
    return yaml_files.load_model(session.params.beside("rebalance.yaml"), RebalanceParameters)


def background(session: Session) -> Background:
    """The market part of a session's process; a second portfolio of the same session reads nothing again."""
    rules, run = parameters(session), session.run.model_dump(exclude={"out_dir"})
    key = (
        session.as_of,
        run,
        session.dataset.fingerprint(),
        session.entries,
        session.params,
        rules,
    )
    if not _KEPT or _KEPT[0][0] != key:
        _KEPT[:] = [(key, _background(session, rules))]
    return _KEPT[0][1]


def _background(session: Session, rules: RebalanceParameters) -> Background:
    daily = session.panel.daily("SPX")
    known = daily.dropna()
    if known.empty or daily.iloc[-_MOST_MISSING_CLOSES:].isna().all():
        return Background(
            rules, known, missing=("The market: no close of the S&P 500 in the last five sessions.",)
        )
    missing: list[str] = []
    return Background(
        rules,
        known,
        market(session, known, rules, missing),
        tuple(sectors_for_a_bounce(session, known, rules, missing)),
        _stocks(session, known, rules, missing),
        _references(session, known, rules, missing),
        tuple(missing),
    )


def _references(
    session: Session, index: pd.Series, rules: RebalanceParameters, missing: list[str]
) -> References | None:
    """The references of an allocation, over the same sessions and costs."""
    own, cost = rules.allocation, session.params.research.walk_forward.cost
    closes = session.panel.prices(list(own.funds)).reindex(index.index)
    closes = closes.dropna(axis=1, how="all").ffill(limit=_MOST_MISSING_CLOSES).dropna()
    week = session.week
    if week is None or own.equity not in closes or own.bond not in closes:
        missing.append("Allocation: the funds it is measured on have no prices, or there is no reading.")
        return None
    returns = closes.pct_change(fill_method=None).dropna()
    begin = session.as_of - pd.DateOffset(years=own.years)
    dates = week.dates[(week.dates >= max(begin, returns.index[0])) & (week.dates <= session.as_of)]
    if len(dates) < _LEAST_WEEKS:
        missing.append("Allocation: fewer than two years of readings and funds together.")
        return None
    low, high = session.params.portfolio.bands[session.params.portfolio.risk_profile]
    exposure = week.readings.target_exposure.exposure.reindex(dates).ffill()
    equity = {
        "Weekly target exposure": low + exposure * (high - low),
        "60/40": pd.Series(0.6, index=dates),
        **index_rules(index, dates, session.params.research.walk_forward),
    }
    mixes = {
        name: pd.DataFrame({own.equity: each, own.bond: (1 - each) if name == "60/40" else 0.0 * each})
        for name, each in equity.items()
    }
    mixes |= allocation.fitted_weights(returns, own.estimate_sessions, own.years)
    found = References((), returns, dates, own.equity, own.bond, cost)
    rows = (_measured(name, weights, found) for name, weights in mixes.items())
    return replace(found, mixes=tuple(each for each in rows if each is not None))


def _measured(name: str, weights: pd.DataFrame, over: References) -> MixRecord | None:
    net = allocation.net_returns(weights, over.returns, over.cost).loc[over.dates[0] :]
    if len(net) < _LEAST_SESSIONS:
        return None
    now = weights.iloc[-1].get(over.equity, 0.0)
    # What never moves, such as cash, has no Sharpe ratio.
    figures = {key: each if np.isfinite(each) else None for key, each in performance(net).items()}
    return MixRecord.model_validate({"name": name, "equity": float(np.clip(now, 0, 1)), **figures})


def _stocks(
    session: Session, index: pd.Series, rules: RebalanceParameters, missing: list[str]
) -> StockList | None:
    members, own = session.panel.members, rules.stocks
    held = session.dataset.members
    if members is None or held is None:
        missing.append("Stock ranking: the source has no index members.")
        return None
    sessions = pd.DatetimeIndex(members.index)
    ends = [at for at in stocks.month_ends(sessions) if at > max(own.momentum[0], own.high)][
        -own.months - 1 :
    ]
    lists = []
    for at in ends:
        past = members.iloc[at - max(own.momentum[0], own.high) : at + 1]
        inside = held.in_index(sessions[at : at + 1])[0]
        ranked = stocks.scores(past, inside, own.momentum, own.volatility, own.high)
        lists.append([str(each) for each in ranked.index[: own.count]])
    if len(lists) < 2 or len(lists[-1]) < own.count:
        missing.append("Stock ranking: too few members or months with prices.")
        return None
    grown = []
    for at, names, until in zip(ends, lists, [*ends[1:], len(sessions) - 1], strict=True):
        part = members[names].iloc[at : until + 1].ffill()
        grown.append((part / part.iloc[0]).mean(axis=1).pct_change().iloc[1:])
    returns = pd.concat(grown)
    wealth = (1 + returns).cumprod()
    market_ = index.reindex(wealth.index)
    ahead = _monthly_excess(returns, index, session)
    return StockList(
        month=sessions[ends[-1]].date(),
        listed=lists[-1],
        initiated=sorted(set(lists[-1]) - set(lists[-2])),
        closed=sorted(set(lists[-2]) - set(lists[-1])),
        return_pct=100 * (float(wealth.iloc[-1]) - 1),
        index_pct=100 * (float(market_.iloc[-1] / index.loc[: sessions[ends[0]]].iloc[-1]) - 1),
        drawdown_pct=100 * float(wealth.iloc[-1] / wealth.max() - 1),
        index_drawdown_pct=100 * float(market_.iloc[-1] / market_.max() - 1),
        months=len(lists),
        excess=ahead,
    )


def _monthly_excess(returns: pd.Series, index: pd.Series, session: Session) -> MonthlyExcess:
    """The list's return less the index's by calendar month, in points. returns: daily, (n,); index: closes."""
    usual = index.pct_change(fill_method=None).reindex(returns.index)
    months = pd.DatetimeIndex(returns.index).to_period("M")
    grown = pd.DataFrame({"list": returns, "index": usual}).add(1).groupby(months).prod()
    ahead = (100 * (grown["list"] - grown["index"])).to_numpy()
    low, high = independent_interval(ahead, session.params.research.bootstrap)
    half = len(ahead) // 2
    return MonthlyExcess(
        n=len(ahead),
        mean=float(ahead.mean()),
        low=low,
        high=high,
        halves=[float(each.mean()) for each in (ahead[:half], ahead[half:]) if len(each)],
    )
