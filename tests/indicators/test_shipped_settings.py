"""Every indicator with the windows and numbers that ship, against plain arithmetic on one day of random series."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from fiveengines.base.parameters.engines import BreadthSettings
from fiveengines.data import calendars
from fiveengines.data.panel import Panel
from fiveengines.indicators import indicator
from fiveengines.indicators.breadth_inputs import SECTOR_FUNDS, breadth_inputs
from indicators.synthetic import DAYS, ROWS, SHIPPED, by_basis, computed, dataset, named_in_tests, read

nan = np.nan
RNG = np.random.default_rng(20)
X, Y, Z = (100 * np.exp(RNG.normal(0, 0.01, (ROWS, 3)).cumsum(axis=0))).T
T = ROWS - 1


def log_change(x: np.ndarray, sessions: int) -> float:
    return 100 * math.log(x[T] / x[T - sessions])


def place(x: np.ndarray, window: int) -> float:
    seen = x[T - window + 1 :]
    return 100 * float((seen <= x[T]).sum()) / len(seen)


def deviation(steps: np.ndarray) -> float:
    return float(np.std(steps, ddof=1))


def realized(x: np.ndarray, window: int) -> float:
    return 100 * math.sqrt(252) * deviation(np.diff(np.log(x))[-window:])


def trend(x: np.ndarray, lookback: int) -> float:
    steps = np.diff(np.log(x))[-lookback:]
    return float(np.clip(steps.mean() / deviation(steps) * math.sqrt(lookback), -1, 1))


SIZE = min(12.0 / realized(X, 60), 1.5) / 1.5
CASES: dict[str, tuple[dict[str, np.ndarray], float]] = {
    "hy_spread_gap": ({"BAMLH0A0HYM2": X}, 100 * math.log(X[T] / X[-200:].mean())),
    "baa_spread_gap": ({"BAA10Y": X}, 100 * math.log(X[T] / X[-200:].mean())),
    "hy_spread_percentile": ({"BAMLH0A0HYM2": X}, place(X, ROWS)),
    "baa_spread_percentile": ({"BAA10Y": X}, place(X, ROWS)),
    "hy_spread_change_8w": ({"BAMLH0A0HYM2": X}, log_change(X, 40)),
    "net_liquidity": ({"WALCL": X, "WTREGEN": Y, "RRPONTSYD": Z}, X[T] - Y[T] - Z[T]),
    "net_liquidity_impulse_13w": (
        {"WALCL": X, "WTREGEN": Y, "RRPONTSYD": Z},
        100 * ((X - Y - Z)[T] - (X - Y - Z)[T - 63]) / X[T - 63],
    ),
    "net_liquidity_impulse_4w": (
        {"WALCL": X, "WTREGEN": Y, "RRPONTSYD": Z},
        100 * ((X - Y - Z)[T] - (X - Y - Z)[T - 20]) / X[T - 20],
    ),
    "reserves_change_13w": ({"WRESBAL": X}, X[T] - X[T - 63]),
    "dollar_13w": ({"DTWEXBGS": X}, log_change(X, 63)),
    "small_vs_large_13w": ({"IWM": X, "SPY": Y, "RUT": Z, "SPX": X}, log_change(X / Y, 63)),
    "funding_spread": (
        {"SOFR": X, "EFFR": Y, "DFF": Z},
        100 * float(np.median(X[-5:] - Y[-5:])),
    ),
    "global_central_banks_13w": (
        {"WALCL": X, "ECBASSETSW": Y, "DEXUSEU": Z},
        log_change(X + Y * Z, 63),
    ),
    "net_liquidity_change_13w": (
        {"WALCL": X, "WTREGEN": Y, "RRPONTSYD": Z},
        (X - Y - Z)[T] - (X - Y - Z)[T - 63],
    ),
    "banks_vs_index_13w": ({"KBE": X, "SPY": Y}, log_change(X / Y, 63)),
    "regional_banks_vs_index_13w": ({"KRE": X, "SPY": Y}, log_change(X / Y, 63)),
    "vix": ({"VIX": X, "VIXCLS": Y}, X[T]),
    "vix_percentile": ({"VIX": X}, place(X, 756)),
    "vix_change_4w": ({"VIX": X}, X[T] - X[T - 20]),
    "vix_term": ({"VIX": X, "VIX3M": Y, "VIXCLS": Z, "VXVCLS": Z}, X[T] / Y[T]),
    "vix9d_term": ({"VIX9D": Z, "VIX": X}, Z[T] / X[T]),
    "vvix_divergence": ({"VVIX": X, "VIX": Y}, place(X, 252) - place(Y, 252)),
    "realized_volatility_21d": ({"SPX": X}, realized(X, 21)),
    "implied_minus_realized": ({"VIX": Y, "SPX": X}, Y[T] - realized(X, 21)),
    "slope_volatility": ({"VIX": X, "VIX3M": Y}, deviation(np.diff(X / Y)[-21:])),
    "vix_futures_slope": ({"UX1": X, "UX2": Y}, Y[T] / X[T]),
    "equal_vs_cap_13w": ({"RSP": X, "SPY": Y}, log_change(X / Y, 63)),
    "index_from_high": ({"SPX": X}, 100 * (X[T] / X[-252:].max() - 1)),
    "cot_speculators_change_4w": (
        {
            "COT_SP500_SPEC_LONG": X,
            "COT_SP500_SPEC_SHORT": Y,
            "COT_SP500_COMM_LONG": Z,
            "COT_SP500_NONREPT_LONG": Z,
        },
        float(np.diff((100 * (X - Y) / (X + 2 * Z))[[T - 4, T]])[0]),
    ),
    "cot_speculators": (
        {
            "COT_SP500_SPEC_LONG": X,
            "COT_SP500_SPEC_SHORT": Y,
            "COT_SP500_COMM_LONG": Z,
            "COT_SP500_NONREPT_LONG": Z,
        },
        place((X - Y) / (X + 2 * Z), 156),
    ),
    "aaii_bull_bear": ({"AAII_BULLISH": X, "AAII_BEARISH": Y}, float((X - Y)[-4:].mean())),
    "put_call": ({"PUT_CALL_EQUITY": X}, float(X[-10:].mean())),
    "cta_exposure": ({"SPX": X}, 25 * SIZE * sum(trend(X, each) for each in (21, 63, 126, 252))),
    "vol_target_exposure": ({"SPX": X}, 100 * SIZE),
    "two_year_change_13w": ({"DGS2": X}, X[T] - X[T - 63]),
    "real_yield_change_13w": ({"DFII10": X}, X[T] - X[T - 63]),
    "policy_rate": ({"DFEDTARU": X, "DFEDTARL": Y, "DFEDTAR": Z}, (X[T] + Y[T]) / 2),
    "effective_rate": ({"EFFR": X, "DFF": Y}, X[T]),
    "two_year_minus_policy": ({"DGS2": Z, "DFEDTARU": X, "DFEDTARL": Y}, Z[T] - (X[T] + Y[T]) / 2),
    "two_year_volatility": ({"DGS2": X}, 100 * math.sqrt(252) * deviation(np.diff(X)[-63:])),
    "curve_3m10y": ({"DGS10": X, "DGS3MO": Y}, X[T] - Y[T]),
    "curve_2s10s": ({"DGS10": X, "DGS2": Y}, X[T] - Y[T]),
}


@pytest.mark.parametrize("name", CASES)
def test_the_last_day_by_hand(name: str) -> None:
    series, expected = CASES[name]
    assert computed(name, **series)[T] == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("name", "series", "first"),
    [
        ("hy_spread_percentile", ("BAMLH0A0HYM2",), 504),
        ("vix_percentile", ("VIX",), 252),
        ("vvix_divergence", ("VVIX", "VIX"), 126),
        ("aaii_bull_bear", ("AAII_BULLISH", "AAII_BEARISH"), 2),
        ("put_call", ("PUT_CALL_EQUITY",), 10),
        ("cta_exposure", ("SPX",), 253),
        ("funding_spread", ("SOFR", "EFFR"), 1),
    ],
)
def test_how_many_values_are_enough(name: str, series: tuple[str, ...], first: int) -> None:
    found = computed(name, **dict.fromkeys(series, X))
    assert np.flatnonzero(np.isfinite(found))[0] == first - 1


def test_changes_of_the_share_above_an_average_are_of_twenty_sessions() -> None:
    breadth = {"above": {200: by_basis(members=X), 50: by_basis(members=Y)}}
    assert computed("pct_above_200d_change_4w", breadth)[T] == pytest.approx(X[T] - X[T - 20])
    assert computed("pct_above_50d_change_4w", breadth)[T] == pytest.approx(Y[T] - Y[T - 20])


def test_new_highs_are_a_mean_of_five_sessions_of_which_three_are_enough() -> None:
    found = computed("net_new_highs", {"net_new_highs": by_basis(members=X)})
    assert found[T] == pytest.approx(X[-5:].mean())
    assert np.isnan(found[1]) and found[2] == pytest.approx(X[:3].mean())


def test_the_line_moves_over_63_sessions() -> None:
    up, down = np.round(X * 10), np.round(Y * 10)
    counts = {"advances": by_basis(members=up), "declines": by_basis(members=down)}
    found = computed("advance_decline_line_13w", counts)
    assert found[T] == pytest.approx((up - down)[-63:].sum())


@pytest.mark.parametrize(("name", "low", "sessions"), [("whaley_thrust", 0.5, 4), ("zweig_thrust", 0.35, 6)])
def test_a_thrust_of_nyse_issues_shows_from_its_day_to_friday(name: str, low: float, sessions: int) -> None:
    share = np.full(ROWS, low)
    share[600:620] = 0.8 if name == "whaley_thrust" else 0.75
    found = computed(name, NYSE_ADVANCING=1000 * share, NYSE_DECLINING=1000 * (1 - share))
    day = 600 + sessions - 1
    assert np.flatnonzero(found == 1).tolist() == list(range(day, day + 5 - DAYS[day].day_of_week))
    # The same counts of index members are no thrust.
    counts = {"advances": by_basis(members=1000 * share), "declines": by_basis(members=1000 * (1 - share))}
    assert np.isnan(computed(name, counts)).all()


def test_divergence_is_within_two_per_cent_of_the_high_with_fewer_than_sixty_above() -> None:
    index, above = np.full(ROWS, 100.0), np.full(ROWS, 59.9)
    index[[500, 501]] = 98.01, 97.99
    above[[502, 503]] = 60.0, 59.99
    found = computed("index_breadth_divergence", {"above": {200: by_basis(members=above)}}, SPX=index)
    assert found[500:504].tolist() == [1, 0, 0, 1]


MEMBERS_DAYS = pd.DatetimeIndex(calendars.sessions(2013))
MEMBERS_DAYS = MEMBERS_DAYS[(MEMBERS_DAYS >= "2011-01-03") & (MEMBERS_DAYS <= "2012-06-29")]


def members(count: int) -> pd.DataFrame:
    steps = np.random.default_rng(count).normal(0, 0.01, (len(MEMBERS_DAYS), count))
    return pd.DataFrame(50 * np.exp(steps.cumsum(axis=0)), MEMBERS_DAYS, [f"M{n}" for n in range(count)])


def test_a_hundred_members_speak_for_an_index_and_ninety_nine_do_not() -> None:
    names = ["pct_above_200d", "net_new_highs", "concentration", "mcclellan_oscillator"]
    enough = read(dataset(members(100)), "2012-06-29", names=names)
    assert enough.values.notna().all(axis=None) and enough.breadth_basis.tolist() == ["members"]
    fewer = read(dataset(members(99)), "2012-06-29", names=names)
    assert fewer.values.isna().all(axis=None) and fewer.breadth_basis.tolist() == [""]


def test_a_member_counts_with_19_of_20_closes_of_a_window() -> None:
    closes = members(102)
    closes[:] = np.linspace(50, 60, len(closes))[:, None]
    closes["M0"] = closes["M1"] = np.linspace(60, 50, len(closes))
    gaps = closes.index[-200:-100]
    closes.loc[gaps[:10], "M0"] = nan
    closes.loc[gaps[:11], "M1"] = nan
    found = read(dataset(closes), "2012-06-29", names=["pct_above_200d"]).values.iloc[0, 0]
    # Of 200 closes M0 has 190 and counts as below its average; M1 has 189 and does not count.
    assert found == pytest.approx(100 * 100 / 101)


def test_concentration_is_the_best_tenth_of_a_quarter() -> None:
    closes = members(120)
    gains = (closes.iloc[-1] / closes.iloc[-64] - 1).clip(lower=0).sort_values(ascending=False)
    found = read(dataset(closes), "2012-06-29", names=["concentration"]).values.iloc[0, 0]
    assert found == pytest.approx(100 * gains.iloc[:12].sum() / gains.sum())


def funds(count: int) -> dict[str, pd.Series]:
    closes = members(count)
    return {name: closes[f"M{n}"] for n, name in enumerate(SECTOR_FUNDS[:count])}


def test_eight_sector_funds_stand_in_and_seven_do_not() -> None:
    eight = read(dataset(**funds(8)), "2012-06-29", names=["pct_above_200d"])
    closes = pd.DataFrame(funds(8))
    above = (closes.iloc[-1] > closes.iloc[-200:].mean()).mean()
    assert eight.values.iloc[0, 0] == pytest.approx(100 * above)
    assert eight.breadth_basis.tolist() == ["sectors"]
    assert read(dataset(**funds(7)), "2012-06-29", names=["pct_above_200d"]).values.isna().all(axis=None)


def test_published_highs_and_lows_are_a_share_of_issues_or_of_five_hundred() -> None:
    day = pd.DatetimeIndex(["2012-06-29"])
    counts = {"NEW_HIGHS_52W": 80.0, "NEW_LOWS_52W": 30.0}
    published = {name: pd.Series(value, day) for name, value in counts.items()}
    issues = {name: pd.Series(1000.0, day) for name in ("NYSE_ADVANCING", "NYSE_DECLINING")}

    def share(**series: pd.Series) -> float:
        return float(
            breadth_inputs(Panel(dataset(**series), day[0]), SHIPPED.inputs.breadth)
            .net_new_highs["published"]
            .iloc[-1]
        )

    assert share(**published) == pytest.approx(10.0)
    assert share(**published, **issues) == pytest.approx(2.5)


def test_breadth_follows_its_settings_and_not_what_was_cached_under_others() -> None:
    panel = Panel(dataset(members(120)), pd.Timestamp("2012-06-29"))
    shipped = SHIPPED.inputs.breadth
    wider = BreadthSettings(**{**shipped.model_dump(), "concentration_top": 1.0, "fewest_members": 120})
    assert breadth_inputs(panel, shipped).concentration.iloc[-1] < 100
    assert breadth_inputs(panel, wider).concentration.iloc[-1] == pytest.approx(100)
    more = BreadthSettings(**{**shipped.model_dump(), "fewest_members": 121})
    assert breadth_inputs(panel, more).concentration.isna().all()


@pytest.mark.parametrize(
    ("name", "both", "only"),
    [
        ("vix", ("VIX", "VIXCLS"), "VIXCLS"),
        ("effective_rate", ("EFFR", "DFF"), "DFF"),
        ("treasury_account", ("WTREGEN", "TGA_DAILY"), "TGA_DAILY"),
    ],
)
def test_a_stand_in_does_not_count_while_the_first_choice_is_there(
    name: str, both: tuple[str, str], only: str
) -> None:
    days = pd.bdate_range("2012-05-01", "2012-06-27")
    days = days[days != "2012-05-28"]
    one, other = (pd.Series(level, days) for level in (20_000.0, 10_000.0))
    scale = 1.0 if name == "treasury_account" else 1000.0
    series = {both[0]: one[one.index.day_of_week == 2] / scale, both[1]: other / scale}
    day = pd.Timestamp("2012-06-29")
    first = read(dataset(**series), "2012-06-29", names=[name])
    assert first.values.iloc[0, 0] == 20.0
    assert first.series(name, day) == (both[0],) and first.input_set.iloc[0, 0] == 0
    # The dates are those of the first choice, though the stand-in was there as well.
    assert first.observed.iloc[0, 0] == pd.Timestamp("2012-06-27")
    second = read(dataset(**{only: series[only]}), "2012-06-29", names=[name])
    assert second.values.iloc[0, 0] == 10.0
    assert second.series(name, day) == (only,) and second.input_set.iloc[0, 0] == 1


def test_every_computed_indicator_is_held_by_value_here_or_in_its_engines_tests() -> None:
    """What is a catalog series by itself needs no arithmetic; all others are above, or a test of their engine."""
    elsewhere: set[str] = {
        "pct_above_200d", "pct_above_50d", "pct_above_20d", "pct_above_200d_change_4w", "pct_above_50d_change_4w",
        "net_new_highs", "advance_decline_line_13w", "zweig_thrust", "whaley_thrust", "index_breadth_divergence",
        "concentration", "mcclellan_oscillator", "mcclellan_summation",
    }  # fmt: skip
    cohorts = {name for name in SHIPPED.settings if name.startswith("cot_") and "speculators" not in name}
    with_settings = {name for name, settings in SHIPPED.settings.items() if settings}
    elsewhere |= {name for name in with_settings if name in named_in_tests(indicator(name).engine)}
    assert with_settings - elsewhere - cohorts - set(CASES) == {"yang_zhang_volatility"}
