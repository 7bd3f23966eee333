"""Whom a fetch talks to and how long: redirects, proxies, addresses, misshapen answers, providers left alone."""

from __future__ import annotations

import datetime as dt
import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from fiveengines.base.errors import ParameterError, ProviderError
from fiveengines.data.fetch import fetch
from fiveengines.data.providers.base import FetchError, Item, RefusedError, Request, Response
from fiveengines.data.providers.cboe import Cboe
from fiveengines.data.providers.cftc import Cftc
from fiveengines.data.providers.frames import Basis
from fiveengines.data.providers.fred import Fred
from fiveengines.data.providers.nyfed import NewYorkFed
from fiveengines.data.providers.transport.http import Http
from fiveengines.data.providers.transport.settings import Settings
from fiveengines.data.providers.treasury import Treasury
from fiveengines.data.store import Store
from loopback.answers import GOOD_KEY
from loopback.server import Loopback

SINCE = Request(dt.date(2024, 1, 2))
RATES = "/api/rates/secured/sofr/search.json"


def ask(server: Loopback, maker: type, *ids: str, **settings: object) -> list[Item]:
    with Http(server.settings(**settings)) as http:
        return list(maker(http).fetch(dict.fromkeys(ids, SINCE)))


def kinds(items: list[Item]) -> list[tuple[type, str | None]]:
    return [(type(item), getattr(item, "series", None)) for item in items]


# Redirects


def test_a_redirect_within_the_house_is_followed(server: Loopback) -> None:
    moved = "/api/rates/unsecured/sofr/search.json?startDate=2024-01-02&endDate=2099-01-01"
    server.fault("rates/secured/sofr", status=301, headers={"Location": moved})
    (answer,) = ask(server, NewYorkFed, "SOFR")
    assert isinstance(answer, Response) and len(answer.frame) > 20


def test_a_redirect_to_another_host_gets_neither_the_key_nor_belief(server: Loopback) -> None:
    with Loopback(server.market) as other:
        away = f"{other.base}/fred/series/observations?series_id=DGS10&api_key={GOOD_KEY}".replace(
            "127.0.0.1", "localhost"
        )
        server.fault("observations.*DGS10", status=302, headers={"Location": away})
        trouble, *answers = ask(server, Fred, "DGS10", "DGS2")
        assert isinstance(trouble, FetchError) and "not followed" in str(trouble.error)
        assert GOOD_KEY not in str(trouble.error)
        # the keyless download stands in
        assert [item.series for item in answers if isinstance(item, Response)] == ["DGS10", "DGS2"]
        assert not other.requests


@pytest.mark.parametrize("place", ["file:///etc/passwd", "http://[::bad", RATES])
def test_a_redirect_to_nowhere_or_in_a_circle_is_an_error(server: Loopback, place: str) -> None:
    server.fault("sofr", status=302, headers={"Location": place})
    trouble, answer = ask(server, NewYorkFed, "SOFR", "EFFR")
    assert isinstance(trouble, FetchError) and trouble.series == "SOFR"
    assert isinstance(answer, Response)


def test_encryption_is_never_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    import httpx

    def handle(request: httpx.Request) -> httpx.Response:
        assert request.url.scheme == "https", "the key would travel in the clear"
        plain = str(request.url.copy_with(scheme="http"))
        return httpx.Response(302, headers={"Location": plain})

    with Http(Settings(keys={"FRED_API_KEY": GOOD_KEY})) as http:
        http._client = httpx.Client(transport=httpx.MockTransport(handle))
        with pytest.raises(RefusedError, match=r"http://api\.stlouisfed\.org.*not followed") as caught:
            http.get("fred", f"/series?api_key={GOOD_KEY}", kind="xml")
    assert GOOD_KEY not in str(caught.value)


# Addresses, proxies and .env


