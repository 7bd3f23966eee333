"""A week's folder, whole or not at all: the earlier report moves to revisions/, and reading.json is written last.

Knows files and folders; makes no page and reads no data.
"""

from __future__ import annotations

import datetime as dt
import itertools
import os
from collections.abc import Collection, Iterator, Mapping

from fiveengines.base.bounded_files import json_object
from fiveengines.report.afterwards import told_only
from fiveengines.report.store import DEMO, ReportStore

WEEKLY = "weekly"
READING = "reading.json"
PAGE = "weekly.html"
NOTEBOOK = "weekly.ipynb"
MARKDOWN = "weekly.md"
REVISIONS = "revisions"
LATEST = "latest"
FAILED = "failed"
# What a terminal says where nothing is real.
SIMULATED = "SIMULATED"


def document_name(stem: str) -> str:
    """The file that completes the pages named `stem`: reading.json for the week, NAME.json for a companion."""
    return READING if stem == WEEKLY else f"{stem}.json"


def stem_of(name: str) -> str:
    """Which of a folder's pages a file belongs to, by its name."""
    return WEEKLY if name == READING else name.split(".", maxsplit=1)[0]


def save_documents(
    store: ReportStore, day: str, files: Mapping[str, str | bytes], *, failed: bool = False
) -> str:
    """Put `files` (name → content) of the week, of companions, or of both into the day's folder, or into failed/.

    Returns where they are. Files that were there under the same stems move to <day>/revisions/<the moment they were
    made>/; others stay. A broken run harms no report: on a disk nothing is seen before all is written, elsewhere a page
    without its document is not complete. `latest` names the newest day with a week. Simulated and real reports never
    replace each other: a simulated one that stands in a real one's place moves to OUT/demo first. DataError when the
    store cannot be written.
    """
    if not store.simulated:
        move_simulated(store, day)
    folder = f"{FAILED}/{day}" if failed else day
    stems = {stem_of(name) for name in files}
    documents = {document_name(stem) for stem in stems}
    with store.rewriting(folder) as target:
        _retire(store, target, files, stems)
        for name in sorted(files, key=lambda each: (each in documents, each == READING)):
            content = files[name]
            store.write(f"{target}/{name}", content.encode("utf-8") if isinstance(content, str) else content)
    if not failed and READING in files:
        with told_only(f"`{LATEST}` may name an earlier one"):
            _point_latest(store)
    return f"{store.label.rstrip('/')}/{folder}"


def _retire(store: ReportStore, folder: str, coming: Collection[str], stems: Collection[str]) -> None:
    """Copy what the pages of `stems` left in `folder` to its revisions, then remove what `coming` does not replace.

    Their documents go first of all, so that half a page never looks whole.
    """
    earlier = [name for name in store.files(folder) if "/" not in name and stem_of(name) in stems]
    if not earlier:
        return
    documents = [name for name in earlier if name == document_name(stem_of(name))]
    documents.sort(key=lambda each: each != READING)
    held = store.read([f"{folder}/{name}" for name in documents])
    stamps = (stamp_of(held[f"{folder}/{name}"]) for name in documents)
    revision = _free_revision(store, folder, next(filter(None, stamps), None))
    for name in earlier:
        store.copy(f"{folder}/{name}", f"{folder}/{REVISIONS}/{revision}/{name}")
    for name in [*documents, *sorted(set(earlier) - set(coming) - set(documents))]:
        store.remove(f"{folder}/{name}")


def _free_revision(store: ReportStore, folder: str, stamp: dt.datetime | None) -> str:
    """A name that no revision in `folder` has yet, for pages made at `stamp`."""
    taken = set(store.folders(f"{folder}/{REVISIONS}"))
    return next(each for each in revision_names(stamp or dt.datetime.now(dt.UTC)) if each not in taken)


def move_simulated(store: ReportStore, day: str) -> bool:
    """Move a simulated report that stands among the real ones to OUT/demo; True when there was one.

    Where OUT/demo has a report of that day it becomes a revision there. A real report that it had replaced comes back
    from the revisions; companions go by their own source.
    """
    if not is_simulated(store, day):
        return False
    pages, target = _pages(store, day), store.of_demo()
    simulated = {key for key, (document, _) in pages.items() if _is_simulated(document)}
    beside = ""
    if _has_reading(target, day):
        beside = f"{REVISIONS}/{_free_revision(target, day, stamp_of(pages[('', WEEKLY)][0]))}"
    for folder, stem in sorted(simulated):
        _move(store, pages[folder, stem][1], f"{day}/{folder}", f"{DEMO}/{day}/{folder or beside}")
    replaced = sorted(folder for folder, stem in pages.keys() - simulated if stem == WEEKLY and folder)
    if replaced:
        _move(store, pages[replaced[-1], WEEKLY][1], f"{day}/{replaced[-1]}", day)
    if not store.files(day):
        store.remove(day)
    _point_latest(store)
    _point_latest(target)
    return True


def _pages(store: ReportStore, day: str) -> dict[tuple[str, str], tuple[bytes | None, list[str]]]:
    """What a day's folder holds, by folder ("" or that of a revision) and stem: its document and its files' names."""
    found: dict[tuple[str, str], list[str]] = {}
    for path in store.files(day):
        folder, _, name = path.rpartition("/")
        found.setdefault((folder, stem_of(name)), []).append(name)
    documents = {key: _inside(f"{day}/{key[0]}", document_name(key[1])) for key in found}
    held = store.read(documents.values())
    return {key: (held[documents[key]], names) for key, names in found.items()}


def _move(store: ReportStore, names: list[str], source: str, target: str) -> None:
    """Copy every file, the document last, and remove the document first: stopped in between, one end is whole."""
    ordered = sorted(names, key=lambda each: each == document_name(stem_of(each)))
    for name in ordered:
        store.copy(_inside(source, name), _inside(target, name))
    for name in reversed(ordered):
        store.remove(_inside(source, name))


def _inside(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}"


def is_simulated(store: ReportStore, day: str) -> bool:
    """Whether the report in a week's folder is of the simulated market; False where there is none."""
    return _is_simulated(store.read([name := f"{day}/{READING}"])[name])


def _is_simulated(document: bytes | None) -> bool:
    try:
        return bool(json_object(document)["source"] == "demo")
    except (ValueError, KeyError):
        return False


def remove_failure(store: ReportStore, day: str, stem: str) -> None:
    """Remove what an earlier run of the page `stem` left in failed/, and the folder when nothing else is in it."""
    folder = f"{FAILED}/{day}"
    there = list(store.files(folder))
    own = [name for name in there if stem_of(name.split("/")[-1]) == stem]
    if own and len(own) == len(there):
        store.remove(folder)
        return
    for name in own:
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
        return dt.datetime.fromisoformat(json_object(reading)["generated_at"])
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


def trust(notebook: str | bytes) -> None:
    """Sign an executed notebook, so that JupyterLab shows its tables and charts when it is opened."""
    import nbformat
    from nbformat.sign import NotebookNotary

    text = notebook if isinstance(notebook, str) else notebook.decode("utf-8")
    with told_only("JupyterLab will not trust its notebook"):
        NotebookNotary().sign(nbformat.reads(text, as_version=4))
