"""The tests of claims by name: each measures a claim's figure in every window that it names.

A measure takes a claim and a session and returns windows; it raises UntestableError when the data cannot say. It knows
nothing that was not public on the session's evening.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd

from fiveengines.base.parameters.claims import Claim
from fiveengines.base.parameters.rebalance import SentimentRules
from fiveengines.companions.claims.evidence import UntestableError, Window
from fiveengines.companions.rate_shock import analysis as rate_shock
from fiveengines.companions.rate_shock import rules as source_rules
from fiveengines.companions.rate_shock import strategy
from fiveengines.companions.rebalance import background as rebalance
from fiveengines.companions.rebalance import bounce, falls, seasonality, sentiment
from fiveengines.companions.rebalance.market import components
from fiveengines.companions.session import Session
from fiveengines.indicators.rate_path import curve_move
from fiveengines.indicators.volatility import realized_volatility
from fiveengines.research import cases
from fiveengines.research.walk_forward import performance

Measure = Callable[[Session, Claim], list[Window]]
Frame = TypeVar("Frame", pd.Series, pd.DataFrame)
_YEAR, _AROUND = 252, (0, -1, -2)
# A figure older than this many days is not that of the day; reports of a month or a quarter have their own rhythm.
_FRESH = 10


def measure(session: Session, claim: Claim) -> list[Window]:
    """The windows of a claim; UntestableError when its date has not come, or a series or a measure is missing."""
    if claim.test == "none":
        raise UntestableError(f"no data could decide it: {', '.join(claim.needs)}")
    if claim.day is not None and session.as_of < pd.Timestamp(claim.day):
        raise UntestableError(f"waits for {', '.join(claim.needs)} of {claim.day}")
    lacking = [each for each in claim.needs if not has(session, each)]
    if lacking:
        raise UntestableError(f"waits for {', '.join(lacking)}")
    return MEASURES[claim.test](session, claim)


def has(session: Session, name: str) -> bool:
    """Whether a series or a price of that name is there."""
    return name in session.panel or not session.panel.prices([name]).dropna(how="all").empty


def closes(session: Session, name: str) -> pd.Series:
    """A price by session up to the session, NaN dropped; UntestableError without one."""
    found = session.panel.daily(name) if name in session.panel else session.panel.prices([name]).get(name)
    if found is None or found.dropna().empty:
        raise UntestableError(f"waits for {name}")
    return found.dropna()


def _own_days(session: Session, name: str) -> pd.Series:
    """A series on the days its figures are about."""
    found = session.panel.reports([name])
    if name not in found or found[name].dropna().empty:
        raise UntestableError(f"waits for {name}")
    return found[name].dropna()


def _reported(session: Session, claim: Claim) -> pd.Series:
    """The claim's weekly series on its own days up to the claim's; UntestableError when its last weeks are missing."""
    values = _own_days(session, claim.settings["series"]).loc[: _on(session, claim)]
    # What was public on the day is of the week before, and a holiday may delay it by another.
    if values.empty or (_on(session, claim) - values.index[-1]).days > 21:
        raise UntestableError(f"waits for {', '.join(claim.needs)} of {_on(session, claim).date()}")
    return values


def _start(claim: Claim) -> pd.Timestamp:
    """The beginning of the claim's time; its own date when it names no other."""
    begin = claim.start or claim.day
    if begin is None:
        raise UntestableError("it names no time")
    return pd.Timestamp(begin)


def _on(session: Session, claim: Claim) -> pd.Timestamp:
    return session.as_of if claim.day is None else pd.Timestamp(claim.day)


def _at_start(values: Frame, claim: Claim) -> Frame:
    """What was known up to the beginning of the claim's time; UntestableError when the history begins later."""
    known = values.loc[: _start(claim)]
    _fresh(known, _start(claim), claim)
    return known


def _fresh(values: pd.Series | pd.DataFrame, day: pd.Timestamp, claim: Claim) -> None:
    """UntestableError when the newest of `values` is not of `day` or of the days before it: the data end, or begin,
    elsewhere."""
    known = values.loc[:day].index
    if known.empty or (day - known[-1]).days > _FRESH:
        raise UntestableError(f"waits for {', '.join(claim.needs)} of {day.date()}")


