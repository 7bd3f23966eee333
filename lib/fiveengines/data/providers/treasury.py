"""Treasury Fiscal Data: the operating cash balance of the Daily Treasury Statement, through three eras of
labels.

The closing balance of the account at the Fed only; deposits, debt and other tables may not enter.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from fiveengines.base.errors import ProviderError
from fiveengines.data.providers.base import MOST_PAGES, CutShortError, Provider, Request, Response
from fiveengines.data.providers.frames import frame_by_rule

_PATH = "/services/api/fiscal_service/v1/accounting/dts/operating_cash_balance"
_PAGE = 10000
# account_type → the field that holds the closing balance under that label
_CLOSING = {
    "federal reserve account": "close_today_bal",
    "treasury general account (tga)": "close_today_bal",
    # since April 2022 the closing balance is a row of its own, its figure in the column called "open"
    "treasury general account (tga) closing balance": "open_today_bal",
}
_MISSING = {"", "null", "none"}


class Treasury(Provider):
    """TGA_DAILY."""

    name = "treasury"
    title = "US Treasury Fiscal Data"
    label = "Treasury"
    serves = "TGA_DAILY"
    terms = "[API documentation](https://fiscaldata.treasury.gov/api-documentation/) (public domain)"
    urls = {"treasury": "https://api.fiscaldata.treasury.gov"}
    overlap_days = {"TGA_DAILY": 45}

    def fetch_one(self, series_id: str, request: Request) -> Response:
        """The closing balance of every statement since then."""
        origin = self.address(_PATH)
        balances = _closing_balances(self._rows(f"record_date:gte:{request.since}"), origin, series_id)
        return Response(series_id, frame_by_rule(series_id, balances.index, balances.to_numpy()), origin)

    def ping(self) -> str:
        """The newest statement."""
        answer = self._page({"sort": "-record_date", "page[size]": 1, "page[number]": 1}, attempts=1)
        return f"newest statement {answer['data'][0].get('record_date')}" if answer["data"] else "answers"

    def _rows(self, condition: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = []
        for number in range(1, MOST_PAGES + 1):
            answer = self._page(
                {"filter": condition, "sort": "record_date", "page[size]": _PAGE, "page[number]": number}
            )
            rows += answer["data"]
            meta = answer.get("meta") or {}
            announced = int(meta.get("total-count") or len(rows))
            if number >= int(meta.get("total-pages") or 1) or not answer["data"]:
                break
        if len(rows) < announced or number == MOST_PAGES:
            raise CutShortError(len(rows), announced, where=self.address(_PATH))
        return rows

    def _page(self, params: Mapping[str, str | int], attempts: int | None = None) -> dict[str, Any]:
        answer = self.get_json(_PATH, params, attempts)
        if not isinstance(answer, dict) or not isinstance(answer.get("data"), list):
            raise ProviderError("the answer has not the expected form.", where=self.address(_PATH))
        return answer


def _closing_balances(rows: list[dict[str, Any]], origin: str, series_id: str) -> pd.Series:
    """$ million by record date; ProviderError when there are rows but not one known account label."""
    found: dict[str, float] = {}
    labels = set()
    for row in rows:
        label = str(row.get("account_type", "")).strip().lower()
        labels.add(label)
        field = _CLOSING.get(label)
        text = str(row.get(field, "")).strip().lower() if field else ""
        if field and text not in _MISSING:
            found[str(row.get("record_date"))] = float(text)
    if rows and not found:
        raise ProviderError(
            f"no known account label among {', '.join(sorted(labels))[:200]}.",
            where=origin,
            series=series_id,
            remedy="The Treasury may have renamed the account again.",
        )
    return pd.Series(list(found.values()), index=list(found), dtype=np.float64)
