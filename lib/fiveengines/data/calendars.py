"""Trading sessions, reading dates, and the moment a figure became public.

New York wall-clock times become naive UTC here and nowhere else; no data is read.
"""

from __future__ import annotations

import csv
import datetime as dt
import warnings
from functools import lru_cache
from importlib import metadata, resources

import numpy as np
import pandas as pd
from pandas.tseries.holiday import USFederalHolidayCalendar

from fiveengines.base import cache
from fiveengines.base.errors import ParameterError
from fiveengines.data.catalog import Release, Series

NEW_YORK = "America/New_York"
FIRST_SESSION = "1990-01-02"
# What is public by this time on the reading date counts as known "that evening".
EVENING = "20:00"
_WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4}

# From this year on FRED dates a new federal funds target by the day after its announcement.
_TARGET_DATED_NEXT_DAY = np.datetime64("2017-01-01")


@lru_cache(maxsize=4)
def sessions(end_year: int | None = None) -> pd.DatetimeIndex:
    """New York Stock Exchange sessions since 1990 (naive midnight) to the end of `end_year` (default: next year)."""
    year = end_year or dt.date.today().year + 1
    # Computing the sessions takes a third of a second of every report; they depend on the library and the year alone.
    key = cache.key_of((metadata.version("exchange-calendars"), cache.code_key("data/calendars.py"), year))
    return pd.DatetimeIndex(cache.arrays("sessions", key, lambda: {"days": _computed_sessions(year)})["days"])


def _computed_sessions(year: int) -> np.ndarray:
    import exchange_calendars

    with warnings.catch_warnings():
        # The library's own use of pandas; a reader's notebook should not show it.
        warnings.simplefilter("ignore", DeprecationWarning)
        calendar = exchange_calendars.get_calendar("XNYS", start=FIRST_SESSION, end=f"{year}-12-31")
    return np.asarray(calendar.sessions.to_numpy().astype("datetime64[s]"))


@lru_cache(maxsize=1)
def federal_closings() -> dict[dt.date, str]:
    """Weekdays on which an executive order closed the federal offices for the whole day, and why.

    Half days (1998, 2002, 2009, 2015) are left out: offices were open in the morning. federal_closings.csv has the
    orders and their sources. A new order is one more line there.
    """
    return {dt.date.fromisoformat(row["date"]): row["why"] for row in _listed("federal_closings.csv")}


@lru_cache(maxsize=1)
def _cot_delays() -> dict[np.datetime64, np.datetime64]:
    """Commitments of Traders that were late: report date → day of publication. cot_delays.csv has the sources.

    Rows from the CFTC's own service carry the moment they were loaded, which outranks this.
    """
    return {
        np.datetime64(row["report"]): np.datetime64(row["published"]) for row in _listed("cot_delays.csv")
    }


