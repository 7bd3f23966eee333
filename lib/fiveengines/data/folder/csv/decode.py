"""First look at the bytes: what is not a table at all, and which text the rest holds.

Only bytes and text; dates, numbers and columns may not enter.
"""

from __future__ import annotations

import codecs
import re

from fiveengines.base.errors import DataError

_WEB_PAGE = re.compile(rb"\s*<(?!\w+>,)(!doctype|html|head|body|script|\?xml|!--|[a-z])", re.IGNORECASE)
_AGAIN = "Download the file again."


def refuse(raw: bytes, where: str, series: str | None = None) -> None:
    """Raise DataError when `raw` is empty, a web page, a JSON answer, or a packed or spreadsheet file."""
    if not raw.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        raise DataError("the file is empty.", where=where, series=series, remedy=_AGAIN)
    bare = decoded_start(raw)
    if _WEB_PAGE.match(bare):
        raise DataError(
            "this is a web page, not a table (often a login or an error page).",
            where=where,
            series=series,
            remedy=_AGAIN,
        )
    if bare.lstrip().startswith((b"{", b"[")):
        raise DataError("this is a JSON answer, not a CSV table.", where=where, series=series, remedy=_AGAIN)
    if raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise DataError(
            "this is a spreadsheet or zip file with another name.",
            where=where,
            series=series,
            remedy="Unpack it, or open it and save it as CSV.",
        )
    if raw.startswith(b"\x1f\x8b"):
        raise DataError("this is a gzip file.", where=where, series=series, remedy="Unpack it first.")


def decoded_start(raw: bytes) -> bytes:
    """The first bytes as plain single-byte text, without byte-order marks and UTF-16 padding."""
    start = raw[:400].removeprefix(codecs.BOM_UTF8)
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        start = start[2:]
    return start.replace(b"\x00", b"")


def decode(raw: bytes, where: str, series: str | None = None) -> tuple[str, list[str]]:
    """The text of `raw` and what had to be repaired; DataError when no encoding fits."""
    if raw.startswith(codecs.BOM_UTF8):
        return _strict(raw[3:], "utf-8", where, series), ["a byte-order mark was removed"]
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if raw.startswith(mark):
            body = raw[2:]
            if len(body) % 2:  # cut in the middle of a character: the last row is judged by its missing end
                body = body[:-1]
            return _strict(body, encoding, where, series), ["UTF-16 text was converted"]
    if b"\x00" in raw:
        raise DataError(
            "the file holds binary zeros and is damaged or no text.",
            where=where,
            series=series,
            remedy=_AGAIN,
        )
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError:
        return raw.decode("latin-1"), ["text that is not UTF-8 was read as Latin-1"]


def _strict(body: bytes, encoding: str, where: str, series: str | None) -> str:
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        raise DataError(
            f"the text is damaged at byte {error.start}.", where=where, series=series, remedy=_AGAIN
        ) from error
