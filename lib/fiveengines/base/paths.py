"""Where the project's own files are: a project folder from the working directory upwards, or what the package carries.

Only paths and stamps; no content is read here. Nothing may be written into the package: what a person writes goes to
`working_root`, what can be built again to `cache_dir`.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path

# Environment variable for processes that work elsewhere, kernels above all: the folder to take for the project's.
PROJECT = "FIVEENGINES_PROJECT"
_PACKAGE = Path(__file__).resolve().parents[1]
_CARRIED = _PACKAGE / "_project"


def project() -> Path | None:
    """The project folder: the nearest one, from the working directory upwards, with params/weekly.yaml in it.

    Elsewhere it is the checkout that the package runs from; None for an installed package.
    """
    if named := os.environ.get(PROJECT):
        return Path(named) if _is_project(Path(named)) else None
    here = Path.cwd()
    return next((each for each in (here, *here.parents) if _is_project(each)), checkout())


def checkout() -> Path | None:
    """The project's checkout that this package runs from; None for an installed package."""
    folder = _PACKAGE.parents[1]
    return folder if _is_project(folder) and (folder / "notebooks").is_dir() else None


def _is_project(folder: Path) -> bool:
    return (folder / "params" / "weekly.yaml").is_file() and folder.resolve() != _CARRIED


def shipped() -> Path:
    """Folder with the params and notebooks that come with the package; only read."""
    return checkout() or _CARRIED


def is_shipped(path: Path) -> bool:
    """Whether `path` lies in the installed package, where nothing may be written."""
    return path.resolve().is_relative_to(_PACKAGE)


def project_root() -> Path:
    """Folder that holds `params/`: the project folder, else what an installed package carries."""
    return project() or _CARRIED


def working_root() -> Path:
    """Folder for what a person writes (outputs, data): the project folder, else the current one."""
    return project() or Path(os.environ.get(PROJECT) or Path.cwd())


def params_file() -> Path:
    """The weekly parameters that apply when none are named."""
    return project_root() / "params" / "weekly.yaml"


def notebooks_dir() -> Path:
    """Folder of the notebooks: the project's, or those that come with the package where it has none."""
    own = project_root() / "notebooks"
    return own if own.is_dir() else shipped() / "notebooks"


def outputs_dir() -> Path:
    """Folder of the archive: FIVEENGINES_OUTPUTS, or `outputs` in the working root."""
    return Path(os.environ.get("FIVEENGINES_OUTPUTS") or working_root() / "outputs")


def store_dir() -> Path:
    """Folder of the local store: FIVEENGINES_DATA, or `data` in the working root."""
    return Path(os.environ.get("FIVEENGINES_DATA") or working_root() / "data")


def choice_file() -> Path:
    """File of the week and the source chosen for the notebooks: FIVEENGINES_CHOICE, or one in the working root."""
    return Path(os.environ.get("FIVEENGINES_CHOICE") or working_root() / ".workbook.yaml")


def cache_dir() -> Path:
    """Folder for what can be built again: of a checkout inside its environment, else the user's own cache folder.

    One in the temporary folder where neither can be written: the user's, or this process's own where someone else has
    taken its name. Answers about a portfolio lie in it, so nobody else may look into one that is made here.
    """
    temporary = Path(tempfile.gettempdir()) / "fiveengines"
    for folder in (_own_cache(), temporary):
        try:
            folder.mkdir(0o700, parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK) and (folder != temporary or _is_own(folder)):
            return folder
    return Path(_of_this_process().name)


def _is_own(folder: Path) -> bool:
    """Whether nobody else made it, who could lay files into it; Windows has a temporary folder for each user."""
    return os.name == "nt" or folder.lstat().st_uid == os.getuid()


@cache
def _of_this_process() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="fiveengines-")


def _own_cache() -> Path:
    if checkout() is not None:
        return Path(sys.prefix) / "var" / "cache" / "fiveengines"
    from platformdirs import user_cache_path

    return user_cache_path("fiveengines", appauthor=False)


def file_stamps(files: Iterable[Path]) -> tuple[tuple[str, int, int, int], ...]:
    """Path, times and size of each of `files` that is there: changes when one is written, added or removed.

    A copy may bring its time of modification along; the time of its last change on this disk is the disk's own.
    """
    found = []
    for each in sorted(files):
        with contextlib.suppress(FileNotFoundError):
            stat = each.stat()
            found.append((str(each), stat.st_mtime_ns, stat.st_ctime_ns, stat.st_size))
    return tuple(found)
