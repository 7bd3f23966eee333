"""FRED: vintages of revised series, plain history of the others, the graph download when there is no key.

fredapi words the questions and reads the answers; the transport is ours. No other provider may enter.
"""

from __future__ import annotations

import datetime as dt
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import quote

import numpy as np
import pandas as pd

from fiveengines.base.errors import DataError, ProviderError
from fiveengines.data import catalog
from fiveengines.data.calendars import NEW_YORK, published_at, to_utc
from fiveengines.data.folder.csv import read_csv
from fiveengines.data.providers import base
from fiveengines.data.providers.base import Basis, FetchError, Request, Response
from fiveengines.data.providers.http import Http, RefusedError, UnreachableError

# FRED refuses a request that spans more than 2,000 vintages.
_VINTAGES_A_REQUEST = 1900
# A weekly index rewrites its whole history every week; revisions older than this move no reading.
_WEEKLY_VINTAGES_A_REQUEST = 208
_WEEKLY_HORIZON = dt.timedelta(days=400)
_END_OF_TIME = "9999-12-31"
_NO_VINTAGES = "does not exist in alfred"
_TOO_MANY_VINTAGES = "maximum number of vintage dates"
_BAD_KEY = "api_key"


class KeyRefusedError(ProviderError):
    """FRED does not know the key."""


class Fred:
    """Every catalog series whose provider is FRED."""

    name = "fred"
    title = "FRED (St. Louis Fed)"
    needs_key = True

    def __init__(self, http: Http) -> None:
        self._http = http
        self._api = _Api(http) if http.settings.fred_key else None

    @property
    def series(self) -> tuple[str, ...]:
        """All series that the catalog takes from FRED."""
        return tuple(key for key, entry in catalog.catalog().items() if entry.provider == "fred")

    def fetch(self, wanted: Mapping[str, Request]) -> Iterator[Response | FetchError]:
        """Vintages for revised series, history for the others; without a (valid) key, or while the service is
        down, the graph download for all."""
        refused: KeyRefusedError | None = None
        down: UnreachableError | None = None
        for series_id, want in wanted.items():
            entry = catalog.lookup(series_id)
            try:
                with base.expected_form(self._http.base("fred"), series_id):
                    if self._api is None or refused is not None:
                        answer = self._keyless(series_id, want)
                    elif entry.revised:
                        answer = self._with_vintages(entry, want)
                    else:
                        answer = self._plain(series_id, want)
                yield answer
            except KeyRefusedError as error:
                refused = error
                yield FetchError(None, error)
                yield from self.fetch_keyless({series_id: want})
            except UnreachableError as error:
                if self._api is None or refused is not None:
                    yield FetchError(series_id, error)
                    continue
                if down is None:
                    down = error
                    yield FetchError(None, error)
                yield from self.fetch_keyless({series_id: want})
            except DataError as error:
                yield FetchError(series_id, error)

    def fetch_keyless(self, wanted: Mapping[str, Request]) -> Iterator[Response | FetchError]:
        """The graph download, publication by rule."""
        for series_id, want in wanted.items():
            try:
                with base.expected_form(self._http.base("fred_graph"), series_id):
                    answer = self._keyless(series_id, want)
                yield answer
            except DataError as error:
                yield FetchError(series_id, error)

    def ping(self) -> str:
        """One observation of the federal funds rate, with the key when there is one."""
        start = (pd.Timestamp.now() - pd.Timedelta(days=14)).date()
        if self._api is not None:
            return f"key accepted, {len(self._api.get_series('DFF', observation_start=start))} recent values"
        params = {"id": "DFF", "cosd": start.isoformat()}
        self._http.get("fred_graph", "/graph/fredgraph.csv", kind="csv", params=params, attempts=1)
        return "keyless download works"

    def _plain(self, series_id: str, want: Request) -> Response:
        api = self._needs_api()
        found = api.get_series(series_id, observation_start=want.since)
        frame = base.frame_by_rule(series_id, found.index, found.to_numpy())
        return Response(
            series_id, base.since(frame, want.since), f"{api.root_url}/series/observations {series_id}"
        )

    def _keyless(self, series_id: str, want: Request) -> Response:
        params = {"id": series_id, "cosd": want.since.isoformat()}
        path = "/graph/fredgraph.csv"
        raw = self._http.get("fred_graph", path, kind="csv", params=params)
        origin = f"{self._http.base('fred_graph')}{path}?id={series_id}"
        if raw.count(b"\n") <= 1:  # the header alone: nothing since then
            return Response(series_id, base.frame_by_rule(series_id, [], []), origin)
        table = read_csv(raw, where=origin, wanted=(series_id.lower(),), series=series_id)
        frame = base.frame_by_rule(series_id, table.dates, table.columns[series_id.lower()])
        return Response(series_id, base.since(frame, want.since), origin, tuple(table.repairs))

    def _with_vintages(self, entry: catalog.Series, want: Request) -> Response:
        api = self._needs_api()
        try:
            vintages = [stamp.date() for stamp in api.get_series_vintage_dates(entry.id)]
        except ProviderError as error:
            if _NO_VINTAGES in str(error).lower():
                return self._plain(entry.id, want)
            raise
        if not vintages:
            return self._plain(entry.id, want)
        parts = [
            api.vintages(entry.id, first, last, start)
            for first, last, start in _windows(vintages, want, weekly=entry.frequency == "weekly")
        ]
        rows = pd.concat(parts, ignore_index=True) if parts else _no_rows()
        known = to_utc(pd.DatetimeIndex(rows["realtime_start"]), entry.release.time)
        # What the archive's first vintage holds was published before there was an archive: the rule dates it.
        archive_starts = np.datetime64(vintages[0], "D")
        opening = rows["realtime_start"].to_numpy().astype("datetime64[D]") == archive_starts
        if entry.frequency == "weekly":
            recent = rows["observed"] >= rows["realtime_start"] - pd.Timedelta(_WEEKLY_HORIZON)
            rows, known, opening = rows[recent | opening], known[recent | opening], opening[recent | opening]
        by_rule = published_at(entry, base.moments(rows["observed"]))
        known = known.where(~opening | (by_rule > known), by_rule)
        # where one request's period begins, FRED repeats every value then in force
        frame = base.changes_only(
            base.answer_frame(rows["observed"], rows["value"], known, int(Basis.PROVIDER))
        )
        return Response(
            entry.id, base.since(frame, want.since), f"{api.root_url}/series/observations {entry.id}"
        )

    def _needs_api(self) -> _Api:
        if self._api is None:
            raise ProviderError("no key.", where=self.title, remedy="Set FRED_API_KEY.")
        return self._api


