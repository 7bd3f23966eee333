"""Odds of target ranges against two published tables, and against a meeting worked by hand.

fed_funds_futures_2023-03-10.csv and its odds: README of pyfedwatch. The table of 14 July 2026: CME's own figures as
noted by Mguten/fedwatch-vs-polymarket. The two count the day of the meeting differently.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fiveengines.indicators.policy_path import implied_rates, meeting_probabilities, rate_ahead
from indicators.causality import Causal

# Two contracts on random days: the rate a month ahead.
CAUSAL = {
    "rate_ahead": Causal(
        lambda w: rate_ahead(
            pd.concat([100 - w.rate, 100 - w.rate2], axis=1).set_axis(["2018-02", "2018-03"], axis=1), 1
        )
    )
}
PUBLISHED = Path(__file__).with_name("published")


def settlements(name: str) -> pd.Series:
    table = pd.read_csv(PUBLISHED / name)
    return pd.Series(table["settle"].to_numpy(), index=pd.PeriodIndex(table["contract"], freq="M"))


def test_the_odds_of_march_2023() -> None:
    """Met within 0.5 points, as published; the day of the meeting counts at the new rate."""
    days = ["2023-03-22", "2023-05-03", "2023-06-14", "2023-07-26", "2023-09-20", "2023-11-01", "2023-12-13"]
    meetings = pd.DatetimeIndex([*days, "2024-01-31", "2024-03-20"])
    rates = implied_rates(settlements("fed_funds_futures_2023-03-10.csv"), meetings, meeting_day_before=False)
    found = meeting_probabilities(rates, 4.50)
    assert found.loc["2023-03-22"].loc[[4.75, 5.00]].tolist() == pytest.approx([59.8, 40.2], abs=0.05)
    assert found.loc["2023-05-03"].loc[[5.00, 5.25, 5.50]].tolist() == pytest.approx(
        [57.4, 41.0, 1.6], abs=0.5
    )


def test_the_odds_of_july_2026() -> None:
    """The first meeting to a twentieth of a point, the seven after it within 1.1; its day counts at the old rate."""
    table = pd.read_csv(PUBLISHED / "fedwatch_probabilities_2026-07-14.csv", parse_dates=["meeting_date"])
    published = table.pivot(index="meeting_date", columns="rate_low", values="probability_pct").fillna(0.0)
    rates = implied_rates(
        settlements("fed_funds_futures_2026-07-14.csv"), published.index, meeting_day_before=True
    )
    found = meeting_probabilities(rates, 3.50)
    found.columns = [round(100 * edge) for edge in found.columns]
    gap = (found.reindex(columns=published.columns).fillna(0.0) - published).abs().max(axis=1)
    assert gap.iloc[0] < 0.05
    assert gap.iloc[:8].max() < 1.1


def test_the_rate_a_year_ahead_is_that_of_the_same_month_next_year() -> None:
    days = pd.DatetimeIndex(["2019-07-31", "2019-08-01", "2019-09-02"])
    prices = pd.DataFrame(
        [[97.9, 98.4, 98.5], [97.87, 98.45, np.nan], [97.9, 98.5, 98.6]],
        index=days,
        columns=["2019-08", "2020-07", "2020-08"],
    )
    assert rate_ahead(prices, 12).tolist() == pytest.approx([1.6, np.nan, np.nan], nan_ok=True)
    assert rate_ahead(prices, 0).tolist() == pytest.approx([np.nan, 2.13, np.nan], nan_ok=True)


def test_a_meeting_by_hand() -> None:
    """June has no meeting: 5.00. July's, on the 10th of 31 days: 10 days at 5.00 and 21 at 5.25 average 5.1694."""
    months = pd.period_range("2023-06", "2023-07", freq="M")
    prices = pd.Series([95.00, 100 - (10 * 5.00 + 21 * 5.25) / 31], index=months)
    rates = implied_rates(prices, pd.DatetimeIndex(["2023-07-10"]), meeting_day_before=True)
    assert rates.iloc[0].tolist() == pytest.approx([5.00, 5.25])
    assert meeting_probabilities(rates, 5.00).iloc[0].to_dict() == {5.25: pytest.approx(100)}


def test_what_no_price_covers_is_unknown() -> None:
    months = pd.period_range("2023-06", "2023-08", freq="M")
    prices = pd.Series([95.00, np.nan, 94.80], index=months)
    meetings = pd.DatetimeIndex(["2023-07-10", "2023-10-10"])
    rates = implied_rates(prices, meetings, meeting_day_before=True)
    assert meeting_probabilities(rates, 5.00).isna().all(axis=None)


@given(
    st.lists(st.floats(min_value=-0.6, max_value=0.6), min_size=1, max_size=6),
    st.floats(min_value=0, max_value=8),
)
def test_odds_add_up_and_average_to_the_implied_rate(changes: list[float], start: float) -> None:
    after = start + np.cumsum(changes)
    before = np.concatenate([[start], after[:-1]])
    index = pd.date_range("2024-01-31", periods=len(changes), freq="42D")
    found = meeting_probabilities(pd.DataFrame({"before": before, "after": after}, index=index), start)
    assert found.sum(axis=1).to_numpy() == pytest.approx(100)
    assert (found.ge(-1e-9)).all(axis=None)
    mean = (found * found.columns.to_numpy()).sum(axis=1) / 100
    assert mean.to_numpy() == pytest.approx(after, abs=1e-3)
