"""Each provider's answers, in its own words, from a Market: (status, content type, body) for a path and its
query."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from fiveengines.catalog import catalog
from fiveengines.sources.cftc import _LEGACY, _TFF
from fiveengines.sources.prices import symbol
from loopback.market import Market

Reply = tuple[int, str, bytes]
Query = Mapping[str, str]
GOOD_KEY = "5ecre7f1eld0ngr0und1ess0000key99"
JSON, XML, CSV, HTML, ZIP = (
    "application/json",
    "text/xml; charset=UTF-8",
    "text/csv",
    "text/html; charset=utf-8",
    "application/zip",
)
MOST_VINTAGES = 2000
PAGE = b"<!DOCTYPE html><html><head><title>Sorry</title></head><body>Something went wrong.</body></html>\n"


def as_json(content: object) -> Reply:
    return 200, JSON, json.dumps(content).encode()


def reply(market: Market, path: str, query: Query) -> Reply:
    for pattern, answer in ROUTES:
        if match := re.fullmatch(pattern, path):
            return answer(market, query, *match.groups())
    return 404, HTML, PAGE


def _from(values: pd.Series, start: str | None, end: str | None = None) -> pd.Series:
    kept = values if start is None else values[values.index >= pd.Timestamp(start)]
    return kept if end is None else kept[kept.index <= pd.Timestamp(end)]


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
        values = _from(market.public(name), start)
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
    values = _from(market.public(name), query.get("cosd"))
    lines = "".join(f"{day:%Y-%m-%d},{value}\n" for day, value in values.items())
    return 200, CSV, f"observation_date,{name}\n{lines}".encode()


# Cboe


def cboe_history(market: Market, _: Query, index: str) -> Reply:
    if index not in market.series:
        return 403, XML, b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
    close = market.public(index)
    if f"{index}_OPEN" in market.series:
        parts = [market.public(f"{index}_{part}").reindex(close.index) for part in ("OPEN", "HIGH", "LOW")]
        rows = zip(close.index, *parts, close, strict=True)
        lines = "".join(f"{d:%m/%d/%Y},{o:.6f},{h:.6f},{low:.6f},{c:.6f}\n" for d, o, h, low, c in rows)
        return 200, CSV, f"DATE,OPEN,HIGH,LOW,CLOSE\n{lines}".encode()
    lines = "".join(f"{day:%m/%d/%Y},{value:.6f}\n" for day, value in close.items())
    return 200, CSV, f"DATE,{index}\n{lines}".encode()


def cboe_day(market: Market, _: Query, day: str) -> Reply:
    values = market.public("PUT_CALL_EQUITY")
    moment = pd.Timestamp(day)
    if moment not in values.index or moment < pd.Timestamp("2019-10-07"):
        return 403, XML, b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"
    ratios = [
        {"name": "TOTAL PUT/CALL RATIO", "value": "0.95"},
        {"name": "EQUITY PUT/CALL RATIO", "value": f"{values[moment]:.2f}"},
    ]
    return as_json({"ratios": ratios, "SUM OF ALL PRODUCTS": []})


def cboe_archive(market: Market, _: Query, name: str) -> Reply:
    values = _from(
        market.series.get("PUT_CALL_EQUITY", pd.Series(dtype="float64")), "2003-10-17", "2019-10-04"
    )
    late = name == "equitypc"
    values = _from(values, "2006-11-01") if late else _from(values, None, "2012-06-07")
    words = "data is compiled for the convenience of site visitors,,,,"
    names = ("DATE", "CALL", "PUT", "TOTAL", "P/C Ratio")
    if not late:
        names = (
            "Date",
            "Equity Call Volume",
            "Equity Put Volume",
            "Total Equity Options Volume",
            "Equity P/C Ratio",
        )
    head = (
        f"Cboe\u00a0{words}\n"
        + (",,,PRODUCT: EQUITY,EXCHANGE: Cboe\n" if late else "")
        + ",".join(names)
        + "\n"
    )
    lines = "".join(
        f"{d.month}/{d.day}/{d.year},1000,{round(1000 * v)},{1000 + round(1000 * v)},{v:.2f}\n"
        for d, v in values.items()
    )
    return 200, CSV, (head + lines).encode("latin-1")


# CFTC


def _positions(market: Market, legacy: bool, first: str) -> pd.DataFrame:
    report = _LEGACY if legacy else _TFF
    parts = []
    for prefix, code in report.markets.items():
        held = {
            field: market.public(f"{prefix}_{part}")
            for part, field in report.fields.items()
            if f"{prefix}_{part}" in market.series
        }
        if not held:
            continue
        rows = pd.DataFrame(held)
        if not legacy:
            longs = sum(rows[name] for name in rows if "_long" in name)
            shorts = sum(rows[name] for name in rows if "_short" in name)
            gap = longs - shorts
            rows["other_rept_positions_long"] = 100.0
            rows["other_rept_positions_short"] = 100.0
            rows["nonrept_positions_long_all"] = (-gap).clip(lower=0) + 500
            rows["nonrept_positions_short_all"] = gap.clip(lower=0) + 500
        rows = rows[rows.index >= pd.Timestamp(first)].dropna()
        rows.insert(0, "cftc_contract_market_code", code)
        rows.insert(0, "prefix", prefix)
        parts.append(rows)
    return pd.concat(parts).sort_index(kind="stable") if parts else pd.DataFrame()


def cftc_rows(market: Market, query: Query, dataset: str) -> Reply:
    if query.get("$select", "").startswith("max("):
        return as_json([{"newest": "2026-08-04T00:00:00.000"}])
    first = re.search(r">= '(\d{4}-\d\d-\d\d)", query["$where"])
    rows = _positions(market, dataset == "6dca-aqww", first[1] if first else "1986-01-01")
    codes = set(re.findall(r"'([^']+)'", query["$where"].split(" and ")[0]))
    rows = rows[rows["cftc_contract_market_code"].isin(codes)] if len(rows) else rows
    asked = None if query["$select"] == ":*,*" else query["$select"].split(",")
    found = []
    for day, row in rows.iterrows():
        text = {name: f"{value:.0f}" if isinstance(value, float) else value for name, value in row.items()}
        prefix = text.pop("prefix")
        text["report_date_as_yyyy_mm_dd"] = f"{day:%Y-%m-%d}T00:00:00.000"
        text[":created_at"] = market.loaded.get((prefix, f"{day:%Y-%m-%d}"), "2022-09-20T15:00:00.000Z")
        if asked and (missing := [name for name in asked if name not in text]):
            body = {
                "message": f"query.soql.no-such-column; No such column: {missing[0]}",
                "errorCode": "query.soql.no-such-column",
            }
            return 400, JSON, json.dumps(body).encode()
        found.append(text)
    offset, limit = int(query.get("$offset", 0)), int(query.get("$limit", 1000))
    return as_json(found[offset : offset + limit])


def cftc_year(market: Market, _: Query, kind: str, year: str) -> Reply:
    legacy = kind == "deacot"
    rows = _positions(market, legacy, f"{year}-01-01")
    rows = rows[rows.index.year == int(year)] if len(rows) else rows
    names = LEGACY_NAMES if legacy else {field: _tff_name(field) for field in rows.columns[2:]}
    code = "CFTC Contract Market Code" if legacy else "CFTC_Contract_Market_Code"
    date = "As of Date in Form YYYY-MM-DD" if legacy else "Report_Date_as_YYYY-MM-DD"
    short = "As of Date in Form YYMMDD" if legacy else "As_of_Date_In_Form_YYMMDD"
    market_name = "Market and Exchange Names" if legacy else "Market_and_Exchange_Names"
    lines = [",".join(f'"{name}"' for name in (market_name, short, date, code, *names.values()))]
    for day, row in rows.iterrows():
        cells = ",".join(f"{row[field]:9.0f}" for field in names)
        lines.append(
            f'"{row["prefix"]} - CME",{day:%y%m%d},{day:%Y-%m-%d},{row["cftc_contract_market_code"]},{cells}'
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("annual.txt" if legacy else "FinFutYY.txt", "\r\n".join(lines) + "\r\n")
    return 200, ZIP, packed.getvalue()


def _tff_name(field: str) -> str:
    bare = field.removesuffix("_all")
    return "_".join(word.capitalize() for word in bare.split("_")).replace("Nonrept", "NonRept") + "_All"


LEGACY_NAMES = {
    "noncomm_positions_long_all": "Noncommercial Positions-Long (All)",
    "noncomm_positions_short_all": "Noncommercial Positions-Short (All)",
    "comm_positions_long_all": "Commercial Positions-Long (All)",
    "comm_positions_short_all": "Commercial Positions-Short (All)",
    "nonrept_positions_long_all": "Nonreportable Positions-Long (All)",
    "nonrept_positions_short_all": "Nonreportable Positions-Short (All)",
}


# New York Fed


def nyfed_repo(market: Market, query: Query) -> Reply:
    values = _from(market.public("RRPONTSYD"), query["startDate"], query.get("endDate"))
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
    values = _from(market.public(name), query["startDate"], query.get("endDate"))
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
    for day, value in _from(market.public("TGA_DAILY"), found[1] if found else None).items():
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
            "meta": {"total-pages": pages, "count": size},
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
