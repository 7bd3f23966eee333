"""What the demo has for the companions: identities between series, tables as of an evening, the hidden truth."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

import demo_truth
from fiveengines.data import calendars, demo
from fiveengines.data.dataset import TABLES, Dataset
from fiveengines.data.panel import Panel

END = dt.date(2025, 6, 27)


@pytest.fixture(scope="module")
def market() -> Dataset:
    return demo.load(7, END)


def on(data: Dataset, day: str) -> Dataset:
    return data.until(calendars.evening_of(pd.Timestamp(day)), pd.Timestamp(day))


def latest(data: Dataset, *names: str) -> pd.DataFrame:
    return pd.DataFrame({name: data.series[name].latest() for name in names}).dropna()


def test_implied_correlation_ties_the_index_to_its_members(market: Dataset) -> None:
    found = latest(market, "VIX", "VIXEQ", "COR1M", "DSPX")
    implied = (found["VIX"] / found["VIXEQ"]) ** 2 * 100
    assert (implied - found["COR1M"]).abs().max() < 0.2
    assert (found["DSPX"] ** 2 + found["VIX"] ** 2 - found["VIXEQ"] ** 2).abs().max() < 1.5


def test_the_curve_between_its_maturities(market: Dataset) -> None:
    curve = latest(
        market, "DGS2", "DGS3", "DGS5", "DGS7", "DGS10", "T10YIE", "T5YIE", "T5YIFR", "DFF", "FEDFUNDS"
    )
    assert (
        curve["DGS3"]
        .between(curve[["DGS2", "DGS5"]].min(axis=1) - 0.01, curve[["DGS2", "DGS5"]].max(axis=1) + 0.01)
        .all()
    )
    breakevens = latest(market, "T10YIE", "T5YIE", "T5YIFR")
    halves = breakevens[["T5YIE", "T5YIFR"]].mean(axis=1)
    assert (halves - breakevens["T10YIE"]).abs().max() < 0.011
    month = market.series["DFF"].latest().loc["2019-10"].mean()
    assert market.series["FEDFUNDS"].latest()["2019-10-01"] == pytest.approx(month, abs=0.02)


@pytest.mark.parametrize("name", ["GOLD", "CRUDE", "BITCOIN"])
def test_every_long_contract_has_a_short(market: Dataset, name: str) -> None:
    kinds = ("SPEC", "COMM", "NONREPT")
    sides = [
        latest(market, *(f"COT_{name}_{k}_{side}" for k in kinds)).sum(axis=1) for side in ("LONG", "SHORT")
    ]
    assert (sides[0] == sides[1]).all()


def test_fed_funds_futures_say_what_is_expected(market: Dataset) -> None:
    """The average of 24 months is the two-year yield known that evening and the 0.12 that it lies below."""
    table = market.tables["fed_funds_futures"]
    day = pd.Timestamp("2019-12-31")
    row = table.loc[day].dropna()
    assert row.index[0] == "2019-12" and row.index[-1] == "2021-11"
    rates = 100 - row
    assert rates.iloc[0] == pytest.approx(market.series["DFF"].latest().loc["2019-12"].mean(), abs=0.03)
    two = market.series["DGS2"].latest()["2019-12-30"]
    assert rates.mean() == pytest.approx(two + 0.12, abs=0.01)
    early = on(market, "2019-12-30").tables["fed_funds_futures"]
    assert early.index[-1] == pd.Timestamp("2019-12-30") and early.columns[-1] == "2021-11"


def test_estimates_of_four_quarters_are_the_forward_earnings(market: Dataset) -> None:
    estimates = on(market, "2019-10-31").tables["sp500_eps_estimates"]
    last = estimates[estimates["published"] == estimates["published"].max()]
    assert last["quarter_end"].astype(str).tolist() == [
        "2019-12-31",
        "2020-03-31",
        "2020-06-30",
        "2020-09-30",
    ]
    day = last["published"].iloc[0]
    spot, multiple = (market.series[name].latest()[day] for name in ("SPX", "SP500_FORWARD_PE"))
    assert last["operating_eps"].sum() == pytest.approx(spot / multiple, abs=0.03)


def test_members_file_their_year_after_it_ended(market: Dataset) -> None:
    table = on(market, "2019-02-20").tables["fundamentals"]
    assert (table["filed"] <= pd.Timestamp("2019-02-20")).all()
    filed = table[table["period_end"] == "2018-12-31"]
    assert 0 < len(filed) < 500
    whole = market.tables["fundamentals"]
    assert whole.groupby("period_end").size().loc["2023-12-31"] == 500
    assert whole["filed"].dt.day_of_week.max() < 5
    assert market.members is not None
    sector = whole["ticker"].map(dict(market.members.sectors))
    debt = (whole["total_debt"] / whole["ebitda"]).groupby(sector).median()
    research = (whole["research_and_development"] / whole["revenue"]).groupby(sector).median()
    assert debt["Utilities"] > 3 > debt["Information Technology"]
    assert research.idxmax() == "Information Technology"


def test_there_is_a_chain_every_friday(market: Dataset) -> None:
    chain = on(market, "2019-12-31").tables["option_chain"]
    assert chain["date"].unique().tolist() == [pd.Timestamp("2019-12-27")]
    assert chain["spot"].iloc[0] == market.series["SPX"].latest()["2019-12-27"]
    assert (
        set(chain["type"]) == {"C", "P"}
        and (chain["gamma"] > 0).any()
        and (chain["open_interest"] >= 0).all()
    )


@pytest.mark.parametrize("day", ["2008-03-14", "2019-12-31"])
def test_a_shorter_simulation_has_the_tables_that_were_known(market: Dataset, day: str) -> None:
    shorter, cut = on(demo.load(7, dt.date.fromisoformat(day)), day), on(market, day)
    assert set(cut.tables) == set(TABLES)
    for name in TABLES:
        pd.testing.assert_frame_equal(shorter.tables[name], cut.tables[name], check_exact=True, obj=name)


def test_prices_of_funds_and_members(market: Dataset) -> None:
    found = Panel(market, "2019-12-31").prices(["GDX", "SIM001", "NONE"])
    assert market.members is not None
    assert found["SIM001"].iloc[-1] == market.members.closes.loc["2019-12-31", "SIM001"]
    assert found["GDX"].notna().all() and found["NONE"].isna().all()


def test_what_drove_each_fall_adds_up(market: Dataset) -> None:
    falls = demo_truth.true_falls(7, END)
    close = market.series["SPX"].latest()
    fall = close[falls["low"]].to_numpy() / close[falls["peak"]].to_numpy() - 1
    assert np.allclose(fall * 100, falls["fall_pct"], atol=0.01)
    parts = falls[["growth", "rates", "credit", "positioning", "risk_off", "drift"]].sum(axis=1)
    assert np.allclose(np.log1p(falls["fall_pct"] / 100) * 100, parts)
    assert (falls["peak"].iloc[1:].to_numpy() > falls["low"].iloc[:-1].to_numpy()).all()
    assert {"growth", "rates", "credit", "positioning", "risk_off"} <= set(falls["driver"])
    spread = market.series["BAMLH0A0HYM2"].latest()
    crises = falls[falls["fall_pct"] < -33]
    assert len(crises) >= 3
    assert all(spread.asof(row.low) > spread.asof(row.peak) + 2 for row in crises.itertuples())
    assert falls.iloc[:9].equals(demo_truth.true_falls(7, dt.date(2010, 1, 8)).iloc[:9])


def spells(regimes: pd.Series, regime: int) -> list[tuple[pd.Timestamp, pd.Timestamp]]:
    """First and last session of each spell of one regime, in order."""
    number = (regimes != regimes.shift()).cumsum()
    found = regimes[regimes == regime].groupby(number).apply(lambda each: (each.index[0], each.index[-1]))
    return list(found)


@pytest.mark.parametrize("seed", [7, 23])
def test_spells_of_risk_off_are_set_off_by_rates_credit_rates_and_positioning_in_turn(seed: int) -> None:
    """Rates, credit and positioning show in the series that a desk would look at, each in its own."""
    data = demo.load(seed, END)
    levels = latest(data, "DGS2", "BAMLH0A0HYM2", "TEDRATE")
    prices = np.log(latest(data, "SPX", "XLF", "RSP", "SPY", "MTUM"))
    moves = []
    for at, (first, last) in enumerate(spells(demo_truth.true_regimes(seed, END), 4)):
        if len(prices.loc[first:last]) < 30:
            continue
        begin = prices.loc[:first].index[-2]
        end = prices.loc[first:].index[29]
        price = prices.loc[end] - prices.loc[begin]
        level = levels.asof(end) - levels.asof(begin)
        moves.append(
            {
                "cause": ("rates", "credit", "rates", "positioning")[at % 4],
                "index": price["SPX"],
                "two": level["DGS2"],
                "spread": level["BAMLH0A0HYM2"],
                "funding": level["TEDRATE"],
                "financials": price["XLF"] - price["SPX"],
                "average": price["RSP"] - price["SPY"],
                "momentum": price["MTUM"] - price["SPY"],
            }
        )
    mean = pd.DataFrame(moves).groupby("cause").mean()
    assert (mean["index"] < -0.03).all()
    assert mean["two"].idxmax() == "rates" and mean.loc["rates", "two"] > 0.25
    for name in ("spread", "funding"):
        assert mean[name].idxmax() == "credit"
    assert mean["financials"].idxmin() == "credit" and mean.loc["credit", "financials"] < -0.08
    assert mean["average"].idxmax() == "positioning" and mean.loc["positioning", "average"] > 0.03
    assert mean["momentum"].idxmin() == "positioning" and mean.loc["positioning", "momentum"] < -0.05


def responses(data: Dataset, shocks: pd.DataFrame) -> pd.DataFrame:
    """What a day of one point lost by each shock did to yields, basis points: shocks × maturities."""
    yields = latest(data, "DGS2", "DGS5", "DGS10", "DGS30", "DFII10", "T10YIE")
    at = shocks.index.isin(yields.index)
    # a change spans the sessions on which the bond market was closed
    group = np.cumsum(at) - at
    moves = 100 * yields.diff().iloc[1:].to_numpy()
    size = shocks.groupby(group).sum().to_numpy()[1 : len(moves) + 1]
    slopes, *_ = np.linalg.lstsq(np.column_stack([np.ones(len(size)), -size]), moves, rcond=None)
    return pd.DataFrame(slopes[1:], index=shocks.columns, columns=yields.columns)


@pytest.mark.parametrize("seed", [7, 23])
def test_yields_answer_the_shocks_that_move_the_index(seed: int) -> None:
    """Signs and shapes of Cieslak and Pang (2021), on a day on which each shock takes a point from the index."""
    found = responses(demo.load(seed, END), demo_truth.true_shocks(seed, END))
    curve = found[["DGS2", "DGS5", "DGS10", "DGS30"]]
    assert (curve.loc["growth"] < 0).all() and (curve.loc["hedging_premium"] < 0).all()
    assert (curve.loc["monetary"] > 0).all() and (curve.loc["common_premium"] > 0).all()
    size = curve.abs()
    assert size.loc["growth", ["DGS10", "DGS30"]].max() < size.loc["growth", ["DGS2", "DGS5"]].min()
    assert size.loc["monetary"].is_monotonic_decreasing
    assert size.loc["hedging_premium"].is_monotonic_increasing
    assert size.loc["common_premium"].is_monotonic_increasing
    assert np.allclose(found["DFII10"] + found["T10YIE"], found["DGS10"])


def test_the_true_shocks_are_independent_and_add_up_to_the_moves_around_the_trend(market: Dataset) -> None:
    shocks = demo_truth.true_shocks(7, END)
    correlation = shocks.corr().to_numpy()
    assert np.abs(correlation - np.eye(4)).max() < 0.1
    returns = 100 * np.log(market.series["SPX"].latest()).diff().iloc[1:]
    assert np.corrcoef(shocks.sum(axis=1).iloc[1:], returns)[0, 1] > 0.98
    assert shocks.iloc[:1000].equals(demo_truth.true_shocks(7, dt.date(2010, 1, 8)).iloc[:1000])