def _ends(values: pd.Series, claim: Claim, session: Session) -> list[tuple[str, pd.Timestamp]]:
    """The claim's date and the two sessions before it: a figure that needs one day alone is not one."""
    day = _on(session, claim)
    _fresh(values, day, claim)
    known = values.loc[:day].index
    if len(known) < len(_AROUND):
        raise UntestableError(f"waits for {', '.join(claim.needs)} of {day.date()}")
    return [(str(known[at - 1].date()), pd.Timestamp(known[at - 1])) for at in _AROUND]


def _reaches(past: pd.Series, day: pd.Timestamp, years: int, claim: Claim) -> None:
    """UntestableError when a look-back of so many years begins before nine tenths of it are there."""
    if (day - past.index[0]).days < 0.9 * 365.25 * years:
        raise UntestableError(f"waits for {years} years of {', '.join(claim.needs)}")


def _window(claim: Claim, name: str, figure: float, n: int = 1) -> Window:
    return Window(name, figure, figure in claim.holds, n)


# Claims about a date


def level(session: Session, claim: Claim) -> list[Window]:
    """The value of a series on the date and the two sessions before."""
    values = closes(session, claim.settings["series"])
    return [_window(claim, name, float(values.loc[day])) for name, day in _ends(values, claim, session)]


def change(session: Session, claim: Claim) -> list[Window]:
    """Change of a series from the start of the claim's time, to its date and the two before."""
    values = closes(session, claim.settings["series"])
    begin = float(_at_start(values, claim).iloc[-1])
    return [
        _window(claim, name, float(values.loc[day] - begin)) for name, day in _ends(values, claim, session)
    ]


def against_day(session: Session, claim: Claim) -> list[Window]:
    """Per cent from the close of the starting day."""
    values = closes(session, claim.settings["series"])
    base = float(_at_start(values, claim).iloc[-1])
    return [
        _window(claim, name, 100 * (float(values[day]) / base - 1))
        for name, day in _ends(values, claim, session)
    ]


def _pair(session: Session, long: str, short: str) -> pd.DataFrame:
    both = pd.concat([closes(session, long), closes(session, short)], axis=1, join="inner")
    both.columns = pd.Index(["long", "short"])
    return both


def pair_return(session: Session, claim: Claim) -> list[Window]:
    """Return of one price less another's over the claim's time, points."""
    both = _pair(session, claim.settings["long"], claim.settings["short"])
    begin = _at_start(both, claim).iloc[-1]
    found = []
    for name, day in _ends(both["long"], claim, session):
        gained = 100 * (both.loc[[day]].to_numpy()[0] / begin.to_numpy() - 1)
        found.append(_window(claim, name, float(gained[0] - gained[1])))
    return found


def pair_growth(session: Session, claim: Claim) -> list[Window]:
    """Growth a year of holding one price against another, renewed each day, over the claim's time."""
    both = _pair(session, claim.settings["long"], claim.settings["short"])
    _at_start(both, claim)
    own = both.loc[_start(claim) : _on(session, claim)]
    returns = own.pct_change().dropna()
    wealth = (1 + returns["long"] - returns["short"]).cumprod()
    found = []
    for name, day in _ends(wealth, claim, session):
        years = len(wealth.loc[:day]) / _YEAR
        found.append(_window(claim, name, 100 * (float(wealth.loc[[day]].iloc[0]) ** (1 / years) - 1)))
    return found


def mix_return(session: Session, claim: Claim) -> list[Window]:
    """Return of an equal mix less another price's over the claim's time, points."""
    parts = pd.concat([closes(session, each) for each in claim.settings["mix"]], axis=1, join="inner")
    other = closes(session, claim.settings["short"])
    _fresh(parts, _on(session, claim), claim)
    begin, base = _at_start(parts, claim).iloc[-1], _at_start(other, claim).iloc[-1]
    found = []
    for name, day in _ends(other, claim, session):
        gained = float((parts.loc[:day].iloc[-1].to_numpy() / begin.to_numpy() - 1).mean())
        found.append(_window(claim, name, 100 * (gained - float(other.loc[day] / base - 1))))
    return found


