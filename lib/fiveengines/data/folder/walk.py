"""Everything that lies in a files directory, at any depth: its files, and what is no file.

Names and kinds only; nothing is opened, so a pipe cannot make it wait.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from fiveengines.data.dataset import LeftOut

# More than a person lays into one folder: a directory such as / or a source tree given by mistake.
_MOST = 20_000
_DEEPEST = 12
_PERMISSIONS = "Check its permissions."
_KINDS = (
    (stat.S_ISFIFO, "a pipe"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


@dataclass
class Found:
    """Regular files in a fixed order, relative to the directory, and the word on everything else."""

    files: list[PurePosixPath] = field(default_factory=list)
    others: list[tuple[str, LeftOut]] = field(default_factory=list)


def walk(root: Path) -> Found:
    """Files below `root`, hidden ones and what cannot be opened among the others."""
    found = Found()
    seen = {os.path.realpath(root)}
    for path, kind in _entries(root, root, seen, found):
        if len(found.files) + len(found.others) >= _MOST:
            why = f"more than {_MOST:,} files: the rest was not looked at"
            found.others.append(("…", LeftOut("too many files", why, "Name a folder of downloads alone.")))
            break
        if kind is None:
            found.files.append(path)
        else:
            found.others.append((path.as_posix(), kind))
    found.files.sort()
    found.others.sort(key=lambda other: other[0])
    return found


def _entries(
    root: Path, folder: Path, seen: set[str], found: Found
) -> Iterator[tuple[PurePosixPath, LeftOut | None]]:
    where = PurePosixPath(folder.relative_to(root).as_posix())
    closed = LeftOut("cannot be opened", "the folder cannot be opened", _PERMISSIONS)
    if folder != root and not os.access(folder, os.R_OK | os.X_OK):
        yield where, closed
        return
    try:
        with os.scandir(folder) as listing:
            entries = sorted(listing, key=lambda entry: entry.name)
    except OSError:
        yield where, closed
        return
    for entry in entries:
        path = where / entry.name
        if entry.name.startswith((".", "~$")):
            yield path, LeftOut("hidden", "its name begins with a dot or with ~$", "")
            continue
        try:
            mode = entry.stat().st_mode
        except FileNotFoundError:
            yield (
                path,
                LeftOut("link to nothing", "a link whose target is gone", "Link it again, or copy the file."),
            )
            continue
        except OSError as error:
            yield path, LeftOut("cannot be opened", f"it cannot be opened ({error.strerror})", _PERMISSIONS)
            continue
        if stat.S_ISDIR(mode):
            real = os.path.realpath(entry.path)
            if real in seen:
                yield path, LeftOut("seen already", "a link to a folder that is read elsewhere", "")
            elif len(path.parts) > _DEEPEST:
                yield path, LeftOut("too deep", f"more than {_DEEPEST} folders deep", "Move its files up.")
            else:
                seen.add(real)
                yield from _entries(root, folder / entry.name, seen, found)
            continue
        kind = next((words for is_kind, words in _KINDS if is_kind(mode)), None)
        yield path, None if kind is None else LeftOut("no file", f"{kind}, not a file", "")
