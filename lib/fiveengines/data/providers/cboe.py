"""Cboe: daily histories of its volatility indices and the equity put/call ratio, from the download area.

Only Cboe's own files; option chains and futures may not enter.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from fiveengines.base.errors import DataError, ProviderError
from fiveengines.data.calendars import NEW_YORK, sessions
from fiveengines.data.folder.csv import read_csv
from fiveengines.data.providers.base import Provider, RefusedError, Request, Response
from fiveengines.data.providers.frames import frame_by_rule

# series → index file and its possible columns; files without OHLC name the close by the index
_INDICES = (
    "VIX", "VIX9D", "VIX3M", "VVIX", "SKEW", "VXN", "RVX", "OVX", "GVZ", "COR1M", "DSPX", "VIXEQ",
)  # fmt: skip
_FILES = {name: (name, ("close", name.lower())) for name in _INDICES} | {
    f"VIX_{part.upper()}": ("VIX", (part,)) for part in ("open", "high", "low")
}
_PUT_CALL = "PUT_CALL_EQUITY"
# The archive files end on 2019-10-04; since then there is one small JSON file a session.
_DAILY_FROM = dt.date(2019, 10, 7)
_ARCHIVES = ("equitypcarchive", "equitypc")
_RATIO = "EQUITY PUT/CALL RATIO"
_DAYS = "/data/us/options/market_statistics/daily"
# This many sessions may lack their file before the silence means something.
_SOME_DAYS = 2
# One request a session: a first fetch takes the last ten months of them, not all years.
_MOST_DAYS = 200


class Cboe(Provider):
    """The volatility indices (VIX with open, high, low), implied correlation and dispersion, the put/call ratio."""

    name = "cboe"
    title = label = "Cboe"
    serves = f"{', '.join(_INDICES)}; VIX with open, high and low; {_PUT_CALL}"
    terms = "[use of website](https://www.cboe.com/legal/terms-and-conditions/)"
    urls = {"cboe": "https://cdn.cboe.com"}
    limits = {"cboe": (240, 60)}
    series = (*_FILES, _PUT_CALL)
    overlap_days = {_PUT_CALL: 5}

    def fetch_one(self, series_id: str, request: Request) -> Response:
        """A column of an index file, which is asked for once; the put/call ratio day by day."""
        if series_id == _PUT_CALL:
            return self._put_call(request)
        index, names = _FILES[series_id]
        path = _history_path(index)
        raw = self.shared(index, lambda: self._ask(path))
        table = read_csv(raw, where=self.address(path), wanted=names, series=series_id)
        column = next(table.columns[name] for name in names if name in table.columns)
        frame = frame_by_rule(series_id, table.dates, column)
        return Response(series_id, frame, self.address(path), tuple(table.repairs))

    def ping(self) -> str:
        """The smallest index file."""
        raw = self.get(_history_path("VIX9D"), kind="csv", attempts=1)
        rows = raw.count(b"\n") - 1
        return f"{rows} rows of VIX9D"

    def _ask(self, path: str) -> bytes:
        try:
            return self.get(path, kind="csv")
        except RefusedError as error:
            if error.status != 403:
                raise
        raise ProviderError(
            "refused with HTTP 403; Cboe's network turns some clients and proxies away.",
            where=self.address(path),
            remedy="Try another connection, or put the downloaded file into the data folder's manual_downloads/cboe.",
        )

    def _put_call(self, request: Request) -> Response:
        """The archives and the days; when a day fails, what came before it counts and the rest comes next time."""
        parts: list[pd.DataFrame] = []
        notes: list[str] = []
        for name in _ARCHIVES if request.since < _DAILY_FROM else ():
            try:
                parts.append(self._archive(name))
            except DataError as error:  # the years since then are worth having without it
                notes.append(str(error))
        days = self._days(request.since)
        if days and days[0] > max(request.since, _DAILY_FROM) + dt.timedelta(days=7):
            notes.append(f"put/call between {_DAILY_FROM} and {days[0]} is not fetched day by day")
        values: dict[dt.date, float] = {}
        failure: DataError | None = None
        try:
            for day in days:
                value = self._day(day)
                if value is not None:
                    values[day] = value
        except DataError as error:
            failure = error
        if failure is None and not values and len(days) > _SOME_DAYS:
            failure = ProviderError(
                f"no file for any of {len(days)} sessions; Cboe may have moved them.",
                where=self.address(_DAYS),
                series=_PUT_CALL,
            )
        parts.append(frame_by_rule(_PUT_CALL, list(values), list(values.values())))
        frame = pd.concat(parts, ignore_index=True).drop_duplicates("observed", keep="last")
        frame = frame.sort_values("observed", ignore_index=True)
        return Response(_PUT_CALL, frame, self.address(_DAYS), tuple(notes), failure)

    def _days(self, first: dt.date) -> list[dt.date]:
        """Sessions to ask for one by one, the newest `_MOST_DAYS` since `first` whose evening has come."""
        now = pd.Timestamp.now(tz=NEW_YORK).tz_localize(None)
        days = sessions()
        open_days = days[
            (days >= pd.Timestamp(max(first, _DAILY_FROM))) & (days <= now - pd.Timedelta(hours=17))
        ]
        return [day.date() for day in open_days[-_MOST_DAYS:]]

    def _day(self, day: dt.date) -> float | None:
        path = f"{_DAYS}/{day}_daily_options"
        try:
            answer = self.get_json(path)
        except RefusedError as error:
            # a day without a file is answered with 403 or 404
            if error.status in {403, 404}:
                return None
            raise
        try:
            ratios = {str(row["name"]).strip().upper(): row["value"] for row in answer["ratios"]}
            return float(ratios[_RATIO])
        except (ValueError, KeyError, TypeError):
            raise ProviderError(
                f"has no {_RATIO.lower()} in the expected place.", where=self.address(path), series=_PUT_CALL
            ) from None

    def _archive(self, name: str) -> pd.DataFrame:
        path = f"/resources/options/volume_and_call_put_ratios/{name}.csv"
        wanted = ("p_c_ratio", "ratio", "equity_p_c_ratio")
        table = read_csv(self._ask(path), where=self.address(path), wanted=wanted, series=_PUT_CALL, step=1)
        return frame_by_rule(_PUT_CALL, table.dates, next(iter(table.columns.values())))


def _history_path(index: str) -> str:
    return f"/api/global/us_indices/daily_prices/{index}_History.csv"
