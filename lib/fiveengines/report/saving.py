"""A week's folder, whole or not at all: built beside its store and renamed; the earlier one is kept.

On an object store, which cannot rename a folder, reading.json comes last and marks the week as complete.
Knows files and folders; makes no page and reads no data.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from fiveengines.base.errors import DataError
from fiveengines.report.store import LocalStore, ReportStore

READING = "reading.json"
PAGE = "weekly.html"
NOTEBOOK = "weekly.ipynb"
PDF = "weekly.pdf"
REVISIONS = "revisions"
LATEST = "latest"
FAILED = "failed"
# Seconds to wait for another run that is writing its week.
_PATIENCE = 60


def save_week(store: ReportStore, day: str, files: Mapping[str, str | bytes], *, failed: bool = False) -> str:
    """Put `files` (name → content) into the week's folder at `store`, or into failed/ there; returns where they are."""
    if store.local is not None:
        written = (
            write_failure(store.local, day, files) if failed else write_week_folder(store.local, day, files)
        )
        return str(written)
    folder = f"{FAILED}/{day}" if failed else day
    _keep_remote(store, folder, files)
    if not failed:
        store.write(LATEST, (max(newest_day(store) or day, day) + "\n").encode())
    return f"{store.label.rstrip('/')}/{folder}"


def _keep_remote(store: ReportStore, folder: str, files: Mapping[str, str | bytes]) -> None:
    """Copy what stands there to revisions/, then write; the reading is removed first and written last."""
    standing = [name for name in store.files(folder) if not name.startswith(f"{REVISIONS}/")]
    if standing:
        stamp = stamp_of(store.read([f"{folder}/{READING}"])[f"{folder}/{READING}"]) or dt.datetime.now(
            dt.UTC
        )
        taken = set(store.folders(f"{folder}/{REVISIONS}"))
        revision = next(each for each in revision_names(stamp) if each not in taken)
        for name in standing:
            store.copy(f"{folder}/{name}", f"{folder}/{REVISIONS}/{revision}/{name}")
        store.remove(f"{folder}/{READING}")
        for name in set(standing) - set(files) - {READING}:
            store.remove(f"{folder}/{name}")
    for name in sorted(files, key=lambda each: each == READING):
        store.write(f"{folder}/{name}", _bytes(files[name]))


def write_week_folder(
    out: Path, day: str, files: Mapping[str, str | bytes], *, now: dt.datetime | None = None
) -> Path:
    """Put `files` (name → text) into OUT/day and return that folder.

    They are written to a hidden neighbour first and renamed at the end, so a broken run leaves nothing and harms
    nothing. A report that stood there moves to OUT/day/revisions/<the moment it was made>/. OUT/latest points to the
    newest day. DataError when the store cannot be written.
    """
    target = out / day
    moment = now or dt.datetime.now(dt.UTC)
    try:
        out.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=f".{day}-", dir=out))
        try:
            for name, text in files.items():
                _write(staged / name, text)
            staged.chmod(0o755)
            with _only_writer(out):
                if target.exists():
                    _keep_revision(target, staged, moment)
                    _exchange(staged, target)
                else:
                    staged.replace(target)
                _point_latest(out)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    except OSError as error:
        raise DataError(
            f"cannot be written ({error.strerror or error})",
            where=str(target),
            remedy="Choose another folder with --out.",
        ) from None
    return target


def write_failure(out: Path, day: str, files: Mapping[str, str | bytes]) -> Path:
    """Put a failed run's files into OUT/failed/day; a good report of that day stays as it is."""
    folder = out / FAILED
    written = write_week_folder(folder, day, files)
    (folder / LATEST).unlink(missing_ok=True)
    return written


def newest_day(store: ReportStore) -> str | None:
    """Name of the newest week's folder with a report in it, or None."""
    days = sorted((each for each in store.folders() if is_day(each)), reverse=True)
    return next(
        (day for day in days if store.read([f"{day}/{READING}"])[f"{day}/{READING}"] is not None), None
    )


def is_day(name: str) -> bool:
    """Whether a folder is named as a week's is: YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


def stamp_of(reading: bytes | None) -> dt.datetime | None:
    """When a report says that it was made; None when it does not."""
    try:
        return dt.datetime.fromisoformat(json.loads(reading or b"")["generated_at"])
    except (ValueError, KeyError, TypeError):
        return None


def revision_names(stamp: dt.datetime) -> Iterator[str]:
    """Names for a report made at `stamp`, to be tried in turn."""
    name = stamp.strftime("%Y-%m-%dT%H%M%SZ")
    yield name
    yield from (f"{name}.{number}" for number in itertools.count(2))


@contextmanager
def _only_writer(out: Path) -> Iterator[None]:
    """Wait until no other run puts a week into `out`; a store without file locks is written without."""
    lock = FileLock(out / ".lock")
    try:
        lock.acquire(timeout=_PATIENCE)
    except Timeout:
        raise DataError(
            "another run has been writing here for a minute",
            where=str(out),
            remedy=f"Wait for it; if none runs, delete {out / '.lock'}.",
        ) from None
    except (OSError, NotImplementedError):
        yield
        return
    try:
        yield
    finally:
        lock.release()


def _exchange(staged: Path, target: Path) -> None:
    """Put `staged` where `target` stands; when that is stopped half-way, `target` is put back."""
    retired = Path(tempfile.mkdtemp(prefix=f".old-{target.name}-", dir=target.parent))
    try:
        target.replace(retired / "week")
        staged.replace(target)
    finally:
        if not target.exists() and (retired / "week").exists():
            (retired / "week").replace(target)
        shutil.rmtree(retired, ignore_errors=True)


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content


def _write(path: Path, content: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(_bytes(content))
        file.flush()
        os.fsync(file.fileno())


def _keep_revision(old: Path, staged: Path, moment: dt.datetime) -> None:
    """Copy the standing report and its own revisions into the new folder."""
    if (old / REVISIONS).is_dir():
        shutil.copytree(old / REVISIONS, staged / REVISIONS)
    reading = old / READING
    stamp = stamp_of(reading.read_bytes() if reading.is_file() else None) or moment
    folder = staged / REVISIONS
    name = next(each for each in revision_names(stamp) if not (folder / each).exists())
    shutil.copytree(old, folder / name, ignore=shutil.ignore_patterns(REVISIONS))


def _point_latest(out: Path) -> None:
    """OUT/latest → newest day: a symbolic link, or a small text file where links are not allowed.

    An archive that was copied with its links followed has a copy of a week there; it gives way. A folder without a
    reading is somebody else's and stays.
    """
    day, target = newest_day(LocalStore(out)), out / LATEST
    if day is None:
        return
    if target.is_dir() and not target.is_symlink():
        if not (target / READING).is_file():
            return
        LocalStore(out).remove(LATEST)
    staged = out / f".{LATEST}-{os.getpid()}"
    staged.unlink(missing_ok=True)
    try:
        staged.symlink_to(day, target_is_directory=True)
    except OSError:
        staged.write_text(day + "\n", encoding="utf-8")
    staged.replace(target)
