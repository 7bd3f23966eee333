"""From a session to what a rate shock would do: betas, policy path, the source's rules with their records, stress."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from fiveengines.base import yaml_files
from fiveengines.base.formats import minus, number, percent
from fiveengines.base.parameters.rate_shock import RateShockParameters
from fiveengines.commentary import events
from fiveengines.companions.document import envelope
from fiveengines.companions.holdings import holdings
from fiveengines.companions.rate_shock import betas, policy, strategy, stress
from fiveengines.companions.rate_shock import rules as source_rules
from fiveengines.companions.rate_shock.result import (
    BetaRecord,
    BrierRecord,
    DurationPoint,
    MeetingRecord,
    MemberBetaRecord,
    Result,
    ScreenRecord,
    StrategyRecord,
    StressRecord,
)
from fiveengines.companions.session import Session
from fiveengines.data.dataset import FED_FUNDS
from fiveengines.portfolio.orders import portfolio_value, position_value
from fiveengines.research import significance
from fiveengines.research.significance import deflated_sharpe, sharpe
from fiveengines.research.walk_forward import performance

NAME = "rate_shock"
_YEAR = 252


def parameters(session: Session) -> RateShockParameters:
    """params/rate_shock.yaml beside the week's parameters."""
    return yaml_files.load_model(session.params.beside("rate_shock.yaml"), RateShockParameters)


def analyse(session: Session) -> Result:
    """What a rate shock would do; what cannot be read is named and left out."""
    own, missing = parameters(session), list[str]()
    index = session.panel.first_of("SPX", "SPY")
    held = _weights(session, missing)
    table, moves = _betas(session, own, held, index, missing)
    path = _policy_path(session, own, missing)
    named = {
        "trigger": source_rules.trigger(session, own),
        "reflexivity": source_rules.reflexivity(session, own),
        "pause": source_rules.pause(session, own),
        "steepener": source_rules.steepener(session, own),
        "barbell": source_rules.barbell(session, own),
    }
    record = _strategy(session, own, missing)
    stressed = _stress(session, own, held, moves, index, missing)
    duration = _duration(index, moves, own)
    return Result.model_validate(
        envelope(session, NAME)
        | {
            "headline": _headline(named["trigger"].holds, duration),
            "bottom_line": _bottom_line(own, table, duration, path, named["trigger"].says),
            "not_available": missing,
            "betas": table,
            "members": _members(session, own, moves, missing),
            "duration": duration,
            "screen": _screen(session, own, missing),
            "proposal": _proposal(own, held, table, named["trigger"].holds),
            "policy_path": path,
            "policy_record": _policy_record(session, own),
            "stress": stressed,
            "strategy": record,
        }
        | named
    )


def _weights(session: Session, missing: list[str]) -> dict[str, float]:
    """Share of the portfolio by ticker; empty, and said, without one."""
    found = holdings(session, missing)
    if found is None:
        return {}
    prices = _last(session.panel.prices(list(found.positions)))
    value = portfolio_value(found, prices)
    if not value:
        missing.append("The portfolio: it is worth nothing at these prices.")
        return {}
    return {name: position_value(each, prices) / value for name, each in found.positions.items()}


def _on_its_day(session: Session, series: str) -> pd.Series:
    """A series on the sessions that its figures are about, not on those on which they became known, (n,).

    Yields are published a day late: beside a day's return belongs that day's change.
    """
    found = session.panel.reports([series])
    own = found[series] if series in found else pd.Series(dtype="float64")
    return own.reindex(session.panel.sessions)


def _last(closes: pd.DataFrame) -> dict[str, float]:
    return {str(name): float(each) for name, each in closes.ffill(limit=5).iloc[-1].dropna().items()}


def _betas(
    session: Session,
    own: RateShockParameters,
    held: Mapping[str, float],
    index: pd.Series,
    missing: list[str],
) -> tuple[list[BetaRecord], pd.DataFrame]:
    panel = session.panel
    moves = betas.regressors(_on_its_day(session, "DFII10"), _on_its_day(session, "T10YIE"), index)
    if len(moves) < min(own.betas.windows):
        missing.append("Rate betas: fewer than a year of real yields and breakevens.")
        return [], moves
    names = list(dict.fromkeys([*held, *own.betas.tickers]))
    closes = panel.prices(names)
    returns = 100 * closes.pct_change(fill_method=None)
    table = betas.rate_betas(returns, moves, own.betas.windows, own.betas.lags)
    same = betas.stable(table, betas.REAL)
    records = [
        BetaRecord(
            window=int(row["window"]),
            t_breakeven=row[betas.BREAKEVEN] / row[f"{betas.BREAKEVEN}_se"],
            **_slopes(row, same),
        )
        for row in table.to_dict("records")
    ]
    return sorted(records, key=lambda each: (each.window, each.per_100bp_real, each.ticker)), moves