def _windows(
    vintages: Sequence[dt.date], want: Request, *, weekly: bool
) -> Iterator[tuple[dt.date, str, dt.date]]:
    """Requests (first vintage, last real-time day, first observation) that cover the vintages still
    unknown."""
    first_new = want.since
    if want.seen is not None:
        first_new = max(first_new, want.seen.tz_localize("UTC").tz_convert(NEW_YORK).date())
    # the vintage in force when the wanted stretch begins, and all after it
    start = max(
        0,
        int(np.searchsorted(np.array(vintages, dtype="datetime64[D]"), np.datetime64(first_new), "right"))
        - 1,
    )
    new = list(vintages[start:])
    size = _WEEKLY_VINTAGES_A_REQUEST if weekly else _VINTAGES_A_REQUEST
    chunks = [new[at : at + size] for at in range(0, len(new), size)]
    if weekly and want.seen is None and chunks:
        chunks[:1] = [chunks[0][:1], chunks[0][1:]]
        chunks = [chunk for chunk in chunks if chunk]
    for at, chunk in enumerate(chunks):
        last = (
            (chunks[at + 1][0] - dt.timedelta(days=1)).isoformat() if at + 1 < len(chunks) else _END_OF_TIME
        )
        whole = not weekly or (at == 0 and want.seen is None)
        yield chunk[0], last, want.since if whole else max(want.since, chunk[0] - _WEEKLY_HORIZON)


def _no_rows() -> pd.DataFrame:
    return pd.DataFrame(
        {"observed": base.moments([]), "value": np.empty(0), "realtime_start": base.moments([])}
    )


def _client() -> type:
    import fredapi

    client: type = fredapi.Fred
    return client


class _Api:
    """fredapi's questions and parsing over our transport, with one address and no key in any error."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self.root_url = http.base("fred")
        key = http.settings.fred_key

        class Client(_client()):  # type: ignore[misc]
            """fredapi with a quick date parser: its own needs a minute for twenty years of all series."""

            def _parse(self, date_str: str, format: str | None = None) -> dt.datetime:  # noqa: A002
                return dt.datetime.fromisoformat(date_str)

        self._fred = Client(api_key=key)
        self._fred.root_url = self.root_url
        # fredapi asks through this private method; replacing it gives time-outs, retries, limits and redacted
        # errors
        self._fred._Fred__fetch_data = self._ask

    def _ask(self, url: str) -> ET.Element:
        path = url.removeprefix(self.root_url)
        separator = "&" if "?" in path else "?"
        refused: RefusedError | None = None
        try:
            body = self._http.get(
                "fred",
                f"{path}{separator}api_key={quote(self._http.settings.fred_key or '', safe='')}",
                kind="xml",
            )
            return ET.fromstring(body)  # noqa: S314  (bounded in size; expat bounds entities)
        except RefusedError as error:
            refused = error
        except ET.ParseError as error:
            raise ProviderError(f"the answer is damaged XML ({error}).", where="FRED") from None
        raise _explained(refused)

    def get_series(self, series_id: str, *, observation_start: dt.date) -> pd.Series:
        """Latest values (n,) indexed by date, NaN for missing."""
        found: pd.Series = self._fred.get_series(series_id, observation_start=observation_start)
        return found

    def get_series_vintage_dates(self, series_id: str) -> list[dt.datetime]:
        """Every date on which the series was published or revised, rising."""
        dates: list[dt.datetime] = self._fred.get_series_vintage_dates(series_id)
        return dates

    def vintages(self, series_id: str, first: dt.date, last: str, observation_start: dt.date) -> pd.DataFrame:
        """Rows observed, value, realtime_start of every vintage between `first` and `last`.

        fredapi's own method asks for one page only and builds its frame cell by cell; this one pages and is
        quick. A period too rich in vintages for one request is split.
        """
        try:
            return self._pages(series_id, first, last, observation_start)
        except ProviderError as error:
            end = dt.date.today() if last == _END_OF_TIME else dt.date.fromisoformat(last)
            if _TOO_MANY_VINTAGES not in str(error).lower() or (end - first).days < 2:
                raise
            middle = first + (end - first) / 2
        early = self.vintages(series_id, first, middle.isoformat(), observation_start)
        late = self.vintages(series_id, middle + dt.timedelta(days=1), last, observation_start)
        return pd.concat([early, late], ignore_index=True)

    def _pages(self, series_id: str, first: dt.date, last: str, observation_start: dt.date) -> pd.DataFrame:
        observed: list[str] = []
        values: list[float] = []
        published: list[str] = []
        while True:
            root = self._ask(
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
        moments = [base.moments(pd.Series(texts, dtype="str")) for texts in (observed, published)]
        return pd.DataFrame({"observed": moments[0], "value": values, "realtime_start": moments[1]})


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
