"""The index for the weekly portfolio process: fear clock, levels, season, valuation, scenarios, sectors for a bounce.

Picks series and turns figures of the formula modules into records; nothing about a portfolio may enter.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from fiveengines.base.formats import percent
from fiveengines.base.parameters.rebalance import RebalanceParameters, SentimentRules
from fiveengines.companions.rebalance import bounce, channel, falls, seasonality, sentiment
from fiveengines.companions.rebalance.result import (
    AfterBounce,
    BounceRecord,
    ChannelRecord,
    DayClose,
    ExitStatistics,
    Market,
    Pivot,
    RecordOfFalls,
    Scenario,
    SeasonRecord,
    Sentiment,
    TargetRecord,
    ValuationRecord,
)
from fiveengines.companions.session import Session
from fiveengines.data.panel import Panel
from fiveengines.research.bootstrap import mean_intervals

_WEEK, _MONTH_DAYS = 5, 28


def components(session: Session, rules: SentimentRules) -> dict[str, pd.Series]:
    """The fear clock's seven parts, each turned so that higher is greedier; all NaN where a source has nothing.

    A part is made of one series throughout, the first that the session has: a percentile or a change over two
    different ones would compare unlike levels.
    """
    panel = session.panel
    spx = panel.daily("SPX").ffill(limit=_WEEK)
    vix = _one_of(panel, "VIX", "VIXCLS")
    bonds = _one_of(panel, "IEF", "TLT", "ZN_F")
    spread = _one_of(panel, "BAMLH0A0HYM2", "BAA10Y")
    highs, lows = panel.daily("NEW_HIGHS_52W"), panel.daily("NEW_LOWS_52W")
    low, high = spx.rolling(rules.year).min(), spx.rolling(rules.year).max()
    put_call = panel.daily("PUT_CALL_EQUITY").rolling(rules.put_call, min_periods=rules.put_call // 2)
    return {
        "volatility": -(vix / vix.rolling(rules.usual, min_periods=rules.usual // 2).mean()),
        "breadth": _one_of(
            panel, "PCT_ABOVE_50DMA_SP500", "PCT_ABOVE_100DMA_SP500", "PCT_ABOVE_200DMA_SP500"
        ),
        "put/call": -put_call.mean(),
        "credit": -spread.diff(rules.change),
        "momentum": spx / spx.rolling(rules.momentum).mean() - 1,
        "safe haven": spx.pct_change(rules.change, fill_method=None)
        - bonds.pct_change(rules.change, fill_method=None),
        "strength": ((highs - lows) / (highs + lows)).rolling(_WEEK, min_periods=3).mean()
        if np.isfinite(highs.iloc[-1])
        else (spx - low) / (high - low),
    }


def _one_of(panel: Panel, *names: str) -> pd.Series:
    """The first of the named series that is known on the last session; the last of them when none is."""
    found = (panel.daily(name) for name in names)
    return next((each for each in found if np.isfinite(each.iloc[-1])), panel.daily(names[-1]))


def fear(session: Session, closes: pd.Series, rules: RebalanceParameters) -> Sentiment:
    """The fear clock on this session, and its past spells."""
    parts = sentiment.composite(components(session, rules.sentiment), rules.sentiment).reindex(closes.index)
    value = parts.pop("value")
    today = float(value.iloc[-1])
    found = sentiment.spells(value, closes, rules.sentiment)
    done = [each for each in found if each.closed]
    running = next((each for each in found if not each.closed), None)
    first = int(np.argmax(value.notna())) if value.notna().any() else len(closes)
    lows = [
        each.low
        for each in falls.falls(closes.to_numpy(), rules.market.fall)
        if each.low > first and each.recovered
    ]
    statistics = None
    if done:
        lengths = np.array([each.sessions for each in done])
        statistics = ExitStatistics(
            n=len(done),
            mean_sessions=float(lengths.mean()),
            median_sessions=float(np.median(lengths)),
            shortest=int(lengths.min()),
            longest=int(lengths.max()),
            mean_to_low=float(np.mean([each.to_low for each in done])),
            lows=len(lows),
            lows_without=sentiment.lows_without(found, lows, rules.sentiment),
        )
    known = parts.iloc[-1].dropna()
    return Sentiment(
        value=today if np.isfinite(today) else None,
        zone=sentiment.zone(today, rules.sentiment),
        components={str(name): float(each) for name, each in known.items()},
        spell_sessions=None if running is None else len(closes) - running.begin,
        exit_statistics=statistics,
    )


def market(session: Session, closes: pd.Series, rules: RebalanceParameters, missing: list[str]) -> Market:
    """Everything about the index; what cannot be said is added to `missing`.

    closes: the S&P 500 up to the session, no NaN.
    """
    own = rules.market
    price = closes.to_numpy()
    close = float(price[-1])
    recent = price[-own.high_sessions :]
    peak = len(price) - len(recent) + int(np.argmax(recent))
    if session.start is not None:
        peak = int(np.searchsorted(closes.index.to_numpy(), session.start.to_datetime64()))
    fall = close / price[peak] - 1
    band = channel.regression_channel(closes, own.channel_sessions, own.channel_width)
    if band is None:
        missing.append(f"Channel: fewer than {own.channel_sessions} sessions of the index.")
    paths = (
        falls.from_here(price, -fall, own.scenario_sessions) if fall <= -own.fall / 2 else np.empty((0, 0))
    )
    score = fear(session, closes, rules)
    if score.value is None:
        missing.append("Fear clock: fewer of its parts are known than it needs.")
    return Market(
        close=close,
        high=float(price[peak]),
        fall_pct=100 * fall,
        sentiment=score,
        pivots=_pivots(closes, peak, rules, band),
        channel=None if band is None else ChannelRecord.model_validate(band),
        seasonality=_season(closes, rules),
        valuation=_valuation(session, closes, rules, missing),
        scenarios=_scenarios(price, peak, close, paths, rules),
        recent=[
            DayClose(day=day.date(), close=float(each))  # type: ignore[attr-defined]
            for day, each in closes.iloc[-own.high_sessions :].items()
        ],
        paths=[[None if not np.isfinite(each) else float(each) for each in row[::5]] for row in paths[:-1]],
    )


def _pivots(
    closes: pd.Series, peak: int, rules: RebalanceParameters, band: channel.Channel | None
) -> list[Pivot]:
    own, price = rules.market, closes.to_numpy()
    close = float(price[-1])
    levels: list[tuple[str, str, float, falls.Record | None]] = []
    if len(price) >= own.average:
        average = float(price[-own.average :].mean())
        record = falls.average_record(closes, own.fall, own.average)
        levels.append((f"sma_{own.average}", f"{own.average}-day average", average, record))
    low = float(price[peak:].min())
    if low < price[peak] * (1 - own.fall / 2):
        level = low + own.retrace * (float(price[peak]) - low)
        record = falls.retracement_record(price, own.fall, own.retrace)
        levels.append(
            (
                f"retrace_{100 * own.retrace:.0f}",
                f"{percent(own.retrace)} of the fall won back",
                level,
                record,
            )
        )
        levels.append(("fall_low", "Low of this fall", low, None))
    before = price[max(0, peak - own.prior_low_sessions) : peak]
    if len(before):
        levels.append(("prior_low", "Low of the year before the high", float(before.min()), None))
    if band is not None:
        levels.append(("channel_lower", "Lower edge of the channel", band.lower, None))
    return [
        Pivot(
            id=key,
            name=name,
            level=level,
            distance_pct=100 * (level / close - 1),
            record=None
            if found is None or not found.n
            else RecordOfFalls(n=found.n, resolved=found.resolved, share=found.share),
        )
        for key, name, level, found in sorted(levels, key=lambda each: -each[2])
    ]


def _season(closes: pd.Series, rules: RebalanceParameters) -> SeasonRecord | None:
    found = seasonality.season(closes, rules.season_draws, rules.season_level, rules.seed)
    if found is None:
        return None
    span = found.late - found.early
    low = seasonality.day_of(found.low)
    return SeasonRecord(
        years=found.years,
        low=low,
        early=seasonality.day_of(found.early),
        late=seasonality.day_of(min(found.late, seasonality.SESSIONS - 1)),
        span_sessions=span,
        says=f"The mean year had its low about {low}." if span <= rules.season_span else None,
    )


def _valuation(
    session: Session, closes: pd.Series, rules: RebalanceParameters, missing: list[str]
) -> ValuationRecord:
    close = float(closes.iloc[-1])
    published = session.panel.reports(["SP500_FORWARD_PE"])
    stale = not np.isfinite(session.panel.daily("SP500_FORWARD_PE").iloc[-1])
    if published.empty or stale:
        missing.append("Valuation: no forward P/E of the last two weeks.")
        targets = _targets(session, close, rules, None)
        return ValuationRecord(
            forward_pe=None, percentile=None, forward_eps=None, eps_change_pct=None, targets=targets
        )
    ratio = published["SP500_FORWARD_PE"].dropna()
    # Earnings behind a ratio are those of its own day's close; today's ratio is today's close over them.
    earnings = (closes.reindex(ratio.index, method="ffill") / ratio).dropna()
    eps = float(earnings.iloc[-1])
    before = earnings.loc[: earnings.index[-1] - pd.Timedelta(days=_MONTH_DAYS)]
    return ValuationRecord(
        forward_pe=close / eps,
        percentile=100 * float((ratio <= close / eps).mean()),
        forward_eps=eps,
        eps_change_pct=None if before.empty else 100 * (eps / float(before.iloc[-1]) - 1),
        targets=_targets(session, close, rules, eps),
    )


def _targets(
    session: Session, close: float, rules: RebalanceParameters, eps: float | None
) -> list[TargetRecord]:
    """Price targets said by the session, in context."""
    return [
        TargetRecord(
            who=each.who,
            level=each.level,
            said=each.said,
            by=each.by,
            implied_return_pct=100 * (each.level / close - 1),
            needed_pe=None if eps is None else each.level / eps,
        )
        for each in rules.targets
        if pd.Timestamp(each.said) <= session.as_of
    ]


def _scenarios(
    price: np.ndarray, peak: int, close: float, paths: np.ndarray, rules: RebalanceParameters
) -> list[Scenario]:
    """Shares of past falls of this size that reached the old high, or a further fall, first; none without a fall."""
    # The last case is this one; it has no future yet.
    whole = paths[:-1] if len(paths) else paths
    if not len(whole):
        return []
    own = rules.market
    back = 100 * (float(price[peak]) / close - 1)
    higher, lower, count = falls.shares_reached(whole, back / 2, -100 * own.new_low)
    if not count:
        return []
    rows = [
        ("half of the fall won back first", close * (1 + back / 200), higher),
        (f"a further {percent(own.new_low)} down first", close * (1 - own.new_low), lower),
        ("neither within half a year", close, count - higher - lower),
    ]
    return [
        Scenario(name=name, level=level, share_of_cases=each / count, n=count) for name, level, each in rows
    ]


def sectors_for_a_bounce(
    session: Session, closes: pd.Series, rules: RebalanceParameters, missing: list[str]
) -> list[BounceRecord]:
    """Sectors from the most oversold against the index, and what such sectors did after earlier rebounds."""
    own = rules.bounce
    funds = session.panel.prices(list(rules.sectors)).reindex(closes.index)
    funds = funds.loc[:, funds.iloc[-1].notna()]
    if funds.shape[1] < 3:
        missing.append("Sectors for a bounce: fewer than three sector funds have prices.")
        return []
    score = bounce.oversold(funds, closes, own.sessions, own.history)
    events = bounce.rebounds(closes.to_numpy(), rules.market.fall, own.rise)
    gained = bounce.after_rebounds(score, funds, closes, events, own.after)
    after = None
    if len(gained) >= 5:
        bootstrap = session.params.research.bootstrap.model_copy(update={"mean_block_weeks": 1})
        low, high = mean_intervals(
            gained.to_numpy()[:, None], np.ones((len(gained), 1), dtype=bool), bootstrap
        )
        after = AfterBounce(
            n=len(gained), mean=float(gained.mean()), low=float(low[0, 0]), high=float(high[0, 0])
        )
    gained_now = funds.pct_change(own.sessions, fill_method=None).iloc[-1]
    usual = float(closes.pct_change(own.sessions).iloc[-1])
    relative = {str(name): 100 * (float(each) - usual) for name, each in gained_now.items()}
    ranked = score.iloc[-1].dropna().sort_values(kind="stable")
    return [
        BounceRecord(
            sector=rules.sectors[str(ticker)],
            ticker=str(ticker),
            oversold_z=float(z),
            relative_pct=relative[str(ticker)],
            after=after if at < max(1, round(len(ranked) / 3)) else None,
        )
        for at, (ticker, z) in enumerate(ranked.items())
    ]
