"""What a fetch says when nothing is reached, when an answer is cut short, odd or endless, and how old the store is."""

from __future__ import annotations

import datetime as dt
import json
import re
import time
from pathlib import Path

import pandas as pd
import pytest

from fiveengines.cli import main
from fiveengines.data.fetch import Report, fetch
from fiveengines.data.folder import files
from fiveengines.data.providers.base import MOST_PAGES, FetchError, Item, Request, Response
from fiveengines.data.providers.cftc import Cftc
from fiveengines.data.providers.fred import Fred
from fiveengines.data.providers.nyfed import NewYorkFed
from fiveengines.data.providers.transport.http import Http
from fiveengines.data.providers.transport.redact import Redactor
from fiveengines.data.providers.treasury import Treasury
from fiveengines.data.store import Store
from loopback.answers import GOOD_KEY
from loopback.market import write_files
from loopback.server import Loopback

SINCE = Request(dt.date(2024, 1, 2))
OFFICIAL = ["fred", "nyfed", "treasury", "cboe", "cftc"]


def ask(server: Loopback, maker: type, *ids: str, **settings: object) -> list[Item]:
    with Http(server.settings(**settings)) as http:
        return list(maker(http).fetch(dict.fromkeys(ids, SINCE)))


def responses(items: list[Item]) -> list[str]:
    return [item.series for item in items if isinstance(item, Response)]


def troubles(items: list[Item]) -> list[str]:
    return [str(item.error) for item in items if isinstance(item, FetchError)]


def command(
    server: Loopback, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, list[str]]:
    """Exit code and lines on the terminal of one command that asks `server`."""
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    code = main([*arguments])
    return code, capsys.readouterr().out.splitlines()


# Nothing reached


@pytest.mark.parametrize("folder", [None, "manual_downloads"])
def test_with_nobody_reached_the_fetch_fails_and_says_how_old_the_store_is(
    server: Loopback,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    folder: str | None,
) -> None:
    if folder:
        (tmp_path / folder).mkdir()
    server.fault(".", status=503)
    code, lines = command(server, monkeypatch, capsys, "fetch", "--data-dir", str(tmp_path))
    assert code == 1
    assert lines[-1].startswith("Not reached: ") and "The store is empty." in lines[-1]
    assert "FRED (St. Louis Fed)" in lines[-1] and "New York Fed" in lines[-1]


