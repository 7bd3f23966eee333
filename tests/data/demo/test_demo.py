"""The simulated market: complete, plausible, true to its hidden regimes, and never rewriting its past."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import demo_truth
from fiveengines.base import cache
from fiveengines.base.errors import ParameterError
from fiveengines.data import calendars, demo
from fiveengines.data.catalog import catalog
from fiveengines.data.dataset import Dataset
from fiveengines.indicators import REGISTRY
from fiveengines.indicators.advances_declines import advance_ratio, whaley_thrust, zweig_thrust

END = dt.date(2025, 6, 27)


@lru_cache(maxsize=2)
def simulated(seed: int) -> Dataset:
    return demo.load(seed, END)


@pytest.fixture(scope="module")
def market() -> Dataset:
    return simulated(7)


@pytest.fixture(scope="module", params=[7, 23])
def truth(request: pytest.FixtureRequest) -> tuple[Dataset, pd.Series]:
    return simulated(request.param), demo_truth.true_regimes(request.param, END)


def latest(data: Dataset, *keys: str) -> pd.DataFrame:
    return pd.concat([data.series[key].latest() for key in keys], axis=1)


def by_regime(values: pd.Series, regimes: pd.Series) -> pd.Series:
    return values.groupby(regimes.reindex(values.index, method="ffill")).mean()


def test_every_series_is_within_bounds_and_in_order(market: Dataset) -> None:
    for key in market.series:
        check(market, key)


def check(market: Dataset, key: str) -> None:
    entry, frame = catalog()[key], market.series[key].frame
    assert list(frame.columns) == ["observed", "value", "known_at"]
    assert [str(kind) for kind in frame.dtypes] == ["datetime64[s]", "float64", "datetime64[s]"]
    assert np.isfinite(frame["value"]).all()
    low, high = entry.bounds or (-np.inf, np.inf)
    assert frame["value"].between(low, high).all()
    assert frame["known_at"].is_monotonic_increasing
    # A target is announced the day before it is in force.
    early = np.timedelta64(1 if entry.release.rule == "target" else 0, "D")
    assert (frame["known_at"] > frame["observed"] - early).all()
    assert not frame.duplicated(["observed", "known_at"]).any()
    # fresh on the last evening, by the catalog's own measure
    assert (pd.Timestamp(END) - frame["observed"].max()).days <= entry.stale_after
    first = market.series[key].first()
    allowed = calendars.published_at(entry, pd.DatetimeIndex(first.index))
    published = frame.drop_duplicates("observed").sort_values("observed")["known_at"]
    assert (published.to_numpy() == allowed.to_numpy().astype("datetime64[s]")).all()


def test_nothing_but_the_catalog_and_the_notice_says_simulated(market: Dataset) -> None:
    read = {series for each in REGISTRY.values() for names in each.input_sets for series in names}
    assert read & set(catalog()) <= set(market.series) <= set(catalog())
    assert market.source == "demo"
    assert {data.provider for data in market.series.values()} == {"simulated"}
    assert [notice.level for notice in market.notices] == ["info"]
    assert "simulated" in market.notices[0].text


@pytest.mark.parametrize("name", ["SP500", "NASDAQ", "RUSSELL", "TNOTE2", "TNOTE10"])
def test_every_long_contract_has_a_short(market: Dataset, name: str) -> None:
    kinds = ("SPEC", "COMM", "NONREPT")
    longs = latest(market, *(f"COT_{name}_{kind}_LONG" for kind in kinds)).sum(axis=1)
    shorts = latest(market, *(f"COT_{name}_{kind}_SHORT" for kind in kinds)).sum(axis=1)
    assert (longs == shorts).all()
    if name in {"SP500", "NASDAQ"}:
        assert (latest(market, f"TFF_{name}_OPEN_INTEREST").iloc[:, 0] == longs).all()


@pytest.mark.parametrize("name", ["SP500", "NASDAQ"])
def test_named_traders_never_hold_more_than_there_is(market: Dataset, name: str) -> None:
    total = market.series[f"TFF_{name}_OPEN_INTEREST"].latest()
    for side in ("LONG", "SHORT"):
        held = latest(market, *(f"TFF_{name}_{who}_{side}" for who in ("DEALER", "ASSET_MGR", "LEV_MONEY")))
        assert (held.sum(axis=1) <= total).all()


def test_the_curve_is_consistent(market: Dataset) -> None:
    curve = latest(
        market,
        "DGS3MO",
        "DGS2",
        "DGS10",
        "DFII10",
        "T10YIE",
        "T10Y2Y",
        "T10Y3M",
        "DFEDTARU",
        "DFEDTARL",
        "DFF",
    )
    # the newest yields are published the next business day
    assert curve.isna().any(axis=1).sum() <= 1 and len(curve) > 5600
    curve = curve.dropna()
    assert np.allclose(curve["DGS10"], curve["DFII10"] + curve["T10YIE"], atol=1e-9)
    assert np.allclose(curve["T10Y2Y"], curve["DGS10"] - curve["DGS2"], atol=1e-9)
    assert np.allclose(curve["T10Y3M"], curve["DGS10"] - curve["DGS3MO"], atol=1e-9)
    assert np.allclose(curve["DFEDTARU"] - curve["DFEDTARL"], 0.25)
    assert curve["DFF"].between(curve["DFEDTARL"] - 0.05, curve["DFEDTARU"] + 0.05).all()
    steps = curve["DFEDTARU"].diff().dropna()
    assert set(np.abs(steps[steps != 0])) <= {0.25, 0.5, 0.75}
    assert steps[steps > 0].size > 10 < steps[steps < 0].size
    # eight meetings a year, so never more than nine moves in any twelve months
    assert (steps != 0).rolling("365D").sum().max() <= 9


def test_sentiment_adds_to_one_hundred_and_skips_the_holiday_week(market: Dataset) -> None:
    answers = latest(market, "AAII_BULLISH", "AAII_NEUTRAL", "AAII_BEARISH")
    assert np.allclose(answers.sum(axis=1), 100, atol=1e-9)
    asked = market.series["NAAIM"].latest().index
    assert not ((asked.month == 12) & (asked.day >= 25)).any()


def test_high_and_low_enclose_open_and_close(market: Dataset) -> None:
    for name, close in (("SPX", "SPX"), ("VIX", "VIX")):
        day = latest(market, close, f"{name}_OPEN", f"{name}_HIGH", f"{name}_LOW")
        day.columns = ["close", "open", "high", "low"]
        assert (day["high"] >= day[["open", "close"]].max(axis=1)).all()
        assert (day["low"] <= day[["open", "close"]].min(axis=1)).all()


@pytest.mark.parametrize(
    ("key", "weekday"),
    [
        ("WALCL", 2),
        ("WTREGEN", 2),
        ("NFCI", 4),
        ("STLFSI4", 4),
        ("NAAIM", 2),
        ("AAII_BULLISH", 3),
        ("ICSA", 5),
    ],
)
def test_weekly_figures_keep_their_weekday(market: Dataset, key: str, weekday: int) -> None:
    assert set(market.series[key].latest().index.day_of_week) == {weekday}


def test_positions_of_a_holiday_tuesday_are_mondays_and_a_shutdown_delays_them(market: Dataset) -> None:
    frame = market.series["COT_SP500_SPEC_LONG"].frame.set_index("observed")
    assert set(frame.index.day_of_week) == {0, 1}
    # Christmas 2018 was a Tuesday; that report appeared on 1 February 2019, after the shutdown
    assert pd.Timestamp("2018-12-25") not in frame.index
    assert frame.loc["2018-12-24", "known_at"] == pd.Timestamp("2019-02-01 20:30")


def test_treasury_yields_rest_on_federal_holidays_when_the_exchange_is_open(market: Dataset) -> None:
    columbus = pd.Timestamp("2019-10-14")
    assert columbus in market.series["SPX"].latest().index
    assert columbus not in market.series["DGS10"].latest().index


def test_revised_series_carry_a_first_and_a_settled_figure(market: Dataset) -> None:
    for key in (each for each in market.series if catalog()[each].revised and each != "USREC"):
        data = market.series[key]
        old = data.frame[data.frame["observed"] < "2025-01-01"]
        assert (old.groupby("observed").size() == 2).all(), key
        first, last = data.first(), data.latest()
        moved = (first - last).loc[:"2024-12-31"]
        assert 0 < moved.abs().mean() < 0.2 * last.std(), key


def test_published_breadth_is_that_of_the_members(market: Dataset) -> None:
    assert market.members is not None
    closes = market.members.closes
    assert closes.index.equals(market.series["SPX"].latest().index) and closes.shape[1] == 500
    assert closes.columns[0] == "SIM001" and len(set(market.members.sectors.values())) == 11
    assert closes.notna().all().all() and (closes > 0).all().all()
    for window in (200, 50):
        above = (closes > closes.rolling(window).mean()).mean(axis=1).iloc[window - 1 :] * 100
        published = market.series[f"PCT_ABOVE_{window}DMA_SP500"].latest()
        assert (published - above).abs().max() < 2.0
    highs = (closes == closes.rolling(252).max()).sum(axis=1).iloc[251:]
    assert (market.series["NEW_HIGHS_52W"].latest() == highs).all()
    breadth = latest(market, "NYSE_ADVANCING", "NYSE_DECLINING")
    rising = (closes.diff() > 0).mean(axis=1).reindex(breadth.index)
    assert np.corrcoef(breadth["NYSE_ADVANCING"] / breadth.sum(axis=1), rising)[0, 1] > 0.99


@settings(max_examples=6, deadline=None)
@given(st.dates(dt.date(2004, 6, 30), dt.date(2025, 6, 26)))
def test_a_longer_simulation_never_changes_its_past(end: dt.date) -> None:
    longer, shorter = simulated(7), demo.load(7, end)
    cut = longer.until(calendars.evening_of(pd.Timestamp(end)), pd.Timestamp(end))
    for key, data in shorter.series.items():
        known = cut.series[key].frame
        if catalog()[key].release.rule == "target":  # tomorrow's is announced, and the shorter one ends today
            known = known[known["observed"] <= pd.Timestamp(end)]
        pd.testing.assert_frame_equal(data.frame, known.reset_index(drop=True), check_exact=True, obj=key)
    assert shorter.members is not None and cut.members is not None
    pd.testing.assert_frame_equal(shorter.members.closes, cut.members.closes, check_exact=True)
    pd.testing.assert_series_equal(
        demo_truth.true_regimes(7, end), demo_truth.true_regimes(7, END).loc[: str(end)], check_freq=False
    )


def test_another_process_simulates_the_same_market(market: Dataset) -> None:
    code = "import datetime as d; from fiveengines.data import demo; "
    code += f"print(demo.load(7, d.date({END.year}, {END.month}, {END.day})).fingerprint())"
    environment = {**os.environ, "PYTHONHASHSEED": "99"}
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment
    )
    assert told.stdout.strip() == market.fingerprint()


def test_another_seed_is_another_market(market: Dataset) -> None:
    other = demo.load(8, END)
    ours, theirs = market.fingerprints(), other.fingerprints()
    same = [key for key in ours if ours[key] == theirs[key]]
    assert same == []


def test_an_end_too_early_is_refused_in_one_line() -> None:
    with pytest.raises(ParameterError, match="demo cannot end on 2003-05-02"):
        demo.load(7, dt.date(2003, 5, 2))


@pytest.mark.parametrize("seed", range(1, 11))
def test_all_five_regimes_occur_in_spells_of_weeks(seed: int) -> None:
    regimes = demo_truth.true_regimes(seed, END)
    assert set(regimes) == {1, 2, 3, 4, 5}
    spell = (regimes != regimes.shift()).cumsum()
    # the last spell may be cut short by the end
    weeks = (regimes.groupby(spell).size() / 5).iloc[:-1]
    names = regimes.groupby(spell).first().iloc[:-1]
    usual = weeks.groupby(names).mean()
    assert weeks.min() >= 5
    assert usual[1] > usual[2] > usual[4] > usual[5]
    assert usual[5] < 11
    # crises are rare and the broad bull market is the usual weather
    share = regimes.value_counts(normalize=True)
    assert share[5] < 0.12 and share.idxmax() == 1


def test_stress_rises_from_regime_to_regime(truth: tuple[Dataset, pd.Series]) -> None:
    data, regimes = truth
    returns = np.log(data.series["SPX"].latest()).diff().dropna()
    volatility = returns.groupby(regimes.reindex(returns.index)).std() * np.sqrt(252) * 100
    # the annualised volatilities the simulation is meant to have, within a quarter
    assert np.allclose(volatility, [9, 11, 16, 24, 50], rtol=0.25)
    assert volatility.is_monotonic_increasing
    for key in ("VIX", "VVIX", "MOVE", "PUT_CALL_EQUITY", "BAMLC0A0CM", "BAA10Y", "NFCI", "STLFSI4"):
        level = by_regime(data.series[key].latest(), regimes)
        assert level[1] < level[3] < level[4] < level[5], key
    claims = by_regime(data.series["ICSA"].latest(), regimes)
    assert claims[2] < claims[4] < claims[5]
    spread = by_regime(data.series["BAMLH0A0HYM2"].latest(), regimes)
    assert np.allclose(spread, [3.6, 3.5, 4.9, 6.6, 11], rtol=0.2)
    drift = returns.groupby(regimes.reindex(returns.index)).mean()
    assert drift[1] > drift[3] > drift[4] > drift[5]


def test_the_volatility_curve_inverts_in_a_crisis_only(truth: tuple[Dataset, pd.Series]) -> None:
    data, regimes = truth
    for near, far in (("VIX", "VIX3M"), ("VIX9D", "VIX"), ("UX1", "UX2")):
        ratio = by_regime((data.series[near].latest() / data.series[far].latest()).dropna(), regimes)
        assert ratio[1] < 0.97 and ratio[2] < 0.98 and ratio[5] > 1.03, near


def test_a_melt_up_ends_with_an_early_warning(truth: tuple[Dataset, pd.Series]) -> None:
    data, regimes = truth
    sessions = pd.Series(np.arange(len(regimes)), index=regimes.index)
    spell = (regimes != regimes.shift()).cumsum()
    left = sessions.groupby(spell).transform("max") - sessions
    melt_up = (regimes == 2) & (spell < spell.max())
    assert melt_up.any()
    early, late = melt_up & (left > 30), melt_up & (left < 8)
    vvix, vix = (data.series[key].latest() for key in ("VVIX", "VIX"))
    assert vvix[late].mean() > vvix[early].mean() + 12
    assert vix[late].mean() < 16


def test_breadth_narrows_in_a_melt_up_and_collapses_in_a_crisis(truth: tuple[Dataset, pd.Series]) -> None:
    data, regimes = truth
    for window in (20, 50, 100, 200):
        above = by_regime(data.series[f"PCT_ABOVE_{window}DMA_SP500"].latest(), regimes)
        assert above[1] > above[4] > above[5], window
        assert above[1] > above[3] > above[5], window
        assert above[2] > above[4], window
    # a year's average forgets the broad market before it only late in the melt-up
    late = regimes.groupby((regimes != regimes.shift()).cumsum()).cumcount() > 60
    slow = data.series["PCT_ABOVE_200DMA_SP500"].latest()
    assert slow[late & (regimes == 2)].mean() < min(60, slow[regimes == 1].mean())
    lows = by_regime(data.series["NEW_LOWS_52W"].latest(), regimes)
    assert lows[1] < lows[4] < lows[5]
    funds = np.log(latest(data, "RSP", "SPY")).diff().dropna()
    lead = by_regime(funds["RSP"] - funds["SPY"], regimes)
    assert lead[2] < 0 < lead[1]


def test_positioning_is_crowded_in_a_melt_up_and_light_after_a_sell_off(
    truth: tuple[Dataset, pd.Series],
) -> None:
    data, regimes = truth
    held = latest(data, "COT_SP500_SPEC_LONG", "COT_SP500_SPEC_SHORT", "TFF_SP500_OPEN_INTEREST")
    net = by_regime((held.iloc[:, 0] - held.iloc[:, 1]) / held.iloc[:, 2], regimes)
    assert net[2] > net[1] > net[3] > net[4] > net[5]
    assert net[5] < 0 < net[2]
    naaim, gamma = (by_regime(data.series[key].latest(), regimes) for key in ("NAAIM", "GEX"))
    assert naaim[2] > 80 > naaim[1] > naaim[4] > naaim[5]
    assert gamma[2] > gamma[1] > 0 > gamma[5]


def test_money_flows_with_the_regime_and_the_fed_comes_late(truth: tuple[Dataset, pd.Series]) -> None:
    data, regimes = truth
    assets = np.log(data.series["WALCL"].latest()).diff().dropna()
    growth = by_regime(assets, regimes) * 52
    assert growth[1] > 0.03 and growth[2] > 0.02 and growth[4] < -0.02
    spell = (regimes != regimes.shift()).cumsum()
    weeks_in = regimes.groupby(spell).cumcount().reindex(assets.index, method="ffill") / 5
    crisis = (regimes.reindex(assets.index, method="ffill") == 5).to_numpy()
    early, late = assets[crisis & (weeks_in < 4).to_numpy()], assets[crisis & (weeks_in > 5).to_numpy()]
    assert late.mean() > early.mean() + 0.015
    policy = data.series["DFEDTARU"].latest().diff()
    moves = policy.groupby(regimes.reindex(policy.index)).sum()
    assert moves[2] > 0 > moves[5]
    assert moves[4] < 0


@pytest.mark.parametrize("seed", [7, 23])
def test_advances_spread_and_thrusts_are_as_rare_as_on_the_nyse(seed: int) -> None:
    counts = latest(simulated(seed), "NYSE_ADVANCING", "NYSE_DECLINING")
    up, down = (counts[name].dropna() for name in counts)
    share = advance_ratio(up, down).dropna()
    # On the NYSE the daily share of advances has a standard deviation of 0.16 since 1991 and 0.19 since 2007, its mean
    # of ten days one of 0.057 and 0.063; in the 28 years to 2019 there were 5 thrusts of Zweig's and 8 of Whaley's.
    assert 0.15 < share.std() < 0.20
    assert 0.052 < share.ewm(span=10, adjust=False).mean().iloc[10:].std() < 0.068
    years = len(share) / 252
    assert 1 / 14 < zweig_thrust(up, down).sum() / years < 1 / 3
    assert 1 / 7 < whaley_thrust(up, down).sum() / years < 1 / 2


def test_a_new_closing_or_delay_makes_the_demo_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dates of publication follow the package's own lists, so the cached market is keyed by them too."""
    asked: list[str] = []
    monkeypatch.setattr(cache, "code_key", lambda *places: asked.extend(places) or "key")
    monkeypatch.setattr(demo, "_unpacked", lambda *_: None)
    monkeypatch.setattr(demo, "_sessions", lambda _: None)
    monkeypatch.setattr(cache, "arrays", lambda *_: {})
    demo.load()
    package = Path(demo.__file__).parents[2]
    covered = [file for each in asked for file in (package / each, *(package / each).rglob("*"))]
    for name in ("catalog.yaml", "federal_closings.csv", "cot_delays.csv"):
        assert package / "data" / name in covered
