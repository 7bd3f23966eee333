"""Each provider's answers, in its own words, from a Market: (status, content type, body) for a path and its
query."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd

from discovery import declared
from fiveengines.data.catalog import catalog
from fiveengines.data.providers.prices import symbol
from loopback.market import Market
from loopback.positions import cboe_archive, cboe_day, cboe_history, cftc_rows, cftc_year
from loopback.words import CSV, HTML, JSON, PAGE, XML, Query, Reply, as_json, between

GOOD_KEY = "5ecre7f1eld0ngr0und1ess0000key99"
MOST_VINTAGES = 2000


@cache
def declared_routes() -> tuple[tuple[str, Callable[..., Reply]], ...]:
    """ROUTES of providers' own test modules: pattern of a path → what answers it."""
    return tuple(route for each in declared("data/providers", "ROUTES") for route in each)


def reply(market: Market, path: str, query: Query) -> Reply:
    for pattern, answer in (*ROUTES, *declared_routes()):
        if match := re.fullmatch(pattern, path):
            return answer(market, query, *match.groups())
    return 404, HTML, PAGE


# FRED


def _fred_error(message: str) -> Reply:
    return (
        400,
        XML,
        f'<?xml version="1.0" encoding="utf-8" ?>\n<error code="400" message="{message}"/>'.encode(),
    )


def _refused(market: Market, query: Query) -> Reply | None:
    if query.get("api_key") != GOOD_KEY:
        return _fred_error("Bad Request.  The value for variable api_key is not registered.")
    if query.get("series_id") not in market.series or catalog()[query["series_id"]].provider != "fred":
        return _fred_error("Bad Request.  The series does not exist.")
    return None


def fred_observations(market: Market, query: Query) -> Reply:
    if refused := _refused(market, query):
        return refused
    name, start = query["series_id"], query.get("observation_start")
    if "realtime_start" in query:
        rows = market.vintage_rows(name)
        first = pd.Timestamp(query["realtime_start"])
        last = pd.Timestamp(min(query["realtime_end"], "2262-01-01"))
        dates = rows["realtime"][(rows["realtime"] >= first) & (rows["realtime"] <= last)].nunique()
        if dates > MOST_VINTAGES:
            return _fred_error(
                f"Bad Request.  There are {dates} vintage dates in the specified real-time period. This exceeds"
                " the maximum number of vintage dates allowed for this file type (2000)."
            )
        rows = rows[(rows["realtime"] <= last) & (rows["observed"] >= pd.Timestamp(start or "1776-07-04"))]
        # a value in force when the period begins is shown as if it began then, as FRED does
        rows = rows.assign(realtime=rows["realtime"].clip(lower=first))
        rows = rows.drop_duplicates(["observed", "realtime"], keep="last").sort_values(
            ["observed", "realtime"]
        )
        observed, shown, since = (
            rows["observed"],
            rows["value"],
            rows["realtime"].dt.strftime("%Y-%m-%d").to_numpy(),
        )
    else:
        values = between(market.public(name), start)
        observed, shown = pd.Series(values.index), values
        since = np.full(len(values), f"{market.now:%Y-%m-%d}")
    offset, limit = int(query.get("offset", 0)), int(query.get("limit", 100000))
    days = observed.dt.strftime("%Y-%m-%d").to_numpy()
    body = "".join(
        f'<observation realtime_start="{r}" realtime_end="9999-12-31" date="{d}" value="{v}"/>\n'
        for r, d, v in list(zip(since, days, shown.to_numpy().tolist(), strict=True))[offset : offset + limit]
    )
    head = f'<observations count="{len(days)}" offset="{offset}" limit="{limit}">'
    return 200, XML, f'<?xml version="1.0" encoding="utf-8" ?>\n{head}\n{body}</observations>'.encode()


def fred_vintage_dates(market: Market, query: Query) -> Reply:
    if refused := _refused(market, query):
        return refused
    dates = sorted(market.vintage_rows(query["series_id"])["realtime"].dt.strftime("%Y-%m-%d").unique())
    body = "".join(f"<vintage_date>{day}</vintage_date>" for day in dates)
    return (
        200,
        XML,
        f'<?xml version="1.0"?><vintage_dates count="{len(dates)}">{body}</vintage_dates>'.encode(),
    )


def fred_graph(market: Market, query: Query) -> Reply:
    name = query.get("id", "")
    if name not in market.series or catalog()[name].provider != "fred":
        return 404, HTML, PAGE
    values = between(market.public(name), query.get("cosd"))
    lines = "".join(f"{day:%Y-%m-%d},{value}\n" for day, value in values.items())
    return 200, CSV, f"observation_date,{name}\n{lines}".encode()


# New York Fed


