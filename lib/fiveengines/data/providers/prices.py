"""Closes of indices, futures, funds and index members through yfinance (the optional extra `prices`).

For personal use under Yahoo's terms; nothing is redistributed. Other vendors' prices may not enter.
"""

from __future__ import annotations

import datetime as dt
import logging
import warnings
from collections.abc import Iterator, Mapping
from importlib.util import find_spec
from typing import Any

import numpy as np
import pandas as pd

from fiveengines.base.errors import DataError, ProviderError
from fiveengines.data import catalog
from fiveengines.data.calendars import published_at, utc_now
from fiveengines.data.dataset import Members
from fiveengines.data.folder.csv import read_texts
from fiveengines.data.providers.base import FetchError, Item, Provider, Request, Response
from fiveengines.data.providers.frames import frame_by_rule

_INDICES = {"SPX": "^GSPC", "NDX": "^NDX", "RUT": "^RUT", "RUA": "^RUA"}
_FIELDS = {"OPEN": "Open", "HIGH": "High", "LOW": "Low"}
_A_TIME = 60
MEMBERS_LIST = "members.csv"
_OVERLAP = dt.timedelta(days=10)
NOTE = (
    "Closes of the companies in the member list. Those that have left the index are missing, so past breadth"
    " looks better than it was (survivorship bias)."
)


