"""Where reports are stored: a local folder, or any fsspec URL (memory://, s3://, gs://, az://…).

Moves bytes between names; what is in a file is the caller's business.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

from filelock import FileLock, Timeout

from fiveengines.base import atomic_io, parameters, paths
from fiveengines.base.bounded_files import read_bytes, read_start
from fiveengines.base.errors import DataError, ParameterError
from fiveengines.base.parameters import RunParameters

# Folder of the simulated market's pages, inside that of the real ones.
DEMO = "demo"
_URL = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+)(?:::.*)?://")
_HALF_URL = re.compile(r"^[a-z][a-z0-9+.-]+:/?[^/\\]")
_SECRET = re.compile(r"//[^/@]*@")
# Seconds to wait for another run that is writing its week.
_PATIENCE = 60
_T = TypeVar("_T")


def store_of(run: RunParameters) -> ReportStore:
    """The store that a run's pages go to: OUT, or OUT/demo where its source is the simulated market."""
    store = report_store(run.out_dir)
    source, _ = parameters.load(run.params_file).source_of(run)
    return store.of_demo() if source == "demo" else store


def report_store(out: str | Path | None = None) -> ReportStore:
    """The store that `out` names: a path, a file:// URL or another fsspec URL; None is the usual outputs folder.

    ParameterError when the URL's kind is unknown or its package is not installed.
    """
    text = str(out) if out else str(paths.outputs_dir())
    found = _URL.match(text)
    if found is None and _HALF_URL.match(text):
        raise ParameterError(
            f"{text}: is neither a folder nor an address.", remedy="Write two slashes after the colon."
        )
    if found is None:
        return ReportStore(text, Path(text).expanduser())
    if found.group(1) in ("file", "local") and "::" not in text:
        return ReportStore(text, Path(url2pathname(urlsplit(text).path)))
    return ReportStore(text)


