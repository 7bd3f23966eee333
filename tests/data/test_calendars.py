"""Publication moments and reading dates against facts from the providers' own calendars."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discovery import declared
from fiveengines.base.errors import ParameterError
from fiveengines.data import calendars
from fiveengines.data.catalog import Release, catalog, lookup
from fiveengines.data.dataset import Dataset, series_data
from fiveengines.data.panel import Panel


def published(series: str, day: str) -> pd.Timestamp:
    return calendars.published_at(lookup(series), pd.DatetimeIndex([day]))[0]


@pytest.mark.parametrize(
    ("series", "observed", "utc", "why"),
    [
        ("WALCL", "2019-12-25", "2019-12-26 21:30", "Thursday 16:30, New York winter"),
        ("WALCL", "2019-07-03", "2019-07-05 20:30", "Independence Day moves Thursday to Friday"),
        ("COT_SP500_SPEC_LONG", "2026-06-16", "2026-06-22 19:30", "Juneteenth moves Friday to Monday"),
        ("COT_SP500_SPEC_LONG", "2019-11-19", "2019-11-22 20:30", "an ordinary Friday"),
        ("COT_SP500_SPEC_LONG", "2018-12-31", "2019-02-05 20:30", "the shutdown of 2018-19"),
        ("DGS2", "2019-07-05", "2019-07-08 20:30", "next business day across a weekend"),
        ("VIX", "2018-12-21", "2018-12-21 21:30", "the same evening"),
        ("NFCI", "2019-12-27", "2020-01-02 13:30", "Wednesday after, New Year's Day moves it"),
        ("GDPC1", "2019-07-01", "2019-10-30 12:30", "a month after the quarter"),
    ],
)
def test_publication_moments(series: str, observed: str, utc: str, why: str) -> None:
    assert published(series, observed) == pd.Timestamp(utc), why


def test_clock_change_moves_the_utc_hour() -> None:
    before, after = published("VIX", "2024-03-08"), published("VIX", "2024-03-11")
    assert (before.hour, after.hour) == (21, 20)


def test_reading_dates_are_fridays_or_the_session_before() -> None:
    days = calendars.reading_dates("2019-04-01", "2019-04-30")
    assert [str(day.date()) for day in days] == ["2019-04-05", "2019-04-12", "2019-04-18", "2019-04-26"]


def test_reading_date_of_any_day_is_the_last_completed_friday() -> None:
    assert calendars.reading_date("2018-12-24") == pd.Timestamp("2018-12-21")
    assert calendars.reading_date("2018-12-21") == pd.Timestamp("2018-12-21")


def test_the_thursday_that_stands_for_good_friday_is_its_own_reading_date() -> None:
    assert calendars.reading_date("2024-03-28") == pd.Timestamp("2024-03-28")
    assert calendars.reading_date("2024-03-29") == pd.Timestamp("2024-03-28")
    assert calendars.reading_date("2024-03-27") == pd.Timestamp("2024-03-22")


def test_there_are_no_reading_dates_before_the_calendar() -> None:
    assert calendars.reading_dates("1980-01-01", "1981-01-02").empty
    assert str(calendars.reading_dates("1980-01-01", "1990-01-12")[0].date()) == "1990-01-05"


def test_reading_date_before_the_calendar_is_refused() -> None:
    with pytest.raises(ParameterError, match="1990"):
        calendars.reading_date("1970-01-01")


@pytest.mark.parametrize(
    ("utc", "friday"),
    [
        ("2026-11-21 00:59", "2026-11-13"),  # 19:59 on Friday in New York
        ("2026-11-21 01:00", "2026-11-20"),  # 20:00
        ("2026-07-11 00:00", "2026-07-10"),  # summer time: 20:00
        ("2026-11-19 12:00", "2026-11-13"),
    ],
)
def test_last_completed_friday_waits_for_its_evening(utc: str, friday: str) -> None:
    assert calendars.last_completed_friday(dt.datetime.fromisoformat(utc)) == dt.date.fromisoformat(friday)


@given(st.dates(dt.date(1995, 1, 1), dt.date(2025, 12, 31)), st.sampled_from(sorted(catalog())))
def test_nothing_is_public_before_its_day(day: dt.date, series: str) -> None:
    """A target takes effect on the day after it was announced, and FRED dates it by that; nothing else is earlier."""
    ahead = pd.Timedelta(days=1 if lookup(series).release.rule == "target" else 0)
    assert published(series, str(day)) >= pd.Timestamp(day) - ahead


def test_reports_held_up_by_the_shutdown_of_2018_came_out_every_tuesday_and_friday() -> None:
    """CFTC notice of 29 January 2019: from Friday 1 February on, two a week, in the order of the reports."""
    tuesdays = pd.date_range("2018-12-25", "2019-02-26", freq="W-TUE")
    reports = tuesdays.where(
        ~tuesdays.isin(pd.DatetimeIndex(["2018-12-25", "2019-01-01"])), tuesdays - pd.Timedelta(days=1)
    )
    days = pd.date_range("2019-02-01", "2019-03-08", freq="D")
    days = days[days.day_of_week.isin([1, 4])][: len(reports)]
    found = calendars.published_at(lookup("COT_SP500_SPEC_LONG"), reports)
    assert found.normalize().tolist() == days.tolist()


@pytest.mark.parametrize(
    ("first", "last", "begins"),
    [
        ("2013-10-01", "2013-10-29", "2013-10-25"),
        ("2023-01-31", "2023-03-21", "2023-02-24"),
        ("2025-09-30", "2026-01-20", "2025-11-19"),
    ],
)
def test_reports_after_a_hold_up_come_out_in_their_order(first: str, last: str, begins: str) -> None:
    reports = pd.date_range(first, last, freq="W-TUE")
    veterans_day = reports == "2025-11-11"
    reports = reports.where(~veterans_day, reports - pd.Timedelta(days=1))
    found = calendars.published_at(lookup("COT_SP500_SPEC_LONG"), reports)
    assert found[0].normalize() == pd.Timestamp(begins)
    assert found.is_monotonic_increasing


ANSWERS = Path(__file__).parent / "answers"


def rows(name: str) -> list[dict[str, str]]:
    with (ANSWERS / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def rule(series: str) -> tuple[str, Release]:
    entry = lookup(series)
    return entry.frequency, entry.release


@pytest.mark.parametrize("row", rows("releases.csv"), ids=lambda row: f"{row['series']} {row['observed']}")
def test_every_release_rule_by_a_date_from_the_providers_calendar(row: dict[str, str]) -> None:
    expected = pd.Timestamp(row["new_york"], tz=calendars.NEW_YORK).tz_convert("UTC").tz_localize(None)
    assert published(row["series"], row["observed"]) == expected, row["why"]


def test_no_series_has_a_rule_without_such_a_date() -> None:
    """A rule that is changed for one series alone shows here; a provider's own test may hold the date as RELEASES."""
    shown = {rule(row["series"]) for row in rows("releases.csv")}
    shown |= {rule(series) for each in declared("data/providers", "RELEASES") for series, *_ in each}
    assert [key for key in catalog() if rule(key) not in shown] == []


