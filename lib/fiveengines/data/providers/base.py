"""What live providers share: the life of a series from request to response, and the shape of both.

No provider is named here; a provider says only what it serves and how one series is asked for.
"""

from __future__ import annotations

import datetime as dt
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeVar

import numpy as np
import pandas as pd

from fiveengines.base.errors import DataError, ProviderError
from fiveengines.data.calendars import FIRST_SESSION
from fiveengines.data.catalog import catalog, lookup
from fiveengines.data.dataset import Members
from fiveengines.data.folder.observations import usable_rows
from fiveengines.data.providers.frames import since

if TYPE_CHECKING:
    from fiveengines.data.providers.transport.http import Http

Kind = Literal["csv", "json", "xml", "zip"]
Shared = TypeVar("Shared")
LATER = "Try `fiveengines fetch` again later; what was stored before is unchanged."
# More pages than any provider has to answer one question: a list that never ends is an error of its server.
MOST_PAGES = 60
# The first session that the calendar knows.
HISTORY_STARTS = dt.date.fromisoformat(FIRST_SESSION)
# An observation or a publication so many days ahead of the clock is no figure that anybody has.
_AHEAD = dt.timedelta(days=370)
# Some figures are announced before the day or month they are for; none so long before.
_EARLY = np.timedelta64(45, "D")


class RefusedError(ProviderError):
    """The provider answered with an error that asking again cannot cure; `body` holds its words."""

    def __init__(
        self, message: str, *, status: int, body: str, where: str, remedy: str | None = None
    ) -> None:
        super().__init__(message, where=where, remedy=remedy)
        self.status, self.body = status, body


class KeyRefusedError(ProviderError):
    """The provider does not accept the key."""


class IncompleteError(ProviderError):
    """A part of what was asked for is missing, though something came: the fetch is not complete."""


class CutShortError(IncompleteError):
    """Fewer rows came than the provider announced."""

    def __init__(self, came: int, announced: int, *, where: str, series: str | None = None) -> None:
        super().__init__(
            f"{came} of {announced} rows came; the answer is cut short.",
            where=where,
            series=series,
            remedy=LATER,
        )


class UnreachableError(ProviderError):
    """Every try failed, or the provider asked to be left alone."""


@dataclass(frozen=True)
class Request:
    """One series to fetch: observations from `since` on.

    `seen` is the newest publication (naive UTC) that the store holds by the provider's own word, or None.
    """

    since: dt.date
    seen: pd.Timestamp | None = None


@dataclass(frozen=True)
class Response:
    """Observations of one series.

    `frame` has observed (datetime64[s]), value (float64, catalog unit, never NaN), known_at (datetime64[s],
    naive UTC) and basis (int8, a Basis). `origin` is where they came from, without any key; `notes` say in
    words what was odd. `error` says why a part is missing.
    """

    series: str
    frame: pd.DataFrame
    origin: str
    notes: tuple[str, ...] = ()
    error: DataError | None = None


@dataclass(frozen=True)
class FetchError:
    """A series, or with None the whole provider, that could not be had, and why in the reader's words."""

    series: str | None
    error: DataError

    def line(self) -> str:
        """The error, with the series where the error itself does not name it."""
        text = str(self.error)
        return text if self.series is None or self.series in text else f"{self.series}: {text}"


@dataclass(frozen=True)
class FoundTables:
    """Tables that are no series, by the names of TABLES, and prices of further tickers (dates × tickers)."""

    tables: Mapping[str, pd.DataFrame]
    prices: pd.DataFrame | None


Item = Response | Members | FoundTables | FetchError