class Prices(Provider):
    """Every catalog series whose provider is `prices`, and the members of the list that the person maintains.

    The list is `members.csv` in the data folder (columns ticker and sector); without it no members are
    fetched.
    """

    name = "prices"
    title = "Prices through yfinance"
    label = "prices"
    serves = "indices, futures, funds; the members in your `members.csv` (extra `prices`)"
    address_note = "Yahoo Finance"
    terms = (
        "[Yahoo's terms](https://legal.yahoo.com/us/en/yahoo/terms/otos/index.html): personal use;"
        " [yfinance](https://github.com/ranaroussi/yfinance) is not affiliated"
    )
    # another address stands in for Yahoo's only when one is set
    urls = {"prices": ""}
    adjusted = True

    def fetch(self, requests: Mapping[str, Request]) -> Iterator[Item]:
        """Series, symbols that start alike in one download; then the members. ProviderError without yfinance."""
        self._require()
        return super().fetch(requests)

    def fetch_one(self, series_id: str, request: Request) -> Response:
        """A column of the download that the series shares with up to sixty symbols."""
        wanted = (key for key, each in self.requests.items() if each.since == request.since)
        names = list(dict.fromkeys(symbol(key)[0] for key in wanted))
        name, field = symbol(series_id)
        start = names.index(name) // _A_TIME * _A_TIME
        group = names[start : start + _A_TIME]
        table = self.shared(f"{request.since} {start}", lambda: self._download(group, request.since))
        values = table.get((field, name), pd.Series(dtype="float64"))
        if not values.notna().any():
            raise ProviderError(f"no prices for {name}.", where=self.title, series=series_id)
        frame = frame_by_rule(series_id, values.index, values.to_numpy())
        return Response(series_id, _closed(frame), f"Yahoo Finance {name}")

    def ping(self) -> str:
        """Five days of one fund."""
        self._require()
        table = self._download(["SPY"], dt.date.today() - dt.timedelta(days=7))
        if not len(table):
            raise ProviderError("no answer for SPY.", where=self.title, remedy="Try again later.")
        return f"newest close {pd.Timestamp(table.index[-1]).date()}"

    def _require(self) -> None:
        if find_spec("yfinance") is None:
            raise ProviderError(
                "yfinance is not installed.", where=self.title, remedy="pip install 'fiveengines[prices]'"
            )

    def fetch_extras(self) -> Iterator[Item]:
        """Closes of the members in the list."""
        if self.folder is None:
            return
        path = self.folder / MEMBERS_LIST
        if not path.is_file():
            return
        try:
            texts = read_texts(path.read_bytes(), where=MEMBERS_LIST, wanted=("ticker", "sector"))
        except DataError as error:
            yield FetchError(None, error)
            return
        sectors = {t: s for t, s in zip(texts["ticker"], texts["sector"], strict=True) if t}
        held = self.members.closes if self.members is not None else pd.DataFrame()
        old = [t for t in sectors if t in held.columns and held[t].notna().any()]
        new = [t for t in sectors if t not in old]
        recent = pd.Timestamp(held.index[-1]).date() - _OVERLAP if old else self.first
        for tickers, since in ((old, recent), (new, self.first)):
            for at in range(0, len(tickers), _A_TIME):
                yield self._some_members(tickers[at : at + _A_TIME], since, sectors)

    def _some_members(self, tickers: list[str], since: dt.date, sectors: Mapping[str, str]) -> Item:
        # Yahoo writes BRK-B where the exchange writes BRK.B
        names = {ticker: ticker.replace(".", "-") for ticker in tickers}
        try:
            table = self._download(list(names.values()), since)
        except DataError as error:
            return FetchError(None, error)
        closes = {
            ticker: table[("Close", name)]
            for ticker, name in names.items()
            if ("Close", name) in table.columns
        }
        if not closes:
            return FetchError(
                None, ProviderError(f"no prices for {', '.join(tickers[:5])} …", where=self.title)
            )
        frame = pd.DataFrame(closes)
        entry = catalog.lookup("SPY")
        public = published_at(entry, pd.DatetimeIndex(frame.index)) <= utc_now()
        return Members(frame.loc[public], sectors, NOTE, "Yahoo Finance")

    def _download(self, names: list[str], since: dt.date) -> pd.DataFrame:
        """Adjusted closes and prices, index date, columns (field, symbol); ProviderError when nothing
        came."""
        import yfinance

        logging.getLogger("yfinance").setLevel(logging.CRITICAL)
        # yfinance's own use of pandas is not the reader's to mend.
        warnings.filterwarnings("ignore", category=DeprecationWarning)
        if self.folder is not None:
            cache = self.folder / ".yfinance"
            cache.mkdir(parents=True, exist_ok=True)
            yfinance.set_tz_cache_location(str(cache))
        if self.http.settings.bases.get("prices"):
            _aim(self.http.settings.bases["prices"])
        failure = ""
        try:
            table: pd.DataFrame | None = yfinance.download(
                names,
                start=since.isoformat(),
                auto_adjust=True,
                actions=False,
                progress=False,
                group_by="column",
                threads=4,
                timeout=self.http.settings.timeout,
            )
        except Exception as error:  # yfinance raises whatever its libraries raise
            table, failure = None, type(error).__name__
        if table is None or not len(table):
            raise ProviderError(
                f"no answer for {len(names)} symbol(s){f' ({failure})' if failure else ''}.",
                where=self.title,
                remedy="Yahoo limits how much one address may ask; try again in an hour.",
            )
        days = pd.DatetimeIndex(table.index).tz_localize(None).normalize().astype("datetime64[s]")
        return table.set_axis(days).astype("float64")


def symbol(series_id: str) -> tuple[str, str]:
    """Yahoo's symbol and field of a catalog series: SPX_OPEN → ^GSPC, Open; ES_F → ES=F, Close."""
    stem, _, last = series_id.rpartition("_")
    if stem and last in _FIELDS:
        return symbol(stem)[0], _FIELDS[last]
    if series_id in _INDICES:
        return _INDICES[series_id], "Close"
    if series_id.endswith("_F"):
        return f"{stem}=F", "Close"
    return series_id.replace("_", "-"), "Close"


def _closed(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows whose session is over: during the day Yahoo gives the last trade as the day's close."""
    over = frame["known_at"].to_numpy() <= np.datetime64(utc_now(), "s")
    return frame.loc[over].reset_index(drop=True)


def _aim(url: str) -> None:
    """Point yfinance at another address that answers as Yahoo's chart service does
    (FIVEENGINES_PRICES_URL)."""
    from yfinance import base as tickers
    from yfinance.data import YfData
    from yfinance.scrapers import history

    modules: tuple[Any, ...] = (tickers, history)
    for module in modules:
        module._BASE_URL_ = url
    YfData._get_cookie_and_crumb = lambda self, timeout=30: (None, "basic")
