"""Every fault of a network against real HTTP: what helps is tried again, the rest is named, nothing else
suffers."""

from __future__ import annotations

import datetime as dt
import logging
import os
import time
from email.utils import format_datetime
from pathlib import Path

import pandas as pd
import pytest

from fiveengines.base.errors import ParameterError, ProviderError
from fiveengines.data.fetch import Event, fetch
from fiveengines.data.providers.base import FetchError, Item, RefusedError, Request, Response
from fiveengines.data.providers.cboe import Cboe
from fiveengines.data.providers.cftc import Cftc
from fiveengines.data.providers.fred import Fred
from fiveengines.data.providers.nyfed import NewYorkFed
from fiveengines.data.providers.transport.http import Http, RateLimiter
from fiveengines.data.providers.transport.redact import Redactor
from fiveengines.data.providers.transport.settings import Settings
from fiveengines.data.providers.treasury import Treasury
from fiveengines.data.store import Store
from loopback.answers import GOOD_KEY
from loopback.server import Loopback

# adapter, a series, the address it is asked for
ONE_OF_EACH = [
    pytest.param(Fred, "DGS10", "observations", id="fred"),
    pytest.param(Cboe, "VIX9D", "VIX9D_History", id="cboe"),
    pytest.param(Cftc, "COT_SP500_SPEC_LONG", "6dca-aqww", id="cftc"),
    pytest.param(NewYorkFed, "SOFR", "sofr", id="nyfed"),
    pytest.param(Treasury, "TGA_DAILY", "operating_cash", id="treasury"),
]
SINCE = Request(dt.date(2024, 1, 2))


def ask(server: Loopback, maker: type, *ids: str, **settings: object) -> list[Item]:
    with Http(server.settings(**settings)) as http:
        return list(maker(http).fetch(dict.fromkeys(ids, SINCE)))


def answered(items: list[Item]) -> bool:
    return len(items) == 1 and isinstance(items[0], Response) and len(items[0].frame) > 20


def told(items: list[Item], key: str | None) -> str:
    troubles = [item for item in items if isinstance(item, FetchError)]
    assert troubles and key in {trouble.series for trouble in troubles}, items
    return str(troubles[-1].error)


PASSING = [
    pytest.param({"status": 500}, "HTTP 500", id="500"),
    pytest.param({"status": 503}, "HTTP 503", id="503"),
    pytest.param({"reset": True}, "connection failed", id="reset mid-body"),
    pytest.param({"cut_gzip": True}, "cut short", id="truncated gzip"),
    pytest.param({"stall": 0.6}, "no answer within 0.3 seconds", id="stall"),
    pytest.param(
        {"body": b"\x1f\x8b nonsense", "headers": {"Content-Encoding": "gzip"}}, "damaged", id="damaged gzip"
    ),
    pytest.param({"headers": {"Content-Encoding": "br"}, "body": b"x"}, "packed as br", id="unknown packing"),
]


@pytest.mark.parametrize(("fault", "words"), PASSING)
@pytest.mark.parametrize(("maker", "key", "address"), [ONE_OF_EACH[0], ONE_OF_EACH[3]])
def test_a_passing_fault_is_tried_again_and_a_lasting_one_named(
    server: Loopback,
    maker: type,
    key: str,
    address: str,
    fault: dict[str, object],
    words: str,
) -> None:
    timeout = 0.3 if "stall" in fault else 5.0
    server.fault(address, times=2, **fault)
    assert answered(ask(server, maker, key, timeout=timeout))
    assert len(server.asked(address)) == 3
    server.fault(address, **fault)
    text = str(
        next(item.error for item in ask(server, maker, key, timeout=timeout) if isinstance(item, FetchError))
    )
    assert words in text and "3 tries" in text and "fiveengines fetch" in text


LASTING = [
    pytest.param({"status": 404}, "HTTP 404", id="404"),
    pytest.param({"status": 401}, "HTTP 401", id="401"),
    pytest.param({"status": 200}, "web page", id="web page"),
    pytest.param({"body": b""}, "answered with nothing", id="empty"),
    pytest.param({"body": b"\x89PNG\r\n", "content_type": "image/png"}, "", id="wrong kind"),
]


@pytest.mark.parametrize(("fault", "words"), LASTING)
@pytest.mark.parametrize(("maker", "key", "address"), ONE_OF_EACH)
def test_what_another_try_cannot_change_is_asked_once(
    server: Loopback,
    maker: type,
    key: str,
    address: str,
    fault: dict[str, object],
    words: str,
) -> None:
    # what would stand in is refused alike
    for each in (address, "deacot", "fredgraph"):
        server.fault(each, **fault)
    assert words in told(ask(server, maker, key), key)
    assert len(server.asked(address)) == 1