def test_an_earlier_fetch_is_no_success_of_this_one(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Closes that need no request count for nothing when every request failed."""
    store = Store(tmp_path)
    fetch(store, server.settings(), only=OFFICIAL)
    newest = max(each.newest for each in store.ages())
    server.fault(".", status=503)
    only = [f"--only={name}" for name in OFFICIAL]
    code, lines = command(server, monkeypatch, capsys, "fetch", "--data-dir", str(tmp_path), *only)
    assert code == 1
    assert f"The store's newest figure is of {newest}" in lines[-1]


def test_a_fetch_into_a_store_of_imported_files_says_how_old_it_is(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    market = server.market
    cutoff = pd.Timestamp(dt.date.today()) - pd.Timedelta(days=200)
    kept = {key: values[values.index <= cutoff] for key, values in market.series.items() if key != "VIX"}
    write_files(type(market)(**{**vars(market), "series": kept}), tmp_path / "downloads")
    store = Store(tmp_path / "data")
    store.import_dataset(files.load(tmp_path / "downloads"))
    end = max(each.newest for each in store.ages())
    server.fault(".", status=503)
    code, lines = command(server, monkeypatch, capsys, "fetch", "--data-dir", str(store.folder))
    days = (dt.date.today() - end).days
    assert code == 1 and days >= 200
    assert f"newest figure is of {end} ({days} days old), all of it from imported files." in lines[-1]
    server.faults.clear()
    code, lines = command(server, monkeypatch, capsys, "fetch", "--data-dir", str(store.folder))
    assert code == 0 and "Not reached" not in lines[-1]


def test_the_doctor_shows_newest_date_and_age_of_every_series(
    server: Loopback, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store = Store(tmp_path)
    fetch(store, server.settings(), only=["nyfed", "treasury"])
    monkeypatch.setenv("COLUMNS", "200")
    _, lines = command(server, monkeypatch, capsys, "doctor", "--offline", "--data-dir", str(tmp_path))
    for each in store.ages():
        days = (dt.date.today() - each.newest).days
        row = next(line for line in lines if re.search(rf"\b{each.series}\b.*{each.source}", line))
        assert str(each.newest) in row and ("same day" in row if days <= 0 else f"{days} day" in row)
    assert {each.series for each in store.ages()} == {"RRPONTSYD", "SOFR", "EFFR", "TGA_DAILY"}


# Deadlines


def test_the_deadline_covers_the_headers(server: Loopback) -> None:
    """A byte every 0.1 seconds keeps every single wait short; four times the time-out is the end all the same."""
    server.fault("sofr", drip=0.1)
    began = time.monotonic()
    (told,) = troubles(ask(server, NewYorkFed, "SOFR", timeout=0.3, attempts=1))
    assert time.monotonic() - began < 3
    assert "no whole answer within 1.2 seconds" in told


def test_the_deadline_is_on_the_connections_of_proxies_too(
    server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Loopback(server.market) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base)
        monkeypatch.setenv("NO_PROXY", "")
        proxy.fault("sofr", drip=0.1)
        began = time.monotonic()
        far = server.bases() | {"nyfed": "http://markets.example.test"}
        (told,) = troubles(ask(server, NewYorkFed, "SOFR", timeout=0.3, attempts=1, bases=far))
    assert time.monotonic() - began < 3 and "no whole answer" in told


# Paging


def test_a_list_without_end_is_left(server: Loopback) -> None:
    """A server that answers every page with the same one, or always announces more, is asked a bounded number of
    times."""
    one = (
        b'<observations count="9000000" offset="0"><observation date="2024-01-03" value="4"/></observations>'
    )
    server.fault("observations.*DGS10", body=one, content_type="text/xml")
    items = ask(server, Fred, "DGS10", "DGS2")
    assert responses(items) == ["DGS2"] and "of 9000000 rows came" in troubles(items)[0]
    assert len(server.asked("observations.*DGS10")) == 2  # the second answer was not the page asked for

    def more(body: bytes) -> bytes:
        found = json.loads(body)
        return json.dumps(found | {"meta": {"total-pages": 10**9, "total-count": 10**9}}).encode()

    server.fault("operating_cash", change=more)
    assert "of 1000000000 rows came" in troubles(ask(server, Treasury, "TGA_DAILY"))[0]
    assert len(server.asked("operating_cash")) <= MOST_PAGES


def test_the_cftcs_service_that_repeats_its_page_is_left_for_the_yearly_files(
    server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fiveengines.data.providers.cftc._PAGE", 5)
    pages: list[bytes] = []

    def first(body: bytes) -> bytes:
        pages.append(body)
        return pages[0]

    server.fault("6dca-aqww", change=first)
    items = ask(server, Cftc, "COT_SP500_SPEC_LONG")
    assert "does not end" in troubles(items)[0] and responses(items) == ["COT_SP500_SPEC_LONG"]
    assert len(server.asked("6dca-aqww")) == 2


@pytest.mark.parametrize(
    ("maker", "key", "address"), [(Fred, "DGS10", "observations"), (Treasury, "TGA_DAILY", "operating_cash")]
)
def test_fewer_rows_than_announced_are_refused(server: Loopback, maker: type, key: str, address: str) -> None:
    def fewer(body: bytes) -> bytes:
        if body.startswith(b"<"):
            rows = re.findall(rb"<observation .*?/>\n", body)
            return body.replace(b"".join(rows[-5:]), b"")
        found = json.loads(body)
        found["data"] = found["data"][:-5]
        return json.dumps(found).encode()

    server.fault(address, change=fewer)
    told = troubles(ask(server, maker, key))
    assert len(told) == 1 and "the answer is cut short" in told[0]


# Cut at the end of a row


def _fetch(store: Store, server: Loopback, only: str) -> Report:
    return fetch(store, server.settings(fred_key=None), only=[only])


@pytest.mark.parametrize(
    ("only", "key", "address"), [("fred", "DGS10", "fredgraph.*=DGS10&"), ("cboe", "SKEW", "SKEW_History")]
)
def test_a_body_cut_at_the_end_of_a_row_is_noticed_against_the_store(
    server: Loopback, tmp_path: Path, only: str, key: str, address: str
) -> None:
    market, store = server.market, Store(tmp_path)
    whole = market.series[key]
    market.series[key] = whole.iloc[:-1]
    _fetch(store, server, only)
    before = store.rows(only)[key]
    # one more close is out, so that the series is asked for; of it and the last ones before nothing arrives
    market.series[key] = whole
    shown = len(market.public(key)) if only == "cboe" else 6
    server.fault(address, rows_only=max(2, shown - 8))
    (outcome,) = _fetch(store, server, only).outcomes
    told = [trouble.line() for trouble in outcome.errors if trouble.series == key]
    if not told:
        pytest.skip("no newer close is public at this moment, so nothing was asked")
    assert len(told) == 1 and "looks cut short" in told[0] and "ends on" in told[0]
    pd.testing.assert_frame_equal(store.rows(only)[key], before)
    succeeded = store.status()[only]["succeeded"]
    server.faults.clear()
    _fetch(store, server, only)
    assert store.rows(only)[key]["observed"].max() == market.public(key).index[-1]
    assert store.status()[only]["succeeded"] >= succeeded


def test_dates_that_a_provider_takes_back_are_a_note_and_many_are_a_cut(
    server: Loopback, tmp_path: Path
) -> None:
    market, store = server.market, Store(tmp_path)
    fetch(store, server.settings(), only=["treasury"])
    cash = market.series["TGA_DAILY"]
    market.series["TGA_DAILY"] = cash.drop(cash.index[-4])
    (outcome,) = fetch(store, server.settings(), only=["treasury"]).outcomes
    assert not outcome.errors and f"{cash.index[-4].date()}" in outcome.notes[0]
    assert "odd: TGA_DAILY: 1 of the" in outcome.line()
    market.series["TGA_DAILY"] = cash.drop(cash.index[-15:-4])
    (outcome,) = fetch(store, server.settings(), only=["treasury"]).outcomes
    assert "looks cut short" in str(outcome.errors[0].error)


# Strange answers


@pytest.mark.parametrize(
    ("address", "old", "new"),
    [
        ("observations.*GDPC1", rb'realtime_start="\d{4}-', b'realtime_start="9999-'),
        ("observations.*GDPC1", rb' date="\d{4}-', b' date="9999-'),
        ("observations.*GDPC1", rb'realtime_start="\d{4}-', b'realtime_start="0000-'),
        ("vintagedates.*GDPC1", rb"<vintage_date>\d{4}", b"<vintage_date>many"),
        ("observations.*GDPC1", rb'count="\d+"', b'count="many"'),
        ("observations.*GDPC1", rb' value="[^"]*"', b' value="1e999"'),
    ],
)
def test_a_strange_answer_for_one_series_stops_no_other(
    server: Loopback, tmp_path: Path, address: str, old: bytes, new: bytes
) -> None:
    server.fault(address, change=lambda body: re.sub(old, new, body))
    store = Store(tmp_path)
    (outcome,) = fetch(store, server.settings(), only=["fred"]).outcomes
    assert {trouble.series for trouble in outcome.errors} == {"GDPC1"}
    assert len(store.rows("fred")) > 40
    server.faults.clear()
    (outcome,) = fetch(store, server.settings(), only=["fred"]).outcomes
    assert not outcome.errors and "GDPC1" in store.rows("fred")


def test_whatever_reading_an_answer_raises_is_that_series_alone(
    server: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = Fred._plain

    def odd(self: Fred, api: object, series_id: str, request: Request) -> Response:
        if series_id == "DGS10":
            raise NotImplementedError("a library has no such case")
        return read(self, api, series_id, request)  # type: ignore[arg-type]

    monkeypatch.setattr(Fred, "_plain", odd)
    items = ask(server, Fred, "DGS10", "DGS2")
    assert responses(items) == ["DGS2"] and "NotImplementedError" in troubles(items)[0]


# FRED's refusals


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 403},
        {"status": 200},
        {"status": 400, "body": b"Bad Request", "content_type": "text/plain"},
        {"body": b"<?xml version='1.0'?><observations", "content_type": "text/xml"},
        {"body": b'{"observations": []}', "content_type": "application/json"},
    ],
)
def test_a_refusal_that_is_not_freds_own_falls_back_to_the_keyless_download(
    server: Loopback, fault: dict[str, object]
) -> None:
    server.fault("^/fred/", **fault)
    wanted = ("DGS10", "GDPC1", "DGS2", "DGS5", "DGS30")
    items = ask(server, Fred, *wanted)
    assert responses(items) == list(wanted)
    assert len(troubles(items)) == 1
    assert len(server.asked("^/fred/")) == 3  # and then no more


def test_freds_refusal_in_json_is_read(server: Loopback) -> None:
    body = b'{"error_code":400,"error_message":"Bad Request.  The value for variable api_key is not registered."}'
    server.fault("^/fred/", status=400, body=body, content_type="application/json")
    items = ask(server, Fred, "DGS10", "DGS2")
    assert responses(items) == ["DGS10", "DGS2"]
    assert "FRED_API_KEY is refused" in troubles(items)[0] and len(server.asked("^/fred/")) == 1


def test_a_key_that_comes_back_in_capitals_is_hidden(server: Loopback) -> None:
    server.fault("^/fred/", status=418, body=f"no {GOOD_KEY.upper()}".encode(), content_type="text/plain")
    with Http(server.settings()) as http:
        with pytest.raises(Exception, match="418") as caught:
            http.get("fred", f"/series?api_key={GOOD_KEY}", kind="xml")
        assert GOOD_KEY not in f"{caught.value} {caught.value.body}".lower()  # type: ignore[attr-defined]
    assert Redactor("abc+/=")("x ABC%2B%2f%3D y Abc+/= z") == "x [key hidden] y [key hidden] z"


# The CFTC's yearly files


@pytest.mark.parametrize("back", [1, 2])
def test_a_yearly_file_lost_in_the_fallback_is_said_and_costs_no_other(
    server: Loopback, tmp_path: Path, back: int
) -> None:
    year = dt.date.today().year - back
    server.fault("/resource/", status=503)
    server.fault(f"fut_fin_txt_{year}", status=404)
    store = Store(tmp_path)
    (outcome,) = fetch(store, server.settings(), only=["cftc"], since=dt.date(year - 1, 1, 1)).outcomes
    told = [trouble.line() for trouble in outcome.errors if str(year) in trouble.line()]
    assert len(told) == 1 and f"--only cftc --since {year}-01-01" in told[0]
    observed = store.rows("cftc")["TFF_SP500_DEALER_LONG"]["observed"]
    assert year not in set(observed.dt.year) and dt.date.today().year in set(observed.dt.year)
    assert "succeeded" not in store.status()["cftc"]
