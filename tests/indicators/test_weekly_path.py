"""What a series did within a week, by hand-worked weeks."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fiveengines.indicators.weekly_path import path_on, weekly_path

# Closes of the VIX, 1 to 16 February 2018 (Cboe).
CLOSES = [13.47, 17.31, 37.32, 29.98, 27.73, 33.46, 29.06, 25.61, 24.97, 19.26, 19.13, 19.46]
SESSIONS = pd.bdate_range("2018-02-01", periods=12)
FRIDAYS = pd.DatetimeIndex(["2018-02-02", "2018-02-09", "2018-02-16"])
VIX = pd.Series(CLOSES, index=SESSIONS)


def test_the_week_has_a_first_a_highest_and_a_lowest_close() -> None:
    week = weekly_path(VIX, FRIDAYS).loc["2018-02-09"]
    assert (week["first"], week["high"], week["low"], week["last"]) == (37.32, 37.32, 27.73, 29.06)
    assert week["high_day"] == pd.Timestamp("2018-02-05")
    assert week["low_day"] == pd.Timestamp("2018-02-07")
    assert week["first_day"] == pd.Timestamp("2018-02-05")


def test_one_week_as_a_record() -> None:
    path = path_on(weekly_path(VIX, FRIDAYS), FRIDAYS[1])
    assert path is not None
    assert (path.first, path.high, path.low, path.last) == (37.32, 37.32, 27.73, 29.06)
    assert (path.high_day, path.low_day) == (pd.Timestamp("2018-02-05"), pd.Timestamp("2018-02-07"))
    only = VIX.where(SESSIONS == "2018-02-06")
    assert path_on(weekly_path(only, FRIDAYS), FRIDAYS[0]) is None
    tuesday = path_on(weekly_path(only, FRIDAYS), FRIDAYS[1])
    assert tuesday is not None and (tuesday.high, tuesday.last) == (29.98, None)


def test_the_week_before_the_reading_date_is_told_apart_from_it() -> None:
    rising = weekly_path(pd.Series(range(12), index=SESSIONS, dtype="float64"), FRIDAYS)
    assert rising["high"].tolist() == [1.0, 6.0, 11.0]
    assert rising["high_before"].tolist() == [0.0, 5.0, 10.0]
    assert rising["low_before"].tolist() == [0.0, 2.0, 7.0]


def test_a_week_without_a_value_has_no_path_and_a_gap_is_passed_over() -> None:
    gaps = VIX.copy()
    gaps.iloc[2:7] = np.nan
    found = weekly_path(gaps, FRIDAYS)
    assert found.loc["2018-02-09"].isna().all()
    gaps.iloc[4] = 27.73
    week = weekly_path(gaps, FRIDAYS).loc["2018-02-09"]
    assert (week["first"], week["high"], week["low"]) == (27.73, 27.73, 27.73)
    assert np.isnan(week["last"])


@pytest.mark.parametrize("cut", range(2, 12))
def test_a_path_never_knows_the_next_session(cut: int) -> None:
    later = VIX.copy()
    later.iloc[cut:] = 99.0
    known = FRIDAYS[SESSIONS[cut] > FRIDAYS]
    pd.testing.assert_frame_equal(
        weekly_path(later, FRIDAYS).loc[known], weekly_path(VIX, FRIDAYS).loc[known]
    )
