"""How long a manual reading holds unless a person says otherwise: until the figure's next release, or two
weeks.

Dates are reading dates; a release counts on the first evening (20:00 New York) by which it is public.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from fiveengines.base.errors import OverrideError
from fiveengines.data import calendars
from fiveengines.data.catalog import Series, lookup
from fiveengines.indicators import REGISTRY
from fiveengines.overrides.fields import known_field

# Far enough back to hold a delayed report, far enough ahead to hold a quarter's next one.
_BEHIND, _AHEAD = 130, 130
_TUESDAY = 1
# How long a figure holds that no calendar announces, and the longest that any may.
WEEKS_WITHOUT_RELEASE, MOST_WEEKS = 2, 53


def default_until(field: str, as_of: dt.date) -> dt.date:
    """The last day an entry for the reading `as_of` holds: the day before the next release of `field` counts.

    Figures that no calendar knows, and states of whole engines, hold for two weeks.
    """
    known_field(field)
    day = pd.Timestamp(as_of).normalize()
    two_weeks = (day + pd.Timedelta(weeks=WEEKS_WITHOUT_RELEASE)).date()
    indicator = REGISTRY.get(field)
    if indicator is None or not indicator.first_set or not indicator.scheduled:
        return two_weeks
    coming = [
        moment for each in indicator.first_set if (moment := next_release(lookup(each), day)) is not None
    ]
    if not coming:
        return two_weeks
    return max(_first_evening(min(coming)) - dt.timedelta(days=1), day.date())


def next_release(series: Series, reading: pd.Timestamp) -> pd.Timestamp | None:
    """The first publication of `series` after the evening of `reading`, naive UTC."""
    days = pd.date_range(reading - pd.Timedelta(days=_BEHIND), reading + pd.Timedelta(days=_AHEAD), freq="D")
    match series.release.rule:
        case "session":
            days = days[days.isin(calendars.sessions(max(days[-1].year, dt.date.today().year + 1)))]
        case "business_days":
            days = days[days.day_of_week < 5]
        case "cot":
            days = days[days.day_of_week == _TUESDAY]
    published = calendars.published_at(series, pd.DatetimeIndex(days.astype("datetime64[s]")))
    later = published[published > calendars.evening_of(reading)]
    return pd.Timestamp(later.min()) if len(later) else None


def _first_evening(moment: pd.Timestamp) -> dt.date:
    """The first day on whose evening `moment` (naive UTC) has passed."""
    local = moment.tz_localize("UTC").tz_convert(calendars.NEW_YORK)
    day = local.tz_localize(None).normalize()
    return (day if moment <= calendars.evening_of(day) else day + pd.Timedelta(days=1)).date()


def as_date(day: dt.date | str, name: str) -> dt.date:
    """A plain date, also of a timestamp or a text; OverrideError, about `name`, for another text."""
    if isinstance(day, str):
        try:
            return dt.date.fromisoformat(day.strip())
        except ValueError:
            raise OverrideError(
                f"{name}: {day[:40]!r} is not a date.", remedy="Write it as YYYY-MM-DD."
            ) from None
    return day.date() if isinstance(day, dt.datetime) else day


def checked_until(until: dt.date | str | None, field: str, as_of: dt.date) -> dt.date:
    """`until` as a date, or the default; before the reading or too far ahead raises OverrideError."""
    if until is None or until == "":
        return default_until(field, as_of)
    until = as_date(until, "until")
    if until < as_of:
        raise OverrideError(
            f"until: {until} lies before the reading of {as_of}.", remedy="Choose that day or a later one."
        )
    latest = as_of + dt.timedelta(weeks=MOST_WEEKS)
    if until > latest:
        raise OverrideError(
            f"until: {until} is too far ahead.",
            remedy=f"Choose {latest} at the latest and renew it when it ends.",
        )
    return until
