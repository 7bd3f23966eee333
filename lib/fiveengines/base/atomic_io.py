"""Write a file whole or not at all.

Only local files; what is in them is the caller's business.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from fiveengines.base.errors import DataError


def write_text(path: Path, text: str) -> None:
    """Write `text` to `path` through a temporary neighbour and a rename; missing folders are made."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` to `path` through a temporary neighbour and a rename; DataError when that is refused."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).chmod(0o644)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise DataError(
            f"cannot be written ({error.strerror or error})", where=str(path), remedy="Choose another place."
        ) from None
