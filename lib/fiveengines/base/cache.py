"""What was worked out before, in the cache folder by name and key: it saves time and decides nothing.

Anything here can be deleted; what cannot be read is worked out again. No pickled object may enter.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from fiveengines.base import paths
from fiveengines.base.atomic_io import PREFIX, replace_file

if TYPE_CHECKING:
    import numpy as np

Arrays = dict[str, "np.ndarray"]
_T = TypeVar("_T")
_PACKAGE = Path(__file__).resolve().parents[1]
# Code, data and templates that come with the package.
_SOURCES = {".css", ".csv", ".j2", ".js", ".json", ".py", ".txt", ".yaml"}
# Newest files of a name that are not removed: so many, and of large ones as many as these bytes hold.
_NEWEST = 24
_BYTES = 250_000_000
_DIGEST = hashlib.sha256().digest_size
# Seconds after which nobody writes a file any more that a killed process had begun.
_ABANDONED = 3600
_STARTED = time.time()


def key_of(parts: Iterable[object]) -> str:
    """Twenty hexadecimal digits that change when any part does."""
    return hashlib.sha256(repr(tuple(parts)).encode()).hexdigest()[:20]


@cache
def code_key(*places: str) -> str:
    """A key that changes when any of the package's sources in `places` (files or folders) changes.

    One that was changed after this process began may have been imported as it was before: the key is then this
    process's own, and nothing that the old code works out is taken for the new code's.
    """
    digest = hashlib.sha256()
    for place in (_PACKAGE / each for each in places):
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.suffix in _SOURCES:
                digest.update(file.read_bytes())
                facts = file.stat()
                if max(facts.st_mtime, facts.st_ctime) > _STARTED:
                    digest.update(os.urandom(20))
    return digest.hexdigest()[:20]


def stored(
    name: str, key: str, make: Callable[[], _T], read: Callable[[bytes], _T], write: Callable[[_T], bytes]
) -> _T:
    """What `make` returns, `read` from the cache when this key (which ends with the file's suffix) was made before.

    What `read` refuses is made again; where nothing can be written, nothing is.
    """
    found = recalled(name, key, read)
    if found is not None:
        return found
    made = make()
    remember(name, key, write(made))
    return made


def recalled(name: str, key: str, read: Callable[[bytes], _T]) -> _T | None:
    """What `read` makes of what the cache has under this key; None where there is none, or it is damaged or refused."""
    return _read(name, key, lambda place: read(_whole(place.read_bytes())))


def remember(name: str, key: str, content: bytes) -> None:
    """Put `content` into the cache under this key; where nothing can be written, nothing is."""
    _write(name, key, lambda place: place.write_bytes(content + hashlib.sha256(content).digest()))


def _whole(held: bytes) -> bytes:
    """The content before its digest; ValueError when a disk did not keep all of it, as after a loss of power."""
    content, digest = held[:-_DIGEST], held[-_DIGEST:]
    if hashlib.sha256(content).digest() != digest:
        raise ValueError("damaged")
    return content


def _read(name: str, key: str, read: Callable[[Path], _T]) -> _T | None:
    place = paths.cache_dir() / f"{name}-{key}"
    with contextlib.suppress(Exception):  # a reader may say anything of a damaged file
        found = read(place)
        with contextlib.suppress(OSError):  # a file of someone else's
            os.utime(place)
        return found
    return None


def _write(name: str, key: str, write: Callable[[Path], object]) -> None:
    place = paths.cache_dir() / f"{name}-{key}"
    with contextlib.suppress(OSError):
        replace_file(place, write, durable=False)
        _remove_old(place.parent, name)


def arrays(name: str, key: str, make: Callable[[], Mapping[str, np.ndarray]]) -> Arrays:
    """What `make` returns (arrays of any shape by name, no objects), from the cache when this key was made before."""
    import numpy as np

    def read(place: Path) -> Arrays:
        with np.load(place, allow_pickle=False) as found:
            return {each: found[each] for each in found.files}

    # numpy's archive keeps a checksum of each array itself.
    found = _read(name, f"{key}.npz", read)
    if found is None:
        found = dict(make())
        _write(name, f"{key}.npz", lambda place: np.savez(place, **found))  # type: ignore[arg-type]
    return found


def _remove_old(folder: Path, name: str) -> None:
    held = [(each.stat(), each) for each in folder.glob(f"{name}-*")]
    # One of a clock that was ahead is no newest one for ever.
    now = time.time()
    held.sort(key=lambda each: (each[0].st_mtime <= now, each[0].st_mtime), reverse=True)
    total = 0
    for place, (facts, file) in enumerate(held):
        total += facts.st_size
        if place and (place >= _NEWEST or total > _BYTES):
            file.unlink(missing_ok=True)
    for left in folder.glob(f"{PREFIX}*"):
        if left.stat().st_mtime < now - _ABANDONED:
            left.unlink(missing_ok=True)
