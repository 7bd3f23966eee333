"""CFTC Commitments of Traders: legacy and financial-futures reports, from the open-data service or yearly
zips.

Positions as reported, in contracts; nets, shares and percentiles may not enter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fiveengines.base.errors import DataError, ProviderError
from fiveengines.data.calendars import published_at
from fiveengines.data.catalog import lookup
from fiveengines.data.folder.csv import column_name, read_texts
from fiveengines.data.folder.layouts import COT_CODES, TFF_CODES
from fiveengines.data.folder.unpack import parts
from fiveengines.data.providers.base import (
    MOST_PAGES,
    IncompleteError,
    Provider,
    RefusedError,
    Request,
    Response,
    expected_form,
)
from fiveengines.data.providers.frames import Basis, frame_by_rule, moments, response_frame


@dataclass(frozen=True)
class _Report:
    """One of the CFTC's reports: where it is, which market is which code, which field is which series."""

    dataset: str
    zip_path: str
    first_zip: int
    markets: Mapping[str, str]
    fields: Mapping[str, str]
    # fields that, with the above, make longs equal shorts
    others: tuple[str, ...]
    zip_names: Mapping[str, str]

    @property
    def series(self) -> dict[str, tuple[str, str]]:
        """Catalog id → (contract code, field)."""
        return {
            f"{prefix}_{part}": (code, name)
            for prefix, code in self.markets.items()
            for part, name in self.fields.items()
        }


def _both_sides(**forms: str) -> dict[str, str]:
    """A field of longs and one of shorts for each kind of trader."""
    return {
        f"{who}_{side}": form.format(side.lower())
        for who, form in forms.items()
        for side in ("LONG", "SHORT")
    }


_TFF = _Report(
    dataset="gpe5-46if",
    zip_path="/files/dea/history/fut_fin_txt_{year}.zip",
    first_zip=2010,
    markets={f"TFF_{market}": code for market, code in TFF_CODES.items()},
    fields={"OPEN_INTEREST": "open_interest_all"}
    | _both_sides(
        DEALER="dealer_positions_{}_all",
        ASSET_MGR="asset_mgr_positions_{}",
        LEV_MONEY="lev_money_positions_{}",
    ),
    others=tuple(_both_sides(OTHER="other_rept_positions_{}", NONREPT="nonrept_positions_{}_all").values()),
    zip_names={},
)
_LEGACY = _Report(
    dataset="6dca-aqww",
    zip_path="/files/dea/history/deacot{year}.zip",
    first_zip=1986,
    markets={f"COT_{market}": code for market, code in COT_CODES.items()},
    fields=_both_sides(
        SPEC="noncomm_positions_{}_all",
        COMM="comm_positions_{}_all",
        NONREPT="nonrept_positions_{}_all",
    ),
    others=(),
    zip_names={"noncommercial": "noncomm", "commercial": "comm", "nonreportable": "nonrept"},
)
_REPORTS = (_TFF, _LEGACY)
_CODE = "cftc_contract_market_code"
_DATE = "report_date_as_yyyy_mm_dd"
_PAGE = 50000
# More reports loaded on one day than this were loaded in bulk, years after their publication.
_MOST_A_DAY = 3
# The longest delay so far was 50 days (2025); a row loaded later than this says nothing about publication.
_LONGEST_DELAY = pd.Timedelta(days=70)
# Consolidated markets are rounded to one contract.
_ROUNDING = 2


