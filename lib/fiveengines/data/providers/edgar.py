"""SEC EDGAR company facts: a year's figures of companies as they were filed, for the table `fundamentals`.

Figures in dollars from yearly reports alone; ratios and judgements of them may not enter.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pandas as pd

from fiveengines.base import atomic_io, bounded_files
from fiveengines.base.errors import DataError, ProviderError
from fiveengines.data.folder.csv import read_texts
from fiveengines.data.folder.keyed_tables import FIGURES, FUNDAMENTALS
from fiveengines.data.providers.base import (
    HISTORY_STARTS,
    FetchError,
    FoundTables,
    Item,
    KeyRefusedError,
    Provider,
    RefusedError,
    Request,
    UnreachableError,
    expected_form,
)
from fiveengines.data.providers.prices import MEMBERS_LIST

_TICKERS, _FACTS = "/files/company_tickers.json", "/api/xbrl/companyfacts/CIK{:010d}.json"
# When each company was asked last; its facts change with its filings, so once a week is enough.
ASKED, _AGAIN = "edgar.json", dt.timedelta(days=7)
# Companies whose rows are handed on at a time, and after how many misshapen answers no more are asked for.
_A_TIME, _MOST_ERRORS = 20, 5
_FORMS = frozenset({"10-K", "10-K/A", "10-K405", "10-KT", "10-KT/A"})
# Days of a fiscal year of 52 or 53 weeks, or of twelve months.
_YEAR = (350, 380)
# An honest contact: a name or a company, and a mail address.
_CONTACT = re.compile(r"(?=[ -~]{5,200}$)[^@]*[^@\s]+@[^@\s]+\.[^@\s]+[^@]*")

# A figure is the first of these sums whose tags are all there. In a sum, a tag in brackets counts as zero where it is
# absent. Companies changed from one tag to another, most of them with the revenue standard of 2018.
Sum = tuple[str, ...]
_SUMS: Mapping[str, tuple[Sum, ...]] = {
    "revenue": (
        ("Revenues",),
        ("RevenueFromContractWithCustomerExcludingAssessedTax",),
        ("RevenueFromContractWithCustomerIncludingAssessedTax",),
        ("SalesRevenueNet",),
    ),
    "operating_cash_flow": (
        ("NetCashProvidedByUsedInOperatingActivities",),
        ("NetCashProvidedByUsedInOperatingActivitiesContinuingOperations",),
    ),
    "capital_expenditure": (
        ("PaymentsToAcquirePropertyPlantAndEquipment",),
        ("PaymentsToAcquireProductiveAssets",),
    ),
    "total_debt": (
        ("DebtLongtermAndShorttermCombinedAmount",),
        ("LongTermDebtNoncurrent", "DebtCurrent"),
        ("LongTermDebt", "(ShortTermBorrowings)", "(CommercialPaper)"),
        ("LongTermDebtNoncurrent", "(LongTermDebtCurrent)", "(ShortTermBorrowings)", "(CommercialPaper)"),
    ),
    "ebitda": (
        ("OperatingIncomeLoss", "DepreciationDepletionAndAmortization"),
        ("OperatingIncomeLoss", "DepreciationAmortizationAndAccretionNet"),
        ("OperatingIncomeLoss", "DepreciationAndAmortization"),
        ("OperatingIncomeLoss", "Depreciation", "(AmortizationOfIntangibleAssets)"),
    ),
    "research_and_development": (
        ("ResearchAndDevelopmentExpense",),
        ("ResearchAndDevelopmentExpenseExcludingAcquiredInProcessCost",),
    ),
}
_TAGS = frozenset(tag.strip("()") for sums in _SUMS.values() for each in sums for tag in each)


class Edgar(Provider):
    """Filings of the companies in `members.csv`; asked only when a contact is given, as the SEC wants."""

    name = "edgar"
    title = "SEC EDGAR company facts"
    label = "SEC"
    serves = "yearly figures of the companies in your `members.csv` (table `fundamentals`), by filing date"
    terms = (
        "[accessing EDGAR data](https://www.sec.gov/os/accessing-edgar-data) (public domain); names a contact"
    )
    urls = {"edgar": "https://data.sec.gov", "edgar_files": "https://www.sec.gov"}
    # the SEC allows ten a second
    limits = {"edgar": (8, 1), "edgar_files": (2, 1)}
    key = "SEC_CONTACT"
    key_page = "no registration: your name and mail address"
    optional = True

    def fetch_one(self, series_id: str, request: Request) -> NoReturn:
        """It has no series."""
        raise ProviderError("serves no series.", where=self.title, series=series_id)

    def ping(self) -> str:
        """How many companies its list has; what to set where no contact is given."""
        if not self.http.settings.keys.get(self.key):
            return f"not asked: set {self.key} to your name and mail address to have it"
        return f"{len(self._companies(attempts=1))} companies"

    def fetch_extras(self) -> Iterator[Item]:
        """The rows of every listed company that was not asked for a week; of each yearly report one."""
        tickers = self._wanted()
        if not tickers:
            return
        asked = self._asked()
        companies = self._companies()
        rows: list[pd.DataFrame] = []
        without, unread = [], list[DataError]()
        for at, ticker in enumerate(tickers):
            number = companies.get(ticker.replace(".", "-").upper())
            try:
                found = self._filings(number, ticker) if number else pd.DataFrame()
            except UnreachableError as error:
                unread.append(error)
                break
            except RefusedError as error:
                if error.status != 404:
                    raise self._refused(error) from None
                found = pd.DataFrame()
            except DataError as error:
                unread.append(error)
                if len(unread) == _MOST_ERRORS:
                    break
                continue
            asked[ticker] = dt.date.today().isoformat()
            if found.empty:
                without.append(ticker)
            rows.append(found)
            if len(rows) == _A_TIME or at == len(tickers) - 1:
                yield from self._handed_on(rows, asked)
                rows = []
        yield from self._handed_on(rows, asked)
        yield from (FetchError(None, error) for error in unread)
        if without:
            more = f" and {len(without) - 5} more" if len(without) > 5 else ""
            nothing = f"no yearly figures in dollars for {', '.join(without[:5])}{more}."
            yield FetchError(None, ProviderError(nothing, where=self.title))

    @property
    def _memory(self) -> Path:
        return (self.folder or Path()) / ASKED

    def _asked(self) -> dict[str, Any]:
        """When each ticker was asked for last; a damaged note is no note."""
        try:
            return bounded_files.json_object(bounded_files.read_bytes(self._memory))
        except (OSError, ValueError):
            return {}

    def _handed_on(self, rows: list[pd.DataFrame], asked: Mapping[str, object]) -> Iterator[Item]:
        """The rows first and the note that they were asked for after them: what is lost is asked for again."""
        some = [each for each in rows if len(each)]
        if some:
            yield FoundTables({FUNDAMENTALS: pd.concat(some, ignore_index=True)}, None)
        if rows:
            atomic_io.write_text(self._memory, json.dumps(dict(sorted(asked.items())), indent=1) + "\n")

    def _wanted(self) -> list[str]:
        """Tickers of the person's list that are due: all of them when a date was asked for."""
        if self.folder is None or not (self.folder / MEMBERS_LIST).is_file():
            return []
        texts = read_texts((self.folder / MEMBERS_LIST).read_bytes(), where=MEMBERS_LIST, wanted=("ticker",))
        tickers = list(dict.fromkeys(filter(None, texts["ticker"])))
        if self.first != HISTORY_STARTS:
            return tickers
        asked = self._asked()
        due = (dt.date.today() - _AGAIN).isoformat()
        return [each for each in tickers if str(asked.get(each, "")) <= due]

    def _ask(self, path: str, url: str, attempts: int | None = None) -> Any:
        contact = self.http.settings.keys.get(self.key, "")
        if not _CONTACT.fullmatch(contact):
            state = "holds no name with a mail address" if contact else "is not set"
            raise KeyRefusedError(
                f"{self.key} {state}, and the SEC answers nobody else.",
                where=self.title,
                remedy=f"Write {self.key}=Your Name your@mail.address into .env.",
            )
        raw = self.http.get(url, path, kind="json", attempts=attempts, agent=f"fiveengines {contact}")
        with expected_form(self.address(path, url)):
            return json.loads(raw)

    def _companies(self, attempts: int | None = None) -> dict[str, int]:
        """The SEC's number of every ticker, spelt as it spells them (BRK-B)."""
        try:
            listed = self._ask(_TICKERS, "edgar_files", attempts)
        except RefusedError as error:
            raise self._refused(error) from None
        with expected_form(self.address(_TICKERS, "edgar_files")):
            return {str(each["ticker"]).upper(): int(each["cik_str"]) for each in listed.values()}

    def _filings(self, number: int, ticker: str) -> pd.DataFrame:
        path = _FACTS.format(number)
        answer = self._ask(path, "edgar")
        with expected_form(self.address(path)):
            return filings(answer, ticker)

    def _refused(self, error: RefusedError) -> ProviderError:
        """What a refusal means: the SEC shuts out who names no contact, and for ten minutes who asks too fast."""
        if error.status != 403:
            return error
        return KeyRefusedError(
            f"refused with HTTP 403: {self.key} is not accepted, or too much was asked.",
            where=error.where or self.title,
            remedy=f"Check {self.key}, wait ten minutes, then `fiveengines fetch --only {self.name}`.",
        )


