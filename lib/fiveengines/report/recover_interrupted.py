"""What a run that was killed left beside the weeks: a report on its way out comes back, what was half built goes.

Knows the names that the report store and `atomic_io` give to what is under way; anything else is left alone.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import shutil
import time
from pathlib import Path

from fiveengines.base.atomic_io import PREFIX
from fiveengines.report.saving import FAILED, LATEST, READING, REVISIONS, is_day, revision_names, stamp_of

# Another run may be at work; nothing it does to one folder takes this long.
PATIENCE = 60.0
_OLD = re.compile(r"^\.old-(\d{4}-\d\d-\d\d)-\w+$")
_HALF = re.compile(r"^\.(?:\d{4}-\d\d-\d\d-\w+|removed-.+-\d+)$")
_FILE = re.compile(rf"^(?:{re.escape(PREFIX)}\w+(?:\.\w+)?|\.{LATEST}-\d+)$")


def recover(out: Path, now: float | None = None) -> None:
    """Tidy OUT and OUT/failed; what another run may still be working on, or cannot be moved, stays."""
    moment = time.time() if now is None else now
    for folder in (out, out / FAILED):
        with contextlib.suppress(OSError):
            for entry in [each for each in folder.iterdir() if each.name.startswith(".")]:
                with contextlib.suppress(OSError):
                    if moment - entry.lstat().st_mtime >= PATIENCE:
                        _tidy(entry)


def _tidy(entry: Path) -> None:
    found = _OLD.match(entry.name)
    if found and is_day(found[1]):
        _bring_back(entry, entry.parent / found[1])
    elif _HALF.match(entry.name) and entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry, ignore_errors=True)
    elif _FILE.match(entry.name):
        entry.unlink(missing_ok=True)


def _bring_back(retired: Path, target: Path) -> None:
    """The report in `retired` returns to its folder, or joins the revisions of the one written since."""
    week = retired / "week"
    if week.is_dir() and not target.exists():
        week.replace(target)
    elif week.is_dir():
        earlier = [each for each in (week / REVISIONS).glob("*") if each.is_dir()]
        reading = week / READING
        stamp = stamp_of(reading.read_bytes() if reading.is_file() else None)
        own = next(revision_names(stamp or dt.datetime.fromtimestamp(retired.stat().st_mtime, dt.UTC)))
        (target / REVISIONS).mkdir(exist_ok=True)
        for each in earlier:
            if not (target / REVISIONS / each.name).exists():
                each.replace(target / REVISIONS / each.name)
        shutil.rmtree(week / REVISIONS, ignore_errors=True)
        if not (target / REVISIONS / own).exists():
            week.replace(target / REVISIONS / own)
    shutil.rmtree(retired, ignore_errors=True)
