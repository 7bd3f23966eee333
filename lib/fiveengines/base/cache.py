"""Arrays that were worked out before, in the cache folder by name and key: they save time and decide nothing.

Anything here can be deleted; what cannot be read is worked out again. No pickled object may enter.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from fiveengines.base import paths
from fiveengines.base.atomic_io import replace_file

Arrays = dict[str, np.ndarray]
_PACKAGE = Path(__file__).resolve().parents[1]
# Newest files of a name that are not removed.
_NEWEST = 4


def key_of(parts: Iterable[object]) -> str:
    """Twenty hexadecimal digits that change when any part does."""
    return hashlib.sha256(repr(tuple(parts)).encode()).hexdigest()[:20]


@cache
def code_key(*places: str) -> str:
    """A key that changes when any of the package's Python or YAML files in `places` (files or folders) changes."""
    digest = hashlib.sha256()
    for place in (_PACKAGE / each for each in places):
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.suffix in {".py", ".yaml"}:
                digest.update(file.read_bytes())
    return digest.hexdigest()[:20]


def arrays(name: str, key: str, make: Callable[[], Mapping[str, np.ndarray]]) -> Arrays:
    """What `make` returns (arrays of any shape by name, no objects), from the cache when this key was made before."""
    place = paths.cache_dir() / f"{name}-{key}.npz"
    with contextlib.suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        with np.load(place, allow_pickle=False) as held:
            found = {each: held[each] for each in held.files}
        os.utime(place)
        return found
    made = dict(make())
    with contextlib.suppress(OSError):
        replace_file(place, lambda to: np.savez(to, **made), durable=False)  # type: ignore[arg-type]
        _remove_old(place.parent, name)
    return made


def _remove_old(folder: Path, name: str) -> None:
    held = sorted(folder.glob(f"{name}-*.npz"), key=lambda each: each.stat().st_mtime)
    for old in held[:-_NEWEST]:
        old.unlink(missing_ok=True)