def deepest_fall(session: Session, claim: Claim) -> list[Window]:
    """The deepest fall within the claim's time, from its highest close, its first and the week before it, per cent."""
    values = closes(session, claim.settings["series"])
    start, end = _start(claim), _on(session, claim)
    _at_start(values, claim)
    _fresh(values, end, claim)
    own = values.loc[start:end]
    before = values.loc[start - pd.Timedelta(days=7) : end]
    depth = {
        "from its running high": float((own / own.cummax() - 1).min()),
        "from its first close": float(own.min() / own.iloc[0] - 1),
        "from the week before": float((before / before.cummax() - 1).min()),
    }
    return [_window(claim, name, 100 * each, len(own)) for name, each in depth.items()]


def discount(session: Session, claim: Claim) -> list[Window]:
    """Implied volatility less realised over several windows on the date, points."""
    implied, price = closes(session, claim.settings["implied"]), closes(session, claim.settings["closes"])
    _, day = _ends(price, claim, session)[0]
    _fresh(implied, day, claim)
    gap = _discounts(implied, price, claim.settings["windows"])
    return [_window(claim, f"{each} sessions", float(gap[each].loc[:day].dropna().iloc[-1])) for each in gap]


def _discounts(implied: pd.Series, price: pd.Series, windows: Sequence[int]) -> dict[int, pd.Series]:
    return {each: implied.reindex(price.index) - realized_volatility(price, each) for each in windows}


def worst_rank(session: Session, claim: Claim) -> list[Window]:
    """The worse rank of the named sectors among all over several look-backs to the date (1: strongest)."""
    prices = session.panel.prices(claim.settings["among"])
    day = _ends(closes(session, claim.settings["tickers"][0]), claim, session)[0][1]
    found = []
    for each in claim.settings["windows"]:
        gained = prices.loc[:day].pct_change(each, fill_method=None).iloc[-1].dropna()
        rank = gained.rank(ascending=False)
        if not set(claim.settings["tickers"]) <= set(rank.index):
            raise UntestableError(f"waits for {', '.join(claim.settings['tickers'])}")
        found.append(
            _window(claim, f"{each} sessions", float(rank[claim.settings["tickers"]].max()), len(gained))
        )
    return found


def worst_pair(session: Session, claim: Claim) -> list[Window]:
    """The smaller of several pairs' differences of return over several look-backs to the date, points."""
    found = []
    for each in claim.settings["windows"]:
        gaps = []
        for long, short in claim.settings["pairs"]:
            both = _pair(session, long, short)
            day = _ends(both["long"], claim, session)[0][1]
            gained = both.loc[:day].pct_change(each).iloc[-1]
            gaps.append(100 * float(gained["long"] - gained["short"]))
        found.append(_window(claim, f"{each} sessions", min(gaps), len(gaps)))
    return found


def mean_change(session: Session, claim: Claim) -> list[Window]:
    """Four-week mean of a weekly series against that of so many weeks before, per cent."""
    values = _reported(session, claim)
    mean = values.rolling(4).mean().dropna()
    if len(mean) <= max(claim.settings["weeks"]):
        raise UntestableError(f"waits for a longer history of {claim.settings['series']}")
    return [
        _window(claim, f"{each} weeks", 100 * float(mean.iloc[-1] / mean.iloc[-1 - each] - 1))
        for each in claim.settings["weeks"]
    ]


def percentile(session: Session, claim: Claim) -> list[Window]:
    """Where the value of the date is among those of several look-backs, 0 to 100."""
    values = closes(session, claim.settings["series"])
    day = _ends(values, claim, session)[0][1]
    found = []
    *needed, longest = sorted(claim.settings["years"])
    for each in needed:
        _reaches(values.loc[day - pd.DateOffset(years=each) : day], day, each, claim)
    # The longest look-back takes what there is and says how much that is.
    there = min(longest, round((day - values.index[0]).days / 365.25))
    for each in (*needed, there):
        past = values.loc[day - pd.DateOffset(years=each) : day]
        found.append(_window(claim, f"{each} years", 100 * float((past <= past.iloc[-1]).mean()), len(past)))
    return found


def earnings_change(session: Session, claim: Claim) -> list[Window]:
    """Change of forward earnings (index over its forward P/E of the same day) over several spans, per cent."""
    ratio, price = _own_days(session, "SP500_FORWARD_PE"), closes(session, "SPX")
    earnings = (price.reindex(ratio.index, method="ffill") / ratio).dropna()
    day = _ends(earnings, claim, session)[0][1]
    found = []
    for each in claim.settings["days"]:
        before = earnings.loc[: day - pd.Timedelta(days=each)]
        if before.empty:
            raise UntestableError("waits for a longer history of forward earnings")
        found.append(_window(claim, f"{each} days", 100 * float(earnings.loc[day] / before.iloc[-1] - 1)))
    return found


