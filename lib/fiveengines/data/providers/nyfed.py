"""New York Fed: the overnight reverse repo and the reference rates SOFR and EFFR, from its markets service.

The same series come from FRED, which has the longer past; here they are hours earlier.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd

from fiveengines.data.providers.base import Provider, Request, Response
from fiveengines.data.providers.frames import frame_by_rule

_REPO = "/api/rp/reverserepo/propositions/search.json"
_RATES = {"SOFR": "/api/rates/secured/sofr/search.json", "EFFR": "/api/rates/unsecured/effr/search.json"}
_TEST_OPERATION = "small value exercise"
_BILLION = 1e9


class NewYorkFed(Provider):
    """RRPONTSYD, SOFR and EFFR."""

    name = "nyfed"
    title = label = "New York Fed"
    serves = "RRPONTSYD, SOFR, EFFR"
    terms = "[terms of use](https://www.newyorkfed.org/privacy/termsofuse)"
    urls = {"nyfed": "https://markets.newyorkfed.org"}
    series = ("RRPONTSYD", *_RATES)

    def fetch_one(self, series_id: str, request: Request) -> Response:
        """One request a series."""
        path = _RATES.get(series_id, _REPO)
        answer = self._ask(path, request.since)
        values = _rates(answer, series_id) if path != _REPO else _accepted(answer)
        frame = frame_by_rule(series_id, values.index, values.to_numpy())
        return Response(series_id, frame, self.address(path))

    def ping(self) -> str:
        """The last two weeks of SOFR."""
        answer = self._ask(_RATES["SOFR"], dt.date.today() - dt.timedelta(days=14), attempts=1)
        return f"{len(_rates(answer, 'SOFR'))} recent values of SOFR"

    def _ask(self, path: str, first: dt.date, attempts: int | None = None) -> Any:
        params = {"startDate": first.isoformat(), "endDate": dt.date.today().isoformat()}
        return self.get_json(path, params, attempts)


def _accepted(answer: Any) -> pd.Series:
    """Accepted amounts of each day's operations, summed, in $ billion by date; test operations are left out."""
    operations = [
        (row["operationDate"], float(row.get("totalAmtAccepted") or 0))
        for row in answer["repo"]["operations"]
        if row["operationDate"]
        and str(row.get("operationType", "")).lower() == "reverse repo"
        and _TEST_OPERATION not in str(row.get("note") or "").lower()
    ]
    amounts = pd.DataFrame(operations, columns=["day", "amount"]).groupby("day")["amount"].sum()
    return pd.Series(amounts / _BILLION)


def _rates(answer: Any, name: str) -> pd.Series:
    """The rate in per cent by date; rows of another rate or without a figure are left out."""
    rates = [
        (row["effectiveDate"], float(row["percentRate"]))
        for row in answer["refRates"]
        if row["effectiveDate"] and row.get("type") == name and row.get("percentRate") not in (None, "", "NA")
    ]
    return pd.Series([rate for _, rate in rates], index=[day for day, _ in rates], dtype="float64")
