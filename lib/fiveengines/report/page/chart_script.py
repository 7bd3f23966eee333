"""The one script that draws charts in a page: Vega, Vega-Lite and vega-embed, compressed and cached by version.

Builds and caches bytes; knows nothing of pages or readings.
"""

from __future__ import annotations

import base64
import functools
import gzip
import hashlib
from dataclasses import dataclass
from importlib.metadata import version
from operator import itemgetter

from fiveengines.base import cache

_FORMAT = 1


@dataclass(frozen=True)
class ChartScript:
    """`packed`: base64 of the gzipped script; `integrity`: the hash a content security policy names it by."""

    packed: str
    integrity: str


@functools.cache
def chart_script() -> ChartScript:
    """The script for this version of vl-convert: read from the cache, or built once (1.5 s)."""
    key = f"{version('vl-convert-python')}-{_FORMAT}.js.gz"
    packed, code = cache.stored("vega", key, _build, _read, itemgetter(0))
    return ChartScript(base64.b64encode(packed).decode("ascii"), csp_hash(code))


def csp_hash(code: bytes) -> str:
    """'sha256-…' source expression for an inline script."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(code).digest()).decode('ascii')}'"


def _read(packed: bytes) -> tuple[bytes, bytes]:
    return packed, gzip.decompress(packed)


def _build() -> tuple[bytes, bytes]:
    """The script gzipped and plain."""
    import vl_convert

    # Its stub forgets that the snippet has a default.
    script = vl_convert.javascript_bundle()  # type: ignore[call-arg]
    # In a function scope the bundle's thousands of one-letter names stay out of the page.
    code = f"(function(){{{script}\n}})();".encode()
    return gzip.compress(code, compresslevel=9, mtime=0), code
