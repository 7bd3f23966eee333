"""Events: dates as they really were, estimates marked, unknown years admitted."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from fiveengines.base import yaml_files
from fiveengines.base.errors import ParameterError
from fiveengines.base.paths import project_root
from fiveengines.commentary import events

FILE = project_root() / "params" / "events.yaml"
KNOWN = events.load(FILE)
# Release days of the employment report, as the Bureau of Labor Statistics published them.
PAYROLLS_2019 = (
    "01-04",
    "02-01",
    "03-08",
    "04-05",
    "05-03",
    "06-07",
    "07-05",
    "08-02",
    "09-06",
    "10-04",
    "11-01",
    "12-06",
)


def week(day: str, known: events.EventFile = KNOWN) -> dict[str, events.Event]:
    return {each.title: each for each in events.next_week(dt.date.fromisoformat(day), known)}


def test_payrolls_rule_gives_the_published_days() -> None:
    found = [events.usual_payrolls_day(2019, month) for month in range(1, 13)]
    assert found == [dt.date.fromisoformat(f"2019-{each}") for each in PAYROLLS_2019]
    # Independence Day was kept on Friday 3 July 2020, and New Year's Day 2021 was a Friday.
    assert events.usual_payrolls_day(2020, 7) == dt.date(2020, 7, 2)
    assert events.usual_payrolls_day(2021, 1) == dt.date(2021, 1, 8)
    # January reports as they came; a Friday on 2 or 3 January was passed over each time.
    published = {2008: 4, 2009: 9, 2011: 7, 2014: 10, 2015: 9, 2019: 4, 2020: 10, 2025: 10, 2026: 9}
    assert {year: events.usual_payrolls_day(year, 1).day for year in published} == published


def test_expiries_move_before_a_holiday() -> None:
    """Good Friday 2014 was the third Friday of April; VIX futures expired on 14 February 2018."""
    assert week("2014-04-11")["Monthly option expiry"].date == dt.date(2014, 4, 17)
    assert week("2014-04-11")["Exchange closed"].date == dt.date(2014, 4, 18)
    assert week("2018-02-09")["VIX futures expiry"].date == dt.date(2018, 2, 14)
    assert week("2018-03-09")["Quarterly expiry of options and futures"].date == dt.date(2018, 3, 16)
    # Juneteenth 2026 and 2027 close the exchange on the third Friday.
    assert week("2026-06-12")["Quarterly expiry of options and futures"].date == dt.date(2026, 6, 18)
    assert week("2027-06-11")["Quarterly expiry of options and futures"].date == dt.date(2027, 6, 17)


@pytest.mark.parametrize(
    ("friday", "settled"),
    [
        ("2019-03-15", "2019-03-19"),  # the options of April 2019, 2022 and 2025 expired before Good Friday
        ("2022-03-11", "2022-03-15"),
        ("2025-03-14", "2025-03-18"),
        ("2024-06-14", "2024-06-18"),  # the Wednesday itself was Juneteenth
        ("2026-05-15", "2026-05-19"),
        ("2026-12-11", "2026-12-16"),
    ],
)
def test_vix_futures_settle_thirty_days_before_the_options_expire(friday: str, settled: str) -> None:
    assert week(friday)["VIX futures expiry"].date == dt.date.fromisoformat(settled)


def test_taxes_are_due_on_a_business_day() -> None:
    """Filing days as the Internal Revenue Service announced them; the District keeps 16 April."""
    filed = {2016: 18, 2017: 18, 2018: 17, 2019: 15, 2022: 18, 2023: 18, 2024: 15, 2026: 15}
    assert {year: events.tax_day(year, 4, 15).day for year in filed} == filed
    assert week("2023-01-13")["Federal tax date"].date == dt.date(2023, 1, 17)
    assert "Federal tax date" not in week("2027-01-15")


def test_fomc_is_fixed_tentative_or_unknown() -> None:
    assert week("2026-12-04")["FOMC decision"] == events.Event(
        dt.date(2026, 12, 9),
        "FOMC decision",
        "fixed",
        "The policy rate and the statement at 14:00 New York.",
    )
    assert week("2027-01-22")["FOMC decision"].certainty == "tentative"
    assert week("2008-09-12")["FOMC decision"].date == dt.date(2008, 9, 16)
    # On 13 March 2020 the meeting of the 18th still stood in the calendar.
    assert week("2020-03-13")["FOMC decision"].date == dt.date(2020, 3, 18)
    missing = week("2005-05-06")["FOMC"]
    assert missing.certainty == "unknown" and "2005" in missing.sentence
    assert "FOMC decision" not in week("2026-11-27")


def test_minutes_avoid_holidays() -> None:
    """Three weeks after 11 December 2019 is New Year's Day."""
    assert week("2019-12-27")["FOMC minutes"].date == dt.date(2020, 1, 2)


