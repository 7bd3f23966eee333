"""The register of providers: what it finds, what reads it, and what a new provider needs."""

from __future__ import annotations

import datetime as dt
import inspect
import json
import sys
from pathlib import Path

import fredapi
import pytest

from fiveengines.base.errors import ProviderError
from fiveengines.data import providers as package
from fiveengines.data.catalog import catalog
from fiveengines.data.providers import docs
from fiveengines.data.providers.base import FetchError, Request, Response
from fiveengines.data.providers.registry import labels, registry
from fiveengines.data.providers.transport.fred_client import FredClient
from fiveengines.data.providers.transport.http import Http
from fiveengines.data.providers.transport.settings import Settings
from loopback.server import Loopback


def test_every_provider_is_found_and_a_persons_files_come_last() -> None:
    names = list(registry())
    assert {"cboe", "cftc", "fred", "nyfed", "prices", "treasury"} <= set(names)
    assert names == [*sorted(names[:-1]), "manual_downloads"]
    assert labels()["nyfed"] == "New York Fed"


def test_every_series_served_is_in_the_catalog() -> None:
    with Http(Settings()) as http:
        served = {name: make(http).series for name, make in registry().items()}
    assert {key for keys in served.values() for key in keys} <= set(catalog())
    assert served["treasury"] == ("TGA_DAILY",) and len(served["cftc"]) == 11 * 6 + 2 * 7
    assert served["fred"] == tuple(key for key, entry in catalog().items() if entry.provider == "fred")


def test_providers_page_shows_the_registry() -> None:
    page = docs.PAGE.read_text(encoding="utf-8")
    assert page == docs.rendered(page), "docs/PROVIDERS.md is stale: run `make docs`"
    assert docs.table() in page and docs.addresses() in page


NEW_PROVIDER = '''
from fiveengines.data.providers.base import Provider, Request, Response
from fiveengines.data.providers.frames import frame_by_rule


class Lake(Provider):
    """One series of an imagined service."""

    name = "lake"
    title = label = "Lake"
    serves = "MOVE"
    terms = "none"
    urls = {"lake": "https://lake.example"}
    key = "LAKE_KEY"
    series = ("MOVE", "SKEW")

    def fetch_one(self, series_id: str, request: Request) -> Response:
        rows = self.get_json("/v1/" + series_id)
        frame = frame_by_rule(series_id, rows["days"], rows["values"])
        return Response(series_id, frame, self.address("/v1/" + series_id))

    def ping(self) -> str:
        return str(len(self.get_json("/v1/MOVE", attempts=1)["days"]))
'''


def test_a_new_provider_is_one_module(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Address, key, retries, the cut at `since`, bounds and errors come from the base class."""
    (tmp_path / "lake.py").write_text(NEW_PROVIDER)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    registry.cache_clear()
    try:
        assert registry()["lake"].title == "Lake" and "| Lake | MOVE | `lake.example` |" in docs.table()
        monkeypatch.setenv("FIVEENGINES_LAKE_URL", server.base)
        monkeypatch.setenv("LAKE_KEY", "under-water")
        monkeypatch.setenv("FIVEENGINES_WAIT", "0.01")
        settings = Settings.from_environment()
        assert "under-water" in settings.secrets()
        days = ["2024-01-02", "2024-01-03", "2024-01-04"]
        server.fault(
            "/v1/MOVE", status=200, body=json.dumps({"days": days, "values": [110.0, 111.5, 108.25]}).encode(),
            content_type="application/json",
        )  # fmt: skip
        server.fault("/v1/SKEW", status=404)
        with Http(settings) as http:
            provider = registry()["lake"](http)
            items = list(provider.fetch(dict.fromkeys(("MOVE", "SKEW"), Request(dt.date(2024, 1, 3)))))
        answer, error = items
        assert isinstance(answer, Response) and list(answer.frame["value"]) == [111.5, 108.25]
        assert isinstance(error, FetchError) and error.series == "SKEW" and "HTTP 404" in error.line()
    finally:
        registry.cache_clear()
        sys.modules.pop(f"{package.__name__}.lake", None)


# fredapi


def test_fredapi_has_what_the_subclass_replaces_and_uses() -> None:
    """A new fredapi that renames its transport would ask past ours: key in the address, no deadline, no limit."""
    parameters = {
        "get_series": ["self", "series_id", "observation_start", "observation_end", "kwargs"],
        "get_series_vintage_dates": ["self", "series_id"],
        "_Fred__fetch_data": ["self", "url"],
        "_parse": ["self", "date_str", "format"],
    }
    for name, expected in parameters.items():
        assert list(inspect.signature(getattr(fredapi.Fred, name)).parameters) == expected, name
    assert fredapi.Fred.root_url == "https://api.stlouisfed.org/fred" and fredapi.Fred.nan_char == "."
    for name in ("get_series", "get_series_vintage_dates"):
        code = inspect.getsource(getattr(fredapi.Fred, name))
        assert "self.__fetch_data(url)" in code and "urlopen" not in code and "self._parse(" in code, name
    assert set(vars(FredClient)) & set(vars(fredapi.Fred)) <= {
        "_Fred__fetch_data", "_parse", "__init__", "__doc__", "__module__",
    }  # fmt: skip


def test_every_question_of_fredapi_goes_through_our_transport(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("fredapi asked past our transport")

    monkeypatch.setattr("fredapi.fred.urlopen", refuse)
    asked: list[str] = []
    answers = {
        "/series/observations": b'<observations count="2"><observation date="2024-01-02" value="3.9"/>'
        b'<observation date="2024-01-03" value="."/></observations>',
        "/series/vintagedates": b"<vintage_dates><vintage_date>2024-01-03</vintage_date></vintage_dates>",
    }

    def get(path: str) -> bytes:
        asked.append(path)
        return answers[path.partition("?")[0]]

    client = FredClient(get, "http://127.0.0.1:1/fred", "a b&c")
    found = client.get_series("DGS10", observation_start=dt.date(2024, 1, 1))
    assert found.iloc[0] == 3.9 and found.isna().tolist() == [False, True]
    assert client.get_series_vintage_dates("DGS10") == [dt.datetime(2024, 1, 3)]
    assert all(path.endswith("&api_key=a%20b%26c") for path in asked) and len(asked) == 2
    assert "observation_start=2024-01-01" in asked[0]
    answers["/series/observations"] = b"<observations"
    with pytest.raises(ProviderError, match="damaged XML"):
        client.get_series("DGS10")
