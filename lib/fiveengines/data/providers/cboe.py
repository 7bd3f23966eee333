"""Cboe: daily histories of its volatility indices and the equity put/call ratio, from the download area.

Only Cboe's own files; option chains and futures may not enter.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Mapping

import pandas as pd

from fiveengines.base.errors import DataError, ProviderError
from fiveengines.data.calendars import NEW_YORK, sessions
from fiveengines.data.folder.csv import column_name, read_csv
from fiveengines.data.providers import base
from fiveengines.data.providers.base import FetchError, Request, Response
from fiveengines.data.providers.http import Http, RefusedError

# index file → our series and its possible columns; files without OHLC name the close by the index
_INDICES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "VIX": {
        "VIX": ("close", "vix"),
        "VIX_OPEN": ("open",),
        "VIX_HIGH": ("high",),
        "VIX_LOW": ("low",),
    },
    "VIX9D": {"VIX9D": ("close", "vix9d")},
    "VIX3M": {"VIX3M": ("close", "vix3m")},
    "VVIX": {"VVIX": ("close", "vvix")},
    "SKEW": {"SKEW": ("close", "skew")},
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


class Cboe:
    """VIX (with open, high, low), VIX9D, VIX3M, VVIX, SKEW and the equity put/call ratio."""

    name = "cboe"
    title = "Cboe"
    needs_key = False
    series = (*(series for columns in _INDICES.values() for series in columns), _PUT_CALL)

    def __init__(self, http: Http) -> None:
        self._http = http

    def fetch(self, wanted: Mapping[str, Request]) -> Iterator[Response | FetchError]:
        """Each index file once for all its series; the put/call ratio day by day."""
        for index, columns in _INDICES.items():
            asked = [series for series in columns if series in wanted]
            if not asked:
                continue
            try:
                with base.expected_form(self._http.base("cboe") + _history_path(index), index):
                    answers = list(
                        self._history(index, columns, {series: wanted[series] for series in asked})
                    )
                yield from answers
            except DataError as error:
                yield from (FetchError(series, error) for series in asked)
        if _PUT_CALL in wanted:
            yield from self._put_call(wanted[_PUT_CALL])

    def ping(self) -> str:
        """The smallest index file."""
        raw = self._http.get("cboe", _history_path("VIX9D"), kind="csv", attempts=1)
        rows = raw.count(b"\n") - 1
        return f"{rows} rows of VIX9D"

    def _history(
        self, index: str, columns: Mapping[str, tuple[str, ...]], wanted: Mapping[str, Request]
    ) -> Iterator[Response]:
        path = _history_path(index)
        raw = self._ask(path)
        origin = self._http.base("cboe") + path
        every = tuple(dict.fromkeys(name for series in wanted for name in columns[series]))
        table = read_csv(raw, where=origin, wanted=every, series=index)
        for series_id, want in wanted.items():
            column = next((name for name in columns[series_id] if name in table.columns), None)
            if column is None:
                raise ProviderError(f"has no column {columns[series_id][0]}.", where=origin, series=series_id)
            frame = base.frame_by_rule(series_id, table.dates, table.columns[column])
            yield Response(series_id, base.since(frame, want.since), origin, tuple(table.repairs))

    def _ask(self, path: str) -> bytes:
        try:
            return self._http.get("cboe", path, kind="csv")
        except RefusedError as error:
            if error.status != 403:
                raise
        raise ProviderError(
            "refused with HTTP 403; Cboe's network turns some clients and proxies away.",
            where=self._http.base("cboe") + path,
            remedy="Try another connection, or put the downloaded file into the data folder's manual_downloads/cboe.",
        )

    def _put_call(self, want: Request) -> Iterator[Response | FetchError]:
        """The archives and the days; when a day fails, what came before it is kept and the rest comes next time."""
        parts: list[pd.DataFrame] = []
        notes: list[str] = []
        for name in _ARCHIVES if want.since < _DAILY_FROM else ():
            try:
                parts.append(self._archive(name))
            except DataError as error:  # the years since then are worth having without it
                notes.append(str(error))
        days = self._days(want.since)
        if days and days[0] > max(want.since, _DAILY_FROM) + dt.timedelta(days=7):
            notes.append(f"put/call between {_DAILY_FROM} and {days[0]} is not fetched day by day")
        origin = f"{self._http.base('cboe')}{_DAYS}"
        values: dict[dt.date, float] = {}
        trouble: DataError | None = None
        try:
            for day in days:
                value = self._day(day)
                if value is not None:
                    values[day] = value
        except DataError as error:
            trouble = error
        if trouble is None and not values and len(days) > _SOME_DAYS:
            trouble = ProviderError(
                f"no file for any of {len(days)} sessions; Cboe may have moved them.",
                where=origin,
                series=_PUT_CALL,
            )
        parts.append(base.frame_by_rule(_PUT_CALL, list(values), list(values.values())))
        frame = pd.concat(parts, ignore_index=True).drop_duplicates("observed", keep="last")
        frame = frame.sort_values("observed", ignore_index=True)
        if len(frame) or trouble is None:
            yield Response(_PUT_CALL, base.since(frame, want.since), origin, tuple(notes))
        if trouble is not None:
            yield FetchError(_PUT_CALL, trouble)

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
            raw = self._http.get("cboe", path, kind="json")
        except RefusedError as error:
            # a day without a file is answered with 403 or 404
            if error.status in {403, 404}:
                return None
            raise
        try:
            ratios = {str(row["name"]).strip().upper(): row["value"] for row in json.loads(raw)["ratios"]}
            return float(ratios[_RATIO])
        except (ValueError, KeyError, TypeError, RecursionError):
            raise ProviderError(
                f"has no {_RATIO.lower()} in the expected place.",
                where=self._http.base("cboe") + path,
                series=_PUT_CALL,
            ) from None

    def _archive(self, name: str) -> pd.DataFrame:
        path = f"/resources/options/volume_and_call_put_ratios/{name}.csv"
        raw = self._ask(path)
        # one or two lines of legal words come before the header
        lines = raw.splitlines(keepends=True)
        at = next((at for at, line in enumerate(lines[:10]) if _is_header(line)), 0)
        table = read_csv(
            b"".join(lines[at:]),
            where=self._http.base("cboe") + path,
            wanted=("p_c_ratio", "ratio", "equity_p_c_ratio"),
            series=_PUT_CALL,
            step=1,
        )
        return base.frame_by_rule(_PUT_CALL, table.dates, next(iter(table.columns.values())))


def _history_path(index: str) -> str:
    return f"/api/global/us_indices/daily_prices/{index}_History.csv"


def _is_header(line: bytes) -> bool:
    names = [column_name(name) for name in line.decode("latin-1").split(",")]
    return "date" in names or "trade_date" in names
