"""Answers of Cboe and the CFTC, in their own words, from a Market."""

from __future__ import annotations

import io
import json
import re
import zipfile

import pandas as pd

from fiveengines.data.providers.cftc import _LEGACY, _TFF
from loopback.market import Market
from loopback.words import CSV, JSON, XML, ZIP, Query, Reply, as_json, between

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
    values = between(
        market.series.get("PUT_CALL_EQUITY", pd.Series(dtype="float64")), "2003-10-17", "2019-10-04"
    )
    late = name == "equitypc"
    values = between(values, "2006-11-01") if late else between(values, None, "2012-06-07")
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