class Provider(ABC):
    """One source of series, over the network or from downloaded files.

    A subclass in this package names itself and implements `fetch_one`; the registry finds it, and settings,
    fetch, doctor, labels and docs/PROVIDERS.md follow. One object serves one fetch, in one thread.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    label: ClassVar[str]
    # what it serves, its address, its key and its terms as docs/PROVIDERS.md shows them
    serves: ClassVar[str]
    address_note: ClassVar[str] = ""
    terms: ClassVar[str]
    # addresses by the name that settings and limits use; the first one is the provider's own
    urls: ClassVar[Mapping[str, str]] = {}
    # how many requests in how many seconds, by the same names
    limits: ClassVar[Mapping[str, tuple[int, float]]] = {}
    # environment variable that holds the key, and where a person gets one
    key: ClassVar[str | None] = None
    key_page: ClassVar[str] = ""
    # nobody misses it: without its key it is not asked
    optional: ClassVar[bool] = False
    # files that a person brings: reading them again costs nothing
    by_hand: ClassVar[bool] = False
    # adjusted prices, of which a dividend rescales the whole past
    adjusted: ClassVar[bool] = False
    # how many days a repeated fetch looks back, where the usual number does not fit
    overlap_days: ClassVar[Mapping[str, int]] = {}

    def __init__(
        self,
        http: Http,
        *,
        folder: Path | None = None,
        members: Members | None = None,
        first: dt.date = HISTORY_STARTS,
    ) -> None:
        self.http, self.folder, self.members, self.first = http, folder, members, first
        self.requests: Mapping[str, Request] = {}
        self._shared: dict[str, Any] = {}
        self._problems: list[DataError] = []

    @property
    def series(self) -> tuple[str, ...]:
        """Catalog ids that this provider can deliver: by default those whose provider it is."""
        return tuple(key for key, entry in catalog().items() if entry.provider == self.name)

    @abstractmethod
    def fetch_one(self, series_id: str, request: Request) -> Response:
        """What the provider has of one series from `request.since` on or longer; DataError when it has nothing.

        Times are the provider's own or the catalog's rule. A misshapen answer may raise what Python raises.
        """

    @abstractmethod
    def ping(self) -> str:
        """Ask the provider for something tiny; its reply in a few words, or ProviderError."""

    def fetch_extras(self) -> Iterator[Item]:
        """What comes beside the requested series."""
        return iter(())

    def fetch(self, requests: Mapping[str, Request]) -> Iterator[Item]:
        """Yield a Response or FetchError for each series as it arrives, then the extras.

        A failing series never stops the others; values outside the catalog's bounds and before `since` are left
        out; no error holds a secret. Raises ProviderError only when nothing at all can be had.
        """
        self.requests = requests
        served = frozenset(self.series)
        for series_id in (key for key in requests if key in served):
            items = self._life(series_id, requests[series_id])
            while self._problems:
                yield self._failed(None, self._problems.pop(0))
            yield from items
        yield from self.fetch_extras()

    def _life(self, series_id: str, request: Request) -> list[Item]:
        try:
            with expected_form(self.address() or self.title, series_id):
                response = self.fetch_one(series_id, request)
                frame = since(response.frame, request.since)
                observed, value = frame["observed"].to_numpy(), frame["value"].to_numpy()
                usable, outside = usable_rows(lookup(series_id), observed, value, self.title)
                left_out = [said for _, said in outside]
                usable &= self._possible(frame, left_out)
        except DataError as error:
            return [self._failed(series_id, error)]
        frame = frame.loc[usable].reset_index(drop=True)
        items: list[Item] = []
        if len(frame) or response.error is None:
            items.append(replace(response, frame=frame, notes=(*response.notes, *left_out)))
        if response.error is not None:
            items.append(self._failed(series_id, response.error))
        return items

    def _possible(self, frame: pd.DataFrame, left_out: list[str]) -> np.ndarray:
        """Which rows (n,) have dates that can be; what was left out is added to `left_out`."""
        latest = np.datetime64(dt.date.today() + _AHEAD, "s")
        observed, known = frame["observed"].to_numpy(), frame["known_at"].to_numpy()
        possible: np.ndarray = (observed <= latest) & (known <= latest) & (known >= observed - _EARLY)
        if count := int((~possible).sum()):
            left_out.append(f"{count} row(s) with an impossible date or moment of publication were left out.")
        return possible

    def _failed(self, series_id: str | None, error: DataError) -> FetchError:
        clean = self.http.redact(str(error))
        return FetchError(series_id, error if clean == str(error) else DataError(clean))

    def report(self, error: DataError) -> None:
        """Note a problem of the provider as a whole, for which something else stands in."""
        self._problems.append(error)

    def shared(self, name: str, download: Callable[[], Shared]) -> Shared:
        """What `download` returns, asked once for all series that share it; its DataError is raised to each."""
        if name not in self._shared:
            try:
                with expected_form(self.address() or self.title, name):
                    self._shared[name] = download()
            except DataError as error:
                self._shared[name] = error
        found: Shared = self._shared[name]
        if isinstance(found, DataError):
            raise found
        return found

    def address(self, path: str = "", url: str | None = None) -> str:
        """Address of `path` below one of `urls` (default: the first), without any secret; empty without one."""
        name = url or next(iter(self.urls), None)
        return self.http.base(name) + path if name else ""

    def get(
        self,
        path: str,
        *,
        kind: Kind,
        params: Mapping[str, str | int] | None = None,
        attempts: int | None = None,
        url: str | None = None,
    ) -> bytes:
        """The checked body of `path`, with the retries and limits of `Http.get`."""
        return self.http.get(url or next(iter(self.urls)), path, kind=kind, params=params, attempts=attempts)

    def get_json(
        self, path: str, params: Mapping[str, str | int] | None = None, attempts: int | None = None
    ) -> Any:
        """The decoded JSON of `path`; ProviderError when it is none."""
        raw = self.get(path, kind="json", params=params, attempts=attempts)
        with expected_form(self.address(path)):
            return json.loads(raw)


@contextmanager
def expected_form(where: str, series: str | None = None) -> Iterator[None]:
    """Whatever a misshapen answer raises while it is read becomes a ProviderError that names the series."""
    try:
        yield
    except DataError:
        raise
    except Exception as error:  # libraries raise whatever they like about an answer they did not expect
        raise ProviderError(
            f"the answer has not the expected form ({type(error).__name__}: {str(error)[:120]}).",
            where=where,
            series=series,
            remedy="Fetch again later; if it stays so, the provider has changed its format.",
        ) from None