class ReportStore:
    """A folder of reports. Names are relative and use "/"; what is refused is a DataError in one line.

    `url` is what named it, `local` the folder on this machine, or None. `label` is how a person knows the store; a name
    and password inside a URL are not shown. `above` is the store of real pages that this one of simulated pages lies
    in, or None.
    """

    def __init__(self, url: str, local: Path | None = None, *, above: ReportStore | None = None) -> None:
        import fsspec

        self.local, self.url, self.above = local, url, above
        self.label = str(local) if local else _SECRET.sub("//…@", url)
        try:
            self._fs, root = fsspec.core.url_to_fs(str(local.absolute()) if local else url)
        except ImportError as error:
            raise ParameterError(
                f"{self.label}: its package is not installed ({error}).", remedy="Install it with pip."
            ) from None
        except ValueError as error:
            raise ParameterError(
                f"{self.label}: {error}.",
                remedy="Name a folder or an fsspec URL such as s3://bucket/reports.",
            ) from None
        self._root = str(root).rstrip("/")

    def of_demo(self) -> ReportStore:
        """The store of simulated pages inside this one."""
        local = self.local / DEMO if self.local is not None else None
        return ReportStore(f"{self.url.rstrip('/')}/{DEMO}", local, above=self)

    @property
    def simulated(self) -> bool:
        """Whether simulated pages belong here, and no real one."""
        return self.above is not None

    def folders(self, inside: str = "") -> list[str]:
        """Names of the folders directly in `inside`, sorted; links and hidden ones are left out."""
        path = self._path(inside) or "/"
        entries = self._tried(lambda: list(self._fs.ls(path, detail=True)), absent=[])
        names = (PurePosixPath(each["name"]).name for each in entries if each["type"] == "directory")
        return sorted(name for name in names if not name.startswith("."))

    def files(self, inside: str = "") -> dict[str, int]:
        """Every file below `inside`, links left out: name relative to it → bytes."""
        start = self._path(inside)
        found: dict[str, Any] = self._tried(lambda: self._fs.find(start, detail=True), absent={})
        prefix = str(self._fs._strip_protocol(start)).rstrip("/") + "/"
        return {
            name.removeprefix(prefix): int(entry.get("size") or 0)
            for name, entry in sorted(found.items())
            if not entry.get("islink")
        }

    def contents(self, folders: Iterable[str], inside: str = "") -> dict[str, frozenset[str]]:
        """Names of the files directly in each of the `folders` of `inside`; what is hidden or a link is left out.

        One listing of everything where the store is not on this machine, for there each question costs a journey.
        """
        if self.local is not None:
            return {name: _files_in(self.local / inside / name) for name in folders}
        found: dict[str, set[str]] = {name: set() for name in folders}
        if not found:
            return {}
        for path in self.files(inside):
            folder, _, name = path.partition("/")
            if folder in found and name and "/" not in name:
                found[folder].add(name)
        return {folder: frozenset(names) for folder, names in found.items()}

    def read(self, names: Iterable[str], *, first: int | None = None) -> dict[str, bytes | None]:
        """Contents by name, all at once where the file system can; None for what is absent or cannot be read.

        `first`: no more than so many bytes of each.
        """
        wanted = list(names)
        if not wanted:
            return {}
        if self.local is not None:
            return {name: _content(self.local / name, first) for name in wanted}
        # Unlike fsspec's cat, this takes no character of a name for a pattern.
        found = self._tried(lambda: self._fs.cat_ranges([self._path(each) for each in wanted], None, first))
        return {
            name: content if isinstance(content, bytes) else None
            for name, content in zip(wanted, found, strict=True)
        }

    def write(self, name: str, content: bytes) -> None:
        """Replace one file; on a local disk readers see the old one or the new one, never a part."""
        if self.local is not None:
            atomic_io.write_bytes(self.local / name, content)
        else:
            self._tried(lambda: self._fs.pipe_file(self._made_parent(name), content))

    def copy(self, source: str, target: str) -> None:
        """Copy one file, on the far side where there is one."""
        self._tried(lambda: self._fs.cp_file(self._path(source), self._made_parent(target)))

    def remove(self, name: str) -> None:
        """Remove a file or a folder with all it holds; nothing happens when it is absent.

        A local folder is renamed out of sight first, so that nobody meets half of it.
        """
        path = self._path(name)
        if self.local is not None and (target := self.local / name).is_dir() and not target.is_symlink():
            path = str(target.with_name(f".removed-{target.name}-{os.getpid()}").absolute())
            self._tried(lambda: target.replace(path))
        self._tried(lambda: self._fs.rm(path, recursive=True), absent=None)

    @contextmanager
    def rewriting(self, folder: str) -> Iterator[str]:
        """The name under which to rewrite `folder`, which other readers see whole or as it was.

        On a disk that is a hidden copy, which takes the folder's place by a rename at the end, and other runs wait. An
        object store has no such step: there it is the folder itself, and what marks it complete is written last.
        """
        if self.local is None:
            yield folder
            return
        target = self.local / folder
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with _only_writer(target.parent):
                staged = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
                try:
                    if target.exists():
                        shutil.copytree(target, staged, dirs_exist_ok=True)
                    staged.chmod(0o755)
                    yield staged.relative_to(self.local).as_posix()
                    _exchange(staged, target)
                finally:
                    shutil.rmtree(staged, ignore_errors=True)
        except OSError as error:
            raise DataError(
                f"cannot be written ({error.strerror or error})",
                where=str(target),
                remedy="Choose another folder with --out.",
            ) from None

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}".rstrip("/")

    def _made_parent(self, name: str) -> str:
        path = self._path(name)
        self._fs.makedirs(self._fs._parent(path), exist_ok=True)
        return path

    def _tried(self, action: Callable[[], _T], *, absent: Any = ...) -> _T:
        """What `action` returns; `absent` when it finds nothing; any other refusal as one line."""
        try:
            # Another program may have written since the file system last listed.
            self._fs.invalidate_cache()
            return action()
        except FileNotFoundError as error:
            if absent is not ...:
                return absent  # type: ignore[no-any-return]
            problem: Exception = error
        except (OSError, ValueError, RuntimeError) as error:
            problem = error
        raise DataError(
            f"cannot be used ({type(problem).__name__}: {_SECRET.sub('//…@', str(problem))})",
            where=self.label,
            remedy="Check the address and your right to write there.",
        ) from None


def _content(path: Path, first: int | None) -> bytes | None:
    """A file's content, or its `first` bytes; None where there is none, or what is no file of a report's size."""
    try:
        return read_bytes(path) if first is None else read_start(path, first)
    except (OSError, ParameterError):
        return None


def _files_in(folder: Path) -> frozenset[str]:
    try:
        with os.scandir(folder) as entries:
            return frozenset(
                each.name
                for each in entries
                if not each.name.startswith(".") and each.is_file(follow_symlinks=False)
            )
    except OSError:
        return frozenset()


@contextmanager
def _only_writer(folder: Path) -> Iterator[None]:
    """Wait until no other run puts a week into `folder`; where there are no file locks, nobody waits."""
    lock = FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=_PATIENCE)
    except Timeout:
        raise DataError(
            "another run has been writing here for a minute",
            where=str(folder),
            remedy=f"Wait for it; if none runs, delete {folder / '.lock'}.",
        ) from None
    except (OSError, NotImplementedError):
        yield
        return
    try:
        yield
    finally:
        lock.release()


def _exchange(staged: Path, target: Path) -> None:
    """Put `staged` in the place of `target`; when that is stopped half-way, `target` is put back."""
    if not target.exists():
        staged.replace(target)
        return
    retired = Path(tempfile.mkdtemp(prefix=f".old-{target.name}-", dir=target.parent))
    try:
        target.replace(retired / "week")
        staged.replace(target)
    finally:
        if not target.exists() and (retired / "week").exists():
            (retired / "week").replace(target)
        shutil.rmtree(retired, ignore_errors=True)
