"""Each adapter against a server that speaks its provider's format: units, eras, labels, publication."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from fiveengines.data.providers.base import FetchError, Item, Provider, Request, Response
from fiveengines.data.providers.cboe import Cboe
from fiveengines.data.providers.cftc import Cftc
from fiveengines.data.providers.frames import Basis
from fiveengines.data.providers.fred import Fred
from fiveengines.data.providers.nyfed import NewYorkFed
from fiveengines.data.providers.transport.http import Http
from fiveengines.data.providers.treasury import Treasury
from loopback.market import Market
from loopback.server import Loopback

SINCE = dt.date(1990, 1, 2)


def ask(
    server: Loopback, maker: type[Provider], *ids: str, since: dt.date = SINCE, **settings: object
) -> list[Item]:
    with Http(server.settings(**settings)) as http:
        return list(maker(http).fetch({key: Request(since) for key in ids}))  # type: ignore[call-arg]


def only(items: list[Item]) -> Response:
    assert len(items) == 1 and isinstance(items[0], Response), items
    return items[0]


def served(market: Market, key: str) -> list[float]:
    return [float(v) for v in market.public(key)]


def series(values: dict[str, float]) -> pd.Series:
    return pd.Series(list(values.values()), index=pd.DatetimeIndex(list(values)))


# FRED


def test_fred_daily_series_come_plainly_with_the_rules_publication(server: Loopback) -> None:
    answer = only(ask(server, Fred, "DGS10"))
    assert list(answer.frame["value"]) == served(server.market, "DGS10")
    assert set(answer.frame["basis"]) == {Basis.RULE}
    assert not server.asked("vintagedates"), "a series that is not revised needs no vintages"


def test_fred_revised_series_come_by_vintage(server: Loopback) -> None:
    server.market.series["GDPC1"] = series({"2013-07-01": 15838.0, "2013-10-01": 15965.6})
    server.market.vintages["GDPC1"] = pd.DataFrame(
        {
            "observed": pd.to_datetime(["2013-07-01", "2013-10-01", "2013-10-01", "2013-10-01"]),
            "value": [15839.3, 15965.6, 15932.9, 15942.3],
            "realtime": pd.to_datetime(["2013-12-20", "2014-01-30", "2014-02-28", "2014-03-27"]),
        }
    )
    frame = only(ask(server, Fred, "GDPC1")).frame
    fourth = frame[frame["observed"] == "2013-10-01"]
    assert list(fourth["value"]) == [15965.6, 15932.9, 15942.3]
    # 08:30 New York: 13:30 UTC in winter, 12:30 in summer time
    assert [str(k) for k in fourth["known_at"]] == [
        "2014-01-30 13:30:00",
        "2014-02-28 13:30:00",
        "2014-03-27 12:30:00",
    ]
    # the archive begins with the third quarter already in it: that one was public by rule, a month after its
    # end
    assert str(frame["known_at"].iloc[0]) == "2013-10-30 12:30:00"


def test_fred_asks_for_vintages_in_windows_that_it_accepts(server: Loopback) -> None:
    days = pd.date_range("1999-01-06", periods=2500, freq="D")
    server.market.series["PAYEMS"] = series({"1999-01-01": 128000.0})
    server.market.vintages["PAYEMS"] = pd.DataFrame(
        {"observed": pd.Timestamp("1999-01-01"), "value": 128000.0 + np.arange(2500.0), "realtime": days}
    )
    frame = only(ask(server, Fred, "PAYEMS")).frame
    assert list(frame["value"]) == list(128000.0 + np.arange(2500.0))
    assert len(server.asked("observations.*realtime")) == 2


def test_fred_splits_a_window_when_told_that_it_holds_too_many_vintages(
    server: Loopback,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from loopback import answers

    monkeypatch.setattr(answers, "MOST_VINTAGES", 40)
    expected = server.market.vintage_rows("ICSA")
    frame = only(ask(server, Fred, "ICSA")).frame
    assert list(frame["value"]) == list(expected["value"])


def test_fred_weekly_indices_keep_the_last_400_days_of_each_vintage(server: Loopback) -> None:
    weeks = pd.date_range("2011-01-07", periods=300, freq="W-FRI")
    server.market.series["NFCI"] = pd.Series(0.1, index=weeks)
    # every week the whole past is written anew
    parts = [
        pd.DataFrame(
            {"observed": weeks[: at + 1], "value": 0.001 * at, "realtime": day + pd.Timedelta(days=5)}
        )
        for at, day in enumerate(weeks)
        if at >= 100
    ]
    server.market.vintages["NFCI"] = pd.concat(parts, ignore_index=True)
    frame = only(ask(server, Fred, "NFCI")).frame
    first = frame.drop_duplicates("observed", keep="first")
    assert len(first) == 300, "the archive's first vintage is kept whole"
    newest = frame[frame["observed"] == weeks[200]]
    # vintages 5, 12, 19 … days later: 57 of them within 400 days
    assert len(newest) == 57
    assert frame["value"].to_numpy()[-1] == pytest.approx(0.299)


def test_fred_without_a_key_takes_the_graph_download(server: Loopback) -> None:
    items = ask(server, Fred, "DGS10", "GDPC1", fred_key=None)
    assert [list(item.frame["value"]) for item in items] == [  # type: ignore[union-attr]
        served(server.market, "DGS10"),
        served(server.market, "GDPC1"),
    ]
    assert not server.asked("^/fred/")


def test_fred_series_without_an_archive_come_plainly(server: Loopback) -> None:
    words = b'<error code="400" message="The series does not exist in ALFRED but may exist in FRED."/>'
    server.fault("vintagedates", status=400, body=words, content_type="text/xml")
    assert list(only(ask(server, Fred, "NFCI")).frame["value"]) == served(server.market, "NFCI")


def test_fred_missing_values_are_left_out(server: Loopback) -> None:
    first = f'value="{served(server.market, "DGS2")[0]}"'.encode()
    server.fault("observations.*DGS2", change=lambda body: body.replace(first, b'value="."', 1))
    assert list(only(ask(server, Fred, "DGS2")).frame["value"]) == served(server.market, "DGS2")[1:]


# Cboe


def test_cboe_indices_are_asked_for_once_a_file(server: Loopback) -> None:
    items = ask(server, Cboe, "VIX", "VIX_OPEN", "VIX_HIGH", "VIX_LOW", "VVIX")
    for item in items:
        assert isinstance(item, Response)
        assert list(item.frame["value"]) == served(server.market, item.series)
    assert len(items) == 5 and len(server.asked("VIX_History")) == 2
    assert not any(agent.startswith("python") for agent in server.agents)


def test_cboe_put_call_joins_the_archives_and_the_days(server: Loopback) -> None:
    old = {"2003-10-17": 0.46, "2006-11-13": 0.59, "2012-05-31": 0.77, "2019-10-04": 0.61}
    recent = server.market.series["PUT_CALL_EQUITY"].iloc[-20:]
    server.market.series["PUT_CALL_EQUITY"] = pd.concat([series(old), recent])
    frame = only(ask(server, Cboe, "PUT_CALL_EQUITY")).frame
    assert list(frame["value"]) == [*old.values(), *server.market.public("PUT_CALL_EQUITY").iloc[4:]]


# CFTC


def test_cftc_positions_by_market_and_cohort(server: Loopback) -> None:
    ids = (
        "TFF_SP500_DEALER_LONG",
        "TFF_NASDAQ_LEV_MONEY_SHORT",
        "COT_SP500_SPEC_LONG",
        "COT_TNOTE10_COMM_SHORT",
    )
    items = ask(server, Cftc, *ids)
    assert {item.series for item in items} == set(ids)
    for item in items:
        assert isinstance(item, Response)
        assert list(item.frame["value"]) == served(server.market, item.series or "")
        assert set(item.frame["basis"]) == {Basis.RULE}, "rows loaded in bulk say nothing about publication"
    assert len(server.asked("/resource/")) == 2


def test_cftc_moment_of_loading_is_the_publication_of_recent_rows(server: Loopback) -> None:
    days = [f"{d:%Y-%m-%d}" for d in server.market.public("TFF_SP500_DEALER_LONG").index[-2:]]
    late = pd.Timestamp(days[1]) + pd.Timedelta(days=6, hours=19, minutes=30, seconds=55)
    server.market.loaded = {("TFF_SP500", days[1]): f"{late:%Y-%m-%dT%H:%M:%S}.580Z"}
    frame = only(ask(server, Cftc, "TFF_SP500_DEALER_LONG")).frame
    assert frame["known_at"].iloc[-1] == late and frame["basis"].iloc[-1] == Basis.PROVIDER
    assert frame["basis"].iloc[-2] == Basis.RULE


def test_cftc_published_row_of_4_august_2026_balances_and_another_is_left_out(server: Loopback) -> None:
    row = {
        "open_interest_all": 2116079,
        "dealer_positions_long_all": 236175, "dealer_positions_short_all": 953001,
        "asset_mgr_positions_long": 1162320, "asset_mgr_positions_short": 225287,
        "lev_money_positions_long": 206039, "lev_money_positions_short": 536038,
        "other_rept_positions_long": 52902, "other_rept_positions_short": 54744,
        "nonrept_positions_long_all": 265488, "nonrept_positions_short_all": 153854,
    }  # fmt: skip
    text = {name: str(value) for name, value in row.items()} | {"cftc_contract_market_code": "13874A"}
    good = text | {"report_date_as_yyyy_mm_dd": "2026-08-04T00:00:00.000"}
    bad = text | {
        "report_date_as_yyyy_mm_dd": "2026-08-11T00:00:00.000",
        "lev_money_positions_long": "2060390",
    }
    import json

    server.fault("gpe5-46if", body=json.dumps([good, bad]).encode())
    answer = only(ask(server, Cftc, "TFF_SP500_OPEN_INTEREST"))
    assert list(answer.frame["value"]) == [2116079.0]
    assert "2026-08-11" in answer.notes[0]


def test_cftc_renamed_fields_are_found_by_name(server: Loopback) -> None:
    def rename(body: bytes) -> bytes:
        return body.replace(b"asset_mgr_positions_long", b"asset_mgr_positions_long_all")

    words = b'{"message": "No such column: asset_mgr_positions_long"}'
    server.fault("gpe5-46if.*created_at", status=400, body=words, content_type="application/json")
    server.fault("gpe5-46if", change=rename)
    answer = only(ask(server, Cftc, "TFF_SP500_ASSET_MGR_LONG"))
    assert list(answer.frame["value"]) == served(server.market, "TFF_SP500_ASSET_MGR_LONG")


def test_cftc_yearly_files_stand_in_for_the_service(server: Loopback) -> None:
    server.fault("/resource/", status=503)
    first = server.market.public("COT_SP500_SPEC_LONG").index[0].date()
    trouble, *items = ask(server, Cftc, "TFF_SP500_ASSET_MGR_LONG", since=first)
    assert isinstance(trouble, FetchError) and trouble.series is None and "503" in str(trouble.error)
    assert list(only(items).frame["value"]) == served(server.market, "TFF_SP500_ASSET_MGR_LONG")
    _, *items = ask(server, Cftc, "COT_RUSSELL_NONREPT_SHORT", "COT_SP500_SPEC_LONG", since=first)
    assert [list(item.frame["value"]) for item in items] == [  # type: ignore[union-attr]
        served(server.market, "COT_SP500_SPEC_LONG") if item.series == "COT_SP500_SPEC_LONG"
        else served(server.market, "COT_RUSSELL_NONREPT_SHORT")
        for item in items
    ]  # fmt: skip


# New York Fed


def test_nyfed_operations_of_a_day_are_summed_in_billions_without_tests(server: Loopback) -> None:
    server.market.series["RRPONTSYD"] = series({"2026-09-02": 2.339, "2026-09-03": 1100.5})
    frame = only(ask(server, NewYorkFed, "RRPONTSYD")).frame
    assert list(frame["value"]) == [2.339, 1100.5]
    # 13:15 New York on the day itself
    assert str(frame["known_at"].iloc[0]) == "2026-09-02 17:15:00"


def test_nyfed_rates(server: Loopback) -> None:
    for item in ask(server, NewYorkFed, "SOFR", "EFFR"):
        assert isinstance(item, Response)
        assert list(item.frame["value"]) == served(server.market, item.series)


# Treasury


def test_treasury_balance_through_three_eras_of_labels(server: Loopback) -> None:
    published = {
        "2005-10-03": 5448.0,
        "2020-06-01": 1394436.0,
        "2021-11-01": 213153.0,
        "2026-10-05": 883335.0,
    }
    server.market.series["TGA_DAILY"] = series(published)
    answer = only(ask(server, Treasury, "TGA_DAILY"))
    assert {
        f"{d:%Y-%m-%d}": v for d, v in zip(answer.frame["observed"], answer.frame["value"], strict=True)
    } == published


def test_treasury_pages_are_followed(server: Loopback, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fiveengines.data.providers.treasury._PAGE", 100)
    assert list(only(ask(server, Treasury, "TGA_DAILY")).frame["value"]) == served(server.market, "TGA_DAILY")
    assert len(server.asked("operating_cash")) > 5


def test_treasury_renamed_account_is_refused_by_name(server: Loopback) -> None:
    server.fault("operating_cash", change=lambda body: body.replace(b"(TGA) Closing", b"(TGA) Final"))
    (trouble,) = ask(server, Treasury, "TGA_DAILY")
    assert isinstance(trouble, FetchError)
    assert "final balance" in str(trouble.error) and "renamed" in str(trouble.error)