def earlier_runs(session: Session, claim: Claim) -> list[Window]:
    """Earlier runs of reports above a level, those of one year left out, over three definitions of a run."""
    values = _reported(session, claim)
    found = []
    for above in (claim.settings["above"] - 1, claim.settings["above"], claim.settings["above"] + 1):
        high = (values > above).to_numpy()
        run, ends = 0, []
        for at, each in enumerate(high):
            run = run + 1 if each else 0
            if run == claim.settings["run"]:
                ends.append(values.index[at])
        own = _on(session, claim) - pd.Timedelta(days=60)
        earlier = [each for each in ends if each.year != claim.settings["except_year"] and each < own]
        found.append(_window(claim, f"above {above} %", float(len(earlier)), len(values)))
    return found


# Claims that hold at any time


def drawdown_share(session: Session, claim: Claim) -> list[Window]:
    """Share of sessions on which a pair was so far below its 63-session high, over several look-backs, per cent."""
    below = _below_high(session, claim.settings)
    last = below.index[-1]
    found = []
    for each in claim.settings["years"]:
        past = below.loc[last - pd.DateOffset(years=each) :]
        _reaches(past, last, each, claim)
        found.append(_window(claim, f"{each} years", 100 * float(past.mean()), len(past)))
    return found


def _relative(session: Session, settings: Mapping[str, object]) -> pd.Series:
    """The value of holding one price against another, renewed each day; of one alone when there is no other."""
    long = closes(session, str(settings["long"]))
    if "short" not in settings:
        return long
    both = _pair(session, str(settings["long"]), str(settings["short"])).pct_change().fillna(0.0)
    return pd.Series((1 + both["long"] - both["short"]).cumprod())


def _below_high(session: Session, settings: Mapping[str, Any]) -> pd.Series:
    """On which sessions what `_relative` gives was `depth` per cent below its 63-session high, boolean; False where
    fewer than 21 sessions are known."""
    ratio = _relative(session, settings)
    return pd.Series(ratio / ratio.rolling(63, min_periods=21).max() - 1 <= -settings["depth"] / 100)


def condition(session: Session, claim: Claim) -> pd.Series:
    """The sessions on which the claim's condition held, boolean."""
    own = claim.settings
    match own["condition"]:
        case "momentum_drawdown":
            below = _below_high(session, own)
            # The crossing is when it became known; the days below it that follow are the same case.
            return pd.Series(below & ~below.shift(1, fill_value=False))
        case "curve_move":
            moves = curve_move(
                session.panel.daily("DGS2"),
                session.panel.daily("DGS10"),
                threshold_bp=session.params.engines.labels.curve_threshold_bp,
            )
            return pd.Series(moves == own["move"])
        case "discount":
            gaps = _discounts(closes(session, own["implied"]), closes(session, own["closes"]), own["windows"])
            return pd.Series(pd.DataFrame(gaps).lt(0).all(axis=1))
    raise KeyError(own["condition"])


def after(session: Session, claim: Claim) -> list[Window]:
    """Mean return after the condition less that after any session, over several horizons, with its interval."""
    return _after(session, claim, condition(session, claim), _relative(session, claim.settings))


def rule(session: Session, claim: Claim) -> list[Window]:
    """The same for a rule of the rate-shock source."""
    rules, name = rate_shock.parameters(session), str(claim.settings["rule"])
    outcome = _relative(session, claim.settings.get("outcome", {"long": "SPX"}))
    holds = source_rules.CONDITIONS[name](session, rules).fillna(False).astype(bool)
    if int((holds & ~holds.shift(1, fill_value=False)).sum()) < 2:
        raise UntestableError("waits for a second case: the rule fired once or never, so it cannot be tested")
    return _after(session, claim, holds, outcome)


