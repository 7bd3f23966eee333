"""The index for the weekly portfolio process: fear clock, levels, season, valuation, scenarios, sectors for a bounce.

Picks series and turns figures of the formula modules into records; nothing about a portfolio may enter.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Literal

import numpy as np
import pandas as pd

from fiveengines.base.formats import percent
from fiveengines.base.parameters.rebalance import RebalanceParameters, SentimentRules
from fiveengines.companions.document import finite
from fiveengines.companions.rebalance import bounce, channel, falls, seasonality, sentiment
from fiveengines.companions.rebalance.result import (
    AfterBounce,
    AfterValuation,
    BounceRecord,
    ChannelRecord,
    DayClose,
    ExitStatistics,
    Market,
    OtherFalls,
    Pivot,
    RecordOfFalls,
    Scenario,
    SeasonRecord,
    Sentiment,
    SpellWindow,
    TargetRecord,
    ValuationRecord,
)
from fiveengines.companions.session import Session
from fiveengines.data.panel import Panel
from fiveengines.research import cases
from fiveengines.research.bootstrap import independent_interval

_WEEK, _MONTH_DAYS = 5, 28
_THIRDS: tuple[Literal["lowest", "middle", "highest"], ...] = ("lowest", "middle", "highest")


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
    measured = components(session, rules.sentiment)
    parts = sentiment.composite(measured, rules.sentiment).reindex(closes.index)
    value = parts.pop("value")
    today = float(value.iloc[-1])
    found = sentiment.spells(value, closes, rules.sentiment)
    done = [each for each in found if each.closed]
    running = next((each for each in found if not each.closed), None)
    lows = sentiment.great_lows(value, closes, rules.market.fall)
    statistics = None
    if done:
        lengths, to_low = (
            np.array(each) for each in zip(*((one.sessions, one.to_low) for one in done), strict=True)
        )
        low, high = independent_interval(lengths.astype("float64"), session.params.research.bootstrap)
        statistics = ExitStatistics(
            n=len(done),
            mean_sessions=float(lengths.mean()),
            low=low,
            high=high,
            median_sessions=float(np.median(lengths)),
            shortest=int(lengths.min()),
            longest=int(lengths.max()),
            mean_to_low=float(to_low.mean()),
            median_to_low=float(np.median(to_low)),
            shortest_to_low=int(to_low.min()),
            longest_to_low=int(to_low.max()),
            windows=[
                _spells_over(each, measured, closes, rules.sentiment)
                for each in rules.sentiment.other_windows
            ],
            lows=len(lows),
            lows_without=sentiment.lows_without(found, lows, rules.sentiment),
        )
    return Sentiment(
        value=finite(today),
        zone=sentiment.zone(today, rules.sentiment),
        vendor=finite(session.panel.daily("FEAR_GREED").iloc[-1]),
        components={str(name): float(each) for name, each in parts.iloc[-1].dropna().items()},
        spell_sessions=None if running is None else len(closes) - running.begin,
        exit_statistics=statistics,
    )


def _spells_over(
    window: int, measured: dict[str, pd.Series], closes: pd.Series, rules: SentimentRules
) -> SpellWindow:
    own = rules.model_copy(update={"window": window})
    value = sentiment.composite(measured, own)["value"].reindex(closes.index)
    lengths = [each.sessions for each in sentiment.spells(value, closes, own) if each.closed]
    return SpellWindow(
        sessions=window, n=len(lengths), median_sessions=float(np.median(lengths)) if lengths else None
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
    fall = close / price[peak] - 1
    band = channel.regression_channel(closes, own.channel_sessions, own.channel_width)
    if band is None:
        missing.append(f"Channel: fewer than {own.channel_sessions} sessions of the index.")
    paths = (
        falls.from_here(price, -fall, own.scenario_sessions, peak)
        if fall <= -own.fall / 2
        else np.empty((0, 0))
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
        paths=[[finite(each) for each in row[::5]] for row in paths],
    )


def _pivots(
    closes: pd.Series, peak: int, rules: RebalanceParameters, band: channel.Channel | None
) -> list[Pivot]:
    own, price = rules.market, closes.to_numpy(dtype="float64")
    close, back = float(price[-1]), "won it back"
    levels: list[tuple[str, str, float, str, Callable[..., falls.Record]]] = []
    if len(price) >= own.average:
        average = float(price[-own.average :].mean())
        name = f"{own.average}-day average"
        record = partial(falls.average_record, closes, days=own.average)
        levels.append((f"sma_{own.average}", name, average, back, record))
    low = float(price[peak:].min())
    if low < price[peak] * (1 - own.fall / 2):
        level = low + own.retrace * (float(price[peak]) - low)
        name = f"{percent(own.retrace)} of the fall won back"
        record = partial(falls.retracement_record, price, share=own.retrace)
        levels.append((f"retrace_{100 * own.retrace:.0f}", name, level, back, record))
        event = f"had risen {percent(rules.bounce.rise)} from it"
        record = partial(falls.rise_record, price, rise=rules.bounce.rise)
        levels.append(("fall_low", "Low of this fall", low, event, record))
    before = price[max(0, peak - own.prior_low_sessions) : peak]
    if len(before):
        name = "Low of the year before the high"
        record = partial(falls.prior_low_record, price, sessions=own.prior_low_sessions)
        levels.append(("prior_low", name, float(before.min()), back, record))
    if band is not None:
        edges = channel.lower_edges(price, own.channel_sessions, own.channel_width)
        record = partial(falls.level_record, price, level=lambda fall: edges)
        levels.append(("channel_lower", "Lower edge of the channel", band.lower, back, record))
    return [
        Pivot(
            id=key,
            name=name,
            level=level,
            distance_pct=100 * (level / close - 1),
            record=_record_of_falls(event, record, rules),
        )
        for key, name, level, event, record in sorted(levels, key=lambda each: -each[2])
    ]


def _record_of_falls(
    event: str, record: Callable[..., falls.Record], rules: RebalanceParameters
) -> RecordOfFalls | None:
    """A level's record over falls of the usual size and of the others; None without a fall that came back to it.

    The interval of the share is Wilson's (1927).
    """
    from scipy.stats import binomtest

    found = record(depth=rules.market.fall)
    if not found.n:
        return None
    low, high = binomtest(found.resolved, found.n).proportion_ci(rules.season_level, "wilson")
    others = [(depth, record(depth=depth)) for depth in rules.market.other_falls]
    return RecordOfFalls(
        event=event,
        n=found.n,
        resolved=found.resolved,
        share=found.share,
        low=low,
        high=high,
        others=[OtherFalls(fall_pct=100 * depth, n=each.n, resolved=each.resolved) for depth, each in others],
    )


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
        halves=[seasonality.day_of(each) for each in found.halves],
        says=f"The mean year had its low about {low}."
        if span <= rules.season_span and all(found.early <= each <= found.late for each in found.halves)
        else None,
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
            forward_pe=None,
            percentile=None,
            forward_eps=None,
            eps_change_pct=None,
            targets=targets,
            third=None,
            after=[],
        )
    ratio = published["SP500_FORWARD_PE"].dropna()
    # Earnings behind a ratio are those of its own day's close; today's ratio is today's close over them.
    earnings = (closes.reindex(ratio.index, method="ffill") / ratio).dropna()
    eps = float(earnings.iloc[-1])
    before = earnings.loc[: earnings.index[-1] - pd.Timedelta(days=_MONTH_DAYS)]
    percentile = 100 * float((ratio <= close / eps).mean())
    daily = session.panel.daily("SP500_FORWARD_PE").reindex(closes.index)
    # Ranked among what was known by then: which third an evening was in cannot depend on later ones.
    thirds = np.ceil(3 * daily.expanding(rules.valuation.fewest_sessions).rank(pct=True)).to_numpy()
    third = max(1, math.ceil(3 * percentile / 100))
    gains = cases.forward(closes, rules.valuation.horizons)
    followed = cases.after({"same": thirds == third}, gains, rules.valuation)["same"]
    return ValuationRecord(
        forward_pe=close / eps,
        percentile=percentile,
        forward_eps=eps,
        eps_change_pct=None if before.empty else 100 * (eps / float(before.iloc[-1]) - 1),
        targets=_targets(session, close, rules, eps),
        third=_THIRDS[third - 1],
        after=[AfterValuation.model_validate(each) for each in followed],
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
    if not len(paths):
        return []
    own = rules.market
    back = 100 * (float(price[peak]) / close - 1)
    higher, lower, count = falls.shares_reached(paths, back / 2, -100 * own.new_low)
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
    after = _after_rebounds(score, funds, closes, events, own.after, rules, session)
    if after is not None:
        spans = (
            _after_rebounds(score, funds, closes, events, each, rules, session) for each in own.other_after
        )
        after = after.model_copy(update={"others": [each for each in spans if each is not None]})
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


def _after_rebounds(
    score: pd.DataFrame,
    funds: pd.DataFrame,
    closes: pd.Series,
    events: list[int],
    sessions: int,
    rules: RebalanceParameters,
    session: Session,
) -> AfterBounce | None:
    """What the most oversold third did after the events; None with too few of them."""
    gained = bounce.after_rebounds(score, funds, closes, events, sessions)
    if len(gained) < rules.bounce.fewest:
        return None
    low, high = independent_interval(gained.to_numpy(), session.params.research.bootstrap)
    return AfterBounce(sessions=sessions, n=len(gained), mean=float(gained.mean()), low=low, high=high)