class Cftc(Provider):
    """Speculators, commercials and small traders; dealers, asset managers and leveraged funds."""

    name = "cftc"
    title = "CFTC Commitments of Traders"
    label = "CFTC"
    serves = "COT_… (legacy) and TFF_… (financial futures), futures only"
    address_note = "`publicreporting.cftc.gov`; behind it the yearly files of `www.cftc.gov`"
    terms = "[public reporting](https://publicreporting.cftc.gov/) (public domain)"
    urls = {"cftc": "https://publicreporting.cftc.gov", "cftc_files": "https://www.cftc.gov"}
    series = tuple(series for report in _REPORTS for series in report.series)
    # the rows need company, so that a bulk load differs from a publication
    overlap_days = dict.fromkeys(series, 120)

    def fetch_one(self, series_id: str, request: Request) -> Response:
        """A column of a market's rows; a report is asked for once for all its series."""
        report = next(each for each in _REPORTS if series_id in each.series)
        rows, origin = self.shared(report.dataset, lambda: self._rows(report))
        code, field = report.series[series_id]
        part = rows[rows["code"] == code]
        if not len(part):
            if request.seen is None:
                raise ProviderError(f"no rows for market {code}.", where=origin)
            return Response(series_id, frame_by_rule(series_id, [], []), origin)
        if part[field].isna().all():
            raise ProviderError(f"no column {field}.", where=origin, series=series_id)
        sound, notes = _balanced(part, report)
        days = moments(sound["observed"])
        by_rule = published_at(lookup(series_id), days)
        provider_dated = _publication(moments(sound["loaded"]), by_rule, days)
        known = provider_dated.where(provider_dated.notna(), by_rule)
        basis = np.where(provider_dated.notna(), int(Basis.PROVIDER), int(Basis.RULE))
        return Response(series_id, response_frame(days, sound[field], known, basis), origin, notes)

    def ping(self) -> str:
        """The newest report date."""
        params = {"$select": f"max({_DATE}) as newest"}
        found = self.get_json(f"/resource/{_TFF.dataset}.json", params, attempts=1)
        return f"newest report {str(found[0].get('newest', ''))[:10]}" if found else "answers"

    def _rows(self, report: _Report) -> tuple[pd.DataFrame, str]:
        """Rows of a report and where they come from; the yearly files stand in while the service is down."""
        first = min(self.requests[key].since for key in report.series if key in self.requests)
        try:
            with expected_form(f"{self.title} {report.dataset}"):
                return self._service(report, first)
        except ProviderError as error:
            self.report(error)
        with expected_form(self.address(url="cftc_files")):
            return self._yearly(report, first)

    def _service(self, report: _Report, first: dt.date) -> tuple[pd.DataFrame, str]:
        path = f"/resource/{report.dataset}.json"
        codes = ",".join(f"'{code}'" for code in dict.fromkeys(report.markets.values()))
        fields = [":created_at", _CODE, _DATE, *report.fields.values(), *report.others]
        params: dict[str, str | int] = {
            "$select": ",".join(fields),
            "$where": f"{_CODE} in({codes}) and {_DATE} >= '{first}T00:00:00'",
            "$order": f"{_DATE},{_CODE}",
            "$limit": _PAGE,
        }
        rows: list[dict[str, str]] = []
        for _ in range(MOST_PAGES):
            page = self._page(path, params | {"$offset": len(rows)})
            # a server that knows no offset gives its first page again
            if rows and page[:1] == rows[:1]:
                break
            rows += page
            if len(page) < _PAGE:
                return _tidy(pd.DataFrame(rows, dtype="str"), report), self.address(path)
        raise ProviderError("its list of rows does not end.", where=self.address(path))

    def _page(self, path: str, params: Mapping[str, str | int]) -> list[dict[str, str]]:
        try:
            page = self.get_json(path, params)
        except RefusedError as error:
            if error.status != 400 or "column" not in error.body.lower():
                raise
            # a field was renamed: take every column and find ours by name
            page = self.get_json(path, {**params, "$select": ":*,*"})
        if not isinstance(page, list):
            raise ProviderError("the answer is no list of rows.", where=self.address(path))
        return page

    def _yearly(self, report: _Report, first: dt.date) -> tuple[pd.DataFrame, str]:
        parts: list[pd.DataFrame] = []
        lost: dict[int, ProviderError] = {}
        this_year = dt.date.today().year
        for year in range(max(first.year, report.first_zip), this_year + 1):
            try:
                parts.append(self._year(report, year))
            except ProviderError as error:
                lost[year] = error
        if not parts:
            nothing = ProviderError(
                "no yearly file covers these dates.", where=self.address(url="cftc_files")
            )
            raise next(iter(lost.values()), nothing)
        newest = lost.get(this_year)
        if isinstance(newest, RefusedError) and newest.status == 404 and dt.date.today() <= _first_file():
            del lost[this_year]  # in its first days a year has no file yet
        origin = self.address(report.zip_path.format(year=this_year), "cftc_files")
        if lost:
            why = next(iter(lost.values()))
            self.report(
                IncompleteError(
                    f"{report.zip_path} of {', '.join(map(str, lost))} is missing: {why.message}",
                    where=self.address(url="cftc_files"),
                    remedy=f"Run `fiveengines fetch --only {self.name} --since {min(lost)}-01-01` later.",
                )
            )
        return _tidy(pd.concat(parts, ignore_index=True), report), origin

    def _year(self, report: _Report, year: int) -> pd.DataFrame:
        """The texts of one yearly file, its columns named as the service names them."""
        path = report.zip_path.format(year=year)
        where = self.address(path, "cftc_files")
        raw = _only_member(self.get(path, kind="zip", url="cftc_files"), where)
        header = [column_name(name) for name in raw.split(b"\n", 1)[0].decode("latin-1").split(",")]
        names = {name: _field_of(name, report) for name in header}
        with expected_form(where):
            found = read_texts(raw, where=where, wanted=[name for name, field in names.items() if field])
        return pd.DataFrame({names[name]: texts for name, texts in found.items()})


