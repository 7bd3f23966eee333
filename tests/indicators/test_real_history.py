"""Indicators on real history against what others published for the same days."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fiveengines.indicators import advances_declines, breadth_inputs, positioning, rate_path, volatility

pytestmark = pytest.mark.real_data


def read(folder: Path, name: str, column: str | int = -1) -> pd.Series:
    """One column of a CSV file (default: the last) by its dates; skips when the file is not there."""
    path = folder / name
    if not path.is_file():
        pytest.skip(f"no {name} in the real-data directory")
    table = pd.read_csv(path, index_col=0, parse_dates=[0])
    return (table[column] if isinstance(column, str) else table.iloc[:, column]).astype("float64")


@pytest.fixture(scope="module")
def members(real_data: Path) -> pd.DataFrame:
    path = real_data / "prices" / "sp500_constituents.parquet"
    if not path.is_file():
        pytest.skip("no members' prices in the real-data directory")
    return pd.read_parquet(path).loc["2014":"2019"]


@pytest.fixture(scope="module")
def counts(real_data: Path) -> tuple[pd.Series, pd.Series]:
    advances = read(real_data, "breadth/nyse_advancing.csv")
    declines = read(real_data, "breadth/nyse_declining.csv")
    return advances.align(declines, join="inner")


def test_share_above_the_200_day_average(real_data: Path, members: pd.DataFrame) -> None:
    published = read(real_data, "breadth/pct_above_200dma_sp500.csv").loc["2016":"2019"]
    found = breadth_inputs.pct_above_sma(members, 200).reindex(published.index)
    assert found.notna().sum() > 1000
    assert found.corr(published) > 0.98
    # Members of today flatter the past: above, but not by much.
    assert 0 < (found - published).mean() < 6


def test_new_lows_crowd_the_week_before_christmas_2018(members: pd.DataFrame) -> None:
    lows = breadth_inputs.new_highs_lows(members)["pct_lows"]
    assert lows.loc["2016":"2019"].idxmax() in pd.date_range("2018-12-19", "2018-12-24")


def test_zweig_thrusts_are_on_record(counts: tuple[pd.Series, pd.Series]) -> None:
    fired = advances_declines.zweig_thrust(*counts)
    days = fired[fired == 1].loc["2004":"2019"].index
    on_record = ["2004-05-25", "2009-03-18", "2013-10-18", "2015-10-07", "2019-01-07"]
    assert [f"{day:%Y-%m-%d}" for day in days] == on_record


def test_first_cuts_are_those_announced(real_data: Path) -> None:
    decided = read(real_data, "reference/fomc_decisions.csv", "target_upper_after").loc[:"2019"]
    days = pd.bdate_range(decided.index[0], "2019-12-31")
    phase = rate_path.cycle_phase(decided.reindex(days, method="ffill"), quiet=80)
    starts = phase[(phase == "first cut") & (phase.shift() != "first cut")].index
    assert [f"{day:%Y-%m-%d}" for day in starts] == [
        "1995-07-06", "1998-09-29", "2001-01-03", "2007-09-18", "2019-07-31",
    ]  # fmt: skip


def test_curve_inverted_in_march_and_through_the_summer_of_2019(real_data: Path) -> None:
    slope = rate_path.curve_slope(read(real_data, "fred/DGS10.csv"), read(real_data, "fred/DGS3MO.csv"))
    age = rate_path.inversion_age(slope)
    assert age["2019-03-21"] == 0
    assert age["2019-03-22"] == 1
    assert age["2019-08-30"] > 20
    assert age["2019-12-31"] == 0


def test_backwardation_is_the_exception(real_data: Path) -> None:
    closes = {name: read(real_data, f"cboe/{name}_History.csv") for name in ("VIX9D", "VIX", "VIX3M")}
    curve = pd.DataFrame(closes).loc["2011":"2019"]
    state = volatility.term_structure_state(curve["VIX9D"], curve["VIX"], curve["VIX3M"], 0.02)
    assert state["2011-08-08"] == state["2018-02-05"] == state["2018-12-24"] == "backwardation"
    assert state["2017-07-14"] == "contango"
    assert (state == "backwardation").mean() < 0.1
    assert (state == "contango").mean() > 0.7


def test_realized_volatility_of_the_autumn_of_2008(real_data: Path) -> None:
    close = read(real_data, "prices/SPX.csv")
    found = volatility.realized_volatility(close)
    # VIX closed at 80.86 on 20 November 2008; what had been realised by mid November was as much.
    assert 65 < found["2008-11-03"] < 95
    assert found["2017-10-31"] < 8


def test_trend_follower_had_turned_before_the_worst_of_2008(real_data: Path) -> None:
    close = read(real_data, "prices/SPX.csv")
    found = positioning.trend_follower_exposure(close, (21, 63, 126, 252), 60, 12.0, 1.5)
    assert (found["2008-07":"2009-02"] < 0).mean() > 0.9
    assert (found["2017"] > 0).all()