@pytest.mark.parametrize("release", [one for each in declared("data/providers", "RELEASES") for one in each])
def test_a_providers_own_date_follows_the_rule(release: tuple[str, str, str]) -> None:
    series, observed, new_york = release
    public = pd.Timestamp(new_york, tz=calendars.NEW_YORK).tz_convert("UTC").tz_localize(None)
    assert published(series, observed) == public


@pytest.mark.parametrize("row", rows("cot_delays.csv"), ids=lambda row: row["report"])
def test_every_late_report_of_the_cftc_by_its_date(row: dict[str, str]) -> None:
    found = published("COT_SP500_SPEC_LONG", row["report"])
    assert str(found.date()) == row["published"], row["source"]
    assert found == published("TFF_SP500_DEALER_LONG", row["report"])


def test_reports_before_and_after_the_hold_ups_follow_the_rule() -> None:
    for report, day in (
        ("2013-09-24", "2013-09-27"),
        ("2018-12-18", "2018-12-21"),
        ("2019-03-05", "2019-03-08"),
    ):
        assert str(published("COT_SP500_SPEC_LONG", report).date()) == day
    for report, day in (
        ("2023-01-24", "2023-01-27"),
        ("2025-09-23", "2025-09-26"),
        ("2026-01-20", "2026-01-23"),
    ):
        assert str(published("COT_SP500_SPEC_LONG", report).date()) == day


