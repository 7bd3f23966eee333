"""Next week's known events: what follows from a calendar rule, and the dates that params/events.yaml gives.

Dates only, each marked as fixed or estimated; no forecast and no market figure may enter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import Field, field_validator

from fiveengines.base import yaml_files
from fiveengines.base.yaml_files import Strict
from fiveengines.data import calendars
from fiveengines.data.catalog import lookup

_WEEK = dt.timedelta(days=7)
_DAY = dt.timedelta(days=1)
# Consumer prices come around this business day of the month, give or take a few.
_CPI_BUSINESS_DAY = 8
_MINUTES_AFTER = dt.timedelta(days=21)
_EARLY_JANUARY = 3
# A shutdown has held back positions by seven weeks.
_LONGEST_DELAY = 56
# Before this year the statement came at 14:15, or at 12:30 ahead of a press conference.
_AT_TWO = 2013
_VIX_DAYS_AHEAD = dt.timedelta(days=30)
# catalog series → weekday it is observed on, title, why it matters
_WEEKLY = (
    ("COT_SP500_SPEC_LONG", 1, "Commitments of Traders", "Futures positions as of Tuesday."),
    ("WALCL", 2, "Federal Reserve balance sheet (H.4.1)", "Fed assets, Treasury account and reserves."),
    ("AAII_BULLISH", 3, "AAII sentiment survey", "Mood of private investors."),
    ("NAAIM", 2, "NAAIM exposure index", "Exposure of active managers."),
)
_TAX_DAYS = ((1, 15), (4, 15), (6, 15), (9, 15))


class Other(Strict):
    """An event of one's own."""

    date: dt.date
    title: str = Field(min_length=2, max_length=120)
    why: str = ""


class EventFile(Strict):
    """params/events.yaml."""

    fomc: dict[int, tuple[dt.date, ...]]
    tentative: tuple[int, ...] = ()
    cpi: tuple[dt.date, ...] = ()
    payrolls: tuple[dt.date, ...] = ()
    other: tuple[Other, ...] = ()

    @field_validator("fomc")
    @classmethod
    def _in_their_year(cls, value: dict[int, tuple[dt.date, ...]]) -> dict[int, tuple[dt.date, ...]]:
        for year, days in value.items():
            wrong = [day for day in days if day.year != year]
            if wrong:
                raise ValueError(f"{wrong[0]} does not lie in {year}.")
        return value


@dataclass(frozen=True)
class Event:
    """Something on the calendar. certainty: fixed, tentative, estimated or unknown (then `date` is the week's end)."""

    date: dt.date
    title: str
    certainty: str
    why: str

    @property
    def sentence(self) -> str:
        """'Wed 9 Dec: FOMC decision. …' with a note when the date is not certain."""
        if self.certainty == "unknown":
            return f"{self.title}: {self.why}"
        doubt = "" if self.certainty == "fixed" else f" ({self.certainty})"
        return f"{self.date:%a} {self.date.day} {self.date:%b}: {self.title}{doubt}. {self.why}".rstrip()


def load(path: Path) -> EventFile:
    """params/events.yaml, checked; ParameterError names file and line."""
    return yaml_files.load_model(path, EventFile)


def next_week(day: dt.date | pd.Timestamp, known: EventFile) -> tuple[Event, ...]:
    """Events of the seven days after a reading date, by date; what is unknown comes last."""
    today = pd.Timestamp(day).date()
    days = [today + step * _DAY for step in range(1, 8)]
    found = [
        *_policy(days, known),
        *_releases(days, known),
        *_weekly_reports(days),
        *_expiries(days),
        *_calendar_ends(days),
        *(Event(each.date, each.title, "fixed", each.why) for each in known.other if each.date in days),
    ]
    return tuple(sorted(found, key=lambda each: (each.certainty == "unknown", each.date, each.title)))


def _policy(days: list[dt.date], known: EventFile) -> Iterator[Event]:
    decisions = {each for dates in known.fomc.values() for each in dates}
    lately = [each for each in decisions if 0 <= (days[-1] - each).days <= 2 * _MINUTES_AFTER.days]
    minutes = {_business_day_from(each + _MINUTES_AFTER) for each in lately}
    for day in days:
        certainty = "tentative" if day.year in known.tentative else "fixed"
        if day in decisions:
            why = "The policy rate and the statement" + (
                " at 14:00 New York." if day.year >= _AT_TWO else "."
            )
            yield Event(day, "FOMC decision", certainty, why)
        if day in minutes:
            yield Event(day, "FOMC minutes", "estimated", "Usually three weeks after the decision.")
    unlisted = sorted({day.year for day in days} - known.fomc.keys())
    if unlisted:
        text = f"dates of {unlisted[0]} are not in params/events.yaml; see federalreserve.gov."
        yield Event(days[-1], "FOMC", "unknown", text)


def _releases(days: list[dt.date], known: EventFile) -> Iterator[Event]:
    prices = "Moves the 2-year yield and with it the rate path."
    jobs = "The month's main reading of the labor market."
    kinds = (
        ("Consumer prices (CPI)", known.cpi, usual_cpi_day, prices),
        ("Employment report (payrolls)", known.payrolls, usual_payrolls_day, jobs),
    )
    for title, given, usual, why in kinds:
        for day in days:
            months = {(each.year, each.month) for each in given}
            if day in given:
                yield Event(day, title, "fixed", why)
            elif (day.year, day.month) not in months and usual(day.year, day.month) == day:
                yield Event(day, title, "estimated", why)


