"""Companies' yearly figures from the SEC against a server that answers in the shapes that EDGAR documents."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from fiveengines.data.dataset import TABLES
from fiveengines.data.fetch import fetch
from fiveengines.data.providers.edgar import filings
from fiveengines.data.providers.transport.http import RateLimiter
from fiveengines.data.store import Store
from loopback.market import Market
from loopback.server import Loopback
from loopback.words import HTML, PAGE, Query, Reply, as_json

CONTACT = "Jane Doe jane@example.com"
Fact = dict[str, object]


def fact(start: str, end: str, val: float, filed: str, form: str = "10-K", accn: str | None = None) -> Fact:
    """A duration as companyfacts has it; `fy` and `fp` are the report's, not the fact's."""
    own = {"end": end, "val": val, "accn": accn or f"0000320193-{filed[2:4]}-{filed[5:7]}{filed[8:]}", "fy": 2018,
           "fp": "FY" if form.startswith("10-K") else "Q1", "form": form, "filed": filed}  # fmt: skip
    return {"start": start, **own} if start else own


def company(**tags: list[Fact]) -> dict[str, object]:
    """companyfacts: facts → taxonomy → tag → label, description, units."""
    gaap = {
        tag: {"label": tag, "description": "", "units": {"USD": [*each, {"frame": "CY2018", **each[0]}]}}
        for tag, each in tags.items()
    }  # fmt: skip
    shares = {"units": {"shares": [fact("", "2018-10-26", 4.7e9, "2018-11-05")]}}
    return {"cik": 320193, "entityName": "Apple Inc.", "facts": {"dei": {"Shares": shares}, "us-gaap": gaap}}


# Two yearly reports and a quarter. Sales moved from one tag to another with the standard of 2018; the second report
# repeats the year before (comparison, 229 → 230) and its last quarter, and the quarterly report is no year.
Y17, Y18 = ("2016-09-25", "2017-09-30"), ("2017-10-01", "2018-09-29")
APPLE = company(
    SalesRevenueNet=[fact(*Y17, 229e9, "2017-11-03")],
    RevenueFromContractWithCustomerExcludingAssessedTax=[
        fact(*Y17, 230e9, "2018-11-05"),
        fact(*Y18, 265e9, "2018-11-05"),
        fact("2018-07-01", "2018-09-29", 62e9, "2018-11-05"),
        fact("2018-09-30", "2018-12-29", 84e9, "2019-01-30", "10-Q"),
    ],
    NetCashProvidedByUsedInOperatingActivities=[
        fact(*Y17, 64e9, "2017-11-03"), fact(*Y18, 77e9, "2018-11-05"),
    ],
    PaymentsToAcquirePropertyPlantAndEquipment=[
        fact(*Y17, 12e9, "2017-11-03"), fact(*Y18, 13e9, "2018-11-05"),
    ],
    LongTermDebtNoncurrent=[fact("", Y17[1], 97e9, "2017-11-03"), fact("", Y18[1], 93.7e9, "2018-11-05")],
    LongTermDebtCurrent=[fact("", Y17[1], 6.5e9, "2017-11-03"), fact("", Y18[1], 8.8e9, "2018-11-05")],
    CommercialPaper=[fact("", Y17[1], 12e9, "2017-11-03"), fact("", Y18[1], 12e9, "2018-11-05")],
    OperatingIncomeLoss=[fact(*Y17, 61e9, "2017-11-03"), fact(*Y18, 71e9, "2018-11-05")],
    DepreciationDepletionAndAmortization=[fact(*Y17, 10e9, "2017-11-03"), fact(*Y18, 11e9, "2018-11-05")],
    ResearchAndDevelopmentExpense=[fact(*Y17, 11.6e9, "2017-11-03"), fact(*Y18, 14.2e9, "2018-11-05")],
)  # fmt: skip
# An insurer: no capital expenditure, no debt and no operating income under any tag, and a report mended in May.
BERKSHIRE = company(
    Revenues=[
        fact("2018-01-01", "2018-12-31", 247.5e9, "2019-02-25"),
        fact("2018-01-01", "2018-12-31", 247.8e9, "2019-05-06", "10-K/A"),
    ],
    NetCashProvidedByUsedInOperatingActivities=[fact("2018-01-01", "2018-12-31", 37.4e9, "2019-02-25")],
)
COMPANIES = {320193: APPLE, 1067983: BERKSHIRE}
LISTED = {
    str(at): {"cik_str": number, "ticker": ticker, "title": ticker}
    for at, (ticker, number) in enumerate({"AAPL": 320193, "BRK-B": 1067983, "IFRS": 77}.items())
}


def facts_of(market: Market, query: Query, number: str) -> Reply:
    found = COMPANIES.get(int(number))
    return as_json(found) if found else (404, HTML, PAGE)


ROUTES = (
    (r"/files/company_tickers\.json", lambda market, query: as_json(LISTED)),
    (r"/api/xbrl/companyfacts/CIK(\d{10})\.json", facts_of),
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "members.csv").write_text("ticker,sector\nAAPL,Technology\nBRK.B,Financials\n")
    return Store(tmp_path)


def with_contact(server: Loopback, contact: str = CONTACT, **changes: object) -> object:
    return server.settings(keys={"SEC_CONTACT": contact}, **changes)


def test_a_row_a_yearly_report_with_alternative_tags(server: Loopback, store: Store) -> None:
    report = fetch(store, with_contact(server))  # type: ignore[arg-type]
    assert not [each for each in report.outcomes if each.provider == "edgar" and each.errors]
    table = store.tables()["fundamentals"].set_index(["ticker", "filed"])
    assert list(table.loc["AAPL"].index) == [pd.Timestamp("2017-11-03"), pd.Timestamp("2018-11-05")]
    assert table.loc["AAPL"]["period_end"].tolist() == [pd.Timestamp(Y17[1]), pd.Timestamp(Y18[1])]
    last = table.loc[("AAPL", pd.Timestamp("2018-11-05"))]
    assert last["revenue"] == 265e9 and table.loc["AAPL"]["revenue"].iloc[0] == 229e9
    assert last["operating_cash_flow"] - last["capital_expenditure"] == 64e9
    assert last["total_debt"] == pytest.approx(93.7e9 + 8.8e9 + 12e9)
    assert (last["ebitda"], last["research_and_development"]) == (82e9, 14.2e9)
    assert any(CONTACT in each for each in server.agents)
    assert "jane@example.com" not in (store.folder / "fetch_log.jsonl").read_text()


def test_an_amendment_counts_from_its_filing_and_keeps_what_it_does_not_repeat(
    server: Loopback, store: Store
) -> None:
    fetch(store, with_contact(server), only=["edgar"])  # type: ignore[arg-type]
    tables = store.tables()
    for day, revenue in (("2019-02-22", None), ("2019-05-03", 247.5e9), ("2019-05-06", 247.8e9)):
        known = tables.until(pd.Timestamp(day))["fundamentals"]
        rows = known[known["ticker"] == "BRK.B"]
        if revenue is None:
            assert rows.empty
            continue
        assert rows["revenue"].iloc[-1] == revenue and rows["operating_cash_flow"].iloc[-1] == 37.4e9
        assert rows[["total_debt", "ebitda", "capital_expenditure"]].isna().all(axis=None)
    assert TABLES["fundamentals"] == "filed"


def test_a_company_is_asked_once_a_week_and_again_since_a_date(server: Loopback, store: Store) -> None:
    for _ in range(2):
        fetch(store, with_contact(server), only=["edgar"])  # type: ignore[arg-type]
    assert len(server.asked("companyfacts")) == 2
    asked = json.loads((store.folder / "edgar.json").read_text())
    (store.folder / "edgar.json").write_text(json.dumps(asked | {"AAPL": "2019-01-01"}))
    fetch(store, with_contact(server), only=["edgar"])  # type: ignore[arg-type]
    assert [each[-15:] for each in server.asked("companyfacts")[2:]] == ["0000320193.json"]
    fetch(store, with_contact(server), since=pd.Timestamp("2019-01-01").date(), only=["edgar"])  # type: ignore[arg-type]
    assert len(server.asked("companyfacts")) == 5
    assert len(store.tables()["fundamentals"]) == 4


def test_without_a_contact_it_is_not_asked_and_says_why_when_it_is(server: Loopback, store: Store) -> None:
    assert "edgar" not in [each.provider for each in fetch(store, server.settings()).outcomes]
    for contact in ("", "somebody"):
        found = fetch(store, with_contact(server, contact), only=["edgar"]).outcomes[0]  # type: ignore[arg-type]
        assert found.failed and "SEC_CONTACT=Your Name" in found.errors[0].line()
    assert not server.asked("company")


def test_a_refused_contact_is_one_line(server: Loopback, store: Store) -> None:
    server.fault("companyfacts", status=403)
    found = fetch(store, with_contact(server), only=["edgar"]).outcomes[0]  # type: ignore[arg-type]
    (error,) = found.errors
    assert "HTTP 403" in error.line() and "SEC_CONTACT" in error.line() and CONTACT not in error.line()
    assert len(server.asked("companyfacts")) == 1
    assert not (store.folder / "edgar.json").exists()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"body": b"{}", "status": 200, "content_type": "application/json"}, "expected form"),
        ({"body": b'{"facts": {"us-gaap": {"Revenues": {"units": {"USD": [{"form": "10-K"}]}}}}}', "status": 200,
          "content_type": "application/json"}, "expected form"),
        ({"status": 200}, "a web page"),
        ({"status": 503}, "HTTP 503"),
        ({"cut_gzip": True}, "cut short"),
    ],
)  # fmt: skip
def test_a_fault_is_one_line_and_a_strange_answer_costs_its_own_company_alone(
    server: Loopback, store: Store, fault: dict[str, object], said: str
) -> None:
    (store.folder / "members.csv").write_text("ticker,sector\nBRK.B,Financials\nAAPL,Technology\n")
    server.fault("CIK0001067983", **fault)
    found = fetch(store, with_contact(server), only=["edgar"]).outcomes[0]  # type: ignore[arg-type]
    assert [said in each.line() for each in found.errors] == [True]
    if said != "expected form":
        return  # what fails at every try is a service that is down: it is left alone
    assert set(store.tables()["fundamentals"]["ticker"]) == {"AAPL"}
    assert list(json.loads((store.folder / "edgar.json").read_text())) == ["AAPL"]


def test_an_answer_larger_than_allowed_is_not_read(server: Loopback, store: Store) -> None:
    found = fetch(store, with_contact(server, max_bytes=1000), only=["edgar"]).outcomes[0]  # type: ignore[arg-type]
    assert "larger than" in found.errors[0].line()


def test_companies_without_figures_are_named_once(server: Loopback, store: Store) -> None:
    (store.folder / "members.csv").write_text("ticker,sector\nIFRS,Energy\nNONE,Energy\nAAPL,Technology\n")
    found = fetch(store, with_contact(server), only=["edgar"]).outcomes[0]  # type: ignore[arg-type]
    assert [each.line().count("IFRS, NONE") for each in found.errors] == [1] and not found.failed


def test_a_company_without_gaap_facts_has_no_row() -> None:
    assert filings({"facts": {"ifrs-full": {}}}, "X").empty
    quarter = company(Revenues=[fact("2018-07-01", "2018-09-29", 62e9, "2018-11-05")])
    assert filings(quarter, "X").empty


def test_at_most_so_many_requests_in_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, slept = [0.0], list[float]()

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr("fiveengines.data.providers.transport.http.time.monotonic", lambda: clock[0])
    limiter = RateLimiter(8, 1.0, sleep)
    for _ in range(20):
        limiter.acquire()
        clock[0] += 0.0625
    assert slept == [0.5, 0.5]