def test_every_closing_by_order_is_a_weekday_that_no_law_frees() -> None:
    """The days of the orders in the Federal Register since 1994; a full list, so that none is lost or invented."""
    listed = (
        "1994-04-27 1997-12-26 2001-12-24 2003-12-26 2004-06-11 2007-01-02 2007-12-24 2008-12-26 2012-12-24 "
        "2014-12-26 2018-12-05 2018-12-24 2019-12-24 2020-12-24 2024-12-24 2025-01-09 2025-12-24 2025-12-26"
    )
    assert [str(day) for day in calendars.federal_closings()] == listed.split()
    for day in calendars.federal_closings():
        date = np.datetime64(day)
        assert len(calendars.federal_business_days(date, date, closings=False)) == 1
        assert len(calendars.federal_business_days(date, date)) == 0


@given(st.sampled_from(sorted(calendars.federal_closings())), st.sampled_from(sorted(catalog())))
def test_nothing_that_waits_for_the_offices_is_public_on_a_closed_day(day: dt.date, series: str) -> None:
    """Whatever counts federal business days: all rules but that of the exchange and of an announced target."""
    if lookup(series).release.rule in {"session", "target"}:
        return
    observed = pd.date_range(pd.Timestamp(day) - pd.Timedelta(days=120), day, freq="D").astype(
        "datetime64[s]"
    )
    days = calendars.published_at(lookup(series), observed).tz_localize("UTC").tz_convert(calendars.NEW_YORK)
    assert day not in {each.date() for each in days}


@pytest.mark.parametrize(
    ("reading", "newest"),
    [("2025-01-10", "2024-12-31"), ("2025-01-17", "2025-01-14"), ("2018-12-07", "2018-11-27")],
)
def test_a_reading_after_a_closing_knows_the_positions_of_the_week_before(reading: str, newest: str) -> None:
    reports = pd.date_range("2018-11-06", "2025-01-28", freq="W-TUE").astype("datetime64[s]")
    known = calendars.published_at(lookup("COT_SP500_SPEC_LONG"), reports)
    assert reports[known <= calendars.evening_of(pd.Timestamp(reading))][-1] == pd.Timestamp(newest)


@pytest.mark.parametrize(("moment", "known"), [("01:00:00", True), ("01:00:01", False)])
def test_the_evening_ends_at_eight_exactly(moment: str, known: bool) -> None:
    """20:00 in New York is 01:00 UTC in winter: a figure of that second is in, one of the next second is not."""
    session = pd.Timestamp("2019-12-17")
    data = series_data("NFCI", ["2019-12-13"], [2.0], [f"2019-12-18 {moment}"], provider="t", origin="t")
    whole = Dataset("files", {"NFCI": data})
    assert calendars.evening_of(session) == pd.Timestamp("2019-12-18 01:00")
    assert ("NFCI" in whole.until(calendars.evening_of(session), session).series) is known
    panel = Panel(whole, "2019-12-20")
    assert (panel.daily("NFCI")["2019-12-17"] == 2.0) == known
    assert panel.daily("NFCI")["2019-12-18"] == 2.0
