"""The raw files of slice.tar.xz, and what of them was public on the evening of each session.

Nothing of the package may be imported: release dates follow the rules of the agencies, holidays those of the law.
"""

from __future__ import annotations

import tarfile
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import exchange_calendars
import pandas as pd

ARCHIVE = Path(__file__).resolve().with_name("slice.tar.xz")
FIRST, LAST = "2010-01-04", "2019-03-08"


# When a figure became public. Every release is before 20:00 in New York, so the day decides.


@cache
def federal_holidays() -> frozenset[pd.Timestamp]:
    """Federal holidays by the rules of 5 U.S.C. 6103; one on a Sunday moves to Monday, on a Saturday to Friday."""
    found = []
    for year in range(2009, 2021):

        def nth(month: int, weekday: int, number: int, year: int = year) -> pd.Timestamp:
            first = pd.Timestamp(year, month, 1)
            return first + pd.Timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))

        found += [nth(1, 0, 3), nth(2, 0, 3), nth(9, 0, 1), nth(10, 0, 2), nth(11, 3, 4)]
        last_of_may = pd.Timestamp(year, 5, 31)
        found.append(last_of_may - pd.Timedelta(days=last_of_may.weekday()))
        for month, day in ((1, 1), (7, 4), (11, 11), (12, 25)):
            holiday = pd.Timestamp(year, month, day)
            found.append(holiday + pd.Timedelta(days={5: -1, 6: 1}.get(holiday.weekday(), 0)))
    return frozenset(found)


# Days on which an executive order closed the federal offices (Federal Register, orders 13633 to 13965).
CLOSED_BY_ORDER = frozenset(
    map(pd.Timestamp, ("2012-12-24", "2014-12-26", "2018-12-05", "2018-12-24", "2019-12-24", "2020-12-24"))
)


def is_business(day: pd.Timestamp) -> bool:
    return day.weekday() < 5 and day not in federal_holidays() and day not in CLOSED_BY_ORDER


def on_business_day(day: pd.Timestamp) -> pd.Timestamp:
    while not is_business(day):
        day += pd.Timedelta(days=1)
    return day


def business_days_after(day: pd.Timestamp, count: int) -> pd.Timestamp:
    for _ in range(count):
        day = on_business_day(day + pd.Timedelta(days=1))
    return on_business_day(day) if count == 0 else day


def next_weekday(day: pd.Timestamp, weekday: int, after: int) -> pd.Timestamp:
    day += pd.Timedelta(days=after)
    return on_business_day(day + pd.Timedelta(days=(weekday - day.weekday()) % 7))


# Reports held up by the shutdowns of October 2013 and of December 2018 to January 2019, as they came out.
LATE_REPORTS = {
    "2013-10-01": "2013-10-25", "2013-10-08": "2013-10-28", "2013-10-15": "2013-10-30", "2013-10-22": "2013-11-01",
    "2018-12-24": "2019-02-01", "2018-12-31": "2019-02-05", "2019-01-08": "2019-02-08", "2019-01-15": "2019-02-12",
    "2019-01-22": "2019-02-15", "2019-01-29": "2019-02-19", "2019-02-05": "2019-02-22", "2019-02-12": "2019-02-26",
    "2019-02-19": "2019-03-01", "2019-02-26": "2019-03-05",
}  # fmt: skip


def same_evening(day: pd.Timestamp) -> pd.Timestamp:
    return day


def same_business_day(day: pd.Timestamp) -> pd.Timestamp:
    return business_days_after(day, 0)


def next_business_day(day: pd.Timestamp) -> pd.Timestamp:
    return business_days_after(day, 1)


def thursday_after(day: pd.Timestamp) -> pd.Timestamp:
    return next_weekday(day, 3, 1)


def this_thursday(day: pd.Timestamp) -> pd.Timestamp:
    return next_weekday(day, 3, 0)


def monday_after(day: pd.Timestamp) -> pd.Timestamp:
    return next_weekday(day, 0, 1)


def wednesday_after(day: pd.Timestamp) -> pd.Timestamp:
    return next_weekday(day, 2, 1)


def ten_days_after_the_month(day: pd.Timestamp) -> pd.Timestamp:
    return on_business_day(day + pd.offsets.MonthEnd(0) + pd.Timedelta(days=10))


def announced(day: pd.Timestamp) -> pd.Timestamp:
    """FRED dates a target by the day it is in force: since 2017 the day after its announcement."""
    return day if day.year < 2017 else day - pd.Timedelta(days=1)


def traders(day: pd.Timestamp) -> pd.Timestamp:
    late = LATE_REPORTS.get(f"{day:%Y-%m-%d}")
    return pd.Timestamp(late) if late else business_days_after(day, 3)


