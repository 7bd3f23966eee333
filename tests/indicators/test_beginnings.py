"""When an indicator can first have a value: published first days and their windows, and no file that knows better."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from fiveengines.base import parameters
from fiveengines.data.catalog import catalog
from fiveengines.data.load_dataset import load_dataset
from fiveengines.indicators import REGISTRY, first_possible

PARAMS = parameters.load()
SETTINGS = PARAMS.engines.settings


@pytest.mark.parametrize(
    ("indicator", "series_begins", "days"),
    [
        # New York Fed: SOFR since 3 April 2018; a median of five days takes a week.
        ("funding_spread", "2018-04-03", 7),
        # Federal Reserve: the broad dollar with services since January 2006; a quarter is 63 sessions.
        ("dollar_13w", "2006-01-02", 91),
        # CFTC: Traders in Financial Futures since 13 June 2006; a percentile of three years of reports.
        ("cot_asset_managers", "2006-06-13", 156 * 7),
        # ICE BofA: high-yield spreads since the end of 1996; a percentile of at least two years.
        ("hy_spread_percentile", "1996-12-31", 2 * 365),
        ("naaim", "2006-07-05", 0),
        # FRED's three-month VIX is older than Cboe's own file.
        ("vix_term", "2007-12-04", 0),
    ],
)
def test_the_first_day_is_that_of_the_series_and_its_window(
    indicator: str, series_begins: str, days: int
) -> None:
    first = first_possible(indicator, SETTINGS[indicator])
    assert first is not None
    wanted = pd.Timestamp(series_begins) + pd.Timedelta(days=days)
    # Between them lies the release, and what holidays do to sessions.
    assert pd.Timedelta(0) <= first - wanted <= pd.Timedelta(days=14)


@pytest.mark.parametrize(
    "indicator", ["vix", "cta_exposure", "pct_above_200d", "hedge_fund_net", "baa_spread_gap"]
)
def test_what_is_older_than_readings_or_typed_in_waits_for_nothing(indicator: str) -> None:
    assert first_possible(indicator, SETTINGS[indicator]) is None


def test_a_facility_that_was_zero_before_it_opened_delays_nothing() -> None:
    assert catalog()["RRPONTSYD"].begins == "2003-02-07"
    first = first_possible("net_liquidity_impulse_13w", SETTINGS["net_liquidity_impulse_13w"])
    # H.4.1 in its present form begins on 18 December 2002, a quarter earlier than a quarter of reverse repo.
    assert first is not None and first < pd.Timestamp("2003-04-01")


def test_every_setting_of_a_series_that_begins_late_is_a_window_or_a_level() -> None:
    """A whole number is read as a window; the sum of warm-up and beginning must stay within a few years."""
    for name, settings in SETTINGS.items():
        begins = [
            pd.Timestamp(entry.begins)
            for group in REGISTRY[name].input_sets
            for each in group
            if (entry := catalog().get(each)) is not None and entry.begins
        ]
        first = first_possible(name, settings)
        assert first is None or first <= max(begins) + pd.Timedelta(days=5 * 365), name


@pytest.mark.real_data
def test_no_real_file_begins_before_its_series_is_said_to(real_data: Path) -> None:
    dataset = load_dataset("files", data_dir=str(real_data), seed=0, rules=PARAMS.consistency)
    known = {name: each.begins for name, each in catalog().items() if each.begins}
    first = {
        name: each.frame["observed"].iloc[0]
        for name, each in dataset.series.items()
        if name in known and len(each.frame)
    }
    assert len(first) > 60
    assert {name: day for name, day in first.items() if day < pd.Timestamp(known[name])} == {}
