"""The one script that draws charts in a page: Vega, Vega-Lite and vega-embed, compressed and cached by version.

Builds and caches bytes; knows nothing of pages or readings.
"""

from __future__ import annotations

import base64
import contextlib
import gzip
import hashlib
import os
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from fiveengines.base.paths import cache_dir

_FORMAT = 1


@dataclass(frozen=True)
class Bundle:
    """`payload`: base64 of the gzipped script; `integrity`: the hash a content security policy names it by."""

    payload: str
    integrity: str
    version: str


@cache
def vega_bundle() -> Bundle:
    """The script for this version of vl-convert: read from the cache, or built once (1.5 s) and kept there."""
    release = version("vl-convert-python")
    kept = cache_dir() / f"vega-{release}-{_FORMAT}.js.gz"
    try:
        packed = kept.read_bytes()
        code = gzip.decompress(packed)
    except (OSError, EOFError, gzip.BadGzipFile, ValueError):
        code = _build()
        packed = gzip.compress(code, compresslevel=9, mtime=0)
        _keep(kept, packed)
    return Bundle(base64.b64encode(packed).decode("ascii"), csp_hash(code), release)


def csp_hash(code: bytes) -> str:
    """'sha256-…' source expression for an inline script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(code).digest()).decode('ascii')}'"


def _build() -> bytes:
    import vl_convert

    # Its stub forgets that the snippet has a default.
    script = vl_convert.javascript_bundle()  # type: ignore[call-arg]
    # The function scope keeps the bundle's thousands of one-letter names out of the page.
    return f"(function(){{{script}\n}})();".encode()


def _keep(place: Path, packed: bytes) -> None:
    """Atomic, and silent when it cannot be done: the cache only saves time."""
    with contextlib.suppress(OSError):
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=place.name)
        with os.fdopen(handle, "wb") as file:
            file.write(packed)
        Path(name).replace(place)
