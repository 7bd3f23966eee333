"""FRED: vintages of revised series, plain history of the others, the graph download when there is no key.

fredapi words the questions and reads the answers; the transport is ours. No other provider may enter.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from fiveengines.base.errors import ProviderError
from fiveengines.data import catalog
from fiveengines.data.calendars import NEW_YORK, published_at, to_utc
from fiveengines.data.folder.csv import read_csv
from fiveengines.data.providers.base import (
    KeyRefusedError,
    Provider,
    RefusedError,
    Request,
    Response,
    UnreachableError,
)
from fiveengines.data.providers.frames import Basis, changes_only, frame_by_rule, moments, response_frame

if TYPE_CHECKING:
    from fiveengines.data.providers.transport.fred_client import FredClient

_GRAPH = "/graph/fredgraph.csv"
# FRED refuses a request that spans more than 2,000 vintages.
_VINTAGES_A_REQUEST = 1900
# A weekly index rewrites its whole history every week; revisions older than this move no reading.
_WEEKLY_VINTAGES_A_REQUEST = 208
_WEEKLY_HORIZON = dt.timedelta(days=400)
# So many answers that are not FRED's, and the service is not asked again in this fetch.
_MOST_STRANGERS = 3
_NO_VINTAGES = "does not exist in alfred"


class Fred(Provider):
    """Every catalog series whose provider is FRED."""

    name = "fred"
    title = "FRED (St. Louis Fed)"
    label = "FRED"
    serves = (
        "every series whose provider is `fred` in the catalog, the Fed's H.15 yields and H.4.1 among them"
    )
    address_note = "`api.stlouisfed.org/fred`, without a key `fred.stlouisfed.org/graph/fredgraph.csv`"
    terms = (
        "[FRED API](https://fred.stlouisfed.org/docs/api/terms_of_use.html),"
        " [legal notices](https://fred.stlouisfed.org/legal/)"
    )
    urls = {"fred": "https://api.stlouisfed.org/fred", "fred_graph": "https://fred.stlouisfed.org"}
    limits = {"fred": (110, 60), "fred_graph": (60, 60)}
    key = "FRED_API_KEY"
    key_page = "fredaccount.stlouisfed.org"
    _down = False
    _strangers = 0

    def fetch_one(self, series_id: str, request: Request) -> Response:
        """Vintages for a revised series, history for another; without a (valid) key, or while the service is
        down, the graph download."""
        api = self._api
        if api is None:
            return self._keyless(series_id, request)
        entry = catalog.lookup(series_id)
        try:
            if entry.revised:
                return self._with_vintages(api, entry, request)
            return self._plain(api, series_id, request)
        except KeyRefusedError as error:
            self.report(error)
            self._api = None
        except UnreachableError as error:
            self._stands_in(error)
        except RefusedError as error:
            # not FRED's own word: a page of some network, or of a service under repair
            self._stands_in(error)
            self._strangers += 1
            if self._strangers >= _MOST_STRANGERS:
                self._api = None
        return self._keyless(series_id, request)

    def _stands_in(self, error: ProviderError) -> None:
        """Say once why the keyless download is used."""
        if not self._down:
            self.report(error)
        self._down = True

    def ping(self) -> str:
        """One observation of the federal funds rate, with the key when there is one."""
        start = (pd.Timestamp.now() - pd.Timedelta(days=14)).date()
        if self._api is not None:
            return f"key accepted, {len(self._api.get_series('DFF', observation_start=start))} recent values"
        params = {"id": "DFF", "cosd": start.isoformat()}
        self.get(_GRAPH, kind="csv", params=params, attempts=1, url="fred_graph")
        return "keyless download works"

    @cached_property
    def _api(self) -> FredClient | None:
        from fiveengines.data.providers.transport.fred_client import FredClient

        key = self.http.settings.keys.get(self.key)
        return FredClient(lambda path: self.get(path, kind="xml"), self.address(), key) if key else None

    def _plain(self, api: FredClient, series_id: str, request: Request) -> Response:
        found = api.history(series_id, request.since)
        frame = frame_by_rule(series_id, found.index, found.to_numpy())
        return Response(series_id, frame, self.address(f"/series/observations {series_id}"))

    def _keyless(self, series_id: str, request: Request) -> Response:
        params = {"id": series_id, "cosd": request.since.isoformat()}
        raw = self.get(_GRAPH, kind="csv", params=params, url="fred_graph")
        origin = self.address(f"{_GRAPH}?id={series_id}", "fred_graph")
        if raw.split() == [f"observation_date,{series_id}".encode()]:  # the header alone: nothing since then
            return Response(series_id, frame_by_rule(series_id, [], []), origin)
        table = read_csv(raw, where=origin, wanted=(series_id.lower(),), series=series_id)
        frame = frame_by_rule(series_id, table.dates, table.columns[series_id.lower()])
        return Response(series_id, frame, origin, tuple(table.repairs))

    def _with_vintages(self, api: FredClient, entry: catalog.Series, request: Request) -> Response:
        try:
            vintages = [stamp.date() for stamp in api.get_series_vintage_dates(entry.id)]
        except ProviderError as error:
            if _NO_VINTAGES not in str(error).lower():
                raise
            vintages = []
        if not vintages:
            return self._plain(api, entry.id, request)
        parts = [
            api.vintages(entry.id, first, last, start)
            for first, last, start in _windows(vintages, request, weekly=entry.frequency == "weekly")
        ]
        rows = pd.concat(parts, ignore_index=True) if parts else _no_rows()
        known = to_utc(pd.DatetimeIndex(rows["realtime_start"]), entry.release.time)
        # What the archive's first vintage holds was published before there was an archive: the rule dates it.
        archive_starts = np.datetime64(vintages[0], "D")
        opening = rows["realtime_start"].to_numpy().astype("datetime64[D]") == archive_starts
        if entry.frequency == "weekly":
            recent = rows["observed"] >= rows["realtime_start"] - pd.Timedelta(_WEEKLY_HORIZON)
            rows, known, opening = rows[recent | opening], known[recent | opening], opening[recent | opening]
        by_rule = published_at(entry, moments(rows["observed"]))
        known = known.where(~opening | (by_rule > known), by_rule)
        # where one request's period begins, FRED repeats every value then in force
        frame = changes_only(response_frame(rows["observed"], rows["value"], known, int(Basis.PROVIDER)))
        return Response(entry.id, frame, self.address(f"/series/observations {entry.id}"))


def _windows(
    vintages: Sequence[dt.date], request: Request, *, weekly: bool
) -> Iterator[tuple[dt.date, dt.date, dt.date]]:
    """Requests (first vintage, last real-time day, first observation) that cover the vintages still
    unknown."""
    first_new = request.since
    if request.seen is not None:
        first_new = max(first_new, request.seen.tz_localize("UTC").tz_convert(NEW_YORK).date())
    # the vintage in force when the wanted stretch begins, and all after it
    new = list(vintages[max(0, bisect_right(vintages, first_new) - 1) :])
    size = _WEEKLY_VINTAGES_A_REQUEST if weekly else _VINTAGES_A_REQUEST
    chunks = [new[at : at + size] for at in range(0, len(new), size)]
    if weekly and request.seen is None and chunks:
        chunks[:1] = [chunks[0][:1], chunks[0][1:]]
        chunks = [chunk for chunk in chunks if chunk]
    for at, chunk in enumerate(chunks):
        last = chunks[at + 1][0] - dt.timedelta(days=1) if at + 1 < len(chunks) else dt.date.max
        whole = not weekly or (at == 0 and request.seen is None)
        yield chunk[0], last, request.since if whole else max(request.since, chunk[0] - _WEEKLY_HORIZON)


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame({"observed": moments([]), "value": np.empty(0), "realtime_start": moments([])})
