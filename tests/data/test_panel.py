"""What a reader knew, evening by evening."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fiveengines.data import calendars
from fiveengines.data.catalog import lookup
from fiveengines.data.dataset import Dataset, series_data
from fiveengines.data.panel import Panel


def by_rule(series: str, days: list[str], values: list[float]) -> Dataset:
    index = pd.DatetimeIndex(days)
    data = series_data(
        series, index, values, calendars.published_at(lookup(series), index), provider="test", origin="test"
    )
    return Dataset("files", {series: data})


def test_a_figure_counts_from_the_evening_it_is_public() -> None:
    panel = Panel(by_rule("WALCL", ["2019-12-11", "2019-12-18"], [4_095_110.0, 4_137_052.0]), "2019-12-20")
    known = panel.daily("WALCL")
    assert known["2019-12-18"] == 4_095_110.0
    assert known["2019-12-19"] == 4_137_052.0
    assert panel.billions("WALCL")["2019-12-19"] == 4_137.052


@pytest.mark.parametrize("as_of", ["2019-12-17", "2019-12-20"])
def test_what_comes_out_at_eight_in_the_evening_is_known_that_evening(as_of: str) -> None:
    moments = ["2019-12-17 01:00:01", "2019-12-18 01:00:00"]  # UTC: 20:00:01 on the 16th, 20:00 on the 17th
    data = series_data("NFCI", ["2019-12-06", "2019-12-13"], [1.0, 2.0], moments, provider="t", origin="t")
    known = Panel(Dataset("files", {"NFCI": data}), as_of).daily("NFCI")
    assert np.isnan(known["2019-12-16"])
    assert known["2019-12-17"] == 2.0


def test_reports_are_as_first_published() -> None:
    days, moments = ["2019-12-06", "2019-12-06"], ["2019-12-11 13:30", "2019-12-17 13:30"]
    data = series_data("NFCI", days, [-0.50, -0.55], moments, provider="test", origin="test")
    panel = Panel(Dataset("files", {"NFCI": data}), "2019-12-20")
    assert panel.reports(["NFCI"])["NFCI"].tolist() == [-0.50]
    assert panel.daily("NFCI").iloc[-1] == -0.55


def test_a_revision_counts_from_its_own_evening_and_not_before() -> None:
    days = ["2019-12-06", "2019-12-06", "2019-12-13"]
    moments = ["2019-12-11 13:30", "2019-12-17 13:30", "2019-12-18 13:30"]
    data = series_data("NFCI", days, [-0.50, -0.55, -0.52], moments, provider="test", origin="test")
    known = Panel(Dataset("files", {"NFCI": data}), "2019-12-20").daily("NFCI")
    assert known["2019-12-16"] == -0.50
    assert known["2019-12-17"] == -0.55
    assert known["2019-12-18"] == -0.52


def test_a_late_revision_of_an_old_week_does_not_displace_the_newest() -> None:
    data = series_data(
        "NFCI",
        ["2019-12-06", "2019-12-13", "2019-12-06"],
        [-0.50, -0.52, -0.70],
        ["2019-12-11 13:30", "2019-12-18 13:30", "2019-12-19 13:30"],
        provider="test",
        origin="test",
    )
    assert Panel(Dataset("files", {"NFCI": data}), "2019-12-20").daily("NFCI").iloc[-1] == -0.52


def test_a_stale_figure_is_missing_not_living_on() -> None:
    known = Panel(by_rule("VIX", ["2019-12-02"], [14.9]), "2019-12-20").daily("VIX")
    assert known["2019-12-09"] == 14.9
    assert np.isnan(known["2019-12-10"])


def test_reverse_repo_days_without_operations_before_2013_are_zero() -> None:
    known = Panel(by_rule("RRPONTSYD", ["2010-03-01", "2010-06-01"], [2.5, 1.25]), "2010-06-04").daily(
        "RRPONTSYD"
    )
    assert known.index[0] == pd.Timestamp("2010-03-01"), "the panel begins with its data"
    assert known["2010-03-01"] == known["2010-03-05"] == 2.5, "carried for four days"
    assert known["2010-03-08"] == known["2010-04-15"] == 0.0
    assert known["2010-06-01"] == 1.25


def test_a_late_reverse_repo_is_carried_and_then_missing_not_zero() -> None:
    known = Panel(by_rule("RRPONTSYD", ["2018-12-12"], [7.5]), "2018-12-28").daily("RRPONTSYD")
    assert known["2018-12-21"] == 7.5
    assert np.isnan(known["2018-12-24"])


def test_nothing_after_the_evening_is_seen() -> None:
    data = by_rule("DGS2", ["2019-12-19", "2019-12-20"], [1.63, 1.64])
    panel = Panel(data, "2019-12-20")
    assert panel.daily("DGS2").iloc[-1] == 1.63
    assert len(panel.dataset.series["DGS2"].frame) == 1


def test_dates_tell_observation_and_publication() -> None:
    panel = Panel(by_rule("WALCL", ["2019-12-18"], [4_137_052.0]), "2019-12-20")
    observed, known_at = panel.dates("WALCL")
    assert observed[-1] == np.datetime64("2019-12-18")
    assert known_at[-1] == np.datetime64("2019-12-19T21:30")
    assert np.isnat(observed[-3])


def test_reports_are_placed_from_the_evening_of_their_publication() -> None:
    data = by_rule("COT_SP500_SPEC_LONG", ["2019-11-12", "2019-11-19"], [400_000.0, 410_000.0])
    panel = Panel(data, "2019-11-22")
    doubled = panel.reports(("COT_SP500_SPEC_LONG",))["COT_SP500_SPEC_LONG"] * 2
    placed = panel.from_reports(doubled, "COT_SP500_SPEC_LONG")
    assert placed["2019-11-21"] == 800_000.0
    assert placed["2019-11-22"] == 820_000.0