def _after(session: Session, claim: Claim, held: pd.Series, outcome: pd.Series) -> list[Window]:
    samples = rate_shock.parameters(session).samples
    horizons = tuple(claim.settings["horizons"])
    samples = samples.model_copy(update={"horizons": horizons, "main_horizon": horizons[-1]})
    flags = held.reindex(outcome.index).fillna(False).astype(bool).to_numpy()
    found = []
    for each in cases.after({"it": flags}, cases.forward(outcome, horizons), samples)["it"]:
        if each.excess is None:
            raise UntestableError(
                f"waits for more cases: {each.separate} separate ones so far, {samples.fewest_cases} are needed"
            )
        figure, low, high = each.excess
        shows = low in claim.holds and high in claim.holds
        found.append(Window(f"{each.horizon} sessions", figure, shows, each.n, low, high))
    return found


def fear_spells(session: Session, claim: Claim) -> list[Window]:
    """Mean length of spells of extreme fear, or great lows without one, for several edges of the zone."""
    own = rebalance.parameters(session)
    price = closes(session, "SPX")
    value = _fear(session, own.sentiment).reindex(price.index)
    lows = sentiment.great_lows(value, price, own.market.fall)
    found = []
    for edge in claim.settings["edges"]:
        rules = own.sentiment.model_copy(update={"zones": (edge, *own.sentiment.zones[1:])})
        spells = sentiment.spells(value, price, rules)
        done = [each.sessions for each in spells if each.closed]
        if claim.settings["what"] == "mean":
            if len(done) < 2:
                raise UntestableError("waits for two past spells of extreme fear")
            found.append(_window(claim, f"below {edge}", float(np.mean(done)), len(done)))
        else:
            if len(lows) < 2:
                raise UntestableError("waits for two great lows with a fear clock")
            without = sentiment.lows_without(spells, lows, rules)
            found.append(_window(claim, f"below {edge}", float(without), len(lows)))
    return found


def _fear(session: Session, rules: SentimentRules) -> pd.Series:
    """The fear clock by session, worked out once for both claims about it."""
    name, memory = f"claims fear {rules!r}", session.panel.memory
    if name not in memory:
        memory[name] = sentiment.composite(components(session, rules), rules)["value"]
    return cast("pd.Series", memory[name])


def season(session: Session, claim: Claim) -> list[Window]:
    """Session of the mean year's low over the last so many years; with an interval of two months it shows nothing."""
    own, price = rebalance.parameters(session), closes(session, "SPX")
    found = []
    for each in claim.settings["years"]:
        begin = pd.Timestamp(session.as_of.year - each - 1, 12, 1)
        year = seasonality.season(price.loc[begin:], own.season_draws, own.season_level, own.seed)
        if year is None or year.years < 5:
            raise UntestableError("waits for five complete years of the index")
        sure = year.late - year.early <= own.season_span
        found.append(
            Window(
                f"{year.years} years",
                float(year.low),
                sure and year.low in claim.holds,
                year.years,
                float(year.early),
                float(year.late),
            )
        )
    return found


def retracement(session: Session, claim: Claim) -> list[Window]:
    """Share of falls that recovered in full after winning back a level, for several depths, per cent."""
    price = closes(session, "SPX")
    days = rebalance.parameters(session).market.average
    found = []
    for each in claim.settings["depths"]:
        record = (
            falls.retracement_record(price.to_numpy(), each / 100, 0.5)
            if claim.settings["level"] == "half"
            else falls.average_record(price, each / 100, days)
        )
        if record.share is None or record.n < 3:
            raise UntestableError(
                f"waits for three falls of {each} % that came back to the level; {record.n} so far"
            )
        found.append(_window(claim, f"falls of {each} %", 100 * record.share, record.n))
    return found


def bounce_after(session: Session, claim: Claim) -> list[Window]:
    """What the most oversold third gained on the index after rebounds, over several horizons, points."""
    own, price = rebalance.parameters(session), closes(session, "SPX")
    funds = session.panel.prices(list(own.sectors)).reindex(price.index)
    funds = funds.loc[:, funds.notna().any()]
    if funds.shape[1] < 3:
        raise UntestableError("waits for prices of sector funds")
    score = bounce.oversold(funds, price, own.bounce.sessions, own.bounce.history)
    events = bounce.rebounds(price.to_numpy(), own.market.fall, own.bounce.rise)
    found = []
    for each in claim.settings["after"]:
        gained = bounce.after_rebounds(score, funds, price, events, each).to_numpy()
        if len(gained) < 3:
            raise UntestableError(f"waits for three rebounds with sector prices; {len(gained)} so far")
        error = 1.645 * float(np.std(gained, ddof=1)) / np.sqrt(len(gained))
        mean = float(gained.mean())
        low, high = mean - error, mean + error
        shows = low in claim.holds and high in claim.holds
        found.append(Window(f"{each} sessions", mean, shows, len(gained), low, high))
    return found


