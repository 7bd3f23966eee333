"""A portfolio's orders on one printed sheet: what it says, where it lies, and when there is none."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from fiveengines.base.parameters import RunParameters
from fiveengines.companions.registry import companion
from fiveengines.report.companion import assemble_companion
from fiveengines.report.exports import Exports
from fiveengines.report.page.cover_context import CompanionCover
from fiveengines.report.page.ticket import ticket, ticket_files, why_none
from fiveengines.report.run import Ran
from fiveengines.report.saving import stem_of

LATER = ("once the S&P 500 closes at or above 1,242", "once the S&P 500 closes at or above 1,286")
HOSTILE = "<script>alert(1)</script>"


def order(ticker: str, shares: float, price: float, condition: str = "", lots: int = 1) -> dict[str, Any]:
    lot = {
        "shares": abs(shares) / lots,
        "cost": 80.58,
        "opened": "2010-06-01",
        "long_term": True,
        "gain": 9.0,
    }
    return {
        "ticker": ticker,
        "action": "trim" if shares < 0 else "initiate",
        "shares": shares,
        "reference_price": price,
        "dollars": shares * price,
        "lots": [lot] * lots if shares < 0 else [],
        "tax": 0.0,
        "wash_sale": ticker == "WASH",
        "condition": condition,
        "weight_from": 0.245,
        "weight_to": 0.212,
        "reason": "today's weight, scaled to 40 % equity",
    }


def document(*orders: dict[str, Any], **changes: Any) -> dict[str, Any]:
    found = {
        "as_of": "2011-08-12",
        "source": "files",
        "generated_at": "2011-08-13T08:30:00+00:00",
        "library_version": "1.2",
        "portfolio": {"name": "growth", "value": 254_983.0, "cash": 37_500.0, "at_cost": [], "notes": []},
        "reading": "2011-08-12",
        "equity_now": 0.66,
        "equity_target": 0.40,
        "equity_reason": "target exposure 25 % of a balanced band",
        "orders": list(orders),
        "cash_after": 44_930.72,
        "cost": 4.5,
        "limited": ["turnover"],
        "bottom_line": "Sell.",
    }
    return found | changes


def words(page: str) -> str:
    bare = re.sub(r"<(style)\b.*?</\1>", "", page, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).replace("&amp;", "&").replace("&#39;", "'").split())


SAMPLE = document(order("SPY", -90, 90.72), order("IEF", 10, 74.25), order("WASH", -2.5, 4.0, LATER[0]))


def test_the_sheet_says_what_to_do_and_that_nothing_is_sent() -> None:
    page = ticket("rebalance-growth", SAMPLE)
    said = words(page)
    for each in (
        "Nothing is sent.",
        "Portfolio growth",
        "Friday, 12 August 2011",
        "week to 2011-08-12",
        "66 % → 40 %",
        "Sell SPY trim 90 90.72 $8,165 90 of 1 Jun 2010 at $80.58, long",
        "24.5 % → 21.2 %; today's weight, scaled to 40 % equity",
        "Buy IEF initiate 10 74.25 $742",
        "Only once the S&P 500 closes at or above 1,242 3 Sell WASH trim 2.5000 4.00 $10",
        "wash sale: the loss may not count",
        "Sales now $8,165",
        "Purchases now $742",
        "Cash before $37,500",
        "Cash after the orders for now $44,931",
        "Sales that wait $10",
        "Held back by: turnover.",
    ):
        assert each in said, each
    assert said.index("For the next session") < said.index("Buy IEF") < said.index("Only once")
    assert page.count('<span class="box">') == 3, "one to tick for each order"
    assert 'href="rebalance-growth.html"' in page
    assert not re.search(r"(?:src|href)=[\"']?https?:|@import|url\(", page), "no request leaves the page"
    assert "default-src &#39;none&#39;" in page and "Simulated" not in said
    assert "Simulated market." in words(ticket("rebalance", SAMPLE | {"source": "demo"}))


def test_what_a_person_typed_stays_text() -> None:
    typed = order(HOSTILE, -1, 10.0) | {"reason": HOSTILE}
    assert "<script" not in ticket("rebalance", document(typed, equity_reason=HOSTILE))


def test_the_brokers_file_holds_what_is_for_now_alone() -> None:
    """A broker would place at once what waits for a level."""
    found = ticket_files("rebalance-growth", SAMPLE)
    assert set(found) == {"rebalance-growth.ticket.html", "rebalance-growth.orders.csv"}
    assert {stem_of(name) for name in found} == {"rebalance-growth"}, "they move with their page"
    rows = list(csv.DictReader(io.StringIO(str(found["rebalance-growth.orders.csv"]))))
    assert [(row["Action"], row["Symbol"], row["Quantity"], row["OrderType"]) for row in rows] == [
        ("SELL", "SPY", "90", "MKT"),
        ("BUY", "IEF", "10", "MKT"),
    ]


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"equity_target": None, "equity_reason": "the week has no call"}, "the week has no call"),
        ({"orders": []}, "there are no orders"),
        ({"portfolio": None}, "there is no portfolio to plan for"),
    ],
)
def test_there_is_no_ticket_without_a_call_or_orders(changes: dict[str, Any], why: str) -> None:
    found = SAMPLE | changes
    assert (ticket_files("rebalance", found), why_none(found)) == ({}, why)


def test_it_lies_beside_the_page_and_the_week_links_it() -> None:
    growth = companion("rebalance").about("growth")
    cover = CompanionCover(
        source_label="Files",
        simulated=False,
        name=growth.label,
        question=growth.question,
        session=dt.date(2011, 8, 12),
        headline="Sell",
    )
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["title"] = "x"
    ran = Ran(notebook, (), cover, SAMPLE)
    made = assemble_companion(growth, RunParameters(), ran)
    assert set(made.files) == {
        f"rebalance-growth.{kind}" for kind in ("html", "ipynb", "json", "ticket.html", "orders.csv")
    }
    assert (made.line().href, made.line().ticket) == ("rebalance-growth.html", "rebalance-growth.ticket.html")
    assert made.line(week_failed=True).ticket == "../../2011-08-12/rebalance-growth.ticket.html"
    none = assemble_companion(growth, RunParameters(), Ran(notebook, (), cover, SAMPLE | {"orders": []}))
    assert none.line().ticket == "" and "rebalance-growth.orders.csv" not in none.files


def test_ten_orders_with_what_waits_print_on_one_page(
    chromium: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CHROMIUM", str(chromium))
    growth = companion("rebalance").about("growth")
    orders = [
        order(f"TICK{number}", -90, 90.72, condition, 1 if condition else 2)
        for condition in ("", *LATER)
        for number in range(10)
    ]
    files = {"rebalance-growth.ticket.html": ticket("rebalance-growth", document(*orders))}
    made = assemble_companion(growth, RunParameters(), _not_run())
    made.files.update(files)
    Exports(pdf=True).add_to_companion(made)
    assert set(made.files) == {"rebalance-growth.ticket.html", "rebalance-growth.ticket.pdf"}
    printed = made.files["rebalance-growth.ticket.pdf"]
    assert isinstance(printed, bytes) and printed.startswith(b"%PDF-")
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1


def _not_run() -> Any:
    from fiveengines.base.errors import DataError

    return DataError("not run", where="here")
