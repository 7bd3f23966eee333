"""Net liquidity from series as they are published: what a missing, a stale and a sparse reverse repo count as."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from indicators.synthetic import dataset, read

NAMES = ["net_liquidity", "net_liquidity_impulse_13w", "reverse_repo"]
WEDNESDAYS = pd.date_range("2012-01-04", "2016-12-28", freq="7D")
ASSETS = pd.Series(4_000_000.0, WEDNESDAYS)
ACCOUNT = pd.Series(300_000.0, WEDNESDAYS)


def net(*days: str, **reverse_repo: pd.Series) -> pd.DataFrame:
    """Readings of $4,000 bn of assets and a Treasury account of 300, with this reverse repo."""
    return read(dataset(WALCL=ASSETS, WTREGEN=ACCOUNT, **reverse_repo), *days, names=NAMES).values


def operations(*days: str, billions: float = 174.0) -> pd.Series:
    return pd.Series(billions, pd.DatetimeIndex(days))


def test_a_stale_reverse_repo_is_missing_and_not_zero() -> None:
    daily = pd.Series(174.0, pd.bdate_range("2014-01-02", "2015-06-12"))
    found = net("2015-06-12", "2015-06-19", "2015-06-22", "2015-06-23", "2015-06-26", RRPONTSYD=daily)
    # The last figure is of Friday, 12 June; ten days later it still counts, an eleventh makes it stale.
    assert found["net_liquidity"].iloc[:3].tolist() == [3526.0] * 3
    assert found["net_liquidity"].iloc[3:].isna().all()
    assert found["net_liquidity_impulse_13w"].iloc[3:].isna().all()


def test_without_the_series_it_is_zero_before_the_facility_opened_and_unknown_from_then_on() -> None:
    found = net("2013-09-20", "2013-09-23", "2013-12-27")
    assert found["net_liquidity"].iloc[0] == 3700.0
    assert found["net_liquidity"].iloc[1:].isna().all()
    assert found["reverse_repo"].isna().all(), "there is no such series"


def test_before_the_facility_opened_days_without_an_operation_are_zero() -> None:
    # One operation on Monday, 6 August 2012: it counts for four days, then nothing is parked until the next.
    found = net(
        "2012-08-03",
        "2012-08-06",
        "2012-08-10",
        "2012-08-13",
        "2012-08-14",
        RRPONTSYD=operations("2012-08-06"),
    )
    assert found["net_liquidity"].tolist() == [3700.0, 3526.0, 3526.0, 3700.0, 3700.0]
    assert found["reverse_repo"].tolist() == [0.0, 174.0, 174.0, 0.0, 0.0]


def test_a_file_that_begins_after_the_facility_opened_is_unknown_in_between() -> None:
    daily = pd.Series(174.0, pd.bdate_range("2014-01-02", "2014-06-12"))
    found = net("2013-09-20", "2013-09-23", "2013-12-27", "2014-01-03", RRPONTSYD=daily)
    np.testing.assert_array_equal(found["reverse_repo"], [0.0, np.nan, np.nan, 174.0])
    np.testing.assert_array_equal(found["net_liquidity"], [3700.0, np.nan, np.nan, 3526.0])


def test_the_impulse_of_a_quarter_is_of_fed_assets_63_sessions_before() -> None:
    market = dataset(WALCL=ASSETS + 40_000 * (ASSETS.index >= "2012-08-01"), WTREGEN=ACCOUNT)
    # The H.4.1 of Wednesday, 1 August comes the day after. 2 November is 63 sessions later: two were lost to the storm.
    days = ("2012-08-01", "2012-08-02", "2012-08-29", "2012-08-30", "2012-11-01", "2012-11-02")
    found = read(market, *days, names=["net_liquidity_impulse_13w", "net_liquidity_impulse_4w"]).values
    assert found["net_liquidity_impulse_13w"].tolist() == pytest.approx([0, 1, 1, 1, 1, 0])
    assert found["net_liquidity_impulse_4w"].tolist() == pytest.approx([0, 1, 1, 0, 0, 0])


def test_a_value_is_as_old_as_its_oldest_part_and_public_with_its_latest() -> None:
    daily = pd.Series(174.0, pd.bdate_range("2014-01-02", "2015-06-12"))
    market = dataset(WALCL=ASSETS, WTREGEN=ACCOUNT, RRPONTSYD=daily)
    found = read(market, "2015-06-12", names=["net_liquidity"])
    assert found.observed.iloc[0, 0] == pd.Timestamp("2015-06-10"), "the H.4.1 is of Wednesday"
    assert found.known_at.iloc[0, 0] == pd.Timestamp("2015-06-12 17:15"), (
        "Friday's operation, 13:15 in New York"
    )
    assert found.series("net_liquidity", pd.Timestamp("2015-06-12")) == ("WALCL", "WTREGEN", "RRPONTSYD")
    assert read(market, "2013-09-20", names=["net_liquidity"]).series(
        "net_liquidity", pd.Timestamp("2013-09-20")
    ) == (
        "WALCL",
        "WTREGEN",
    )
