"""A week's folder, whole or not at all: the earlier report moves to revisions/, and reading.json is written last.

Knows files and folders; makes no page and reads no data.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import os
from collections.abc import Collection, Iterator, Mapping

from fiveengines.report.store import ReportStore

READING = "reading.json"
PAGE = "weekly.html"
NOTEBOOK = "weekly.ipynb"
PDF = "weekly.pdf"
REVISIONS = "revisions"
LATEST = "latest"
FAILED = "failed"


def save_week(store: ReportStore, day: str, files: Mapping[str, str | bytes], *, failed: bool = False) -> str:
    """Put `files` (name → content) into the week's folder, or into failed/; returns where they are.

    The report that was there moves to <day>/revisions/<the moment it was made>/. A broken run harms no report: on a
    disk nothing is seen before all is written, elsewhere a week without its reading.json is not complete. `latest`
    names the newest day. DataError when the store cannot be written.
    """
    folder = f"{FAILED}/{day}" if failed else day
    with store.rewriting(folder) as target:
        _retire(store, target, files)
        for name in sorted(files, key=lambda each: each == READING):
            content = files[name]
            store.write(f"{target}/{name}", content.encode("utf-8") if isinstance(content, str) else content)
    if not failed:
        _point_latest(store)
    return f"{store.label.rstrip('/')}/{folder}"


def _retire(store: ReportStore, folder: str, coming: Collection[str]) -> None:
    """Copy the report in `folder` to its revisions, then remove its reading and what `coming` does not replace."""
    earlier = [name for name in store.files(folder) if not name.startswith(f"{REVISIONS}/")]
    if not earlier:
        return
    reading = f"{folder}/{READING}"
    stamp = stamp_of(store.read([reading])[reading]) or dt.datetime.now(dt.UTC)
    taken = set(store.folders(f"{folder}/{REVISIONS}"))
    revision = next(each for each in revision_names(stamp) if each not in taken)
    for name in earlier:
        store.copy(f"{folder}/{name}", f"{folder}/{REVISIONS}/{revision}/{name}")
    store.remove(reading)
    for name in set(earlier) - set(coming) - {READING}:
        store.remove(f"{folder}/{name}")


def newest_day(store: ReportStore) -> str | None:
    """Name of the newest week's folder with a report in it, or None."""
    days = sorted((each for each in store.folders() if is_day(each)), reverse=True)
    return next((day for day in days if _has_reading(store, day)), None)


def _has_reading(store: ReportStore, folder: str) -> bool:
    return store.read([name := f"{folder}/{READING}"])[name] is not None


def is_day(name: str) -> bool:
    """Whether a folder is named as a week's is: YYYY-MM-DD."""
    try:
        return dt.date.fromisoformat(name).isoformat() == name
    except ValueError:
        return False


def stamp_of(reading: bytes | None) -> dt.datetime | None:
    """When a report was made, by its own record; None where that is missing."""
    try:
        return dt.datetime.fromisoformat(json.loads(reading or b"")["generated_at"])
    except (ValueError, KeyError, TypeError):
        return None


def revision_names(stamp: dt.datetime) -> Iterator[str]:
    """Names for a report made at `stamp`, to be tried in turn."""
    name = stamp.strftime("%Y-%m-%dT%H%M%SZ")
    yield name
    yield from (f"{name}.{number}" for number in itertools.count(2))


def _point_latest(store: ReportStore) -> None:
    """`latest` → newest day: a symbolic link, or a small text file where there are no links.

    An archive that was copied with its links followed has a copy of a week there; it gives way. A folder without a
    reading is somebody else's and stays.
    """
    day = newest_day(store)
    if day is None:
        return
    if store.local is None:
        store.write(LATEST, f"{day}\n".encode())
        return
    target = store.local / LATEST
    if target.is_dir() and not target.is_symlink():
        if not _has_reading(store, LATEST):
            return
        store.remove(LATEST)
    staged = target.with_name(f".{LATEST}-{os.getpid()}")
    try:
        staged.unlink(missing_ok=True)
        staged.symlink_to(day, target_is_directory=True)
        staged.replace(target)
    except OSError:
        store.write(LATEST, f"{day}\n".encode())
