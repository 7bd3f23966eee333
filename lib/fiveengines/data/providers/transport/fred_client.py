"""fredapi with our transport under it: the one place that replaces any of its methods.

It words the questions and reads the answers; what a series needs is decided in `providers.fred`.
"""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from collections.abc import Callable
from urllib.parse import quote

import fredapi
import pandas as pd

from fiveengines.base.errors import ProviderError
from fiveengines.data.providers.base import KeyRefusedError, RefusedError
from fiveengines.data.providers.frames import moments

_TOO_MANY_VINTAGES = "maximum number of vintage dates"
_BAD_KEY = "api_key"


class FredClient(fredapi.Fred):  # type: ignore[misc]
    """fredapi over our transport: deadlines, retries, size limits and one address, and no key in any error.

    Two private methods are replaced; a test holds them to the installed fredapi.
    """

    def __init__(self, get: Callable[[str], bytes], address: str, key: str) -> None:
        """`get` fetches a path below `address`; both may stand for another server than FRED's."""
        super().__init__(api_key=key)
        self._get = get
        self.root_url = address

    def _parse(self, date_str: str, format: str | None = None) -> dt.datetime:  # noqa: A002
        """fredapi's own needs a minute for twenty years of all series."""
        return dt.datetime.fromisoformat(date_str)

    def _Fred__fetch_data(self, url: str) -> ET.Element:  # noqa: N802  (fredapi's name)
        """Every question of fredapi goes through here."""
        path = url.removeprefix(self.root_url)
        separator = "&" if "?" in path else "?"
        try:
            body = self._get(f"{path}{separator}api_key={quote(self.api_key, safe='')}")
            return ET.fromstring(body)  # noqa: S314  (bounded in size; expat bounds entities)
        except RefusedError as error:
            refused = error
        except ET.ParseError as error:
            raise ProviderError(f"the answer is damaged XML ({error}).", where="FRED") from None
        raise _explained(refused)

    def vintages(
        self, series_id: str, first: dt.date, last: dt.date, observation_start: dt.date
    ) -> pd.DataFrame:
        """Every vintage between `first` and `last`: columns observed, value (NaN for missing) and realtime_start.

        fredapi's own method asks for one page only and builds its frame cell by cell; this one pages and is
        quick. A period too rich in vintages for one request is split.
        """
        try:
            return self._pages(series_id, first, last, observation_start)
        except ProviderError as error:
            end = min(last, dt.date.today())
            if _TOO_MANY_VINTAGES not in str(error).lower() or (end - first).days < 2:
                raise
            middle = first + (end - first) / 2
        early = self.vintages(series_id, first, middle, observation_start)
        late = self.vintages(series_id, middle + dt.timedelta(days=1), last, observation_start)
        return pd.concat([early, late], ignore_index=True)

    def _pages(
        self, series_id: str, first: dt.date, last: dt.date, observation_start: dt.date
    ) -> pd.DataFrame:
        observed: list[str] = []
        values: list[float] = []
        published: list[str] = []
        while True:
            root = self._Fred__fetch_data(
                f"{self.root_url}/series/observations?series_id={series_id}&realtime_start={first}&realtime_end={last}"
                f"&observation_start={observation_start}&limit=100000&offset={len(observed)}"
            )
            for row in root:
                observed.append(row.get("date", ""))
                text = row.get("value", ".")
                values.append(float("nan") if text in {".", ""} else float(text))
                published.append(row.get("realtime_start", ""))
            if not len(root) or len(observed) >= int(root.get("count", "0")):
                break
        texts = (pd.Series(each, dtype="str") for each in (observed, published))
        days, starts = map(moments, texts)
        return pd.DataFrame({"observed": days, "value": values, "realtime_start": starts})


def _explained(refused: RefusedError) -> ProviderError:
    """FRED's own words, and what to do about them."""
    try:
        root = ET.fromstring(refused.body)  # noqa: S314
    except ET.ParseError:
        return refused
    if root.tag != "error":
        return refused
    message = " ".join((root.get("message") or "").split())
    if _BAD_KEY in message:
        return KeyRefusedError(
            f"the key in FRED_API_KEY is refused: {message}",
            where="FRED",
            remedy="Check it at fredaccount.stlouisfed.org; until then the keyless download is used.",
        )
    return ProviderError(f"HTTP {refused.status}: {message or 'no reason given.'}", where="FRED")
