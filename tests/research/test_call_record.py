"""Calls as they were told, marked by hand-worked outcomes."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fiveengines.base import parameters
from fiveengines.data.calendars import reading_dates, sessions
from fiveengines.research.call_record import (
    CHANCES,
    COLUMNS,
    CONSTANT,
    HOLDING,
    TOLD,
    WITHOUT,
    call_record,
    held_exposure,
    is_backfill,
)

PARAMS = parameters.load().research
COST = PARAMS.walk_forward.cost
FRIDAYS = reading_dates("2024-01-05", "2024-12-31")


def closes(until: str = "2024-12-31", growth: float = 0.0) -> pd.Series:
    """A flat index of 100 from 2022 on, or one that grows by `growth` a session from January 2024 on."""
    days = sessions(2024)
    days = days[(days >= "2022-01-01") & (days <= until)]
    steps = np.maximum(np.arange(len(days)) - int((days < "2024-01-01").sum()) + 1, 0)
    return pd.Series(100.0 * (1 + growth) ** steps, index=days)


def calls(days: pd.DatetimeIndex, **columns: object) -> pd.DataFrame:
    """Calls told on their own evenings: regime 1, all of the budget, nothing forecast and nothing entered."""
    table = pd.DataFrame(np.nan, index=days, columns=list(COLUMNS))
    table["made"] = days
    return table.assign(**({"regime": 1.0, "exposure": 1.0, "entries": 0.0} | columns))


def test_what_followed_is_counted_in_weeks_and_known_only_when_complete() -> None:
    known = closes()
    # 2 February is four weeks after 5 January: 100 → 110, by way of 90 on 17 January.
    known.loc["2024-01-17"] = 90.0
    known.loc["2024-02-02":] = 110.0
    found = call_record(calls(FRIDAYS[:6]), known.loc[:"2024-02-08"], pd.Timestamp("2024-02-08"), PARAMS)
    first = found.calls.loc["2024-01-05"]
    assert first["return_month"] == pytest.approx(10.0)
    assert first["fall_month"] == pytest.approx(-10.0)
    assert np.isnan(first["return_quarter"])
    # the week of 12 January is four weeks old on 9 February, a day after this evening
    assert found.calls["return_month"].notna().tolist() == [True, False, False, False, False]


def test_a_call_earns_from_the_session_after_it_was_told_until_the_next_is_told() -> None:
    days, known = FRIDAYS[:3], closes()
    made = pd.Series(pd.to_datetime(["2024-01-06", "2024-01-16", "2024-01-20"]), index=days)
    exposure = pd.Series([0.2, 0.6, 0.4], index=days)
    held = held_exposure(exposure, made, pd.DatetimeIndex(known.index), FRIDAYS)
    # the second was told late, on Tuesday the 16th: the first holds until then; the third ends with its own week
    assert held.loc["2024-01-08":"2024-01-16"].eq(0.2).all()
    assert held.loc["2024-01-17":"2024-01-19"].eq(0.6).all()
    assert held.loc["2024-01-22":"2024-01-26"].eq(0.4).all()
    assert held.index[0] == pd.Timestamp("2024-01-08") and held.index[-1] == pd.Timestamp("2024-01-26")


def test_a_missing_week_and_a_week_without_a_call_are_left_out_and_counted() -> None:
    days = FRIDAYS[[0, 1, 3, 4]]
    exposure = [1.0, 1.0, np.nan, 1.0]
    found = call_record(
        calls(days, exposure=exposure, regime=[1, 1, np.nan, 1]), closes(), FRIDAYS[6], PARAMS
    )
    assert list(found.missing) == [FRIDAYS[2]]
    assert found.no_call == 1
    weeks = [(FRIDAYS[0], FRIDAYS[1]), (FRIDAYS[1], FRIDAYS[2]), (FRIDAYS[4], FRIDAYS[5])]
    traded = closes().index
    assert found.days == sum(int(((traded > a) & (traded <= b)).sum()) for a, b in weeks)


def test_costs_are_paid_on_what_is_traded_and_rules_are_held_on_the_same_sessions() -> None:
    found = call_record(calls(FRIDAYS[:2], exposure=[1.0, 0.5]), closes(growth=0.01), FRIDAYS[2], PARAMS)
    first, second = 5, 4  # sessions of the two weeks after; Martin Luther King's day is none
    total = (1.01**first) * (1 + 0.005 - 0.5 * COST) * 1.005 ** (second - 1)
    assert found.strategies.loc[TOLD, "total"] == pytest.approx(100 * (total - 1))
    assert found.strategies.loc[HOLDING, "total"] == pytest.approx(100 * (1.01 ** (first + second) - 1))
    assert found.strategies.loc[TOLD, "mean_exposure"] == pytest.approx((5 + 4 * 0.5) / 9)
    # 100 rose from a flat average, so the 200-day rule holds the index from its first evening on
    rule = f"Above the {PARAMS.walk_forward.average_days}-day average"
    assert found.strategies.loc[rule, "total"] == found.strategies.loc[HOLDING, "total"]
    assert found.wealth[TOLD].iloc[-1] == pytest.approx(total)
    assert CONSTANT in found.strategies.index and WITHOUT not in found.strategies.index


def test_entries_by_hand_are_held_against_the_data_alone() -> None:
    # The entry raised the exposure by a half in the first week, when the index rose, and lowered it in the second.
    table = calls(
        FRIDAYS[:3], entries=[1.0, 2.0, 1.0], exposure=[1.0, 0.5, 0.7], plain_exposure=[0.5, 1.0, 0.7]
    )
    found = call_record(table, closes(growth=0.001), FRIDAYS[6], PARAMS)
    assert (found.entries.weeks, found.entries.changed) == (3, 2)
    assert (found.entries.right, found.entries.judged) == (1, 2)
    gap = found.strategies.loc[TOLD, "total"] - found.strategies.loc[WITHOUT, "total"]
    assert found.entries.points == pytest.approx(gap)
    plain = call_record(calls(FRIDAYS[:3]), closes(), FRIDAYS[6], PARAMS)
    assert (plain.entries.weeks, plain.entries.changed, plain.entries.points) == (0, 0, None)


def test_bands_are_complete_after_their_sessions_and_brier_by_the_regime_told_then() -> None:
    count = 6
    stated = dict(zip(CHANCES, (0.5, 0.5, 0.0, 0.0, 0.0), strict=True))
    bands = {"volatility_low": 5.0, "volatility_high": 30.0, "sessions": 5.0, "regime_weeks": 4.0}
    regime = [1, 1, 1, 1, 2, np.nan]
    known = closes("2024-02-02")
    swing = np.where(np.arange(len(known)) % 2, 1.01, 1.0)  # ±1 % a session: 16 % a year
    found = call_record(
        calls(FRIDAYS[:count], regime=regime, **bands, **stated), known * swing, FRIDAYS[5], PARAMS
    )
    # five sessions after 26 January end on 2 February; the next week's are not over
    assert (found.forecasts.inside, found.forecasts.bands) == (4, 4)
    assert found.forecasts.alone == 4
    # only the first week's horizon has a call (regime 2, four weeks later); the second's has none
    assert found.forecasts.scored == 1
    assert found.calls.loc["2024-01-05", "later"] == 2
    assert found.forecasts.brier == pytest.approx(0.5**2 + 0.5**2)
    assert found.forecasts.persistence == pytest.approx(2.0)


def test_a_reading_made_more_than_ten_days_after_its_date_is_a_backfill() -> None:
    table = calls(FRIDAYS[:3], made=FRIDAYS[:3] + pd.to_timedelta([1, 10, 11], unit="D"))
    assert PARAMS.call_record.backfill_days == 10
    assert is_backfill(table, PARAMS).tolist() == [False, False, True]


def test_one_week_is_enough_to_begin_and_too_early_to_compare() -> None:
    found = call_record(calls(FRIDAYS[:1]), closes("2024-01-05"), FRIDAYS[0], PARAMS)
    assert (found.days, found.early, len(found.missing)) == (0, True, 0)
    assert found.forecasts.brier is None and found.forecasts.bands == 0
    enough = PARAMS.call_record.enough_weeks
    year = reading_dates("2023-01-06", "2024-12-31")
    assert call_record(calls(year[:enough]), closes(), year[-1], PARAMS).early is False
    assert call_record(calls(year[: enough - 1]), closes(), year[-1], PARAMS).early is True


@settings(max_examples=15, deadline=None)
@given(cut=st.integers(2, 30), seed=st.integers(0, 2**16))
def test_nothing_after_the_evening_changes_the_record(cut: int, seed: int) -> None:
    draw = np.random.default_rng(seed)
    days = FRIDAYS[:40][draw.random(40) < 0.8]
    chances = draw.dirichlet(np.ones(5), len(days))
    table = calls(
        days,
        made=days + pd.to_timedelta(draw.integers(0, 10, len(days)), unit="D"),
        regime=draw.integers(1, 6, len(days)).astype(float),
        exposure=draw.random(len(days)).round(2),
        plain_exposure=np.where(draw.random(len(days)) < 0.3, 0.5, np.nan),
        volatility_low=5.0, volatility_high=20.0, sessions=20.0, regime_weeks=4.0,
        **dict(zip(CHANCES, chances.T, strict=True)),
    )  # fmt: skip
    days_known = closes().index
    known = pd.Series(100 * np.exp(np.cumsum(draw.normal(0, 0.01, len(days_known)))), index=days_known)
    until = FRIDAYS[cut]
    scrambled = known.copy()
    scrambled.loc[scrambled.index > until] *= draw.random(int((known.index > until).sum())) + 0.5
    later = table.copy()
    later.loc[later.index > until, "exposure"] = 0.0
    one, two = (call_record(a, b, until, PARAMS) for a, b in ((table, known), (later, scrambled)))
    pd.testing.assert_frame_equal(one.calls, two.calls)
    pd.testing.assert_frame_equal(one.strategies, two.strategies)
    assert one.forecasts == two.forecasts and one.entries == two.entries
    assert one.wealth.index.max() <= until if len(one.wealth) else True
