"""New York Fed: the overnight reverse repo and the reference rates SOFR and EFFR, from its markets service.

The same series come from FRED, which has the longer past; here they are hours earlier.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pandas as pd

from fiveengines.base.errors import DataError
from fiveengines.data.providers import base
from fiveengines.data.providers.base import FetchError, Request, Response
from fiveengines.data.providers.http import Http

_REPO = "/api/rp/reverserepo/propositions/search.json"
_RATES = {"SOFR": "/api/rates/secured/sofr/search.json", "EFFR": "/api/rates/unsecured/effr/search.json"}
_TEST_OPERATION = "small value exercise"
_BILLION = 1e9


class NewYorkFed:
    """RRPONTSYD, SOFR and EFFR."""

    name = "nyfed"
    title = "New York Fed"
    needs_key = False
    series = ("RRPONTSYD", *_RATES)

    def __init__(self, http: Http) -> None:
        self._http = http

    def fetch(self, wanted: Mapping[str, Request]) -> Iterator[Response | FetchError]:
        """One request a series."""
        for series_id in self.series:
            if series_id not in wanted:
                continue
            first = wanted[series_id].since
            try:
                with base.expected_form(self._http.base("nyfed"), series_id):
                    is_repo = series_id == "RRPONTSYD"
                    answer = self._reverse_repo(first) if is_repo else self._rate(series_id, first)
                yield answer
            except DataError as error:
                yield FetchError(series_id, error)

    def ping(self) -> str:
        """The last two weeks of SOFR."""
        today = dt.date.today()
        rows = self._ask(_RATES["SOFR"], today - dt.timedelta(days=14), today, _rate_rows, attempts=1)
        return f"{len(rows)} recent values of SOFR"

    def _ask(
        self,
        path: str,
        first: dt.date,
        last: dt.date,
        rows_of: Callable[[Any], list[dict[str, Any]]],
        attempts: int | None = None,
    ) -> list[dict[str, Any]]:
        params = {"startDate": first.isoformat(), "endDate": last.isoformat()}
        raw = self._http.get("nyfed", path, kind="json", params=params, attempts=attempts)
        with base.expected_form(self._http.base("nyfed") + path):
            return rows_of(json.loads(raw))

    def _reverse_repo(self, first: dt.date) -> Response:
        """Accepted amounts of the day's operations, summed, in $ billion; test operations are left out."""
        rows = self._ask(_REPO, first, dt.date.today(), _repo_rows)
        published = [
            (row["operationDate"], float(row.get("totalAmtAccepted") or 0))
            for row in rows
            if str(row.get("operationType", "")).lower() == "reverse repo"
            and _TEST_OPERATION not in str(row.get("note") or "").lower()
        ]
        days = pd.DataFrame(published, columns=["day", "amount"]).groupby("day")["amount"].sum()
        frame = base.frame_by_rule("RRPONTSYD", days.index, days.to_numpy() / _BILLION)
        return Response("RRPONTSYD", base.since(frame, first), self._http.base("nyfed") + _REPO)

    def _rate(self, series_id: str, first: dt.date) -> Response:
        path = _RATES[series_id]
        rows = self._ask(path, first, dt.date.today(), _rate_rows)
        published = [
            row
            for row in rows
            if row.get("type") == series_id and row.get("percentRate") not in (None, "", "NA")
        ]
        values = [float(row["percentRate"]) for row in published]
        frame = base.frame_by_rule(series_id, [row["effectiveDate"] for row in published], values)
        return Response(series_id, base.since(frame, first), self._http.base("nyfed") + path)


def _repo_rows(answer: Any) -> list[dict[str, Any]]:
    rows = answer["repo"]["operations"]
    return [row for row in rows if row["operationDate"]]


def _rate_rows(answer: Any) -> list[dict[str, Any]]:
    rows = answer["refRates"]
    return [row for row in rows if row["effectiveDate"]]
