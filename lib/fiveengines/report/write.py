"""A week's folder, whole or not at all: built beside its place and renamed; the earlier one is kept.

Knows files and folders; makes no page and reads no data.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from fiveengines.errors import DataError

REVISIONS = "revisions"
LATEST = "latest"
FAILED = "failed"


def write_week_folder(
    out: Path, day: str, files: Mapping[str, str], *, now: dt.datetime | None = None
) -> Path:
    """Put `files` (name → text) into OUT/day and return that folder.

    They are written to a hidden neighbour first and renamed at the end, so a broken run leaves nothing and harms
    nothing. A report that stood there moves to OUT/day/revisions/<the moment it was made>/. OUT/latest points to the
    newest day. DataError when the place cannot be written.
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
            if target.exists():
                _keep_revision(target, staged, moment)
                retired = Path(tempfile.mkdtemp(prefix=f".old-{day}-", dir=out))
                target.replace(retired / "week")
                staged.replace(target)
                shutil.rmtree(retired, ignore_errors=True)
            else:
                staged.replace(target)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
        _point_latest(out)
    except OSError as error:
        raise DataError(
            f"cannot be written ({error.strerror or error})",
            where=str(target),
            remedy="Choose another folder with --out.",
        ) from None
    return target


def write_failure(out: Path, day: str, files: Mapping[str, str]) -> Path:
    """Put a failed run's files into OUT/failed/day; a good report of that day stays as it is."""
    folder = out / FAILED
    written = write_week_folder(folder, day, files)
    (folder / LATEST).unlink(missing_ok=True)
    return written


def newest_day(out: Path) -> str | None:
    """Name of the newest week's folder with a report in it, or None."""
    days = [each.name for each in out.iterdir() if _is_week(each)] if out.is_dir() else []
    return max(days, default=None)


def _is_week(folder: Path) -> bool:
    try:
        dt.date.fromisoformat(folder.name)
    except ValueError:
        return False
    return (folder / "reading.json").is_file()


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def _keep_revision(old: Path, staged: Path, moment: dt.datetime) -> None:
    """Copy the standing report and its own revisions into the new folder."""
    if (old / REVISIONS).is_dir():
        shutil.copytree(old / REVISIONS, staged / REVISIONS)
    stamp = _made_at(old) or moment
    place = staged / REVISIONS / stamp.strftime("%Y-%m-%dT%H%M%SZ")
    number = 1
    while place.exists():
        number += 1
        place = place.with_name(f"{place.name.split('.')[0]}.{number}")
    shutil.copytree(old, place, ignore=shutil.ignore_patterns(REVISIONS))


def _made_at(folder: Path) -> dt.datetime | None:
    """When a standing report says that it was made."""
    try:
        text = json.loads((folder / "reading.json").read_text(encoding="utf-8"))["generated_at"]
        return dt.datetime.fromisoformat(text)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _point_latest(out: Path) -> None:
    """OUT/latest → newest day: a symbolic link, or a small text file where links are not allowed."""
    day = newest_day(out)
    if day is None:
        return
    staged = out / f".{LATEST}-{os.getpid()}"
    staged.unlink(missing_ok=True)
    try:
        staged.symlink_to(day, target_is_directory=True)
    except OSError:
        staged.write_text(day + "\n", encoding="utf-8")
    staged.replace(out / LATEST)