def _listed(name: str) -> list[dict[str, str]]:
    with resources.files("fiveengines.data").joinpath(name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@lru_cache(maxsize=2)
def _federal_holidays(closings: bool) -> np.ndarray:
    """Days without federal business, sorted (n,) of datetime64[D]: holidays by law and, if `closings`, by order."""
    # Working out the holidays of a century takes a tenth of a second of every report; they depend on pandas alone.
    key = cache.key_of((metadata.version("pandas"), cache.code_key("data/calendars.py")))
    days = cache.arrays("federal_holidays", key, lambda: {"days": _holidays_by_law()})["days"]
    return np.union1d(days, np.array(list(federal_closings()), dtype="datetime64[D]")) if closings else days


def _holidays_by_law() -> np.ndarray:
    # Juneteenth became a federal holiday in 2021; Columbus and Veterans Day are federal, not exchange, holidays.
    found = USFederalHolidayCalendar().holidays("1960-01-01", "2060-12-31")
    return np.asarray(found.to_numpy().astype("datetime64[D]"))


def reading_dates(start: dt.date | str, end: dt.date | str) -> pd.DatetimeIndex:
    """Every reading date from `start` to `end`: the Fridays, or the last session before a Friday that is a holiday.

    Returns (n,) naive midnights, rising; Fridays before the first session known here (1990) are left out.
    """
    first = max(pd.Timestamp(start), pd.Timestamp(FIRST_SESSION))
    fridays = pd.date_range(first, end, freq="W-FRI").astype("datetime64[s]")
    open_days = sessions(max(pd.Timestamp(end).year, dt.date.today().year + 1))
    at = np.searchsorted(open_days.to_numpy(), fridays.to_numpy(), side="right") - 1
    return open_days[at]


def reading_date(day: dt.date | str) -> pd.Timestamp:
    """The reading date of the last completed Friday on or before `day` (any date from 1990 on).

    A Thursday that replaces a Friday without a session is its own reading date.
    """
    asked = pd.Timestamp(day).normalize().tz_localize(None)
    if asked < pd.Timestamp(FIRST_SESSION) + pd.Timedelta(days=7):
        raise ParameterError(
            f"as_of {asked.date()} is before the first week of 1990.", remedy="Choose a later date."
        )
    coming = reading_dates(asked, asked + pd.Timedelta(days=6))[0]
    if coming == asked:
        return asked
    return pd.Timestamp(reading_dates(asked - pd.Timedelta(days=6), asked)[-1])


def utc_now(now: dt.datetime | None = None) -> pd.Timestamp:
    """This moment, or `now` (UTC where it has no zone), as naive UTC."""
    moment = pd.Timestamp.now(tz="UTC") if now is None else pd.Timestamp(now)
    return moment if moment.tzinfo is None else moment.tz_convert("UTC").tz_localize(None)


def last_completed_friday(now: dt.datetime | None = None) -> dt.date:
    """The newest Friday whose evening (20:00 New York) has passed at `now` (default: this moment)."""
    local = utc_now(now).tz_localize("UTC").tz_convert(NEW_YORK)
    day = local.normalize() - pd.Timedelta(days=(local.weekday() - 4) % 7)
    if local.weekday() == 4 and local.strftime("%H:%M") < EVENING:
        day -= pd.Timedelta(days=7)
    return day.date()


def last_completed_session(day: dt.date | str, now: dt.datetime | None = None) -> pd.Timestamp:
    """The last session on or before `day` whose evening (20:00 New York) has passed at `now` (default: this moment).

    ParameterError before the first session of 1990.
    """
    asked = pd.Timestamp(day).normalize().tz_localize(None)
    open_days = sessions(max(asked.year, dt.date.today().year) + 1)
    done = open_days[(open_days <= asked) & (evening(open_days) <= utc_now(now))]
    if len(done) == 0:
        raise ParameterError(
            f"as_of {asked.date()} is before the first session of 1990.", remedy="Choose a later date."
        )
    return pd.Timestamp(done[-1])


def to_utc(days: pd.DatetimeIndex, time: str) -> pd.DatetimeIndex:
    """`time` (HH:MM) of the New York wall clock on each of `days` (n,), as naive UTC (n,); NaT stays NaT."""
    hours, minutes = map(int, time.split(":"))
    midnights = np.asarray(days, dtype="datetime64[D]").astype("datetime64[s]")
    local = pd.DatetimeIndex(midnights + np.timedelta64(hours * 60 + minutes, "m"))
    return local.tz_localize(NEW_YORK).tz_convert("UTC").tz_localize(None)


def evening(days: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """The cutoff of a reading on each of `days` (n,): 20:00 New York as naive UTC (n,)."""
    return to_utc(days, EVENING)


def evening_of(day: pd.Timestamp) -> pd.Timestamp:
    """The cutoff of a reading on one day, naive UTC."""
    return pd.Timestamp(evening(pd.DatetimeIndex([day]))[0])


def federal_business_days(start: np.datetime64, end: np.datetime64, *, closings: bool = True) -> np.ndarray:
    """Every weekday from `start` to `end` (datetime64[D], both included) that is not a federal holiday, (n,).

    closings: also leave out days closed by executive order, on which banks and markets may well work.
    """
    days = np.arange(start, end + 1)
    return days[np.is_busday(days, holidays=_federal_holidays(closings=closings))]


def _business_days_after(days: np.ndarray, lag: int) -> np.ndarray:
    return np.busday_offset(
        days, lag, roll="forward" if lag == 0 else "preceding", holidays=_federal_holidays(closings=True)
    )


def _release_days(series: Series, observed: np.ndarray) -> np.ndarray:
    release: Release = series.release
    match release.rule:
        case "session":
            return observed
        case "business_days":
            return _business_days_after(observed, release.lag)
        case "weekday":
            earliest = observed + release.after
            # 1970-01-01 was a Thursday, so day number + 3 counts from a Monday
            ahead = (_WEEKDAYS[release.weekday or "fri"] - (earliest.astype("int64") + 3)) % 7
            return _business_days_after(earliest + ahead, 0)
        case "target":
            return np.where(observed < _TARGET_DATED_NEXT_DAY, observed, observed - 1)
        case "period_end":
            months = observed.astype("datetime64[M]")
            if series.frequency == "quarterly":
                # dated by its first day (FRED) or by its last (earnings)
                months = months + 2 - months.astype("int64") % 3
            return _business_days_after((months + 1).astype("datetime64[D]") - 1 + release.days, 0)
        case "cot":
            days = _business_days_after(observed, 3)
            delays = _cot_delays()
            for at in np.flatnonzero(np.isin(observed, list(delays))):
                days[at] = max(days[at], delays[observed[at]])
            return days


def published_at(series: Series, observed: pd.DatetimeIndex) -> pd.DatetimeIndex:
    """When each observation of `series` became public, naive UTC, by the catalog's release rule.

    observed: (n,) observation dates, no NaT. Returns (n,) in the order of `observed`. A provider that gives the
    moment itself needs no rule.
    """
    days = _release_days(series, observed.to_numpy().astype("datetime64[D]"))
    return to_utc(pd.DatetimeIndex(days.astype("datetime64[s]")), series.release.time)