def usual_cpi_day(year: int, month: int) -> dt.date:
    """The eighth federal business day of a month, near which consumer prices usually come."""
    first = np.datetime64(f"{year}-{month:02d}-01")
    found: dt.date = calendars.federal_business_days(first, first + 27)[_CPI_BUSINESS_DAY - 1].astype(object)
    return found


def usual_payrolls_day(year: int, month: int) -> dt.date:
    """The third Friday after the week (Sunday to Saturday) that holds the 12th of the month before.

    On a holiday it comes a business day earlier. A Friday in the first three days of January leaves no time after the
    turn of the year, so the report comes a week later. Source: the rule of the Bureau of Labor Statistics.
    """
    before = dt.date(year, month, 1) - _DAY
    twelfth = before.replace(day=12)
    saturday = twelfth + dt.timedelta(days=(5 - twelfth.weekday()) % 7)
    friday = saturday + dt.timedelta(days=6 + 14)
    if friday.month == 1 and friday.day <= _EARLY_JANUARY:
        return friday + _WEEK
    return _business_day_before(friday)


def _business_day_from(day: dt.date) -> dt.date:
    while not _is_business_day(day):
        day += _DAY
    return day


def _business_day_before(day: dt.date, *, closings: bool = True) -> dt.date:
    while not _is_business_day(day, closings=closings):
        day -= _DAY
    return day


def _is_business_day(day: dt.date, *, closings: bool = True) -> bool:
    when = np.datetime64(day)
    return len(calendars.federal_business_days(when, when, closings=closings)) == 1


def _weekly_reports(days: list[dt.date]) -> Iterator[Event]:
    for series, weekday, title, why in _WEEKLY:
        nearby = [days[0] + step * _DAY for step in range(-_LONGEST_DELAY, 8)]
        # Positions of a Tuesday that is a holiday are taken on the business day before; markets mind no closed office.
        taken = [_business_day_before(each, closings=False) for each in nearby if each.weekday() == weekday]
        observed = pd.DatetimeIndex([pd.Timestamp(each) for each in taken])
        published = calendars.published_at(lookup(series), pd.DatetimeIndex(observed.astype("datetime64[s]")))
        local = published.tz_localize("UTC").tz_convert(calendars.NEW_YORK)
        for day in dict.fromkeys(each.date() for each in local):
            if day in days:
                yield Event(day, title, "fixed", why)


def _expiries(days: list[dt.date]) -> Iterator[Event]:
    for year, month in dict.fromkeys((day.year, day.month) for day in days):
        day = _session_before(third_friday(year, month))
        if day in days:
            quarterly = month % 3 == 0
            title = "Quarterly expiry of options and futures" if quarterly else "Monthly option expiry"
            yield Event(day, title, "fixed", "Dealer hedges roll off; gamma changes afterward.")
        # VIX futures settle thirty days before the expiry of the options they are computed from.
        next_expiry = _session_before(third_friday(year + month // 12, month % 12 + 1))
        settle = _session_before(next_expiry - _VIX_DAYS_AHEAD)
        if settle in days:
            yield Event(settle, "VIX futures expiry", "fixed", "The front of the VIX curve rolls.")


def third_friday(year: int, month: int) -> dt.date:
    """The third Friday of a month."""
    first = dt.date(year, month, 1)
    return first + dt.timedelta(days=(4 - first.weekday()) % 7 + 14)


def tax_day(year: int, month: int, day: int) -> dt.date:
    """The day itself or the next business day; the District of Columbia keeps 16 April, and taxes wait for it."""
    due = dt.date(year, month, day)
    emancipation = dt.date(year, 4, 16)
    kept = emancipation + {5: -_DAY, 6: _DAY}.get(emancipation.weekday(), dt.timedelta(0))
    while not _is_business_day(due) or due == kept:
        due += _DAY
    return due


def _open_days(days: Iterable[dt.date]) -> set[dt.date]:
    wanted = list(days)
    newest = max(wanted).year
    every = calendars.sessions(max(newest, dt.date.today().year + 1))
    start, end = (every.searchsorted(pd.Timestamp(each)) for each in (min(wanted), max(wanted) + _DAY))
    return {each.date() for each in every[start:end]}


def _session_before(day: dt.date) -> dt.date:
    """`day`, or the last session before it when the exchange is closed."""
    return max(_open_days([day - _WEEK, day]))


def _calendar_ends(days: list[dt.date]) -> Iterator[Event]:
    month_end = (days[-1].replace(day=28) + dt.timedelta(days=10)).replace(day=1)
    open_days = sorted(_open_days([days[0], month_end + _WEEK]))
    for day in days:
        if day.weekday() < 5 and day not in open_days:
            yield Event(day, "Exchange closed", "fixed", "Holiday of the New York Stock Exchange.")
        if day in {tax_day(day.year, month, number) for month, number in _TAX_DAYS}:
            why = "The Treasury account grows and drains reserves."
            yield Event(day, "Federal tax date", "fixed", why)
    for day, following in pairwise(open_days):
        if day in days and day.month != following.month:
            title = "Quarter end" if day.month % 3 == 0 else "Month end"
            yield Event(day, title, "fixed", "Funds rebalance and balance sheets are dressed.")