def _first_file() -> dt.date:
    """By when this year's file must be there: its first report is published in the second week at the latest."""
    return dt.date(dt.date.today().year, 1, 20)


def _only_member(raw: bytes, where: str) -> bytes:
    try:
        texts = [part.raw for part in parts(raw, where, "") if part.name.lower().endswith(".txt")]
    except DataError as error:
        raise ProviderError(error.message.removeprefix(f"{where}: "), where=where) from None
    if len(texts) != 1:
        raise ProviderError("the zip does not hold one text file.", where=where)
    return texts[0]


def _field_of(name: str, report: _Report) -> str:
    """The service's field for a column of the yearly file, empty when it is none of ours."""
    if name == _CODE:
        return _CODE
    if name in {_DATE, "report_date_as_mm_dd_yyyy", "as_of_date_in_form_yyyy_mm_dd"}:
        return _DATE
    for words, short in report.zip_names.items():
        if name.startswith(f"{words}_"):
            name = f"{short}_{name.removeprefix(f'{words}_')}"
    return next(
        (field for field in (*report.fields.values(), *report.others) if name in _spellings(field)), ""
    )


def _spellings(field: str) -> tuple[str, str]:
    """Both spellings of a field: the CFTC adds `_all` to some and not to others."""
    bare = field.removesuffix("_all")
    return bare, f"{bare}_all"


def _tidy(rows: pd.DataFrame, report: _Report) -> pd.DataFrame:
    """Columns code, observed, loaded and the fields (float64, NaN for missing), one row a market and date."""
    if not len(rows):
        return pd.DataFrame({"code": [], "observed": moments([]), "loaded": moments([])})
    if missing := {_CODE, _DATE} - set(rows.columns):
        raise ProviderError(f"the rows lack {', '.join(sorted(missing))}.", where="CFTC")
    loaded = rows.get(":created_at", pd.Series(pd.NaT, index=rows.index))
    tidy = {
        "code": rows[_CODE].astype("str").str.strip(),
        "observed": moments(rows[_DATE].astype("str").str.strip().str[:10]),
        "loaded": pd.to_datetime(loaded, errors="coerce", utc=True)
        .dt.tz_localize(None)
        .astype("datetime64[s]"),
    }
    for field in (*report.fields.values(), *report.others):
        name = next((name for name in _spellings(field) if name in rows.columns), None)
        texts = rows[name].astype("str").str.strip() if name else pd.Series(np.nan, index=rows.index)
        tidy[field] = pd.to_numeric(texts, errors="coerce")
    found = pd.DataFrame(tidy).drop_duplicates(["code", "observed"], keep="last")
    return found.sort_values(["code", "observed"], ignore_index=True)


def _balanced(rows: pd.DataFrame, report: _Report) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Rows whose longs equal their shorts (every contract has two sides), and a note about the others."""
    long_side = [name for name in (*report.fields.values(), *report.others) if "_long" in name]
    if report is not _TFF or rows[long_side].isna().all(axis=None):
        return rows, ()
    short_side = [name.replace("_long", "_short") for name in long_side]
    gap = (rows[long_side].sum(axis=1, skipna=False) - rows[short_side].sum(axis=1, skipna=False)).abs()
    wrong = gap > _ROUNDING
    if not wrong.any():
        return rows, ()
    day = rows.loc[wrong, "observed"].max().date()
    return rows.loc[~wrong], (
        f"{int(wrong.sum())} report(s) left out whose longs and shorts differ, the last of {day}",
    )


def _publication(
    loaded: pd.DatetimeIndex, by_rule: pd.DatetimeIndex, days: pd.DatetimeIndex
) -> pd.DatetimeIndex:
    """When a row was loaded where that is its publication, NaT where it was loaded in bulk or at an unknown time."""
    counts = pd.Series(loaded.normalize()).map(pd.Series(loaded.normalize()).value_counts())
    at_publication = (
        (counts.to_numpy() <= _MOST_A_DAY)
        & (loaded - by_rule <= _LONGEST_DELAY)
        & (loaded >= days + pd.Timedelta(days=2))
    )
    return moments(loaded.where(at_publication))
