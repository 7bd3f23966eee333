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
    bare = unmarked(raw[:400])[0].replace(b"\x00", b"")
    what, remedy = "", _AGAIN
    if not raw.strip(b" \t\r\n\x00\xef\xbb\xbf\xff\xfe"):
        what = "the file is empty."
    elif _WEB_PAGE.match(bare):
        what = "this is a web page, not a table (often a login or an error page)."
    elif bare.lstrip().startswith((b"{", b"[")):
        what = "this is a JSON answer, not a CSV table."
    elif raw.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        what, remedy = (
            "this is a spreadsheet or zip file with another name.",
            "Unpack it, or open it and save it as CSV.",
        )
    elif raw.startswith(b"\x1f\x8b"):
        what, remedy = "this is a gzip file.", "Unpack it first."
    if what:
        raise DataError(what, where=where, series=series, remedy=remedy)


def unmarked(raw: bytes) -> tuple[bytes, str, str]:
    """`raw` without its byte-order mark, the encoding that this tells, and what was repaired (empty: nothing)."""
    if raw.startswith(codecs.BOM_UTF8):
        return raw[3:], "utf-8", "a byte-order mark was removed"
    for mark, encoding in ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be")):
        if raw.startswith(mark):
            # cut in the middle of a character: the last row is judged by its missing end
            return raw[2 : len(raw) // 2 * 2], encoding, "UTF-16 text was converted"
    return raw, "utf-8", ""


def decode(raw: bytes, where: str, series: str | None = None) -> tuple[str, list[str]]:
    """The text of `raw` and what had to be repaired; DataError when no encoding fits."""
    body, encoding, repair = unmarked(raw)
    if not repair and b"\x00" in raw:
        what = "the file holds binary zeros and is damaged or no text."
        raise DataError(what, where=where, series=series, remedy=_AGAIN)
    try:
        return body.decode(encoding), [repair] if repair else []
    except UnicodeDecodeError as error:
        if not repair:
            return raw.decode("latin-1"), ["text that is not UTF-8 was read as Latin-1"]
        what = f"the text is damaged at byte {error.start}."
        raise DataError(what, where=where, series=series, remedy=_AGAIN) from error