def test_a_bad_key_is_said_once_and_the_keyless_download_used(server: Loopback) -> None:
    items = ask(server, Fred, "DGS10", "GDPC1", "DGS2", fred_key="0123456789abcdef0123456789abcdef")
    trouble, *rest = items
    assert isinstance(trouble, FetchError) and trouble.series is None
    assert "FRED_API_KEY" in str(trouble.error) and "not registered" in str(trouble.error)
    assert "0123456789abcdef" not in str(trouble.error)
    assert [item.series for item in rest if isinstance(item, Response)] == ["DGS10", "GDPC1", "DGS2"]
    assert len(server.asked("^/fred/")) == 1


def test_an_unknown_series_does_not_stop_the_others(server: Loopback) -> None:
    del server.market.series["DGS5"]
    items = ask(server, Fred, "DGS2", "DGS5", "DGS10")
    assert [type(item) for item in items] == [Response, FetchError, Response]
    assert "series does not exist" in str(items[1].error)  # type: ignore[union-attr]
    items = ask(server, Fred, "DGS2", "DGS5", "DGS10", fred_key=None)
    assert [type(item) for item in items] == [Response, FetchError, Response]


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(server: Loopback, form: str) -> None:
    when = format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=2))
    server.fault("sofr", times=1, status=429, headers={"Retry-After": "1" if form == "seconds" else when})
    began = time.monotonic()
    assert answered(ask(server, NewYorkFed, "SOFR"))
    assert time.monotonic() - began >= 0.9
    assert len(server.asked("sofr")) == 2


def test_a_very_long_retry_after_is_not_waited_for(server: Loopback) -> None:
    server.fault("sofr", status=429, headers={"Retry-After": "86400"})
    began = time.monotonic()
    assert "86400 seconds" in told(ask(server, NewYorkFed, "SOFR"), "SOFR")
    assert time.monotonic() - began < 3 and len(server.asked("sofr")) == 1


def test_a_csv_that_ends_in_the_middle_of_a_row_is_refused(server: Loopback) -> None:
    server.fault("fredgraph", cut_plain=True)
    assert "middle of a row" in told(ask(server, Fred, "DGS10", fred_key=None), "DGS10")


def test_an_answer_beyond_the_limit_is_not_read(server: Loopback) -> None:
    server.fault("VIX9D", body=b"DATE,VIX9D\n" + b"01/02/2024,12.5\n" * 70000)
    assert "larger than 1 MB" in told(ask(server, Cboe, "VIX9D", max_bytes=2**20), "VIX9D")


def test_a_small_packed_answer_that_unpacks_beyond_the_limit_is_not_read(server: Loopback) -> None:
    import gzip

    bomb = gzip.compress(b"0" * (40 * 2**20), mtime=0)
    assert len(bomb) < 2**17
    server.fault("VIX9D", body=bomb, headers={"Content-Encoding": "gzip"})
    assert "larger than 1 MB" in told(ask(server, Cboe, "VIX9D", max_bytes=2**20), "VIX9D")


def test_cboe_without_the_close_says_so(server: Loopback) -> None:
    server.fault("VVIX", change=lambda body: body.replace(b"VVIX", b"SETTLE", 1))
    assert "vvix" in told(ask(server, Cboe, "VVIX"), "VVIX").lower()


def test_cboe_refusing_the_client_says_what_else_works(server: Loopback) -> None:
    server.fault("History", status=403)
    assert "manual_downloads/cboe" in told(ask(server, Cboe, "VIX"), "VIX")


@pytest.mark.parametrize(("maker", "key", "address"), ONE_OF_EACH)
def test_repeated_and_unordered_rows_give_the_same_figures(
    server: Loopback,
    maker: type,
    key: str,
    address: str,
) -> None:
    (clean,) = ask(server, maker, key)

    def shuffle(body: bytes) -> bytes:
        import json
        import re

        if address == "observations":
            rows = re.findall(rb"<observation .*?/>\n", body)
            return body.replace(b"".join(rows), b"".join([rows[3], *rows[::-1], rows[7]]))
        if address == "VIX9D_History":
            head, *rows = body.splitlines(keepends=True)
            return head + rows[3] + b"".join(rows[::-1]) + rows[7]
        found = json.loads(body)
        rows = found if isinstance(found, list) else found.get("data") or found["refRates"]
        rows[:] = [rows[3], *rows[::-1], rows[7]]
        return json.dumps(found).encode()

    server.fault(address, change=shuffle)
    (odd,) = ask(server, maker, key)
    assert isinstance(clean, Response) and isinstance(odd, Response)
    pd.testing.assert_frame_equal(clean.frame, odd.frame)