def nyfed_repo(market: Market, query: Query) -> Reply:
    values = between(market.public("RRPONTSYD"), query["startDate"], query.get("endDate"))
    rows: list[dict[str, object]] = []
    for day, value in values.items():
        base = {
            "operationDate": f"{day:%Y-%m-%d}",
            "operationType": "Reverse Repo",
            "term": "Overnight",
            "note": "",
        }
        whole = round(value * 1e9)
        # two operations and a test on each day: the test does not count
        rows.append(base | {"operationId": f"RP {day:%m%d%y} 1", "totalAmtAccepted": whole // 2})
        rows.append(base | {"operationId": f"RP {day:%m%d%y} 2", "totalAmtAccepted": str(whole - whole // 2)})
        rows.append(
            base
            | {
                "operationId": f"RP {day:%m%d%y} 3",
                "totalAmtAccepted": 123000000,
                "note": "Small Value Exercise",
            }
        )
    return as_json({"repo": {"operations": rows[::-1]}})


def nyfed_rate(market: Market, query: Query, rate: str) -> Reply:
    name = rate.upper()
    values = between(market.public(name), query["startDate"], query.get("endDate"))
    rows = [
        {
            "effectiveDate": f"{day:%Y-%m-%d}",
            "type": name,
            "percentRate": value,
            "volumeInBillions": 2922,
            "revisionIndicator": "",
        }
        for day, value in values.items()
    ]
    return as_json({"refRates": rows[::-1]})


# Treasury


def treasury(market: Market, query: Query) -> Reply:
    found = re.search(r"gte:(\d{4}-\d\d-\d\d)", query.get("filter", ""))
    rows = []
    for day, value in between(market.public("TGA_DAILY"), found[1] if found else None).items():
        text = f"{value:.0f}"
        date = f"{day:%Y-%m-%d}"
        if day < pd.Timestamp("2021-10-01"):
            rows.append(
                {
                    "record_date": date,
                    "account_type": "Federal Reserve Account",
                    "open_today_bal": "1",
                    "close_today_bal": text,
                }
            )
            rows.append(
                {
                    "record_date": date,
                    "account_type": "Short-Term Cash Investments (Table V)",
                    "open_today_bal": "0",
                    "close_today_bal": "7",
                }
            )
        elif day < pd.Timestamp("2022-04-18"):
            rows.append(
                {
                    "record_date": date,
                    "account_type": "Treasury General Account (TGA)",
                    "open_today_bal": "1",
                    "close_today_bal": text,
                }
            )
        else:
            rows.append(
                {
                    "record_date": date,
                    "account_type": "Treasury General Account (TGA) Opening Balance",
                    "open_today_bal": "1",
                    "close_today_bal": "null",
                }
            )
            rows.append(
                {
                    "record_date": date,
                    "account_type": "Treasury General Account (TGA) Closing Balance",
                    "open_today_bal": text,
                    "close_today_bal": "null",
                }
            )
    size, number = int(query.get("page[size]", 100)), int(query.get("page[number]", 1))
    if query.get("sort", "").startswith("-"):
        rows = rows[::-1]
    pages = max(1, -(-len(rows) // size))
    return as_json(
        {
            "data": rows[(number - 1) * size : number * size],
            "meta": {"total-pages": pages, "total-count": len(rows), "count": min(size, len(rows))},
            "links": {},
        }
    )


# Yahoo


def chart(market: Market, query: Query, name: str) -> Reply:
    ids = {symbol(key): key for key, entry in catalog().items() if entry.provider == "prices"}
    close = market.public(ids.get((name, "Close"), "")) if (name, "Close") in ids else None
    if close is None and name in market.members:
        close = market.public("SPY") * (1 + len(name) / 10)
    if close is None or not len(close):
        missing = {"code": "Not Found", "description": "No data found, symbol may be delisted"}
        return 404, JSON, json.dumps({"chart": {"result": None, "error": missing}}).encode()
    stamps = (pd.DatetimeIndex(close.index) + pd.Timedelta(hours=9, minutes=30)).tz_localize(
        "America/New_York"
    )
    seconds = stamps.as_unit("s").asi8
    if "period1" in query:
        kept = (seconds >= int(query["period1"])) & (seconds <= int(query["period2"]))
        close, seconds = close[kept], seconds[kept]
    fields = {
        part: market.public(ids[(name, part.capitalize())]).reindex(close.index)
        if (name, part.capitalize()) in ids
        else close
        for part in ("open", "high", "low")
    }
    meta = {
        "currency": "USD", "symbol": name, "exchangeName": "PCX", "instrumentType": "ETF",
        "firstTradeDate": 0,
        "regularMarketTime": int(seconds[-1]) if len(seconds) else 0, "gmtoffset": -18000, "timezone": "EST",
        "exchangeTimezoneName": "America/New_York", "priceHint": 2, "dataGranularity": "1d", "range": "",
        "validRanges": ["1d", "5d", "1mo", "3mo", "6mo", "1y", "2y", "5y", "10y", "ytd", "max"],
    }  # fmt: skip
    quote = {part: values.tolist() for part, values in fields.items()} | {
        "close": close.tolist(),
        "volume": [1000] * len(close),
    }
    result = {
        "meta": meta,
        "timestamp": seconds.tolist(),
        "indicators": {"quote": [quote], "adjclose": [{"adjclose": close.tolist()}]},
    }
    return as_json({"chart": {"result": [result], "error": None}})


ROUTES: tuple[tuple[str, Callable[..., Reply]], ...] = (
    (r"/fred/series/observations", fred_observations),
    (r"/fred/series/vintagedates", fred_vintage_dates),
    (r"/graph/fredgraph\.csv", fred_graph),
    (r"/api/global/us_indices/daily_prices/(\w+)_History\.csv", cboe_history),
    (r"/data/us/options/market_statistics/daily/([\d-]+)_daily_options", cboe_day),
    (r"/resources/options/volume_and_call_put_ratios/(\w+)\.csv", cboe_archive),
    (r"/resource/(gpe5-46if|6dca-aqww)\.json", cftc_rows),
    (r"/files/dea/history/(fut_fin_txt_|deacot)(\d{4})\.zip", cftc_year),
    (r"/api/rp/reverserepo/propositions/search\.json", nyfed_repo),
    (r"/api/rates/(?:un)?secured/(sofr|effr)/search\.json", nyfed_rate),
    (r"/services/api/fiscal_service/v1/accounting/dts/operating_cash_balance", treasury),
    (r"/v8/finance/chart/([^/]+)", chart),
)
