"""Indicators: which series a value comes from, and that its dates are theirs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from fiveengines.data import demo
from fiveengines.data.catalog import catalog
from fiveengines.data.dataset import MEMBERS, Dataset
from fiveengines.data.panel import Panel
from fiveengines.indicators import REGISTRY, IndicatorValues, evaluate, indicator
from fiveengines.indicators.breadth_inputs import SECTOR_FUNDS, SECTORS

DAY = pd.Timestamp("2012-06-29")
NAMES = (
    "vix",
    "vix_term",
    "pct_above_200d",
    "net_new_highs",
    "small_vs_large_13w",
    "concentration",
    "policy_rate",
)


@pytest.fixture(scope="module")
def market() -> Dataset:
    return demo.load(7)


def measured(market: Dataset, *, without: tuple[str, ...] = (), members: bool = True) -> IndicatorValues:
    kept = {key: data for key, data in market.series.items() if key not in without}
    data = replace(market, series=kept, members=market.members if members else None)
    return evaluate(Panel(data, DAY), pd.DatetimeIndex([DAY]), NAMES)


def test_a_value_names_the_series_it_stands_on(market: Dataset) -> None:
    found = measured(market)
    assert found.series("vix", DAY) == ("VIX",)
    assert found.series("vix_term", DAY) == ("VIX", "VIX3M")
    assert found.series("pct_above_200d", DAY) == (MEMBERS,)
    assert found.series("concentration", DAY) == (MEMBERS,)
    assert found.series("small_vs_large_13w", DAY) == ("IWM", "SPY")


def test_stand_ins_are_named_when_they_stand_in(market: Dataset) -> None:
    found = measured(market, without=("VIX", "VIX3M", "IWM", "EFFR"))
    assert found.series("vix", DAY) == ("VIXCLS",)
    assert found.series("vix_term", DAY) == ("VIXCLS", "VXVCLS")
    assert found.series("small_vs_large_13w", DAY) == ("RUT", "SPX")
    assert found.series("policy_rate", DAY) == ("DFF",)
    assert found.values.loc[DAY, ["vix", "vix_term", "small_vs_large_13w", "policy_rate"]].notna().all()


def test_without_members_breadth_says_what_it_counts_instead(market: Dataset) -> None:
    published = measured(market, members=False)
    assert published.series("pct_above_200d", DAY) == ("PCT_ABOVE_200DMA_SP500",)
    assert published.series("net_new_highs", DAY) == ("NEW_HIGHS_52W", "NEW_LOWS_52W")
    sectors = measured(market, members=False, without=("PCT_ABOVE_200DMA_SP500",))
    assert sectors.series("pct_above_200d", DAY) == SECTOR_FUNDS
    assert sectors.observed.loc[DAY, "pct_above_200d"] == DAY


def test_a_value_has_dates_and_a_missing_one_has_none(market: Dataset) -> None:
    found = measured(market, members=False)
    assert pd.isna(found.values.loc[DAY, "concentration"]) and found.input_set.loc[DAY, "concentration"] == -1
    for name in NAMES:
        there = pd.notna(found.values.loc[DAY, name])
        assert there == pd.notna(found.observed.loc[DAY, name]) == pd.notna(found.known_at.loc[DAY, name])
        assert (found.input_set.loc[DAY, name] >= 0) == there


def test_input_sets_name_known_series() -> None:
    named = {each for record in REGISTRY.values() for names in record.input_sets for each in names}
    known = set(catalog()) | {MEMBERS, SECTORS}
    assert {each for each in named - known if not each.startswith("PCT_ABOVE_")} == set()
    assert indicator("vix").first_set == ("VIX",)


def test_the_method_page_says_how_each_is_computed() -> None:
    page = (Path(__file__).parents[2] / "docs" / "METHOD.md").read_text(encoding="utf-8")
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:1] == "|"
    ]
    told = {re.sub(r"<[^>]*>", "", row[0]): (row[1], row[2]) for row in rows if len(row) > 2}
    assert {name: told.get(name) for name in REGISTRY} == {
        name: (each.formula, each.unit) for name, each in REGISTRY.items()
    }