def test_a_changed_unit_is_refused_and_a_single_slip_left_out(server: Loopback, tmp_path: Path) -> None:
    market = server.market
    market.series["DGS10"] = market.series["DGS10"] * 0 + 4.0
    market.series["DGS10"].iloc[-5] = 400.0
    market.series["DGS2"] = market.series["DGS2"] * 0 + 450.0
    report = fetch(Store(tmp_path), server.settings(), only=["fred"])
    held = Store(tmp_path).dataset().series
    assert len(held["DGS10"].frame) == len(market.public("DGS10")) - 1
    assert any("DGS10" in note and "400" in note for note in report.outcomes[0].notes)
    assert "DGS2" not in held
    assert any("unit" in str(trouble.error) for trouble in report.outcomes[0].errors)


def test_one_provider_down_never_stops_the_others(server: Loopback, tmp_path: Path) -> None:
    server.fault("/api/global|/data/us|/resources", status=500)
    server.fault("/api/rates", reset=True)
    events: list[Event] = []
    store = Store(tmp_path)
    report = fetch(
        store, server.settings(), on_event=events.append, only=["fred", "cboe", "nyfed", "treasury", "cftc"]
    )
    fared = {outcome.provider: outcome for outcome in report.outcomes}
    assert fared["cboe"].failed and not fared["fred"].errors and not fared["treasury"].errors
    assert report.exit_code == 0
    assert {event.provider for event in events if event.stage == "done"} == set(fared)
    data = store.dataset()
    assert "DGS10" in data.series and "VIX" not in data.series
    said = " ".join(notice.text for notice in data.notices)
    assert "cboe: never fetched completely" in said and "HTTP 500" in said
    # back again: the notice goes
    server.faults.clear()
    fetch(store, server.settings(), only=["cboe", "nyfed"])
    assert not store.dataset().notices


def test_all_providers_down_is_a_failure_that_keeps_what_was_stored(server: Loopback, tmp_path: Path) -> None:
    store = Store(tmp_path)
    fetch(store, server.settings(), only=["treasury"])
    before = store.dataset().fingerprint()
    server.fault(".", status=500)
    assert fetch(store, server.settings(), only=["treasury"]).exit_code == 1
    assert store.dataset().fingerprint() == before
    assert "last complete fetch on" in store.dataset().notices[0].text


def test_a_revision_adds_a_row_and_a_repeat_adds_nothing(server: Loopback, tmp_path: Path) -> None:
    store, market = Store(tmp_path), server.market
    fetch(store, server.settings(), only=["fred", "treasury"])
    again = fetch(store, server.settings(), only=["fred", "treasury"])
    assert sum(sum(outcome.added.values()) for outcome in again.outcomes) == 0
    claims, cash = market.public("ICSA"), market.public("TGA_DAILY")
    today = f"{pd.Timestamp.now(tz='America/New_York'):%Y-%m-%d}"
    market.revise("ICSA", f"{claims.index[-2]:%Y-%m-%d}", 234567.0, today)
    changed = cash.copy()
    changed.iloc[-3] += 1.0
    market.series["TGA_DAILY"] = changed
    report = fetch(store, server.settings(), only=["fred", "treasury"])
    added = {key: n for outcome in report.outcomes for key, n in outcome.added.items() if n}
    assert added == {"ICSA": 1, "TGA_DAILY": 1}
    rows = store.rows("treasury")["TGA_DAILY"]
    both = rows[rows["observed"] == cash.index[-3]].sort_values("known_at")
    assert list(both["value"]) == [cash.iloc[-3], cash.iloc[-3] + 1.0]


