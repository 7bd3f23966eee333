"""Claims on markets made so that they hold and made so that they do not: each must get the verdict that fits.

A synthetic market is a few series made by hand on business days; everything else is absent, so that a claim is decided
by its own series alone.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters, yaml_files
from fiveengines.base.parameters import RunParameters
from fiveengines.base.parameters.claims import Claim, ClaimsParameters
from fiveengines.companions.claims import insights, measures
from fiveengines.companions.claims.evidence import UntestableError, Window, verdict
from fiveengines.companions.session import Session
from fiveengines.data import calendars
from fiveengines.data.catalog import catalog, lookup
from fiveengines.data.dataset import Dataset, series_data
from fiveengines.data.panel import Panel

PARAMS = parameters.load()
CLAIMS = {
    each.id: each for each in yaml_files.load_model(PARAMS.beside("claims.yaml"), ClaimsParameters).claims
}


def session(end: str, **series: pd.Series) -> Session:
    held, others = {}, {}
    for name, values in series.items():
        known = values.dropna()
        if name not in catalog():
            others[name] = known
            continue
        index = pd.DatetimeIndex(known.index)
        moments = calendars.published_at(lookup(name), index)
        held[name] = series_data(name, index, known.to_numpy(), moments, provider="made", origin="made")
    prices = pd.DataFrame(others) if others else None
    panel = Panel(Dataset("files", held, other_prices=prices), end)
    return Session(pd.Timestamp(end), "files", PARAMS, RunParameters(), panel)


def told(name: str, of: Session) -> str:
    return verdict(measures.measure(of, CLAIMS[name]))


def days(first: str, last: str) -> pd.DatetimeIndex:
    every = calendars.sessions(2027)
    return every[(every >= first) & (every <= last)]


def path(index: pd.DatetimeIndex, daily: float, seed: int = 1, noise: float = 0.004) -> pd.Series:
    """A price that drifts by `daily` per cent a session, with noise."""
    steps = np.random.default_rng(seed).normal(daily / 100, noise, len(index))
    return pd.Series(100 * np.exp(steps.cumsum()), index=index)


def flat(index: pd.DatetimeIndex, value: float) -> pd.Series:
    return pd.Series(value, index=index)


D24 = days("2023-01-03", "2024-10-04")
D25 = days("2014-01-02", "2025-06-30")
D26 = days("2025-06-02", "2026-02-20")


def falling(index: pd.DatetimeIndex, start: str, low: str, depth: float) -> pd.Series:
    """100, then in a straight line to 100 − depth from `start` to `low`, and there it stays."""
    days_ = pd.DatetimeIndex([index[0], pd.Timestamp(start), pd.Timestamp(low), index[-1]])
    values = np.interp(index.asi8, days_.astype(index.dtype).asi8, [100, 100, 100 - depth, 100 - depth])
    return pd.Series(values, index=index)


def weekly(index: pd.DatetimeIndex, weekday: str = "W-SAT") -> pd.DatetimeIndex:
    return pd.date_range(index[0], index[-1], freq=weekday)


# Claim → the series that make it true, and those that make it false.
BOTH: dict[str, tuple[str, dict[str, pd.Series], dict[str, pd.Series]]] = {
    "so-equal-weight": (
        "2026-02-06",
        {"RSP": path(D26, 0.1), "SPY": path(D26, 0.0)},
        {"RSP": path(D26, 0.0), "SPY": path(D26, 0.1)},
    ),
    "so-correlation-rose": (
        "2026-02-06",
        {"COR1M": pd.Series(np.linspace(10, 40, len(D26)), index=D26)},
        {"COR1M": pd.Series(np.linspace(40, 10, len(D26)), index=D26)},
    ),
    "so-dollar-stable-rates-calm": (
        "2026-02-06",
        {"DGS10": flat(D26, 4.2)},
        {"DGS10": pd.Series(np.where(D26 > "2026-02-01", 5.0, 4.2), index=D26)},
    ),
    "br-es-discount-2024-09-26": (
        "2024-09-27",
        {"VIX": flat(D24, 9.0), "SPX": path(D24, 0.0, noise=0.012)},
        {"VIX": flat(D24, 30.0), "SPX": path(D24, 0.0, noise=0.012)},
    ),
    "br-nq-discount-2024-09-26": (
        "2024-09-27",
        {"VXN": flat(D24, 9.0), "NDX": path(D24, 0.0, noise=0.012)},
        {"VXN": flat(D24, 30.0), "NDX": path(D24, 0.0, noise=0.012)},
    ),
    "br-leaders-30d": (
        "2024-09-27",
        {"XLC": path(D24, 0.3), "XLK": path(D24, 0.25), **{n: path(D24, 0.0, s) for s, n in enumerate(
            ["XLF", "XLE", "XLV", "XLI", "XLY", "XLP"])}},
        {"XLC": path(D24, -0.3), "XLK": path(D24, 0.25), **{n: path(D24, 0.0, s) for s, n in enumerate(
            ["XLF", "XLE", "XLV", "XLI", "XLY", "XLP"])}},
    ),
    "br-momentum-and-large": (
        "2024-09-27",
        {"MTUM": path(D24, 0.3), "SPY": path(D24, 0.1), "IWM": path(D24, -0.1)},
        {"MTUM": path(D24, -0.3), "SPY": path(D24, 0.1), "IWM": path(D24, 0.3)},
    ),
    "br-claims-decelerated": (
        "2024-09-27",
        {"ICSA": pd.Series(np.linspace(300e3, 200e3, len(weekly(D24))), index=weekly(D24))},
        {"ICSA": pd.Series(np.linspace(200e3, 300e3, len(weekly(D24))), index=weekly(D24))},
    ),
    "br-zn-above-114": ("2024-09-27", {"ZN_F": flat(D24, 114.5)}, {"ZN_F": flat(D24, 113.0)}),
    "br-russell-fomc-level": (
        "2024-09-27",
        {"RUT": pd.Series(np.where(D24 > "2024-09-18", 2250.0, 2200.0), index=D24)},
        {"RUT": pd.Series(np.where(D24 > "2024-09-18", 2150.0, 2200.0), index=D24)},
    ),
    "pr-aaii-three-weeks": (
        "2025-03-14",
        {"AAII_BEARISH": flat(weekly(D25, "W-WED"), 30.0)},
        {"AAII_BEARISH": pd.Series(
            np.where(weekly(D25, "W-WED").year == 2018, 60.0, 30.0), index=weekly(D25, "W-WED"))},
    ),
    "pr-spreads-lowest-of-decade": (
        "2025-03-14",
        {"BAMLH0A0HYM2": pd.Series(np.linspace(8, 3, len(D25)), index=D25)},
        {"BAMLH0A0HYM2": pd.Series(np.linspace(3, 8, len(D25)), index=D25)},
    ),
    "pr-earnings-unchanged-month": (
        "2025-03-14",
        {"SPX": flat(D25, 5500.0), "SP500_FORWARD_PE": flat(D25, 20.0)},
        {"SPX": flat(D25, 5500.0), "SP500_FORWARD_PE": pd.Series(
            np.where(D25 > "2025-03-01", 25.0, 20.0), index=D25)},
    ),
    "rs-drawdown-11-against-22": (
        "2025-01-03",
        {"SPX": falling(D25, "2024-03-01", "2024-08-01", 22.7)},
        {"SPX": falling(D25, "2024-03-01", "2024-08-01", 9.0)},
    ),
    "rs-yen-nasdaq-17.9": (
        "2024-08-16",
        {"NDX": falling(D25, "2024-07-11", "2024-08-05", 17.9)},
        {"NDX": falling(D25, "2024-07-11", "2024-08-05", 13.0)},
    ),
    "rs-tariff-nasdaq-22.4": (
        "2025-04-17",
        {"NDX": falling(D25, "2025-02-20", "2025-04-08", 22.4)},
        {"NDX": falling(D25, "2025-02-20", "2025-04-08", 12.0)},
    ),
    "rs-higher-for-longer-31.7": (
        "2023-11-03",
        {"NDX": falling(D25, "2023-08-01", "2023-10-26", 31.7)},
        {"NDX": falling(D25, "2023-08-01", "2023-10-26", 10.9)},
    ),
    "rs-barbell-18": (
        "2024-07-05",
        {"XLU": path(D25, 0.0), "XLV": path(D25, 0.0), "QQQ": path(D25, 0.4), "SPY": path(D25, 0.0)},
        {"XLU": path(D25, 0.0), "XLV": path(D25, 0.0), "QQQ": path(D25, 0.0), "SPY": path(D25, 0.1)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOTH)
def test_a_claim_flips_when_its_data_are_flipped(name: str) -> None:
    end, holds, fails = BOTH[name]
    assert told(name, session(end, **holds)) == "true"
    assert told(name, session(end, **fails)) == "false"


@pytest.mark.parametrize("name", [name for name, each in CLAIMS.items() if each.day is not None])
def test_a_claim_about_a_day_waits_for_it(name: str) -> None:
    before = pd.Timestamp(CLAIMS[name].day) - pd.Timedelta(days=5)
    with pytest.raises(UntestableError, match="waits for"):
        measures.measure(session(str(before.date()), SPX=flat(D25, 1.0)), CLAIMS[name])


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_without_its_series_is_untestable(name: str) -> None:
    with pytest.raises(UntestableError):
        measures.measure(session("2025-06-27", DGS3MO=flat(D25, 1.0)), CLAIMS[name])


# Claims whose data are a pattern that comes again: what happens every so many sessions decides them.

LONG = days("2000-01-03", "2019-12-27")
RECENT = days("2019-01-02", "2026-01-09")
EVERY = 250


def again(steps: np.ndarray, index: pd.DatetimeIndex = LONG, every: int = EVERY) -> pd.Series:
    """A price whose daily change, in per cent, repeats `steps` every so many sessions and is nothing between."""
    cycle = np.concatenate([steps, np.zeros(every - len(steps))])
    changes = cycle[np.arange(len(index)) % every] + np.random.default_rng(6).normal(0, 0.02, len(index))
    return pd.Series(100 * np.exp(changes.cumsum() / 100), index=index)


def sometimes(usual: float, seldom: float, sessions: int = 5) -> pd.Series:
    """One value on the first sessions of every cycle, another on the rest."""
    return pd.Series(np.where(np.arange(len(LONG)) % EVERY < sessions, seldom, usual), index=LONG)


def gains(daily: float, sessions: int = 130) -> pd.Series:
    """A price that gains `daily` per cent a session in the half year after a cycle begins, and gives it back."""
    back = np.full(EVERY - sessions, -daily * sessions / (EVERY - sessions))
    return again(np.concatenate([np.full(sessions, daily), back]))


def wave(period: int, index: pd.DatetimeIndex = LONG) -> np.ndarray:
    """Up and down between −1 and 1 in straight lines."""
    place = np.arange(len(index)) % period / period
    return 4 * np.abs(place - 0.5) - 1


def mood(period: int, fear: float = 1.0) -> dict[str, pd.Series]:
    """An index that goes up and down, with volatility and breadth that fear its lows (or, at −1, its highs)."""
    at, rise = wave(period), np.exp(np.arange(len(LONG)) / 5e4)
    return {
        "SPX": pd.Series((100 + 12 * at) * rise, index=LONG),
        "VIX": pd.Series(20 - 5 * fear * at, index=LONG),
        "PCT_ABOVE_50DMA_SP500": pd.Series(50 + 30 * fear * at, index=LONG),
        "PUT_CALL_EQUITY": pd.Series(0.7 - 0.2 * fear * at, index=LONG),
    }


def way(*levels: tuple[int, float], every: int = 500) -> pd.Series:
    """A price that goes through the same levels (session of the cycle, price) in straight lines, and rises a little."""
    place = np.arange(len(LONG))
    at = np.interp(place % every, *zip(*levels, strict=True))
    return pd.Series(at * np.exp(place / 1e5), index=LONG)


def low_in(session_of_year: int) -> pd.Series:
    """A price with the same year again and again, whose low is on that session."""
    of_year = pd.Series(1, index=LONG).groupby(LONG.year).cumsum().to_numpy() - 1
    return pd.Series(100 - 10 * np.maximum(0, 1 - np.abs(of_year - session_of_year) / 40), index=LONG)


def bounces(sign: float) -> dict[str, pd.Series]:
    """Falls of the index that come again; what two sectors lose beside it they win back after, or lose again."""
    down, up = np.full(40, -0.5), np.full(200, 0.105)
    index = again(np.concatenate([down, up]))
    found = {"SPX": index}
    for at, name in enumerate(["XLK", "XLF", "XLE", "XLV", "XLI", "XLY"]):
        worse = -0.2 if at < 2 else 0.02 * at
        found[name] = again(np.concatenate([down + worse, up - sign * worse * 40 / 200]))
    return found


def rate_sensitive(slope: float) -> dict[str, pd.Series]:
    """NVIDIA moves with the index and by so many per cent for a point of the 10-year yield."""
    chance = np.random.default_rng(9)
    yields = 4 + chance.normal(0, 0.05, len(LONG)).cumsum() / 10
    market = chance.normal(0, 0.5, len(LONG))
    own = market + slope * np.diff(np.round(yields, 2), prepend=yields[0])
    made = {"SPX": market, "NVDA": own}
    prices = {name: pd.Series(100 * np.cumprod(1 + each / 100), index=LONG) for name, each in made.items()}
    return prices | {"DGS10": pd.Series(np.round(yields, 2), index=LONG)}


def three_funds(growth: np.ndarray, value: np.ndarray) -> dict[str, pd.Series]:
    """Daily changes in per cent of the growth and the value fund; bonds and yields stand still."""
    returns = {"QQQ": growth, "IWD": value, "SHY": np.zeros(len(RECENT))}
    found = {
        name: pd.Series(100 * np.cumprod(1 + each / 100), index=RECENT) for name, each in returns.items()
    }
    return found | {"DGS10": flat(RECENT, 4.0), "SP500_FORWARD_PE": flat(RECENT, 18.0)}


def ahead_by(*points: float) -> np.ndarray:
    """Daily changes of the value fund with which half of it is ahead by so many points in the years from 2020 on."""
    by_year = dict(zip(range(2020, 2026), points, strict=True))
    yearly = np.array([by_year.get(year, 0.0) for year in RECENT.year])
    return 200 * ((1 + yearly / 100) ** (1 / 252) - 1)


SWINGS = np.random.default_rng(12).normal(0.0, 1.0, len(RECENT))
OUTPUT = pd.date_range("1998-01-01", "2019-07-01", freq="QS")
SLOWING = pd.Series(
    15_000 * np.exp(0.02 * np.arange(len(OUTPUT)) - 1e-4 * np.arange(len(OUTPUT)) ** 2), index=OUTPUT
)
CRASH = np.concatenate([np.full(10, -1.1), np.full(130, 0.15)])
CRASH_ON = np.concatenate([np.full(10, -1.1), np.full(130, -0.05), np.full(100, 0.17)])

PATTERNS: dict[str, tuple[str, dict[str, pd.Series], dict[str, pd.Series]]] = {
    "so-momentum-drawdown-rare": (
        "2025-06-27",
        {"MTUM": path(D25, 0.02, 1, 0.001), "SPY": flat(D25, 100.0)},
        {"MTUM": path(D25, -0.25, 1, 0.001), "SPY": flat(D25, 100.0)},
    ),
    "so-momentum-opportunity": (
        "2019-12-27",
        {"MTUM": again(CRASH), "SPY": flat(LONG, 100.0)},
        {"MTUM": again(CRASH_ON), "SPY": flat(LONG, 100.0)},
    ),
    "so-earnings-intact": (
        "2026-02-06",
        {"SPX": flat(D26, 6000.0), "SP500_FORWARD_PE": flat(D26, 22.0)},
        {"SPX": flat(D26, 6000.0), "SP500_FORWARD_PE": pd.Series(np.where(D26 > "2026-01-30", 25.0, 22.0), index=D26)},
    ),
    "br-discount-precedes-gain": (
        "2019-12-27",
        {"VIX": sometimes(40.0, 0.1), "SPX": gains(0.1)},
        {"VIX": sometimes(40.0, 0.1), "SPX": gains(-0.1)},
    ),
    "pr-fear-fifteen-days": ("2019-12-27", mood(50), mood(200)),
    "pr-no-bottom-without-fear": ("2019-12-27", mood(100), mood(100, fear=-1.0)),
    "pr-low-around-12-march": ("2019-12-27", {"SPX": low_in(48)}, {"SPX": low_in(150)}),
    "pr-half-retraced-resolves": (
        "2019-12-27",
        {"SPX": way((0, 100), (60, 84), (200, 101), (500, 101))},
        {"SPX": way((0, 100), (60, 84), (100, 94), (160, 80), (300, 101), (500, 101))},
    ),
    "pr-200-day-first-pivot": (
        "2019-12-27",
        {"SPX": way((0, 100), (60, 84), (200, 84), (260, 101), (500, 101))},
        {"SPX": way((0, 100), (60, 84), (260, 84), (300, 94), (360, 80), (420, 101), (500, 101))},
    ),
    "pr-losers-bounce-most": ("2019-12-27", bounces(1.0), bounces(-1.0)),
    "rs-nvda-rate-beta-1.8": ("2019-12-27", rate_sensitive(-18.0), rate_sensitive(0.0)),
    "rs-steepener-27": (
        "2026-01-02",
        {"KRE": path(RECENT, 0.15), "ARKK": path(RECENT, 0.0)},
        {"KRE": path(RECENT, 0.0), "ARKK": path(RECENT, 0.0)},
    ),
    "rs-upside-92-correlation-0.89": (
        "2026-01-02", three_funds(SWINGS, SWINGS), three_funds(SWINGS, 0 * SWINGS),
    ),
    "rs-crashes-dodged-81": (
        "2026-01-02", three_funds(SWINGS, -SWINGS), three_funds(SWINGS, SWINGS),
    ),
    "rs-25-annualized": (
        "2026-01-02", three_funds(0 * SWINGS + 0.11, 0 * SWINGS + 0.11), three_funds(SWINGS, 0 * SWINGS),
    ),
    "rs-decay-7.2": (
        "2026-01-02",
        three_funds(0 * SWINGS, ahead_by(36, 28.8, 21.6, 14.4, 7.2, 0)),
        three_funds(0 * SWINGS, ahead_by(20, 20, 20, 20, 20, 20)),
    ),
    "rs-pause-detector": (
        "2019-12-27",
        {"SOFR": sometimes(2.0, 2.5), "EFFR": flat(LONG, 2.0), "RRPONTSYD": flat(LONG, 100.0), "SPX": gains(0.1)},
        {"SOFR": sometimes(2.0, 2.5), "EFFR": flat(LONG, 2.0), "RRPONTSYD": flat(LONG, 100.0), "SPX": gains(-0.1)},
    ),
    "rs-pe-25-slowing-growth": (
        "2019-12-27",
        {"SP500_FORWARD_PE": sometimes(20.0, 26.0), "GDPC1": SLOWING, "SPX": gains(-0.1)},
        {"SP500_FORWARD_PE": sometimes(20.0, 26.0), "GDPC1": SLOWING, "SPX": gains(0.1)},
    ),
    "rs-yields-4.5-tech": (
        "2019-12-27",
        {"DGS10": sometimes(4.0, 5.0), "NDX": gains(-0.1), "SPX": flat(LONG, 100.0)},
        {"DGS10": sometimes(4.0, 5.0), "NDX": gains(0.1), "SPX": flat(LONG, 100.0)},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PATTERNS)
def test_a_claim_about_any_time_flips_when_its_data_are_flipped(name: str) -> None:
    end, holds, fails = PATTERNS[name]
    assert told(name, session(end, **holds)) == "true"
    assert told(name, session(end, **fails)) == "false"


@pytest.mark.parametrize("name", [name for name, each in CLAIMS.items() if each.day is not None])
def test_a_claim_about_a_day_is_decided_by_the_data_of_that_day(name: str) -> None:
    """Alike when the session is of years later, and not at all by data that end two months before."""
    _, holds, _ = (BOTH | PATTERNS)[name]
    later, day = "2026-11-20", pd.Timestamp(CLAIMS[name].day)
    assert told(name, session(later, **holds)) == "true"
    short = {series: values.loc[: day - pd.Timedelta(days=60)] for series, values in holds.items()}
    with pytest.raises(UntestableError, match="waits for"):
        measures.measure(session(later, **short), CLAIMS[name])


def test_a_beta_is_not_measured_on_a_price_that_ended_a_year_ago() -> None:
    market = rate_sensitive(-18.0) | {"DGS10": flat(days("2000-01-03", "2020-12-31"), 2.0)}
    with pytest.raises(UntestableError, match="waits for"):
        measures.measure(session("2020-12-31", **market), CLAIMS["rs-nvda-rate-beta-1.8"])


def test_a_look_back_that_begins_too_late_is_not_told_under_its_name() -> None:
    """Three years of spreads are no decade."""
    spreads = pd.Series(np.linspace(6, 3, len(D25)), index=D25).loc["2022":]
    with pytest.raises(UntestableError, match="waits for 5 years of BAMLH0A0HYM2"):
        measures.measure(session("2025-03-14", BAMLH0A0HYM2=spreads), CLAIMS["pr-spreads-lowest-of-decade"])


def after_condition(drift: float) -> pd.Series:
    """A ratio that gains `drift` per cent a session in the 63 sessions after every hundredth, and nothing otherwise."""
    place = np.arange(len(LONG)) % 100
    steps = np.random.default_rng(5).normal(0, 0.001, len(LONG)) + np.where(place < 63, drift / 100, 0.0)
    return pd.Series(np.exp(steps.cumsum()), index=LONG)


def steepening() -> dict[str, pd.Series]:
    """Every hundredth session the curve has bull-steepened: the short yield fell by half a point within a month."""
    place = np.arange(len(LONG)) % 100
    fallen = np.where(place < 60, 0.0, (place - 60) / 40)  # rises again before the next
    return {"DGS2": pd.Series(3.0 + fallen, index=LONG), "DGS10": pd.Series(4.0 + 0.2 * fallen, index=LONG)}


@pytest.mark.parametrize(("drift", "expected"), [(0.15, "true"), (-0.15, "false")])
def test_what_follows_bull_steepening_decides_its_claim(drift: float, expected: str) -> None:
    flat_index = path(LONG, 0.0, 9)
    market = session("2019-12-27", **steepening(), SPY=flat_index, IWM=flat_index * after_condition(drift))
    assert told("br-bull-steepening-ratio", market) == expected


WEEKS = calendars.reading_dates("1990-06-01", "2019-12-27")
RULES = yaml_files.load_model(PARAMS.beside("claims.yaml"), ClaimsParameters).insights
OUTCOMES = {
    name: found
    for name, each in insights.insights().items()
    if (found := insights.outcome(each, RULES)) is not None
}


@cache
def half_years(of: tuple[str, ...], measure: str, drift: float) -> Session:
    """The first series gains `drift` per cent (or tenths of a point) a week in one half of a year and nothing in the
    other; below zero, a `size` moves in the other half. A second series stands still."""
    first = np.arange(len(WEEKS)) % 52 < 26
    moving = ~first if measure == "size" and drift < 0 else first
    steps = np.random.default_rng(3).normal(0, 0.002, len(WEEKS)) + np.where(moving, drift / 100, 0.0)
    made = 10 * steps.cumsum() if measure == "change" else 100 * np.exp(steps.cumsum())
    series = {of[0]: pd.Series(made, index=WEEKS)} | {name: pd.Series(100.0, index=WEEKS) for name in of[1:]}
    return session("2019-12-27", **series)


@pytest.mark.parametrize("name", OUTCOMES)
def test_what_follows_an_insight_decides_it(name: str) -> None:
    """Every year the insight is active for two weeks; its outcome rises, or falls, in the half year that follows."""
    insight, wanted = insights.insights()[name], OUTCOMES[name]
    active = np.where(np.arange(len(WEEKS)) % 52 < 2, "active", "dormant")
    history = pd.DataFrame({insight.id: active}, index=WEEKS)
    holds, fails = {"more": (0.4, -0.4), "less": (-0.4, 0.4), "same": (0.0, 0.4)}[wanted.shows]
    for drift, expected in ((holds, "true"), (fails, "false")):
        market = half_years(wanted.of, wanted.measure, drift)
        assert verdict(insights.measure(market, insight, history, RULES)) == expected


def test_an_insight_without_direction_or_outcome_says_that_no_data_could_decide_it() -> None:
    silent = set(insights.insights()) - set(OUTCOMES)
    assert silent == {"fe-05", "fe-28", "fe-31", "fe-34", "fe-38"}
    insight, market = insights.insights()["fe-28"], half_years(("SPX",), "return", 0.4)
    with pytest.raises(UntestableError, match="no data could decide it"):
        insights.measure(market, insight, pd.DataFrame({insight.id: "active"}, index=WEEKS), RULES)
    with pytest.raises(UntestableError, match="waits for VIX"):
        history = pd.DataFrame(
            {"vvix_before_vix": np.where(np.arange(len(WEEKS)) % 52 < 2, "active", "")}, index=WEEKS
        )
        insights.measure(market, insights.insights()["fe-13"], history, RULES)


def test_a_spell_in_the_first_week_counts_though_the_last_week_is_in_one_too() -> None:
    """Active in the first and in the last week alone: two spells, fewer than the rules ask for."""
    insight = insights.insights()["fe-13"]
    ends = np.where(np.isin(np.arange(len(WEEKS)), [0, len(WEEKS) - 1]), "active", "")
    history = pd.DataFrame({insight.id: ends}, index=WEEKS)
    assert RULES.least_spells > 2
    with pytest.raises(UntestableError, match="active in 2 so far"):
        insights.measure(half_years(("SPX",), "return", 0.4), insight, history, RULES)


def test_every_claim_that_data_could_decide_is_flipped_here() -> None:
    decided = {name for name, each in CLAIMS.items() if each.test != "none"}
    assert decided == set(BOTH) | set(PATTERNS) | {"br-bull-steepening-ratio"}
    assert len(insights.insights()) == 38 and set(RULES.outcomes) <= set(OUTCOMES)


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([], "untestable"),
        ([True, True, True], "true"),
        ([False, False, False], "false"),
        ([True, False, True], "depends"),
    ],
)
def test_one_rule_for_all_verdicts(windows: list[bool], expected: str) -> None:
    assert verdict([Window(str(at), 1.0, each) for at, each in enumerate(windows)]) == expected


def test_every_claim_of_the_sources_is_there_once() -> None:
    """The ids in the order of the sources: six, nine, nine and fifteen."""
    by_source = {}
    for each in CLAIMS.values():
        by_source.setdefault(each.source, []).append(each.id)
    assert [len(ids) for ids in by_source.values()] == [6, 9, 9, 15]
    assert all(isinstance(each, Claim) and len(each.claim) > 20 for each in CLAIMS.values())
