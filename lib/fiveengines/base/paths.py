"""Where the project's own files are: params, notebooks and outputs beside the package, or the copies inside a wheel.

Only paths and stamps; no content is read here.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def project_root() -> Path:
    """Folder that holds `params/` and `notebooks/`.

    A checkout is found from the package's own place; an installed wheel carries copies in `_project`.
    """
    checkout = _PACKAGE.parents[1]
    if (checkout / "params" / "weekly.yaml").is_file() and (checkout / "notebooks").is_dir():
        return checkout
    return _PACKAGE / "_project"


def working_root() -> Path:
    """Folder for what a person writes (outputs, data): the checkout, or the current folder for an installed wheel."""
    root = project_root()
    return Path.cwd() if root.name == "_project" else root


def params_file() -> Path:
    """The weekly parameters that apply when none are named."""
    local = Path.cwd() / "params" / "weekly.yaml"
    return local if local.is_file() else project_root() / "params" / "weekly.yaml"


def notebooks_dir() -> Path:
    """Folder of the notebooks."""
    return project_root() / "notebooks"


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
    """Folder for what can be built again: inside the environment, or the user's temporary folder."""
    for base in (Path(sys.prefix) / "var" / "cache", Path(tempfile.gettempdir())):
        folder = base / "fiveengines"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.mkdtemp(prefix="fiveengines-"))


def file_stamps(files: Iterable[Path]) -> tuple[tuple[str, int, int], ...]:
    """Path, time and size of each of `files` that is there: changes when one is written, added or removed."""
    found = []
    for each in sorted(files):
        with contextlib.suppress(FileNotFoundError):
            stat = each.stat()
            found.append((str(each), stat.st_mtime_ns, stat.st_size))
    return tuple(found)
