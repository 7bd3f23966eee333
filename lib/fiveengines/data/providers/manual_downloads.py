"""Downloads that a person drops into the data folder: AAII, NAAIM and FINRA as they come, the rest as a files
directory.

Providers without a free service are read here; nothing is fetched.
"""

from __future__ import annotations

import csv
import io
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from fiveengines.base.errors import DataError
from fiveengines.data import catalog
from fiveengines.data.dataset import Dataset
from fiveengines.data.folder import files
from fiveengines.data.folder.csv import column_name, read_csv
from fiveengines.data.providers.base import FetchError, Item, MemberCloses, Provider, Request, Response
from fiveengines.data.providers.frames import frame_by_rule

FOLDER = "manual_downloads"
_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LARGEST = 64 * 2**20


class ManualDownloads(Provider):
    """What is in `manual_downloads/` of the data folder: a files directory, and original downloads at its top
    level."""

    name = FOLDER
    title = "Files that you download yourself"
    label = "downloaded file"
    serves = "AAII, NAAIM, FINRA margin debt, and any files directory"
    address_note = f"`{FOLDER}/` in the data folder"
    terms = (
        "[AAII](https://www.aaii.com/sentimentsurvey), [NAAIM](https://naaim.org/programs/naaim-exposure-index/),"
        " [FINRA](https://www.finra.org/rules-guidance/key-topics/margin-accounts/margin-statistics)"
    )
    by_hand = True

    @cached_property
    def _folder(self) -> Path:
        return (self.folder or Path()) / FOLDER

    @cached_property
    def _read(self) -> tuple[Dataset | None, dict[str, Response], list[DataError]]:
        """The files directory, the original downloads by series, and what could not be read."""
        originals: dict[str, Response] = {}
        errors: list[DataError] = []
        if not self._folder.is_dir():
            return None, originals, errors
        for path in sorted(self._folder.iterdir()):
            reader = _reader(path)
            if reader is None:
                continue
            try:
                originals |= {each.series: each for each in reader(_table_bytes(path), path.name)}
            except DataError as error:
                errors.append(error)
            except OSError as error:
                errors.append(DataError(f"cannot be opened ({error.strerror}).", where=path.name))
        laid_out = any(path.is_dir() and not path.name.startswith(".") for path in self._folder.iterdir())
        return (files.load(self._folder) if laid_out else None), originals, errors

    @property
    def series(self) -> tuple[str, ...]:
        """Ids that are there at this moment."""
        laid_out, originals, _ = self._read
        found = set(originals) | set(laid_out.series if laid_out else ())
        return tuple(key for key in catalog.catalog() if key in found)

    def fetch_one(self, series_id: str, request: Request) -> Response:
        """An original download, else the file of the files directory, dated by rule."""
        laid_out, originals, _ = self._read
        if laid_out is None or series_id in originals:
            return originals[series_id]
        data = laid_out.series[series_id]
        frame = frame_by_rule(series_id, data.frame["observed"], data.frame["value"])
        return Response(series_id, frame, f"{FOLDER}/{data.origin}")

    def fetch_extras(self) -> Iterator[Item]:
        """What could not be read, and members' closes."""
        laid_out, _, errors = self._read
        yield from (FetchError(None, error) for error in errors)
        if laid_out is None:
            return
        for notice in laid_out.notices:
            if notice.level == "error":
                yield FetchError(notice.series, DataError(notice.text))
        if laid_out.members is not None:
            held = laid_out.members
            yield MemberCloses(held.closes, held.sectors, f"{FOLDER}/{held.origin}", held.note)

    def ping(self) -> str:
        """How many series are there."""
        return f"{len(self.series)} series" if self._folder.is_dir() else f"no folder {self._folder}"


def _reader(path: Path) -> Callable[[bytes, str], list[Response]] | None:
    name = path.name.lower()
    if path.suffix.lower() not in {".csv", ".xlsx"} or name.startswith("."):
        return None
    if "aaii" in name or name.startswith("sentiment"):
        return _aaii
    if "naaim" in name or name.startswith("use_data"):
        return _naaim
    if "margin" in name or "finra" in name:
        return _finra
    return None


def _aaii(raw: bytes, where: str) -> list[Response]:
    """The members' survey; shares become percent."""
    found = read_csv(raw, where=where, wanted=("bullish", "neutral", "bearish"), step=7)
    values = np.column_stack(
        [found.columns[name] for name in ("bullish", "neutral", "bearish") if name in found.columns]
    )
    scale = 100.0 if np.nanmax(values) <= 1.5 else 1.0
    return [
        Response(series, frame_by_rule(series, found.dates, found.columns[name] * scale), where)
        for name in ("bullish", "neutral", "bearish")
        if name in found.columns and (series := f"AAII_{name.upper()}")
    ]


