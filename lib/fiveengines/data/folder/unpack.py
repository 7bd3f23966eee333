"""A file's bytes as tables of text: gzip and zip unpacked, sheets of a workbook as CSV.

What a table means stays outside; everything is bounded, so that no archive grows without end.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from python_calamine import CalamineError, CalamineWorkbook

from fiveengines.base.errors import DataError
from fiveengines.base.formats import csv_text
from fiveengines.data.folder.csv import column_name
from fiveengines.data.folder.csv.csv_repair import DATE_NAMES

LARGEST = 256 * 2**20
_MOST_MEMBERS = 500
_ZIP, _OLE, _GZIP = b"PK", b"\xd0\xcf\x11\xe0", b"\x1f\x8b"
# Excel counts days from here; these numbers are the years 1927 to 2119
_DAY_ZERO = dt.date(1899, 12, 30)
_DAY_NUMBERS = range(10_000, 80_000)
_OFFICE = "http://schemas.openxmlformats.org"
_AGAIN = "Download it again, or save the table as CSV."


@dataclass(frozen=True)
class Part:
    """One table: `name` inside the file (empty for the file itself), its own file name, its bytes."""

    name: str
    file_name: str
    raw: bytes


def parts(raw: bytes, where: str, file_name: str) -> Iterator[Part]:
    """The tables in `raw`. DataError when an archive or workbook is damaged, locked or too large."""
    if raw.startswith(_GZIP):
        inner = file_name.removesuffix(".gz").removesuffix(".GZ")
        yield Part("", inner, _gunzip(raw, where))
    elif raw.startswith(_OLE):
        yield from _sheets(raw, where, file_name)
    elif raw.startswith(_ZIP):
        yield from _zip(raw, where, file_name)
    else:
        yield Part("", file_name, raw)


def _gunzip(raw: bytes, where: str) -> bytes:
    found = bytearray()
    try:
        while raw:
            stream = zlib.decompressobj(wbits=31)
            found += stream.decompress(raw, LARGEST + 1 - len(found))
            if len(found) > LARGEST or stream.unconsumed_tail:
                raise _too_large(where)
            if not stream.eof:
                raise zlib.error
            raw = stream.unused_data.lstrip(b"\x00")
    except zlib.error:
        raise DataError("the gzip file is damaged or cut off.", where=where, remedy=_AGAIN) from None
    return bytes(found)


def _too_large(where: str) -> DataError:
    return DataError(
        f"it is larger than {LARGEST // 2**20} MB.", where=where, remedy="Keep the years that matter."
    )


def _zip(raw: bytes, where: str, file_name: str) -> Iterator[Part]:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            inside = [info for info in packed.infolist() if not info.is_dir()]
            if sum(info.file_size for info in inside) > LARGEST:
                raise _too_large(where)
            names = [info.filename for info in inside]
            if any(name.startswith("xl/") or name in {"mimetype", "content.xml"} for name in names):
                yield from _sheets(raw, where, file_name)
                return
            if len(inside) > _MOST_MEMBERS:
                raise DataError(f"the archive holds {len(inside)} files.", where=where, remedy="Unpack it.")
            if not inside:
                raise DataError("the archive is empty.", where=where, remedy="Download it again.")
            for info in inside:
                yield Part(info.filename, info.filename.rpartition("/")[2], packed.read(info))
    # whatever is wrong inside a zip: its directory, its packing, a password
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError) as error:
        locked = "password" in str(error)
        raise DataError(
            "the archive needs a password." if locked else "the archive is damaged or cut off.",
            where=where,
            remedy="Unpack it into this folder." if locked else _AGAIN,
        ) from None


def _sheets(raw: bytes, where: str, file_name: str) -> Iterator[Part]:
    """Sheets with more than one row; the sheet is named only when there are several."""
    try:
        try:
            book = CalamineWorkbook.from_filelike(io.BytesIO(raw))
        except CalamineError:
            book = CalamineWorkbook.from_filelike(io.BytesIO(_with_contents(raw)))
        sheets = {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError):
        raise DataError("the workbook is damaged or locked.", where=where, remedy=_AGAIN) from None
    filled = {name: rows for name, rows in sheets.items() if len(rows) > 1}
    if not filled:
        raise DataError("the workbook holds no table.", where=where, remedy=_AGAIN)
    for name, rows in filled.items():
        yield Part(name if len(filled) > 1 else "", file_name, _as_csv(rows))


def _with_contents(raw: bytes) -> bytes:
    """A workbook with its table of contents made anew: some exports leave it out, and their sheets are whole."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as book, zipfile.ZipFile(packed, "w") as whole:
        names = book.namelist()
        parts_of = [
            name
            for name in names
            if name.startswith(("xl/worksheets/sheet", "xl/sharedStrings", "xl/styles"))
        ]
        for name in parts_of:
            whole.writestr(name, book.read(name))
        kinds = [
            "worksheet" if "/worksheets/" in name else name.removeprefix("xl/").partition(".")[0]
            for name in parts_of
        ]
        targets = [name.removeprefix("xl/") for name in parts_of]
        listed = "".join(
            f'<sheet name="Sheet{at}" sheetId="{at}" r:id="rId{at}"/>'
            for at, kind in enumerate(kinds, start=1)
            if kind == "worksheet"
        )
        whole.writestr("_rels/.rels", _relations(["officeDocument"], ["xl/workbook.xml"]))
        whole.writestr("xl/_rels/workbook.xml.rels", _relations(kinds, targets))
        whole.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{_OFFICE}/spreadsheetml/2006/main"'
            f' xmlns:r="{_OFFICE}/officeDocument/2006/relationships"><sheets>{listed}</sheets></workbook>',
        )
    return packed.getvalue()


def _relations(kinds: Sequence[str], targets: Sequence[str]) -> str:
    links = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/officeDocument/2006/relationships/{kind}" Target="{target}"/>'
        for at, (kind, target) in enumerate(zip(kinds, targets, strict=True), start=1)
    )
    return f'<Relationships xmlns="{_OFFICE}/package/2006/relationships">{links}</Relationships>'


def _as_csv(rows: Sequence[Sequence[object]]) -> bytes:
    """A sheet as CSV text; day numbers under a date header become dates."""
    dated = {
        at
        for row in rows[:30]
        for at, cell in enumerate(row)
        if isinstance(cell, str) and column_name(cell) in DATE_NAMES
    }
    return csv_text([_cell(cell, at in dated) for at, cell in enumerate(row)] for row in rows).encode()


def _cell(cell: object, dated: bool) -> str:
    match cell:
        case dt.datetime():
            return cell.date().isoformat()
        case float() if dated and int(cell) in _DAY_NUMBERS:
            return (_DAY_ZERO + dt.timedelta(days=int(cell))).isoformat()
        case float() if cell.is_integer():
            return str(int(cell))
        case float():
            return repr(cell)
    return " ".join(str(cell).split())
