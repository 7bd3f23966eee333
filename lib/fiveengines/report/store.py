"""Where reports are kept: a local folder, or any fsspec URL (memory://, s3://, gs://, az://…).

Moves bytes between names; what stands in a file is the caller's business.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit
from urllib.request import url2pathname

from fiveengines.base import atomic_io, paths
from fiveengines.base.errors import DataError, ParameterError

_URL = re.compile(r"^([A-Za-z][A-Za-z0-9+.-]+)(?:::.*)?://")
_HALF_URL = re.compile(r"^[a-z][a-z0-9+.-]+:/?[^/\\]")
_SECRET = re.compile(r"//[^/@]*@")
_T = TypeVar("_T")


class ReportStore(Protocol):
    """A folder of reports. Names are relative and use "/"; what is refused is a DataError in one line."""

    @property
    def label(self) -> str:
        """How a person knows the place; a name and password inside a URL are not shown."""

    @property
    def local(self) -> Path | None:
        """The folder on this machine, or None."""

    def folders(self, inside: str = "") -> list[str]:
        """Names of the folders directly in `inside`, sorted; empty when there is none."""

    def files(self, inside: str = "") -> dict[str, int]:
        """Every file below `inside`: name relative to it → bytes."""

    def read(self, names: Iterable[str]) -> dict[str, bytes | None]:
        """Contents by name; None for what is absent or cannot be read."""

    def write(self, name: str, content: bytes) -> None:
        """Replace one file; on a local disk readers see the old one or the new one, never a part."""

    def copy(self, source: str, target: str) -> None:
        """Copy one file."""

    def remove(self, name: str) -> None:
        """Remove a file or a folder with all it holds; nothing happens when it is absent."""


def report_store(out: str | Path | None = None) -> ReportStore:
    """The place that `out` names: a path, a file:// URL or another fsspec URL; None is the usual outputs folder.

    ParameterError when the URL's kind is unknown or its package is not installed.
    """
    text = str(out) if out else str(paths.outputs_dir())
    found = _URL.match(text)
    if found is None and _HALF_URL.match(text):
        raise ParameterError(
            f"{text}: is neither a folder nor an address.", remedy="Write two slashes after the colon."
        )
    if found is None:
        return LocalStore(Path(text).expanduser())
    if found.group(1) in ("file", "local") and "::" not in text:
        return LocalStore(Path(url2pathname(urlsplit(text).path)))
    return RemoteStore(text)


def is_url(out: str | None) -> bool:
    """Whether `out` names something other than a path."""
    return bool(out and _URL.match(out))


class LocalStore:
    """A folder on this machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def label(self) -> str:
        """The path."""
        return str(self.folder)

    @property
    def local(self) -> Path | None:
        """The folder itself."""
        return self.folder

    def folders(self, inside: str = "") -> list[str]:
        """Folders, without links and hidden ones."""
        here = self.folder / inside
        if not here.is_dir():
            return []
        with os.scandir(here) as entries:
            return sorted(
                each.name
                for each in entries
                if each.is_dir(follow_symlinks=False) and not each.name.startswith(".")
            )

    def files(self, inside: str = "") -> dict[str, int]:
        """Files below a folder; links are not followed."""
        here = self.folder / inside
        found = (each for each in here.rglob("*") if each.is_file() and not each.is_symlink())
        return {each.relative_to(here).as_posix(): each.stat().st_size for each in found}

    def read(self, names: Iterable[str]) -> dict[str, bytes | None]:
        """File contents."""
        found: dict[str, bytes | None] = {}
        for name in names:
            try:
                found[name] = (self.folder / name).read_bytes()
            except OSError:
                found[name] = None
        return found

    def write(self, name: str, content: bytes) -> None:
        """Through a temporary neighbour and a rename."""
        atomic_io.write_bytes(self.folder / name, content)

    def copy(self, source: str, target: str) -> None:
        """One file with its times."""
        (self.folder / target).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(self.folder / source, self.folder / target)

    def remove(self, name: str) -> None:
        """A folder is renamed out of sight first, so that nobody meets half of it."""
        target = self.folder / name
        if not target.is_dir() or target.is_symlink():
            target.unlink(missing_ok=True)
            return
        retired = target.with_name(f".removed-{target.name}-{os.getpid()}")
        try:
            target.replace(retired)
            shutil.rmtree(retired)
        except OSError as error:
            raise DataError(
                f"cannot be removed ({error.strerror or error})",
                where=str(target),
                remedy="Check its permissions.",
            ) from None


class RemoteStore:
    """An fsspec URL. Single files are replaced whole; a folder is not, so callers write what marks it complete last."""

    def __init__(self, url: str) -> None:
        import fsspec

        self.url = url
        try:
            self._fs, root = fsspec.core.url_to_fs(url)
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

    @property
    def label(self) -> str:
        """The URL without a name or password."""
        return _SECRET.sub("//…@", self.url)

    @property
    def local(self) -> Path | None:
        """None: it is elsewhere."""
        return None

    def folders(self, inside: str = "") -> list[str]:
        """Prefixes directly below."""
        entries = self._list(inside)
        names = (PurePosixPath(each["name"]).name for each in entries if each["type"] == "directory")
        return sorted(name for name in names if not name.startswith("."))

    def files(self, inside: str = "") -> dict[str, int]:
        """Objects below a prefix."""
        start = self._path(inside)
        found: dict[str, Any] = self._tried(lambda: self._fs.find(start, detail=True), absent={})
        prefix = str(self._fs._strip_protocol(start)).rstrip("/") + "/"
        return {
            name.removeprefix(prefix): int(entry.get("size") or 0) for name, entry in sorted(found.items())
        }

    def read(self, names: Iterable[str]) -> dict[str, bytes | None]:
        """All at once, where the file system can."""
        wanted = {self._path(name): name for name in names}
        if not wanted:
            return {}
        found = self._tried(lambda: self._fs.cat(list(wanted), on_error="return"), absent={})
        found = {str(self._fs._strip_protocol(path)): content for path, content in found.items()}
        contents = {name: found.get(str(self._fs._strip_protocol(path))) for path, name in wanted.items()}
        return {name: value if isinstance(value, bytes) else None for name, value in contents.items()}

    def write(self, name: str, content: bytes) -> None:
        """One put."""
        path = self._path(name)

        def put() -> None:
            self._fs.makedirs(self._fs._parent(path), exist_ok=True)
            self._fs.pipe_file(path, content)

        self._tried(put)

    def copy(self, source: str, target: str) -> None:
        """On the far side."""

        def copied() -> None:
            self._fs.makedirs(self._fs._parent(self._path(target)), exist_ok=True)
            self._fs.cp_file(self._path(source), self._path(target))

        self._tried(copied)

    def remove(self, name: str) -> None:
        """With everything below it."""
        self._tried(lambda: self._fs.rm(self._path(name), recursive=True), absent=None)

    def _path(self, name: str) -> str:
        return f"{self._root}/{name}".rstrip("/")

    def _list(self, inside: str) -> list[dict[str, Any]]:
        path = self._path(inside) or "/"
        return self._tried(lambda: list(self._fs.ls(path, detail=True)), absent=[])

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