@pytest.mark.parametrize(
    "text", ["file:///etc", "markets.newyorkfed.org", "http://", "ftp://x", "http://[::bad"]
)
def test_an_address_that_is_none_is_refused_at_once(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIVEENGINES_NYFED_URL", text)
    with pytest.raises(ParameterError, match="FIVEENGINES_NYFED_URL"):
        Settings.from_environment()


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:9", "ftp://me:hidden-word@127.0.0.1:9"])
def test_a_proxy_that_cannot_be_used_is_one_line(proxy: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", proxy)
    with pytest.raises(ParameterError, match="proxy") as caught:
        Http(Settings())
    assert "hidden-word" not in str(caught.value)


def test_a_password_in_an_address_is_hidden(server: Loopback, tmp_path: Path) -> None:
    door = server.base.replace("http://", "http://me:hidden-word@")
    server.fault("effr", status=404)
    report = fetch(Store(tmp_path), server.settings(bases=server.bases() | {"nyfed": door}), only=["nyfed"])
    assert report.outcomes[0].added["SOFR"] > 20
    texts = [report.outcomes[0].line(), *(path.read_text("latin-1") for path in tmp_path.rglob("*.json*"))]
    assert "effr" in texts[0] and "hidden-word" not in "".join(texts)


def test_a_dotenv_file_from_windows_editors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FRED_API_KEY", raising=False)
    (tmp_path / ".env").write_bytes("FRED_API_KEY=with-a-mark\r\n".encode("utf-8-sig"))
    assert Settings.from_environment().keys["FRED_API_KEY"] == "with-a-mark"
    (tmp_path / ".env").write_bytes("FRED_API_KEY=sixteen\r\n".encode("utf-16"))
    with pytest.raises(ParameterError, match="UTF-8"):
        Settings.from_environment()


def test_a_key_of_odd_characters_is_refused_by_fred_and_hidden(server: Loopback) -> None:
    odd = "a b&c=d/\x7f"
    trouble, answer = ask(server, Fred, "DGS10", fred_key=odd)
    assert (
        isinstance(trouble, FetchError)
        and "FRED_API_KEY" in str(trouble.error)
        and odd not in str(trouble.error)
    )
    assert isinstance(answer, Response)
    assert server.asked("^/fred/")[0].endswith("api_key=a%20b%26c%3Dd%2F%7F")


# Providers that are down


def test_a_provider_that_keeps_failing_is_left_alone(server: Loopback, tmp_path: Path) -> None:
    server.fault("/api/r", status=503)
    with Http(server.settings()) as http:
        for _ in range(9):
            with pytest.raises(ProviderError):
                http.get("nyfed", RATES, kind="json")
        with pytest.raises(ProviderError, match="not asked"):
            http.get("nyfed", RATES, kind="json")
        assert len(server.requests) == 3 + 2 + 2
        http.get(
            "treasury", "/services/api/fiscal_service/v1/accounting/dts/operating_cash_balance", kind="json"
        )


def test_one_good_answer_ends_the_patience_test(server: Loopback) -> None:
    with Http(server.settings(attempts=1)) as http:
        for _ in range(4):
            server.fault("sofr", times=2, status=503)
            for _ in range(2):
                with pytest.raises(ProviderError, match="HTTP 503"):
                    http.get("nyfed", RATES, kind="json")
            http.get("nyfed", f"{RATES}?startDate=2024-01-02", kind="json")


def test_who_asks_to_be_left_alone_for_a_day_is(server: Loopback) -> None:
    server.fault("/api/r", status=429, headers={"Retry-After": "86400"})
    items = ask(server, NewYorkFed, "RRPONTSYD", "SOFR", "EFFR")
    assert kinds(items) == [(FetchError, key) for key in ("RRPONTSYD", "SOFR", "EFFR")]
    assert len(server.requests) == 1


def test_while_freds_service_is_down_the_graph_download_stands_in(server: Loopback, tmp_path: Path) -> None:
    store = Store(tmp_path)
    server.fault("^/fred/", status=503)
    report = fetch(store, server.settings(), only=["fred"])
    assert [trouble.series for trouble in report.outcomes[0].errors] == [None]
    assert len(report.outcomes[0].added) == len(store.rows("fred")) > 30
    assert len(server.asked("^/fred/")) < 10
    assert set(store.rows("fred")["ICSA"]["basis"]) == {Basis.RULE}
    # back again, its vintages outrank what was dated by rule
    server.faults.clear()
    fetch(store, server.settings(), only=["fred"])
    assert (store.rows("fred")["ICSA"]["basis"] == Basis.PROVIDER).sum() > 50


# Answers of another shape


def in_place(old: bytes, new: bytes) -> dict[str, object]:
    return {"change": lambda body: body.replace(old, new, 1)}


MISSHAPEN = [
    pytest.param(
        Fred, ("DGS10", "DGS2"), "observations.*DGS10", in_place(b'value="', b'value="x'), id="fred value"
    ),
    pytest.param(
        Fred, ("DGS10", "DGS2"), "observations.*DGS10", in_place(b'date="20', b'date="zz'), id="fred date"
    ),
    pytest.param(
        Fred, ("ICSA", "DGS2"), "observations.*ICSA", in_place(b'value="', b'value="x'), id="vintages"
    ),
    pytest.param(
        NewYorkFed,
        ("SOFR", "EFFR"),
        "sofr",
        in_place(b'"percentRate": ', b'"percentRate": "x", "y": '),
        id="rate",
    ),
    pytest.param(NewYorkFed, ("SOFR", "EFFR"), "sofr", {"body": b"[" * 200000}, id="deep json"),
    pytest.param(
        Treasury,
        ("TGA_DAILY",),
        "operating",
        in_place(b'Closing Balance", "open_today_bal": "', b'Closing Balance", "open_today_bal": "x'),
        id="treasury figure",
    ),
    pytest.param(
        Cftc,
        ("TFF_SP500_DEALER_LONG", "COT_SP500_SPEC_LONG"),
        "gpe5|fut_fin",
        {
            "body": json.dumps(
                [{"cftc_contract_market_code": "13874A", "report_date_as_yyyy_mm_dd": "zz"}]
            ).encode()
        },
        id="cftc date",
    ),
]


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("maker", "ids", "address", "fault"), MISSHAPEN)
def test_a_misshapen_answer_costs_one_series_and_no_other(
    server: Loopback, maker: type, ids: tuple[str, ...], address: str, fault: dict[str, object]
) -> None:
    server.fault(address, **({"content_type": "application/json"} if "body" in fault else {}), **fault)
    items = ask(server, maker, *ids)
    troubles = {item.series: str(item.error) for item in items if isinstance(item, FetchError)}
    assert ids[0] in troubles and "form" in " ".join(troubles.values())
    assert {item.series for item in items if isinstance(item, Response)} == set(ids[1:])


def test_a_packed_answer_in_several_pieces_is_whole(server: Loopback) -> None:
    pieces = [b"DATE,VVIX\n01/17/2024,80\n", b"01/18/2024,81\n"]
    packed = b"".join(gzip.compress(piece, mtime=0) for piece in pieces) + b"\0" * 8
    server.fault("VVIX", body=packed, headers={"Content-Encoding": "gzip"})
    (answer,) = ask(server, Cboe, "VVIX")
    assert isinstance(answer, Response) and list(answer.frame["value"]) == [80.0, 81.0]


def zip_of(change: str, good: bytes) -> bytes:
    damaged = bytearray(good)
    if change == "bits":
        for at in range(len(damaged) // 3, len(damaged) // 3 + 20):
            damaged[at] ^= 0x55
    elif change == "locked":
        damaged[6] |= 1
        damaged[damaged.rfind(b"PK\x01\x02") + 8] |= 1
    elif change == "packing":
        damaged[8] = damaged[damaged.rfind(b"PK\x01\x02") + 10] = 99
    elif change == "cut":
        del damaged[len(damaged) // 2 :]
    elif change == "huge":
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed, packed.open("a.txt", "w") as member:
            for _ in range(257):
                member.write(bytes(2**20))
        return made.getvalue()
    return bytes(damaged)


@pytest.mark.parametrize("change", ["bits", "locked", "packing", "cut", "huge"])
def test_a_bad_zip_is_named_and_the_other_report_comes(server: Loopback, change: str) -> None:
    year = dt.date.today().year
    good = server.reply(f"/files/dea/history/fut_fin_txt_{year}.zip")[2]
    server.fault("/resource/", status=503)
    server.fault(f"fut_fin_txt_{year}", body=zip_of(change, good), content_type="application/zip")
    with Http(server.settings()) as http:
        wanted = dict.fromkeys(
            ("TFF_SP500_DEALER_LONG", "COT_SP500_SPEC_LONG"), Request(dt.date(year - 1, 6, 1))
        )
        items = list(Cftc(http).fetch(wanted))
    words = {"huge": "larger than 256 MB", "locked": "needs a password"}.get(change, "damaged")
    lost = [str(item.error) for item in items if isinstance(item, FetchError) and words in str(item.error)]
    assert len(lost) == 1 and str(year) in lost[0] and f"--since {year}-01-01" in lost[0]
    last = {item.series: item.frame["observed"].iloc[-1].year for item in items if isinstance(item, Response)}
    assert last == {"TFF_SP500_DEALER_LONG": year - 1, "COT_SP500_SPEC_LONG": year}


def test_the_older_date_header_of_a_yearly_file_is_read(server: Loopback) -> None:
    year = dt.date.today().year - 1
    with zipfile.ZipFile(io.BytesIO(server.reply(f"/files/dea/history/fut_fin_txt_{year}.zip")[2])) as packed:
        text = packed.read("FinFutYY.txt")
    older = io.BytesIO()
    with zipfile.ZipFile(older, "w") as packed:
        packed.writestr(
            "FinFutYY.txt", text.replace(b"Report_Date_as_YYYY-MM-DD", b"Report_Date_as_MM_DD_YYYY")
        )
    server.fault("/resource/", status=503)
    server.fault(f"fut_fin_txt_{year}", body=older.getvalue(), content_type="application/zip")
    with Http(server.settings()) as http:
        items = list(Cftc(http).fetch({"TFF_SP500_DEALER_LONG": Request(dt.date(year, 1, 1))}))
    (answer,) = [item for item in items if isinstance(item, Response)]
    assert answer.frame["observed"].iloc[0].year == year


def test_a_year_without_a_file_yet_does_not_cost_the_others(server: Loopback) -> None:
    year = dt.date.today().year
    server.fault("/resource/", status=503)
    server.fault(f"fut_fin_txt_{year}", status=404)
    with Http(server.settings()) as http:
        items = list(Cftc(http).fetch({"TFF_SP500_DEALER_LONG": Request(dt.date(year - 1, 6, 1))}))
    (answer,) = [item for item in items if isinstance(item, Response)]
    assert answer.frame["observed"].iloc[-1].year == year - 1


# The put/call ratio, a file a day


def test_put_call_days_before_a_failure_are_kept_and_the_rest_comes_next_time(
    server: Loopback, tmp_path: Path
) -> None:
    days = server.market.public("PUT_CALL_EQUITY").index
    server.fault(f"daily/{days[-3].date()}_daily", status=500)
    store = Store(tmp_path)
    (outcome,) = fetch(store, server.settings(), only=["cboe"]).outcomes
    assert [trouble.series for trouble in outcome.errors] == ["PUT_CALL_EQUITY"]
    assert store.rows("cboe")["PUT_CALL_EQUITY"]["observed"].max().date() == days[-4].date()
    server.faults.clear()
    server.requests.clear()
    fetch(store, server.settings(), only=["cboe"])
    assert store.rows("cboe")["PUT_CALL_EQUITY"]["observed"].max().date() == days[-1].date()
    assert len(server.asked("_daily_options")) < 10


def test_put_call_files_that_are_all_gone_are_told(server: Loopback) -> None:
    server.fault("_daily_options", status=404)
    items = ask(server, Cboe, "PUT_CALL_EQUITY")
    assert "may have moved" in str(next(item.error for item in items if isinstance(item, FetchError)))