def _naaim(raw: bytes, where: str) -> list[Response]:
    names = ("naaim_number_mean_average", "naaim_number", "mean_average", "naaim")
    found = read_csv(raw, where=where, wanted=names, series="NAAIM", step=7)
    column = next(found.columns[name] for name in names if name in found.columns)
    return [Response("NAAIM", frame_by_rule("NAAIM", found.dates, column), where)]


def _finra(raw: bytes, where: str) -> list[Response]:
    """Debit balances by month; FINRA names the month, the catalog the month's first day."""
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8", "replace"))))
    head = next((at for at, row in enumerate(rows) if any("debit" in cell.lower() for cell in row)), None)
    if head is None:
        raise DataError("no column of debit balances.", where=where, series="MARGIN_DEBT")
    names = [column_name(cell) for cell in rows[head]]
    month = next((at for at, name in enumerate(names) if "month" in name or name == "date"), 0)
    debit = next(at for at, name in enumerate(names) if "debit" in name)
    balances = [
        (row[month].strip(), row[debit].replace(",", "").strip())
        for row in rows[head + 1 :]
        if len(row) > debit
    ]
    days = pd.to_datetime(
        pd.Series([day for day, _ in balances], dtype="str"), errors="coerce", format="mixed"
    )
    values = pd.to_numeric(pd.Series([value for _, value in balances], dtype="str"), errors="coerce")
    usable = days.notna() & values.notna()
    if not usable.any():
        raise DataError("no month with a debit balance.", where=where, series="MARGIN_DEBT")
    first_days = days[usable].to_numpy().astype("datetime64[M]").astype("datetime64[s]")
    return [
        Response("MARGIN_DEBT", frame_by_rule("MARGIN_DEBT", first_days, values[usable].to_numpy()), where)
    ]


def _table_bytes(path: Path) -> bytes:
    """The file as CSV text; the first sheet of a workbook."""
    raw = path.read_bytes()
    if len(raw) > _LARGEST:
        raise DataError("the file is larger than 64 MB.", where=path.name)
    return _first_sheet(raw, path.name) if raw.startswith(b"PK") else raw


def _first_sheet(raw: bytes, where: str) -> bytes:
    """First sheet of an Excel workbook as CSV text, dates (day numbers under a date header) as YYYY-MM-DD."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as book:
            if sum(info.file_size for info in book.infolist()) > 4 * _LARGEST:
                raise DataError("the workbook is too large.", where=where)
            names = book.namelist()
            sheet = min((n for n in names if n.startswith("xl/worksheets/sheet")), key=lambda n: (len(n), n))
            words = _words(book.read("xl/sharedStrings.xml")) if "xl/sharedStrings.xml" in names else []
            root = ET.fromstring(book.read(sheet))  # noqa: S314  (the person's own file)
    except (zipfile.BadZipFile, ValueError, ET.ParseError, KeyError):
        raise DataError("the workbook is damaged.", where=where, remedy="Save the sheet as CSV.") from None
    rows = [_cells(row, words) for row in root.iter(f"{_SHEET}row")]
    dated = {at for row in rows for at, cell in row.items() if cell.strip().lower() in {"date", "year-month"}}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for row in rows:
        writer.writerow([_dated(row.get(at, ""), at in dated) for at in range(max(row, default=-1) + 1)])
    return text.getvalue().encode()


def _words(raw: bytes) -> list[str]:
    root = ET.fromstring(raw)  # noqa: S314
    return ["".join(part.text or "" for part in item.iter(f"{_SHEET}t")) for item in root.iter(f"{_SHEET}si")]


def _cells(row: ET.Element, words: list[str]) -> dict[int, str]:
    """Column number → text of one row."""
    found = {}
    for at, cell in enumerate(row.iter(f"{_SHEET}c")):
        letters = "".join(c for c in cell.get("r", "") if c.isalpha())
        number = at
        if letters:
            number = 0
            for letter in letters:
                number = number * 26 + ord(letter) - ord("A") + 1
            number -= 1
        value = cell.findtext(f"{_SHEET}v") or "".join(t.text or "" for t in cell.iter(f"{_SHEET}t"))
        found[number] = words[int(value)] if cell.get("t") == "s" and value else value
    return found


def _dated(text: str, is_date: bool) -> str:
    if not is_date or not text.replace(".", "", 1).isdigit():
        return text
    # Excel counts days from 1899-12-30
    return f"{pd.Timestamp('1899-12-30') + pd.Timedelta(days=int(float(text))):%Y-%m-%d}"