def test_commitments_come_late_after_a_holiday_and_not_in_a_shutdown() -> None:
    assert week("2018-02-09")["Commitments of Traders"].date == dt.date(2018, 2, 16)
    assert week("2019-12-27")["Commitments of Traders"].date == dt.date(2019, 12, 30)
    assert "Commitments of Traders" not in week("2019-01-04")
    # Positions of Christmas Eve 2018 and of 10 November 2025, Mondays before a holiday, waited for the shutdowns' end.
    assert "Commitments of Traders" not in week("2018-12-21") and "Commitments of Traders" not in week(
        "2018-12-28"
    )
    assert week("2019-01-25")["Commitments of Traders"].date == dt.date(2019, 2, 1)
    assert "Commitments of Traders" not in week("2025-11-07")


def test_quarter_end_is_the_last_session() -> None:
    assert week("2018-03-23")["Quarter end"].date == dt.date(2018, 3, 29)
    assert week("2019-12-27")["Quarter end"].date == dt.date(2019, 12, 31)
    assert week("2019-10-25")["Month end"].date == dt.date(2019, 10, 31)


def test_estimates_give_way_to_known_dates() -> None:
    assert week("2019-01-04")["Consumer prices (CPI)"].certainty == "estimated"
    told = KNOWN.model_copy(update={"cpi": (dt.date(2019, 1, 10),)})
    given = week("2019-01-04", told)["Consumer prices (CPI)"]
    assert (given.date, given.certainty) == (dt.date(2019, 1, 10), "fixed")


@pytest.mark.parametrize("day", ["2009-12-25", "2014-07-03", "2020-02-28", "2026-11-20"])
def test_only_the_seven_days_ahead_in_order(day: str) -> None:
    start = dt.date.fromisoformat(day)
    found = events.next_week(start, KNOWN)
    assert all(0 < (each.date - start).days <= 7 for each in found)
    dated = [each.date for each in found if each.certainty != "unknown"]
    assert dated == sorted(dated)
    assert "NAAIM exposure index" in {each.title for each in found}


def test_every_listed_fomc_day_is_a_weekday_and_about_eight_a_year() -> None:
    for year, days in KNOWN.fomc.items():
        assert all(day.weekday() in (1, 2, 3) for day in days)
        assert len(days) == 8 and list(days) == sorted(days), year


def test_a_wrong_year_is_refused(tmp_path: Path) -> None:
    (tmp_path / "events.yaml").write_text(FILE.read_text().replace("2019: [2019-01-30", "2019: [2018-01-30"))
    with pytest.raises(ParameterError, match=r"events\.yaml, line \d+: .*2018-01-30 does not lie in 2019"):
        yaml_files.load_model(tmp_path / "events.yaml", events.EventFile)


def test_own_events_are_listed() -> None:
    own = KNOWN.model_copy(
        update={"other": (events.Other(date=dt.date(2019, 5, 7), title="Annual meeting"),)}
    )
    assert week("2019-05-03", own)["Annual meeting"].sentence == "Tue 7 May: Annual meeting."
