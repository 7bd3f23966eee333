"""Claims on markets made so that they hold and made so that they do not: each must get the verdict that fits.

A synthetic market is a few series made by hand on business days; everything else is absent, so that a claim is decided
by its own series alone.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fiveengines.base import parameters, yaml_files
from fiveengines.base.parameters import RunParameters
from fiveengines.base.parameters.claims import Claim, ClaimsParameters, InsightClaims
from fiveengines.companions.claims import insights, measures
from fiveengines.companions.claims.evidence import UntestableError, Window, verdict
from fiveengines.companions.session import Session
from fiveengines.data import calendars
from fiveengines.data.catalog import lookup
from fiveengines.data.dataset import Dataset, series_data
from fiveengines.data.panel import Panel

PARAMS = parameters.load()
CLAIMS = {
    each.id: each for each in yaml_files.load_model(PARAMS.beside("claims.yaml"), ClaimsParameters).claims
}


def session(end: str, **series: pd.Series) -> Session:
    held = {}
    for name, values in series.items():
        known = values.dropna()
        index = pd.DatetimeIndex(known.index)
        moments = calendars.published_at(lookup(name), index)
        held[name] = series_data(name, index, known.to_numpy(), moments, provider="made", origin="made")
    panel = Panel(Dataset("files", held), end)
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


LONG = days("2000-01-03", "2019-12-27")


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


@pytest.mark.parametrize(("drift", "tone", "expected"), [
    (0.4, "supportive", "true"), (-0.4, "supportive", "false"), (-0.4, "caution", "true"), (0.4, "caution", "false"),
])  # fmt: skip
def test_what_follows_an_insight_decides_it(drift: float, tone: str, expected: str) -> None:
    """Every thirtieth week the insight is active; the index gains or loses for the half year that follows."""
    weeks = calendars.reading_dates("1990-06-01", "2019-12-27")
    place = np.arange(len(weeks)) % 52
    steps = np.random.default_rng(3).normal(0, 0.002, len(weeks)) + np.where(place < 26, drift / 100, 0.0)
    close = pd.Series(100 * np.exp(steps.cumsum()), index=weeks)
    insight = next(each for each in insights.insights().values() if each.implication.tone == tone)
    history = pd.DataFrame({insight.id: np.where(place < 2, "active", "dormant")}, index=weeks)
    rules = InsightClaims(horizons=(4, 13, 26), least_spells=5)
    found = insights.measure(session("2019-12-27", SPX=close), insight, history, rules)
    assert verdict(found) == expected


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
