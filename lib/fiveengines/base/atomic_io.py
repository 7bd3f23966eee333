"""Write a file whole or not at all, one writer at a time.

Only local files; what is in them is the caller's business.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from fiveengines.base.errors import DataError, FiveEnginesError

# Of the temporary neighbours that a killed process may leave behind.
PREFIX = ".writing-"
_WINDOWS = os.name == "nt"


def replace_file(path: Path, write: Callable[[Path], object], *, durable: bool = True) -> None:
    """Let `write` fill a temporary neighbour and put it in the place of `path` in one step.

    Missing folders are made; `durable` forces the content to disk first. OSError when the disk refuses; `path` is
    then as it was. A killed process may leave its neighbour behind, which `remove_leftovers` removes.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=PREFIX, suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        if durable:
            _to_disk(temporary, os.O_RDWR)
        _replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    if durable and not _WINDOWS:  # which opens no folder
        _to_disk(path.parent, os.O_RDONLY)


def _to_disk(path: Path, flags: int) -> None:
    handle = os.open(path, flags)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _replace(temporary: Path, path: Path) -> None:
    """Put `temporary` in the place of `path`. Windows refuses while someone reads; a reader needs milliseconds."""
    for wait in (0.05, 0.2, 1.0) if _WINDOWS else ():
        try:
            temporary.replace(path)
            return
        except PermissionError:
            time.sleep(wait)
    temporary.replace(path)


@contextmanager
def only_writer(
    folder: Path, error: type[FiveEnginesError] = DataError, wait: float = 10.0
) -> Iterator[None]:
    """Make `folder`, and keep every other writer that asks like this out of it meanwhile.

    `error` when another one holds it for more than `wait` seconds, and when the folder cannot be written.
    """
    from filelock import FileLock, Timeout  # who only reads does without it

    try:
        folder.mkdir(parents=True, exist_ok=True)
        with FileLock(folder / ".lock", timeout=wait):
            yield
    except Timeout:
        said, remedy = f"someone else has been writing for {wait:.0f} seconds", "Try again in a moment."
    except OSError as problem:
        said, remedy = f"cannot be written ({problem.strerror or problem})", "Check its permissions."
    else:
        return
    raise error(f"{folder}: {said}.", remedy=remedy)


def remove_leftovers(folder: Path) -> None:
    """Remove what killed writers left below `folder`; only while no other process writes there."""
    for left in folder.rglob(f"{PREFIX}*"):
        left.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Put `text` (UTF-8) in the place of `path`; DataError when that is refused."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, content: bytes) -> None:
    """Put `content` in the place of `path`; DataError when that is refused."""
    try:
        replace_file(path, lambda to: to.write_bytes(content))
    except OSError as error:
        raise DataError(
            f"cannot be written ({error.strerror or error})", where=str(path), remedy="Choose another place."
        ) from None