def _middle(own: RateShockParameters) -> int:
    """The window that members' betas and supposed shocks are of, sessions."""
    return sorted(own.betas.windows)[len(own.betas.windows) // 2]


def _slopes(row: Mapping[Any, Any], same: Mapping[str, bool]) -> dict[str, Any]:
    """What every record of betas says of one row of `rate_betas`; same: ticker → one sign in every window."""
    return {
        "ticker": str(row["ticker"]),
        "per_100bp_real": row[betas.REAL],
        "per_100bp_breakeven": row[betas.BREAKEVEN],
        "market_beta": row[betas.MARKET],
        "t": row[betas.REAL] / row[f"{betas.REAL}_se"],
        "stable": same[str(row["ticker"])],
        "n": int(row["n"]),
    }


def _proposal(
    own: RateShockParameters, held: Mapping[str, float], table: list[BetaRecord], holds: bool | None
) -> str:
    """What the source's trigger proposes for the holdings: a cut of what clearly loses with the real yield."""
    longest = max((each.window for each in table), default=0)
    losing = [
        each.ticker
        for each in table
        if each.window == longest
        and each.stable
        and each.per_100bp_real < 0
        and abs(each.t) >= own.betas.significant
        and held.get(each.ticker, 0.0) > 0
    ]
    if holds is None:
        return "The trigger is not known here, so it proposes nothing."
    if not held:
        return "No holdings are known, so the trigger proposes nothing."
    if not losing:
        return (
            "No holding loses clearly with the real yield in every window, so the trigger would cut nothing."
        )
    cuts = ", ".join(
        f"{name} from {number(100 * held[name], 1)} to {number(100 * held[name] * (1 - own.trigger.cut), 1)} %"
        for name in losing
    )
    state = (
        "The trigger holds and proposes"
        if holds
        else "The trigger does not hold; if it did, it would propose"
    )
    return (
        f"{state} to cut by {number(100 * own.trigger.cut)} % what loses clearly with the real yield: {cuts} of the "
        "portfolio. It is the source's rule, with the record above."
    )


def _members(
    session: Session, own: RateShockParameters, moves: pd.DataFrame, missing: list[str]
) -> list[MemberBetaRecord]:
    """Every member of the session's index, the most sensitive to rising real yields first."""
    closes, within, held = session.panel.members, session.panel.in_index, session.dataset.members
    if closes is None or within is None or held is None:
        missing.append("Rate betas of members: no members' closes.")
        return []
    window = _middle(own)
    if moves.empty:
        missing.append("Rate betas of members: no real yields and breakevens.")
        return []
    # One session more than the longest window, for the first of its changes.
    recent = closes.loc[:, within[-1]].loc[moves.index[-min(len(moves), max(own.betas.windows) + 1) :][0] :]
    returns = 100 * recent.pct_change(fill_method=None)
    table = betas.member_betas(returns, moves, own.betas.windows, own.betas.lags)
    if not (table["window"] == window).any():
        missing.append(f"Rate betas of members: no member has {window:,} sessions without a gap.")
        return []
    same = betas.stable(table, betas.REAL)
    records = [
        MemberBetaRecord(sector=held.sectors.get(str(row["ticker"]), ""), **_slopes(row, same))
        for row in table[table["window"] == window].to_dict("records")
    ]
    return sorted(records, key=lambda each: (each.per_100bp_real, each.ticker))


def _duration(index: pd.Series, moves: pd.DataFrame, own: RateShockParameters) -> list[DurationPoint]:
    table = betas.empirical_duration(
        moves[betas.MARKET], moves, own.betas.duration_sessions, own.betas.duration_step
    )
    return [
        DurationPoint(day=day.date(), real=row[betas.REAL], breakeven=row[betas.BREAKEVEN])
        for day, (_, row) in zip(pd.DatetimeIndex(table.index), table.iterrows(), strict=True)
    ]


def _calendar(session: Session) -> events.EventFile:
    return events.load(session.params.beside(session.params.weekly.events))


def _lower(session: Session) -> pd.Series:
    """The lower edge of the target range in force each evening, %; a single target is its own edge."""
    panel = session.panel
    decided = panel.daily("FOMC_TARGET")
    edge = decided.where(decided.index < pd.Timestamp("2008-12-16"), decided - 0.25)
    return panel.daily("DFEDTARL").fillna(edge).fillna(panel.daily("DFEDTAR"))


def _policy_path(session: Session, own: RateShockParameters, missing: list[str]) -> list[MeetingRecord]:
    futures = session.dataset.tables.get(FED_FUNDS)
    lower = _lower(session)
    if futures is None or futures.empty or not np.isfinite(lower.iloc[-1]):
        two = session.panel.daily("DGS2").iloc[-1]
        target = lower.iloc[-1] + 0.125
        gap = f" The 2-year yields {number(100 * (two - target))} bp more than the target." * bool(
            np.isfinite(two - target)
        )
        missing.append(f"Policy path: no fed funds futures or no target.{gap}")
        return []
    table = policy.odds(
        futures,
        _calendar(session).fomc,
        session.as_of,
        float(lower.iloc[-1]),
        own.policy.known_from_month,
        meeting_day_before=own.policy.meeting_day_before,
    )
    if table.empty:
        missing.append("Policy path: no price of the last week covers a meeting that is announced.")
        return []
    convention = (
        "the meeting's day counts at the " + ("old" if own.policy.meeting_day_before else "new") + " rate"
    )
    return [
        MeetingRecord(
            meeting=meeting.date(),
            outcomes={
                f"{float(str(edge)):.2f}-{float(str(edge)) + 0.25:.2f}": float(chance)
                for edge, chance in zip(table.columns, row, strict=True)
                if chance >= 0.05
            },
            convention=convention,
        )
        for meeting, row in zip(
            pd.DatetimeIndex(table.index)[: own.policy.meetings], table.to_numpy(), strict=False
        )
    ]


def _policy_record(session: Session, own: RateShockParameters) -> list[BrierRecord]:
    futures = session.dataset.tables.get(FED_FUNDS)
    if futures is None or futures.empty:
        return []
    table = policy.brier_scores(
        futures,
        _calendar(session).fomc,
        _lower(session),
        own.policy.horizons,
        own.policy.known_from_month,
        meeting_day_before=own.policy.meeting_day_before,
    )
    return [BrierRecord.model_validate(row) for row in table.to_dict("records")]


def _screen(session: Session, own: RateShockParameters, missing: list[str]) -> list[ScreenRecord]:
    table = session.dataset.tables.get("fundamentals")
    if table is None or table.empty:
        missing.append("Cash-flow screen: no fundamentals/*.csv.")
        return []
    last = table.sort_values(["ticker", "period_end", "filed"]).groupby("ticker").tail(1)
    return [_screened({str(k): each for k, each in row.items()}, own) for row in last.to_dict("records")]


def _screened(row: Mapping[str, object], own: RateShockParameters) -> ScreenRecord:
    figures = {
        name: float(str(each)) for name, each in row.items() if name not in {"ticker", "period_end", "filed"}
    }
    revenue, ebitda = figures.get("revenue", math.nan), figures.get("ebitda", math.nan)

    def share(value: float) -> float | None:
        return value / revenue if revenue > 0 and np.isfinite(value) else None

    cash = figures.get("operating_cash_flow", math.nan) - abs(figures.get("capital_expenditure", math.nan))
    margin, research = share(cash), share(figures.get("research_and_development", math.nan))
    debt = figures.get("total_debt", math.nan) / ebitda if ebitda > 0 else math.nan
    why = []
    if margin is None or margin <= own.screen.cash_flow_margin:
        why.append(f"free cash flow {'unknown' if margin is None else f'{percent(margin)} of revenue'}")
    if not debt < own.screen.most_debt:
        why.append(f"debt {'unknown' if not np.isfinite(debt) else f'{number(debt, 1)} times EBITDA'}")
    little = research is not None and research < own.screen.least_research
    return ScreenRecord(
        ticker=str(row["ticker"]),
        period_end=pd.Timestamp(str(row["period_end"])).date(),
        filed=pd.Timestamp(str(row["filed"])).date(),
        cash_flow_margin=margin,
        debt_to_ebitda=debt if np.isfinite(debt) else None,
        research_share=research,
        passes=not why,
        why="; ".join(why),
        warning=f"little research: {percent(research, 1)} of revenue" if little else "",
    )


def _stress(
    session: Session,
    own: RateShockParameters,
    held: Mapping[str, float],
    moves: pd.DataFrame,
    index: pd.Series,
    missing: list[str],
) -> list[StressRecord]:
    panel = session.panel
    closes = panel.prices(list(held))
    nasdaq = panel.first_of("NDX", "QQQ")
    both = pd.DataFrame({"NDX": nasdaq, "SPX": index})
    rows = []
    for each in own.windows:
        start, end = pd.Timestamp(each.start), pd.Timestamp(each.end)
        if end > session.as_of:
            continue
        whole, covered = stress.window_return(closes, held, start, end) if held else (None, 0.0)
        others = [
            stress.window_return(both[[name]].dropna(), {str(name): 1.0}, start, end)[0] for name in both
        ]
        if whole is None and not any(figure is not None for figure in others):
            missing.append(f"Stress: no prices of the window {each.name}.")
            continue
        rows.append(
            StressRecord(
                scenario=each.name,
                start=each.start,
                end=each.end,
                portfolio=whole,
                low=None,
                high=None,
                covered=covered if held else None,
                nasdaq_100=others[0],
                sp500=others[1],
            )
        )
    return [*rows, *_shocks(session, own, held, closes, moves, both)]


def _shocks(
    session: Session,
    own: RateShockParameters,
    held: Mapping[str, float],
    closes: pd.DataFrame,
    moves: pd.DataFrame,
    both: pd.DataFrame,
) -> list[StressRecord]:
    """Supposed shocks by slopes over the middle window, each on its own, with the slope's 90 % interval."""
    window = _middle(own)
    returns = 100 * closes.pct_change(fill_method=None)
    weights = pd.Series(dict(held), dtype="float64").reindex(returns.columns).dropna()
    mine = (returns[list(weights.index)] * weights).sum(axis=1, min_count=1) if len(weights) else None
    panel = session.panel
    vix, spread = panel.first_of("VIX", "VIXCLS"), _on_its_day(session, "BAMLH0A0HYM2")
    now = float(vix.iloc[-1]) if len(vix) else math.nan
    market = 100 * both.pct_change(fill_method=None)
    supposed = [
        (f"Real yield {_points(own.shocks.real_yield)}", moves[betas.REAL], own.shocks.real_yield),
        (f"Breakeven {_points(own.shocks.breakeven)}", moves[betas.BREAKEVEN], own.shocks.breakeven),
        (minus(f"S&P 500 {own.shocks.index:+g} %"), market["SPX"], own.shocks.index),
        (f"VIX to {own.shocks.vix:g}", vix.diff(), own.shocks.vix - now),
        (f"High-yield spread {_points(own.shocks.spread)}", spread.diff(), own.shocks.spread),
    ]
    rows = []
    for name, move, size in supposed:
        if not np.isfinite(size):
            continue
        found = [
            None if each is None else stress.slope_of(each, move, window, own.betas.lags)
            for each in (mine, market["NDX"], market["SPX"])
        ]
        ends: list[float | None] = [None, None]
        if found[0] is not None:
            slope, error = found[0]
            ends = [*sorted(size * (slope + side * 1.645 * error) for side in (-1, 1))]
        portfolio, nasdaq, sp500 = (None if each is None else size * each[0] for each in found)
        rows.append(
            StressRecord(
                scenario=name,
                start=None,
                end=None,
                portfolio=portfolio,
                low=ends[0],
                high=ends[1],
                covered=None,
                nasdaq_100=nasdaq,
                sp500=sp500,
            )
        )
    return [each for each in rows if each.sp500 is not None]


def _points(size: float) -> str:
    return minus(f"{size:+g} point{'s' * (abs(size) != 1)}")


def _strategy(session: Session, own: RateShockParameters, missing: list[str]) -> StrategyRecord | None:
    from scipy.stats import kurtosis, skew

    rule, panel = own.strategy, session.panel
    names = [rule.equity, rule.value, rule.bonds]
    closes = panel.prices(names)
    if set(names) - set(closes.columns):
        missing.append(
            "Whole strategy: no prices of " + ", ".join(sorted(set(names) - set(closes.columns))) + "."
        )
        return None
    returns = closes[names].pct_change(fill_method=None).dropna()
    if len(returns) < 3 * _YEAR:
        missing.append("Whole strategy: fewer than three years of its funds together.")
        return None
    yields = panel.daily("DGS10").ffill(limit=5)
    dear = source_rules.dear_and_slowing(session, own)
    cost = session.params.research.walk_forward.cost

    def net(level: float, rise: float) -> pd.Series:
        weights = strategy.layers(yields, dear, level, rise, own.trigger.sessions)
        return strategy.net_returns(weights, returns, cost)

    variants = {
        (level, rise): net(level, rise) for level in rule.variants_level for rise in rule.variants_rise
    }
    mine = variants.get((own.trigger.level, own.trigger.rise))
    if mine is None:
        mine = net(own.trigger.level, own.trigger.rise)
    table = np.column_stack([each.to_numpy() for each in variants.values()])
    # Whoever tried these had tried the others too: all count.
    tried = np.array(
        [sharpe(each) for each in table.T] + significance.trials()["sharpe_2007"].dropna().tolist()
    )
    ratios = tried / np.sqrt(_YEAR)
    skewness, peaked = float(skew(mine)), float(kurtosis(mine, fisher=False))
    index = panel.first_of("SPX", "SPY").reindex(returns.index).pct_change(fill_method=None).fillna(0.0)
    ahead = _ahead(mine, returns[rule.equity])
    since = {year: each for year, each in ahead.items() if year > rule.published}
    fading = strategy.decay(since if len(since) >= 4 else ahead, own.betas.level)
    whole, nasdaq, sp500 = (performance(each) for each in (mine, returns[rule.equity], index))
    return StrategyRecord(
        begin=returns.index[0].date(),
        sharpe=whole["sharpe"],
        cagr=whole["cagr"],
        max_drawdown=whole["max_drawdown"],
        nasdaq_sharpe=nasdaq["sharpe"],
        nasdaq_max_drawdown=nasdaq["max_drawdown"],
        sp500_sharpe=sp500["sharpe"],
        sp500_max_drawdown=sp500["max_drawdown"],
        correlation=float(mine.corr(returns[rule.equity])),
        up_capture=strategy.capture(mine, returns[rule.equity], up=True),
        down_capture=strategy.capture(mine, returns[rule.equity], up=False),
        deflated_sharpe=deflated_sharpe(
            whole["sharpe"] / math.sqrt(_YEAR),
            len(mine),
            skewness,
            peaked,
            len(tried),
            float(np.var(ratios, ddof=1)),
        ),
        trials=len(tried),
        overfitting=strategy.overfitting_probability(table, rule.blocks),
        by_year={str(year): each for year, each in strategy.by_year(mine).items()},
        ahead_by_year={str(year): each for year, each in ahead.items()},
        decay=fading[0] if fading else None,
        decay_low=fading[1] if fading else None,
        decay_high=fading[2] if fading else None,
        nasdaq_cagr=nasdaq["cagr"],
        sp500_cagr=sp500["cagr"],
        promised=rule.promised.model_dump(),
        published=rule.published,
    )


def _ahead(mine: pd.Series, market: pd.Series) -> dict[int, float]:
    """Points ahead of the market in each whole calendar year; years of fewer than 240 sessions are left out."""
    sessions = pd.Series(pd.DatetimeIndex(mine.index).year).value_counts()
    theirs = strategy.by_year(market)
    return {
        year: each - theirs[year] for year, each in strategy.by_year(mine).items() if sessions[year] >= 240
    }


def _headline(holds: bool | None, duration: list[DurationPoint]) -> str:
    state = {True: "Rate trigger on", False: "Rate trigger off", None: "Rate trigger unknown"}[holds]
    if not duration:
        return state
    return f"{state}; the index moved {number(duration[-1].real, 1, ' %', sign=True)} a point of real yield"


def _bottom_line(
    own: RateShockParameters,
    table: list[BetaRecord],
    duration: list[DurationPoint],
    path: list[MeetingRecord],
    says: str,
) -> str:
    lines = [says.replace("It ", "The source's rate trigger ", 1)]
    longest = max((each.window for each in table), default=0)
    sure = [
        each
        for each in table
        if each.window == longest and each.stable and abs(each.t) >= own.betas.significant
    ]
    if len(sure) >= 2:
        worst, best = sure[0], sure[-1]
        lines.append(
            f"Beside the market, {worst.ticker} moved {number(worst.per_100bp_real, 1, ' %', sign=True)} for a point "
            f"of real yield and {best.ticker} {number(best.per_100bp_real, 1, ' %', sign=True)}; both kept their sign "
            "over every window."
        )
    elif table:
        lines.append("No fund's rate beta is clear and keeps its sign over every window.")
    if path:
        likeliest = max(path[0].outcomes, key=lambda each: path[0].outcomes[each])
        lines.append(
            f"For the meeting of {path[0].meeting:%-d %B %Y} futures put {number(path[0].outcomes[likeliest])} % on "
            f"{likeliest} %."
        )
    return " ".join(lines)
