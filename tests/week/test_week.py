"""What a week hands to those who show it: series as known that evening, and nothing later."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from fiveengines.base.errors import ParameterError
from fiveengines.overrides import Entry
from fiveengines.week import Week


@pytest.fixture(scope="module")
def week() -> Week:
    return Week.load(as_of="2020-06-26", source="demo")


def test_an_indicator_comes_by_week_and_a_series_by_session(week: Week) -> None:
    vix, close = week.series("vix"), week.series("SPX")
    assert list(vix.index) == list(week.dates)
    assert vix.index[-1] == close.index[-1] == week.as_of
    assert len(close) > 4 * len(vix)
    evidence = {each.indicator: each for each in week.engines["volatility"].evidence}
    assert vix.iloc[-1] == evidence["vix"].value


def test_a_stand_in_fills_what_is_not_known(week: Week) -> None:
    own, fund = week.series("SPX"), week.series("SPY")
    pd.testing.assert_series_equal(week.series("SPX", "SPY"), own.fillna(fund), check_names=False)


def test_an_earlier_week_knows_nothing_later(week: Week) -> None:
    earlier = week.at(week.dates[-30])
    for name in ("vix", "SPX"):
        assert earlier.series(name).index[-1] == earlier.as_of
        pd.testing.assert_series_equal(earlier.series(name), week.series(name).loc[: earlier.as_of])
    assert earlier.dates[-1] == earlier.as_of
    assert earlier.past.dates[-1] == earlier.as_of


def test_what_was_entered_by_hand_is_in_the_series(week: Week) -> None:
    day = week.as_of.date()
    entry = Entry("e1", "vix", 44.0, "w", "", "Ada", dt.datetime(2020, 6, 27, tzinfo=dt.UTC), day, day)
    assert week.with_entries((entry,)).series("vix").iloc[-1] == 44.0


def test_an_unknown_name_is_one_line_with_the_nearest(week: Week) -> None:
    with pytest.raises(ParameterError, match="VIX3M"):
        week.series("VIX3")


def test_providers_name_what_was_there(week: Week) -> None:
    assert week.providers("SPX", "VIX") == {"simulated": ["SPX", "VIX"]}
    assert week.member_count == week.dataset.members.closes.shape[1]  # type: ignore[union-attr]
