"""fredapi with our transport under it: the one place that replaces any of its methods.

It words the questions and reads the answers; what a series needs is decided in `providers.fred`.
"""

from __future__ import annotations

import datetime as dt
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable
from urllib.parse import quote

import fredapi
import pandas as pd

from fiveengines.base.errors import ProviderError
from fiveengines.data.providers.base import MOST_PAGES, CutShortError, KeyRefusedError, RefusedError
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
            refused = RefusedError(f"the answer is damaged XML ({error}).", status=200, body="", where="FRED")
        raise _explained(refused)

    def history(self, series_id: str, observation_start: dt.date) -> pd.Series:
        """The newest values (n,) by observation date (NaN for missing), every page of them."""
        rows = self._pages(series_id, f"&observation_start={observation_start}")
        return pd.Series(rows["value"].to_numpy(), index=pd.DatetimeIndex(rows["observed"]))

    def vintages(
        self, series_id: str, first: dt.date, last: dt.date, observation_start: dt.date
    ) -> pd.DataFrame:
        """Every vintage between `first` and `last`: columns observed, value (NaN for missing) and realtime_start.

        fredapi's own method asks for one page only and builds its frame cell by cell; this one pages and is
        quick. A period too rich in vintages for one request is split.
        """
        try:
            return self._pages(
                series_id,
                f"&realtime_start={first}&realtime_end={last}&observation_start={observation_start}",
            )
        except ProviderError as error:
            end = min(last, dt.date.today())
            if _TOO_MANY_VINTAGES not in str(error).lower() or (end - first).days < 2:
                raise
            middle = first + (end - first) / 2
        early = self.vintages(series_id, first, middle, observation_start)
        late = self.vintages(series_id, middle + dt.timedelta(days=1), last, observation_start)
        return pd.concat([early, late], ignore_index=True)

    def _pages(self, series_id: str, conditions: str) -> pd.DataFrame:
        """Every row that FRED announces: columns observed, value and realtime_start; ProviderError when some are
        missing."""
        rows: list[tuple[str, str, str]] = []
        for _ in range(MOST_PAGES):
            root = self._Fred__fetch_data(
                f"{self.root_url}/series/observations?series_id={series_id}{conditions}"
                f"&limit=100000&offset={len(rows)}"
            )
            announced = int(root.get("count", len(rows) + len(root)))
            if int(root.get("offset", len(rows))) != len(rows):
                break
            rows += [
                (row.get("date", ""), row.get("value", ""), row.get("realtime_start", "")) for row in root
            ]
            if len(rows) >= announced:
                texts = pd.DataFrame(rows, columns=["observed", "value", "realtime_start"], dtype="str")
                values = pd.to_numeric(texts["value"].replace(".", "")).astype("float64")
                days, starts = moments(texts["observed"]), moments(texts["realtime_start"])
                return pd.DataFrame({"observed": days, "value": values, "realtime_start": starts})
            if not len(root):
                break
        raise CutShortError(len(rows), announced, where="FRED", series=series_id)


def _explained(refused: RefusedError) -> ProviderError:
    """FRED's own words, and what to do about them."""
    message = _words(refused.body)
    if message is None:
        return refused
    if _BAD_KEY in message:
        return KeyRefusedError(
            f"the key in FRED_API_KEY is refused: {message}",
            where="FRED",
            remedy="Check it at fredaccount.stlouisfed.org; until then the keyless download is used.",
        )
    return ProviderError(f"HTTP {refused.status}: {message or 'no reason given.'}", where="FRED")


def _words(body: str) -> str | None:
    """The message of FRED's own error, in XML or JSON; None where the answer is something else's."""
    try:
        found = json.loads(body) if body.lstrip()[:1] == "{" else ET.fromstring(body)  # noqa: S314
    except (ET.ParseError, ValueError, RecursionError):
        return None
    if isinstance(found, dict):
        message = found.get("error_message")
    else:
        message = found.get("message", "") if found.tag == "error" else None
    return None if message is None else " ".join(str(message).split())