def filings(answer: Mapping[str, Any], ticker: str) -> pd.DataFrame:
    """One row a yearly report of a company, by the day it was filed.

    answer: what companyfacts gives: facts → us-gaap → tag → units → USD → [{start, end, val, accn, form, filed, …}].
    A report's own year is the latest full year in it; those before are for comparison and left out. An amendment
    (10-K/A) is a row of its own from its filing on, and keeps what it does not repeat. Returns ticker, period_end,
    filed (datetime64[s]) and FIGURES (float64, $, NaN where the tags are missing), sorted by filing; empty without any.
    """
    facts = _annual(answer["facts"].get("us-gaap") or {})
    if facts.empty:
        return pd.DataFrame()
    full = facts[facts["days"] > 0]
    own = full.groupby("accn")["end"].max()
    facts = facts[facts["end"].eq(facts["accn"].map(own))]
    # The same fact may stand in a report twice, once for each frame; both are equal.
    wide = facts.pivot_table(index=["end", "filed", "accn"], columns="tag", values="val", aggfunc="last")
    figures = pd.DataFrame({name: _figure(wide, sums) for name, sums in _SUMS.items()}, index=wide.index)
    figures = figures.sort_index(level=["filed", "accn"]).groupby(level="end").ffill()
    table = figures.dropna(how="all").reset_index().rename(columns={"end": "period_end"})
    table = table.drop_duplicates(["period_end", "filed"], keep="last")
    table.insert(0, "ticker", ticker)
    return table[["ticker", "period_end", "filed", *FIGURES]].reset_index(drop=True)


