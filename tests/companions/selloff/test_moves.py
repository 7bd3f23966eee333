"""Windows and moves, by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from fiveengines.companions.selloff.moves import Window, find_window, measure

DAYS = pd.bdate_range("2019-01-01", periods=8)


def closes(*values: float) -> pd.Series:
    return pd.Series(values, index=DAYS[: len(values)], dtype="float64")


def test_the_window_begins_at_the_highest_close_and_knows_its_low() -> None:
    found = find_window(closes(90, 100, 95, 100, 92, 88, 91), 63, None)
    assert found is not None
    window, low = found
    assert (window.begin, window.end, low, window.length) == (3, 6, 5, 3)


def test_a_high_further_back_than_the_look_back_does_not_count() -> None:
    found = find_window(closes(120, 100, 95, 97, 92), 3, None)
    assert found is not None
    assert found[0].begin == 3


def test_a_start_takes_the_session_on_or_before_it() -> None:
    found = find_window(closes(120, np.nan, 95, 97, 92), 3, DAYS[1])
    assert found is not None
    assert found[0].begin == 0
    before = find_window(closes(np.nan, 100, 95), 3, pd.Timestamp("2018-06-01"))
    assert before is not None
    assert before[0].begin == 1


@pytest.mark.parametrize("values", [(100.0,), (100.0, np.nan), (np.nan, np.nan)])
def test_without_two_closes_or_one_at_the_end_there_is_none(values: tuple[float, ...]) -> None:
    assert find_window(closes(*values), 63, None) is None


def test_a_session_at_its_high_is_a_window_of_no_length() -> None:
    found = find_window(closes(90, 95, 100), 63, None)
    assert found is not None
    assert found[0].length == 0


def random_walks(count: int = 400) -> tuple[pd.Series, pd.Series]:
    random = np.random.default_rng(2)
    days = pd.bdate_range("2015-01-01", periods=count)
    stocks = random.normal(0, 1, count)
    other = -2.0 * stocks + random.normal(0, 0.5, count)
    return pd.Series(other.cumsum(), index=days), pd.Series(stocks.cumsum(), index=days)


def test_a_move_is_counted_against_windows_before_it_only() -> None:
    other, stocks = random_walks()
    window = Window(pd.DatetimeIndex(other.index), 380, 390)
    found = measure(other, stocks, window, 100, 5)
    assert found is not None
    past = (other - other.shift(10)).iloc[:381].dropna()
    assert found.windows == len(past) == 371
    assert found.change == pytest.approx(other.iloc[390] - other.iloc[380])
    assert found.z == pytest.approx(found.change / past.std())
    assert found.percentile == pytest.approx(100 * (past < found.change).mean())
    later = other.copy()
    later.iloc[381:390] += 1e6
    assert measure(later, stocks, window, 100, 5) == found


def test_the_excess_is_what_the_fall_does_not_explain() -> None:
    other, stocks = random_walks()
    window = Window(pd.DatetimeIndex(other.index), 380, 390)
    found = measure(other, stocks, window, 100, 5)
    assert found is not None
    assert found.expected is not None
    assert found.excess is not None
    fall = stocks.iloc[390] - stocks.iloc[380]
    assert found.expected == pytest.approx(-2.0 * fall, abs=0.5)
    assert abs(found.excess) < 3


def test_too_little_history_gives_the_change_alone() -> None:
    other, stocks = random_walks(120)
    found = measure(other, stocks, Window(pd.DatetimeIndex(other.index), 110, 119), 252, 5)
    assert found is not None
    assert (found.z, found.excess, found.percentile) == (None, None, None)


def test_without_a_value_at_an_end_there_is_no_move() -> None:
    other, stocks = random_walks()
    other.iloc[390] = np.nan
    assert measure(other, stocks, Window(pd.DatetimeIndex(other.index), 380, 390), 100, 5) is None
