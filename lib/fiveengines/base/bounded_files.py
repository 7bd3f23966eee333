"""Files that someone else may have written: never read beyond a bound, never parsed beyond a depth.

Bytes and plain data only; what a document means is the caller's business.
"""

from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

from fiveengines.base.errors import ParameterError

# Nothing that this package writes or expects comes near it.
MOST_BYTES = 64 * 2**20


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """The content of a regular file of at most `most` bytes.

    ParameterError for a larger one, and for a device or a pipe, which may never end; OSError when it cannot be opened.
    """
    content = read_start(path, most + 1)
    if len(content) > most:
        raise ParameterError(f"{path}: larger than {most:,} bytes.", remedy="Is this the right file?")
    return content


def read_start(path: Path, count: int) -> bytes:
    """The first `count` bytes of a regular file; ParameterError for a device or a pipe, OSError as when opening."""
    kind = path.stat().st_mode
    if not stat.S_ISREG(kind) and not stat.S_ISDIR(kind):
        raise ParameterError(f"{path}: this is no regular file.", remedy="Name a file.")
    with path.open("rb") as file:
        return file.read(count)


def json_object(content: bytes | str | None) -> dict[str, Any]:
    """The object in `content`; ValueError for what is none, names half a character or is nested too deeply."""
    try:
        found = json.loads(content or b"")
        text = content.encode("utf-8", "surrogatepass") if isinstance(content, str) else content or b""
        if b"\\u" in text:  # an escape may name half of a character, which no file can be written with
            json.dumps(found, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("no object")
    return found