# Rule of release, and after how many calendar days a figure no longer counts.
Rule = tuple[Callable[[pd.Timestamp], pd.Timestamp], int]
RULES: dict[str, Rule] = {
    "fred": (next_business_day, 10),
    "cboe": (same_evening, 7),
    "volatility": (same_evening, 7),
    "breadth": (same_evening, 7),
    "prices": (same_evening, 7),
    "options": (same_evening, 10),
    "cftc": (traders, 30),
    "fred/WALCL": (thursday_after, 21),
    "fred/WTREGEN": (thursday_after, 21),
    "fred/WRESBAL": (thursday_after, 21),
    "fred/RRPONTSYD": (same_business_day, 10),
    "fred/ECBASSETSW": (wednesday_after, 28),
    "fred/DEXUSEU": (monday_after, 18),
    "fred/DTWEXBGS": (monday_after, 18),
    "fred/NFCI": (wednesday_after, 21),
    "fred/JPNASSETS": (ten_days_after_the_month, 80),
    "fred/DEXJPUS": (monday_after, 18),
    "fred/DFEDTARU": (announced, 10),
    "fred/DFEDTARL": (announced, 10),
    "reference/fomc_decisions": (same_business_day, 65),
    "sentiment/naaim": (thursday_after, 21),
    "sentiment/aaii": (this_thursday, 21),
    "sentiment/putcall": (same_evening, 10),
}


class Slice:
    """The raw files, and each column as it was known on the evening of every session."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            calendar = exchange_calendars.get_calendar("XNYS", start=FIRST, end=LAST)
        self.sessions = pd.DatetimeIndex(calendar.sessions).as_unit("s")

    @cache  # noqa: B019  one slice a run
    def raw(self, file: str, column: str) -> pd.Series:
        """One column of one file by observation date."""
        table = pd.read_csv(self.folder / f"{file}.csv", index_col=0)
        pattern = "%m/%d/%Y" if file.startswith("cboe/") else "%Y-%m-%d"
        return (
            table[column]
            .set_axis(pd.to_datetime(table.index, format=pattern).as_unit("s"))
            .dropna()
            .astype("float64")
        )

    def known(self, file: str, column: str | None = None, made: pd.Series | None = None) -> pd.Series:
        """A column (or `made` of it, by observation date) as known each evening; NaN once it is stale."""
        folder, _, stem = file.partition("/")
        raw = self.raw(file, column or stem.removesuffix("_History"))
        rule, stale = RULES.get(file) or RULES[folder]
        public = pd.DataFrame(
            {"observed": raw.index, "public": pd.DatetimeIndex([rule(day) for day in raw.index]).as_unit("s")}
        )
        public["value"] = (raw if made is None else made.reindex(raw.index)).to_numpy()
        evenings = pd.DataFrame({"session": self.sessions})
        seen = pd.merge_asof(
            evenings, public.sort_values(["public", "observed"]), left_on="session", right_on="public"
        )
        fresh = (seen["session"] - seen["observed"]).dt.days <= stale
        return seen["value"].where(fresh).set_axis(self.sessions)

    def fred(self, name: str) -> pd.Series:
        return self.known(f"fred/{name}")

    def price(self, name: str, column: str = "close") -> pd.Series:
        return self.known(f"prices/{name}", column)

    def future_in(self, months: int) -> pd.Series:
        """The rate of the fed funds future so many months ahead, as the newest quotation of a week has it, %."""
        table = pd.read_csv(self.folder / "futures/fed_funds.csv", index_col=0, parse_dates=True)
        ahead = [(day.to_period("M") + months).strftime("%Y-%m") for day in table.index]
        rates = pd.Series([100 - table.at[day, month] for day, month in zip(table.index, ahead, strict=True)])
        seen = pd.merge_asof(
            pd.DataFrame({"session": self.sessions}),
            pd.DataFrame({"day": table.index.as_unit("s"), "rate": rates}),
            left_on="session", right_on="day", tolerance=pd.Timedelta(days=7),
        )  # fmt: skip
        return seen["rate"].set_axis(self.sessions)

    def members(self) -> pd.DataFrame:
        """Closes in whole cents, so that sums and comparisons are exact; sessions × tickers."""
        return (
            pd.read_parquet(self.folder / "prices/sp500_constituents.parquet").reindex(self.sessions) * 100
        ).round()


@contextmanager
def unpacked() -> Iterator[Slice]:
    """The slice, in a folder that is removed at the end."""
    with tempfile.TemporaryDirectory() as folder, tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
        yield Slice(Path(folder))
