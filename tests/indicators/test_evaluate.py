"""Indicators: which series a value comes from, and that its dates are theirs."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from fiveengines.base import parameters, paths
from fiveengines.base.errors import ParameterError
from fiveengines.base.parameters.engines import Setting
from fiveengines.data import demo
from fiveengines.data.catalog import catalog
from fiveengines.data.dataset import FED_FUNDS, MEMBERS, Dataset
from fiveengines.data.panel import Panel
from fiveengines.indicators import REGISTRY, Indicator, IndicatorValues, docs, evaluate, indicator
from fiveengines.indicators.breadth_inputs import SECTOR_FUNDS, SECTORS
from fiveengines.model.readings import measure_all

PARAMS = parameters.load().engines
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
    return evaluate(Panel(data, DAY), pd.DatetimeIndex([DAY]), PARAMS, NAMES)


def test_a_value_names_the_series_it_stands_on(market: Dataset) -> None:
    found = measured(market)
    assert found.series("vix", DAY) == ("VIX",)
    assert found.series("vix_term", DAY) == ("VIX", "VIX3M")
    assert found.series("pct_above_200d", DAY) == (MEMBERS,)
    assert found.series("concentration", DAY) == (MEMBERS,)
    assert found.series("small_vs_large_13w", DAY) == ("IWM", "SPY")


def test_stand_ins_are_named_when_they_stand_in(market: Dataset) -> None:
    found = measured(market, without=("VIX", "VIX3M", "IWM", "EFFR", "DFEDTARU"))
    assert found.series("vix", DAY) == ("VIXCLS",)
    assert found.series("vix_term", DAY) == ("VIXCLS", "VXVCLS")
    assert found.series("small_vs_large_13w", DAY) == ("RUT", "SPX")
    assert found.series("policy_rate", DAY) == ("DFEDTAR",)
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
    known = set(catalog()) | {MEMBERS, SECTORS, FED_FUNDS}
    assert {each for each in named - known if not each.startswith("PCT_ABOVE_")} == set()
    assert indicator("vix").first_set == ("VIX",)


def test_every_record_is_scored_or_shown_by_the_shipped_parameters_under_its_own_engine() -> None:
    assert {name: PARAMS.indicator(name)[0] for name in PARAMS.settings} == {
        each.id: each.engine for each in REGISTRY.values()
    }


@pytest.mark.parametrize("record", REGISTRY.values(), ids=REGISTRY)
def test_every_record_says_what_it_is(record: Indicator) -> None:
    settings = PARAMS.quoted(record.id)
    assert record.problem(PARAMS.settings[record.id]) is None
    assert "{" not in record.describe(settings) and record.title and record.range.low < record.range.high
    for name in re.findall(r"{(\w+)", record.formula + record.heading):
        assert name in record.setting_types or name.startswith("concentration_") or name == "full_window"


@pytest.mark.parametrize(
    ("name", "settings", "said"),
    [
        ("vix", {"window": 5}, "unknown setting 'window'. It takes none."),
        ("put_call", {"maen": 5}, "unknown setting 'maen'. Did you mean 'mean'?"),
        ("put_call", {}, "`settings` lacks 'mean'"),
        ("put_call", {"mean": 2.5}, "mean: whole numbers are needed (found 2.5)"),
        ("put_call", {"mean": 0}, "mean: one number above zero is needed (found 0)"),
        ("put_call", {"mean": (5, 10)}, "mean: one number above zero is needed (found 5, 10)"),
        ("index_breadth_divergence", {"near_high": -1.0, "broad": 60.0}, "near_high: one number above zero"),
        (
            "cta_exposure",
            {"lookbacks": 21, "window": 60, "target": 12.0, "cap": 1.5},
            "lookbacks: a list of numbers above zero is needed (found 21)",
        ),
    ],
)
def test_a_wrong_setting_is_named_with_its_remedy(name: str, settings: dict[str, Setting], said: str) -> None:
    assert said in str(REGISTRY[name].problem(settings))


def test_a_wrong_setting_names_file_and_line(market: Dataset, tmp_path: Path) -> None:
    for file in (paths.project_root() / "params").glob("*.yaml"):
        text = file.read_text(encoding="utf-8").replace(
            "settings: {mean: 10}", "settings: {mean: 10, least: 5}"
        )
        (tmp_path / file.name).write_text(text, encoding="utf-8")
    line = next(
        n
        for n, row in enumerate((tmp_path / "engines.yaml").read_text().splitlines(), 1)
        if "least: 5" in row
    )
    with pytest.raises(
        ParameterError, match=rf"engines.yaml, line {line}: put_call: unknown setting 'least'"
    ):
        measure_all(market, DAY, parameters.load(tmp_path / "weekly.yaml"))


def test_the_method_page_has_every_indicator_as_its_record_and_params_have_it() -> None:
    page = docs.PAGE.read_text(encoding="utf-8")
    assert page == docs.rendered(page, PARAMS), "docs/METHOD.md is stale: run `make docs`"
    tables = "".join(re.findall(r"<!-- indicators of \w+ -->\n(.*?)<!-- end -->", page, flags=re.DOTALL))
    rows = re.findall(r"^\| (\w+) \| (.+?) \| .+? \|", tables, flags=re.MULTILINE)
    assert dict(rows) | {"indicator": "formula"} == {"indicator": "formula"} | {
        name: each.describe(PARAMS.quoted(name)) for name, each in REGISTRY.items()
    }


def test_every_indicator_is_missing_and_none_fails_where_the_source_has_nothing() -> None:
    found = evaluate(Panel(Dataset("files", {}), DAY), pd.DatetimeIndex([DAY]), PARAMS)
    assert set(found.values) == set(REGISTRY)
    assert found.values.isna().all(axis=None) and (found.input_set == -1).all(axis=None)


def test_titles_say_the_windows_that_are_computed() -> None:
    assert indicator("dollar_13w").titled({"sessions": 70}) == "Broad dollar, 14-week change"
    assert indicator("cot_dealers_change_4w").titled({"reports": 6}) == "Dealers in futures, 6-week change"
    assert indicator("realized_volatility_21d").titled({"window": 30}) == "Realised volatility, 30 sessions"
    assert indicator("vix_percentile").titled({"window": 504, "fewest": 252}) == "VIX, percentile of 2 years"
    assert indicator("aaii_bull_bear").titled({"mean": 8}) == "AAII bulls minus bears, mean of 8 surveys"
    gains = {"concentration_top": 0.2, "concentration_sessions": 20}
    assert indicator("concentration").titled(gains) == "Share of gains from the top 20 %, 4 weeks"


@pytest.mark.parametrize("record", REGISTRY.values(), ids=REGISTRY)
def test_a_title_without_params_is_the_title_of_what_ships(record: Indicator) -> None:
    assert record.titled(PARAMS.quoted(record.id)) == record.title
    # A length of time that is no setting is part of what the series is, such as a yield's or an average's.
    words = re.sub(r"{.*?}", "", record.heading)
    own = re.sub(r"\b(9-day VIX|\d+-day average|52-week highs|3-month|(?:2|10)-year)", "", words)
    assert not re.search(r"\d", own), "quote the setting: {sessions:13 weeks}"


def test_the_week_shows_titles_with_its_own_windows(market: Dataset) -> None:
    line = PARAMS.engines["liquidity"]["small_vs_large_13w"]
    engines = {
        **PARAMS.engines,
        "liquidity": {"small_vs_large_13w": line.model_copy(update={"settings": {"sessions": 40}})},
    }
    params = PARAMS.model_copy(update={"engines": engines})
    found = evaluate(Panel(market, DAY), pd.DatetimeIndex([DAY]), params, ["small_vs_large_13w"])
    assert found.title("small_vs_large_13w", DAY) == "Small caps against large, 8 weeks"