def _annual(tags: Mapping[str, Any]) -> pd.DataFrame:
    """Facts of yearly reports with the tags in use: tag, days (0: on a day), end, filed, accn, val."""
    rows = [
        (tag, fact.get("start"), fact["end"], fact["filed"], str(fact["accn"]), float(fact["val"]))
        for tag in sorted(_TAGS & set(tags))
        for fact in (tags[tag].get("units") or {}).get("USD") or ()
        if fact.get("form") in _FORMS
    ]
    facts = pd.DataFrame(rows, columns=["tag", "start", "end", "filed", "accn", "val"])
    facts["val"] = facts["val"].astype("float64")
    for name in ("start", "end", "filed"):
        facts[name] = pd.to_datetime(facts[name], format="%Y-%m-%d").astype("datetime64[s]")
    facts["days"] = (facts["end"] - facts["start"]).dt.days.fillna(0)
    usable = facts["days"].between(*_YEAR) | facts["start"].isna()
    found: pd.DataFrame = facts[usable & (facts["filed"] > facts["end"]) & np.isfinite(facts["val"])]
    return found


def _figure(wide: pd.DataFrame, sums: Sequence[Sum]) -> pd.Series:
    found = pd.Series(np.nan, index=wide.index)
    for each in sums:
        parts = [
            wide.get(tag.strip("()"), found * np.nan).fillna(0.0 if tag.startswith("(") else np.nan)
            for tag in each
        ]
        total = sum(parts[1:], parts[0])
        found = found.fillna(total)
    return found