def rate_beta(session: Session, claim: Claim) -> list[Window]:
    """Size of a stock's slope on the 10-year yield, per cent for a tenth of a point, the market controlled."""
    yields, market = _own_days(session, "DGS10"), closes(session, "SPX")
    price = session.panel.prices([claim.settings["ticker"]])
    moves = pd.DataFrame(
        {"real": yields.reindex(market.index).diff(), "market": 100 * market.pct_change()}
    ).dropna()
    own = (100 * price[claim.settings["ticker"]].pct_change(fill_method=None)).reindex(moves.index)
    found = []
    for each in claim.settings["windows"]:
        together = pd.concat([own.rename("y"), moves], axis=1).dropna().iloc[-each:]
        _fresh(together, session.as_of, claim)
        if len(together) < 0.9 * each:
            raise UntestableError(f"waits for {each} sessions of {claim.settings['ticker']}")
        design = np.column_stack([np.ones(len(together)), together[["real", "market"]].to_numpy()])
        slope = np.linalg.lstsq(design, together["y"].to_numpy(), rcond=None)[0][1]
        found.append(_window(claim, f"{each} sessions", float(-slope / 10), len(together)))
    return found


def whole_strategy(session: Session, claim: Claim) -> list[Window]:
    """A figure of the plain three layers over the claim's time, for three levels of the trigger."""
    own = rate_shock.parameters(session)
    names = [own.strategy.equity, own.strategy.value, own.strategy.bonds]
    known = session.panel.prices(names)[names].dropna()
    _at_start(known, claim)
    _fresh(known, _on(session, claim), claim)
    prices = known.loc[_start(claim) : _on(session, claim)]
    returns = prices.pct_change(fill_method=None).dropna()
    yields = session.panel.daily("DGS10").ffill(limit=5)
    dear = source_rules.dear_and_slowing(session, own)
    cost = session.params.research.walk_forward.cost
    found = []
    for each in (own.trigger.level - 0.5, own.trigger.level, own.trigger.level + 0.5):
        weights = strategy.layers(yields, dear, each, own.trigger.rise, own.trigger.sessions)
        mine, market = strategy.net_returns(weights, returns, cost), returns[own.strategy.equity]
        figure = _strategy_figure(mine, market, claim.settings["figure"])
        name, together = f"trigger at {each:g} %", True
        if "correlation" in claim.settings:
            low, high = claim.settings["correlation"]
            alike = float(mine.corr(market))
            name, together = f"{name}, correlation {alike:.2f}", low <= alike <= high
        found.append(Window(name, figure, together and figure in claim.holds, len(mine)))
    return found


def _strategy_figure(mine: pd.Series, market: pd.Series, name: str) -> float:
    if name in {"up_capture", "down_capture"}:
        found = strategy.capture(mine, market, up=name == "up_capture")
        if found is None:
            raise UntestableError("waits for six months of that kind")
        return found
    if name == "decay":
        ahead = {year: each - strategy.by_year(market)[year] for year, each in strategy.by_year(mine).items()}
        return float(np.polyfit(list(ahead), list(ahead.values()), 1)[0])
    return performance(mine)["cagr"]


MEASURES: Mapping[str, Measure] = {
    "level": level, "change": change, "against_day": against_day, "pair_return": pair_return,
    "pair_growth": pair_growth, "mix_return": mix_return, "deepest_fall": deepest_fall, "discount": discount,
    "worst_rank": worst_rank, "worst_pair": worst_pair, "mean_change": mean_change, "percentile": percentile,
    "earnings_change": earnings_change, "earlier_runs": earlier_runs, "drawdown_share": drawdown_share,
    "after": after, "rule": rule, "fear_spells": fear_spells, "season": season, "retracement": retracement,
    "bounce": bounce_after, "rate_beta": rate_beta, "strategy": whole_strategy,
}  # fmt: skip