def test_a_late_release_is_known_when_it_came(server: Loopback, tmp_path: Path) -> None:
    store, market = Store(tmp_path), server.market
    fed = market.series["WALCL"]
    last = fed.index[-2]
    now = last + pd.Timedelta(days=1, hours=23)
    market.now = now
    market.series["WALCL"] = fed[fed.index < last]
    moments = {"now": now}
    for days in (0, 2):  # looked twice, and it was not there
        moments["now"] = now + pd.Timedelta(days=days)
        fetch(store, server.settings(), only=["fred"], clock=lambda: moments["now"])
    market.series["WALCL"] = fed[fed.index <= last]
    moments["now"] = now + pd.Timedelta(days=4)
    fetch(store, server.settings(), only=["fred"], clock=lambda: moments["now"])
    frame = store.dataset().series["WALCL"].frame
    assert frame["observed"].iloc[-1] == last
    assert frame["known_at"].iloc[-1] == moments["now"]


def test_settings_come_from_the_environment_and_a_dotenv_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("FRED_API_KEY=from-the-file\nFIVEENGINES_CBOE_URL=http://127.0.0.1:1/\n")
    found = Settings.from_environment()
    assert found.keys["FRED_API_KEY"] == "from-the-file" and found.bases["cboe"] == "http://127.0.0.1:1"
    assert "from-the-file" not in repr(found) and "FRED_API_KEY" not in os.environ
    monkeypatch.setenv("FRED_API_KEY", "from-the-shell")
    assert Settings.from_environment().keys["FRED_API_KEY"] == "from-the-shell"
    monkeypatch.setenv("FIVEENGINES_TIMEOUT", "soon")
    with pytest.raises(ParameterError, match="FIVEENGINES_TIMEOUT"):
        Settings.from_environment()


def test_the_minutes_limit_is_kept() -> None:
    slept: list[float] = []
    limiter = RateLimiter(5, 60, slept.append)
    for _ in range(5):
        limiter.acquire()
    assert slept == []
    limiter.acquire()
    assert 59 < slept[0] <= 60


def test_default_settings_stay_within_freds_limit() -> None:
    count, seconds = Settings().limits["fred"]
    assert count / seconds <= 120 / 60


def test_a_proxy_from_the_environment_is_used(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    with Loopback(server.market) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base)
        monkeypatch.setenv("NO_PROXY", "")
        far = server.settings(bases=server.bases() | {"nyfed": "http://markets.example.test"})
        with Http(far) as http:
            assert answered(list(NewYorkFed(http).fetch({"SOFR": SINCE})))
        assert proxy.requests[0].startswith("http://markets.example.test/api/rates")


def test_the_key_is_nowhere(
    server: Loopback,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    server.fault("series_id=DGS2&", status=500)
    server.fault("series_id=DGS30&", reset=True)
    server.fault("series_id=DGS5&", status=418, body=f"no: api_key={GOOD_KEY}".encode())
    server.fault("series_id=DGS3MO", body=b"<x", content_type="text/xml")
    server.fault("vintagedates", status=400, body=f'<error message="{GOOD_KEY} exceeds"/>'.encode())
    events: list[Event] = []
    store = Store(tmp_path)
    report = fetch(store, server.settings(), only=["fred"], on_event=events.append)
    assert len(report.outcomes[0].errors) > 4, "the faults must have spoken"
    texts = [repr(event) for event in events] + [outcome.line() for outcome in report.outcomes]
    for trouble in report.outcomes[0].errors:
        texts += [
            str(trouble.error),
            repr(trouble.error),
            repr(trouble.error.__cause__),
            repr(trouble.error.__context__),
        ]
    texts += [record.getMessage() for record in caplog.records] + [caplog.text, *capfd.readouterr()]
    texts += [repr(server.settings()), " ".join(notice.text for notice in store.dataset().notices)]
    assert GOOD_KEY not in "\n".join(texts)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > 3
    assert not [path for path in files if GOOD_KEY.encode() in path.read_bytes()]
    assert "HTTP Request" in caplog.text, "the library logs addresses, and the key was taken out"


def test_scrubbing_knows_encoded_keys() -> None:
    redact = Redactor("a+b/c=")
    assert "a%2Bb" not in redact("https://x/?k=a%2Bb%2Fc%3D") and "a+b" not in redact("key a+b/c= here")
    assert "other" not in redact("https://x/?API_KEY=other&y=1")


def test_errors_have_one_line(server: Loopback) -> None:
    server.fault("sofr", status=404)
    with Http(server.settings()) as http, pytest.raises(RefusedError) as caught:
        http.get("nyfed", "/api/rates/secured/sofr/search.json", kind="json")
    assert "\n" not in str(caught.value)
    with (
        Http(server.settings(bases=server.bases() | {"nyfed": "http://127.0.0.1:9"})) as http,
        pytest.raises(ProviderError, match="connection failed"),
    ):
        http.get("nyfed", "/x", kind="json")
